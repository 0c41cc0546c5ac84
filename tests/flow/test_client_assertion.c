/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_assertion.h: CA-10 to CA-16, CA-18, CA-24, CA-25, BP-23. Each rule is
 * broken once, in an assertion that is good but for that.
 */
#include "tests/flow/assertion_world.h"

#include <string.h>

#include "base/arena.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
#define ES "{\"alg\":\"ES256\",\"kid\":\"ec\"}"
#define FOR(client) "\"iss\":\"" client "\",\"sub\":\"" client "\""
#define REST "\"exp\":@60,\"jti\":\"#\""
#define AUD "\"aud\":\"" ISSUER "\""

static void
every_algorithm_of_a_method_is_taken(void **state)
{
	static const struct {
		enum ac_alg_id alg;
		const char *header;
	} rows[] = {
		{ AC_ALG_RS256, "{\"alg\":\"RS256\",\"kid\":\"rsa\"}" },
		{ AC_ALG_PS256, "{\"alg\":\"PS256\",\"kid\":\"rsa\"}" },
		{ AC_ALG_ES256, ES },
		{ AC_ALG_EDDSA, "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}" },
		/* Only one key fits, so none has to be named. */
		{ AC_ALG_ES256, "{\"alg\":\"ES256\"}" },
		{ AC_ALG_ES256, "{\"alg\":\"ES256\",\"typ\":\"JWT\"}" },
		{ AC_ALG_ES256, "{\"alg\":\"ES256\",\"typ\":\"client-authentication+jwt\"}" },
		{ AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"typ\":\"application/client-authentication+jwt\"}" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (!believed(world, signed_by(world, rows[i].alg, rows[i].header,
					       good_payload(world, "key"))))
			fail_msg("BP-23 %s", rows[i].header);
	}
	assert_true(believed(world, good_token(world, "jwt")));
	assert_true(believed(world, good_token(world, "es")));
}

/* CA-12 to CA-17, RFC 7523 §3. */
static void
each_claim_has_its_rule(void **state)
{
	static const struct {
		const char *name, *client, *payload;
		bool good;
	} rows[] = {
		{ "CA-12 no iss", "key", "{\"sub\":\"key\"," AUD "," REST "}", false },
		{ "CA-12 no sub", "key", "{\"iss\":\"key\"," AUD "," REST "}", false },
		{ "CA-12 another iss", "key", "{\"iss\":\"es\",\"sub\":\"key\"," AUD "," REST "}",
		  false },
		{ "CA-12 iss is the server", "key",
		  "{\"iss\":\"" ISSUER "\",\"sub\":\"key\"," AUD "," REST "}", false },
		{ "CA-12 sub is a list", "key",
		  "{\"iss\":\"key\",\"sub\":[\"key\"]," AUD "," REST "}", false },
		{ "CA-12 sub twice", "key", "{" FOR("key") ",\"sub\":\"key\"," AUD "," REST "}",
		  false },
		{ "CA-25 a subject that is no client", "key",
		  "{\"iss\":\"key\",\"sub\":\"alice\"," AUD "," REST "}", false },
		{ "CA-13 no aud", "key", "{" FOR("key") "," REST "}", false },
		{ "CA-25 another server", "key",
		  "{" FOR("key") ",\"aud\":\"https://other.example\"," REST "}", false },
		{ "CA-13 a slash more", "key", "{" FOR("key") ",\"aud\":\"" ISSUER "/\"," REST "}",
		  false },
		{ "CA-13 the client", "key", "{" FOR("key") ",\"aud\":\"key\"," REST "}", false },
		{ "CA-13 userinfo endpoint", "key",
		  "{" FOR("key") ",\"aud\":\"" ISSUER "/userinfo\"," REST "}", false },
		{ "CA-13 empty list", "key", "{" FOR("key") ",\"aud\":[]," REST "}", false },
		{ "CA-13 list with a number", "key",
		  "{" FOR("key") ",\"aud\":[\"" ISSUER "\",1]," REST "}", false },
		{ "CA-13 token endpoint", "key",
		  "{" FOR("key") ",\"aud\":\"" ISSUER "/token\"," REST "}", true },
		{ "CA-13 the endpoint it is sent to", "key",
		  "{" FOR("key") ",\"aud\":\"" ISSUER "/introspect\"," REST "}", true },
		{ "CA-13 in a list", "key",
		  "{" FOR("key") ",\"aud\":[\"https://x.example\",\"" ISSUER "\"]," REST "}",
		  true },
		{ "CA-14 token endpoint", "strict",
		  "{" FOR("strict") ",\"aud\":\"" ISSUER "/token\"," REST "}", false },
		{ "CA-14 the endpoint it is sent to", "strict",
		  "{" FOR("strict") ",\"aud\":\"" ISSUER "/introspect\"," REST "}", false },
		{ "CA-14 a list", "strict", "{" FOR("strict") ",\"aud\":[\"" ISSUER "\"]," REST "}",
		  false },
		{ "CA-14 the issuer", "strict", "{" FOR("strict") "," AUD "," REST "}", true },
		{ "CA-15 no exp", "key", "{" FOR("key") "," AUD ",\"jti\":\"#\"}", false },
		{ "CA-15 exp now", "key", "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":@0}",
		  false },
		{ "CA-15 exp past", "key", "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":@-1}",
		  false },
		{ "CA-15 exp is text", "key",
		  "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":\"@60\"}", false },
		{ "CA-15 exp has a fraction", "key",
		  "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":@60.5}", false },
		{ "CA-15 absurdly long", "key",
		  "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":@3661}", false },
		{ "CA-15 for ever", "key",
		  "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":9223372036854775807}", false },
		{ "CA-15 one second", "key", "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":@1}",
		  true },
		{ "CA-15 an hour", "key", "{" FOR("key") "," AUD ",\"jti\":\"#\",\"exp\":@3600}",
		  true },
		{ "CA-16 nbf 10 s ahead", "key", "{" FOR("key") "," AUD "," REST ",\"nbf\":@10}",
		  true },
		{ "CA-16 nbf 61 s ahead", "key", "{" FOR("key") "," AUD "," REST ",\"nbf\":@61}",
		  false },
		{ "CA-16 iat 10 s ahead", "key", "{" FOR("key") "," AUD "," REST ",\"iat\":@10}",
		  true },
		{ "CA-16 iat 61 s ahead", "key", "{" FOR("key") "," AUD "," REST ",\"iat\":@61}",
		  false },
		{ "CA-16 iat long ago", "key", "{" FOR("key") "," AUD "," REST ",\"iat\":@-9999}",
		  true },
		{ "CA-16 iat is text", "key", "{" FOR("key") "," AUD "," REST ",\"iat\":\"now\"}",
		  false },
		{ "CA-17 no jti", "key", "{" FOR("key") "," AUD ",\"exp\":@60}", false },
		{ "CA-17 empty jti", "key", "{" FOR("key") "," AUD ",\"exp\":@60,\"jti\":\"\"}",
		  false },
		{ "CA-17 jti is a number", "key", "{" FOR("key") "," AUD ",\"exp\":@60,\"jti\":#}",
		  false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (believed(world, signed_by(world, AC_ALG_ES256, ES, rows[i].payload)) !=
		    rows[i].good)
			fail_msg("%s", rows[i].name);
	}
}

/* CA-18, CA-25; RFC 8725 §3.1, §3.10, §3.11 */
static void
a_hostile_header_or_key_proves_nothing(void **state)
{
	static const struct {
		const char *name, *client;
		enum ac_alg_id alg;
		const char *header;
	} rows[] = {
		{ "CA-18 not the one registered", "es", AC_ALG_RS256,
		  "{\"alg\":\"RS256\",\"kid\":\"rsa\"}" },
		{ "CA-18 not the one registered, of the same key type", "es", AC_ALG_EDDSA,
		  "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}" },
		{ "CA-18 RS256 of a strict client", "strict", AC_ALG_RS256,
		  "{\"alg\":\"RS256\",\"kid\":\"rsa\"}" },
		{ "CA-18 another than it says", "key", AC_ALG_RS256,
		  "{\"alg\":\"PS256\",\"kid\":\"rsa\"}" },
		{ "CA-18 none", "key", AC_ALG_ES256, "{\"alg\":\"none\"}" },
		{ "CA-18 NONE", "key", AC_ALG_ES256, "{\"alg\":\"NONE\"}" },
		{ "CA-18 HS256 of a client with keys", "key", AC_ALG_ES256,
		  "{\"alg\":\"HS256\",\"kid\":\"ec\"}" },
		{ "CA-18 no alg", "key", AC_ALG_ES256, "{\"kid\":\"ec\"}" },
		{ "CA-18 in lower case", "key", AC_ALG_ES256, "{\"alg\":\"es256\"}" },
		{ "a key that is not there", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"other\"}" },
		{ "a key of another kind", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"rsa\"}" },
		{ "a kid that is a path", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"../ec\"}" },
		{ "crit", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"ec\",\"crit\":[\"exp\"],\"exp\":1}" },
		{ "b64", "key", AC_ALG_ES256, "{\"alg\":\"ES256\",\"kid\":\"ec\",\"b64\":false}" },
		{ "an embedded key", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"jwk\":" RFC_EC_JWK "}" },
		{ "a URL of keys", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/\"}" },
		{ "a certificate", "key", AC_ALG_ES256, "{\"alg\":\"ES256\",\"x5c\":[]}" },
		{ "alg twice", "key", AC_ALG_ES256, "{\"alg\":\"ES256\",\"alg\":\"ES256\"}" },
		{ "CA-25 an access token", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"at+jwt\"}" },
		{ "CA-25 a request object", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"oauth-authz-req+jwt\"}" },
		{ "CA-25 a logout token", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"logout+jwt\"}" },
		{ "CA-25 a DPoP proof", "key", AC_ALG_ES256,
		  "{\"alg\":\"ES256\",\"kid\":\"ec\",\"typ\":\"dpop+jwt\"}" },
		{ "CA-18 a key where a secret is registered", "jwt", AC_ALG_ES256, ES },
		{ "a disabled client", "off", AC_ALG_ES256, ES },
		{ "CA-06 a client registered for Basic", "basic", AC_ALG_ES256, ES },
		{ "a client that does not exist", "nobody", AC_ALG_ES256, ES },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (believed(world, signed_by(world, rows[i].alg, rows[i].header,
					      good_payload(world, rows[i].client))))
			fail_msg("%s", rows[i].name);
	}
}

/* CA-18: the classic. What everybody knows is no secret. */
static void
no_public_key_is_taken_for_a_secret(void **state)
{
	static const char *const known[] = { RFC_RSA_JWK, RFC_RSA_N, RFC_EC_X, KEYS, "" };
	struct world *world = *state;
	struct ac_jwk *key = forge_public_key(AC_ALG_RS256);

	for (size_t i = 0; i < AC_ARRAY_SIZE(known); i++) {
		assert_false(believed(world, signed_with(world, known[i], strlen(known[i]),
							 "{\"alg\":\"HS256\",\"kid\":\"rsa\"}",
							 good_payload(world, "key"))));
		assert_false(believed(world, signed_with(world, known[i], strlen(known[i]),
							 "{\"alg\":\"HS256\"}",
							 good_payload(world, "jwt"))));
	}
	ac_jwk_free(&key);
}

static void
another_secret_or_method_proves_nothing(void **state)
{
	struct world *world = *state;
	const char *secret = JWT_SECRET;

	assert_false(
		believed(world, signed_with(world, secret, strlen(secret) - 1,
					    "{\"alg\":\"HS256\"}", good_payload(world, "jwt"))));
	assert_false(
		believed(world, signed_with(world, secret, strlen(secret), "{\"alg\":\"HS512\"}",
					    good_payload(world, "jwt"))));
	assert_false(
		believed(world, signed_with(world, secret, strlen(secret), "{\"alg\":\"HS256\"}",
					    good_payload(world, "key"))));
	/* CA-09: its secret has expired; a second before it had not. */
	assert_false(believed(world, good_token(world, "over")));
	world->now_ms = NOW_MS - 1000;
	assert_true(believed(world, good_token(world, "over")));
}

/* Not even when what is cut is the last character of a signature's padding bits. */
static void
an_assertion_cut_anywhere_proves_nothing(void **state)
{
	struct world *world = *state;
	const char *const tokens[] = { good_token(world, "key"), good_token(world, "jwt") };

	for (size_t i = 0; i < AC_ARRAY_SIZE(tokens); i++) {
		for (size_t len = 1; len < strlen(tokens[i]); len++)
			assert_false(
				believed(world, ac_arena_strndup(world->arena, tokens[i], len)));
		assert_true(believed(world, tokens[i]));
	}
}

static void
an_assertion_with_a_character_changed_proves_nothing(void **state)
{
	struct world *world = *state;
	char *token = ac_arena_strdup(world->arena, good_token(world, "key"));

	for (size_t i = 0; i < strlen(token); i++) {
		char right = token[i];

		token[i] = right == 'A' ? 'B' : 'A';
		assert_false(believed(world, token));
		token[i] = right;
	}
	assert_true(believed(world, token));
}

/* CA-04, CA-05, CA-10, CA-11 */
static void
the_form_has_exactly_one_assertion_of_the_type(void **state)
{
	static const struct {
		const char *name, *form; /* %s: the assertion */
		unsigned status;
		const char *error;
	} rows[] = {
		{ "CA-10 no type", "client_assertion=%s", 401, "invalid_client" },
		{ "CA-10 saml",
		  "client_assertion=%s&client_assertion_type=urn%%3Aietf%%3Aparams"
		  "%%3Aoauth%%3Aclient-assertion-type%%3Asaml2-bearer",
		  401, "invalid_client" },
		{ "CA-10 type in upper case",
		  "client_assertion=%s&client_assertion_type=URN%%3Aietf"
		  "%%3Aparams%%3Aoauth%%3Aclient-assertion-type%%3Ajwt-bearer",
		  401, "invalid_client" },
		{ "CA-10 the type alone", "client_assertion_type=" BEARER "&x=%s", 401,
		  "invalid_client" },
		{ "CA-10 the type alone beside a name",
		  "client_assertion_type=" BEARER "&client_id=key&x=%s", 401, "invalid_client" },
		{ "CA-10 no JWT", "client_assertion=x&client_assertion_type=" BEARER "&x=%s", 401,
		  "invalid_client" },
		{ "CA-10 twice",
		  "client_assertion=%s&client_assertion=y&client_assertion_type=" BEARER, 400,
		  "invalid_request" },
		{ "CA-11 the name alone", "client_id=key&x=%s", 401, "invalid_client" },
		{ "CA-04 a secret too",
		  "client_secret=x&client_assertion=%s&client_assertion_type=" BEARER, 400,
		  "invalid_request" },
		{ "CA-05 another client's name",
		  "client_id=es&client_assertion=%s&client_assertion_type=" BEARER, 400,
		  "invalid_request" },
		/* RFC 7521 §4.2 */
		{ "CA-05 its own name",
		  "client_id=key&client_assertion=%s&client_assertion_type=" BEARER, 200, "" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char form[4096];
		struct outcome outcome;
		int len = snprintf(form, sizeof(form), "token=x&");

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(form + len, sizeof(form) - (size_t)len, rows[i].form,
			 good_token(world, "key"));
#pragma GCC diagnostic pop
		outcome = post(world, AUTHCODE_ENDPOINT_INTROSPECT, form);
		if (outcome.status != rows[i].status || strcmp(outcome.error, rows[i].error) != 0)
			fail_msg("%s: %u %s", rows[i].name, outcome.status, outcome.error);
	}
}

/* CA-24: and what is good is used up, whatever becomes of the request. */
static void
every_endpoint_takes_assertions_alike(void **state)
{
	static const struct {
		enum authcode_endpoint endpoint;
		unsigned status;
		const char *error;
	} rows[] = {
		{ AUTHCODE_ENDPOINT_TOKEN, 400, "unsupported_grant_type" },
		{ AUTHCODE_ENDPOINT_REVOKE, 200, "" },
		{ AUTHCODE_ENDPOINT_INTROSPECT, 200, "" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *form = ac_arena_printf(
			world->arena,
			"grant_type=x&token=x&client_assertion_type=" BEARER "&client_assertion=%s",
			good_token(world, "key"));
		struct outcome outcome = post(world, rows[i].endpoint, form);

		assert_int_equal(outcome.status, rows[i].status);
		assert_string_equal(outcome.error, rows[i].error);
		outcome = post(world, rows[i].endpoint, form);
		assert_int_equal(outcome.status, 401);
		assert_string_equal(outcome.error, "invalid_client");
	}
}

/* IN-09, TK-18, CR-06: whoever cannot be believed is nobody, and has guessed; so has who
 * is believed, but asks about a token that there is not. */
static void
the_host_is_told_whom_a_request_is_of_once_it_is_proved(void **state)
{
	static const struct {
		const char *client, *header;
		unsigned status;
	} rows[] = {
		{ "key", ES, 200 },
		{ "jwt", NULL, 200 },
		{ "remote", ES, 200 }, /* keys have to come first */
		{ "over", NULL, 401 },
		{ "off", ES, 401 },
		{ "basic", ES, 401 },
		{ "nobody", ES, 401 },
		{ "key", "{\"alg\":\"ES256\",\"kid\":\"unknown\"}", 401 },
		{ "remote2", "{\"alg\":\"ES256\",\"kid\":\"unknown\"}", 401 },
	};
	static const enum authcode_endpoint endpoints[] = { AUTHCODE_ENDPOINT_INTROSPECT,
							    AUTHCODE_ENDPOINT_REVOKE };
	struct world *world = *state;

	world->jwks = KEYS;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows) * AC_ARRAY_SIZE(endpoints); i++) {
		size_t row = i / AC_ARRAY_SIZE(endpoints);
		enum authcode_endpoint endpoint = endpoints[i % AC_ARRAY_SIZE(endpoints)];
		const char *payload = good_payload(world, rows[row].client);
		const char *token =
			rows[row].header != NULL
				? signed_by(world, AC_ALG_ES256, rows[row].header, payload)
				: signed_with(world, JWT_SECRET, strlen(JWT_SECRET),
					      "{\"alg\":\"HS256\"}", payload);
		const char *body = ac_arena_printf(
			world->arena,
			"token=x&client_assertion_type=" BEARER "&client_assertion=%s", token);
		struct outcome outcome = post(world, endpoint, body);

		if (outcome.status != rows[row].status)
			fail_msg("row %zu: %u", row, outcome.status);
		assert_string_equal(outcome.client, outcome.status == 200 ? rows[row].client : "");
		assert_int_equal(outcome.guessed,
				 outcome.status != 200 || endpoint == AUTHCODE_ENDPOINT_INTROSPECT);
		/* A replay is of nobody, though it was good once. */
		if (outcome.status == 200) {
			outcome = post(world, endpoint, body);
			assert_int_equal(outcome.status, 401);
			assert_string_equal(outcome.client, "");
			assert_true(outcome.guessed);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_algorithm_of_a_method_is_taken),
		TEST(each_claim_has_its_rule),
		TEST(a_hostile_header_or_key_proves_nothing),
		TEST(no_public_key_is_taken_for_a_secret),
		TEST(another_secret_or_method_proves_nothing),
		TEST(an_assertion_cut_anywhere_proves_nothing),
		TEST(an_assertion_with_a_character_changed_proves_nothing),
		TEST(the_form_has_exactly_one_assertion_of_the_type),
		TEST(every_endpoint_takes_assertions_alike),
		TEST(the_host_is_told_whom_a_request_is_of_once_it_is_proved),
	};

	return cmocka_run_group_tests_name("client_assertion", tests, NULL, NULL);
}
