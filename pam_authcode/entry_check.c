/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The account phase for one user after another: is this account, with this uid,
 * still good? Nobody is there to be asked, so a module that asks is refused.
 *
 * Verdicts that take a person's grants away come from what is not in doubt: GONE
 * from a user database that answered, EXPIRED and LOCKED from shadow's own
 * fields. Whatever modules say passes: an unreachable directory is UNAVAILABLE,
 * and any refusal, "expired" too, is DENIED.
 *
 * A module that hangs ends the process soon after the daemon has given it up, so that
 * none is left behind in a place that the next question needs.
 */
#include "pam_authcode/entry.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "pam_authcode/account.h"
#include "pam_authcode/channel.h"
#include "pam_authcode/claims.h"
#include "pam_authcode/clean.h"
#include "pam_authcode/conversation.h"
#include "pam_authcode/faillock.h"
#include "pam_authcode/harden.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/shadow.h"
#include "pam_authcode/stack.h"

static enum ac_verdict
run_stack(const struct ac_permit *permit, const struct ac_wire_check *check,
	  const struct ac_account *account)
{
	struct ac_conversation nobody = { .channel = NULL };
	const struct ac_stack_options options = {
		.service = ac_service_policy_for_check(permit->confdir, check->service),
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
		if (verdict == AC_VERDICT_OK && now.state == AC_ACCOUNT_UNREACHABLE)
			verdict = AC_VERDICT_UNAVAILABLE;
		else if (verdict == AC_VERDICT_OK && !ac_account_same(account, &now))
			verdict = AC_VERDICT_DENIED;
	}
	if (verdict != AC_VERDICT_OK)
		ac_journal(LOG_NOTICE, "check refused: user=%s service=%s code=%d", account->name,
			   options.service, stack.code);
	ac_stack_close(&stack);
	return verdict;
}

/* What an account loses for good by, before any module is asked. */
static enum ac_verdict
ask_shadow(const struct ac_account *account)
{
	static const enum ac_verdict verdicts[] = {
		[AC_SHADOW_SILENT] = AC_VERDICT_OK,
		[AC_SHADOW_EXPIRED] = AC_VERDICT_EXPIRED,
		[AC_SHADOW_LOCKED] = AC_VERDICT_LOCKED,
	};
	enum ac_verdict verdict = verdicts[ac_shadow_find(account->name)];

	if (verdict != AC_VERDICT_OK)
		ac_journal(LOG_NOTICE, "check refused: user=%s %s by shadow", account->name,
			   verdict == AC_VERDICT_EXPIRED ? "expired" : "locked");
	return verdict;
}

static enum ac_verdict
decide(const struct ac_permit *permit, const struct ac_wire_check *check,
       const struct ac_account *account)
{
	enum ac_verdict verdict;

	if (account->state == AC_ACCOUNT_UNREACHABLE)
		return AC_VERDICT_UNAVAILABLE;
	if (account->state == AC_ACCOUNT_ABSENT || account->uid != check->uid)
		return AC_VERDICT_GONE;
	if (!ac_permit_account(permit, account->uid))
		return AC_VERDICT_DENIED;
	verdict = ask_shadow(account);
	return verdict == AC_VERDICT_OK ? run_stack(permit, check, account) : verdict;
}

static void
tell_claims(const struct ac_permit *permit, const struct ac_account *account,
	    struct ac_wire_checked *checked)
{
	struct ac_claims_text claims;

	ac_claims_from_file(permit, account, &claims);
	memcpy(checked->file_claims, claims.text, sizeof(checked->file_claims));
	checked->file_claims_len = claims.len;
	ac_claims_from_command(permit, account, &claims);
	memcpy(checked->command_claims, claims.text, sizeof(checked->command_claims));
	checked->command_claims_len = claims.len;
	ac_wipe(&claims, sizeof(claims));
}

/* False: not a service to be asked about. */
static bool
answer_check(const struct ac_permit *permit, const struct ac_wire_check *check,
	     struct ac_wire_frame *answer)
{
	struct ac_wire_checked *checked = &answer->u.checked;
	struct ac_account account;
	enum ac_verdict verdict;

	answer->type = AC_WIRE_CHECKED;
	if (!ac_permit_service(permit, check->service, AC_PERMIT_CHECK_SUFFIX)) {
		ac_journal(LOG_ERR, "check refused: service \"%s\" is not on the list",
			   check->service);
		return false;
	}
	ac_account_find(check->user, &account);
	verdict = decide(permit, check, &account);
	if (verdict == AC_VERDICT_OK &&
	    ac_account_identity(&account, &checked->identity) != AUTHCODE_OK)
		verdict = AC_VERDICT_UNAVAILABLE;
	if (verdict == AC_VERDICT_OK && check->claims)
		tell_claims(permit, &account, checked);
	checked->verdict = verdict;
	return true;
}

static void
answer_ask(const struct ac_permit *permit, const struct ac_wire_ask *ask,
	   struct ac_wire_frame *answer)
{
	struct ac_wire_about *about = &answer->u.about;
	struct ac_service_reason reason = { "the service is not on the list of authcode-login" };
	struct ac_faillock faillock = { 0 };

	answer->type = AC_WIRE_ABOUT;
	if (ac_permit_service(permit, ask->service, "") &&
	    ac_service_policy_check(permit->confdir, ask->service, AC_SERVICE_LOGIN, &reason) &&
	    ac_faillock_find(permit->confdir, ask->service, &faillock))
		about->usable = true;
	else
		(void)ac_clean_text(reason.text, about->reason, sizeof(about->reason));
	about->deny = faillock.deny;
	about->interval_s = faillock.interval_s;
}

static bool
serve(const struct ac_permit *permit, struct ac_channel *channel, const struct ac_wire_frame *asked)
{
	struct ac_wire_frame answer = { 0 };

	if (asked->type == AC_WIRE_ASK)
		answer_ask(permit, &asked->u.ask, &answer);
	else if (!answer_check(permit, &asked->u.check, &answer))
		return false;
	return ac_channel_send(channel, &answer);
}

int
ac_entry_check(const struct ac_permit *permit, int fd)
{
	static const unsigned int questions = 1u << AC_WIRE_CHECK | 1u << AC_WIRE_ASK;
	struct ac_channel channel = { .fd = fd };
	unsigned int timeout_s = AC_ENTRY_FIRST_FRAME_S;
	struct ac_wire_frame asked;
	timer_t timer;

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	(void)setlocale(LC_ALL, "");
	if (!ac_harden_timer(&timer)) {
		ac_journal(LOG_ERR, "cannot set the deadline of a question");
		return 1;
	}
	for (int i = 0; i < AC_WIRE_MAX_CHECKS; i++) {
		if (!ac_channel_expect_any(&channel, questions, timeout_s, &asked))
			return i > 0 ? 0 : 1;
		if (!ac_harden_timer_set(timer, AC_CHECK_QUESTION_S) ||
		    !serve(permit, &channel, &asked) || !ac_harden_timer_set(timer, 0))
			return 1;
		timeout_s = permit->prompt_timeout_s;
	}
	return 0;
}
