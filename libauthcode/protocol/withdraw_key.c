/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/keys.h>: a signing key that somebody else has. What it has signed must
 * count no more, now and not when it expires, so it goes before anything else is
 * looked at, and another signs in its place: the one that was to come next, which
 * clients have already (OIDC-Core §10.1.1), else a new one.
 */
#include <authcode/keys.h>

#include <string.h>

#include "protocol/tend_keys.h"

#define PASSES 8

static const struct authcode_signing_key *
find_row(const struct ac_key_pass *pass, const char *kid)
{
	for (size_t i = 0; i < pass->count; i++) {
		if (strcmp(pass->rows[i].kid, kid) == 0)
			return &pass->rows[i];
	}
	return NULL;
}

/* The ring that is not in use yet says what is to sign now. */
static enum authcode_err
signs_now(const struct ac_key_pass *pass, const struct authcode_signing_key *row, bool *ret)
{
	struct ac_signing_ring *ring = NULL;
	const struct ac_alg *alg = ac_alg_find(row->alg);
	const struct ac_signing_key *signer;
	enum authcode_err err = ac_signing_ring_new(pass->keys, pass->opened, pass->issuer->signing,
						    pass->now_ms, &ring);

	if (err != AUTHCODE_OK)
		return err;
	signer = alg != NULL ? ac_signing_ring_signer(ring, alg->id, pass->now_ms) : NULL;
	*ret = signer != NULL && signer->id == row->id;
	ac_signing_ring_unref(&ring);
	return AUTHCODE_OK;
}

/* The next one signs in the same operation, and in the pass that becomes the ring. */
static enum authcode_err
hand_over(struct ac_key_pass *pass, const struct authcode_signing_key *row,
	  const struct authcode_signing_key *next, bool *ret_done)
{
	enum authcode_err err = ac_key_pass_forget(pass, row->id, next->id, ret_done);

	for (size_t i = 0; err == AUTHCODE_OK && i < pass->opened; i++) {
		if (pass->keys[i].id == next->id)
			pass->keys[i].active_ms = pass->now_ms;
	}
	return err;
}

/* One step towards the key's end. *ret_done: it is gone. */
static enum authcode_err
withdraw(struct ac_key_pass *pass, const struct authcode_signing_key *row, bool *ret_done)
{
	const struct ac_key_rows rows = ac_key_pass_rows(pass);
	const struct authcode_signing_key *next = ac_key_next(&rows, row->alg, pass->now_ms);
	bool signs = false, made;
	enum authcode_err err = signs_now(pass, row, &signs);

	if (err != AUTHCODE_OK)
		return err;
	if (!signs)
		return ac_key_pass_forget(pass, row->id, 0, ret_done);
	if (next != NULL)
		return hand_over(pass, row, next, ret_done);
	/* Signs from now on; the pass that follows finds it. */
	return ac_key_pass_add(pass, ac_alg_find(row->alg), pass->now_ms, &made);
}

/* Gone from the ring too, even if nothing more can be read now. */
static enum authcode_err
stop_using(struct ac_key_pass *pass, const char *kid)
{
	size_t kept = 0;

	for (size_t i = 0; i < pass->opened; i++) {
		if (strcmp(pass->keys[i].kid, kid) == 0)
			ac_jwk_free(&pass->keys[i].pair);
		else
			pass->keys[kept++] = pass->keys[i];
	}
	pass->opened = kept;
	return ac_key_pass_put_in_use(pass);
}

static enum authcode_err
withdraw_and_tend(struct ac_key_pass *pass, const char *kid)
{
	bool done = false;
	enum authcode_err err = AUTHCODE_OK;

	for (int i = 0; !done; i++) {
		const struct authcode_signing_key *row;

		err = ac_key_pass_load(pass);

		if (err != AUTHCODE_OK)
			return err;
		row = find_row(pass, kid);
		if (row == NULL)
			return ac_key_pass_explain(pass, AUTHCODE_ERR_NOT_FOUND,
						   "no key of this kid is published");
		if (i == PASSES)
			return ac_key_pass_explain(pass, AUTHCODE_ERR_STORE,
						   "others change the signing keys all the time");
		err = withdraw(pass, row, &done);
		if (err != AUTHCODE_OK)
			return err;
	}
	err = stop_using(pass, kid);
	return err == AUTHCODE_OK ? ac_tend_keys(pass, AUTHCODE_KEYS_TEND) : err;
}

enum authcode_err
authcode_issuer_withdraw_key(struct authcode_issuer *issuer, const char *kid, int64_t now_ms,
			     struct authcode_reason *reason)
{
	struct ac_key_pass *pass = NULL;
	enum authcode_err err;

	if (kid == NULL)
		return AUTHCODE_ERR_USAGE;
	err = ac_key_pass_new(issuer, now_ms, reason, &pass);
	if (err != AUTHCODE_OK)
		return err;
	pthread_mutex_lock(&issuer->tend_lock);
	err = withdraw_and_tend(pass, kid);
	pthread_mutex_unlock(&issuer->tend_lock);
	ac_key_pass_free(&pass);
	return err;
}
