/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See storage.h.
 */
#include "server/storage.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/event.h"
#include "server/log.h"

struct ac_storage {
	atomic_bool failing;
	_Atomic int64_t failed_ms; /* the last time */
};

struct ac_storage *
ac_storage_new(void)
{
	return calloc(1, sizeof(struct ac_storage));
}

void
ac_storage_free(struct ac_storage **storage)
{
	free(*storage);
	*storage = NULL;
}

static void
say_why(struct authcode_store *store, enum authcode_operation_kind kind)
{
	struct authcode_store_stats stats = { 0 };

	authcode_store_stats(store, &stats);
	ac_log_event(AC_EVENT_NOTHING_STORED,
		     .error = stats.problem != NULL ? stats.problem : "unknown",
		     .operation = authcode_operation_name(kind));
}

void
ac_storage_note(struct ac_storage *storage, struct authcode_store *store,
		const struct authcode_operation *operation, int64_t now_ms)
{
	if (storage == NULL)
		return;
	if (operation->result == AUTHCODE_RESULT_FAILED && operation->err == AUTHCODE_ERR_STORE) {
		atomic_store(&storage->failed_ms, now_ms);
		if (!atomic_exchange(&storage->failing, true))
			say_why(store, operation->kind);
	} else if (operation->result == AUTHCODE_RESULT_DONE && atomic_load(&storage->failing) &&
		   now_ms - atomic_load(&storage->failed_ms) >= AC_STORAGE_CALM_MS &&
		   atomic_exchange(&storage->failing, false)) {
		ac_log_event(AC_EVENT_STORED_AGAIN);
	}
}

void
ac_storage_report_upgrade(const char *database, const struct authcode_store_upgrade *upgrade)
{
	char from[16], to[16], copy[PATH_MAX];

	if (upgrade->to == 0)
		return;
	(void)snprintf(from, sizeof(from), "%d", upgrade->from);
	(void)snprintf(to, sizeof(to), "%d", upgrade->to);
	(void)snprintf(copy, sizeof(copy), "%s.schema-%d", database, upgrade->from);
	ac_log_event(AC_EVENT_SCHEMA_UPGRADED, .old_schema = from, .schema = to, .file = copy);
}
