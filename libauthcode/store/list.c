/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See <authcode/list.h>. What breaks the rules reaches no backend.
 */
#include "store/list.h"

#include <string.h>

bool
ac_list_wants(const struct authcode_list *list, int64_t subject_id, const char *name)
{
	const char *wanted =
		list->kind == AUTHCODE_LIST_SUBJECTS ? list->user_name : list->client_id;

	if (list->subject_id != 0 && list->subject_id != subject_id)
		return false;
	return wanted == NULL || strcmp(wanted, name) == 0;
}

enum authcode_err
authcode_store_list(struct authcode_store *store, struct authcode_list *list,
		    struct authcode_arena *arena, struct authcode_listed *ret)
{
	if (list->kind < AUTHCODE_LIST_SUBJECTS || list->kind >= AUTHCODE_LIST_COUNT ||
	    list->look < 1 || list->look > AUTHCODE_LIST_MAX || list->after_id < 0 ||
	    list->after_client == NULL)
		return AUTHCODE_ERR_USAGE;
	return store->ops->list(store->self, list, arena, ret);
}

/* --- what became of a row ------------------------------------------------------------ */

static const char *
subject_state(const struct authcode_listed *row, int64_t now_ms)
{
	const struct authcode_subject *subject = &row->u.subject;

	(void)now_ms;
	if (subject->retired_ms == 0)
		return "live";
	return subject->user_name[0] == '\0' ? "erased" : "gone";
}

static const char *
session_state(const struct authcode_listed *row, int64_t now_ms)
{
	const struct authcode_session *session = &row->u.session.session;

	if (session->ended_ms != 0)
		return "ended";
	if (row->u.session.subject.retired_ms != 0)
		return "gone";
	return now_ms >= session->idle_expires_ms || now_ms >= session->expires_ms ? "expired"
										   : "live";
}

static const char *
grant_state(const struct authcode_listed *row, int64_t now_ms)
{
	(void)now_ms;
	if (row->u.grant.subject.retired_ms != 0)
		return "gone";
	return row->u.grant.grant.scope[0] == '\0' ? "withdrawn" : "live";
}

/* What ends codes, families and devices alike. */
static const char *
tied_state(const struct authcode_subject *subject, const struct authcode_session *session,
	   int64_t withdrawn_ms, bool over)
{
	if (subject->retired_ms != 0)
		return "gone";
	if (withdrawn_ms != 0)
		return "withdrawn";
	if (session->ended_ms != 0)
		return "ended";
	return over ? "expired" : "live";
}

static const char *
code_state(const struct authcode_listed *row, int64_t now_ms)
{
	const struct authcode_code_view *view = &row->u.code;

	if (view->code.used_ms != 0)
		return "used";
	return tied_state(&view->subject, &view->session, view->withdrawn_ms,
			  now_ms >= view->code.expires_ms);
}

static const char *
family_state(const struct authcode_listed *row, int64_t now_ms)
{
	const struct authcode_token_view *view = &row->u.family;

	if (view->family.revoked_ms != 0)
		return "revoked";
	return tied_state(&view->subject, &view->session, view->withdrawn_ms,
			  now_ms >= view->family.expires_ms);
}

static const char *
token_state(const struct authcode_listed *row, int64_t now_ms)
{
	const struct authcode_token *token = &row->u.token.token;
	const char *state = family_state(row, now_ms);

	if (token->revoked_ms != 0)
		return "revoked";
	if (token->rotated_ms != 0)
		return "used";
	return strcmp(state, "live") == 0 && now_ms >= token->expires_ms ? "expired" : state;
}

static const char *
device_state(const struct authcode_listed *row, int64_t now_ms)
{
	static const char *const states[] = {
		[AUTHCODE_DEVICE_PENDING] = "pending",
		[AUTHCODE_DEVICE_ALLOWED] = "allowed",
		[AUTHCODE_DEVICE_DENIED] = "denied",
		[AUTHCODE_DEVICE_USED] = "used",
	};
	const struct authcode_device_view *view = &row->u.device;
	const char *tie;

	if (view->device.state == AUTHCODE_DEVICE_DENIED ||
	    view->device.state == AUTHCODE_DEVICE_USED)
		return states[view->device.state];
	tie = tied_state(&view->subject, &view->session, view->withdrawn_ms,
			 now_ms >= view->device.expires_ms);
	return strcmp(tie, "live") == 0 ? states[view->device.state] : tie;
}

static const char *
delivery_state(const struct authcode_listed *row, int64_t now_ms)
{
	const struct authcode_delivery *delivery = &row->u.delivery.delivery;

	(void)now_ms;
	if (delivery->delivered_ms != 0)
		return "delivered";
	return delivery->next_ms != 0 ? "pending" : "given up";
}

const char *
authcode_listed_state(enum authcode_list_kind kind, const struct authcode_listed *row,
		      int64_t now_ms)
{
	static const char *(*const states[AUTHCODE_LIST_COUNT])(const struct authcode_listed *,
								int64_t) = {
		[AUTHCODE_LIST_SUBJECTS] = subject_state,
		[AUTHCODE_LIST_SESSIONS] = session_state,
		[AUTHCODE_LIST_GRANTS] = grant_state,
		[AUTHCODE_LIST_CODES] = code_state,
		[AUTHCODE_LIST_FAMILIES] = family_state,
		[AUTHCODE_LIST_TOKENS] = token_state,
		[AUTHCODE_LIST_DEVICES] = device_state,
		[AUTHCODE_LIST_DELIVERIES] = delivery_state,
	};

	if (kind < AUTHCODE_LIST_SUBJECTS || kind >= AUTHCODE_LIST_COUNT)
		return "unknown";
	return states[kind](row, now_ms);
}

enum authcode_err
authcode_store_find_subject(struct authcode_store *store, const char *user_name, const char *sub,
			    struct authcode_arena *arena, struct authcode_subject *ret)
{
	if (user_name == NULL && sub == NULL)
		return AUTHCODE_ERR_USAGE;
	return store->ops->find_subject(store->self, user_name, sub, arena, ret);
}
