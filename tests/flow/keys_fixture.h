/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Signing keys for issuers of tests. Making an RSA key takes its time, so that a
 * program makes each key once, when it is first asked for.
 */
#ifndef TESTS_FLOW_KEYS_FIXTURE_H
#define TESTS_FLOW_KEYS_FIXTURE_H

#include <authcode/issuer.h>

#include "jose/jwk.h"

/* The key of the program for that algorithm. Borrowed. */
struct ac_jwk *test_key(enum ac_alg_id alg);

/* A ring of these (bit mask) for the issuer; they sign from the beginning of time. */
void test_keys_install(struct authcode_issuer *issuer, unsigned algs);

#endif
