/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How an answer travels: query, fragment, form_post. AZ-10 … AZ-14, AZ-16,
 * IS-01.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define REQUEST "client_id=first&redirect_uri=" FLOW_FIRST_URI "&response_type=code&scope=profile"
#define APP "client_id=app&response_type=code&scope=profile" FLOW_PKCE

static const char *
field(const struct authcode_form_post *form, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < form->field_count; i++) {
		if (strcmp(form->fields[i].name, name) != 0)
			continue;
		assert_null(value);
		value = form->fields[i].value;
	}
	return value;
}

/* AZ-12, AZ-13: a page with exactly these fields, and nothing in any URL. */
static const struct authcode_form_post *
assert_form(const struct authcode_response *r, const char *action, size_t fields)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_FORM_POST);
	assert_int_equal(r->status, 200);
	assert_null(r->location);
	assert_null(r->interaction);
	assert_non_null(r->form_post);
	assert_string_equal(r->form_post->action, action);
	assert_int_equal(r->form_post->field_count, fields);
	assert_string_equal(field(r->form_post, "iss"), FLOW_ISSUER); /* IS-01 */
	return r->form_post;
}

/* The parameters behind '#', and none before it. */
static struct ac_params
assert_fragment(const struct authcode_response *r, const char *redirect_uri)
{
	size_t len = strlen(redirect_uri);
	struct ac_params params = { 0 };

	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_int_equal(r->status, 303);
	assert_int_equal(strncmp(r->location, redirect_uri, len), 0);
	assert_int_equal(r->location[len], '#');
	assert_int_equal(ac_form_decode(flow.arena, r->location + len + 1,
					strlen(r->location + len + 1), AC_FROM_QUERY, &params),
			 AUTHCODE_OK);
	assert_string_equal(ac_params_get(&params, "iss"), FLOW_ISSUER); /* IS-01 */
	return params;
}

/* AZ-10 */
static void
a_code_comes_in_the_query_by_default(void **state)
{
	(void)state;
	flow_assert_code(&flow, finish(ask(REQUEST "&state=s"), "alice"), FLOW_FIRST_URI, "s");
	flow_assert_code(&flow, ask(REQUEST "&state=s&response_mode="), FLOW_FIRST_URI, "s");
	flow_assert_code(&flow, ask(REQUEST "&state=s&response_mode=query"), FLOW_FIRST_URI, "s");
}

/* AZ-10, AZ-14 */
static void
a_code_comes_in_the_fragment_when_asked_for(void **state)
{
	struct ac_params params = assert_fragment(
		finish(ask(REQUEST "&state=a%20b%26c%23&response_mode=fragment"), "alice"),
		FLOW_FIRST_URI);

	(void)state;
	assert_int_equal(params.count, 3);
	assert_non_null(ac_params_get(&params, "code"));
	assert_string_equal(ac_params_get(&params, "state"), "a b&c#");
	/* A query of its own stays where it is. */
	params = assert_fragment(
		ask("client_id=post&response_type=token&response_mode=fragment&redirect_uri="
		    "https%3A%2F%2Fpost.example%2Fcb%3Ftenant%3Da%2520b%26x%3D"),
		FLOW_POST_URI_QUERY);
	assert_string_equal(ac_params_get(&params, "error"), "unsupported_response_type");
}

/* AZ-12, AZ-13 */
static void
a_code_is_posted_when_asked_for(void **state)
{
	const struct authcode_form_post *form = assert_form(
		finish(ask(REQUEST "&state=%3Cb%3E%22%26&response_mode=form_post"), "alice"),
		FLOW_FIRST_URI, 3);

	(void)state;
	assert_string_equal(form->origin, "https://first.example");
	assert_string_equal(form->client->id, "first");
	assert_non_null(field(form, "code"));
	assert_string_equal(field(form, "state"), "<b>\"&");
	form = assert_form(ask(REQUEST "&response_mode=form_post"), FLOW_FIRST_URI, 2);
	assert_null(field(form, "state"));
}

/* AZ-12, AZ-17: every refusal behind the redirect URI. */
static void
refusals_travel_as_the_request_says(void **state)
{
	static const struct {
		const char *name, *query, *error;
	} rows[] = {
		{ "no response_type", "&response_type=", "invalid_request" },
		{ "a request object", "&response_type=code&request=x", "request_not_supported" },
		{ "a repeat", "&response_type=code&nonce=a&nonce=b", "invalid_request" },
		{ "a response_type", "&response_type=token", "unsupported_response_type" },
		{ "PKCE", "&response_type=code&code_challenge=x", "invalid_request" },
		{ "scope", "&response_type=code&scope=root", "invalid_scope" },
		{ "prompt", "&response_type=code&prompt=x", "invalid_request" },
		{ "nobody", "&response_type=code&prompt=none", "login_required" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *query = flow_text(&flow,
					      "client_id=web&redirect_uri=" FLOW_WEB_URI
					      "&state=s%s&response_mode=",
					      rows[i].query);
		const struct authcode_form_post *form;
		const struct authcode_response *r;
		struct ac_params params;

		print_message("# %s\n", rows[i].name);
		r = ask(flow_text(&flow, "%sform_post", query));
		form = assert_form(r, FLOW_WEB_URI, 4);
		assert_string_equal(field(form, "error"), rows[i].error);
		assert_string_equal(r->refusal.error, rows[i].error);
		assert_non_null(field(form, "error_description"));
		assert_string_equal(field(form, "state"), "s");
		params = assert_fragment(ask(flow_text(&flow, "%sfragment", query)), FLOW_WEB_URI);
		assert_int_equal(params.count, 4);
		assert_string_equal(ac_params_get(&params, "error"), rows[i].error);
		assert_string_equal(ac_params_get(&params, "state"), "s");
	}
}

/* AZ-38, AZ-43 */
static void
what_comes_later_travels_the_same_way(void **state)
{
	const struct authcode_response *page = ask(REQUEST "&state=s&response_mode=form_post");
	const struct authcode_form_post *form;

	(void)state;
	form = assert_form(flow_decide(&flow, &browser, page->interaction, "deny"), FLOW_FIRST_URI,
			   4);
	assert_string_equal(field(form, "error"), "access_denied");
	(void)finish(page, "alice");
	flow.writes_fail = true;
	form = assert_form(ask(REQUEST "&state=s&response_mode=form_post"), FLOW_FIRST_URI, 4);
	assert_string_equal(field(form, "error"), "temporarily_unavailable");
	assert_null(field(form, "code"));
}

/* AZ-11: then the default is what is left. */
static void
a_mode_that_cannot_be_is_refused_in_the_query(void **state)
{
	static const struct {
		const char *name, *query, *uri;
	} rows[] = {
		{ "unknown", REQUEST "&state=s&response_mode=web_message", FLOW_FIRST_URI },
		{ "two", REQUEST "&state=s&response_mode=form_post&response_mode=fragment",
		  FLOW_FIRST_URI },
		{ "a form for no web address",
		  APP "&state=s&redirect_uri=com.example.app%3A%2Fcb&response_mode=form_post",
		  FLOW_APP_URI },
		{ "AZ-16 a line end that a form would change",
		  REQUEST "&state=a%0Ab&response_mode=form_post", FLOW_FIRST_URI },
		{ "AZ-16 a control character", REQUEST "&state=a%01b&response_mode=form_post",
		  FLOW_FIRST_URI },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *r = ask(rows[i].query);

		print_message("# %s\n", rows[i].name);
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
		assert_int_equal(strncmp(r->location, rows[i].uri, strlen(rows[i].uri)), 0);
		assert_int_equal(r->location[strlen(rows[i].uri)], '?');
		assert_string_equal(flow_param(&flow, r->location, "error"), "invalid_request");
	}
}

/* What is in the Content-Security-Policy must not end a word there. */
static void
the_origin_of_a_form_is_that_of_its_action(void **state)
{
	static const struct {
		const char *uri, *origin; /* NULL: refused */
	} rows[] = {
		{ "https://first.example/cb?a=b", "https://first.example" },
		{ "https://first.example:8443/cb", "https://first.example:8443" },
		{ "https://first.example:/cb", NULL },
		{ "http://127.0.0.1:8080/cb", "http://127.0.0.1:8080" },
		{ "http://[::1]:8080/cb", NULL },
		{ "https://a;script-src/cb", NULL },
		{ "https://a,b/cb", NULL },
		{ "https://a'b/cb", NULL },
		{ "https://a*b/cb", NULL },
		/* AZ-12: a program of the device is no web address, whatever it looks like. */
		{ "com.example.app://back/cb", NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = flow_client(&flow, FLOW_FIRST);
		const char *const uris[] = { rows[i].uri };
		struct authcode_clients *clients = NULL;
		const struct authcode_response *r;

		print_message("# %s\n", rows[i].uri);
		client.application_type = AUTHCODE_APPLICATION_NATIVE;
		client.redirect_uris = uris;
		client.redirect_uri_count = 1;
		/* Some cannot even be registered. */
		if (authcode_clients_new(&client, 1, &clients, NULL) != AUTHCODE_OK) {
			assert_null(rows[i].origin);
			continue;
		}
		authcode_clients_unref(&clients);
		flow_set_clients(&flow, &client, 1);
		r = ask(flow_text(&flow,
				  "client_id=first&response_type=code&scope=profile&prompt=none"
				  "&response_mode=form_post&redirect_uri=%s",
				  flow_encode(&flow, rows[i].uri)));
		if (rows[i].origin != NULL) {
			assert_form(r, rows[i].uri, 3);
			assert_string_equal(r->form_post->origin, rows[i].origin);
		} else {
			assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
			assert_string_equal(flow_param(&flow, r->location, "error"),
					    "invalid_request");
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_BROWSER_TEST(a_code_comes_in_the_query_by_default),
		ONE_BROWSER_TEST(a_code_comes_in_the_fragment_when_asked_for),
		ONE_BROWSER_TEST(a_code_is_posted_when_asked_for),
		ONE_BROWSER_TEST(refusals_travel_as_the_request_says),
		ONE_BROWSER_TEST(what_comes_later_travels_the_same_way),
		ONE_BROWSER_TEST(a_mode_that_cannot_be_is_refused_in_the_query),
		ONE_BROWSER_TEST(the_origin_of_a_form_is_that_of_its_action),
	};

	return cmocka_run_group_tests_name("response_mode", tests, NULL, NULL);
}
