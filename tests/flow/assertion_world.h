/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An issuer whose clients prove themselves by assertions, and a host that gives the
 * keys it was told to give. Time stands still unless a test moves it.
 */
#ifndef TESTS_FLOW_ASSERTION_WORLD_H
#define TESTS_FLOW_ASSERTION_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <authcode/authcode.h>

#include "base/attr.h"
#include "jose/algorithm.h"

#define ISSUER "https://id.example"
#define NOW_MS INT64_C(1767225600000)
#define JWT_SECRET "s3cret-that-must-not-stay-0123456" /* begins as HEAP_SECRET of heap.h */
#define BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define JWKS_URL "https://keys.example/jwks"

/* The keys of rfc_keys.h, with these kids. */
#define KEYS                                                                                       \
	"{\"keys\":[{\"kid\":\"rsa\",\"use\":\"sig\",\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":"        \
	"\"" RFC_RSA_N "\"},{\"kid\":\"ec\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X    \
	"\",\"y\":\"" RFC_EC_Y                                                                     \
	"\"},{\"kid\":\"ed\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X "\"}]}"
#define ONLY_EC                                                                                    \
	"{\"keys\":[{\"kid\":\"ec\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X            \
	"\",\"y\":\"" RFC_EC_Y "\"}]}"
#define ONLY_ED                                                                                    \
	"{\"keys\":[{\"kid\":\"ed\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X "\"}]}"

/* Clients: "jwt" (client_secret_jwt, JWT_SECRET), "over" (likewise, its secret has
 * expired), "key" (private_key_jwt, KEYS), "es" (the same, ES256 alone), "strict" (the
 * same, strict audience), "remote" and "remote2" (JWKS_URL), "off" (KEYS, disabled),
 * "basic" (client_secret_basic). */
struct world {
	struct authcode_store *store;
	struct authcode_clients *clients;
	struct authcode_issuer *issuer;
	struct authcode_arena *arena; /* what helpers return */
	int64_t now_ms;
	const char *jwks; /* what the host gives for JWKS_URL; NULL: nothing */
	unsigned asked;   /* how often it was asked */
	unsigned jti;     /* counts */
};

int world_setup(void **state);
int world_teardown(void **state);

struct outcome {
	unsigned status;
	char error[64];  /* "" when there is none */
	char client[64]; /* whom the host is told it is of; "": nobody */
	bool guessed;
};

/* Posts body to the endpoint and goes round until nothing is needed. */
struct outcome post(struct world *world, enum authcode_endpoint endpoint, const char *body);

/* The same with an assertion of the bearer type at the introspection endpoint, for a
 * token that nobody knows: 200 means that the client was believed. */
struct outcome assert_with(struct world *world, const char *token);
bool believed(struct world *world, const char *token);

/* In a template, @N is the time in seconds plus N, and # another number each time. */
const char *expand(struct world *world, const char *template);

/* Signed by the pair of rfc_keys.h as alg; header and payload are templates. */
const char *signed_by(struct world *world, enum ac_alg_id alg, const char *header,
		      const char *payload);
/* The same with HMAC of JWT_SECRET, or of other bytes. */
const char *signed_with(struct world *world, const void *secret, size_t len, const char *header,
			const char *payload);

/* Of the client: for us, for a minute. */
const char *good_payload(struct world *world, const char *client);

/* By the usual key and header. */
const char *good_token(struct world *world, const char *client);

#endif
