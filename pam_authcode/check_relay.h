/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The unprivileged end of one check connection: one question at a time, CHECK
 * or ASK, each with its answer, up to the helper's limit; then a new connection
 * is needed. It owns no thread and never blocks. An answer out of order, and
 * anything that is no frame, breaks the connection for good.
 */
#ifndef AC_PAM_CHECK_RELAY_H
#define AC_PAM_CHECK_RELAY_H

#include "pam_authcode/wire.h"

enum ac_check_event_kind {
	AC_CHECK_FAILED = 0, /* broken or over: nothing was learnt */
	AC_CHECK_WAIT,       /* nothing yet: poll the descriptor for reading */
	AC_CHECK_ANSWER,     /* CHECKED or ABOUT, as was asked */
};

struct ac_check_event {
	enum ac_check_event_kind kind;
	const struct ac_wire_frame *frame; /* ANSWER: borrowed until the next call */
};

struct ac_check_relay;

/* As ac_helper_connect(), or ERR_MEMORY. New: ac_check_relay_free(). */
AC_MUST_USE enum authcode_err ac_check_relay_open(const char *socket_path,
						  struct ac_check_relay **ret_relay);

int ac_check_relay_fd(const struct ac_check_relay *relay);

/* How many questions it has been given; at AC_WIRE_MAX_CHECKS it takes no more. */
unsigned int ac_check_relay_count(const struct ac_check_relay *relay);

/* Sends CHECK or ASK. ERR_USAGE: another frame, a field that the wire does not
 * carry, a question that still waits, or one too many; anything else broke the
 * connection. */
AC_MUST_USE enum authcode_err ac_check_relay_ask(struct ac_check_relay *relay,
						 const struct ac_wire_frame *question);

/* Reads what has come. With no question under way only the end can come. */
struct ac_check_event ac_check_relay_next(struct ac_check_relay *relay);

/* Closes the connection, which ends the helper. NULL-safe, sets NULL. */
void ac_check_relay_free(struct ac_check_relay **relay);

#endif
