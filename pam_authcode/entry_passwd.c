/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The change of an expired password, in the stack's own dialogue, for somebody
 * who brings the ticket of a sign-in just made. The account phase has to ask for
 * it before, and to be content after: nothing else leads to success.
 */
#include "pam_authcode/entry.h"

#include "pam_authcode/journal.h"
#include "pam_authcode/sign_in.h"
#include "pam_authcode/ticket.h"

#define MAX_TRIES 3

static bool
admit(struct ac_sign_in *sign_in)
{
	/* Used up even where the name is nobody's. */
	bool good = ac_ticket_use(sign_in->permit->lock_dir, sign_in->start.ticket,
				  sign_in->start.service, sign_in->user);

	sign_in->conversation.admitted = good && sign_in->account.state == AC_ACCOUNT_FOUND;
	if (!sign_in->conversation.admitted)
		ac_journal(LOG_WARNING, "rhost=%s refused: no ticket of a sign-in of the account",
			   sign_in->start.rhost);
	return sign_in->conversation.admitted;
}

/* What a person may do better at the next try. */
static bool
can_be_mended(int code)
{
	static const int codes[] = { PAM_AUTHTOK_ERR, PAM_AUTHTOK_RECOVERY_ERR, PAM_AUTH_ERR,
				     PAM_TRY_AGAIN };

	for (size_t i = 0; i < AC_ARRAY_SIZE(codes); i++) {
		if (code == codes[i])
			return true;
	}
	return false;
}

/* The flag also makes pam_unix ask for the current password, which it does not
 * ask root for without it. */
static enum ac_verdict
change(struct ac_sign_in *sign_in)
{
	struct ac_stack *stack = &sign_in->stack;
	bool again = true;

	for (unsigned int tries = 0; again && tries < MAX_TRIES; tries++) {
		if (tries > 0) /* pam_unix says nothing of a wrong current password */
			ac_conversation_complain(&sign_in->conversation,
						 "The password was not changed. Try again.");
		stack->code = pam_chauthtok(stack->pamh, PAM_CHANGE_EXPIRED_AUTHTOK);
		again = can_be_mended(stack->code) && !sign_in->channel.broken &&
			!sign_in->conversation.missed;
	}
	return ac_stack_verdict(AC_STACK_CHANGE, stack->code);
}

static enum ac_verdict
ask_account(struct ac_sign_in *sign_in)
{
	struct ac_stack *stack = &sign_in->stack;

	stack->code = pam_acct_mgmt(stack->pamh, PAM_DISALLOW_NULL_AUTHTOK);
	return ac_stack_verdict(AC_STACK_ACCOUNT, stack->code);
}

static enum ac_verdict
run(struct ac_sign_in *sign_in)
{
	enum ac_verdict verdict;

	sign_in->phase = "account";
	verdict = ask_account(sign_in);
	if (verdict != AC_VERDICT_CHANGE_DUE)
		return verdict == AC_VERDICT_UNAVAILABLE ? verdict : AC_VERDICT_DENIED;
	sign_in->phase = "change";
	verdict = change(sign_in);
	if (verdict != AC_VERDICT_OK)
		return verdict;
	sign_in->phase = "account after change";
	return ask_account(sign_in);
}

int
ac_entry_passwd(const struct ac_permit *permit, int fd)
{
	static const struct ac_sign_in_entry entry = {
		.use = AC_SERVICE_PASSWD,
		.accepted = "password changed and accepted",
		.admit = admit,
		.run = run,
	};

	return ac_sign_in_serve(permit, fd, &entry);
}
