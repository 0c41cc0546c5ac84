/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A logout that somebody asks for at the browser (OIDC RP-Initiated Logout): what
 * its two endpoints share. The one decides whether the person must be asked, the
 * other takes the answer; both end by finish.
 */
#ifndef AC_PROTOCOL_LOGOUT_H
#define AC_PROTOCOL_LOGOUT_H

#include "jose/digest.h"
#include "protocol/exchange.h"

/* --- logout_hint.c ------------------------------------------------------- */

/* Whose ID token was sent along. */
struct ac_logout_hint {
	const struct authcode_client *client; /* its audience; NULL: it is none of ours */
	const char *sub;
	const char *sid; /* "" when it names no session */
};

/* An ID token that we have signed for a client that is still served, its time over or
 * not (LO-09); anything else leaves client NULL. Fails only when that could not be
 * found out. */
AC_MUST_USE enum authcode_err ac_logout_hint_read(struct authcode_exchange *x, const char *text,
						  struct ac_logout_hint *ret);

/* Is it of this very session, and of its person? */
AC_MUST_USE enum authcode_err ac_logout_hint_is_of(struct authcode_exchange *x,
						   const struct ac_logout_hint *hint,
						   const struct authcode_session_view *view,
						   bool *ret);

/* --- logout_confirm.c: the page that asks -------------------------------- */

/* Where a client wants the person to be sent; "" each where nothing is. */
struct ac_logout_place {
	const char *client_id;
	const char *uri;
	const char *state;
};

/* Shows the page to who is signed in. client: who asks, or NULL. */
void ac_logout_ask(struct authcode_exchange *x, const struct authcode_session_view *view,
		   const struct authcode_client *client, const struct ac_logout_place *place);

/* --- logout_wish.c ------------------------------------------------------- */

/* What a request asks for, once it is read. */
struct ac_logout_wish {
	struct ac_logout_hint hint;
	struct ac_logout_place place; /* one that the hint's client has registered, or none */
	bool refused;                 /* another one was asked for */
};

/* 303 to the same question as a GET: sealed, so that neither the ID token nor where to
 * go from here stands in a URL (logs, histories). */
void ac_logout_wish_send_on(struct authcode_exchange *x, const struct ac_logout_wish *wish);

/* What was sent on a moment ago. ERR_SYNTAX: that is not it, or too old. */
AC_MUST_USE enum authcode_err ac_logout_wish_open(struct authcode_exchange *x, const char *sealed,
						  struct ac_logout_wish *ret);

/* --- logout.c ------------------------------------------------------------ */

/* The client of that id, unless it is disabled; NULL. */
const struct authcode_client *ac_logout_client(const struct authcode_exchange *x, const char *id);

/* Nobody is signed in any more: 303 to the place, if the client may still have people
 * sent there, else to our own page when that is shown elsewhere, else the page. */
void ac_logout_finish(struct authcode_exchange *x, const struct ac_logout_place *place,
		      bool shown_elsewhere);

/* Ends the session, then finishes; place is in the arena. */
void ac_logout_end(struct authcode_exchange *x, const struct authcode_session_view *view,
		   const struct ac_logout_place *place, bool shown_elsewhere);

#endif
