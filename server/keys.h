/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The signing keys while the daemon runs: tended at the start, when one of them begins
 * to sign or has served its time, every hour and when an administrator asks, always by the
 * main thread, since making an RSA key takes longer than a request may hold an HTTP thread.
 * The public parts are served from memory, to anybody.
 */
#ifndef AC_SERVER_KEYS_H
#define AC_SERVER_KEYS_H

#include <stdbool.h>

#include <authcode/keys.h>

#include "base/attr.h"
#include "server/http.h"

struct ac_keys;

/* What the keys are of. */
struct ac_keys_place {
	struct authcode_issuer *issuer;
	struct authcode_store *store;
	int state_fd;
};

/* Tends once: without keys nothing starts. On failure reason is one sentence. New:
 * ac_keys_free(). What place has must live as long. */
AC_MUST_USE bool ac_keys_new(const struct ac_keys_place *place, struct ac_keys **ret,
			     struct authcode_reason *reason);
void ac_keys_free(struct ac_keys **keys);

/* Readable when somebody has asked. */
int ac_keys_fd(const struct ac_keys *keys);

/* How long nothing is due, in milliseconds. Of the main thread. */
int ac_keys_idle_ms(const struct ac_keys *keys);

/* Does what was asked and what is due. On the main thread. */
void ac_keys_tend(struct ac_keys *keys);

/* From now on nobody's question is taken, and those that wait are refused. */
void ac_keys_drain(struct ac_keys *keys);

/* A request that changes the keys. */
struct ac_key_waiter {
	struct ac_http *h; /* resumed when it is done */
	enum authcode_key_rotation rotation;
	const char *withdraw; /* kid of a key to be withdrawn instead; NULL: none */
	bool master;          /* another master key instead */
	enum authcode_err err;
	struct authcode_reason reason;
	struct ac_key_waiter *next;
};

/* False: the daemon is stopping, and h is not resumed. */
AC_MUST_USE bool ac_keys_ask(struct ac_keys *keys, struct ac_key_waiter *waiter);

/* GET /jwks (RFC 7517 §5) */
enum ac_step ac_jwks_start(struct ac_app *app, struct ac_http *h);

#endif
