/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See asked_claims.h. A member is null, which asks for the claim as such, or an
 * object. Members of it that nobody here knows are passed over (OIDC-Core
 * §5.5.1); essential is of no weight here, for a claim that is held is told
 * either way, and one that is not held is no error.
 */
#include "protocol/asked_claims.h"

#include <string.h>

#include "jose/json_text.h"

enum authcode_err
ac_asked_claims_parse(const char *text, const char *where, json_t **ret)
{
	size_t len = strlen(text);
	json_t *request, *asked;
	json_error_t error;

	if (len == 0 || !ac_json_bounded(text, len)) {
		*ret = NULL;
		return AUTHCODE_OK;
	}
	request = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (request == NULL && json_error_code(&error) == json_error_out_of_memory)
		return AUTHCODE_ERR_MEMORY;
	asked = json_object_get(request, where);
	*ret = json_is_object(asked) ? json_incref(asked) : NULL;
	json_decref(request);
	return AUTHCODE_OK;
}

bool
ac_asked_claims_has(const json_t *asked, const char *name)
{
	const json_t *member = json_object_get(asked, name);

	return json_is_null(member) || json_is_object(member);
}

bool
ac_asked_claims_fit(const json_t *asked, const char *name, const json_t *value)
{
	const json_t *member = json_object_get(asked, name);
	const json_t *wanted = json_object_get(member, "value");
	const json_t *list = json_object_get(member, "values");

	if (!ac_asked_claims_has(asked, name))
		return false;
	if (wanted != NULL)
		return json_equal(wanted, value) == 1;
	if (!json_is_array(list))
		return true;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (json_equal(json_array_get(list, i), value) == 1)
			return true;
	}
	return false;
}

const char *
ac_asked_claims_value(const json_t *asked, const char *name, size_t i)
{
	const json_t *member = json_object_get(asked, name);
	const json_t *wanted = json_object_get(member, "value");

	if (wanted != NULL)
		return i == 0 ? json_string_value(wanted) : NULL;
	return json_string_value(json_array_get(json_object_get(member, "values"), i));
}
