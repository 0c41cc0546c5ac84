/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * JWTs that are no access tokens of ours, at introspection and userinfo: AT-06, IN-02,
 * UI-06.
 */
#include <string.h>

#include "base/attr.h"
#include "tests/flow/jwt_world.h"

/* name := value (JSON) in the object; value NULL: without it. */
static const char *
changed(const json_t *object, const char *name, const char *value)
{
	json_t *copy = json_deep_copy(object);
	char *text;
	const char *kept;

	if (value == NULL)
		json_object_del(copy, name);
	else if (*name != '\0')
		json_object_set_new(copy, name, json_loads(value, JSON_DECODE_ANY, NULL));
	text = json_dumps(copy, JSON_COMPACT);
	kept = flow_text(&flow, "%s", text);
	free(text);
	json_decref(copy);
	return kept;
}

static void
assert_dead(const char *token, const char *row)
{
	if (active(token) || userinfo_status(&flow, token) == 200)
		fail_msg("%s", row);
}

/* AT-06: all of these are signed by the very key that signs ours. */
static void
what_we_have_not_written_as_an_access_token_is_refused(void **state)
{
	static const struct {
		const char *row;
		bool in_header;
		const char *name, *value;
	} rows[] = {
		{ "no typ", true, "typ", NULL },
		{ "an ID token", true, "typ", "\"JWT\"" },
		{ "a logout token", true, "typ", "\"logout+jwt\"" },
		{ "an introspection answer", true, "typ", "\"token-introspection+jwt\"" },
		{ "typ is no text", true, "typ", "[\"at+jwt\"]" },
		{ "no kid", true, "kid", NULL },
		{ "an unknown kid", true, "kid", "\"unknown\"" },
		{ "an empty kid", true, "kid", "\"\"" },
		{ "an embedded key", true, "jwk",
		  "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}" },
		{ "a key by URL", true, "jku", "\"https://evil.example/jwks\"" },
		{ "a certificate", true, "x5c", "[\"MIIB\"]" },
		{ "crit", true, "crit", "[\"exp\"]" },
		{ "b64", true, "b64", "false" },
		{ "alg none", true, "alg", "\"none\"" },
		{ "another alg", true, "alg", "\"PS256\"" },
		{ "a secret's alg", true, "alg", "\"HS256\"" },
		{ "no alg", true, "alg", NULL },
		{ "no iss", false, "iss", NULL },
		{ "another iss", false, "iss", "\"https://evil.example\"" },
		{ "iss with a slash", false, "iss", "\"" FLOW_ISSUER "/\"" },
		{ "no aud", false, "aud", NULL },
		{ "another aud", false, "aud", "\"https://api.example/v1\"" },
		{ "the client as aud", false, "aud", "\"post\"" },
		{ "one aud more", false, "aud", "[\"" FLOW_ISSUER "\",\"urn:other\"]" },
		{ "no exp", false, "exp", NULL },
		{ "exp is no number", false, "exp", "\"1767226200\"" },
		{ "exp was", false, "exp", "1767225600" },
		{ "nbf is to come", false, "nbf", "1767225661" },
		{ "no iat", false, "iat", NULL },
		{ "iat is to come", false, "iat", "1767225661" },
		{ "no sub", false, "sub", NULL },
		{ "no jti", false, "jti", NULL },
		{ "an empty jti", false, "jti", "\"\"" },
		{ "a number as jti", false, "jti", "1" },
		{ "a jti of no form", false, "jti", "\"acj_x\"" },
		{ "a jti of no row", false, "jti",
		  "\"acj_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" },
		{ "no client_id", false, "client_id", NULL },
		{ "another client_id", false, "client_id", "\"first\"" },
	};
	const char *token = access_token(QUERY);
	json_t *header = segment(token, 0), *claims = segment(token, 1);
	const char *plain_header = changed(header, "", ""), *plain = changed(claims, "", "");

	(void)state;
	assert_true(active(forge_token(rsa, AC_ALG_RS256, plain_header, plain)));
	assert_true(active(forge_token(rsa, AC_ALG_RS256,
				       changed(header, "typ", "\"application/AT+JWT\""), plain)));
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *other =
			changed(rows[i].in_header ? header : claims, rows[i].name, rows[i].value);

		assert_dead(rows[i].in_header ? forge_token(rsa, AC_ALG_RS256, other, plain)
					      : forge_token(rsa, AC_ALG_RS256, plain_header, other),
			    rows[i].row);
	}
	json_decref(header);
	json_decref(claims);
}

static void
a_jti_of_an_opaque_token_makes_no_jwt(void **state)
{
	const char *token = access_token(QUERY), *opaque;
	json_t *header = segment(token, 0), *claims = segment(token, 1);

	(void)state;
	set_format(AUTHCODE_FORMAT_OPAQUE, NULL, 0);
	opaque = access_token(QUERY);
	assert_dead(forge_token(rsa, AC_ALG_RS256, changed(header, "", ""),
				changed(claims, "jti", flow_text(&flow, "\"%s\"", opaque))),
		    "as it is");
	assert_dead(forge_token(rsa, AC_ALG_RS256, changed(header, "", ""),
				changed(claims, "jti", flow_text(&flow, "\"acj_%s\"", opaque + 4))),
		    "as a jti");
	json_decref(header);
	json_decref(claims);
}

static void
what_another_key_has_signed_is_refused(void **state)
{
	const char *token = access_token(QUERY);
	json_t *header = segment(token, 0), *claims = segment(token, 1);
	const char *plain = changed(claims, "", "");
	const char *dot = strrchr(token, '.');

	(void)state;
	/* The other key of ours under the name of this one, and the other way round. */
	assert_dead(forge_token(ec, AC_ALG_ES256, changed(header, "", ""), plain), "key");
	assert_dead(forge_token(ec, AC_ALG_ES256, changed(header, "alg", "\"ES256\""), plain),
		    "key and alg");
	assert_dead(forge_token(rsa, AC_ALG_RS256,
				changed(header, "kid", flow_text(&flow, "\"%s\"", ac_jwk_kid(ec))),
				plain),
		    "kid");
	/* Not signed at all. */
	assert_dead(flow_text(&flow, "%.*s.", (int)(dot - token), token), "no signature");
	assert_dead(flow_text(&flow, "%s.",
			      forge_input("{\"alg\":\"none\",\"typ\":\"at+jwt\"}", plain)),
		    "none");
	json_decref(header);
	json_decref(claims);
}

static void
a_token_that_is_cut_or_changed_anywhere_is_refused(void **state)
{
	const char *token = access_token(QUERY API_Q ISSUER_Q);
	size_t len = strlen(token);

	(void)state;
	for (size_t i = 1; i < len; i++)
		assert_dead(flow_text(&flow, "%.*s", (int)i, token), "cut");
	for (size_t i = 0; i < len; i++) {
		char *copy = authcode_arena_alloc(flow.arena, len + 1);

		assert_non_null(copy);
		memcpy(copy, token, len + 1);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		if (active(copy))
			fail_msg("changed at %zu", i);
	}
	assert_true(active(token));
}

static void
a_key_that_has_left_the_ring_vouches_for_nothing(void **state)
{
	const char *token = access_token(QUERY);

	(void)state;
	use_keys(NULL, ec);
	assert_dead(token, "gone");
	use_keys(rsa, ec);
	assert_true(active(token));
}

/* Nothing is used up for a token that could not be written. */
static void
without_a_key_no_code_is_redeemed(void **state)
{
	const char *code = flow_code(&flow, &browser, QUERY);
	const char *body = flow_text(&flow, "grant_type=authorization_code&code=%s&redirect_uri=%s",
				     code, FLOW_POST_URI);

	(void)state;
	use_keys(NULL, ec);
	json_decref(answer_json(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST, body), 500));
	use_keys(rsa, ec);
	json_decref(answer_json(as_client(&flow, AUTHCODE_ENDPOINT_TOKEN, FLOW_POST, body), 200));
}

static void
a_failing_store_is_not_reported_as_inactive(void **state)
{
	const char *token = access_token(QUERY);

	(void)state;
	flow.reads_fail = true;
	json_decref(answer_json(as_client(&flow, AUTHCODE_ENDPOINT_INTROSPECT, ALL,
					  flow_text(&flow, "token=%s", token)),
				503));
	assert_int_equal(userinfo_status(&flow, token), 503);
	flow.reads_fail = false;
	assert_true(active(token));
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, jwt_setup, jwt_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(what_we_have_not_written_as_an_access_token_is_refused),
		FLOW(a_jti_of_an_opaque_token_makes_no_jwt),
		FLOW(what_another_key_has_signed_is_refused),
		FLOW(a_token_that_is_cut_or_changed_anywhere_is_refused),
		FLOW(a_key_that_has_left_the_ring_vouches_for_nothing),
		FLOW(without_a_key_no_code_is_redeemed),
		FLOW(a_failing_store_is_not_reported_as_inactive),
	};

	return cmocka_run_group_tests_name("access_jwt_hostile", tests, NULL, NULL);
}
