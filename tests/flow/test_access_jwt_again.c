/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A refresh whose answer was lost, where tokens are JWTs and for resources: the same
 * token again in everything it says, or none. RT-08, RI-03.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/jwt_world.h"

/* FLOW_POST replaces its refresh tokens. */
static void
rotate(enum authcode_token_format format, const char *alg)
{
	struct authcode_client clients[] = {
		flow_client(&flow, FLOW_POST),
		flow_client(&flow, ALL),
		flow_client(&flow, RS),
	};

	clients[0].refresh_rotation = AUTHCODE_ROTATION_ALWAYS;
	clients[0].access_token_format = format;
	clients[0].access_token_alg = alg;
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
}

static int
again_setup(void **state)
{
	int rc = jwt_setup(state);

	rotate(AUTHCODE_FORMAT_JWT, NULL);
	return rc;
}

static void
assert_text(const json_t *a, const json_t *b, const char *name)
{
	assert_string_equal(json_text(a, name), json_text(b, name));
	assert_true(json_text(a, name)[0] != '\0');
}

static json_int_t
expires_in(const json_t *tokens)
{
	return json_integer_value(json_object_get(tokens, "expires_in"));
}

static void
assert_refused(const json_t *tokens, const char *rest, const char *error)
{
	assert_error(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST,
			       flow_text(&flow, "grant_type=refresh_token&refresh_token=%s%s",
					 json_text(tokens, "refresh_token"), rest)),
		     error);
}

/* RS256 signs the same bytes alike, so with the same key it is the same text. */
static void
a_lost_jwt_is_given_again_to_the_last_byte(void **state)
{
	json_t *first = redeem(&flow, QUERY, "");
	json_t *lost = refresh(&flow, first, "");

	(void)state;
	assert_int_equal(expires_in(lost), 600);
	for (int s = 0; s < 10; s += 3) {
		json_t *again = refresh(&flow, first, "");

		assert_text(again, lost, "access_token");
		assert_text(again, lost, "refresh_token");
		assert_text(again, lost, "scope");
		assert_int_equal(expires_in(again), 600 - s);
		assert_true(active(json_text(again, "access_token")));
		json_decref(again);
		flow.now_ms += 3000;
	}
	assert_refused(first, "", "invalid_grant"); /* the time is up: reuse */
	assert_false(active(json_text(lost, "access_token")));
	json_decref(lost);
	json_decref(first);
}

/* ES256 signs the same bytes differently each time. */
static void
whatever_signs_it_all_claims_are_the_same(void **state)
{
	static const struct {
		const char *alg, *then, *resources;
	} rows[] = {
		{ "ES256", "ES256", "" },
		{ "ES256", "ES256", API_Q FILES_Q },
		{ NULL, NULL, ROLES_Q "&scope=groups+read" },
		{ "RS256", "ES256", API_Q }, /* told otherwise in between */
		{ "ES256", "RS256", "" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *first = redeem(&flow,
				       "client_id=post&redirect_uri=" FLOW_POST_URI
				       "&response_type=code&scope=openid+groups+read+"
				       "offline_access" API_Q FILES_Q ROLES_Q ISSUER_Q,
				       "");
		json_t *lost, *again, *then, *now;

		rotate(AUTHCODE_FORMAT_JWT, rows[i].alg);
		lost = refresh(&flow, first, rows[i].resources);
		flow.now_ms += 4000;
		rotate(AUTHCODE_FORMAT_JWT, rows[i].then);
		again = refresh(&flow, first, rows[i].resources);
		then = segment(json_text(lost, "access_token"), 1);
		now = segment(json_text(again, "access_token"), 1);
		if (!json_equal(then, now))
			fail_msg("row %zu", i);
		assert_string_not_equal(json_text(again, "access_token"),
					json_text(lost, "access_token"));
		assert_text(again, lost, "refresh_token");
		assert_int_equal(expires_in(again), expires_in(lost) - 4);
		assert_true(active(json_text(lost, "access_token")));
		assert_true(active(json_text(again, "access_token")));
		/* One token: who revokes the one revokes the other. */
		assert_int_equal(
			as_client(&flow, AUTHCODE_ENDPOINT_REVOKE, FLOW_POST,
				  flow_text(&flow, "token=%s", json_text(again, "access_token")))
				->status,
			200);
		assert_false(active(json_text(lost, "access_token")));
		assert_false(active(json_text(again, "access_token")));
		assert_refused(first, rows[i].resources, "invalid_grant");
		json_decref(now);
		json_decref(then);
		json_decref(again);
		json_decref(lost);
		json_decref(first);
	}
}

/* Of either form, and nothing ends by it. */
static void
another_resource_is_no_retry(void **state)
{
	static const struct {
		const char *chosen, *other;
		const char *same; /* NULL: no other way to say it */
	} rows[] = {
		{ API_Q, FILES_Q, API_Q API_Q },
		{ API_Q, API_Q FILES_Q, NULL },
		{ API_Q, "", NULL }, /* all of them */
		{ API_Q FILES_Q, API_Q, FILES_Q API_Q },
		{ API_Q, ISSUER_Q, NULL },
		{ "", API_Q, FILES_Q ISSUER_Q API_Q },
		{ API_Q, OTHER_Q, NULL },
	};
	static const enum authcode_token_format forms[] = { AUTHCODE_FORMAT_JWT,
							    AUTHCODE_FORMAT_OPAQUE };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows) * AC_ARRAY_SIZE(forms); i++) {
		size_t row = i / AC_ARRAY_SIZE(forms);
		json_t *first, *lost, *again;

		rotate(forms[i % AC_ARRAY_SIZE(forms)], NULL);
		first = redeem(&flow, QUERY API_Q FILES_Q ISSUER_Q, "");
		lost = refresh(&flow, first, rows[row].chosen);
		assert_refused(first, rows[row].other, "invalid_target");
		assert_true(active(json_text(lost, "access_token")));
		again = refresh(&flow, first,
				rows[row].same != NULL ? rows[row].same : rows[row].chosen);
		assert_text(again, lost, "access_token");
		assert_text(again, lost, "refresh_token");
		json_decref(again);
		again = refresh(&flow, lost,
				rows[row].other[0] == '\0' || strcmp(rows[row].other, OTHER_Q) == 0
					? ""
					: rows[row].other);
		assert_true(active(json_text(again, "access_token")));
		json_decref(again);
		json_decref(lost);
		json_decref(first);
	}
}

/* A token for which nobody named a resource is for this server. */
static void
no_resource_and_this_server_are_the_same(void **state)
{
	json_t *first = redeem(&flow, QUERY, "");
	json_t *lost = refresh(&flow, first, "&scope=profile");
	json_t *again = refresh(&flow, first, "&scope=profile" ISSUER_Q);

	(void)state;
	assert_text(again, lost, "access_token");
	json_decref(again);
	json_decref(lost);
	json_decref(first);
}

/* What of the scope the resource takes off has nothing to do with who signed in. */
static void
an_id_token_comes_for_openid_each_time(void **state)
{
	static const struct {
		const char *rest;
		bool comes;
	} rows[] = {
		{ API_Q, true },
		{ API_Q "&scope=openid+read", true },
		{ API_Q "&scope=read", false },
		{ "", true },
		{ "&scope=profile", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		json_t *first = redeem(&flow, QUERY API_Q ISSUER_Q, "");
		json_t *lost = refresh(&flow, first, rows[i].rest);
		json_t *again = refresh(&flow, first, rows[i].rest);

		assert_true((json_object_get(first, "id_token")) != NULL);
		if ((json_object_get(lost, "id_token") != NULL) != rows[i].comes ||
		    (json_object_get(again, "id_token") != NULL) != rows[i].comes)
			fail_msg("row %zu", i);
		json_decref(again);
		json_decref(lost);
		json_decref(first);
	}
}

/* What would be of the other form was not given. */
static void
a_form_that_is_another_since_is_not_given(void **state)
{
	static const enum authcode_token_format forms[] = { AUTHCODE_FORMAT_JWT,
							    AUTHCODE_FORMAT_OPAQUE };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(forms); i++) {
		json_t *first, *lost;

		rotate(forms[i], NULL);
		first = redeem(&flow, QUERY, "");
		lost = refresh(&flow, first, "");
		rotate(forms[1 - i], NULL);
		assert_refused(first, "", "invalid_grant");
		assert_true(active(json_text(lost, "access_token")));
		json_decref(refresh(&flow, lost, ""));
		json_decref(lost);
		json_decref(first);
	}
}

/* The secret of its row opens nothing, derived as little as drawn. */
static void
the_jti_of_a_refreshed_jwt_opens_nothing(void **state)
{
	json_t *first = redeem(&flow, QUERY, "");
	json_t *fresh = refresh(&flow, first, "");
	json_t *claims = segment(json_text(fresh, "access_token"), 1);
	const char *jti = json_text(claims, "jti");

	(void)state;
	assert_int_equal(strncmp(jti, "acj_", 4), 0);
	assert_false(active(jti));
	assert_false(active(flow_text(&flow, "aca_%s", jti + 4)));
	assert_int_equal(userinfo_status(&flow, flow_text(&flow, "aca_%s", jti + 4)), 401);
	assert_true(active(json_text(fresh, "access_token")));
	json_decref(claims);
	json_decref(fresh);
	json_decref(first);
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, again_setup, jwt_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_lost_jwt_is_given_again_to_the_last_byte),
		FLOW(whatever_signs_it_all_claims_are_the_same),
		FLOW(another_resource_is_no_retry),
		FLOW(no_resource_and_this_server_are_the_same),
		FLOW(an_id_token_comes_for_openid_each_time),
		FLOW(a_form_that_is_another_since_is_not_given),
		FLOW(the_jti_of_a_refreshed_jwt_opens_nothing),
	};

	return cmocka_run_group_tests_name("access_jwt_again", tests, NULL, NULL);
}
