/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit_log.h.
 */
#include "server/audit_log.h"

#include "server/config.h"
#include "server/log.h"
#include "server/metrics.h"

/* The codes of devices leave no record (anybody may ask for one), but a line. */
static enum ac_event
event_of(const struct authcode_operation *operation)
{
	const char *name = authcode_audit_event(operation);

	if (name != NULL)
		return ac_event_from_name(name);
	if (operation->kind == AUTHCODE_OP_CREATE_DEVICE &&
	    operation->result == AUTHCODE_RESULT_DONE)
		return AC_EVENT_DEVICE_STARTED;
	return AC_EVENT_COUNT;
}

void
ac_audit_log(const struct ac_app *app, const struct ac_http *h,
	     const struct authcode_operation *operation)
{
	enum ac_event event = operation != NULL ? event_of(operation) : AC_EVENT_COUNT;
	const struct authcode_audit *audit;

	if (event == AC_EVENT_COUNT)
		return;
	audit = &operation->audit;
	ac_log_event(event, .rhost = ac_http_peer(h), .reason = audit->reason,
		     .client = audit->client_id, .user = audit->user_name, .txn = ac_http_txn(h));
	if (app->metrics != NULL)
		ac_metrics_operation(app->metrics, operation);
}

struct authcode_audit
ac_audit_by_admin(const struct ac_app *app, const struct ac_http *h)
{
	return (struct authcode_audit){
		.wanted = app->config->audit != 0,
		.txn = ac_http_txn_number(h),
		.by_admin = true,
		.admin_uid = ac_http_admin_uid(h),
	};
}
