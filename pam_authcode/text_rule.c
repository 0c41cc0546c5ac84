/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See text_rule.h.
 */
#include "pam_authcode/text_rule.h"

#include <string.h>

#include "base/text.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static bool
made_of(const char *allowed, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\0' || strchr(allowed, text[i]) == NULL)
			return false;
	}
	return true;
}

static bool
begins_with(const char *any, const char *text, size_t len)
{
	return len > 0 && text[0] != '\0' && strchr(any, text[0]) != NULL;
}

static bool
lines_hold(const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n + 1) {
		const char *end = memchr(text + i, '\n', len - i);

		n = end != NULL ? (size_t)(end - text) - i : len - i;
		if (n == 0 || i + n + 1 == len || !ac_text_printable(text + i, n))
			return false;
	}
	return true;
}

bool
ac_text_rule_holds(enum ac_text_rule rule, const char *text, size_t len)
{
	switch (rule) {
	case AC_TEXT_UTF8:
		return ac_utf8_valid(text, len) && memchr(text, '\0', len) == NULL;
	case AC_TEXT_PRINTABLE:
		return ac_text_printable(text, len);
	case AC_TEXT_ACCOUNT:
		return ac_text_printable(text, len) && memchr(text, '/', len) == NULL &&
		       !begins_with("-", text, len);
	case AC_TEXT_SERVICE:
		return made_of(LETTERS DIGITS "_.-", text, len) && !begins_with(".-", text, len);
	case AC_TEXT_LANGUAGE:
		return made_of(LETTERS "_:@.-", text, len);
	case AC_TEXT_LINES:
		return lines_hold(text, len);
	}
	return false;
}
