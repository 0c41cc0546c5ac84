/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See device_flow.h.
 */
#include "tests/flow/device_flow.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

const struct authcode_response *
device_post(struct flow *flow, enum authcode_endpoint endpoint, const char *body)
{
	return flow_run(flow, (struct authcode_request){
				      .endpoint = endpoint,
				      .method = AUTHCODE_METHOD_POST,
				      .body = { body, strlen(body) },
				      .content_type = FLOW_FORM,
			      });
}

const char *
device_value(struct flow *flow, const struct authcode_response *r, const char *name)
{
	json_t *json, *value;
	const char *text;

	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	json = json_loadb(r->body, r->body_len, 0, NULL);
	value = json_object_get(json, name);
	if (json_is_integer(value))
		text = flow_text(flow, "%" PRId64, (int64_t)json_integer_value(value));
	else
		text = json_is_string(value) ? flow_text(flow, "%s", json_string_value(value))
					     : NULL;
	json_decref(json);
	return text;
}

struct device
device_begin(struct flow *flow, const char *rest)
{
	const struct authcode_response *r =
		device_post(flow, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION,
			    flow_text(flow, "client_id=" FLOW_TV "%s", rest));

	assert_int_equal(r->status, 200);
	return (struct device){
		.code = device_value(flow, r, "device_code"),
		.user_code = device_value(flow, r, "user_code"),
	};
}

const struct authcode_response *
device_poll(struct flow *flow, const struct device *device)
{
	return device_post(
		flow, AUTHCODE_ENDPOINT_TOKEN,
		flow_text(flow, "grant_type=" DEVICE_GRANT "&client_id=" FLOW_TV "&device_code=%s",
			  device->code));
}

const struct authcode_response *
device_type(struct flow *flow, const struct flow_browser *browser, const char *user_code)
{
	return flow_post(flow, browser, AUTHCODE_ENDPOINT_DEVICE,
			 flow_text(flow, "user_code=%s", flow_encode(flow, user_code)));
}

const struct authcode_response *
device_page(struct flow *flow, struct flow_browser *browser, const struct device *device)
{
	const struct authcode_response *r =
		flow_follow(flow, browser, device_type(flow, browser, device->user_code));

	if (r->kind == AUTHCODE_RESPONSE_SIGN_IN) {
		r = flow_sign_in(flow, browser, r->interaction->transaction, "alice");
		r = flow_follow(flow, browser, r);
	}
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE);
	assert_int_equal(r->status, 200);
	return r;
}

void
device_allow(struct flow *flow, struct flow_browser *browser, const struct device *device)
{
	const struct authcode_response *r = device_page(flow, browser, device);

	r = flow_decide(flow, browser, r->interaction, "allow");
	r = flow_follow(flow, browser, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE_DONE);
	assert_true(r->interaction->allowed);
}

void
device_assert_error(struct flow *flow, const struct authcode_response *r, unsigned status,
		    const char *error)
{
	assert_string_equal(device_value(flow, r, "error"), error);
	assert_int_equal(r->status, status);
	assert_string_equal(r->refusal.error, error);
	assert_null(device_value(flow, r, "access_token"));
}
