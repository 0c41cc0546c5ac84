/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jwt.h
 */
#include "jose/jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

#define NOW 1700000000
#define S10 "aaaaaaaaaa"
#define S50 S10 S10 S10 S10 S10
#define S255 S50 S50 S50 S50 S50 "aaaaa"

static const char *const auds[] = { "https://as.example", "https://as.example/token" };

static const struct ac_jwt_expect assertion = {
	.iss = "client",
	.sub = "client",
	.auds = auds,
	.aud_count = AC_ARRAY_SIZE(auds),
	.flags = AC_JWT_NEED_SUB | AC_JWT_NEED_JTI,
	.now_s = NOW,
	.ahead_s = AC_JWT_AHEAD_S,
	.max_life_s = 300,
};

struct row {
	const char *claims;
	enum ac_jwt_verdict verdict;
};

static void
assert_rows(const struct row *rows, size_t count, const struct ac_jwt_expect *expect)
{
	for (size_t i = 0; i < count; i++) {
		json_t *claims = json_loads(rows[i].claims, JSON_DECODE_ANY, NULL);
		enum ac_jwt_verdict verdict;

		assert_non_null(claims);
		verdict = ac_jwt_check(claims, expect);
		if (verdict != rows[i].verdict)
			fail_msg("%s: %s, expected %s", rows[i].claims, ac_jwt_words(verdict),
				 ac_jwt_words(rows[i].verdict));
		json_decref(claims);
	}
}

#define GOOD(more)                                                                                 \
	"{\"iss\":\"client\",\"sub\":\"client\",\"aud\":\"https://as.example\","                   \
	"\"exp\":1700000060,\"jti\":\"j\"" more "}"

static void
an_assertion_as_expected_is_good(void **state)
{
	static const struct row rows[] = {
		{ GOOD(""), AC_JWT_GOOD },
		{ GOOD(",\"iat\":1700000000,\"nbf\":1700000000"), AC_JWT_GOOD },
		{ GOOD(",\"iat\":0,\"nbf\":0"), AC_JWT_GOOD },
		{ GOOD(",\"more\":[1.5,null]"), AC_JWT_GOOD },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
}

static void
the_issuer_and_the_subject_must_be_the_expected_ones(void **state)
{
	static const struct row rows[] = {
		{ "{\"sub\":\"client\"}", AC_JWT_ISS },
		{ "{\"iss\":\"Client\"}", AC_JWT_ISS },
		{ "{\"iss\":\"client2\"}", AC_JWT_ISS },
		{ "{\"iss\":\"\"}", AC_JWT_ISS },
		{ "{\"iss\":null}", AC_JWT_ISS },
		{ "{\"iss\":[\"client\"]}", AC_JWT_ISS },
		{ "{\"iss\":\"client\"}", AC_JWT_SUB },
		{ "{\"iss\":\"client\",\"sub\":\"other\"}", AC_JWT_SUB },
		{ "{\"iss\":\"client\",\"sub\":\"\"}", AC_JWT_SUB },
		{ "{\"iss\":\"client\",\"sub\":null}", AC_JWT_SUB },
		{ "{\"iss\":\"client\",\"sub\":7}", AC_JWT_SUB },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
}

#define AUD(aud)                                                                                   \
	"{\"iss\":\"client\",\"sub\":\"client\",\"exp\":1700000060,\"jti\":\"j\",\"aud\":" aud "}"

static void
one_of_the_expected_audiences_must_be_named(void **state)
{
	static const struct row rows[] = {
		{ AUD("\"https://as.example/token\""), AC_JWT_GOOD },
		{ AUD("[\"https://as.example\"]"), AC_JWT_GOOD },
		{ AUD("[\"https://other.example\",\"https://as.example\"]"), AC_JWT_GOOD },
		{ AUD("\"https://as.example/\""), AC_JWT_AUD },
		{ AUD("\"https://AS.example\""), AC_JWT_AUD },
		{ AUD("\"https://as.example https://x.example\""), AC_JWT_AUD },
		{ AUD("\"\""), AC_JWT_AUD },
		{ AUD("null"), AC_JWT_AUD },
		{ AUD("7"), AC_JWT_AUD },
		{ AUD("{\"https://as.example\":1}"), AC_JWT_AUD },
		{ AUD("[]"), AC_JWT_AUD },
		{ AUD("[\"https://other.example\"]"), AC_JWT_AUD },
		{ AUD("[[\"https://as.example\"]]"), AC_JWT_AUD },
		{ AUD("[\"https://as.example\",7]"), AC_JWT_AUD },
		{ AUD("[null,\"https://as.example\"]"), AC_JWT_AUD },
		{ "{\"iss\":\"client\",\"sub\":\"client\",\"exp\":1700000060}", AC_JWT_AUD },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
}

/* FAPI 2.0 §5.3.2.1-8 */
static void
a_strict_audience_is_one_plain_string(void **state)
{
	static const struct row rows[] = {
		{ AUD("\"https://as.example\""), AC_JWT_GOOD },
		{ AUD("\"https://as.example/token\""), AC_JWT_AUD },
		{ AUD("[\"https://as.example\"]"), AC_JWT_AUD },
	};
	struct ac_jwt_expect strict = assertion;

	(void)state;
	strict.aud_count = 1;
	strict.flags |= AC_JWT_AUD_PLAIN;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &strict);
}

#define EXP(exp)                                                                                   \
	"{\"iss\":\"client\",\"sub\":\"client\",\"aud\":\"https://as.example\",\"jti\":\"j\","     \
	"\"exp\":" exp "}"

static void
exp_is_there_and_neither_over_nor_far(void **state)
{
	static const struct row rows[] = {
		{ EXP("1700000001"), AC_JWT_GOOD },
		{ EXP("1700000300"), AC_JWT_GOOD },
		{ EXP("1700000301"), AC_JWT_TOO_LONG },
		{ EXP("9223372036854775807"), AC_JWT_TOO_LONG },
		{ EXP("1700000000"), AC_JWT_EXPIRED },
		{ EXP("1699999999"), AC_JWT_EXPIRED },
		{ EXP("0"), AC_JWT_EXPIRED },
		{ EXP("-1"), AC_JWT_EXP },
		{ EXP("-9223372036854775808"), AC_JWT_EXP },
		{ EXP("1700000060.0"), AC_JWT_EXP },
		{ EXP("1.7e9"), AC_JWT_EXP },
		{ EXP("1e300"), AC_JWT_EXP },
		{ EXP("\"1700000060\""), AC_JWT_EXP },
		{ EXP("true"), AC_JWT_EXP },
		{ EXP("null"), AC_JWT_EXP },
		{ EXP("[1700000060]"), AC_JWT_EXP },
		{ "{\"iss\":\"client\",\"sub\":\"client\",\"aud\":\"https://as.example\"}",
		  AC_JWT_EXP },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
}

/* FAPI 2.0 §5.3.2.1-13: 10 s ahead must pass, more than 60 s must not. */
static void
nbf_and_iat_may_lie_a_little_ahead(void **state)
{
	static const struct row rows[] = {
		{ GOOD(",\"nbf\":1700000010,\"iat\":1700000010"), AC_JWT_GOOD },
		{ GOOD(",\"nbf\":1700000060,\"iat\":1700000060"), AC_JWT_GOOD },
		{ GOOD(",\"nbf\":1700000061"), AC_JWT_NOT_YET },
		{ GOOD(",\"iat\":1700000061"), AC_JWT_FROM_FUTURE },
		{ GOOD(",\"nbf\":9223372036854775807"), AC_JWT_NOT_YET },
		{ GOOD(",\"iat\":9223372036854775807"), AC_JWT_FROM_FUTURE },
		{ GOOD(",\"nbf\":-1"), AC_JWT_NBF },
		{ GOOD(",\"nbf\":1.5"), AC_JWT_NBF },
		{ GOOD(",\"nbf\":\"0\""), AC_JWT_NBF },
		{ GOOD(",\"nbf\":null"), AC_JWT_NBF },
		{ GOOD(",\"iat\":-1"), AC_JWT_IAT },
		{ GOOD(",\"iat\":1.5"), AC_JWT_IAT },
		{ GOOD(",\"iat\":\"0\""), AC_JWT_IAT },
		{ GOOD(",\"iat\":null"), AC_JWT_IAT },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
}

#define JTI(jti)                                                                                   \
	"{\"iss\":\"client\",\"sub\":\"client\",\"aud\":\"https://as.example\","                   \
	"\"exp\":1700000060,\"jti\":" jti "}"

static void
a_jti_is_a_text_of_bounded_length(void **state)
{
	static const struct row rows[] = {
		{ JTI("\"" S255 "\""), AC_JWT_GOOD },
		{ JTI("\"a" S255 "\""), AC_JWT_JTI },
		{ JTI("\"\""), AC_JWT_JTI },
		{ JTI("7"), AC_JWT_JTI },
		{ JTI("null"), AC_JWT_JTI },
		{ JTI("[\"j\"]"), AC_JWT_JTI },
		{ "{\"iss\":\"client\",\"sub\":\"client\",\"aud\":\"https://as.example\","
		  "\"exp\":1700000060}",
		  AC_JWT_JTI },
	};

	(void)state;
	assert_int_equal(strlen(S255), AC_MAX_JTI);
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
}

/* An id_token_hint is taken although it is over (OpenID Connect RP-Initiated
 * Logout §2), but not with claims of a wrong type. */
static void
a_hint_may_have_expired(void **state)
{
	static const struct row rows[] = {
		{ "{\"iss\":\"https://as.example\",\"exp\":1}", AC_JWT_GOOD },
		{ "{\"iss\":\"https://as.example\"}", AC_JWT_GOOD },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"sub\":\"s\",\"aud\":\"c\"}",
		  AC_JWT_GOOD },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"aud\":[\"c\",\"d\"]}", AC_JWT_GOOD },
		{ "{\"iss\":\"https://other.example\",\"exp\":1}", AC_JWT_ISS },
		{ "{\"iss\":\"https://as.example\",\"exp\":\"1\"}", AC_JWT_EXP },
		{ "{\"iss\":\"https://as.example\",\"exp\":-1}", AC_JWT_EXP },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"sub\":7}", AC_JWT_SUB },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"aud\":7}", AC_JWT_AUD },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"aud\":[7]}", AC_JWT_AUD },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"jti\":7}", AC_JWT_JTI },
		{ "{\"iss\":\"https://as.example\",\"exp\":1,\"iat\":1700000001}",
		  AC_JWT_FROM_FUTURE },
	};
	const struct ac_jwt_expect hint = { .iss = "https://as.example",
					    .flags = AC_JWT_MAY_EXPIRE,
					    .now_s = NOW };

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &hint);
}

static void
iat_and_sub_are_needed_when_asked_for(void **state)
{
	static const struct row rows[] = {
		{ "{\"exp\":1700000060,\"sub\":\"s\",\"iat\":1}", AC_JWT_GOOD },
		{ "{\"exp\":1700000060,\"sub\":\"s\"}", AC_JWT_IAT },
		{ "{\"exp\":1700000060,\"iat\":1}", AC_JWT_SUB },
	};
	const struct ac_jwt_expect expect = { .flags = AC_JWT_NEED_IAT | AC_JWT_NEED_SUB,
					      .now_s = NOW };

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &expect);
}

static void
a_late_token_still_counts_within_the_tolerance(void **state)
{
	static const struct row rows[] = {
		{ "{\"exp\":1699999991}", AC_JWT_GOOD },
		{ "{\"exp\":1699999990}", AC_JWT_EXPIRED },
		{ "{\"exp\":9223372036854775807}", AC_JWT_GOOD },
	};
	const struct ac_jwt_expect expect = { .now_s = NOW, .late_s = 10 };

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &expect);
}

static void
what_is_no_object_has_no_claims(void **state)
{
	static const struct row rows[] = {
		{ "null", AC_JWT_NO_CLAIMS },
		{ "[]", AC_JWT_NO_CLAIMS },
		{ "\"text\"", AC_JWT_NO_CLAIMS },
	};

	(void)state;
	assert_rows(rows, AC_ARRAY_SIZE(rows), &assertion);
	assert_int_equal(ac_jwt_check(NULL, &assertion), AC_JWT_NO_CLAIMS);
}

static void
every_verdict_has_words_of_its_own(void **state)
{
	(void)state;
	for (unsigned a = 0; a < AC_JWT_VERDICT_COUNT; a++) {
		assert_true(strlen(ac_jwt_words((enum ac_jwt_verdict)a)) >= 4);
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(ac_jwt_words((enum ac_jwt_verdict)a),
						ac_jwt_words((enum ac_jwt_verdict)b));
	}
	assert_string_equal(ac_jwt_words(AC_JWT_VERDICT_COUNT), ac_jwt_words(AC_JWT_NO_CLAIMS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_assertion_as_expected_is_good),
		cmocka_unit_test(the_issuer_and_the_subject_must_be_the_expected_ones),
		cmocka_unit_test(one_of_the_expected_audiences_must_be_named),
		cmocka_unit_test(a_strict_audience_is_one_plain_string),
		cmocka_unit_test(exp_is_there_and_neither_over_nor_far),
		cmocka_unit_test(nbf_and_iat_may_lie_a_little_ahead),
		cmocka_unit_test(a_jti_is_a_text_of_bounded_length),
		cmocka_unit_test(a_hint_may_have_expired),
		cmocka_unit_test(iat_and_sub_are_needed_when_asked_for),
		cmocka_unit_test(a_late_token_still_counts_within_the_tolerance),
		cmocka_unit_test(what_is_no_object_has_no_claims),
		cmocka_unit_test(every_verdict_has_words_of_its_own),
	};

	return cmocka_run_group_tests_name("jwt", tests, NULL, NULL);
}
