/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See relay.h. The transition table is the protocol as this end sees it: a
 * frame that has no row in the present state ends the conversation, and so
 * does whatever the socket reports that is not a frame.
 */
#include "pam_authcode/relay.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pam_authcode/connect.h"

enum state {
	STATE_BROKEN = 0, /* or over: nothing comes any more */
	STATE_STARTED,    /* START sent */
	STATE_CANON,      /* CANON came; ours to say GO */
	STATE_WORKING,    /* a module works */
	STATE_ASKED,      /* PROMPT came; ours to answer */
	STATE_COUNT,
};

struct ac_relay {
	int fd;
	enum state state;
	bool began;
	unsigned int prompt_count;
	struct ac_secret *password; /* NULL once given away */
	struct ac_wire_frame frame; /* the last one that came */
};

static const struct {
	enum ac_relay_event_kind kind; /* 0 = FAILED: no row */
	enum state next;
} transitions[STATE_COUNT][AC_WIRE_LAST + 1] = {
	[STATE_STARTED][AC_WIRE_CANON] = { AC_RELAY_CANON, STATE_CANON },
	[STATE_WORKING][AC_WIRE_PROMPT] = { AC_RELAY_PROMPT, STATE_ASKED },
	[STATE_WORKING][AC_WIRE_RESULT] = { AC_RELAY_RESULT, STATE_BROKEN },
};

static enum authcode_err
fill_answer(struct ac_wire_frame *frame, const char *text, size_t len)
{
	*frame = (struct ac_wire_frame){ .type = AC_WIRE_ANSWER };
	if (len > AC_MAX_PASSWORD)
		return AUTHCODE_ERR_USAGE;
	if (len > 0)
		memcpy(frame->u.answer.text, text, len);
	frame->u.answer.len = (uint16_t)len;
	return AUTHCODE_OK;
}

/* Both the name and the password are a stranger's: what the wire does not carry
 * costs no helper. */
static enum authcode_err
check_wire(const struct ac_wire_frame *frame)
{
	uint8_t data[AC_MAX_PASSWORD + sizeof(struct ac_wire_start)];
	size_t len = 0;
	enum authcode_err err = ac_wire_encode(frame, data, sizeof(data), &len);

	ac_wipe(data, len);
	return err;
}

static enum authcode_err
check_password(const struct ac_secret *password)
{
	struct ac_wire_frame frame;
	enum authcode_err err;

	if (password == NULL)
		return AUTHCODE_OK;
	err = fill_answer(&frame, ac_secret_data(password), ac_secret_len(password));
	if (err == AUTHCODE_OK)
		err = check_wire(&frame);
	ac_wipe(&frame, sizeof(frame));
	return err;
}

enum authcode_err
ac_relay_start_take(const char *socket_path, const struct ac_wire_start *start,
		    struct ac_secret *password, struct ac_relay **ret_relay)
{
	struct ac_relay *relay = calloc(1, sizeof(*relay));
	enum authcode_err err;

	if (relay == NULL) {
		ac_secret_free(&password);
		return AUTHCODE_ERR_MEMORY;
	}
	relay->fd = -1;
	relay->password = password;
	relay->frame.type = AC_WIRE_START;
	relay->frame.u.start = *start;
	err = check_wire(&relay->frame);
	if (err == AUTHCODE_OK)
		err = check_password(password);
	if (err == AUTHCODE_OK)
		err = ac_helper_connect(socket_path, &relay->fd);
	if (err == AUTHCODE_OK)
		err = ac_wire_send(relay->fd, &relay->frame);
	if (err != AUTHCODE_OK) {
		ac_relay_free(&relay);
		return err;
	}
	relay->state = STATE_STARTED;
	*ret_relay = relay;
	return AUTHCODE_OK;
}

int
ac_relay_fd(const struct ac_relay *relay)
{
	return relay->fd;
}

enum authcode_err
ac_relay_go(struct ac_relay *relay)
{
	static const struct ac_wire_frame go = { .type = AC_WIRE_GO };
	enum authcode_err err;

	if (relay->state != STATE_CANON)
		return AUTHCODE_ERR_USAGE;
	err = ac_wire_send(relay->fd, &go);
	relay->state = err == AUTHCODE_OK ? STATE_WORKING : STATE_BROKEN;
	return err;
}

enum authcode_err
ac_relay_answer(struct ac_relay *relay, const char *text, size_t len)
{
	struct ac_wire_frame frame;
	enum authcode_err err;

	if (relay->state != STATE_ASKED)
		return AUTHCODE_ERR_USAGE;
	err = fill_answer(&frame, text, len);
	if (err == AUTHCODE_OK)
		err = ac_wire_send(relay->fd, &frame);
	ac_wipe(&frame, sizeof(frame));
	/* An answer the wire refuses was never given: the question stands. */
	if (err == AUTHCODE_OK)
		relay->state = STATE_WORKING;
	else if (err != AUTHCODE_ERR_USAGE)
		relay->state = STATE_BROKEN;
	return err;
}

/* Gone before it is known whether the answer arrived: never given twice. */
static enum authcode_err
give_password(struct ac_relay *relay)
{
	struct ac_secret *password = relay->password;
	enum authcode_err err;

	relay->password = NULL;
	err = ac_relay_answer(relay, ac_secret_data(password), ac_secret_len(password));
	ac_secret_free(&password);
	return err;
}

static struct ac_relay_event
broken(struct ac_relay *relay)
{
	relay->state = STATE_BROKEN;
	ac_secret_free(&relay->password);
	return (struct ac_relay_event){ .kind = AC_RELAY_FAILED, .began = relay->began };
}

struct ac_relay_event
ac_relay_next(struct ac_relay *relay)
{
	struct ac_relay_event event = { .kind = AC_RELAY_WAIT, .frame = &relay->frame };
	enum state state = relay->state;
	enum authcode_err err;

	if (state == STATE_BROKEN)
		return broken(relay);
	err = ac_wire_recv(relay->fd, &relay->frame);
	if (err == AUTHCODE_ERR_LIMIT) {
		event.frame = NULL;
		event.began = relay->began;
		return event;
	}
	if (err != AUTHCODE_OK)
		return broken(relay);
	event.kind = transitions[state][relay->frame.type].kind;
	relay->state = transitions[state][relay->frame.type].next;
	if (event.kind == AC_RELAY_FAILED)
		return broken(relay);
	relay->began = true;
	event.began = true;
	if (event.kind == AC_RELAY_PROMPT) {
		if (++relay->prompt_count > AC_WIRE_MAX_ROUNDS)
			return broken(relay);
		if (relay->password != NULL && !relay->frame.u.prompt.echo) {
			if (give_password(relay) != AUTHCODE_OK)
				return broken(relay);
			event.kind = AC_RELAY_ANSWERED;
		}
	}
	return event;
}

void
ac_relay_free(struct ac_relay **relay)
{
	if (relay == NULL || *relay == NULL)
		return;
	if ((*relay)->fd >= 0)
		(void)close((*relay)->fd);
	ac_secret_free(&(*relay)->password);
	ac_wipe(*relay, sizeof(**relay));
	free(*relay);
	*relay = NULL;
}
