/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The clients of the database while the daemon runs: read at the start, beside those of
 * the files at every reload, and changed by administrators. All of it happens on the
 * main thread, one thing after the other, since checking every client takes longer than
 * a request may hold an HTTP thread.
 */
#ifndef AC_SERVER_CLIENT_REGISTRY_H
#define AC_SERVER_CLIENT_REGISTRY_H

#include <authcode/authcode.h>

#include "server/app.h"
#include "server/client_change.h"
#include "server/config.h"
#include "server/http.h"

struct ac_client_registry;

/* New: ac_client_registry_free(). Store and issuer must live as long. */
AC_MUST_USE bool ac_client_registry_new(struct authcode_store *store,
					struct authcode_issuer *issuer,
					struct ac_client_registry **ret,
					struct authcode_reason *reason);
void ac_client_registry_free(struct ac_client_registry **registry);

/* The clients of that configuration and those of the database beside them. Clients of
 * the database that cannot be used are left out, and the log says so. New: the caller
 * drops it with authcode_clients_unref(). False: one sentence in reason. */
AC_MUST_USE bool ac_client_registry_merge(struct ac_client_registry *registry,
					  const struct ac_config *config,
					  struct authcode_clients **ret,
					  struct authcode_reason *reason);

enum ac_client_task_kind {
	AC_CLIENTS_LIST = 1,
	AC_CLIENTS_SHOW, /* request.id */
	AC_CLIENTS_CHANGE,
};

/* A request of an administrator, which waits for its answer. */
struct ac_client_task {
	struct ac_http *h;
	enum ac_client_task_kind kind;
	struct ac_client_request request;
	uint32_t uid; /* of whoever asks */
	struct authcode_arena *arena;
	/* The answer: JSON in the arena; or error and why. */
	unsigned status;
	const char *json;
	const char *error, *why;
	struct ac_client_task *next;
};

/* False: the daemon is stopping, and h is not resumed. */
AC_MUST_USE bool ac_client_registry_ask(struct ac_client_registry *registry,
					struct ac_client_task *task);

/* Readable when somebody has asked. */
int ac_client_registry_fd(const struct ac_client_registry *registry);

/* Does what was asked. On the main thread. */
void ac_client_registry_tend(struct ac_client_registry *registry, struct ac_live *live);

/* From now on nobody's question is taken, and those that wait are refused. */
void ac_client_registry_drain(struct ac_client_registry *registry);

#endif
