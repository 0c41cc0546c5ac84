/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_keys.h. Nothing here is secret: what is told of a key is what its
 * public part and its times are.
 */
#include "server/admin_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/admin_form.h"
#include "server/clock.h"
#include "server/keys.h"
#include "server/log.h"

#define MAX_LIST 65536

/* Lives as long as the request. */
struct change {
	struct authcode_arena *arena;
	struct ac_key_waiter waiter;
};

static void
change_free(void *state)
{
	struct change *change = state;

	authcode_arena_free(&change->arena);
	free(change);
}

static const char *const state_names[] = {
	[AUTHCODE_KEY_NEXT] = "next",
	[AUTHCODE_KEY_CURRENT] = "current",
	[AUTHCODE_KEY_RETIRED] = "retired",
};

/* A kid has nothing that JSON would have to escape (RFC 7638: base64url). */
static void
put_key(struct ac_buf *json, const struct authcode_key_info *key)
{
	ac_buf_printf(json,
		      "{\"kid\":\"%s\",\"alg\":\"%s\",\"state\":\"%s\",\"created\":%lld,"
		      "\"active\":%lld",
		      key->kid, key->alg, state_names[key->state],
		      (long long)(key->created_ms / 1000), (long long)(key->active_ms / 1000));
	if (key->retire_ms != 0)
		ac_buf_printf(json, ",\"retire\":%lld", (long long)(key->retire_ms / 1000));
	ac_buf_puts(json, "}");
}

static void
reply_list(const struct ac_app *app, struct ac_http *h)
{
	struct authcode_key_info keys[AUTHCODE_MAX_KEYS];
	const size_t count =
		authcode_issuer_list_keys(app->issuer, ac_clock_unix_ms(), keys, AUTHCODE_MAX_KEYS);
	struct ac_buf json;

	ac_buf_init(&json, MAX_LIST);
	ac_buf_puts(&json, "{\"keys\":[");
	for (size_t i = 0; i < count; i++) {
		ac_buf_puts(&json, i > 0 ? "," : "");
		put_key(&json, &keys[i]);
	}
	ac_buf_puts(&json, "]}");
	ac_admin_reply(h, &json);
	ac_buf_clear(&json);
}

enum ac_step
ac_admin_keys_start(struct ac_app *app, struct ac_http *h)
{
	reply_list(app, h);
	return AC_STEP_REPLY;
}

/* --- changes ---------------------------------------------------------------------- */

/* Fills the waiter from the form. Returns what is wrong with it, or NULL. */
typedef const char *read_form(const struct ac_params *params, struct ac_key_waiter *ret);

static const char *
read_rotation(const struct ac_params *params, struct ac_key_waiter *ret)
{
	const char *at_once = ac_params_get(params, "at_once");

	if (at_once != NULL && strcmp(at_once, "yes") != 0)
		return "at_once is yes or left out";
	ret->rotation = at_once != NULL ? AUTHCODE_KEYS_ROTATE_AT_ONCE : AUTHCODE_KEYS_ROTATE;
	return NULL;
}

/* As long as a kid can be; of what characters, the list of keys says. */
static const char *
read_withdrawal(const struct ac_params *params, struct ac_key_waiter *ret)
{
	const char *kid = ac_params_get(params, "kid");
	size_t len = kid != NULL ? strlen(kid) : 0;

	if (len == 0 || len > AC_MAX_KID || !ac_text_printable(kid, len))
		return "kid must be the kid of a key";
	ret->withdraw = kid;
	return NULL;
}

/* A request without body is the form without fields. */
static const char *
read_request(const struct ac_http *h, struct change *change, read_form *read)
{
	struct authcode_bytes body = ac_http_body(h);
	struct ac_params params = { 0 };

	if (body.len > 0 && !ac_form_is_type(ac_http_header(h, "Content-Type")))
		return "the request is not a form";
	if (ac_form_decode(change->arena, body.data, body.len, AC_FROM_BODY, &params) !=
	    AUTHCODE_OK)
		return "the request is not a form";
	if (ac_params_repeated(&params, NULL, 0) != NULL)
		return "a field is repeated";
	return read(&params, &change->waiter);
}

static enum ac_step
start(struct ac_app *app, struct ac_http *h, read_form *read)
{
	struct change *change = calloc(1, sizeof(*change));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	const char *why;

	if (change != NULL) {
		ac_http_set_state(h, change, change_free);
		err = authcode_arena_new(AC_MAX_ARENA, &change->arena);
	}
	if (err != AUTHCODE_OK) {
		ac_admin_refuse(h, 500, "server_error", "out of memory");
		return AC_STEP_REPLY;
	}
	why = read_request(h, change, read);
	if (why != NULL) {
		ac_admin_refuse(h, 400, "invalid_request", why);
		return AC_STEP_REPLY;
	}
	change->waiter.h = h;
	if (ac_keys_ask(app->keys, &change->waiter))
		return AC_STEP_WAIT;
	ac_admin_refuse(h, 503, "temporarily_unavailable", "the server is stopping");
	return AC_STEP_REPLY;
}

static void
refuse(struct ac_http *h, const struct ac_key_waiter *waiter)
{
	switch (waiter->err) {
	case AUTHCODE_ERR_LIMIT:
		ac_admin_refuse(h, 409, "conflict",
				"as many keys are published as can be; some are forgotten when "
				"what they have signed is over");
		break;
	case AUTHCODE_ERR_NOT_FOUND:
		ac_admin_refuse(h, 404, "not_found",
				"no key of this kid is published: the list of keys has those "
				"that are");
		break;
	default:
		ac_admin_refuse(h, 503, "temporarily_unavailable",
				"the keys could not be changed; the log of the server says why");
		break;
	}
}

enum ac_step
ac_admin_rotate_start(struct ac_app *app, struct ac_http *h)
{
	return start(app, h, read_rotation);
}

enum ac_step
ac_admin_rotate_resumed(struct ac_app *app, struct ac_http *h)
{
	const struct change *change = ac_http_state(h);
	const struct ac_key_waiter *waiter = &change->waiter;
	const bool at_once = waiter->rotation == AUTHCODE_KEYS_ROTATE_AT_ONCE;
	char admin[16];

	(void)snprintf(admin, sizeof(admin), "%u", ac_http_admin_uid(h));
	if (waiter->err == AUTHCODE_OK) {
		ac_log_event(AC_EVENT_SIGNING_KEYS_ROTATED, .admin_uid = admin,
			     .at_once = at_once ? "yes" : "no", .txn = ac_http_txn(h));
		reply_list(app, h);
		return AC_STEP_REPLY;
	}
	ac_log_event(AC_EVENT_SIGNING_KEYS_NOT_ROTATED, .admin_uid = admin,
		     .why = waiter->reason.text, .txn = ac_http_txn(h));
	refuse(h, waiter);
	return AC_STEP_REPLY;
}

enum ac_step
ac_admin_key_withdraw_start(struct ac_app *app, struct ac_http *h)
{
	return start(app, h, read_withdrawal);
}

enum ac_step
ac_admin_key_withdraw_resumed(struct ac_app *app, struct ac_http *h)
{
	const struct change *change = ac_http_state(h);
	const struct ac_key_waiter *waiter = &change->waiter;
	char admin[16];

	(void)snprintf(admin, sizeof(admin), "%u", ac_http_admin_uid(h));
	if (waiter->err == AUTHCODE_OK) {
		ac_log_event(AC_EVENT_SIGNING_KEY_WITHDRAWN, .admin_uid = admin,
			     .kid = waiter->withdraw, .txn = ac_http_txn(h));
		reply_list(app, h);
		return AC_STEP_REPLY;
	}
	ac_log_event(AC_EVENT_SIGNING_KEY_NOT_WITHDRAWN, .admin_uid = admin,
		     .kid = waiter->withdraw, .why = waiter->reason.text, .txn = ac_http_txn(h));
	refuse(h, waiter);
	return AC_STEP_REPLY;
}
