/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/prompt.c: the pages between password and session. One way leads to a
 * session; everything else a person, an enemy or a broken helper can do is a row
 * or a test here and signs nobody in.
 */
#include "server/login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "one_world.h"

static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];

static void
signs_in_after_a_password_and_a_further_question(void **state)
{
	struct ac_http *h;

	(void)state;
	begin_question(&w, login, nonce);
	h = post_answer(&w, ALICE, login, nonce, "123456");
	assert_int_equal(h->status, 303);
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	assert_string_equal(script_last_answer(0), "123456");
	assert_string_equal(script_service(0), "authcode");
	script_result(0, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 303);
	assert_string_equal(fake_reply_header(h, "Location"), APP_URL "/resume?txn=signed-in");
	assert_memory_equal(h->headers[0].value, "__Host-authcode-device=", 23);
	assert_string_equal(h->headers[1].name, "Set-Cookie");
	assert_string_equal(h->headers[1].value,
			    "__Host-authcode=acs_new; Path=/; HttpOnly; SameSite=Lax; Secure");
	assert_int_equal(issuer_sign_ins(), 1);
	assert_true(fake_log_wait("login succeeded rhost=192.0.2.7 client=app user=alice"));
	assert_false(fake_log_contains("secret"));
	assert_false(fake_log_contains("123456"));
	fake_http_free(&h);
}

static void
the_reply_waits_until_the_session_is_durable(void **state)
{
	struct ac_http *h;

	(void)state;
	issuer_hold_store(true);
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	h = begin_prompt(&w, ALICE, login);
	script_result(0, AC_VERDICT_OK, "alice");
	assert_true(fake_wait_resumed(h, 0));
	assert_int_equal(ac_prompt_resumed(&w.app, h), AC_STEP_WAIT);
	assert_int_equal(h->replies, 0);
	assert_int_equal(issuer_sign_ins(), 0);
	issuer_release_store();
	assert_int_equal(fake_resumes(h), 2);
	assert_int_equal(ac_prompt_resumed(&w.app, h), AC_STEP_REPLY);
	assert_non_null(fake_reply_header(h, "Set-Cookie"));
	assert_int_equal(issuer_sign_ins(), 1);
	fake_http_free(&h);
}

/* --- GET /prompt ------------------------------------------------------------- */

static void
a_page_that_names_no_conversation_leads_to_the_transaction(void **state)
{
	static const char *const logins[] = { NULL, "", "x",
					      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
					      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };

	(void)state;
	begin_question(&w, login, nonce);
	for (size_t i = 0; i < AC_ARRAY_SIZE(logins); i++) {
		struct ac_http *h = get_prompt(&w, ALICE, logins[i], "txn:1");

		assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
		fake_http_free(&h);
	}
}

static void
a_page_without_a_transaction_of_ours_is_an_error(void **state)
{
	static const char *const seals[] = { NULL, "", "evil", "https://evil.example/" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(seals); i++) {
		struct ac_http *h = get_prompt(&w, ALICE, "x", seals[i]);

		assert_int_equal(h->status, 400);
		assert_null(fake_reply_header(h, "Location"));
		fake_http_free(&h);
	}
}

/* LS-04: in every state, with the id of somebody else's conversation. */
static void
another_browser_sees_and_changes_nothing(void **state)
{
	static const char *const browsers[] = { MALLORY, NULL, "",
						"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB" };

	(void)state;
	begin_question(&w, login, nonce);
	for (size_t i = 0; i < AC_ARRAY_SIZE(browsers); i++) {
		struct ac_http *h = get_prompt(&w, browsers[i], login, "txn:1");

		assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
		fake_http_free(&h);
		h = post_answer(&w, browsers[i], login, nonce, "123456");
		fake_http_free(&h);
	}
	assert_int_equal(script_answers(0), 0);
	struct ac_http *h = post_answer(&w, ALICE, login, nonce, "123456");
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
	for (size_t i = 0; i < AC_ARRAY_SIZE(browsers); i++) {
		h = get_prompt(&w, browsers[i], login, "txn:1");
		assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
		fake_http_free(&h);
	}
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
a_question_can_be_reloaded_and_shows_what_the_module_said(void **state)
{
	(void)state;
	begin_question(&w, login, nonce);
	for (unsigned i = 0; i < 3; i++) {
		struct ac_http *h = get_prompt(&w, ALICE, login, "txn:1");
		char again[AC_QUESTION_LEN + 1];

		nonce_of(h, again);
		assert_string_equal(again, nonce);
		assert_non_null(strstr(fake_page(h), ">Code<"));
		assert_null(strstr(fake_page(h), "Change your password"));
		assert_non_null(strstr(fake_page(h), "A message &lt;b&gt;"));
		assert_non_null(strstr(fake_page(h), "The &lt;App&gt;"));
		assert_non_null(strstr(fake_page(h), "name=\"csrf\" value=\"csrf-txn:1\""));
		fake_http_free(&h);
	}
}

static void
the_end_is_told_by_its_page(void **state)
{
	static const struct {
		enum ac_verdict verdict;
		unsigned status;
		enum authcode_notice notice;
		int64_t attempt;
		const char *reason;
	} rows[] = {
		{ AC_VERDICT_DENIED, 303, AUTHCODE_NOTICE_FAILED, FAKE_TXN,
		  "reason=bad_credentials" },
		{ AC_VERDICT_UNAVAILABLE, 503, 0, 0, "reason=unavailable" },
		{ AC_VERDICT_CHANGE_DUE, 403, 0, 0, "reason=password_change_due" },
		{ AC_VERDICT_EXPIRED, 303, AUTHCODE_NOTICE_FAILED, FAKE_TXN, "reason=helper" },
		{ AC_VERDICT_GONE, 303, AUTHCODE_NOTICE_FAILED, FAKE_TXN, "reason=helper" },
		{ AC_VERDICT_COUNT, 303, AUTHCODE_NOTICE_FAILED, FAKE_TXN, "reason=helper" },
		{ (enum ac_verdict)77, 303, AUTHCODE_NOTICE_FAILED, FAKE_TXN, "reason=helper" },
	};

	(void)state;
	for (unsigned i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_http *h;
		char txn[16];

		fake_log_clear();
		snprintf(txn, sizeof(txn), "txn:%u", i);
		h = post_login(&w, ALICE, txn, "alice", "secret");
		login_of(h, login);
		fake_http_free(&h);
		assert_true(script_wait_gos(i, 1));
		/* An identity beside a refusal must not matter. */
		script_result(i, rows[i].verdict, "alice");
		for (unsigned n = 0; n < 2; n++) { /* the same on reload */
			issuer_forget_attempt();
			h = get_prompt(&w, ALICE, login, txn);
			assert_int_equal(h->status, rows[i].status);
			if (rows[i].status == 303)
				assert_true(is_resumed(h, txn, rows[i].notice));
			assert_int_equal(issuer_last_attempt(), rows[i].attempt);
			if (rows[i].status == 503)
				assert_string_equal(fake_reply_header(h, "Retry-After"), "30");
			assert_null(fake_reply_header(h, "Set-Cookie"));
			fake_http_free(&h);
		}
		assert_true(script_wait_cancelled(i));
		assert_true(fake_log_wait(rows[i].reason));
		assert_true(fake_log_wait("user=unknown user_mac="));
		assert_false(fake_log_contains("alice"));
	}
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
a_success_without_a_name_is_none(void **state)
{
	struct ac_http *h;

	(void)state;
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_OK, "");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 503);
	fake_http_free(&h);
	assert_int_equal(issuer_sign_ins(), 0);
}

/* --- POST /prompt ------------------------------------------------------------ */

/* PAM has said yes, and nobody is signed in: the log has the end of what has begun. */
static void
check_no_session(enum issuer_refusal where)
{
	struct ac_http *h;

	issuer_refuse(where);
	begin_question(&w, login, nonce);
	h = post_answer(&w, ALICE, login, nonce, "123456");
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 500);
	assert_null(fake_reply_header(h, "Set-Cookie"));
	assert_int_equal(issuer_sign_ins(), 0);
	assert_true(fake_log_contains(
		"login failed rhost=192.0.2.7 reason=session_refused client=app user=alice "
		"prompts=info,hidden begun=" FAKE_TXN_TEXT " txn=" FAKE_TXN_TEXT "\n"));
	assert_false(fake_log_contains("login succeeded"));
	fake_http_free(&h);
}

static void
a_success_of_which_no_exchange_comes_is_a_failure(void **state)
{
	(void)state;
	check_no_session(ISSUER_BEGINS_NONE);
}

static void
a_success_that_asks_nothing_of_the_store_is_a_failure(void **state)
{
	(void)state;
	check_no_session(ISSUER_STORES_NOTHING);
}

static void
a_success_whose_session_is_not_stored_is_a_failure(void **state)
{
	(void)state;
	check_no_session(ISSUER_LOSES_SESSION);
}

static void
an_answer_that_may_not_be_given_is_not(void **state)
{
	static const struct {
		const char *name, *format; /* login and nonce */
		unsigned status;
	} rows[] = {
		{ "nothing", "%.0s%.0s", 400 },
		{ "foreign seal", "txn=evil&csrf=csrf-evil&login=%s&nonce=%s&answer=1", 400 },
		{ "stale seal, wrong nonce",
		  "txn=old:1&csrf=csrf-old:1&login=%s&nonce=x%s&answer=1", 303 },
		{ "no csrf", "txn=txn:1&login=%s&nonce=%s&answer=1", 403 },
		{ "wrong csrf", "txn=txn:1&csrf=csrf-txn:2&login=%s&nonce=%s&answer=1", 403 },
		{ "no nonce", "txn=txn:1&csrf=csrf-txn:1&login=%s&answer=1%.0s", 303 },
		{ "wrong nonce", "txn=txn:1&csrf=csrf-txn:1&login=%s&nonce=x%s&answer=1", 303 },
		{ "no login", "txn=txn:1&csrf=csrf-txn:1%.0s&nonce=%s&answer=1", 303 },
		{ "wrong login", "txn=txn:1&csrf=csrf-txn:1&login=x%s&nonce=%s&answer=1", 303 },
		{ "answer twice", "txn=txn:1&csrf=csrf-txn:1&login=%s&nonce=%s&answer=1&answer=2",
		  400 },
		{ "bad UTF-8", "txn=txn:1&csrf=csrf-txn:1&login=%s&nonce=%s&answer=%%ff", 400 },
		{ "NUL", "txn=txn:1&csrf=csrf-txn:1&login=%s&nonce=%s&answer=%%00", 400 },
		{ "unknown decision",
		  "txn=txn:1&csrf=csrf-txn:1&login=%s&nonce=%s&answer=1&decision=x", 400 },
	};

	(void)state;
	begin_question(&w, login, nonce);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_http *h;
		char body[512];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(body, sizeof(body), rows[i].format, login, nonce);
#pragma GCC diagnostic pop
		h = post(&w, ALICE, "/prompt", body);
		if (h->status != rows[i].status)
			fail_msg("%s: %u", rows[i].name, h->status);
		fake_http_free(&h);
	}
	/* The question stands all the same. */
	struct ac_http *h = get_prompt(&w, ALICE, login, "txn:1");
	char again[AC_QUESTION_LEN + 1];
	nonce_of(h, again);
	assert_string_equal(again, nonce);
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 0);
}

/* The sign-in page that led here may be an hour old; the question is not. */
static void
the_age_of_the_page_takes_no_answer_away(void **state)
{
	struct ac_http *h;
	char body[512];

	(void)state;
	begin_question(&w, login, nonce);
	snprintf(body, sizeof(body), "txn=old:1&csrf=csrf-old:1&login=%s&nonce=%s&answer=246810",
		 login, nonce);
	h = post(&w, MALLORY, "/prompt", body);
	assert_int_equal(h->status, 303);
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 0);
	h = post(&w, ALICE, "/prompt", body);
	assert_int_equal(h->status, 303);
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	assert_string_equal(script_last_answer(0), "246810");
}

static void
a_question_is_answered_once(void **state)
{
	char second[AC_QUESTION_LEN + 1];
	struct ac_http *h;

	(void)state;
	begin_question(&w, login, nonce);
	for (unsigned i = 0; i < 3; i++) { /* a double click */
		h = post_answer(&w, ALICE, login, nonce, i == 0 ? "first" : "again");
		assert_int_equal(h->status, 303);
		fake_http_free(&h);
	}
	assert_true(script_wait_answers(0, 1));
	script_prompt(0, "Another:", true);
	h = get_prompt(&w, ALICE, login, "txn:1");
	nonce_of(h, second);
	assert_string_not_equal(second, nonce);
	fake_http_free(&h);
	/* Back to the first question, and sent again. */
	h = post_answer(&w, ALICE, login, nonce, "back");
	fake_http_free(&h);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_non_null(strstr(fake_page(h), ">Another<"));
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 1);
	assert_string_equal(script_last_answer(0), "first");
}

static void
answers_have_their_longest_length(void **state)
{
	char answer[600];
	struct ac_http *h;

	(void)state;
	begin_question(&w, login, nonce);
	memset(answer, 'a', sizeof(answer));
	answer[513] = '\0';
	h = post_answer(&w, ALICE, login, nonce, answer);
	assert_int_equal(h->status, 400);
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 0);
	answer[512] = '\0';
	h = post_answer(&w, ALICE, login, nonce, answer);
	assert_int_equal(h->status, 303);
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	assert_int_equal(strlen(script_last_answer(0)), 512);
}

static void
an_empty_answer_is_an_answer(void **state)
{
	struct ac_http *h;

	(void)state;
	begin_question(&w, login, nonce);
	h = post_answer(&w, ALICE, login, nonce, "");
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	assert_string_equal(script_last_answer(0), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(signs_in_after_a_password_and_a_further_question),
		WORLD_TEST(the_reply_waits_until_the_session_is_durable),
		WORLD_TEST(a_page_that_names_no_conversation_leads_to_the_transaction),
		WORLD_TEST(a_page_without_a_transaction_of_ours_is_an_error),
		WORLD_TEST(another_browser_sees_and_changes_nothing),
		WORLD_TEST(a_question_can_be_reloaded_and_shows_what_the_module_said),
		WORLD_TEST(the_end_is_told_by_its_page),
		WORLD_TEST(a_success_without_a_name_is_none),
		WORLD_TEST(a_success_of_which_no_exchange_comes_is_a_failure),
		WORLD_TEST(a_success_that_asks_nothing_of_the_store_is_a_failure),
		WORLD_TEST(a_success_whose_session_is_not_stored_is_a_failure),
		WORLD_TEST(an_answer_that_may_not_be_given_is_not),
		WORLD_TEST(the_age_of_the_page_takes_no_answer_away),
		WORLD_TEST(a_question_is_answered_once),
		WORLD_TEST(answers_have_their_longest_length),
		WORLD_TEST(an_empty_answer_is_an_answer),
	};

	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
