/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/id_token_hint.h: which texts are ID tokens of ours, and which are not
 * although they come near (ID-19, JW-07).
 */
#include "protocol/id_token_hint.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "jose/hmac_jws.h"
#include "jose/jws.h"
#include "jose/key_pair.h"
#include "tests/flow/openid_fixture.h"
#include "tests/flow/keys_fixture.h"

static struct authcode_exchange *
exchange(struct openid *o)
{
	struct authcode_exchange *x = NULL;

	assert_int_equal(ac_exchange_new(o->flow.issuer, o->flow.now_ms, &x), AUTHCODE_OK);
	return x;
}

static enum authcode_err
hint(struct openid *o, const char *text)
{
	struct authcode_exchange *x = exchange(o);
	struct ac_id_token_hint ret = { .sub = "untouched" };
	enum authcode_err err = ac_id_token_hint(x, text, &ret);

	if (err != AUTHCODE_OK)
		assert_string_equal(ret.sub, "untouched");
	authcode_exchange_free(&x);
	return err;
}

/* LO-09 in part: long after its end it still says whom it was about. */
static void
an_id_token_of_ours_is_a_hint_even_when_it_is_old(void **state)
{
	static const char *const names[AC_ALG_COUNT] = { "RS256", "PS256", "ES256", "EdDSA" };
	struct openid *o = *state;

	for (int alg = 0; alg < AC_ALG_COUNT; alg++) {
		struct authcode_client client = openid_client(o);
		struct ac_id_token_hint ret = { 0 };
		struct authcode_exchange *x;
		json_t *answer, *claims;

		client.id_token_alg = names[alg];
		openid_set_client(o, &client);
		answer = openid_tokens(o, "openid");
		claims = openid_verified(openid_text(answer, "id_token"), (enum ac_alg_id)alg,
					 "JWT");
		o->flow.now_ms += INT64_C(30) * 24 * 3600 * 1000;
		x = exchange(o);
		assert_int_equal(ac_id_token_hint(x, openid_text(answer, "id_token"), &ret),
				 AUTHCODE_OK);
		assert_string_equal(ret.sub, openid_text(claims, "sub"));
		assert_string_equal(ret.sid, openid_text(claims, "sid"));
		assert_string_equal(ret.client_id, FLOW_WEB);
		authcode_exchange_free(&x);
		json_decref(claims);
		json_decref(answer);
	}
}

static void
a_hint_without_a_session_has_no_sid(void **state)
{
	struct openid *o = *state;
	json_t *answer = openid_tokens(o, "openid offline_access"), *again;
	struct authcode_exchange *x = exchange(o);
	struct ac_id_token_hint ret = { .sid = "x" };

	again = openid_refresh(o, openid_text(answer, "refresh_token"), "");
	assert_int_equal(ac_id_token_hint(x, openid_text(again, "id_token"), &ret), AUTHCODE_OK);
	assert_null(ret.sid);
	authcode_exchange_free(&x);
	json_decref(again);
	json_decref(answer);
}

/* Every prefix, and every byte changed. */
static void
a_hint_cut_or_changed_at_any_byte_is_none(void **state)
{
	struct openid *o = *state;
	json_t *answer = openid_tokens(o, "openid");
	const char *token = openid_text(answer, "id_token");
	size_t len = strlen(token);
	char *copy = strdup(token);

	assert_non_null(copy);
	for (size_t i = 0; i < len; i++) {
		copy[i] = '\0';
		assert_int_equal(hint(o, copy), AUTHCODE_ERR_SYNTAX);
		copy[i] = token[i] == 'A' ? 'B' : 'A';
		assert_int_equal(hint(o, copy), AUTHCODE_ERR_SYNTAX);
		copy[i] = token[i];
	}
	assert_int_equal(hint(o, copy), AUTHCODE_OK);
	assert_int_equal(hint(o, flow_text(&o->flow, "%s.", token)), AUTHCODE_ERR_SYNTAX);
	assert_int_equal(hint(o, flow_text(&o->flow, "%s ", token)), AUTHCODE_ERR_SYNTAX);
	assert_int_equal(hint(o, flow_text(&o->flow, "%sA", token)), AUTHCODE_ERR_SYNTAX);
	free(copy);
	json_decref(answer);
}

#define GOOD                                                                                       \
	"{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"sub\":\"s\",\"iat\":1767225600,"           \
	"\"exp\":1767229200,\"auth_time\":1767225600"

/* Signed by our own key, and yet no ID token of ours. */
static void
what_our_key_signs_for_other_purposes_is_no_hint(void **state)
{
	static const struct {
		const char *name, *typ, *claims;
		enum authcode_err err;
	} rows[] = {
		{ "as it should be", "JWT", GOOD "}", AUTHCODE_OK },
		{ "typ in another case", "jwt", GOOD "}", AUTHCODE_OK },
		{ "access token", "at+jwt", GOOD "}", AUTHCODE_ERR_SYNTAX },
		{ "logout token", "logout+jwt", GOOD "}", AUTHCODE_ERR_SYNTAX },
		{ "introspection", "token-introspection+jwt", GOOD "}", AUTHCODE_ERR_SYNTAX },
		{ "userinfo", NULL, GOOD "}", AUTHCODE_ERR_SYNTAX },
		{ "another issuer", "JWT",
		  "{\"iss\":\"https://id.example/\",\"aud\":\"web\",\"sub\":\"s\","
		  "\"iat\":1767225600,\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "no issuer", "JWT",
		  "{\"aud\":\"web\",\"sub\":\"s\",\"iat\":1767225600,\"exp\":1767229200,"
		  "\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "no sub", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"iat\":1767225600,"
		  "\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "no aud", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"sub\":\"s\",\"iat\":1767225600,"
		  "\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "two audiences", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":[\"web\",\"b\"],\"sub\":\"s\","
		  "\"iat\":1767225600,\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "no exp", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"sub\":\"s\","
		  "\"iat\":1767225600,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "no iat", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"sub\":\"s\","
		  "\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "no auth_time", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"sub\":\"s\","
		  "\"iat\":1767225600,\"exp\":1767229200}",
		  AUTHCODE_ERR_SYNTAX },
		{ "iat ahead", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"sub\":\"s\","
		  "\"iat\":1767225661,\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "sid is no text", "JWT", GOOD ",\"sid\":1}", AUTHCODE_ERR_SYNTAX },
		{ "sub is no text", "JWT",
		  "{\"iss\":\"" FLOW_ISSUER "\",\"aud\":\"web\",\"sub\":1,"
		  "\"iat\":1767225600,\"exp\":1767229200,\"auth_time\":1767225600}",
		  AUTHCODE_ERR_SYNTAX },
		{ "a member twice", "JWT", GOOD ",\"sub\":\"t\"}", AUTHCODE_ERR_SYNTAX },
		{ "no object", "JWT", "[]", AUTHCODE_ERR_SYNTAX },
	};
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct ac_part payload = { rows[i].claims, strlen(rows[i].claims) };
		char *token = NULL;

		assert_int_equal(ac_jws_sign(test_key(AC_ALG_ES256), rows[i].typ, &payload,
					     o->flow.arena, &token),
				 AUTHCODE_OK);
		print_message("# %s\n", rows[i].name);
		assert_int_equal(hint(o, token), rows[i].err);
	}
}

/* The payload is good; who signed it is not. */
static void
what_others_sign_is_no_hint(void **state)
{
	struct openid *o = *state;
	const struct ac_part payload = { GOOD "}", sizeof(GOOD "}") - 1 };
	struct ac_jwk *stranger = NULL;
	struct ac_secret *secret = NULL;
	char *token = NULL;
	const char *body, *header;

	assert_int_equal(ac_key_pair_new(ac_alg(AC_ALG_ES256), &stranger), AUTHCODE_OK);
	assert_int_equal(ac_jws_sign(stranger, "JWT", &payload, o->flow.arena, &token),
			 AUTHCODE_OK);
	assert_int_equal(hint(o, token), AUTHCODE_ERR_SYNTAX);
	ac_jwk_free(&stranger);

	/* alg none, with our kid and without a signature (RFC 8725 §2.1) */
	body = strchr(token, '.');
	assert_non_null(body);
	header = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
	assert_int_equal(hint(o, flow_text(&o->flow, "%s%s", header, body)), AUTHCODE_ERR_SYNTAX);
	assert_int_equal(hint(o, flow_text(&o->flow, "%s%.*s.", header,
					   (int)(strrchr(body, '.') - body), body)),
			 AUTHCODE_ERR_SYNTAX);

	/* HS256 with something everybody has for a secret */
	assert_int_equal(ac_secret_new(FLOW_SECRET, strlen(FLOW_SECRET), &secret), AUTHCODE_OK);
	assert_int_equal(ac_hmac_jws_sign(secret, "JWT", &payload, o->flow.arena, &token),
			 AUTHCODE_OK);
	assert_int_equal(hint(o, token), AUTHCODE_ERR_SYNTAX);
	ac_secret_free(&secret);
}

/* JW-07: the key says which algorithm it is for, not the token. */
static void
the_header_of_another_key_is_no_hint(void **state)
{
	struct openid *o = *state;
	const struct ac_part payload = { GOOD "}", sizeof(GOOD "}") - 1 };
	char *tokens[AC_ALG_COUNT];

	for (int i = 0; i < AC_ALG_COUNT; i++)
		assert_int_equal(ac_jws_sign(test_key((enum ac_alg_id)i), "JWT", &payload,
					     o->flow.arena, &tokens[i]),
				 AUTHCODE_OK);
	for (int i = 0; i < AC_ALG_COUNT; i++) {
		for (int k = 0; k < AC_ALG_COUNT; k++) {
			const char *rest = strchr(tokens[k], '.');

			assert_int_equal(
				hint(o, flow_text(&o->flow, "%.*s%s", (int)strcspn(tokens[i], "."),
						  tokens[i], rest)),
				i == k ? AUTHCODE_OK : AUTHCODE_ERR_SYNTAX);
		}
	}
}

static void
a_key_that_is_published_no_more_verifies_nothing(void **state)
{
	struct openid *o = *state;
	json_t *answer = openid_tokens(o, "openid");
	const char *token = openid_text(answer, "id_token");

	assert_int_equal(hint(o, token), AUTHCODE_OK);
	test_keys_install(o->flow.issuer, AC_ALG_ALL & ~AC_ALG_BIT(AC_ALG_ES256));
	assert_int_equal(hint(o, token), AUTHCODE_ERR_SYNTAX);
	test_keys_install(o->flow.issuer, 0);
	assert_int_equal(hint(o, token), AUTHCODE_ERR_SYNTAX);
	json_decref(answer);
}

/* Other things that are given out here. */
static void
an_opaque_token_is_no_hint(void **state)
{
	static const char *const texts[] = { "", ".", "..", "...", "a.b.c", "{}", "null" };
	struct openid *o = *state;
	json_t *answer = openid_tokens(o, "openid");

	assert_int_equal(hint(o, openid_text(answer, "access_token")), AUTHCODE_ERR_SYNTAX);
	assert_int_equal(hint(o, openid_text(answer, "refresh_token")), AUTHCODE_ERR_SYNTAX);
	for (size_t i = 0; i < AC_ARRAY_SIZE(texts); i++)
		assert_int_equal(hint(o, texts[i]), AUTHCODE_ERR_SYNTAX);
	json_decref(answer);
}

#define HINT_TEST(function) cmocka_unit_test_setup_teardown(function, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HINT_TEST(an_id_token_of_ours_is_a_hint_even_when_it_is_old),
		HINT_TEST(a_hint_without_a_session_has_no_sid),
		HINT_TEST(a_hint_cut_or_changed_at_any_byte_is_none),
		HINT_TEST(what_our_key_signs_for_other_purposes_is_no_hint),
		HINT_TEST(what_others_sign_is_no_hint),
		HINT_TEST(the_header_of_another_key_is_no_hint),
		HINT_TEST(a_key_that_is_published_no_more_verifies_nothing),
		HINT_TEST(an_opaque_token_is_no_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
