/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The resource world with keys to sign with, where the tokens of FLOW_POST are JWTs.
 */
#ifndef TESTS_FLOW_JWT_WORLD_H
#define TESTS_FLOW_JWT_WORLD_H

#include "tests/flow/resource_world.h"
#include "tests/unit/jose/forge.h"

extern struct flow flow;
extern struct flow_browser browser;
extern struct ac_jwk *rsa, *ec; /* RS256 and ES256 */

int jwt_setup(void **state);
int jwt_teardown(void **state);

/* The ring that signs: these, or but one of them (NULL: not). */
void use_keys(struct ac_jwk *first, struct ac_jwk *second);

/* What the tokens of FLOW_POST are like. */
void set_format(enum authcode_token_format format, const char *alg, uint32_t ttl_s);

/* An access token for what the query asks. */
const char *access_token(const char *query);

/* Segment 0 or 1 of a token, decoded, not verified. New. */
json_t *segment(const char *token, int number);

/* Does introspection by ALL say so? */
bool active(const char *token);

#endif
