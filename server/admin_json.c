/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_json.h.
 */
#include "server/admin_json.h"

#include <string.h>

#include "base/text.h"

void
ac_json_put(struct ac_buf *json, const char *name, const char *value)
{
	bool utf8;

	if (value == NULL || *value == '\0')
		return;
	utf8 = ac_utf8_valid(value, strlen(value));
	ac_buf_printf(json, ",\"%s\":\"", name);
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < ' ' || c == 0x7f)
			ac_buf_printf(json, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			ac_buf_printf(json, "\\%c", c);
		else
			ac_buf_putc(json, c >= 0x80 && !utf8 ? '?' : (char)c);
	}
	ac_buf_putc(json, '"');
}
