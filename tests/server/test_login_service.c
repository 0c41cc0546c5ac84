/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * POST /login: which PAM service is run, what a sign-in with it is said to have
 * proved, and a service that asks for everything itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "login_world.h"

/* Signs alice in with the page; what was proved. */
static const char *
prove(const char *txn, const char *password, const char *environment, const char **ret_service,
      bool *ret_password)
{
	static char proof[256], service[AC_MAX_SERVICE + 1];
	char login[AC_LOGIN_LEN + 1];
	struct ac_http *h;
	struct world w;

	world_init(&w);
	world_start(&w);
	script_environment(environment);
	h = post_login(&w, ALICE, txn, "alice", password);
	login_of(h, login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
	fake_http_free(&h);
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, txn);
	assert_int_equal(issuer_sign_ins(), 1);
	fake_http_free(&h);
	snprintf(proof, sizeof(proof), "%s", issuer_last_proof());
	snprintf(service, sizeof(service), "%s", script_service(0));
	*ret_service = service;
	*ret_password = script_had_password(0);
	world_stop(&w);
	return proof;
}

static void
the_acr_the_client_or_the_default_choose_what_is_run_and_proved(void **state)
{
	static const struct {
		const char *txn, *password, *environment, *service, *proof;
		bool had_password;
	} rows[] = {
		{ "txn:1", "secret", "", "authcode", "-|-|-", true },
		{ "oth:1", "secret", "", "otp", "urn:x:otp|pwd otp|-", true },
		{ "key:1", "", "", "keys", "urn:x:key|pwd hwk|-", false },
		{ "okey:1", "", "", "keys", "urn:x:key|pwd hwk|-", false },
		{ "oth:1", "secret", "AUTH_INDICATORS=hwk otp\nDEPARTMENT=R", "otp",
		  "urn:x:otp|pwd otp hwk|{\"department\":\"R\"}", true },
		{ "txn:1", "secret", "AUTH_INDICATORS=otp\nOTHER=x", "authcode", "-|otp|-", true },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *service;
		bool had_password;
		const char *proof = prove(rows[i].txn, rows[i].password, rows[i].environment,
					  &service, &had_password);

		if (strcmp(service, rows[i].service) != 0 || strcmp(proof, rows[i].proof) != 0 ||
		    had_password != rows[i].had_password)
			fail_msg("row %zu: %s proved %s", i, service, proof);
	}
}

/* Its page has no such field: what comes in it nevertheless is nobody's answer. */
static void
a_password_posted_to_a_service_that_asks_goes_nowhere(void **state)
{
	const char *service;
	bool had_password = true;

	(void)state;
	(void)prove("key:1", "secret", "", &service, &had_password);
	assert_string_equal(service, "keys");
	assert_false(had_password);
}

static void
a_service_that_asks_shows_its_first_hidden_question(void **state)
{
	char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];
	struct ac_http *h;
	struct world w;

	(void)state;
	world_init(&w);
	world_start(&w);
	h = post_login(&w, ALICE, "key:1", "alice", "");
	login_of(h, login);
	fake_http_free(&h);
	assert_true(script_wait_gos(0, 1));
	script_prompt(0, "PIN:", false);
	h = get_prompt(&w, ALICE, login, "key:1");
	nonce_of(h, nonce);
	assert_non_null(strstr(fake_page(h), ">PIN<"));
	fake_http_free(&h);
	world_stop(&w);
}

static void
without_a_name_or_where_a_password_is_due_nobody_is_asked(void **state)
{
	static const struct {
		const char *txn, *user, *password;
	} rows[] = {
		{ "key:1", "", "" },
		{ "key:1", "al\nice", "" },
		{ "txn:1", "alice", "" },
		{ "oth:1", "alice", "" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char login[AC_LOGIN_LEN + 1];
		struct ac_http *h;
		struct world w;

		world_init(&w);
		world_start(&w);
		h = post_login(&w, ALICE, rows[i].txn, rows[i].user, rows[i].password);
		login_of(h, login);
		fake_http_free(&h);
		h = get_prompt(&w, ALICE, login, rows[i].txn);
		if (!is_resumed(h, rows[i].txn, AUTHCODE_NOTICE_FAILED))
			fail_msg("row %zu: not failed", i);
		fake_http_free(&h);
		assert_int_equal(script_started(), 0);
		assert_int_equal(issuer_sign_ins(), 0);
		world_stop(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_acr_the_client_or_the_default_choose_what_is_run_and_proved),
		cmocka_unit_test(a_password_posted_to_a_service_that_asks_goes_nowhere),
		cmocka_unit_test(a_service_that_asks_shows_its_first_hidden_question),
		cmocka_unit_test(without_a_name_or_where_a_password_is_due_nobody_is_asked),
	};

	return cmocka_run_group_tests_name("login_service", tests, NULL, NULL);
}
