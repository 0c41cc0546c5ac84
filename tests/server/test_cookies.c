/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/cookies.h
 */
#include "server/cookies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_http.h"
#include "server/config.h"

#define GOOD "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct ac_config production = { .issuer = "https://sso.example.org" };
static const struct ac_config development = { .issuer = "http://localhost", .issuer_is_dev = true };

static const struct {
	const struct ac_config *config;
	const char *browser, *session, *end;
} modes[] = {
	{ &production, "__Host-authcode-browser", "__Host-authcode",
	  "; Path=/; HttpOnly; SameSite=Lax; Secure" },
	{ &development, "authcode-dev-browser", "authcode-dev",
	  "; Path=/; HttpOnly; SameSite=Lax" },
};

/* LS-03 */
static void
sets_names_and_flags_of_the_mode(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		const struct ac_app app = { .config = modes[i].config };
		struct ac_http *h = fake_http_new();
		char made[AC_BROWSER_LEN + 1], expected[256];

		assert_int_equal(ac_cookie_browser_ensure(&app, h, made), AUTHCODE_OK);
		assert_int_equal(strlen(made), AC_BROWSER_LEN);
		snprintf(expected, sizeof(expected), "%s=%s%s", modes[i].browser, made,
			 modes[i].end);
		assert_string_equal(h->headers[0].value, expected);
		assert_string_equal(h->headers[0].name, "Set-Cookie");

		ac_cookie_set_session(&app, h, "acs_x-Y_1");
		snprintf(expected, sizeof(expected), "%s=acs_x-Y_1%s", modes[i].session,
			 modes[i].end);
		assert_string_equal(h->headers[1].value, expected);

		ac_cookie_set_session(&app, h, "");
		snprintf(expected, sizeof(expected), "%s=%s; Max-Age=0", modes[i].session,
			 modes[i].end);
		assert_string_equal(h->headers[2].value, expected);
		fake_http_free(&h);
	}
}

static void
keeps_a_browser_that_has_a_name(void **state)
{
	const struct ac_app app = { .config = &production };
	struct ac_http *h = fake_http_new();
	char name[AC_BROWSER_LEN + 1];

	(void)state;
	h->cookie_name[0] = "__Host-authcode-browser";
	h->cookie_value[0] = GOOD;
	assert_int_equal(ac_cookie_browser_ensure(&app, h, name), AUTHCODE_OK);
	assert_string_equal(name, GOOD);
	assert_int_equal(h->header_count, 0);
	fake_http_free(&h);
}

static void
gives_every_new_browser_another_name(void **state)
{
	const struct ac_app app = { .config = &production };
	struct ac_http *h = fake_http_new();
	char one[AC_BROWSER_LEN + 1], two[AC_BROWSER_LEN + 1];

	(void)state;
	assert_int_equal(ac_cookie_browser_ensure(&app, h, one), AUTHCODE_OK);
	assert_int_equal(ac_cookie_browser_ensure(&app, h, two), AUTHCODE_OK);
	assert_string_not_equal(one, two);
	fake_http_free(&h);
}

static void
takes_no_hostile_browser_cookie(void **state)
{
	static const char *const values[] = {
		"",
		"x",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* one short */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* one long */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",  /* stray bits (RFC 4648 §3.5) */
		"AAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAA=AAAAAAAAAAAAAAAAAAAAA",
		("AAAAAAAAAAAAAAAAAAAAA\xc3\xa9"
		 "AAAAAAAAAAAAAAAAAAAA"),
		"AAAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAAAA",
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
		"AAAAAAAAAAAAAAAAAAAAA;AAAAAAAAAAAAAAAAAAAAA",
	};
	const struct ac_app app = { .config = &production };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(values); i++) {
		struct ac_http *h = fake_http_new();
		char name[AC_BROWSER_LEN + 1];

		h->cookie_name[0] = "__Host-authcode-browser";
		h->cookie_value[0] = values[i];
		if (ac_cookie_browser(&app, h) != NULL)
			fail_msg("took %s", values[i]);
		assert_int_equal(ac_cookie_browser_ensure(&app, h, name), AUTHCODE_OK);
		assert_string_not_equal(name, values[i]);
		assert_int_equal(h->header_count, 1);
		fake_http_free(&h);
	}
}

static void
takes_no_hostile_session_cookie(void **state)
{
	static const char *const values[] = {
		"", " ", "a b", "a;b", "a\"b", "a\nb", "\xff", "a.b"
	};
	const struct ac_app app = { .config = &production };
	char longest[258];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(values); i++) {
		struct ac_http *h = fake_http_new();

		h->cookie_name[0] = "__Host-authcode";
		h->cookie_value[0] = values[i];
		if (ac_cookie_session(&app, h) != NULL)
			fail_msg("took %s", values[i]);
		if (*values[i] != '\0')
			ac_cookie_set_session(&app, h, values[i]);
		assert_int_equal(h->header_count, 0);
		fake_http_free(&h);
	}
	for (size_t len = 256; len <= 257; len++) {
		struct ac_http *h = fake_http_new();

		memset(longest, 'a', len);
		longest[len] = '\0';
		h->cookie_name[0] = "__Host-authcode";
		h->cookie_value[0] = longest;
		if (len == 256)
			assert_string_equal(ac_cookie_session(&app, h), longest);
		else
			assert_null(ac_cookie_session(&app, h));
		fake_http_free(&h);
	}
}

/* A sibling host can set a cookie without the prefix; it must mean nothing. */
static void
reads_the_name_of_its_mode_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		const struct ac_app app = { .config = modes[i].config };
		struct ac_http *h = fake_http_new();

		h->cookie_name[0] = modes[1 - i].browser;
		h->cookie_value[0] = GOOD;
		h->cookie_name[1] = modes[1 - i].session;
		h->cookie_value[1] = "acs_x";
		assert_null(ac_cookie_browser(&app, h));
		assert_null(ac_cookie_session(&app, h));
		fake_http_free(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_names_and_flags_of_the_mode),
		cmocka_unit_test(keeps_a_browser_that_has_a_name),
		cmocka_unit_test(gives_every_new_browser_another_name),
		cmocka_unit_test(takes_no_hostile_browser_cookie),
		cmocka_unit_test(takes_no_hostile_session_cookie),
		cmocka_unit_test(reads_the_name_of_its_mode_alone),
	};

	return cmocka_run_group_tests_name("cookies", tests, NULL, NULL);
}
