/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See fixture.h.
 */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/random.h"
#include "jose/digest.h"

const struct backend backends[] = {
	{ .name = "memory", .durable = false },
	{ .name = "sqlite", .durable = true },
};
const size_t backend_count = AC_ARRAY_SIZE(backends);

enum authcode_err
script_fill(void *ctx, void *buf, size_t len)
{
	struct script *script = ctx;
	uint32_t draw;

	if (script->broken)
		return AUTHCODE_ERR_RANDOM;
	if (script->count == 0 && script->dice == NULL)
		return ac_random_fill(NULL, buf, len);
	assert_int_equal(len, sizeof(draw));
	draw = script->count > 0 ? script->draws[script->next] : (uint32_t)dice_throw(script->dice);
	if (script->next + 1 < script->count)
		script->next++;
	memcpy(buf, &draw, sizeof(draw));
	return AUTHCODE_OK;
}

void
make_directory(char *directory, size_t size)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, size, "%s/authcode-store-XXXXXX", parent != NULL ? parent : "/tmp");
	assert_non_null(mkdtemp(directory));
}

void
remove_directory(const char *directory)
{
	DIR *entries = opendir(directory);
	const struct dirent *entry;

	if (entries == NULL)
		return;
	while ((entry = readdir(entries)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			if (unlinkat(dirfd(entries), entry->d_name, 0) != 0)
				unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR);
	closedir(entries);
	rmdir(directory);
}

enum authcode_err
audit_mac(const uint8_t key[AUTHCODE_AUDIT_MAC_LEN], const struct authcode_audit_part *parts,
	  size_t count, uint8_t ret[AUTHCODE_AUDIT_MAC_LEN])
{
	struct ac_part all[8];

	assert_true(count <= AC_ARRAY_SIZE(all));
	for (size_t i = 0; i < count; i++)
		all[i] = (struct ac_part){ parts[i].data, parts[i].len };
	return ac_hmac_sha256(key, all, count, ret);
}

struct authcode_audit_key
audit_key_of(const struct fixture *f)
{
	struct authcode_audit_key key = { .mac = f->audit_mac != NULL ? f->audit_mac : audit_mac };

	memset(key.key, f->audit_key, sizeof(key.key));
	return key;
}

struct authcode_audit_check
check_audit(struct fixture *f, uint32_t limit)
{
	struct authcode_audit_check page = { .limit = limit }, all = { .limit = limit };

	do {
		page.after_seq = page.ret_last_seq;
		assert_int_equal(authcode_store_check_audit(f->store, &page), AUTHCODE_OK);
		assert_true(page.ret_checked <= limit);
		if (all.ret_checked == 0)
			all.ret_first_seq = page.ret_first_seq;
		all.ret_checked += page.ret_checked;
		all.ret_emptied += page.ret_emptied;
		all.ret_shortened += page.ret_shortened;
	} while (page.ret_last_seq != 0);
	all.ret_older = page.ret_older;
	all.ret_fault = page.ret_fault;
	all.ret_fault_seq = page.ret_fault_seq;
	all.ret_head = page.ret_head;
	return all;
}

static void
open_backend(struct fixture *f)
{
	struct authcode_store_random random = { .fill = script_fill, .ctx = &f->script };
	struct authcode_store_sqlite_settings settings = {
		.path = f->path,
		.create = true,
		.random = random,
	};
	struct authcode_reason reason;

	if (!f->backend->durable) {
		assert_int_equal(authcode_store_memory_open(&random, &f->store), AUTHCODE_OK);
		return;
	}
	if (authcode_store_sqlite_open(&settings, &f->store, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	assert_string_equal(reason.text, "");
}

void
open_store(struct fixture *f)
{
	const struct authcode_audit_key key = audit_key_of(f);

	open_backend(f);
	if (!f->unchained)
		assert_int_equal(authcode_store_chain_audit(f->store, &key), AUTHCODE_OK);
}

void
reopen_store(struct fixture *f)
{
	authcode_store_close(&f->store);
	assert_null(f->store);
	open_store(f);
}

struct fixture *
fixture_new(const struct backend *backend)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->backend = backend;
	f->now = T0;
	assert_int_equal(authcode_arena_new(64 * 1024 * 1024, &f->arena), AUTHCODE_OK);
	if (backend->durable) {
		make_directory(f->directory, sizeof(f->directory));
		snprintf(f->path, sizeof(f->path), "%s/authcode.db", f->directory);
	}
	open_store(f);
	return f;
}

int
fixture_set_up(void **state)
{
	*state = fixture_new(*state);
	return 0;
}

int
fixture_tear_down(void **state)
{
	struct fixture *f = *state;

	authcode_store_close(&f->store);
	authcode_arena_free(&f->arena);
	if (f->directory[0] != '\0')
		remove_directory(f->directory);
	free(f);
	return 0;
}

struct authcode_operation
op_sign_in(const struct fixture *f, const char *user_name, uint32_t uid, const char *new_sub)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_CREATE_SESSION,
		.now_ms = f->now,
		.u.create_session = {
			.user_name = user_name,
			.uid = uid,
			.full_name = "Ana Example",
			.groups = "staff\nwheel",
			.new_sub = new_sub,
			.auth_time_ms = f->now - 5,
			.acr = "password",
			.amr = "pwd otp",
			.claims = "{\"department\":\"math\"}",
			.idle_expires_ms = f->now + 8 * HOUR,
			.expires_ms = f->now + DAY,
		},
	};

	memset(operation.u.create_session.hash, 0x51, AUTHCODE_HASH_LEN);
	memset(operation.u.create_session.replaces_hash, 0x51, AUTHCODE_HASH_LEN);
	return operation;
}

struct authcode_operation
op_issue(const struct fixture *f, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ISSUE_CODE,
		.now_ms = f->now,
		.u.issue_code = {
			.session_id = session_id,
			.idle_expires_ms = f->now + 8 * HOUR,
			.consented_scope = "",
			.code = {
				.client_id = "demo",
				.redirect_uri = "https://client.example/back",
				.redirect_uri_sent = true,
				.scope = "profile groups",
				.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
				.nonce = "n-0S6_WzA2Mj",
				.claims_request = "{\"userinfo\":{\"email\":null}}",
				.resource = "https://api.example/ https://mail.example/",
				.expires_ms = f->now + MINUTE,
			},
		},
	};

	memset(operation.u.issue_code.session_hash, 0x51, AUTHCODE_HASH_LEN);
	memset(operation.u.issue_code.code.hash, 0xc0, AUTHCODE_HASH_LEN);
	return operation;
}

static struct authcode_new_token
new_token(const struct fixture *f, uint8_t fill, int64_t ttl_ms)
{
	struct authcode_new_token token = { .scope = "profile",
					    .resource = "https://api.example/",
					    .expires_ms = f->now + ttl_ms };

	memset(token.hash, fill, sizeof(token.hash));
	return token;
}

struct authcode_operation
op_redeem(const struct fixture *f, int64_t code_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REDEEM_CODE,
		.now_ms = f->now,
		.u.redeem_code = {
			.id = code_id,
			.family_expires_ms = f->now + 90 * DAY,
			.access = new_token(f, 0xa1, HOUR),
			.with_refresh = true,
			.refresh = new_token(f, 0xf1, 14 * DAY),
		},
	};

	return operation;
}

struct authcode_operation
op_refresh(const struct fixture *f, int64_t refresh_id, bool rotate)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_USE_REFRESH,
		.now_ms = f->now,
		.u.use_refresh = {
			.refresh_id = refresh_id,
			.access = new_token(f, 0xa2, HOUR),
			.rotate = rotate,
			.successor = new_token(f, 0xf2, 14 * DAY),
			.refresh_expires_ms = f->now + 14 * DAY,
		},
	};

	return operation;
}

struct authcode_operation
op_client_token(const struct fixture *f)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ISSUE_CLIENT_TOKEN,
		.now_ms = f->now,
		.u.issue_client_token = {
			.client_id = "robot",
			.resource = "https://api.example/ https://mail.example/",
			.family_expires_ms = f->now + HOUR,
			.access = new_token(f, 0xa3, HOUR),
		},
	};

	return operation;
}

struct authcode_operation
op_revoke_family(const struct fixture *f, int64_t family_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REVOKE_FAMILY,
		.now_ms = f->now,
		.u.revoke_family = { .family_id = family_id },
	};

	return operation;
}

struct authcode_operation
op_revoke_token(const struct fixture *f, int64_t token_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_REVOKE_TOKEN,
		.now_ms = f->now,
		.u.revoke_token = { .token_id = token_id },
	};

	return operation;
}

struct authcode_operation
op_end_session(const struct fixture *f, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_END_SESSION,
		.now_ms = f->now,
		.u.end_session = { .session_id = session_id },
	};

	return operation;
}

struct authcode_operation
op_purge(const struct fixture *f, uint32_t limit)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_PURGE,
		.now_ms = f->now,
		.u.purge = { .limit = limit },
	};

	return operation;
}

struct authcode_operation
op_retire(const struct fixture *f, int64_t subject_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RETIRE_SUBJECT,
		.now_ms = f->now,
		.u.retire_subject = { .subject_id = subject_id },
	};

	return operation;
}

struct authcode_operation
op_withdraw(const struct fixture *f, int64_t subject_id, const char *client_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_WITHDRAW_GRANT,
		.now_ms = f->now,
		.u.withdraw_grant = { .subject_id = subject_id, .client_id = client_id },
	};

	return operation;
}

struct authcode_operation
op_relink(const struct fixture *f, const char *old_name, const char *new_name, uint32_t uid)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RELINK_SUBJECT,
		.now_ms = f->now,
		.u.relink_subject = { .old_name = old_name, .new_name = new_name, .uid = uid },
	};

	return operation;
}

struct authcode_operation
op_record(const struct fixture *f, int64_t delivery_id, uint32_t status)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_RECORD_DELIVERY,
		.now_ms = f->now,
		.u.record_delivery = {
			.delivery_id = delivery_id,
			.delivered = status == 250,
			.status = status,
			.next_ms = f->now + MINUTE,
		},
	};

	return operation;
}

struct authcode_operation
op_add_key(const struct fixture *f, const char *kid, const char *alg, int64_t newest_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ADD_SIGNING_KEY,
		.now_ms = f->now,
		.u.add_signing_key = { .kid = kid,
				       .alg = alg,
				       .sealed = "sealed",
				       .active_ms = f->now + DAY,
				       .newest_id = newest_id },
	};

	return operation;
}

struct authcode_operation
op_forget_key(const struct fixture *f, int64_t key_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_FORGET_SIGNING_KEY,
		.now_ms = f->now,
		.u.forget_signing_key = { .key_id = key_id },
	};

	return operation;
}

struct authcode_operation
op_stop_key(const struct fixture *f, int64_t key_id, int64_t stopped_ms)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_STOP_SIGNING_KEY,
		.now_ms = f->now,
		.u.stop_signing_key = { .key_id = key_id, .stopped_ms = stopped_ms },
	};

	return operation;
}

struct authcode_operation
op_use_once(const struct fixture *f, uint8_t fill, int64_t expires_ms)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_USE_ONCE,
		.now_ms = f->now,
		.u.use_once = { .client_id = "demo", .expires_ms = expires_ms, .max = 1000 },
	};

	memset(operation.u.use_once.hash, fill, sizeof(operation.u.use_once.hash));
	return operation;
}

struct authcode_operation
op_put_client(const struct fixture *f, const char *id, int64_t revision)
{
	return (struct authcode_operation){
		.kind = AUTHCODE_OP_PUT_CLIENT,
		.now_ms = f->now,
		.u.put_client = {
			.client_id = id,
			.registration = "",
			.sealed_secret = "",
			.revision = revision,
			.changed_by = 1000,
		},
	};
}

enum authcode_result
perform(struct fixture *f, struct authcode_operation *operation)
{
	authcode_store_perform(f->store, operation);
	if (operation->result != AUTHCODE_RESULT_FAILED)
		assert_int_equal(operation->err, AUTHCODE_OK);
	else
		assert_int_not_equal(operation->err, AUTHCODE_OK);
	return operation->result;
}

int64_t
sign_in_as(struct fixture *f, const char *user_name, uint32_t uid, const char *new_sub)
{
	struct authcode_operation operation = op_sign_in(f, user_name, uid, new_sub);

	assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
	return operation.u.create_session.ret_session_id;
}

int64_t
sign_in(struct fixture *f)
{
	return sign_in_as(f, "ana", 1001, "sub-ana");
}

int64_t
issue(struct fixture *f, int64_t session_id)
{
	struct authcode_operation operation = op_issue(f, session_id);

	assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
	return operation.u.issue_code.ret_code_id;
}

struct tokens
redeem(struct fixture *f, int64_t code_id)
{
	struct authcode_operation operation = op_redeem(f, code_id);

	assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
	return (struct tokens){
		.family = code_id,
		.access = operation.u.redeem_code.access.ret_id,
		.refresh = operation.u.redeem_code.refresh.ret_id,
	};
}

struct tokens
sign_in_and_redeem(struct fixture *f)
{
	return redeem(f, issue(f, sign_in(f)));
}

struct authcode_session_view
session_of(struct fixture *f, int64_t id)
{
	struct authcode_session_view view;

	assert_int_equal(authcode_store_find_session(f->store, id, f->arena, &view), AUTHCODE_OK);
	return view;
}

struct authcode_code_view
code_of(struct fixture *f, int64_t id)
{
	struct authcode_code_view view;

	assert_int_equal(authcode_store_find_code(f->store, id, f->arena, &view), AUTHCODE_OK);
	return view;
}

struct authcode_token_view
token_of(struct fixture *f, int64_t id)
{
	struct authcode_token_view view;

	assert_int_equal(authcode_store_find_token(f->store, id, f->arena, &view), AUTHCODE_OK);
	return view;
}

static bool
present(enum authcode_err err)
{
	if (err != AUTHCODE_OK)
		assert_int_equal(err, AUTHCODE_ERR_NOT_FOUND);
	return err == AUTHCODE_OK;
}

bool
has_session(struct fixture *f, int64_t id)
{
	struct authcode_session_view view;

	return present(authcode_store_find_session(f->store, id, f->arena, &view));
}

bool
has_code(struct fixture *f, int64_t id)
{
	struct authcode_code_view view;

	return present(authcode_store_find_code(f->store, id, f->arena, &view));
}

bool
has_token(struct fixture *f, int64_t id)
{
	struct authcode_token_view view;

	return present(authcode_store_find_token(f->store, id, f->arena, &view));
}

const char *
granted_scope(struct fixture *f, int64_t subject_id, const char *client_id)
{
	struct authcode_grant grant;

	if (!present(authcode_store_find_grant(f->store, subject_id, client_id, f->arena, &grant)))
		return NULL;
	assert_int_equal(grant.subject_id, subject_id);
	assert_string_equal(grant.client_id, client_id);
	return grant.scope;
}

void
assert_hash(const uint8_t hash[AUTHCODE_HASH_LEN], uint8_t fill)
{
	for (size_t i = 0; i < AUTHCODE_HASH_LEN; i++)
		assert_int_equal(hash[i], fill);
}

/* Texts of absent rows are NULL. */
static void
same_text(const char *a, const char *b)
{
	assert_string_equal(a != NULL ? a : "(none)", b != NULL ? b : "(none)");
}

void
assert_same_subject(const struct authcode_subject *a, const struct authcode_subject *b)
{
	assert_int_equal(a->id, b->id);
	same_text(a->sub, b->sub);
	same_text(a->user_name, b->user_name);
	assert_int_equal(a->uid, b->uid);
	same_text(a->full_name, b->full_name);
	same_text(a->groups, b->groups);
	assert_int_equal(a->first_seen_ms, b->first_seen_ms);
	assert_int_equal(a->retired_ms, b->retired_ms);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
}

static void
same_session(const struct authcode_session *a, const struct authcode_session *b)
{
	assert_int_equal(a->id, b->id);
	assert_memory_equal(a->hash, b->hash, AUTHCODE_HASH_LEN);
	assert_int_equal(a->subject_id, b->subject_id);
	assert_int_equal(a->auth_time_ms, b->auth_time_ms);
	same_text(a->acr, b->acr);
	same_text(a->amr, b->amr);
	same_text(a->claims, b->claims);
	assert_int_equal(a->created_ms, b->created_ms);
	assert_int_equal(a->idle_expires_ms, b->idle_expires_ms);
	assert_int_equal(a->expires_ms, b->expires_ms);
	assert_int_equal(a->ended_ms, b->ended_ms);
}

void
assert_same_session(const struct authcode_session_view *a, const struct authcode_session_view *b)
{
	same_session(&a->session, &b->session);
	assert_same_subject(&a->subject, &b->subject);
}

void
assert_same_code(const struct authcode_code_view *a, const struct authcode_code_view *b)
{
	const struct authcode_code *x = &a->code, *y = &b->code;

	assert_int_equal(x->id, y->id);
	assert_memory_equal(x->hash, y->hash, AUTHCODE_HASH_LEN);
	same_text(x->client_id, y->client_id);
	assert_int_equal(x->subject_id, y->subject_id);
	assert_int_equal(x->session_id, y->session_id);
	same_text(x->redirect_uri, y->redirect_uri);
	assert_int_equal(x->redirect_uri_sent, y->redirect_uri_sent);
	same_text(x->scope, y->scope);
	same_text(x->code_challenge, y->code_challenge);
	same_text(x->nonce, y->nonce);
	assert_int_equal(x->auth_time_ms, y->auth_time_ms);
	same_text(x->acr, y->acr);
	same_text(x->amr, y->amr);
	same_text(x->claims, y->claims);
	same_text(x->claims_request, y->claims_request);
	same_text(x->resource, y->resource);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->expires_ms, y->expires_ms);
	assert_int_equal(x->used_ms, y->used_ms);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
	assert_same_subject(&a->subject, &b->subject);
	same_session(&a->session, &b->session);
}

static void
same_family(const struct authcode_family *a, const struct authcode_family *b)
{
	assert_int_equal(a->id, b->id);
	same_text(a->client_id, b->client_id);
	assert_int_equal(a->subject_id, b->subject_id);
	assert_int_equal(a->session_id, b->session_id);
	same_text(a->scope, b->scope);
	assert_int_equal(a->auth_time_ms, b->auth_time_ms);
	same_text(a->acr, b->acr);
	same_text(a->amr, b->amr);
	same_text(a->claims, b->claims);
	same_text(a->claims_request, b->claims_request);
	same_text(a->resource, b->resource);
	assert_int_equal(a->created_ms, b->created_ms);
	assert_int_equal(a->expires_ms, b->expires_ms);
	assert_int_equal(a->revoked_ms, b->revoked_ms);
}

void
assert_same_token(const struct authcode_token_view *a, const struct authcode_token_view *b)
{
	const struct authcode_token *x = &a->token, *y = &b->token;

	assert_int_equal(x->id, y->id);
	assert_int_equal(x->kind, y->kind);
	assert_memory_equal(x->hash, y->hash, AUTHCODE_HASH_LEN);
	assert_int_equal(x->family_id, y->family_id);
	same_text(x->scope, y->scope);
	same_text(x->resource, y->resource);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->expires_ms, y->expires_ms);
	assert_int_equal(x->rotated_ms, y->rotated_ms);
	assert_int_equal(x->revoked_ms, y->revoked_ms);
	assert_int_equal(x->used_ms, y->used_ms);
	assert_int_equal(x->predecessor_id, y->predecessor_id);
	assert_int_equal(x->successor_id, y->successor_id);
	assert_int_equal(x->successor_access_id, y->successor_access_id);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
	same_family(&a->family, &b->family);
	assert_same_subject(&a->subject, &b->subject);
	same_session(&a->session, &b->session);
}

void
assert_same_delivery(const struct authcode_delivery_view *a, const struct authcode_delivery_view *b)
{
	const struct authcode_delivery *x = &a->delivery, *y = &b->delivery;

	assert_int_equal(x->id, y->id);
	same_text(x->client_id, y->client_id);
	assert_int_equal(x->subject_id, y->subject_id);
	assert_int_equal(x->session_id, y->session_id);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->next_ms, y->next_ms);
	assert_int_equal(x->tries, y->tries);
	assert_int_equal(x->delivered_ms, y->delivered_ms);
	assert_int_equal(x->status, y->status);
	assert_same_subject(&a->subject, &b->subject);
}
