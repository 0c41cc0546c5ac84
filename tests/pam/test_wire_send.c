/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/wire.h, the sending side: what must not leave, and what a socket
 * can do to a frame on its way.
 */
#include "pam_authcode/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pam/samples.h"

struct bytes {
	uint8_t data[AC_WIRE_MAX_FRAME + 1];
	size_t len;
};

static void
encode(const struct ac_wire_frame *frame, struct bytes *ret)
{
	assert_int_equal(ac_wire_encode(frame, ret->data, sizeof(ret->data), &ret->len),
			 AUTHCODE_OK);
}

static void
break_type(struct ac_wire_frame *frame)
{
	frame->type = (enum ac_wire_type)1;
}

static void
break_start_user(struct ac_wire_frame *frame)
{
	memset(frame->u.start.user, 'a', sizeof(frame->u.start.user));
}

static void
break_answer_count(struct ac_wire_frame *frame)
{
	frame->u.answer.len++;
}

static void
break_style(struct ac_wire_frame *frame)
{
	frame->u.prompt.messages[0].style = (enum ac_message_style)3;
}

static void
break_refusal_with_identity(struct ac_wire_frame *frame)
{
	frame->u.result.verdict = AC_VERDICT_DENIED;
	frame->u.result.message_count = 0;
}

static void
break_refusal_with_texts(struct ac_wire_frame *frame)
{
	frame->u.result.verdict = AC_VERDICT_DENIED;
	memset(&frame->u.result.identity, 0, sizeof(frame->u.result.identity));
}

static void
break_refusal_with_uid(struct ac_wire_frame *frame)
{
	memset(&frame->u.checked.identity, 0, sizeof(frame->u.checked.identity));
	frame->u.checked.identity.uid = 1;
	frame->u.checked.verdict = AC_VERDICT_GONE;
}

static void
break_check_only_verdict(struct ac_wire_frame *frame)
{
	memset(&frame->u, 0, sizeof(frame->u));
	frame->u.result.verdict = AC_VERDICT_EXPIRED;
}

static void
break_verdict(struct ac_wire_frame *frame)
{
	memset(&frame->u, 0, sizeof(frame->u));
	frame->u.checked.verdict = AC_VERDICT_COUNT;
}

static void
break_success_without_user(struct ac_wire_frame *frame)
{
	memset(frame->u.result.identity.user, 0, sizeof(frame->u.result.identity.user));
}

static void
break_groups_empty_line(struct ac_wire_frame *frame)
{
	frame->u.result.identity.groups[6] = '\n';
}

static void
break_groups_last_newline(struct ac_wire_frame *frame)
{
	frame->u.result.identity.groups[10] = '\n';
}

static void
break_success_with_ticket(struct ac_wire_frame *frame)
{
	frame->u.result.ticket[0] = 't';
}

static void
break_change_with_environment(struct ac_wire_frame *frame)
{
	const struct ac_wire_result change = { .verdict = AC_VERDICT_CHANGE_DUE,
					       .environment_len = 3,
					       .environment = "A=b" };

	frame->u.result = change;
}

static void
break_environment_count(struct ac_wire_frame *frame)
{
	frame->u.result.environment_len--;
}

static void
break_refusal_with_claims(struct ac_wire_frame *frame)
{
	frame->u.checked.verdict = AC_VERDICT_LOCKED;
	memset(&frame->u.checked.identity, 0, sizeof(frame->u.checked.identity));
}

static void
break_locked_login(struct ac_wire_frame *frame)
{
	memset(&frame->u, 0, sizeof(frame->u));
	frame->u.result.verdict = AC_VERDICT_LOCKED;
}

static void
break_claims_utf8(struct ac_wire_frame *frame)
{
	frame->u.checked.file_claims[0] = (char)0xff;
}

static void
break_ticket_length(struct ac_wire_frame *frame)
{
	memset(frame->u.start.ticket, 't', sizeof(frame->u.start.ticket));
}

static void
what_breaks_a_row_is_not_encoded(void **state)
{
	static const struct {
		const char *name;
		enum ac_wire_type type;
		void (*apply)(struct ac_wire_frame *frame);
	} rows[] = {
		{ "no such type", AC_WIRE_GO, break_type },
		{ "name not terminated", AC_WIRE_START, break_start_user },
		{ "count and text differ", AC_WIRE_ANSWER, break_answer_count },
		{ "no such style", AC_WIRE_PROMPT, break_style },
		{ "refusal with an identity", AC_WIRE_RESULT, break_refusal_with_identity },
		{ "refusal with texts", AC_WIRE_RESULT, break_refusal_with_texts },
		{ "refusal with a uid", AC_WIRE_CHECKED, break_refusal_with_uid },
		{ "verdict of checks in a login", AC_WIRE_RESULT, break_check_only_verdict },
		{ "no such verdict", AC_WIRE_CHECKED, break_verdict },
		{ "success of nobody", AC_WIRE_RESULT, break_success_without_user },
		{ "empty group name", AC_WIRE_RESULT, break_groups_empty_line },
		{ "groups end in a newline", AC_WIRE_RESULT, break_groups_last_newline },
		{ "success with a ticket", AC_WIRE_RESULT, break_success_with_ticket },
		{ "change due with environment", AC_WIRE_RESULT, break_change_with_environment },
		{ "environment of another length", AC_WIRE_RESULT, break_environment_count },
		{ "locked with claims", AC_WIRE_CHECKED, break_refusal_with_claims },
		{ "locked in a login", AC_WIRE_RESULT, break_locked_login },
		{ "claims beyond UTF-8", AC_WIRE_CHECKED, break_claims_utf8 },
		{ "ticket not terminated", AC_WIRE_START, break_ticket_length },
	};
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		sample_frame((size_t)rows[i].type - 2, &frame);
		encode(&frame, &bytes);
		rows[i].apply(&frame);
		memset(bytes.data, 0, sizeof(bytes.data));
		if (ac_wire_encode(&frame, bytes.data, sizeof(bytes.data), &bytes.len) !=
		    AUTHCODE_ERR_USAGE)
			fail_msg("%s: encoded", rows[i].name);
		/* Nothing of it is left in the caller's buffer. */
		for (size_t at = 0; at < sizeof(bytes.data); at++)
			assert_int_equal(bytes.data[at], 0);
	}
}

static void
a_buffer_too_small_is_refused_at_every_size(void **state)
{
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		size_t len, need;

		sample_frame(i, &frame);
		encode(&frame, &bytes);
		need = bytes.len;
		for (len = 0; len < need; len++)
			assert_int_equal(ac_wire_encode(&frame, bytes.data, len, &bytes.len),
					 AUTHCODE_ERR_USAGE);
	}
}

static void
make_pair(int fds[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
			 0);
}

static void
frames_pass_a_socket_one_by_one(void **state)
{
	static struct ac_wire_frame frame, back;
	int fds[2];

	(void)state;
	make_pair(fds);
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_frame(i, &frame);
		assert_int_equal(ac_wire_send(fds[0], &frame), AUTHCODE_OK);
	}
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		assert_int_equal(ac_wire_recv(fds[1], &back), AUTHCODE_OK);
		assert_int_equal(back.type, AC_WIRE_START + i);
	}
	assert_int_equal(ac_wire_recv(fds[1], &back), AUTHCODE_ERR_LIMIT);
	(void)close(fds[0]);
	assert_int_equal(ac_wire_recv(fds[1], &back), AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(ac_wire_send(fds[1], &frame), AUTHCODE_ERR_IO);
	(void)close(fds[1]);
}

static void
a_message_longer_than_a_frame_is_refused(void **state)
{
	static struct ac_wire_frame frame;
	static uint8_t data[AC_WIRE_MAX_FRAME + 1];
	int fds[2];

	(void)state;
	make_pair(fds);
	data[0] = AC_WIRE_GO;
	assert_int_equal(send(fds[0], data, sizeof(data), 0), sizeof(data));
	assert_int_equal(ac_wire_recv(fds[1], &frame), AUTHCODE_ERR_SYNTAX);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* A packet of no bytes reads like the end: the conversation is over. */
static void
a_message_of_no_bytes_is_the_end(void **state)
{
	static struct ac_wire_frame frame;
	int fds[2];

	(void)state;
	make_pair(fds);
	assert_int_equal(send(fds[0], "", 0, 0), 0);
	assert_int_equal(ac_wire_recv(fds[1], &frame), AUTHCODE_ERR_NOT_FOUND);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
a_frame_that_carries_a_descriptor_is_refused(void **state)
{
	static struct ac_wire_frame frame;
	uint8_t go = AC_WIRE_GO;
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { &go, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.space,
			      .msg_controllen = sizeof(control.space) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);
	int fds[2];

	(void)state;
	make_pair(fds);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fds[0], sizeof(int));
	assert_int_equal(sendmsg(fds[0], &msg, 0), 1);
	assert_int_equal(ac_wire_recv(fds[1], &frame), AUTHCODE_ERR_SYNTAX);
	(void)close(fds[0]);
	/* No copy of the other end is left open here. */
	assert_int_equal(ac_wire_recv(fds[1], &frame), AUTHCODE_ERR_NOT_FOUND);
	(void)close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_breaks_a_row_is_not_encoded),
		cmocka_unit_test(a_buffer_too_small_is_refused_at_every_size),
		cmocka_unit_test(frames_pass_a_socket_one_by_one),
		cmocka_unit_test(a_message_longer_than_a_frame_is_refused),
		cmocka_unit_test(a_message_of_no_bytes_is_the_end),
		cmocka_unit_test(a_frame_that_carries_a_descriptor_is_refused),
	};

	return cmocka_run_group_tests_name("wire_send", tests, NULL, NULL);
}
