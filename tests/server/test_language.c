/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/language.h
 */
#include "server/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

#define LEN 64 /* START.language */

static void
the_most_wanted_language_comes_first(void **state)
{
	static const struct {
		const char *header, *expected;
	} rows[] = {
		{ "de", "de" },
		{ "de-AT", "de_AT:de" },
		{ "DE-at", "de_AT:de" },
		{ "de-AT, de;q=0.9, en;q=0.8", "de_AT:de:en" },
		{ "en;q=0.8, fr", "fr:en" },
		{ "en;q=0.5, fr;q=0.5", "en:fr" },
		{ "en ; q=0.5 , fr\t;\tq=0.501", "fr:en" },
		{ "zh-Hant-TW", "zh_TW:zh" },
		{ "es-419, pt-BR;q=1.000", "es:pt_BR:pt" },
		{ "gsw-CH", "gsw_CH:gsw" },
		{ "de, de;q=0.1, DE", "de" },
		{ "*, nl;q=0.1", "nl" },
		{ ",,de,,", "de" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char out[LEN];

		ac_language_choose(NULL, rows[i].header, out, sizeof(out));
		if (strcmp(out, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].header, out);
	}
}

static void
what_is_no_language_is_passed_over(void **state)
{
	static const char *const rows[] = {
		"",           "*",
		"d",          "deut",
		"1d",         "de;q=0",
		"de;q=0.000", "de;q=2",
		"de;q=1.001", "de;q=",
		"de;q=-1",    "de;q=0.1234",
		"de;q=.5",    "de;quality=1",
		"de;",        "de q=1",
		"de-",        "de--AT",
		"de_AT",      "../../etc",
		"de/..",      "de:fr",
		"de\nfr",     "\xc3\xa4\xc3\xb6",
		"%n%s",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char out[LEN] = "before";

		ac_language_choose(NULL, rows[i], out, sizeof(out));
		if (out[0] != '\0')
			fail_msg("%s: %s", rows[i], out);
	}
}

/* AZ-30: OIDC-Core §3.1.2.1, which has no weights. */
static void
what_the_client_asks_for_comes_before_the_browser(void **state)
{
	static const struct {
		const char *ui_locales, *header, *expected;
	} rows[] = {
		{ "fr", "de-AT, en;q=0.5", "fr:de_AT:de:en" },
		{ "fr-CA fr en", "de", "fr_CA:fr:en:de" },
		{ "de", "de-AT, de;q=0.9", "de:de_AT" },
		{ "es-419", NULL, "es" },
		{ "", "de", "de" },
		{ "x y-z", "de", "de" },
		{ "  fr   en ", "de", "fr:en:de" },
		{ "fr,en", "de", "de" },
		{ "fr;q=0.1", "de", "fr:de" }, /* never comes from the library */
		{ "../../x %n fr", "de", "fr:de" },
		{ "fr:en", "de", "de" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char out[LEN];

		ac_language_choose(rows[i].ui_locales, rows[i].header, out, sizeof(out));
		if (strcmp(out, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].ui_locales, out);
	}
}

static void
no_header_is_no_language(void **state)
{
	char out[LEN] = "before";

	(void)state;
	ac_language_choose(NULL, NULL, out, sizeof(out));
	assert_string_equal(out, "");
}

static void
a_list_is_cut_between_names(void **state)
{
	char out[9];

	(void)state;
	ac_language_choose(NULL, "de-AT,fr", out, sizeof(out)); /* "de_AT:de" is 8 */
	assert_string_equal(out, "de_AT:de");
	ac_language_choose(NULL, "gsw-CH,fr", out, sizeof(out));
	assert_string_equal(out, "gsw_CH");
}

static void
a_long_header_costs_its_first_part_only(void **state)
{
	static const char filler[] = "aa;q=0.1,";
	char header[2048] = "", out[LEN];

	(void)state;
	for (size_t len = 0; len + sizeof(filler) < sizeof(header); len += sizeof(filler) - 1)
		memcpy(header + len, filler, sizeof(filler));
	memcpy(header + 600, "de;q=1.0,", 9);
	ac_language_choose(NULL, header, out, sizeof(out));
	assert_string_equal(out, "aa");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_wanted_language_comes_first),
		cmocka_unit_test(what_is_no_language_is_passed_over),
		cmocka_unit_test(what_the_client_asks_for_comes_before_the_browser),
		cmocka_unit_test(no_header_is_no_language),
		cmocka_unit_test(a_list_is_cut_between_names),
		cmocka_unit_test(a_long_header_costs_its_first_part_only),
	};

	return cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
