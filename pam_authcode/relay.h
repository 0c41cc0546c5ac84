/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The unprivileged end of one PAM conversation: it connects to the helper's
 * socket, speaks the wire in order, and turns frames into events. It owns no
 * thread and never blocks: the host polls the descriptor and asks for the next
 * event. The relay trusts the helper's verdict and nothing else about it: a
 * frame out of order is a failed conversation.
 */
#ifndef AC_PAM_RELAY_H
#define AC_PAM_RELAY_H

#include "base/secret.h"
#include "pam_authcode/wire.h"

enum ac_relay_event_kind {
	AC_RELAY_FAILED = 0, /* helper gone, out of order or unreachable: nobody is signed in */
	AC_RELAY_WAIT,       /* nothing yet: poll the descriptor for reading */
	AC_RELAY_CANON,      /* the account is known: call ac_relay_go() when it may work */
	AC_RELAY_PROMPT,     /* ask the person, then ac_relay_answer() */
	AC_RELAY_ANSWERED,   /* the password was given to this prompt: nothing to do */
	AC_RELAY_RESULT,     /* the end */
};

struct ac_relay_event {
	enum ac_relay_event_kind kind;
	const struct ac_wire_frame *frame; /* borrowed until the next call; NULL: FAILED, WAIT */
	bool began; /* FAILED: false when the helper went away before its first frame */
};

struct ac_relay;

/* Connects (non-blocking Unix SOCK_SEQPACKET) and sends START. password, when
 * not NULL, is kept to answer the first hidden prompt, once, then wiped; it is
 * taken over in any case. ERR_USAGE: a field or the password that the wire does
 * not carry (a wrong answer, to the person); ERR_LIMIT: the helper's queue is
 * full; ERR_IO: no helper, or it hung up at once (busy). New: ac_relay_free(). */
AC_MUST_USE enum authcode_err ac_relay_start_take(const char *socket_path,
						  const struct ac_wire_start *start,
						  struct ac_secret *password,
						  struct ac_relay **ret_relay);

int ac_relay_fd(const struct ac_relay *relay);

/* Reads what has come. A first hidden prompt is answered with the password inside:
 * ANSWERED, with the PROMPT as its frame. */
struct ac_relay_event ac_relay_next(struct ac_relay *relay);

/* In the state the last event left: after CANON; after PROMPT. ERR_USAGE in
 * any other. The answer is wiped inside; the caller wipes its own. */
AC_MUST_USE enum authcode_err ac_relay_go(struct ac_relay *relay);
AC_MUST_USE enum authcode_err ac_relay_answer(struct ac_relay *relay, const char *text, size_t len);

/* Closes the connection, which ends the helper. NULL-safe, sets NULL, wipes. */
void ac_relay_free(struct ac_relay **relay);

#endif
