/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See json_member.h.
 */
#include "protocol/json_member.h"

#include <string.h>

bool
ac_json_put_text(json_t *object, const char *name, const char *text)
{
	return text == NULL || *text == '\0' || ac_json_put_take(object, name, json_string(text));
}

bool
ac_json_put_words(json_t *object, const char *name, const char *text)
{
	json_t *list;

	if (text == NULL || text[strspn(text, " ")] == '\0')
		return true;
	list = json_array();
	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		if (json_array_append_new(list, json_stringn(text, len)) != 0) {
			json_decref(list);
			return false;
		}
		text += len;
	}
	return ac_json_put_take(object, name, list);
}

bool
ac_json_put_take(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}

json_t *
ac_json_finish_take(json_t *object, bool ok)
{
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}
