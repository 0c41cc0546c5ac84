/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/base64url.h: the vectors of RFC 4648 §10, and one spelling per value.
 */
#include "base/base64url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *plain, *padded, *bare;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+", "-__-" },
};

static void
the_vectors_of_rfc_4648_hold_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(vectors); i++) {
		size_t plain_len = strlen(vectors[i].plain), len = 99;
		size_t bare_len = strlen(vectors[i].bare);
		char text[16], data[16];

		assert_int_equal(AC_BASE64URL_LEN(plain_len), bare_len);
		ac_base64url_encode(vectors[i].plain, plain_len, text);
		assert_string_equal(text, vectors[i].bare);
		assert_true(ac_base64url_decode(vectors[i].bare, bare_len, data, plain_len, &len));
		assert_int_equal(len, plain_len);
		assert_memory_equal(data, vectors[i].plain, len);
		assert_true(ac_base64_decode(vectors[i].padded, strlen(vectors[i].padded), data,
					     plain_len, &len));
		assert_int_equal(len, plain_len);
		assert_memory_equal(data, vectors[i].plain, len);
	}
}

struct refusal {
	const char *name, *text;
	size_t len;
};
#define REFUSAL(name, text)                                                                        \
	{                                                                                          \
		name, text, sizeof(text) - 1                                                       \
	}

static void
base64url_refuses_every_other_spelling(void **state)
{
	static const struct refusal rows[] = {
		REFUSAL("padding", "Zg=="),
		REFUSAL("one pad", "Zm8="),
		REFUSAL("one character", "Z"),
		REFUSAL("five characters", "Zm9vY"),
		REFUSAL("stray bits after one byte", "Zh"),
		REFUSAL("stray bits after two bytes", "Zm9"),
		REFUSAL("all stray bits", "Z_"),
		REFUSAL("standard 62", "+___"),
		REFUSAL("standard 63", "/___"),
		REFUSAL("space", "Zm 9"),
		REFUSAL("newline", "Zm9v\n"),
		REFUSAL("NUL", "Zm\0v"),
		REFUSAL("high byte", "Zm\xc3\xa9"),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char data[16];
		size_t len = 99;

		if (ac_base64url_decode(rows[i].text, rows[i].len, data, sizeof(data), &len))
			fail_msg("%s: accepted", rows[i].name);
		assert_int_equal(len, 99);
	}
}

static void
base64_refuses_every_other_spelling(void **state)
{
	static const struct refusal rows[] = {
		REFUSAL("no padding", "Zg"),
		REFUSAL("too little padding", "Zg="),
		REFUSAL("too much padding", "Zg==="),
		REFUSAL("padding alone", "===="),
		REFUSAL("two pads alone", "=="),
		REFUSAL("three pads", "Z==="),
		REFUSAL("pad in the middle", "Zg==Zg=="),
		REFUSAL("pad before a character", "Zg=v"),
		REFUSAL("stray bits after one byte", "Zh=="),
		REFUSAL("stray bits after two bytes", "Zm9="),
		REFUSAL("url 62", "-___"),
		REFUSAL("url 63", "_+++"),
		REFUSAL("newline", "Zm9v\nZg=="),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char data[16];
		size_t len = 99;

		if (ac_base64_decode(rows[i].text, rows[i].len, data, sizeof(data), &len))
			fail_msg("%s: accepted", rows[i].name);
		assert_int_equal(len, 99);
	}
}

static void
decoding_stays_inside_its_output(void **state)
{
	char data[4] = { 0, 0, 0, 'x' };
	size_t len = 99;

	(void)state;
	assert_false(ac_base64url_decode("Zm9vYg", 6, data, 3, &len));
	assert_int_equal(data[3], 'x');
	assert_false(ac_base64url_decode("Zg", 2, data, 0, &len));
	assert_int_equal(len, 99);
	assert_true(ac_base64url_decode("", 0, NULL, 0, &len));
	assert_int_equal(len, 0);
}

static void
every_length_comes_back(void **state)
{
	uint8_t plain[100], back[100];
	char text[AC_BASE64URL_LEN(sizeof(plain)) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 37 + 11);
	for (size_t n = 0; n <= sizeof(plain); n++) {
		size_t len = 999;

		ac_base64url_encode(plain, n, text);
		assert_int_equal(strlen(text), AC_BASE64URL_LEN(n));
		assert_true(ac_base64url_decode(text, strlen(text), back, n, &len));
		assert_int_equal(len, n);
		assert_memory_equal(back, plain, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_4648_hold_both_ways),
		cmocka_unit_test(base64url_refuses_every_other_spelling),
		cmocka_unit_test(base64_refuses_every_other_spelling),
		cmocka_unit_test(decoding_stays_inside_its_output),
		cmocka_unit_test(every_length_comes_back),
	};

	return cmocka_run_group_tests_name("base64url", tests, NULL, NULL);
}
