/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Keys and tokens while memory runs out at every allocation in turn: ours, and
 * jansson's, which asks for it through the same function here. Nothing is let
 * in, nothing is lost (the sanitizers and valgrind look), and once there is
 * enough everything works.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "jose/hmac_jws.h"
#include "jose/jwks.h"
#include "jose/jws.h"
#include "jose/key_pair.h"
#include "tests/unit/base/heap.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

#define SET "{\"keys\":[" RFC_RSA_JWK "," RFC_EC_JWK "," RFC_ED_JWK "]}"
#define ENOUGH 500

static struct ac_jwk *key;
static struct ac_secret *secret;

static void *
through_our_malloc(size_t size)
{
	return malloc(size);
}

static void
through_our_free(void *p)
{
	free(p);
}

static int
setup(void **state)
{
	struct ac_part bytes;

	(void)state;
	json_set_alloc_funcs(through_our_malloc, through_our_free);
	key = forge_key(AC_ALG_ES256);
	bytes = forge_bytes(RFC_HS256_KEY);
	return ac_secret_new(bytes.data, bytes.len, &secret) == AUTHCODE_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	ac_jwk_free(&key);
	ac_secret_free(&secret);
	return 0;
}

/* Each returns whether it succeeded, and leaves nothing behind. */

static bool
parse_a_set(void)
{
	struct ac_jwks *set = NULL;
	const enum ac_jwk_verdict verdict = ac_jwks_parse(SET, sizeof(SET) - 1, &set);

	if ((set != NULL) != (verdict == AC_JWK_GOOD))
		abort();
	ac_jwks_free(&set);
	return verdict == AC_JWK_GOOD;
}

static bool
verify_a_token(void)
{
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL, .typ = { NULL, true }, .find_key = forge_find, .keys = key
	};
	json_t *claims = NULL;
	const enum ac_jws_verdict verdict =
		ac_jws_verify(RFC_ES256_TOKEN, sizeof(RFC_ES256_TOKEN) - 1, &expect, &claims);

	if ((claims != NULL) != (verdict == AC_JWS_VERIFIED))
		abort();
	json_decref(claims);
	return verdict == AC_JWS_VERIFIED;
}

static bool
verify_an_hmac(void)
{
	const struct ac_part token = { RFC_HS256_TOKEN, sizeof(RFC_HS256_TOKEN) - 1 };
	const struct ac_typ_expect typ = { "JWT", false };
	json_t *claims = NULL;
	const enum ac_jws_verdict verdict = ac_hmac_jws_verify(&token, &typ, secret, &claims);

	if ((claims != NULL) != (verdict == AC_JWS_VERIFIED))
		abort();
	json_decref(claims);
	return verdict == AC_JWS_VERIFIED;
}

static bool
sign_claims(void)
{
	struct authcode_arena *arena = NULL;
	json_t *claims = json_pack("{s:s}", "iss", "a");
	char *token = NULL;
	bool ok = claims != NULL && authcode_arena_new(0, &arena) == AUTHCODE_OK &&
		  ac_jws_sign_claims(key, "JWT", claims, arena, &token) == AUTHCODE_OK;

	if ((token != NULL) != ok)
		abort();
	json_decref(claims);
	authcode_arena_free(&arena);
	return ok;
}

static bool
publish_a_key(void)
{
	json_t *object = ac_jwk_public(key);

	/* A member that is missing would be another key. */
	if (object != NULL && json_object_size(object) != 7)
		abort();
	json_decref(object);
	return object != NULL;
}

static bool
carry_a_pair(void)
{
	struct ac_secret *der = NULL;
	struct ac_jwk *again = NULL;
	bool ok = ac_key_pair_encode(key, &der) == AUTHCODE_OK &&
		  ac_key_pair_decode(ac_alg(AC_ALG_ES256), ac_secret_data(der), ac_secret_len(der),
				     &again) == AUTHCODE_OK;

	if ((again != NULL) != ok || (ok && strcmp(ac_jwk_kid(again), ac_jwk_kid(key)) != 0))
		abort();
	ac_jwk_free(&again);
	ac_secret_free(&der);
	return ok;
}

/* Returns after how many allocations the call succeeds. */
static int
allocations_of(bool (*call)(void))
{
	for (int n = 0; n < ENOUGH; n++) {
		bool ok;

		heap = (struct heap){ .armed = true, .fail_at = n };
		ok = call();
		heap.armed = false;
		if (ok)
			return n;
	}
	return ENOUGH;
}

static void
each_allocation_may_fail(void **state)
{
	static const struct {
		const char *name;
		bool (*call)(void);
	} rows[] = {
		{ "parse a set", parse_a_set },       { "verify a token", verify_a_token },
		{ "verify an HMAC", verify_an_hmac }, { "sign claims", sign_claims },
		{ "publish a key", publish_a_key },   { "carry a pair", carry_a_pair },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const int n = allocations_of(rows[i].call);

		if (n < 1 || n == ENOUGH)
			fail_msg("%s: %d allocations", rows[i].name, n);
		assert_true(rows[i].call());
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("out_of_memory", tests, setup, teardown);
}
