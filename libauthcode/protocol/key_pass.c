/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See key_pass.h. Every pass reads all rows and opens them before it makes
 * another, so that a wrong master key changes nothing. When another node was first
 * with a rotation, its key is read instead (RFC 7517 §4.5: the store never takes
 * a kid twice).
 */
#include "protocol/key_pass.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/key_pair.h"
#include "protocol/sealed.h"
#include "store/row_key.h"

#define ROWS_ARENA (1024 * 1024)

enum authcode_err
ac_key_pass_explain(const struct ac_key_pass *pass, enum authcode_err err, const char *fmt, ...)
{
	va_list args;

	if (pass->reason == NULL)
		return err;
	va_start(args, fmt);
	(void)vsnprintf(pass->reason->text, sizeof(pass->reason->text), fmt, args);
	va_end(args);
	return err;
}

enum authcode_err
ac_key_pass_other_key(const struct ac_key_pass *pass)
{
	return ac_key_pass_explain(pass, AUTHCODE_ERR_CRYPTO,
				   "the database was sealed under another master key by somebody "
				   "else: restart the server with that key");
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

enum authcode_err
ac_key_pass_new(struct authcode_issuer *issuer, int64_t now_ms, struct authcode_reason *reason,
		struct ac_key_pass **ret)
{
	struct ac_key_pass *pass;

	if (reason != NULL)
		reason->text[0] = '\0';
	if (now_ms < 1 || now_ms > AC_ROW_KEY_MAX_MS)
		return AUTHCODE_ERR_USAGE;
	pass = calloc(1, sizeof(*pass));
	if (pass == NULL)
		return AUTHCODE_ERR_MEMORY;
	pass->issuer = issuer;
	pass->reason = reason;
	pass->now_ms = now_ms;
	pass->times = times_of(issuer);
	*ret = pass;
	return AUTHCODE_OK;
}

static void
unload(struct ac_key_pass *pass)
{
	for (size_t i = 0; i < pass->opened; i++)
		ac_jwk_free(&pass->keys[i].pair);
	pass->count = pass->opened = 0;
	authcode_arena_free(&pass->arena); /* wipes */
}

void
ac_key_pass_free(struct ac_key_pass **pass)
{
	if (*pass != NULL)
		unload(*pass);
	free(*pass);
	*pass = NULL;
}

struct ac_key_rows
ac_key_pass_rows(const struct ac_key_pass *pass)
{
	return (struct ac_key_rows){ pass->rows, pass->count };
}

/* name NULL: no memory. */
static struct ac_sealed_at
place_of(const struct ac_key_pass *pass, const char *alg, const char *kid)
{
	return (struct ac_sealed_at){ AUTHCODE_SEALED_SIGNING_KEY,
				      ac_arena_printf(pass->arena, "%s %s", alg, kid),
				      pass->issuer->url };
}

/* --- from the store ---------------------------------------------------------------- */

static enum authcode_err
open_row(const struct ac_key_pass *pass, const struct authcode_signing_key *row,
	 struct ac_jwk **ret)
{
	const struct ac_alg *alg = ac_alg_find(row->alg);
	const struct ac_sealed_at at = place_of(pass, row->alg, row->kid);
	struct ac_part der;
	struct ac_jwk *pair = NULL;
	enum authcode_err err;

	if (at.name == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (alg == NULL)
		return AUTHCODE_ERR_CRYPTO;
	err = ac_sealed_open(&pass->issuer->keys, &at, row->sealed, pass->arena, &der);
	if (err == AUTHCODE_OK)
		err = ac_key_pair_decode(alg, der.data, der.len, &pair);
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
find_pair(const struct ac_key_pass *pass, const struct ac_signing_ring *ring,
	  const struct authcode_signing_key *row, struct ac_jwk **ret)
{
	const struct ac_signing_key *key = ac_signing_ring_find(ring, row->kid);

	if (key == NULL)
		return open_row(pass, row, ret);
	*ret = ac_jwk_ref(key->pair);
	return AUTHCODE_OK;
}

/* No row that opens means another key; one among others that do, a damaged row. */
static enum authcode_err
open_rows(struct ac_key_pass *pass)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(pass->issuer);
	const struct ac_key_rows rows = ac_key_pass_rows(pass);
	const char *damaged = NULL;
	enum authcode_err err = AUTHCODE_OK;

	for (size_t i = 0; i < pass->count && err != AUTHCODE_ERR_MEMORY; i++) {
		const struct authcode_signing_key *row = &pass->rows[i];
		struct ac_signing_key *key = &pass->keys[pass->opened];

		*key = (struct ac_signing_key){
			.id = row->id,
			.created_ms = row->created_ms,
			.active_ms = row->active_ms,
			.retire_ms = ac_key_retire_ms(&pass->times, &rows, row),
		};
		err = find_pair(pass, ring, row, &key->pair);
		if (err != AUTHCODE_OK) {
			damaged = row->kid;
			continue;
		}
		key->alg = ac_jwk_alg(key->pair)->id;
		(void)snprintf(key->kid, sizeof(key->kid), "%s", ac_jwk_kid(key->pair));
		pass->opened++;
	}
	ac_signing_ring_unref(&ring);
	if (err == AUTHCODE_ERR_MEMORY || damaged == NULL)
		return err;
	if (pass->opened == 0)
		return ac_key_pass_explain(pass, AUTHCODE_ERR_CRYPTO,
					   "the signing keys do not open: the master key is not "
					   "the one of this database");
	return ac_key_pass_explain(pass, AUTHCODE_ERR_CRYPTO,
				   "the signing key %s does not open, though others do: its row "
				   "is damaged",
				   damaged);
}

enum authcode_err
ac_key_pass_load(struct ac_key_pass *pass)
{
	enum authcode_err err;

	unload(pass);
	err = authcode_arena_new(ROWS_ARENA, &pass->arena);
	if (err == AUTHCODE_OK)
		err = authcode_store_list_signing_keys(pass->issuer->store, pass->arena, pass->rows,
						       AC_MAX_SIGNING_KEYS, &pass->count);
	if (err == AUTHCODE_OK)
		return open_rows(pass);
	return ac_key_pass_explain(pass, err, "the signing keys cannot be read: %s",
				   authcode_err_str(err));
}

/* --- to the store ------------------------------------------------------------------ */

static enum authcode_err
seal_pair(const struct ac_key_pass *pass, const struct ac_alg *alg, const struct ac_jwk *pair,
	  const char **ret_sealed)
{
	const struct ac_sealed_at at = place_of(pass, alg->name, ac_jwk_kid(pair));
	struct ac_secret *der = NULL;
	struct ac_part bytes;
	enum authcode_err err;

	if (at.name == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_key_pair_encode(pair, &der);
	if (err != AUTHCODE_OK)
		return err;
	bytes = (struct ac_part){ ac_secret_data(der), ac_secret_len(der) };
	err = ac_sealed_close(&pass->issuer->keys, &pass->issuer->random, &at, &bytes, pass->arena,
			      ret_sealed);
	ac_secret_free(&der);
	return err;
}

enum authcode_err
ac_key_pass_add(const struct ac_key_pass *pass, const struct ac_alg *alg, int64_t active_ms,
		bool *ret_done)
{
	const struct ac_key_rows rows = ac_key_pass_rows(pass);
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_ADD_SIGNING_KEY,
		.now_ms = pass->now_ms,
		.audit.wanted = pass->issuer->audit,
		.u.add_signing_key = { .alg = alg->name,
				       .active_ms = active_ms,
				       .newest_id = ac_key_newest_id(&rows, alg->name) },
	};
	struct ac_jwk *pair = NULL;
	const char *sealed = NULL;
	enum authcode_err err;

	if (pass->count == AC_MAX_SIGNING_KEYS)
		return ac_key_pass_explain(pass, AUTHCODE_ERR_LIMIT,
					   "%d signing keys are published, which is as many as "
					   "can be",
					   AC_MAX_SIGNING_KEYS);
	err = ac_key_pair_new(alg, &pair);
	if (err == AUTHCODE_OK)
		err = seal_pair(pass, alg, pair, &sealed);
	if (err == AUTHCODE_OK) {
		op.u.add_signing_key.kid = ac_jwk_kid(pair);
		op.u.add_signing_key.sealed = sealed;
		authcode_store_perform(pass->issuer->store, &op);
		err = op.result == AUTHCODE_RESULT_FAILED ? op.err : AUTHCODE_OK;
	}
	ac_jwk_free(&pair);
	if (err == AUTHCODE_OK && op.result == AUTHCODE_RESULT_OTHER_KEY)
		return ac_key_pass_other_key(pass);
	if (err != AUTHCODE_OK)
		return ac_key_pass_explain(pass, err, "a signing key for %s cannot be made: %s",
					   alg->name, authcode_err_str(err));
	*ret_done = op.result == AUTHCODE_RESULT_DONE;
	return AUTHCODE_OK;
}

enum authcode_err
ac_key_pass_forget(const struct ac_key_pass *pass, int64_t key_id, int64_t successor_id,
		   bool *ret_done)
{
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_FORGET_SIGNING_KEY,
		.now_ms = pass->now_ms,
		.audit = { .wanted = pass->issuer->audit,
			   .reason = successor_id != 0 ? "withdrawn" : NULL },
		.u.forget_signing_key = { .key_id = key_id, .successor_id = successor_id },
	};

	authcode_store_perform(pass->issuer->store, &op);
	if (op.result == AUTHCODE_RESULT_FAILED)
		return ac_key_pass_explain(pass, op.err, "a signing key cannot be forgotten: %s",
					   authcode_err_str(op.err));
	*ret_done = op.result == AUTHCODE_RESULT_DONE;
	return AUTHCODE_OK;
}

enum authcode_err
ac_key_pass_put_in_use(const struct ac_key_pass *pass)
{
	struct ac_signing_ring *ring = NULL;
	enum authcode_err err = ac_signing_ring_new(pass->keys, pass->opened, pass->issuer->signing,
						    pass->now_ms, &ring);

	if (err != AUTHCODE_OK)
		return ac_key_pass_explain(pass, err, "the signing keys cannot be used: %s",
					   authcode_err_str(err));
	ac_issuer_ring_set_take(pass->issuer, ring);
	return AUTHCODE_OK;
}
