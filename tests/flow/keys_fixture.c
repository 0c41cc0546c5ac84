/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See keys_fixture.h.
 */
#include "tests/flow/keys_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "jose/key_pair.h"
#include "protocol/signing_keys.h"

static struct ac_jwk *keys[AC_ALG_COUNT];

static void __attribute__((destructor)) free_keys(void)
{
	for (int i = 0; i < AC_ALG_COUNT; i++)
		ac_jwk_free(&keys[i]);
}

struct ac_jwk *
test_key(enum ac_alg_id alg)
{
	if (keys[alg] == NULL)
		assert_int_equal(ac_key_pair_new(ac_alg(alg), &keys[alg]), AUTHCODE_OK);
	return keys[alg];
}

void
test_keys_install(struct authcode_issuer *issuer, unsigned algs)
{
	struct ac_signing_key list[AC_ALG_COUNT];
	struct ac_signing_ring *ring = NULL;
	size_t count = 0;

	for (int i = 0; i < AC_ALG_COUNT; i++) {
		struct ac_signing_key *key = &list[count];

		if ((algs & AC_ALG_BIT(i)) == 0)
			continue;
		*key = (struct ac_signing_key){
			.alg = (enum ac_alg_id)i,
			.pair = test_key((enum ac_alg_id)i),
			.id = i + 1,
			.created_ms = 1,
			.active_ms = 1,
		};
		snprintf(key->kid, sizeof(key->kid), "%s", ac_jwk_kid(key->pair));
		count++;
	}
	assert_int_equal(ac_signing_ring_new(list, count, algs, 1, &ring), AUTHCODE_OK);
	ac_issuer_ring_set_take(issuer, ring);
}
