/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What tests of OpenID Connect share: an issuer with a key of every algorithm
 * that asks about accounts, one trusted client, and what it gets to read.
 */
#ifndef TESTS_FLOW_OPENID_FIXTURE_H
#define TESTS_FLOW_OPENID_FIXTURE_H

#include <jansson.h>

#include "jose/algorithm.h"
#include "tests/flow/flow.h"

#define OPENID_ALL "openid profile email address phone groups offline_access"

/* FLOW_WEB: trusted, client_secret_post, scope OPENID_ALL and "api", ES256. */
struct openid {
	struct flow flow;
	struct flow_browser browser;
	const char *sign_in_claims; /* of the next sign-in, or NULL */
	const char *acr, *amr;      /* of the next sign-in */
	char debug[256];            /* last line of the debug log */
};

/* *state is the struct. */
int openid_setup(void **state);
int openid_teardown(void **state);

/* The client anew, with what the test has changed in it. */
struct authcode_client openid_client(struct openid *o);
void openid_set_client(struct openid *o, const struct authcode_client *client);

/* Signs alice in anew for this scope; rest is more of the query ("&nonce=…"). */
const char *openid_code(struct openid *o, const char *scope, const char *rest);

/* /token; a new reference to what it answers with status 200. */
json_t *openid_redeem(struct openid *o, const char *code);
json_t *openid_refresh(struct openid *o, const char *refresh_token, const char *rest);
const struct authcode_response *openid_token(struct openid *o, const char *body);

/* openid_redeem() of openid_code() without rest. */
json_t *openid_tokens(struct openid *o, const char *scope);

/* The claims of a token after its signature by the program's key of that algorithm is
 * verified; typ NULL: it has none. New. */
json_t *openid_verified(const char *token, enum ac_alg_id alg, const char *typ);

/* The verified ID token of an answer of /token; NULL: it has none. ES256. New. */
json_t *openid_id_token(const json_t *answer);

/* userinfo with the access token of an answer of /token. */
const struct authcode_response *openid_userinfo(struct openid *o, const json_t *answer);
json_t *openid_userinfo_json(struct openid *o, const json_t *answer);

const char *openid_text(const json_t *object, const char *name);
json_int_t openid_number(const json_t *object, const char *name);

/* The object as compact JSON with sorted members, without those named (NULL ends). */
const char *openid_rest(struct openid *o, const json_t *object, const char *const *without);

#endif
