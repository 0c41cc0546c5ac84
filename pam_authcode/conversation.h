/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The function libpam calls when a module wants to say or ask something, with
 * the wire behind it. One question is one PROMPT and one ANSWER; texts wait for
 * the next question or for the end.
 */
#ifndef AC_PAM_CONVERSATION_H
#define AC_PAM_CONVERSATION_H

#include <security/pam_appl.h>

#include "pam_authcode/channel.h"
#include "pam_authcode/turn.h"

struct ac_conversation {
	struct ac_channel *channel; /* borrowed; NULL: nobody can be asked */
	struct ac_turn *turn;       /* borrowed; NULL: nobody is asked, none is needed */
	unsigned int prompt_timeout_s;
	unsigned int prompt_count;
	bool admitted; /* who it is was proved before this conversation began */
	bool proved;   /* a hidden question got an answer that is not empty */
	bool empty;    /* a hidden question got an empty answer */
	bool missed;   /* an answer came, but the turn for it did not */
	uint16_t message_count;
	struct ac_wire_message messages[AC_WIRE_MAX_MESSAGES]; /* since the last question */
};

/* For struct pam_conv; data is a struct ac_conversation. */
int ac_conversation_run(int count, const struct pam_message **messages,
			struct pam_response **ret_responses, void *data);

/* An error to be told with the next question, unless a module has told one. */
void ac_conversation_complain(struct ac_conversation *conversation, const char *text);

#endif
