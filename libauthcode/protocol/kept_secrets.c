/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See kept_secrets.h.
 */
#include "protocol/kept_secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "protocol/sealed.h"

#define ARENA ((size_t)16 * 1024 * 1024)
#define MAC_PARTS 8

struct kept {
	const char *name;
	uint8_t *key;
};

static enum authcode_err
put(const struct ac_key_pass *pass, const struct kept *kept, struct authcode_arena *arena,
    bool *ret_done)
{
	const struct authcode_random *random = &pass->issuer->random;
	const struct ac_sealed_at at = { AUTHCODE_SEALED_SECRET, kept->name, pass->issuer->url };
	const struct ac_part data = { kept->key, AC_DIGEST_LEN };
	struct authcode_operation op = { .kind = AUTHCODE_OP_PUT_SECRET, .now_ms = pass->now_ms };
	enum authcode_err err = AUTHCODE_OK;

	if (pass->count == 0) /* nothing has followed from the one there is */
		err = random->fill(random->ctx, kept->key, AC_DIGEST_LEN);
	if (err == AUTHCODE_OK)
		err = ac_sealed_close(&pass->issuer->keys, random, &at, &data, arena,
				      &op.u.put_secret.sealed);
	if (err != AUTHCODE_OK)
		return err;
	op.u.put_secret.name = kept->name;
	authcode_store_perform(pass->issuer->store, &op);
	*ret_done = op.result == AUTHCODE_RESULT_DONE;
	if (op.result == AUTHCODE_RESULT_OTHER_KEY)
		return ac_key_pass_other_key(pass);
	return op.result == AUTHCODE_RESULT_FAILED ? op.err : AUTHCODE_OK;
}

static enum authcode_err
open_row(const struct ac_key_pass *pass, const struct kept *kept, const struct authcode_sealed *row,
	 struct authcode_arena *arena)
{
	const struct ac_sealed_at at = { AUTHCODE_SEALED_SECRET, kept->name, pass->issuer->url };
	struct ac_part data;
	enum authcode_err err = ac_sealed_open(&pass->issuer->keys, &at, row->sealed, arena, &data);

	if (err == AUTHCODE_OK && data.len != AC_DIGEST_LEN)
		err = AUTHCODE_ERR_CRYPTO;
	if (err == AUTHCODE_ERR_CRYPTO)
		return ac_key_pass_explain(pass, err,
					   "the secret \"%s\" does not open: the master key is not "
					   "the one of this database, or the row is damaged",
					   kept->name);
	if (err == AUTHCODE_OK)
		memcpy(kept->key, data.data, AC_DIGEST_LEN);
	return err;
}

/* *ret_done: it is read or made; else another was first. */
static enum authcode_err
read_or_make(const struct ac_key_pass *pass, const struct kept *kept, struct authcode_arena *arena,
	     bool *ret_done)
{
	struct authcode_sealed *rows = calloc(AC_MAX_SEALED, sizeof(*rows));
	size_t count = 0;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	const struct authcode_sealed *found = NULL;

	if (rows != NULL)
		err = authcode_store_list_sealed(pass->issuer->store, arena, rows, AC_MAX_SEALED,
						 &count);
	for (size_t i = 0; err == AUTHCODE_OK && i < count; i++) {
		if (rows[i].place == AUTHCODE_SEALED_SECRET &&
		    strcmp(rows[i].name, kept->name) == 0)
			found = &rows[i];
	}
	*ret_done = true;
	if (found != NULL)
		err = open_row(pass, kept, found, arena);
	else if (err == AUTHCODE_OK)
		err = put(pass, kept, arena, ret_done);
	free(rows);
	return err;
}

static enum authcode_err
mac_of_audit(const uint8_t key[AUTHCODE_AUDIT_MAC_LEN], const struct authcode_audit_part *parts,
	     size_t count, uint8_t ret[AUTHCODE_AUDIT_MAC_LEN])
{
	struct ac_part all[MAC_PARTS];

	if (count > MAC_PARTS)
		return AUTHCODE_ERR_USAGE;
	for (size_t i = 0; i < count; i++)
		all[i] = (struct ac_part){ parts[i].data, parts[i].len };
	return ac_hmac_sha256(key, all, count, ret);
}

/* Before anything is recorded: the first key is. */
static enum authcode_err
chain_audit(const struct authcode_issuer *issuer)
{
	struct authcode_audit_key key = { .mac = mac_of_audit };
	enum authcode_err err;

	memcpy(key.key, issuer->keys.audit, sizeof(key.key));
	err = authcode_store_chain_audit(issuer->store, &key);
	ac_wipe(&key, sizeof(key));
	return err;
}

enum authcode_err
ac_kept_secrets_load(struct ac_key_pass *pass)
{
	struct ac_issuer_keys *keys = &pass->issuer->keys;
	const struct kept all[] = {
		{ "refresh", keys->refresh },
		{ "pairwise", keys->pairwise },
		{ "sid", keys->sid },
		{ "audit", keys->audit },
	};
	struct authcode_arena *arena = NULL;
	enum authcode_err err;
	size_t i = 0;

	if (pass->issuer->kept)
		return AUTHCODE_OK;
	err = ac_key_pass_load(pass);
	if (err == AUTHCODE_OK)
		err = authcode_arena_new(ARENA, &arena);
	while (err == AUTHCODE_OK && i < AC_ARRAY_SIZE(all)) {
		bool done = false;

		err = read_or_make(pass, &all[i], arena, &done);
		i += done ? 1 : 0;
	}
	authcode_arena_free(&arena); /* wipes */
	if (err == AUTHCODE_OK)
		err = chain_audit(pass->issuer);
	if (err == AUTHCODE_OK)
		pass->issuer->kept = true;
	else if (err != AUTHCODE_ERR_CRYPTO)
		return ac_key_pass_explain(pass, err,
					   "the secrets that are kept cannot be made or read: %s",
					   authcode_err_str(err));
	return err;
}
