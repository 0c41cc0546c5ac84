/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/text.h: UTF-8 is checked against a second decoder, numbers by printing.
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* RFC 3629 §4, read off its ABNF one alternative at a time. */
static size_t
one(const uint8_t *p, size_t left)
{
	static const struct {
		uint8_t first_low, first_high, second_low, second_high;
		size_t len;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (p[0] < rows[i].first_low || p[0] > rows[i].first_high)
			continue;
		if (left < rows[i].len || p[1] < rows[i].second_low || p[1] > rows[i].second_high)
			return 0;
		for (size_t j = 2; j < rows[i].len; j++) {
			if (p[j] < 0x80 || p[j] > 0xbf)
				return 0;
		}
		return rows[i].len;
	}
	return 0;
}

static bool
valid(const uint8_t *data, size_t size)
{
	for (size_t i = 0, n; i < size; i += n) {
		n = one(data + i, size - i);
		if (n == 0)
			return false;
	}
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input rest = { (const char *)data, size };
	struct fuzz_input word = fuzz_line(&rest);
	char *list = fuzz_text(rest.data, rest.size), *text = fuzz_text(word.data, word.size);
	char printed[32];
	uint64_t number;

	MUST(ac_utf8_valid((const char *)data, size) == valid(data, size));
	if (ac_text_printable((const char *)data, size))
		MUST(valid(data, size) && (size == 0 || memchr(data, '\n', size) == NULL));
	if (ac_words_contain(list, text))
		MUST(strstr(list, text) != NULL && strchr(text, ' ') == NULL && *text != '\0');
	if (ac_parse_u64(text, UINT64_MAX, &number)) {
		(void)snprintf(printed, sizeof(printed), "%" PRIu64, number);
		MUST(strcmp(printed, text) == 0);
		MUST(number == 0 || !ac_parse_u64(text, number - 1, &number));
	}
	free(text);
	free(list);
	return 0;
}
