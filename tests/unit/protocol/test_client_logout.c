/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/client_logout.h: which registrations for logout are refused, and where
 * a client may have people sent (LO-04, RU-14).
 */
#include "protocol/client_logout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

static const char *const https_uri[] = { "https://client.example/cb" };

static struct authcode_client
good(void)
{
	return (struct authcode_client){
		.id = "web",
		.secret_hash = { 1 },
		.redirect_uris = https_uri,
		.redirect_uri_count = 1,
		.scope = "openid",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	};
}

static void
expect(const struct authcode_client *client, const char *refusal)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;
	enum authcode_err err = authcode_clients_new(client, 1, &registry, &reason);

	assert_string_equal(reason.text, refusal);
	assert_int_equal(err, *refusal == '\0' ? AUTHCODE_OK : AUTHCODE_ERR_CONFIG);
	authcode_clients_unref(&registry);
}

static void
post_logout_uris_keep_the_rules_of_redirect_uris(void **state)
{
	static const struct {
		const char *first, *second, *refusal;
	} rows[] = {
		{ "https://a.example/", "https://a.example/?x=y", "" },
		{ "https://a.example/", "https://a.example/",
		  "client \"web\": post-logout redirect URI 2: it is listed twice" },
		{ "https://a.example/#f", "https://a.example/",
		  "client \"web\": post-logout redirect URI 1: a fragment is forbidden" },
		{ "https://a.example/", "http://a.example/",
		  "client \"web\": post-logout redirect URI 2: a web client must use https (native "
		  "clients may use http on loopback)" },
		{ "https://a.example/", "",
		  "client \"web\": post-logout redirect URI 2: it is empty" },
		{ "https://a.example/", NULL,
		  "client \"web\": post-logout redirect URI 2: it is empty" },
		{ "https://*.example/", "https://a.example/",
		  "client \"web\": post-logout redirect URI 1: patterns are not supported: every "
		  "URI is written out" },
		{ "javascript:alert(1)", "https://a.example/",
		  "client \"web\": post-logout redirect URI 1: a web client must use https "
		  "(native clients may use a private scheme)" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *uris[] = { rows[i].first, rows[i].second };
		struct authcode_client client = good();

		client.post_logout_redirect_uris = uris;
		client.post_logout_redirect_uri_count = 2;
		expect(&client, rows[i].refusal);
	}
}

static void
a_list_without_rows_or_with_too_many_is_refused(void **state)
{
	struct authcode_client client = good();
	static const char why[] =
		"client \"web\": post_logout_redirect_uris is not a list of at most 64 URIs";

	(void)state;
	client.post_logout_redirect_uri_count = 1;
	expect(&client, why);
	client.post_logout_redirect_uris = https_uri;
	client.post_logout_redirect_uri_count = 65;
	expect(&client, why);
}

static void
a_backchannel_uri_is_https_or_on_this_machine(void **state)
{
	static const struct {
		const char *uri, *refusal;
	} rows[] = {
		{ "https://a.example/logout", "" },
		{ "https://a.example/logout?tenant=1", "" },
		{ "http://127.0.0.1:8000/logout", "" },
		{ "http://localhost/logout", "" },
		{ "http://a.example/logout",
		  "client \"web\": backchannel_logout_uri: http is allowed on loopback only" },
		{ "https://a.example/#f",
		  "client \"web\": backchannel_logout_uri: a fragment is forbidden" },
		{ "https://u@a.example/", "client \"web\": backchannel_logout_uri: a user name in "
					  "front of the host is forbidden" },
		{ "com.example.app:/logout",
		  "client \"web\": backchannel_logout_uri: it is not an https URL" },
		{ "file:///etc/passwd",
		  "client \"web\": backchannel_logout_uri: it is not an https URL" },
		{ "", "client \"web\": backchannel_logout_uri: it is not an https URL" },
		{ NULL, "client \"web\": backchannel_logout_uri: it is needed by "
			"backchannel_logout_session_required" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = good();

		client.backchannel_logout_uri = rows[i].uri;
		client.backchannel_logout_session_required = true;
		expect(&client, rows[i].refusal);
	}
}

/* LO-04: byte exact, also the port of a loopback address. */
static void
only_the_registered_bytes_match(void **state)
{
	static const char *const uris[] = { "https://a.example/out", "http://127.0.0.1/out" };
	static const char *const others[] = {
		"",
		"https://a.example/out/",
		"https://a.example/out?",
		"https://a.example/out?a=b",
		"https://a.example/OUT",
		"HTTPS://a.example/out",
		"https://a.example:443/out",
		"https://a.example/ou",
		"https://a.example/%6fut",
		"http://127.0.0.1:8080/out",
		"https://client.example/cb",
	};
	struct authcode_client client = good();

	(void)state;
	client.application_type = AUTHCODE_APPLICATION_NATIVE;
	client.post_logout_redirect_uris = uris;
	client.post_logout_redirect_uri_count = AC_ARRAY_SIZE(uris);
	for (size_t i = 0; i < AC_ARRAY_SIZE(uris); i++)
		assert_true(ac_client_post_logout_match(&client, uris[i]));
	for (size_t i = 0; i < AC_ARRAY_SIZE(others); i++) {
		if (ac_client_post_logout_match(&client, others[i]))
			fail_msg("%s", others[i]);
	}
}

/* The host may free or overwrite everything it gave. */
static void
what_a_client_registers_is_copied(void **state)
{
	char uri[] = "https://a.example/", told[] = "https://a.example/told";
	const char *uris[] = { uri };
	struct authcode_client client = good();
	struct authcode_clients *registry = NULL;
	const struct authcode_client *copy;

	(void)state;
	client.post_logout_redirect_uris = uris;
	client.post_logout_redirect_uri_count = 1;
	client.backchannel_logout_uri = told;
	assert_int_equal(authcode_clients_new(&client, 1, &registry, NULL), AUTHCODE_OK);
	memset(uri, 'x', sizeof(uri));
	memset(told, 'x', sizeof(told));
	uris[0] = NULL;
	copy = authcode_clients_find(registry, "web");
	assert_string_equal(copy->post_logout_redirect_uris[0], "https://a.example/");
	assert_string_equal(copy->backchannel_logout_uri, "https://a.example/told");
	authcode_clients_unref(&registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(post_logout_uris_keep_the_rules_of_redirect_uris),
		cmocka_unit_test(a_list_without_rows_or_with_too_many_is_refused),
		cmocka_unit_test(a_backchannel_uri_is_https_or_on_this_machine),
		cmocka_unit_test(only_the_registered_bytes_match),
		cmocka_unit_test(what_a_client_registers_is_copied),
	};

	return cmocka_run_group_tests_name("client logout", tests, NULL, NULL);
}
