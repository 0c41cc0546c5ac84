/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which consent is remembered, for whom and for what, and what is done with one
 * when things have changed meanwhile: AZ-41 (RFC 8252 §8.6), CO-07.
 */
#include <string.h>

#include "base/attr.h"
#include "protocol/credential.h"
#include "tests/flow/one_browser.h"

#define WEB "client_id=web&redirect_uri=https://web.example/cb&response_type=code"
#define POST_CLIENT "client_id=post&redirect_uri=https://post.example/cb&response_type=code"
#define FIRST "client_id=first&redirect_uri=https://first.example/cb&response_type=code"

static const struct authcode_interaction *page; /* a consent page of alice for WEB */

static int
setup(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){ 0 });
	page = consent_page(&browser, "alice", WEB "&state=s&scope=openid+profile");
	return 0;
}

/* AZ-41: remembered per person, client and scope. */
static void
a_consent_is_remembered_for_its_scope(void **state)
{
	(void)state;
	flow_decide(&flow, &browser, page, "allow");
	flow_assert_code(&flow, authorize(&browser, WEB "&scope=openid+profile"), FLOW_WEB_URI,
			 NULL);
	flow_assert_code(&flow, authorize(&browser, WEB "&scope=profile"), FLOW_WEB_URI, NULL);
	assert_int_equal(authorize(&browser, WEB "&scope=profile+groups")->kind,
			 AUTHCODE_RESPONSE_CONSENT);
	assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_CONSENT);
	/* The next one adds to it. */
	flow_assert_code(&flow,
			 flow_decide(&flow, &browser,
				     authorize(&browser, WEB "&scope=groups")->interaction,
				     "allow"),
			 FLOW_WEB_URI, NULL);
	flow_assert_code(&flow, authorize(&browser, WEB "&scope=groups+openid"), FLOW_WEB_URI,
			 NULL);
}

static void
a_consent_is_not_one_for_another_client_or_person(void **state)
{
	struct flow_browser bob = { .cookie = "browser-two" };

	(void)state;
	flow_decide(&flow, &browser, page, "allow");
	assert_int_equal(authorize(&browser, POST_CLIENT "&scope=profile")->kind,
			 AUTHCODE_RESPONSE_CONSENT);
	assert_string_equal(consent_page(&bob, "bob", WEB "&scope=profile")->user_name, "bob");
}

/* AZ-41 */
static void
a_trusted_client_is_not_asked_for_and_not_remembered(void **state)
{
	struct authcode_client clients[1];

	(void)state;
	flow_assert_code(&flow, authorize(&browser, FIRST), FLOW_FIRST_URI, NULL);
	/* It loses the trust: no consent was ever given. */
	clients[0] = flow_client(&flow, FLOW_FIRST);
	clients[0].trusted = false;
	flow_set_clients(&flow, clients, 1);
	assert_int_equal(authorize(&browser, FIRST)->kind, AUTHCODE_RESPONSE_CONSENT);
}

/* AZ-41, RFC 8252 §8.6, Doorkeeper CVE-2023-34246 */
static void
public_clients_that_can_be_impersonated_are_always_asked_for(void **state)
{
	static const struct {
		const char *client, *uri;
		bool asks_first, asks_again;
	} rows[] = {
		{ "first-app", "https://app.example/cb", false, false },
		{ "first-app", "com.example.app:/cb", true, true },
		{ "first-app", "http://127.0.0.1/cb", true, true },
		{ "first-app", "http://127.0.0.1:4711/cb", true, true },
		{ "first-app", "http://localhost/cb", true, true },
		/* Its consent is remembered from here on, and helps nobody below. */
		{ "app", "https://app.example/cb", true, false },
		{ "app", "com.example.app:/cb", true, true },
		{ "app", "http://127.0.0.1:4711/cb", true, true },
		{ "app", "http://localhost/cb", true, true },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *query = flow_text(
			&flow,
			"client_id=%s&response_type=code&scope=profile&redirect_uri=%s" FLOW_PKCE,
			rows[i].client, rows[i].uri);
		const struct authcode_response *response = authorize(&browser, query);

		print_message("# %s %s\n", rows[i].client, rows[i].uri);
		assert_int_equal(response->kind, rows[i].asks_first ? AUTHCODE_RESPONSE_CONSENT
								    : AUTHCODE_RESPONSE_REDIRECT);
		if (rows[i].asks_first)
			response = flow_decide(&flow, &browser, response->interaction, "allow");
		flow_assert_code(&flow, response, rows[i].uri, NULL);
		assert_int_equal(authorize(&browser, query)->kind,
				 rows[i].asks_again ? AUTHCODE_RESPONSE_CONSENT
						    : AUTHCODE_RESPONSE_REDIRECT);
	}
}

/* Between page and click the administrator changes the client. */
static void
the_checks_run_again_when_the_decision_comes(void **state)
{
	struct authcode_client client = flow_client(&flow, FLOW_WEB);
	static const char *const other_uris[] = { "https://web.example/other" };
	size_t writes = flow.writes;

	(void)state;
	client.scope = "groups";
	client.default_scopes = NULL;
	flow_set_clients(&flow, &client, 1);
	flow_assert_refused(&flow, flow_decide(&flow, &browser, page, "allow"), FLOW_WEB_URI,
			    "invalid_scope", "s");
	client.redirect_uris = other_uris;
	flow_set_clients(&flow, &client, 1);
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 400, "invalid_request");
	client.disabled = true;
	flow_set_clients(&flow, &client, 1);
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 400, "invalid_client");
	flow_assert_page(flow_decide(&flow, &browser, page, "deny"), 400, "invalid_client");
	client.id = "another";
	flow_set_clients(&flow, &client, 1);
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 400, "invalid_client");
	assert_int_equal(flow.writes, writes);
}

/* What the client may ask for grows while the page is open: the consent covers
 * what was shown. */
static void
a_consent_covers_only_what_was_shown(void **state)
{
	struct authcode_client client = flow_client(&flow, FLOW_WEB);
	const struct authcode_interaction *shown;

	(void)state;
	client.scope = "profile";
	client.default_scopes = NULL;
	flow_set_clients(&flow, &client, 1);
	shown = consent_page(&browser, "alice", WEB "&scope=profile+admin");
	assert_int_equal(shown->scope_count, 1);
	client.scope = "profile admin";
	flow_set_clients(&flow, &client, 1);
	flow_assert_code(&flow, flow_decide(&flow, &browser, shown, "allow"), FLOW_WEB_URI, NULL);
	flow_assert_code(&flow, authorize(&browser, WEB "&scope=profile"), FLOW_WEB_URI, NULL);
	assert_int_equal(authorize(&browser, WEB "&scope=admin")->kind, AUTHCODE_RESPONSE_CONSENT);
	/* The same without a scope parameter: the default was what it was. */
	shown = consent_page(&browser, "alice", WEB "&scope=admin+profile");
	client.scope = "profile admin root";
	flow_set_clients(&flow, &client, 1);
	flow_decide(&flow, &browser, shown, "allow");
	assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_CONSENT);
}

/* What the code is bound to (CO-06, CO-07), as the store has it. */
static void
a_code_carries_everything_it_is_bound_to(void **state)
{
	struct flow_browser app = { .cookie = "browser-two" };
	const struct authcode_response *response = flow_authorize(
		&flow, &app,
		"client_id=app&response_type=code&redirect_uri=http://127.0.0.1:4711/cb"
		"&scope=profile&nonce=n%20%2B&state=s" FLOW_PKCE);
	struct authcode_code_view view;
	struct authcode_arena *arena = NULL;
	struct ac_credential code;

	(void)state;
	assert_true(ac_credential_parse(AC_CREDENTIAL_CODE,
					flow_param(&flow, response->location, "code"), &code));
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(authcode_store_find_code(flow.store, code.id, arena, &view), AUTHCODE_OK);
	assert_true(ac_credential_verify(AC_CREDENTIAL_CODE, &code, view.code.hash));
	assert_string_equal(view.code.client_id, "app");
	assert_string_equal(view.code.redirect_uri, "http://127.0.0.1:4711/cb");
	assert_true(view.code.redirect_uri_sent);
	assert_string_equal(view.code.scope, "profile");
	assert_string_equal(view.code.code_challenge, FLOW_CHALLENGE);
	assert_string_equal(view.code.nonce, "n +");
	assert_string_equal(view.subject.user_name, "alice");
	assert_int_equal(view.code.session_id, view.session.id);
	assert_int_equal(view.code.auth_time_ms, flow.now_ms);
	assert_string_equal(view.code.amr, "pwd");
	assert_string_equal(view.code.acr, "");
	/* CO-02 */
	assert_int_equal(view.code.expires_ms, flow.now_ms + 60000);
	assert_int_equal(view.code.used_ms, 0);
	authcode_arena_free(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_consent_is_remembered_for_its_scope),
		TEST(a_consent_is_not_one_for_another_client_or_person),
		TEST(a_trusted_client_is_not_asked_for_and_not_remembered),
		TEST(public_clients_that_can_be_impersonated_are_always_asked_for),
		TEST(the_checks_run_again_when_the_decision_comes),
		TEST(a_consent_covers_only_what_was_shown),
		TEST(a_code_carries_everything_it_is_bound_to),
	};

	return cmocka_run_group_tests_name("consent_kept", tests, NULL, NULL);
}
