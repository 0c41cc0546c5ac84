/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Who may use a client (allow_users, allow_groups): checked when somebody asks
 * for a code, when it is redeemed and at every refresh. Whoever may not sees a
 * page of ours whose only way on tells the client access_denied.
 */
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "tests/flow/one_browser.h"

#define REQUEST                                                                                    \
	"client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s&scope=openid"      \
	"+groups"
#define WHY "this account may not use this application"

static int
set_up_with(bool check_accounts)
{
	struct authcode_client client;

	one_browser_start(&(struct authcode_issuer_settings){ .check_accounts = check_accounts });
	client = flow_client(&flow, FLOW_WEB);
	client.auth = AUTHCODE_AUTH_SECRET_POST;
	flow_set_clients(&flow, &client, 1);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	return set_up_with(false);
}

static int
set_up_checking(void **state)
{
	(void)state;
	return set_up_with(true);
}

/* A list of at most one name each; NULL: none. */
static void
allow(const char *user, const char *group)
{
	struct authcode_client client = flow_client(&flow, FLOW_WEB);

	client.allow_users = &user;
	client.allow_user_count = user != NULL ? 1 : 0;
	client.allow_groups = &group;
	client.allow_group_count = group != NULL ? 1 : 0;
	flow_set_clients(&flow, &client, 1);
}

static const struct authcode_response *
token(const char *body)
{
	body = flow_text(&flow, "client_id=web&client_secret=" FLOW_SECRET "&%s", body);
	return flow_run(&flow, (struct authcode_request){
				       .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				       .method = AUTHCODE_METHOD_POST,
				       .body = { body, strlen(body) },
				       .content_type = FLOW_FORM,
			       });
}

static const struct authcode_response *
redeem(const char *code)
{
	return token(flow_text(
		&flow, "grant_type=authorization_code&redirect_uri=" FLOW_WEB_URI "&code=%s",
		code));
}

static const char *
refresh_token_of(const struct authcode_response *r)
{
	json_t *json = json_loadb(r->body, r->body_len, 0, NULL);
	const char *text =
		flow_text(&flow, "%s", json_string_value(json_object_get(json, "refresh_token")));

	json_decref(json);
	return text;
}

static void
assert_page(const struct authcode_response *r)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REFUSED);
	assert_int_equal(r->status, 403);
	assert_string_equal(r->refusal.error, "access_denied");
	assert_string_equal(r->refusal.description, WHY);
	assert_non_null(r->interaction);
	assert_string_equal(r->interaction->user_name, "alice");
	assert_string_equal(r->interaction->client->id, "web");
	assert_non_null(r->interaction->transaction);
	assert_non_null(r->interaction->csrf);
	assert_null(r->location);
}

static void
assert_grant_refused(const struct authcode_response *r)
{
	assert_int_equal(r->status, 400);
	assert_string_equal(r->refusal.error, "invalid_grant");
	assert_string_equal(r->refusal.description, WHY);
	assert_non_null(strstr(r->body, "\"error\":\"invalid_grant\""));
	assert_non_null(strstr(r->body, WHY));
}

/* alice is in users and wheel. */
static const struct {
	const char *name, *user, *group;
	bool allowed;
} rows[] = {
	{ "nothing is listed", NULL, NULL, true },
	{ "her name", "alice", NULL, true },
	{ "her first group", NULL, "users", true },
	{ "her last group", NULL, "wheel", true },
	{ "her name, another group", "alice", "staff", true },
	{ "another name, her group", "bob", "wheel", true },
	{ "another name", "bob", NULL, false },
	{ "another group", NULL, "staff", false },
	{ "neither", "bob", "staff", false },
	{ "her name as a group", NULL, "alice", false },
	{ "her group as a name", "wheel", NULL, false },
	{ "another case", "Alice", "Wheel", false },
	{ "the beginning of it", "alic", "whee", false },
	{ "more than it", "alice2", "wheels", false },
	{ "a space after it", "alice ", "wheel ", false },
	{ "her groups as one", NULL, "users wheel", false },
	{ "a pattern", "*", "*", false },
	{ "root", "root", "root", false },
};

static void
names_and_groups_are_compared_byte_for_byte_at_every_step(void **state)
{
	const struct authcode_response *r;
	const char *refresh;

	(void)state;
	r = redeem(flow_code(&flow, &browser, REQUEST));
	assert_int_equal(r->status, 200);
	refresh =
		flow_text(&flow, "grant_type=refresh_token&refresh_token=%s", refresh_token_of(r));
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *code;

		print_message("# %s\n", rows[i].name);
		allow(NULL, NULL);
		code = flow_code(&flow, &browser, REQUEST);
		allow(rows[i].user, rows[i].group);
		r = ask(REQUEST);
		if (rows[i].allowed) {
			flow_assert_code(&flow, r, FLOW_WEB_URI, "s");
			assert_int_equal(redeem(code)->status, 200);
			assert_int_equal(token(refresh)->status, 200);
			continue;
		}
		assert_page(r);
		assert_grant_refused(redeem(code));
		assert_grant_refused(token(refresh));
		/* Nothing was burnt or revoked. */
		allow(NULL, NULL);
		assert_int_equal(redeem(code)->status, 200);
		assert_int_equal(token(refresh)->status, 200);
	}
}

static void
the_way_on_from_the_page_tells_the_client(void **state)
{
	const struct authcode_response *r;

	(void)state;
	flow_code(&flow, &browser, REQUEST);
	allow("bob", NULL);
	r = ask(REQUEST);
	assert_page(r);
	flow_assert_refused(&flow, flow_decide(&flow, &browser, r->interaction, "deny"),
			    FLOW_WEB_URI, "access_denied", "s");
}

/* The page is shown after a sign-in too, and no password is asked for again. */
static void
whoever_signs_in_and_may_not_sees_the_page(void **state)
{
	const struct authcode_response *r;

	(void)state;
	allow("bob", NULL);
	r = ask(REQUEST);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	r = flow_sign_in(&flow, &browser, r->interaction->transaction, "alice");
	assert_page(flow_follow(&flow, &browser, r));
}

static void
the_page_cannot_be_turned_into_a_consent(void **state)
{
	const struct authcode_response *r, *page;
	size_t writes;

	(void)state;
	flow_code(&flow, &browser, REQUEST);
	allow("bob", NULL);
	page = ask(REQUEST);
	assert_page(page);
	writes = flow.writes;
	r = flow_decide(&flow, &browser, page->interaction, "allow");
	assert_page(flow_follow(&flow, &browser, r));
	/* Not even when she may: it was shown as no consent page. */
	allow("alice", NULL);
	r = flow_decide(&flow, &browser, page->interaction, "allow");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_null(flow_param(&flow, r->location, "code"));
	assert_int_equal(flow.writes, writes);
}

/* A consent page that was open when the list changed. */
static void
a_consent_does_not_overtake_the_list(void **state)
{
	const struct authcode_response *r;

	(void)state;
	r = ask(REQUEST);
	r = flow_follow(&flow, &browser,
			flow_sign_in(&flow, &browser, r->interaction->transaction, "alice"));
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	allow(NULL, "staff");
	r = flow_decide(&flow, &browser, r->interaction, "allow");
	assert_page(flow_follow(&flow, &browser, r));
}

/* The groups of the last sign-in do not count where the host is asked. */
static void
the_groups_that_count_are_those_of_the_account_now(void **state)
{
	static const char *const staff[] = { "staff" };
	const struct authcode_response *r;
	const char *code;

	(void)state;
	allow(NULL, "staff");
	flow.account.groups = staff;
	flow.account.group_count = 1;
	code = flow_code(&flow, &browser, REQUEST);
	r = redeem(code);
	assert_int_equal(r->status, 200);
	code = flow_code(&flow, &browser, REQUEST);
	flow.account.group_count = 0;
	assert_page(ask(REQUEST));
	assert_grant_refused(redeem(code));
	assert_grant_refused(token(flow_text(&flow, "grant_type=refresh_token&refresh_token=%s",
					     refresh_token_of(r))));
	/* wheel was hers when she signed in. */
	allow(NULL, "wheel");
	assert_page(ask(REQUEST));
}

#define ACCESS_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, set_up, one_browser_tear_down)

/* A stack that lets in whom the look at the account calls gone: said, not asked again. */
static void
an_account_that_signs_in_and_is_gone_is_refused_once(void **state)
{
	const struct authcode_response *page, *r;

	(void)state;
	flow.account.state = AUTHCODE_ACCOUNT_GONE;
	page = ask(REQUEST);
	assert_int_equal(page->kind, AUTHCODE_RESPONSE_SIGN_IN);
	flow.now_ms += 1000;
	r = flow_follow(&flow, &browser,
			flow_sign_in(&flow, &browser, page->interaction->transaction, "alice"));
	flow_assert_refused(&flow, r, FLOW_WEB_URI, "access_denied", "s");
	/* Another request of the browser, and so another try. */
	flow.now_ms += 1000;
	assert_int_equal(ask(REQUEST)->kind, AUTHCODE_RESPONSE_SIGN_IN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ACCESS_TEST(names_and_groups_are_compared_byte_for_byte_at_every_step),
		ACCESS_TEST(the_way_on_from_the_page_tells_the_client),
		ACCESS_TEST(whoever_signs_in_and_may_not_sees_the_page),
		ACCESS_TEST(the_page_cannot_be_turned_into_a_consent),
		ACCESS_TEST(a_consent_does_not_overtake_the_list),
		cmocka_unit_test_setup_teardown(the_groups_that_count_are_those_of_the_account_now,
						set_up_checking, one_browser_tear_down),
		cmocka_unit_test_setup_teardown(
			an_account_that_signs_in_and_is_gone_is_refused_once, set_up_checking,
			one_browser_tear_down),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
