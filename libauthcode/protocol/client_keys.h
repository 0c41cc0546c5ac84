/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * With what a client's assertions are verified (RFC 7523 §3): its secret, its
 * key set as registered, or the one that its jwks_uri last gave. The one part of
 * a registry that changes while it is used: sets that were fetched are kept here. The
 * secret also signs what the client is told with HS256 (signer.h).
 */
#ifndef AC_PROTOCOL_CLIENT_KEYS_H
#define AC_PROTOCOL_CLIENT_KEYS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <authcode/client.h>

#include "base/attr.h"
#include "base/secret.h"
#include "jose/jwks.h"

struct ac_client_keys {
	struct ac_secret *secret; /* of who authcode_client_needs_secret(), else NULL */
	bool remote;              /* the set comes from a jwks_uri */
	pthread_mutex_t lock;     /* guards what follows */
	struct ac_jwks *set;      /* NULL: none yet */
	int64_t fetched_ms;       /* of set */
	int64_t asked_ms;         /* when a fetch was last begun; 0: never */
	int64_t answered_ms;      /* when one last ended */
};

/* Can these be the keys of such a client? The reason says what cannot be. */
AC_MUST_USE bool ac_client_keys_check(const struct authcode_client *client,
				      struct authcode_reason *reason);

/* init, then fill from a client that was found good; clear. */
void ac_client_keys_init(struct ac_client_keys *keys);
AC_MUST_USE enum authcode_err ac_client_keys_fill(struct ac_client_keys *keys,
						  const struct authcode_client *client);
void ac_client_keys_clear(struct ac_client_keys *keys);

/* Of a row of this registry (client.c). Thread-safe, as are those that follow. */
struct ac_client_keys *ac_client_keys_of(const struct authcode_clients *clients,
					 const struct authcode_client *client);

enum ac_keys_age {
	AC_KEYS_NONE = 0, /* or too old to be believed */
	AC_KEYS_OLD,      /* to be asked for anew, and good when nothing comes */
	AC_KEYS_FRESH,
};

/* *ret: a new reference, NULL when there are none. */
AC_MUST_USE enum ac_keys_age ac_client_keys_get(struct ac_client_keys *keys, int64_t now_ms,
						struct ac_jwks **ret);

/* May they be fetched now? Once a minute, and beside a fetch that is under way:
 * who comes meanwhile waits for it too (CA-19). True begins one. */
AC_MUST_USE bool ac_client_keys_may_fetch(struct ac_client_keys *keys, int64_t now_ms);

/* What a fetch has brought, of which it takes a reference; NULL: nothing that can be used,
 * and the old one stays. */
void ac_client_keys_put(struct ac_client_keys *keys, struct ac_jwks *fetched, int64_t now_ms);

#endif
