/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One module at a time works for an account, in whichever process: modules that
 * count failures look at the count first and write it last, and guesses sent
 * side by side would all see it low. Whoever thinks about an answer holds
 * nobody up, but a turn given up for that also ages: when another conversation
 * has failed meanwhile, what the modules have seen before is no longer true.
 *
 * A turn is a lock on a file per account, which also counts the failures.
 */
#ifndef AC_PAM_TURN_H
#define AC_PAM_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct ac_turn {
	int fd;          /* -1: there are no turns */
	uint64_t start;  /* failures when the first turn came */
	uint64_t before; /* when this one came */
	bool begun;
	bool held;
};

/* How long the first hidden question keeps the turn: the daemon has the answer
 * already, and what was looked at before the question is still true then. */
#define AC_TURN_GRACE_MS 1000

/* Failures of others that end a conversation: any before its first hidden
 * answer; after it a few pass, so that a stranger cannot so easily throw out
 * somebody who looks for a code. */
#define AC_TURN_ALLOWED_LATER 2

/* The lock file of this account in dir, which is made (mode 0700) when it is
 * missing and must be ours alone; dir "": no turns, and all succeeds. known: the
 * name is an account's. False: said in the log. ac_turn_close() in both cases. */
AC_MUST_USE bool ac_turn_open(const char *dir, const char *user, bool known, struct ac_turn *ret);

/* Waits for the turn, unless it is held. False when it has not come within the time, or when more
 * than allowed conversations of the account have failed since the first turn. */
AC_MUST_USE bool ac_turn_take(struct ac_turn *turn, unsigned int timeout_s, uint64_t allowed);

/* failed: the modules have refused somebody. A process that dies in its turn
 * counts as failed. No effect when it is not held. */
void ac_turn_give(struct ac_turn *turn, bool failed);

void ac_turn_close(struct ac_turn *turn);

#endif
