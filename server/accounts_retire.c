/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An account is gone for good: that is said once, and the store ends everything
 * of its subject. If the store cannot, the next look at the account tries again.
 */
#include "server/accounts_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"
#include "server/log.h"

struct retirement {
	struct ac_accounts *accounts;
	struct authcode_operation operation;
	struct ac_account_report report;
};

static void
allow_again(struct ac_accounts *c, int64_t subject_id)
{
	for (struct ac_account_entry *entry = c->newest; entry != NULL; entry = entry->older) {
		if (entry->subject_id == subject_id)
			entry->retired = false;
	}
}

static void
done(struct authcode_operation *operation, void *arg)
{
	struct retirement *retirement = arg;
	struct ac_accounts *c = retirement->accounts;
	bool failed = operation->result == AUTHCODE_RESULT_FAILED;

	if (failed)
		ac_log_event(AC_EVENT_ACCOUNT_NOT_RETIRED, .user = retirement->report.user,
			     .error = authcode_err_str(operation->err));
	(void)pthread_mutex_lock(&c->lock);
	if (failed)
		allow_again(c, retirement->report.subject_id);
	c->retiring--;
	(void)pthread_cond_broadcast(&c->retired);
	(void)pthread_mutex_unlock(&c->lock);
	free(retirement);
}

void
ac_accounts_retire(struct ac_accounts *c, const struct ac_account_report *report)
{
	struct retirement *retirement;
	char uid[16];

	snprintf(uid, sizeof(uid), "%u", report->uid);
	ac_log_event(AC_EVENT_ACCOUNT_GONE, .user = report->user, .uid = uid,
		     .reason = report->gone);
	if (c->settings.store == NULL)
		return;
	retirement = calloc(1, sizeof(*retirement));
	(void)pthread_mutex_lock(&c->lock);
	if (retirement == NULL)
		allow_again(c, report->subject_id);
	else
		c->retiring++;
	(void)pthread_mutex_unlock(&c->lock);
	if (retirement == NULL)
		return;
	retirement->accounts = c;
	retirement->report = *report;
	retirement->operation.kind = AUTHCODE_OP_RETIRE_SUBJECT;
	retirement->operation.now_ms = ac_clock_unix_ms();
	retirement->operation.audit = (struct authcode_audit){ .wanted = c->settings.audit,
							       .reason = retirement->report.gone };
	retirement->operation.u.retire_subject.subject_id = report->subject_id;
	authcode_store_submit(c->settings.store, &retirement->operation, done, retirement);
}
