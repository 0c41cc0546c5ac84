/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config_client_auth.h: what a client's block says about how it proves who
 * it is. CA-06, CA-09, CA-18; ID-12; JW-01.
 */
#include "server/config_client_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/server/config_fixture.h"
#include "tests/unit/jose/rfc_keys.h"

#define LONG_SECRET "a-secret-of-thirty-two-bytes-0123\n"
#define METHOD(name) "token_endpoint_auth_method = " name "\n"
#define KEYS "{\"keys\":[" RFC_ED_JWK "]}"

static int
enter(void **state)
{
	int rc = config_dir_enter(state);

	write_text("long", LONG_SECRET, 0600);
	write_text("keys", KEYS, 0644);
	return rc;
}

static int
leave(void **state)
{
	(void)unlink("long");
	(void)unlink("keys");
	return config_dir_leave(state);
}

static void
assertions_have_their_options(void **state)
{
	struct ac_config *c = load(DEV "client a {\n" WEB METHOD(
		"client_secret_jwt") "client_secret_file = '%D/long'\n"
				     "token_endpoint_auth_signing_alg = HS256\n}\n"
				     "client b {\n" WEB METHOD(
					     "private_key_jwt") "jwks_file = '%D/keys'\n"
								"token_endpoint_auth_signing_alg = "
								"EdDSA\nassertion_audience = "
								"strict\n}\n"
								"client c {\n" WEB METHOD(
									"private_key_jwt") "jwks_"
											   "uri = "
											   "'https:"
											   "//"
											   "c."
											   "example"
											   ":8443/"
											   "jwks?x="
											   "y'"
											   "\nasser"
											   "tion_"
											   "audienc"
											   "e = "
											   "lenient"
											   "\n}\n");
	const struct authcode_client *a = authcode_clients_find(c->clients, "a");
	const struct authcode_client *b = authcode_clients_find(c->clients, "b");
	const struct authcode_client *remote = authcode_clients_find(c->clients, "c");

	(void)state;
	assert_int_equal(a->auth, AUTHCODE_AUTH_SECRET_JWT);
	assert_string_equal(a->assertion_alg, "HS256");
	assert_null(a->secret); /* kept, and not shown */
	assert_int_equal(b->auth, AUTHCODE_AUTH_PRIVATE_KEY_JWT);
	assert_string_equal(b->assertion_alg, "EdDSA");
	assert_true(b->assertion_aud_strict);
	assert_null(b->jwks_uri);
	assert_string_equal(remote->jwks_uri, "https://c.example:8443/jwks?x=y");
	assert_null(remote->assertion_alg);
	assert_false(remote->assertion_aud_strict);
	ac_config_free(&c);
}

/* ID-12: the secret that it sends signs what it is told. */
static void
a_client_that_sends_its_secret_may_be_told_things_with_it(void **state)
{
	static const char *const options[] = { "id_token_signed_response_alg = HS256\n",
					       "userinfo_signed_response_alg = HS256\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char text[1024];
		struct ac_config *c;
		const struct authcode_client *a;

		snprintf(text, sizeof(text),
			 DEV "client a {\n" WEB "client_secret_file = '%%D/long'\n%s}\n",
			 options[i]);
		c = load(text);
		a = authcode_clients_find(c->clients, "a");
		assert_int_equal(a->auth, AUTHCODE_AUTH_SECRET_BASIC);
		assert_true(authcode_client_needs_secret(a));
		assert_null(a->secret);
		ac_config_free(&c);
	}
}

static const struct refusal refusals[] = {
	{ "ID-12 a hash for ID tokens", BLOCK(HASH "id_token_signed_response_alg = HS256\n"),
	  "a.conf:5: client \"x\" has id_token_signed_response_alg = HS256, which needs the secret "
	  "itself; give client_secret_file" },
	{ "ID-12 a hash for userinfo", BLOCK(HASH "userinfo_signed_response_alg = HS256\n"),
	  "a.conf:5: client \"x\" has userinfo_signed_response_alg = HS256, which needs the secret "
	  "itself; give client_secret_file" },
	{ "ID-12 no secret at all", BLOCK("id_token_signed_response_alg = HS256\n"),
	  "a.conf:2: client \"x\" has id_token_signed_response_alg = HS256, which needs the secret "
	  "itself; give client_secret_file" },
	{ "ID-12 a short secret",
	  BLOCK("client_secret_file = '%D/secret'\nid_token_signed_response_alg = HS256\n"),
	  "a.conf:2: client \"x\": HS256 needs a secret of 32 to 512 bytes" },
	{ "ID-12 a public client", BLOCK(METHOD("none") "id_token_signed_response_alg = HS256\n"),
	  "a.conf:6: id_token_signed_response_alg: HS256 signs with the client's secret, which a "
	  "public client has not" },
	{ "ID-12 a public client, userinfo",
	  BLOCK(METHOD("none") "userinfo_signed_response_alg = HS256\n"),
	  "a.conf:6: userinfo_signed_response_alg: HS256 signs with the client's secret, which a "
	  "public client has not" },
	{ "ID-12 keys",
	  BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\n"
					  "id_token_signed_response_alg = HS256\n"),
	  "a.conf:7: id_token_signed_response_alg: HS256 signs with the client's secret, which "
	  "private_key_jwt has not" },
	{ "CA-09 a hash", BLOCK(METHOD("client_secret_jwt") HASH),
	  "a.conf:6: client \"x\" has token_endpoint_auth_method = client_secret_jwt, which needs "
	  "the secret itself; give client_secret_file" },
	{ "no secret", BLOCK(METHOD("client_secret_jwt")),
	  "a.conf:2: client \"x\" has token_endpoint_auth_method = client_secret_jwt, which needs "
	  "the secret itself; give client_secret_file" },
	{ "both", BLOCK(METHOD("client_secret_jwt") HASH "client_secret_file = '%D/long'\n"),
	  "a.conf:6: client_secret_sha256: client_secret_file is set too; give one" },
	{ "a short secret", BLOCK(METHOD("client_secret_jwt") "client_secret_file = '%D/secret'\n"),
	  "a.conf:2: client \"x\": client_secret_jwt needs a secret of 32 to 512 bytes" },
	{ "another algorithm",
	  BLOCK(METHOD("client_secret_jwt") "client_secret_file = '%D/long'\n"
					    "token_endpoint_auth_signing_alg = ES256\n"),
	  "a.conf:2: client \"x\": client_secret_jwt is signed with HS256" },
	{ "no keys", BLOCK(METHOD("private_key_jwt")),
	  "a.conf:2: client \"x\" has token_endpoint_auth_method = private_key_jwt and no keys; "
	  "give jwks_file or jwks_uri" },
	{ "keys from two places",
	  BLOCK(METHOD("private_key_jwt") "jwks_uri = 'https://c.example/'\n"
					  "jwks_file = '%D/keys'\n"),
	  "a.conf:6: jwks_uri: jwks_file is set too; give one" },
	{ "a secret beside keys", BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\n" HASH),
	  "a.conf:7: client \"x\" has token_endpoint_auth_method = private_key_jwt and so no "
	  "secret; remove one of the two" },
	{ "keys that nothing reads", BLOCK(HASH "jwks_file = '%D/keys'\n"),
	  "a.conf:6: jwks_file: read only with token_endpoint_auth_method = private_key_jwt" },
	{ "keys beside a secret that signs",
	  BLOCK(METHOD("client_secret_jwt") "client_secret_file = '%D/long'\n"
					    "jwks_uri = 'https://c.example/'\n"),
	  "a.conf:7: jwks_uri: read only with token_endpoint_auth_method = private_key_jwt" },
	{ "an algorithm that nothing reads",
	  BLOCK(HASH "token_endpoint_auth_signing_alg = ES256\n"),
	  "a.conf:6: token_endpoint_auth_signing_alg: read only with token_endpoint_auth_method = "
	  "private_key_jwt or client_secret_jwt" },
	{ "an audience that nothing reads", BLOCK(HASH "assertion_audience = strict\n"),
	  "a.conf:6: assertion_audience: read only with token_endpoint_auth_method = "
	  "private_key_jwt or client_secret_jwt" },
	{ "CA-18 none",
	  BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\n"
					  "token_endpoint_auth_signing_alg = none\n"),
	  "a.conf:7: token_endpoint_auth_signing_alg: \"none\" is not allowed; give RS256, PS256, "
	  "ES256, EdDSA or HS256" },
	{ "CA-18 HS256 with keys",
	  BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\n"
					  "token_endpoint_auth_signing_alg = HS256\n"),
	  "a.conf:2: client \"x\": private_key_jwt is signed with RS256, PS256, ES256 or EdDSA" },
	{ "CA-18 RS256, strict",
	  BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\nassertion_audience = strict\n"
					  "token_endpoint_auth_signing_alg = RS256\n"),
	  "a.conf:2: client \"x\": a strict client does not sign with RS256" },
	{ "another audience",
	  BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\nassertion_audience = some\n"),
	  "a.conf:7: assertion_audience: \"some\" is not allowed; give lenient or strict" },
	{ "a file that is missing", BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/none'\n"),
	  "a.conf:6: jwks_file: %D/none: No such file or directory" },
	{ "a directory", BLOCK(METHOD("private_key_jwt") "jwks_file = '%D'\n"),
	  "a.conf:6: jwks_file: %D: not a regular file" },
	{ "a relative path", BLOCK(METHOD("private_key_jwt") "jwks_file = keys\n"),
	  "a.conf:6: jwks_file: \"keys\" is not allowed; give an absolute path, or credential: and "
	  "a name" },
	{ "a URL without TLS", BLOCK(METHOD("private_key_jwt") "jwks_uri = 'http://c.example/'\n"),
	  "a.conf:6: jwks_uri: \"http://c.example/\" is not allowed; give an https URL without "
	  "user "
	  "name and fragment" },
	{ "a URL with a user",
	  BLOCK(METHOD("private_key_jwt") "jwks_uri = 'https://a@c.example/'\n"),
	  "a.conf:6: jwks_uri: \"https://a@c.example/\" is not allowed; give an https URL without "
	  "user name and fragment" },
	{ "a URL with a fragment",
	  BLOCK(METHOD("private_key_jwt") "jwks_uri = 'https://c.example/#k'\n"),
	  "a.conf:6: jwks_uri: \"https://c.example/#k\" is not allowed; give an https URL without "
	  "user name and fragment" },
};

static void
what_does_not_fit_the_method_is_refused(void **state)
{
	(void)state;
	refuse_all(refusals, sizeof(refusals) / sizeof(refusals[0]));
}

/* Who can write the keys can be the client; and what is in them must be usable. */
static void
a_file_of_keys_must_be_public_keys_that_nobody_else_writes(void **state)
{
	static const struct {
		const char *name, *text;
		mode_t mode;
		const char *sentence;
	} rows[] = {
		{ "written by all", KEYS, 0646,
		  "a.conf:6: jwks_file: %D/keys: others may write it; run chmod go-w on it" },
		{ "written by its group", KEYS, 0664,
		  "a.conf:6: jwks_file: %D/keys: others may write it; run chmod go-w on it" },
		{ "empty", "", 0644,
		  "a.conf:2: client \"x\": its JWK Set cannot be used: malformed key" },
		{ "one key, no set", RFC_ED_JWK, 0644,
		  "a.conf:2: client \"x\": its JWK Set cannot be used: malformed key" },
		{ "JW-01 a private key",
		  "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC_ED_X
		  "\",\"d\":\"AAAA\"}]}",
		  0644,
		  "a.conf:2: client \"x\": its JWK Set cannot be used: contains a private key" },
		{ "a secret", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", 0644,
		  "a.conf:2: client \"x\": its JWK Set cannot be used: contains a private key" },
	};
	static const char text[] = BLOCK(METHOD("private_key_jwt") "jwks_file = '%D/keys'\n");
	static char large[65538];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)unlink("keys");
		write_text("keys", rows[i].text, rows[i].mode);
		refuse(rows[i].name, text, rows[i].sentence);
	}
	memset(large, ' ', sizeof(large) - 1);
	write_file("keys", large, sizeof(large) - 1, 0644);
	refuse("too large", text, "a.conf:6: jwks_file: %D/keys: more than 65536 bytes");
	write_file("keys", "{\0}", 3, 0644);
	refuse("a NUL", text, "a.conf:6: jwks_file: %D/keys: no text");
	write_text("keys", KEYS, 0644);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(assertions_have_their_options),
		cmocka_unit_test(a_client_that_sends_its_secret_may_be_told_things_with_it),
		cmocka_unit_test(what_does_not_fit_the_method_is_refused),
		cmocka_unit_test(a_file_of_keys_must_be_public_keys_that_nobody_else_writes),
	};

	return cmocka_run_group_tests_name("config_client_auth", tests, enter, leave);
}
