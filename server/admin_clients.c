/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_clients.h. Here a request becomes a task, and its answer a reply; what is
 * done in between the main thread does (client_registry.h).
 */
#include "server/admin_clients.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/form.h"
#include "base/limits.h"
#include "server/admin.h"
#include "server/client_json.h"
#include "server/client_registry.h"

static const struct {
	const char *path;
	enum ac_change_kind kind;
} changes[] = {
	{ "/admin/clients/add", AC_CHANGE_ADD },
	{ "/admin/clients/edit", AC_CHANGE_EDIT },
	{ "/admin/clients/rotate-secret", AC_CHANGE_ROTATE },
	{ "/admin/clients/enable", AC_CHANGE_ENABLE },
	{ "/admin/clients/disable", AC_CHANGE_DISABLE },
	{ "/admin/clients/remove", AC_CHANGE_REMOVE },
};

/* As ac_admin_refuse(), for sentences that hold what was sent. */
static void
refuse(struct ac_http *h, unsigned status, const char *error, const char *why)
{
	json_t *object = json_pack("{s:s, s:s}", "error", error, "error_description", why);
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;

	if (text != NULL)
		ac_http_reply(h, AC_REPLY_JSON, status, text, strlen(text));
	else
		ac_admin_refuse(h, status, error, "the reason cannot be told");
	free(text);
	json_decref(object);
}

static void
task_free(void *state)
{
	struct ac_client_task *task = state;

	authcode_arena_free(&task->arena);
	free(task);
}

/* NULL: refused. */
static struct ac_client_task *
task_new(struct ac_http *h, enum ac_client_task_kind kind)
{
	struct ac_client_task *task = calloc(1, sizeof(*task));

	if (task == NULL || authcode_arena_new(SIZE_MAX / 2, &task->arena) != AUTHCODE_OK) {
		free(task);
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return NULL;
	}
	ac_http_set_state(h, task, task_free);
	task->h = h;
	task->kind = kind;
	task->uid = ac_http_admin_uid(h);
	return task;
}

static enum ac_step
ask(struct ac_app *app, struct ac_http *h, struct ac_client_task *task)
{
	if (ac_client_registry_ask(app->registry, task))
		return AC_STEP_WAIT;
	ac_admin_refuse(h, 503, "temporarily_unavailable", "the server is stopping");
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_clients_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_client_task *task = task_new(h, AC_CLIENTS_LIST);

	return task != NULL ? ask(app, h, task) : AC_STEP_REPLY;
}

enum ac_step
ac_admin_client_start(struct ac_app *app, struct ac_http *h)
{
	struct authcode_bytes query = ac_http_query(h);
	struct ac_client_task *task = task_new(h, AC_CLIENTS_SHOW);
	struct ac_params params = { 0 };

	if (task == NULL)
		return AC_STEP_REPLY;
	if (ac_form_decode(task->arena, query.data, query.len, AC_FROM_QUERY, &params) ==
		    AUTHCODE_OK &&
	    ac_params_count(&params, "id") == 1)
		task->request.id = ac_params_get(&params, "id");
	if (task->request.id != NULL)
		return ask(app, h, task);
	ac_admin_refuse(h, 400, "invalid_request", "id: missing; give that of the client");
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_presets_start(struct ac_app *app, struct ac_http *h)
{
	json_t *presets = ac_client_presets_json();
	char *text = presets != NULL ? json_dumps(presets, JSON_COMPACT) : NULL;

	(void)app;
	if (text != NULL)
		ac_http_reply(h, AC_REPLY_JSON, 200, text, strlen(text));
	else
		ac_admin_refuse(h, 500, "server_error", "out of memory");
	free(text);
	json_decref(presets);
	return AC_STEP_REPLY;
}

/* What is wrong with the form, or NULL with the task's request read. */
static const char *
read_form(const struct ac_http *h, struct ac_client_task *task)
{
	struct authcode_bytes body = ac_http_body(h);
	struct ac_words words = { 0 };
	enum ac_change_kind kind = AC_CHANGE_ADD;

	if (!ac_form_is_type(ac_http_header(h, "Content-Type")) ||
	    ac_words_decode(task->arena, body.data, body.len, &words) != AUTHCODE_OK)
		return "the request is not a form";
	for (size_t i = 0; i < AC_ARRAY_SIZE(changes); i++) {
		if (strcmp(changes[i].path, ac_http_path(h)) == 0)
			kind = changes[i].kind;
	}
	return ac_client_request_read(kind, &words, task->arena, &task->request);
}

enum ac_step
ac_admin_client_change_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_client_task *task = task_new(h, AC_CLIENTS_CHANGE);
	const char *why;

	if (task == NULL)
		return AC_STEP_REPLY;
	why = read_form(h, task);
	if (why == NULL)
		return ask(app, h, task);
	refuse(h, 400, "invalid_request", why);
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_client_resumed(struct ac_app *app, struct ac_http *h)
{
	const struct ac_client_task *task = ac_http_state(h);

	(void)app;
	if (task->json != NULL)
		ac_http_reply(h, AC_REPLY_JSON, task->status, task->json, strlen(task->json));
	else
		refuse(h, task->status, task->error, task->why);
	return AC_STEP_REPLY;
}
