/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See one_browser.h.
 */
#include "tests/flow/one_browser.h"

struct flow flow;
struct flow_browser browser;

void
one_browser_start(const struct authcode_issuer_settings *settings)
{
	flow_start_with(&flow, settings);
	browser = (struct flow_browser){ .cookie = "browser-one" };
}

int
one_browser_set_up(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){ 0 });
	return 0;
}

int
one_browser_tear_down(void **state)
{
	(void)state;
	flow_stop(&flow);
	return 0;
}

const struct authcode_response *
authorize(const struct flow_browser *who, const char *query)
{
	return flow_get(&flow, who, AUTHCODE_ENDPOINT_AUTHORIZE, query);
}

const struct authcode_response *
ask(const char *query)
{
	return authorize(&browser, query);
}

const struct authcode_response *
finish(const struct authcode_response *page, const char *user)
{
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
	return flow_follow(&flow, &browser,
			   flow_sign_in(&flow, &browser, page->interaction->transaction, user));
}

const struct authcode_response *
prove(const struct authcode_response *page, const char *acr)
{
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
	flow.now_ms += 1000;
	return flow_follow(&flow, &browser,
			   flow_sign_in_acr(&flow, &browser, page->interaction->transaction, acr));
}

const struct authcode_interaction *
consent_page(struct flow_browser *who, const char *user, const char *query)
{
	const struct authcode_response *response = authorize(who, query);

	if (response->kind == AUTHCODE_RESPONSE_SIGN_IN) {
		response = flow_sign_in(&flow, who, response->interaction->transaction, user);
		response = flow_follow(&flow, who, response);
	}
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_int_equal(response->status, 200);
	return response->interaction;
}

void
assert_sign_in_page(const struct authcode_response *response)
{
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(response->status, 200);
	assert_null(response->location);
	assert_null(response->refusal.error);
	assert_non_null(response->interaction);
}
