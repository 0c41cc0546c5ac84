/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Claims that a request has asked for by name, at userinfo (OIDC-Core §5.5): in
 * addition to those of the scope, and never past what the client is registered
 * for (UI-11).
 */
#include "base/attr.h"
#include "tests/flow/openid_fixture.h"

static const char *const sub[] = { "sub", NULL };

#define HELD                                                                                       \
	"{\"name\":\"Alice Doe\",\"locale\":\"fr\",\"email\":\"a@example.org\","                   \
	"\"email_verified\":true,\"address\":{\"country\":\"FR\"},\"phone_number\":\"+33 1\","     \
	"\"department\":\"math\",\"updated_at\":7}"

/* Everything told but sub, for that scope and that claims.userinfo. */
static const char *
told(struct openid *o, const char *scope, const char *asked)
{
	json_t *answer, *info;
	const char *text;

	o->flow.claims_request = flow_text(&o->flow, "{\"userinfo\":%s}", asked);
	answer = openid_tokens(o, scope);
	info = openid_userinfo_json(o, answer);
	text = openid_rest(o, info, sub);
	json_decref(info);
	json_decref(answer);
	return text;
}

/* UI-11, UI-10 */
static void
what_is_asked_for_by_name_is_told_if_it_is_held(void **state)
{
	static const char *const groups[] = { "staff", "wheel" };
	static const struct {
		const char *scope, *asked, *told;
	} rows[] = {
		{ "openid", "{}", "{}" },
		{ "openid", "{\"email\":null}", "{\"email\":\"a@example.org\"}" },
		{ "openid", "{\"email_verified\":{\"essential\":true}}",
		  "{\"email_verified\":true}" },
		{ "openid", "{\"address\":null,\"phone_number\":{}}",
		  "{\"address\":{\"country\":\"FR\"},\"phone_number\":\"+33 1\"}" },
		{ "openid", "{\"preferred_username\":null,\"groups\":null}",
		  "{\"groups\":[\"staff\",\"wheel\"],\"preferred_username\":\"alice\"}" },
		{ "openid email", "{\"locale\":null}",
		  "{\"email\":\"a@example.org\",\"email_verified\":true,\"locale\":\"fr\"}" },
		{ "openid", "{\"department\":null,\"website\":null,\"Email\":null}",
		  "{\"department\":\"math\"}" },
		{ "openid", "{\"updated_at\":{\"value\":7},\"locale\":{\"values\":[\"de\"]}}",
		  "{\"updated_at\":7}" },
		{ "openid", "{\"updated_at\":{\"value\":\"7\"}}", "{}" },
		/* A wish for another value takes nothing from the scope. */
		{ "openid email", "{\"email\":{\"value\":\"x\"}}",
		  "{\"email\":\"a@example.org\",\"email_verified\":true}" },
		{ "openid", "{\"locale\":1,\"name\":\"x\",\"email\":[]}", "{}" },
		{ "openid", "null", "{}" },
		{ "openid", "[\"email\"]", "{}" },
		/* AZ-20: claims are OpenID Connect's. */
		{ "groups", "{\"email\":null}", "{\"groups\":[\"staff\",\"wheel\"]}" },
	};
	struct openid *o = *state;

	o->flow.account.claims = HELD;
	o->flow.account.groups = groups;
	o->flow.account.group_count = 2;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s %s\n", rows[i].scope, rows[i].asked);
		assert_string_equal(told(o, rows[i].scope, rows[i].asked), rows[i].told);
	}
}

/* The full name of the account serves as name, asked for by name too. */
static void
a_name_comes_from_the_account_when_nothing_better_is_held(void **state)
{
	struct openid *o = *state;

	o->flow.account.full_name = "Alice Gecos";
	assert_string_equal(told(o, "openid", "{\"name\":null}"), "{\"name\":\"Alice Gecos\"}");
	assert_string_equal(told(o, "openid", "{\"name\":{\"value\":\"Bob\"}}"), "{}");
	o->sign_in_claims = "{\"name\":\"Alice Told\"}";
	assert_string_equal(told(o, "openid", "{\"name\":null}"), "{\"name\":\"Alice Told\"}");
}

/* UI-11: naming a claim is no way around what the client is registered for. */
static void
a_client_cannot_name_what_its_scope_could_not_release(void **state)
{
	static const char everything[] =
		"{\"email\":null,\"email_verified\":null,\"name\":null,\"department\":null,"
		"\"groups\":null,\"preferred_username\":null,\"phone_number\":null}";
	struct openid *o = *state;
	struct authcode_client client = openid_client(o);

	o->flow.account.claims = HELD;
	client.default_scopes = NULL;
	client.scope = "openid";
	openid_set_client(o, &client);
	assert_string_equal(told(o, "openid", everything), "{}");
	/* The registry of before, and with it its texts, is gone. */
	client = openid_client(o);
	client.default_scopes = NULL;
	client.scope = "openid email";
	openid_set_client(o, &client);
	assert_string_equal(told(o, "openid", everything),
			    "{\"email\":\"a@example.org\",\"email_verified\":true}");
}

/* The ID token's wishes are not userinfo's, and the other way round. */
static void
each_place_has_its_own_list(void **state)
{
	static const char *const usual[] = { "iss", "aud",     "sub",       "exp", "iat",
					     "sid", "at_hash", "auth_time", NULL };
	struct openid *o = *state;
	json_t *answer, *info, *claims;

	o->flow.account.claims = HELD;
	o->flow.claims_request = "{\"id_token\":{\"email\":null},\"userinfo\":{\"locale\":null}}";
	answer = openid_tokens(o, "openid");
	info = openid_userinfo_json(o, answer);
	claims = openid_id_token(answer);
	assert_string_equal(openid_rest(o, info, sub), "{\"locale\":\"fr\"}");
	assert_string_equal(openid_rest(o, claims, usual), "{\"email\":\"a@example.org\"}");
	json_decref(claims);
	json_decref(info);
	json_decref(answer);
}

/* The host is asked for claims by who is going to tell some. */
static void
claims_are_wanted_where_any_is_asked_for(void **state)
{
	struct openid *o = *state;

	told(o, "openid", "{}");
	assert_false(o->flow.query.claims);
	told(o, "openid", "{\"email\":null}");
	assert_true(o->flow.query.claims);
	told(o, "groups", "{\"email\":null}");
	assert_false(o->flow.query.claims);
}

#define ASKED_TEST(function)                                                                       \
	cmocka_unit_test_setup_teardown(function, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASKED_TEST(what_is_asked_for_by_name_is_told_if_it_is_held),
		ASKED_TEST(a_name_comes_from_the_account_when_nothing_better_is_held),
		ASKED_TEST(a_client_cannot_name_what_its_scope_could_not_release),
		ASKED_TEST(each_place_has_its_own_list),
		ASKED_TEST(claims_are_wanted_where_any_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
