/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a request has asked for by name (the claims parameter, OIDC-Core §5.5),
 * read back from the compact JSON that the store keeps of it.
 */
#ifndef AC_PROTOCOL_ASKED_CLAIMS_H
#define AC_PROTOCOL_ASKED_CLAIMS_H

#include <stdbool.h>

#include <jansson.h>

#include <authcode/error.h>

#include "base/attr.h"

/* Where a claim is to be told. */
#define AC_ASKED_ID_TOKEN "id_token"
#define AC_ASKED_USERINFO "userinfo"

/* *ret is a new reference to the object that asks for claims there, or NULL when
 * nothing does; a text that is none of ours ("" and garbage) asks for nothing.
 * ERR_MEMORY leaves *ret untouched. */
AC_MUST_USE enum authcode_err ac_asked_claims_parse(const char *text, const char *where,
						    json_t **ret);

/* asked may be NULL: then nothing is. */
AC_MUST_USE bool ac_asked_claims_has(const json_t *asked, const char *name);

/* Is this claim asked for, and is value one that would do (§5.5.1: value, values)? */
AC_MUST_USE bool ac_asked_claims_fit(const json_t *asked, const char *name, const json_t *value);

/* Value i of those that a claim is to have, in order of preference; NULL past the
 * end, for no text, and where any would do. Borrowed. */
const char *ac_asked_claims_value(const json_t *asked, const char *name, size_t i);

#endif
