/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See conversation.h. What modules say is not trusted: it is counted, cut and
 * cleaned before it travels. Answers exist here twice, in the frame (wiped) and
 * in the block libpam takes over (wiped when it is not taken over).
 *
 * Texts before the first question are dropped: they are said before anybody has
 * proved anything, and some tell whether the account exists or is locked. Where
 * a ticket has proved it (entry_passwd.c) they are shown.
 */
#include "pam_authcode/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "pam_authcode/clean.h"

enum role { ROLE_REFUSED = 0, ROLE_HIDDEN, ROLE_ECHOED, ROLE_INFO, ROLE_ERROR };

/* Styles without a row (binary prompts, radio buttons) end the conversation. */
static enum role
role_of(const struct pam_message *message)
{
	static const enum role roles[] = {
		[PAM_PROMPT_ECHO_OFF] = ROLE_HIDDEN,
		[PAM_PROMPT_ECHO_ON] = ROLE_ECHOED,
		[PAM_ERROR_MSG] = ROLE_ERROR,
		[PAM_TEXT_INFO] = ROLE_INFO,
	};

	if (message == NULL || message->msg == NULL || message->msg_style < 0 ||
	    (size_t)message->msg_style >= AC_ARRAY_SIZE(roles))
		return ROLE_REFUSED;
	return roles[message->msg_style];
}

static bool
asks(enum role role)
{
	return role == ROLE_HIDDEN || role == ROLE_ECHOED;
}

/* Before the first word is said, so that nobody answers half of a call. */
static bool
acceptable(int count, const struct pam_message **messages, struct pam_response **responses)
{
	if (count <= 0 || count > AC_WIRE_MAX_MESSAGES || messages == NULL)
		return false;
	for (int i = 0; i < count; i++) {
		enum role role = role_of(messages[i]);

		/* pam_matrix passes no place for responses with texts. */
		if (role == ROLE_REFUSED || (asks(role) && responses == NULL))
			return false;
	}
	return true;
}

static void
collect(struct ac_conversation *conversation, enum role role, const char *text)
{
	struct ac_wire_message *message = &conversation->messages[conversation->message_count];

	if ((conversation->prompt_count == 0 && !conversation->admitted) ||
	    conversation->message_count == AC_WIRE_MAX_MESSAGES)
		return;
	if (ac_clean_text(text, message->text, sizeof(message->text)) == 0)
		return;
	message->style = role == ROLE_ERROR ? AC_MESSAGE_ERROR : AC_MESSAGE_INFO;
	conversation->message_count++;
}

static bool
send_prompt(struct ac_conversation *conversation, bool echo, const char *text)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_PROMPT };
	struct ac_wire_prompt *prompt = &frame.u.prompt;

	prompt->echo = echo;
	(void)ac_clean_text(text, prompt->text, sizeof(prompt->text));
	prompt->message_count = conversation->message_count;
	memcpy(prompt->messages, conversation->messages, sizeof(prompt->messages));
	conversation->message_count = 0;
	return ac_channel_send(conversation->channel, &frame);
}

/* How many failures of others end the conversation. Whoever was admitted guesses
 * nothing any more: strangers who do are no reason to end a change of a password. */
static uint64_t
failures_allowed(const struct ac_conversation *conversation)
{
	if (conversation->admitted)
		return UINT64_MAX;
	return conversation->proved ? AC_TURN_ALLOWED_LATER : 0;
}

/* While a person thinks, modules may work for others. */
static bool
wait_for_answer(struct ac_conversation *conversation, enum role role, struct ac_wire_frame *ret)
{
	bool first =
		conversation->prompt_count == 1 && role == ROLE_HIDDEN && !conversation->admitted;

	if (!first || !ac_channel_wait(conversation->channel, AC_TURN_GRACE_MS))
		ac_turn_give(conversation->turn, false);
	if (!ac_channel_expect(conversation->channel, AC_WIRE_ANSWER,
			       conversation->prompt_timeout_s, ret))
		return false;
	conversation->missed = !ac_turn_take(conversation->turn, conversation->prompt_timeout_s,
					     failures_allowed(conversation));
	return !conversation->missed;
}

/* The answer as a block for libpam, or NULL. */
static char *
ask(struct ac_conversation *conversation, enum role role, const char *text)
{
	struct ac_wire_frame frame = { 0 };
	char *answer = NULL;

	if (conversation->channel == NULL || conversation->missed ||
	    conversation->prompt_count == AC_WIRE_MAX_ROUNDS)
		return NULL;
	conversation->prompt_count++;
	if (send_prompt(conversation, role == ROLE_ECHOED, text) &&
	    wait_for_answer(conversation, role, &frame))
		answer = strndup(frame.u.answer.text, frame.u.answer.len);
	if (answer != NULL && role == ROLE_HIDDEN) {
		conversation->proved |= frame.u.answer.len > 0;
		conversation->empty |= frame.u.answer.len == 0;
	}
	ac_wipe(&frame, sizeof(frame));
	return answer;
}

static void
free_responses(struct pam_response *responses, int count)
{
	for (int i = 0; responses != NULL && i < count; i++) {
		if (responses[i].resp != NULL)
			ac_wipe(responses[i].resp, strlen(responses[i].resp));
		free(responses[i].resp);
	}
	free(responses);
}

int
ac_conversation_run(int count, const struct pam_message **messages,
		    struct pam_response **ret_responses, void *data)
{
	struct ac_conversation *conversation = data;
	struct pam_response *responses;

	if (!acceptable(count, messages, ret_responses))
		return PAM_CONV_ERR;
	responses = calloc((size_t)count, sizeof(*responses));
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		enum role role = role_of(messages[i]);

		if (!asks(role)) {
			collect(conversation, role, messages[i]->msg);
			continue;
		}
		responses[i].resp = ask(conversation, role, messages[i]->msg);
		if (responses[i].resp == NULL) {
			free_responses(responses, count);
			return PAM_CONV_ERR;
		}
	}
	if (ret_responses != NULL)
		*ret_responses = responses;
	else
		free_responses(responses, count);
	return PAM_SUCCESS;
}

void
ac_conversation_complain(struct ac_conversation *conversation, const char *text)
{
	for (size_t i = 0; i < conversation->message_count; i++) {
		if (conversation->messages[i].style == AC_MESSAGE_ERROR)
			return;
	}
	collect(conversation, ROLE_ERROR, text);
}
