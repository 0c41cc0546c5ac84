/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The account behind a request. Every path that issues or describes something
 * of a person goes through ac_account_step(), between what it decides and what
 * it does: there the host says what has become of the account since the person
 * signed in.
 */
#ifndef AC_PROTOCOL_ACCOUNT_H
#define AC_PROTOCOL_ACCOUNT_H

#include <stdbool.h>

#include <authcode/exchange.h>

#include "base/attr.h"

/* What is known of an account: by the host now, or by the last sign-in where the
 * host is not asked. Never NULL, in the arena. */
struct ac_account {
	const char *full_name;
	const char *groups; /* joined by '\n' */
	const char *claims; /* a JSON object of the host's; "": nothing */
};

/* What is said where nobody could be asked. */
#define AC_ACCOUNT_UNKNOWN "the account cannot be checked at this time"

/* How a path goes on. Called later than decide: what they need is in the arena,
 * by way of x->state. */
struct ac_account_path {
	void (*good)(struct authcode_exchange *x); /* x->account is filled */
	/* state is UNKNOWN, REFUSED or GONE. */
	void (*bad)(struct authcode_exchange *x, enum authcode_account_state state);
};

/* Whose account, for whom, and whether all that is known of the person is wanted. */
struct ac_account_question {
	const struct authcode_subject *subject; /* in the arena */
	const struct authcode_client *client;
	bool claims;
};

/* Asks the host, or goes on at once where the issuer does not check accounts.
 * path is static. */
void ac_account_step(struct authcode_exchange *x, const struct ac_account_question *question,
		     const struct ac_account_path *path);

/* The refusal of a grant (RFC 6749 §5.2): it and what hangs on it stay as they are. */
void ac_account_refuse_grant(struct authcode_exchange *x, enum authcode_account_state state);

/* Names joined by '\n', in the arena; NULL when it is full. */
const char *ac_account_join_groups(struct authcode_arena *arena, const char *const *groups,
				   size_t count);

/* Can they be joined, and be shown? */
AC_MUST_USE bool ac_account_groups_ok(const char *const *groups, size_t count);

/* full_name, or "" when it cannot be shown: gecos is free text of any encoding. */
const char *ac_account_full_name(const char *full_name);

#endif
