/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a logout does beyond the browser: which clients are to be told (BC-02,
 * BC-09), and what dies with the session (BC-07, RT-11).
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "tests/flow/device_flow.h"
#include "tests/flow/logout_fixture.h"

static size_t
waiting(struct authcode_delivery_view views[4])
{
	size_t count = 0;

	assert_int_equal(authcode_store_list_deliveries(logout.flow.memory, INT64_MAX, 4,
							logout.flow.arena, views, 4, &count),
			 AUTHCODE_OK);
	return count;
}

static void
log_out(void)
{
	const char *hint = logout_hint(&(struct logout_hint){ 0 });

	assert_int_equal(flow_get(&logout.flow, &logout.browser, AUTHCODE_ENDPOINT_LOGOUT,
				  flow_text(&logout.flow, "id_token_hint=%s", hint))
				 ->kind,
			 AUTHCODE_RESPONSE_LOGGED_OUT);
	assert_false(logout_session_lives());
}

static void
end_session(void)
{
	struct authcode_operation op = {
		.kind = AUTHCODE_OP_END_SESSION,
		.now_ms = logout.flow.now_ms,
		.u.end_session = { .session_id = logout.session_id },
	};

	authcode_store_perform(logout.flow.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
}

static const struct authcode_response *
token_request(const char *fmt, const char *value)
{
	/* web:FLOW_SECRET */
	static const char basic[] = "Basic d2ViOmEtc2VjcmV0LW9mLXNvbWUtbGVuZ3RoLTAxMjM0NTY3ODk=";
	const char *body = flow_text(&logout.flow, "%s%s", fmt, value);

	return flow_run(&logout.flow, (struct authcode_request){
					      .endpoint = AUTHCODE_ENDPOINT_TOKEN,
					      .method = AUTHCODE_METHOD_POST,
					      .body = { body, strlen(body) },
					      .content_type = FLOW_FORM,
					      .authorization = basic,
				      });
}

static const char *
member(const struct authcode_response *response, const char *name)
{
	json_t *object = json_loads(response->body, 0, NULL);
	const char *value = json_string_value(json_object_get(object, name));
	const char *copy = value != NULL ? flow_text(&logout.flow, "%s", value) : NULL;

	json_decref(object);
	return copy;
}

static const char *
refresh_token_of(const char *code)
{
	const struct authcode_response *response = token_request(
		"grant_type=authorization_code&redirect_uri=https://web.example/cb&code=", code);

	assert_int_equal(response->status, 200);
	return member(response, "refresh_token");
}

static void
assert_dead(const char *refresh_token)
{
	const struct authcode_response *r =
		token_request("grant_type=refresh_token&refresh_token=", refresh_token);

	assert_int_equal(r->status, 400);
	assert_string_equal(member(r, "error"), "invalid_grant");
}

/* BC-02 */
static void
a_client_of_the_session_that_wants_to_know_is_to_be_told(void **state)
{
	struct authcode_delivery_view views[4];

	(void)state;
	/* This one does not want to. */
	(void)flow_code(&logout.flow, &logout.browser,
			"client_id=first&redirect_uri=https://first.example/cb&response_type=code");
	log_out();
	assert_int_equal(waiting(views), 1);
	assert_string_equal(views[0].delivery.client_id, FLOW_WEB);
	assert_int_equal(views[0].delivery.session_id, logout.session_id);
	assert_int_equal(views[0].delivery.next_ms, logout.flow.now_ms);
}

/* BC-02: it has an ID token of this session as any other. */
static void
the_client_of_a_device_that_the_session_allowed_is_to_be_told(void **state)
{
	struct authcode_delivery_view views[4];
	struct device device = device_begin(&logout.flow, "&scope=openid");

	(void)state;
	device_allow(&logout.flow, &logout.browser, &device);
	assert_int_equal(device_poll(&logout.flow, &device)->status, 200);
	log_out();
	assert_int_equal(waiting(views), 2);
	assert_string_equal(views[0].delivery.client_id, FLOW_TV);
	assert_int_equal(views[0].delivery.session_id, logout.session_id);
	assert_string_equal(views[1].delivery.client_id, FLOW_WEB);
}

static void
the_client_of_a_device_that_was_not_allowed_is_not_told(void **state)
{
	struct authcode_delivery_view views[4];
	struct device device = device_begin(&logout.flow, "");
	const struct authcode_response *page = device_page(&logout.flow, &logout.browser, &device);

	(void)state;
	(void)flow_decide(&logout.flow, &logout.browser, page->interaction, "deny");
	log_out();
	assert_int_equal(waiting(views), 1);
	assert_string_equal(views[0].delivery.client_id, FLOW_WEB);
}

static void
the_same_logout_twice_is_told_once(void **state)
{
	struct authcode_delivery_view views[4];

	(void)state;
	log_out();
	log_out();
	assert_int_equal(waiting(views), 1);
}

/* BC-09: authcodectl and whoever looks after accounts do no more than this. */
static void
a_session_that_is_ended_from_elsewhere_is_told_too(void **state)
{
	struct authcode_delivery_view views[4];

	(void)state;
	end_session();
	assert_int_equal(waiting(views), 1);
}

/* Nobody would deliver it. */
static void
a_host_that_delivers_nothing_has_nothing_to_deliver(void **state)
{
	struct authcode_delivery_view views[4];

	(void)logout_tear_down(state);
	flow_start(&logout.flow);
	logout.browser = (struct flow_browser){ .cookie = "browser-one" };
	logout_set_clients(NULL, 0);
	(void)logout_sign_in();
	end_session();
	assert_int_equal(waiting(views), 0);
}

/* BC-07, RT-11 */
static void
refresh_tokens_die_with_the_session(void **state)
{
	const char *refresh = refresh_token_of(logout_sign_in());

	(void)state;
	log_out();
	assert_dead(refresh);
}

static void
a_code_that_was_not_used_yet_is_worth_nothing_any_more(void **state)
{
	const char *code = logout_sign_in();
	const struct authcode_response *r;

	(void)state;
	log_out();
	r = token_request("grant_type=authorization_code&redirect_uri=https://web.example/cb&code=",
			  code);
	assert_int_equal(r->status, 400);
	assert_string_equal(member(r, "error"), "invalid_grant");
}

/* RT-01: that is what offline_access is for. */
static void
offline_access_outlives_the_session(void **state)
{
	const char *refresh = refresh_token_of(flow_code(
		&logout.flow, &logout.browser, LOGOUT_WEB "&scope=openid+offline_access"));

	(void)state;
	log_out();
	assert_int_equal(token_request("grant_type=refresh_token&refresh_token=", refresh)->status,
			 200);
}

/* The cookie of before is worth nothing, also where it was kept. */
static void
the_next_request_signs_in_anew(void **state)
{
	const struct authcode_response *r;

	(void)state;
	log_out();
	r = flow_get(&logout.flow, &logout.browser, AUTHCODE_ENDPOINT_AUTHORIZE, LOGOUT_WEB);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, logout_set_up, logout_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_client_of_the_session_that_wants_to_know_is_to_be_told),
		TEST(the_client_of_a_device_that_the_session_allowed_is_to_be_told),
		TEST(the_client_of_a_device_that_was_not_allowed_is_not_told),
		TEST(the_same_logout_twice_is_told_once),
		TEST(a_session_that_is_ended_from_elsewhere_is_told_too),
		TEST(a_host_that_delivers_nothing_has_nothing_to_deliver),
		TEST(refresh_tokens_die_with_the_session),
		TEST(a_code_that_was_not_used_yet_is_worth_nothing_any_more),
		TEST(offline_access_outlives_the_session),
		TEST(the_next_request_signs_in_anew),
	};

	return cmocka_run_group_tests_name("logout told", tests, NULL, NULL);
}
