/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a registration may say about grants without a person and about refresh
 * tokens. CC-01, CC-04, RT-05, RT-10.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <authcode/client.h>
#include <cmocka.h>

#include "base/attr.h"

static const char *const https_uri[] = { "https://client.example/cb" };

static struct authcode_client
confidential(void)
{
	return (struct authcode_client){
		.id = "c1",
		.secret_hash = { 1 },
		.redirect_uris = https_uri,
		.redirect_uri_count = 1,
		.scope = "openid profile",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN,
	};
}

static struct authcode_client
public_client(void)
{
	struct authcode_client client = confidential();

	client.auth = AUTHCODE_AUTH_NONE;
	client.secret_hash[0] = 0;
	return client;
}

static struct authcode_client
robot(void)
{
	return (struct authcode_client){
		.id = "robot",
		.secret_hash = { 1 },
		.scope = "api",
		.grants = AUTHCODE_GRANT_CLIENT_CREDENTIALS,
	};
}

static void
refused(struct authcode_client client, const char *why)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;
	char expected[256];

	assert_int_equal(authcode_clients_new(&client, 1, &registry, &reason), AUTHCODE_ERR_CONFIG);
	assert_null(registry);
	snprintf(expected, sizeof(expected), "client \"%.64s\": %s", client.id, why);
	assert_string_equal(reason.text, expected);
}

static struct authcode_client
accepted(struct authcode_client client)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;
	struct authcode_client row;

	if (authcode_clients_new(&client, 1, &registry, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	row = *authcode_clients_at(registry, 0);
	authcode_clients_unref(&registry);
	return row;
}

/* RT-05 */
static void
public_clients_always_rotate_and_others_as_they_say(void **state)
{
	struct authcode_client client;

	(void)state;
	assert_int_equal(accepted(public_client()).refresh_rotation, AUTHCODE_ROTATION_ALWAYS);
	assert_int_equal(accepted(confidential()).refresh_rotation, AUTHCODE_ROTATION_NEVER);
	for (int r = AUTHCODE_ROTATION_ALWAYS; r <= AUTHCODE_ROTATION_NEVER; r++) {
		client = confidential();
		client.refresh_rotation = (enum authcode_rotation)r;
		assert_int_equal(accepted(client).refresh_rotation, r);
		client = public_client();
		client.refresh_rotation = (enum authcode_rotation)r;
		if (r == AUTHCODE_ROTATION_ALWAYS)
			assert_int_equal(accepted(client).refresh_rotation, r);
		else
			refused(client, "refresh tokens of a public client always rotate (RFC 9700 "
					"section 2.2.2)");
	}
	client = confidential();
	client.refresh_rotation = (enum authcode_rotation)(AUTHCODE_ROTATION_NEVER + 1);
	refused(client, "refresh_rotation is unknown");
	client.refresh_rotation = (enum authcode_rotation) - 1;
	refused(client, "refresh_rotation is unknown");
}

/* RT-10 */
static void
refresh_tokens_live_no_longer_unused_than_at_most(void **state)
{
	static const struct {
		uint32_t idle_s, absolute_s;
		bool good;
	} rows[] = { { 0, 0, true },   { 1, 0, true },   { 0, 1, true },
		     { 60, 60, true }, { 59, 60, true }, { 61, 60, false } };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = confidential();

		client.refresh_idle_ttl_s = rows[i].idle_s;
		client.refresh_absolute_ttl_s = rows[i].absolute_s;
		if (rows[i].good)
			assert_int_equal(accepted(client).refresh_idle_ttl_s, rows[i].idle_s);
		else
			refused(client, "refresh tokens would live longer unused than at most");
	}
}

static void
a_client_for_itself_needs_no_redirect_uris(void **state)
{
	struct authcode_client client = robot();
	static const char *const bad[] = { "http://client.example/cb" };

	(void)state;
	assert_int_equal(accepted(client).redirect_uri_count, 0);
	client.grants |= AUTHCODE_GRANT_AUTHORIZATION_CODE;
	refused(client, "it needs 1 to 64 redirect URIs");
	client = robot();
	client.redirect_uris = https_uri;
	client.redirect_uri_count = 1;
	assert_int_equal(accepted(client).redirect_uri_count, 1);
	client.redirect_uris = bad;
	{
		struct authcode_clients *registry = NULL;

		assert_int_equal(authcode_clients_new(&client, 1, &registry, NULL),
				 AUTHCODE_ERR_CONFIG);
	}
	client = robot();
	client.grants |= AUTHCODE_GRANT_REFRESH_TOKEN;
	refused(client, "refresh_token without a grant that gives one could never be used");
}

/* RFC 8628: what never gets an answer in a browser has no redirect URI. */
static void
a_client_of_devices_alone_needs_no_redirect_uris(void **state)
{
	struct authcode_client client = robot();

	(void)state;
	client.grants = AUTHCODE_GRANT_DEVICE_CODE;
	assert_int_equal(accepted(client).redirect_uri_count, 0);
	client.grants |= AUTHCODE_GRANT_REFRESH_TOKEN;
	assert_int_equal(accepted(client).redirect_uri_count, 0);
	client.grants |= AUTHCODE_GRANT_AUTHORIZATION_CODE;
	refused(client, "it needs 1 to 64 redirect URIs");
}

/* CC-01 */
static void
a_public_client_is_nobody_to_give_a_token_to(void **state)
{
	struct authcode_client client = public_client();

	(void)state;
	client.grants |= AUTHCODE_GRANT_CLIENT_CREDENTIALS;
	refused(client, "client_credentials is not for a public client, which has none (RFC 6749 "
			"section 4.4)");
	client = robot();
	client.secret_hash[0] = 0;
	refused(client, "client_secret_basic needs a secret");
}

/* CC-04: no client speaks under a name that could be a person's. */
static void
an_id_that_could_be_a_sub_gets_no_token_for_itself(void **state)
{
	static const struct {
		const char *id;
		bool good;
	} rows[] = {
		{ "AAAAAAAAAAAAAAAAAAAAAA", false },
		{ "dBjftJeZ4CVP-mB92K27ug", false },
		{ "my-small-grafana-clieg", false },
		{ "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", false }, /* a pairwise one */
		{ "dBjftJeZ4CVP-mB92K27u", true },                        /* one shorter */
		{ "dBjftJeZ4CVP-mB92K27ugA", true },                      /* one longer */
		{ "dBjftJeZ4CVP-mB92K27uh", true }, /* no encoding of 16 bytes ends so */
		{ "dBjftJeZ4CVP.mB92K27ug", true }, /* not in the alphabet */
		{ "dBjftJeZ4CVP~mB92K27ug", true },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = robot();

		client.id = rows[i].id;
		if (rows[i].good) {
			(void)accepted(client);
			continue;
		}
		refused(client, "with client_credentials its id must not look like the sub of a "
				"person; choose one that is not 22 or 43 characters "
				"long");
		client = confidential();
		client.id = rows[i].id;
		(void)accepted(client); /* it never speaks for itself */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_clients_always_rotate_and_others_as_they_say),
		cmocka_unit_test(refresh_tokens_live_no_longer_unused_than_at_most),
		cmocka_unit_test(a_client_for_itself_needs_no_redirect_uris),
		cmocka_unit_test(a_client_of_devices_alone_needs_no_redirect_uris),
		cmocka_unit_test(a_public_client_is_nobody_to_give_a_token_to),
		cmocka_unit_test(an_id_that_could_be_a_sub_gets_no_token_for_itself),
	};

	return cmocka_run_group_tests_name("client tokens", tests, NULL, NULL);
}
