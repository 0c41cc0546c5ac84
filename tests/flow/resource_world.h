/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A flow with resource servers: four of them, a client that may have tokens for
 * three, for people and for itself, and one that is the first. All of them send their
 * secret in the body. What a refresh token was replaced by is given again for 10 s.
 */
#ifndef TESTS_FLOW_RESOURCE_WORLD_H
#define TESTS_FLOW_RESOURCE_WORLD_H

#include <jansson.h>

#include "tests/flow/flow.h"

#define API "https://api.example/v1"
#define FILES "urn:example:files"
#define OTHER "https://other.example" /* not for FLOW_POST */
#define ROLES "https://roles.example" /* its tokens are JWTs */
#define API_Q "&resource=https%3A%2F%2Fapi.example%2Fv1"
#define FILES_Q "&resource=urn:example:files"
#define OTHER_Q "&resource=https://other.example"
#define ROLES_Q "&resource=https://roles.example"
#define ISSUER_Q "&resource=https://id.example"

/* API takes read and write and is called "The API"; FILES everything, for 300 s; ROLES
 * read and groups, as a JWT signed by ES256. */
#define QUERY                                                                                      \
	"client_id=post&redirect_uri=https://post.example/cb&response_type=code&"                  \
	"scope=openid+profile+read+offline_access"

/* Knows every token / every token for API. */
#define ALL "first"
#define RS "rs"

void resource_world_start(struct flow *flow);

/* POST of a body with the credentials of a client. */
const struct authcode_response *as_client(struct flow *flow, enum authcode_endpoint endpoint,
					  const char *client, const char *body);

/* The body of an answer with this status; to be dropped with json_decref(). */
json_t *answer_json(const struct authcode_response *response, unsigned status);
const char *json_text(const json_t *object, const char *name); /* "" when there is none */

/* The error of an answer with status 400. */
void assert_error(const struct authcode_response *response, const char *error);

/* Redeems the code of a flow with query; rest is appended to the token request. New. */
json_t *redeem(struct flow *flow, const char *query, const char *rest);
json_t *refresh(struct flow *flow, const json_t *tokens, const char *rest);

/* What introspection tells the client of it. New. */
json_t *introspect(struct flow *flow, const char *client, const char *token);

unsigned userinfo_status(struct flow *flow, const char *token);

#endif
