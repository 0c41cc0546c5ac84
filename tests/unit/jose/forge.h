/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Keys to test with, and tokens that say anything at all: any header and any
 * payload, signed by a real key. Whatever fails here ends the program.
 */
#ifndef AC_TESTS_FORGE_H
#define AC_TESTS_FORGE_H

#include <stddef.h>

#include "jose/algorithm.h"
#include "jose/jwk.h"
#include "jose/signature.h"

#define FORGE_MAX 65536

/* One of the pairs in rfc_keys.h for this algorithm. Free with ac_jwk_free(). */
struct ac_jwk *forge_key(enum ac_alg_id id);

/* Its public half, for every algorithm of its kind. */
struct ac_jwk *forge_public_key(enum ac_alg_id id);

/* base64url(header).base64url(payload); static storage until the next call. */
const char *forge_input(const char *header, const char *payload);

/* The same, signed by key as alg, whatever the header says. */
const char *forge_token(const struct ac_jwk *key, enum ac_alg_id id, const char *header,
			const char *payload);

/* input.base64url(signature) */
const char *forge_signed(const char *input, const void *signature, size_t len);

/* The bytes of base64url text, in static storage until the next call. */
struct ac_part forge_bytes(const char *text);

/* A find_key that gives keys (a struct ac_jwk *) for every kid. */
const struct ac_jwk *forge_find(const void *keys, const char *kid, const struct ac_alg *alg);

#endif
