/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What is known of one account: made once, never changed, shared by everybody
 * who asked. So a cache hit is a look-up and a count, and no copy.
 */
#ifndef AC_SERVER_ACCOUNT_ANSWER_H
#define AC_SERVER_ACCOUNT_ANSWER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <authcode/exchange.h>

#include "base/attr.h"
#include "pam_authcode/wire.h"
#include "server/config.h"

struct ac_account_answer {
	atomic_uint references;
	bool with_claims; /* the account's claims were asked for, too */
	struct authcode_account account;
	struct ac_account_answer *parts[2]; /* of a joined one: whose the texts are */
	const char **groups;                /* what account points to */
	char *names;
	char *full_name;
	char *claims;
};

/* A state without anything else. NULL: no memory. */
AC_MUST_USE struct ac_account_answer *ac_account_answer_plain(enum authcode_account_state state);

/* GOOD, as the helper described it. ret_bad: see ac_claims_compose(). */
AC_MUST_USE struct ac_account_answer *ac_account_answer_good(const struct ac_config *config,
							     const struct ac_wire_checked *checked,
							     bool with_claims,
							     const char **ret_bad);

/* Two answers that were GOOD in one: the account of the one, and the claims of the
 * other, which is with_claims. NULL: no memory. */
AC_MUST_USE struct ac_account_answer *ac_account_answer_join(struct ac_account_answer *account,
							     struct ac_account_answer *claims);

/* Thread-safe. unref takes NULL, and sets NULL. */
struct ac_account_answer *ac_account_answer_ref(struct ac_account_answer *answer);
void ac_account_answer_unref(struct ac_account_answer **answer);

#endif
