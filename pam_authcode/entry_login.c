/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One sign-in, from START to RESULT. An unknown name, one that may not sign in
 * and one that may go through the same calls; only the last line of decide()
 * tells them apart. When the peer has gone nothing is reported any more, but the
 * stack ends in order.
 */
#include "pam_authcode/entry.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "pam_authcode/account.h"
#include "pam_authcode/channel.h"
#include "pam_authcode/conversation.h"
#include "pam_authcode/environment.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/stack.h"

struct login {
	const struct ac_permit *permit;
	struct ac_channel channel;
	struct ac_wire_start start;
	struct ac_account account;       /* of the name that was typed */
	char user[AC_MAX_USER_NAME + 1]; /* what PAM is given */
	struct ac_turn turn;
	struct ac_conversation conversation;
	struct ac_stack stack;
	const char *phase; /* for the log */
};

/* gettext takes LANGUAGE into account in any locale but "C". */
static void
speak(const char *language)
{
	(void)setenv("LC_ALL", "C.UTF-8", 1);
	if (language[0] != '\0')
		(void)setenv("LANGUAGE", language, 1);
	(void)setlocale(LC_ALL, "");
}

static bool
receive_start(struct login *login)
{
	struct ac_wire_frame frame;

	if (!ac_channel_expect(&login->channel, AC_WIRE_START, AC_ENTRY_FIRST_FRAME_S, &frame))
		return false;
	login->start = frame.u.start;
	if (!ac_permit_rhost(login->start.rhost))
		login->start.rhost[0] = '\0';
	if (ac_permit_service(login->permit, login->start.service, ""))
		return true;
	ac_journal(LOG_ERR, "rhost=%s refused: service \"%s\" is not on the list",
		   login->start.rhost, login->start.service);
	return false;
}

/* Tells the daemon whose lock to take, and waits until it has it. */
static bool
agree_on_name(struct login *login)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CANON };
	const char *name = login->start.user;

	ac_account_find(login->start.user, &login->account);
	if (login->account.state == AC_ACCOUNT_FOUND)
		name = login->account.name;
	memcpy(login->user, name, strlen(name) + 1);
	memcpy(frame.u.canon.user, login->user, sizeof(login->user));
	return ac_channel_send(&login->channel, &frame) &&
	       ac_channel_expect(&login->channel, AC_WIRE_GO, login->permit->prompt_timeout_s,
				 &frame);
}

static enum ac_verdict
run_stack(struct login *login)
{
	const struct ac_stack_options options = {
		.service = login->start.service,
		.use = AC_SERVICE_LOGIN,
		.user = login->user,
		.rhost = login->start.rhost,
		.conversation = &login->conversation,
	};
	struct ac_stack *stack = &login->stack;
	enum ac_verdict verdict;

	login->phase = "lock";
	if (!ac_turn_open(login->permit->lock_dir, login->user,
			  login->account.state == AC_ACCOUNT_FOUND, &login->turn) ||
	    !ac_turn_take(&login->turn, login->permit->prompt_timeout_s, 0))
		return AC_VERDICT_UNAVAILABLE;
	login->phase = "start";
	if (!ac_stack_open(login->permit, &options, stack))
		return AC_VERDICT_UNAVAILABLE;
	login->phase = "auth";
	stack->code = pam_authenticate(stack->pamh, PAM_DISALLOW_NULL_AUTHTOK);
	verdict = ac_stack_verdict(AC_STACK_AUTH, stack->code);
	if (verdict != AC_VERDICT_OK)
		return verdict;
	login->phase = "account";
	stack->code = pam_acct_mgmt(stack->pamh, PAM_DISALLOW_NULL_AUTHTOK);
	return ac_stack_verdict(AC_STACK_ACCOUNT, stack->code);
}

/* Why somebody whom the stack accepted is not signed in, or NULL. now is the
 * account that PAM_USER names at the end. */
static const char *
objection(const struct login *login, const struct ac_account *now)
{
	if (login->channel.broken)
		return "the connection ended";
	if (!login->conversation.proved &&
	    (login->conversation.empty ||
	     !ac_permit_promptless(login->permit, login->start.service)))
		return "no hidden answer was given";
	if (!ac_account_same(&login->account, now))
		return "the account is not the one that was agreed on";
	if (!ac_permit_account(login->permit, now->uid))
		return "the account may not sign in here";
	return NULL;
}

/* Fills in the result; refusal unless its last line is reached. */
static void
decide(struct login *login, struct ac_wire_result *result)
{
	enum ac_verdict verdict = run_stack(login);
	struct ac_account now = { .state = AC_ACCOUNT_ABSENT };
	const char *user = ac_stack_user(&login->stack), *why;

	if (login->conversation.missed)
		verdict = AC_VERDICT_UNAVAILABLE;
	result->verdict = verdict == AC_VERDICT_UNAVAILABLE ? verdict : AC_VERDICT_DENIED;
	if (verdict != AC_VERDICT_OK && verdict != AC_VERDICT_CHANGE_DUE)
		return;
	if (user != NULL)
		ac_account_find(user, &now);
	why = objection(login, &now);
	if (why != NULL) {
		ac_journal(LOG_WARNING, "rhost=%s refused after the stack: %s", login->start.rhost,
			   why);
		return;
	}
	if (verdict == AC_VERDICT_OK) {
		if (ac_account_identity(&now, &result->identity) != AUTHCODE_OK)
			return;
		result->message_count = login->conversation.message_count;
		memcpy(result->messages, login->conversation.messages, sizeof(result->messages));
		ac_environment_tell(login->stack.pamh, login->permit, result);
	}
	result->verdict = verdict;
}

static void
report(const struct login *login, enum ac_verdict verdict)
{
	const char *user =
		login->account.state == AC_ACCOUNT_FOUND ? login->account.name : "(unknown)";

	if (verdict == AC_VERDICT_OK)
		ac_journal(LOG_INFO, "rhost=%s accepted: user=%s service=%s", login->start.rhost,
			   user, login->start.service);
	else
		ac_journal(LOG_NOTICE, "rhost=%s %s: user=%s service=%s phase=%s code=%d",
			   login->start.rhost,
			   verdict == AC_VERDICT_CHANGE_DUE ? "password change due" : "refused",
			   user, login->start.service, login->phase, login->stack.code);
}

int
ac_entry_login(const struct ac_permit *permit, int fd)
{
	struct login login = {
		.permit = permit,
		.channel = { .fd = fd },
		.turn = { .fd = -1 },
		.phase = "none",
	};
	struct ac_wire_frame frame = { .type = AC_WIRE_RESULT };
	bool told = false;

	login.conversation.channel = &login.channel;
	login.conversation.turn = &login.turn;
	login.conversation.prompt_timeout_s = permit->prompt_timeout_s;
	if (receive_start(&login)) {
		speak(login.start.language);
		if (agree_on_name(&login)) {
			decide(&login, &frame.u.result);
			ac_turn_give(&login.turn, frame.u.result.verdict == AC_VERDICT_DENIED &&
							  login.conversation.prompt_count > 0);
			report(&login, frame.u.result.verdict);
			told = ac_channel_send(&login.channel, &frame);
			ac_stack_close(&login.stack);
			ac_turn_close(&login.turn);
		}
	}
	ac_wipe(&login, sizeof(login));
	return told ? 0 : 1;
}
