/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Clients of the database beside those of the files: the same rows and rules, a file
 * wins, and one that cannot be used keeps nobody else out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "config_fixture.h"
#include "server/config_stored.h"

#define FILES DEV "client app {\n" WEB HASH "}\n"
#define DIGEST "client_secret_sha256=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"
#define CALLBACK "scope=profile&redirect_uris=https%3A%2F%2Frp.example%2Fcb"

static struct authcode_arena *arena;

static struct ac_stored_client
stored(const char *id, const char *words)
{
	struct ac_stored_client client = { .id = id };

	assert_int_equal(ac_words_decode(arena, words, strlen(words), &client.words), AUTHCODE_OK);
	return client;
}

static struct authcode_clients *
merge(const struct ac_config *config, struct ac_stored_client *list, size_t count)
{
	struct authcode_clients *clients = NULL;

	assert_int_equal(ac_config_merge_clients(config, list, count, &clients), AUTHCODE_OK);
	return clients;
}

static void
both_kinds_are_in_one_registry(void **state)
{
	struct ac_config *config = load(FILES);
	struct ac_stored_client list[] = {
		stored("wiki", "name=The+Wiki&" CALLBACK "&redirect_uris=https%3A%2F%2Fb.example%2F"
			       "&require_pkce=yes&" DIGEST),
		stored("tv", "scope=profile&token_endpoint_auth_method=none&grant_types=device_code"
			     "&grant_types=refresh_token"),
	};
	struct authcode_clients *clients = merge(config, list, AC_ARRAY_SIZE(list));
	const struct authcode_client *wiki = authcode_clients_find(clients, "wiki");

	(void)state;
	assert_int_equal(authcode_clients_count(clients), 3);
	assert_non_null(authcode_clients_find(clients, "app"));
	assert_string_equal(wiki->name, "The Wiki");
	assert_int_equal(wiki->redirect_uri_count, 2);
	assert_string_equal(wiki->redirect_uris[1], "https://b.example/");
	assert_true(wiki->require_pkce);
	assert_int_equal(wiki->grants,
			 AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN);
	assert_int_equal(wiki->secret_hash[0], 4);
	assert_int_equal(authcode_clients_find(clients, "tv")->grants,
			 AUTHCODE_GRANT_DEVICE_CODE | AUTHCODE_GRANT_REFRESH_TOKEN);
	for (size_t i = 0; i < AC_ARRAY_SIZE(list); i++) {
		assert_int_equal(list[i].state, AC_STORED_USED);
		assert_string_equal(list[i].why, "");
	}
	/* What the files alone have made is as it was. */
	assert_int_equal(authcode_clients_count(config->clients), 1);
	authcode_clients_unref(&clients);
	ac_config_free(&config);
}

static void
of_one_id_the_file_wins(void **state)
{
	struct ac_config *config = load(FILES);
	struct ac_stored_client list[] = {
		stored("app", "name=Other&" CALLBACK "&" DIGEST),
		stored("ap", CALLBACK "&" DIGEST),
	};
	struct authcode_clients *clients = merge(config, list, AC_ARRAY_SIZE(list));
	const struct ac_words *words = NULL;
	const char *file = NULL;
	unsigned line = 0;

	(void)state;
	assert_int_equal(authcode_clients_count(clients), 2);
	assert_string_equal(authcode_clients_find(clients, "app")->name, "app");
	assert_int_equal(list[0].state, AC_STORED_HIDDEN);
	assert_string_equal(list[0].why, "a.conf:2 has a client of this id");
	assert_int_equal(list[1].state, AC_STORED_USED);
	assert_true(ac_config_file_client(config, "app", &file, &line, &words));
	assert_string_equal(file, "a.conf");
	assert_int_equal(line, 2);
	assert_string_equal(ac_words_get(words, "redirect_uris"), "https://rp.example/cb");
	assert_int_equal(ac_words_times(words, "redirect_uris"), 1);
	assert_false(ac_config_file_client(config, "ap", &file, &line, &words));
	authcode_clients_unref(&clients);
	ac_config_free(&config);
}

/* Sentences without a place, since there is none. */
static void
what_a_block_may_not_say_a_row_may_not(void **state)
{
	static const struct {
		const char *words, *why;
	} rows[] = {
		{ "scpoe=profile", "scpoe: no such option of a client" },
		{ "issuer=https%3A%2F%2Fx.example", "issuer: no such option of a client" },
		{ CALLBACK "&" DIGEST "&name=a&name=b", "name: given twice" },
		{ CALLBACK "&" DIGEST "&trusted=maybe",
		  "trusted: \"maybe\" is not allowed; give yes or no" },
		{ CALLBACK, "client \"x\" has no secret; give client_secret_file or "
			    "client_secret_sha256, or token_endpoint_auth_method = none" },
		{ CALLBACK "&" DIGEST "&token_endpoint_auth_method=none",
		  "client \"x\" has token_endpoint_auth_method = none and so no secret; remove "
		  "one of the two" },
		{ CALLBACK "&" DIGEST "&scope=a", "scope: given twice" },
		{ DIGEST, "client \"x\": scope is empty, so that every request would be refused" },
		{ "scope=profile&" DIGEST, "client \"x\": it needs 1 to 64 redirect URIs" },
		{ "scope=profile&redirect_uris=http%3A%2F%2Frp.example%2F&" DIGEST,
		  "client \"x\": redirect URI 1: a web client must use https (native clients may "
		  "use "
		  "http on loopback)" },
		{ CALLBACK "&" DIGEST "&pam_service=other",
		  "pam_service: \"other\" needs a service block with an acr" },
		{ CALLBACK "&" DIGEST "&min_acr=otp",
		  "min_acr: \"otp\" is the acr of no service block" },
		{ CALLBACK "&" DIGEST "&resources=urn%3Aa", "resources: \"urn:a\" has no resource "
							    "block" },
		{ CALLBACK "&" DIGEST "&id_token_signed_response_alg=EdDSA",
		  "id_token_signed_response_alg: EdDSA is not in signing_algorithms" },
		{ CALLBACK "&" DIGEST "&backchannel_logout_uri=http%3A%2F%2F127.0.0.1%2F",
		  "backchannel_logout_uri: \"http://127.0.0.1/\" is not allowed; give an https "
		  "URL" },
		{ CALLBACK "&" DIGEST "&may_introspect=list",
		  "may_introspect: list needs introspect_clients" },
		{ CALLBACK "&" DIGEST "&may_introspect=list&introspect_clients=gone",
		  "introspect_clients: one of them is no client" },
		{ CALLBACK "&" DIGEST "&previous_client_secret_expires_at=2030-01-31",
		  "previous_client_secret_expires_at: read only with "
		  "previous_client_secret_sha256" },
	};
	struct ac_config *config = load(FILES);

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_stored_client list[] = {
			stored("x", rows[i].words),
			stored("y", CALLBACK "&" DIGEST),
		};
		struct authcode_clients *clients = merge(config, list, AC_ARRAY_SIZE(list));

		if (list[0].state != AC_STORED_REFUSED || strcmp(list[0].why, rows[i].why) != 0)
			fail_msg("%s: %d %s", rows[i].words, (int)list[0].state, list[0].why);
		assert_null(authcode_clients_find(clients, "x"));
		assert_non_null(authcode_clients_find(clients, "app"));
		assert_int_equal(list[1].state, AC_STORED_USED);
		authcode_clients_unref(&clients);
	}
	ac_config_free(&config);
}

static void
who_asks_about_one_that_was_left_out_is_left_out_too(void **state)
{
	struct ac_config *config = load(FILES);
	struct ac_stored_client list[] = {
		stored("a", CALLBACK "&" DIGEST "&may_introspect=list&introspect_clients=b"),
		stored("b", CALLBACK "&" DIGEST "&may_introspect=list&introspect_clients=c"),
		stored("c", CALLBACK),
		stored("d", CALLBACK "&" DIGEST "&may_introspect=list&introspect_clients=app"),
	};
	struct authcode_clients *clients = merge(config, list, AC_ARRAY_SIZE(list));

	(void)state;
	assert_int_equal(authcode_clients_count(clients), 2);
	assert_non_null(authcode_clients_find(clients, "d"));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(list[i].state, AC_STORED_REFUSED);
	authcode_clients_unref(&clients);
	ac_config_free(&config);
}

static void
a_secret_that_is_needed_itself_is_given_beside_the_words(void **state)
{
	static const char method[] = CALLBACK "&token_endpoint_auth_method=client_secret_jwt";
	struct ac_config *config = load(FILES);
	struct ac_stored_client list[] = { stored("x", method), stored("y", method) };
	struct authcode_clients *clients;

	(void)state;
	list[1].secret = "0123456789-0123456789-0123456789-abc";
	clients = merge(config, list, AC_ARRAY_SIZE(list));
	assert_int_equal(list[0].state, AC_STORED_REFUSED);
	assert_string_equal(list[0].why,
			    "client \"x\" has token_endpoint_auth_method = client_secret_jwt, "
			    "which needs the secret itself; give client_secret_file");
	assert_int_equal(list[1].state, AC_STORED_USED);
	assert_null(authcode_clients_find(clients, "y")->secret);
	authcode_clients_unref(&clients);
	ac_config_free(&config);
}

/* With several services each client needs the acr of its own, as in a file. */
static void
a_service_binds_as_in_a_file(void **state)
{
	struct ac_config *config = load(DEV "service otp {\nacr = two\nlevel = 2\n}\n"
					    "client app {\n" WEB HASH "}\n");
	struct ac_stored_client list[] = {
		stored("own", CALLBACK "&" DIGEST "&pam_service=otp"),
		stored("plain", CALLBACK "&" DIGEST),
	};
	struct authcode_clients *clients = merge(config, list, AC_ARRAY_SIZE(list));

	(void)state;
	assert_string_equal(authcode_clients_find(clients, "own")->min_acr, "two");
	assert_string_equal(authcode_clients_find(clients, "plain")->min_acr,
			    authcode_clients_find(clients, "app")->min_acr);
	assert_non_null(authcode_clients_find(clients, "app")->min_acr);
	authcode_clients_unref(&clients);
	ac_config_free(&config);
}

static void
a_removed_or_broken_one_is_not_served(void **state)
{
	struct ac_config *config = load(FILES);
	struct ac_stored_client list[] = {
		stored("gone", CALLBACK "&token_endpoint_auth_method=none"),
		stored("torn", CALLBACK "&" DIGEST),
	};
	struct authcode_clients *clients;

	(void)state;
	list[0].removed = true;
	list[1].broken = "it is damaged";
	clients = merge(config, list, AC_ARRAY_SIZE(list));
	assert_true(authcode_clients_find(clients, "gone")->disabled);
	assert_null(authcode_clients_find(clients, "torn"));
	assert_int_equal(list[1].state, AC_STORED_REFUSED);
	assert_string_equal(list[1].why, "it is damaged");
	authcode_clients_unref(&clients);
	ac_config_free(&config);
}

/* --- words --------------------------------------------------------------------- */

static void
words_come_back_as_they_went(void **state)
{
	static const char text[] = "name=a%20%26%3D%2B%C3%BC&redirect_uris=1&redirect_uris=2";
	struct ac_words words = { 0 }, copy = { 0 };
	struct ac_buf again;

	(void)state;
	assert_int_equal(ac_words_decode(arena, text, sizeof(text) - 1, &words), AUTHCODE_OK);
	assert_int_equal(words.count, 3);
	assert_string_equal(ac_words_get(&words, "name"), "a &=+\xc3\xbc");
	assert_int_equal(ac_words_times(&words, "redirect_uris"), 2);
	ac_buf_init(&again, 1024);
	ac_words_encode(&words, &again);
	assert_string_equal(ac_buf_text(&again), text);
	ac_buf_clear(&again);
	assert_true(ac_words_copy(arena, &words, &copy));
	ac_words_drop(&copy, "redirect_uris");
	assert_true(ac_words_add(arena, &copy, "scope", "x"));
	assert_int_equal(copy.count, 2);
	assert_int_equal(words.count, 3);
	assert_null(ac_words_get(&words, "scope"));
}

static void
what_is_no_form_is_refused_whole(void **state)
{
	static const char *const bad[] = { "name",  "=x",    "a=1&b",    "a=%zz",
					   "a=%00", "a=%ff", "a=1&%00=2" };
	struct ac_words words = { .count = 7 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		if (ac_words_decode(arena, bad[i], strlen(bad[i]), &words) != AUTHCODE_ERR_SYNTAX ||
		    words.count != 7)
			fail_msg("%s", bad[i]);
	}
	assert_int_equal(ac_words_decode(arena, "&&a=1&", 6, &words), AUTHCODE_OK);
	assert_int_equal(words.count, 1);
}

static int
enter(void **state)
{
	return authcode_arena_new(1 << 20, &arena) == AUTHCODE_OK ? config_dir_enter(state) : -1;
}

static int
leave(void **state)
{
	authcode_arena_free(&arena);
	return config_dir_leave(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds_are_in_one_registry),
		cmocka_unit_test(of_one_id_the_file_wins),
		cmocka_unit_test(what_a_block_may_not_say_a_row_may_not),
		cmocka_unit_test(who_asks_about_one_that_was_left_out_is_left_out_too),
		cmocka_unit_test(a_secret_that_is_needed_itself_is_given_beside_the_words),
		cmocka_unit_test(a_service_binds_as_in_a_file),
		cmocka_unit_test(a_removed_or_broken_one_is_not_served),
		cmocka_unit_test(words_come_back_as_they_went),
		cmocka_unit_test(what_is_no_form_is_refused_whole),
	};

	return cmocka_run_group_tests_name("config_stored", tests, enter, leave);
}
