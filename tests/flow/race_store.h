/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A store in front of that of keys_world.h, before which somebody else is first: between
 * what an issuer has read and what it writes.
 */
#ifndef TESTS_FLOW_RACE_STORE_H
#define TESTS_FLOW_RACE_STORE_H

#include <authcode/store.h>

struct race {
	struct authcode_store store; /* for the settings of an issuer */
	enum authcode_operation_kind kind;
	unsigned times; /* before how many operations of that kind first() is still called */
	void (*first)(void *arg);
	void *arg;
	unsigned results[AUTHCODE_RESULT_OTHER_KEY + 1]; /* how many operations had each */
};

/* times is 0: nobody is first yet. */
void race_init(struct race *race, enum authcode_operation_kind kind, void (*first)(void *arg),
	       void *arg);

#endif
