/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A session that is renewed by a sign-in while something else that looked at it
 * is still under way: what was judged is what is issued, and only who proves the
 * session as it is now renews or ends it (LS-03).
 */
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "protocol/credential.h"
#include "tests/flow/flow.h"

#define FIRST                                                                                      \
	"client_id=first&redirect_uri=" FLOW_FIRST_URI "&response_type=code&state=s"               \
	"&scope=profile"
#define WEB "client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s&scope=profile"

static const struct authcode_acr acrs[] = { { "pwd", 10 }, { "otp", 20 } };

static struct flow flow;
static struct flow_browser browser;

static int64_t changed_ms; /* when the password was, of sign-ins that begin */

/* What has been decided and is not yet carried out. */
static struct authcode_exchange *waiting[2];

static int
set_up(void **state)
{
	struct authcode_client first;

	(void)state;
	flow_start_with(&flow, &(struct authcode_issuer_settings){
				       .acrs = acrs, .acr_count = AC_ARRAY_SIZE(acrs) });
	first = flow_client(&flow, FLOW_FIRST);
	first.auth = AUTHCODE_AUTH_SECRET_POST;
	first.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE;
	flow_set_clients(&flow, (struct authcode_client[]){ first, flow_client(&flow, FLOW_WEB) },
			 2);
	browser = (struct flow_browser){ .cookie = "browser-one" };
	changed_ms = 0;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(waiting); i++)
		authcode_exchange_free(&waiting[i]);
	flow_stop(&flow);
	return 0;
}

static void
insist_on(const char *min_acr)
{
	struct authcode_client first = flow_client(&flow, FLOW_FIRST);

	first.min_acr = min_acr;
	flow_set_clients(&flow, &first, 1);
}

static const struct authcode_response *
get(const struct flow_browser *who, const char *query)
{
	return flow_get(&flow, who, AUTHCODE_ENDPOINT_AUTHORIZE, query);
}

/* The seal of a sign-in page of the browser, whoever is signed in there. */
static const char *
sign_in_page(void)
{
	struct flow_browser nobody = { .cookie = browser.cookie };
	const struct authcode_response *r = get(&nobody, FIRST);

	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	return r->interaction->transaction;
}

/* Alice signs in at her browser. */
static void
prove(const char *acr)
{
	flow.now_ms += 1000;
	flow_sign_in_acr(&flow, &browser, sign_in_page(), acr);
}

/* --- decided, and carried out later ---------------------------------------- */

static void
begin(struct authcode_exchange **ret, struct authcode_request request)
{
	request.browser = browser.cookie;
	request.session = browser.session;
	request.now_ms = flow.now_ms;
	assert_int_equal(authcode_exchange_begin(flow.issuer, &request, ret), AUTHCODE_OK);
	assert_non_null(authcode_exchange_operation(*ret));
}

static void
begin_authorize(struct authcode_exchange **ret)
{
	begin(ret, (struct authcode_request){
			   .endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
			   .method = AUTHCODE_METHOD_GET,
			   .query = { FIRST, strlen(FIRST) },
		   });
}

static void
begin_sign_in(struct authcode_exchange **ret, const char *user, uint32_t uid)
{
	struct authcode_sign_in sign_in = {
		.user = { .name = user, .uid = uid },
		.transaction = sign_in_page(),
		.browser = browser.cookie,
		.session = browser.session,
		.acr = "otp",
		.amr = "pwd",
		.password_changed_ms = changed_ms,
		.now_ms = flow.now_ms,
	};

	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, ret), AUTHCODE_OK);
	assert_non_null(authcode_exchange_operation(*ret));
}

static const struct authcode_response *
end(struct authcode_exchange *x)
{
	authcode_store_perform(flow.store, authcode_exchange_operation(x));
	authcode_exchange_answer(x);
	return authcode_exchange_response(x);
}

/* The same, and the cookie that it sets. */
static const char *
end_sign_in(struct authcode_exchange *x)
{
	const struct authcode_response *r = end(x);

	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_non_null(r->set_session);
	return r->set_session;
}

/* --- what is seen ----------------------------------------------------------- */

static struct authcode_session
session_of(const char *cookie)
{
	struct authcode_session_view view;
	struct ac_credential credential;

	assert_true(ac_credential_parse(AC_CREDENTIAL_SESSION, cookie, &credential));
	assert_int_equal(authcode_store_find_session(flow.store, credential.id, flow.arena, &view),
			 AUTHCODE_OK);
	return view.session;
}

static bool
signed_in_with(const char *cookie)
{
	struct flow_browser who = { browser.cookie, cookie };
	const struct authcode_response *r = get(&who, FIRST);

	if (r->kind != AUTHCODE_RESPONSE_REDIRECT)
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	return r->kind == AUTHCODE_RESPONSE_REDIRECT;
}

static const char *
acr_of_code(const struct authcode_response *r)
{
	static const char secret[] = "client_id=first&client_secret=" FLOW_SECRET;
	struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.content_type = FLOW_FORM,
	};
	const char *acr;
	json_t *json;

	flow_assert_code(&flow, r, FLOW_FIRST_URI, "s");
	request.body.data =
		flow_text(&flow, "%s&grant_type=authorization_code&redirect_uri=%s&code=%s", secret,
			  FLOW_FIRST_URI, flow_param(&flow, r->location, "code"));
	request.body.len = strlen(request.body.data);
	r = flow_run(&flow, request);
	assert_int_equal(r->status, 200);
	json = json_loadb(r->body, r->body_len, 0, NULL);
	request.endpoint = AUTHCODE_ENDPOINT_INTROSPECT;
	request.body.data = flow_text(&flow, "%s&token=%s", secret,
				      json_string_value(json_object_get(json, "access_token")));
	request.body.len = strlen(request.body.data);
	json_decref(json);
	r = flow_run(&flow, request);
	json = json_loadb(r->body, r->body_len, 0, NULL);
	assert_true(json_is_true(json_object_get(json, "active")));
	acr = flow_text(&flow, "%s", json_string_value(json_object_get(json, "acr")));
	json_decref(json);
	return acr;
}

/* No code: our own page is asked for, which shows that nobody is signed in as
 * often as it is asked. */
static void
assert_leads_to_sign_in(const struct authcode_response *r, const char *cookie)
{
	const struct flow_browser who = { browser.cookie, cookie };

	for (int i = 0; i < 3; i++) {
		const struct authcode_response *page = flow_follow(&flow, &who, r);

		assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
		assert_int_equal(page->status, 200);
		assert_null(page->interaction->user_name);
	}
}

/* --- a code tells what was judged ------------------------------------------- */

/* A stolen cookie is worth what it was when it was stolen, and dies with the
 * owner's next sign-in, at whatever moment that comes. */
static void
a_code_is_not_issued_for_more_than_was_judged(void **state)
{
	const struct authcode_response *r;
	const char *old;

	(void)state;
	prove("pwd");
	old = browser.session;
	begin_authorize(&waiting[0]);
	prove("otp");
	r = end(waiting[0]);
	assert_leads_to_sign_in(r, old);
	/* The owner's own request, overtaken by the sign-in, is judged anew. */
	assert_string_equal(acr_of_code(flow_follow(&flow, &browser, r)), "otp");
}

/* RFC 9470 §4: a client that insists never gets a code that tells less. */
static void
a_code_is_not_issued_for_less_than_was_judged(void **state)
{
	const struct authcode_response *r;

	(void)state;
	insist_on("otp");
	prove("otp");
	begin_authorize(&waiting[0]);
	prove("pwd");
	r = flow_follow(&flow, &browser, end(waiting[0]));
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_string_equal(r->interaction->acr, "otp");
	assert_string_equal(r->interaction->user_name, "alice");
}

/* Not even one that says the same: auth_time differs, and the cookie is dead. */
static void
a_code_is_not_issued_after_a_sign_in_that_proves_the_same(void **state)
{
	const char *old;

	(void)state;
	prove("pwd");
	old = browser.session;
	begin_authorize(&waiting[0]);
	prove("pwd");
	assert_leads_to_sign_in(end(waiting[0]), old);
}

/* The person is asked again, by whom nothing was remembered. */
static void
a_consent_of_a_session_that_was_renewed_is_asked_for_anew(void **state)
{
	const struct authcode_response *page, *r;
	struct authcode_grant grant;
	const char *old, *body;

	(void)state;
	prove("pwd");
	old = browser.session;
	page = get(&browser, WEB);
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_CONSENT);
	body = flow_text(&flow, "txn=%s&csrf=%s&decision=allow", page->interaction->transaction,
			 page->interaction->csrf);
	begin(&waiting[0], (struct authcode_request){
				   .endpoint = AUTHCODE_ENDPOINT_CONSENT,
				   .method = AUTHCODE_METHOD_POST,
				   .content_type = FLOW_FORM,
				   .body = { body, strlen(body) },
			   });
	prove("otp");
	r = end(waiting[0]);
	assert_int_equal(authcode_store_find_grant(flow.store, session_of(old).subject_id, FLOW_WEB,
						   flow.arena, &grant),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_leads_to_sign_in(r, old);
	page = flow_follow(&flow, &browser, r);
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_CONSENT);
	flow_assert_code(&flow, flow_decide(&flow, &browser, page->interaction, "allow"),
			 FLOW_WEB_URI, "s");
}

/* --- only who proves a session renews or ends it ---------------------------- */

/* A double click at a step-up: whichever answer the browser keeps is good. */
static void
both_readers_of_one_success_are_signed_in(void **state)
{
	const char *old, *one, *two;

	(void)state;
	prove("pwd");
	old = browser.session;
	begin_sign_in(&waiting[0], "alice", 1000);
	begin_sign_in(&waiting[1], "alice", 1000);
	one = end_sign_in(waiting[0]);
	two = end_sign_in(waiting[1]);
	assert_true(signed_in_with(one));
	assert_true(signed_in_with(two));
	assert_false(signed_in_with(old));
	/* The first has what the old one led to, the second is its own. */
	assert_int_equal(session_of(one).id, session_of(old).id);
	assert_int_not_equal(session_of(two).id, session_of(one).id);
	assert_string_equal(session_of(one).acr, "otp");
	assert_string_equal(session_of(two).acr, "otp");
	assert_int_equal(session_of(two).subject_id, session_of(one).subject_id);
}

/* RT-11: what began before the password was changed is over, in this browser too. */
static void
a_changed_password_ends_the_session_and_renews_none(void **state)
{
	const char *old, *one, *two;

	(void)state;
	prove("pwd");
	old = browser.session;
	flow.now_ms += 1000;
	changed_ms = flow.now_ms;
	begin_sign_in(&waiting[0], "alice", 1000);
	begin_sign_in(&waiting[1], "alice", 1000);
	one = end_sign_in(waiting[0]);
	two = end_sign_in(waiting[1]);
	assert_false(signed_in_with(old));
	assert_int_not_equal(session_of(one).id, session_of(old).id);
	assert_int_equal(session_of(old).ended_ms, flow.now_ms);
	/* Whichever of the two cookies the browser keeps is good. */
	assert_true(signed_in_with(one));
	assert_true(signed_in_with(two));
}

/* Nobody is signed in while the thief is too. */
static void
a_change_that_cannot_be_stored_signs_nobody_in(void **state)
{
	const struct authcode_response *r;

	(void)state;
	prove("pwd");
	flow.now_ms += 1000;
	changed_ms = flow.now_ms;
	begin_sign_in(&waiting[0], "alice", 1000);
	flow.writes_fail = true;
	r = end(waiting[0]);
	flow.writes_fail = false;
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_PAGE);
	assert_int_equal(r->status, 503);
	assert_null(r->set_session);
	assert_true(signed_in_with(browser.session));
}

static void
a_time_that_is_none_is_refused(void **state)
{
	const struct authcode_sign_in sign_in = {
		.user = { .name = "alice", .uid = 1000 },
		.transaction = sign_in_page(),
		.browser = browser.cookie,
		.password_changed_ms = -1,
		.now_ms = flow.now_ms,
	};

	(void)state;
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &waiting[0]),
			 AUTHCODE_ERR_USAGE);
}

/* Whoever has the old cookie and an account of his own ends nobody's session
 * with it once the owner has signed in again. */
static void
a_cookie_of_before_the_renewal_ends_nothing(void **state)
{
	const char *thief;

	(void)state;
	prove("pwd");
	begin_sign_in(&waiting[0], "bob", 1001);
	prove("otp");
	thief = end_sign_in(waiting[0]);
	assert_true(signed_in_with(browser.session));
	assert_int_equal(session_of(browser.session).ended_ms, 0);
	assert_string_equal(session_of(browser.session).acr, "otp");
	assert_int_not_equal(session_of(thief).id, session_of(browser.session).id);
	assert_int_not_equal(session_of(thief).subject_id, session_of(browser.session).subject_id);
}

/* Renewed in between or not: a session that another's sign-in has ended stays so. */
static void
a_session_that_was_ended_in_between_is_not_renewed(void **state)
{
	const char *old, *one, *two;

	(void)state;
	prove("pwd");
	old = browser.session;
	begin_sign_in(&waiting[0], "bob", 1001);
	begin_sign_in(&waiting[1], "alice", 1000);
	one = end_sign_in(waiting[0]);
	two = end_sign_in(waiting[1]);
	assert_int_not_equal(session_of(old).ended_ms, 0);
	assert_false(signed_in_with(old));
	assert_true(signed_in_with(one));
	assert_true(signed_in_with(two));
	assert_int_not_equal(session_of(two).id, session_of(old).id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_code_is_not_issued_for_more_than_was_judged),
		TEST(a_code_is_not_issued_for_less_than_was_judged),
		TEST(a_code_is_not_issued_after_a_sign_in_that_proves_the_same),
		TEST(a_consent_of_a_session_that_was_renewed_is_asked_for_anew),
		TEST(both_readers_of_one_success_are_signed_in),
		TEST(a_changed_password_ends_the_session_and_renews_none),
		TEST(a_change_that_cannot_be_stored_signs_nobody_in),
		TEST(a_time_that_is_none_is_refused),
		TEST(a_cookie_of_before_the_renewal_ends_nothing),
		TEST(a_session_that_was_ended_in_between_is_not_renewed),
	};

	return cmocka_run_group_tests_name("session_renewed", tests, NULL, NULL);
}
