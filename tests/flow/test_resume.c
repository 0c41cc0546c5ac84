/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Carrying a request on from its seal, and what the host may ask about a page:
 * LS-04, RU-14.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define WEB "client_id=web&redirect_uri=https://web.example/cb&response_type=code"
#define HOUR_MS INT64_C(3600000)

static const struct authcode_interaction *page; /* a sign-in page of browser */

static int
setup(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){ 0 });
	page = authorize(&browser, WEB "&state=s")->interaction;
	assert_non_null(page);
	return 0;
}

static const struct authcode_response *
resume(const struct flow_browser *who, const char *transaction)
{
	return flow_get(&flow, who, AUTHCODE_ENDPOINT_RESUME,
			flow_text(&flow, "txn=%s", transaction));
}

static void
resuming_an_old_page_or_one_of_another_browser_shows_a_new_one(void **state)
{
	const struct flow_browser other = { .cookie = "browser-two" };
	const struct authcode_response *response;

	(void)state;
	response = resume(&browser, page->transaction);
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(response->interaction->notice, AUTHCODE_NOTICE_NONE);
	response = resume(&other, page->transaction);
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(response->interaction->notice, AUTHCODE_NOTICE_EXPIRED);
	/* The new page is the other browser's own. */
	flow_assert_refused(&flow, flow_decide(&flow, &other, response->interaction, "deny"),
			    FLOW_WEB_URI, "access_denied", "s");
	flow.now_ms += HOUR_MS;
	response = resume(&browser, page->transaction);
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(response->interaction->notice, AUTHCODE_NOTICE_EXPIRED);
}

static void
resuming_what_is_no_seal_is_an_error_page(void **state)
{
	const char *const queries[] = {
		"",
		"txn=",
		"txn=x",
		"txn=%00",
		"txn=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		flow_text(&flow, "txn=%s&txn=%s", page->transaction, page->transaction),
		flow_text(&flow, "txn=%s%%3D", page->transaction),
		flow_text(&flow, "txn=%s", page->csrf),
		flow_text(&flow, "transaction=%s", page->transaction),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(queries); i++) {
		print_message("# %s\n", queries[i]);
		flow_assert_page(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME, queries[i]),
				 400, "invalid_request");
	}
}

/* RU-14: nothing beside the seal steers it. */
static void
resuming_reads_nothing_but_the_seal(void **state)
{
	const char *query = flow_text(
		&flow, "txn=%s&redirect_uri=https://evil.example/&client_id=post&state=evil",
		page->transaction);
	const struct authcode_response *response =
		flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME, query);

	(void)state;
	assert_string_equal(response->interaction->client->id, "web");
	flow_assert_refused(&flow, flow_decide(&flow, &browser, response->interaction, "deny"),
			    FLOW_WEB_URI, "access_denied", "s");
}

static void
resuming_runs_the_checks_again(void **state)
{
	struct authcode_client client = flow_client(&flow, FLOW_WEB);

	(void)state;
	client.scope = "other";
	client.default_scopes = NULL;
	flow_set_clients(&flow, &client, 1);
	flow_assert_refused(&flow, resume(&browser, page->transaction), FLOW_WEB_URI,
			    "invalid_scope", "s");
	client.disabled = true;
	flow_set_clients(&flow, &client, 1);
	flow_assert_page(resume(&browser, page->transaction), 400, "invalid_client");
}

static enum authcode_transaction_state
check(const char *transaction, const char *csrf, const char *cookie)
{
	struct authcode_transaction verdict =
		authcode_transaction_check(flow.issuer, transaction, csrf, cookie, flow.now_ms);

	if (verdict.state == AUTHCODE_TRANSACTION_VALID)
		assert_string_equal(verdict.client_id, "web");
	else
		assert_string_equal(verdict.client_id, "");
	return verdict.state;
}

static void
a_password_is_evaluated_only_for_a_page_of_this_browser(void **state)
{
	const char *txn = page->transaction, *csrf = page->csrf;

	(void)state;
	assert_int_equal(check(txn, csrf, "browser-one"), AUTHCODE_TRANSACTION_VALID);
	assert_int_equal(check(NULL, csrf, "browser-one"), AUTHCODE_TRANSACTION_INVALID);
	assert_int_equal(check("", csrf, "browser-one"), AUTHCODE_TRANSACTION_INVALID);
	assert_int_equal(check("x", csrf, "browser-one"), AUTHCODE_TRANSACTION_INVALID);
	assert_int_equal(check(csrf, csrf, "browser-one"), AUTHCODE_TRANSACTION_INVALID);
	assert_int_equal(check(txn, NULL, "browser-one"), AUTHCODE_TRANSACTION_CSRF);
	assert_int_equal(check(txn, "", "browser-one"), AUTHCODE_TRANSACTION_CSRF);
	assert_int_equal(check(txn, txn, "browser-one"), AUTHCODE_TRANSACTION_CSRF);
	/* Stale comes before CSRF: such a page gets a new one, not a reproach. */
	assert_int_equal(check(txn, csrf, "browser-two"), AUTHCODE_TRANSACTION_STALE);
	assert_int_equal(check(txn, "x", "browser-two"), AUTHCODE_TRANSACTION_STALE);
	assert_int_equal(check(txn, csrf, NULL), AUTHCODE_TRANSACTION_STALE);
	assert_int_equal(check(txn, csrf, ""), AUTHCODE_TRANSACTION_STALE);
	flow.now_ms += HOUR_MS - 1;
	assert_int_equal(check(txn, csrf, "browser-one"), AUTHCODE_TRANSACTION_VALID);
	flow.now_ms++;
	assert_int_equal(check(txn, csrf, "browser-one"), AUTHCODE_TRANSACTION_STALE);
	/* Another node's clock may be a little ahead, not an hour. */
	flow.now_ms = FLOW_START_MS - 60000;
	assert_int_equal(check(txn, csrf, "browser-one"), AUTHCODE_TRANSACTION_VALID);
	flow.now_ms--;
	assert_int_equal(check(txn, csrf, "browser-one"), AUTHCODE_TRANSACTION_STALE);
}

static void
a_notice_travels_in_a_fresh_seal(void **state)
{
	const struct flow_browser other = { .cookie = "browser-two" };
	const struct authcode_response *response;
	char *url = NULL;

	(void)state;
	flow.now_ms += 2 * HOUR_MS;
	assert_int_equal(authcode_transaction_resume_url(
				 flow.issuer,
				 &(struct authcode_resumption){ .transaction = page->transaction,
								.browser = other.cookie,
								.notice = AUTHCODE_NOTICE_FAILED,
								.attempt = INT64_C(0x123456789abc),
								.now_ms = flow.now_ms },
				 &url),
			 AUTHCODE_OK);
	assert_int_equal(strncmp(url, FLOW_ISSUER "/resume?txn=", 30), 0);
	response = flow_get(&flow, &other, AUTHCODE_ENDPOINT_RESUME, flow_query(url));
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(response->interaction->notice, AUTHCODE_NOTICE_FAILED);
	assert_int_equal(response->interaction->attempt, INT64_C(0x123456789abc));
	/* Neither at another browser, nor when the page that told of it is carried on. */
	response = flow_get(&flow, &(struct flow_browser){ .cookie = "browser-three" },
			    AUTHCODE_ENDPOINT_RESUME, flow_query(url));
	assert_int_equal(response->interaction->notice, AUTHCODE_NOTICE_EXPIRED);
	assert_int_equal(response->interaction->attempt, 0);
	response = flow_get(&flow, &other, AUTHCODE_ENDPOINT_RESUME, flow_query(url));
	response = flow_get(&flow, &other, AUTHCODE_ENDPOINT_RESUME,
			    flow_text(&flow, "txn=%s", response->interaction->transaction));
	assert_int_equal(response->interaction->attempt, 0);
	free(url);
	url = NULL;
	assert_int_equal(authcode_transaction_resume_url(
				 flow.issuer,
				 &(struct authcode_resumption){ .transaction = "x",
								.browser = other.cookie,
								.notice = AUTHCODE_NOTICE_FAILED,
								.now_ms = flow.now_ms },
				 &url),
			 AUTHCODE_ERR_SYNTAX);
	assert_int_equal(authcode_transaction_resume_url(
				 flow.issuer,
				 &(struct authcode_resumption){ .transaction = page->transaction,
								.browser = "",
								.notice = AUTHCODE_NOTICE_FAILED,
								.now_ms = flow.now_ms },
				 &url),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_transaction_resume_url(
				 flow.issuer,
				 &(struct authcode_resumption){ .transaction = page->transaction,
								.browser = other.cookie,
								.notice = AUTHCODE_NOTICE_COUNT,
								.now_ms = flow.now_ms },
				 &url),
			 AUTHCODE_ERR_USAGE);
	flow.random_fails = true;
	assert_int_equal(authcode_transaction_resume_url(
				 flow.issuer,
				 &(struct authcode_resumption){ .transaction = page->transaction,
								.browser = other.cookie,
								.notice = AUTHCODE_NOTICE_NONE,
								.now_ms = flow.now_ms },
				 &url),
			 AUTHCODE_ERR_RANDOM);
	assert_null(url);
}

static void
a_page_of_the_hosts_own_gets_the_same_csrf_token(void **state)
{
	char *csrf = NULL;

	(void)state;
	assert_int_equal(
		authcode_transaction_csrf(flow.issuer, page->transaction, browser.cookie, &csrf),
		AUTHCODE_OK);
	assert_string_equal(csrf, page->csrf);
	free(csrf);
	csrf = NULL;
	assert_int_equal(authcode_transaction_csrf(flow.issuer, "anything", browser.cookie, &csrf),
			 AUTHCODE_ERR_SYNTAX);
	assert_int_equal(authcode_transaction_csrf(flow.issuer, page->transaction, NULL, &csrf),
			 AUTHCODE_ERR_USAGE);
	assert_null(csrf);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resuming_an_old_page_or_one_of_another_browser_shows_a_new_one),
		TEST(resuming_what_is_no_seal_is_an_error_page),
		TEST(resuming_reads_nothing_but_the_seal),
		TEST(resuming_runs_the_checks_again),
		TEST(a_password_is_evaluated_only_for_a_page_of_this_browser),
		TEST(a_notice_travels_in_a_fresh_seal),
		TEST(a_page_of_the_hosts_own_gets_the_same_csrf_token),
	};

	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
