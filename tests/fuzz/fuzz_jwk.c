/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * jose/jwk_parse.h and jose/jwks.h: the input as a key and as a set of keys.
 * What is taken can be published and taken again, as the same key.
 */
#include "jose/jwk_parse.h"

#include <stdlib.h>
#include <string.h>

#include "jose/json_text.h"
#include "jose/jwks.h"
#include "tests/fuzz/fuzz.h"

static void
check_key(const struct ac_jwk *key)
{
	static const char *const private_members[] = {
		"d", "p", "q", "dp", "dq", "qi", "oth", "k"
	};
	char thumbprint[AC_THUMBPRINT_SIZE], again_thumbprint[AC_THUMBPRINT_SIZE];
	const char *kid = ac_jwk_kid(key);
	json_t *object = ac_jwk_public(key);
	struct ac_jwk *again = NULL;
	enum ac_jwk_verdict verdict;

	MUST(object != NULL);
	MUST(!ac_jwk_is_own(key));
	MUST(kid == NULL || ac_kid_valid(kid));
	for (size_t i = 0; i < AC_ARRAY_SIZE(private_members); i++)
		MUST(json_object_get(object, private_members[i]) == NULL);
	verdict = ac_jwk_from_json(object, &again);
	MUST(ac_jwk_thumbprint(key, thumbprint) == AUTHCODE_OK);
	if (again != NULL) {
		MUST(ac_jwk_thumbprint(again, again_thumbprint) == AUTHCODE_OK);
		MUST(strcmp(thumbprint, again_thumbprint) == 0);
	} else {
		/* libcrypto looks for factors of a modulus with random witnesses
		 * (FIPS 186-4 C.3.2): it may find one of a bad modulus only now. */
		MUST(verdict == AC_JWK_UNSOUND);
		MUST(strcmp(ac_json_text(object, "kty"), "RSA") == 0);
	}
	ac_jwk_free(&again);
	json_decref(object);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ac_jwk *key = NULL;
	struct ac_jwks *set = NULL;
	const enum ac_jwk_verdict verdict = ac_jwk_parse((const char *)data, size, &key);

	MUST((key != NULL) == (verdict == AC_JWK_GOOD));
	if (key != NULL)
		check_key(key);
	ac_jwk_free(&key);
	if (ac_jwks_parse((const char *)data, size, &set) == AC_JWK_GOOD) {
		MUST(ac_jwks_count(set) > 0);
		for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
			const struct ac_jwk *found =
				ac_jwks_find(set, NULL, ac_alg((enum ac_alg_id)id));

			MUST(found == NULL || ac_jwk_fits(found, ac_alg((enum ac_alg_id)id)));
			if (found != NULL)
				check_key(found);
		}
	}
	ac_jwks_free(&set);
	return 0;
}
