/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/check_relay.h against a helper that is this test. Nothing here
 * runs PAM.
 */
#include "pam_authcode/check_relay.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pam/samples.h"

struct fixture {
	char dir[64];
	char path[80];
	int listening;
	int helper; /* the helper's end of the one connection */
	struct ac_check_relay *relay;
};

static int
setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/authcode-check-relay-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	memcpy(address.sun_path, f->path, strlen(f->path));
	f->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(f->listening, 1), 0);
	assert_int_equal(ac_check_relay_open(f->path, &f->relay), AUTHCODE_OK);
	f->helper = accept4(f->listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(f->helper >= 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ac_check_relay_free(&f->relay);
	assert_null(f->relay);
	if (f->helper >= 0)
		(void)close(f->helper);
	(void)close(f->listening);
	(void)unlink(f->path);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

static void
sample(enum ac_wire_type type, struct ac_wire_frame *ret)
{
	sample_frame((size_t)type - AC_WIRE_START, ret);
	assert_int_equal(ret->type, type);
}

static void
ask(struct fixture *f, enum ac_wire_type type)
{
	struct ac_wire_frame frame;

	sample(type, &frame);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_OK);
	assert_int_equal(ac_wire_recv(f->helper, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, type);
}

static void
answer(struct fixture *f, enum ac_wire_type type)
{
	struct ac_wire_frame frame;

	sample(type, &frame);
	assert_int_equal(ac_wire_send(f->helper, &frame), AUTHCODE_OK);
}

static void
assert_broken(struct fixture *f)
{
	struct ac_wire_frame frame;

	sample(AC_WIRE_CHECK, &frame);
	assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_FAILED);
	answer(f, AC_WIRE_CHECKED);
	assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_FAILED);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
}

static void
checks_and_asks_are_answered_in_turn(void **state)
{
	struct fixture *f = *state;
	struct ac_check_event event;

	for (int i = 0; i < 3; i++) {
		ask(f, AC_WIRE_CHECK);
		assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_WAIT);
		answer(f, AC_WIRE_CHECKED);
		event = ac_check_relay_next(f->relay);
		assert_int_equal(event.kind, AC_CHECK_ANSWER);
		assert_int_equal(event.frame->type, AC_WIRE_CHECKED);
		assert_string_equal(event.frame->u.checked.identity.user, "alice");
		assert_string_equal(event.frame->u.checked.file_claims, "{}");
		ask(f, AC_WIRE_ASK);
		answer(f, AC_WIRE_ABOUT);
		event = ac_check_relay_next(f->relay);
		assert_int_equal(event.kind, AC_CHECK_ANSWER);
		assert_int_equal(event.frame->u.about.deny, 3);
		assert_int_equal(event.frame->u.about.interval_s, 900);
		assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_WAIT);
	}
	assert_int_equal(ac_check_relay_count(f->relay), 6);
}

static void
a_second_question_waits_for_the_first_answer(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	ask(f, AC_WIRE_CHECK);
	sample(AC_WIRE_CHECK, &frame);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
	sample(AC_WIRE_ASK, &frame);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
	answer(f, AC_WIRE_CHECKED);
	assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_ANSWER);
}

static void
nothing_but_the_answer_that_is_due_is_taken(void **state)
{
	static const enum ac_wire_type questions[] = { AC_WIRE_CHECK, AC_WIRE_ASK };

	for (size_t q = 0; q < AC_ARRAY_SIZE(questions); q++) {
		for (unsigned int type = AC_WIRE_START; type <= AC_WIRE_LAST; type++) {
			void *own = NULL;

			if (type == (unsigned int)questions[q] + 1)
				continue;
			(void)setup(&own);
			ask(own, questions[q]);
			answer(own, (enum ac_wire_type)type);
			assert_broken(own);
			(void)teardown(&own);
		}
	}
	(void)state;
}

static void
an_answer_to_no_question_breaks_the_connection(void **state)
{
	struct fixture *f = *state;

	answer(f, AC_WIRE_CHECKED);
	assert_broken(f);
}

static void
an_answer_about_another_uid_breaks_the_connection(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	ask(f, AC_WIRE_CHECK);
	sample(AC_WIRE_CHECKED, &frame);
	frame.u.checked.identity.uid++;
	assert_int_equal(ac_wire_send(f->helper, &frame), AUTHCODE_OK);
	assert_broken(f);
}

static void
garbage_breaks_the_connection(void **state)
{
	static const struct {
		const char *name, *data;
		size_t len;
	} rows[] = {
		{ "unknown type", "\xff", 1 },
		{ "cut", "\x09\x01", 2 },
		{ "unknown verdict", "\x09\x63", 2 },
		{ "text", "{\"verdict\":1}", 13 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		void *own = NULL;
		struct fixture *f;

		(void)setup(&own);
		f = own;
		ask(f, AC_WIRE_CHECK);
		assert_int_equal(send(f->helper, rows[i].data, rows[i].len, 0), rows[i].len);
		if (ac_check_relay_next(f->relay).kind != AC_CHECK_FAILED)
			fail_msg("%s: taken", rows[i].name);
		(void)teardown(&own);
	}
}

static void
a_helper_that_goes_away_is_a_failure(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	ask(f, AC_WIRE_CHECK);
	(void)close(f->helper);
	f->helper = -1;
	assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_FAILED);
	sample(AC_WIRE_CHECK, &frame);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
}

static void
a_question_to_a_helper_that_has_gone_breaks_the_connection(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	(void)close(f->helper);
	f->helper = -1;
	sample(AC_WIRE_CHECK, &frame);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_IO);
	assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_FAILED);
}

static void
only_check_and_ask_are_sent(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	for (unsigned int type = AC_WIRE_START; type <= AC_WIRE_LAST; type++) {
		if (type == AC_WIRE_CHECK || type == AC_WIRE_ASK)
			continue;
		sample((enum ac_wire_type)type, &frame);
		assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
	}
	sample(AC_WIRE_CHECK, &frame);
	(void)snprintf(frame.u.check.service, sizeof(frame.u.check.service), "../check");
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_check_relay_count(f->relay), 0);
	ask(f, AC_WIRE_CHECK);
}

static void
a_connection_takes_sixty_four_questions(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	for (int i = 0; i < AC_WIRE_MAX_CHECKS; i++) {
		ask(f, i % 2 == 0 ? AC_WIRE_CHECK : AC_WIRE_ASK);
		answer(f, i % 2 == 0 ? AC_WIRE_CHECKED : AC_WIRE_ABOUT);
		assert_int_equal(ac_check_relay_next(f->relay).kind, AC_CHECK_ANSWER);
	}
	sample(AC_WIRE_CHECK, &frame);
	assert_int_equal(ac_check_relay_ask(f->relay, &frame), AUTHCODE_ERR_USAGE);
}

static void
a_socket_that_is_not_there_is_told_apart_from_a_bad_path(void **state)
{
	struct ac_check_relay *relay = NULL;
	char long_path[200];

	(void)state;
	memset(long_path, 'a', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(ac_check_relay_open("/nonexistent/s", &relay), AUTHCODE_ERR_IO);
	assert_int_equal(ac_check_relay_open("", &relay), AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_check_relay_open(long_path, &relay), AUTHCODE_ERR_USAGE);
	assert_null(relay);
	ac_check_relay_free(&relay);
	ac_check_relay_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(checks_and_asks_are_answered_in_turn, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_second_question_waits_for_the_first_answer, setup,
						teardown),
		cmocka_unit_test(nothing_but_the_answer_that_is_due_is_taken),
		cmocka_unit_test_setup_teardown(an_answer_to_no_question_breaks_the_connection,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_about_another_uid_breaks_the_connection,
						setup, teardown),
		cmocka_unit_test(garbage_breaks_the_connection),
		cmocka_unit_test_setup_teardown(a_helper_that_goes_away_is_a_failure, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_question_to_a_helper_that_has_gone_breaks_the_connection, setup,
			teardown),
		cmocka_unit_test_setup_teardown(only_check_and_ask_are_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(a_connection_takes_sixty_four_questions, setup,
						teardown),
		cmocka_unit_test(a_socket_that_is_not_there_is_told_apart_from_a_bad_path),
	};

	return cmocka_run_group_tests_name("check relay", tests, NULL, NULL);
}
