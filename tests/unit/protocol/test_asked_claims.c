/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/asked_claims.h: what of a claims parameter asks for something here
 * (OIDC-Core §5.5, §5.5.1), and what asks for nothing.
 */
#include "protocol/asked_claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/attr.h"

static json_t *
asked_by(const char *text, const char *where)
{
	json_t *asked = json_null();

	assert_int_equal(ac_asked_claims_parse(text, where, &asked), AUTHCODE_OK);
	return asked;
}

static void
what_is_no_request_asks_for_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"null",
		"[]",
		"\"userinfo\"",
		"{}",
		"{\"userinfo\":null}",
		"{\"userinfo\":[\"email\"]}",
		"{\"userinfo\":\"email\"}",
		"{\"UserInfo\":{\"email\":null}}",
		"{\"id_token\":{\"email\":null}}",
		"{\"userinfo\":{\"email\":null},\"userinfo\":{\"email\":null}}",
		"{\"userinfo\":{\"email\":null,\"email\":null}}",
		"{\"userinfo\":{\"email\":null}} ",
		"{\"userinfo\":{\"email\":null}}x",
		"{\"userinfo\":{\"email\":{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}}}",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(texts); i++) {
		json_t *asked = asked_by(texts[i], AC_ASKED_USERINFO);

		/* Space at the end is JSON. */
		if ((asked != NULL) != (i == 13))
			fail_msg("%s", texts[i]);
		json_decref(asked);
	}
	assert_false(ac_asked_claims_has(NULL, "email"));
	assert_false(ac_asked_claims_fit(NULL, "email", json_true()));
	assert_null(ac_asked_claims_value(NULL, "acr", 0));
}

/* Anything else asks for nothing. */
static void
a_claim_is_asked_for_by_null_or_an_object(void **state)
{
	static const struct {
		const char *member;
		bool has, fits; /* "x" */
	} rows[] = {
		{ "null", true, true },
		{ "{}", true, true },
		{ "{\"essential\":true}", true, true },
		{ "{\"essential\":false}", true, true },
		{ "{\"unknown\":1}", true, true },
		{ "{\"value\":\"x\"}", true, true },
		{ "{\"value\":\"X\"}", true, false },
		{ "{\"value\":null}", true, false },
		{ "{\"values\":[\"a\",\"x\"]}", true, true },
		{ "{\"values\":[\"a\",\"b\"]}", true, false },
		{ "{\"values\":[]}", true, false },
		{ "{\"values\":\"x\"}", true, true },
		{ "{\"value\":\"y\",\"values\":[\"x\"]}", true, false },
		{ "true", false, false },
		{ "\"x\"", false, false },
		{ "[\"x\"]", false, false },
		{ "1", false, false },
	};
	json_t *value = json_string("x");

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[128];
		json_t *asked;

		snprintf(text, sizeof(text), "{\"id_token\":{\"c\":%s}}", rows[i].member);
		asked = asked_by(text, AC_ASKED_ID_TOKEN);
		assert_non_null(asked);
		print_message("# %s\n", text);
		assert_int_equal(ac_asked_claims_has(asked, "c"), rows[i].has);
		assert_int_equal(ac_asked_claims_fit(asked, "c", value), rows[i].fits);
		assert_false(ac_asked_claims_has(asked, "C"));
		assert_false(ac_asked_claims_fit(asked, "d", value));
		json_decref(asked);
	}
	json_decref(value);
}

/* ID-17 */
static void
values_come_in_the_order_of_preference(void **state)
{
	static const struct {
		const char *member;
		const char *values[3];
	} rows[] = {
		{ "null", { NULL } },
		{ "{\"essential\":true}", { NULL } },
		{ "{\"value\":\"a\"}", { "a", NULL } },
		{ "{\"values\":[\"b\",\"a\"]}", { "b", "a", NULL } },
		{ "{\"value\":\"a\",\"values\":[\"b\"]}", { "a", NULL } },
		{ "{\"values\":[1,\"a\"]}", { NULL } },
		{ "{\"value\":1}", { NULL } },
		{ "[\"a\"]", { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char text[128];
		json_t *asked;

		snprintf(text, sizeof(text), "{\"id_token\":{\"acr\":%s}}", rows[i].member);
		asked = asked_by(text, AC_ASKED_ID_TOKEN);
		for (size_t k = 0; rows[i].values[k] != NULL; k++)
			assert_string_equal(ac_asked_claims_value(asked, "acr", k),
					    rows[i].values[k]);
		for (size_t k = 0; k < 3; k++) {
			if (rows[i].values[k] == NULL) {
				assert_null(ac_asked_claims_value(asked, "acr", k));
				break;
			}
		}
		json_decref(asked);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_request_asks_for_nothing),
		cmocka_unit_test(a_claim_is_asked_for_by_null_or_an_object),
		cmocka_unit_test(values_come_in_the_order_of_preference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
