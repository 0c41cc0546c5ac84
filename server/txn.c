/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See txn.h. Crockford's base 32: 65 bits in 13 characters, of which 63 are used.
 */
#include "server/txn.h"

#include <ctype.h>
#include <string.h>

#define COUNT_BITS 21

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

int64_t
ac_txn_make(int64_t now_ms, uint32_t count)
{
	return (now_ms << COUNT_BITS) | (int64_t)(count & ((1u << COUNT_BITS) - 1));
}

int64_t
ac_txn_ms(int64_t txn)
{
	return txn >> COUNT_BITS;
}

void
ac_txn_format(int64_t txn, char out[AC_TXN_LEN + 1])
{
	uint64_t rest = (uint64_t)txn;

	out[0] = '\0';
	if (txn <= 0)
		return;
	for (size_t i = AC_TXN_LEN; i > 0; i--) {
		out[i - 1] = digits[rest & 31];
		rest >>= 5;
	}
	out[AC_TXN_LEN] = '\0';
}

static int
digit_of(char c)
{
	const char *found;

	c = (char)tolower((unsigned char)c);
	c = (char)(c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c);
	found = memchr(digits, c, sizeof(digits) - 1);
	return found != NULL ? (int)(found - digits) : -1;
}

bool
ac_txn_parse(const char *text, int64_t *ret)
{
	uint64_t number = 0;
	size_t count = 0;

	for (; *text != '\0'; text++) {
		int digit;

		if (*text == ' ' || *text == '-')
			continue;
		digit = digit_of(*text);
		if (digit < 0 || count++ == AC_TXN_LEN)
			return false;
		number = number << 5 | (uint64_t)digit;
		if (count == 1 && digit > 7) /* 63 bits */
			return false;
	}
	if (count != AC_TXN_LEN || number == 0)
		return false;
	*ret = (int64_t)number;
	return true;
}
