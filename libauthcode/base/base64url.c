/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See base64url.h.
 */
#include "base/base64url.h"

#include <stdint.h>
#include <string.h>

static const char url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
ac_base64url_encode(const void *data, size_t len, char *out)
{
	const uint8_t *in = data;
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | in[i]) & 0xffffff;
		count += 8;
		while (count >= 6) {
			count -= 6;
			*out++ = url_alphabet[bits >> count & 63];
		}
	}
	if (count > 0)
		*out++ = url_alphabet[bits << (6 - count) & 63];
	*out = '\0';
}

/* The value of a character, or -1. The alphabets differ in the last two. */
static int
value_of(char c, char c62, char c63)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == c62)
		return 62;
	return c == c63 ? 63 : -1;
}

static bool
decode(const char *text, size_t len, const char last[2], uint8_t *out, size_t size, size_t *ret_len)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t n = 0;

	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i], last[0], last[1]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		if (n == size)
			return false;
		out[n++] = (uint8_t)(bits >> count & 0xff);
	}
	/* RFC 4648 §3.5: bits that carry nothing must be zero. */
	if ((bits & ((1u << count) - 1)) != 0)
		return false;
	*ret_len = n;
	return true;
}

bool
ac_base64url_decode(const char *text, size_t len, void *out, size_t size, size_t *ret_len)
{
	return decode(text, len, "-_", out, size, ret_len);
}

bool
ac_base64_decode(const char *text, size_t len, void *out, size_t size, size_t *ret_len)
{
	size_t pad = 0;

	if (len % 4 != 0)
		return false;
	while (pad < 2 && len > 0 && text[len - 1] == '=') {
		len--;
		pad++;
	}
	return decode(text, len, "+/", out, size, ret_len);
}
