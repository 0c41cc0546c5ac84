/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The floor under failures (T12): when they are told, and that until then
 * nothing shows that PAM has finished. What a client measures over HTTP is
 * tests/http/test_failure_floor.py's.
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
#include "server/clock.h"
#include "server/conversation_table.h"

#define FLOOR_MS 600
#define LATE_MS 500 /* of a thread on a busy machine */

static char login[AC_LOGIN_LEN + 1], nonce[AC_QUESTION_LEN + 1];

static void
pause_ms(int64_t ms)
{
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&pause, NULL);
}

/* Waits for the end, which must be a failure at floors × FLOOR_MS after began. */
static void
assert_fails_after(int64_t began, const char *txn, int64_t floors)
{
	struct ac_http *h = get_prompt(&w, ALICE, login, txn);
	int64_t took = ac_clock_monotonic_ms() - began;

	assert_true(is_resumed(h, txn, AUTHCODE_NOTICE_FAILED));
	fake_http_free(&h);
	/* The attempt began between "began" and the reply of its post. */
	if (took < floors * FLOOR_MS || took >= floors * FLOOR_MS + LATE_MS)
		fail_msg("%lld ms", (long long)took);
}

static void
enter(const char *txn, const char *user, const char *password)
{
	struct ac_http *h = post_login(&w, ALICE, txn, user, password);

	login_of(h, login);
	assert_int_equal(strlen(login), AC_LOGIN_LEN);
	fake_http_free(&h);
}

static void
a_wrong_password_is_told_at_the_floor(void **state)
{
	int64_t began = ac_clock_monotonic_ms();

	(void)state;
	enter("txn:1", "alice", "wrong");
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_fails_after(began, "txn:1", 1);
}

static void
a_slow_failure_is_told_at_the_next_multiple(void **state)
{
	int64_t began = ac_clock_monotonic_ms();

	(void)state;
	enter("txn:1", "alice", "wrong");
	assert_true(script_wait_gos(0, 1));
	pause_ms(FLOOR_MS + 30);
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_fails_after(began, "txn:1", 2);
}

static void
what_pam_never_sees_is_told_at_the_floor(void **state)
{
	static const struct {
		const char *user, *password;
	} rows[] = { { "alice", "" }, { "", "x" }, { "a\nb", "x" } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		int64_t began = ac_clock_monotonic_ms();
		char txn[16];

		snprintf(txn, sizeof(txn), "txn:%zu", i);
		enter(txn, rows[i].user, rows[i].password);
		assert_fails_after(began, txn, 1);
	}
	assert_int_equal(script_started(), 0);
}

static void
a_helper_that_dies_is_told_at_the_floor(void **state)
{
	int64_t began = ac_clock_monotonic_ms();

	(void)state;
	enter("txn:1", "alice", "wrong");
	assert_true(script_wait_gos(0, 1));
	script_die(0, true);
	assert_fails_after(began, "txn:1", 1);
}

static void
a_wrong_answer_counts_from_the_answer(void **state)
{
	struct ac_http *h;
	int64_t began;

	(void)state;
	begin_question(&w, login, nonce);
	pause_ms(FLOOR_MS / 2);
	began = ac_clock_monotonic_ms();
	h = post_answer(&w, ALICE, login, nonce, "123456");
	fake_http_free(&h);
	assert_true(script_wait_answers(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_fails_after(began, "txn:1", 1);
}

static void
a_success_does_not_wait(void **state)
{
	int64_t began = ac_clock_monotonic_ms();
	struct ac_http *h;

	(void)state;
	enter("txn:1", "alice", "secret");
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_OK, "alice");
	h = get_prompt(&w, ALICE, login, "txn:1");
	assert_non_null(fake_reply_header(h, "Set-Cookie"));
	fake_http_free(&h);
	assert_in_range(ac_clock_monotonic_ms() - began, 0, FLOOR_MS - 1);
}

/* Otherwise the time of the second attempt, or its refusal, tells of the first. */
static void
the_next_attempt_on_a_name_begins_when_the_failure_is_told(void **state)
{
	int64_t began = ac_clock_monotonic_ms();

	(void)state;
	enter("txn:1", "alice", "wrong");
	enter("txn:2", "alice", "wrong too");
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_cancelled(0));
	pause_ms(50);
	assert_int_equal(script_started(), 1);
	assert_true(script_wait_started(2));
	assert_in_range(ac_clock_monotonic_ms() - began, FLOOR_MS, FLOOR_MS + LATE_MS);
}

static void
giving_up_does_not_tell_that_pam_has_failed(void **state)
{
	static const bool finished[] = { false, true };

	(void)state;
	for (unsigned i = 0; i < AC_ARRAY_SIZE(finished); i++) {
		struct ac_http *h;
		char txn[16], body[256];

		snprintf(txn, sizeof(txn), "txn:%u", i);
		enter(txn, "alice", "wrong");
		assert_true(script_wait_gos(i, 1));
		if (finished[i]) {
			script_result(i, AC_VERDICT_DENIED, NULL);
			assert_true(script_wait_cancelled(i));
		}
		snprintf(body, sizeof(body), "txn=%s&csrf=csrf-%s&login=%s&decision=deny", txn, txn,
			 login);
		h = post(&w, ALICE, "/prompt", body);
		fake_http_free(&h);
		h = get_prompt(&w, ALICE, login, txn);
		assert_true(is_resumed(h, txn, AUTHCODE_NOTICE_EXPIRED));
		fake_http_free(&h);
		if (!finished[i])
			script_result(i, AC_VERDICT_DENIED, NULL);
	}
}

static void
stopping_waits_for_no_floor(void **state)
{
	int64_t began = ac_clock_monotonic_ms();
	struct ac_http *h;

	(void)state;
	enter("txn:1", "alice", "wrong");
	assert_true(script_wait_gos(0, 1));
	script_result(0, AC_VERDICT_DENIED, NULL);
	assert_true(script_wait_cancelled(0));
	h = begin_prompt(&w, ALICE, login);
	ac_login_drain(w.app.login);
	finish_prompt(&w, h);
	assert_true(is_resumed(h, "txn:1", AUTHCODE_NOTICE_EXPIRED));
	fake_http_free(&h);
	assert_in_range(ac_clock_monotonic_ms() - began, 0, FLOOR_MS - 1);
}

static int
set_up(void **state)
{
	(void)state;
	world_init(&w);
	w.settings.floor_ms = FLOOR_MS;
	world_start(&w);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, one_world_stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wrong_password_is_told_at_the_floor),
		TEST(a_slow_failure_is_told_at_the_next_multiple),
		TEST(what_pam_never_sees_is_told_at_the_floor),
		TEST(a_helper_that_dies_is_told_at_the_floor),
		TEST(a_wrong_answer_counts_from_the_answer),
		TEST(a_success_does_not_wait),
		TEST(the_next_attempt_on_a_name_begins_when_the_failure_is_told),
		TEST(giving_up_does_not_tell_that_pam_has_failed),
		TEST(stopping_waits_for_no_floor),
	};

	return cmocka_run_group_tests_name("failure_floor", tests, NULL, NULL);
}
