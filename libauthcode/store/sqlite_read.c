/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Rows to structs. The order here is the order of the column lists in
 * sqlite_sql.c.
 */
#include "store/sqlite_read.h"

/* Stays zero when an outer join found none. */
static struct authcode_subject
get_subject(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_subject subject = { 0 };

	if (ac_query_at_null(query)) {
		ac_query_skip(query, AC_SUBJECT_COLUMNS);
		return subject;
	}
	subject.id = ac_query_get_int(query);
	subject.sub = ac_query_get_text(query, arena);
	subject.user_name = ac_query_get_text(query, arena);
	subject.uid = (uint32_t)ac_query_get_int(query);
	subject.full_name = ac_query_get_text(query, arena);
	subject.groups = ac_query_get_text(query, arena);
	subject.first_seen_ms = ac_query_get_int(query);
	subject.retired_ms = ac_query_get_int(query);
	subject.withdrawn_ms = ac_query_get_int(query);
	return subject;
}

/* Stays zero when an outer join found none. */
static struct authcode_session
get_session(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_session session = { 0 };

	if (ac_query_at_null(query)) {
		ac_query_skip(query, AC_SESSION_COLUMNS);
		return session;
	}
	session.id = ac_query_get_int(query);
	ac_query_get_hash(query, session.hash);
	session.subject_id = ac_query_get_int(query);
	session.auth_time_ms = ac_query_get_int(query);
	session.acr = ac_query_get_text(query, arena);
	session.amr = ac_query_get_text(query, arena);
	session.claims = ac_query_get_text(query, arena);
	session.created_ms = ac_query_get_int(query);
	session.idle_expires_ms = ac_query_get_int(query);
	session.expires_ms = ac_query_get_int(query);
	session.ended_ms = ac_query_get_int(query);
	return session;
}

static struct authcode_code
get_code(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_code code = { 0 };

	code.id = ac_query_get_int(query);
	ac_query_get_hash(query, code.hash);
	code.client_id = ac_query_get_text(query, arena);
	code.subject_id = ac_query_get_int(query);
	code.session_id = ac_query_get_int(query);
	code.redirect_uri = ac_query_get_text(query, arena);
	code.redirect_uri_sent = ac_query_get_int(query) != 0;
	code.scope = ac_query_get_text(query, arena);
	code.code_challenge = ac_query_get_text(query, arena);
	code.nonce = ac_query_get_text(query, arena);
	code.auth_time_ms = ac_query_get_int(query);
	code.acr = ac_query_get_text(query, arena);
	code.amr = ac_query_get_text(query, arena);
	code.claims = ac_query_get_text(query, arena);
	code.claims_request = ac_query_get_text(query, arena);
	code.resource = ac_query_get_text(query, arena);
	code.created_ms = ac_query_get_int(query);
	code.expires_ms = ac_query_get_int(query);
	code.used_ms = ac_query_get_int(query);
	return code;
}

static struct authcode_family
get_family(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_family family = { 0 };

	family.id = ac_query_get_int(query);
	family.client_id = ac_query_get_text(query, arena);
	family.subject_id = ac_query_get_int(query); /* NULL reads as 0 */
	family.session_id = ac_query_get_int(query);
	family.scope = ac_query_get_text(query, arena);
	family.auth_time_ms = ac_query_get_int(query);
	family.acr = ac_query_get_text(query, arena);
	family.amr = ac_query_get_text(query, arena);
	family.claims = ac_query_get_text(query, arena);
	family.claims_request = ac_query_get_text(query, arena);
	family.resource = ac_query_get_text(query, arena);
	family.created_ms = ac_query_get_int(query);
	family.expires_ms = ac_query_get_int(query);
	family.revoked_ms = ac_query_get_int(query);
	return family;
}

static struct authcode_token
get_token(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_token token = { 0 };

	token.id = ac_query_get_int(query);
	token.kind = ac_query_get_int(query) == AUTHCODE_TOKEN_REFRESH ? AUTHCODE_TOKEN_REFRESH
								       : AUTHCODE_TOKEN_ACCESS;
	ac_query_get_hash(query, token.hash);
	token.family_id = ac_query_get_int(query);
	token.scope = ac_query_get_text(query, arena);
	token.resource = ac_query_get_text(query, arena);
	token.created_ms = ac_query_get_int(query);
	token.expires_ms = ac_query_get_int(query);
	token.rotated_ms = ac_query_get_int(query);
	token.revoked_ms = ac_query_get_int(query);
	token.used_ms = ac_query_get_int(query);
	token.predecessor_id = ac_query_get_int(query);
	token.successor_id = ac_query_get_int(query);
	token.successor_access_id = ac_query_get_int(query);
	return token;
}

static struct authcode_device
get_device(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_device device = { 0 };

	device.id = ac_query_get_int(query);
	ac_query_get_hash(query, device.hash);
	ac_query_get_hash(query, device.user_code_hash);
	device.client_id = ac_query_get_text(query, arena);
	device.scope = ac_query_get_text(query, arena);
	device.resource = ac_query_get_text(query, arena);
	device.interval_ms = ac_query_get_int(query);
	device.polled_ms = ac_query_get_int(query);
	device.state = (enum authcode_device_state)ac_query_get_int(query); /* STRICT, CHECK */
	device.subject_id = ac_query_get_int(query);                        /* NULL reads as 0 */
	device.session_id = ac_query_get_int(query);
	device.auth_time_ms = ac_query_get_int(query);
	device.acr = ac_query_get_text(query, arena);
	device.amr = ac_query_get_text(query, arena);
	device.claims = ac_query_get_text(query, arena);
	device.created_ms = ac_query_get_int(query);
	device.expires_ms = ac_query_get_int(query);
	return device;
}

/* The one row with that id. */
static void
begin_of(struct ac_query *query, struct ac_connection *connection, enum ac_sql sql, int64_t id)
{
	ac_query_begin(query, connection, sql);
	ac_query_put_int(query, id);
}

/* Of a query for one row: ERR_NOT_FOUND when it was stepped and there was none. */
static enum authcode_err
end_row(struct ac_query *query)
{
	const bool none = query->rc == SQLITE_DONE;
	enum authcode_err err = ac_query_end(query);

	return none ? AUTHCODE_ERR_NOT_FOUND : err;
}

enum authcode_err
ac_sqlite_find_session(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
		       struct authcode_session_view *ret)
{
	struct authcode_session_view view = { 0 };
	struct ac_query query;
	enum authcode_err err;

	begin_of(&query, connection, AC_SQL_FIND_SESSION, id);
	if (ac_query_step(&query)) {
		view.session = get_session(&query, arena);
		view.subject = get_subject(&query, arena);
	}
	err = end_row(&query);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

enum authcode_err
ac_sqlite_find_grant(struct ac_connection *connection, int64_t subject_id, const char *client_id,
		     struct authcode_arena *arena, struct authcode_grant *ret)
{
	struct authcode_grant grant = { 0 };
	struct ac_query query;
	enum authcode_err err;

	ac_query_begin(&query, connection, AC_SQL_FIND_GRANT);
	ac_query_put_int(&query, subject_id);
	ac_query_put_text(&query, client_id);
	if (ac_query_step(&query)) {
		grant.subject_id = ac_query_get_int(&query);
		grant.client_id = ac_query_get_text(&query, arena);
		grant.scope = ac_query_get_text(&query, arena);
		grant.updated_ms = ac_query_get_int(&query);
		grant.withdrawn_ms = ac_query_get_int(&query);
	}
	err = end_row(&query);
	if (err == AUTHCODE_OK)
		*ret = grant;
	return err;
}

enum authcode_err
ac_sqlite_find_code(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
		    struct authcode_code_view *ret)
{
	struct authcode_code_view view = { 0 };
	struct ac_query query;
	enum authcode_err err;

	begin_of(&query, connection, AC_SQL_FIND_CODE, id);
	if (ac_query_step(&query)) {
		view.code = get_code(&query, arena);
		view.subject = get_subject(&query, arena);
		view.session = get_session(&query, arena);
		view.withdrawn_ms = ac_query_get_int(&query); /* NULL reads as 0 */
	}
	err = end_row(&query);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

enum authcode_err
ac_sqlite_find_token(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
		     struct authcode_token_view *ret)
{
	struct authcode_token_view view = { 0 };
	struct ac_query query;
	enum authcode_err err;

	begin_of(&query, connection, AC_SQL_FIND_TOKEN, id);
	if (ac_query_step(&query)) {
		view.token = get_token(&query, arena);
		view.family = get_family(&query, arena);
		view.subject = get_subject(&query, arena);
		view.session = get_session(&query, arena);
		view.withdrawn_ms = ac_query_get_int(&query); /* NULL reads as 0 */
	}
	err = end_row(&query);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

enum authcode_err
ac_sqlite_find_family(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
		      struct authcode_token_view *ret)
{
	struct authcode_token_view view = { 0 };
	struct ac_query query;
	enum authcode_err err;

	begin_of(&query, connection, AC_SQL_FIND_FAMILY, id);
	if (ac_query_step(&query)) {
		view.family = get_family(&query, arena);
		view.subject = get_subject(&query, arena);
		view.session = get_session(&query, arena);
		view.withdrawn_ms = ac_query_get_int(&query); /* NULL reads as 0 */
	}
	err = end_row(&query);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

/* Steps a query that is bound. */
static enum authcode_err
read_subject(struct ac_query *query, struct authcode_arena *arena, struct authcode_subject *ret)
{
	struct authcode_subject subject = { 0 };
	enum authcode_err err;

	if (ac_query_step(query))
		subject = get_subject(query, arena);
	err = end_row(query);
	if (err == AUTHCODE_OK)
		*ret = subject;
	return err;
}

enum authcode_err
ac_sqlite_find_subject(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
		       struct authcode_subject *ret)
{
	struct ac_query query;

	begin_of(&query, connection, AC_SQL_FIND_SUBJECT, id);
	return read_subject(&query, arena, ret);
}

enum authcode_err
ac_sqlite_find_named_subject(struct ac_connection *connection, const char *user_name,
			     const char *sub, struct authcode_arena *arena,
			     struct authcode_subject *ret)
{
	struct ac_query query;

	ac_query_begin(&query, connection,
		       user_name != NULL ? AC_SQL_FIND_SUBJECT_OF_NAME
					 : AC_SQL_FIND_SUBJECT_OF_SUB);
	ac_query_put_text(&query, user_name != NULL ? user_name : sub);
	return read_subject(&query, arena, ret);
}

/* Steps a query that is bound. */
static enum authcode_err
read_device(struct ac_query *query, struct authcode_arena *arena, struct authcode_device_view *ret)
{
	struct authcode_device_view view = { 0 };
	enum authcode_err err;

	if (ac_query_step(query)) {
		view.device = get_device(query, arena);
		view.subject = get_subject(query, arena);
		view.session = get_session(query, arena);
		view.withdrawn_ms = ac_query_get_int(query); /* NULL reads as 0 */
	}
	err = end_row(query);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

enum authcode_err
ac_sqlite_find_device(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
		      struct authcode_device_view *ret)
{
	struct ac_query query;

	begin_of(&query, connection, AC_SQL_FIND_DEVICE, id);
	return read_device(&query, arena, ret);
}

enum authcode_err
ac_sqlite_find_user_code(struct ac_connection *connection, const uint8_t hash[AUTHCODE_HASH_LEN],
			 struct authcode_arena *arena, struct authcode_device_view *ret)
{
	struct ac_query query;

	ac_query_begin(&query, connection, AC_SQL_FIND_USER_CODE);
	ac_query_put_hash(&query, hash);
	return read_device(&query, arena, ret);
}

enum authcode_err
ac_sqlite_list_subjects(struct ac_connection *connection, const struct ac_subject_page *page,
			struct authcode_arena *arena, struct authcode_subject *ret,
			size_t *ret_count)
{
	struct ac_query query;
	enum authcode_err err;
	size_t count = 0;

	ac_query_begin(&query, connection, AC_SQL_LIST_SUBJECTS);
	ac_query_put_int(&query, page->after_id);
	ac_query_put_int(&query, page->now_ms);
	ac_query_put_int(&query, (int64_t)page->capacity);
	while (count < page->capacity && ac_query_step(&query))
		ret[count++] = get_subject(&query, arena);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}

static struct authcode_delivery_view
get_delivery(struct ac_query *query, struct authcode_arena *arena)
{
	struct authcode_delivery_view view = { 0 };

	view.delivery.id = ac_query_get_int(query);
	view.delivery.client_id = ac_query_get_text(query, arena);
	view.delivery.subject_id = ac_query_get_int(query);
	view.delivery.session_id = ac_query_get_int(query);
	view.delivery.created_ms = ac_query_get_int(query);
	view.delivery.next_ms = ac_query_get_int(query);
	view.delivery.tries = (uint32_t)ac_query_get_int(query);
	view.delivery.delivered_ms = ac_query_get_int(query);
	view.delivery.status = (uint32_t)ac_query_get_int(query);
	view.subject = get_subject(query, arena);
	return view;
}

enum authcode_err
ac_sqlite_find_delivery(struct ac_connection *connection, int64_t id, struct authcode_arena *arena,
			struct authcode_delivery_view *ret)
{
	struct authcode_delivery_view view = { 0 };
	struct ac_query query;
	enum authcode_err err;

	begin_of(&query, connection, AC_SQL_FIND_DELIVERY, id);
	if (ac_query_step(&query))
		view = get_delivery(&query, arena);
	err = end_row(&query);
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}

enum authcode_err
ac_sqlite_list_deliveries(struct ac_connection *connection, const struct ac_delivery_page *page,
			  struct authcode_arena *arena, struct authcode_delivery_view *ret,
			  size_t *ret_count)
{
	struct ac_query query;
	enum authcode_err err;
	size_t count = 0;

	ac_query_begin(&query, connection, AC_SQL_LIST_DELIVERIES);
	ac_query_put_int(&query, page->until_ms);
	ac_query_put_int(&query, page->per_client);
	ac_query_put_int(&query, (int64_t)page->capacity);
	while (count < page->capacity && ac_query_step(&query))
		ret[count++] = get_delivery(&query, arena);
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}

enum authcode_err
ac_sqlite_list_signing_keys(struct ac_connection *connection, struct authcode_arena *arena,
			    struct authcode_signing_key *ret, size_t capacity, size_t *ret_count)
{
	struct ac_query query;
	enum authcode_err err;
	size_t count = 0;
	bool more;

	ac_query_begin(&query, connection, AC_SQL_LIST_SIGNING_KEYS);
	while ((more = ac_query_step(&query)) && count < capacity) {
		struct authcode_signing_key *key = &ret[count++];

		key->id = ac_query_get_int(&query);
		key->kid = ac_query_get_text(&query, arena);
		key->alg = ac_query_get_text(&query, arena);
		key->sealed = ac_query_get_text(&query, arena);
		key->created_ms = ac_query_get_int(&query);
		key->active_ms = ac_query_get_int(&query);
		key->stopped_ms = ac_query_get_int(&query);
	}
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK && more)
		err = AUTHCODE_ERR_LIMIT;
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}

enum authcode_err
ac_sqlite_list_sealed(struct ac_connection *connection, struct authcode_arena *arena,
		      struct authcode_sealed *ret, size_t capacity, size_t *ret_count)
{
	struct ac_query query;
	enum authcode_err err;
	size_t count = 0;
	bool more;

	ac_query_begin(&query, connection, AC_SQL_LIST_SEALED);
	while ((more = ac_query_step(&query)) && count < capacity) {
		struct authcode_sealed *row = &ret[count++];

		row->place = (enum authcode_sealed_place)ac_query_get_int(&query);
		row->name = ac_query_get_text(&query, arena);
		row->sealed = ac_query_get_text(&query, arena);
	}
	err = ac_query_end(&query);
	if (err == AUTHCODE_OK && more)
		err = AUTHCODE_ERR_LIMIT;
	if (err == AUTHCODE_OK)
		*ret_count = count;
	return err;
}
