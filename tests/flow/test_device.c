/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the person of a device sees: the code, the sign-in, the page on which the
 * device is allowed or not. RFC 8628 §3.3 and §5.4; DV-02, DV-04, DV-11.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/device_flow.h"
#include "tests/flow/one_browser.h"

#define S INT64_C(1000)

static struct flow_browser other;

static int
set_up_with(const struct authcode_issuer_settings *settings)
{
	one_browser_start(settings);
	other = (struct flow_browser){ .cookie = "browser-two" };
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	return set_up_with(&(struct authcode_issuer_settings){ 0 });
}

static int
set_up_checking(void **state)
{
	(void)state;
	return set_up_with(&(struct authcode_issuer_settings){ .check_accounts = true });
}

static void
assert_form(const struct authcode_response *r, const char *user_code, bool wrong)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_USER_CODE);
	assert_int_equal(r->status, 200);
	assert_null(r->location);
	if (user_code != NULL)
		assert_string_equal(r->interaction->user_code, user_code);
	else
		assert_null(r->interaction->user_code);
	assert_int_equal(r->refusal.error != NULL, wrong);
	if (wrong)
		assert_string_equal(r->refusal.error, "invalid_grant");
	assert_null(r->interaction->transaction);
	assert_null(r->interaction->client);
}

static void
assert_pending(const struct device *device)
{
	flow.now_ms += 60 * S; /* not too fast */
	device_assert_error(&flow, device_poll(&flow, device), 400, "authorization_pending");
}

/* --- the code ---------------------------------------------------------------- */

static void
the_page_asks_for_a_code_and_a_link_only_fills_it_in(void **state)
{
	struct device device = device_begin(&flow, "");
	size_t writes = flow.writes;

	(void)state;
	assert_form(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE, ""), NULL, false);
	assert_form(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE,
			     flow_text(&flow, "user_code=%s", device.user_code)),
		    device.user_code, false);
	/* Whether it waits is not told by a link. */
	assert_form(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE, "user_code=bcdf.ghjk"),
		    "BCDF-GHJK", false);
	assert_form(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE, "user_code=%3Cscript%3E"),
		    NULL, false);
	assert_int_equal(flow.writes, writes);
	assert_pending(&device);
}

/* DV-02. */
static void
a_code_is_read_without_case_and_punctuation(void **state)
{
	static const char *const forms[] = { "%.4s-%.4s", "%.4s%.4s",     " %.4s %.4s ",
					     "%.4s_%.4s", "-%.4s--%.4s-", "%.4s.%.4s." };

	(void)state;
	for (size_t i = 0; i < 2 * AC_ARRAY_SIZE(forms); i++) {
		struct device device = device_begin(&flow, "");
		char *text;

		/* The two halves, whatever stands between them. */
		text = (char *)flow_text(&flow, "%s", device.user_code);
		for (char *c = text; i % 2 == 1 && *c != '\0'; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		text = (char *)flow_text(&flow, forms[i / 2], text, text + 5);
#pragma GCC diagnostic pop
		print_message("# %s\n", text);
		assert_int_equal(device_type(&flow, &browser, text)->kind,
				 AUTHCODE_RESPONSE_REDIRECT);
	}
}

/* One answer for every wrong one, so that it tells nothing. */
static void
a_code_that_does_not_wait_is_wrong_whatever_it_is(void **state)
{
	struct device allowed = device_begin(&flow, ""), denied = device_begin(&flow, ""),
		      used = device_begin(&flow, ""), old = device_begin(&flow, "");
	const char *codes[] = {
		"",
		"BCDF",
		"BCDF-GHJ",
		"BCDF-GHJKL",
		"AEIO-UAEI",
		"BCDF-GHJ1",
		"BCDF-GHJK",
		"\xc4\x8c"
		"CDF-GHJK",
		allowed.code,
		allowed.user_code,
		denied.user_code,
		used.user_code,
		old.user_code,
	};

	(void)state;
	device_allow(&flow, &browser, &allowed);
	device_allow(&flow, &browser, &used);
	assert_int_equal(device_poll(&flow, &used)->status, 200);
	flow_decide(&flow, &browser, device_page(&flow, &browser, &denied)->interaction, "deny");
	for (size_t i = 0; i < AC_ARRAY_SIZE(codes); i++) {
		print_message("# %s\n", codes[i]);
		if (codes[i] == old.user_code)
			flow.now_ms += 600 * S;
		assert_form(device_type(&flow, &browser, codes[i]), NULL, true);
	}
}

static void
in_its_last_millisecond_a_code_is_taken(void **state)
{
	struct device device = device_begin(&flow, "");

	(void)state;
	flow.now_ms += 600 * S - 1;
	assert_int_equal(device_type(&flow, &browser, device.user_code)->kind,
			 AUTHCODE_RESPONSE_REDIRECT);
}

static void
a_malformed_request_is_a_page(void **state)
{
	struct device device = device_begin(&flow, "");
	const char *twice = flow_text(&flow, "user_code=%s&user_code=BCDF-GHJK", device.user_code);

	(void)state;
	flow_assert_page(flow_post(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE, twice), 400,
			 "invalid_request");
	flow_assert_page(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE, twice), 400,
			 "invalid_request");
	flow_assert_page(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE, "user_code=%zz"), 400,
			 "invalid_request");
	flow.reads_fail = true;
	flow_assert_page(device_type(&flow, &browser, device.user_code), 503,
			 "temporarily_unavailable");
	flow.reads_fail = false;
	flow.random_fails = true;
	flow_assert_page(device_type(&flow, &browser, device.user_code), 500, "server_error");
}

/* --- the page of the device ---------------------------------------------------- */

/* DV-04: sign-in, then who asks, for what, and the code, to be compared. */
static void
a_code_leads_through_the_sign_in_to_the_page_of_its_device(void **state)
{
	struct device device = device_begin(&flow, "&scope=profile+groups");
	const struct authcode_response *r;

	(void)state;
	r = device_type(&flow, &browser, device.user_code);
	assert_int_equal(r->status, 303);
	assert_null(strstr(r->location, device.user_code));
	r = flow_follow(&flow, &browser, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_string_equal(r->interaction->client->id, FLOW_TV);
	assert_null(r->interaction->user_name);
	r = flow_sign_in(&flow, &browser, r->interaction->transaction, "alice");
	r = flow_follow(&flow, &browser, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE);
	assert_string_equal(r->interaction->client->name, "Television");
	assert_string_equal(r->interaction->user_name, "alice");
	assert_string_equal(r->interaction->user_code, device.user_code);
	assert_int_equal(r->interaction->scope_count, 2);
	assert_string_equal(r->interaction->scopes[0], "profile");
	assert_string_equal(r->interaction->scopes[1], "groups");
	assert_pending(&device);
}

/* DV-04, RFC 8628 §5.4: whoever is signed in, trusts the client and has allowed the
 * same before is asked all the same. */
static void
nothing_is_allowed_without_the_page(void **state)
{
	struct authcode_client client = flow_client(&flow, FLOW_TV);
	struct device one, two;

	(void)state;
	client.trusted = true;
	flow_set_clients(&flow, &client, 1);
	one = device_begin(&flow, "");
	device_allow(&flow, &browser, &one);
	two = device_begin(&flow, "");
	assert_string_equal(device_page(&flow, &browser, &two)->interaction->user_code,
			    two.user_code);
	assert_pending(&two);
}

/* The host's look at a posted sign-in works as for any other page. */
static void
the_sign_in_of_a_device_is_one_for_its_client(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r =
		flow_follow(&flow, &browser, device_type(&flow, &browser, device.user_code));
	struct authcode_transaction t =
		authcode_transaction_check(flow.issuer, r->interaction->transaction,
					   r->interaction->csrf, browser.cookie, flow.now_ms);

	(void)state;
	assert_int_equal(t.state, AUTHCODE_TRANSACTION_VALID);
	assert_string_equal(t.client_id, FLOW_TV);
	t = authcode_transaction_check(flow.issuer, r->interaction->transaction,
				       r->interaction->csrf, other.cookie, flow.now_ms);
	assert_int_equal(t.state, AUTHCODE_TRANSACTION_STALE);
}

static const char *
form_of(const struct authcode_interaction *page, const char *csrf, const char *decision)
{
	return flow_text(&flow, "txn=%s&csrf=%s&decision=%s", page->transaction, csrf, decision);
}

/* DV-11: from this browser, from our page, as the page was. */
static void
an_answer_counts_only_from_the_page_that_was_shown(void **state)
{
	struct device device = device_begin(&flow, ""), second = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	const struct authcode_interaction *stranger =
		device_page(&flow, &other, &device)->interaction;
	const struct authcode_interaction *of_second =
		device_page(&flow, &browser, &second)->interaction;
	const struct {
		const char *name;
		const struct flow_browser *browser;
		const char *form;
		unsigned status;
	} rows[] = {
		{ "no csrf", &browser, flow_text(&flow, "txn=%s&decision=allow", page->transaction),
		  403 },
		{ "csrf of another page", &browser, form_of(page, of_second->csrf, "allow"), 403 },
		{ "csrf of another browser", &browser, form_of(page, stranger->csrf, "allow"),
		  403 },
		{ "another browser's page", &browser, form_of(stranger, stranger->csrf, "allow"),
		  403 },
		{ "no txn", &browser, flow_text(&flow, "csrf=%s&decision=allow", page->csrf), 400 },
		{ "a txn cut short", &browser,
		  flow_text(&flow, "txn=%.20s&csrf=%s&decision=allow", page->transaction,
			    page->csrf),
		  400 },
		{ "no decision", &browser,
		  flow_text(&flow, "txn=%s&csrf=%s", page->transaction, page->csrf), 400 },
		{ "another decision", &browser, form_of(page, page->csrf, "yes"), 400 },
		{ "a code beside it", &browser,
		  flow_text(&flow, "%s&txn=%s", form_of(page, page->csrf, "allow"),
			    of_second->transaction),
		  400 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *r;

		print_message("# %s\n", rows[i].name);
		r = flow_post(&flow, rows[i].browser, AUTHCODE_ENDPOINT_CONSENT, rows[i].form);
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_PAGE);
		assert_int_equal(r->status, rows[i].status);
	}
	/* A page of one device answers for that one and no other. */
	flow_post(&flow, &browser, AUTHCODE_ENDPOINT_CONSENT,
		  flow_text(&flow, "%s&user_code=%s&device=1",
			    form_of(of_second, of_second->csrf, "allow"), device.user_code));
	assert_pending(&device);
	assert_int_equal(device_poll(&flow, &second)->status, 200);
}

/* A consent page of a client is none of a device, and the other way round. */
static void
pages_of_clients_and_of_devices_are_two_kinds(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r;

	(void)state;
	device_page(&flow, &browser, &device);
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		     "client_id=web&response_type=code&scope=profile&device=1&redirect_"
		     "uri=" FLOW_WEB_URI);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	r = flow_decide(&flow, &browser, r->interaction, "allow");
	flow_assert_code(&flow, r, FLOW_WEB_URI, NULL);
	assert_pending(&device);
	/* Nor can the client of a device ask at /authorize. */
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		     "client_id=tv&response_type=code&scope=profile");
	flow_assert_page(r, 400, "invalid_request");
}

static void
an_old_page_is_shown_anew_and_answers_nothing(void **state)
{
	struct authcode_issuer_settings settings = { .lifetimes.transaction_s = 60 };
	struct device device;
	const struct authcode_interaction *page;
	const struct authcode_response *r;

	(void)state;
	flow_stop(&flow);
	set_up_with(&settings);
	device = device_begin(&flow, "");
	page = device_page(&flow, &browser, &device)->interaction;
	flow.now_ms += 60 * S;
	r = flow_decide(&flow, &browser, page, "allow");
	assert_pending(&device);
	r = flow_follow(&flow, &browser, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE);
	flow_decide(&flow, &browser, r->interaction, "allow");
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

/* Whose page it was is who answers. */
static void
a_page_shown_to_one_person_allows_nothing_for_another(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	const struct authcode_response *r;
	struct flow_browser same = { .cookie = browser.cookie };

	(void)state;
	r = flow_follow(&flow, &same, device_type(&flow, &same, device.user_code));
	flow_sign_in(&flow, &same, r->interaction->transaction, "bob");
	r = flow_decide(&flow, &same, page, "allow");
	assert_pending(&device);
	r = flow_follow(&flow, &same, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE);
	assert_string_equal(r->interaction->user_name, "bob");
}

static void
a_session_that_is_gone_allows_nothing(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	struct flow_browser nobody = { .cookie = browser.cookie };
	const struct authcode_response *r;

	(void)state;
	r = flow_decide(&flow, &nobody, page, "allow");
	assert_pending(&device);
	r = flow_follow(&flow, &nobody, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	/* At its idle end the session itself says so. */
	flow.now_ms += 8 * 3600 * S;
	r = flow_decide(&flow, &browser, page, "allow");
	flow_assert_page(r, 400, "expired_token");
}

/* Whoever leaves before the page of the device has answered for nobody. */
static void
cancelling_the_sign_in_leaves_the_device_as_it_is(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r =
		flow_follow(&flow, &browser, device_type(&flow, &browser, device.user_code));
	size_t writes = flow.writes;

	(void)state;
	r = flow_decide(&flow, &browser, r->interaction, "deny");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_string_equal(r->location, FLOW_ISSUER "/device");
	assert_int_equal(flow.writes, writes);
	assert_pending(&device);
}

/* A seal of the sign-in page names nobody: it allows nothing. */
static void
the_form_of_the_sign_in_page_allows_nothing(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		flow_follow(&flow, &browser, device_type(&flow, &browser, device.user_code))
			->interaction;

	(void)state;
	flow_sign_in(&flow, &browser, page->transaction, "alice");
	flow_decide(&flow, &browser, page, "allow");
	assert_pending(&device);
}

static void
an_answer_is_final(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	const struct authcode_response *r;

	(void)state;
	flow_decide(&flow, &browser, page, "deny");
	r = flow_decide(&flow, &browser, page, "allow");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE_DONE);
	assert_false(r->interaction->allowed);
	device_assert_error(&flow, device_poll(&flow, &device), 400, "access_denied");
}

static void
a_page_that_outlives_its_device_says_so(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	struct authcode_operation purge = { .kind = AUTHCODE_OP_PURGE,
					    .now_ms = FLOW_START_MS + 1800 * S,
					    .u.purge.limit = 100 };

	(void)state;
	flow.now_ms += 600 * S;
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 400, "expired_token");
	authcode_store_perform(flow.memory, &purge);
	flow.now_ms = FLOW_START_MS + 1800 * S;
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 400, "expired_token");
	device_assert_error(&flow, device_poll(&flow, &device), 400, "invalid_grant");
}

/* Between code and answer the registration is looked at again. */
static void
what_the_client_has_lost_since_is_not_given(void **state)
{
	static const char *const bob[] = { "bob" };
	static const struct {
		const char *name;
		unsigned status;
		const char *error;
	} rows[] = {
		{ "disabled", 400, "invalid_client" },
		{ "no grant", 400, "unauthorized_client" },
		{ "narrower scope", 400, "invalid_scope" },
		{ "a level that is not set up", 500, "server_error" },
	};
	struct authcode_client changed[4], good;
	struct device device = device_begin(&flow, "&scope=profile+groups");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;
	const struct authcode_response *r;

	(void)state;
	good = flow_client(&flow, FLOW_TV);
	for (size_t i = 0; i < AC_ARRAY_SIZE(changed); i++)
		changed[i] = good;
	changed[0].disabled = true;
	changed[1].grants = AUTHCODE_GRANT_AUTHORIZATION_CODE;
	changed[1].redirect_uris = (const char *const[]){ "https://tv.example/cb" };
	changed[1].redirect_uri_count = 1;
	changed[2].scope = "openid profile";
	changed[3].min_acr = "otp";
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].name);
		flow_set_clients(&flow, &changed[i], 1);
		flow_assert_page(flow_decide(&flow, &browser, page, "allow"), rows[i].status,
				 rows[i].error);
	}
	/* Who may not use it is told so, and has answered for nobody. */
	good.allow_users = bob;
	good.allow_user_count = 1;
	flow_set_clients(&flow, &good, 1);
	r = flow_follow(&flow, &browser, flow_decide(&flow, &browser, page, "allow"));
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REFUSED);
	assert_int_equal(r->status, 403);
	r = flow_decide(&flow, &browser, r->interaction, "deny");
	assert_string_equal(r->location, FLOW_ISSUER "/device");
	good.allow_user_count = 0;
	flow_set_clients(&flow, &good, 1);
	assert_pending(&device);
}

/* A client's min_acr holds here as at /authorize: asked for once, then refused. */
static void
a_sign_in_must_prove_what_the_client_needs(void **state)
{
	static const struct authcode_acr acrs[] = { { "pwd", 1 }, { "otp", 2 } };
	struct authcode_issuer_settings settings = { .acrs = acrs, .acr_count = 2 };
	struct authcode_client client;
	const struct authcode_response *r;
	struct device device;

	(void)state;
	flow_stop(&flow);
	set_up_with(&settings);
	client = flow_client(&flow, FLOW_TV);
	client.min_acr = "otp";
	flow_set_clients(&flow, &client, 1);
	device = device_begin(&flow, "");
	r = flow_follow(&flow, &browser, device_type(&flow, &browser, device.user_code));
	assert_string_equal(r->interaction->acr, "otp");
	r = flow_sign_in_acr(&flow, &browser, r->interaction->transaction, "pwd");
	r = flow_follow(&flow, &browser, r);
	flow_assert_page(r, 400, "unmet_authentication_requirements");
	r = flow_follow(&flow, &browser, device_type(&flow, &browser, device.user_code));
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	r = flow_sign_in_acr(&flow, &browser, r->interaction->transaction, "otp");
	r = flow_follow(&flow, &browser, r);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE);
	flow_decide(&flow, &browser, r->interaction, "allow");
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

/* CO-11: every path that lets a person in asks what has become of the account. */
static void
an_account_that_is_not_good_allows_nothing(void **state)
{
	static const struct {
		enum authcode_account_state state;
		unsigned status;
		const char *error; /* NULL: the sign-in page, after a 303 */
	} rows[] = {
		{ AUTHCODE_ACCOUNT_UNKNOWN, 503, "temporarily_unavailable" },
		{ AUTHCODE_ACCOUNT_REFUSED, 403, "access_denied" },
		{ AUTHCODE_ACCOUNT_GONE, 200, NULL },
	};
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;

	(void)state;
	/* The session is older than the request: not signed in for it just now. */
	page = device_page(&flow, &browser, &device)->interaction;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_response *r;

		flow.account.state = rows[i].state;
		flow.asked = 0;
		r = flow_decide(&flow, &browser, page, "allow");
		assert_int_equal(flow.asked, 1);
		if (rows[i].error != NULL) {
			flow_assert_page(r, rows[i].status, rows[i].error);
			continue;
		}
		r = flow_follow(&flow, &browser, r);
		assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	}
	flow.account.state = AUTHCODE_ACCOUNT_GOOD;
	assert_pending(&device);
	flow_decide(&flow, &browser, page, "allow");
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

static void
a_store_that_fails_answers_for_nobody(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_interaction *page =
		device_page(&flow, &browser, &device)->interaction;

	(void)state;
	flow.reads_fail = true;
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 503,
			 "temporarily_unavailable");
	flow.reads_fail = false;
	flow.writes_fail = true;
	flow_assert_page(flow_decide(&flow, &browser, page, "allow"), 503,
			 "temporarily_unavailable");
	flow_assert_page(flow_decide(&flow, &browser, page, "deny"), 503,
			 "temporarily_unavailable");
	flow.writes_fail = false;
	assert_pending(&device);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_page_asks_for_a_code_and_a_link_only_fills_it_in),
		TEST(a_code_is_read_without_case_and_punctuation),
		TEST(a_code_that_does_not_wait_is_wrong_whatever_it_is),
		TEST(in_its_last_millisecond_a_code_is_taken),
		TEST(a_malformed_request_is_a_page),
		TEST(a_code_leads_through_the_sign_in_to_the_page_of_its_device),
		TEST(nothing_is_allowed_without_the_page),
		TEST(the_sign_in_of_a_device_is_one_for_its_client),
		TEST(an_answer_counts_only_from_the_page_that_was_shown),
		TEST(pages_of_clients_and_of_devices_are_two_kinds),
		TEST(an_old_page_is_shown_anew_and_answers_nothing),
		TEST(a_page_shown_to_one_person_allows_nothing_for_another),
		TEST(a_session_that_is_gone_allows_nothing),
		TEST(cancelling_the_sign_in_leaves_the_device_as_it_is),
		TEST(the_form_of_the_sign_in_page_allows_nothing),
		TEST(an_answer_is_final),
		TEST(a_page_that_outlives_its_device_says_so),
		TEST(what_the_client_has_lost_since_is_not_given),
		TEST(a_sign_in_must_prove_what_the_client_needs),
		TEST(a_store_that_fails_answers_for_nobody),
		cmocka_unit_test_setup_teardown(an_account_that_is_not_good_allows_nothing,
						set_up_checking, one_browser_tear_down),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
