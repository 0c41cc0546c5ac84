/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See authenticator.h: one relay per conversation.
 */
#include "server/authenticator.h"

static enum authcode_err
start_take(void *self, const struct ac_wire_start *start, struct ac_secret *password, void **ret)
{
	struct ac_relay *relay = NULL;
	enum authcode_err err = ac_relay_start_take(self, start, password, &relay);

	if (err == AUTHCODE_OK)
		*ret = relay;
	return err;
}

static int
relay_fd(const void *conversation)
{
	return ac_relay_fd(conversation);
}

static struct ac_relay_event
next(void *conversation)
{
	return ac_relay_next(conversation);
}

static enum authcode_err
go(void *conversation)
{
	return ac_relay_go(conversation);
}

static enum authcode_err
answer(void *conversation, const char *text, size_t len)
{
	return ac_relay_answer(conversation, text, len);
}

static void
cancel(void *conversation)
{
	struct ac_relay *relay = conversation;

	ac_relay_free(&relay);
}

struct ac_authenticator
ac_authenticator_pam(const char *login_path, const char *passwd_path)
{
	static const struct ac_authenticator_ops ops = {
		.start_take = start_take,
		.fd = relay_fd,
		.next = next,
		.go = go,
		.answer = answer,
		.cancel = cancel,
	};
	union {
		const char *path;
		void *self;
	} login = { .path = login_path }, passwd = { .path = passwd_path }; /* only read */

	return (struct ac_authenticator){ &ops, login.self, passwd.self };
}
