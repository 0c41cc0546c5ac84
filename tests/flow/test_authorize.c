/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * GET and POST /authorize: every check in its order, and what a refusal looks
 * like. AZ, RU, PK and IS requirement lines.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define WEB "client_id=web&redirect_uri=https://web.example/cb"
#define WEB_OK WEB "&response_type=code"
#define APP "client_id=app&redirect_uri=com.example.app%3A%2Fcb&response_type=code"

/* AZ-45: what is posted goes on by a GET of our own, with the browser's cookies. */
static const struct authcode_response *
hop(const struct authcode_response *response)
{
	assert_int_equal(response->status, 303);
	return flow_follow(&flow, &browser, response);
}

/* AZ-01 */
static void
get_and_post_mean_the_same(void **state)
{
	const struct authcode_response *response;

	(void)state;
	assert_sign_in_page(ask(WEB_OK));
	response = hop(flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB_OK));
	assert_sign_in_page(response);
	assert_string_equal(response->interaction->client->id, "web");
	response = flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, WEB "&state=s");
	flow_assert_refused(&flow, response, FLOW_WEB_URI, "invalid_request", "s");
}

/* AZ-01, TK-01, IN-05: every endpoint × every method. */
static void
other_methods_are_answered_405_with_allow(void **state)
{
	static const struct {
		enum authcode_endpoint endpoint;
		enum authcode_method method;
		const char *allow;
	} rows[] = {
		{ AUTHCODE_ENDPOINT_AUTHORIZE, AUTHCODE_METHOD_OTHER, "GET, POST" },
		{ AUTHCODE_ENDPOINT_RESUME, AUTHCODE_METHOD_OTHER, "GET" },
		{ AUTHCODE_ENDPOINT_RESUME, AUTHCODE_METHOD_POST, "GET" },
		{ AUTHCODE_ENDPOINT_CONSENT, AUTHCODE_METHOD_OTHER, "POST" },
		{ AUTHCODE_ENDPOINT_CONSENT, AUTHCODE_METHOD_GET, "POST" },
		{ AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_METHOD_OTHER, "POST" },
		{ AUTHCODE_ENDPOINT_TOKEN, AUTHCODE_METHOD_GET, "POST" },
		{ AUTHCODE_ENDPOINT_REVOKE, AUTHCODE_METHOD_OTHER, "POST" },
		{ AUTHCODE_ENDPOINT_REVOKE, AUTHCODE_METHOD_GET, "POST" },
		{ AUTHCODE_ENDPOINT_INTROSPECT, AUTHCODE_METHOD_OTHER, "POST" },
		{ AUTHCODE_ENDPOINT_INTROSPECT, AUTHCODE_METHOD_GET, "POST" },
		{ AUTHCODE_ENDPOINT_USERINFO, AUTHCODE_METHOD_OTHER, "GET, POST" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *response =
			flow_run(&flow, (struct authcode_request){
						.endpoint = rows[i].endpoint,
						.method = rows[i].method,
						.query = { WEB_OK, strlen(WEB_OK) },
						.browser = "browser-one",
					});

		print_message("# %s %d\n", authcode_endpoint_path(rows[i].endpoint),
			      rows[i].method);
		assert_int_equal(response->status, 405);
		assert_string_equal(response->allow, rows[i].allow);
		assert_int_equal(response->kind,
				 i < 5 ? AUTHCODE_RESPONSE_PAGE : AUTHCODE_RESPONSE_JSON);
		assert_string_equal(response->refusal.error, "invalid_request");
	}
}

/* Every request that must never leave this server: AZ-04, AZ-06, AZ-07, RU. */
static void
refusals_before_the_redirect_uri_is_trusted_are_pages(void **state)
{
	static const struct {
		const char *name, *query, *error;
	} rows[] = {
		{ "nothing", "", "invalid_request" },
		{ "AZ-06 no client", "response_type=code&redirect_uri=https://web.example/cb",
		  "invalid_request" },
		{ "AZ-06 empty client", "client_id=&redirect_uri=https://web.example/cb",
		  "invalid_request" },
		{ "AZ-06 unknown client",
		  "client_id=nope&response_type=code&redirect_uri=https://web.example/cb",
		  "invalid_client" },
		{ "AZ-06 id in another case",
		  "client_id=WEB&response_type=code&redirect_uri=https://web.example/cb",
		  "invalid_client" },
		{ "AZ-06 id with a space",
		  "client_id=web+&response_type=code&redirect_uri=https://web.example/cb",
		  "invalid_client" },
		{ "AZ-06 disabled client",
		  "client_id=disabled&response_type=code&redirect_uri=https://web.example/cb",
		  "invalid_client" },
		{ "AZ-04 client_id twice", WEB_OK "&client_id=web", "invalid_request" },
		{ "AZ-04 two client_ids", WEB_OK "&client_id=app", "invalid_request" },
		{ "AZ-04 redirect_uri twice", WEB_OK "&redirect_uri=https://web.example/cb",
		  "invalid_request" },
		{ "AZ-04 two redirect_uris", WEB_OK "&redirect_uri=https://evil.example/",
		  "invalid_request" },
		{ "AZ-07 two faults: the URI is first",
		  "client_id=web&redirect_uri=https://evil.example/&response_type=token",
		  "invalid_request" },
		{ "RU-01 another URI",
		  "client_id=web&response_type=code&redirect_uri=https://evil.example/cb",
		  "invalid_request" },
		{ "RU-01 a URI of another client",
		  "client_id=web&response_type=code&redirect_uri=https://post.example/cb",
		  "invalid_request" },
		{ "RU-03 several registered and none sent", "client_id=post&response_type=code",
		  "invalid_request" },
		{ "RU-03 none sent with openid",
		  "client_id=web&response_type=code&scope=openid+profile", "invalid_request" },
		{ "RU-03 none sent with openid by default", "client_id=first&response_type=code",
		  "invalid_request" },
		{ "RU-03 empty counts as none",
		  "client_id=web&response_type=code&scope=openid&redirect_uri=",
		  "invalid_request" },
		{ "RU-04 fragment", WEB_OK "%23", "invalid_request" },
		{ "RU-14 return_to", "return_to=https://evil.example/", "invalid_request" },
		{ "bad escape", WEB_OK "&state=%zz", "invalid_request" },
		{ "bad escape at the end", WEB_OK "&state=%4", "invalid_request" },
		{ "escaped NUL", WEB_OK "&state=a%00b", "invalid_request" },
		{ "NUL behind the URI",
		  "client_id=web&response_type=code&redirect_uri=https://web.example/cb%00.evil",
		  "invalid_request" },
		{ "bad UTF-8", WEB_OK "&state=%ff", "invalid_request" },
		{ "name with bad UTF-8", WEB_OK "&%c0%80=1", "invalid_request" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].name);
		/* The fragment row is about the URI itself. */
		flow_assert_page(ask(strstr(rows[i].query, "%23") != NULL
					     ? "client_id=web&response_type=code&redirect_uri="
					       "https://web.example/cb%23"
					     : rows[i].query),
				 400, rows[i].error);
	}
	assert_int_equal(flow.writes, 0);
}

/* Every refusal behind that line travels, with state and iss: AZ-04 … AZ-19, PK. */
static void
refusals_behind_it_are_redirects(void **state)
{
	static const struct {
		const char *name, *query, *error;
		const char *uri;
	} rows[] = {
		{ "AZ-08 no response_type", WEB, "invalid_request", FLOW_WEB_URI },
		{ "AZ-08 empty response_type", WEB "&response_type=", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-09 token", WEB "&response_type=token", "unsupported_response_type",
		  FLOW_WEB_URI },
		{ "AZ-09 id_token", WEB "&response_type=id_token", "unsupported_response_type",
		  FLOW_WEB_URI },
		{ "AZ-09 none", WEB "&response_type=none", "unsupported_response_type",
		  FLOW_WEB_URI },
		{ "AZ-09 code token", WEB "&response_type=code+token", "unsupported_response_type",
		  FLOW_WEB_URI },
		{ "AZ-09 code code", WEB "&response_type=code+code", "unsupported_response_type",
		  FLOW_WEB_URI },
		{ "AZ-09 Code", WEB "&response_type=Code", "unsupported_response_type",
		  FLOW_WEB_URI },
		{ "AZ-09 code with a space behind", WEB "&response_type=code+",
		  "unsupported_response_type", FLOW_WEB_URI },
		{ "unknown mode", WEB_OK "&response_mode=carrier-pigeon", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-11 Query", WEB_OK "&response_mode=Query", "invalid_request", FLOW_WEB_URI },
		{ "AZ-11 two modes", WEB_OK "&response_mode=fragment+form_post", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-11 a mode of JARM", WEB_OK "&response_mode=query.jwt", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-04 mode twice", WEB_OK "&response_mode=fragment&response_mode=fragment",
		  "invalid_request", FLOW_WEB_URI },
		{ "AZ-04 prompt twice", WEB_OK "&prompt=login&prompt=login", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-25 none and login", WEB_OK "&prompt=none+login", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-25 consent and none", WEB_OK "&prompt=consent+none", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-25 an unknown one", WEB_OK "&prompt=create", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-25 a known and an unknown one", WEB_OK "&prompt=login+create",
		  "invalid_request", FLOW_WEB_URI },
		{ "AZ-25 None", WEB_OK "&prompt=None", "invalid_request", FLOW_WEB_URI },
		{ "AZ-25 a space", WEB_OK "&prompt=+", "invalid_request", FLOW_WEB_URI },
		{ "AZ-25 two spaces", WEB_OK "&prompt=login++consent", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-25 a comma", WEB_OK "&prompt=login,consent", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-28 negative", WEB_OK "&max_age=-1", "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 a plus", WEB_OK "&max_age=%2B1", "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 a fraction", WEB_OK "&max_age=1.5", "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 words", WEB_OK "&max_age=soon", "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 a unit", WEB_OK "&max_age=60s", "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 a space", WEB_OK "&max_age=+60", "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 more than a time can hold", WEB_OK "&max_age=9223372036854775807",
		  "invalid_request", FLOW_WEB_URI },
		{ "AZ-28 more than a number can hold", WEB_OK "&max_age=99999999999999999999",
		  "invalid_request", FLOW_WEB_URI },
		{ "AZ-37 request", WEB_OK "&request=eyJhbGciOiJub25lIn0.e30.",
		  "request_not_supported", FLOW_WEB_URI },
		{ "AZ-37 request_uri", WEB_OK "&request_uri=https://web.example/r",
		  "request_uri_not_supported", FLOW_WEB_URI },
		{ "AZ-37 request_uri of a pushed request",
		  WEB_OK "&request_uri=urn:ietf:params:oauth:request_uri:x",
		  "request_uri_not_supported", FLOW_WEB_URI },
		{ "AZ-37 registration", WEB_OK "&registration=%7B%7D", "registration_not_supported",
		  FLOW_WEB_URI },
		{ "AZ-37 request and nothing else", WEB "&request=x", "request_not_supported",
		  FLOW_WEB_URI },
		{ "AZ-04 request twice", WEB_OK "&request=x&request=x", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-04 response_type twice", WEB_OK "&response_type=code", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-04 scope twice", WEB_OK "&scope=profile&scope=profile", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-04 nonce twice", WEB_OK "&nonce=a&nonce=b", "invalid_request", FLOW_WEB_URI },
		{ "AZ-04 challenge twice", WEB_OK FLOW_PKCE "&code_challenge=" FLOW_CHALLENGE,
		  "invalid_request", FLOW_WEB_URI },
		{ "AZ-04 an unknown one twice", WEB_OK "&foo=1&foo=1", "invalid_request",
		  FLOW_WEB_URI },
		{ "AZ-19 nothing known is left", WEB_OK "&scope=admin+root", "invalid_scope",
		  FLOW_WEB_URI },
		{ "AZ-19 two spaces", WEB_OK "&scope=profile++groups", "invalid_scope",
		  FLOW_WEB_URI },
		{ "AZ-19 space in front", WEB_OK "&scope=+profile", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 space behind", WEB_OK "&scope=profile+", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 only a space", WEB_OK "&scope=+", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 quote", WEB_OK "&scope=pro%22file", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 backslash", WEB_OK "&scope=pro%5Cfile", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 tab", WEB_OK "&scope=profile%09groups", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 line end", WEB_OK "&scope=profile%0D%0Agroups", "invalid_scope",
		  FLOW_WEB_URI },
		{ "AZ-19 umlaut", WEB_OK "&scope=%C3%A4", "invalid_scope", FLOW_WEB_URI },
		{ "AZ-19 values of another client", WEB_OK "&scope=PROFILE", "invalid_scope",
		  FLOW_WEB_URI },
		{ "PK-01 plain",
		  WEB_OK "&code_challenge=" FLOW_CHALLENGE "&code_challenge_method=plain",
		  "invalid_request", FLOW_WEB_URI },
		{ "PK-01 no method", WEB_OK "&code_challenge=" FLOW_CHALLENGE, "invalid_request",
		  FLOW_WEB_URI },
		{ "PK-02 42 characters",
		  WEB_OK "&code_challenge_method=S256&code_challenge="
			 "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
		  "invalid_request", FLOW_WEB_URI },
		{ "AZ-03 an empty one does not repeat", WEB_OK FLOW_PKCE "&code_challenge=", "",
		  NULL },
		{ "PK-02 44 characters",
		  WEB_OK "&code_challenge_method=S256&code_challenge=" FLOW_CHALLENGE "A",
		  "invalid_request", FLOW_WEB_URI },
		{ "PK-02 padding",
		  WEB_OK "&code_challenge_method=S256&code_challenge=" FLOW_CHALLENGE "%3D",
		  "invalid_request", FLOW_WEB_URI },
		{ "PK-03 method alone", WEB_OK "&code_challenge_method=S256", "invalid_request",
		  FLOW_WEB_URI },
		{ "PK-03 unknown method",
		  WEB_OK "&code_challenge=" FLOW_CHALLENGE "&code_challenge_method=S512",
		  "invalid_request", FLOW_WEB_URI },
		{ "PK-07 public client without", APP, "invalid_request", FLOW_APP_URI },
		{ "PK-07 public client with an empty one",
		  APP "&code_challenge=", "invalid_request", FLOW_APP_URI },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *response;

		print_message("# %s\n", rows[i].name);
		response = ask(flow_text(&flow, "%s&state=a%%20b%%2Bc", rows[i].query));
		/* The row that is fine: an empty parameter does not repeat (AZ-03). */
		if (rows[i].uri == NULL)
			assert_sign_in_page(response);
		else
			flow_assert_refused(&flow, response, rows[i].uri, rows[i].error, "a b+c");
	}
	assert_int_equal(flow.writes, 0);
}

/* AZ-04: nobody can say which of two states is the state. */
static void
a_repeated_state_is_refused_and_not_returned(void **state)
{
	(void)state;
	flow_assert_refused(&flow, ask(WEB_OK "&state=a&state=b"), FLOW_WEB_URI, "invalid_request",
			    NULL);
	flow_assert_refused(&flow, ask(WEB_OK "&state=a&state=a"), FLOW_WEB_URI, "invalid_request",
			    NULL);
}

/* AZ-04: a parameter in the query and in the body is sent twice. */
static void
query_and_body_of_a_post_count_together(void **state)
{
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_POST,
		.query = { WEB_OK, strlen(WEB_OK) },
		.body = { "response_type=code", 18 },
		.content_type = FLOW_FORM,
		.browser = "browser-one",
	};

	(void)state;
	flow_assert_refused(&flow, flow_run(&flow, request), FLOW_WEB_URI, "invalid_request", NULL);
	request.body = (struct authcode_bytes){ "client_id=web", 13 };
	flow_assert_page(flow_run(&flow, request), 400, "invalid_request");
	request.body = (struct authcode_bytes){ "state=x", 7 };
	assert_sign_in_page(hop(flow_run(&flow, request)));
}

static void
a_post_of_another_content_type_is_refused(void **state)
{
	static const char *const types[] = { NULL,
					     "",
					     "text/plain",
					     "multipart/form-data; boundary=x",
					     "application/json",
					     "application/x-www-form-urlencodedx",
					     " application/x-www-form-urlencoded" };
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_POST,
		.body = { WEB_OK, strlen(WEB_OK) },
		.browser = "browser-one",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(types); i++) {
		request.content_type = types[i];
		flow_assert_page(flow_run(&flow, request), 400, "invalid_request");
	}
	request.content_type = "Application/X-WWW-Form-URLencoded;charset=UTF-8";
	assert_sign_in_page(hop(flow_run(&flow, request)));
}

/* AZ-02, AZ-03, AZ-05, AZ-29, AZ-30 */
static void
unknown_and_empty_parameters_and_order_do_not_matter(void **state)
{
	static const char *const queries[] = {
		WEB_OK "&foo=bar&prompt=&display=hologram",
		WEB_OK
		"&state=&scope=&nonce=&code_challenge=&code_challenge_method=&response_mode=",
		WEB_OK "&&&state=x&",
		WEB_OK "&state=&state=x",
		WEB_OK "&resource=https://id.example&resource=https://id.example",
		"response_type=code&redirect_uri=https://web.example/cb&client_id=web",
		WEB_OK "&response_mode=query",
		WEB_OK "&display=page&ui_locales=de-CH+fr&claims_locales=de",
		WEB_OK "&display=popup&ui_locales=%22%3Cx%3E&claims_locales=+",
		WEB_OK "&display=touch+wap&ui_locales=xx-not-a-language",
		WEB_OK "&max_age=&login_hint=&claims=&acr_values=",
		WEB_OK "&request=&request_uri=&registration=",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(queries); i++) {
		print_message("# %s\n", queries[i]);
		assert_sign_in_page(ask(queries[i]));
	}
}

static void
assert_scopes(const struct authcode_response *response, const char *expected)
{
	char joined[256] = "";

	assert_sign_in_page(response);
	for (size_t i = 0; i < response->interaction->scope_count; i++)
		snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s",
			 i > 0 ? " " : "", response->interaction->scopes[i]);
	assert_string_equal(joined, expected);
}

/* AZ-19, AZ-05 */
static void
scope_is_cut_to_what_the_client_may_ask_for(void **state)
{
	(void)state;
	assert_scopes(ask(WEB_OK), "profile groups");
	assert_scopes(ask(WEB_OK "&scope="), "profile groups");
	assert_scopes(ask(WEB_OK "&scope=openid+profile"), "openid profile");
	assert_scopes(ask(WEB_OK "&scope=profile+openid"), "profile openid");
	assert_scopes(ask(WEB_OK "&scope=admin+profile+root"), "profile");
	assert_scopes(ask(WEB_OK "&scope=profile+profile"), "profile");
}

static void
requests_without_what_the_host_owes_are_not_begun(void **state)
{
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_GET,
		.browser = "browser-one",
		.now_ms = FLOW_START_MS,
	};
	struct authcode_exchange *x = NULL;

	(void)state;
	assert_int_equal(authcode_exchange_begin(NULL, &request, &x), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_exchange_begin(flow.issuer, NULL, &x), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, NULL), AUTHCODE_ERR_USAGE);
	request.now_ms = 0;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_ERR_USAGE);
	request.now_ms = FLOW_START_MS;
	request.browser = NULL;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_ERR_USAGE);
	request.browser = "";
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_ERR_USAGE);
	request.browser = "browser-one";
	request.endpoint = AUTHCODE_ENDPOINT_COUNT;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_ERR_USAGE);
	assert_null(x);
	assert_null(authcode_endpoint_path(AUTHCODE_ENDPOINT_COUNT));
	authcode_exchange_free(&x);
	authcode_exchange_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_BROWSER_TEST(get_and_post_mean_the_same),
		ONE_BROWSER_TEST(other_methods_are_answered_405_with_allow),
		ONE_BROWSER_TEST(refusals_before_the_redirect_uri_is_trusted_are_pages),
		ONE_BROWSER_TEST(refusals_behind_it_are_redirects),
		ONE_BROWSER_TEST(a_repeated_state_is_refused_and_not_returned),
		ONE_BROWSER_TEST(query_and_body_of_a_post_count_together),
		ONE_BROWSER_TEST(a_post_of_another_content_type_is_refused),
		ONE_BROWSER_TEST(unknown_and_empty_parameters_and_order_do_not_matter),
		ONE_BROWSER_TEST(scope_is_cut_to_what_the_client_may_ask_for),
		ONE_BROWSER_TEST(requests_without_what_the_host_owes_are_not_begun),
	};

	return cmocka_run_group_tests_name("authorize", tests, NULL, NULL);
}
