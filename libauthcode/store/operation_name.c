/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode_operation_name(): what a log calls an operation.
 */
#include <authcode/store.h>

#include "base/attr.h"

static const char *const names[] = {
	[AUTHCODE_OP_CREATE_SESSION] = "create_session",
	[AUTHCODE_OP_ISSUE_CODE] = "issue_code",
	[AUTHCODE_OP_REDEEM_CODE] = "redeem_code",
	[AUTHCODE_OP_USE_REFRESH] = "use_refresh",
	[AUTHCODE_OP_REVOKE_FAMILY] = "revoke_family",
	[AUTHCODE_OP_REVOKE_TOKEN] = "revoke_token",
	[AUTHCODE_OP_END_SESSION] = "end_session",
	[AUTHCODE_OP_PURGE] = "purge",
	[AUTHCODE_OP_RETIRE_SUBJECT] = "retire_subject",
	[AUTHCODE_OP_RELINK_SUBJECT] = "relink_subject",
	[AUTHCODE_OP_ISSUE_CLIENT_TOKEN] = "issue_client_token",
	[AUTHCODE_OP_WITHDRAW_GRANT] = "withdraw_grant",
	[AUTHCODE_OP_CREATE_DEVICE] = "create_device",
	[AUTHCODE_OP_ANSWER_DEVICE] = "answer_device",
	[AUTHCODE_OP_POLL_DEVICE] = "poll_device",
	[AUTHCODE_OP_REDEEM_DEVICE] = "redeem_device",
	[AUTHCODE_OP_RECORD_DELIVERY] = "record_delivery",
	[AUTHCODE_OP_ADD_SIGNING_KEY] = "add_signing_key",
	[AUTHCODE_OP_FORGET_SIGNING_KEY] = "forget_signing_key",
	[AUTHCODE_OP_STOP_SIGNING_KEY] = "stop_signing_key",
	[AUTHCODE_OP_PUT_SECRET] = "put_secret",
	[AUTHCODE_OP_RESEAL] = "reseal",
	[AUTHCODE_OP_USE_ONCE] = "use_once",
	[AUTHCODE_OP_PROBE] = "probe",
	[AUTHCODE_OP_REVOKE_SUBJECT] = "revoke_subject",
	[AUTHCODE_OP_ERASE_SUBJECT] = "erase_subject",
	[AUTHCODE_OP_PUT_CLIENT] = "put_client",
};

_Static_assert(AC_ARRAY_SIZE(names) == AUTHCODE_OP_COUNT, "a name for each operation");

const char *
authcode_operation_name(enum authcode_operation_kind kind)
{
	return (unsigned)kind < AC_ARRAY_SIZE(names) && names[kind] != NULL ? names[kind]
									    : "unknown";
}
