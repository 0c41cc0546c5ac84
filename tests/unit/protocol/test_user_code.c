/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/user_code.h: DV-02, RFC 8628 §6.1.
 */
#include "protocol/user_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

/* Bytes in order, from the start again at their end. */
struct script {
	const uint8_t *bytes;
	size_t len, next;
	enum authcode_err err;
};

static enum authcode_err
play(void *ctx, void *buf, size_t len)
{
	struct script *script = ctx;

	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = script->bytes[script->next++ % script->len];
	return script->err;
}

static enum authcode_err
mint(const uint8_t *bytes, size_t len, enum authcode_err err, struct ac_user_code *ret)
{
	struct script script = { bytes, len, 0, err };
	const struct authcode_random random = { .fill = play, .ctx = &script };

	return ac_user_code_mint(&random, ret);
}

static void
letters_are_drawn_evenly(void **state)
{
	/* From 240 on the first letters would come a thirteenth time: they are skipped. */
	static const uint8_t bytes[] = { 255, 0, 240, 19, 20, 239, 254, 1, 2, 3, 241, 4 };
	struct ac_user_code code;
	size_t seen[128] = { 0 };

	(void)state;
	assert_int_equal(mint(bytes, sizeof(bytes), AUTHCODE_OK, &code), AUTHCODE_OK);
	assert_string_equal(code.text, "BZBZ-CDFG");
	for (unsigned b = 0; b < 240; b++) {
		uint8_t byte = (uint8_t)b;

		assert_int_equal(mint(&byte, 1, AUTHCODE_OK, &code), AUTHCODE_OK);
		seen[(unsigned char)code.text[0]]++;
	}
	for (const char *c = "BCDFGHJKLMNPQRSTVWXZ"; *c != '\0'; c++)
		assert_int_equal(seen[(unsigned char)*c], 12);
}

static void
a_generator_that_fails_or_never_fits_gives_no_code(void **state)
{
	static const uint8_t good[] = { 1 }, never[] = { 255 };
	struct ac_user_code code = { "untouched" };

	(void)state;
	assert_int_equal(mint(good, 1, AUTHCODE_ERR_RANDOM, &code), AUTHCODE_ERR_RANDOM);
	assert_int_equal(mint(never, 1, AUTHCODE_OK, &code), AUTHCODE_ERR_RANDOM);
	assert_string_equal(code.text, "untouched");
}

static void
a_code_is_read_in_any_case_and_punctuation_and_shown_in_one(void **state)
{
	static const struct {
		const char *text, *shown; /* NULL: none */
	} rows[] = {
		{ "BCDF-GHJK", "BCDF-GHJK" },
		{ "bcdfghjk", "BCDF-GHJK" },
		{ " b-c_d.f\tG H J K ", "BCDF-GHJK" },
		{ "BCDFGHJKL", NULL },
		{ "BCDFGHJ", NULL },
		{ "", NULL },
		{ "--------", NULL },
		{ "ACDF-GHJK", NULL },
		{ "BCDF-GHJ0", NULL },
		{ "BCDF+GHJK", NULL },
		{ "BCDF-GHJK\xc2\xa0", NULL },
		{ "BCDF\xe2\x80\x93GHJK", NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_user_code code = { "untouched" };
		bool known = ac_user_code_parse(rows[i].text, &code);

		if (known != (rows[i].shown != NULL) ||
		    strcmp(code.text, known ? rows[i].shown : "untouched") != 0)
			fail_msg("%s: %s", rows[i].text, code.text);
	}
}

/* Whoever has the database and not the key cannot try all codes. */
static void
its_hash_depends_on_the_code_and_the_key(void **state)
{
	struct authcode_issuer one = { .keys.user_code = { 1 } }, two = { .keys.user_code = { 2 } };
	const struct ac_user_code a = { "BCDF-GHJK" }, b = { "BCDF-GHJL" };
	uint8_t hash[4][AUTHCODE_HASH_LEN];

	(void)state;
	assert_int_equal(ac_user_code_hash(&one, &a, hash[0]), AUTHCODE_OK);
	assert_int_equal(ac_user_code_hash(&one, &b, hash[1]), AUTHCODE_OK);
	assert_int_equal(ac_user_code_hash(&two, &a, hash[2]), AUTHCODE_OK);
	assert_int_equal(ac_user_code_hash(&one, &a, hash[3]), AUTHCODE_OK);
	assert_memory_not_equal(hash[0], hash[1], AUTHCODE_HASH_LEN);
	assert_memory_not_equal(hash[0], hash[2], AUTHCODE_HASH_LEN);
	assert_memory_equal(hash[0], hash[3], AUTHCODE_HASH_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_are_drawn_evenly),
		cmocka_unit_test(a_generator_that_fails_or_never_fits_gives_no_code),
		cmocka_unit_test(a_code_is_read_in_any_case_and_punctuation_and_shown_in_one),
		cmocka_unit_test(its_hash_depends_on_the_code_and_the_key),
	};

	return cmocka_run_group_tests_name("user_code", tests, NULL, NULL);
}
