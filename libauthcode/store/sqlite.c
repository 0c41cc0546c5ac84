/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The SQLite store put together: one writer thread, a pool of readers, and the
 * way from a path to both. doc/store.md tells the whole.
 */
#include <authcode/store.h>

#include <stdlib.h>

#include "store/operation.h"
#include "store/sqlite_audit.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_file.h"
#include "store/sqlite_list.h"
#include "store/sqlite_open.h"
#include "store/sqlite_pool.h"
#include "store/sqlite_read.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_writer.h"

struct sqlite_store {
	struct ac_writer *writer;
	struct ac_pool *readers;
};

static void
submit(void *self, struct authcode_operation *operation)
{
	struct sqlite_store *store = self;

	ac_writer_submit(store->writer, operation);
}

static enum authcode_err
find_session(void *self, int64_t id, struct authcode_arena *arena,
	     struct authcode_session_view *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_session(connection, id, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_grant(void *self, int64_t subject_id, const char *client_id, struct authcode_arena *arena,
	   struct authcode_grant *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_grant(connection, subject_id, client_id, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_code(void *self, int64_t id, struct authcode_arena *arena, struct authcode_code_view *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_code(connection, id, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_token(void *self, int64_t id, struct authcode_arena *arena, struct authcode_token_view *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_token(connection, id, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list_subjects(void *self, int64_t now_ms, int64_t after_id, struct authcode_arena *arena,
	      struct authcode_subject *ret, size_t capacity, size_t *ret_count)
{
	const struct ac_subject_page page = { now_ms, after_id, capacity };
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list_subjects(connection, &page, arena, ret, ret_count);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_device(void *self, int64_t id, struct authcode_arena *arena, struct authcode_device_view *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_device(connection, id, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_user_code(void *self, const uint8_t hash[AUTHCODE_HASH_LEN], struct authcode_arena *arena,
	       struct authcode_device_view *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_user_code(connection, hash, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_delivery(void *self, int64_t id, struct authcode_arena *arena,
	      struct authcode_delivery_view *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_delivery(connection, id, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list_deliveries(void *self, int64_t until_ms, uint32_t per_client, struct authcode_arena *arena,
		struct authcode_delivery_view *ret, size_t capacity, size_t *ret_count)
{
	const struct ac_delivery_page page = { until_ms, per_client, capacity };
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list_deliveries(connection, &page, arena, ret, ret_count);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list_signing_keys(void *self, struct authcode_arena *arena, struct authcode_signing_key *ret,
		  size_t capacity, size_t *ret_count)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list_signing_keys(connection, arena, ret, capacity, ret_count);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list_sealed(void *self, struct authcode_arena *arena, struct authcode_sealed *ret, size_t capacity,
	    size_t *ret_count)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list_sealed(connection, arena, ret, capacity, ret_count);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list(void *self, struct authcode_list *what, struct authcode_arena *arena,
     struct authcode_listed *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list(connection, what, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
find_subject(void *self, const char *user_name, const char *sub, struct authcode_arena *arena,
	     struct authcode_subject *ret)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_find_named_subject(connection, user_name, sub, arena, ret);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list_clients(void *self, const char *after_id, struct authcode_arena *arena,
	     struct authcode_stored_client *ret, size_t capacity, size_t *ret_count)
{
	const struct ac_client_page page = { after_id, capacity };
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list_clients(connection, &page, arena, ret, ret_count);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
list_audit(void *self, const struct authcode_audit_query *query, struct authcode_arena *arena,
	   struct authcode_audit_page *page)
{
	struct sqlite_store *store = self;
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_pool_take(store->readers, &connection);

	if (err != AUTHCODE_OK)
		return err;
	err = ac_sqlite_list_audit(connection, query, arena, page);
	ac_pool_give_back(store->readers, connection);
	return err;
}

static enum authcode_err
chain_audit(void *self, const struct authcode_audit_key *key)
{
	struct sqlite_store *store = self;

	return ac_writer_chain(store->writer, key);
}

/* The head is read first: what it names is in the snapshot, which is a new one, since it
 * is others who may have written. */
static enum authcode_err
check_audit(void *self, struct authcode_audit_check *check)
{
	struct authcode_audit_check found = { .after_seq = check->after_seq,
					      .begun = check->begun,
					      .limit = check->limit,
					      .known = check->known };
	struct sqlite_store *store = self;
	const struct authcode_audit_key *key = ac_writer_audit(store->writer, &found.ret_head);
	struct ac_connection *connection = NULL;
	enum authcode_err err;

	if (key == NULL)
		return AUTHCODE_ERR_USAGE;
	err = ac_pool_take(store->readers, &connection);
	if (err != AUTHCODE_OK)
		return err;
	ac_pool_end_snapshot(connection);
	err = ac_query_run(connection, AC_SQL_BEGIN_READ);
	if (err == AUTHCODE_OK)
		err = ac_sqlite_check_audit(connection, key, &found);
	if (sqlite3_get_autocommit(connection->db) == 0 &&
	    ac_query_run(connection, AC_SQL_COMMIT) != AUTHCODE_OK)
		(void)sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
	ac_pool_give_back(store->readers, connection);
	if (err == AUTHCODE_OK)
		*check = found;
	return err;
}

static void
stats(void *self, struct authcode_store_stats *ret)
{
	struct sqlite_store *store = self;

	ac_writer_stats(store->writer, ret);
	ret->schema = (int)ac_schema_count;
}

/* The writer is the last to close, and moves the log into the file. */
static void
close_store(void *self)
{
	struct sqlite_store *store = self;

	ac_writer_stop(store->writer);
	ac_pool_free(&store->readers);
	ac_writer_free(&store->writer);
	free(store);
}

static const struct authcode_store_ops sqlite_ops = {
	.version = AUTHCODE_STORE_VERSION,
	.size = sizeof(struct authcode_store_ops),
	.name = "sqlite",
	.submit = submit,
	.find_session = find_session,
	.find_grant = find_grant,
	.find_code = find_code,
	.find_token = find_token,
	.close = close_store,
	.list_subjects = list_subjects,
	.find_device = find_device,
	.find_user_code = find_user_code,
	.find_delivery = find_delivery,
	.list_deliveries = list_deliveries,
	.list_signing_keys = list_signing_keys,
	.list_sealed = list_sealed,
	.list = list,
	.find_subject = find_subject,
	.list_clients = list_clients,
	.list_audit = list_audit,
	.stats = stats,
	.chain_audit = chain_audit,
	.check_audit = check_audit,
};

/* A connection for writing to a file that is ours and of our version. */
static enum authcode_err
open_writer(const char *path, struct authcode_store_upgrade *ret_upgrade,
	    struct ac_connection **ret, struct authcode_reason *reason)
{
	struct ac_connection *connection = NULL;
	int version = 0;
	enum authcode_err err;

	err = ac_connection_new(path, AC_ROLE_WRITER, &connection, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_check(connection, path, &version, reason);
	if (err == AUTHCODE_OK)
		err = ac_connection_make_durable(connection, path, reason);
	/* There is no way back but this. */
	if (err == AUTHCODE_OK && (size_t)version < ac_schema_count)
		err = ac_backup_before_upgrade(path, version, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_migrate(connection, version, path, reason);
	if (err == AUTHCODE_OK)
		err = ac_connection_prepare(connection, path, reason);
	if (err != AUTHCODE_OK) {
		ac_connection_free(&connection);
		return err;
	}
	if (ret_upgrade != NULL && (size_t)version < ac_schema_count)
		*ret_upgrade = (struct authcode_store_upgrade){ version, (int)ac_schema_count };
	*ret = connection;
	return AUTHCODE_OK;
}

static enum authcode_err
assemble(const char *path, const struct authcode_store_sqlite_settings *settings,
	 struct authcode_store **ret_store, struct authcode_reason *reason)
{
	struct sqlite_store *store = calloc(1, sizeof(*store));
	struct ac_connection *connection = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (store == NULL)
		return err;
	err = open_writer(path, settings->ret_upgrade, &connection, reason);
	if (err == AUTHCODE_OK)
		err = ac_pool_new(path, &store->readers);
	if (err == AUTHCODE_OK)
		err = ac_writer_new(connection, &settings->random, store->readers, &store->writer);
	if (err != AUTHCODE_OK)
		ac_connection_free(&connection);
	else
		err = ac_store_new(&sqlite_ops, store, ret_store);
	if (err != AUTHCODE_OK)
		close_store(store);
	return err;
}

enum authcode_err
authcode_store_sqlite_open(const struct authcode_store_sqlite_settings *settings,
			   struct authcode_store **ret_store, struct authcode_reason *reason)
{
	enum authcode_err err;
	char *path = NULL;

	if (reason != NULL)
		reason->text[0] = '\0';
	if (settings->ret_upgrade != NULL)
		*settings->ret_upgrade = (struct authcode_store_upgrade){ 0 };
	if (sqlite3_threadsafe() == 0)
		return ac_explain(reason, AUTHCODE_ERR_STORE,
				  "this build of SQLite cannot be used from threads");
	/* Refused when SQLite runs already; it counts on then, and all else is the same. */
	if (settings->owns_sqlite)
		(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	err = ac_file_resolve(settings->path, &path, reason);
	if (err == AUTHCODE_OK)
		err = ac_file_check(path, reason);
	if (err == AUTHCODE_ERR_NOT_FOUND && settings->create) {
		err = ac_file_create(path, reason);
		if (err == AUTHCODE_OK)
			err = ac_file_check(path, reason);
	}
	if (err == AUTHCODE_OK)
		err = assemble(path, settings, ret_store, reason);
	if (err == AUTHCODE_ERR_MEMORY)
		(void)ac_explain(reason, err, "out of memory while opening %s", settings->path);
	else if (err == AUTHCODE_OK && reason != NULL)
		reason->text[0] = '\0';
	free(path);
	return err;
}
