/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whose yes or no counts: AZ-38, AZ-40, LS-04 (RFC 6749 §10.12).
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define WEB "client_id=web&redirect_uri=https://web.example/cb&response_type=code"

static const struct authcode_interaction *page; /* a consent page of alice for WEB */

static int
setup(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){ 0 });
	page = consent_page(&browser, "alice", WEB "&state=s&scope=openid+profile");
	return 0;
}

static const struct authcode_response *
post(const struct flow_browser *who, const char *body)
{
	return flow_post(&flow, who, AUTHCODE_ENDPOINT_CONSENT, body);
}

static void
the_page_says_who_asks_whom_for_what(void **state)
{
	(void)state;
	assert_string_equal(page->client->id, "web");
	assert_string_equal(page->client->name, "Web <client>");
	assert_string_equal(page->user_name, "alice");
	assert_int_equal(page->scope_count, 2);
	assert_string_equal(page->scopes[0], "openid");
	assert_string_equal(page->scopes[1], "profile");
}

static void
allowing_gives_a_code(void **state)
{
	(void)state;
	flow_assert_code(&flow, flow_decide(&flow, &browser, page, "allow"), FLOW_WEB_URI, "s");
}

/* AZ-38 */
static void
denying_is_told_to_the_client(void **state)
{
	size_t writes = flow.writes;

	(void)state;
	flow_assert_refused(&flow, flow_decide(&flow, &browser, page, "deny"), FLOW_WEB_URI,
			    "access_denied", "s");
	assert_int_equal(flow.writes, writes);
	/* Nothing was remembered. */
	assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_CONSENT);
}

/* AZ-38: Cancel of the sign-in page, without a session. */
static void
denying_needs_no_session(void **state)
{
	const struct flow_browser fresh = { .cookie = "browser-two" };
	const struct authcode_response *response = authorize(&fresh, WEB "&state=t");

	(void)state;
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	flow_assert_refused(&flow, flow_decide(&flow, &fresh, response->interaction, "deny"),
			    FLOW_WEB_URI, "access_denied", "t");
}

/* The page was the sign-in page: nobody was shown anything to agree to. */
static void
a_sign_in_page_cannot_be_turned_into_a_consent(void **state)
{
	const struct flow_browser without = { .cookie = browser.cookie };
	const struct authcode_response *sign_in = authorize(&without, WEB);
	size_t writes = flow.writes;

	(void)state;
	assert_int_equal(sign_in->kind, AUTHCODE_RESPONSE_SIGN_IN);
	/* Same browser, and by now it has a session. */
	assert_int_equal(flow_follow(&flow, &browser,
				     flow_decide(&flow, &browser, sign_in->interaction, "allow"))
				 ->kind,
			 AUTHCODE_RESPONSE_CONSENT);
	assert_int_equal(flow.writes, writes);
}

/* AZ-40, RFC 6749 §10.12 */
static void
a_missing_or_wrong_csrf_token_is_refused(void **state)
{
	const struct authcode_interaction *other = consent_page(&browser, "alice", WEB "&state=o");
	const char *const bodies[] = {
		flow_text(&flow, "txn=%s&decision=allow", page->transaction),
		flow_text(&flow, "txn=%s&csrf=&decision=allow", page->transaction),
		flow_text(&flow, "txn=%s&csrf=x&decision=allow", page->transaction),
		flow_text(&flow, "txn=%s&csrf=%sA&decision=allow", page->transaction, page->csrf),
		flow_text(&flow, "txn=%s&csrf=%.*s&decision=allow", page->transaction,
			  (int)strlen(page->csrf) - 1, page->csrf),
		/* Of another page of the same browser and person. */
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow", page->transaction, other->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&decision=deny", page->transaction, other->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow", page->transaction,
			  page->transaction),
		/* Without a token nothing else is looked at. */
		flow_text(&flow, "txn=%s&csrf=x", page->transaction),
	};
	size_t writes = flow.writes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bodies); i++) {
		print_message("# body %zu\n", i);
		flow_assert_page(post(&browser, bodies[i]), 403, "access_denied");
	}
	assert_int_equal(flow.writes, writes);
}

/* AZ-40, LS-04, Dex CVE-2022-39222: the page of one browser posted by another. */
static void
a_page_of_another_browser_is_refused(void **state)
{
	const struct flow_browser thief = { .cookie = "browser-two" };
	const struct flow_browser with_session = { .cookie = "browser-two",
						   .session = browser.session };
	const struct flow_browser near = { .cookie = "browser-on", .session = browser.session };
	size_t writes = flow.writes;

	(void)state;
	flow_assert_page(flow_decide(&flow, &thief, page, "allow"), 403, "access_denied");
	flow_assert_page(flow_decide(&flow, &with_session, page, "allow"), 403, "access_denied");
	flow_assert_page(flow_decide(&flow, &near, page, "allow"), 403, "access_denied");
	flow_assert_page(flow_decide(&flow, &thief, page, "deny"), 403, "access_denied");
	/* Old as well: that does not make it ours. */
	flow.now_ms += 2 * INT64_C(3600000);
	flow_assert_page(flow_decide(&flow, &with_session, page, "allow"), 403, "access_denied");
	assert_int_equal(flow.writes, writes);
}

/* Somebody else signs in at this browser between page and click. */
static void
a_consent_counts_only_for_the_person_it_was_shown_to(void **state)
{
	struct flow_browser bob = browser;
	const struct authcode_response *response;
	size_t writes;

	(void)state;
	flow_sign_in(&flow, &bob, page->transaction, "bob");
	writes = flow.writes;
	response = flow_follow(&flow, &bob, flow_decide(&flow, &bob, page, "allow"));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_string_equal(response->interaction->user_name, "bob");
	/* alice's session was replaced: she has to sign in again. */
	response = flow_follow(&flow, &browser, flow_decide(&flow, &browser, page, "allow"));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(flow.writes, writes);
}

static void
without_a_live_session_allowing_leads_to_sign_in(void **state)
{
	const struct flow_browser without = { .cookie = browser.cookie };
	const struct flow_browser garbled = { .cookie = browser.cookie, .session = "acs_garbled" };
	const struct authcode_response *response;
	size_t writes = flow.writes;

	(void)state;
	response = flow_follow(&flow, &without, flow_decide(&flow, &without, page, "allow"));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	response = flow_follow(&flow, &garbled, flow_decide(&flow, &garbled, page, "allow"));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(flow.writes, writes);
}

/* A page older than its seal is shown anew and decides nothing. */
static void
an_old_page_is_shown_again(void **state)
{
	const struct authcode_response *response;
	size_t writes = flow.writes;

	(void)state;
	flow.now_ms += INT64_C(3600000);
	response = flow_follow(&flow, &browser, flow_decide(&flow, &browser, page, "allow"));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_CONSENT);
	response = flow_follow(&flow, &browser, flow_decide(&flow, &browser, page, "deny"));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_int_equal(flow.writes, writes);
	flow_assert_code(&flow, flow_decide(&flow, &browser, response->interaction, "allow"),
			 FLOW_WEB_URI, "s");
}

static void
a_page_just_before_its_end_still_counts(void **state)
{
	(void)state;
	flow.now_ms += INT64_C(3600000) - 1;
	flow_assert_code(&flow, flow_decide(&flow, &browser, page, "allow"), FLOW_WEB_URI, "s");
}

static void
what_is_no_page_of_ours_is_an_error_page(void **state)
{
	const char *const bodies[] = {
		"",
		"decision=allow",
		"txn=&decision=allow",
		"txn=x&csrf=y&decision=allow",
		"txn=%00&decision=allow",
		flow_text(&flow, "txn=%sA&csrf=%s&decision=allow", page->transaction, page->csrf),
		flow_text(&flow, "txn=%s&txn=%s&csrf=%s&decision=allow", page->transaction,
			  page->transaction, page->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow&decision=deny", page->transaction,
			  page->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&csrf=%s&decision=allow", page->transaction,
			  page->csrf, page->csrf),
		flow_text(&flow, "txn=%s&csrf=%s", page->transaction, page->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&decision=ALLOW", page->transaction, page->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow+", page->transaction, page->csrf),
		flow_text(&flow, "txn=%s&csrf=%s&decision=%%zz", page->transaction, page->csrf),
	};
	size_t writes = flow.writes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bodies); i++) {
		print_message("# body %zu\n", i);
		flow_assert_page(post(&browser, bodies[i]), 400, "invalid_request");
	}
	assert_int_equal(flow.writes, writes);
}

/* CSRF by a plain link, or by a form of a type the browser sends unasked. */
static void
only_a_posted_form_decides(void **state)
{
	const char *form =
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow", page->transaction, page->csrf);
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_CONSENT,
		.method = AUTHCODE_METHOD_POST,
		.body = { form, strlen(form) },
		.content_type = "text/plain",
		.browser = browser.cookie,
		.session = browser.session,
	};

	(void)state;
	flow_assert_page(flow_run(&flow, request), 400, "invalid_request");
	/* In the query of a POST it is not read at all. */
	request.content_type = FLOW_FORM;
	request.query = request.body;
	request.body = (struct authcode_bytes){ "", 0 };
	flow_assert_page(flow_run(&flow, request), 400, "invalid_request");
}

/* A seal of another issuer, or of this one under another master key. */
static void
a_seal_of_another_issuer_does_not_open(void **state)
{
	static const char *const urls[] = { "https://id.example/tenant", FLOW_ISSUER };
	struct authcode_issuer_settings settings = { .store = flow.store };
	const char *form =
		flow_text(&flow, "txn=%s&csrf=%s&decision=allow", page->transaction, page->csrf);
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_CONSENT,
		.method = AUTHCODE_METHOD_POST,
		.body = { form, strlen(form) },
		.content_type = FLOW_FORM,
		.browser = browser.cookie,
		.session = browser.session,
		.now_ms = flow.now_ms,
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(urls); i++) {
		struct authcode_issuer *issuer = NULL;
		struct authcode_exchange *x = NULL;

		settings.issuer = urls[i];
		memset(settings.master_key, i == 0 ? 0x5a : 0x5b, sizeof(settings.master_key));
		assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
		authcode_issuer_set_clients(issuer, flow.clients);
		assert_int_equal(authcode_exchange_run(issuer, &request, &x), AUTHCODE_OK);
		flow_assert_page(authcode_exchange_response(x), 400, "invalid_request");
		authcode_exchange_free(&x);
		authcode_issuer_free(&issuer);
	}
}

/* RFC 6749 §10.12 at every byte: nothing of a seal can be changed. */
static void
a_seal_changed_at_any_byte_is_refused(void **state)
{
	char *sealed = strdup(page->transaction);
	size_t writes = flow.writes;

	(void)state;
	assert_non_null(sealed);
	for (size_t i = 0; i < strlen(sealed); i++) {
		char was = sealed[i];

		sealed[i] = was == 'A' ? 'B' : 'A';
		flow_assert_page(post(&browser, flow_text(&flow, "txn=%s&csrf=%s&decision=allow",
							  sealed, page->csrf)),
				 400, "invalid_request");
		sealed[i] = was;
	}
	for (size_t i = 0; i < strlen(page->transaction); i++) {
		flow_assert_page(post(&browser, flow_text(&flow, "txn=%.*s&csrf=%s&decision=allow",
							  (int)i, page->transaction, page->csrf)),
				 400, "invalid_request");
	}
	assert_int_equal(flow.writes, writes);
	free(sealed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_page_says_who_asks_whom_for_what),
		TEST(allowing_gives_a_code),
		TEST(denying_is_told_to_the_client),
		TEST(denying_needs_no_session),
		TEST(a_sign_in_page_cannot_be_turned_into_a_consent),
		TEST(a_missing_or_wrong_csrf_token_is_refused),
		TEST(a_page_of_another_browser_is_refused),
		TEST(a_consent_counts_only_for_the_person_it_was_shown_to),
		TEST(without_a_live_session_allowing_leads_to_sign_in),
		TEST(an_old_page_is_shown_again),
		TEST(a_page_just_before_its_end_still_counts),
		TEST(what_is_no_page_of_ours_is_an_error_page),
		TEST(only_a_posted_form_decides),
		TEST(a_seal_of_another_issuer_does_not_open),
		TEST(a_seal_changed_at_any_byte_is_refused),
	};

	return cmocka_run_group_tests_name("consent", tests, NULL, NULL);
}
