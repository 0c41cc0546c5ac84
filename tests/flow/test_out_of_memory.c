/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Each step of a flow with its n-th allocation failing, for every n: the answer
 * is a complete one or a refusal, never a crash and never half a success.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/device_flow.h"
#include "tests/flow/one_browser.h"
#include "tests/flow/scarce_memory.h"

#define WEB "client_id=web&redirect_uri=https://web.example/cb&response_type=code&state=s"

/* A refusal, and nothing of what a success would have. */
static void
assert_refusal(const struct authcode_response *response)
{
	assert_true(response->status == 500 || response->status == 503 || response->status == 303);
	if (response->status == 303)
		assert_null(flow_param(&flow, response->location, "code"));
	assert_null(response->interaction);
	assert_null(response->set_session);
}

static void
check_outcome(enum authcode_err err, struct authcode_exchange *x, enum authcode_response_kind kind)
{
	const struct authcode_response *response;

	if (err != AUTHCODE_OK) {
		assert_true(scarce.refused);
		assert_int_equal(err, AUTHCODE_ERR_MEMORY);
		assert_null(x);
		return;
	}
	response = authcode_exchange_response(x);
	if (response->refusal.error != NULL) {
		assert_true(scarce.refused);
		assert_refusal(response);
		return;
	}
	assert_int_equal(response->kind, kind);
	assert_true(response->location != NULL || response->interaction != NULL);
}

/* Runs request with ever more memory until nothing is refused any more. */
static void
starve(const struct authcode_request *request, enum authcode_response_kind kind)
{
	for (int mode = 0; mode < 2; mode++) {
		long n = 0;

		do {
			struct authcode_exchange *x = NULL;
			enum authcode_err err;

			scarce.refused = false;
			scarce.only_one = mode == 1;
			scarce.left = n++;
			err = authcode_exchange_run(flow.issuer, request, &x);
			scarce.left = -1;
			check_outcome(err, x, kind);
			authcode_exchange_free(&x);
		} while (scarce.refused);
		assert_in_range(n, 4, 1000);
	}
}

static struct authcode_request
get(const char *query)
{
	return (struct authcode_request){
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_GET,
		.query = { query, strlen(query) },
		.browser = browser.cookie,
		.session = browser.session,
		.now_ms = flow.now_ms,
	};
}

static void
the_sign_in_page_is_whole_or_none(void **state)
{
	const struct authcode_request request = get(WEB);

	(void)state;
	starve(&request, AUTHCODE_RESPONSE_SIGN_IN);
}

static void
the_consent_page_is_whole_or_none(void **state)
{
	struct authcode_request request;

	(void)state;
	flow_code(&flow, &browser, WEB);
	request = get(WEB "&scope=email");
	starve(&request, AUTHCODE_RESPONSE_CONSENT);
}

static void
a_code_is_given_or_not(void **state)
{
	struct authcode_request request;

	(void)state;
	flow_code(&flow, &browser, WEB);
	request = get(WEB);
	starve(&request, AUTHCODE_RESPONSE_REDIRECT);
}

static void
a_decision_counts_or_not(void **state)
{
	const struct authcode_response *response;
	struct authcode_request request;
	const char *form;

	(void)state;
	flow_code(&flow, &browser, WEB);
	response = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB "&scope=email");
	form = flow_text(&flow, "txn=%s&csrf=%s&decision=allow", response->interaction->transaction,
			 response->interaction->csrf);
	request = get("");
	request.endpoint = AUTHCODE_ENDPOINT_CONSENT;
	request.method = AUTHCODE_METHOD_POST;
	request.body = (struct authcode_bytes){ form, strlen(form) };
	request.content_type = FLOW_FORM;
	starve(&request, AUTHCODE_RESPONSE_REDIRECT);
}

/* RFC 8628: from the code a person types to the page of the device. */
static void
the_page_of_a_device_is_reached_or_not(void **state)
{
	struct device device = device_begin(&flow, "");
	struct authcode_request request = get("");
	const char *form = flow_text(&flow, "user_code=%s", device.user_code);

	(void)state;
	request.endpoint = AUTHCODE_ENDPOINT_DEVICE;
	starve(&request, AUTHCODE_RESPONSE_USER_CODE);
	request.method = AUTHCODE_METHOD_POST;
	request.body = (struct authcode_bytes){ form, strlen(form) };
	request.content_type = FLOW_FORM;
	starve(&request, AUTHCODE_RESPONSE_REDIRECT);
	flow_code(&flow, &browser, WEB);
	form = flow_query(device_type(&flow, &browser, device.user_code)->location);
	request = get(form);
	request.endpoint = AUTHCODE_ENDPOINT_RESUME;
	starve(&request, AUTHCODE_RESPONSE_DEVICE);
}

static void
a_device_is_allowed_or_still_waits(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	const char *form =
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow", page->transaction, page->csrf);
	struct authcode_request request = get("");
	bool allowed = false;

	(void)state;
	request.endpoint = AUTHCODE_ENDPOINT_CONSENT;
	request.method = AUTHCODE_METHOD_POST;
	request.body = (struct authcode_bytes){ form, strlen(form) };
	request.content_type = FLOW_FORM;
	request.session = browser.session;
	for (long n = 0; n < 200 && !allowed; n++) {
		struct authcode_exchange *x = NULL;

		scarce.left = n;
		(void)!authcode_exchange_run(flow.issuer, &request, &x);
		scarce.left = -1;
		authcode_exchange_free(&x);
		allowed = device_poll(&flow, &device)->status == 200;
	}
	assert_true(allowed);
}

static void
a_logout_is_asked_about_or_not(void **state)
{
	struct authcode_request request;

	(void)state;
	flow_code(&flow, &browser, WEB);
	request = get("state=s");
	request.endpoint = AUTHCODE_ENDPOINT_LOGOUT;
	starve(&request, AUTHCODE_RESPONSE_LOGOUT);
}

/* That it has happened is not unsaid by an answer that cannot be made. */
static void
a_logout_is_answered_or_not(void **state)
{
	const struct authcode_response *response;
	struct authcode_request request;
	const char *form;

	(void)state;
	flow_code(&flow, &browser, WEB);
	response = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_LOGOUT, "");
	form = flow_text(&flow, "txn=%s&csrf=%s", response->interaction->transaction,
			 response->interaction->csrf);
	request = get("");
	request.endpoint = AUTHCODE_ENDPOINT_LOGOUT_CONFIRM;
	request.method = AUTHCODE_METHOD_POST;
	request.body = (struct authcode_bytes){ form, strlen(form) };
	request.content_type = FLOW_FORM;
	starve(&request, AUTHCODE_RESPONSE_REDIRECT);
}

static void
a_sign_in_gives_a_session_or_none(void **state)
{
	struct authcode_sign_in sign_in = {
		.user = { .name = "alice", .uid = 1000 },
		.browser = browser.cookie,
		.now_ms = flow.now_ms,
	};

	(void)state;
	sign_in.transaction = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB)
				      ->interaction->transaction;
	for (long n = 0; n < 500; n++) {
		struct authcode_exchange *x = NULL;
		bool done = false;

		scarce.left = n;
		if (authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &x) == AUTHCODE_OK &&
		    authcode_exchange_operation(x) != NULL) {
			authcode_store_perform(flow.store, authcode_exchange_operation(x));
			authcode_exchange_answer(x);
		}
		scarce.left = -1;
		if (x != NULL) {
			done = authcode_exchange_response(x)->set_session != NULL;
			assert_int_equal(authcode_exchange_response(x)->kind,
					 done ? AUTHCODE_RESPONSE_REDIRECT
					      : AUTHCODE_RESPONSE_PAGE);
		}
		authcode_exchange_free(&x);
		if (done)
			return;
	}
	fail_msg("no success with 500 allocations");
}

/* An answer about an account that cannot be kept is none: nobody gets in by it. */
static void
an_account_is_good_or_unknown(void **state)
{
	static const char *const groups[] = { "users", "wheel" };
	const struct authcode_account account = {
		.state = AUTHCODE_ACCOUNT_GOOD,
		.full_name = "Alice",
		.groups = groups,
		.group_count = AC_ARRAY_SIZE(groups),
		.claims = "{\"nickname\":\"al\"}",
	};
	struct authcode_request request = get(WEB);
	size_t refusals = 0;

	flow_stop(&flow);
	one_browser_start(&(struct authcode_issuer_settings){ .check_accounts = true });
	browser.session = NULL;
	flow_code(&flow, &browser, WEB);
	request.session = browser.session;
	(void)state;
	for (long n = 0; n < 100; n++) {
		struct authcode_exchange *x = NULL;
		const struct authcode_response *response;
		bool done;

		assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_OK);
		assert_non_null(authcode_exchange_account(x));
		scarce.left = n;
		authcode_exchange_set_account(x, &account);
		scarce.left = -1;
		done = authcode_exchange_operation(x) != NULL;
		response = authcode_exchange_response(x);
		if (!done) {
			refusals++;
			assert_refusal(response);
		}
		authcode_exchange_free(&x);
		if (done) {
			assert_true(refusals > 0);
			return;
		}
	}
	fail_msg("no success with 100 allocations");
}

static void
issuer_and_registry_are_made_or_not(void **state)
{
	static const struct authcode_acr acrs[] = { { "pwd", 1 }, { "otp", 2 } };
	struct authcode_issuer_settings settings = {
		.issuer = FLOW_ISSUER,
		.store = flow.store,
		.master_key = { 1 },
		.acrs = acrs,
		.acr_count = AC_ARRAY_SIZE(acrs),
	};
	const struct authcode_client client = flow_client(&flow, FLOW_POST);
	bool issuer_made = false, clients_made = false;

	(void)state;
	for (long n = 0; n < 100 && !(issuer_made && clients_made); n++) {
		struct authcode_issuer *issuer = NULL;
		struct authcode_clients *clients = NULL;

		scarce.left = n;
		issuer_made = authcode_issuer_new(&settings, &issuer, NULL) == AUTHCODE_OK;
		scarce.left = n;
		clients_made = authcode_clients_new(&client, 1, &clients, NULL) == AUTHCODE_OK;
		scarce.left = -1;
		assert_int_equal(issuer_made, issuer != NULL);
		assert_int_equal(clients_made, clients != NULL);
		authcode_issuer_free(&issuer);
		authcode_clients_unref(&clients);
	}
	assert_true(issuer_made && clients_made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_BROWSER_TEST(the_sign_in_page_is_whole_or_none),
		ONE_BROWSER_TEST(the_consent_page_is_whole_or_none),
		ONE_BROWSER_TEST(a_code_is_given_or_not),
		ONE_BROWSER_TEST(a_decision_counts_or_not),
		ONE_BROWSER_TEST(the_page_of_a_device_is_reached_or_not),
		ONE_BROWSER_TEST(a_device_is_allowed_or_still_waits),
		ONE_BROWSER_TEST(a_logout_is_asked_about_or_not),
		ONE_BROWSER_TEST(a_logout_is_answered_or_not),
		ONE_BROWSER_TEST(a_sign_in_gives_a_session_or_none),
		ONE_BROWSER_TEST(an_account_is_good_or_unknown),
		ONE_BROWSER_TEST(issuer_and_registry_are_made_or_not),
	};

	return cmocka_run_group_tests_name("out_of_memory", tests, NULL, NULL);
}
