/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/login.h: POST /login, and "no" on any page. What may not be evaluated
 * is a row or a test here and signs nobody in.
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

/* --- POST /login ------------------------------------------------------------- */

#define FIELDS "&username=alice&password=secret"

/* AZ-40, LS-02, LS-04 */
static void
a_post_that_may_not_be_evaluated_is_not(void **state)
{
	static const struct {
		const char *name, *body;
		unsigned status;
		const char *txn; /* 303: resumed with this seal … */
		enum authcode_notice notice;
	} rows[] = {
		{ "nothing", "", 400, NULL, 0 },
		{ "no seal", "csrf=csrf-txn:1" FIELDS, 400, NULL, 0 },
		{ "foreign seal", "txn=evil&csrf=csrf-evil" FIELDS, 400, NULL, 0 },
		{ "stale seal", "txn=old:1&csrf=csrf-old:1" FIELDS, 303, "old:1",
		  AUTHCODE_NOTICE_EXPIRED },
		{ "no csrf", "txn=txn:1" FIELDS, 403, NULL, 0 },
		{ "csrf of another page", "txn=txn:1&csrf=csrf-txn:2" FIELDS, 403, NULL, 0 },
		{ "client gone", "txn=gone:1&csrf=csrf-gone:1" FIELDS, 303, "gone:1",
		  AUTHCODE_NOTICE_NONE },
		{ "NUL in name", "txn=txn:1&csrf=csrf-txn:1&username=a%00b&password=x", 400, NULL,
		  0 },
		{ "NUL in password", "txn=txn:1&csrf=csrf-txn:1&username=a&password=x%00", 400,
		  NULL, 0 },
		{ "bad UTF-8", "txn=txn:1&csrf=csrf-txn:1&username=%ff&password=x", 400, NULL, 0 },
		{ "bad escape", "txn=txn:1&csrf=csrf-txn:1&username=%4&password=x", 400, NULL, 0 },
		{ "name twice", "txn=txn:1&csrf=csrf-txn:1&username=a&username=b&password=x", 400,
		  NULL, 0 },
		{ "password twice", "txn=txn:1&csrf=csrf-txn:1&username=a&password=x&password=y",
		  400, NULL, 0 },
		{ "seal twice", "txn=txn:1&txn=txn:1&csrf=csrf-txn:1" FIELDS, 400, NULL, 0 },
		{ "unknown decision", "txn=txn:1&csrf=csrf-txn:1&decision=allow" FIELDS, 400, NULL,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_http *h = post(&w, ALICE, "/login", rows[i].body);

		if (h->status != rows[i].status ||
		    (rows[i].txn != NULL && !is_resumed(h, rows[i].txn, rows[i].notice)))
			fail_msg("%s: %u %s", rows[i].name, h->status,
				 fake_reply_header(h, "Location"));
		assert_null(fake_reply_header(h, "Set-Cookie"));
		fake_http_free(&h);
	}
	assert_int_equal(script_started(), 0);
	assert_int_equal(issuer_sign_ins(), 0);
}

/* LS-02: as late and in the same way as a wrong password. */
static void
what_can_be_nobodys_fails_like_a_wrong_password(void **state)
{
	static const struct {
		const char *name, *fields;
	} rows[] = {
		{ "no name", "&password=x" },
		{ "empty name", "&username=&password=x" },
		{ "no password", "&username=alice" },
		{ "empty password", "&username=alice&password=" },
		{ "control in name", "&username=a%0Ab&password=x" },
		{ "C1 control in name", "&username=a%C2%85&password=x" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char txn[16], body[256];
		struct ac_http *h;

		snprintf(txn, sizeof(txn), "txn:%zu", i);
		snprintf(body, sizeof(body), "txn=%s&csrf=csrf-%s%s", txn, txn, rows[i].fields);
		h = post(&w, ALICE, "/login", body);
		login_of(h, login);
		if (strlen(login) != AC_LOGIN_LEN)
			fail_msg("%s: %u %s", rows[i].name, h->status,
				 fake_reply_header(h, "Location"));
		fake_http_free(&h);
		h = get_prompt(&w, ALICE, login, txn);
		if (!is_resumed(h, txn, AUTHCODE_NOTICE_FAILED))
			fail_msg("%s: %u %s", rows[i].name, h->status,
				 fake_reply_header(h, "Location"));
		fake_http_free(&h);
		assert_true(fake_log_wait("reason=bad_credentials"));
		fake_log_clear();
	}
	assert_int_equal(script_started(), 0);
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
a_post_that_is_no_form_is_refused(void **state)
{
	static const char *const types[] = { NULL,
					     "",
					     "text/plain",
					     "multipart/form-data",
					     "application/json",
					     "application/x-www-form-urlencodedx" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(types); i++) {
		struct ac_http *h = fake_http_new();

		h->method = AUTHCODE_METHOD_POST;
		h->content_type = types[i];
		h->body = "txn=txn:1&csrf=csrf-txn:1" FIELDS;
		assert_int_equal(ac_login_post(&w.app, h), AC_STEP_REPLY);
		assert_int_equal(h->status, 415);
		fake_http_free(&h);
	}
	assert_int_equal(script_started(), 0);
}

static void
names_and_passwords_have_their_longest_length(void **state)
{
	static const struct {
		size_t name, password;
		bool evaluated;
	} rows[] = {
		{ 256, 512, true },
		{ 257, 512, false },
		{ 256, 513, false },
		{ 1, 1, true },
	};
	char name[300], password[600];
	unsigned evaluated = 0;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_http *h;
		char txn[16];

		memset(name, 'n', sizeof(name));
		memset(password, 'p', sizeof(password));
		name[rows[i].name] = '\0';
		password[rows[i].password] = '\0';
		snprintf(txn, sizeof(txn), "txn:%zu", i);
		h = post_login(&w, ALICE, txn, name, password);
		evaluated += rows[i].evaluated;
		if (rows[i].evaluated) {
			assert_true(script_wait_gos(evaluated - 1, 1));
			script_result(evaluated - 1, AC_VERDICT_DENIED, NULL);
			assert_true(script_wait_cancelled(evaluated - 1));
		}
		login_of(h, login);
		fake_http_free(&h);
		if (!rows[i].evaluated) {
			h = get_prompt(&w, ALICE, login, txn);
			assert_true(is_resumed(h, txn, AUTHCODE_NOTICE_FAILED));
			fake_http_free(&h);
		}
		assert_int_equal(script_started(), evaluated);
	}
}

/* Double click, reload of the post, back and send again. */
static void
a_page_reaches_the_helper_once(void **state)
{
	char again[AC_LOGIN_LEN + 1];
	struct ac_http *h;

	(void)state;
	begin_login(&w, login);
	assert_true(script_wait_gos(0, 1));
	h = post_login(&w, ALICE, "txn:1", "alice", "another");
	login_of(h, again);
	assert_string_equal(again, login);
	fake_http_free(&h);
	script_result(0, AC_VERDICT_DENIED, NULL);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_FAILED));
	fake_http_free(&h);
	h = post_login(&w, ALICE, "txn:1", "alice", "secret");
	login_of(h, again);
	assert_string_equal(again, login);
	fake_http_free(&h);
	/* Another browser with the same page learns nothing of the conversation. */
	h = post_login(&w, MALLORY, "txn:1", "alice", "secret");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(script_started(), 1);
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
the_client_decides_the_service(void **state)
{
	struct ac_http *h = post_login(&w, ALICE, "oth:1", "alice", "secret");

	(void)state;
	assert_true(script_wait_started(1));
	assert_string_equal(script_service(0), "otp");
	assert_string_equal(script_user(0), "alice");
	fake_http_free(&h);
}

static void
the_helper_hears_what_language_the_browser_speaks(void **state)
{
	struct ac_http *h;

	(void)state;
	w.accept_language = "de-AT, en;q=0.5";
	h = post_login(&w, ALICE, "txn:1", "alice", "secret");
	assert_true(script_wait_started(1));
	assert_string_equal(script_language(0), "de_AT:de:en");
	fake_http_free(&h);
	w.accept_language = NULL;
	h = post_login(&w, ALICE, "txn:2", "bob", "secret");
	assert_true(script_wait_started(2));
	assert_string_equal(script_language(1), "");
	fake_http_free(&h);
}

/* AZ-30: OIDC-Core §3.1.2.1 */
static void
the_helper_hears_first_what_language_the_client_asks_for(void **state)
{
	struct ac_http *h;

	(void)state;
	w.accept_language = "de-AT, en;q=0.5";
	h = post_login(&w, ALICE, "txn:french", "alice", "secret");
	assert_true(script_wait_started(1));
	assert_string_equal(script_language(0), "fr_CA:fr:de_AT:de:en");
	fake_http_free(&h);
	w.accept_language = NULL;
	h = post_login(&w, ALICE, "txn:french2", "bob", "secret");
	assert_true(script_wait_started(2));
	assert_string_equal(script_language(1), "fr_CA:fr");
	fake_http_free(&h);
}

/* --- no (AZ-38) ------------------------------------------------------------- */

static void
cancel_on_the_first_page_asks_nobody_for_a_password(void **state)
{
	struct ac_http *h = post(&w, ALICE, "/login",
				 "txn=txn:1&csrf=csrf-txn:1&username=alice&password=secret"
				 "&decision=deny");

	(void)state;
	assert_int_equal(h->status, 303);
	assert_string_equal(fake_reply_header(h, "Location"),
			    "https://app.example/cb?error=access_denied");
	assert_string_equal(issuer_last_body(), "txn=txn%3A1&csrf=csrf-txn%3A1&decision=deny");
	assert_false(issuer_saw_secret("secret"));
	assert_int_equal(script_started(), 0);
	fake_http_free(&h);
}

static void
cancel_at_a_question_ends_the_conversation(void **state)
{
	struct ac_http *h;
	char body[512];

	(void)state;
	begin_question(&w, login, nonce);
	snprintf(body, sizeof(body),
		 "txn=txn:1&csrf=csrf-txn:1&login=%s&nonce=%s&answer=123456&decision=deny", login,
		 nonce);
	h = post(&w, ALICE, "/prompt", body);
	assert_string_equal(fake_reply_header(h, "Location"),
			    "https://app.example/cb?error=access_denied");
	fake_http_free(&h);
	assert_true(script_wait_cancelled(0));
	h = post_answer(&w, ALICE, login, nonce, "123456");
	fake_http_free(&h);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_int_equal(script_answers(0), 0);
	assert_false(issuer_saw_secret("123456"));
	assert_int_equal(issuer_denials(), 1);
	assert_int_equal(issuer_sign_ins(), 0);
}

static void
a_stranger_cannot_cancel(void **state)
{
	struct ac_http *h;
	char body[512];

	(void)state;
	begin_question(&w, login, nonce);
	snprintf(body, sizeof(body), "txn=txn:1&csrf=csrf-txn:1&login=%s&decision=deny", login);
	h = post(&w, MALLORY, "/prompt", body);
	fake_http_free(&h);
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_int_equal(h->status, 200);
	fake_http_free(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_post_that_may_not_be_evaluated_is_not),
		WORLD_TEST(what_can_be_nobodys_fails_like_a_wrong_password),
		WORLD_TEST(a_post_that_is_no_form_is_refused),
		WORLD_TEST(names_and_passwords_have_their_longest_length),
		WORLD_TEST(a_page_reaches_the_helper_once),
		WORLD_TEST(the_client_decides_the_service),
		WORLD_TEST(the_helper_hears_what_language_the_browser_speaks),
		WORLD_TEST(the_helper_hears_first_what_language_the_client_asks_for),
		WORLD_TEST(cancel_on_the_first_page_asks_nobody_for_a_password),
		WORLD_TEST(cancel_at_a_question_ends_the_conversation),
		WORLD_TEST(a_stranger_cannot_cancel),
	};

	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
