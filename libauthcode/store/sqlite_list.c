/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sqlite_list.h. A page is one statement over keys and, while it is open and its
 * snapshot with it, a look-up by key for each row that is wanted: so rows that are not
 * cost little, and all of a page are of one moment.
 */
#include "store/sqlite_list.h"

#include <string.h>

#include "base/arena.h"
#include "store/list.h"
#include "store/sqlite_read.h"

/* A row that was found by its key. */
struct look {
	struct ac_connection *connection;
	struct authcode_arena *arena;
	int64_t id;
	const char *client_id;
};

static enum authcode_err
read_subject(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_subject(look->connection, look->id, look->arena, &ret->u.subject);
}

static enum authcode_err
read_session(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_session(look->connection, look->id, look->arena, &ret->u.session);
}

static enum authcode_err
read_grant(const struct look *look, struct authcode_listed *ret)
{
	enum authcode_err err = ac_sqlite_find_grant(look->connection, look->id, look->client_id,
						     look->arena, &ret->u.grant.grant);

	return err == AUTHCODE_OK ? ac_sqlite_find_subject(look->connection, look->id, look->arena,
							   &ret->u.grant.subject)
				  : err;
}

static enum authcode_err
read_code(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_code(look->connection, look->id, look->arena, &ret->u.code);
}

static enum authcode_err
read_family(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_family(look->connection, look->id, look->arena, &ret->u.family);
}

static enum authcode_err
read_token(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_token(look->connection, look->id, look->arena, &ret->u.token);
}

static enum authcode_err
read_device(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_device(look->connection, look->id, look->arena, &ret->u.device);
}

static enum authcode_err
read_delivery(const struct look *look, struct authcode_listed *ret)
{
	return ac_sqlite_find_delivery(look->connection, look->id, look->arena, &ret->u.delivery);
}

static const struct {
	enum ac_sql keys;
	enum authcode_err (*read)(const struct look *look, struct authcode_listed *ret);
} kinds[AUTHCODE_LIST_COUNT] = {
	[AUTHCODE_LIST_SUBJECTS] = { AC_SQL_LOOK_SUBJECTS, read_subject },
	[AUTHCODE_LIST_SESSIONS] = { AC_SQL_LOOK_SESSIONS, read_session },
	[AUTHCODE_LIST_GRANTS] = { AC_SQL_LOOK_GRANTS, read_grant },
	[AUTHCODE_LIST_CODES] = { AC_SQL_LOOK_CODES, read_code },
	[AUTHCODE_LIST_FAMILIES] = { AC_SQL_LOOK_FAMILIES, read_family },
	[AUTHCODE_LIST_TOKENS] = { AC_SQL_LOOK_TOKENS, read_token },
	[AUTHCODE_LIST_DEVICES] = { AC_SQL_LOOK_DEVICES, read_device },
	[AUTHCODE_LIST_DELIVERIES] = { AC_SQL_LOOK_DELIVERIES, read_delivery },
};

/* Of grants, those of one subject are in a row: nobody else's are looked at. */
static void
begin(struct ac_query *query, struct ac_connection *connection, const struct authcode_list *list)
{
	int64_t after_id = list->after_id;

	if (list->kind == AUTHCODE_LIST_GRANTS && after_id < list->subject_id)
		after_id = list->subject_id;
	ac_query_begin(query, connection, kinds[list->kind].keys);
	ac_query_put_int(query, after_id);
	ac_query_put_int(query, list->look);
	if (list->kind != AUTHCODE_LIST_GRANTS)
		return;
	ac_query_put_text(query, list->after_client);
	ac_query_put_int(query, list->subject_id != 0 ? list->subject_id : INT64_MAX);
}

/* What the statement over keys has found, into *list and ret. */
static enum authcode_err
read_page(struct ac_query *query, struct authcode_list *list, struct authcode_arena *arena,
	  struct authcode_listed *ret)
{
	enum authcode_err err = AUTHCODE_OK;
	uint32_t looked = 0;

	while (err == AUTHCODE_OK && ac_query_step(query)) {
		struct look look = { .connection = query->connection, .arena = arena };
		int64_t subject_id;

		look.id = ac_query_get_int(query);
		subject_id = ac_query_get_int(query);
		look.client_id = ac_query_peek_text(query);
		looked++;
		list->after_id = look.id;
		if (list->kind == AUTHCODE_LIST_GRANTS)
			list->after_client = ac_arena_strdup(arena, look.client_id);
		if (list->after_client == NULL)
			return AUTHCODE_ERR_MEMORY;
		/* A grant without client is the mark of revoke_subject. */
		if ((list->kind == AUTHCODE_LIST_GRANTS && look.client_id[0] == '\0') ||
		    !ac_list_wants(list, subject_id, look.client_id))
			continue;
		err = kinds[list->kind].read(&look, &ret[list->ret_count]);
		list->ret_count += err == AUTHCODE_OK ? 1 : 0;
	}
	list->ret_more = looked == list->look;
	return err;
}

enum authcode_err
ac_sqlite_list(struct ac_connection *connection, struct authcode_list *list,
	       struct authcode_arena *arena, struct authcode_listed *ret)
{
	struct authcode_list page = *list;
	struct ac_query query;
	enum authcode_err err, ended;

	page.ret_count = 0;
	begin(&query, connection, &page);
	err = read_page(&query, &page, arena, ret);
	ended = ac_query_end(&query);
	if (err == AUTHCODE_OK)
		err = ended;
	if (err == AUTHCODE_OK)
		*list = page;
	return err;
}
