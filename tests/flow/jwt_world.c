/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jwt_world.h.
 */
#include "tests/flow/jwt_world.h"

#include <string.h>

#include "base/attr.h"
#include "base/base64url.h"
#include "protocol/signing_keys.h"

struct flow flow;
struct flow_browser browser;
struct ac_jwk *rsa, *ec;

void
use_keys(struct ac_jwk *first, struct ac_jwk *second)
{
	struct ac_jwk *const pairs[] = { first, second };
	struct ac_signing_key keys[2] = { 0 };
	struct ac_signing_ring *ring = NULL;
	size_t count = 0;

	for (size_t i = 0; i < AC_ARRAY_SIZE(pairs); i++) {
		struct ac_signing_key *key = &keys[count];

		if (pairs[i] == NULL)
			continue;
		key->pair = pairs[i];
		key->alg = ac_jwk_alg(pairs[i])->id;
		key->active_ms = 1;
		memcpy(key->kid, ac_jwk_kid(pairs[i]), strlen(ac_jwk_kid(pairs[i])) + 1);
		count++;
	}
	assert_int_equal(ac_signing_ring_new(keys, count,
					     AC_ALG_BIT(AC_ALG_RS256) | AC_ALG_BIT(AC_ALG_ES256),
					     flow.now_ms, &ring),
			 AUTHCODE_OK);
	ac_issuer_ring_set_take(flow.issuer, ring);
}

void
set_format(enum authcode_token_format format, const char *alg, uint32_t ttl_s)
{
	struct authcode_client clients[] = {
		flow_client(&flow, FLOW_POST),
		flow_client(&flow, ALL),
		flow_client(&flow, RS),
	};

	clients[0].access_token_format = format;
	clients[0].access_token_alg = alg;
	clients[0].access_token_ttl_s = ttl_s;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
}

int
jwt_setup(void **state)
{
	(void)state;
	resource_world_start(&flow);
	browser = (struct flow_browser){ .cookie = "browser-one" };
	rsa = forge_key(AC_ALG_RS256);
	ec = forge_key(AC_ALG_ES256);
	use_keys(rsa, ec);
	set_format(AUTHCODE_FORMAT_JWT, NULL, 0);
	return 0;
}

int
jwt_teardown(void **state)
{
	(void)state;
	flow_stop(&flow);
	ac_jwk_free(&rsa);
	ac_jwk_free(&ec);
	return 0;
}

json_t *
segment(const char *token, int number)
{
	const char *begin = token;
	size_t len;
	unsigned char bytes[FORGE_MAX];
	json_t *object;

	if (number == 1)
		begin = strchr(token, '.') + 1;
	assert_true(ac_base64url_decode(begin, strcspn(begin, "."), bytes, sizeof(bytes), &len));
	object = json_loadb((const char *)bytes, len, 0, NULL);
	assert_non_null(object);
	return object;
}

const char *
access_token(const char *query)
{
	json_t *tokens = redeem(&flow, query, "");
	const char *token = flow_text(&flow, "%s", json_text(tokens, "access_token"));

	json_decref(tokens);
	return token;
}

bool
active(const char *token)
{
	json_t *told = introspect(&flow, ALL, token);
	bool is_active = json_is_true(json_object_get(told, "active"));

	if (!is_active)
		assert_int_equal(json_object_size(told), 1);
	json_decref(told);
	return is_active;
}
