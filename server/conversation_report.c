/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the log is told of conversations: that one has begun and how it has failed,
 * with the kinds of what modules have asked and told on the way. No word of a
 * module's text and no name is kept for it. Collected with the lock, written
 * without. Called by conversation_run.c.
 */
#include <stdio.h>
#include <string.h>

#include "server/conversation_table.h"
#include "server/log.h"

static const char cut[] = ",more";

static void
note_kind(struct ac_conversation *one, const char *kind)
{
	size_t len = strlen(one->prompts), room = sizeof(one->prompts) - sizeof(cut);
	const char *comma = len > 0 ? "," : "";

	if (one->prompts_cut)
		return;
	one->prompts_cut = len + strlen(comma) + strlen(kind) > room;
	(void)snprintf(one->prompts + len, sizeof(one->prompts) - len, "%s%s",
		       one->prompts_cut ? cut : comma, one->prompts_cut ? "" : kind);
}

void
ac_conversation_note_messages(struct ac_conversation *one, const struct ac_wire_message *messages,
			      size_t count)
{
	for (size_t i = 0; i < count && i < AC_WIRE_MAX_MESSAGES; i++)
		note_kind(one, messages[i].style == AC_MESSAGE_ERROR ? "error" : "info");
}

void
ac_conversation_note_prompt(struct ac_conversation *one, const struct ac_wire_prompt *prompt)
{
	ac_conversation_note_messages(one, prompt->messages, prompt->message_count);
	note_kind(one, prompt->echo ? "visible" : "hidden");
}

bool
ac_conversation_unsaid(const struct ac_conversation *one)
{
	return one->begun_unsaid || (one->state == AC_CONVERSATION_OVER && one->reason != NULL);
}

static void
fill(const struct ac_conversations *c, const struct ac_conversation *one, enum ac_event event,
     struct ac_conversation_report *ret)
{
	ret->event = event;
	ret->reason = event == AC_EVENT_LOGIN_FAILED ? one->reason : NULL;
	(void)snprintf(ret->rhost, sizeof(ret->rhost), "%s", one->start.rhost);
	(void)snprintf(ret->client_id, sizeof(ret->client_id), "%s", one->client_id);
	(void)snprintf(ret->service, sizeof(ret->service), "%s", one->start.service);
	ac_log_name(c->log_key, one->start.user, ret->name_mac);
	memcpy(ret->prompts, one->prompts, sizeof(ret->prompts));
	memcpy(ret->txn, one->txn, sizeof(ret->txn));
}

size_t
ac_conversations_collect_reports(struct ac_conversations *c,
				 struct ac_conversation_report reports[AC_MAX_REPORTS])
{
	size_t count = 0;

	for (struct ac_conversation *one = c->list; one != NULL; one = one->next) {
		if (one->begun_unsaid && count < AC_MAX_REPORTS) {
			fill(c, one, AC_EVENT_SIGN_IN_BEGUN, &reports[count++]);
			one->begun_unsaid = false;
		}
		if (!one->begun_unsaid && ac_conversation_unsaid(one) && count < AC_MAX_REPORTS) {
			fill(c, one, AC_EVENT_LOGIN_FAILED, &reports[count++]);
			one->reason = NULL;
		}
	}
	return count;
}

void
ac_conversation_write_reports(const struct ac_conversation_report *reports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct ac_conversation_report *report = &reports[i];

		if (report->event == AC_EVENT_SIGN_IN_BEGUN)
			ac_log_event(AC_EVENT_SIGN_IN_BEGUN, .rhost = report->rhost,
				     .client = report->client_id, .service = report->service,
				     .txn = report->txn);
		else
			ac_log_event(AC_EVENT_LOGIN_FAILED, .rhost = report->rhost,
				     .reason = report->reason, .client = report->client_id,
				     .user = "unknown", .user_mac = report->name_mac,
				     .prompts = report->prompts[0] != '\0' ? report->prompts : NULL,
				     .txn = report->txn);
	}
}
