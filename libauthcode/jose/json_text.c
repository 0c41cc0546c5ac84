/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See json_text.h. jansson has one limit of depth for a whole process, and it
 * is 2048; so depth and members are counted in a pass of our own, which needs
 * to know strings and nothing else of the grammar. Whatever it miscounts in
 * text that is no JSON, jansson refuses.
 */
#include "jose/json_text.h"

#include "base/limits.h"

bool
ac_json_bounded(const char *text, size_t len)
{
	unsigned depth = 0, members = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		const char c = text[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (in_string)
			continue;
		else if ((c == '{' || c == '[') && ++depth > AC_MAX_JSON_DEPTH)
			return false;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		else if (c == ':' && ++members > AC_MAX_JSON_MEMBERS)
			return false;
	}
	return true;
}

static json_t *
load(const char *text, size_t len)
{
	return json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
}

/* jansson does not tell text that is no JSON from memory that ran out while it read a
 * string. */
static bool
memory_is_out(void)
{
	static const char probe[] = "{\"a\":\"b\"}";
	json_t *json = load(probe, sizeof(probe) - 1);
	bool out = json == NULL;

	json_decref(json);
	return out;
}

enum authcode_err
ac_json_parse(const char *text, size_t len, size_t max, json_t **ret)
{
	json_t *json;

	if (len > max || !ac_json_bounded(text, len))
		return AUTHCODE_ERR_SYNTAX;
	json = load(text, len);
	/* Once more: what was short of memory for a moment is no malformed text. */
	if (json == NULL)
		json = load(text, len);
	if (json == NULL)
		return memory_is_out() ? AUTHCODE_ERR_MEMORY : AUTHCODE_ERR_SYNTAX;
	if (!json_is_object(json)) {
		json_decref(json);
		return AUTHCODE_ERR_SYNTAX;
	}
	*ret = json;
	return AUTHCODE_OK;
}

const char *
ac_json_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

bool
ac_json_optional_text(const json_t *object, const char *name, const char **ret_text)
{
	const json_t *value = json_object_get(object, name);

	if (value != NULL && !json_is_string(value))
		return false;
	*ret_text = json_string_value(value);
	return true;
}
