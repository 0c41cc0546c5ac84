/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The arguments of operations, checked once for every backend, so that none
 * has to meet a NULL text or a time that fits no row key. See operation.h.
 */
#include "store/operation.h"

#include <stddef.h>
#include <string.h>

#include "store/row_key.h"

/* Far above every limit of limits.h; what a row can hold is bounded even when
 * a host forgets its own limits. */
#define MAX_TEXT (256 * 1024)

static enum authcode_err
check_texts(const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (texts[i] == NULL)
			return AUTHCODE_ERR_USAGE;
		if (strnlen(texts[i], MAX_TEXT + 1) > MAX_TEXT)
			return AUTHCODE_ERR_LIMIT;
	}
	return AUTHCODE_OK;
}

static enum authcode_err
check_create_session(const struct authcode_operation *operation)
{
	const struct authcode_op_create_session *args = &operation->u.create_session;
	const char *const texts[] = {
		args->user_name, args->full_name, args->groups, args->new_sub,
		args->acr,       args->amr,       args->claims,
	};

	if (args->new_sub != NULL && args->new_sub[0] == '\0')
		return AUTHCODE_ERR_USAGE;
	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_issue_code(const struct authcode_operation *operation)
{
	const struct authcode_op_issue_code *args = &operation->u.issue_code;
	const char *const texts[] = {
		args->code.client_id,
		args->code.redirect_uri,
		args->code.scope,
		args->code.code_challenge,
		args->code.nonce,
		args->code.claims_request,
		args->code.resource,
		args->remember ? args->consented_scope : "",
		args->asked_acr != NULL ? args->asked_acr : "",
	};

	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

/* refresh: read only when there is one. */
static enum authcode_err
check_tokens(const struct authcode_new_token *access, bool with_refresh,
	     const struct authcode_new_token *refresh)
{
	const char *const texts[] = {
		access->scope,
		access->resource,
		with_refresh ? refresh->scope : "",
		with_refresh ? refresh->resource : "",
	};

	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_redeem_code(const struct authcode_operation *operation)
{
	const struct authcode_op_redeem *args = &operation->u.redeem_code;

	return check_tokens(&args->access, args->with_refresh, &args->refresh);
}

static enum authcode_err
check_use_refresh(const struct authcode_operation *operation)
{
	const struct authcode_op_use_refresh *args = &operation->u.use_refresh;

	if (args->retry_ms < 0 || args->retry_ms > AUTHCODE_RETRY_MAX_MS)
		return AUTHCODE_ERR_USAGE;
	return check_tokens(&args->access, args->rotate, &args->successor);
}

static enum authcode_err
check_purge(const struct authcode_operation *operation)
{
	const struct authcode_op_purge *args = &operation->u.purge;

	return args->limit >= 1 && args->limit <= AUTHCODE_PURGE_MAX &&
			       args->audit_before_ms >= 0 &&
			       args->audit_before_ms <= AC_ROW_KEY_MAX_MS &&
			       args->shorten_before_ms >= 0 &&
			       args->shorten_before_ms <= AC_ROW_KEY_MAX_MS &&
			       args->shortened_id >= 0
		       ? AUTHCODE_OK
		       : AUTHCODE_ERR_USAGE;
}

static enum authcode_err
check_erase_subject(const struct authcode_operation *operation)
{
	const struct authcode_op_erase_subject *args = &operation->u.erase_subject;

	return args->limit >= 1 && args->limit <= AUTHCODE_PURGE_MAX && args->after_id >= 0
		       ? AUTHCODE_OK
		       : AUTHCODE_ERR_USAGE;
}

static enum authcode_err
check_relink_subject(const struct authcode_operation *operation)
{
	const struct authcode_op_relink_subject *args = &operation->u.relink_subject;
	const char *const texts[] = { args->old_name, args->new_name };

	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_issue_client_token(const struct authcode_operation *operation)
{
	const struct authcode_op_issue_client_token *args = &operation->u.issue_client_token;
	const char *const texts[] = { args->client_id, args->resource, args->access.scope,
				      args->access.resource };

	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_withdraw_grant(const struct authcode_operation *operation)
{
	const struct authcode_op_withdraw_grant *args = &operation->u.withdraw_grant;
	const char *const texts[] = { args->client_id,
				      args->subject_id == 0 ? args->user_name : "" };

	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_create_device(const struct authcode_operation *operation)
{
	const struct authcode_device *device = &operation->u.create_device.device;
	const char *const texts[] = { device->client_id, device->scope, device->resource };

	if (device->interval_ms < 0 || device->expires_ms < 0)
		return AUTHCODE_ERR_USAGE;
	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_redeem_device(const struct authcode_operation *operation)
{
	const struct authcode_op_redeem *args = &operation->u.redeem_device;

	return check_tokens(&args->access, args->with_refresh, &args->refresh);
}

static enum authcode_err
check_record_delivery(const struct authcode_operation *operation)
{
	int64_t next_ms = operation->u.record_delivery.next_ms;

	return next_ms >= 0 && next_ms <= AC_ROW_KEY_MAX_MS ? AUTHCODE_OK : AUTHCODE_ERR_USAGE;
}

static enum authcode_err
check_add_signing_key(const struct authcode_operation *operation)
{
	const struct authcode_op_add_signing_key *args = &operation->u.add_signing_key;
	const char *const texts[] = { args->kid, args->alg, args->sealed };
	enum authcode_err err = check_texts(texts, AC_ARRAY_SIZE(texts));

	for (size_t i = 0; err == AUTHCODE_OK && i < AC_ARRAY_SIZE(texts); i++) {
		if (texts[i][0] == '\0')
			err = AUTHCODE_ERR_USAGE;
	}
	if (err == AUTHCODE_OK && (args->active_ms < 1 || args->active_ms > AC_ROW_KEY_MAX_MS))
		err = AUTHCODE_ERR_USAGE;
	return err;
}

static enum authcode_err
check_stop_signing_key(const struct authcode_operation *operation)
{
	int64_t stopped_ms = operation->u.stop_signing_key.stopped_ms;

	return stopped_ms >= 0 && stopped_ms <= AC_ROW_KEY_MAX_MS ? AUTHCODE_OK
								  : AUTHCODE_ERR_USAGE;
}

static enum authcode_err
check_put_secret(const struct authcode_operation *operation)
{
	const struct authcode_op_put_secret *args = &operation->u.put_secret;
	const char *const texts[] = { args->name, args->sealed };
	enum authcode_err err = check_texts(texts, AC_ARRAY_SIZE(texts));

	if (err == AUTHCODE_OK && (args->name[0] == '\0' || args->sealed[0] == '\0'))
		err = AUTHCODE_ERR_USAGE;
	return err;
}

static enum authcode_err
check_reseal(const struct authcode_operation *operation)
{
	const struct authcode_op_reseal *args = &operation->u.reseal;
	enum authcode_err err = AUTHCODE_OK;

	if (args->count > 0 && (args->before == NULL || args->after == NULL))
		return AUTHCODE_ERR_USAGE;
	for (size_t i = 0; err == AUTHCODE_OK && i < args->count; i++) {
		const char *const texts[] = { args->before[i].name, args->before[i].sealed,
					      args->after[i] };

		err = check_texts(texts, AC_ARRAY_SIZE(texts));
		if (err == AUTHCODE_OK && args->after[i][0] == '\0')
			err = AUTHCODE_ERR_USAGE;
	}
	return err;
}

static enum authcode_err
check_use_once(const struct authcode_operation *operation)
{
	const struct authcode_op_use_once *args = &operation->u.use_once;

	if (args->max == 0 || args->expires_ms < 1 || args->expires_ms > AC_ROW_KEY_MAX_MS)
		return AUTHCODE_ERR_USAGE;
	return check_texts(&args->client_id, 1);
}

static enum authcode_err
check_put_client(const struct authcode_operation *operation)
{
	const struct authcode_op_put_client *args = &operation->u.put_client;
	const char *const texts[] = { args->client_id, args->registration, args->sealed_secret };

	if (args->revision < 0 || (args->client_id != NULL && args->client_id[0] == '\0'))
		return AUTHCODE_ERR_USAGE;
	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

static enum authcode_err
check_nothing(const struct authcode_operation *operation)
{
	(void)operation;
	return AUTHCODE_OK;
}

static enum authcode_err (*const checks[AUTHCODE_OP_COUNT])(const struct authcode_operation *) = {
	[AUTHCODE_OP_CREATE_SESSION] = check_create_session,
	[AUTHCODE_OP_ISSUE_CODE] = check_issue_code,
	[AUTHCODE_OP_REDEEM_CODE] = check_redeem_code,
	[AUTHCODE_OP_USE_REFRESH] = check_use_refresh,
	[AUTHCODE_OP_REVOKE_FAMILY] = check_nothing,
	[AUTHCODE_OP_REVOKE_TOKEN] = check_nothing,
	[AUTHCODE_OP_END_SESSION] = check_nothing,
	[AUTHCODE_OP_PURGE] = check_purge,
	[AUTHCODE_OP_RETIRE_SUBJECT] = check_nothing,
	[AUTHCODE_OP_RELINK_SUBJECT] = check_relink_subject,
	[AUTHCODE_OP_ISSUE_CLIENT_TOKEN] = check_issue_client_token,
	[AUTHCODE_OP_WITHDRAW_GRANT] = check_withdraw_grant,
	[AUTHCODE_OP_CREATE_DEVICE] = check_create_device,
	[AUTHCODE_OP_ANSWER_DEVICE] = check_nothing,
	[AUTHCODE_OP_POLL_DEVICE] = check_nothing,
	[AUTHCODE_OP_REDEEM_DEVICE] = check_redeem_device,
	[AUTHCODE_OP_RECORD_DELIVERY] = check_record_delivery,
	[AUTHCODE_OP_ADD_SIGNING_KEY] = check_add_signing_key,
	[AUTHCODE_OP_FORGET_SIGNING_KEY] = check_nothing,
	[AUTHCODE_OP_STOP_SIGNING_KEY] = check_stop_signing_key,
	[AUTHCODE_OP_PUT_SECRET] = check_put_secret,
	[AUTHCODE_OP_RESEAL] = check_reseal,
	[AUTHCODE_OP_USE_ONCE] = check_use_once,
	[AUTHCODE_OP_PROBE] = check_nothing,
	[AUTHCODE_OP_REVOKE_SUBJECT] = check_nothing,
	[AUTHCODE_OP_ERASE_SUBJECT] = check_erase_subject,
	[AUTHCODE_OP_PUT_CLIENT] = check_put_client,
};

/* What a record is to say, which may be nothing. */
static enum authcode_err
check_audit(const struct authcode_audit *audit)
{
	const char *const texts[] = {
		audit->client_id != NULL ? audit->client_id : "",
		audit->rhost != NULL ? audit->rhost : "",
		audit->reason != NULL ? audit->reason : "",
	};

	if (!audit->wanted)
		return AUTHCODE_OK;
	if (audit->txn < 0 || audit->subject_id < 0)
		return AUTHCODE_ERR_USAGE;
	return check_texts(texts, AC_ARRAY_SIZE(texts));
}

enum authcode_err
ac_operation_check(const struct authcode_operation *operation)
{
	enum authcode_err err;

	if ((unsigned)operation->kind >= AUTHCODE_OP_COUNT || checks[operation->kind] == NULL)
		return AUTHCODE_ERR_USAGE;
	if (operation->now_ms < 1 || operation->now_ms > AC_ROW_KEY_MAX_MS)
		return AUTHCODE_ERR_USAGE;
	err = check_audit(&operation->audit);
	return err == AUTHCODE_OK ? checks[operation->kind](operation) : err;
}

void
ac_operation_fail(struct authcode_operation *operation, enum authcode_err err)
{
	operation->result = AUTHCODE_RESULT_FAILED;
	operation->err = err;
	switch (operation->kind) {
	case AUTHCODE_OP_CREATE_SESSION:
		operation->u.create_session.ret_session_id = 0;
		operation->u.create_session.ret_subject_id = 0;
		break;
	case AUTHCODE_OP_ISSUE_CODE:
		operation->u.issue_code.ret_code_id = 0;
		break;
	case AUTHCODE_OP_REDEEM_CODE:
		operation->u.redeem_code.access.ret_id = 0;
		operation->u.redeem_code.refresh.ret_id = 0;
		break;
	case AUTHCODE_OP_USE_REFRESH:
		operation->u.use_refresh.access.ret_id = 0;
		operation->u.use_refresh.successor.ret_id = 0;
		break;
	case AUTHCODE_OP_PURGE:
		operation->u.purge.ret_deleted = 0;
		operation->u.purge.ret_shortened_id = operation->u.purge.shortened_id;
		break;
	case AUTHCODE_OP_RELINK_SUBJECT:
		operation->u.relink_subject.ret_subject_id = 0;
		break;
	case AUTHCODE_OP_ISSUE_CLIENT_TOKEN:
		operation->u.issue_client_token.ret_family_id = 0;
		operation->u.issue_client_token.access.ret_id = 0;
		break;
	case AUTHCODE_OP_CREATE_DEVICE:
		operation->u.create_device.ret_device_id = 0;
		break;
	case AUTHCODE_OP_POLL_DEVICE:
		operation->u.poll_device.ret_too_fast = false;
		break;
	case AUTHCODE_OP_REDEEM_DEVICE:
		operation->u.redeem_device.access.ret_id = 0;
		operation->u.redeem_device.refresh.ret_id = 0;
		break;
	case AUTHCODE_OP_ADD_SIGNING_KEY:
		operation->u.add_signing_key.ret_key_id = 0;
		break;
	case AUTHCODE_OP_ERASE_SUBJECT:
		operation->u.erase_subject.ret_deleted = 0;
		operation->u.erase_subject.ret_whole = false;
		operation->u.erase_subject.ret_step = 0;
		operation->u.erase_subject.ret_after_id = 0;
		break;
	default:
		break;
	}
}
