/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The secret of a refresh token. Unlike other credentials it says whose it is:
 * family ‖ mark ‖ tag, where the mark is 128 bits (RFC 6749 §10.10) and the tag
 * proves that we made it for this family and client. So a token that was replaced
 * long ago still names the family that its use ends (RFC 9700 §4.14.2), although
 * nothing is kept of it. Whether a token is good is never decided by the tag, only
 * by the hash that the store has.
 *
 * What replaces a token can be derived from it instead of drawn, so that the same
 * answer can be given twice without being kept anywhere.
 */
#ifndef AC_PROTOCOL_REFRESH_TOKEN_H
#define AC_PROTOCOL_REFRESH_TOKEN_H

#include <authcode/client.h>

#include "protocol/credential.h"
#include "protocol/issuer.h"

/* Whose tokens. */
struct ac_refresh_owner {
	const struct authcode_client *client;
	int64_t family_id;
};

/* A refresh token at random; its id stays 0. */
AC_MUST_USE enum authcode_err ac_refresh_mint(const struct authcode_issuer *issuer,
					      const struct ac_refresh_owner *owner,
					      struct ac_credential *ret,
					      uint8_t ret_hash[AUTHCODE_HASH_LEN]);

/* What an old refresh token is replaced by: the same each time. Their ids stay 0. */
AC_MUST_USE enum authcode_err ac_refresh_derive(const struct authcode_issuer *issuer,
						const struct ac_refresh_owner *owner,
						const struct ac_credential *old,
						struct ac_credential *ret,
						uint8_t ret_hash[AUTHCODE_HASH_LEN]);
AC_MUST_USE enum authcode_err ac_refresh_derive_access(const struct authcode_issuer *issuer,
						       const struct ac_credential *old,
						       enum ac_credential_kind kind,
						       struct ac_credential *ret,
						       uint8_t ret_hash[AUTHCODE_HASH_LEN]);

/* The family for which text was once issued to the client as a refresh token, for
 * texts that the store does not know. ERR_NOT_FOUND: it never was; ERR_CRYPTO. */
AC_MUST_USE enum authcode_err ac_refresh_family(const struct authcode_issuer *issuer,
						const struct authcode_client *client,
						const char *text, int64_t *ret_family_id);

#endif
