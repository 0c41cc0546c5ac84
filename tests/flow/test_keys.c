/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/keys.h>: keys made, rotated, shared, forgotten, and what is said of
 * those that do not open (JW-04 to JW-07, JW-10). No test waits: time is what
 * the test says it is.
 */
#include "tests/flow/keys_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "base/base64url.h"
#include "jose/jws.h"
#include "jose/key_pair.h"
#include "jose/seal.h"
#include "protocol/issuer.h"
#include "protocol/signing_keys.h"
#include "tests/flow/fault_store.h"
#include "tests/flow/race_store.h"

/* Seals a new pair as the issuer would, under the labels given, and adds it. */
struct forged {
	const char *label_alg, *row_alg;
	const char *kid; /* NULL: its thumbprint */
	int64_t active_ms, newest_id;
};

/* As a text is stored beside others: behind the name of the master key. */
static const char *
named(const struct authcode_issuer *issuer, const char *sealed)
{
	char id[AC_BASE64URL_LEN(AC_MASTER_ID_LEN) + 1];
	const char *text;

	ac_base64url_encode(issuer->keys.id, AC_MASTER_ID_LEN, id);
	text = ac_arena_printf(arena, "%s.%s", id, sealed);
	assert_non_null(text);
	return text;
}

static void
put_key(struct authcode_issuer *issuer, const struct forged *forged)
{
	const uint8_t nonce[AC_SEAL_NONCE_LEN] = { 1, 2, 3 };
	struct authcode_operation op = { .kind = AUTHCODE_OP_ADD_SIGNING_KEY, .now_ms = T0 };
	struct ac_jwk *pair = NULL;
	struct ac_secret *der = NULL;
	char *sealed = NULL;
	char label[256];

	assert_int_equal(ac_key_pair_new(ac_alg(AC_ALG_ES256), &pair), AUTHCODE_OK);
	assert_int_equal(ac_key_pair_encode(pair, &der), AUTHCODE_OK);
	op.u.add_signing_key.kid = forged->kid != NULL ? forged->kid : ac_jwk_kid(pair);
	snprintf(label, sizeof(label), "signing-key %s %s %s", forged->label_alg,
		 op.u.add_signing_key.kid, authcode_issuer_url(issuer));
	assert_int_equal(ac_seal(issuer->keys.signing_key, nonce, label, ac_secret_data(der),
				 ac_secret_len(der), arena, &sealed),
			 AUTHCODE_OK);
	op.u.add_signing_key.alg = forged->row_alg;
	op.u.add_signing_key.sealed = issuer->kept ? named(issuer, sealed) : sealed;
	op.u.add_signing_key.active_ms = forged->active_ms;
	op.u.add_signing_key.newest_id = forged->newest_id;
	authcode_store_perform(store, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	ac_jwk_free(&pair);
	ac_secret_free(&der);
}

static size_t
rows(struct authcode_signing_key ret[AUTHCODE_MAX_KEYS])
{
	size_t count = 0;

	assert_int_equal(
		authcode_store_list_signing_keys(store, arena, ret, AUTHCODE_MAX_KEYS, &count),
		AUTHCODE_OK);
	return count;
}

/* --- made --------------------------------------------------------------------- */

static void
the_first_tending_makes_a_key_for_each_algorithm_that_signs_at_once(void **state)
{
	static const char *const all[] = { "EdDSA", "RS256", "PS256", "ES256" };
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);

	(void)state;
	assert_int_equal(list(issuer, T0).count, 0);
	assert_false(publishes(issuer, "kid"));
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(list(issuer, T0).count, 2);
	assert_string_equal(states(issuer, "RS256", T0), "C");
	assert_string_equal(states(issuer, "ES256", T0), "C");
	authcode_issuer_free(&issuer);

	/* More algorithms: the two there are stay as they are. */
	s.signing_algorithms = all;
	s.signing_algorithm_count = AC_ARRAY_SIZE(all);
	issuer = issuer_of(&s);
	tend(issuer, T0 + HOUR, AUTHCODE_KEYS_TEND);
	assert_int_equal(list(issuer, T0 + HOUR).count, 4);
	for (size_t i = 0; i < AC_ARRAY_SIZE(all); i++) {
		assert_string_equal(states(issuer, all[i], T0 + HOUR), "C");
		assert_true(publishes(issuer, signer(issuer, ac_alg_find(all[i])->id, T0 + HOUR)));
	}
	authcode_issuer_free(&issuer);
}

static void
tending_again_changes_nothing_and_another_node_has_the_same_keys(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s), *other = issuer_of(&s);
	char *first, *again, *others;

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	first = authcode_issuer_jwks(issuer);
	tend(issuer, T0 + 88 * DAY, AUTHCODE_KEYS_TEND);
	again = authcode_issuer_jwks(issuer);
	tend(other, T0 + 88 * DAY, AUTHCODE_KEYS_TEND);
	others = authcode_issuer_jwks(other);
	assert_string_equal(first, again);
	assert_string_equal(first, others);
	free(first);
	free(again);
	free(others);
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
}

/* JW-07: what one signs the other verifies, by kid and for its algorithm alone. */
static void
a_token_verifies_by_its_kid_on_every_node_and_as_nothing_else(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s), *other = issuer_of(&s);
	struct ac_signing_ring *ring, *others;
	json_t *claims = json_pack("{s:s}", "sub", "ana"), *told = NULL;
	struct ac_jws_expect expect = { .find_key = ac_signing_ring_find_key,
					.typ.optional = true };
	char *token = NULL;

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	tend(other, T0, AUTHCODE_KEYS_TEND);
	ring = ac_issuer_ring_ref(issuer);
	others = ac_issuer_ring_ref(other);
	assert_int_equal(ac_jws_sign_claims(ac_signing_ring_signer(ring, AC_ALG_ES256, T0)->pair,
					    NULL, claims, arena, &token),
			 AUTHCODE_OK);
	expect.keys = others;
	expect.algs = AC_ALG_BIT(AC_ALG_ES256);
	assert_int_equal(ac_jws_verify(token, strlen(token), &expect, &told), AC_JWS_VERIFIED);
	assert_true(json_equal(claims, told));
	json_decref(told);
	told = NULL;
	expect.algs = AC_ALG_BIT(AC_ALG_RS256);
	assert_int_not_equal(ac_jws_verify(token, strlen(token), &expect, &told), AC_JWS_VERIFIED);
	expect.algs = AC_ALG_ALL;
	expect.keys = NULL;
	assert_int_not_equal(ac_jws_verify(token, strlen(token), &expect, &told), AC_JWS_VERIFIED);
	assert_null(told);
	json_decref(claims);
	ac_signing_ring_unref(&ring);
	ac_signing_ring_unref(&others);
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other);
}

/* --- rotated ------------------------------------------------------------------- */

struct seen {
	char kid[AC_MAX_KID + 1];
	int64_t published_ms, signed_ms; /* first published, last signed */
};

/* JW-04, over two rotations, tended every 6 hours: the key that signs was published
 * for longer than a cache keeps the set, and what has signed is still found for as
 * long as its last token lives. */
static void
two_hundred_days_of_rotations_never_leaves_a_client_without_the_key(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	struct seen seen[16] = { 0 };
	size_t count = 0;

	(void)state;
	for (int64_t now_ms = T0; now_ms < T0 + 200 * DAY; now_ms += 6 * HOUR) {
		char kid[AC_MAX_KID + 1];
		struct keys keys;

		tend(issuer, now_ms, AUTHCODE_KEYS_TEND);
		keys = list(issuer, now_ms);
		for (size_t i = 0; i < keys.count; i++) {
			size_t k = 0;

			while (k < count && strcmp(seen[k].kid, keys.infos[i].kid) != 0)
				k++;
			if (k == count) {
				assert_true(count < AC_ARRAY_SIZE(seen));
				memcpy(seen[k].kid, keys.infos[i].kid, sizeof(seen[k].kid));
				seen[count++].published_ms = now_ms;
			}
			assert_true(publishes(issuer, keys.infos[i].kid));
		}
		snprintf(kid, sizeof(kid), "%s", signer(issuer, AC_ALG_ES256, now_ms));
		assert_string_not_equal(kid, "");
		for (size_t k = 0; k < count; k++) {
			if (strcmp(seen[k].kid, kid) == 0) {
				assert_true(seen[k].published_ms == T0 ||
					    now_ms - seen[k].published_ms >= DAY);
				seen[k].signed_ms = now_ms;
			}
			if (seen[k].signed_ms != 0 && now_ms < seen[k].signed_ms + 2 * HOUR)
				assert_true(publishes(issuer, seen[k].kid));
		}
	}
	/* Two rotations of each; the first two keys are gone. */
	assert_int_equal(count, 6);
	assert_string_equal(states(issuer, "ES256", T0 + 200 * DAY), "C");
	assert_string_equal(states(issuer, "RS256", T0 + 200 * DAY), "C");
	authcode_issuer_free(&issuer);
}

/* JW-06 */
static void
a_rotation_asked_for_signs_when_every_cache_has_it(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	char old[AC_MAX_KID + 1];

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(old, sizeof(old), "%s", signer(issuer, AC_ALG_RS256, T0));
	tend(issuer, T0 + DAY, AUTHCODE_KEYS_ROTATE);
	assert_string_equal(states(issuer, "RS256", T0 + DAY), "CN");
	assert_string_equal(states(issuer, "ES256", T0 + DAY), "CN");
	assert_string_equal(signer(issuer, AC_ALG_RS256, T0 + DAY + 2 * HOUR - 1), old);
	assert_string_not_equal(signer(issuer, AC_ALG_RS256, T0 + DAY + 2 * HOUR), old);
	/* Asking twice is asking once. */
	tend(issuer, T0 + DAY + HOUR, AUTHCODE_KEYS_ROTATE);
	assert_string_equal(states(issuer, "RS256", T0 + DAY + HOUR), "CN");
	/* The token lives an hour, and the cache keeps the set for one. */
	tend(issuer, T0 + DAY + 4 * HOUR - 1, AUTHCODE_KEYS_TEND);
	assert_true(publishes(issuer, old));
	tend(issuer, T0 + DAY + 4 * HOUR, AUTHCODE_KEYS_TEND);
	assert_false(publishes(issuer, old));
	assert_string_equal(states(issuer, "RS256", T0 + DAY + 4 * HOUR), "C");
	authcode_issuer_free(&issuer);
}

static void
a_rotation_at_once_signs_from_that_moment_and_keeps_the_old_key(void **state)
{
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	char old[AC_MAX_KID + 1];

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(old, sizeof(old), "%s", signer(issuer, AC_ALG_ES256, T0));
	tend(issuer, T0 + DAY, AUTHCODE_KEYS_ROTATE_AT_ONCE);
	assert_string_equal(states(issuer, "ES256", T0 + DAY), "RC");
	assert_string_equal(states(issuer, "RS256", T0 + DAY), "RC");
	assert_string_not_equal(signer(issuer, AC_ALG_ES256, T0 + DAY), old);
	assert_true(publishes(issuer, old));
	authcode_issuer_free(&issuer);
}

/* The longest that any client's tokens live. */
static void
a_client_whose_tokens_live_longer_keeps_the_keys_longer(void **state)
{
	const struct authcode_client client = {
		.id = "app",
		.redirect_uris = (const char *const[]){ "https://app.example/cb" },
		.redirect_uri_count = 1,
		.auth = AUTHCODE_AUTH_NONE,
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		.scope = "profile",
		.access_token_ttl_s = 5 * 3600,
	};
	const struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	struct authcode_clients *clients = NULL;
	char old[AC_MAX_KID + 1];

	(void)state;
	if (authcode_clients_new(&client, 1, &clients, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	authcode_issuer_set_clients(issuer, clients);
	authcode_clients_unref(&clients);
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(old, sizeof(old), "%s", signer(issuer, AC_ALG_ES256, T0));
	tend(issuer, T0, AUTHCODE_KEYS_ROTATE_AT_ONCE);
	tend(issuer, T0 + 6 * HOUR - 1, AUTHCODE_KEYS_TEND);
	assert_true(publishes(issuer, old));
	tend(issuer, T0 + 6 * HOUR, AUTHCODE_KEYS_TEND);
	assert_false(publishes(issuer, old));
	authcode_issuer_free(&issuer);
}

/* What it has signed is believed to its end, and no longer. */
static void
an_algorithm_taken_out_signs_no_more_and_stays_published_until_its_last_token_is_over(void **state)
{
	static const char *const only[] = { "RS256" };
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	char old[AC_MAX_KID + 1];

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	tend(issuer, T0 + DAY - 3 * HOUR, AUTHCODE_KEYS_ROTATE);
	snprintf(old, sizeof(old), "%s", signer(issuer, AC_ALG_ES256, T0));
	authcode_issuer_free(&issuer);
	s.signing_algorithms = only;
	s.signing_algorithm_count = 1;
	issuer = issuer_of(&s);
	/* The last token is signed in the moment before. */
	tend(issuer, T0 + DAY, AUTHCODE_KEYS_ROTATE_AT_ONCE);
	assert_string_equal(signer(issuer, AC_ALG_ES256, T0 + DAY), "");
	assert_string_equal(states(issuer, "ES256", T0 + DAY), "RR");
	assert_true(publishes(issuer, old));
	authcode_issuer_free(&issuer);
	/* A restart does not move its end. */
	issuer = issuer_of(&s);
	tend(issuer, T0 + DAY + 2 * HOUR - 1, AUTHCODE_KEYS_TEND);
	assert_string_equal(states(issuer, "ES256", T0 + DAY), "R");
	assert_false(publishes(issuer, old)); /* its successor has signed since */
	tend(issuer, T0 + DAY + 2 * HOUR, AUTHCODE_KEYS_TEND);
	assert_string_equal(states(issuer, "ES256", T0 + DAY + 2 * HOUR), "");
	authcode_issuer_free(&issuer);
}

static void
an_algorithm_that_is_back_signs_with_what_is_left_else_with_a_new_key(void **state)
{
	static const char *const only[] = { "RS256" };
	struct authcode_issuer_settings both = settings(), one = settings();
	struct authcode_issuer *issuer = issuer_of(&both);
	char old[AC_MAX_KID + 1];

	(void)state;
	one.signing_algorithms = only;
	one.signing_algorithm_count = 1;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	snprintf(old, sizeof(old), "%s", signer(issuer, AC_ALG_ES256, T0));
	authcode_issuer_free(&issuer);
	for (int i = 0; i < 2; i++) {
		int64_t out_ms = T0 + (i + 1) * 10 * DAY;
		int64_t back_ms = out_ms + (i == 0 ? HOUR : 2 * HOUR);

		issuer = issuer_of(&one);
		tend(issuer, out_ms, AUTHCODE_KEYS_TEND);
		tend(issuer, back_ms, AUTHCODE_KEYS_TEND);
		authcode_issuer_free(&issuer);
		issuer = issuer_of(&both);
		tend(issuer, back_ms, AUTHCODE_KEYS_TEND);
		assert_string_equal(states(issuer, "ES256", back_ms), "C");
		assert_int_equal(publishes(issuer, old), i == 0);
		/* It has no end again. */
		tend(issuer, back_ms + 5 * DAY, AUTHCODE_KEYS_TEND);
		assert_string_equal(states(issuer, "ES256", back_ms + 5 * DAY), "C");
		authcode_issuer_free(&issuer);
	}
}

static void
as_many_keys_as_fit_and_no_more_are_made(void **state)
{
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	for (int64_t id = 2; id < AUTHCODE_MAX_KEYS; id++)
		put_key(issuer, &(struct forged){ "ES256", "ES256", NULL, T0 + DAY + id, id });
	assert_int_equal(authcode_issuer_tend_keys(issuer, T0, AUTHCODE_KEYS_ROTATE, &reason),
			 AUTHCODE_ERR_LIMIT);
	assert_string_equal(reason.text,
			    "64 signing keys are published, which is as many as can be");
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(list(issuer, T0).count, AUTHCODE_MAX_KEYS);
	/* Those whose time is over make room before any is made. */
	tend(issuer, T0 + 10 * DAY, AUTHCODE_KEYS_ROTATE_AT_ONCE);
	assert_string_equal(states(issuer, "RS256", T0 + 10 * DAY), "RC");
	assert_string_equal(states(issuer, "ES256", T0 + 10 * DAY), "RC");
	authcode_issuer_free(&issuer);
}

/* --- two nodes ----------------------------------------------------------------- */

struct node {
	struct authcode_issuer *issuer;
	enum authcode_key_rotation rotation;
	int64_t now_ms;
};

static void
tend_first(void *arg)
{
	const struct node *node = arg;

	tend(node->issuer, node->now_ms, node->rotation);
}

static void
two_nodes_that_rotate_at_the_same_moment_rotate_once(void **state)
{
	static const struct {
		enum authcode_key_rotation rotation;
		int64_t now_ms;
		const char *states;
	} cases[] = {
		{ AUTHCODE_KEYS_TEND, T0, "C" },
		{ AUTHCODE_KEYS_ROTATE, T0 + DAY, "CN" },
		{ AUTHCODE_KEYS_TEND, T0 + 91 * DAY, "CN" },
	};
	struct authcode_issuer_settings s = settings();
	struct node other = { .issuer = issuer_of(&s) };
	struct authcode_issuer *issuer;
	struct race race;
	char *jwks, *others;

	(void)state;
	race_init(&race, AUTHCODE_OP_ADD_SIGNING_KEY, tend_first, &other);
	s.store = &race.store;
	issuer = issuer_of(&s);
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		unsigned *conflicts = &race.results[AUTHCODE_RESULT_CONFLICT];

		other.rotation = cases[i].rotation;
		other.now_ms = cases[i].now_ms;
		race.times = 1;
		*conflicts = 0;
		tend(issuer, cases[i].now_ms, cases[i].rotation);
		assert_int_equal(race.times, 0);
		assert_int_equal(*conflicts, 2);
		assert_string_equal(states(issuer, "RS256", cases[i].now_ms), cases[i].states);
		assert_string_equal(states(issuer, "ES256", cases[i].now_ms), cases[i].states);
		jwks = authcode_issuer_jwks(issuer);
		others = authcode_issuer_jwks(other.issuer);
		assert_string_equal(jwks, others);
		free(jwks);
		free(others);
	}
	authcode_issuer_free(&issuer);
	authcode_issuer_free(&other.issuer);
}

/* --- refused ------------------------------------------------------------------- */

static void
refused(struct authcode_issuer *issuer, enum authcode_err err, const char *why)
{
	static const enum authcode_key_rotation rotations[] = { AUTHCODE_KEYS_TEND,
								AUTHCODE_KEYS_ROTATE,
								AUTHCODE_KEYS_ROTATE_AT_ONCE };
	struct authcode_signing_key before[AUTHCODE_MAX_KEYS], after[AUTHCODE_MAX_KEYS];
	size_t count = rows(before);

	for (size_t i = 0; i < AC_ARRAY_SIZE(rotations); i++) {
		assert_int_equal(
			authcode_issuer_tend_keys(issuer, T0 + 100 * DAY, rotations[i], &reason),
			err);
		assert_non_null(strstr(reason.text, why));
		assert_int_equal(
			authcode_issuer_tend_keys(issuer, T0 + 100 * DAY, rotations[i], NULL), err);
	}
	assert_int_equal(rows(after), count);
	assert_int_equal(list(issuer, T0).count, 0);
}

/* JW-10 */
static void
another_master_key_opens_nothing_and_changes_nothing(void **state)
{
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	authcode_issuer_free(&issuer);
	s.master_key[31] ^= 1;
	issuer = issuer_of(&s);
	refused(issuer, AUTHCODE_ERR_CRYPTO, "the master key is not the one of this database");
	authcode_issuer_free(&issuer);
	s = settings();
	s.issuer = "https://other.example";
	issuer = issuer_of(&s);
	refused(issuer, AUTHCODE_ERR_CRYPTO, "the master key is not the one of this database");
	authcode_issuer_free(&issuer);
}

/* A row that was moved, cut or written by somebody without the key. */
static void
a_row_that_does_not_open_is_named_and_refuses_the_ring(void **state)
{
	static const struct {
		const char *name, *label_alg, *row_alg, *kid;
	} cases[] = {
		{ "sealed for another algorithm", "EdDSA", "ES256", NULL },
		{ "another algorithm in the row", "ES256", "EdDSA", NULL },
		{ "another key type in the row", "RS256", "RS256", NULL },
		{ "no algorithm of ours", "HS256", "HS256", NULL },
		{ "none", "none", "none", NULL },
		{ "a kid that is not its thumbprint", "ES256", "ES256", "mine" },
	};
	struct authcode_issuer_settings s = settings();
	struct authcode_signing_key keys[AUTHCODE_MAX_KEYS];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		struct authcode_issuer *issuer;
		int64_t newest_id = 0;

		authcode_store_close(&store);
		assert_int_equal(authcode_store_memory_open(NULL, &store), AUTHCODE_OK);
		s.store = store;
		issuer = issuer_of(&s);
		tend(issuer, T0, AUTHCODE_KEYS_TEND);
		for (size_t k = rows(keys); k-- > 0;) {
			if (newest_id == 0 && strcmp(keys[k].alg, cases[i].row_alg) == 0)
				newest_id = keys[k].id;
		}
		put_key(issuer, &(struct forged){ cases[i].label_alg, cases[i].row_alg,
						  cases[i].kid, T0, newest_id });
		authcode_issuer_free(&issuer);
		issuer = issuer_of(&s);
		refused(issuer, AUTHCODE_ERR_CRYPTO, "does not open, though others do");
		authcode_issuer_free(&issuer);
	}
}

/* JW-05: the sealed part of one key under the kid of another. */
static void
sealed_parts_cannot_be_swapped_or_cut(void **state)
{
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);
	struct authcode_signing_key keys[AUTHCODE_MAX_KEYS];
	const char *sealed[3];
	char *cut;

	(void)state;
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	assert_int_equal(rows(keys), 2);
	cut = ac_arena_strdup(arena, keys[1].sealed);
	cut[strlen(cut) - 4] = '\0';
	sealed[0] = keys[1].sealed;
	sealed[1] = cut;
	sealed[2] = named(issuer, "no seal at all");
	for (size_t i = 0; i < 3; i++) {
		struct authcode_operation op = {
			.kind = AUTHCODE_OP_ADD_SIGNING_KEY,
			.now_ms = T0,
			.u.add_signing_key = { .kid = (char[]){ (char)('a' + i), '\0' },
					       .alg = keys[1].alg,
					       .sealed = sealed[i],
					       .active_ms = T0,
					       .newest_id = (int64_t)i + 2 },
		};
		char *jwks = authcode_issuer_jwks(issuer), *after;

		authcode_store_perform(store, &op);
		assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
		assert_int_equal(authcode_issuer_tend_keys(issuer, T0, AUTHCODE_KEYS_TEND, &reason),
				 AUTHCODE_ERR_CRYPTO);
		/* What was in use stays. */
		after = authcode_issuer_jwks(issuer);
		assert_string_equal(jwks, after);
		free(jwks);
		free(after);
	}
	authcode_issuer_free(&issuer);
}

static void
a_store_that_fails_at_any_call_leaves_the_keys_in_use(void **state)
{
	struct fault fault;
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer;
	char *jwks, *after;
	int n = 1;

	(void)state;
	fault_init(&fault);
	fault.inner = store;
	s.store = &fault.store;
	issuer = issuer_of(&s);
	tend(issuer, T0, AUTHCODE_KEYS_TEND);
	jwks = authcode_issuer_jwks(issuer);
	for (;; n++) {
		enum authcode_err err;

		fault.countdown = n;
		err = authcode_issuer_tend_keys(issuer, T0 + 89 * DAY, AUTHCODE_KEYS_TEND, &reason);
		if (err == AUTHCODE_OK)
			break;
		assert_int_equal(err, AUTHCODE_ERR_STORE);
		assert_string_not_equal(reason.text, "");
		after = authcode_issuer_jwks(issuer);
		assert_string_equal(jwks, after);
		free(after);
	}
	assert_true(n > 3);
	assert_string_equal(states(issuer, "RS256", T0 + 89 * DAY), "CN");
	free(jwks);
	authcode_issuer_free(&issuer);
}

static enum authcode_err
no_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return AUTHCODE_ERR_RANDOM;
}

static void
without_randomness_no_key_is_made(void **state)
{
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer;

	(void)state;
	s.random.fill = no_random;
	issuer = issuer_of(&s);
	refused(issuer, AUTHCODE_ERR_RANDOM, "cannot be made");
	authcode_issuer_free(&issuer);
}

static void
a_time_that_is_none_is_refused(void **state)
{
	static const int64_t times[] = { 0, -1, INT64_MIN, INT64_C(1) << 42, INT64_MAX };
	struct authcode_issuer_settings s = settings();
	struct authcode_issuer *issuer = issuer_of(&s);

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(times); i++)
		assert_int_equal(
			authcode_issuer_tend_keys(issuer, times[i], AUTHCODE_KEYS_TEND, &reason),
			AUTHCODE_ERR_USAGE);
	assert_int_equal(list(issuer, T0).count, 0);
	authcode_issuer_free(&issuer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(the_first_tending_makes_a_key_for_each_algorithm_that_signs_at_once),
		KEYS_TEST(tending_again_changes_nothing_and_another_node_has_the_same_keys),
		KEYS_TEST(a_token_verifies_by_its_kid_on_every_node_and_as_nothing_else),
		KEYS_TEST(two_hundred_days_of_rotations_never_leaves_a_client_without_the_key),
		KEYS_TEST(a_rotation_asked_for_signs_when_every_cache_has_it),
		KEYS_TEST(a_rotation_at_once_signs_from_that_moment_and_keeps_the_old_key),
		KEYS_TEST(a_client_whose_tokens_live_longer_keeps_the_keys_longer),
		KEYS_TEST(
			an_algorithm_taken_out_signs_no_more_and_stays_published_until_its_last_token_is_over),
		KEYS_TEST(an_algorithm_that_is_back_signs_with_what_is_left_else_with_a_new_key),
		KEYS_TEST(as_many_keys_as_fit_and_no_more_are_made),
		KEYS_TEST(two_nodes_that_rotate_at_the_same_moment_rotate_once),
		KEYS_TEST(another_master_key_opens_nothing_and_changes_nothing),
		KEYS_TEST(a_row_that_does_not_open_is_named_and_refuses_the_ring),
		KEYS_TEST(sealed_parts_cannot_be_swapped_or_cut),
		KEYS_TEST(a_store_that_fails_at_any_call_leaves_the_keys_in_use),
		KEYS_TEST(without_randomness_no_key_is_made),
		KEYS_TEST(a_time_that_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
