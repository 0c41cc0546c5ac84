/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/inspect.h> on what is signed: whose signature counts, and that the row of an
 * access token has the last word.
 */
#include <string.h>

#include <authcode/inspect.h>

#include "tests/flow/jwt_world.h"

static void
expect(const char *token, const char *kind, const char *state)
{
	struct authcode_inspection *seen = NULL;

	assert_int_equal(authcode_inspect(flow.issuer, token, flow.now_ms, &seen), AUTHCODE_OK);
	assert_string_equal(seen->kind, kind);
	if (strcmp(seen->state, state) != 0)
		fail_msg("%s is %s (%s), not %s", kind, seen->state, seen->why, state);
	assert_string_equal(seen->form, "JWT");
	assert_string_equal(seen->client_id, "post");
	assert_true(seen->sub[0] != '\0');
	assert_true(seen->expires_ms > seen->created_ms);
	authcode_inspection_free(&seen);
}

static void
unknown(const char *token)
{
	struct authcode_inspection *seen = NULL;

	assert_int_equal(authcode_inspect(flow.issuer, token, flow.now_ms, &seen),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_null(seen);
}

static void
an_access_token_is_what_its_row_is(void **state)
{
	json_t *tokens = redeem(&flow, QUERY, "");
	const char *access = json_text(tokens, "access_token");

	(void)state;
	expect(access, "access token", "live");
	(void)as_client(&flow, AUTHCODE_ENDPOINT_REVOKE, "post",
			flow_text(&flow, "token=%s", json_text(tokens, "refresh_token")));
	assert_false(active(access));
	expect(access, "access token", "revoked");
	json_decref(tokens);
}

static void
it_expires(void **state)
{
	const char *access = access_token(QUERY);

	(void)state;
	flow.now_ms += 600 * 1000;
	expect(access, "access token", "expired");
}

static void
an_id_token_speaks_for_itself(void **state)
{
	json_t *tokens = redeem(&flow, QUERY, "");
	const char *id_token = json_text(tokens, "id_token");

	(void)state;
	expect(id_token, "ID token", "live");
	flow.now_ms += 3600 * 1000;
	expect(id_token, "ID token", "expired");
	json_decref(tokens);
}

static void
what_others_signed_is_unknown(void **state)
{
	const char *access = access_token(QUERY);
	char forged[8192];
	size_t len = strlen(access);

	(void)state;
	assert_true(len < sizeof(forged));
	for (size_t back = 10; back < len; back += 97) {
		memcpy(forged, access, len + 1);
		if (forged[len - back] == '.')
			continue;
		forged[len - back] = forged[len - back] == 'A' ? 'B' : 'A';
		unknown(forged);
	}
	forged[0] = '\0';
	memcpy(forged, access, len + 1);
	*strrchr(forged, '.') = '\0';
	unknown(forged);
	strcat(forged, ".");
	unknown(forged);
	/* By a key that is published no more. */
	use_keys(ec, NULL);
	unknown(access);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_access_token_is_what_its_row_is, jwt_setup,
						jwt_teardown),
		cmocka_unit_test_setup_teardown(it_expires, jwt_setup, jwt_teardown),
		cmocka_unit_test_setup_teardown(an_id_token_speaks_for_itself, jwt_setup,
						jwt_teardown),
		cmocka_unit_test_setup_teardown(what_others_signed_is_unknown, jwt_setup,
						jwt_teardown),
	};

	return cmocka_run_group_tests_name("inspect JWTs", tests, NULL, NULL);
}
