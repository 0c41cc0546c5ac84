/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Authentication context classes: what a client insists on (min_acr), what a
 * request wishes for (acr_values, AZ-33), and that a person is asked to prove
 * more when that can help, at most once, and never in circles.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define REQUEST                                                                                    \
	"client_id=first&redirect_uri=" FLOW_FIRST_URI "&response_type=code&state=s"               \
	"&scope=profile"

static const struct authcode_acr acrs[] = {
	{ "pwd", 10 }, { "otp", 20 }, { "mfa", 30 }, { "kerberos", 0 }, { "card", 0 },
};

static int
set_up(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){ .acrs = acrs,
							      .acr_count = AC_ARRAY_SIZE(acrs) });
	return 0;
}

static void
insist_on(const char *min_acr)
{
	struct authcode_client client = flow_client(&flow, FLOW_FIRST);

	client.min_acr = min_acr;
	flow_set_clients(&flow, &client, 1);
}

static const struct authcode_response *
ask_for(const char *acr_values)
{
	const char *query = acr_values != NULL ? flow_text(&flow, REQUEST "&acr_values=%s",
							   flow_encode(&flow, acr_values))
					       : REQUEST;

	return flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, query);
}

/* A sign-in page that asks for acr (NULL: for nothing in particular). */
static void
assert_asked(const struct authcode_response *r, const char *acr, const char *user_name)
{
	struct authcode_transaction transaction;

	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(r->status, 200);
	if (acr == NULL)
		assert_null(r->interaction->acr);
	else
		assert_string_equal(r->interaction->acr, acr);
	if (user_name == NULL)
		assert_null(r->interaction->user_name);
	else
		assert_string_equal(r->interaction->user_name, user_name);
	/* The host hears the same from the form that comes back. */
	transaction = authcode_transaction_check(flow.issuer, r->interaction->transaction,
						 r->interaction->csrf, browser.cookie, flow.now_ms);
	assert_int_equal(transaction.state, AUTHCODE_TRANSACTION_VALID);
	assert_string_equal(transaction.acr, acr != NULL ? acr : "");
}

static void
assert_code(const struct authcode_response *r)
{
	flow_assert_code(&flow, r, FLOW_FIRST_URI, "s");
}

static void
assert_unmet(const struct authcode_response *r)
{
	flow_assert_refused(&flow, r, FLOW_FIRST_URI, "unmet_authentication_requirements", "s");
}

/* --- what satisfies what -------------------------------------------------- */

/* NULL in asked: the session is enough, a code goes out. */
static const struct {
	const char *name;
	const char *session; /* what is proved already */
	const char *min_acr;
	const char *wish;
	const char *asked;
} rows[] = {
	{ "nothing asked, nothing proved", NULL, NULL, NULL, NULL },
	{ "nothing asked", "pwd", NULL, NULL, NULL },
	{ "the same", "otp", "otp", NULL, NULL },
	{ "a higher level", "mfa", "otp", NULL, NULL },
	{ "a lower level", "pwd", "otp", NULL, "otp" },
	{ "nothing proved", NULL, "pwd", NULL, "pwd" },
	{ "a name of no table proved", "retina", "pwd", NULL, "pwd" },
	{ "the same without level", "kerberos", "kerberos", NULL, NULL },
	{ "a level for one without", "mfa", "kerberos", NULL, "kerberos" },
	{ "none for a level", "kerberos", "pwd", NULL, "pwd" },
	{ "one without for another without", "card", "kerberos", NULL, "kerberos" },

	{ "the wish", "otp", NULL, "otp", NULL },
	{ "a wish that is reached", "mfa", NULL, "otp", NULL },
	{ "a wish that is not", "pwd", NULL, "otp", "otp" },
	{ "the first of two", "pwd", NULL, "otp mfa", "otp" },
	{ "the order counts", "pwd", NULL, "mfa otp", "mfa" },
	{ "one of two is enough", "otp", NULL, "mfa otp", NULL },
	{ "unknown ones are passed over", "pwd", NULL, "0 retina otp", "otp" },
	{ "only unknown ones", "pwd", NULL, "0 retina", NULL },
	{ "only unknown ones, nothing proved", NULL, NULL, "urn:other", NULL },
	{ "a name that begins alike", "pwd", NULL, "ot otpx", NULL },
	{ "spaces", "pwd", NULL, "  otp  ", "otp" },
	{ "a wish without level", "mfa", NULL, "card", "card" },

	{ "both, neither met", "pwd", "otp", "mfa", "mfa" },
	{ "both, the wish is too little", "pwd", "mfa", "otp", "mfa" },
	{ "a later wish is enough", "pwd", "mfa", "otp mfa", "mfa" },
	{ "enough, not as wished", "otp", "otp", "mfa", "mfa" },
	{ "enough, and the wish would not be", "otp", "otp", "card", NULL },
	{ "enough, and as wished", "mfa", "otp", "mfa", NULL },
	{ "as wished, not enough", "pwd", "otp", "pwd", "otp" },
	{ "a wish that cannot be enough", "kerberos", "otp", "kerberos", "otp" },
};

static void
a_session_is_enough_or_the_right_thing_is_asked_for(void **state)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *r;

		one_browser_tear_down(state);
		set_up(state);
		print_message("# %s\n", rows[i].name);
		r = prove(ask_for(NULL), rows[i].session);
		assert_code(r);
		insist_on(rows[i].min_acr);
		r = ask_for(rows[i].wish);
		if (rows[i].asked == NULL)
			assert_code(r);
		else
			assert_asked(r, rows[i].asked, "alice");
	}
}

static void
who_has_no_session_is_asked_for_the_same(void **state)
{
	static const struct {
		const char *min_acr, *wish, *asked;
	} fresh[] = {
		{ NULL, NULL, NULL },        { NULL, "otp", "otp" },    { NULL, "retina", NULL },
		{ "otp", NULL, "otp" },      { "otp", "mfa", "mfa" },   { "otp", "pwd", "otp" },
		{ "otp", "pwd mfa", "mfa" }, { "card", "mfa", "card" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(fresh); i++) {
		insist_on(fresh[i].min_acr);
		assert_asked(ask_for(fresh[i].wish), fresh[i].asked, NULL);
	}
}

/* --- asked once ----------------------------------------------------------- */

static void
a_sign_in_that_proves_it_goes_on(void **state)
{
	const struct authcode_response *r;

	(void)state;
	insist_on("otp");
	r = ask_for(NULL);
	assert_asked(r, "otp", NULL);
	assert_code(prove(r, "otp"));
	assert_code(ask_for(NULL));
	assert_code(ask_for("otp"));
}

/* Also on top of a session, whose place the new one takes. */
static void
proving_more_replaces_the_session(void **state)
{
	const struct authcode_response *r;
	const char *old;

	(void)state;
	assert_code(prove(ask_for(NULL), "pwd"));
	old = browser.session;
	r = ask_for("mfa");
	assert_asked(r, "mfa", "alice");
	assert_code(prove(r, "mfa"));
	assert_string_not_equal(browser.session, old);
	browser.session = old;
	assert_asked(ask_for(NULL), NULL, NULL);
}

static void
a_sign_in_that_does_not_prove_what_is_insisted_on_ends_in_an_error(void **state)
{
	static const char *const proved[] = { NULL, "pwd", "kerberos", "retina" };

	(void)state;
	insist_on("otp");
	for (size_t i = 0; i < AC_ARRAY_SIZE(proved); i++) {
		const struct authcode_response *r, *redirect;

		r = ask_for(NULL);
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
		flow.now_ms += 1000;
		redirect =
			flow_sign_in_acr(&flow, &browser, r->interaction->transaction, proved[i]);
		assert_unmet(flow_follow(&flow, &browser, redirect));
		/* Reloaded it says the same. */
		assert_unmet(flow_follow(&flow, &browser, redirect));
		/* A new request may try again. */
		assert_asked(ask_for(NULL), "otp", "alice");
	}
}

/* AZ-33: a wish is no error. */
static void
a_sign_in_that_does_not_prove_what_was_wished_for_goes_on(void **state)
{
	static const char *const proved[] = { NULL, "pwd", "kerberos", "retina" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(proved); i++)
		assert_code(prove(ask_for("otp"), proved[i]));
	insist_on("pwd");
	assert_code(prove(ask_for("mfa"), "otp"));
	assert_unmet(prove(ask_for("mfa"), "card"));
}

/* The consent page between sign-in and code does not ask anew. */
static void
a_wish_that_was_let_go_stays_so_across_the_consent_page(void **state)
{
	static const char query[] = "client_id=web&redirect_uri=" FLOW_WEB_URI
				    "&response_type=code&state=s&acr_values=mfa";
	const struct authcode_response *r;

	(void)state;
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, query);
	assert_asked(r, "mfa", NULL);
	r = prove(r, "pwd");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	flow_assert_code(&flow, flow_decide(&flow, &browser, r->interaction, "allow"), FLOW_WEB_URI,
			 "s");
}

/* --- no way round --------------------------------------------------------- */

/* A consent page is no proof that its session still proves enough. */
static void
a_consent_does_not_overtake_what_is_insisted_on(void **state)
{
	static const char query[] =
		"client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s";
	struct authcode_client client = flow_client(&flow, FLOW_WEB);
	const struct authcode_response *r, *again;

	(void)state;
	r = prove(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, query), "pwd");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	client.min_acr = "otp";
	flow_set_clients(&flow, &client, 1);
	again = flow_decide(&flow, &browser, r->interaction, "allow");
	assert_asked(flow_follow(&flow, &browser, again), "otp", "alice");
}

/* What a seal says of a sign-in holds for that sign-in, in that browser, for
 * what it was to prove, and while the seal is young. */
static void
the_seal_of_one_sign_in_excuses_no_other(void **state)
{
	const struct authcode_response *redirect;
	struct flow_browser other = { .cookie = "browser-two" };
	const struct authcode_response *r;
	const char *query;

	(void)state;
	r = ask_for("mfa");
	flow.now_ms += 1000;
	redirect = flow_sign_in_acr(&flow, &browser, r->interaction->transaction, "pwd");
	query = flow_query(redirect->location);
	assert_code(flow_follow(&flow, &browser, redirect));
	/* Another browser. */
	r = flow_get(&flow, &other, AUTHCODE_ENDPOINT_AUTHORIZE, REQUEST);
	flow.now_ms += 1000;
	flow_sign_in_acr(&flow, &other, r->interaction->transaction, "pwd");
	assert_int_equal(flow_get(&flow, &other, AUTHCODE_ENDPOINT_RESUME, query)->kind,
			 AUTHCODE_RESPONSE_SIGN_IN);
	/* Another sign-in of the same browser. */
	browser.session = NULL;
	assert_code(prove(ask_for(NULL), "pwd"));
	assert_asked(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME, query), "mfa", "alice");
}

static void
an_old_seal_excuses_nobody(void **state)
{
	const struct authcode_response *redirect, *r;

	(void)state;
	r = ask_for("mfa");
	redirect = flow_sign_in_acr(&flow, &browser, r->interaction->transaction, "pwd");
	flow.now_ms += 3600 * 1000;
	r = flow_follow(&flow, &browser, redirect);
	assert_asked(r, "mfa", "alice");
	assert_int_equal(r->interaction->notice, AUTHCODE_NOTICE_EXPIRED);
}

/* It was tried with one thing; the client now insists on another. */
static void
what_was_tried_does_not_stand_for_something_else(void **state)
{
	const struct authcode_response *redirect, *r;

	(void)state;
	insist_on("otp");
	r = ask_for(NULL);
	redirect = flow_sign_in_acr(&flow, &browser, r->interaction->transaction, "otp");
	insist_on("mfa");
	r = flow_follow(&flow, &browser, redirect);
	assert_asked(r, "mfa", "alice");
	assert_unmet(prove(r, "otp"));
}

/* A failed attempt shows the page again, which still asks for the same. */
static void
a_failed_sign_in_asks_for_the_same_again(void **state)
{
	const struct authcode_response *r;
	char *url = NULL;

	(void)state;
	insist_on("otp");
	r = ask_for(NULL);
	assert_int_equal(
		authcode_transaction_resume_url(
			flow.issuer,
			&(struct authcode_resumption){ .transaction = r->interaction->transaction,
						       .browser = browser.cookie,
						       .notice = AUTHCODE_NOTICE_FAILED,
						       .now_ms = flow.now_ms },
			&url),
		AUTHCODE_OK);
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME, flow_query(url));
	assert_asked(r, "otp", NULL);
	assert_int_equal(r->interaction->notice, AUTHCODE_NOTICE_FAILED);
	free(url);
}

/* Nobody shall sign in for what nothing can prove. */
static void
what_is_insisted_on_and_has_no_row_is_never_satisfied(void **state)
{
	(void)state;
	insist_on("retina");
	flow_assert_refused(&flow, ask_for(NULL), FLOW_FIRST_URI, "server_error", "s");
	insist_on(NULL);
	assert_code(prove(ask_for(NULL), "retina"));
	insist_on("retina");
	flow_assert_refused(&flow, ask_for("otp"), FLOW_FIRST_URI, "server_error", "s");
}

/* AZ-33: nor too long, nor strange; only twice it is one of two (AZ-04). */
static void
no_wish_is_an_error(void **state)
{
	static char many[3000];
	static const char *const wishes[] = { "\"", "\\", "\xc3\xa9", "otp\x01", "\t", " ", many };

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(many); i += 2)
		memcpy(many + i, "x ", 2);
	for (size_t i = 0; i < AC_ARRAY_SIZE(wishes); i++)
		assert_asked(ask_for(wishes[i]), NULL, NULL);
	flow_assert_refused(&flow,
			    flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
				     REQUEST "&acr_values=otp&acr_values=otp"),
			    FLOW_FIRST_URI, "invalid_request", "s");
}

/* What was proved is told: RFC 9470 §6.2, and refreshing never improves it. */
static void
tokens_tell_what_was_proved(void **state)
{
	struct authcode_client client = flow_client(&flow, FLOW_FIRST);
	const struct authcode_response *r;
	const char *token;
	json_t *json;

	(void)state;
	client.auth = AUTHCODE_AUTH_SECRET_POST;
	flow_set_clients(&flow, &client, 1);
	r = prove(ask_for("otp"), "otp");
	assert_code(r);
	token = flow_text(&flow,
			  "grant_type=authorization_code&client_id=first&client_secret=" FLOW_SECRET
			  "&redirect_uri=" FLOW_FIRST_URI "&code=%s",
			  flow_param(&flow, r->location, "code"));
	r = flow_run(&flow, (struct authcode_request){
				    .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				    .method = AUTHCODE_METHOD_POST,
				    .content_type = FLOW_FORM,
				    .body = { token, strlen(token) },
			    });
	assert_int_equal(r->status, 200);
	json = json_loadb(r->body, r->body_len, 0, NULL);
	token = flow_text(&flow, "client_id=first&client_secret=" FLOW_SECRET "&token=%s",
			  json_string_value(json_object_get(json, "access_token")));
	json_decref(json);
	r = flow_run(&flow, (struct authcode_request){
				    .endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
				    .method = AUTHCODE_METHOD_POST,
				    .content_type = FLOW_FORM,
				    .body = { token, strlen(token) },
			    });
	assert_non_null(strstr(r->body, "\"acr\":\"otp\""));
	assert_non_null(strstr(r->body, "\"amr\":[\"pwd\"]"));
}

#define ACR_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ACR_TEST(a_session_is_enough_or_the_right_thing_is_asked_for),
		ACR_TEST(who_has_no_session_is_asked_for_the_same),
		ACR_TEST(a_sign_in_that_proves_it_goes_on),
		ACR_TEST(proving_more_replaces_the_session),
		ACR_TEST(a_sign_in_that_does_not_prove_what_is_insisted_on_ends_in_an_error),
		ACR_TEST(a_sign_in_that_does_not_prove_what_was_wished_for_goes_on),
		ACR_TEST(a_wish_that_was_let_go_stays_so_across_the_consent_page),
		ACR_TEST(a_consent_does_not_overtake_what_is_insisted_on),
		ACR_TEST(the_seal_of_one_sign_in_excuses_no_other),
		ACR_TEST(an_old_seal_excuses_nobody),
		ACR_TEST(what_was_tried_does_not_stand_for_something_else),
		ACR_TEST(a_failed_sign_in_asks_for_the_same_again),
		ACR_TEST(what_is_insisted_on_and_has_no_row_is_never_satisfied),
		ACR_TEST(no_wish_is_an_error),
		ACR_TEST(tokens_tell_what_was_proved),
	};

	return cmocka_run_group_tests_name("acr", tests, NULL, NULL);
}
