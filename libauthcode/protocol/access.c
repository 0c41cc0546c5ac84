/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See access.h. Names are compared byte for byte: what the account database
 * tells apart is told apart here.
 */
#include "protocol/access.h"

#include <string.h>

/* One name after the other: *from moves past the one it returns; false at the end. */
static bool
next_name(const char **from, const char **ret_name, size_t *ret_len)
{
	const char *name = *from;

	while (*name == '\n')
		name++;
	*ret_name = name;
	*ret_len = strcspn(name, "\n");
	*from = name + *ret_len;
	return *ret_len > 0;
}

static bool
listed(const char *const *list, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
			return true;
	}
	return false;
}

bool
ac_access_allowed(const struct authcode_client *client, const char *user_name, const char *groups)
{
	const char *name;
	size_t len;

	if (client->allow_user_count == 0 && client->allow_group_count == 0)
		return true;
	if (listed(client->allow_users, client->allow_user_count, user_name, strlen(user_name)))
		return true;
	while (next_name(&groups, &name, &len)) {
		if (listed(client->allow_groups, client->allow_group_count, name, len))
			return true;
	}
	return false;
}

static bool
told(const struct authcode_client *client, const char *name, size_t len)
{
	const char *prefix = client->group_claim_prefix;

	if (client->group_claim_count == 0 && prefix == NULL)
		return true;
	if (prefix != NULL && len >= strlen(prefix) && memcmp(name, prefix, strlen(prefix)) == 0)
		return true;
	return listed(client->group_claims, client->group_claim_count, name, len);
}

json_t *
ac_access_groups(const struct authcode_client *client, const char *groups)
{
	json_t *list = json_array();
	const char *name;
	size_t len;

	while (list != NULL && next_name(&groups, &name, &len)) {
		if (client->group_claim_max != 0 &&
		    json_array_size(list) >= client->group_claim_max)
			break;
		if (told(client, name, len) &&
		    json_array_append_new(list, json_stringn(name, len)) != 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}
