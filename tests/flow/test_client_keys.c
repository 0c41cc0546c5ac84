/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_keys.h: CA-19, RT-15, JW-09; when the keys behind a jwks_uri are
 * asked for, how often, and how long what came is believed. And what a registration
 * may not be.
 */
#include "tests/flow/assertion_world.h"

#include <string.h>

#include "base/arena.h"
#include "tests/unit/jose/rfc_keys.h"

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

static const char *
by_ed(struct world *world, const char *client)
{
	return signed_by(world, AC_ALG_EDDSA, "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}",
			 good_payload(world, client));
}

static void
keys_are_asked_for_once_and_kept(void **state)
{
	struct world *world = *state;

	world->jwks = ONLY_EC;
	for (int i = 0; i < 5; i++)
		assert_true(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 1);
	/* Each client has its own, though the URL is the same. */
	assert_true(believed(world, good_token(world, "remote2")));
	assert_int_equal(world->asked, 2);
}

/* CA-19, RT-15: a key that is not known is looked for, once a minute. */
static void
an_unknown_kid_asks_anew_at_most_once_a_minute(void **state)
{
	struct world *world = *state;

	world->jwks = ONLY_EC;
	assert_true(believed(world, good_token(world, "remote")));
	world->jwks = ONLY_ED; /* rotated at once: too soon to be seen */
	assert_false(believed(world, by_ed(world, "remote")));
	assert_int_equal(world->asked, 1);
	world->now_ms = NOW_MS + MINUTE - 1;
	assert_false(believed(world, by_ed(world, "remote")));
	assert_int_equal(world->asked, 1);
	world->now_ms = NOW_MS + MINUTE;
	assert_true(believed(world, by_ed(world, "remote")));
	assert_int_equal(world->asked, 2);
	/* The old key has gone with the old set, and asks for nothing more. */
	for (int i = 0; i < 10; i++)
		assert_false(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 2);
}

/* A key without a name that has been replaced shows by its signature. */
static void
a_replaced_key_without_a_kid_is_found_too(void **state)
{
	struct world *world = *state;
	const char *const header = "{\"alg\":\"ES256\"}";

	world->jwks = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
		      "\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
		      "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"}]}";
	assert_false(believed(
		world, signed_by(world, AC_ALG_ES256, header, good_payload(world, "remote"))));
	assert_int_equal(world->asked, 1);
	world->jwks = "{\"keys\":[" RFC_EC_JWK "]}";
	world->now_ms = NOW_MS + MINUTE;
	assert_true(believed(
		world, signed_by(world, AC_ALG_ES256, header, good_payload(world, "remote"))));
	assert_int_equal(world->asked, 2);
}

/* One that is named and does not fit is a forgery, not a rotation. */
static void
a_wrong_signature_of_a_known_kid_asks_for_nothing(void **state)
{
	struct world *world = *state;
	char *token;

	world->jwks = ONLY_EC;
	assert_true(believed(world, good_token(world, "remote")));
	world->now_ms = NOW_MS + MINUTE;
	token = ac_arena_strdup(world->arena, good_token(world, "remote"));
	token[strlen(token) - 10] = token[strlen(token) - 10] == 'A' ? 'B' : 'A';
	assert_false(believed(world, token));
	assert_int_equal(world->asked, 1);
}

static void
what_cannot_be_fetched_is_not_asked_for_again_at_once(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 10; i++)
		assert_false(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 1);
	world->now_ms = NOW_MS + MINUTE;
	world->jwks = ONLY_EC;
	assert_true(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 2);
}

/* A key that has been withdrawn must not count for ever. */
static void
a_set_is_asked_for_anew_and_believed_for_an_hour(void **state)
{
	struct world *world = *state;

	world->jwks = ONLY_EC;
	assert_true(believed(world, good_token(world, "remote")));
	world->now_ms = NOW_MS + 10 * MINUTE - 1;
	assert_true(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 1);
	world->jwks = NULL; /* nobody answers: the old one will do */
	world->now_ms = NOW_MS + 10 * MINUTE;
	assert_true(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 2);
	world->now_ms = NOW_MS + 60 * MINUTE - 1;
	assert_true(believed(world, good_token(world, "remote")));
	assert_int_equal(world->asked, 3);
	world->now_ms = NOW_MS + 60 * MINUTE;
	assert_false(believed(world, good_token(world, "remote")));
	world->jwks = ONLY_ED; /* and when it does come, withdrawn is withdrawn */
	world->now_ms = NOW_MS + 62 * MINUTE;
	assert_false(believed(world, good_token(world, "remote")));
	assert_true(believed(world, by_ed(world, "remote")));
}

/* A set that cannot be read leaves the old one; one with unknown kinds is read. */
static void
what_is_no_set_changes_nothing(void **state)
{
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"{\"keys\":[]}",
		"<html>",
		"{\"keys\":{}}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_EC_X
		"\",\"y\":\"" RFC_EC_Y "\",\"d\":\"AAAA\"}]}",
	};
	struct world *world = *state;

	world->jwks = ONLY_EC;
	assert_true(believed(world, good_token(world, "remote")));
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		world->now_ms += MINUTE;
		world->jwks = bad[i];
		assert_false(believed(world, by_ed(world, "remote")));
		assert_int_equal(world->asked, 2 + i);
		assert_true(believed(world, good_token(world, "remote")));
	}
	/* JW-09 */
	world->now_ms += MINUTE;
	world->jwks =
		"{\"keys\":[{\"kty\":\"AKP\",\"kid\":\"ed\",\"alg\":\"ML-DSA-44\"},"
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ed\",\"x\":\"" RFC_EC_X
		"\",\"y\":\"" RFC_EC_Y "\"},"
		"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\",\"x\":\"" RFC_ED_X "\"}]}";
	assert_true(believed(world, by_ed(world, "remote")));
}

static struct authcode_request
request_of(const char *form, int64_t now_ms)
{
	return (struct authcode_request){
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
		.method = AUTHCODE_METHOD_POST,
		.body = { form, strlen(form) },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = now_ms,
	};
}

/* Who comes while the keys are being fetched waits for them too, instead of being
 * refused; and a fetch that was lost blocks nobody. */
static void
a_fetch_under_way_is_joined(void **state)
{
	struct world *world = *state;
	struct authcode_exchange *x[3] = { NULL };

	for (size_t i = 0; i < AC_ARRAY_SIZE(x); i++) {
		const char *form = ac_arena_printf(world->arena,
						   "token=x&client_assertion_type=" BEARER
						   "&client_assertion=%s",
						   good_token(world, "remote"));
		struct authcode_request request = request_of(form, world->now_ms);

		assert_int_equal(authcode_exchange_begin(world->issuer, &request, &x[i]),
				 AUTHCODE_OK);
		assert_non_null(authcode_exchange_client_keys(x[i]));
		assert_string_equal(authcode_exchange_client_keys(x[i])->client->id, "remote");
	}
	authcode_exchange_free(&x[0]); /* its client has hung up */
	for (size_t i = 1; i < AC_ARRAY_SIZE(x); i++) {
		authcode_exchange_set_client_keys(x[i], ONLY_EC, strlen(ONLY_EC));
		assert_null(authcode_exchange_client_keys(x[i]));
		assert_int_equal(authcode_exchange_operation(x[i])->kind, AUTHCODE_OP_USE_ONCE);
		/* Does nothing when nothing is waited for. */
		authcode_exchange_set_client_keys(x[i], NULL, 0);
		assert_int_equal(authcode_exchange_operation(x[i])->kind, AUTHCODE_OP_USE_ONCE);
		authcode_exchange_free(&x[i]);
	}
}

/* Whoever waits together is given one set, and each client keeps it. */
static void
one_set_serves_all_who_wait_for_it(void **state)
{
	static const char *const clients[] = { "remote", "remote", "remote2" };
	struct world *world = *state;
	struct authcode_key_set *set = NULL;
	struct authcode_exchange *x[AC_ARRAY_SIZE(clients)];

	assert_int_equal(authcode_key_set_new(ONLY_EC, strlen(ONLY_EC), &set), AUTHCODE_OK);
	assert_non_null(set);
	for (size_t i = 0; i < AC_ARRAY_SIZE(x); i++) {
		const char *form = ac_arena_printf(world->arena,
						   "token=x&client_assertion_type=" BEARER
						   "&client_assertion=%s",
						   good_token(world, clients[i]));
		struct authcode_request request = request_of(form, world->now_ms);

		assert_int_equal(authcode_exchange_begin(world->issuer, &request, &x[i]),
				 AUTHCODE_OK);
		assert_non_null(authcode_exchange_client_keys(x[i]));
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(x); i++) {
		authcode_exchange_share_client_keys(x[i], set, AUTHCODE_OK);
		assert_null(authcode_exchange_client_keys(x[i]));
		assert_int_equal(authcode_exchange_operation(x[i])->kind, AUTHCODE_OP_USE_ONCE);
		authcode_exchange_share_client_keys(x[i], NULL, AUTHCODE_ERR_MEMORY);
		assert_int_equal(authcode_exchange_operation(x[i])->kind, AUTHCODE_OP_USE_ONCE);
		authcode_exchange_free(&x[i]);
	}
	authcode_key_set_free(&set);
	assert_null(set);
	authcode_key_set_free(&set);
	/* They outlive the one who brought them. */
	assert_true(believed(world, good_token(world, "remote")));
	assert_true(believed(world, good_token(world, "remote2")));
	assert_int_equal(world->asked, 0);
}

static void
what_is_no_key_set_is_none(void **state)
{
	static const char *const texts[] = {
		"", "{}", "{\"keys\":[]}", "[]", "{\"keys\":[{}]}", "x"
	};

	struct authcode_key_set *set = NULL;

	(void)state;
	assert_int_equal(authcode_key_set_new(NULL, 0, &set), AUTHCODE_ERR_SYNTAX);
	assert_null(authcode_key_set_ref(NULL));
	for (size_t i = 0; i < AC_ARRAY_SIZE(texts); i++)
		assert_int_equal(authcode_key_set_new(texts[i], strlen(texts[i]), &set),
				 AUTHCODE_ERR_SYNTAX);
	assert_null(set);
}

/* Our own failure is no fault of the client; what else keeps the keys away is. */
static void
a_set_that_did_not_come_says_by_its_error_whose_fault_it_is(void **state)
{
	static const struct {
		enum authcode_err err;
		unsigned status;
	} rows[] = {
		{ AUTHCODE_ERR_MEMORY, 500 },
		{ AUTHCODE_ERR_SYNTAX, 401 },
		{ AUTHCODE_ERR_NOT_FOUND, 401 },
		{ AUTHCODE_OK, 401 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_exchange *x = NULL;
		const char *form = ac_arena_printf(world->arena,
						   "token=x&client_assertion_type=" BEARER
						   "&client_assertion=%s",
						   good_token(world, "remote"));
		struct authcode_request request = request_of(form, world->now_ms);

		assert_int_equal(authcode_exchange_begin(world->issuer, &request, &x), AUTHCODE_OK);
		assert_non_null(authcode_exchange_client_keys(x));
		authcode_exchange_share_client_keys(x, NULL, rows[i].err);
		assert_null(authcode_exchange_client_keys(x));
		assert_null(authcode_exchange_operation(x));
		assert_int_equal(authcode_exchange_response(x)->status, rows[i].status);
		assert_non_null(
			strstr(authcode_exchange_response(x)->body,
			       rows[i].status == 500 ? "\"server_error\"" : "\"invalid_client\""));
		authcode_exchange_free(&x);
		world->now_ms += 60001; /* so that keys may be asked for again */
	}
}

/* Nobody makes us ask for the keys of a client that is not registered so. */
static void
only_an_assertion_that_could_be_good_asks_for_keys(void **state)
{
	struct world *world = *state;

	world->jwks = ONLY_EC;
	assert_false(believed(world, "x.y.z"));
	assert_false(believed(world, good_token(world, "off")));
	assert_false(believed(world, good_token(world, "nobody")));
	assert_false(believed(world, good_token(world, "basic")));
	assert_int_equal(world->asked, 0);
	/* The blocking call fetches nothing. */
	{
		struct authcode_exchange *x = NULL;
		const char *form = ac_arena_printf(world->arena,
						   "token=x&client_assertion_type=" BEARER
						   "&client_assertion=%s",
						   good_token(world, "remote"));
		struct authcode_request request = request_of(form, world->now_ms);

		assert_int_equal(authcode_exchange_run(world->issuer, &request, &x), AUTHCODE_OK);
		assert_int_equal(authcode_exchange_response(x)->status, 401);
		authcode_exchange_free(&x);
	}
}

static const char *const redirect_uri = "https://client.example/cb";

/* CA-09, CA-18, JW-01 */
static void
a_registration_that_could_not_work_is_refused(void **state)
{
	static const struct {
		const char *sentence;
		struct authcode_client client;
	} rows[] = {
		{ "client_secret_jwt needs the secret itself, not its hash",
		  { .auth = AUTHCODE_AUTH_SECRET_JWT, .secret_hash = { 1 } } },
		{ "client_secret_jwt needs a secret of 32 to 512 bytes",
		  { .auth = AUTHCODE_AUTH_SECRET_JWT,
		    .secret = "thirty-one-bytes-are-not-enough" } },
		{ "client_secret_jwt is signed with HS256",
		  { .auth = AUTHCODE_AUTH_SECRET_JWT,
		    .secret = JWT_SECRET,
		    .assertion_alg = "RS256" } },
		{ "keys are given, but only private_key_jwt uses them",
		  { .auth = AUTHCODE_AUTH_SECRET_JWT, .secret = JWT_SECRET, .jwks = KEYS } },
		{ "private_key_jwt needs a JWK Set or a jwks_uri",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT } },
		{ "private_key_jwt needs a JWK Set or a jwks_uri",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT, .jwks = KEYS, .jwks_uri = JWKS_URL } },
		{ "private_key_jwt needs keys and no secret",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT, .jwks = KEYS, .secret_hash = { 1 } } },
		{ "private_key_jwt is signed with RS256, PS256, ES256 or EdDSA",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT,
		    .jwks = KEYS,
		    .assertion_alg = "HS256" } },
		{ "private_key_jwt is signed with RS256, PS256, ES256 or EdDSA",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT,
		    .jwks = KEYS,
		    .assertion_alg = "none" } },
		{ "a strict client does not sign with RS256",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT,
		    .jwks = KEYS,
		    .assertion_aud_strict = true,
		    .assertion_alg = "RS256" } },
		{ "an algorithm for assertions is given, but it sends none",
		  { .secret_hash = { 1 }, .assertion_alg = "ES256" } },
		{ "the jwks_uri is no https URL without user name and fragment",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT, .jwks_uri = "http://keys.example/" } },
		{ "the jwks_uri is no https URL without user name and fragment",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT,
		    .jwks_uri = "https://u@keys.example/" } },
		{ "the jwks_uri is no https URL without user name and fragment",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT,
		    .jwks_uri = "https://keys.example/#x" } },
		{ "the jwks_uri is no https URL without user name and fragment",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT, .jwks_uri = "file:///etc/shadow" } },
		{ "its JWK Set cannot be used: malformed key",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT, .jwks = "{}" } },
		{ "its JWK Set cannot be used: contains a private key",
		  { .auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT,
		    .jwks = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X
			    "\",\"d\":\"AAAA\"}]}" } },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = rows[i].client;
		struct authcode_clients *clients = NULL;
		struct authcode_reason reason;

		client.id = "x";
		client.scope = "profile";
		client.redirect_uris = &redirect_uri;
		client.redirect_uri_count = 1;
		client.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE;
		assert_int_equal(authcode_clients_new(&client, 1, &clients, &reason),
				 AUTHCODE_ERR_CONFIG);
		if (strstr(reason.text, rows[i].sentence) == NULL)
			fail_msg("row %zu: %s", i, reason.text);
	}
}

/* Nobody who reads the registry finds a secret in it. */
static void
a_registry_shows_no_secret(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < authcode_clients_count(world->clients); i++) {
		assert_null(authcode_clients_at(world->clients, i)->secret);
		assert_null(authcode_clients_at(world->clients, i)->jwks);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_are_asked_for_once_and_kept),
		TEST(an_unknown_kid_asks_anew_at_most_once_a_minute),
		TEST(a_replaced_key_without_a_kid_is_found_too),
		TEST(a_wrong_signature_of_a_known_kid_asks_for_nothing),
		TEST(what_cannot_be_fetched_is_not_asked_for_again_at_once),
		TEST(a_set_is_asked_for_anew_and_believed_for_an_hour),
		TEST(what_is_no_set_changes_nothing),
		TEST(a_fetch_under_way_is_joined),
		TEST(one_set_serves_all_who_wait_for_it),
		TEST(what_is_no_key_set_is_none),
		TEST(a_set_that_did_not_come_says_by_its_error_whose_fault_it_is),
		TEST(only_an_assertion_that_could_be_good_asks_for_keys),
		cmocka_unit_test(a_registration_that_could_not_work_is_refused),
		TEST(a_registry_shows_no_secret),
	};

	return cmocka_run_group_tests_name("client_keys", tests, NULL, NULL);
}
