/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/relay.h against a helper that is this test: a listening socket
 * whose accepted end sends what each row says. Nothing here runs PAM.
 */
#include "pam_authcode/relay.h"

#include <fcntl.h>
#include <poll.h>
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
	struct ac_relay *relay;
};

static int
setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/authcode-relay-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	memcpy(address.sun_path, f->path, strlen(f->path));
	f->helper = -1;
	f->listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(f->listening, 1), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	ac_relay_free(&f->relay);
	if (f->helper >= 0)
		(void)close(f->helper);
	(void)close(f->listening);
	(void)unlink(f->path);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

static void
start(struct fixture *f, const char *password)
{
	struct ac_wire_frame frame;
	struct ac_secret *secret = NULL;

	sample_frame(0, &frame);
	if (password != NULL)
		assert_int_equal(ac_secret_new(password, strlen(password), &secret), AUTHCODE_OK);
	assert_int_equal(ac_relay_start_take(f->path, &frame.u.start, secret, &f->relay),
			 AUTHCODE_OK);
	f->helper = accept4(f->listening, NULL, NULL, SOCK_CLOEXEC);
	assert_true(f->helper >= 0);
	assert_int_equal(ac_wire_recv(f->helper, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, AC_WIRE_START);
	assert_string_equal(frame.u.start.user, "alice");
}

static void
helper_sends(struct fixture *f, enum ac_wire_type type)
{
	struct ac_wire_frame frame;

	sample_frame((size_t)type - 2, &frame);
	assert_int_equal(ac_wire_send(f->helper, &frame), AUTHCODE_OK);
}

static void
helper_asks(struct fixture *f, bool echo)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_PROMPT, .u.prompt.echo = echo };

	memcpy(frame.u.prompt.text, "Password: ", 10);
	assert_int_equal(ac_wire_send(f->helper, &frame), AUTHCODE_OK);
}

static void
assert_helper_gets(struct fixture *f, enum ac_wire_type type, const char *text)
{
	struct ac_wire_frame frame;
	struct pollfd poller = { .fd = f->helper, .events = POLLIN };

	assert_int_equal(poll(&poller, 1, 5000), 1);
	assert_int_equal(ac_wire_recv(f->helper, &frame), AUTHCODE_OK);
	assert_int_equal(frame.type, type);
	if (text != NULL)
		assert_string_equal(frame.u.answer.text, text);
}

static void
assert_next(struct fixture *f, enum ac_relay_event_kind kind)
{
	assert_int_equal(ac_relay_next(f->relay).kind, kind);
}

static void
assert_failed(struct fixture *f, bool began)
{
	struct ac_relay_event event = ac_relay_next(f->relay);

	assert_int_equal(event.kind, AC_RELAY_FAILED);
	assert_int_equal(event.began, began);
	/* For good: a frame that comes later changes nothing. */
	if (f->helper >= 0)
		helper_sends(f, AC_WIRE_RESULT);
	assert_next(f, AC_RELAY_FAILED);
	assert_int_equal(ac_relay_go(f->relay), AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_relay_answer(f->relay, "x", 1), AUTHCODE_ERR_USAGE);
}

/* The states in which the relay can be, as the calls that lead there. */
static void
reach_started(struct fixture *f)
{
	start(f, NULL);
}

static void
reach_canon(struct fixture *f)
{
	reach_started(f);
	helper_sends(f, AC_WIRE_CANON);
	assert_next(f, AC_RELAY_CANON);
}

static void
reach_working(struct fixture *f)
{
	reach_canon(f);
	assert_int_equal(ac_relay_go(f->relay), AUTHCODE_OK);
	assert_helper_gets(f, AC_WIRE_GO, NULL);
}

static void
reach_asked(struct fixture *f)
{
	reach_working(f);
	helper_asks(f, true);
	assert_next(f, AC_RELAY_PROMPT);
}

static void
reach_answered(struct fixture *f)
{
	reach_asked(f);
	assert_int_equal(ac_relay_answer(f->relay, "123456", 6), AUTHCODE_OK);
	assert_helper_gets(f, AC_WIRE_ANSWER, "123456");
}

static void
reach_over(struct fixture *f)
{
	reach_answered(f);
	helper_sends(f, AC_WIRE_RESULT);
	assert_next(f, AC_RELAY_RESULT);
}

/* The specification once more: what may come in each state. */
static const struct row {
	const char *name;
	void (*reach)(struct fixture *f);
	bool began;
	unsigned int allowed; /* bits of frame types */
} states[] = {
	{ "after START", reach_started, false, 1u << AC_WIRE_CANON },
	{ "after CANON", reach_canon, true, 0 },
	{ "after GO", reach_working, true, 1u << AC_WIRE_PROMPT | 1u << AC_WIRE_RESULT },
	{ "after PROMPT", reach_asked, true, 0 },
	{ "after ANSWER", reach_answered, true, 1u << AC_WIRE_PROMPT | 1u << AC_WIRE_RESULT },
	{ "after RESULT", reach_over, true, 0 },
};

/* Every row in a fixture of its own. */
static void
for_each_state(void (*body)(struct fixture *f, const struct row *row))
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(states); i++) {
		void *state = NULL;

		assert_int_equal(setup(&state), 0);
		states[i].reach(state);
		body(state, &states[i]);
		assert_int_equal(teardown(&state), 0);
	}
}

static void
try_every_type(struct fixture *unused, const struct row *row)
{
	(void)unused;
	for (unsigned int type = AC_WIRE_START; type <= AC_WIRE_LAST; type++) {
		void *state = NULL;

		if ((row->allowed & 1u << type) != 0)
			continue;
		assert_int_equal(setup(&state), 0);
		row->reach(state);
		helper_sends(state, (enum ac_wire_type)type);
		assert_failed(state, row->began);
		assert_int_equal(teardown(&state), 0);
	}
}

static void
a_frame_out_of_order_fails_in_every_state(void **state)
{
	(void)state;
	for_each_state(try_every_type);
}

static void
close_helper(struct fixture *f, const struct row *row)
{
	(void)close(f->helper);
	f->helper = -1;
	assert_failed(f, row->began);
}

static void
the_end_of_the_helper_fails_in_every_state(void **state)
{
	(void)state;
	for_each_state(close_helper);
}

static void
send_garbage(struct fixture *f, const struct row *row)
{
	assert_int_equal(send(f->helper, "\x07\x01garbage", 9, MSG_NOSIGNAL), 9);
	assert_failed(f, row->began);
}

static void
garbage_fails_in_every_state(void **state)
{
	(void)state;
	for_each_state(send_garbage);
}

static void
send_nothing(struct fixture *f, const struct row *row)
{
	assert_int_equal(send(f->helper, "", 0, MSG_NOSIGNAL), 0);
	assert_failed(f, row->began);
}

static void
an_empty_message_fails_in_every_state(void **state)
{
	(void)state;
	for_each_state(send_nothing);
}

static void
stay_silent(struct fixture *f, const struct row *row)
{
	if (row->reach == reach_over)
		return;
	assert_next(f, AC_RELAY_WAIT);
	assert_next(f, AC_RELAY_WAIT);
}

static void
silence_is_waited_for_in_every_state(void **state)
{
	(void)state;
	for_each_state(stay_silent);
}

static void
call_out_of_turn(struct fixture *f, const struct row *row)
{
	if (row->reach != reach_canon)
		assert_int_equal(ac_relay_go(f->relay), AUTHCODE_ERR_USAGE);
	if (row->reach != reach_asked)
		assert_int_equal(ac_relay_answer(f->relay, "x", 1), AUTHCODE_ERR_USAGE);
}

static void
the_host_cannot_speak_out_of_turn(void **state)
{
	(void)state;
	for_each_state(call_out_of_turn);
}

static void
reports_frames_with_their_content(void **state)
{
	struct fixture *f = *state;
	struct ac_relay_event event;

	start(f, NULL);
	helper_sends(f, AC_WIRE_CANON);
	event = ac_relay_next(f->relay);
	assert_int_equal(event.kind, AC_RELAY_CANON);
	assert_string_equal(event.frame->u.canon.user, "alice");
	assert_int_equal(ac_relay_go(f->relay), AUTHCODE_OK);
	helper_sends(f, AC_WIRE_PROMPT);
	event = ac_relay_next(f->relay);
	assert_int_equal(event.kind, AC_RELAY_PROMPT);
	assert_int_equal(event.frame->u.prompt.message_count, 2);
	assert_string_equal(event.frame->u.prompt.messages[1].text, "Try again.");
	assert_int_equal(ac_relay_answer(f->relay, "1", 1), AUTHCODE_OK);
	helper_sends(f, AC_WIRE_RESULT);
	event = ac_relay_next(f->relay);
	assert_int_equal(event.kind, AC_RELAY_RESULT);
	assert_int_equal(event.frame->u.result.verdict, AC_VERDICT_OK);
	assert_int_equal(event.frame->u.result.identity.uid, 1000);
}

static void
the_password_answers_the_first_hidden_prompt_only(void **state)
{
	struct fixture *f = *state;
	struct ac_relay_event event;

	start(f, "s3cret");
	helper_sends(f, AC_WIRE_CANON);
	assert_next(f, AC_RELAY_CANON);
	assert_int_equal(ac_relay_go(f->relay), AUTHCODE_OK);
	assert_helper_gets(f, AC_WIRE_GO, NULL);
	/* Not a question that is shown as it is typed. */
	helper_asks(f, true);
	assert_next(f, AC_RELAY_PROMPT);
	assert_int_equal(ac_relay_answer(f->relay, "token", 5), AUTHCODE_OK);
	assert_helper_gets(f, AC_WIRE_ANSWER, "token");
	helper_asks(f, false);
	event = ac_relay_next(f->relay);
	assert_int_equal(event.kind, AC_RELAY_ANSWERED);
	assert_false(event.frame->u.prompt.echo);
	assert_helper_gets(f, AC_WIRE_ANSWER, "s3cret");
	helper_asks(f, false);
	assert_next(f, AC_RELAY_PROMPT);
	assert_int_equal(ac_relay_answer(f->relay, "", 0), AUTHCODE_OK);
	assert_helper_gets(f, AC_WIRE_ANSWER, "");
}

static void
an_answer_the_wire_refuses_leaves_the_question(void **state)
{
	struct fixture *f = *state;
	static char longer[AC_MAX_PASSWORD + 1];

	memset(longer, 'a', sizeof(longer));
	reach_asked(f);
	assert_int_equal(ac_relay_answer(f->relay, longer, sizeof(longer)), AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_relay_answer(f->relay, "a\0b", 3), AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_relay_answer(f->relay, "\xff", 1), AUTHCODE_ERR_USAGE);
	assert_int_equal(ac_relay_answer(f->relay, "ok", 2), AUTHCODE_OK);
	assert_helper_gets(f, AC_WIRE_ANSWER, "ok");
}

static void
more_questions_than_rounds_fail(void **state)
{
	struct fixture *f = *state;

	reach_working(f);
	for (int i = 0; i < AC_WIRE_MAX_ROUNDS; i++) {
		/* Without a password the hidden ones are asked too. */
		helper_asks(f, i % 2 == 0);
		assert_next(f, AC_RELAY_PROMPT);
		assert_int_equal(ac_relay_answer(f->relay, "x", 1), AUTHCODE_OK);
	}
	helper_asks(f, true);
	assert_failed(f, true);
}

static void
what_the_wire_does_not_carry_is_not_started(void **state)
{
	static const struct {
		const char *name, *password;
		size_t len;
		const char *user;
	} rows[] = {
		{ "password with NUL", "a\0b", 3, "alice" },
		{ "password that is not UTF-8", "\xc3", 1, "alice" },
		{ "no user", "x", 1, "" },
		{ "user like an option", "x", 1, "-f" },
		{ "user like a path", "x", 1, "a/b" },
		{ "user with a control character", "x", 1, "a\tb" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_wire_start start = { .service = "authcode" };
		struct ac_secret *secret = NULL;

		memcpy(start.user, rows[i].user, strlen(rows[i].user));
		assert_int_equal(ac_secret_new(rows[i].password, rows[i].len, &secret),
				 AUTHCODE_OK);
		if (ac_relay_start_take(f->path, &start, secret, &f->relay) != AUTHCODE_ERR_USAGE)
			fail_msg("%s: started", rows[i].name);
		assert_null(f->relay);
	}
}

static void
no_helper_is_an_error_and_a_full_queue_another(void **state)
{
	struct fixture *f = *state;
	struct ac_relay *held[8] = { NULL };
	struct ac_wire_frame frame;
	enum authcode_err err = AUTHCODE_OK;

	sample_frame(0, &frame);
	for (size_t i = 0; i < AC_ARRAY_SIZE(held) && err == AUTHCODE_OK; i++)
		err = ac_relay_start_take(f->path, &frame.u.start, NULL, &held[i]);
	assert_int_equal(err, AUTHCODE_ERR_LIMIT);
	for (size_t i = 0; i < AC_ARRAY_SIZE(held); i++)
		ac_relay_free(&held[i]);
	assert_int_equal(
		ac_relay_start_take("/tmp/authcode-no-such/s", &frame.u.start, NULL, &f->relay),
		AUTHCODE_ERR_IO);
	assert_int_equal(ac_relay_start_take("", &frame.u.start, NULL, &f->relay),
			 AUTHCODE_ERR_USAGE);
	assert_null(f->relay);
}

static void
the_descriptor_is_non_blocking_and_not_inherited(void **state)
{
	struct fixture *f = *state;
	int fd;

	start(f, NULL);
	fd = ac_relay_fd(f->relay);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

static void
freeing_ends_the_helper(void **state)
{
	struct fixture *f = *state;
	struct ac_wire_frame frame;

	reach_asked(f);
	ac_relay_free(&f->relay);
	assert_null(f->relay);
	ac_relay_free(&f->relay);
	assert_int_equal(ac_wire_recv(f->helper, &frame), AUTHCODE_ERR_NOT_FOUND);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_out_of_order_fails_in_every_state),
		cmocka_unit_test(the_end_of_the_helper_fails_in_every_state),
		cmocka_unit_test(garbage_fails_in_every_state),
		cmocka_unit_test(an_empty_message_fails_in_every_state),
		cmocka_unit_test(silence_is_waited_for_in_every_state),
		cmocka_unit_test(the_host_cannot_speak_out_of_turn),
		TEST(reports_frames_with_their_content),
		TEST(the_password_answers_the_first_hidden_prompt_only),
		TEST(an_answer_the_wire_refuses_leaves_the_question),
		TEST(more_questions_than_rounds_fail),
		TEST(what_the_wire_does_not_carry_is_not_started),
		TEST(no_helper_is_an_error_and_a_full_queue_another),
		TEST(the_descriptor_is_non_blocking_and_not_inherited),
		TEST(freeing_ends_the_helper),
	};

	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
