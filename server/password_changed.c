/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See password_changed.h. The operation goes its way by itself: the thread of the
 * conversations waits for no disk, and whatever the sign-in does comes behind it.
 */
#include "server/password_changed.h"

#include <stdio.h>
#include <stdlib.h>

#include <authcode/list.h>

#include "base/limits.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/log.h"
#include "server/txn.h"

/* Lives until its operation is done. */
struct ending {
	struct authcode_operation operation;
	char client_id[AC_MAX_CLIENT_ID + 1];
	char rhost[64];
};

static void
tell_failure(enum authcode_err err)
{
	ac_log(AC_LOG_ERROR,
	       "a password was changed, and what its account had before is not ended (%s); "
	       "authcodectl user revoke ends it",
	       authcode_err_str(err));
}

static void
ended(struct authcode_operation *operation, void *arg)
{
	struct ending *ending = arg;

	if (operation->result == AUTHCODE_RESULT_FAILED)
		tell_failure(operation->err);
	free(ending);
}

static enum authcode_err
end_all(struct ac_app *app, const struct ac_password_change *change, int64_t subject_id)
{
	struct ending *ending = calloc(1, sizeof(*ending));

	if (ending == NULL)
		return AUTHCODE_ERR_MEMORY;
	(void)snprintf(ending->client_id, sizeof(ending->client_id), "%s", change->client_id);
	(void)snprintf(ending->rhost, sizeof(ending->rhost), "%s", change->rhost);
	ending->operation = (struct authcode_operation){
		.kind = AUTHCODE_OP_REVOKE_SUBJECT,
		.now_ms = ac_clock_unix_ms(),
		.audit = { .wanted = app->config->audit != 0,
			   .client_id = ending->client_id,
			   .rhost = ending->rhost,
			   .reason = "password_changed" },
		.u.revoke_subject = { .subject_id = subject_id, .keep_consents = true },
	};
	if (!ac_txn_parse(change->txn, &ending->operation.audit.txn))
		ending->operation.audit.txn = 0;
	authcode_store_submit(app->store, &ending->operation, ended, ending);
	return AUTHCODE_OK;
}

void
ac_password_changed(void *app, const struct ac_password_change *change)
{
	struct ac_app *daemon = app;
	struct authcode_arena *arena = NULL;
	struct authcode_subject subject;
	enum authcode_err err = authcode_arena_new(AC_MAX_ARENA, &arena);

	if (err == AUTHCODE_OK)
		err = authcode_store_find_subject(daemon->store, change->user, NULL, arena,
						  &subject);
	if (err == AUTHCODE_OK)
		err = end_all(daemon, change, subject.id);
	authcode_arena_free(&arena);
	/* Who has never been here has nothing. */
	if (err != AUTHCODE_OK && err != AUTHCODE_ERR_NOT_FOUND)
		tell_failure(err);
}
