/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/pages.h: the files under /assets/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drawn_pages.h"

static const struct ac_config config = { .issuer = "https://sso.example.org", .issuer_path = "" };

static void
assets_answer_by_their_tag(void **state)
{
	static const char *const paths[] = { "/assets/style.css", "/assets/icon.svg" };
	static const char *const types[] = { "text/css; charset=utf-8", "image/svg+xml" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		struct ac_http *h = fake_http_new(), *again = fake_http_new();
		char tag[64];

		h->path = paths[i];
		assert_int_equal(ac_asset_start(&app, h), AC_STEP_REPLY);
		assert_int_equal(h->kind, AC_REPLY_ASSET);
		assert_int_equal(h->status, 200);
		assert_true(h->page.len > 100);
		assert_string_equal(fake_reply_header(h, "Content-Type"), types[i]);
		snprintf(tag, sizeof(tag), "%s", fake_reply_header(h, "ETag"));
		assert_int_equal(strlen(tag), 34);

		again->path = paths[i];
		again->if_none_match = tag;
		assert_int_equal(ac_asset_start(&app, again), AC_STEP_REPLY);
		assert_int_equal(again->status, 304);
		assert_int_equal(again->page.len, 0);
		again->if_none_match = "\"another\"";
		assert_int_equal(ac_asset_start(&app, again), AC_STEP_REPLY);
		assert_int_equal(again->status, 200);
		fake_http_free(&h);
		fake_http_free(&again);
	}
}

static void
no_other_file_is_an_asset(void **state)
{
	static const char *const paths[] = { "/assets/", "/assets/layout.mustache",
					     "/assets/../assets/style.css", "/assets/style.css/",
					     "/assets/%73tyle.css" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(paths); i++) {
		struct ac_http *h = fake_http_new();

		h->path = paths[i];
		assert_int_equal(ac_asset_start(&app, h), AC_STEP_REPLY);
		assert_int_equal(h->status, 404);
		fake_http_free(&h);
	}
}

static int
set_up(void **state)
{
	(void)state;
	return pages_begin(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assets_answer_by_their_tag),
		cmocka_unit_test(no_other_file_is_an_asset),
	};

	return cmocka_run_group_tests_name("assets", tests, set_up, pages_end);
}
