/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Operational errors: something the host must handle or report (memory, store,
 * entropy, configuration). A refusal that the OAuth protocol defines is never
 * one of these; it is a response (see response.h).
 */
#ifndef AUTHCODE_ERROR_H
#define AUTHCODE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#define AUTHCODE_MUST_USE __attribute__((warn_unused_result))
#define AUTHCODE_API __attribute__((visibility("default")))

enum authcode_err {
	AUTHCODE_OK = 0,
	AUTHCODE_ERR_MEMORY,    /* allocation failed or an arena reached its maximum */
	AUTHCODE_ERR_USAGE,     /* the caller broke the documented contract */
	AUTHCODE_ERR_LIMIT,     /* input exceeds a limit of limits.h */
	AUTHCODE_ERR_SYNTAX,    /* input does not follow its grammar */
	AUTHCODE_ERR_NOT_FOUND, /* no such row, file or name */
	AUTHCODE_ERR_RANDOM,    /* the random source failed; nothing may be issued */
	AUTHCODE_ERR_CRYPTO,    /* libcrypto failed, or a sealed value does not open */
	AUTHCODE_ERR_IO,        /* a file or socket operation failed; see errno text */
	AUTHCODE_ERR_STORE,     /* the store failed; nothing was written */
	AUTHCODE_ERR_FOREIGN,   /* the database is not ours, or is damaged */
	AUTHCODE_ERR_NEWER,     /* the database was written by a newer version */
	AUTHCODE_ERR_CONFIG,    /* a setting is missing or contradicts another */
};

/* One lower-case English phrase without a full stop, never NULL. Thread-safe. */
AUTHCODE_API const char *authcode_err_str(enum authcode_err err);

/* Where a function explains a failure to a person: one sentence, always
 * terminated, empty on success. */
struct authcode_reason {
	char text[512];
};

#ifdef __cplusplus
}
#endif
#endif
