/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An expired password is changed within the conversation that found it expired:
 * how the second helper takes over, and that nothing but its OK signs in.
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

#define TICKET "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTA"

static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];

/* The password was right and has expired: helper 1 works. */
static void
begin_change(void)
{
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	script_change_due(0, TICKET);
	assert_true(script_wait_gos(1, 1));
}

static void
ask_for_the_new_one(void)
{
	struct ac_http *h;

	script_prompt(1, "New password: ", false);
	h = get_prompt(&w, ALICE, login, "txn:1");
	nonce_of(h, nonce);
	fake_http_free(&h);
}

static void
answer(const char *browser, const char *text)
{
	struct ac_http *h = post_answer(&w, browser, login, nonce, text);

	assert_int_equal(h->status, 303);
	fake_http_free(&h);
}

/* GET /prompt: where the browser is sent. */
static void
see(unsigned status, enum authcode_notice notice)
{
	struct ac_http *h = get_prompt(&w, ALICE, login, "txn:1");

	assert_int_equal(h->status, status);
	if (status == 303)
		assert_true(is_resumed(h, "txn:1", notice));
	assert_null(fake_reply_header(h, "Set-Cookie"));
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
the_change_is_made_in_the_same_conversation(void **state)
{
	struct ac_http *h;

	(void)state;
	w.accept_language = "de";
	begin_change();
	assert_true(script_wait_cancelled(0));
	assert_true(script_changes(1));
	assert_string_equal(script_ticket(1), TICKET);
	assert_string_equal(script_user(1), "alice");
	assert_string_equal(script_service(1), script_service(0));
	assert_string_equal(script_language(1), script_language(0));
	script_prompt(1, "New password: ", false);
	h = get_prompt(&w, ALICE, login, "txn:1");
	nonce_of(h, nonce);
	assert_non_null(strstr(fake_page(h), "<title>Change your password"));
	assert_non_null(strstr(fake_page(h), "<h1>Change your password</h1>"));
	assert_non_null(strstr(fake_page(h), "A message &lt;b&gt;"));
	assert_non_null(strstr(fake_page(h), "autocomplete=\"new-password\""));
	fake_http_free(&h);
	answer(ALICE, "New-2-battery");
	assert_true(script_wait_answers(1, 1));
	assert_string_equal(script_last_answer(1), "New-2-battery");
	script_result(1, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_string_equal(fake_reply_header(h, "Location"), APP_URL "/resume?txn=signed-in");
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 1);
	assert_int_equal(script_started(), 2);
	assert_true(fake_log_wait(
		"login succeeded rhost=192.0.2.7 reason=password_changed client=app user=alice"));
	assert_false(fake_log_contains("New-2-battery"));
	assert_false(fake_log_contains(TICKET));
}

static void
without_a_ticket_or_a_helper_it_has_to_be_changed_elsewhere(void **state)
{
	static const struct {
		const char *name, *ticket;
		bool changer;
		enum script_start start;
	} rows[] = {
		{ "no ticket", "", true, START_OK },
		{ "no socket", TICKET, false, START_OK },
		{ "nobody listens", TICKET, true, START_UNREACHABLE },
		{ "not on the wire", TICKET, true, START_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		world_stop(&w);
		world_init(&w);
		w.settings.authenticator.change = rows[i].changer ? &script_changer : NULL;
		script_set_change(rows[i].start);
		world_start(&w);
		begin_login(&w, login);
		assert_true(script_wait_gos(0, 1));
		script_change_due(0, rows[i].ticket);
		see(403, 0);
		see(403, 0); /* the same on reload */
		if (script_started() != 1)
			fail_msg("%s", rows[i].name);
		assert_true(fake_log_wait("reason=password_change_due"));
	}
}

/* As systemd does when the unit cannot be started, and the helper with a ticket
 * it does not know. */
static void
a_helper_that_hangs_up_at_once_is_none(void **state)
{
	(void)state;
	script_set(START_OK, false);
	begin_login(&w, login);
	assert_true(script_wait_started(1));
	script_canon(0, "alice");
	assert_true(script_wait_gos(0, 1));
	script_change_due(0, TICKET);
	assert_true(script_wait_started(2));
	script_die(1, false);
	see(403, 0);
}

static void
another_account_than_was_proved_is_refused(void **state)
{
	(void)state;
	script_set(START_OK, false);
	begin_login(&w, login);
	assert_true(script_wait_started(1));
	script_canon(0, "alice");
	assert_true(script_wait_gos(0, 1));
	script_change_due(0, TICKET);
	assert_true(script_wait_started(2));
	script_canon(1, "bob");
	see(303, AUTHCODE_NOTICE_FAILED);
	assert_int_equal(script_gos(1), 0);
}

static void
nothing_but_ok_signs_in(void **state)
{
	static const struct {
		enum ac_verdict verdict;
		unsigned status;
		const char *reason;
	} rows[] = {
		{ AC_VERDICT_DENIED, 303, "reason=password_not_changed" },
		{ AC_VERDICT_UNAVAILABLE, 503, "reason=unavailable" },
		{ AC_VERDICT_CHANGE_DUE, 303, "reason=helper" },
		{ AC_VERDICT_EXPIRED, 303, "reason=helper" },
		{ AC_VERDICT_GONE, 303, "reason=helper" },
		{ AC_VERDICT_LOCKED, 303, "reason=helper" },
		{ AC_VERDICT_COUNT, 303, "reason=helper" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		world_stop(&w);
		world_init(&w);
		w.settings.authenticator.change = &script_changer;
		world_start(&w);
		begin_change();
		if (rows[i].verdict == AC_VERDICT_CHANGE_DUE)
			script_change_due(1, TICKET); /* no third helper */
		else
			script_result(1, rows[i].verdict, "alice");
		see(rows[i].status, AUTHCODE_NOTICE_FAILED);
		assert_true(fake_log_wait(rows[i].reason));
		assert_int_equal(script_started(), 2);
	}
}

static void
a_helper_that_dies_at_work_changes_nothing_for_anybody(void **state)
{
	(void)state;
	begin_change();
	script_die(1, true);
	see(303, AUTHCODE_NOTICE_FAILED);
}

/* LS-04 */
static void
another_browser_sees_and_changes_nothing(void **state)
{
	struct ac_http *h;

	(void)state;
	begin_change();
	ask_for_the_new_one();
	h = get_prompt(&w, MALLORY, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	answer(MALLORY, "mine");
	assert_int_equal(script_answers(1), 0);
	answer(ALICE, "hers");
	assert_true(script_wait_answers(1, 1));
	assert_string_equal(script_last_answer(1), "hers");
}

/* Back, reload and a double click. */
static void
each_question_is_answered_once(void **state)
{
	char first[AC_QUESTION_LEN + 1];
	struct ac_http *h;

	(void)state;
	begin_change();
	ask_for_the_new_one();
	memcpy(first, nonce, sizeof(first));
	for (unsigned i = 0; i < 2; i++) {
		h = get_prompt(&w, ALICE, login, "txn:1");
		nonce_of(h, nonce);
		assert_string_equal(nonce, first);
		fake_http_free(&h);
	}
	answer(ALICE, "first");
	answer(ALICE, "again");
	assert_true(script_wait_answers(1, 1));
	ask_for_the_new_one();
	assert_string_not_equal(nonce, first);
	memcpy(nonce, first, sizeof(nonce));
	answer(ALICE, "back");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 200);
	fake_http_free(&h);
	assert_int_equal(script_answers(1), 1);
}

/* The page that asked for the password, sent again, finds the same conversation. */
static void
the_first_page_sent_again_leads_to_the_change(void **state)
{
	char again[AC_LOGIN_LEN + 1];
	struct ac_http *h;

	(void)state;
	begin_change();
	ask_for_the_new_one();
	h = post_login(&w, ALICE, "txn:1", "alice", "secret");
	login_of(h, again);
	assert_string_equal(again, login);
	fake_http_free(&h);
	assert_int_equal(script_started(), 2);
}

static void
cancel(void)
{
	struct ac_http *h;
	char body[256];

	snprintf(body, sizeof(body), "txn=txn:1&csrf=csrf-txn:1&login=%s&decision=deny", login);
	h = post(&w, ALICE, "/prompt", body);
	assert_string_equal(fake_reply_header(h, "Location"),
			    "https://app.example/cb?error=access_denied");
	fake_http_free(&h);
}

static void
whoever_cancels_at_a_question_ends_the_helper(void **state)
{
	(void)state;
	begin_change();
	ask_for_the_new_one();
	cancel();
	assert_true(script_wait_cancelled(1));
	answer(ALICE, "too late");
	see(303, AUTHCODE_NOTICE_EXPIRED);
	assert_int_equal(script_answers(1), 0);
}

static void
whoever_cancels_a_module_at_work_is_not_signed_in_by_it(void **state)
{
	(void)state;
	begin_change();
	cancel();
	script_result(1, AC_VERDICT_OK, "alice");
	assert_true(script_wait_cancelled(1));
	see(303, AUTHCODE_NOTICE_EXPIRED);
}

static void
a_question_nobody_answers_expires(void **state)
{
	(void)state;
	world_stop(&w);
	world_init(&w);
	w.settings.authenticator.change = &script_changer;
	w.settings.prompt_ms = 400;
	world_start(&w);
	begin_change();
	ask_for_the_new_one();
	assert_true(script_wait_cancelled(1));
	answer(ALICE, "too late");
	see(303, AUTHCODE_NOTICE_EXPIRED);
}

static void
the_change_has_what_is_left_of_the_time(void **state)
{
	(void)state;
	world_stop(&w);
	world_init(&w);
	w.settings.authenticator.change = &script_changer;
	w.settings.total_ms = 600;
	world_start(&w);
	begin_change();
	assert_true(script_wait_cancelled(1));
	see(303, AUTHCODE_NOTICE_EXPIRED);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
a_change_that_fails_is_told_at_the_floor(void **state)
{
	int64_t begun;

	(void)state;
	world_stop(&w);
	world_init(&w);
	w.settings.authenticator.change = &script_changer;
	w.settings.floor_ms = 400;
	world_start(&w);
	begin_change();
	ask_for_the_new_one();
	begun = now_ms();
	answer(ALICE, "bad");
	assert_true(script_wait_answers(1, 1));
	script_result(1, AC_VERDICT_DENIED, NULL);
	see(303, AUTHCODE_NOTICE_FAILED);
	assert_true(now_ms() - begun >= 400);
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&w);
	w.settings.authenticator.change = &script_changer;
	world_start(&w);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, one_world_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_change_is_made_in_the_same_conversation),
		TEST(without_a_ticket_or_a_helper_it_has_to_be_changed_elsewhere),
		TEST(a_helper_that_hangs_up_at_once_is_none),
		TEST(another_account_than_was_proved_is_refused),
		TEST(nothing_but_ok_signs_in),
		TEST(a_helper_that_dies_at_work_changes_nothing_for_anybody),
		TEST(another_browser_sees_and_changes_nothing),
		TEST(each_question_is_answered_once),
		TEST(the_first_page_sent_again_leads_to_the_change),
		TEST(whoever_cancels_at_a_question_ends_the_helper),
		TEST(whoever_cancels_a_module_at_work_is_not_signed_in_by_it),
		TEST(a_question_nobody_answers_expires),
		TEST(the_change_has_what_is_left_of_the_time),
		TEST(a_change_that_fails_is_told_at_the_floor),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
