/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The compact form of JWS (RFC 7515 §3.1, §7.1) and the rules its protected
 * header must keep, for every kind of signature alike. A parsed token has
 * convinced nobody: its payload is handed out by ac_compact_payload(), which
 * jws.c and hmac_jws.c call once the signature is good, and nobody else.
 */
#ifndef AC_JOSE_COMPACT_H
#define AC_JOSE_COMPACT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <authcode/error.h>

#include "base/arena.h"
#include "base/attr.h"
#include "jose/digest.h"

/* Why a token was refused; the caller answers all of them alike. */
enum ac_jws_verdict {
	AC_JWS_MALFORMED = 0, /* not three segments of exact base64url */
	AC_JWS_TOO_LONG,      /* over AC_MAX_JWS */
	AC_JWS_HEADER,        /* no JSON object, a member twice or of a wrong type */
	AC_JWS_EXTENSION,     /* crit, b64, zip, or a key the token brings along */
	AC_JWS_TYPE,          /* typ is not one the caller expects (ID-19) */
	AC_JWS_ALGORITHM,     /* alg is not one the caller expects (JW-07) */
	AC_JWS_KID,           /* a kid that ac_kid_valid() refuses */
	AC_JWS_NO_KEY,        /* no key of this kid for this algorithm */
	AC_JWS_SIGNATURE,     /* does not verify */
	AC_JWS_PAYLOAD,       /* signed, but no JSON object without duplicates */
	AC_JWS_FAILED,        /* no memory, or libcrypto failed */
	AC_JWS_VERIFIED,
	AC_JWS_VERDICT_COUNT
};

/* One lower-case phrase for a log line. */
const char *ac_jws_words(enum ac_jws_verdict verdict);

/* Which typ is expected: words separated by spaces, compared as media types are
 * (RFC 7515 §4.1.9: without case, `application/` may be there or not). NULL
 * expects none. optional: the token may also have no typ at all. */
struct ac_typ_expect {
	const char *names;
	bool optional;
};

struct ac_compact {
	json_t *header;
	const char *alg;          /* borrowed from header */
	const char *kid;          /* NULL: none; else ac_kid_valid() */
	struct ac_part input;     /* what is signed, borrowed from the token */
	struct ac_part payload;   /* decoded, in block */
	struct ac_part signature; /* decoded, in block */
	unsigned char *block;
};

/* VERIFIED means no more than well-formed; ret is to be cleared then, and
 * untouched otherwise. */
AC_MUST_USE enum ac_jws_verdict ac_compact_parse(const char *token, size_t len,
						 const struct ac_typ_expect *typ,
						 struct ac_compact *ret);

/* After the signature: *ret_claims is new when VERIFIED, else untouched. */
AC_MUST_USE enum ac_jws_verdict ac_compact_payload(const struct ac_compact *compact,
						   json_t **ret_claims);
void ac_compact_clear(struct ac_compact *compact);

/* What an unproved token says of itself: good for nothing but to choose whose keys
 * must prove it. In the arena. ERR_SYNTAX: no token, or no such text in it; ERR_MEMORY. */
AC_MUST_USE enum authcode_err ac_compact_claimed(const struct ac_part *token,
						 const struct ac_typ_expect *typ, const char *name,
						 struct authcode_arena *arena,
						 const char **ret_text);

/* Claims as the payload of a token, in the arena. ERR_LIMIT: longer than any token. */
AC_MUST_USE enum authcode_err ac_compact_claims(const json_t *claims, struct authcode_arena *arena,
						struct ac_part *ret_payload);

/* A token in the making: text[0..input_len) is what is to be signed. */
struct ac_compact_draft {
	char *text;
	size_t input_len;
};

struct ac_compact_header {
	const char *alg;
	const char *kid; /* NULL: none */
	const char *typ; /* NULL: none */
};

/* In the arena, with room for a signature of max_signature bytes. ERR_USAGE: kid
 * or typ would need escaping. */
AC_MUST_USE enum authcode_err ac_compact_begin(const struct ac_compact_header *header,
					       const struct ac_part *payload, size_t max_signature,
					       struct authcode_arena *arena,
					       struct ac_compact_draft *ret);
void ac_compact_finish(struct ac_compact_draft *draft, const void *signature, size_t len);

#endif
