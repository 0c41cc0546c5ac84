/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/client.h>: the registry and the rules of a registration.
 */
#include <authcode/client.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"

static const char *const https_uri[] = { "https://client.example/cb" };

static struct authcode_client
good(const char *id)
{
	return (struct authcode_client){
		.id = id,
		.secret_hash = { 1 },
		.redirect_uris = https_uri,
		.redirect_uri_count = 1,
		.scope = "openid profile",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	};
}

static void
assert_refused(const struct authcode_client *clients, size_t count, const char *expected)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;

	assert_int_equal(authcode_clients_new(clients, count, &registry, &reason),
			 AUTHCODE_ERR_CONFIG);
	assert_null(registry);
	assert_string_equal(reason.text, expected);
	/* Nobody needs to listen. */
	assert_int_equal(authcode_clients_new(clients, count, &registry, NULL),
			 AUTHCODE_ERR_CONFIG);
}

static struct authcode_clients *
make(const struct authcode_client *clients, size_t count)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;

	if (authcode_clients_new(clients, count, &registry, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	assert_string_equal(reason.text, "");
	return registry;
}

static void
methods_have_their_registered_names(void **state)
{
	(void)state;
	assert_string_equal(authcode_client_auth_name(AUTHCODE_AUTH_SECRET_BASIC),
			    "client_secret_basic");
	assert_string_equal(authcode_client_auth_name(AUTHCODE_AUTH_SECRET_POST),
			    "client_secret_post");
	assert_string_equal(authcode_client_auth_name(AUTHCODE_AUTH_NONE), "none");
	assert_null(authcode_client_auth_name(AUTHCODE_AUTH_COUNT));
	assert_null(authcode_client_auth_name((enum authcode_client_auth) - 1));
}

static void
clients_are_found_by_their_exact_id(void **state)
{
	static const char *const ids[] = { "m", "b", "z", "a", "M", "b-c", "~", "0" };
	struct authcode_client clients[AC_ARRAY_SIZE(ids)];
	struct authcode_clients *registry;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(ids); i++)
		clients[i] = good(ids[i]);
	registry = make(clients, AC_ARRAY_SIZE(ids));
	assert_int_equal(authcode_clients_count(registry), AC_ARRAY_SIZE(ids));
	for (size_t i = 0; i < AC_ARRAY_SIZE(ids); i++)
		assert_string_equal(authcode_clients_find(registry, ids[i])->id, ids[i]);
	for (size_t i = 1; i < AC_ARRAY_SIZE(ids); i++)
		assert_true(strcmp(authcode_clients_at(registry, i - 1)->id,
				   authcode_clients_at(registry, i)->id) < 0);
	assert_null(authcode_clients_at(registry, AC_ARRAY_SIZE(ids)));
	assert_null(authcode_clients_find(registry, ""));
	assert_null(authcode_clients_find(registry, "B"));
	assert_null(authcode_clients_find(registry, "b-"));
	assert_null(authcode_clients_find(registry, NULL));
	authcode_clients_unref(&registry);
	assert_null(registry);
}

static void
no_registry_and_an_empty_one_hold_nobody(void **state)
{
	struct authcode_clients *registry = make(NULL, 0);

	(void)state;
	assert_int_equal(authcode_clients_count(registry), 0);
	assert_null(authcode_clients_find(registry, "a"));
	authcode_clients_unref(&registry);
	assert_null(authcode_clients_find(NULL, "a"));
	assert_int_equal(authcode_clients_count(NULL), 0);
	assert_null(authcode_clients_at(NULL, 0));
	assert_null(authcode_clients_ref(NULL));
	authcode_clients_unref(&registry);
	authcode_clients_unref(NULL);
}

/* The host may free or overwrite everything it gave. */
static void
everything_is_copied(void **state)
{
	char id[] = "client", name[] = "Name", uri[] = "https://client.example/cb",
	     scope[] = "openid profile", scopes[] = "profile", service[] = "login",
	     other[] = "client", user[] = "alice", group[] = "staff", told[] = "wheel",
	     prefix[] = "app-", acr[] = "otp";
	const char *uris[] = { uri };
	const char *users[] = { user }, *groups[] = { group }, *claims[] = { told };
	const char *others[] = { other };
	struct authcode_client client = good(id);
	struct authcode_clients *registry;
	const struct authcode_client *copy;

	(void)state;
	client.name = name;
	client.redirect_uris = uris;
	client.scope = scope;
	client.default_scopes = scopes;
	client.pam_service = service;
	client.may_introspect = AUTHCODE_INTROSPECT_LIST;
	client.introspect_clients = others;
	client.introspect_client_count = 1;
	client.allow_users = users;
	client.allow_groups = groups;
	client.group_claims = claims;
	client.allow_user_count = client.allow_group_count = client.group_claim_count = 1;
	client.group_claim_prefix = prefix;
	client.min_acr = acr;
	registry = make(&client, 1);
	memset(id, 'x', sizeof(id));
	memset(name, 'x', sizeof(name));
	memset(uri, 'x', sizeof(uri));
	memset(scope, 'x', sizeof(scope));
	memset(scopes, 'x', sizeof(scopes));
	memset(service, 'x', sizeof(service));
	memset(other, 'x', sizeof(other));
	memset(user, 'x', sizeof(user));
	memset(group, 'x', sizeof(group));
	memset(told, 'x', sizeof(told));
	memset(prefix, 'x', sizeof(prefix));
	memset(acr, 'x', sizeof(acr));
	uris[0] = others[0] = users[0] = groups[0] = claims[0] = NULL;
	copy = authcode_clients_find(registry, "client");
	assert_non_null(copy);
	assert_string_equal(copy->name, "Name");
	assert_string_equal(copy->redirect_uris[0], "https://client.example/cb");
	assert_string_equal(copy->scope, "openid profile");
	assert_string_equal(copy->default_scopes, "profile");
	assert_string_equal(copy->pam_service, "login");
	assert_string_equal(copy->introspect_clients[0], "client");
	assert_string_equal(copy->allow_users[0], "alice");
	assert_string_equal(copy->allow_groups[0], "staff");
	assert_string_equal(copy->group_claims[0], "wheel");
	assert_string_equal(copy->group_claim_prefix, "app-");
	assert_string_equal(copy->min_acr, "otp");
	authcode_clients_unref(&registry);
}

static void
what_was_left_out_is_filled_in(void **state)
{
	struct authcode_client clients[] = { good("web"), good("app") };
	struct authcode_clients *registry;

	(void)state;
	clients[1].auth = AUTHCODE_AUTH_NONE;
	memset(clients[1].secret_hash, 0, sizeof(clients[1].secret_hash));
	registry = make(clients, 2);
	assert_string_equal(authcode_clients_find(registry, "web")->name, "web");
	assert_string_equal(authcode_clients_find(registry, "web")->default_scopes,
			    "openid profile");
	assert_null(authcode_clients_find(registry, "web")->pam_service);
	assert_false(authcode_clients_find(registry, "web")->require_pkce);
	/* PK-07 */
	assert_true(authcode_clients_find(registry, "app")->require_pkce);
	authcode_clients_unref(&registry);
}

static void
ids_follow_their_grammar(void **state)
{
	static const char long_id[66] = { [0 ... 64] = 'a' };
	static const char *const ids[] = { NULL,       "",     "a b", "a/b", "a:b",  "a\n",
					   "\xc3\xa4", "a%20", "a+b", "a@b", "a\"b", long_id };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(ids); i++) {
		struct authcode_client client = good(ids[i]);

		assert_refused(&client, 1,
			       "a client id is not 1 to 64 characters of A-Z a-z 0-9 - _ . ~");
	}
}

/* One field after the other made wrong; the sentence names client and rule. */
#define REFUSED(sentence, ...)                                                                     \
	do {                                                                                       \
		struct authcode_client client = good("c1");                                        \
		__VA_ARGS__;                                                                       \
		assert_refused(&client, 1, "client \"c1\": " sentence);                            \
	} while (0)

static void
names_secrets_and_kinds_are_checked(void **state)
{
	static const char long_name[258] = { [0 ... 256] = 'n' };

	(void)state;
	REFUSED("the name is not 1 to 256 bytes of printable UTF-8", client.name = "");
	REFUSED("the name is not 1 to 256 bytes of printable UTF-8", client.name = "a\nb");
	REFUSED("the name is not 1 to 256 bytes of printable UTF-8", client.name = "\xff");
	REFUSED("the name is not 1 to 256 bytes of printable UTF-8", client.name = long_name);
	REFUSED("the authentication method is unknown", client.auth = AUTHCODE_AUTH_COUNT);
	REFUSED("the application type is unknown",
		client.application_type = (enum authcode_application_type)7);
	REFUSED("client_secret_basic needs a secret", client.secret_hash[0] = 0);
	REFUSED("client_secret_post needs a secret", client.auth = AUTHCODE_AUTH_SECRET_POST;
		client.secret_hash[0] = 0);
	REFUSED("a public client cannot have a secret", client.auth = AUTHCODE_AUTH_NONE);
	REFUSED("a public client cannot have a secret", client.auth = AUTHCODE_AUTH_NONE;
		client.secret_hash[0] = 0; client.secret_hash[31] = 1);
	REFUSED("a public client cannot have a secret", client.auth = AUTHCODE_AUTH_NONE;
		client.secret_hash[0] = 0; client.secret_expires_at = 1);
	REFUSED("the end of the secret is before 1970", client.secret_expires_at = -1);
	REFUSED("the end of the secret is before 1970", client.previous_secret_expires_at = -1);
	REFUSED("only a secret that is sent can have a previous one beside it",
		client.auth = AUTHCODE_AUTH_NONE;
		client.secret_hash[0] = 0; client.previous_secret_expires_at = 1);
	REFUSED("the PAM service name is not 1 to 58 bytes long", client.pam_service = "");
	REFUSED("the PAM service name is not 1 to 58 bytes long",
		client.pam_service = long_name + sizeof(long_name) - 1 - 59);
}

static void
grants_and_scope_are_checked(void **state)
{
	(void)state;
	REFUSED("no grant is allowed", client.grants = 0);
	REFUSED("a grant is unknown", client.grants |= 1u << 31);
	REFUSED("refresh_token without a grant that gives one could never be used",
		client.grants = AUTHCODE_GRANT_REFRESH_TOKEN);
	REFUSED("scope is empty, so that every request would be refused", client.scope = NULL);
	REFUSED("scope is empty, so that every request would be refused", client.scope = "");
	REFUSED("scope does not follow the grammar of RFC 6749 section 3.3", client.scope = "a  b");
	REFUSED("scope does not follow the grammar of RFC 6749 section 3.3", client.scope = "a\\b");
	REFUSED("default_scopes does not follow the grammar of RFC 6749 section 3.3",
		client.default_scopes = " openid");
	REFUSED("default_scopes names a value that is not in scope",
		client.default_scopes = "openid email");
}

static void
introspection_is_checked(void **state)
{
	static const char *const self[] = { "c1" };
	static const char *const gone[] = { "c1", "gone" };
	static const char *const null[] = { NULL };

	(void)state;
	REFUSED("may_introspect is unknown",
		client.may_introspect = (enum authcode_may_introspect)9);
	REFUSED("a public client cannot introspect tokens of others",
		client.auth = AUTHCODE_AUTH_NONE;
		client.secret_hash[0] = 0; client.may_introspect = AUTHCODE_INTROSPECT_ALL);
	REFUSED("a public client cannot introspect tokens of others",
		client.auth = AUTHCODE_AUTH_NONE;
		client.secret_hash[0] = 0; client.may_introspect = AUTHCODE_INTROSPECT_LIST;
		client.introspect_clients = self; client.introspect_client_count = 1);
	REFUSED("may_introspect is a list, and the list is empty",
		client.may_introspect = AUTHCODE_INTROSPECT_LIST);
	REFUSED("a list of clients is given, but may_introspect does not use it",
		client.introspect_clients = self;
		client.introspect_client_count = 1);
	REFUSED("entry 2 of may_introspect names no client",
		client.may_introspect = AUTHCODE_INTROSPECT_LIST;
		client.introspect_clients = gone; client.introspect_client_count = 2);
	REFUSED("entry 1 of may_introspect names no client",
		client.may_introspect = AUTHCODE_INTROSPECT_LIST;
		client.introspect_clients = null; client.introspect_client_count = 1);
}

static void
resources_and_token_forms_are_checked(void **state)
{
	static const char *const good_uris[] = { "https://api.example", "urn:example:files" };
	static const char *const bad[][2] = {
		{ "urn:a", NULL },
		{ "urn:a", "" },
		{ "urn:a", "/relative" },
		{ "urn:a", "https://api.example#fragment" },
		{ "urn:a", "https://api.example/a b" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++)
		REFUSED("an entry of resources is not an absolute URI without fragment",
			client.resources = bad[i];
			client.resource_count = 2);
	REFUSED("resources has a length but no URIs", client.resource_count = 1);
	REFUSED("resources is too long", client.resources = good_uris;
		client.resource_count = 1001);
	REFUSED("default_resource is none of resources", client.resources = good_uris;
		client.resource_count = 2; client.default_resource = "https://api.example/");
	REFUSED("default_resource is none of resources",
		client.default_resource = "https://api.example");
	REFUSED("the format of its access tokens is unknown",
		client.access_token_format = (enum authcode_token_format)3);
	REFUSED("the algorithm of its access tokens is unknown", client.access_token_alg = "none");
	REFUSED("the algorithm of its access tokens is unknown", client.access_token_alg = "HS256");
	REFUSED("resource_server is not an absolute URI without fragment",
		client.resource_server = "api");
	REFUSED("resource_server says whose tokens it may ask about, and so does may_introspect",
		client.resource_server = "urn:a";
		client.may_introspect = AUTHCODE_INTROSPECT_ALL);
	REFUSED("a public client cannot be a resource server that introspects",
		client.resource_server = "urn:a";
		client.auth = AUTHCODE_AUTH_NONE; client.secret_hash[0] = 0);
}

static void
who_may_use_it_and_what_it_is_told_is_checked(void **state)
{
	static const char long_name[258] = { [0 ... 256] = 'n' };
	static const char long_acr[130] = { [0 ... 128] = 'a' };
	static const char *const bad[][2] = {
		{ "ok", NULL },   { "ok", "" },        { "ok", "a\nb" },
		{ "ok", "\xff" }, { "ok", long_name },
	};
	static const char *many[1001];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(many); i++)
		many[i] = "n";
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		REFUSED("entry 2 of allow_users is not 1 to 256 bytes of printable UTF-8",
			client.allow_users = bad[i];
			client.allow_user_count = 2);
		REFUSED("entry 2 of allow_groups is not 1 to 256 bytes of printable UTF-8",
			client.allow_groups = bad[i];
			client.allow_group_count = 2);
		REFUSED("entry 2 of group_claims is not 1 to 256 bytes of printable UTF-8",
			client.group_claims = bad[i];
			client.group_claim_count = 2);
		if (bad[i][1] != NULL)
			REFUSED("group_claim_prefix is not 1 to 256 bytes of printable UTF-8",
				client.group_claim_prefix = bad[i][1]);
	}
	REFUSED("allow_users has more than 1000 names", client.allow_users = many;
		client.allow_user_count = 1001);
	REFUSED("allow_groups has more than 1000 names", client.allow_groups = many;
		client.allow_group_count = 1001);
	REFUSED("group_claims has more than 1000 names", client.group_claims = many;
		client.group_claim_count = 1001);
	REFUSED("allow_users has a length but no names", client.allow_user_count = 1);
	REFUSED("allow_groups has a length but no names", client.allow_group_count = 1);
	REFUSED("group_claims has a length but no names", client.group_claim_count = 1);
	REFUSED("min_acr is not 1 to 128 printable characters without space", client.min_acr = "");
	REFUSED("min_acr is not 1 to 128 printable characters without space",
		client.min_acr = "pwd otp");
	REFUSED("min_acr is not 1 to 128 printable characters without space",
		client.min_acr = "a\tb");
	REFUSED("min_acr is not 1 to 128 printable characters without space",
		client.min_acr = long_acr);
}

/* AZ-39: links that people may press. */
static void
links_of_a_client_lead_to_the_web(void **state)
{
	static char uri[2050] = "https://rp.example/";
	struct authcode_client linked = good("c1");
	struct authcode_clients *registry;

	(void)state;
	REFUSED("client_uri is not an http or https URL", client.client_uri = "");
	REFUSED("client_uri is not an http or https URL", client.client_uri = "rp.example");
	REFUSED("client_uri is not an http or https URL", client.client_uri = "//rp.example/");
	REFUSED("client_uri is not an http or https URL", client.client_uri = "https:/rp.example");
	REFUSED("policy_uri is not an http or https URL",
		client.policy_uri = "javascript:alert(1)");
	REFUSED("policy_uri is not an http or https URL", client.policy_uri = "data:text/html,x");
	/* A comment, a line end and a script, for a browser. */
	REFUSED("policy_uri is not an http or https URL",
		client.policy_uri = "javascript://rp.example/%0aalert(1)");
	REFUSED("client_uri is not an http or https URL",
		client.client_uri = "com.example.app://rp.example/");
	REFUSED("tos_uri is not an http or https URL",
		client.tos_uri = "https://id.example@rp.example/");
	REFUSED("tos_uri is not an http or https URL", client.tos_uri = "https://rp.example/a b");
	memset(uri + strlen(uri), 'a', 2049 - strlen(uri));
	REFUSED("tos_uri is not an http or https URL", client.tos_uri = uri);
	uri[2048] = '\0';
	linked.tos_uri = uri;
	linked.client_uri = "http://[::1]:80/";
	linked.policy_uri = "https://rp.example";
	registry = make(&linked, 1);
	assert_string_equal(authcode_clients_find(registry, "c1")->tos_uri, uri);
	assert_ptr_not_equal(authcode_clients_find(registry, "c1")->tos_uri, uri);
	authcode_clients_unref(&registry);
}

/* RU-12; test_redirect_uri.c has the corpus. */
static void
redirect_uris_are_checked(void **state)
{
	static const char *const twice[] = { "https://a.example/", "https://b.example/",
					     "https://a.example/" };
	static const char *const bad[] = { "https://a.example/", "http://b.example/" };
	static const char *const null[] = { NULL };
	static const char *many[65];
	static char texts[65][32];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(many); i++) {
		snprintf(texts[i], sizeof(texts[i]), "https://a.example/%zu", i);
		many[i] = texts[i];
	}
	REFUSED("it needs 1 to 64 redirect URIs", client.redirect_uri_count = 0);
	REFUSED("it needs 1 to 64 redirect URIs", client.redirect_uris = NULL);
	REFUSED("it needs 1 to 64 redirect URIs", client.redirect_uri_count = 0;
		client.grants |= AUTHCODE_GRANT_DEVICE_CODE);
	REFUSED("it needs 1 to 64 redirect URIs", client.redirect_uris = many;
		client.redirect_uri_count = 65);
	REFUSED("redirect URI 3: it is listed twice", client.redirect_uris = twice;
		client.redirect_uri_count = 3);
	REFUSED("redirect URI 1: it is empty", client.redirect_uris = null);
	REFUSED("redirect URI 2: a web client must use https (native clients may use http on "
		"loopback)",
		client.redirect_uris = bad;
		client.redirect_uri_count = 2);
	REFUSED("redirect URI 2: http is allowed on loopback only", client.redirect_uris = bad;
		client.redirect_uri_count = 2;
		client.application_type = AUTHCODE_APPLICATION_NATIVE);
}

static void
an_id_is_used_once(void **state)
{
	const struct authcode_client clients[] = { good("b"), good("a"), good("b") };

	(void)state;
	assert_refused(clients, 3, "client \"b\": the id is used twice");
}

static void
there_is_a_limit_to_clients(void **state)
{
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason;
	struct authcode_client one = good("a");

	(void)state;
	assert_int_equal(authcode_clients_new(&one, 10001, &registry, &reason), AUTHCODE_ERR_LIMIT);
	assert_string_equal(reason.text, "there are more than 10000 clients");
	assert_int_equal(authcode_clients_new(NULL, 1, &registry, &reason), AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_clients_new(&one, 1, NULL, &reason), AUTHCODE_ERR_USAGE);
	assert_null(registry);
}

static void *
hold(void *arg)
{
	for (int i = 0; i < 20000; i++) {
		struct authcode_clients *mine = authcode_clients_ref(arg);

		if (authcode_clients_find(mine, "a") == NULL)
			abort();
		authcode_clients_unref(&mine);
	}
	return NULL;
}

static void
references_are_counted_across_threads(void **state)
{
	const struct authcode_client client = good("a");
	struct authcode_clients *registry = make(&client, 1);
	pthread_t threads[2];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold, registry), 0);
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	assert_non_null(authcode_clients_find(registry, "a"));
	authcode_clients_unref(&registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_have_their_registered_names),
		cmocka_unit_test(clients_are_found_by_their_exact_id),
		cmocka_unit_test(no_registry_and_an_empty_one_hold_nobody),
		cmocka_unit_test(everything_is_copied),
		cmocka_unit_test(what_was_left_out_is_filled_in),
		cmocka_unit_test(ids_follow_their_grammar),
		cmocka_unit_test(names_secrets_and_kinds_are_checked),
		cmocka_unit_test(grants_and_scope_are_checked),
		cmocka_unit_test(introspection_is_checked),
		cmocka_unit_test(resources_and_token_forms_are_checked),
		cmocka_unit_test(who_may_use_it_and_what_it_is_told_is_checked),
		cmocka_unit_test(links_of_a_client_lead_to_the_web),
		cmocka_unit_test(redirect_uris_are_checked),
		cmocka_unit_test(an_id_is_used_once),
		cmocka_unit_test(there_is_a_limit_to_clients),
		cmocka_unit_test(references_are_counted_across_threads),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
