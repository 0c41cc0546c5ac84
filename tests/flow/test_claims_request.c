/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The claims parameter (OIDC-Core §5.5): what of it is kept, what it makes of
 * consent, and the two claims that say how and as whom to sign in. AZ-20, AZ-33
 * … AZ-36, UI-11.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "protocol/credential.h"
#include "tests/flow/one_browser.h"

/* Trusted, scope "openid profile". */
#define FIRST                                                                                      \
	"client_id=first&redirect_uri=" FLOW_FIRST_URI "&response_type=code&state=s&scope=openid"
#define WEB "client_id=web&redirect_uri=" FLOW_WEB_URI "&response_type=code&state=s&scope=openid"

static const struct authcode_acr acrs[] = { { "pwd", 10 }, { "otp", 20 }, { "card", 0 } };

static int
set_up(void **state)
{
	(void)state;
	one_browser_start(&(struct authcode_issuer_settings){ .acrs = acrs,
							      .acr_count = AC_ARRAY_SIZE(acrs) });
	return 0;
}

static const struct authcode_response *
ask_claims(const char *request, const char *claims)
{
	return flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
			flow_text(&flow, "%s&claims=%s", request, flow_encode(&flow, claims)));
}

static struct authcode_code_view
code_of(const struct authcode_response *r)
{
	struct authcode_code_view view;
	struct ac_credential code;

	assert_int_equal(r->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_non_null(flow_param(&flow, r->location, "code"));
	assert_true(ac_credential_parse(AC_CREDENTIAL_CODE, flow_param(&flow, r->location, "code"),
					&code));
	assert_int_equal(authcode_store_find_code(flow.memory, code.id, flow.arena, &view),
			 AUTHCODE_OK);
	return view;
}

static void
assert_refused(const struct authcode_response *r, const char *error)
{
	flow_assert_refused(&flow, r, FLOW_FIRST_URI, error, "s");
}

/* --- what is kept --------------------------------------------------------- */

/* AZ-35 */
static void
what_is_no_object_of_such_members_is_refused(void **state)
{
	static const char *const claims[] = {
		"x",
		"null",
		"true",
		"1",
		"\"{}\"",
		"[]",
		"[{}]",
		"{",
		"{}}",
		"{} x",
		"{\"userinfo\":1}",
		"{\"userinfo\":[]}",
		"{\"id_token\":\"acr\"}",
		"{\"id_token\":true}",
		"{\"userinfo\":{},\"userinfo\":{}}",
		"{\"userinfo\":{\"email\":null,\"email\":null}}",
		"{\"userinfo\":{\"a\\u0000b\":null}}",
		"{'userinfo':{}}",
		"{\"userinfo\":{\"x\":{\"values\":[[[[[[[[[1]]]]]]]]]}}}",
	};
	static char many[AC_MAX_JSON_MEMBERS * 8];
	size_t used = (size_t)snprintf(many, sizeof(many), "{\"userinfo\":{\"a\":0");

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims); i++) {
		print_message("# %s\n", claims[i]);
		assert_refused(ask_claims(FIRST, claims[i]), "invalid_request");
	}
	for (size_t i = 0; i < AC_MAX_JSON_MEMBERS; i++)
		used += (size_t)snprintf(many + used, sizeof(many) - used, ",\"%zx\":0", i);
	(void)snprintf(many + used, sizeof(many) - used, "}}");
	assert_refused(ask_claims(FIRST, many), "invalid_request");
	assert_refused(flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
				FIRST "&claims=%7B%7D&claims=%7B%7D"),
		       "invalid_request");
}

/* AZ-35: never cut. */
static void
what_is_too_long_is_refused(void **state)
{
	static char claims[AC_MAX_AUTHORIZE_PARAMS + 64];
	size_t used = (size_t)snprintf(claims, sizeof(claims), "{\"userinfo\":{\"");

	(void)state;
	memset(claims + used, 'a', AC_MAX_AUTHORIZE_PARAMS - used);
	memcpy(claims + AC_MAX_AUTHORIZE_PARAMS, "\":null}}", 9);
	assert_refused(ask_claims(FIRST, claims), "invalid_request");
	memcpy(claims + AC_MAX_AUTHORIZE_PARAMS - 8, "\":null}}", 9);
	assert_refused(ask_claims(FIRST, claims), "invalid_request");
}

/* AZ-35, UI-11: what of it reaches the code, for a client of these scopes. */
static void
what_is_kept_is_what_the_client_may_have(void **state)
{
	static const struct {
		const char *name, *claims, *kept;
	} rows[] = {
		{ "nothing", "{}", "" },
		{ "nulls", "{\"userinfo\":null,\"id_token\":null}", "" },
		{ "empty members", "{\"userinfo\":{},\"id_token\":{}}", "" },
		{ "one", "{\"userinfo\":{\"name\":null}}", "{\"userinfo\":{\"name\":null}}" },
		{ "both places",
		  " {\"userinfo\": {\"name\" : {\"essential\": true}}, \"id_token\": "
		  "{\"nickname\": null}}",
		  "{\"userinfo\":{\"name\":{\"essential\":true}},\"id_token\":{\"nickname\":null}"
		  "}" },
		{ "a scope it has not", "{\"userinfo\":{\"email\":null,\"name\":null}}",
		  "{\"userinfo\":{\"name\":null}}" },
		{ "only scopes it has not",
		  "{\"userinfo\":{\"email\":{\"essential\":true},\"groups\":null}}", "" },
		{ "a claim of the protocol", "{\"id_token\":{\"auth_time\":{\"essential\":true}}}",
		  "{\"id_token\":{\"auth_time\":{\"essential\":true}}}" },
		{ "a claim that nobody knows", "{\"userinfo\":{\"https://x.example/y\":null}}",
		  "{\"userinfo\":{\"https://x.example/y\":null}}" },
		{ "another member", "{\"verified_claims\":{\"name\":null},\"x\":1}", "" },
		{ "how it must not be asked for",
		  "{\"userinfo\":{\"name\":true,\"nickname\":\"x\",\"gender\":[]}}", "" },
		{ "values", "{\"userinfo\":{\"name\":{\"values\":[\"a\",1,null]}}}",
		  "{\"userinfo\":{\"name\":{\"values\":[\"a\",1,null]}}}" },
	};

	(void)state;
	(void)finish(ask_claims(FIRST, "{}"), "alice");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].name);
		assert_string_equal(code_of(ask_claims(FIRST, rows[i].claims)).code.claims_request,
				    rows[i].kept);
	}
}

/* AZ-20 */
static void
without_openid_there_is_nothing_to_ask_claims_for(void **state)
{
	const char *const request = "client_id=first&redirect_uri=" FLOW_FIRST_URI
				    "&response_type=code&state=s&scope=profile";

	(void)state;
	(void)finish(ask_claims(FIRST, "{}"), "alice");
	assert_string_equal(
		code_of(ask_claims(request, "{\"userinfo\":{\"name\":null}}")).code.claims_request,
		"");
	assert_non_null(
		code_of(ask_claims(request, "{\"id_token\":{\"sub\":{\"value\":\"nobody\"},\"acr\":"
					    "{\"essential\":true,\"value\":\"nothing\"}}}"))
			.code.client_id);
	assert_refused(ask_claims(request, "[]"), "invalid_request");
}

/* What travels in the seal is what was read. */
static void
it_outlives_the_pages(void **state)
{
	const struct authcode_response *r =
		ask_claims(WEB, "{\"x\":1,\"userinfo\":{\"email\":{\"essential\":true}}}");

	(void)state;
	r = finish(r, "alice");
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	r = flow_decide(&flow, &browser, r->interaction, "allow");
	assert_string_equal(code_of(r).code.claims_request,
			    "{\"userinfo\":{\"email\":{\"essential\":true}}}");
	assert_string_equal(code_of(r).code.scope, "openid");
}

/* --- consent -------------------------------------------------------------- */

static bool
is_shown(const struct authcode_response *r, const char *scope)
{
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_CONSENT);
	for (size_t i = 0; i < r->interaction->scope_count; i++) {
		if (strcmp(r->interaction->scopes[i], scope) == 0)
			return true;
	}
	return false;
}

/* UI-11: nobody gives by a claim what he was not asked for by a scope. */
static void
consent_is_asked_for_what_the_claims_amount_to(void **state)
{
	const char *const email = "{\"userinfo\":{\"email\":null}}";
	const struct authcode_response *r = finish(ask_claims(WEB, "{}"), "alice");

	(void)state;
	assert_false(is_shown(r, "email"));
	(void)flow_decide(&flow, &browser, r->interaction, "allow");
	flow_assert_code(&flow, ask_claims(WEB, "{}"), FLOW_WEB_URI, "s");
	r = ask_claims(WEB, email);
	assert_true(is_shown(r, "email"));
	assert_true(is_shown(r, "openid"));
	flow_assert_refused(&flow, ask_claims(WEB "&prompt=none", email), FLOW_WEB_URI,
			    "consent_required", "s");
	(void)flow_decide(&flow, &browser, r->interaction, "allow");
	flow_assert_code(&flow, ask_claims(WEB, email), FLOW_WEB_URI, "s");
	assert_true(is_shown(ask_claims(WEB, "{\"id_token\":{\"groups\":null}}"), "groups"));
}

/* --- acr ------------------------------------------------------------------ */

/* AZ-34 */
static void
an_essential_acr_that_nothing_proves_is_refused_at_once(void **state)
{
	static const char *const claims[] = {
		"{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"retina\"}}}",
		"{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[\"retina\",\"iris\"]}}}",
		"{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[]}}}",
		"{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"\"}}}",
		"{\"id_token\":{\"acr\":{\"essential\":true,\"value\":7}}}",
		"{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"otp pwd\"}}}",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims); i++) {
		print_message("# %s\n", claims[i]);
		assert_refused(ask_claims(FIRST, claims[i]), "unmet_authentication_requirements");
	}
	assert_int_equal(flow.writes, 0);
}

/* AZ-34 */
static void
an_essential_acr_is_asked_for_once_and_then_refused(void **state)
{
	const char *const otp =
		"{\"id_token\":{\"acr\":{\"essential\":true,\"values\":[\"otp\"]}}}";
	const struct authcode_response *r = prove(ask_claims(FIRST, "{}"), "pwd");

	(void)state;
	r = ask_claims(FIRST, otp);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_string_equal(r->interaction->acr, "otp");
	assert_refused(ask_claims(FIRST "&prompt=none", otp), "login_required");
	assert_refused(prove(r, "pwd"), "unmet_authentication_requirements");
	r = prove(ask_claims(FIRST, otp), "otp");
	assert_string_equal(code_of(r).code.acr, "otp");
	assert_string_equal(code_of(ask_claims(FIRST "&prompt=none", otp)).code.acr, "otp");
	/* acr_values asks for less than what is essential. */
	r = prove(ask_claims(FIRST "&prompt=login&acr_values=pwd", otp), "pwd");
	assert_refused(r, "unmet_authentication_requirements");
}

/* AZ-34: what the client insists on in its registration holds beside it. */
static void
an_essential_acr_that_is_too_little_is_refused(void **state)
{
	struct authcode_client client = flow_client(&flow, FLOW_FIRST);

	(void)state;
	client.min_acr = "otp";
	flow_set_clients(&flow, &client, 1);
	assert_refused(
		ask_claims(FIRST,
			   "{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"card\"}}}"),
		"unmet_authentication_requirements");
	/* A level that reaches it. */
	assert_string_equal(
		code_of(prove(ask_claims(FIRST,
					 "{\"id_token\":{\"acr\":{\"essential\":true,\"value\":"
					 "\"pwd\"}}}"),
			      "otp"))
			.code.acr,
		"pwd");
}

/* OIDC-Core §5.5.1.1, AZ-33 */
static void
an_acr_that_is_not_essential_is_a_wish(void **state)
{
	const char *const otp = "{\"id_token\":{\"acr\":{\"value\":\"otp\"}}}";
	const struct authcode_response *r = prove(ask_claims(FIRST, "{}"), "pwd");

	(void)state;
	r = ask_claims(FIRST, otp);
	assert_string_equal(r->interaction->acr, "otp");
	assert_string_equal(code_of(prove(r, "pwd")).code.acr, "pwd");
	(void)code_of(ask_claims(FIRST "&prompt=none", otp));
	(void)code_of(ask_claims(FIRST, "{\"id_token\":{\"acr\":{\"value\":\"retina\"}}}"));
	(void)code_of(ask_claims(FIRST, "{\"id_token\":{\"acr\":{\"essential\":true}}}"));
	(void)code_of(ask_claims(FIRST, "{\"id_token\":{\"acr\":null}}"));
}

/* AZ-33 */
static void
an_acr_of_the_list_is_told_when_one_is_reached(void **state)
{
	static const struct {
		const char *wish, *told;
	} rows[] = {
		{ "", "otp" },        { "otp", "otp" },      { "pwd", "pwd" },
		{ "pwd otp", "otp" }, { "card pwd", "pwd" }, { "retina", "otp" },
	};

	(void)state;
	(void)prove(ask_claims(FIRST, "{}"), "otp");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *query =
			flow_text(&flow, FIRST "&acr_values=%s", flow_encode(&flow, rows[i].wish));

		print_message("# %s\n", rows[i].wish);
		assert_string_equal(code_of(ask_claims(query, "{}")).code.acr, rows[i].told);
	}
}

/* --- sub ------------------------------------------------------------------ */

/* AZ-36 */
static void
one_person_can_be_asked_for(void **state)
{
	const struct authcode_response *r = finish(ask_claims(FIRST, "{}"), "alice");
	const char *alice = flow_text(&flow, "{\"id_token\":{\"sub\":{\"value\":\"%s\"}}}",
				      code_of(r).subject.sub);

	(void)state;
	(void)code_of(ask_claims(FIRST, alice));
	(void)code_of(ask_claims(FIRST "&prompt=none", alice));
	/* Somebody else is there. */
	(void)finish(ask_claims(FIRST "&prompt=login", "{}"), "bob");
	assert_refused(ask_claims(FIRST "&prompt=none", alice), "login_required");
	r = ask_claims(FIRST, alice);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_SIGN_IN);
	assert_null(r->interaction->user_name);
	/* And signs in again. */
	assert_refused(finish(r, "bob"), "login_required");
	r = finish(ask_claims(FIRST, alice), "alice");
	assert_string_equal(code_of(r).subject.user_name, "alice");
}

/* AZ-36 */
static void
a_person_who_does_not_exist_is_nobody(void **state)
{
	const char *const nobody = "{\"id_token\":{\"sub\":{\"value\":\"nobody\"}}}";

	(void)state;
	assert_refused(ask_claims(FIRST "&prompt=none", nobody), "login_required");
	assert_refused(finish(ask_claims(FIRST, nobody), "alice"), "login_required");
	/* No name, so nobody in particular. */
	(void)code_of(ask_claims(FIRST, "{\"id_token\":{\"sub\":null}}"));
	(void)code_of(ask_claims(FIRST, "{\"id_token\":{\"sub\":{\"value\":7}}}"));
	/* Of userinfo it asks nothing (OIDC-Core §5.5.1). */
	(void)code_of(ask_claims(FIRST, "{\"userinfo\":{\"sub\":{\"value\":\"nobody\"}}}"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_object_of_such_members_is_refused),
		TEST(what_is_too_long_is_refused),
		TEST(what_is_kept_is_what_the_client_may_have),
		TEST(without_openid_there_is_nothing_to_ask_claims_for),
		TEST(it_outlives_the_pages),
		TEST(consent_is_asked_for_what_the_claims_amount_to),
		TEST(an_essential_acr_that_nothing_proves_is_refused_at_once),
		TEST(an_essential_acr_is_asked_for_once_and_then_refused),
		TEST(an_essential_acr_that_is_too_little_is_refused),
		TEST(an_acr_that_is_not_essential_is_a_wish),
		TEST(an_acr_of_the_list_is_told_when_one_is_reached),
		TEST(one_person_can_be_asked_for),
		TEST(a_person_who_does_not_exist_is_nobody),
	};

	return cmocka_run_group_tests_name("claims_request", tests, NULL, NULL);
}
