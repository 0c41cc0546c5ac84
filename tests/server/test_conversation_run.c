/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/conversation_run.c through the handlers: the lock of a name, deadlines,
 * and a helper that fails in every state.
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

static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];

/* --- the lock of a canonical name -------------------------------------------- */

static void
two_spellings_of_a_name_are_one_at_work(void **state)
{
	char second[AC_LOGIN_LEN + 1];

	(void)state;
	script_set(START_OK, false);
	world_start(&w);
	enter_by(1, ALICE, "alice", login);
	enter_by(2, ALICE, "ALICE", second);
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
	enter_by(2, ALICE, "alice", second);
	assert_true(script_wait_gos(1, 1)); /* the first only thinks */
	h = post_answer(&w, ALICE, login, nonce, "123456");
	fake_http_free(&h);
	pause_briefly();
	assert_int_equal(script_answers(0), 0); /* now the second works */
	script_result(1, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_answers(0, 1));
	assert_int_equal(issuer_sign_ins(), 0);
}

/* POST /prompt: the person gives up. */
static void
cancel(const char *id)
{
	struct ac_http *h;
	char body[256];

	snprintf(body, sizeof(body), "txn=txn:1&csrf=csrf-txn:1&login=%s&decision=deny", id);
	h = post(&w, ALICE, "/prompt", body);
	assert_string_equal(fake_reply_header(h, "Location"),
			    "https://app.example/cb?error=access_denied");
	fake_http_free(&h);
}

/* A module at work cannot be stopped: who cancels and begins anew must not have
 * two of them look at the same account at once. */
static void
a_name_stays_locked_until_a_cancelled_module_is_through(void **state)
{
	char second[AC_LOGIN_LEN + 1];
	struct ac_http *waiting, *h;

	(void)state;
	world_start(&w);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	waiting = begin_prompt(&w, ALICE, login);
	cancel(login);
	finish_prompt(&w, waiting);
	assert_true(is_resumed(waiting, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&waiting);
	enter_by(2, ALICE, "alice", second);
	pause_briefly();
	assert_int_equal(script_started(), 1);
	script_result(0, AC_VERDICT_OK, "alice"); /* too late: nobody wants it */
	assert_true(script_wait_cancelled(0));
	assert_true(script_wait_gos(1, 1));
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 0);
	assert_true(fake_log_wait("reason=cancelled"));
}

static void
whoever_cancels_keeps_his_place_until_the_module_is_through(void **state)
{
	char user[16];

	(void)state;
	w.settings.max_per_address = 2;
	world_start(&w);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		enter_by(i, ALICE, user, login);
		assert_int_equal(strlen(login), i < 2 ? AC_LOGIN_LEN : 0);
		if (i < 2) {
			assert_true(script_wait_gos(i, 1));
			cancel(login);
		}
	}
	script_prompt(0, "Code:", false); /* nobody is there to be asked */
	assert_true(script_wait_cancelled(0));
	enter_by(2, ALICE, "user2", login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
}

/* --- deadlines ---------------------------------------------------------------- */

static void
a_question_expires(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.prompt_ms = 800;
	world_start(&w);
	begin_question(&w, login, nonce);
	assert_true(script_wait_cancelled(0));
	h = post_answer(&w, ALICE, login, nonce, "123456"); /* too late */
	fake_http_free(&h);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 0);
	assert_true(fake_log_wait("reason=timeout"));
}

static void
a_module_that_hangs_is_left_at_the_end_of_the_time(void **state)
{
	struct ac_http *h;

	(void)state;
	w.settings.total_ms = 1000;
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
	for (unsigned i = 0; i < 50; i++) {
		bool forgotten;

		h = post_login(&w, ALICE, "txn:1", "alice", "secret");
		forgotten = is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED);
		fake_http_free(&h);
		if (forgotten)
			break;
		assert_int_not_equal(i, 49);
		pause_briefly();
	}
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
	assert_true(fake_log_wait("reason=helper"));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		INIT_WORLD_TEST(two_spellings_of_a_name_are_one_at_work),
		INIT_WORLD_TEST(a_name_stays_locked_until_a_cancelled_module_is_through),
		INIT_WORLD_TEST(whoever_cancels_keeps_his_place_until_the_module_is_through),
		INIT_WORLD_TEST(the_lock_is_free_while_a_person_thinks),
		INIT_WORLD_TEST(a_question_expires),
		INIT_WORLD_TEST(a_module_that_hangs_is_left_at_the_end_of_the_time),
		INIT_WORLD_TEST(a_success_nobody_fetches_is_lost),
		INIT_WORLD_TEST(a_long_wait_becomes_a_page_that_asks_again),
		INIT_WORLD_TEST(an_end_is_forgotten_after_a_while),
		INIT_WORLD_TEST(a_helper_that_cannot_be_asked_is_503),
		INIT_WORLD_TEST(a_name_the_wire_refuses_fails_like_any_other),
		INIT_WORLD_TEST(a_helper_that_dies_before_its_first_frame_is_503),
		INIT_WORLD_TEST(an_event_out_of_turn_signs_nobody_in),
	};

	return cmocka_run_group_tests_name("conversation_run", tests, NULL, NULL);
}
