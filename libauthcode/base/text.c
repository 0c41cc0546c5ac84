/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See text.h.
 */
#include "base/text.h"

#include <string.h>

static bool
plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

/* The length of the sequence at p, or 0 when it is not valid (RFC 3629 §4);
 * *ret is the code point. */
static size_t
sequence(const unsigned char *p, size_t left, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t point;
	size_t len;

	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > left)
		return 0;
	point = p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	if (point < smallest[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret = point;
	return len;
}

bool
ac_utf8_valid(const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	uint32_t point;

	for (size_t i = 0, n; i < len; i += n) {
		n = plain(p[i]) ? 1 : sequence(p + i, len - i, &point);
		if (n == 0)
			return false;
	}
	return true;
}

bool
ac_text_printable(const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;
	uint32_t point;

	for (size_t i = 0, n; i < len; i += n) {
		if (plain(p[i])) {
			n = 1;
			continue;
		}
		n = sequence(p + i, len - i, &point);
		if (n == 0 || point < 0x20 || (point >= 0x7f && point < 0xa0))
			return false;
	}
	return true;
}

bool
ac_words_contain(const char *list, const char *word)
{
	size_t len;

	if (list == NULL || word == NULL || *word == '\0')
		return false;
	len = strlen(word);
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, word, len) == 0)
			return true;
		list += n;
		list += strspn(list, " ");
	}
	return false;
}

bool
ac_parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		uint64_t digit;

		if (*text < '0' || *text > '9')
			return false;
		digit = (uint64_t)(*text - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value > max)
		return false;
	*ret = value;
	return true;
}

size_t
ac_format_i64(int64_t value, char ret[AC_I64_TEXT])
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char reversed[AC_I64_TEXT];
	size_t count = 0, len = 0;

	do {
		reversed[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		ret[len++] = '-';
	while (count > 0)
		ret[len++] = reversed[--count];
	ret[len] = '\0';
	return len;
}
