/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The account phase for one user after another: is this account, with this uid,
 * still good? Nobody is there to be asked, so a module that asks is refused.
 * GONE needs a user database that answered; an unreachable one is UNAVAILABLE,
 * because nobody loses a grant over a directory that is down.
 */
#include "pam_authcode/entry.h"

#include <locale.h>
#include <stdlib.h>

#include "pam_authcode/account.h"
#include "pam_authcode/channel.h"
#include "pam_authcode/conversation.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/stack.h"

static enum ac_verdict
run_stack(const struct ac_permit *permit, const struct ac_wire_check *check,
	  const struct ac_account *account)
{
	struct ac_conversation nobody = { .channel = NULL };
	const struct ac_stack_options options = {
		.service = check->service,
		.use = AC_SERVICE_CHECK,
		.user = account->name,
		.rhost = "",
		.conversation = &nobody,
	};
	struct ac_account now = { .state = AC_ACCOUNT_ABSENT };
	enum ac_verdict verdict = AC_VERDICT_UNAVAILABLE;
	struct ac_stack stack;
	const char *user;

	if (ac_stack_open(permit, &options, &stack)) {
		stack.code = pam_acct_mgmt(stack.pamh, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
		verdict = ac_stack_verdict(AC_STACK_CHECK, stack.code);
		user = ac_stack_user(&stack);
		if (user != NULL)
			ac_account_find(user, &now);
		if (verdict == AC_VERDICT_OK && !ac_account_same(account, &now))
			verdict = AC_VERDICT_DENIED;
	}
	if (verdict != AC_VERDICT_OK)
		ac_journal(LOG_NOTICE, "check refused: user=%s service=%s code=%d", account->name,
			   check->service, stack.code);
	ac_stack_close(&stack);
	return verdict;
}

static enum ac_verdict
decide(const struct ac_permit *permit, const struct ac_wire_check *check,
       struct ac_wire_identity *identity)
{
	struct ac_account account;
	enum ac_verdict verdict;

	ac_account_find(check->user, &account);
	if (account.state == AC_ACCOUNT_UNREACHABLE)
		return AC_VERDICT_UNAVAILABLE;
	if (account.state == AC_ACCOUNT_ABSENT || account.uid != check->uid)
		return AC_VERDICT_GONE;
	if (!ac_permit_account(permit, account.uid))
		return AC_VERDICT_DENIED;
	verdict = run_stack(permit, check, &account);
	if (verdict == AC_VERDICT_OK && ac_account_identity(&account, identity) != AUTHCODE_OK)
		return AC_VERDICT_UNAVAILABLE;
	return verdict;
}

int
ac_entry_check(const struct ac_permit *permit, int fd)
{
	struct ac_channel channel = { .fd = fd };
	struct ac_wire_frame asked, answer;
	unsigned int timeout_s = AC_ENTRY_FIRST_FRAME_S;

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)setlocale(LC_ALL, "");
	for (int i = 0; i < AC_WIRE_MAX_CHECKS; i++) {
		if (!ac_channel_expect(&channel, AC_WIRE_CHECK, timeout_s, &asked))
			return i > 0 ? 0 : 1;
		if (!ac_permit_service(permit, asked.u.check.service, AC_PERMIT_CHECK_SUFFIX)) {
			ac_journal(LOG_ERR, "check refused: service \"%s\" is not on the list",
				   asked.u.check.service);
			return 1;
		}
		answer = (struct ac_wire_frame){ .type = AC_WIRE_CHECKED };
		answer.u.checked.verdict =
			decide(permit, &asked.u.check, &answer.u.checked.identity);
		if (!ac_channel_send(&channel, &answer))
			return 1;
		timeout_s = permit->prompt_timeout_s;
	}
	return 0;
}
