/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Tells clients of logouts, in the background: one thread takes what the store has
 * waiting, has it sent, many at once, and records what became of it. No request
 * waits for any of it (BC-06).
 */
#ifndef AC_SERVER_LOGOUT_TELLER_H
#define AC_SERVER_LOGOUT_TELLER_H

#include <authcode/issuer.h>
#include <authcode/logout.h>
#include <authcode/store.h>

#include "base/attr.h"

struct ac_logout_teller;

/* status: of the HTTP answer, 0 when none came, and why then (may be NULL). */
typedef void ac_logout_sent(unsigned status, const char *why, void *arg);

/* Who sends. post copies the message, never blocks, and calls sent exactly once, from
 * any thread, perhaps before it returns. */
struct ac_logout_sender {
	void (*post)(void *ctx, const struct authcode_logout_message *message, ac_logout_sent *sent,
		     void *arg);
	void *ctx;
};

struct ac_logout_teller_settings {
	struct authcode_issuer *issuer;
	struct authcode_store *store;
	struct ac_logout_sender sender;
	unsigned poll_ms;     /* how often the store is asked */
	int64_t (*now)(void); /* Unix milliseconds */
	bool audit;           /* what becomes of a delivery leaves a record */
};

/* How many are under way at once, to all clients together and to one of them: a client
 * that does not answer keeps the others from being told no longer than it takes to find
 * somebody else's. */
#define AC_LOGOUT_AT_ONCE 32
#define AC_LOGOUT_PER_CLIENT 4

/* What is tried again, and when, in milliseconds after the try that failed; in all an
 * hour. After the last there is no more. */
extern const int64_t ac_logout_pauses[];
extern const size_t ac_logout_pause_count;

/* Starts the thread. drain begins nothing more. free waits for what is under way, so
 * the sender must have answered or be about to; NULL-safe, sets NULL. */
AC_MUST_USE enum authcode_err ac_logout_teller_new(const struct ac_logout_teller_settings *settings,
						   struct ac_logout_teller **ret);
void ac_logout_teller_drain(struct ac_logout_teller *teller);
void ac_logout_teller_free(struct ac_logout_teller **teller);

#endif
