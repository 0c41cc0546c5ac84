/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit.h. What leaves no record either changes nothing that a person or a
 * client has, or is too cheap for a stranger to cause: the codes of a device are
 * asked for by anybody, live for minutes, and would fill the table.
 */
#include "store/audit.h"

#include <string.h>

#include "store/row_key.h"

static const struct row {
	enum authcode_operation_kind kind;
	enum authcode_result result;
	const char *event;
} rows[] = {
	{ AUTHCODE_OP_CREATE_SESSION, AUTHCODE_RESULT_DONE, "login_succeeded" },
	{ AUTHCODE_OP_ISSUE_CODE, AUTHCODE_RESULT_DONE, "code_issued" },
	{ AUTHCODE_OP_REDEEM_CODE, AUTHCODE_RESULT_DONE, "token_issued" },
	{ AUTHCODE_OP_REDEEM_CODE, AUTHCODE_RESULT_REUSED, "code_reused" },
	{ AUTHCODE_OP_USE_REFRESH, AUTHCODE_RESULT_DONE, "token_refreshed" },
	{ AUTHCODE_OP_USE_REFRESH, AUTHCODE_RESULT_REUSED, "refresh_reused" },
	{ AUTHCODE_OP_ISSUE_CLIENT_TOKEN, AUTHCODE_RESULT_DONE, "client_token_issued" },
	{ AUTHCODE_OP_REVOKE_FAMILY, AUTHCODE_RESULT_DONE, "tokens_revoked" },
	{ AUTHCODE_OP_REVOKE_TOKEN, AUTHCODE_RESULT_DONE, "token_revoked" },
	{ AUTHCODE_OP_END_SESSION, AUTHCODE_RESULT_DONE, "session_ended" },
	{ AUTHCODE_OP_RETIRE_SUBJECT, AUTHCODE_RESULT_DONE, "account_gone" },
	{ AUTHCODE_OP_RELINK_SUBJECT, AUTHCODE_RESULT_DONE, "subject_relinked" },
	{ AUTHCODE_OP_REVOKE_SUBJECT, AUTHCODE_RESULT_DONE, "person_revoked" },
	{ AUTHCODE_OP_ERASE_SUBJECT, AUTHCODE_RESULT_DONE, "person_erased" },
	{ AUTHCODE_OP_PUT_CLIENT, AUTHCODE_RESULT_DONE, "client_changed" },
	{ AUTHCODE_OP_WITHDRAW_GRANT, AUTHCODE_RESULT_DONE, "consent_withdrawn" },
	{ AUTHCODE_OP_ANSWER_DEVICE, AUTHCODE_RESULT_DONE, "device_allowed" },
	{ AUTHCODE_OP_REDEEM_DEVICE, AUTHCODE_RESULT_DONE, "device_token_issued" },
	{ AUTHCODE_OP_REDEEM_DEVICE, AUTHCODE_RESULT_REUSED, "device_reused" },
	{ AUTHCODE_OP_RECORD_DELIVERY, AUTHCODE_RESULT_DONE, "logout_told" },
	{ AUTHCODE_OP_ADD_SIGNING_KEY, AUTHCODE_RESULT_DONE, "signing_key_created" },
	{ AUTHCODE_OP_FORGET_SIGNING_KEY, AUTHCODE_RESULT_DONE, "signing_key_forgotten" },
};

/* What two outcomes of one operation are called, which the result does not tell. */
static const char *
refine(const struct authcode_operation *operation, const char *event)
{
	const struct authcode_op_record_delivery *delivery = &operation->u.record_delivery;

	if (operation->kind == AUTHCODE_OP_ANSWER_DEVICE && !operation->u.answer_device.allow)
		return "device_denied";
	if (operation->kind == AUTHCODE_OP_RECORD_DELIVERY && !delivery->delivered)
		return delivery->next_ms == 0 ? "logout_given_up" : NULL;
	if (operation->kind == AUTHCODE_OP_PUT_CLIENT && operation->u.put_client.remove)
		return "client_removed";
	if (operation->kind == AUTHCODE_OP_PUT_CLIENT && operation->u.put_client.revision == 0)
		return "client_added";
	if (operation->kind == AUTHCODE_OP_ERASE_SUBJECT && !operation->u.erase_subject.ret_whole)
		return NULL; /* a piece of it */
	return event;
}

const char *
authcode_audit_event(const struct authcode_operation *operation)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (rows[i].kind == operation->kind && rows[i].result == operation->result)
			return refine(operation, rows[i].event);
	}
	return NULL;
}

static int64_t
object_of(const struct authcode_operation *operation)
{
	switch (operation->kind) {
	case AUTHCODE_OP_CREATE_SESSION:
		return operation->u.create_session.ret_session_id;
	case AUTHCODE_OP_ISSUE_CODE:
		return operation->u.issue_code.ret_code_id;
	case AUTHCODE_OP_REDEEM_CODE:
		return operation->u.redeem_code.id;
	case AUTHCODE_OP_USE_REFRESH:
		return operation->u.use_refresh.family_id;
	case AUTHCODE_OP_ISSUE_CLIENT_TOKEN:
		return operation->u.issue_client_token.ret_family_id;
	case AUTHCODE_OP_REVOKE_FAMILY:
		return operation->u.revoke_family.family_id;
	case AUTHCODE_OP_REVOKE_TOKEN:
		return operation->u.revoke_token.token_id;
	case AUTHCODE_OP_END_SESSION:
		return operation->u.end_session.session_id;
	case AUTHCODE_OP_ANSWER_DEVICE:
		return operation->u.answer_device.device_id;
	case AUTHCODE_OP_REDEEM_DEVICE:
		return operation->u.redeem_device.id;
	case AUTHCODE_OP_RECORD_DELIVERY:
		return operation->u.record_delivery.delivery_id;
	case AUTHCODE_OP_ADD_SIGNING_KEY:
		return operation->u.add_signing_key.ret_key_id;
	case AUTHCODE_OP_FORGET_SIGNING_KEY:
		return operation->u.forget_signing_key.key_id;
	default:
		return 0;
	}
}

/* The caller knows whom it is about, but for those whom the operation finds itself. */
static int64_t
subject_of(const struct authcode_operation *operation)
{
	switch (operation->kind) {
	case AUTHCODE_OP_CREATE_SESSION:
		return operation->u.create_session.ret_subject_id;
	case AUTHCODE_OP_END_SESSION:
		return operation->u.end_session.ret_subject_id;
	case AUTHCODE_OP_RETIRE_SUBJECT:
		return operation->u.retire_subject.subject_id;
	case AUTHCODE_OP_RELINK_SUBJECT:
		return operation->u.relink_subject.ret_subject_id;
	case AUTHCODE_OP_REVOKE_SUBJECT:
		return operation->u.revoke_subject.subject_id;
	case AUTHCODE_OP_ERASE_SUBJECT:
		return operation->u.erase_subject.subject_id;
	default:
		return operation->audit.subject_id;
	}
}

const char *
ac_audit_client(const struct authcode_operation *operation)
{
	if (operation->kind == AUTHCODE_OP_PUT_CLIENT)
		return operation->u.put_client.client_id;
	return operation->audit.client_id != NULL ? operation->audit.client_id : "";
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

bool
ac_audit_of(const struct authcode_operation *operation, struct authcode_audit_record *ret)
{
	const struct authcode_audit *audit = &operation->audit;
	const char *event = audit->wanted ? authcode_audit_event(operation) : NULL;

	if (event == NULL)
		return false;
	*ret = (struct authcode_audit_record){
		.event = event,
		.txn = audit->txn,
		.client_id = ac_audit_client(operation),
		.subject_id = subject_of(operation),
		.user_name = "",
		.object_id = object_of(operation),
		.rhost = or_empty(audit->rhost),
		.reason = or_empty(audit->reason),
		.by_admin = audit->by_admin,
		.admin_uid = audit->by_admin ? audit->admin_uid : 0,
		.created_ms = operation->now_ms,
	};
	return true;
}

bool
ac_audit_may(const struct authcode_operation *operation)
{
	for (size_t i = 0; operation->audit.wanted && i < AC_ARRAY_SIZE(rows); i++) {
		if (rows[i].kind == operation->kind)
			return true;
	}
	return false;
}

bool
ac_audit_matches(const struct authcode_audit_query *query,
		 const struct authcode_audit_record *record)
{
	return (query->txn == 0 || query->txn == record->txn) &&
	       (query->subject_id == 0 || query->subject_id == record->subject_id) &&
	       (query->client_id == NULL || strcmp(query->client_id, record->client_id) == 0) &&
	       (query->user_name == NULL || strcmp(query->user_name, record->user_name) == 0);
}

int64_t
ac_audit_key(int64_t ms)
{
	return ms << AC_ROW_KEY_RANDOM_BITS;
}

void
ac_audit_range(const struct authcode_audit_query *query, int64_t *ret_first, int64_t *ret_last)
{
	*ret_first = query->before_id > 0 ? query->before_id : INT64_MAX;
	if (query->until_ms > 0 && query->until_ms <= AC_ROW_KEY_MAX_MS &&
	    ac_audit_key(query->until_ms) < *ret_first)
		*ret_first = ac_audit_key(query->until_ms);
	*ret_last = query->since_ms > 0 && query->since_ms <= AC_ROW_KEY_MAX_MS
			    ? ac_audit_key(query->since_ms)
			    : 0;
}
