/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/conversation_look.c through the handlers: who may read a success, how
 * often and how long, since the answer to the first look may be lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "one_world.h"

static char login[AC_LOGIN_LEN + 1];

static bool
sets_session(const struct ac_http *h)
{
	for (size_t i = 0; i < h->header_count; i++) {
		if (strcmp(h->headers[i].name, "Set-Cookie") == 0 &&
		    strncmp(h->headers[i].value, "__Host-authcode=", 16) == 0)
			return true;
	}
	return false;
}

/* Brings conversation 0 to its success. */
static void
succeed(void)
{
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
}

/* What a module has said beside its yes is shown before the browser goes on. */
static void
what_is_told_with_a_success_is_shown_once_signed_in(void **state)
{
	const char *page;
	struct ac_http *h;

	(void)state;
	script_told("Your password will expire in 3 days.", "Change <b>it</b>.");
	succeed();
	h = get_prompt(&w, ALICE, login, "txn:1");
	page = fake_page(h);
	assert_int_equal(h->kind, AC_REPLY_PAGE);
	assert_int_equal(h->status, 200);
	assert_true(sets_session(h));
	assert_null(fake_reply_header(h, "Location"));
	assert_non_null(strstr(page, "<h1>You are signed in</h1>"));
	assert_non_null(strstr(page, "class=\"notice info\">\n<p><bdi>Your password will expire in "
				     "3 days.</bdi>"));
	assert_non_null(strstr(page, "class=\"notice error\" role=\"alert\">\n<p><bdi>Change "
				     "&lt;b&gt;it&lt;"));
	assert_non_null(strstr(page, "href=\"" APP_URL "/resume?txn=signed-in\""));
	fake_http_free(&h);
}

/* What comes with a refusal tells whoever guesses. */
static void
nothing_is_told_with_a_failure(void **state)
{
	struct ac_http *h;

	(void)state;
	script_told("Your password will expire in 3 days.", NULL);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_FAILED));
	assert_null(strstr(fake_page(h), "expire"));
	fake_http_free(&h);
}

/* Which of the answers a browser keeps, when it asks more than once, nobody knows. */
static void
a_success_can_be_read_three_times_by_its_browser(void **state)
{
	struct ac_http *h;

	(void)state;
	succeed();
	for (unsigned i = 0; i < 6; i++) {
		h = get_prompt(&w, ALICE, login, "txn:1");
		if (i < 3) {
			assert_non_null(fake_reply_header(h, "Set-Cookie"));
			assert_string_equal(fake_reply_header(h, "Location"),
					    APP_URL "/resume?txn=signed-in");
		} else {
			assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
			assert_null(fake_reply_header(h, "Set-Cookie"));
		}
		fake_http_free(&h);
	}
	assert_int_equal(issuer_sign_ins(), 3);
	assert_int_equal(script_started(), 1);
}

static void
a_success_that_was_read_stays_its_browsers_alone(void **state)
{
	static const char *const browsers[] = { MALLORY, NULL, "" };
	struct ac_http *h;

	(void)state;
	succeed();
	h = get_prompt(&w, ALICE, login, "txn:1");
	fake_http_free(&h);
	for (size_t i = 0; i < AC_ARRAY_SIZE(browsers); i++) {
		h = get_prompt(&w, browsers[i], login, "txn:1");
		assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
		assert_false(sets_session(h));
		fake_http_free(&h);
	}
	assert_int_equal(issuer_sign_ins(), 1);
}

static void
a_success_that_was_read_is_gone_after_a_moment(void **state)
{
	const struct timespec pause = { .tv_nsec = 60 * 1000000 };
	struct ac_http *h;

	(void)state;
	world_stop(&w);
	world_init(&w);
	w.settings.again_ms = 30;
	world_start(&w);
	succeed();
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(sets_session(h));
	fake_http_free(&h);
	(void)nanosleep(&pause, NULL);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	assert_false(sets_session(h));
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 1);
}

static void
whoever_cancels_after_a_success_cannot_read_it_again(void **state)
{
	struct ac_http *h;
	char body[256];

	(void)state;
	succeed();
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(sets_session(h));
	fake_http_free(&h);
	snprintf(body, sizeof(body), "txn=txn:1&csrf=csrf-txn:1&login=%s&decision=deny", login);
	h = post(&w, ALICE, "/prompt", body);
	fake_http_free(&h);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 1);
}

/* Its place is free at once: sign-ins one after the other fill no limit. */
static void
a_success_that_was_read_holds_no_place(void **state)
{
	(void)state;
	world_stop(&w);
	world_init(&w);
	w.settings.max = 1;
	w.settings.max_per_address = 1;
	w.settings.max_parked_per_name = 1;
	world_start(&w);
	for (unsigned i = 0; i < 4; i++) {
		struct ac_http *h;
		char txn[16];

		snprintf(txn, sizeof(txn), "txn:%u", i);
		h = post_login(&w, ALICE, txn, "alice", "secret");
		login_of(h, login);
		fake_http_free(&h);
		assert_int_equal(strlen(login), AC_LOGIN_LEN);
		assert_true(script_wait_gos(i, 1));
		script_result(i, AC_VERDICT_OK, "alice");
		h = get_prompt(&w, ALICE, login, txn);
		assert_true(sets_session(h));
		fake_http_free(&h);
	}
}

static void
two_tabs_that_wait_get_a_session_each(void **state)
{
	struct ac_http *one, *two;

	(void)state;
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	one = begin_prompt(&w, ALICE, login);
	two = begin_prompt(&w, ALICE, login);
	script_result(0, AC_VERDICT_OK, "alice");
	finish_prompt(&w, one);
	finish_prompt(&w, two);
	assert_true(sets_session(one));
	assert_true(sets_session(two));
	assert_int_equal(issuer_sign_ins(), 2);
	fake_http_free(&one);
	fake_http_free(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(what_is_told_with_a_success_is_shown_once_signed_in),
		WORLD_TEST(nothing_is_told_with_a_failure),
		WORLD_TEST(a_success_can_be_read_three_times_by_its_browser),
		WORLD_TEST(a_success_that_was_read_stays_its_browsers_alone),
		WORLD_TEST(a_success_that_was_read_is_gone_after_a_moment),
		WORLD_TEST(whoever_cancels_after_a_success_cannot_read_it_again),
		WORLD_TEST(a_success_that_was_read_holds_no_place),
		WORLD_TEST(two_tabs_that_wait_get_a_session_each),
	};

	return cmocka_run_group_tests_name("success", tests, NULL, NULL);
}
