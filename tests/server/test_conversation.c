/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/conversation.h through the handlers: how many may begin and wait.
 */
#include "server/conversation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "one_world.h"

static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];

/* --- limits ------------------------------------------------------------------ */

static void
one_of_a_name_is_at_work_and_two_wait(void **state)
{
	char ids[4][AC_LOGIN_LEN + 1];

	(void)state;
	world_start(&w);
	for (unsigned i = 0; i < 4; i++)
		enter_by(i, ALICE, "alice", ids[i]);
	assert_string_equal(ids[3], "");
	assert_true(script_wait_gos(0, 1));
	pause_briefly();
	assert_int_equal(script_started(), 1);
	assert_true(fake_log_wait("reason=busy"));
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
	enter_by(1, ALICE, "alice", login);
	enter_by(2, ALICE, "bob", login);
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
		enter_by(i, ALICE, user, login);
		assert_int_equal(strlen(login), i < 2 ? AC_LOGIN_LEN : 0);
	}
	assert_true(script_wait_started(2));
}

/* POST /login of somebody new from that address: was there room? */
static bool
enters_from(unsigned n, const char *peer)
{
	struct ac_http *h = fake_http_new();
	char body[128];

	snprintf(body, sizeof(body), "txn=txn:%u&csrf=csrf-txn:%u&username=user%u&password=secret",
		 n, n, n);
	h->method = AUTHCODE_METHOD_POST;
	h->path = "/login";
	h->body = body;
	h->content_type = "application/x-www-form-urlencoded";
	h->cookie_name[0] = "__Host-authcode-browser";
	h->cookie_value[0] = ALICE;
	h->peer = peer;
	assert_int_equal(ac_login_post(&w.app, h), AC_STEP_REPLY);
	login_of(h, login);
	fake_http_free(&h);
	return login[0] != '\0';
}

static void
an_ipv6_address_shares_with_its_network(void **state)
{
	(void)state;
	w.settings.max_per_address = 2;
	world_start(&w);
	assert_true(enters_from(1, "2001:db8:0:1::1"));
	assert_true(enters_from(2, "2001:db8:0:1:ffff::2"));
	assert_false(enters_from(3, "2001:db8:0:1::3"));
	assert_true(enters_from(4, "2001:db8:0:2::1"));
	assert_true(enters_from(5, "192.0.2.1"));
	assert_true(enters_from(6, "192.0.2.2"));
}

/* Behind a Unix socket that is no trusted proxy all would be one. */
static void
who_has_no_address_is_not_counted(void **state)
{
	(void)state;
	w.settings.max_per_address = 2;
	world_start(&w);
	for (unsigned i = 0; i < 4; i++)
		assert_true(enters_from(i, ""));
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
		enter_by(i, ALICE, user, login);
		assert_int_equal(strlen(login), i < 2 ? AC_LOGIN_LEN : 0);
	}
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_cancelled(0));
	/* The page that was refused as busy was not used up. */
	enter_by(2, ALICE, "user2", login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
}

static void
a_closed_tab_does_not_lock_its_owner_out(void **state)
{
	(void)state;
	w.settings.max_parked_per_name = 1;
	world_start(&w);
	begin_question(&w, login, nonce);
	enter_by(2, MALLORY, "alice", login); /* another browser may not push it out */
	assert_string_equal(login, "");
	enter_by(3, ALICE, "alice", login);
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
		enter_by(i, ALICE, "alice", login);
		assert_int_equal(strlen(login), AC_LOGIN_LEN);
		assert_true(script_wait_gos(i, 1));
		script_prompt(i, "Code:", false);
		h = get_prompt(&w, ALICE, login, txn);
		assert_int_equal(h->status, 200);
		fake_http_free(&h);
	}
	enter_by(9, MALLORY, "alice", login);
	assert_string_equal(login, "");
	enter_by(9, MALLORY, "bob", login);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		INIT_WORLD_TEST(one_of_a_name_is_at_work_and_two_wait),
		INIT_WORLD_TEST(other_names_do_not_wait_for_it),
		INIT_WORLD_TEST(an_address_has_its_share_and_the_house_its_limit),
		INIT_WORLD_TEST(an_ipv6_address_shares_with_its_network),
		INIT_WORLD_TEST(who_has_no_address_is_not_counted),
		INIT_WORLD_TEST(the_house_is_full_at_its_limit_and_has_room_again),
		INIT_WORLD_TEST(a_closed_tab_does_not_lock_its_owner_out),
		INIT_WORLD_TEST(open_questions_do_not_fill_the_queue_of_a_name),
		INIT_WORLD_TEST(too_many_requests_for_one_conversation_are_sent_away),
		INIT_WORLD_TEST(stopping_resumes_who_waits_and_begins_nothing),
	};

	return cmocka_run_group_tests_name("conversation", tests, NULL, NULL);
}
