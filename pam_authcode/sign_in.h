/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the login and the passwd entry have in common: START, CANON and GO, the
 * turn of the account, the stack, and the judgement that makes a result of what
 * the stack has said. The entries differ in who may begin and in the phases.
 */
#ifndef AC_PAM_SIGN_IN_H
#define AC_PAM_SIGN_IN_H

#include "pam_authcode/account.h"
#include "pam_authcode/channel.h"
#include "pam_authcode/conversation.h"
#include "pam_authcode/permit.h"
#include "pam_authcode/stack.h"

struct ac_sign_in {
	const struct ac_permit *permit;
	const struct ac_sign_in_entry *entry;
	struct ac_channel channel;
	struct ac_wire_start start;
	struct ac_account account;       /* of the name that was typed */
	char user[AC_MAX_USER_NAME + 1]; /* what PAM is given */
	struct ac_turn turn;
	struct ac_conversation conversation;
	struct ac_stack stack;
	const char *phase; /* for the log */
};

struct ac_sign_in_entry {
	enum ac_service_use use;
	const char *accepted; /* for the log */
	/* The account is known and nothing has been said: may it begin? */
	bool (*admit)(struct ac_sign_in *sign_in);
	/* The stack is open and it is the account's turn. */
	enum ac_verdict (*run)(struct ac_sign_in *sign_in);
	/* The verdict is CHANGE_DUE and stands. NULL: it does not come. */
	void (*change_due)(const struct ac_sign_in *sign_in, struct ac_wire_result *result);
};

/* Serves the connection; the exit status: 0 when a result was told. */
int ac_sign_in_serve(const struct ac_permit *permit, int fd, const struct ac_sign_in_entry *entry);

#endif
