/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Changing a client. A change is checked in the registry that it would make before it is
 * stored, and that registry is put in place when it is durable: what is refused leaves
 * no trace, and what is told as done holds from the next request on.
 */
#include "server/client_work.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "server/audit_log.h"
#include "server/live.h"
#include "server/log.h"
#include "server/logo.h"

#define MAX_REGISTRATION (128 * 1024)
#define ID_TRIES 8

static void
out_of_memory(struct ac_client_work *w)
{
	ac_client_refuse(w, 500, "server_error", "out of memory");
}

static void
invalid(struct ac_client_work *w, const char *why)
{
	ac_client_refuse(w, 400, "invalid_request", why);
}

/* A text that outlives what it was made from. */
static const char *
keep(struct ac_client_work *w, const char *text)
{
	const char *copy = ac_arena_strdup(w->task->arena, text);

	return copy != NULL ? copy : "out of memory";
}

static bool
is_removed(const struct authcode_stored_client *row)
{
	return row->removed_ms != 0;
}

static void
no_such_client(struct ac_client_work *w)
{
	ac_client_refuse(w, 404, "not_found", "there is no client of this id");
}

/* A client, before and after. */
struct change {
	const struct ac_client_request *request;
	const char *id;
	struct ac_registration old, fresh;
	int64_t revision;
	bool is_there; /* in the database, and not removed */
	size_t at;     /* its row */
	const char *registration, *sealed;
	struct authcode_clients *clients; /* the registry that it makes */
};

static bool
is_taken(const struct ac_client_work *w, const char *id)
{
	struct ac_client_view view;
	size_t at;

	return ac_client_view_of_file(w->app->config, id, &view) ||
	       (ac_client_find_row(&w->rows, id, &at) && !is_removed(&w->rows.rows[at]));
}

/* What the id stands for. False: refused. */
static bool
find(struct ac_client_work *w, struct change *c)
{
	const bool add = c->request->kind == AC_CHANGE_ADD;
	struct ac_client_view view;
	bool in_file;

	c->id = c->request->id;
	for (unsigned i = 0; c->id == NULL && i < ID_TRIES; i++) {
		const char *id = ac_client_id_make(c->request->preset, i, w->task->arena);

		if (id != NULL && !is_taken(w, id))
			c->id = id;
	}
	if (c->id == NULL) {
		out_of_memory(w);
		return false;
	}
	in_file = ac_client_view_of_file(w->app->config, c->id, &view);
	if (ac_client_find_row(&w->rows, c->id, &c->at)) {
		const struct authcode_stored_client *row = &w->rows.rows[c->at];

		c->revision = row->revision;
		c->is_there = !is_removed(row);
		if (c->is_there)
			c->old = (struct ac_registration){
				.words = w->rows.stored[c->at].words,
				.secret = w->rows.stored[c->at].secret,
				.sealed = w->rows.stored[c->at].secret != NULL,
			};
	} else {
		c->at = w->rows.count;
	}
	if (in_file && !(c->request->kind == AC_CHANGE_REMOVE && c->is_there)) {
		const char *why = ac_arena_printf(
			w->task->arena,
			"this client is in %.200s:%u, and a file wins: change it there, and "
			"reload the server",
			view.file, view.line);

		ac_client_refuse(w, 409, "conflict", why != NULL ? why : "it is in a file");
		return false;
	}
	if (add && c->is_there) {
		ac_client_refuse(w, 409, "conflict", "there is a client of this id");
		return false;
	}
	if (!add && !c->is_there) {
		no_such_client(w);
		return false;
	}
	return true;
}

/* A picture that cannot be read must be known before anything is stored. */
static bool
logos_good(struct ac_client_work *w, const struct change *c)
{
	struct authcode_reason reason = { 0 };
	struct ac_logos *logos = NULL;
	bool good;

	if (ac_words_get(&c->fresh.words, "logo_file") == NULL)
		return true;
	good = ac_logos_new(c->clients, w->app->config->user, &logos, &reason) == AUTHCODE_OK;
	ac_logos_free(&logos);
	if (!good)
		invalid(w, keep(w, reason.text[0] != '\0' ? reason.text : "out of memory"));
	return good;
}

/* Puts the client as it would be among the others, and makes a registry of all. */
static bool
check(struct ac_client_work *w, struct change *c)
{
	const bool removed = c->request->kind == AC_CHANGE_REMOVE;
	struct ac_stored_client *stored = NULL;
	enum authcode_err err;

	if (c->at == w->rows.count)
		w->rows.count++;
	w->rows.rows[c->at] = (struct authcode_stored_client){
		.id = c->id,
		.revision = c->revision + 1,
		.removed_ms = removed ? w->now_ms : 0,
	};
	w->rows.stored[c->at] = (struct ac_stored_client){
		.id = c->id,
		.words = c->fresh.words,
		.secret = c->fresh.sealed ? c->fresh.secret : NULL,
		.removed = removed,
	};
	err = ac_client_rows_merge(&w->rows, w->app->config, w->now_ms, &c->clients);
	if (err != AUTHCODE_OK) {
		ac_client_refuse(w, 500, "server_error", authcode_err_str(err));
		return false;
	}
	for (size_t i = 0; i < w->rows.count; i++) {
		if (strcmp(w->rows.stored[i].id, c->id) == 0)
			stored = &w->rows.stored[i];
	}
	if (!removed && stored != NULL && stored->state != AC_STORED_USED) {
		invalid(w, keep(w, stored->why));
		return false;
	}
	return logos_good(w, c);
}

static bool
encode(struct ac_client_work *w, struct change *c)
{
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	struct ac_buf text;

	ac_buf_init(&text, MAX_REGISTRATION);
	ac_words_encode(&c->fresh.words, &text);
	if (ac_buf_ok(&text)) {
		c->registration = ac_arena_strdup(w->task->arena, ac_buf_text(&text));
		err = c->registration != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
	} else if (text.len > 0) {
		err = AUTHCODE_ERR_LIMIT;
	}
	ac_buf_clear(&text);
	if (err == AUTHCODE_ERR_LIMIT)
		invalid(w, "a registration this long is not kept");
	else if (err != AUTHCODE_OK)
		ac_client_refuse(w, 500, "server_error", authcode_err_str(err));
	return err == AUTHCODE_OK;
}

static bool
store(struct ac_client_work *w, struct change *c)
{
	const enum ac_change_kind kind = c->request->kind;
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_PUT_CLIENT,
		.now_ms = w->now_ms,
		.audit = ac_audit_by_admin(w->app, w->task->h),
		.u.put_client = {
			.client_id = c->id,
			.registration = c->registration,
			.revision = c->revision,
			.changed_by = w->task->uid,
			/* What was decided by the registry of before and came late is ended
			 * when the client may begin anew. */
			.end = kind == AC_CHANGE_DISABLE || kind == AC_CHANGE_ENABLE,
			.remove = kind == AC_CHANGE_REMOVE,
		},
	};
	enum authcode_err err;

	operation.audit.client_id = c->id;
	err = authcode_issuer_put_client(w->issuer, c->fresh.sealed ? c->fresh.secret : NULL,
					 w->task->arena, &operation);
	c->sealed = operation.u.put_client.sealed_secret;
	if (err == AUTHCODE_OK && operation.result == AUTHCODE_RESULT_DONE)
		return true;
	if (err != AUTHCODE_OK)
		ac_client_refuse(w, 500, "server_error", authcode_err_str(err));
	else if (operation.result == AUTHCODE_RESULT_OTHER_KEY)
		ac_client_refuse(w, 500, "server_error",
				 "the database was sealed under another master key by somebody "
				 "else: restart the server with that key");
	else if (operation.result == AUTHCODE_RESULT_FAILED)
		ac_client_refuse(w, 503, "temporarily_unavailable", "the database did not take it");
	else
		ac_client_refuse(w, 409, "conflict",
				 "somebody else has changed it just now; look again");
	return false;
}

/* --- what is told ------------------------------------------------------------------ */

static bool
gives_email(const struct ac_config *config)
{
	bool gives = config->email != NULL ||
		     (config->email_verified & (AC_VERIFIED_FILE | AC_VERIFIED_COMMAND)) != 0;

	for (size_t i = 0; !gives && i < config->env_claim_count; i++) {
		const char *claim = strchr(config->env_claims[i], '=');

		gives = claim != NULL && strcmp(claim + 1, "email") == 0;
	}
	return gives;
}

static json_t *
warnings(const struct ac_client_work *w, const struct change *c)
{
	const struct ac_config *config = w->app->config;
	const struct ac_client_preset *preset = c->request->preset;
	json_t *list = json_array();
	bool ok = list != NULL;

	if (ok && preset != NULL && preset->needs_email && !gives_email(config))
		ok = json_array_append_new(
			     list, json_sprintf("%s needs an e-mail address of everybody, and no "
						"source of one is configured: set email in %s, or "
						"let authcode-login tell claims",
						preset->title, config->path)) == 0;
	if (ok && preset != NULL && preset->needs_verified && config->email_verified == 0)
		ok = json_array_append_new(
			     list, json_sprintf("%s refuses an e-mail address that is not "
						"verified: say in email_verified of %s which "
						"sources count",
						preset->title, config->path)) == 0;
	if (!ok) {
		json_decref(list);
		return NULL;
	}
	return list;
}

static void
tell_done(struct ac_client_work *w, const struct change *c)
{
	const struct authcode_stored_client row = {
		.id = c->id,
		.registration = c->registration,
		.sealed_secret = c->sealed,
		.revision = c->revision + 1,
		.changed_ms = w->now_ms,
		.changed_by = w->task->uid,
	};
	const struct ac_client_view view = { .id = c->id, .words = &c->fresh.words, .row = &row };
	json_t *object;

	if (c->request->kind == AC_CHANGE_REMOVE) {
		ac_client_answer_take(w, json_pack("{s:s}", "removed", c->id));
		return;
	}
	object = json_pack("{s:s, s:o, s:o}", "issuer", authcode_issuer_url(w->issuer), "client",
			   ac_client_json(&view, true), "warnings", warnings(w, c));
	if (object != NULL && c->fresh.made &&
	    json_object_set_new(object, "client_secret", json_string(c->fresh.secret)) != 0) {
		json_decref(object);
		object = NULL;
	}
	ac_client_answer_take(w, object);
}

static void
log_done(const struct ac_client_work *w, const struct change *c)
{
	static const enum ac_event events[] = {
		[AC_CHANGE_ADD] = AC_EVENT_CLIENT_ADDED,
		[AC_CHANGE_EDIT] = AC_EVENT_CLIENT_CHANGED,
		[AC_CHANGE_ROTATE] = AC_EVENT_CLIENT_SECRET_ROTATED,
		[AC_CHANGE_ENABLE] = AC_EVENT_CLIENT_ENABLED,
		[AC_CHANGE_DISABLE] = AC_EVENT_CLIENT_DISABLED,
		[AC_CHANGE_REMOVE] = AC_EVENT_CLIENT_REMOVED,
	};
	char admin[16];

	(void)snprintf(admin, sizeof(admin), "%u", w->task->uid);
	ac_log_event(events[c->request->kind], .client = c->id, .admin_uid = admin,
		     .txn = ac_http_txn(w->task->h));
}

void
ac_client_put(struct ac_client_work *w)
{
	struct change c = { .request = &w->task->request };
	struct authcode_reason reason = { 0 };
	const char *why;

	if (ac_client_rows_read(&w->rows, w->store, w->issuer) != AUTHCODE_OK) {
		ac_client_refuse(w, 503, "temporarily_unavailable", "the clients cannot be read");
		return;
	}
	if (!find(w, &c))
		return;
	why = ac_client_change(c.request, &c.old, w->now_ms, w->task->arena, &c.fresh);
	if (why != NULL) {
		invalid(w, why);
		return;
	}
	if (check(w, &c) && encode(w, &c) && store(w, &c)) {
		log_done(w, &c);
		if (ac_live_set_clients(w->live, c.clients, &reason))
			tell_done(w, &c);
		else
			ac_client_refuse(
				w, 500, "server_error",
				"it is stored, and takes effect when the server is reloaded");
	}
	authcode_clients_unref(&c.clients);
}
