/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/issuer.h>: what an issuer is refused for (RFC 8414 §2), and the
 * client registry of the moment.
 */
#include "protocol/acr.h"
#include "protocol/issuer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static struct authcode_issuer_settings
settings_for(const char *url)
{
	struct authcode_issuer_settings settings = { .issuer = url, .store = store };

	memset(settings.master_key, 7, sizeof(settings.master_key));
	return settings;
}

static struct authcode_issuer *
make(const struct authcode_issuer_settings *settings)
{
	struct authcode_issuer *issuer = NULL;
	struct authcode_reason reason;

	if (authcode_issuer_new(settings, &issuer, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	assert_string_equal(reason.text, "");
	return issuer;
}

static void
assert_refused(const struct authcode_issuer_settings *settings, const char *expected)
{
	struct authcode_issuer *issuer = NULL;
	struct authcode_reason reason;

	assert_int_equal(authcode_issuer_new(settings, &issuer, &reason), AUTHCODE_ERR_CONFIG);
	assert_string_equal(reason.text, expected);
	assert_null(issuer);
	assert_int_equal(authcode_issuer_new(settings, &issuer, NULL), AUTHCODE_ERR_CONFIG);
}

static void
good_urls_are_kept_as_written(void **state)
{
	static const char *const urls[] = {
		"https://id.example",     "https://id.example:8443", "https://id.example/tenant",
		"https://ID.example/a/b", "http://127.0.0.1:8080",   "http://[::1]:8080",
		"http://localhost:8080",  "http://localhost/x",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(urls); i++) {
		const struct authcode_issuer_settings settings = settings_for(urls[i]);
		struct authcode_issuer *issuer = make(&settings);

		assert_string_equal(authcode_issuer_url(issuer), urls[i]);
		assert_ptr_not_equal(authcode_issuer_url(issuer), urls[i]);
		authcode_issuer_free(&issuer);
		assert_null(issuer);
	}
}

static void
bad_urls_are_refused(void **state)
{
	static char long_url[514] = "https://id.example/";
	static const struct {
		const char *url, *why;
	} rows[] = {
		{ NULL, "the issuer URL is missing" },
		{ "", "the issuer URL is missing" },
		{ long_url, "the issuer URL is longer than 512 bytes" },
		{ "id.example", "the issuer is not an absolute URL" },
		{ "https:id.example", "the issuer is not an absolute URL" },
		{ "https://", "the issuer is not an absolute URL" },
		{ "https://id.example/a b", "the issuer is not an absolute URL" },
		{ "https://id.example\n", "the issuer is not an absolute URL" },
		{ "https://id.example?", "the issuer URL must not have a query, a fragment or a "
					 "user name" },
		{ "https://id.example/x?y=1", "the issuer URL must not have a query, a fragment "
					      "or a user name" },
		{ "https://id.example#", "the issuer URL must not have a query, a fragment or a "
					 "user name" },
		{ "https://me@id.example", "the issuer URL must not have a query, a fragment or a "
					   "user name" },
		{ "https://id.example/", "the issuer URL must not end in a slash" },
		{ "https://id.example/x/", "the issuer URL must not end in a slash" },
		{ "https://id.example//x", "the path of the issuer URL has an empty or dot "
					   "segment" },
		{ "https://id.example/../x", "the path of the issuer URL has an empty or dot "
					     "segment" },
		{ "ftp://id.example", "the issuer URL is not https" },
		{ "javascript://id.example", "the issuer URL is not https" },
		{ "http://id.example", "an http issuer is allowed on a loopback host only" },
		{ "http://127.0.0.2", "an http issuer is allowed on a loopback host only" },
		{ "http://localhost.example", "an http issuer is allowed on a loopback host "
					      "only" },
	};

	(void)state;
	memset(long_url + strlen(long_url), 'a', sizeof(long_url) - 1 - strlen(long_url));
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const struct authcode_issuer_settings settings = settings_for(rows[i].url);

		assert_refused(&settings, rows[i].why);
	}
}

static void
acrs_are_checked(void **state)
{
	static const char long_acr[130] = { [0 ... 128] = 'a' };
	static const char grammar[] = "an acr is not 1 to 128 printable characters without space";
	static const char *const bad[] = { NULL, "", " ", "a b", "a\n", "\xff", long_acr };
	struct authcode_issuer_settings settings = settings_for("https://id.example");
	struct authcode_acr acrs[65] = { { "urn:example:otp", 2 }, { "pwd", 1 } };

	(void)state;
	settings.acrs = acrs;
	settings.acr_count = 2;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		acrs[1].name = bad[i];
		assert_refused(&settings, grammar);
	}
	acrs[1].name = "urn:example:otp";
	assert_refused(&settings, "an acr is listed twice");
	settings.acr_count = 65;
	assert_refused(&settings, "there are more than 64 acrs");
	settings.acrs = NULL;
	settings.acr_count = 1;
	assert_refused(&settings, "acrs has a length but no rows");
}

static void
acrs_are_copied(void **state)
{
	struct authcode_issuer_settings settings = settings_for("https://id.example");
	char name[] = "urn:example:otp";
	struct authcode_acr acr = { name, 7 };
	struct authcode_issuer *issuer;

	(void)state;
	settings.acrs = &acr;
	settings.acr_count = 1;
	issuer = make(&settings);
	memset(name, 'x', sizeof(name) - 1);
	acr.level = 0;
	assert_non_null(ac_acr_find(issuer->rules, "urn:example:otp"));
	assert_int_equal(ac_acr_find(issuer->rules, "urn:example:otp")->level, 7);
	assert_null(ac_acr_find(issuer->rules, "urn:example:ot"));
	assert_null(ac_acr_find(issuer->rules, NULL));
	authcode_issuer_free(&issuer);
}

static void
missing_store_weak_key_and_long_codes_are_refused(void **state)
{
	struct authcode_issuer_settings settings = settings_for("https://id.example");
	struct authcode_issuer *issuer = NULL;

	(void)state;
	settings.store = NULL;
	assert_refused(&settings, "the store is missing");
	settings = settings_for("https://id.example");
	memset(settings.master_key, 0, sizeof(settings.master_key));
	assert_refused(&settings, "the master key is all zeroes");
	/* CO-02 */
	settings = settings_for("https://id.example");
	settings.lifetimes.code_s = 61;
	assert_refused(&settings, "a code must not live longer than 60 seconds");
	assert_int_equal(authcode_issuer_new(NULL, &issuer, NULL), AUTHCODE_ERR_USAGE);
	settings.lifetimes.code_s = 60;
	assert_int_equal(authcode_issuer_new(&settings, NULL, NULL), AUTHCODE_ERR_USAGE);
	assert_null(issuer);
	authcode_issuer_free(&issuer);
	authcode_issuer_free(NULL);
}

static void
lifetimes_have_their_documented_defaults(void **state)
{
	struct authcode_issuer_settings settings = settings_for("https://id.example");
	struct authcode_issuer *issuer = make(&settings);

	(void)state;
	assert_int_equal(issuer->rules->lifetimes.code_s, 60);
	assert_int_equal(issuer->rules->lifetimes.access_token_s, 3600);
	assert_int_equal(issuer->rules->lifetimes.access_token_jwt_s, 600);
	assert_int_equal(issuer->rules->lifetimes.refresh_idle_s, 14 * 24 * 3600);
	assert_int_equal(issuer->rules->lifetimes.refresh_absolute_s, 90 * 24 * 3600);
	assert_int_equal(issuer->rules->lifetimes.session_idle_s, 8 * 3600);
	assert_int_equal(issuer->rules->lifetimes.session_absolute_s, 24 * 3600);
	assert_int_equal(issuer->rules->lifetimes.transaction_s, 3600);
	assert_int_equal(issuer->rules->lifetimes.id_token_s, 3600);
	assert_int_equal(issuer->rules->lifetimes.signing_key_s, 90 * 24 * 3600);
	assert_int_equal(issuer->rules->lifetimes.signing_key_publish_s, 24 * 3600);
	assert_int_equal(issuer->rules->lifetimes.jwks_cache_s, 3600);
	assert_int_equal(issuer->rules->lifetimes.device_code_s, 600);
	authcode_issuer_free(&issuer);
	settings.lifetimes =
		(struct authcode_lifetimes){ 1, 2, 3, 4, 5, 6, 7, 8, 12, 11, 10, 9, 13 };
	issuer = make(&settings);
	assert_memory_equal(&issuer->rules->lifetimes, &settings.lifetimes,
			    sizeof(settings.lifetimes));
	authcode_issuer_free(&issuer);
}

/* JW-04: published before it signs for as long as an older answer may be kept. */
static void
signing_keys_cannot_outrun_the_caches(void **state)
{
	static const struct {
		uint32_t sign_s, publish_s, cache_s;
		const char *why; /* NULL: taken */
	} cases[] = {
		{ 0, 3600, 3600,
		  "a signing key must be published for longer than the key set is cached" },
		{ 0, 0, 86400,
		  "a signing key must be published for longer than the key set is cached" },
		{ 86400, 0, 0, "a signing key must sign for longer than it is published before" },
		{ 10, 10, 9, "a signing key must sign for longer than it is published before" },
		{ 0, 3601, 3600, NULL },
		{ 86401, 0, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		struct authcode_issuer_settings settings = settings_for("https://id.example");
		struct authcode_issuer *issuer;

		settings.lifetimes.signing_key_s = cases[i].sign_s;
		settings.lifetimes.signing_key_publish_s = cases[i].publish_s;
		settings.lifetimes.jwks_cache_s = cases[i].cache_s;
		if (cases[i].why != NULL) {
			assert_refused(&settings, cases[i].why);
			continue;
		}
		issuer = make(&settings);
		authcode_issuer_free(&issuer);
	}
}

/* No symmetric algorithm and no `none`, however it is spelt; RS256 always
 * (OIDC-Disc §3). */
static void
signing_algorithms_are_of_the_table_and_never_without_rs256(void **state)
{
	static const struct {
		const char *names[3];
		size_t count;
		const char *why;
	} cases[] = {
		{ { "RS256", "none" },
		  2,
		  "a signing algorithm is none of RS256, PS256, ES256 and EdDSA" },
		{ { "RS256", "HS256" },
		  2,
		  "a signing algorithm is none of RS256, PS256, ES256 and EdDSA" },
		{ { "rs256" }, 1, "a signing algorithm is none of RS256, PS256, ES256 and EdDSA" },
		{ { "" }, 1, "a signing algorithm is none of RS256, PS256, ES256 and EdDSA" },
		{ { NULL }, 1, "a signing algorithm is none of RS256, PS256, ES256 and EdDSA" },
		{ { "RS256", "ES256", "RS256" }, 3, "a signing algorithm is listed twice" },
		{ { "ES256", "EdDSA" },
		  2,
		  "the signing algorithms are without RS256, which every client may expect" },
	};
	struct authcode_issuer_settings settings = settings_for("https://id.example");

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(cases); i++) {
		settings.signing_algorithms = cases[i].names;
		settings.signing_algorithm_count = cases[i].count;
		assert_refused(&settings, cases[i].why);
	}
	settings.signing_algorithms = NULL;
	assert_refused(&settings, "signing_algorithms has a length but no rows");
}

/* WSO2 CVE-2025-0663: no key serves two purposes, issuers or masters. */
static void
every_key_is_its_own(void **state)
{
	struct authcode_issuer_settings settings[] = {
		settings_for("https://id.example"),
		settings_for("https://id.example/tenant"),
		settings_for("https://id.example"),
		settings_for("https://id.example"),
	};
	struct authcode_issuer *issuers[4];

	(void)state;
	settings[2].master_key[31] ^= 1;
	for (size_t i = 0; i < 4; i++) {
		issuers[i] = make(&settings[i]);
		assert_memory_not_equal(issuers[i]->keys.csrf, issuers[i]->keys.transaction,
					AC_DIGEST_LEN);
		assert_memory_not_equal(issuers[i]->keys.user_code, issuers[i]->keys.transaction,
					AC_DIGEST_LEN);
		assert_memory_not_equal(issuers[i]->keys.user_code, issuers[i]->keys.csrf,
					AC_DIGEST_LEN);
		assert_memory_not_equal(issuers[i]->keys.csrf, issuers[i]->keys.signing_key,
					AC_DIGEST_LEN);
		assert_memory_not_equal(issuers[i]->keys.transaction, issuers[i]->keys.signing_key,
					AC_DIGEST_LEN);
	}
	for (size_t i = 1; i < 3; i++) {
		assert_memory_not_equal(&issuers[0]->keys, &issuers[i]->keys,
					sizeof(issuers[0]->keys));
	}
	/* The same settings give the same keys: nodes share, restarts keep. */
	assert_memory_equal(&issuers[0]->keys, &issuers[3]->keys, sizeof(issuers[0]->keys));
	for (size_t i = 0; i < 4; i++)
		authcode_issuer_free(&issuers[i]);
}

static struct authcode_clients *
one_client(const char *id)
{
	static const char *const uris[] = { "https://client.example/cb" };
	const struct authcode_client client = {
		.id = id,
		.secret_hash = { 1 },
		.redirect_uris = uris,
		.redirect_uri_count = 1,
		.scope = "a",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	};
	struct authcode_clients *clients = NULL;

	assert_int_equal(authcode_clients_new(&client, 1, &clients, NULL), AUTHCODE_OK);
	return clients;
}

static void
a_registry_in_use_outlives_its_replacement(void **state)
{
	const struct authcode_issuer_settings settings = settings_for("https://id.example");
	struct authcode_issuer *issuer = make(&settings);
	struct authcode_clients *first = one_client("first"), *second = one_client("second");
	struct authcode_clients *held;

	(void)state;
	assert_null(ac_issuer_clients_ref(issuer));
	authcode_issuer_set_clients(issuer, first);
	authcode_clients_unref(&first);
	held = ac_issuer_clients_ref(issuer);
	authcode_issuer_set_clients(issuer, second);
	authcode_clients_unref(&second);
	assert_non_null(authcode_clients_find(held, "first"));
	authcode_clients_unref(&held);
	held = ac_issuer_clients_ref(issuer);
	assert_null(authcode_clients_find(held, "first"));
	assert_non_null(authcode_clients_find(held, "second"));
	authcode_clients_unref(&held);
	authcode_issuer_set_clients(issuer, NULL);
	assert_null(ac_issuer_clients_ref(issuer));
	authcode_issuer_free(&issuer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_urls_are_kept_as_written),
		cmocka_unit_test(bad_urls_are_refused),
		cmocka_unit_test(acrs_are_checked),
		cmocka_unit_test(acrs_are_copied),
		cmocka_unit_test(missing_store_weak_key_and_long_codes_are_refused),
		cmocka_unit_test(lifetimes_have_their_documented_defaults),
		cmocka_unit_test(signing_keys_cannot_outrun_the_caches),
		cmocka_unit_test(signing_algorithms_are_of_the_table_and_never_without_rs256),
		cmocka_unit_test(every_key_is_its_own),
		cmocka_unit_test(a_registry_in_use_outlives_its_replacement),
	};

	return cmocka_run_group_tests_name("issuer", tests, setup, teardown);
}
