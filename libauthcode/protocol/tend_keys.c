/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/keys.h>: keys from the store into the ring and back. Every pass reads
 * all of them and opens them before it makes another, so that a wrong master key
 * changes nothing; the pass after the last change is the ring. When another node
 * was first with a rotation, its key is read instead (RFC 7517 §4.5: the store
 * never takes a kid twice).
 *
 *   sealed = ac_seal(PKCS#8 DER), for "signing-key", algorithm, kid and issuer
 */
#include <authcode/keys.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "jose/key_pair.h"
#include "jose/seal.h"
#include "protocol/issuer.h"
#include "protocol/key_schedule.h"
#include "protocol/signing_keys.h"
#include "store/row_key.h"

#define PASSES 8
#define ROWS_ARENA (1024 * 1024)

/* One pass. */
struct tend {
	struct authcode_issuer *issuer;
	struct authcode_arena *arena;
	struct authcode_reason *reason;
	int64_t now_ms;
	struct ac_key_times times;
	struct authcode_signing_key rows[AC_MAX_SIGNING_KEYS];
	struct ac_signing_key keys[AC_MAX_SIGNING_KEYS]; /* opened, in the order of the rows */
	size_t count;
	size_t opened;
};

static enum authcode_err AC_PRINTF(3, 4)
	explain(const struct tend *t, enum authcode_err err, const char *fmt, ...)
{
	va_list args;

	if (t->reason == NULL)
		return err;
	va_start(args, fmt);
	(void)vsnprintf(t->reason->text, sizeof(t->reason->text), fmt, args);
	va_end(args);
	return err;
}

/* The longest life among the tokens that are signed. */
static int64_t
longest_token_ms(const struct ac_issuer_rules *rules, const struct authcode_clients *clients)
{
	const struct authcode_lifetimes *lifetimes = &rules->lifetimes;
	uint32_t longest_s = lifetimes->access_token_s;
	const struct authcode_client *client;

	if (lifetimes->id_token_s > longest_s)
		longest_s = lifetimes->id_token_s;
	if (lifetimes->access_token_jwt_s > longest_s)
		longest_s = lifetimes->access_token_jwt_s;
	for (size_t i = 0; i < rules->resource_count; i++) {
		if (rules->resources[i].access_token_ttl_s > longest_s)
			longest_s = rules->resources[i].access_token_ttl_s;
	}
	for (size_t i = 0; (client = authcode_clients_at(clients, i)) != NULL; i++) {
		if (client->access_token_ttl_s > longest_s)
			longest_s = client->access_token_ttl_s;
	}
	return (int64_t)longest_s * 1000;
}

static struct ac_key_times
times_of(struct authcode_issuer *issuer)
{
	struct authcode_clients *clients;
	struct ac_issuer_rules *rules;
	struct ac_key_times times;

	ac_issuer_pin(issuer, &rules, &clients);
	times = (struct ac_key_times){
		.sign_ms = (int64_t)rules->lifetimes.signing_key_s * 1000,
		.publish_ms = (int64_t)rules->lifetimes.signing_key_publish_s * 1000,
		.cache_ms = (int64_t)rules->lifetimes.jwks_cache_s * 1000,
		.token_ms = longest_token_ms(rules, clients),
	};
	ac_issuer_rules_unref(&rules);
	authcode_clients_unref(&clients);
	return times;
}

static char *
seal_label(const struct tend *t, const char *alg, const char *kid)
{
	return ac_arena_printf(t->arena, "signing-key %s %s %s", alg, kid, t->issuer->url);
}

/* --- from the store ---------------------------------------------------------------- */

static enum authcode_err
open_row(const struct tend *t, const struct authcode_signing_key *row, struct ac_jwk **ret)
{
	const struct ac_alg *alg = ac_alg_find(row->alg);
	const char *label = seal_label(t, row->alg, row->kid);
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	struct ac_jwk *pair = NULL;
	void *der = NULL;
	size_t len = 0;
	enum authcode_err err;

	if (label == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (alg == NULL)
		return AUTHCODE_ERR_CRYPTO;
	err = ac_unseal(t->issuer->keys.signing_key, label, row->sealed, t->arena, nonce, &der,
			&len);
	if (err == AUTHCODE_OK)
		err = ac_key_pair_decode(alg, der, len, &pair);
	if (err != AUTHCODE_OK)
		return err == AUTHCODE_ERR_MEMORY ? err : AUTHCODE_ERR_CRYPTO;
	if (strcmp(ac_jwk_kid(pair), row->kid) != 0) {
		ac_jwk_free(&pair);
		return AUTHCODE_ERR_CRYPTO;
	}
	*ret = pair;
	return AUTHCODE_OK;
}

/* The pair of a key that is in use already is good; the others are opened. */
static enum authcode_err
find_pair(const struct tend *t, const struct ac_signing_ring *ring,
	  const struct authcode_signing_key *row, struct ac_jwk **ret)
{
	const struct ac_signing_key *key = ac_signing_ring_find(ring, row->kid);

	if (key == NULL)
		return open_row(t, row, ret);
	*ret = ac_jwk_ref(key->pair);
	return AUTHCODE_OK;
}

/* No row that opens means another key; one among others that do, a damaged row. */
static enum authcode_err
open_rows(struct tend *t)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(t->issuer);
	const struct ac_key_rows rows = { t->rows, t->count };
	const char *damaged = NULL;
	enum authcode_err err = AUTHCODE_OK;

	for (size_t i = 0; i < t->count && err != AUTHCODE_ERR_MEMORY; i++) {
		const struct authcode_signing_key *row = &t->rows[i];
		struct ac_signing_key *key = &t->keys[t->opened];

		*key = (struct ac_signing_key){
			.id = row->id,
			.created_ms = row->created_ms,
			.active_ms = row->active_ms,
			.retire_ms = ac_key_retire_ms(&t->times, &rows, row),
		};
		err = find_pair(t, ring, row, &key->pair);
		if (err != AUTHCODE_OK) {
			damaged = row->kid;
			continue;
		}
		key->alg = ac_jwk_alg(key->pair)->id;
		(void)snprintf(key->kid, sizeof(key->kid), "%s", ac_jwk_kid(key->pair));
		t->opened++;
	}
	ac_signing_ring_unref(&ring);
	if (err == AUTHCODE_ERR_MEMORY || damaged == NULL)
		return err;
	if (t->opened == 0)
		return explain(t, AUTHCODE_ERR_CRYPTO,
			       "the signing keys do not open: the master key is not the one of "
			       "this database");
	return explain(t, AUTHCODE_ERR_CRYPTO,
		       "the signing key %s does not open, though others do: its row is damaged",
		       damaged);
}

static enum authcode_err
load(struct tend *t)
{
	enum authcode_err err = authcode_arena_new(ROWS_ARENA, &t->arena);

	if (err == AUTHCODE_OK)
		err = authcode_store_list_signing_keys(t->issuer->store, t->arena, t->rows,
						       AC_MAX_SIGNING_KEYS, &t->count);
	if (err == AUTHCODE_OK)
		return open_rows(t);
	return explain(t, err, "the signing keys cannot be read: %s", authcode_err_str(err));
}

static void
unload(struct tend *t)
{
	for (size_t i = 0; i < t->opened; i++)
		ac_jwk_free(&t->keys[i].pair);
	t->count = t->opened = 0;
	authcode_arena_free(&t->arena); /* wipes */
}

/* --- to the store ------------------------------------------------------------------ */

static enum authcode_err
seal_pair(const struct tend *t, const struct ac_alg *alg, const struct ac_jwk *pair,
	  char **ret_sealed)
{
	const char *label = seal_label(t, alg->name, ac_jwk_kid(pair));
	const struct authcode_random *random = &t->issuer->random;
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	struct ac_secret *der = NULL;
	enum authcode_err err;

	if (label == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = random->fill(random->ctx, nonce, sizeof(nonce));
	if (err == AUTHCODE_OK)
		err = ac_key_pair_encode(pair, &der);
	if (err == AUTHCODE_OK)
		err = ac_seal(t->issuer->keys.signing_key, nonce, label, ac_secret_data(der),
			      ac_secret_len(der), t->arena, ret_sealed);
	ac_secret_free(&der);
	return err;
}

/* *ret_done: it is in the store; else another was first. */
static enum authcode_err
add_key(const struct tend *t, const struct ac_alg *alg, int64_t active_ms, bool *ret_done)
{
	const struct ac_key_rows rows = { t->rows, t->count };
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_ADD_SIGNING_KEY,
		.now_ms = t->now_ms,
		.u.add_signing_key = { .alg = alg->name,
				       .active_ms = active_ms,
				       .newest_id = ac_key_newest_id(&rows, alg->name) },
	};
	struct ac_jwk *pair = NULL;
	char *sealed = NULL;
	enum authcode_err err;

	if (t->count == AC_MAX_SIGNING_KEYS)
		return explain(t, AUTHCODE_ERR_LIMIT,
			       "%d signing keys are published, which is as many as can be",
			       AC_MAX_SIGNING_KEYS);
	err = ac_key_pair_new(alg, &pair);
	if (err == AUTHCODE_OK)
		err = seal_pair(t, alg, pair, &sealed);
	if (err == AUTHCODE_OK) {
		op.u.add_signing_key.kid = ac_jwk_kid(pair);
		op.u.add_signing_key.sealed = sealed;
		authcode_store_perform(t->issuer->store, &op);
		err = op.result == AUTHCODE_RESULT_FAILED ? op.err : AUTHCODE_OK;
	}
	ac_jwk_free(&pair);
	if (err != AUTHCODE_OK)
		return explain(t, err, "a signing key for %s cannot be made: %s", alg->name,
			       authcode_err_str(err));
	*ret_done = op.result == AUTHCODE_RESULT_DONE;
	return AUTHCODE_OK;
}

/* *rotate: the algorithms that are still to be rotated. */
static enum authcode_err
add_keys(const struct tend *t, enum authcode_key_rotation rotation, unsigned *rotate,
	 bool *ret_changed)
{
	const struct ac_key_rows rows = { t->rows, t->count };

	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		const unsigned bit = AC_ALG_BIT(id);
		int64_t active_ms;
		bool done = true;
		enum authcode_err err = AUTHCODE_OK;

		if ((t->issuer->signing & bit) == 0)
			continue;
		active_ms = ac_key_due_ms(&t->times, &rows, alg->name,
					  *rotate & bit ? rotation : AUTHCODE_KEYS_TEND, t->now_ms);
		if (active_ms != 0) {
			err = add_key(t, alg, active_ms, &done);
			*ret_changed = true;
		}
		if (err != AUTHCODE_OK)
			return err;
		if (done)
			*rotate &= ~bit;
	}
	return AUTHCODE_OK;
}

static enum authcode_err
forget_keys(const struct tend *t, bool *ret_changed)
{
	const struct ac_key_rows rows = { t->rows, t->count };

	for (size_t i = 0; i < t->count; i++) {
		const struct authcode_signing_key *row = &t->rows[i];
		const int64_t retire_ms = ac_key_retire_ms(&t->times, &rows, row);
		struct authcode_operation op = {
			.kind = AUTHCODE_OP_FORGET_SIGNING_KEY,
			.now_ms = t->now_ms,
			.u.forget_signing_key = { .key_id = row->id },
		};

		/* The newest stays, for the next rotation to be compared with. */
		if (retire_ms == 0 || t->now_ms < retire_ms ||
		    row->id == ac_key_newest_id(&rows, row->alg))
			continue;
		authcode_store_perform(t->issuer->store, &op);
		if (op.result == AUTHCODE_RESULT_FAILED)
			return explain(t, op.err, "a signing key cannot be forgotten: %s",
				       authcode_err_str(op.err));
		*ret_changed = *ret_changed || op.result == AUTHCODE_RESULT_DONE;
	}
	return AUTHCODE_OK;
}

static enum authcode_err
put_in_use(const struct tend *t)
{
	struct ac_signing_ring *ring = NULL;
	enum authcode_err err =
		ac_signing_ring_new(t->keys, t->opened, t->issuer->signing, t->now_ms, &ring);

	if (err != AUTHCODE_OK)
		return explain(t, err, "the signing keys cannot be used: %s",
			       authcode_err_str(err));
	ac_issuer_ring_set_take(t->issuer, ring);
	return AUTHCODE_OK;
}

static enum authcode_err
tend(struct tend *t, enum authcode_key_rotation rotation)
{
	unsigned rotate = rotation == AUTHCODE_KEYS_TEND ? 0 : t->issuer->signing;
	enum authcode_err err = AUTHCODE_OK;
	bool changed = true;

	for (int pass = 0; changed && err == AUTHCODE_OK; pass++) {
		changed = false;
		if (pass == PASSES)
			return explain(t, AUTHCODE_ERR_STORE,
				       "others change the signing keys all the time");
		err = load(t);
		if (err == AUTHCODE_OK)
			err = forget_keys(t, &changed);
		/* With what was forgotten out of the way. */
		if (err == AUTHCODE_OK && !changed)
			err = add_keys(t, rotation, &rotate, &changed);
		if (err == AUTHCODE_OK && !changed)
			err = put_in_use(t);
		unload(t);
	}
	return err;
}

enum authcode_err
authcode_issuer_tend_keys(struct authcode_issuer *issuer, int64_t now_ms,
			  enum authcode_key_rotation rotation, struct authcode_reason *reason)
{
	struct tend *t = calloc(1, sizeof(*t));
	enum authcode_err err;

	if (reason != NULL)
		reason->text[0] = '\0';
	if (now_ms < 1 || now_ms > AC_ROW_KEY_MAX_MS) {
		free(t);
		return AUTHCODE_ERR_USAGE;
	}
	if (t == NULL)
		return AUTHCODE_ERR_MEMORY;
	t->issuer = issuer;
	t->reason = reason;
	t->now_ms = now_ms;
	t->times = times_of(issuer);
	pthread_mutex_lock(&issuer->tend_lock);
	err = tend(t, rotation);
	pthread_mutex_unlock(&issuer->tend_lock);
	free(t);
	return err;
}

/* --- what the host sees -------------------------------------------------------------- */

char *
authcode_issuer_jwks(struct authcode_issuer *issuer)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(issuer);
	char *text = strdup(ac_signing_ring_jwks(ring));

	ac_signing_ring_unref(&ring);
	return text;
}

static enum authcode_key_state
state_of(const struct ac_signing_ring *ring, const struct ac_signing_key *key, int64_t now_ms)
{
	if (ac_signing_ring_signer(ring, key->alg, now_ms) == key)
		return AUTHCODE_KEY_CURRENT;
	return key->active_ms > now_ms ? AUTHCODE_KEY_NEXT : AUTHCODE_KEY_RETIRED;
}

static int
compare_infos(const void *a, const void *b)
{
	const struct authcode_key_info *x = a;
	const struct authcode_key_info *y = b;
	const int order = strcmp(x->alg, y->alg);

	if (order != 0)
		return order;
	return (x->active_ms > y->active_ms) - (x->active_ms < y->active_ms);
}

size_t
authcode_issuer_list_keys(struct authcode_issuer *issuer, int64_t now_ms,
			  struct authcode_key_info *ret, size_t capacity)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(issuer);
	const struct ac_signing_key *key;
	size_t count = 0;

	while (count < capacity && (key = ac_signing_ring_at(ring, count)) != NULL) {
		struct authcode_key_info *info = &ret[count++];

		*info = (struct authcode_key_info){
			.alg = ac_alg(key->alg)->name,
			.state = state_of(ring, key, now_ms),
			.created_ms = key->created_ms,
			.active_ms = key->active_ms,
			.retire_ms = key->retire_ms,
		};
		memcpy(info->kid, key->kid, sizeof(info->kid));
	}
	ac_signing_ring_unref(&ring);
	if (count > 1)
		qsort(ret, count, sizeof(*ret), compare_infos);
	return count;
}
