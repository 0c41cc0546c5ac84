/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How somebody must have signed in for a request (OIDC-Core §3.1.2.1): prompt,
 * max_age, login_hint. AZ-23 … AZ-28, AZ-31, AZ-45.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "protocol/credential.h"
#include "tests/flow/one_browser.h"

/* Trusted: consent is not asked. */
#define FIRST                                                                                      \
	"client_id=first&redirect_uri=" FLOW_FIRST_URI "&response_type=code&state=s&scope=profile"
#define WEB "client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s&scope=profile"

static const struct authcode_acr acrs[] = { { "pwd", 10 }, { "otp", 20 } };

static int
set_up(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){
		.acrs = acrs, .acr_count = AC_ARRAY_SIZE(acrs), .check_accounts = true });
	return 0;
}

/* alice has signed in, a while ago. */
static void
be_signed_in(int64_t age_s)
{
	flow_assert_code(&flow, finish(ask(FIRST), "alice"), FLOW_FIRST_URI, "s");
	flow.now_ms += age_s * 1000;
}

static void
assert_code(const struct authcode_response *r)
{
	flow_assert_code(&flow, r, FLOW_FIRST_URI, "s");
}

static void
assert_refused(const struct authcode_response *r, const char *error)
{
	flow_assert_refused(&flow, r, FLOW_FIRST_URI, error, "s");
}

static void
assert_sign_in(const struct authcode_response *r, const char *user_name)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	if (user_name == NULL)
		assert_null(r->interaction->user_name);
	else
		assert_string_equal(r->interaction->user_name, user_name);
}

static int64_t
auth_time_of(const struct authcode_response *r)
{
	struct authcode_code_view view;
	struct ac_credential code;

	assert_code(r);
	assert_true(ac_credential_parse(AC_CREDENTIAL_CODE, flow_param(&flow, r->location, "code"),
					&code));
	assert_int_equal(authcode_store_find_code(flow.memory, code.id, flow.arena, &view),
			 AUTHCODE_OK);
	return view.code.auth_time_ms;
}

/* --- none ----------------------------------------------------------------- */

/* AZ-23 */
static void
none_shows_no_page_to_who_is_not_signed_in(void **state)
{
	(void)state;
	assert_refused(ask(FIRST "&prompt=none"), "login_required");
	assert_refused(ask(FIRST "&prompt=none&login_hint=alice"), "login_required");
	assert_int_equal(flow.writes, 0);
	be_signed_in(0);
	flow.now_ms += INT64_C(25) * 3600 * 1000;
	assert_refused(ask(FIRST "&prompt=none"), "login_required");
}

/* AZ-23 */
static void
none_shows_no_consent_page(void **state)
{
	(void)state;
	be_signed_in(0);
	flow_assert_refused(&flow, ask(WEB "&prompt=none"), FLOW_WEB_URI, "consent_required", "s");
	(void)flow_decide(&flow, &browser, ask(WEB)->interaction, "allow");
	flow_assert_code(&flow, ask(WEB "&prompt=none"), FLOW_WEB_URI, "s");
	/* For more than was allowed, and where anybody could be the client (RFC 8252 §8.6). */
	flow_assert_refused(&flow, ask(WEB "+groups&prompt=none"), FLOW_WEB_URI, "consent_required",
			    "s");
	flow_assert_refused(&flow,
			    ask("client_id=first-app&redirect_uri=com.example.app%3A%2Fcb&state=s"
				"&response_type=code&prompt=none" FLOW_PKCE),
			    FLOW_APP_URI, "consent_required", "s");
}

/* AZ-24 */
static void
none_answers_at_once_with_the_same_auth_time(void **state)
{
	(void)state;
	be_signed_in(600);
	assert_int_equal(auth_time_of(ask(FIRST "&prompt=none")), FLOW_START_MS);
	flow.now_ms += 600000;
	assert_int_equal(auth_time_of(ask(FIRST "&prompt=none")), FLOW_START_MS);
}

/* AZ-23: whatever else would be a page. */
static void
none_shows_nothing_else_either(void **state)
{
	struct authcode_client client;

	(void)state;
	be_signed_in(0);
	client = flow_client(&flow, FLOW_FIRST);
	client.allow_users = (const char *const[]){ "bob" };
	client.allow_user_count = 1;
	flow_set_clients(&flow, &client, 1);
	assert_int_equal(ask(FIRST)->kind, AUTHCODE_RESPONSE_REFUSED);
	assert_refused(ask(FIRST "&prompt=none"), "interaction_required");
	client.allow_user_count = 0;
	client.min_acr = "otp";
	flow_set_clients(&flow, &client, 1);
	assert_refused(ask(FIRST "&prompt=none"), "login_required");
	client.min_acr = NULL;
	flow_set_clients(&flow, &client, 1);
	/* A wish is none to ask anybody for. */
	assert_code(ask(FIRST "&prompt=none&acr_values=otp"));
	flow.account.state = AUTHCODE_ACCOUNT_REFUSED;
	assert_refused(ask(FIRST "&prompt=none"), "access_denied");
	flow.account.state = AUTHCODE_ACCOUNT_UNKNOWN;
	assert_refused(ask(FIRST "&prompt=none"), "temporarily_unavailable");
	flow.account.state = AUTHCODE_ACCOUNT_GONE;
	assert_refused(ask(FIRST "&prompt=none"), "login_required");
}

/* AZ-23: nor to who takes a request out of its seal. */
static void
none_holds_for_a_request_that_was_posted(void **state)
{
	const struct authcode_response *r =
		flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, FIRST "&prompt=none");

	(void)state;
	assert_refused(flow_follow(&flow, &browser, r), "login_required");
	be_signed_in(0);
	assert_code(flow_follow(&flow, &browser, r));
}

/* --- login ---------------------------------------------------------------- */

/* AZ-26 */
static void
login_asks_although_there_is_a_session(void **state)
{
	const struct authcode_response *r;

	(void)state;
	be_signed_in(60);
	r = ask(FIRST "&prompt=login");
	assert_sign_in(r, "alice");
	flow.now_ms += 5000;
	assert_int_equal(auth_time_of(finish(r, "alice")), FLOW_START_MS + 65000);
	/* Once, and not for the next request. */
	assert_sign_in(ask(FIRST "&prompt=login"), "alice");
	assert_code(ask(FIRST));
}

/* AZ-26 */
static void
no_link_skips_a_login_that_was_asked_for(void **state)
{
	const struct authcode_response *page, *resumed, *earlier;
	const char *txn;

	(void)state;
	earlier = flow_sign_in(&flow, &browser, ask(FIRST)->interaction->transaction, "alice");
	flow.now_ms += 60000;
	page = ask(FIRST "&prompt=login");
	txn = page->interaction->transaction;
	/* The seal of the page itself, the one of another request's sign-in. */
	resumed = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME,
			   flow_text(&flow, "txn=%s", txn));
	assert_sign_in(resumed, "alice");
	assert_sign_in(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME,
				flow_text(&flow, "txn=%s&tried=%s", txn,
					  flow_param(&flow, earlier->location, "txn"))),
		       "alice");
	/* Words of the pages that nobody was shown. */
	assert_sign_in(flow_follow(&flow, &browser,
				   flow_decide(&flow, &browser, page->interaction, "allow")),
		       "alice");
	assert_sign_in(flow_follow(&flow, &browser,
				   flow_decide(&flow, &browser, page->interaction, "choose")),
		       "alice");
	/* A sign-in that somebody makes beside it, in another tab. */
	assert_code(finish(ask(FIRST "&prompt=login"), "alice"));
	assert_sign_in(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME,
				flow_text(&flow, "txn=%s", txn)),
		       "alice");
}

/* AZ-26: what was signed in for is over when somebody else signs in later. */
static void
a_login_counts_for_its_own_session_alone(void **state)
{
	const struct authcode_response *page, *done;

	(void)state;
	be_signed_in(60);
	page = ask(FIRST "&prompt=login");
	done = flow_sign_in(&flow, &browser, page->interaction->transaction, "alice");
	assert_code(flow_follow(&flow, &browser, done));
	flow.now_ms += 1000;
	page = ask(FIRST "&prompt=login");
	(void)flow_sign_in(&flow, &browser, page->interaction->transaction, "bob");
	assert_sign_in(flow_follow(&flow, &browser, done), "bob");
}

/* AZ-26: it does not loop, whatever comes behind it. */
static void
login_is_asked_once_before_a_consent(void **state)
{
	const struct authcode_response *r;

	(void)state;
	be_signed_in(60);
	r = finish(ask(WEB "&prompt=login"), "alice");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	flow.now_ms += 60000;
	flow_assert_code(&flow, flow_decide(&flow, &browser, r->interaction, "allow"), FLOW_WEB_URI,
			 "s");
	r = finish(ask(WEB "&prompt=login+consent"), "alice");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	flow_assert_code(&flow, flow_decide(&flow, &browser, r->interaction, "allow"), FLOW_WEB_URI,
			 "s");
}

/* AZ-26: nothing said of the old account keeps the new one out. */
static void
login_is_asked_before_the_account_is_looked_at(void **state)
{
	(void)state;
	be_signed_in(60);
	flow.asked = 0;
	flow.account.state = AUTHCODE_ACCOUNT_REFUSED;
	assert_sign_in(ask(FIRST "&prompt=login"), "alice");
	assert_int_equal(flow.asked, 0);
}

/* --- consent, select_account ---------------------------------------------- */

/* AZ-27 */
static void
consent_is_asked_for_although_it_was_given(void **state)
{
	const struct authcode_response *r;

	(void)state;
	be_signed_in(0);
	r = ask(FIRST "&prompt=consent");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_code(flow_decide(&flow, &browser, r->interaction, "allow"));
	r = ask(FIRST "&prompt=consent");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_refused(flow_decide(&flow, &browser, r->interaction, "deny"), "access_denied");
	/* The seal of the page carries nothing past it. */
	assert_int_equal(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME,
				  flow_text(&flow, "txn=%s", r->interaction->transaction))
				 ->kind,
			 AUTHCODE_RESPONSE_CONSENT);
}

/* AZ-27 */
static void
select_account_shows_the_choice(void **state)
{
	const struct authcode_response *r;

	(void)state;
	be_signed_in(60);
	flow.asked = 0;
	r = ask(FIRST "&prompt=select_account");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_ACCOUNTS);
	assert_int_equal(r->status, 200);
	assert_string_equal(r->interaction->user_name, "alice");
	assert_int_equal(flow.asked, 0);
	r = flow_decide(&flow, &browser, r->interaction, "choose");
	assert_int_equal(auth_time_of(flow_follow(&flow, &browser, r)), FLOW_START_MS);
	assert_int_equal(ask(FIRST "&prompt=select_account")->kind, AUTHCODE_RESPONSE_ACCOUNTS);
}

/* AZ-27 */
static void
another_account_is_signed_in_with(void **state)
{
	const struct authcode_response *r, *failed;
	char *url = NULL;

	(void)state;
	be_signed_in(60);
	r = flow_decide(&flow, &browser, ask(FIRST "&prompt=select_account")->interaction,
			"another");
	r = flow_follow(&flow, &browser, r);
	assert_sign_in(r, NULL);
	/* After a wrong password too. */
	assert_int_equal(
		authcode_transaction_resume_url(
			flow.issuer,
			&(struct authcode_resumption){ .transaction = r->interaction->transaction,
						       .browser = browser.cookie,
						       .notice = AUTHCODE_NOTICE_FAILED,
						       .now_ms = flow.now_ms },
			&url),
		AUTHCODE_OK);
	failed = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME, flow_query(url));
	free(url);
	assert_sign_in(failed, NULL);
	assert_int_equal(failed->interaction->notice, AUTHCODE_NOTICE_FAILED);
	assert_code(finish(failed, "bob"));
	assert_string_equal(flow.query.user_name, "bob");
}

/* AZ-27: who has typed a name has chosen. */
static void
who_signs_in_for_the_request_has_chosen(void **state)
{
	(void)state;
	assert_code(finish(ask(FIRST "&prompt=select_account"), "alice"));
	flow.now_ms += 1000;
	assert_code(finish(ask(FIRST "&prompt=select_account+login"), "alice"));
}

/* AZ-27: a choice is of one account, made at one browser. */
static void
a_choice_counts_for_the_account_that_was_shown(void **state)
{
	struct flow_browser other = { .cookie = "browser-two" };
	const struct authcode_response *page, *chosen, *r;

	(void)state;
	be_signed_in(60);
	page = ask(FIRST "&prompt=select_account");
	chosen = flow_decide(&flow, &browser, page->interaction, "choose");
	(void)flow_sign_in(&flow, &browser, ask(FIRST "&prompt=login")->interaction->transaction,
			   "bob");
	r = flow_follow(&flow, &browser, chosen);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_ACCOUNTS);
	assert_string_equal(r->interaction->user_name, "bob");
	/* The same person at another browser. */
	(void)flow_sign_in(&flow, &other,
			   flow_get(&flow, &other, AUTHCODE_ENDPOINT_AUTHORIZE, FIRST)
				   ->interaction->transaction,
			   "alice");
	r = flow_follow(&flow, &other, chosen);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_ACCOUNTS);
	/* The page asked for no consent, and the consent page for no account. */
	r = flow_decide(&flow, &browser, page->interaction, "allow");
	assert_int_equal(flow_follow(&flow, &browser, r)->kind, AUTHCODE_RESPONSE_ACCOUNTS);
	page = ask(WEB);
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_CONSENT);
	r = flow_decide(&flow, &browser, page->interaction, "choose");
	assert_int_equal(flow_follow(&flow, &browser, r)->kind, AUTHCODE_RESPONSE_CONSENT);
}

/* AZ-38 */
static void
the_choice_can_be_cancelled(void **state)
{
	(void)state;
	be_signed_in(0);
	assert_refused(flow_decide(&flow, &browser,
				   ask(FIRST "&prompt=select_account")->interaction, "deny"),
		       "access_denied");
}

/* --- max_age -------------------------------------------------------------- */

/* AZ-28: how old the sign-in is, what is asked, whether it is enough. */
static void
a_sign_in_must_be_young_enough(void **state)
{
	static const struct {
		const char *name, *query;
		int64_t age_s;
		uint32_t client_s;
		bool enough;
	} rows[] = {
		{ "younger", "&max_age=60", 59, 0, true },
		{ "as old", "&max_age=60", 60, 0, true },
		{ "older", "&max_age=60", 61, 0, false },
		{ "0 is a login", "&max_age=0", 0, 0, false },
		{ "the greatest number", "&max_age=9223372036854775", 3600, 0, true },
		{ "none", "", 3600, 0, true },
		{ "empty is none", "&max_age=", 3600, 0, true },
		{ "the client's own", "", 61, 60, false },
		{ "younger than the client's own", "", 60, 60, true },
		{ "instead of the client's own", "&max_age=100", 61, 60, true },
		{ "shorter than the client's own", "&max_age=10", 11, 60, false },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client;
		const char *query;
		const struct authcode_response *r;

		one_browser_tear_down(state);
		set_up(state);
		print_message("# %s\n", rows[i].name);
		be_signed_in(rows[i].age_s);
		client = flow_client(&flow, FLOW_FIRST);
		client.default_max_age_s = rows[i].client_s;
		flow_set_clients(&flow, &client, 1);
		query = flow_text(&flow, FIRST "%s", rows[i].query);
		r = ask(query);
		if (rows[i].enough) {
			assert_code(r);
			continue;
		}
		assert_sign_in(r, "alice");
		assert_refused(ask(flow_text(&flow, "%s&prompt=none", query)), "login_required");
		/* Once, however long ago it is when the request goes on. */
		r = flow_sign_in(&flow, &browser, r->interaction->transaction, "alice");
		flow.now_ms += 200000;
		assert_int_equal(auth_time_of(flow_follow(&flow, &browser, r)),
				 FLOW_START_MS + rows[i].age_s * 1000);
	}
}

/* A clock that was set back makes nobody younger than now. */
static void
a_sign_in_of_the_future_is_young(void **state)
{
	(void)state;
	be_signed_in(-30);
	assert_code(ask(FIRST "&max_age=60"));
	assert_sign_in(ask(FIRST "&max_age=0"), "alice");
}

/* SU-02: RFC 9470 §5, both halves of a challenge. */
static void
a_challenge_is_met_by_one_sign_in(void **state)
{
	const struct authcode_response *r;

	(void)state;
	be_signed_in(600);
	r = ask(FIRST "&acr_values=otp&max_age=300");
	assert_sign_in(r, "alice");
	assert_string_equal(r->interaction->acr, "otp");
	r = flow_follow(&flow, &browser,
			flow_sign_in_acr(&flow, &browser, r->interaction->transaction, "otp"));
	assert_int_equal(auth_time_of(r), flow.now_ms);
	/* Now the session is both. */
	assert_code(ask(FIRST "&acr_values=otp&max_age=300"));
	flow.now_ms += 301000;
	r = ask(FIRST "&acr_values=otp&max_age=300");
	assert_sign_in(r, "alice");
	assert_string_equal(r->interaction->acr, "otp");
}

/* --- login_hint ----------------------------------------------------------- */

/* AZ-31 */
static void
a_login_hint_is_for_the_page_alone(void **state)
{
	static const char *const useless[] = { "", "a%0Ab", "%7F", "%1B[2J" };
	const struct authcode_response *r = ask(FIRST "&login_hint=bob%3Cb%3E");

	(void)state;
	assert_sign_in(r, NULL);
	assert_string_equal(r->interaction->login_hint, "bob<b>");
	/* It outlives a page. */
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_RESUME,
		     flow_text(&flow, "txn=%s", r->interaction->transaction));
	assert_string_equal(r->interaction->login_hint, "bob<b>");
	assert_code(finish(r, "alice"));
	/* It is nobody's proof and keeps nobody out. */
	assert_code(ask(FIRST "&login_hint=bob"));
	assert_code(ask(FIRST "&login_hint=bob&prompt=none"));
	for (size_t i = 0; i < AC_ARRAY_SIZE(useless); i++) {
		r = ask(flow_text(&flow, FIRST "&prompt=login&login_hint=%s", useless[i]));
		assert_null(r->interaction->login_hint);
	}
}

/* AZ-31 */
static void
a_login_hint_that_is_no_name_is_passed_over(void **state)
{
	static char hint[258];
	const struct authcode_response *r;

	(void)state;
	memset(hint, 'a', 257);
	r = ask(flow_text(&flow, FIRST "&login_hint=%s", hint));
	assert_null(r->interaction->login_hint);
	hint[256] = '\0';
	r = ask(flow_text(&flow, FIRST "&login_hint=%s", hint));
	assert_string_equal(r->interaction->login_hint, hint);
}

/* --- posted by another site ----------------------------------------------- */

/* AZ-45 */
static void
a_posted_request_finds_the_session_by_one_get(void **state)
{
	const struct authcode_request posted = {
		.endpoint = AUTHCODE_ENDPOINT_AUTHORIZE,
		.method = AUTHCODE_METHOD_POST,
		.body = { FIRST, strlen(FIRST) },
		.content_type = FLOW_FORM,
	};
	const struct authcode_response *r, *page;

	(void)state;
	be_signed_in(0);
	r = flow_run(&flow, posted);
	assert_null(r->set_session);
	assert_code(flow_follow(&flow, &browser, r));
	/* At a browser without session: a page like any other. */
	browser = (struct flow_browser){ .cookie = "browser-two" };
	page = flow_follow(&flow, &browser, r);
	assert_sign_in(page, NULL);
	assert_int_equal(page->interaction->notice, AUTHCODE_NOTICE_NONE);
	assert_code(finish(page, "alice"));
	flow.now_ms += INT64_C(3600) * 1000;
	browser.session = NULL;
	page = flow_follow(&flow, &browser, r);
	assert_int_equal(page->interaction->notice, AUTHCODE_NOTICE_EXPIRED);
}

/* AZ-45: what is sealed for no browser is good for no post. */
static void
the_seal_of_a_posted_request_is_good_for_nothing_else(void **state)
{
	const struct authcode_response *r =
		flow_post(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE, FIRST);
	const char *txn = flow_param(&flow, r->location, "txn");
	struct authcode_transaction verdict = authcode_transaction_check(
		flow.issuer, txn, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", browser.cookie,
		flow.now_ms);
	static const char *const decisions[] = { "allow", "deny", "choose", "another" };

	(void)state;
	assert_int_equal(verdict.state, AUTHCODE_TRANSACTION_STALE);
	for (size_t i = 0; i < AC_ARRAY_SIZE(decisions); i++)
		flow_assert_page(
			flow_post(&flow, &browser, AUTHCODE_ENDPOINT_CONSENT,
				  flow_text(&flow, "txn=%s&csrf=x&decision=%s", txn, decisions[i])),
			403, "access_denied");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(none_shows_no_page_to_who_is_not_signed_in),
		TEST(none_shows_no_consent_page),
		TEST(none_answers_at_once_with_the_same_auth_time),
		TEST(none_shows_nothing_else_either),
		TEST(none_holds_for_a_request_that_was_posted),
		TEST(login_asks_although_there_is_a_session),
		TEST(no_link_skips_a_login_that_was_asked_for),
		TEST(a_login_counts_for_its_own_session_alone),
		TEST(login_is_asked_once_before_a_consent),
		TEST(login_is_asked_before_the_account_is_looked_at),
		TEST(consent_is_asked_for_although_it_was_given),
		TEST(select_account_shows_the_choice),
		TEST(another_account_is_signed_in_with),
		TEST(who_signs_in_for_the_request_has_chosen),
		TEST(a_choice_counts_for_the_account_that_was_shown),
		TEST(the_choice_can_be_cancelled),
		TEST(a_sign_in_must_be_young_enough),
		TEST(a_sign_in_of_the_future_is_young),
		TEST(a_challenge_is_met_by_one_sign_in),
		TEST(a_login_hint_is_for_the_page_alone),
		TEST(a_login_hint_that_is_no_name_is_passed_over),
		TEST(a_posted_request_finds_the_session_by_one_get),
		TEST(the_seal_of_a_posted_request_is_good_for_nothing_else),
	};

	return cmocka_run_group_tests_name("prompt", tests, NULL, NULL);
}
