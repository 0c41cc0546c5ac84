/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Logout at the browser: who is asked, who is not, and where it may lead (OIDC
 * RP-Initiated Logout; LO-01 to LO-10, LO-12, RU-14).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "protocol/credential.h"
#include "tests/flow/flow.h"
#include "tests/flow/logout_fixture.h"

#define OUT "&post_logout_redirect_uri=https://web.example/out"

static const struct authcode_response *
log_out(const struct flow_browser *browser, const char *query)
{
	return flow_get(&logout.flow, browser, AUTHCODE_ENDPOINT_LOGOUT, query);
}

static const struct authcode_response *
log_out_with(const char *hint, const char *rest)
{
	return log_out(&logout.browser, flow_text(&logout.flow, "id_token_hint=%s%s", hint, rest));
}

static const struct authcode_response *
confirm(const struct flow_browser *browser, const struct authcode_interaction *page)
{
	assert_non_null(page);
	return flow_post(&logout.flow, browser, AUTHCODE_ENDPOINT_LOGOUT_CONFIRM,
			 flow_text(&logout.flow, "txn=%s&csrf=%s", page->transaction, page->csrf));
}

static const char *
good_hint(void)
{
	return logout_hint(&(struct logout_hint){ 0 });
}

/* The question, which has done nothing yet. */
static const struct authcode_interaction *
assert_asked(const struct authcode_response *r)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_LOGOUT);
	assert_int_equal(r->status, 200);
	assert_null(r->location);
	assert_null(r->set_session);
	assert_non_null(r->interaction);
	assert_string_equal(r->interaction->user_name, "alice");
	assert_true(logout_session_lives());
	return r->interaction;
}

static void
assert_sent_to(const struct authcode_response *r, const char *location)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_int_equal(r->status, 303);
	assert_string_equal(r->location, location);
	assert_string_equal(r->set_session, "");
	assert_false(logout_session_lives());
}

/* Signed out and told so, on the page that follows a form of ours. */
static void
assert_told(const struct authcode_response *r)
{
	if (r->kind == AUTHCODE_RESPONSE_REDIRECT) {
		assert_sent_to(r, FLOW_ISSUER "/logout");
		logout.browser.session = NULL;
		r = log_out(&logout.browser, "");
	}
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_LOGGED_OUT);
	assert_int_equal(r->status, 200);
	assert_null(r->location);
	assert_null(r->interaction);
	assert_string_equal(r->set_session, "");
	assert_false(logout_session_lives());
}

/* --- without a question -------------------------------------------------- */

/* LO-02 */
static void
a_hint_of_this_session_ends_it_and_leads_back(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(good_hint(), OUT "&state=a%20b%26c"),
		       "https://web.example/out?state=a%20b%26c");
}

/* LO-03 */
static void
no_state_gives_none_back(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(good_hint(), OUT), "https://web.example/out");
}

static void
an_empty_state_counts_as_none(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(good_hint(), OUT "&state="), "https://web.example/out");
}

static void
a_query_that_is_registered_is_kept(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(good_hint(), OUT "%3Fa%3Db&state=s"),
		       "https://web.example/out?a=b&state=s");
}

/* LO-09 */
static void
a_hint_may_be_older_than_its_end(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(logout_hint(&(struct logout_hint){ .exp_s = 1 }), OUT),
		       "https://web.example/out");
}

/* LO-07 */
static void
a_hint_without_a_place_to_go_to_is_told_here(void **state)
{
	(void)state;
	assert_told(log_out_with(good_hint(), ""));
}

/* LO-08 */
static void
the_client_may_say_who_it_is(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(good_hint(), OUT "&client_id=web"), "https://web.example/out");
}

/* LO-12 */
static void
wishes_that_mean_nothing_here_change_nothing(void **state)
{
	(void)state;
	assert_sent_to(log_out_with(good_hint(), OUT "&logout_hint=bob&ui_locales=de+fr&x=y"),
		       "https://web.example/out");
}

/* LO-01: as a form of another site arrives, without cookies. */
static void
a_post_is_sent_on_to_the_same_question(void **state)
{
	const struct flow_browser cross_site = { .cookie = NULL };
	const struct authcode_response *r =
		flow_post(&logout.flow, &cross_site, AUTHCODE_ENDPOINT_LOGOUT,
			  flow_text(&logout.flow, "id_token_hint=%s" OUT "&state=s&logout_hint=x",
				    good_hint()));

	(void)state;
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_int_equal(r->status, 303);
	assert_null(r->set_session);
	assert_int_equal(strncmp(r->location,
				 FLOW_ISSUER "/logout?txn=", strlen(FLOW_ISSUER "/logout?txn=")),
			 0);
	assert_true(logout_session_lives());
	assert_sent_to(log_out(&logout.browser, flow_query(r->location)),
		       "https://web.example/out?state=s");
}

/* What to post as an application does; the query that it is sent on with. */
static const char *
posted(const char *body)
{
	const struct flow_browser cross_site = { .cookie = NULL };
	const struct authcode_response *r =
		flow_post(&logout.flow, &cross_site, AUTHCODE_ENDPOINT_LOGOUT, body);

	assert_int_equal(r->status, 303);
	return flow_query(r->location);
}

/* LO-01: no URL of ours shows an ID token, or anything else of what was posted. */
static void
what_was_posted_stands_in_no_url(void **state)
{
	const char *hint = good_hint();
	const char *query = posted(flow_text(
		&logout.flow, "id_token_hint=%s" OUT "&state=a-state&client_id=web", hint));
	const char *payload = strchr(hint, '.') + 1;

	(void)state;
	assert_non_null(payload);
	assert_int_equal(strncmp(query, "txn=", 4), 0);
	assert_null(strchr(query, '&'));
	assert_null(strstr(query, "web.example"));
	assert_null(strstr(query, "a-state"));
	assert_null(strstr(query, flow_text(&logout.flow, "%.40s", payload)));
	assert_true(strlen(query) < strlen(hint) + 400);
}

static void
what_was_posted_counts_for_two_minutes(void **state)
{
	const char *query = posted(flow_text(&logout.flow, "id_token_hint=%s" OUT, good_hint()));

	(void)state;
	logout.flow.now_ms += 120000;
	assert_int_equal(log_out(&logout.browser, query)->kind, AUTHCODE_RESPONSE_LOGOUT);
	logout.flow.now_ms -= 180001; /* before it was made, by more than clocks differ */
	assert_int_equal(log_out(&logout.browser, query)->kind, AUTHCODE_RESPONSE_LOGOUT);
	assert_true(logout_session_lives());
	logout.flow.now_ms += 180000;
	assert_sent_to(log_out(&logout.browser, query), "https://web.example/out");
	assert_false(logout_session_lives());
}

/* Only what /logout has sealed itself, byte for byte, spares the question. */
static void
what_was_not_posted_here_is_asked_about(void **state)
{
	const char *query = posted(flow_text(&logout.flow, "id_token_hint=%s" OUT, good_hint()));
	const size_t len = strlen(query);
	char *changed = strdup(query);
	const char *pages[2];

	(void)state;
	assert_non_null(changed);
	for (size_t i = 4; i < len; i += 7) {
		char kept = changed[i];

		changed[i] = kept == 'A' ? 'B' : 'A';
		assert_int_equal(log_out(&logout.browser, changed)->kind, AUTHCODE_RESPONSE_LOGOUT);
		changed[i] = kept;
	}
	free(changed);
	pages[0] = log_out(&logout.browser, "")->interaction->transaction;
	pages[1] = flow_get(&logout.flow, &logout.browser, AUTHCODE_ENDPOINT_AUTHORIZE,
			    LOGOUT_WEB "&prompt=login")
			   ->interaction->transaction;
	for (size_t i = 0; i < AC_ARRAY_SIZE(pages); i++)
		assert_int_equal(
			log_out(&logout.browser, flow_text(&logout.flow, "txn=%s", pages[i]))->kind,
			AUTHCODE_RESPONSE_LOGOUT);
	assert_true(logout_session_lives());
}

/* LO-04, LO-06, LO-08: a form is judged as a link is. */
static void
a_post_gets_nobody_further_than_a_get(void **state)
{
	static const struct logout_hint forged = { .forge = LOGOUT_HINT_OTHER_KEY };
	const char *const bodies[] = {
		"",
		"state=s",
		flow_text(&logout.flow, "id_token_hint=%s" OUT, logout_hint(&forged)),
		flow_text(&logout.flow,
			  "id_token_hint=%s&post_logout_redirect_uri=https://evil.example/",
			  good_hint()),
		"client_id=web" OUT,
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bodies); i++) {
		const struct authcode_response *r = log_out(&logout.browser, posted(bodies[i]));

		assert_int_equal(r->kind, AUTHCODE_RESPONSE_LOGOUT);
		assert_true(logout_session_lives());
	}
	flow_assert_page(
		flow_post(&logout.flow, &logout.browser, AUTHCODE_ENDPOINT_LOGOUT,
			  flow_text(&logout.flow, "id_token_hint=%s&client_id=first", good_hint())),
		400, "invalid_request");
}

/* Between the two the client may have lost its place, or be served no more. */
static void
what_a_client_may_no_more_is_not_carried_on(void **state)
{
	static const char *const others[] = { "https://web.example/elsewhere" };
	const char *query = posted(flow_text(&logout.flow, "id_token_hint=%s" OUT, good_hint()));
	const struct authcode_response *r;

	(void)state;
	logout_set_clients(others, AC_ARRAY_SIZE(others));
	r = log_out(&logout.browser, query);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_LOGGED_OUT);
	assert_null(r->location);
}

static void
who_is_signed_out_already_is_led_back_all_the_same(void **state)
{
	const char *hint = good_hint();

	(void)state;
	assert_sent_to(log_out_with(hint, OUT), "https://web.example/out");
	assert_sent_to(log_out_with(hint, OUT "&state=s"), "https://web.example/out?state=s");
}

/* --- with one ------------------------------------------------------------ */

/* LO-07 */
static void
without_a_hint_the_person_is_asked_and_then_told(void **state)
{
	static const char *const queries[] = { "",
					       "state=s",
					       "client_id=web",
					       "client_id=nobody",
					       "id_token_hint=",
					       "logout_hint=alice&ui_locales=de",
					       "return_to=https://evil.example/" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(queries); i++) {
		const struct authcode_interaction *page =
			assert_asked(log_out(&logout.browser, queries[i]));

		assert_null(page->client);
		assert_told(confirm(&logout.browser, page));
		logout_sign_in();
	}
}

/* LO-04, RU-14: to the byte; and not one of another client's. */
static void
a_place_that_is_not_registered_is_never_gone_to(void **state)
{
	static const char *const places[] = {
		"https://web.example/out/",
		"https://web.example/out?x=y",
		"https://web.example/out?",
		"https://web.example/OUT",
		"https://web.example/out#f",
		"https://web.example:443/out",
		"https://WEB.example/out",
		"https://web.example/ou%74",
		"https://web.example/",
		"https://evil.example/out",
		"https://web.example@evil.example/out",
		"//evil.example/out",
		"/out",
		"javascript:alert(1)",
		FLOW_WEB_URI,
		"https://first.example/out",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(places); i++) {
		const char *rest = flow_text(&logout.flow, "&post_logout_redirect_uri=%s",
					     flow_encode(&logout.flow, places[i]));

		assert_told(
			confirm(&logout.browser, assert_asked(log_out_with(good_hint(), rest))));
		assert_told(log_out_with(good_hint(), rest));
		logout_sign_in();
	}
}

/* LO-05 */
static void
a_registered_place_without_a_hint_is_not_gone_to(void **state)
{
	(void)state;
	assert_told(confirm(&logout.browser,
			    assert_asked(log_out(&logout.browser, "client_id=web" OUT))));
	assert_told(log_out(&logout.browser, "client_id=web" OUT "&state=s"));
}

/* LO-06, ID-19 */
static void
a_hint_that_is_not_ours_counts_for_nothing(void **state)
{
	const struct logout_hint hints[] = {
		{ .iss = "https://other.example" },
		{ .client = "nobody" },
		{ .client = FLOW_DISABLED },
		{ .typ = "logout+jwt" },
		{ .typ = "at+jwt" },
		{ .forge = LOGOUT_HINT_UNSIGNED },
		{ .forge = LOGOUT_HINT_CHANGED },
		{ .forge = LOGOUT_HINT_OTHER_KEY },
		{ .forge = LOGOUT_HINT_CUT },
		{ .forge = LOGOUT_HINT_GARBAGE },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(hints); i++) {
		const char *hint = logout_hint(&hints[i]);
		const struct authcode_interaction *page =
			assert_asked(log_out_with(hint, OUT "&state=s"));

		assert_null(page->client);
		assert_told(confirm(&logout.browser, page));
		/* Nor once nobody is signed in. */
		assert_told(log_out_with(hint, OUT));
		logout_sign_in();
	}
}

/* LO-09: whoever's hint it is may be led back once the person has said so. */
static void
a_hint_of_somebody_else_asks_first(void **state)
{
	const struct logout_hint hints[] = {
		{ .sub = "sub-of-somebody-else" },
		{ .sid = "another-session" },
		{ .sid = "" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(hints); i++) {
		const struct authcode_interaction *page =
			assert_asked(log_out_with(logout_hint(&hints[i]), OUT "&state=s"));

		assert_string_equal(page->client->id, FLOW_WEB);
		assert_sent_to(confirm(&logout.browser, page), "https://web.example/out?state=s");
		logout_sign_in();
	}
}

/* LO-08 */
static void
a_client_that_is_not_the_hint_s_is_refused(void **state)
{
	static const char *const ids[] = { "first", "nobody", "WEB", "web%20" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(ids); i++) {
		flow_assert_page(log_out_with(good_hint(),
					      flow_text(&logout.flow, OUT "&client_id=%s", ids[i])),
				 400, "invalid_request");
		assert_true(logout_session_lives());
	}
}

static void
what_is_sent_twice_is_refused(void **state)
{
	static const char *const names[] = { "id_token_hint", "client_id",
					     "post_logout_redirect_uri", "state" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		flow_assert_page(log_out(&logout.browser,
					 flow_text(&logout.flow, "%s=a&%s=a", names[i], names[i])),
				 400, "invalid_request");
		/* In query and form. */
		flow_assert_page(flow_run(&logout.flow,
					  (struct authcode_request){
						  .endpoint = AUTHCODE_ENDPOINT_LOGOUT,
						  .method = AUTHCODE_METHOD_POST,
						  .query = { "state=a&client_id=b", 19 },
						  .body = { "state=a&client_id=b", 19 },
						  .content_type = FLOW_FORM,
						  .browser = logout.browser.cookie,
					  }),
				 400, "invalid_request");
	}
	assert_true(logout_session_lives());
}

static void
what_cannot_be_read_or_sent_on_is_refused(void **state)
{
	char *state_value = calloc(1, 9001);

	(void)state;
	assert_non_null(state_value);
	memset(state_value, 'x', 9000);
	flow_assert_page(log_out(&logout.browser, "state=%zz"), 400, "invalid_request");
	/* A state that goes nowhere is let go; one that is to come back must fit a URL. */
	assert_int_equal(flow_post(&logout.flow, &logout.browser, AUTHCODE_ENDPOINT_LOGOUT,
				   flow_text(&logout.flow, "state=%s", state_value))
				 ->status,
			 303);
	flow_assert_page(flow_post(&logout.flow, &logout.browser, AUTHCODE_ENDPOINT_LOGOUT,
				   flow_text(&logout.flow, "id_token_hint=%s" OUT "&state=%s",
					     good_hint(), state_value)),
			 400, "invalid_request");
	flow_assert_page(flow_run(&logout.flow,
				  (struct authcode_request){
					  .endpoint = AUTHCODE_ENDPOINT_LOGOUT,
					  .method = AUTHCODE_METHOD_POST,
					  .body = { "state=a", 7 },
					  .content_type = "application/json",
					  .browser = logout.browser.cookie,
				  }),
			 400, "invalid_request");
	assert_int_equal(flow_run(&logout.flow,
				  (struct authcode_request){
					  .endpoint = AUTHCODE_ENDPOINT_LOGOUT,
					  .browser = logout.browser.cookie,
				  })
				 ->status,
			 405);
	assert_true(logout_session_lives());
	free(state_value);
}

/* --- the answer to the question (LO-10) ---------------------------------- */

static void
expect_form_refused(const struct flow_browser *browser, const char *form, unsigned status,
		    const char *error)
{
	flow_assert_page(flow_post(&logout.flow, browser, AUTHCODE_ENDPOINT_LOGOUT_CONFIRM, form),
			 status, error);
	assert_true(logout_session_lives());
}

static void
a_form_that_is_not_our_page_s_ends_nothing(void **state)
{
	struct flow *flow = &logout.flow;
	const struct authcode_interaction *page = assert_asked(log_out(&logout.browser, ""));
	const struct authcode_interaction *other = assert_asked(log_out(&logout.browser, ""));
	const struct flow_browser stranger = { "browser-two", logout.browser.session };
	const char *good = flow_text(flow, "txn=%s&csrf=%s", page->transaction, page->csrf);

	(void)state;
	expect_form_refused(&logout.browser, "", 400, "invalid_request");
	expect_form_refused(&logout.browser, "txn=abc&csrf=abc", 400, "invalid_request");
	expect_form_refused(&logout.browser, flow_text(flow, "txn=%s", page->transaction), 403,
			    "access_denied");
	expect_form_refused(&logout.browser, flow_text(flow, "txn=%s&csrf=", page->transaction),
			    403, "access_denied");
	expect_form_refused(&logout.browser,
			    flow_text(flow, "txn=%s&csrf=%s", page->transaction, other->csrf), 403,
			    "access_denied");
	expect_form_refused(&logout.browser, flow_text(flow, "%s&csrf=x", good), 400,
			    "invalid_request");
	expect_form_refused(&stranger, good, 403, "access_denied");
	assert_told(flow_post(flow, &logout.browser, AUTHCODE_ENDPOINT_LOGOUT_CONFIRM, good));
}

/* A seal of an authorization request is none of a logout, and the other way round. */
static void
a_page_of_another_kind_is_not_taken(void **state)
{
	struct flow *flow = &logout.flow;
	const struct flow_browser without = { .cookie = logout.browser.cookie };
	const struct authcode_response *sign_in =
		flow_get(flow, &without, AUTHCODE_ENDPOINT_AUTHORIZE, LOGOUT_WEB);
	const struct authcode_interaction *page = assert_asked(log_out(&logout.browser, ""));

	(void)state;
	assert_int_equal(sign_in->kind, AUTHCODE_RESPONSE_SIGN_IN);
	expect_form_refused(&logout.browser,
			    flow_text(flow, "txn=%s&csrf=%s", sign_in->interaction->transaction,
				      sign_in->interaction->csrf),
			    400, "invalid_request");
	flow_assert_page(flow_decide(flow, &logout.browser, page, "allow"), 400, "invalid_request");
}

static void
an_old_page_asks_again(void **state)
{
	const struct authcode_interaction *page = assert_asked(log_out(&logout.browser, ""));
	const struct authcode_response *r;

	(void)state;
	logout.flow.now_ms += INT64_C(3600) * 1000;
	r = confirm(&logout.browser, page);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_string_equal(r->location, FLOW_ISSUER "/logout");
	assert_null(r->set_session);
	assert_true(logout_session_lives());
}

/* The yes was alice's, about herself. */
static void
whoever_has_signed_in_since_is_asked_anew(void **state)
{
	const struct authcode_interaction *page = assert_asked(log_out(&logout.browser, ""));
	const struct flow_browser without = { .cookie = logout.browser.cookie };
	struct flow_browser bob = { .cookie = logout.browser.cookie };
	const struct authcode_response *r =
		flow_get(&logout.flow, &without, AUTHCODE_ENDPOINT_AUTHORIZE, LOGOUT_WEB);

	(void)state;
	(void)flow_sign_in(&logout.flow, &bob, r->interaction->transaction, "bob");
	r = confirm(&bob, page);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_string_equal(r->location, FLOW_ISSUER "/logout");
	assert_null(r->set_session);
	assert_true(logout_session_lives());
	r = log_out(&bob, "");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_LOGOUT);
	assert_string_equal(r->interaction->user_name, "bob");
}

static void
a_session_that_is_over_by_then_is_no_obstacle(void **state)
{
	const struct authcode_interaction *page =
		assert_asked(log_out_with(logout_hint(&(struct logout_hint){ .sid = "" }), OUT));

	(void)state;
	logout.flow.now_ms += INT64_C(3000) * 1000;
	assert_told(log_out_with(good_hint(), ""));
	assert_sent_to(confirm(&logout.browser, page), "https://web.example/out");
}

/* RU-14: the place is looked up again when it is gone to. */
static void
a_place_that_was_given_up_since_is_not_gone_to(void **state)
{
	const struct authcode_interaction *page =
		assert_asked(log_out_with(logout_hint(&(struct logout_hint){ .sid = "" }), OUT));

	(void)state;
	logout_set_clients(NULL, 0);
	assert_told(confirm(&logout.browser, page));
}

/* --- failures ------------------------------------------------------------ */

/* Never "signed out" before it is so for good. */
static void
what_cannot_be_written_has_not_happened(void **state)
{
	const struct authcode_interaction *page = assert_asked(log_out(&logout.browser, ""));

	(void)state;
	logout.flow.writes_fail = true;
	flow_assert_page(log_out_with(good_hint(), OUT), 503, "temporarily_unavailable");
	flow_assert_page(confirm(&logout.browser, page), 503, "temporarily_unavailable");
	logout.flow.writes_fail = false;
	assert_true(logout_session_lives());
}

static void
who_is_signed_in_must_be_known(void **state)
{
	const struct authcode_interaction *page = assert_asked(log_out(&logout.browser, ""));

	(void)state;
	logout.flow.reads_fail = true;
	flow_assert_page(log_out_with(good_hint(), OUT), 503, "temporarily_unavailable");
	flow_assert_page(log_out(&logout.browser, ""), 503, "temporarily_unavailable");
	flow_assert_page(confirm(&logout.browser, page), 503, "temporarily_unavailable");
	logout.flow.reads_fail = false;
	logout.flow.random_fails = true;
	assert_int_equal(log_out(&logout.browser, "")->status, 500);
	logout.flow.random_fails = false;
	assert_true(logout_session_lives());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, logout_set_up, logout_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hint_of_this_session_ends_it_and_leads_back),
		TEST(no_state_gives_none_back),
		TEST(an_empty_state_counts_as_none),
		TEST(a_query_that_is_registered_is_kept),
		TEST(a_hint_may_be_older_than_its_end),
		TEST(a_hint_without_a_place_to_go_to_is_told_here),
		TEST(the_client_may_say_who_it_is),
		TEST(wishes_that_mean_nothing_here_change_nothing),
		TEST(a_post_is_sent_on_to_the_same_question),
		TEST(what_was_posted_stands_in_no_url),
		TEST(what_was_posted_counts_for_two_minutes),
		TEST(what_was_not_posted_here_is_asked_about),
		TEST(a_post_gets_nobody_further_than_a_get),
		TEST(what_a_client_may_no_more_is_not_carried_on),
		TEST(who_is_signed_out_already_is_led_back_all_the_same),
		TEST(without_a_hint_the_person_is_asked_and_then_told),
		TEST(a_place_that_is_not_registered_is_never_gone_to),
		TEST(a_registered_place_without_a_hint_is_not_gone_to),
		TEST(a_hint_that_is_not_ours_counts_for_nothing),
		TEST(a_hint_of_somebody_else_asks_first),
		TEST(a_client_that_is_not_the_hint_s_is_refused),
		TEST(what_is_sent_twice_is_refused),
		TEST(what_cannot_be_read_or_sent_on_is_refused),
		TEST(a_form_that_is_not_our_page_s_ends_nothing),
		TEST(a_page_of_another_kind_is_not_taken),
		TEST(an_old_page_asks_again),
		TEST(whoever_has_signed_in_since_is_asked_anew),
		TEST(a_session_that_is_over_by_then_is_no_obstacle),
		TEST(a_place_that_was_given_up_since_is_not_gone_to),
		TEST(what_cannot_be_written_has_not_happened),
		TEST(who_is_signed_in_must_be_known),
	};

	return cmocka_run_group_tests_name("logout", tests, NULL, NULL);
}
