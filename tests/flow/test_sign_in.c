/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * From the sign-in page to a session: LS-03 … LS-06.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "protocol/credential.h"
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

static struct authcode_session_view
session_view(const char *cookie)
{
	struct authcode_session_view view = { 0 };
	struct ac_credential credential;

	assert_true(ac_credential_parse(AC_CREDENTIAL_SESSION, cookie, &credential));
	assert_int_equal(authcode_store_find_session(flow.store, credential.id, flow.arena, &view),
			 AUTHCODE_OK);
	assert_true(ac_credential_verify(AC_CREDENTIAL_SESSION, &credential, view.session.hash));
	return view;
}

/* An exchange of a sign-in, performed and answered; the caller frees it. */
static struct authcode_exchange *
run_sign_in(const struct authcode_sign_in *sign_in)
{
	struct authcode_exchange *x = NULL;

	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, sign_in, &x), AUTHCODE_OK);
	if (authcode_exchange_operation(x) != NULL) {
		authcode_store_perform(flow.store, authcode_exchange_operation(x));
		authcode_exchange_answer(x);
	}
	return x;
}

static struct authcode_sign_in
sign_in_of(const char *user)
{
	return (struct authcode_sign_in){
		.user = { .name = user, .uid = 1000 },
		.transaction = page->transaction,
		.browser = browser.cookie,
		.session = browser.session,
		.now_ms = flow.now_ms,
	};
}

static void
a_sign_in_page_needs_nothing_in_the_store(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(flow.writes, 0);
	assert_null(page->user_name);
	assert_int_equal(page->notice, AUTHCODE_NOTICE_NONE);
}

static void
every_page_has_a_seal_of_its_own(void **state)
{
	const struct authcode_interaction *again = authorize(&browser, WEB "&state=s")->interaction;

	(void)state;
	assert_string_not_equal(page->transaction, again->transaction);
	assert_string_not_equal(page->csrf, again->csrf);
}

static void
a_sign_in_makes_a_session_and_carries_the_request_on(void **state)
{
	const struct authcode_response *response =
		flow_sign_in(&flow, &browser, page->transaction, "alice");
	struct authcode_session_view view = session_view(browser.session);

	(void)state;
	assert_string_equal(view.subject.user_name, "alice");
	assert_int_equal(view.subject.uid, 1000);
	assert_string_equal(view.subject.full_name, "Some Body");
	assert_string_equal(view.subject.groups, "users\nwheel");
	assert_true(strlen(view.subject.sub) >= 22);
	assert_null(strstr(view.subject.sub, "alice"));
	assert_int_equal(view.session.auth_time_ms, flow.now_ms);
	assert_string_equal(view.session.amr, "pwd");
	assert_int_equal(view.session.idle_expires_ms, flow.now_ms + 8 * HOUR_MS);
	assert_int_equal(view.session.expires_ms, flow.now_ms + 24 * HOUR_MS);
	response = flow_follow(&flow, &browser, response);
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_null(response->set_session);
	flow_assert_code(&flow, flow_decide(&flow, &browser, response->interaction, "allow"),
			 FLOW_WEB_URI, "s");
}

/* LS-03: neither a planted id nor the old one survives. */
static void
the_session_id_is_new_at_every_sign_in(void **state)
{
	struct flow_browser planted = { .cookie = browser.cookie, .session = "acs_planted" };
	const char *first, *second, *first_sub;

	(void)state;
	flow_sign_in(&flow, &planted, page->transaction, "alice");
	first = planted.session;
	assert_string_not_equal(first, "acs_planted");
	first_sub = session_view(first).subject.sub;
	flow_sign_in(&flow, &planted, page->transaction, "alice");
	second = planted.session;
	assert_string_not_equal(first, second);
	assert_int_equal(session_view(second).session.ended_ms, 0);
	/* The same person keeps the sub. */
	assert_string_equal(session_view(second).subject.sub, first_sub);
	planted.session = first;
	assert_int_equal(authorize(&planted, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
	/* Another person's sign-in ends the session. */
	planted.session = second;
	flow_sign_in(&flow, &planted, page->transaction, "bob");
	assert_int_not_equal(session_view(second).session.ended_ms, 0);
	assert_int_equal(session_view(planted.session).session.ended_ms, 0);
}

/* A second tab, or a client that asks for more, takes nothing from the first one. */
static void
signing_in_again_keeps_what_the_session_has_led_to(void **state)
{
	const char *first;
	int64_t id;

	(void)state;
	flow_sign_in(&flow, &browser, page->transaction, "alice");
	first = browser.session;
	id = session_view(first).session.id;
	flow_sign_in(&flow, &browser, page->transaction, "alice");
	assert_int_equal(session_view(browser.session).session.id, id);
	/* Without the cookie of the first it is another browser. */
	browser.session = NULL;
	flow_sign_in(&flow, &browser, page->transaction, "alice");
	assert_int_not_equal(session_view(browser.session).session.id, id);
}

/* A cookie with the right row and a wrong secret ends nobody's session. */
static void
only_a_proved_session_is_replaced(void **state)
{
	struct flow_browser victim = { .cookie = "browser-two" };
	const char *transaction = authorize(&victim, WEB)->interaction->transaction;
	char *forged;

	(void)state;
	flow_sign_in(&flow, &victim, transaction, "alice");
	forged = strdup(victim.session);
	assert_non_null(forged);
	forged[strlen(forged) - 3] = forged[strlen(forged) - 3] == 'A' ? 'B' : 'A';
	browser.session = forged;
	assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
	flow_sign_in(&flow, &browser, page->transaction, "bob");
	assert_int_equal(session_view(victim.session).session.ended_ms, 0);
	free(forged);
}

/* LS-05, and the two ends of a session. */
static void
single_sign_on_keeps_auth_time_and_ends_in_time(void **state)
{
	int64_t signed_in = flow.now_ms;

	(void)state;
	flow_code(&flow, &browser, WEB);
	/* Each use moves the idle end, never the absolute one. */
	for (int i = 0; i < 3; i++) {
		flow.now_ms += 7 * HOUR_MS + HOUR_MS / 2;
		flow_assert_code(&flow, authorize(&browser, WEB), FLOW_WEB_URI, NULL);
		assert_int_equal(session_view(browser.session).session.auth_time_ms, signed_in);
	}
	assert_int_equal(session_view(browser.session).session.idle_expires_ms,
			 signed_in + 24 * HOUR_MS);
	flow.now_ms = signed_in + 24 * HOUR_MS - 1;
	flow_assert_code(&flow, authorize(&browser, WEB), FLOW_WEB_URI, NULL);
	flow.now_ms++;
	assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
}

static void
an_idle_session_ends(void **state)
{
	(void)state;
	flow_code(&flow, &browser, WEB);
	flow.now_ms += 8 * HOUR_MS - 1;
	/* Looking at a page is no use of it. */
	assert_int_equal(authorize(&browser, WEB "&scope=email")->kind, AUTHCODE_RESPONSE_CONSENT);
	flow.now_ms++;
	assert_int_equal(authorize(&browser, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
}

/* Other credentials of ours in the cookie's place (n × n, Keycloak CVE-2026-4282). */
static void
only_a_session_is_a_session(void **state)
{
	const char *code = flow_code(&flow, &browser, WEB);
	const char *const cookies[] = {
		"",
		"acs_",
		"x",
		code,
		flow_text(&flow, "acs_%s", code + 4),
		flow_text(&flow, "%sA", browser.session),
		flow_text(&flow, " %s", browser.session),
		flow_text(&flow, "ACS_%s", browser.session + 4),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cookies); i++) {
		const struct flow_browser other = { browser.cookie, cookies[i] };

		print_message("# %zu\n", i);
		assert_int_equal(authorize(&other, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
	}
}

/* LS-04: login CSRF, a stranger's page finished in this browser. */
static void
a_sign_in_on_a_page_of_another_browser_is_refused(void **state)
{
	struct authcode_sign_in sign_in = sign_in_of("alice");
	struct authcode_exchange *x;

	(void)state;
	sign_in.browser = "browser-two";
	x = run_sign_in(&sign_in);
	flow_assert_page(authcode_exchange_response(x), 403, "access_denied");
	authcode_exchange_free(&x);
	sign_in = sign_in_of("alice");
	sign_in.transaction = "garbage";
	x = run_sign_in(&sign_in);
	flow_assert_page(authcode_exchange_response(x), 400, "invalid_request");
	authcode_exchange_free(&x);
	assert_int_equal(flow.writes, 0);
}

/* Ten minutes of prompts may outlast the seal; the password was evaluated while
 * it was good. */
static void
a_seal_may_grow_old_during_the_sign_in(void **state)
{
	(void)state;
	flow.now_ms += 2 * HOUR_MS;
	assert_int_equal(flow_follow(&flow, &browser,
				     flow_sign_in(&flow, &browser, page->transaction, "alice"))
				 ->kind,
			 AUTHCODE_RESPONSE_CONSENT);
}

static void
a_sign_in_the_host_describes_badly_is_not_begun(void **state)
{
	static const char long_name[258] = { [0 ... 256] = 'a' };
	static const char *const names[] = { NULL,       "",     "al\nice",  "al\x7fice", "\xff",
					     "\xc0\x80", "a\tb", "\xc2\x85", long_name };
	static const char *const bad_groups[] = { "users", "wh\neel" };
	struct authcode_sign_in sign_in;
	struct authcode_exchange *x = NULL;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		sign_in = sign_in_of(names[i]);
		assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &x),
				 AUTHCODE_ERR_USAGE);
	}
	sign_in = sign_in_of("alice");
	sign_in.user.groups = bad_groups;
	sign_in.user.group_count = 2;
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &x),
			 AUTHCODE_ERR_USAGE);
	sign_in = sign_in_of("alice");
	sign_in.browser = NULL;
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &x),
			 AUTHCODE_ERR_USAGE);
	sign_in = sign_in_of("alice");
	sign_in.now_ms = 0;
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &x),
			 AUTHCODE_ERR_USAGE);
	sign_in = sign_in_of("alice");
	sign_in.amr = "pw\rd";
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &sign_in, &x),
			 AUTHCODE_ERR_USAGE);
	assert_null(x);
}

/* GECOS in Latin-1 must not keep anybody out. */
static void
a_full_name_that_cannot_be_shown_is_left_out(void **state)
{
	struct authcode_sign_in sign_in = sign_in_of("alice");
	struct authcode_exchange *x;

	(void)state;
	sign_in.user.full_name = "J\xfcrgen";
	x = run_sign_in(&sign_in);
	assert_string_equal(
		session_view(authcode_exchange_response(x)->set_session).subject.full_name, "");
	authcode_exchange_free(&x);
}

/* The account is deleted and its name given to somebody else: what was the first
 * one's stays hers and is worth nothing (OIDC-Core §8). */
static void
a_recycled_name_is_another_person(void **state)
{
	struct authcode_sign_in sign_in = sign_in_of("alice");
	struct flow_browser first = browser, second = browser;
	struct authcode_exchange *x;

	(void)state;
	flow_sign_in(&flow, &first, page->transaction, "alice");
	assert_int_equal(authorize(&first, WEB)->kind, AUTHCODE_RESPONSE_CONSENT);
	sign_in.user.uid = 2000;
	x = run_sign_in(&sign_in);
	second.session = authcode_exchange_response(x)->set_session;
	assert_int_equal(session_view(first.session).session.ended_ms, 0);
	assert_int_equal(authorize(&first, WEB)->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_int_equal(authorize(&second, WEB)->kind, AUTHCODE_RESPONSE_CONSENT);
	assert_string_not_equal(session_view(first.session).subject.sub,
				session_view(second.session).subject.sub);
	authcode_exchange_free(&x);
}

static void
a_failing_store_or_random_source_signs_nobody_in(void **state)
{
	struct authcode_sign_in sign_in = sign_in_of("alice");
	struct authcode_exchange *x;

	(void)state;
	flow.writes_fail = true;
	x = run_sign_in(&sign_in);
	flow_assert_page(authcode_exchange_response(x), 503, "temporarily_unavailable");
	authcode_exchange_free(&x);
	flow.writes_fail = false;
	flow.random_fails = true;
	x = run_sign_in(&sign_in);
	flow_assert_page(authcode_exchange_response(x), 500, "server_error");
	authcode_exchange_free(&x);
	flow.random_fails = false;
	assert_int_equal(flow.writes, 0);
	flow_sign_in(&flow, &browser, page->transaction, "alice");
	sign_in.session = browser.session;
	flow.reads_fail = true;
	x = run_sign_in(&sign_in);
	flow_assert_page(authcode_exchange_response(x), 503, "temporarily_unavailable");
	authcode_exchange_free(&x);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sign_in_page_needs_nothing_in_the_store),
		TEST(every_page_has_a_seal_of_its_own),
		TEST(a_sign_in_makes_a_session_and_carries_the_request_on),
		TEST(the_session_id_is_new_at_every_sign_in),
		TEST(signing_in_again_keeps_what_the_session_has_led_to),
		TEST(only_a_proved_session_is_replaced),
		TEST(single_sign_on_keeps_auth_time_and_ends_in_time),
		TEST(an_idle_session_ends),
		TEST(only_a_session_is_a_session),
		TEST(a_sign_in_on_a_page_of_another_browser_is_refused),
		TEST(a_seal_may_grow_old_during_the_sign_in),
		TEST(a_sign_in_the_host_describes_badly_is_not_begun),
		TEST(a_full_name_that_cannot_be_shown_is_left_out),
		TEST(a_recycled_name_is_another_person),
		TEST(a_failing_store_or_random_source_signs_nobody_in),
	};

	return cmocka_run_group_tests_name("sign_in", tests, NULL, NULL);
}
