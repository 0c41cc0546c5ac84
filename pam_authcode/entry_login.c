/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One sign-in: pam_authenticate, then pam_acct_mgmt. Somebody who has given the
 * right answers and must change the password first gets a ticket for the passwd
 * entry along with that verdict.
 */
#include "pam_authcode/entry.h"

#include "pam_authcode/journal.h"
#include "pam_authcode/sign_in.h"
#include "pam_authcode/ticket.h"

static bool
admit(struct ac_sign_in *sign_in)
{
	if (sign_in->start.ticket[0] == '\0')
		return true;
	ac_journal(LOG_ERR, "rhost=%s refused: a ticket is not for signing in",
		   sign_in->start.rhost);
	return false;
}

static enum ac_verdict
run(struct ac_sign_in *sign_in)
{
	struct ac_stack *stack = &sign_in->stack;
	enum ac_verdict verdict;

	sign_in->phase = "auth";
	stack->code = pam_authenticate(stack->pamh, PAM_DISALLOW_NULL_AUTHTOK);
	verdict = ac_stack_verdict(AC_STACK_AUTH, stack->code);
	if (verdict != AC_VERDICT_OK)
		return verdict;
	sign_in->phase = "account";
	stack->code = pam_acct_mgmt(stack->pamh, PAM_DISALLOW_NULL_AUTHTOK);
	return ac_stack_verdict(AC_STACK_ACCOUNT, stack->code);
}

/* Without a ticket the verdict is the same, and the change is made elsewhere. A
 * stack that asked for nothing has proved less than a ticket says. */
static void
change_due(const struct ac_sign_in *sign_in, struct ac_wire_result *result)
{
	const char *lock_dir = sign_in->permit->lock_dir;

	if (lock_dir[0] == '\0' || !sign_in->conversation.proved ||
	    !ac_ticket_issue(lock_dir, sign_in->start.service, sign_in->account.name,
			     result->ticket))
		result->ticket[0] = '\0';
}

int
ac_entry_login(const struct ac_permit *permit, int fd)
{
	static const struct ac_sign_in_entry entry = {
		.use = AC_SERVICE_LOGIN,
		.accepted = "accepted",
		.admit = admit,
		.run = run,
		.change_due = change_due,
	};

	return ac_sign_in_serve(permit, fd, &entry);
}
