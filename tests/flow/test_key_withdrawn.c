/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A signing key that somebody else has, taken back (JW-05, JW-06): out of the key
 * set, out of the store, and whatever it has signed refused, while another signs.
 */
#include "tests/flow/keys_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "jose/jws.h"
#include "protocol/signing_keys.h"
#include "tests/flow/fault_store.h"

static void
withdraw(struct authcode_issuer *issuer, const char *kid, int64_t now_ms)
{
	if (authcode_issuer_withdraw_key(issuer, kid, now_ms, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	assert_string_equal(reason.text, "");
}

/* Signed by what signs ES256 at that time. In the arena. */
static char *
token(struct authcode_issuer *issuer, int64_t now_ms)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(issuer);
	json_t *claims = json_pack("{s:s}", "sub", "ana");
	char *text = NULL;

	assert_int_equal(
		ac_jws_sign_claims(ac_signing_ring_signer(ring, AC_ALG_ES256, now_ms)->pair, NULL,
				   claims, arena, &text),
		AUTHCODE_OK);
	json_decref(claims);
	ac_signing_ring_unref(&ring);
	return text;
}

static bool
believed(struct authcode_issuer *issuer, const char *text)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(issuer);
	const struct ac_jws_expect expect = { .algs = AC_ALG_ALL,
					      .typ.optional = true,
					      .find_key = ac_signing_ring_find_key,
					      .keys = ring };
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = ac_jws_verify(text, strlen(text), &expect, &claims);

	json_decref(claims);
	ac_signing_ring_unref(&ring);
	return verdict == AC_JWS_VERIFIED;
}

static bool
stored(const char *kid)
{
	struct authcode_signing_key rows[AUTHCODE_MAX_KEYS];
	size_t count = 0;

	assert_int_equal(
		authcode_store_list_signing_keys(store, arena, rows, AUTHCODE_MAX_KEYS, &count),
		AUTHCODE_OK);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].kid, kid) == 0)
			return true;
	}
	return false;
}

static void
the_key_that_signs_is_gone_at_once_and_a_new_one_signs(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s), *other;
	char kid[AC_MAX_KID + 1];
	const char *old, *fresh;

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(kid, sizeof(kid), "%s", signer(issuer, AC_ALG_ES256, T0));
	old = token(issuer, T0);
	assert_true(believed(issuer, old));
	withdraw(issuer, kid, T0 + HOUR);
	assert_false(publishes(issuer, kid));
	assert_false(stored(kid));
	assert_false(believed(issuer, old));
	assert_string_equal(states(issuer, "ES256", T0 + HOUR), "C");
	assert_string_equal(states(issuer, "RS256", T0 + HOUR), "C");
	fresh = token(issuer, T0 + HOUR);
	assert_true(believed(issuer, fresh));
	/* Nor does it come back, here or elsewhere. */
	tend(issuer, T0 + DAY, AUTHCODE_KEYS_TEND);
	other = issuer_of(&s);
	tend(other, T0 + DAY, AUTHCODE_KEYS_TEND);
	assert_false(publishes(issuer, kid) || publishes(other, kid));
	assert_false(believed(other, old));
	assert_true(believed(other, fresh));
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
}

/* The next is what clients have already. */
static void
the_key_that_was_to_come_next_signs_in_its_place(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	char kid[AC_MAX_KID + 1], next[AC_MAX_KID + 1];

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	tend(issuer, T0, AUTHCODE_KEYS_ROTATE);
	snprintf(kid, sizeof(kid), "%s", signer(issuer, AC_ALG_RS256, T0));
	snprintf(next, sizeof(next), "%s", signer(issuer, AC_ALG_RS256, T0 + 2 * HOUR));
	assert_string_not_equal(kid, next);
	withdraw(issuer, kid, T0 + 1);
	assert_string_equal(signer(issuer, AC_ALG_RS256, T0 + 1), next);
	assert_string_equal(states(issuer, "RS256", T0 + 1), "C");
	assert_string_equal(states(issuer, "ES256", T0 + 1), "CN");
	tend(issuer, T0 + 2, AUTHCODE_KEYS_TEND);
	assert_string_equal(signer(issuer, AC_ALG_RS256, T0 + 1), next);
	authcode_issuer_free(&issuer);
}

static void
one_that_does_not_sign_goes_and_nothing_else_changes(void **state)
{
	static const char *const gone[] = { "CN", "RC" };

	(void)state;
	for (int retired = 0; retired < 2; retired++) {
		const struct authcode_issuer_settings s =
			settings(); /* with the store that is open */
		const int64_t now_ms = T0 + retired * 2 * HOUR;
		struct authcode_issuer *issuer = issuer_of(&s);
		char signs[AC_MAX_KID + 1];
		struct keys keys;

		tend(issuer, T0, retired ? AUTHCODE_KEYS_TEND : AUTHCODE_KEYS_ROTATE);
		if (!retired)
			tend(issuer, T0, AUTHCODE_KEYS_ROTATE);
		else
			tend(issuer, now_ms, AUTHCODE_KEYS_ROTATE_AT_ONCE);
		assert_string_equal(states(issuer, "ES256", now_ms), gone[retired]);
		snprintf(signs, sizeof(signs), "%s", signer(issuer, AC_ALG_ES256, now_ms));
		keys = list(issuer, now_ms);
		/* By algorithm and time: ES256 comes first. */
		withdraw(issuer, keys.infos[retired ? 0 : 1].kid, now_ms);
		assert_false(publishes(issuer, keys.infos[retired ? 0 : 1].kid));
		assert_string_equal(states(issuer, "ES256", now_ms), "C");
		assert_string_equal(signer(issuer, AC_ALG_ES256, now_ms), signs);
		authcode_issuer_free(&issuer);
		authcode_store_close(&store);
		assert_int_equal(authcode_store_memory_open(NULL, &store), AUTHCODE_OK);
	}
}

static void
a_key_of_an_algorithm_that_signs_nothing_leaves_no_successor(void **state)
{
	static const char *const only[] = { "RS256" };
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	char kid[AC_MAX_KID + 1];

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(kid, sizeof(kid), "%s", signer(issuer, AC_ALG_ES256, T0));
	authcode_issuer_free(&issuer);
	s.signing_algorithms = only;
	s.signing_algorithm_count = 1;
	issuer = issuer_of(&s);
	tend(issuer, T0 + 1, AUTHCODE_KEYS_TEND);
	assert_true(publishes(issuer, kid));
	withdraw(issuer, kid, T0 + 1);
	assert_false(publishes(issuer, kid));
	assert_string_equal(states(issuer, "ES256", T0 + 1), "");
	authcode_issuer_free(&issuer);
}

static void
a_kid_of_no_key_changes_nothing(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	char kid[AC_MAX_KID + 1], shorter[AC_MAX_KID + 1];
	const char *const unknown[] = { "", "x", kid, shorter, "RS256", "1" };
	char *before, *after;

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(kid, sizeof(kid), "%s", signer(issuer, AC_ALG_ES256, T0));
	withdraw(issuer, kid, T0);
	snprintf(shorter, sizeof(shorter), "%s", signer(issuer, AC_ALG_ES256, T0));
	shorter[strlen(shorter) - 1] = '\0';
	before = authcode_issuer_jwks(issuer);
	for (size_t i = 0; i < AC_ARRAY_SIZE(unknown); i++) {
		assert_int_equal(authcode_issuer_withdraw_key(issuer, unknown[i], T0, &reason),
				 AUTHCODE_ERR_NOT_FOUND);
		assert_string_equal(reason.text, "no key of this kid is published");
	}
	assert_int_equal(authcode_issuer_withdraw_key(issuer, NULL, T0, &reason),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_issuer_withdraw_key(issuer, shorter, 0, &reason),
			 AUTHCODE_ERR_USAGE);
	after = authcode_issuer_jwks(issuer);
	assert_string_equal(before, after);
	free(before);
	free(after);
	authcode_issuer_free(&issuer);
}

/* Whichever call fails: it is said, and the key is either as it was or out of use; asked
 * again it is gone. There is always one that signs. */
static void
a_store_that_fails_leaves_no_half_that_is_believed(void **state)
{
	struct fault fault = { .inner = store };
	struct authcode_issuer_settings s = settings();
	int failed = 0;

	(void)state;
	fault_init(&fault);
	s.store = &fault.store;
	for (int n = 1;; n++) {
		struct authcode_issuer *issuer = issuer_of(&s);
		enum authcode_err err;
		char kid[AC_MAX_KID + 1];

		tend(issuer, T0, AUTHCODE_KEYS_TEND);
		snprintf(kid, sizeof(kid), "%s", signer(issuer, AC_ALG_ES256, T0));
		fault.countdown = n;
		err = authcode_issuer_withdraw_key(issuer, kid, T0, &reason);
		fault.countdown = 0;
		assert_string_not_equal(signer(issuer, AC_ALG_ES256, T0), "");
		assert_true(stored(kid) || !publishes(issuer, kid));
		if (err != AUTHCODE_OK) {
			failed++;
			assert_int_equal(err, AUTHCODE_ERR_STORE);
			assert_string_not_equal(reason.text, "");
			if (stored(kid))
				withdraw(issuer, kid, T0);
		}
		assert_false(stored(kid) || publishes(issuer, kid));
		authcode_issuer_free(&issuer);
		if (err == AUTHCODE_OK)
			break;
	}
	assert_true(failed > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(the_key_that_signs_is_gone_at_once_and_a_new_one_signs),
		KEYS_TEST(the_key_that_was_to_come_next_signs_in_its_place),
		KEYS_TEST(one_that_does_not_sign_goes_and_nothing_else_changes),
		KEYS_TEST(a_key_of_an_algorithm_that_signs_nothing_leaves_no_successor),
		KEYS_TEST(a_kid_of_no_key_changes_nothing),
		KEYS_TEST(a_store_that_fails_leaves_no_half_that_is_believed),
	};

	return cmocka_run_group_tests_name("withdrawn keys", tests, NULL, NULL);
}
