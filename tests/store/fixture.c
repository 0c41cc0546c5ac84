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
#include <sys/stat.h>
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

static void
copy_file(const char *from, const char *to, const char *ending)
{
	char source[128], target[128], piece[4096];
	FILE *in, *out;
	size_t len;

	snprintf(source, sizeof(source), "%s%s", from, ending);
	snprintf(target, sizeof(target), "%s%s", to, ending);
	in = fopen(source, "re");
	out = fopen(target, "we");
	assert_true(in != NULL && out != NULL);
	while ((len = fread(piece, 1, sizeof(piece), in)) > 0)
		assert_int_equal(fwrite(piece, 1, len, out), len);
	fclose(in);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(target, 0600), 0);
}

void
crash_store(struct fixture *f)
{
	char crashed[sizeof(f->path)];

	(void)snprintf(crashed, sizeof(crashed), "%.60s/crashed.db", f->directory);
	copy_file(f->path, crashed, "");
	copy_file(f->path, crashed, "-wal");
	authcode_store_close(&f->store);
	memcpy(f->path, crashed, sizeof(crashed));
	open_store(f);
}

/* A file that is not there does not hold it. */
static bool
holds(const char *path, const char *suffix, const char *text)
{
	char name[512];
	char *data = NULL;
	size_t size = 0;
	bool found = false;
	ssize_t len;
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	file = fopen(name, "re");
	if (file == NULL)
		return false;
	while ((len = getdelim(&data, &size, '\0', file)) > 0)
		found = found || memmem(data, (size_t)len, text, strlen(text)) != NULL;
	fclose(file);
	free(data);
	return found;
}

bool
on_disk(const struct fixture *f, const char *text)
{
	return holds(f->path, "", text) || holds(f->path, "-wal", text);
}

void
assert_hash(const uint8_t hash[AUTHCODE_HASH_LEN], uint8_t fill)
{
	for (size_t i = 0; i < AUTHCODE_HASH_LEN; i++)
		assert_int_equal(hash[i], fill);
}
