/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/keys.h>: keys that are made when they are due, and forgotten when their
 * last token is over, whether by a successor or because their algorithm is no longer
 * configured. The pass after the last change (key_pass.h) is the ring.
 */
#include "protocol/tend_keys.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/kept_secrets.h"

#define PASSES 8

/* *rotate: the algorithms that are still to be rotated. */
static enum authcode_err
add_keys(const struct ac_key_pass *pass, enum authcode_key_rotation rotation, unsigned *rotate,
	 bool *ret_changed)
{
	const struct ac_key_rows rows = ac_key_pass_rows(pass);

	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);
		const unsigned bit = AC_ALG_BIT(id);
		int64_t active_ms;
		bool done = true;
		enum authcode_err err = AUTHCODE_OK;

		if ((pass->issuer->signing & bit) == 0)
			continue;
		active_ms =
			ac_key_due_ms(&pass->times, &rows, alg->name,
				      *rotate & bit ? rotation : AUTHCODE_KEYS_TEND, pass->now_ms);
		if (active_ms != 0) {
			err = ac_key_pass_add(pass, alg, active_ms, &done);
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
forget_keys(const struct ac_key_pass *pass, bool *ret_changed)
{
	const struct ac_key_rows rows = ac_key_pass_rows(pass);

	for (size_t i = 0; i < pass->count; i++) {
		const struct authcode_signing_key *row = &pass->rows[i];
		const int64_t retire_ms = ac_key_retire_ms(&pass->times, &rows, row);
		bool done = false;
		enum authcode_err err;

		if (retire_ms == 0 || pass->now_ms < retire_ms)
			continue;
		err = ac_key_pass_forget(pass, row->id, 0, &done);
		if (err != AUTHCODE_OK)
			return err;
		*ret_changed = *ret_changed || done;
	}
	return AUTHCODE_OK;
}

/* What a key has signed runs out from the moment at which its algorithm is found to be
 * configured no longer; it counts as if it never had been once it is again. */
static enum authcode_err
stop_keys(const struct ac_key_pass *pass, bool *ret_changed)
{
	for (size_t i = 0; i < pass->count; i++) {
		const struct authcode_signing_key *row = &pass->rows[i];
		const bool signs = (pass->issuer->signing & AC_ALG_BIT(pass->keys[i].alg)) != 0;
		struct authcode_operation op = {
			.kind = AUTHCODE_OP_STOP_SIGNING_KEY,
			.now_ms = pass->now_ms,
			.u.stop_signing_key = { .key_id = row->id,
						.stopped_ms = signs ? 0 : pass->now_ms },
		};

		if (signs == (row->stopped_ms == 0))
			continue;
		authcode_store_perform(pass->issuer->store, &op);
		if (op.result == AUTHCODE_RESULT_FAILED)
			return ac_key_pass_explain(pass, op.err,
						   "a signing key cannot be changed: %s",
						   authcode_err_str(op.err));
		*ret_changed = true;
	}
	return AUTHCODE_OK;
}

static void
note_next_change(const struct ac_key_pass *pass)
{
	const struct ac_key_rows rows = ac_key_pass_rows(pass);

	atomic_store(
		&pass->issuer->keys_change_ms,
		ac_key_next_change_ms(&pass->times, &rows, pass->issuer->signing, pass->now_ms));
}

enum authcode_err
ac_tend_keys(struct ac_key_pass *pass, enum authcode_key_rotation rotation)
{
	unsigned rotate = rotation == AUTHCODE_KEYS_TEND ? 0 : pass->issuer->signing;
	enum authcode_err err = AUTHCODE_OK;
	bool changed = true;

	for (int i = 0; changed && err == AUTHCODE_OK; i++) {
		changed = false;
		if (i == PASSES)
			return ac_key_pass_explain(pass, AUTHCODE_ERR_STORE,
						   "others change the signing keys all the time");
		err = ac_key_pass_load(pass);
		if (err == AUTHCODE_OK)
			err = stop_keys(pass, &changed);
		if (err == AUTHCODE_OK && !changed)
			err = forget_keys(pass, &changed);
		/* With what was forgotten out of the way. */
		if (err == AUTHCODE_OK && !changed)
			err = add_keys(pass, rotation, &rotate, &changed);
		if (err == AUTHCODE_OK && !changed)
			err = ac_key_pass_put_in_use(pass);
	}
	if (err == AUTHCODE_OK)
		note_next_change(pass);
	return err;
}

enum authcode_err
authcode_issuer_tend_keys(struct authcode_issuer *issuer, int64_t now_ms,
			  enum authcode_key_rotation rotation, struct authcode_reason *reason)
{
	struct ac_key_pass *pass = NULL;
	enum authcode_err err = ac_key_pass_new(issuer, now_ms, reason, &pass);

	if (err != AUTHCODE_OK)
		return err;
	pthread_mutex_lock(&issuer->tend_lock);
	err = ac_kept_secrets_load(pass);
	if (err == AUTHCODE_OK)
		err = ac_tend_keys(pass, rotation);
	pthread_mutex_unlock(&issuer->tend_lock);
	ac_key_pass_free(&pass);
	return err;
}

int64_t
authcode_issuer_keys_change_ms(struct authcode_issuer *issuer)
{
	return atomic_load(&issuer->keys_change_ms);
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
	const struct ac_signing_key *signer = ac_signing_ring_signer(ring, key->alg, now_ms);

	if (signer == key)
		return AUTHCODE_KEY_CURRENT;
	/* Where none signs, none is to: the algorithm is not configured. */
	return signer != NULL && key->active_ms > now_ms ? AUTHCODE_KEY_NEXT : AUTHCODE_KEY_RETIRED;
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
