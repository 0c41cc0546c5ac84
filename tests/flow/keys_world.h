/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An issuer's signing keys on a memory store, at the times a test says, and what can
 * be seen of them.
 */
#ifndef TESTS_FLOW_KEYS_WORLD_H
#define TESTS_FLOW_KEYS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <authcode/keys.h>

#include "base/arena.h"
#include "jose/algorithm.h"

#define T0 INT64_C(1700000000000)
#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

/* Of the test that runs. */
extern struct authcode_store *store;
extern struct authcode_arena *arena;
extern struct authcode_reason reason;

int setup(void **state);
int teardown(void **state);

#define KEYS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

struct authcode_issuer_settings settings(void);
struct authcode_issuer *issuer_of(const struct authcode_issuer_settings *s);

/* Fails the test when it does not work. */
void tend(struct authcode_issuer *issuer, int64_t now_ms, enum authcode_key_rotation rotation);

struct keys {
	struct authcode_key_info infos[AUTHCODE_MAX_KEYS];
	size_t count;
};

struct keys list(struct authcode_issuer *issuer, int64_t now_ms);

/* The states of an algorithm's keys in the order of their time: "RCN". Static storage
 * until the next call, as that of signer(): the kid that signs; "" none. */
const char *states(struct authcode_issuer *issuer, const char *alg, int64_t now_ms);
const char *signer(struct authcode_issuer *issuer, enum ac_alg_id alg, int64_t now_ms);

bool publishes(struct authcode_issuer *issuer, const char *kid);

#endif
