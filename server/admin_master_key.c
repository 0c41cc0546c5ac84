/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_master_key.h. No byte of a key is in the request or in the answer.
 */
#include "server/admin_master_key.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/admin.h"
#include "server/keys.h"
#include "server/log.h"

enum ac_step
ac_admin_master_key_start(struct ac_app *app, struct ac_http *h)
{
	struct ac_key_waiter *waiter;

	if (ac_http_body(h).len > 0) {
		ac_admin_refuse(h, 400, "invalid_request", "there is nothing to be given");
		return AC_STEP_REPLY;
	}
	waiter = calloc(1, sizeof(*waiter));
	if (waiter == NULL) {
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return AC_STEP_REPLY;
	}
	ac_http_set_state(h, waiter, free);
	waiter->h = h;
	waiter->master = true;
	if (ac_keys_ask(app->keys, waiter))
		return AC_STEP_WAIT;
	ac_admin_refuse(h, 503, "temporarily_unavailable", "the server is stopping");
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_master_key_resumed(struct ac_app *app, struct ac_http *h)
{
	static const char done[] = "{\"rotated\":true}";
	const struct ac_key_waiter *waiter = ac_http_state(h);
	char admin[16];

	(void)app;
	(void)snprintf(admin, sizeof(admin), "%u", ac_http_admin_uid(h));
	if (waiter->err == AUTHCODE_OK) {
		ac_log_event(AC_EVENT_MASTER_KEY_ROTATED, .admin_uid = admin,
			     .txn = ac_http_txn(h));
		ac_http_reply(h, AC_REPLY_JSON, 200, done, sizeof(done) - 1);
		return AC_STEP_REPLY;
	}
	ac_log_event(AC_EVENT_MASTER_KEY_NOT_ROTATED, .admin_uid = admin,
		     .why = waiter->reason.text, .txn = ac_http_txn(h));
	if (waiter->err == AUTHCODE_ERR_CONFIG)
		ac_admin_refuse(h, 409, "conflict",
				"the master key is not a file of the state directory but a "
				"credential; the manual of authcodectl says how to change it");
	else
		ac_admin_refuse(h, 503, "temporarily_unavailable",
				"the master key could not be changed; the log of the server says "
				"why");
	return AC_STEP_REPLY;
}
