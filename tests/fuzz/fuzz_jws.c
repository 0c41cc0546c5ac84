/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jws.h, jose/hmac_jws.h and jose/jwt.h: the input as a token; then the
 * input's first line as a header and the rest as a payload, both signed well,
 * which a fuzzer would never find by itself.
 */
#include "jose/jws.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "jose/hmac_jws.h"
#include "jose/jwt.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

static struct ac_jwk *keys[AC_ALG_COUNT];
static struct ac_secret *secret;

static void
start(void)
{
	static const char text[] = "a secret that the fuzzer does not know";

	if (secret != NULL)
		return;
	MUST(ac_secret_new(text, sizeof(text), &secret) == AUTHCODE_OK);
	for (unsigned id = 0; id < AC_ALG_COUNT; id++)
		keys[id] = forge_key((enum ac_alg_id)id);
}

/* Whatever a token claims: the check comes to an end and answers alike. */
static void
check_claims_take(json_t *claims)
{
	static const char *const auds[] = { "a" };
	const struct ac_jwt_expect strict = { .iss = "i",
					      .auds = auds,
					      .aud_count = 1,
					      .flags = AC_JWT_NEED_IAT | AC_JWT_NEED_JTI,
					      .now_s = 1700000000,
					      .max_life_s = 300 };
	const struct ac_jwt_expect lenient = { .flags = AC_JWT_MAY_EXPIRE,
					       .now_s = 1700000000,
					       .ahead_s = INT64_MAX };

	MUST(json_is_object(claims));
	if (ac_jwt_check(claims, &strict) == AC_JWT_GOOD)
		MUST(ac_jwt_check(claims, &lenient) == AC_JWT_GOOD);
	json_decref(claims);
}

static const struct ac_jwk *
find(const void *all, const char *kid, const struct ac_alg *alg)
{
	struct ac_jwk *const *own = all;

	MUST(kid == NULL || ac_kid_valid(kid));
	return own[alg->id];
}

static enum ac_jws_verdict
verify(const char *token, size_t len, bool ours)
{
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL, .typ = { "JWT at+jwt", true }, .find_key = find, .keys = keys
	};
	const struct ac_part part = { token, len };
	json_t *claims = NULL;
	const enum ac_jws_verdict verdict = ac_jws_verify(token, len, &expect, &claims);

	MUST((claims != NULL) == (verdict == AC_JWS_VERIFIED));
	if (claims != NULL)
		check_claims_take(claims);
	claims = NULL;
	if (!ours)
		MUST(ac_hmac_jws_verify(&part, &expect.typ, secret, &claims) != AC_JWS_VERIFIED);
	MUST(claims == NULL || ours);
	return verdict;
}

static void
sign_and_verify(const uint8_t *data, size_t size)
{
	struct fuzz_input rest = { (const char *)data, size };
	const struct fuzz_input line = fuzz_line(&rest);
	char *header = fuzz_text(line.data, line.size), *payload = fuzz_text(rest.data, rest.size);
	const char *token = forge_token(keys[AC_ALG_EDDSA], AC_ALG_EDDSA, header, payload);
	const enum ac_jws_verdict verdict = verify(token, strlen(token), true);

	/* EdDSA is what the header must say for this signature to be good. */
	if (verdict == AC_JWS_VERIFIED || verdict == AC_JWS_PAYLOAD)
		MUST(strstr(header, "EdDSA") != NULL || strchr(header, '\\') != NULL);
	free(payload);
	free(header);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > AC_MAX_JWS + 100)
		return 0;
	start();
	(void)verify((const char *)data, size, false);
	if (size < 4096)
		sign_and_verify(data, size);
	return 0;
}
