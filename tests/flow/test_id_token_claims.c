/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which claims about the person an ID token holds: those that the claims parameter
 * has asked for there, and no others (ID-14).
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/flow/openid_fixture.h"

/* What differs from run to run, or is looked at by itself. */
static const char *const usual[] = { "iss", "aud",     "sub", "exp",       "iat",
				     "sid", "at_hash", "amr", "auth_time", NULL };

#define CLAIMS                                                                                     \
	"{\"name\":\"Alice Doe\",\"email\":\"a@example.org\",\"email_verified\":true,"             \
	"\"department\":\"math\",\"phone_number\":\"+33 1\"}"

/* ID-14, and AC of OIDC-Core §5.4: an access token is always issued beside it. */
static void
claims_of_the_scope_stay_with_userinfo(void **state)
{
	struct openid *o = *state;
	json_t *answer, *claims;

	o->flow.account.claims = CLAIMS;
	answer = openid_tokens(o, "openid profile email phone groups");
	claims = openid_id_token(answer);
	assert_string_equal(openid_rest(o, claims, usual), "{}");
	assert_false(o->flow.query.claims);
	json_decref(claims);
	json_decref(answer);
}

/* ID-14: the claims parameter is the exception. */
static void
claims_asked_for_by_name_are_told(void **state)
{
	static const char *const groups[] = { "staff" };
	static const struct {
		const char *asked, *told;
	} rows[] = {
		{ "{}", "{}" },
		{ "{\"email\":null}", "{\"email\":\"a@example.org\"}" },
		{ "{\"email\":{\"essential\":true},\"email_verified\":null}",
		  "{\"email\":\"a@example.org\",\"email_verified\":true}" },
		{ "{\"name\":null,\"groups\":null,\"preferred_username\":null}",
		  "{\"groups\":[\"staff\"],\"name\":\"Alice Doe\","
		  "\"preferred_username\":\"alice\"}" },
		{ "{\"department\":null,\"nickname\":null,\"no such\":null}",
		  "{\"department\":\"math\"}" },
		{ "{\"email\":{\"value\":\"b@example.org\"}}", "{}" },
		{ "{\"email\":true,\"name\":\"x\"}", "{}" },
		/* What speaks for the protocol is not asked for by name. */
		{ "{\"iss\":null,\"exp\":{\"value\":1},\"sid\":null,\"nonce\":null}", "{}" },
	};
	struct openid *o = *state;

	o->flow.account.claims = CLAIMS;
	o->flow.account.groups = groups;
	o->flow.account.group_count = 1;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *answer, *claims, *again;

		o->flow.claims_request = flow_text(&o->flow, "{\"id_token\":%s}", rows[i].asked);
		print_message("# %s\n", rows[i].asked);
		answer = openid_tokens(o, "openid offline_access");
		claims = openid_id_token(answer);
		assert_string_equal(openid_rest(o, claims, usual), rows[i].told);
		assert_int_equal(o->flow.query.claims, i > 0);
		json_decref(claims);
		/* And at a refresh. */
		again = openid_refresh(o, openid_text(answer, "refresh_token"), "");
		claims = openid_id_token(again);
		assert_string_equal(openid_rest(o, claims, usual), rows[i].told);
		json_decref(claims);
		json_decref(again);
		json_decref(answer);
	}
}

/* Who is in hundreds of groups signs in all the same. */
static void
claims_that_no_token_can_hold_are_left_out(void **state)
{
	static char huge[AC_MAX_CLAIMS];
	struct openid *o = *state;
	json_t *answer, *claims;

	memcpy(huge, "{\"email\":\"", 10);
	memset(huge + 10, 'x', sizeof(huge) - 13);
	memcpy(huge + sizeof(huge) - 3, "\"}", 3);
	o->flow.account.claims = huge;
	o->flow.claims_request = "{\"id_token\":{\"email\":null,\"name\":null}}";
	answer = openid_tokens(o, "openid");
	claims = openid_id_token(answer);
	assert_string_equal(openid_rest(o, claims, usual), "{}");
	assert_string_equal(o->debug, "ID token: the claims asked for are too long, left out");
	json_decref(claims);
	json_decref(answer);
}

/* The same with the largest account there can be. */
static void
as_many_groups_as_there_can_be_are_left_out(void **state)
{
	static char names[AC_MAX_GROUPS][AC_MAX_GROUP_NAME + 1];
	static const char *groups[AC_MAX_GROUPS];
	struct openid *o = *state;
	json_t *answer, *claims, *info;

	for (size_t i = 0; i < AC_MAX_GROUPS; i++) {
		snprintf(names[i], sizeof(names[i]), "%0*zu", AC_MAX_GROUP_NAME, i);
		groups[i] = names[i];
	}
	o->flow.account.groups = groups;
	o->flow.account.group_count = AC_MAX_GROUPS;
	o->flow.claims_request = "{\"id_token\":{\"groups\":null},\"userinfo\":{\"groups\":null}}";
	answer = openid_tokens(o, "openid");
	claims = openid_id_token(answer);
	info = openid_userinfo_json(o, answer);
	assert_string_equal(openid_rest(o, claims, usual), "{}");
	assert_int_equal(json_array_size(json_object_get(info, "groups")), AC_MAX_GROUPS);
	json_decref(info);
	json_decref(claims);
	json_decref(answer);
}

#define CLAIMS_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIMS_TEST(claims_of_the_scope_stay_with_userinfo),
		CLAIMS_TEST(claims_asked_for_by_name_are_told),
		CLAIMS_TEST(claims_that_no_token_can_hold_are_left_out),
		CLAIMS_TEST(as_many_groups_as_there_can_be_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
