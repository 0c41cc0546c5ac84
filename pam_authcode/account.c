/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See account.h. Absent is what every source of the database says; when one of
 * them cannot be asked nobody is, since whoever is absent for long loses all.
 */
#include "pam_authcode/account.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pam_authcode/clean.h"
#include "pam_authcode/text_rule.h"
#include "pam_authcode/user_sources.h"

#define MAX_ENTRY 65536 /* of the database, in bytes */

/* What the wire row for a user name accepts; such an account cannot sign in. */
static bool
name_usable(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= AC_MAX_USER_NAME && ac_text_rule_holds(AC_TEXT_ACCOUNT, name, len);
}

static void
take(const struct passwd *entry, struct ac_account *ret)
{
	if (!name_usable(entry->pw_name)) {
		ret->state = AC_ACCOUNT_ABSENT;
		return;
	}
	memcpy(ret->name, entry->pw_name, strlen(entry->pw_name));
	ret->uid = entry->pw_uid;
	ret->gid = entry->pw_gid;
	if (entry->pw_gecos != NULL) {
		(void)ac_clean_text(entry->pw_gecos, ret->full_name, sizeof(ret->full_name));
		ret->full_name[strcspn(ret->full_name, ",")] = '\0';
	}
	if (entry->pw_dir != NULL && strlen(entry->pw_dir) < sizeof(ret->home) &&
	    ac_text_printable(entry->pw_dir, strlen(entry->pw_dir)))
		memcpy(ret->home, entry->pw_dir, strlen(entry->pw_dir));
	ret->state = AC_ACCOUNT_FOUND;
}

void
ac_account_find(const char *name, struct ac_account *ret)
{
	struct passwd entry, *found = NULL;
	char *buf = malloc(MAX_ENTRY);

	*ret = (struct ac_account){ .state = AC_ACCOUNT_UNREACHABLE };
	/* An error is one of a source; that there is none, of the last source only. */
	if (buf != NULL && getpwnam_r(name, &entry, buf, MAX_ENTRY, &found) == 0) {
		if (found != NULL)
			take(found, ret);
		else if (ac_user_sources_deny(AC_NSSWITCH, name))
			ret->state = AC_ACCOUNT_ABSENT;
	}
	free(buf);
}

bool
ac_account_same(const struct ac_account *a, const struct ac_account *b)
{
	return a->state == AC_ACCOUNT_FOUND && b->state == AC_ACCOUNT_FOUND && a->uid == b->uid &&
	       strcmp(a->name, b->name) == 0;
}

static void
add_group(struct ac_wire_identity *identity, gid_t gid)
{
	const struct group *entry = getgrgid(gid);
	size_t used = identity->groups_len, len;
	char *end = identity->groups + used;

	if (entry == NULL)
		return;
	len = strlen(entry->gr_name);
	if (len == 0 || len > AC_MAX_GROUP_NAME || !ac_text_printable(entry->gr_name, len) ||
	    used + 1 + len >= sizeof(identity->groups))
		return;
	if (used > 0) {
		*end++ = '\n';
		used++;
	}
	memcpy(end, entry->gr_name, len);
	identity->groups_len = (uint16_t)(used + len);
}

enum authcode_err
ac_account_identity(const struct ac_account *account, struct ac_wire_identity *ret)
{
	gid_t groups[AC_MAX_GROUPS];
	int count = AC_MAX_GROUPS;

	if (account->state != AC_ACCOUNT_FOUND)
		return AUTHCODE_ERR_NOT_FOUND;
	/* Negative: there are more, and the first ones are filled in. */
	if (getgrouplist(account->name, account->gid, groups, &count) < 0)
		count = AC_MAX_GROUPS;
	*ret = (struct ac_wire_identity){ .uid = account->uid };
	memcpy(ret->user, account->name, sizeof(ret->user));
	memcpy(ret->full_name, account->full_name, sizeof(ret->full_name));
	memcpy(ret->home, account->home, sizeof(ret->home));
	for (int i = 0; i < count; i++)
		add_group(ret, groups[i]);
	return AUTHCODE_OK;
}
