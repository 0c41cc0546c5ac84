/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_status.h. Nothing is waited for: the helpers' sockets are connected to
 * without blocking, and no more than some thousand rows are looked at.
 */
#include "server/admin_status.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <authcode/list.h>

#include "base/limits.h"
#include <config.h>
#include "server/admin.h"
#include "server/audit_head.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/health.h"
#include "server/json_out.h"
#include "server/metrics.h"

#define MAX_JSON 65536
#define PAGE 100
#define PAGES 20 /* of one kind of rows */
#define LOGOUTS 1000
#define LOGOUTS_ARENA ((size_t)16 * 1024 * 1024) /* with the persons they are about */

struct status {
	struct ac_app *app;
	struct ac_json_out *out;
	const char *problems[8];
	size_t problem_count;
};

static void
note(struct status *status, const char *problem)
{
	if (status->problem_count < AC_ARRAY_SIZE(status->problems))
		status->problems[status->problem_count++] = problem;
}

static void
put_helpers(struct status *status)
{
	const struct ac_config *config = status->app->config;
	const struct {
		const char *name, *path;
		const char *problem; /* NULL: people sign in without it */
	} helpers[] = {
		{ "login", config->login_socket, "nobody listens on login_socket" },
		{ "check", config->check_socket, "nobody listens on check_socket" },
		{ "passwd", config->passwd_socket, NULL },
		{ "fetch", config->fetch_socket, NULL },
	};

	ac_out_open(status->out, "helpers", '{');
	for (size_t i = 0; i < AC_ARRAY_SIZE(helpers); i++) {
		bool there = ac_health_reachable(helpers[i].path);

		ac_out_bool(status->out, helpers[i].name, there);
		if (!there && helpers[i].problem != NULL)
			note(status, helpers[i].problem);
	}
	ac_out_close(status->out, '}');
}

static void
put_listeners(const struct status *status)
{
	const struct ac_config *config = status->app->config;

	ac_out_open(status->out, "listeners", '[');
	for (size_t i = 0; i < config->listen_count; i++) {
		const struct ac_listen *listen = &config->listens[i];

		ac_out_open(status->out, NULL, '{');
		ac_out_text(status->out, "address", listen->text);
		ac_out_bool(status->out, "tls", listen->tls);
		ac_out_bool(status->out, "admin", listen->admin);
		ac_out_close(status->out, '}');
	}
	ac_out_close(status->out, ']');
}

static void
put_keys(struct status *status)
{
	struct authcode_key_info keys[AUTHCODE_MAX_KEYS];
	const size_t count = authcode_issuer_list_keys(status->app->issuer, ac_clock_unix_ms(),
						       keys, AUTHCODE_MAX_KEYS);
	size_t current = 0;

	for (size_t i = 0; i < count; i++)
		current += keys[i].state == AUTHCODE_KEY_CURRENT;
	ac_out_open(status->out, "keys", '{');
	ac_out_int(status->out, "published", (int64_t)count);
	ac_out_int(status->out, "current", (int64_t)current);
	ac_out_close(status->out, '}');
	if (current == 0)
		note(status, "there is no key to sign with");
}

/* Live rows of that kind among the first PAGES pages. False: they cannot be read. */
static bool
count_live(struct authcode_store *store, struct authcode_list *list, struct authcode_listed *rows,
	   int64_t *ret)
{
	const int64_t now_ms = ac_clock_unix_ms();
	enum authcode_err err = AUTHCODE_OK;

	*ret = 0;
	list->ret_more = true;
	for (int page = 0; err == AUTHCODE_OK && list->ret_more && page < PAGES; page++) {
		struct authcode_arena *arena = NULL;

		err = authcode_arena_new(AC_MAX_ARENA, &arena);
		if (err == AUTHCODE_OK)
			err = authcode_store_list(store, list, arena, rows);
		for (uint32_t i = 0; err == AUTHCODE_OK && i < list->ret_count; i++)
			*ret += strcmp(authcode_listed_state(list->kind, &rows[i], now_ms),
				       "live") == 0;
		authcode_arena_free(&arena);
	}
	return err == AUTHCODE_OK;
}

static void
put_rows(struct status *status)
{
	static const struct {
		const char *name, *more;
		enum authcode_list_kind kind;
	} kinds[] = {
		{ "sessions", "sessions_at_least", AUTHCODE_LIST_SESSIONS },
		{ "tokens", "tokens_at_least", AUTHCODE_LIST_TOKENS },
	};
	struct authcode_listed *rows = calloc(PAGE, sizeof(*rows));

	for (size_t i = 0; i < AC_ARRAY_SIZE(kinds); i++) {
		struct authcode_list list = { .kind = kinds[i].kind,
					      .look = PAGE,
					      .after_client = "" };
		int64_t count = 0;

		if (rows == NULL || !count_live(status->app->store, &list, rows, &count)) {
			note(status, "the database cannot be read");
			break;
		}
		ac_out_int(status->out, list.ret_more ? kinds[i].more : kinds[i].name, count);
	}
	free(rows);
}

/* How far the records have come, for whoever keeps it elsewhere. */
static void
put_head(const struct status *status)
{
	struct authcode_audit_head head;
	char text[AC_AUDIT_HEAD_LEN + 1];

	if (!ac_audit_head_read(status->app->store, &head))
		return;
	ac_audit_head_format(&head, text);
	ac_out_text(status->out, "audit_head", text);
}

/* What clients are still to be told of ended sessions. Of too many those that come next are
 * read, and the oldest, which have been tried before, need not be among them. Those given
 * up are counted from the start, as in the metrics. */
static void
put_logouts(struct status *status)
{
	struct authcode_delivery_view *views = calloc(LOGOUTS, sizeof(*views));
	struct authcode_arena *arena = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	int64_t since_ms = 0;
	size_t count = 0;

	if (views != NULL)
		err = authcode_arena_new(LOGOUTS_ARENA, &arena);
	if (err == AUTHCODE_OK)
		err = authcode_store_list_deliveries(status->app->store, INT64_MAX, LOGOUTS, arena,
						     views, LOGOUTS, &count);
	for (size_t i = 0; err == AUTHCODE_OK && i < count; i++) {
		if (since_ms == 0 || views[i].delivery.created_ms < since_ms)
			since_ms = views[i].delivery.created_ms;
	}
	if (err == AUTHCODE_OK) {
		ac_out_open(status->out, "logouts", '{');
		ac_out_int(status->out, count < LOGOUTS ? "waiting" : "waiting_at_least",
			   (int64_t)count);
		if (count > 0 && count < LOGOUTS)
			ac_out_time(status->out, "since", since_ms);
		ac_out_int(
			status->out, "given_up",
			(int64_t)ac_metrics_count(status->app->metrics, AC_EVENT_LOGOUT_GIVEN_UP));
		ac_out_close(status->out, '}');
	} else {
		note(status, "the database cannot be read");
	}
	authcode_arena_free(&arena);
	free(views);
}

/* Nothing where there is no such file, or none yet. */
static void
put_size(const struct status *status, const char *name, const char *of)
{
	char path[PATH_MAX];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s", status->app->config->state_dir, of);
	if (stat(path, &st) == 0)
		ac_out_int(status->out, name, st.st_size);
}

/* How the writing goes, in the words of the metrics. */
static void
put_database(const struct status *status)
{
	struct authcode_store_stats stats = { 0 };

	authcode_store_stats(status->app->store, &stats);
	ac_out_open(status->out, "database", '{');
	ac_out_int(status->out, "schema", stats.schema);
	put_size(status, "bytes", "authcode.db");
	put_size(status, "log_bytes", "authcode.db-wal");
	ac_out_int(status->out, "operations", (int64_t)stats.operations);
	ac_out_int(status->out, "failures", (int64_t)stats.failures);
	ac_out_int(status->out, "batches", (int64_t)stats.batches);
	ac_out_int(status->out, "queue_depth", (int64_t)stats.queued);
	if (stats.problem != NULL)
		ac_out_text(status->out, "last_failure", stats.problem);
	ac_out_close(status->out, '}');
}

static void
put_sandbox(const struct status *status)
{
	const struct ac_sandbox_holds *holds = &status->app->sandbox;

	ac_out_open(status->out, "sandbox", '{');
	ac_out_bool(status->out, "calls", holds->calls);
	ac_out_bool(status->out, "files", holds->files);
	ac_out_bool(status->out, "connections", holds->connections);
	ac_out_close(status->out, '}');
}

static void
put_all(struct status *status, const struct ac_http *h)
{
	const struct ac_app *app = status->app;

	ac_out_open(status->out, NULL, '{');
	ac_out_text(status->out, "version", PACKAGE_VERSION);
	ac_out_int(status->out, "pid", getpid());
	ac_out_time(status->out, "started", app->started_ms);
	ac_out_text(status->out, "issuer", app->config->issuer);
	ac_out_open(status->out, "config", '{');
	ac_out_text(status->out, "path", app->config->path);
	ac_out_text(status->out, "hash", app->config->hash);
	ac_out_close(status->out, '}');
	put_listeners(status);
	ac_out_int(status->out, "connections", (int64_t)ac_http_open_connections(h));
	ac_out_int(status->out, "clients", (int64_t)authcode_clients_count(app->clients));
	put_rows(status);
	put_logouts(status);
	put_database(status);
	put_head(status);
	put_keys(status);
	put_helpers(status);
	put_sandbox(status);
	ac_out_bool(status->out, "ok", status->problem_count == 0);
	ac_out_open(status->out, "problems", '[');
	for (size_t i = 0; i < status->problem_count; i++)
		ac_out_text(status->out, NULL, status->problems[i]);
	ac_out_close(status->out, ']');
	ac_out_close(status->out, '}');
}

enum ac_step
ac_admin_status_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_buf json;
	struct ac_json_out out = { .buf = &json };
	struct status status = { .app = app, .out = &out };

	ac_buf_init(&json, MAX_JSON);
	put_all(&status, h);
	ac_admin_reply(h, &json);
	ac_buf_clear(&json);
	return AC_STEP_REPLY;
}
