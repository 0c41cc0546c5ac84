/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/cors.h: whose pages may call for whom (CR-06). The headers are in
 * tests/http/test_cors.py.
 */
#include "server/cors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

static const char *const uris[] = {
	"https://app.example/cb",
	"https://App.Example:443/other",
	"https://app.example:8443/cb?x=https://query.example",
	"http://127.0.0.1:3000/cb",
	"http://localhost/cb",
	"http://[::1]:80/cb",
	"com.example.app:/cb",
	"http://plain.example/cb",
	"app://host/cb",
};

static const struct authcode_client by_uris = {
	.id = "uris",
	.redirect_uris = uris,
	.redirect_uri_count = AC_ARRAY_SIZE(uris),
};

static void
pages_of_redirect_uris_may_call(void **state)
{
	static const struct {
		const char *origin;
		bool ok;
	} rows[] = {
		{ "https://app.example", true },
		{ "https://app.example:8443", true },
		{ "http://127.0.0.1:3000", true },
		{ "http://localhost", true },
		{ "http://[::1]", true },
		{ "", false },
		{ "null", false },
		{ "none", false },
		{ "*", false },
		{ "https://app.example/", false },
		{ "https://app.example/cb", false },
		{ "https://app.example:443", false },
		{ "https://APP.example", false },
		{ "http://app.example", false },
		{ "https://app.example.evil.example", false },
		{ "https://evil.app.example", false },
		{ "https://app.exampl", false },
		{ "https://query.example", false },
		{ "http://127.0.0.1", false },
		{ "http://127.0.0.1:3001", false },
		{ "https://localhost", false },
		{ "http://plain.example", false }, /* anybody on the way could be the page */
		{ "com.example.app:", false },
		{ "app://host", false },
		{ "https://app.example, https://evil.example", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_cors_client_allows(&by_uris, rows[i].origin) != rows[i].ok)
			fail_msg("%s", rows[i].origin);
	}
}

/* They are meant instead of the redirect URIs. */
static void
a_client_may_name_its_pages(void **state)
{
	static const char *const origins[] = { "https://spa.example", "capacitor://localhost" };
	static const char *const nobody[] = { "none" };
	struct authcode_client client = by_uris;

	(void)state;
	client.allowed_origins = origins;
	client.allowed_origin_count = 2;
	assert_true(ac_cors_client_allows(&client, "https://spa.example"));
	assert_true(ac_cors_client_allows(&client, "capacitor://localhost"));
	assert_false(ac_cors_client_allows(&client, "https://app.example"));
	assert_false(ac_cors_client_allows(&client, "https://spa.example.evil.example"));
	client.allowed_origins = nobody;
	client.allowed_origin_count = 1;
	assert_false(ac_cors_client_allows(&client, "https://app.example"));
	assert_false(ac_cors_client_allows(&client, "none"));
}

static struct authcode_client
registered(const char *id, const char *const *redirect_uri)
{
	return (struct authcode_client){
		.id = id,
		.auth = AUTHCODE_AUTH_NONE,
		.redirect_uris = redirect_uri,
		.redirect_uri_count = 1,
		.scope = "openid",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	};
}

static void
a_preflight_is_for_the_pages_of_all_clients(void **state)
{
	static const char *const names[] = { "https://b.example/cb", "https://a.example/cb",
					     "https://c.example/cb", "https://off.example/cb" };
	struct authcode_client clients[4];
	struct authcode_clients *registry = NULL;
	struct ac_cors *cors = NULL;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		static const char *const ids[] = { "one", "two", "three", "four" };

		clients[i] = registered(ids[i], &names[i]);
	}
	clients[3].disabled = true;
	assert_int_equal(authcode_clients_new(clients, 4, &registry, NULL), AUTHCODE_OK);
	assert_int_equal(ac_cors_new(registry, &cors), AUTHCODE_OK);
	assert_true(ac_cors_allows(cors, "https://a.example"));
	assert_true(ac_cors_allows(cors, "https://b.example"));
	assert_true(ac_cors_allows(cors, "https://c.example"));
	assert_false(ac_cors_allows(cors, "https://off.example"));
	assert_false(ac_cors_allows(cors, "https://d.example"));
	assert_false(ac_cors_allows(cors, "null"));
	assert_false(ac_cors_allows(cors, ""));
	ac_cors_free(&cors);
	assert_null(cors);
	assert_false(ac_cors_allows(cors, "https://a.example"));
	authcode_clients_unref(&registry);
	assert_int_equal(ac_cors_new(NULL, &cors), AUTHCODE_OK);
	assert_false(ac_cors_allows(cors, "https://a.example"));
	ac_cors_free(&cors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_redirect_uris_may_call),
		cmocka_unit_test(a_client_may_name_its_pages),
		cmocka_unit_test(a_preflight_is_for_the_pages_of_all_clients),
	};

	return cmocka_run_group_tests_name("cors", tests, NULL, NULL);
}
