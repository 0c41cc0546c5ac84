/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/keys.h>: another master key. Everything in the store that is sealed is opened
 * with the old and sealed with the new one, and goes back in one operation: before it the
 * old one opens everything, after it the new one does, and there is nothing between.
 */
#include <authcode/keys.h>

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "protocol/key_pass.h"
#include "protocol/sealed.h"

#define ARENA ((size_t)64 * 1024 * 1024)
#define PASSES 8

/* One try. */
struct reseal {
	struct authcode_issuer *issuer;
	const struct ac_issuer_keys *next;
	struct authcode_arena *arena; /* wipes */
	struct authcode_sealed *before;
	const char **after;
	size_t count;
};

static enum authcode_err
reseal_rows(struct reseal *r, const struct ac_key_pass *pass)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct ac_sealed_at at = { r->before[i].place, r->before[i].name,
						 r->issuer->url };
		struct ac_part data;
		enum authcode_err err =
			ac_sealed_open(&r->issuer->keys, &at, r->before[i].sealed, r->arena, &data);

		if (err == AUTHCODE_ERR_CRYPTO)
			return ac_key_pass_explain(pass, err,
						   "\"%s\" does not open: its row is damaged",
						   r->before[i].name);
		if (err == AUTHCODE_OK)
			err = ac_sealed_close(r->next, &r->issuer->random, &at, &data, r->arena,
					      &r->after[i]);
		if (err != AUTHCODE_OK)
			return err;
	}
	return AUTHCODE_OK;
}

/* *ret_done: it is durable; else something was sealed meanwhile. */
static enum authcode_err
reseal(struct reseal *r, const struct ac_key_pass *pass, bool *ret_done)
{
	struct authcode_operation op = { .kind = AUTHCODE_OP_RESEAL, .now_ms = pass->now_ms };
	enum authcode_err err = authcode_store_list_sealed(r->issuer->store, r->arena, r->before,
							   AC_MAX_SEALED, &r->count);

	if (err == AUTHCODE_OK)
		err = reseal_rows(r, pass);
	if (err != AUTHCODE_OK)
		return err;
	op.u.reseal = (struct authcode_op_reseal){ r->before, r->after, r->count };
	authcode_store_perform(r->issuer->store, &op);
	*ret_done = op.result == AUTHCODE_RESULT_DONE;
	return op.result == AUTHCODE_RESULT_FAILED ? op.err : AUTHCODE_OK;
}

static enum authcode_err
try_to_reseal(const struct ac_key_pass *pass, const struct ac_issuer_keys *next, bool *ret_done)
{
	struct reseal r = { .issuer = pass->issuer, .next = next };
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	r.before = calloc(AC_MAX_SEALED, sizeof(*r.before));
	r.after = calloc(AC_MAX_SEALED, sizeof(*r.after));
	if (r.before != NULL && r.after != NULL)
		err = authcode_arena_new(ARENA, &r.arena);
	if (err == AUTHCODE_OK)
		err = reseal(&r, pass, ret_done);
	authcode_arena_free(&r.arena);
	free(r.after);
	free(r.before);
	return err;
}

/* With tend_lock held, under which alone anything is sealed. What was sealed before and is
 * stored after it is refused by the store (AUTHCODE_RESULT_OTHER_KEY). */
static enum authcode_err
rotate(const struct ac_key_pass *pass, const struct ac_issuer_keys *next)
{
	struct ac_issuer_keys *keys = &pass->issuer->keys;
	enum authcode_err err = AUTHCODE_OK;
	bool done = false;

	for (int i = 0; err == AUTHCODE_OK && !done; i++) {
		if (i == PASSES)
			return ac_key_pass_explain(pass, AUTHCODE_ERR_STORE,
						   "others seal things all the time");
		err = try_to_reseal(pass, next, &done);
	}
	if (err != AUTHCODE_OK) {
		if (pass->reason != NULL && pass->reason->text[0] == '\0')
			return ac_key_pass_explain(pass, err, "nothing could be sealed anew: %s",
						   authcode_err_str(err));
		return err;
	}
	memcpy(keys->signing_key, next->signing_key, sizeof(keys->signing_key));
	memcpy(keys->secret, next->secret, sizeof(keys->secret));
	memcpy(keys->client_secret, next->client_secret, sizeof(keys->client_secret));
	memcpy(keys->id, next->id, sizeof(keys->id));
	ac_issuer_set_page_keys(pass->issuer, next);
	return AUTHCODE_OK;
}

enum authcode_err
authcode_issuer_rotate_master_key(struct authcode_issuer *issuer,
				  const uint8_t master_key[AUTHCODE_MASTER_KEY_LEN], int64_t now_ms,
				  struct authcode_reason *reason)
{
	struct ac_issuer_keys next = { 0 };
	struct ac_key_pass *pass = NULL;
	enum authcode_err err = ac_key_pass_new(issuer, now_ms, reason, &pass);

	if (err == AUTHCODE_OK && !issuer->kept)
		err = ac_key_pass_explain(pass, AUTHCODE_ERR_USAGE,
					  "the keys have not been tended yet");
	if (err == AUTHCODE_OK)
		err = ac_issuer_keys_derive(master_key, issuer->url, &next);
	if (err == AUTHCODE_OK) {
		pthread_mutex_lock(&issuer->tend_lock);
		err = rotate(pass, &next);
		pthread_mutex_unlock(&issuer->tend_lock);
	}
	ac_wipe(&next, sizeof(next));
	ac_key_pass_free(&pass);
	return err;
}

enum authcode_err
authcode_master_key_opens(struct authcode_store *store, const char *issuer,
			  const uint8_t master_key[AUTHCODE_MASTER_KEY_LEN])
{
	struct authcode_sealed *rows = calloc(AC_MAX_SEALED, sizeof(*rows));
	struct authcode_arena *arena = NULL;
	struct ac_issuer_keys keys = { 0 };
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	size_t count = 0;

	if (rows != NULL)
		err = authcode_arena_new(ARENA, &arena);
	if (err == AUTHCODE_OK)
		err = authcode_store_list_sealed(store, arena, rows, AC_MAX_SEALED, &count);
	if (err == AUTHCODE_OK)
		err = ac_issuer_keys_derive(master_key, issuer, &keys);
	if (err == AUTHCODE_OK && count == 0)
		err = AUTHCODE_ERR_NOT_FOUND;
	for (size_t i = 0; err == AUTHCODE_OK && i < count; i++) {
		const struct ac_sealed_at at = { rows[i].place, rows[i].name, issuer };
		struct ac_part data;

		err = ac_sealed_open(&keys, &at, rows[i].sealed, arena, &data);
		if (err != AUTHCODE_ERR_CRYPTO)
			break; /* all are sealed under one key: one that opens is enough */
		err = i + 1 < count ? AUTHCODE_OK : AUTHCODE_ERR_CRYPTO;
	}
	ac_wipe(&keys, sizeof(keys));
	authcode_arena_free(&arena);
	free(rows);
	return err;
}
