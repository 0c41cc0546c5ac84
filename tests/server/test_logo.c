/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/logo.h: pictures of clients, served by us and as nothing else. AZ-39.
 */
#include "server/logo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fake_http.h"
#include "server/config.h"
#include "server/pages.h"

#define PNG(width, height) "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" width height "\x08\x06\0\0\0 and so on"
#define SMALL "\0\0\0\x40"
#define GOOD PNG(SMALL, SMALL)

static const struct ac_config config = { .issuer = "https://sso.example.org/auth",
					 .issuer_path = "/auth" };
static struct ac_app app = { .config = &config };
static struct authcode_clients *clients;
static char directory[] = "/tmp/authcode-logo.XXXXXX";
static char path[64];

static void
write_file(const void *data, size_t len)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static enum authcode_err
load(struct authcode_reason *reason)
{
	return ac_logos_new(clients, NULL, &app.logos, reason);
}

static struct ac_http *
get(const char *query)
{
	struct ac_http *h = fake_http_new();

	h->path = "/logo";
	h->query = query;
	assert_int_equal(ac_logo_start(&app, h), AC_STEP_REPLY);
	assert_int_equal(h->replies, 1);
	return h;
}

static void
a_logo_is_a_png_and_nothing_else(void **state)
{
	struct authcode_reason reason = { "" };
	struct ac_http *h;
	char tag[64];

	(void)state;
	write_file(GOOD, sizeof(GOOD));
	assert_int_equal(load(&reason), AUTHCODE_OK);
	h = get("client=app");
	assert_int_equal(h->kind, AC_REPLY_ASSET);
	assert_int_equal(h->status, 200);
	assert_int_equal(h->page.len, sizeof(GOOD));
	assert_memory_equal(h->page.data, GOOD, sizeof(GOOD));
	assert_string_equal(fake_reply_header(h, "Content-Type"), "image/png");
	assert_string_equal(fake_reply_header(h, "Content-Security-Policy"),
			    "default-src 'none'; frame-ancestors 'none'; sandbox");
	snprintf(tag, sizeof(tag), "%s", fake_reply_header(h, "ETag"));
	fake_http_free(&h);
	h = fake_http_new();
	h->query = "client=app";
	h->if_none_match = tag;
	(void)ac_logo_start(&app, h);
	assert_int_equal(h->status, 304);
	assert_int_equal(h->page.len, 0);
	fake_http_free(&h);
}

static void
what_names_no_logo_is_not_found(void **state)
{
	static const char *const queries[] = {
		"",
		"client=",
		"client=other",
		"client=APP",
		"client=app&client=app",
		"client=app%00",
		"client=%zz",
		"client=../app",
		"logo=app",
	};
	struct authcode_reason reason = { "" };

	(void)state;
	write_file(GOOD, sizeof(GOOD));
	assert_int_equal(load(&reason), AUTHCODE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(queries); i++) {
		struct ac_http *h = get(queries[i]);

		print_message("# %s\n", queries[i]);
		assert_int_equal(h->status, 404);
		assert_int_equal(h->kind, AC_REPLY_PAGE);
		fake_http_free(&h);
	}
}

static void
pages_show_the_logo_of_who_has_one(void **state)
{
	struct authcode_interaction i = { .transaction = "t", .csrf = "c", .user_name = "alice" };
	static const char image[] = "<img class=\"logo\" src=\"/auth/logo?client=app\" alt=\"\"";
	struct authcode_reason reason = { "" };
	struct ac_http *h;

	(void)state;
	write_file(GOOD, sizeof(GOOD));
	assert_int_equal(load(&reason), AUTHCODE_OK);
	i.client = authcode_clients_find(clients, "app");
	h = fake_http_new();
	ac_page_sign_in(&app, h, &i);
	assert_non_null(strstr(fake_page(h), image));
	fake_http_free(&h);
	h = fake_http_new();
	ac_page_consent(&app, h, &i);
	assert_non_null(strstr(fake_page(h), image));
	fake_http_free(&h);
	i.client = authcode_clients_find(clients, "other");
	h = fake_http_new();
	ac_page_consent(&app, h, &i);
	assert_null(strstr(fake_page(h), "<img"));
	fake_http_free(&h);
}

static void
what_is_no_png_stops_the_start(void **state)
{
	static const struct {
		const char *name, *data;
		size_t len;
	} rows[] = {
		{ "empty", "", 0 },
		{ "text", "<svg onload='alert(1)'/>..........", 34 },
		{ "the signature alone", GOOD, 8 },
		{ "cut in the header", GOOD, 23 },
		{ "a GIF", "GIF89a...........................", 33 },
		{ "width 0", PNG("\0\0\0\0", SMALL), sizeof(GOOD) },
		{ "height 0", PNG(SMALL, "\0\0\0\0"), sizeof(GOOD) },
		{ "2049 wide", PNG("\0\0\x08\x01", SMALL), sizeof(GOOD) },
		{ "2049 high", PNG(SMALL, "\0\0\x08\x01"), sizeof(GOOD) },
		{ "endless", PNG("\xff\xff\xff\xff", SMALL), sizeof(GOOD) },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_reason reason = { "" };

		print_message("# %s\n", rows[i].name);
		write_file(rows[i].data, rows[i].len);
		assert_int_equal(load(&reason), AUTHCODE_ERR_CONFIG);
		assert_null(app.logos);
		assert_non_null(strstr(reason.text, "client \"app\": logo_file: "));
		assert_non_null(strstr(reason.text, "it is not a PNG"));
	}
}

static void
what_is_too_large_stops_the_start(void **state)
{
	static char data[AC_MAX_LOGO + 1] = GOOD;
	struct authcode_reason reason = { "" };

	(void)state;
	write_file(data, AC_MAX_LOGO);
	assert_int_equal(load(&reason), AUTHCODE_OK);
	ac_logos_free(&app.logos);
	write_file(data, AC_MAX_LOGO + 1);
	assert_int_equal(load(&reason), AUTHCODE_ERR_CONFIG);
	assert_non_null(strstr(reason.text, "larger than 64 KiB"));
}

static void
what_is_no_file_stops_the_start(void **state)
{
	struct authcode_reason reason = { "" };

	(void)state;
	(void)unlink(path);
	assert_int_equal(load(&reason), AUTHCODE_ERR_CONFIG);
	assert_non_null(strstr(reason.text, "No such file"));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(&reason), AUTHCODE_ERR_CONFIG);
	assert_non_null(strstr(reason.text, "not a regular file"));
}

static void
what_others_may_write_stops_the_start(void **state)
{
	static const mode_t modes[] = { 0620, 0602, 0666, 0664, 0646 };
	struct authcode_reason reason = { "" };

	(void)state;
	write_file(GOOD, sizeof(GOOD));
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(load(&reason), AUTHCODE_ERR_CONFIG);
		assert_non_null(strstr(reason.text, "others may write it; run chmod go-w on it"));
		assert_non_null(strstr(reason.text, path));
	}
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(load(&reason), AUTHCODE_OK);
}

static int
set_up(void **state)
{
	(void)state;
	return ac_pages_new(&config, &app.pages, NULL) == AUTHCODE_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	ac_logos_free(&app.logos);
	ac_pages_free(&app.pages);
	(void)unlink(path);
	return 0;
}

static int
open_world(void **state)
{
	static const char *const uris[] = { "https://rp.example/cb" };
	struct authcode_client rows[] = {
		{ .id = "app",
		  .auth = AUTHCODE_AUTH_NONE,
		  .redirect_uris = uris,
		  .redirect_uri_count = 1,
		  .scope = "profile",
		  .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		  .logo_file = path },
		{ .id = "other",
		  .auth = AUTHCODE_AUTH_NONE,
		  .redirect_uris = uris,
		  .redirect_uri_count = 1,
		  .scope = "profile",
		  .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE },
	};
	struct authcode_reason reason = { "" };

	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/logo.png", directory);
	if (authcode_clients_new(rows, AC_ARRAY_SIZE(rows), &clients, &reason) == AUTHCODE_OK)
		return 0;
	print_error("%s\n", reason.text);
	return -1;
}

static int
close_world(void **state)
{
	(void)state;
	authcode_clients_unref(&clients);
	return rmdir(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_logo_is_a_png_and_nothing_else),      TEST(what_names_no_logo_is_not_found),
		TEST(pages_show_the_logo_of_who_has_one),    TEST(what_is_no_png_stops_the_start),
		TEST(what_is_too_large_stops_the_start),     TEST(what_is_no_file_stops_the_start),
		TEST(what_others_may_write_stops_the_start),
	};

	return cmocka_run_group_tests_name("logo", tests, open_world, close_world);
}
