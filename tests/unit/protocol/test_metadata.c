/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode_issuer_metadata(): RFC 8414 §2 and OIDC-Disc §3, member by member (MD-03,
 * MD-04, MD-06, MD-07, MD-13, MD-15, PK-10, IS-02, SU-05). What is not yet there must
 * not be promised.
 */
#include <authcode/issuer.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/attr.h"

static struct authcode_store *store;

static int
setup(void **state)
{
	(void)state;
	return authcode_store_memory_open(NULL, &store) == AUTHCODE_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	authcode_store_close(&store);
	return 0;
}

static json_t *
told(struct authcode_issuer *issuer)
{
	char *text = authcode_issuer_metadata(issuer);
	json_t *object = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

	free(text);
	return object;
}

static json_t *
metadata_of(const char *url, const struct authcode_acr *acrs, size_t acr_count)
{
	struct authcode_issuer_settings settings = {
		.issuer = url, .store = store, .acrs = acrs, .acr_count = acr_count
	};
	struct authcode_issuer *issuer = NULL;
	json_t *object;

	memset(settings.master_key, 7, sizeof(settings.master_key));
	assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
	object = told(issuer);
	assert_non_null(object);
	authcode_issuer_free(&issuer);
	return object;
}

#define ASSERTION_ALGS "[\"RS256\",\"PS256\",\"ES256\",\"EdDSA\",\"HS256\"]"

/* Every member there may be and its value, as JSON. */
static const struct {
	const char *name, *value;
} members[] = {
	{ "issuer", "\"https://id.example/sso\"" },
	{ "authorization_endpoint", "\"https://id.example/sso/authorize\"" },
	{ "token_endpoint", "\"https://id.example/sso/token\"" },
	{ "revocation_endpoint", "\"https://id.example/sso/revoke\"" },
	{ "introspection_endpoint", "\"https://id.example/sso/introspect\"" },
	{ "userinfo_endpoint", "\"https://id.example/sso/userinfo\"" },
	{ "end_session_endpoint", "\"https://id.example/sso/logout\"" },
	{ "device_authorization_endpoint", "\"https://id.example/sso/device_authorization\"" },
	{ "jwks_uri", "\"https://id.example/sso/jwks\"" },
	{ "id_token_signing_alg_values_supported", "[\"RS256\",\"ES256\",\"HS256\"]" },
	{ "userinfo_signing_alg_values_supported", "[\"RS256\",\"ES256\",\"HS256\"]" },
	{ "scopes_supported",
	  "[\"openid\",\"profile\",\"email\",\"address\",\"phone\",\"groups\"]" },
	{ "subject_types_supported", "[\"public\",\"pairwise\"]" },
	{ "response_types_supported", "[\"code\"]" },
	{ "response_modes_supported", "[\"query\",\"fragment\",\"form_post\"]" },
	{ "grant_types_supported",
	  "[\"authorization_code\",\"refresh_token\",\"client_credentials\","
	  "\"urn:ietf:params:oauth:grant-type:device_code\"]" },
	{ "code_challenge_methods_supported", "[\"S256\"]" },
	{ "token_endpoint_auth_methods_supported",
	  "[\"client_secret_basic\",\"client_secret_post\",\"none\",\"client_secret_jwt\","
	  "\"private_key_jwt\"]" },
	{ "revocation_endpoint_auth_methods_supported",
	  "[\"client_secret_basic\",\"client_secret_post\",\"none\",\"client_secret_jwt\","
	  "\"private_key_jwt\"]" },
	{ "introspection_endpoint_auth_methods_supported",
	  "[\"client_secret_basic\",\"client_secret_post\",\"client_secret_jwt\","
	  "\"private_key_jwt\"]" },
	/* BP-23: and those that no secret shared by two is needed for. */
	{ "token_endpoint_auth_signing_alg_values_supported", ASSERTION_ALGS },
	{ "revocation_endpoint_auth_signing_alg_values_supported", ASSERTION_ALGS },
	{ "introspection_endpoint_auth_signing_alg_values_supported", ASSERTION_ALGS },
	{ "claims_supported",
	  "[\"sub\",\"iss\",\"aud\",\"exp\",\"iat\",\"auth_time\",\"acr\",\"amr\",\"sid\","
	  "\"preferred_username\",\"groups\",\"name\",\"family_name\",\"given_name\","
	  "\"middle_name\",\"nickname\",\"profile\",\"picture\",\"website\",\"gender\","
	  "\"birthdate\",\"zoneinfo\",\"locale\",\"updated_at\",\"email\",\"email_verified\","
	  "\"address\",\"phone_number\",\"phone_number_verified\"]" },
	{ "acr_values_supported", "[\"otp\",\"pwd\"]" },
	{ "backchannel_logout_supported", "false" },
	{ "backchannel_logout_session_supported", "false" },
	{ "authorization_response_iss_parameter_supported", "true" },
	{ "claims_parameter_supported", "true" },
	{ "request_parameter_supported", "false" },
	{ "request_uri_parameter_supported", "false" },
};

static void
every_member_says_what_the_server_does_and_there_is_no_other(void **state)
{
	static const struct authcode_acr acrs[] = { { "otp", 2 }, { "pwd", 1 } };
	json_t *object = metadata_of("https://id.example/sso", acrs, AC_ARRAY_SIZE(acrs));

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(members); i++) {
		char *text = json_dumps(json_object_get(object, members[i].name),
					JSON_ENCODE_ANY | JSON_COMPACT);

		if (text == NULL || strcmp(text, members[i].value) != 0)
			fail_msg("%s: %s", members[i].name, text != NULL ? text : "is missing");
		free(text);
	}
	assert_int_equal(json_object_size(object), AC_ARRAY_SIZE(members));
	json_decref(object);
}

/* BC-01: by a host that tells clients. */
static void
back_channel_logout_is_promised_by_who_does_it(void **state)
{
	struct authcode_issuer_settings settings = { .issuer = "https://id.example",
						     .store = store,
						     .tell_logout = true };
	struct authcode_issuer *issuer = NULL;
	json_t *object;

	(void)state;
	memset(settings.master_key, 7, sizeof(settings.master_key));
	assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
	object = told(issuer);
	assert_true(json_is_true(json_object_get(object, "backchannel_logout_supported")));
	assert_true(json_is_true(json_object_get(object, "backchannel_logout_session_supported")));
	json_decref(object);
	authcode_issuer_free(&issuer);
}

/* OIDC-Disc §3 */
static void
the_algorithms_of_the_settings_are_told_and_no_others(void **state)
{
	static const struct {
		const char *names[4];
		size_t count;
		const char *told;
	} cases[] = {
		{ { "RS256" }, 1, "[\"RS256\",\"HS256\"]" },
		{ { "EdDSA", "RS256" }, 2, "[\"RS256\",\"EdDSA\",\"HS256\"]" },
		{ { "EdDSA", "ES256", "PS256", "RS256" },
		  4,
		  "[\"RS256\",\"PS256\",\"ES256\",\"EdDSA\",\"HS256\"]" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		struct authcode_issuer_settings settings = {
			.issuer = "https://id.example",
			.store = store,
			.signing_algorithms = cases[i].names,
			.signing_algorithm_count = cases[i].count,
		};
		struct authcode_issuer *issuer = NULL;
		json_t *object;
		char *text;

		memset(settings.master_key, 7, sizeof(settings.master_key));
		assert_int_equal(authcode_issuer_new(&settings, &issuer, NULL), AUTHCODE_OK);
		object = told(issuer);
		text = json_dumps(json_object_get(object, "id_token_signing_alg_values_supported"),
				  JSON_COMPACT);
		assert_string_equal(text, cases[i].told);
		free(text);
		json_decref(object);
		authcode_issuer_free(&issuer);
	}
}

/* MD-10: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) (RFC 6749 §3.3). And nothing is
 * said of locales. */
static void
scopes_follow_their_grammar(void **state)
{
	json_t *object = metadata_of("https://id.example", NULL, 0);
	json_t *scope;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(object, "scopes_supported"), i, scope)
	{
		const char *text = json_string_value(scope);

		assert_true(text != NULL && *text != '\0');
		for (; *text != '\0'; text++)
			assert_true(*text > ' ' && *text < 0x7f && *text != '"' && *text != '\\');
	}
	assert_true(i > 1);
	json_decref(object);
}

/* RFC 8414 §2: a list without values is left out. */
static void
without_acrs_none_is_promised(void **state)
{
	json_t *object = metadata_of("https://id.example/sso", NULL, 0);

	(void)state;
	assert_null(json_object_get(object, "acr_values_supported"));
	assert_int_equal(json_object_size(object), AC_ARRAY_SIZE(members) - 1);
	json_decref(object);
}

/* MD-03: clients compare it byte for byte. */
static void
the_issuer_is_told_as_it_is_written(void **state)
{
	static const char *const urls[] = { "https://ID.example:443", "https://id.example/%41/b",
					    "http://[::1]:8080" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(urls); i++) {
		json_t *object = metadata_of(urls[i], NULL, 0);
		const char *token = json_string_value(json_object_get(object, "token_endpoint"));

		assert_string_equal(json_string_value(json_object_get(object, "issuer")), urls[i]);
		assert_int_equal(strncmp(token, urls[i], strlen(urls[i])), 0);
		assert_string_equal(token + strlen(urls[i]), "/token");
		json_decref(object);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_member_says_what_the_server_does_and_there_is_no_other),
		cmocka_unit_test(back_channel_logout_is_promised_by_who_does_it),
		cmocka_unit_test(the_algorithms_of_the_settings_are_told_and_no_others),
		cmocka_unit_test(scopes_follow_their_grammar),
		cmocka_unit_test(without_acrs_none_is_promised),
		cmocka_unit_test(the_issuer_is_told_as_it_is_written),
	};

	return cmocka_run_group_tests_name("metadata", tests, setup, teardown);
}
