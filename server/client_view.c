/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Clients shown to administrators: the files' and the database's in one list, and each
 * with all that it says.
 */
#include "server/client_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/secret.h"
#include "server/log.h"

void
ac_client_refuse(struct ac_client_work *w, unsigned status, const char *error, const char *why)
{
	w->task->status = status;
	w->task->error = error;
	w->task->why = why;
}

void
ac_client_answer_take(struct ac_client_work *w, json_t *object)
{
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;

	w->task->json = text != NULL ? ac_arena_strdup(w->task->arena, text) : NULL;
	w->task->status = 200;
	if (w->task->json == NULL)
		ac_client_refuse(w, 500, "server_error", "out of memory");
	if (text != NULL)
		ac_wipe(text, strlen(text));
	free(text);
	json_decref(object);
}

static struct ac_client_view
view_of_row(const struct ac_client_rows *rows, size_t at)
{
	const struct ac_stored_client *stored = &rows->stored[at];

	return (struct ac_client_view){
		.id = stored->id,
		.words = &stored->words,
		.row = &rows->rows[at],
		.state = stored->state,
		.why = stored->why[0] != '\0' ? stored->why : NULL,
	};
}

bool
ac_client_view_of_file(const struct ac_config *config, const char *id, struct ac_client_view *ret)
{
	*ret = (struct ac_client_view){ .id = id };
	return ac_config_file_client(config, id, &ret->file, &ret->line, &ret->words);
}

static bool
is_removed(const struct authcode_stored_client *row)
{
	return row->removed_ms != 0;
}

/* Reads what there is, and finds out of each whether it is used. */
static bool
read_all(struct ac_client_work *w)
{
	struct authcode_clients *clients = NULL;
	enum authcode_err err = ac_client_rows_read(&w->rows, w->store, w->issuer);

	if (err == AUTHCODE_OK)
		err = ac_client_rows_merge(&w->rows, w->app->config, w->now_ms, &clients);
	authcode_clients_unref(&clients);
	if (err == AUTHCODE_OK)
		return true;
	ac_log(AC_LOG_ERROR, "clients cannot be read: %s", authcode_err_str(err));
	ac_client_refuse(w, 503, "temporarily_unavailable",
			 "the clients cannot be read; the log of the server says why");
	return false;
}

/* In order of id; of the same id the file's first. */
void
ac_client_list(struct ac_client_work *w)
{
	const struct authcode_client *file;
	json_t *clients = json_array();
	size_t at = 0;
	bool ok = clients != NULL;

	if (!read_all(w)) {
		json_decref(clients);
		return;
	}
	for (size_t i = 0; ok; i++) {
		struct ac_client_view view;

		file = authcode_clients_at(w->app->config->clients, i);
		for (; ok && at < w->rows.count &&
		       (file == NULL || strcmp(w->rows.stored[at].id, file->id) < 0);
		     at++) {
			view = view_of_row(&w->rows, at);
			if (!is_removed(view.row))
				ok = json_array_append_new(clients, ac_client_json(&view, false)) ==
				     0;
		}
		if (file == NULL)
			break;
		ok = ok && ac_client_view_of_file(w->app->config, file->id, &view) &&
		     json_array_append_new(clients, ac_client_json(&view, false)) == 0;
	}
	if (ok) {
		ac_client_answer_take(w, json_pack("{s:o}", "clients", clients));
		return;
	}
	json_decref(clients);
	ac_client_refuse(w, 500, "server_error", "out of memory");
}

bool
ac_client_find_row(const struct ac_client_rows *rows, const char *id, size_t *ret_at)
{
	const struct authcode_stored_client *row = ac_client_rows_find(rows, id);

	if (row == NULL)
		return false;
	*ret_at = (size_t)(row - rows->rows);
	return true;
}

static void
no_such_client(struct ac_client_work *w)
{
	ac_client_refuse(w, 404, "not_found", "there is no client of this id");
}

void
ac_client_show(struct ac_client_work *w)
{
	const char *id = w->task->request.id;
	struct ac_client_view view;
	size_t at;

	if (!read_all(w))
		return;
	if (!ac_client_view_of_file(w->app->config, id, &view)) {
		if (!ac_client_find_row(&w->rows, id, &at) || is_removed(&w->rows.rows[at])) {
			no_such_client(w);
			return;
		}
		view = view_of_row(&w->rows, at);
	}
	ac_client_answer_take(w, json_pack("{s:o}", "client", ac_client_json(&view, true)));
}
