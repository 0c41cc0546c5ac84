/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The code a device shows and a person types (RFC 8628 §6.1, DV-02): eight letters
 * without vowels, so that no word comes of them, shown as XXXX-XXXX and read without
 * case and punctuation. It is too short for a hash to hide: the store gets an HMAC.
 */
#ifndef AC_PROTOCOL_USER_CODE_H
#define AC_PROTOCOL_USER_CODE_H

#include <stdbool.h>

#include "protocol/issuer.h"

#define AC_USER_CODE_LEN 9 /* with its hyphen */

struct ac_user_code {
	char text[AC_USER_CODE_LEN + 1]; /* the one way it is shown and hashed */
};

/* False when text cannot be a user code. */
AC_MUST_USE bool ac_user_code_parse(const char *text, struct ac_user_code *ret);

/* Evenly drawn; ERR_RANDOM. */
AC_MUST_USE enum authcode_err ac_user_code_mint(const struct authcode_random *random,
						struct ac_user_code *ret);

/* What the store knows it by. */
AC_MUST_USE enum authcode_err ac_user_code_hash(const struct authcode_issuer *issuer,
						const struct ac_user_code *code,
						uint8_t ret_hash[AUTHCODE_HASH_LEN]);

#endif
