/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sign_in.h. An unknown name, one that may not sign in and one that may go
 * through the same calls; only the last line of decide() tells them apart. When
 * the peer has gone nothing is reported any more, but the stack ends in order.
 */
#include "pam_authcode/sign_in.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "pam_authcode/entry.h"
#include "pam_authcode/environment.h"
#include "pam_authcode/journal.h"

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
receive_start(struct ac_sign_in *sign_in)
{
	struct ac_wire_frame frame;

	if (!ac_channel_expect(&sign_in->channel, AC_WIRE_START, AC_ENTRY_FIRST_FRAME_S, &frame))
		return false;
	sign_in->start = frame.u.start;
	if (!ac_permit_rhost(sign_in->start.rhost))
		sign_in->start.rhost[0] = '\0';
	if (ac_permit_service(sign_in->permit, sign_in->start.service, ""))
		return true;
	ac_journal(LOG_ERR, "rhost=%s refused: service \"%s\" is not on the list",
		   sign_in->start.rhost, sign_in->start.service);
	return false;
}

/* Tells the daemon whose lock to take, and waits until it has it. */
static bool
agree_on_name(struct ac_sign_in *sign_in)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CANON };
	const char *name = sign_in->start.user;

	ac_account_find(sign_in->start.user, &sign_in->account);
	if (sign_in->account.state == AC_ACCOUNT_FOUND)
		name = sign_in->account.name;
	memcpy(sign_in->user, name, strlen(name) + 1);
	if (!sign_in->entry->admit(sign_in))
		return false;
	memcpy(frame.u.canon.user, sign_in->user, sizeof(sign_in->user));
	return ac_channel_send(&sign_in->channel, &frame) &&
	       ac_channel_expect(&sign_in->channel, AC_WIRE_GO, sign_in->permit->prompt_timeout_s,
				 &frame);
}

static enum ac_verdict
run_stack(struct ac_sign_in *sign_in)
{
	const struct ac_stack_options options = {
		.service = sign_in->start.service,
		.use = sign_in->entry->use,
		.user = sign_in->user,
		.rhost = sign_in->start.rhost,
		.conversation = &sign_in->conversation,
	};

	sign_in->phase = "lock";
	if (!ac_turn_open(sign_in->permit->lock_dir, sign_in->user,
			  sign_in->account.state == AC_ACCOUNT_FOUND, &sign_in->turn) ||
	    !ac_turn_take(&sign_in->turn, sign_in->permit->prompt_timeout_s, 0))
		return AC_VERDICT_UNAVAILABLE;
	sign_in->phase = "start";
	if (!ac_stack_open(sign_in->permit, &options, &sign_in->stack))
		return AC_VERDICT_UNAVAILABLE;
	return sign_in->entry->run(sign_in);
}

/* No change of a password goes without a question. */
static bool
may_be_promptless(const struct ac_sign_in *sign_in)
{
	return sign_in->entry->use == AC_SERVICE_LOGIN && !sign_in->conversation.empty &&
	       ac_permit_promptless(sign_in->permit, sign_in->start.service);
}

/* Why somebody whom the stack accepted is not signed in, or NULL. now is the
 * account that PAM_USER names at the end. */
static const char *
objection(const struct ac_sign_in *sign_in, const struct ac_account *now)
{
	if (sign_in->channel.broken)
		return "the connection ended";
	if (!sign_in->conversation.proved && !may_be_promptless(sign_in))
		return "no hidden answer was given";
	if (!ac_account_same(&sign_in->account, now))
		return "the account is not the one that was agreed on";
	if (!ac_permit_account(sign_in->permit, now->uid))
		return "the account may not sign in here";
	return NULL;
}

/* Fills in the result; refusal unless its last line is reached. */
static void
decide(struct ac_sign_in *sign_in, struct ac_wire_result *result)
{
	enum ac_verdict verdict = run_stack(sign_in);
	struct ac_account now = { .state = AC_ACCOUNT_ABSENT };
	const char *user = ac_stack_user(&sign_in->stack), *why;

	/* As a wrong answer: names without account share their turns, and another
	 * end would tell who guesses which they are. */
	if (sign_in->conversation.missed)
		verdict = AC_VERDICT_DENIED;
	result->verdict = verdict == AC_VERDICT_UNAVAILABLE ? verdict : AC_VERDICT_DENIED;
	if (verdict != AC_VERDICT_OK &&
	    (verdict != AC_VERDICT_CHANGE_DUE || sign_in->entry->change_due == NULL))
		return;
	if (user != NULL)
		ac_account_find(user, &now);
	why = objection(sign_in, &now);
	if (why != NULL) {
		ac_journal(LOG_WARNING, "rhost=%s refused after the stack: %s",
			   sign_in->start.rhost, why);
		return;
	}
	if (verdict == AC_VERDICT_OK) {
		if (ac_account_identity(&now, &result->identity) != AUTHCODE_OK)
			return;
		result->message_count = sign_in->conversation.message_count;
		memcpy(result->messages, sign_in->conversation.messages, sizeof(result->messages));
		ac_environment_tell(sign_in->stack.pamh, sign_in->permit, result);
	} else {
		sign_in->entry->change_due(sign_in, result);
	}
	result->verdict = verdict;
}

static void
report(const struct ac_sign_in *sign_in, enum ac_verdict verdict)
{
	const char *user =
		sign_in->account.state == AC_ACCOUNT_FOUND ? sign_in->account.name : "(unknown)";

	if (verdict == AC_VERDICT_OK)
		ac_journal(LOG_INFO, "rhost=%s %s: user=%s service=%s", sign_in->start.rhost,
			   sign_in->entry->accepted, user, sign_in->start.service);
	else
		ac_journal(LOG_NOTICE, "rhost=%s %s: user=%s service=%s phase=%s code=%d",
			   sign_in->start.rhost,
			   verdict == AC_VERDICT_CHANGE_DUE ? "password change due" : "refused",
			   user, sign_in->start.service, sign_in->phase, sign_in->stack.code);
}

int
ac_sign_in_serve(const struct ac_permit *permit, int fd, const struct ac_sign_in_entry *entry)
{
	struct ac_sign_in sign_in = {
		.permit = permit,
		.entry = entry,
		.channel = { .fd = fd },
		.turn = { .fd = -1 },
		.phase = "none",
	};
	struct ac_wire_frame frame = { .type = AC_WIRE_RESULT };
	bool told = false;

	sign_in.conversation.channel = &sign_in.channel;
	sign_in.conversation.turn = &sign_in.turn;
	sign_in.conversation.prompt_timeout_s = permit->prompt_timeout_s;
	if (receive_start(&sign_in)) {
		speak(sign_in.start.language);
		if (agree_on_name(&sign_in)) {
			decide(&sign_in, &frame.u.result);
			ac_turn_give(&sign_in.turn, frame.u.result.verdict == AC_VERDICT_DENIED &&
							    sign_in.conversation.prompt_count > 0);
			report(&sign_in, frame.u.result.verdict);
			told = ac_channel_send(&sign_in.channel, &frame);
			ac_stack_close(&sign_in.stack);
			ac_turn_close(&sign_in.turn);
		}
	}
	ac_wipe(&sign_in, sizeof(sign_in));
	return told ? 0 : 1;
}
