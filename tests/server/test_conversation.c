/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/conversation.h through the handlers: limits, queues, the lock of a
 * name, deadlines, and a helper that fails in every state.
 */
#include "server/conversation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "login_world.h"

static struct world w;
static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];

/* POST /login with page n: the id, "" when refused as busy. */
static void
enter(unsigned n, const char *browser, const char *user, char out[AC_LOGIN_LEN + 1])
{
	struct ac_http *h;
	char txn[16];

	snprintf(txn, sizeof(txn), "txn:%u", n);
	h = post_login(&w, browser, txn, user, "secret");
	login_of(h, out);
	if (out[0] == '\0')
		assert_true(is_resumed(h, txn, AUTHCODE_NOTICE_BUSY));
	fake_http_free(&h);
}

/* Long enough for the thread to do what it must not do. */
static void
pause_briefly(void)
{
	const struct timespec pause = { .tv_nsec = 60 * 1000000 };

	(void)nanosleep(&pause, NULL);
}

/* --- limits ------------------------------------------------------------------ */

static void
one_of_a_name_is_at_work_and_two_wait(void **state)
{
	char ids[4][AC_LOGIN_LEN + 1];

	(void)state;
	world_start(&w);
	for (unsigned i = 0; i < 4; i++)
		enter(i, ALICE, "alice", ids[i]);
	assert_string_equal(ids[3], "");
	assert_true(script_wait_gos(0, 1));
	pause_briefly();
	assert_int_equal(script_started(), 1);
	assert_true(fake_log_contains("reason=busy"));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_gos(1, 1));
	script_result(1, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_gos(2, 1));
	assert_int_equal(script_started(), 3);
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
other_names_do_not_wait_for_it(void **state)
{
	(void)state;
	world_start(&w);
	enter(1, ALICE, "alice", login);
	enter(2, ALICE, "bob", login);
	assert_true(script_wait_started(2));
}

static void
an_address_has_its_share_and_the_house_its_limit(void **state)
{
	char user[16];

	(void)state;
	w.settings.max_per_address = 2;
	world_start(&w);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		enter(i, ALICE, user, login);
		assert_int_equal(strlen(login), i < 2 ? AC_LOGIN_LEN : 0);
	}
	assert_true(script_wait_started(2));
}

static void
the_house_is_full_at_its_limit_and_has_room_again(void **state)
{
	char user[16];

	(void)state;
	w.settings.max = 2;
	world_start(&w);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		enter(i, ALICE, user, login);
		assert_int_equal(strlen(login), i < 2 ? AC_LOGIN_LEN : 0);
	}
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_cancelled(0));
	/* The page that was refused as busy was not used up. */
	enter(2, ALICE, "user2", login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
}

static void
a_closed_tab_does_not_lock_its_owner_out(void **state)
{
	(void)state;
	w.settings.max_parked_per_name = 1;
	world_start(&w);
	begin_question(&w, login, nonce);
	enter(2, MALLORY, "alice", login); /* another browser may not push it out */
	assert_string_equal(login, "");
	enter(3, ALICE, "alice", login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
	assert_true(script_wait_cancelled(0));
	assert_true(script_wait_gos(1, 1));
}

/* Who thinks is not at work: the queue of the name stays open, up to a bound. */
static void
open_questions_do_not_fill_the_queue_of_a_name(void **state)
{
	(void)state;
	world_start(&w);
	for (unsigned i = 0; i < 4; i++) {
		struct ac_http *h;
		char txn[16];

		snprintf(txn, sizeof(txn), "txn:%u", i);
		enter(i, ALICE, "alice", login);
		assert_int_equal(strlen(login), AC_LOGIN_LEN);
		assert_true(script_wait_gos(i, 1));
		script_prompt(i, "Code:", false);
		h = get_prompt(&w, ALICE, login, txn);
		assert_int_equal(h->status, 200);
		fake_http_free(&h);
	}
	enter(9, MALLORY, "alice", login);
	assert_string_equal(login, "");
	enter(9, MALLORY, "bob", login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
}

static void
too_many_requests_for_one_conversation_are_sent_away(void **state)
{
	struct ac_http *waiting[3], *h;

	(void)state;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	for (unsigned i = 0; i < 3; i++)
		waiting[i] = begin_prompt(&w, ALICE, login);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 429);
	fake_http_free(&h);
	script_prompt(0, "Code:", false);
	for (unsigned i = 0; i < 3; i++) {
		finish_prompt(&w, waiting[i]);
		nonce_of(waiting[i], nonce);
		assert_int_equal(fake_resumes(waiting[i]), 1);
		fake_http_free(&waiting[i]);
	}
}

/* --- the lock of a canonical name -------------------------------------------- */

static void
two_spellings_of_a_name_are_one_at_work(void **state)
{
	char second[AC_LOGIN_LEN + 1];

	(void)state;
	script_set(START_OK, false);
	world_start(&w);
	enter(1, ALICE, "alice", login);
	enter(2, ALICE, "ALICE", second);
	assert_true(script_wait_started(2));
	script_canon(0, "alice");
	assert_true(script_wait_gos(0, 1));
	script_canon(1, "alice");
	pause_briefly();
	assert_int_equal(script_gos(1), 0);
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_gos(1, 1));
}

static void
the_lock_is_free_while_a_person_thinks(void **state)
{
	char second[AC_LOGIN_LEN + 1];
	struct ac_http *h;

	(void)state;
	world_start(&w);
	begin_question(&w, login, nonce);
	enter(2, ALICE, "alice", second);
	assert_true(script_wait_gos(1, 1)); /* the first only thinks */
	h = post_answer(&w, ALICE, login, nonce, "123456");
	fake_http_free(&h);
	pause_briefly();
	assert_int_equal(script_answers(0), 0); /* now the second works */
	script_result(1, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_answers(0, 1));
	assert_int_equal(issuer_sign_ins(), 0);
}

/* --- deadlines ---------------------------------------------------------------- */

static void
a_question_expires(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.prompt_ms = 80;
	world_start(&w);
	begin_question(&w, login, nonce);
	assert_true(script_wait_cancelled(0));
	h = post_answer(&w, ALICE, login, nonce, "123456"); /* too late */
	fake_http_free(&h);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 0);
	assert_true(fake_log_contains("reason=timeout"));
}

static void
a_module_that_hangs_is_left_at_the_end_of_the_time(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.total_ms = 100;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	h = begin_prompt(&w, ALICE, login);
	finish_prompt(&w, h);
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_true(script_wait_cancelled(0));
}

static void
a_success_nobody_fetches_is_lost(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.prompt_ms = 50;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
	assert_true(script_wait_cancelled(0));
	pause_briefly();
	pause_briefly();
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
a_long_wait_becomes_a_page_that_asks_again(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.wait_ms = 40;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 200);
	assert_non_null(strstr(fake_page(h), "<meta http-equiv=\"refresh\" content=\"0\">"));
	assert_non_null(strstr(fake_page(h), login));
	fake_http_free(&h);
	script_result(0, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_non_null(fake_reply_header(h, "Set-Cookie"));
	fake_http_free(&h);
}

static void
an_end_is_forgotten_after_a_while(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.linger_ms = 30;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_cancelled(0));
	pause_briefly();
	pause_briefly();
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	/* Its page is not: sending it again evaluates nothing. */
	h = post_login(&w, ALICE, "txn:1", "alice", "secret");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(script_started(), 1);
}

/* --- a helper that fails -------------------------------------------------------- */

static void
a_helper_that_cannot_be_asked_is_503(void **state)
{
	struct ac_http *h;

	(void)state;
	script_set(START_UNREACHABLE, true);
	world_start(&w);
	begin_login(&w, login);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 503);
	assert_string_equal(fake_reply_header(h, "Retry-After"), "30");
	fake_http_free(&h);
}

static void
a_name_the_wire_refuses_fails_like_any_other(void **state)
{
	struct ac_http *h;

	(void)state;
	script_set(START_REFUSED, true);
	world_start(&w);
	begin_login(&w, login);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_FAILED));
	fake_http_free(&h);
}

static void
a_helper_that_dies_before_its_first_frame_is_503(void **state)
{
	struct ac_http *h;

	(void)state;
	script_set(START_OK, false);
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_started(1));
	script_die(0, false);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 503);
	fake_http_free(&h);
	assert_true(fake_log_contains("reason=helper"));
}

enum point { AT_CANON, AT_WORK, AT_QUESTION, AT_ANSWERED };

/* Brings conversation 0 to the point. */
static void
bring_to(enum point point)
{
	if (point == AT_CANON) {
		begin_login(&w, login);
		assert_true(script_wait_started(1));
	} else if (point == AT_WORK) {
		begin_login(&w, login);
		assert_true(script_wait_gos(0, 1));
	} else {
		begin_question(&w, login, nonce);
	}
	if (point == AT_ANSWERED) {
		struct ac_http *h = post_answer(&w, ALICE, login, nonce, "123456");

		fake_http_free(&h);
		assert_true(script_wait_answers(0, 1));
	}
}

enum event { DIES, SAYS_CANON, ASKS, SAYS_OK };

static void
make_event(enum event event)
{
	if (event == DIES)
		script_die(0, true);
	else if (event == SAYS_CANON)
		script_canon(0, "alice");
	else if (event == ASKS)
		script_prompt(0, "Code:", false);
	else
		script_result(0, AC_VERDICT_OK, "alice");
}

/* Every event in every state: those in turn go on, all others fail. */
static void
an_event_out_of_turn_signs_nobody_in(void **state)
{
	static const bool in_turn[4][4] = {
		[AT_CANON][SAYS_CANON] = true, [AT_WORK][ASKS] = true,
		[AT_WORK][SAYS_OK] = true,     [AT_ANSWERED][ASKS] = true,
		[AT_ANSWERED][SAYS_OK] = true,
	};

	(void)state;
	for (enum point point = AT_CANON; point <= AT_ANSWERED; point++) {
		for (enum event event = DIES; event <= SAYS_OK; event++) {
			struct ac_http *h;

			if (in_turn[point][event])
				continue;
			world_init(&w);
			script_set(START_OK, point != AT_CANON);
			world_start(&w);
			bring_to(point);
			make_event(event);
			assert_true(script_wait_cancelled(0));
			h = get_prompt(&w, ALICE, login, "txn:1");
			if (!is_resumed(h, "txn:1", AUTHCODE_NOTICE_FAILED))
				fail_msg("point %d event %d: %u", (int)point, (int)event,
					 h->status);
			fake_http_free(&h);
			assert_int_equal(issuer_sign_ins(), 0);
			world_stop(&w);
		}
	}
	world_init(&w);
	world_start(&w);
}

/* --- the end of the daemon ------------------------------------------------------- */

static void
stopping_resumes_who_waits_and_begins_nothing(void **state)
{
	struct ac_http *waiting, *h;

	(void)state;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	waiting = begin_prompt(&w, ALICE, login);
	ac_login_drain(w.app.login);
	finish_prompt(&w, waiting);
	assert_true(is_resumed(waiting, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&waiting);
	h = post_login(&w, ALICE, "txn:2", "alice", "secret");
	assert_true(is_resumed(h, "txn:2", AUTHCODE_NOTICE_BUSY));
	fake_http_free(&h);
	assert_int_equal(script_started(), 1);
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&w);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	world_stop(&w);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_of_a_name_is_at_work_and_two_wait),
		TEST(other_names_do_not_wait_for_it),
		TEST(an_address_has_its_share_and_the_house_its_limit),
		TEST(the_house_is_full_at_its_limit_and_has_room_again),
		TEST(a_closed_tab_does_not_lock_its_owner_out),
		TEST(open_questions_do_not_fill_the_queue_of_a_name),
		TEST(too_many_requests_for_one_conversation_are_sent_away),
		TEST(two_spellings_of_a_name_are_one_at_work),
		TEST(the_lock_is_free_while_a_person_thinks),
		TEST(a_question_expires),
		TEST(a_module_that_hangs_is_left_at_the_end_of_the_time),
		TEST(a_success_nobody_fetches_is_lost),
		TEST(a_long_wait_becomes_a_page_that_asks_again),
		TEST(an_end_is_forgotten_after_a_while),
		TEST(a_helper_that_cannot_be_asked_is_503),
		TEST(a_name_the_wire_refuses_fails_like_any_other),
		TEST(a_helper_that_dies_before_its_first_frame_is_503),
		TEST(an_event_out_of_turn_signs_nobody_in),
		TEST(stopping_resumes_who_waits_and_begins_nothing),
	};

	return cmocka_run_group_tests_name("conversation", tests, NULL, NULL);
}
