/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/signing_keys.h: which key signs at which moment, which is found, and
 * what is published of them.
 */
#include "protocol/signing_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/attr.h"
#include "jose/key_pair.h"

#define T0 INT64_C(1700000000000)
#define BOTH (AC_ALG_BIT(AC_ALG_RS256) | AC_ALG_BIT(AC_ALG_ES256))

static struct ac_signing_key
key_of(enum ac_alg_id alg, int64_t id, int64_t active_ms)
{
	struct ac_signing_key key = { .alg = alg, .id = id, .active_ms = active_ms };

	assert_int_equal(ac_key_pair_new(ac_alg(alg), &key.pair), AUTHCODE_OK);
	snprintf(key.kid, sizeof(key.kid), "%s", ac_jwk_kid(key.pair));
	return key;
}

/* Takes the keys. */
static struct ac_signing_ring *
ring_of(struct ac_signing_key *keys, size_t count, unsigned signing, int64_t now_ms)
{
	struct ac_signing_ring *ring = NULL;

	assert_int_equal(ac_signing_ring_new(keys, count, signing, now_ms, &ring), AUTHCODE_OK);
	for (size_t i = 0; i < count; i++)
		ac_jwk_free(&keys[i].pair);
	return ring;
}

/* The id of its row; 0: none. */
static int64_t
signer(const struct ac_signing_ring *ring, enum ac_alg_id alg, int64_t now_ms)
{
	const struct ac_signing_key *key = ac_signing_ring_signer(ring, alg, now_ms);

	assert_true(key == NULL || key->alg == alg);
	return key != NULL ? key->id : 0;
}

static void
the_key_that_became_active_last_signs(void **state)
{
	struct ac_signing_key keys[] = {
		key_of(AC_ALG_ES256, 1, T0),      key_of(AC_ALG_ES256, 3, T0 + 10),
		key_of(AC_ALG_ES256, 2, T0 + 20), key_of(AC_ALG_ES256, 5, T0 + 30),
		key_of(AC_ALG_ES256, 4, T0 + 30), key_of(AC_ALG_EDDSA, 6, T0 + 99),
	};
	static const struct {
		int64_t now_ms, id;
	} cases[] = {
		{ T0 - 1, 0 },  { T0, 1 },      { T0 + 9, 1 },  { T0 + 10, 3 },   { T0 + 19, 3 },
		{ T0 + 20, 2 }, { T0 + 29, 2 }, { T0 + 30, 5 }, { T0 + 1000, 5 },
	};
	struct ac_signing_ring *ring = ring_of(keys, AC_ARRAY_SIZE(keys), BOTH, T0);

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++)
		assert_int_equal(signer(ring, AC_ALG_ES256, cases[i].now_ms), cases[i].id);
	assert_int_equal(signer(ring, AC_ALG_RS256, T0 + 1000), 0);
	ac_signing_ring_unref(&ring);
	assert_null(ring);
}

/* Its algorithm was taken out of the configuration. */
static void
a_key_of_an_algorithm_that_does_not_sign_is_found_and_signs_nothing(void **state)
{
	struct ac_signing_key keys[] = { key_of(AC_ALG_ES256, 1, T0), key_of(AC_ALG_EDDSA, 2, T0) };
	struct ac_signing_ring *ring;
	char kid[AC_MAX_KID + 1];

	(void)state;
	memcpy(kid, keys[1].kid, sizeof(kid));
	ring = ring_of(keys, 2, BOTH, T0);
	assert_int_equal(signer(ring, AC_ALG_EDDSA, T0), 0);
	assert_int_equal(signer(ring, AC_ALG_ES256, T0), 1);
	assert_int_equal(ac_signing_ring_find(ring, kid)->id, 2);
	ac_signing_ring_unref(&ring);
}

/* JW-07: one algorithm per key. */
static void
a_key_is_found_by_its_kid_and_for_its_algorithm_alone(void **state)
{
	struct ac_signing_key keys[] = { key_of(AC_ALG_RS256, 1, T0),
					 key_of(AC_ALG_ES256, 2, T0 + 500) };
	struct ac_signing_ring *ring;
	char kids[2][AC_MAX_KID + 2];

	(void)state;
	memset(kids, 0, sizeof(kids));
	for (size_t i = 0; i < 2; i++)
		memcpy(kids[i], keys[i].kid, sizeof(keys[i].kid));
	ring = ring_of(keys, 2, BOTH, T0);
	assert_int_equal(ac_signing_ring_find(ring, kids[0])->id, 1);
	assert_int_equal(ac_signing_ring_find(ring, kids[1])->id, 2);
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_jwk *key =
			ac_signing_ring_find_key(ring, kids[0], ac_alg((enum ac_alg_id)id));

		assert_int_equal(key != NULL, id == AC_ALG_RS256);
	}
	assert_null(ac_signing_ring_find(ring, NULL));
	assert_null(ac_signing_ring_find(ring, ""));
	kids[0][strlen(kids[0])] = 'x'; /* one character more */
	assert_null(ac_signing_ring_find(ring, kids[0]));
	assert_null(ac_signing_ring_find_key(ring, kids[0], ac_alg(AC_ALG_RS256)));
	ac_signing_ring_unref(&ring);
}

static void
a_ring_that_is_not_there_has_nothing(void **state)
{
	struct ac_signing_ring *none = NULL;

	(void)state;
	assert_null(ac_signing_ring_signer(NULL, AC_ALG_RS256, T0));
	assert_null(ac_signing_ring_find(NULL, "kid"));
	assert_null(ac_signing_ring_find_key(NULL, "kid", ac_alg(AC_ALG_RS256)));
	assert_null(ac_signing_ring_at(NULL, 0));
	assert_string_equal(ac_signing_ring_jwks(NULL), "{\"keys\":[]}");
	assert_null(ac_signing_ring_ref(NULL));
	ac_signing_ring_unref(&none);
}

/* JW-05 */
static void
a_kid_that_stands_twice_refuses_the_ring(void **state)
{
	struct ac_signing_key key = key_of(AC_ALG_ES256, 1, T0);
	const struct ac_signing_key keys[] = { key, key };
	struct ac_signing_ring *ring = NULL;

	(void)state;
	assert_int_equal(ac_signing_ring_new(keys, 2, BOTH, T0, &ring), AUTHCODE_ERR_USAGE);
	assert_null(ring);
	ac_jwk_free(&key.pair);
}

static void
more_keys_than_fit_are_refused(void **state)
{
	static struct ac_signing_key keys[AC_MAX_SIGNING_KEYS + 1];
	struct ac_signing_ring *ring = NULL;

	(void)state;
	assert_int_equal(ac_signing_ring_new(keys, AC_ARRAY_SIZE(keys), BOTH, T0, &ring),
			 AUTHCODE_ERR_LIMIT);
	assert_null(ring);
}

/* JW-01, JW-02, JW-03: of every algorithm, and nothing else of any. */
static void
the_key_set_has_public_members_alone(void **state)
{
	static const char *const allowed[] = {
		"kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"
	};
	struct ac_signing_key keys[AC_ALG_COUNT];
	struct ac_signing_ring *ring;
	json_t *set;

	(void)state;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++)
		keys[id] = key_of((enum ac_alg_id)id, (int64_t)id + 1, T0);
	ring = ring_of(keys, AC_ALG_COUNT, AC_ALG_ALL, T0);
	set = json_loads(ac_signing_ring_jwks(ring), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(set);
	assert_int_equal(json_object_size(set), 1);
	assert_int_equal(json_array_size(json_object_get(set, "keys")), AC_ALG_COUNT);
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		json_t *jwk = json_array_get(json_object_get(set, "keys"), id);
		const char *name;
		json_t *value;

		assert_string_equal(json_string_value(json_object_get(jwk, "kty")), alg->kty);
		assert_string_equal(json_string_value(json_object_get(jwk, "use")), "sig");
		assert_string_equal(json_string_value(json_object_get(jwk, "alg")), alg->name);
		assert_string_equal(json_string_value(json_object_get(jwk, "kid")),
				    ac_signing_ring_at(ring, id)->kid);
		json_object_foreach(jwk, name, value)
		{
			bool known = false;

			for (size_t i = 0; i < AC_ARRAY_SIZE(allowed); i++)
				known = known || strcmp(name, allowed[i]) == 0;
			if (!known || !json_is_string(value))
				fail_msg("%s has %s", alg->name, name);
		}
	}
	json_decref(set);
	ac_signing_ring_unref(&ring);
}

/* For clients that take the first of a type. */
static void
the_keys_that_sign_now_come_first_in_the_set(void **state)
{
	struct ac_signing_key keys[] = {
		key_of(AC_ALG_ES256, 1, T0),
		key_of(AC_ALG_ES256, 2, T0 + 10),
		key_of(AC_ALG_ES256, 3, T0 + 20),
	};
	char kid[AC_MAX_KID + 1];
	struct ac_signing_ring *ring;
	json_t *set;

	(void)state;
	memcpy(kid, keys[1].kid, sizeof(kid));
	ring = ring_of(keys, AC_ARRAY_SIZE(keys), BOTH, T0 + 10);
	set = json_loads(ac_signing_ring_jwks(ring), 0, NULL);
	assert_int_equal(json_array_size(json_object_get(set, "keys")), 3);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(set, "keys"), 0), "kid")),
			    kid);
	json_decref(set);
	ac_signing_ring_unref(&ring);
}

static void
a_ring_lives_as_long_as_its_last_reference(void **state)
{
	struct ac_signing_key keys[] = { key_of(AC_ALG_ES256, 1, T0) };
	struct ac_signing_ring *first = ring_of(keys, 1, BOTH, T0);
	struct ac_signing_ring *second = ac_signing_ring_ref(first);

	(void)state;
	ac_signing_ring_unref(&first);
	assert_int_equal(signer(second, AC_ALG_ES256, T0), 1);
	assert_true(ac_jwk_is_own(ac_signing_ring_at(second, 0)->pair));
	assert_null(ac_signing_ring_at(second, 1));
	ac_signing_ring_unref(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_that_became_active_last_signs),
		cmocka_unit_test(
			a_key_of_an_algorithm_that_does_not_sign_is_found_and_signs_nothing),
		cmocka_unit_test(a_key_is_found_by_its_kid_and_for_its_algorithm_alone),
		cmocka_unit_test(a_ring_that_is_not_there_has_nothing),
		cmocka_unit_test(a_kid_that_stands_twice_refuses_the_ring),
		cmocka_unit_test(more_keys_than_fit_are_refused),
		cmocka_unit_test(the_key_set_has_public_members_alone),
		cmocka_unit_test(the_keys_that_sign_now_come_first_in_the_set),
		cmocka_unit_test(a_ring_lives_as_long_as_its_last_reference),
	};

	return cmocka_run_group_tests_name("signing_keys", tests, NULL, NULL);
}
