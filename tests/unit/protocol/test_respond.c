/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The responses of protocol/exchange.h: status, headers and bodies, and that one
 * replaces another as a whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/exchange.h"

static struct authcode_store *store;
static struct authcode_issuer *issuer;
static struct authcode_exchange *x;
static char logged[256];

static void
debug(void *ctx, const char *text)
{
	(void)ctx;
	snprintf(logged, sizeof(logged), "%s", text);
}

static int
setup(void **state)
{
	struct authcode_issuer_settings settings = {
		.issuer = "https://id.example/tenant",
		.master_key = { 1 },
		.log = { .debug = debug },
	};

	(void)state;
	logged[0] = '\0';
	assert_int_equal(authcode_store_memory_open(NULL, &settings.store), AUTHCODE_OK);
	store = settings.store;
	assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
	assert_int_equal(ac_exchange_new(issuer, 1, &x), AUTHCODE_OK);
	x->request.endpoint = AUTHCODE_ENDPOINT_TOKEN;
	/* What must not show through any of the responses below. */
	x->response.location = "https://left.example/";
	x->response.set_session = "left";
	x->response.allow = "LEFT";
	x->response.www_authenticate = "Left";
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	authcode_exchange_free(&x);
	authcode_issuer_free(&issuer);
	authcode_store_close(&store);
	return 0;
}

static void
assert_response(enum authcode_response_kind kind, unsigned status, const char *body,
		const char *error)
{
	const struct authcode_response *response = authcode_exchange_response(x);

	assert_int_equal(response->kind, kind);
	assert_int_equal(response->status, status);
	if (body == NULL) {
		assert_null(response->body);
		assert_int_equal(response->body_len, 0);
	} else {
		assert_string_equal(response->body, body);
		assert_int_equal(response->body_len, strlen(body));
	}
	if (error == NULL)
		assert_null(response->refusal.error);
	else
		assert_string_equal(response->refusal.error, error);
	assert_null(response->set_session);
	assert_null(response->allow);
	assert_null(response->interaction);
	if (kind != AUTHCODE_RESPONSE_REDIRECT)
		assert_null(response->location);
}

static void
a_new_exchange_is_a_500_page(void **state)
{
	struct authcode_exchange *fresh = NULL;

	(void)state;
	assert_int_equal(ac_exchange_new(issuer, 1, &fresh), AUTHCODE_OK);
	assert_int_equal(authcode_exchange_response(fresh)->kind, AUTHCODE_RESPONSE_PAGE);
	assert_int_equal(authcode_exchange_response(fresh)->status, 500);
	assert_null(authcode_exchange_operation(fresh));
	/* Answering what has no operation changes nothing. */
	authcode_exchange_answer(fresh);
	assert_int_equal(authcode_exchange_response(fresh)->status, 500);
	authcode_exchange_free(&fresh);
}

static void
a_page_has_status_and_refusal(void **state)
{
	(void)state;
	ac_respond_page(x, 403, AC_ACCESS_DENIED, "no");
	assert_response(AUTHCODE_RESPONSE_PAGE, 403, NULL, "access_denied");
	assert_string_equal(x->response.refusal.description, "no");
	assert_null(x->response.www_authenticate);
}

/* TK-10 */
static void
an_error_is_json_with_the_status_of_its_row(void **state)
{
	(void)state;
	ac_respond_error(x, AC_INVALID_GRANT, "why not");
	assert_response(AUTHCODE_RESPONSE_JSON, 400,
			"{\"error\":\"invalid_grant\",\"error_description\":\"why not\"}",
			"invalid_grant");
	assert_null(x->response.www_authenticate);
	ac_respond_error(x, AC_INVALID_CLIENT, "who");
	assert_response(AUTHCODE_RESPONSE_JSON, 401,
			"{\"error\":\"invalid_client\",\"error_description\":\"who\"}",
			"invalid_client");
}

static void
json_is_taken_and_compact(void **state)
{
	json_t *object = json_pack("{ss, sI}", "a", "\"\\\n\xc3\xa4", "b", (json_int_t)3600);

	(void)state;
	json_incref(object);
	ac_respond_json_take(x, object);
	assert_response(AUTHCODE_RESPONSE_JSON, 200, "{\"a\":\"\\\"\\\\\\n\xc3\xa4\",\"b\":3600}",
			NULL);
	assert_int_equal(object->refcount, 1);
	json_decref(object);
}

static void
json_that_could_not_be_made_is_a_500(void **state)
{
	static const char body[] = "{\"error\":\"server_error\",\"error_description\":"
				   "\"the request could not be completed\"}";

	(void)state;
	ac_respond_json_take(x, NULL);
	assert_response(AUTHCODE_RESPONSE_JSON, 500, body, "server_error");
}

/* A refusal without room for its body is still a refusal. */
static void
an_error_without_memory_keeps_its_status(void **state)
{
	(void)state;
	while (authcode_arena_alloc(x->arena, 4096) != NULL)
		;
	while (authcode_arena_alloc(x->arena, 1) != NULL)
		;
	ac_respond_error(x, AC_INVALID_CLIENT, "who");
	assert_response(AUTHCODE_RESPONSE_EMPTY, 401, NULL, "invalid_client");
	ac_respond_bearer(x, AC_INVALID_TOKEN, "old", NULL);
	assert_response(AUTHCODE_RESPONSE_EMPTY, 401, NULL, "invalid_token");
	assert_string_equal(x->response.www_authenticate, "Bearer realm=\"authcode\"");
	ac_respond_json_take(x, json_pack("{ss}", "access_token", "secret"));
	assert_response(AUTHCODE_RESPONSE_EMPTY, 500, NULL, "server_error");
}

/* RFC 6750 §3: UI-05, UI-06, UI-07 */
static void
bearer_refusals_carry_a_challenge(void **state)
{
	(void)state;
	ac_respond_bearer(x, AC_INVALID_TOKEN, NULL, NULL);
	assert_response(AUTHCODE_RESPONSE_EMPTY, 401, NULL, "invalid_token");
	assert_string_equal(x->response.www_authenticate, "Bearer realm=\"authcode\"");
	ac_respond_bearer(x, AC_INVALID_TOKEN, "expired", NULL);
	assert_response(AUTHCODE_RESPONSE_JSON, 401,
			"{\"error\":\"invalid_token\",\"error_description\":\"expired\"}",
			"invalid_token");
	assert_string_equal(x->response.www_authenticate,
			    "Bearer realm=\"authcode\", error=\"invalid_token\", "
			    "error_description=\"expired\"");
	ac_respond_bearer(x, AC_INSUFFICIENT_SCOPE, "more", "openid");
	assert_int_equal(x->response.status, 403);
	assert_string_equal(x->response.www_authenticate,
			    "Bearer realm=\"authcode\", error=\"insufficient_scope\", "
			    "error_description=\"more\", scope=\"openid\"");
	ac_respond_bearer(x, AC_INVALID_REQUEST, "twice", NULL);
	assert_int_equal(x->response.status, 400);
}

/* AZ-15 */
static void
redirects_are_303(void **state)
{
	(void)state;
	ac_respond_redirect(x, "https://client.example/cb?code=1");
	assert_response(AUTHCODE_RESPONSE_REDIRECT, 303, NULL, NULL);
	assert_string_equal(x->response.location, "https://client.example/cb?code=1");
	ac_respond_empty(x, 200);
	assert_response(AUTHCODE_RESPONSE_EMPTY, 200, NULL, NULL);
}

static void
failures_fit_the_endpoint_and_are_logged(void **state)
{
	static const char body[] = "{\"error\":\"server_error\",\"error_description\":"
				   "\"the request could not be completed\"}";

	(void)state;
	ac_respond_failure(x, AUTHCODE_ERR_STORE, "here");
	assert_response(AUTHCODE_RESPONSE_JSON, 503, body, "server_error");
	assert_non_null(strstr(logged, "here: "));
	ac_respond_failure(x, AUTHCODE_ERR_RANDOM, "there");
	assert_response(AUTHCODE_RESPONSE_JSON, 500, body, "server_error");
	assert_non_null(strstr(logged, "there: "));
	x->request.endpoint = AUTHCODE_ENDPOINT_CONSENT;
	ac_respond_failure(x, AUTHCODE_ERR_STORE, "here");
	assert_response(AUTHCODE_RESPONSE_PAGE, 503, NULL, "temporarily_unavailable");
	ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "here");
	assert_response(AUTHCODE_RESPONSE_PAGE, 500, NULL, "server_error");
}

static void
endpoint_urls_are_the_issuer_and_a_path(void **state)
{
	static const struct {
		const char *url;
		bool page;
	} rows[] = {
		[AUTHCODE_ENDPOINT_AUTHORIZE] = { "https://id.example/tenant/authorize", true },
		[AUTHCODE_ENDPOINT_RESUME] = { "https://id.example/tenant/resume", true },
		[AUTHCODE_ENDPOINT_CONSENT] = { "https://id.example/tenant/consent", true },
		[AUTHCODE_ENDPOINT_TOKEN] = { "https://id.example/tenant/token", false },
		[AUTHCODE_ENDPOINT_REVOKE] = { "https://id.example/tenant/revoke", false },
		[AUTHCODE_ENDPOINT_INTROSPECT] = { "https://id.example/tenant/introspect", false },
		[AUTHCODE_ENDPOINT_USERINFO] = { "https://id.example/tenant/userinfo", false },
		[AUTHCODE_ENDPOINT_LOGOUT] = { "https://id.example/tenant/logout", true },
		[AUTHCODE_ENDPOINT_LOGOUT_CONFIRM] = { "https://id.example/tenant/logout/confirm",
						       true },
		[AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION] = { "https://id.example/tenant/"
							     "device_authorization",
							     false },
		[AUTHCODE_ENDPOINT_DEVICE] = { "https://id.example/tenant/device", true },
	};

	(void)state;
	assert_int_equal(AC_ARRAY_SIZE(rows), AUTHCODE_ENDPOINT_COUNT);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		assert_string_equal(ac_endpoint_url(x, (enum authcode_endpoint)i), rows[i].url);
		assert_int_equal(ac_endpoint_is_page((enum authcode_endpoint)i), rows[i].page);
	}
	assert_false(ac_endpoint_is_page(AUTHCODE_ENDPOINT_COUNT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_exchange_is_a_500_page),
		TEST(a_page_has_status_and_refusal),
		TEST(an_error_is_json_with_the_status_of_its_row),
		TEST(json_is_taken_and_compact),
		TEST(json_that_could_not_be_made_is_a_500),
		TEST(an_error_without_memory_keeps_its_status),
		TEST(bearer_refusals_carry_a_challenge),
		TEST(redirects_are_303),
		TEST(failures_fit_the_endpoint_and_are_logged),
		TEST(endpoint_urls_are_the_issuer_and_a_path),
	};

	return cmocka_run_group_tests_name("respond", tests, NULL, NULL);
}
