/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Resources and JWTs with the n-th allocation failing, for every n: an answer is whole
 * or a failure, and a token that is alive is never called dead (RFC 7662 §2.2).
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/jwt_world.h"
#include "tests/flow/scarce_memory.h"

/* With ever more memory until nothing is refused any more; what is in the body of a
 * success is once. */
static void
starve(struct authcode_request request, unsigned success, const char *word)
{
	request.now_ms = flow.now_ms;
	for (int mode = 0; mode < 2; mode++) {
		long n = 0;

		do {
			struct authcode_exchange *x = NULL;
			const struct authcode_response *response;
			enum authcode_err err;

			scarce.refused = false;
			scarce.only_one = mode == 1;
			scarce.left = n++;
			err = authcode_exchange_run(flow.issuer, &request, &x);
			scarce.left = -1;
			if (err != AUTHCODE_OK) {
				assert_int_equal(err, AUTHCODE_ERR_MEMORY);
				assert_true(scarce.refused);
				continue;
			}
			response = authcode_exchange_response(x);
			if (response->status != success) {
				assert_true(scarce.refused);
				if (response->status != 500 && response->status != 503)
					fail_msg("allocation %ld: %u %s", n - 1, response->status,
						 response->body != NULL ? response->body : "");
			} else if (word != NULL) {
				assert_non_null(strstr(response->body, word));
			}
			authcode_exchange_free(&x);
		} while (scarce.refused);
		assert_true(n > 1);
	}
}

static struct authcode_request
post(enum authcode_endpoint endpoint, const char *client, const char *body)
{
	const char *text =
		flow_text(&flow, "client_id=%s&client_secret=" FLOW_SECRET "&%s", client, body);

	return (struct authcode_request){
		.endpoint = endpoint,
		.method = AUTHCODE_METHOD_POST,
		.content_type = FLOW_FORM,
		.body = { text, strlen(text) },
	};
}

static void
a_live_jwt_is_never_called_dead(void **state)
{
	const char *token = access_token(QUERY API_Q ISSUER_Q);

	(void)state;
	starve(post(AUTHCODE_ENDPOINT_INTROSPECT, RS, flow_text(&flow, "token=%s", token)), 200,
	       "\"active\":true");
	starve((struct authcode_request){ .endpoint = AUTHCODE_ENDPOINT_USERINFO,
					  .method = AUTHCODE_METHOD_GET,
					  .authorization = flow_text(&flow, "Bearer %s", token) },
	       200, "\"sub\":");
	starve(post(AUTHCODE_ENDPOINT_REVOKE, FLOW_POST, flow_text(&flow, "token=%s", token)), 200,
	       NULL);
	assert_false(active(token));
}

static void
a_token_for_a_resource_is_whole_or_none(void **state)
{
	json_t *tokens = redeem(&flow, QUERY API_Q ROLES_Q, "");
	const char *body = flow_text(&flow, "grant_type=refresh_token&refresh_token=%s",
				     json_text(tokens, "refresh_token"));

	(void)state;
	starve(post(AUTHCODE_ENDPOINT_TOKEN, FLOW_POST, body), 200, "\"access_token\":\"ey");
	starve(post(AUTHCODE_ENDPOINT_TOKEN, FLOW_POST, flow_text(&flow, "%s" ROLES_Q, body)), 200,
	       "\"access_token\":\"ey");
	json_decref(tokens);
}

/* In front: a page, or a refusal that does not blame the resources. */
static void
a_target_is_not_blamed_for_a_lack_of_memory(void **state)
{
	const char *query = QUERY API_Q FILES_Q;

	(void)state;
	for (long n = 0; n < 1000; n++) {
		const struct authcode_request request = {
			.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
			.method = AUTHCODE_METHOD_GET,
			.query = { query, strlen(query) },
			.browser = "browser-one",
			.now_ms = flow.now_ms,
		};
		struct authcode_exchange *x = NULL;
		const struct authcode_response *response;

		scarce.refused = false;
		scarce.only_one = true;
		scarce.left = n;
		if (authcode_exchange_run(flow.issuer, &request, &x) != AUTHCODE_OK)
			continue;
		scarce.left = -1;
		response = authcode_exchange_response(x);
		if (response->refusal.error != NULL)
			assert_string_not_equal(response->refusal.error, "invalid_target");
		else
			assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
		authcode_exchange_free(&x);
		if (!scarce.refused)
			return;
	}
	fail();
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, jwt_setup, jwt_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_live_jwt_is_never_called_dead),
		FLOW(a_token_for_a_resource_is_whole_or_none),
		FLOW(a_target_is_not_blamed_for_a_lack_of_memory),
	};

	return cmocka_run_group_tests_name("resource_memory", tests, NULL, NULL);
}
