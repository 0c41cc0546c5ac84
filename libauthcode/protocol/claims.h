/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Claims about a person (OIDC-Core §5.1, §5.4) that the host gives as JSON
 * texts: which of them a scope releases, and in what form.
 */
#ifndef AC_PROTOCOL_CLAIMS_H
#define AC_PROTOCOL_CLAIMS_H

#include <stdbool.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer.h"

/* The sources, in the order in which they are believed. */
enum ac_claims_source {
	AC_CLAIMS_ACCOUNT, /* what is known of the account now */
	AC_CLAIMS_SIGN_IN, /* what the sign-in has told */
	AC_CLAIMS_SOURCES,
};

struct ac_claims {
	json_t *from[AC_CLAIMS_SOURCES]; /* objects, or NULL */
};

/* Parses the texts ("": nothing). One that is no JSON object within our bounds
 * counts as nothing and is told to the debug log. ERR_MEMORY; clear it then too. */
AC_MUST_USE enum authcode_err ac_claims_parse(const struct authcode_issuer *issuer,
					      const char *account, const char *sign_in,
					      struct ac_claims *ret);
void ac_claims_clear(struct ac_claims *claims);

/* The claims that the standard names; NULL past the end. */
const char *ac_claims_name(size_t i);

/* The scope value that releases a claim; NULL for what is the protocol's own. */
const char *ac_claims_scope(const char *name);
/* What may be told. */
struct ac_claims_release {
	const char *scope;   /* releases its claims; "": none */
	const json_t *asked; /* claims asked for by name (asked_claims.h), or NULL */
	const char *allowed; /* but only those that one of these scope values would release */
};

/* Does the scope release any claim of these texts? */
AC_MUST_USE bool ac_claims_wanted(const char *scope);

/* May this claim be told, which scope releases? */
AC_MUST_USE bool ac_claims_released(const struct ac_claims_release *release, const char *scope,
				    const char *name, const json_t *value);

/* Puts what may be told into object. */
AC_MUST_USE bool ac_claims_put(json_t *object, const struct ac_claims_release *release,
			       const struct ac_claims *claims);

/* The text as the store keeps it: compact, in the arena; "" when it is NULL or
 * counts as nothing. NULL: no memory. */
const char *ac_claims_compact(const struct authcode_issuer *issuer, struct authcode_arena *arena,
			      const char *text);

#endif
