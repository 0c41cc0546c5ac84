/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_registry.h. The queue between the HTTP threads, which take requests, and the
 * main thread, which carries them out.
 */
#include "server/client_registry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "server/client_rows.h"
#include "server/client_work.h"
#include "server/clock.h"
#include "server/live.h"
#include "server/log.h"

struct ac_client_registry {
	struct authcode_store *store;
	struct authcode_issuer *issuer;
	int event_fd;
	pthread_mutex_t lock; /* of all that follows */
	bool stopping;
	struct ac_client_task *first;
};

bool
ac_client_registry_new(struct authcode_store *store, struct authcode_issuer *issuer,
		       struct ac_client_registry **ret, struct authcode_reason *reason)
{
	struct ac_client_registry *registry = calloc(1, sizeof(*registry));

	if (registry == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text), "out of memory");
		return false;
	}
	registry->store = store;
	registry->issuer = issuer;
	(void)pthread_mutex_init(&registry->lock, NULL);
	registry->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (registry->event_fd < 0) {
		(void)snprintf(reason->text, sizeof(reason->text), "clients: no eventfd");
		ac_client_registry_free(&registry);
		return false;
	}
	*ret = registry;
	return true;
}

void
ac_client_registry_free(struct ac_client_registry **registry)
{
	struct ac_client_registry *gone = *registry;

	*registry = NULL;
	if (gone == NULL)
		return;
	if (gone->event_fd >= 0)
		(void)close(gone->event_fd);
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone);
}

static void
log_unused(const struct ac_client_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct ac_stored_client *stored = &rows->stored[i];

		if (stored->state == AC_STORED_HIDDEN && !stored->removed)
			ac_log_event(AC_EVENT_CLIENT_HIDDEN, .client = stored->id,
				     .why = stored->why);
		else if (stored->state == AC_STORED_REFUSED && !stored->removed)
			ac_log_event(AC_EVENT_CLIENT_REFUSED, .client = stored->id,
				     .why = stored->why);
	}
}

bool
ac_client_registry_merge(struct ac_client_registry *registry, const struct ac_config *config,
			 struct authcode_clients **ret, struct authcode_reason *reason)
{
	struct ac_client_rows rows = { 0 };
	enum authcode_err err = ac_client_rows_read(&rows, registry->store, registry->issuer);

	if (err == AUTHCODE_OK)
		err = ac_client_rows_merge(&rows, config, ac_clock_unix_ms(), ret);
	if (err == AUTHCODE_OK)
		log_unused(&rows);
	else
		(void)snprintf(reason->text, sizeof(reason->text),
			       "the clients of the database cannot be used: %s",
			       authcode_err_str(err));
	ac_client_rows_clear(&rows);
	return err == AUTHCODE_OK;
}

int
ac_client_registry_fd(const struct ac_client_registry *registry)
{
	return registry->event_fd;
}

bool
ac_client_registry_ask(struct ac_client_registry *registry, struct ac_client_task *task)
{
	struct ac_client_task **end;
	const uint64_t one = 1;
	bool taken;

	(void)pthread_mutex_lock(&registry->lock);
	taken = !registry->stopping && write(registry->event_fd, &one, sizeof(one)) == sizeof(one);
	if (taken) {
		for (end = &registry->first; *end != NULL; end = &(*end)->next)
			continue;
		task->next = NULL;
		*end = task;
	}
	(void)pthread_mutex_unlock(&registry->lock);
	return taken;
}

/* The first that waits, taken out of the queue; NULL: none. */
static struct ac_client_task *
take_task(struct ac_client_registry *registry)
{
	struct ac_client_task *task;

	(void)pthread_mutex_lock(&registry->lock);
	task = registry->first;
	if (task != NULL)
		registry->first = task->next;
	(void)pthread_mutex_unlock(&registry->lock);
	return task;
}

static void (*const tasks[])(struct ac_client_work *) = {
	[AC_CLIENTS_LIST] = ac_client_list,
	[AC_CLIENTS_SHOW] = ac_client_show,
	[AC_CLIENTS_CHANGE] = ac_client_put,
};

void
ac_client_registry_tend(struct ac_client_registry *registry, struct ac_live *live)
{
	struct ac_client_task *task;
	uint64_t count;

	(void)!read(registry->event_fd, &count, sizeof(count));
	while ((task = take_task(registry)) != NULL) {
		struct ac_app *app = ac_live_pin(live);
		struct ac_client_work w = {
			.store = registry->store,
			.issuer = registry->issuer,
			.task = task,
			.live = live,
			.app = app,
			.now_ms = ac_clock_unix_ms(),
		};

		tasks[task->kind](&w);
		ac_client_rows_clear(&w.rows);
		ac_live_unpin(&app);
		ac_http_resume(task->h); /* it is the request's from here on */
	}
}

void
ac_client_registry_drain(struct ac_client_registry *registry)
{
	struct ac_client_task *task;

	(void)pthread_mutex_lock(&registry->lock);
	registry->stopping = true;
	(void)pthread_mutex_unlock(&registry->lock);
	while ((task = take_task(registry)) != NULL) {
		task->status = 503;
		task->error = "temporarily_unavailable";
		task->why = "the server is stopping";
		ac_http_resume(task->h);
	}
}
