/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What something that we gave out is, and why it is good or not: for whoever
 * administers a host. A client asks by introspection (RFC 7662), which is told less.
 */
#ifndef AUTHCODE_INSPECT_H
#define AUTHCODE_INSPECT_H

#include <stdint.h>

#include <authcode/error.h>
#include <authcode/issuer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Texts are "" and times (Unix milliseconds) 0 where there is none. */
struct authcode_inspection {
	const char *kind;  /* "access token", "refresh token", "authorization code", … */
	const char *state; /* "live", "used", "revoked", "expired", "refused", "pending" */
	const char *why;   /* a phrase for a person; of what is live too */
	const char *form;  /* "opaque", or "JWT": its signature is ours */
	const char *client_id;
	const char *user_name;
	const char *sub; /* that of the subject; of an ID token what it says */
	const char *scope;
	const char *resource;
	const char *acr;
	int64_t row_id;        /* of what was given out; 0: there is no row */
	int64_t authorization; /* the family that its tokens share */
	int64_t session_id;    /* whose end is its end */
	int64_t auth_time_ms;
	int64_t created_ms;
	int64_t used_ms;
	int64_t expires_ms;
};

/* Looks at text, of any kind, and changes nothing. New: free with
 * authcode_inspection_free(). ERR_NOT_FOUND: it was never ours, is garbled, or has been
 * forgotten since its time is over; ERR_STORE, ERR_CRYPTO, ERR_MEMORY: that could not be
 * found out. Thread-safe. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_inspect(struct authcode_issuer *issuer, const char *text, int64_t now_ms,
		 struct authcode_inspection **ret_inspection);

/* NULL-safe, sets NULL. */
AUTHCODE_API void authcode_inspection_free(struct authcode_inspection **inspection);

#ifdef __cplusplus
}
#endif
#endif
