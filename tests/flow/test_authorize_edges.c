/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * /authorize at its edges: state that must survive, sizes, redirect URIs of every
 * kind, and failures underneath. AZ, RU and IS requirement lines.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define WEB "client_id=web&redirect_uri=https://web.example/cb"
#define WEB_OK WEB "&response_type=code"

static const char *
repeat(char c, size_t len)
{
	char *text = authcode_arena_alloc(flow.arena, len + 1);

	assert_non_null(text);
	memset(text, c, len);
	return text;
}

/* AZ-16: through a refusal and through a whole flow. */
static void
state_comes_back_byte_for_byte(void **state)
{
	const char *const states[] = {
		"a",
		"0",
		" ",
		"+",
		"a b+c%20d",
		"&code=evil&state=x",
		"#fragment",
		"\"'<script>alert(1)</script>",
		"\r\nSet-Cookie: x=y",
		"\t\x01\x7f",
		"%00%zz",
		"ümläut \xf0\x9f\x94\x91",
		"=?;/:@!$,()*[]{}|\\^`~",
		repeat('s', 128),
		repeat('~', 1500),
		/* Three bytes each once encoded. */
		repeat('<', 1000),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(states); i++) {
		struct flow_browser fresh = { .cookie = "browser-two" };
		const char *encoded = flow_encode(&flow, states[i]);

		print_message("# state %zu\n", i);
		flow_assert_refused(&flow, ask(flow_text(&flow, WEB "&state=%s", encoded)),
				    FLOW_WEB_URI, "invalid_request", states[i]);
		flow_assert_code(&flow,
				 flow_authorize(&flow, &fresh,
						flow_text(&flow, WEB_OK "&state=%s", encoded)),
				 FLOW_WEB_URI, states[i]);
	}
}

/* AZ-16: refused whole, never cut. */
static void
a_request_over_the_limit_is_refused_never_truncated(void **state)
{
	const char *query;

	(void)state;
	query = flow_text(&flow, WEB_OK "&state=%s", repeat('s', 5000));
	flow_assert_refused(&flow, ask(query), FLOW_WEB_URI, "invalid_request", repeat('s', 5000));
	/* The redirect itself would be longer than any server takes. */
	query = flow_text(&flow, WEB_OK "&state=%s", repeat('s', 8100));
	flow_assert_page(ask(query), 400, "invalid_request");
	query = flow_text(&flow, WEB_OK "&state=%s", repeat('s', 8300));
	flow_assert_page(ask(query), 414, "invalid_request");
	query = flow_text(&flow, WEB_OK "&state=%s", repeat('s', 20000));
	flow_assert_page(flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, query), 400,
			 "invalid_request");
	query = flow_text(&flow, WEB_OK "&state=%s", repeat('s', 70000));
	flow_assert_page(flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, query), 413,
			 "invalid_request");
	/* AZ-22: a nonce is kept whole or refused (OIDC-Core §3.1.2.1). */
	flow_assert_refused(&flow, ask(flow_text(&flow, WEB_OK "&nonce=%s", repeat('n', 513))),
			    FLOW_WEB_URI, "invalid_request", NULL);
	assert_sign_in_page(ask(flow_text(&flow, WEB_OK "&nonce=%s", repeat('n', 512))));
	/* Unknown parameters are not carried, so they cost nothing. */
	assert_sign_in_page(ask(flow_text(&flow, WEB_OK "&foo=%s", repeat('f', 6000))));
}

static void
too_many_parameters_are_refused(void **state)
{
	const char *query = WEB_OK;

	(void)state;
	for (int i = 0; i < 61; i++)
		query = flow_text(&flow, "%s&p%d=1", query, i);
	assert_sign_in_page(ask(query));
	flow_assert_page(ask(flow_text(&flow, "%s&last=1", query)), 400, "invalid_request");
}

/* AZ-14, RU-02: the registered query stays, ours comes behind it. */
static void
the_query_of_the_redirect_uri_is_kept(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" };
	const char *query =
		flow_text(&flow, "client_id=post&response_type=code&state=s&redirect_uri=%s",
			  flow_encode(&flow, FLOW_POST_URI_QUERY));
	const struct authcode_response *response = flow_authorize(&flow, &fresh, query);

	(void)state;
	flow_assert_code(&flow, response, FLOW_POST_URI_QUERY, "s");
	assert_string_equal(flow_param(&flow, response->location, "tenant"), "a b");
	flow_assert_refused(&flow, ask(flow_text(&flow, "%s&scope=nope", query)),
			    FLOW_POST_URI_QUERY, "invalid_scope", "s");
}

/* RU-03 */
static void
a_lone_redirect_uri_may_be_left_out_by_plain_oauth(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" };

	(void)state;
	flow_assert_code(&flow, flow_authorize(&flow, &fresh, "client_id=web&response_type=code"),
			 FLOW_WEB_URI, NULL);
	flow_assert_refused(&flow, ask("client_id=web&response_type=token&redirect_uri="),
			    FLOW_WEB_URI, "unsupported_response_type", NULL);
}

/* RU-08, RU-10, PK-09: a public client with PKCE, on any port. */
static void
native_redirects_work(void **state)
{
	static const char *const uris[] = {
		"com.example.app:/cb",       "http://127.0.0.1/cb",       "http://127.0.0.1:1/cb",
		"http://127.0.0.1:65535/cb", "http://127.0.0.1:51004/cb", "http://localhost/cb",
		"https://app.example/cb",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(uris); i++) {
		struct flow_browser fresh = { .cookie = "browser-two" };
		const char *query = flow_text(
			&flow, "client_id=app&response_type=code&state=s&redirect_uri=%s%s",
			flow_encode(&flow, uris[i]), FLOW_PKCE);

		print_message("# %s\n", uris[i]);
		flow_assert_code(&flow, flow_authorize(&flow, &fresh, query), uris[i], "s");
	}
}

/* AZ-43 */
static void
a_store_that_fails_is_reported_to_the_client(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" };
	const struct authcode_response *page;

	(void)state;
	flow_code(&flow, &fresh, WEB_OK);
	flow.reads_fail = true;
	flow_assert_refused(&flow,
			    flow_get(&flow, &fresh, AUTHCODE_ENDPOINT_AUTHORIZE, WEB_OK "&state=s"),
			    FLOW_WEB_URI, "temporarily_unavailable", "s");
	/* Before the URI is trusted it stays here. */
	flow_assert_page(flow_get(&flow, &fresh, AUTHCODE_ENDPOINT_AUTHORIZE, "client_id=x"), 400,
			 "invalid_client");
	flow.reads_fail = false;
	flow.writes_fail = true;
	flow_assert_refused(&flow,
			    flow_get(&flow, &fresh, AUTHCODE_ENDPOINT_AUTHORIZE, WEB_OK "&state=s"),
			    FLOW_WEB_URI, "temporarily_unavailable", "s");
	page = flow_get(&flow, &fresh, AUTHCODE_ENDPOINT_AUTHORIZE, WEB_OK "&scope=email");
	flow_assert_refused(&flow, flow_decide(&flow, &fresh, page->interaction, "allow"),
			    FLOW_WEB_URI, "temporarily_unavailable", NULL);
}

/* AZ-43: without randomness nothing is issued, sealed or signed in. */
static void
a_random_source_that_fails_is_reported_to_the_client(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" };
	size_t writes;

	(void)state;
	flow_code(&flow, &fresh, WEB_OK);
	writes = flow.writes;
	flow.random_fails = true;
	flow_assert_refused(&flow, ask(WEB_OK "&state=s"), FLOW_WEB_URI, "server_error", "s");
	flow_assert_refused(&flow,
			    flow_get(&flow, &fresh, AUTHCODE_ENDPOINT_AUTHORIZE, WEB_OK "&state=s"),
			    FLOW_WEB_URI, "server_error", "s");
	assert_int_equal(flow.writes, writes);
}

/* Between the look at the session and the write, somebody signs in elsewhere
 * with that cookie: the session is replaced. */
static void
a_session_that_ends_meanwhile_leads_to_a_new_sign_in(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" }, other;
	const char *transaction = ask(WEB_OK)->interaction->transaction;
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_GET,
		.query = { WEB_OK, strlen(WEB_OK) },
		.browser = fresh.cookie,
		.now_ms = flow.now_ms,
	};
	struct authcode_exchange *x = NULL;

	(void)state;
	flow_code(&flow, &fresh, WEB_OK);
	request.session = fresh.session;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_OK);
	assert_non_null(authcode_exchange_operation(x));
	other = (struct flow_browser){ browser.cookie, fresh.session };
	flow_sign_in(&flow, &other, transaction, "bob");
	authcode_store_perform(flow.store, authcode_exchange_operation(x));
	authcode_exchange_answer(x);
	assert_null(authcode_exchange_operation(x));
	assert_sign_in_page(flow_follow(&flow, &fresh, authcode_exchange_response(x)));
	authcode_exchange_free(&x);
}

/* Before its operation is done an exchange says nothing but 500. */
static void
an_unanswered_exchange_shows_an_error_page(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" };
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_GET,
		.query = { WEB_OK, strlen(WEB_OK) },
		.browser = fresh.cookie,
		.now_ms = flow.now_ms,
	};
	struct authcode_exchange *x = NULL;

	(void)state;
	flow_code(&flow, &fresh, WEB_OK);
	request.session = fresh.session;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_OK);
	flow_assert_page(authcode_exchange_response(x), 500, "server_error");
	authcode_exchange_free(&x);
}

/* AZ-15, IS-01 are in flow_assert_code(); CO-01: the form of a code. */
static void
codes_are_long_and_never_the_same(void **state)
{
	struct flow_browser fresh = { .cookie = "browser-two" };
	const char *first = flow_code(&flow, &fresh, WEB_OK);
	const char *second = flow_code(&flow, &fresh, WEB_OK);

	(void)state;
	assert_true(strlen(first) >= 43);
	assert_string_not_equal(first, second);
}

/* AZ-30: the host is told of what is well-formed, in its order, and of no more than its
 * place for it holds; nothing of it is ever an error. */
static void
what_of_ui_locales_can_be_used_goes_to_the_host(void **state)
{
#define TAG35 "abcdefghijklmnopqrstuvwxyz-12345678"
	static const struct {
		const char *sent, *told;
	} rows[] = {
		{ "", "" },
		{ "de-CH+fr", "de-CH fr" },
		{ "+de++fr+", "de fr" },
		{ "%22%3Cx%3E+fr", "fr" },
		{ "de_DE+fr%00+en", NULL }, /* no UTF-8 text without NUL: a page */
		{ "de_DE+..%2F..%2Fetc+en", "en" },
		{ "%C3%A4+en%0A", "" },
		{ TAG35 "+de", TAG35 " de" },
		{ TAG35 "9+de", "de" },
		{ TAG35 "+" TAG35 "+de", TAG35 " de" },
		{ "aaaaaaaaaaaaaaa+bbbbbbbbbbbbbbb+ccccccccccccccc+dddddddddddddddd+e",
		  "aaaaaaaaaaaaaaa bbbbbbbbbbbbbbb ccccccccccccccc dddddddddddddddd" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *r =
			ask(flow_text(&flow, WEB_OK "&ui_locales=%s", rows[i].sent));
		struct authcode_transaction transaction;

		if (rows[i].told == NULL) {
			flow_assert_page(r, 400, "invalid_request");
			continue;
		}
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
		transaction = authcode_transaction_check(flow.issuer, r->interaction->transaction,
							 r->interaction->csrf, browser.cookie,
							 flow.now_ms);
		assert_int_equal(transaction.state, AUTHCODE_TRANSACTION_VALID);
		assert_string_equal(transaction.ui_locales, rows[i].told);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_BROWSER_TEST(state_comes_back_byte_for_byte),
		ONE_BROWSER_TEST(a_request_over_the_limit_is_refused_never_truncated),
		ONE_BROWSER_TEST(too_many_parameters_are_refused),
		ONE_BROWSER_TEST(the_query_of_the_redirect_uri_is_kept),
		ONE_BROWSER_TEST(a_lone_redirect_uri_may_be_left_out_by_plain_oauth),
		ONE_BROWSER_TEST(native_redirects_work),
		ONE_BROWSER_TEST(a_store_that_fails_is_reported_to_the_client),
		ONE_BROWSER_TEST(a_random_source_that_fails_is_reported_to_the_client),
		ONE_BROWSER_TEST(a_session_that_ends_meanwhile_leads_to_a_new_sign_in),
		ONE_BROWSER_TEST(an_unanswered_exchange_shows_an_error_page),
		ONE_BROWSER_TEST(what_of_ui_locales_can_be_used_goes_to_the_host),
		ONE_BROWSER_TEST(codes_are_long_and_never_the_same),
	};

	return cmocka_run_group_tests_name("authorize_edges", tests, NULL, NULL);
}
