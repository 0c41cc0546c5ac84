/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See resource_world.h.
 */
#include "tests/flow/resource_world.h"

#include <string.h>

#include "base/attr.h"

static const struct authcode_resource resources[] = {
	{ .uri = API, .name = "The API", .scope = "read write" },
	{ .uri = FILES, .access_token_ttl_s = 300 },
	{ .uri = OTHER },
	{ .uri = ROLES,
	  .scope = "read groups",
	  .format = AUTHCODE_FORMAT_JWT,
	  .access_token_alg = "ES256" },
};
static const struct authcode_acr acrs[] = { { "pwd", 10 }, { "otp", 20 }, { "card", 0 } };
static const char *const allowed[] = { API, FILES, ROLES };

static struct authcode_client
with_post(struct flow *flow, const char *id)
{
	struct authcode_client client = flow_client(flow, id);

	client.auth = AUTHCODE_AUTH_SECRET_POST;
	return client;
}

void
resource_world_start(struct flow *flow)
{
	const struct authcode_issuer_settings settings = {
		.resources = resources,
		.resource_count = AC_ARRAY_SIZE(resources),
		.acrs = acrs,
		.acr_count = AC_ARRAY_SIZE(acrs),
		.refresh_retry_s = 10,
	};
	struct authcode_client clients[3];

	flow_start_with(flow, &settings);
	clients[0] = with_post(flow, FLOW_POST);
	clients[0].scope = "openid profile groups read write offline_access";
	clients[0].grants |= AUTHCODE_GRANT_REFRESH_TOKEN | AUTHCODE_GRANT_CLIENT_CREDENTIALS;
	clients[0].resources = allowed;
	clients[0].resource_count = AC_ARRAY_SIZE(allowed);
	clients[1] = with_post(flow, FLOW_FIRST);
	clients[2] = with_post(flow, FLOW_WEB);
	clients[2].id = RS;
	clients[2].resource_server = API;
	flow_set_clients(flow, clients, AC_ARRAY_SIZE(clients));
}

const struct authcode_response *
as_client(struct flow *flow, enum authcode_endpoint endpoint, const char *client, const char *body)
{
	const struct flow_browser nobody = { .cookie = NULL };

	return flow_post(
		flow, &nobody, endpoint,
		flow_text(flow, "client_id=%s&client_secret=" FLOW_SECRET "&%s", client, body));
}

json_t *
answer_json(const struct authcode_response *response, unsigned status)
{
	json_t *object;

	assert_int_equal(response->kind, AUTHCODE_RESPONSE_JSON);
	if (response->status != status)
		fail_msg("%u: %s", response->status, response->body);
	object = json_loadb(response->body, response->body_len, 0, NULL);
	assert_non_null(object);
	return object;
}

const char *
json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

void
assert_error(const struct authcode_response *response, const char *error)
{
	json_t *object = answer_json(response, 400);

	assert_string_equal(json_text(object, "error"), error);
	assert_int_equal(json_object_size(object), 2);
	json_decref(object);
}

json_t *
redeem(struct flow *flow, const char *query, const char *rest)
{
	struct flow_browser browser = { .cookie = "browser-one" };
	const char *code = flow_code(flow, &browser, query);

	return answer_json(
		as_client(flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			  flow_text(flow, "grant_type=authorization_code&code=%s&redirect_uri=%s%s",
				    code, FLOW_POST_URI, rest)),
		200);
}

json_t *
refresh(struct flow *flow, const json_t *tokens, const char *rest)
{
	return answer_json(as_client(flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
				     flow_text(flow, "grant_type=refresh_token&refresh_token=%s%s",
					       json_text(tokens, "refresh_token"), rest)),
			   200);
}

json_t *
introspect(struct flow *flow, const char *client, const char *token)
{
	return answer_json(as_client(flow, AUTHCODE_ENDPOINT_INTROSPECT, client,
				     flow_text(flow, "token=%s", token)),
			   200);
}

unsigned
userinfo_status(struct flow *flow, const char *token)
{
	return flow_run(flow,
			(struct authcode_request){
				.endpoint = AUTHCODE_ENDPOINT_USERINFO,
				.method = AUTHCODE_METHOD_GET,
				.authorization = flow_text(flow, "Bearer %s", token),
			})
		->status;
}
