/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A store in front of another one that fails when it is told to.
 */
#ifndef TESTS_FLOW_FAULT_STORE_H
#define TESTS_FLOW_FAULT_STORE_H

#include <stdbool.h>

#include <authcode/store.h>

/* Fails the n-th store call from now on (1: the next), once; 0: never. */
struct fault {
	struct authcode_store store;
	struct authcode_store *inner;
	int countdown;
	int calls;
	bool hide_people; /* families read back as a client's own, without a user */
};

/* inner is set by the caller, and closed by it. */
void fault_init(struct fault *fault);

/* Counts down; true once, when it arrives at 0. */
bool fault_due(int *countdown);

#endif
