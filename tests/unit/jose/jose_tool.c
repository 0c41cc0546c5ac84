/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/ on a command line, for test_oracle.py. One request a line, one answer a
 * line, fields separated by spaces (JSON in them has none):
 *
 *   sign ALG PAYLOAD            JWK TOKEN         with a new key pair
 *   verify ALG JWKS TOKEN       good PAYLOAD, or the reason
 *   hmac-sign SECRET PAYLOAD    TOKEN
 *   hmac-verify SECRET TOKEN    good PAYLOAD, or the reason
 *   thumbprint JWK              THUMBPRINT, or the reason
 *   half-hash ALG TEXT          HASH
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/half_hash.h"
#include "jose/hmac_jws.h"
#include "jose/jwks.h"
#include "jose/jws.h"
#include "jose/key_pair.h"

#define FIELDS 3

static const struct ac_typ_expect any_jwt = { "JWT", true };

static void
print_json_take(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	(void)fputs(text != NULL ? text : "null", stdout);
	free(text);
	json_decref(json);
}

static void
print_verdict_take(enum ac_jws_verdict verdict, json_t *claims)
{
	if (verdict != AC_JWS_VERIFIED) {
		(void)puts(ac_jws_words(verdict));
		return;
	}
	(void)fputs("good ", stdout);
	print_json_take(claims);
	(void)puts("");
}

static struct ac_secret *
secret_of(const char *text)
{
	struct ac_secret *secret = NULL;

	if (ac_secret_new(text, strlen(text), &secret) != AUTHCODE_OK)
		exit(1);
	return secret;
}

static void
do_sign(char *fields[FIELDS])
{
	const struct ac_alg *alg = ac_alg_find(fields[0]);
	const struct ac_part payload = { fields[1], strlen(fields[1]) };
	struct authcode_arena *arena = NULL;
	struct ac_jwk *key = NULL;
	char *token = NULL;

	if (alg == NULL || authcode_arena_new(0, &arena) != AUTHCODE_OK ||
	    ac_key_pair_new(alg, &key) != AUTHCODE_OK ||
	    ac_jws_sign(key, "JWT", &payload, arena, &token) != AUTHCODE_OK)
		exit(1);
	print_json_take(ac_jwk_public(key));
	(void)printf(" %s\n", token);
	ac_jwk_free(&key);
	authcode_arena_free(&arena);
}

static void
do_verify(char *fields[FIELDS])
{
	const struct ac_alg *alg = ac_alg_find(fields[0]);
	struct ac_jws_expect expect = { .typ = any_jwt, .find_key = ac_jwks_find };
	struct ac_jwks *set = NULL;
	const enum ac_jwk_verdict parsed = ac_jwks_parse(fields[1], strlen(fields[1]), &set);
	enum ac_jws_verdict verdict;
	json_t *claims = NULL;

	if (parsed != AC_JWK_GOOD) {
		(void)puts(ac_jwk_words(parsed));
		return;
	}
	expect.algs = alg != NULL ? AC_ALG_BIT(alg->id) : 0;
	expect.keys = set;
	verdict = ac_jws_verify(fields[2], strlen(fields[2]), &expect, &claims);
	print_verdict_take(verdict, claims);
	ac_jwks_free(&set);
}

static void
do_hmac_sign(char *fields[FIELDS])
{
	const struct ac_part payload = { fields[1], strlen(fields[1]) };
	struct authcode_arena *arena = NULL;
	struct ac_secret *secret = secret_of(fields[0]);
	char *token = NULL;

	if (authcode_arena_new(0, &arena) != AUTHCODE_OK ||
	    ac_hmac_jws_sign(secret, "JWT", &payload, arena, &token) != AUTHCODE_OK)
		exit(1);
	(void)puts(token);
	ac_secret_free(&secret);
	authcode_arena_free(&arena);
}

static void
do_hmac_verify(char *fields[FIELDS])
{
	const struct ac_part token = { fields[1], strlen(fields[1]) };
	struct ac_secret *secret = secret_of(fields[0]);
	json_t *claims = NULL;
	const enum ac_jws_verdict verdict = ac_hmac_jws_verify(&token, &any_jwt, secret, &claims);

	print_verdict_take(verdict, claims);
	ac_secret_free(&secret);
}

static void
do_thumbprint(char *fields[FIELDS])
{
	char text[AC_THUMBPRINT_SIZE];
	struct ac_jwk *jwk = NULL;
	const enum ac_jwk_verdict verdict = ac_jwk_parse(fields[0], strlen(fields[0]), &jwk);

	if (verdict != AC_JWK_GOOD)
		(void)puts(ac_jwk_words(verdict));
	else if (ac_jwk_thumbprint(jwk, text) != AUTHCODE_OK)
		exit(1);
	else
		(void)puts(text);
	ac_jwk_free(&jwk);
}

static void
do_half_hash(char *fields[FIELDS])
{
	const struct ac_alg *alg = ac_alg_find(fields[0]);
	char text[AC_HALF_HASH_SIZE];

	if (ac_half_hash(alg != NULL ? alg->half_hash : AC_HS256_HALF_HASH, fields[1], text) !=
	    AUTHCODE_OK)
		exit(1);
	(void)puts(text);
}

static const struct {
	const char *name;
	int count;
	void (*run)(char *fields[FIELDS]);
} commands[] = {
	{ "sign", 2, do_sign },
	{ "verify", 3, do_verify },
	{ "hmac-sign", 2, do_hmac_sign },
	{ "hmac-verify", 2, do_hmac_verify },
	{ "thumbprint", 1, do_thumbprint },
	{ "half-hash", 2, do_half_hash },
};

static bool
run(char *line)
{
	char *fields[1 + FIELDS] = { NULL };
	int count = 0;

	line[strcspn(line, "\n")] = '\0';
	while (line != NULL && count < 1 + FIELDS)
		fields[count++] = strsep(&line, " ");
	for (size_t i = 0; i < AC_ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, fields[0]) == 0 && commands[i].count == count - 1) {
			commands[i].run(fields + 1);
			return fflush(stdout) == 0;
		}
	}
	return false;
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	while (ok && getline(&line, &size, stdin) > 0)
		ok = run(line);
	free(line);
	return ok ? 0 : 1;
}
