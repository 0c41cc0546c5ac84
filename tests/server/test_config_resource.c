/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config.h: resource blocks, what refers to them, and which pages may call.
 */
#include "server/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/server/config_fixture.h"

#define CLIENT(more) "client x {\n" WEB HASH more "\n}\n"
#define API "resource 'https://api.example' { }\n"

static void
a_resource_block_says_what_tokens_for_it_are_like(void **state)
{
	struct ac_config *c =
		load(DEV "resource \"https://api.example\" {\n name = 'The API'\n"
			 " scope = 'read write'\n access_token_format = jwt\n"
			 " access_token_lifetime = 5min\n access_token_signing_alg = ES256\n}\n"
			 "resource urn:example:files { }\n"
			 "resource 'urn:example:old' { access_token_format = opaque }\n");
	const struct authcode_resource *rows = c->resources;

	(void)state;
	assert_int_equal(c->resource_count, 3);
	assert_string_equal(rows[0].uri, "https://api.example");
	assert_string_equal(rows[0].name, "The API");
	assert_string_equal(rows[0].scope, "read write");
	assert_int_equal(rows[0].format, AUTHCODE_FORMAT_JWT);
	assert_int_equal(rows[0].access_token_ttl_s, 300);
	assert_string_equal(rows[0].access_token_alg, "ES256");
	assert_string_equal(rows[1].uri, "urn:example:files");
	assert_null(rows[1].name);
	assert_null(rows[1].scope);
	assert_int_equal(rows[1].format, AUTHCODE_FORMAT_DEFAULT);
	assert_int_equal(rows[1].access_token_ttl_s, 0);
	assert_null(rows[1].access_token_alg);
	assert_int_equal(rows[2].format, AUTHCODE_FORMAT_OPAQUE);
	ac_config_free(&c);
}

static void
a_client_names_its_resources_and_what_its_tokens_are_like(void **state)
{
	struct ac_config *c = load(DEV API "resource urn:example:files { }\n" CLIENT(
		"resources = { 'https://api.example', urn:example:files }\n"
		"default_resource = 'https://api.example'\naccess_token_format = jwt\n"
		"access_token_signing_alg = ES256\nresource_server = "
		"urn:example:files\n"
		"allowed_origins = { 'https://app.example', 'http://127.0.0.1:3000' "
		"}\n") "client y {\n" WEB HASH "}\n");
	const struct authcode_client *x = authcode_clients_find(c->clients, "x");
	const struct authcode_client *y = authcode_clients_find(c->clients, "y");

	(void)state;
	assert_int_equal(x->resource_count, 2);
	assert_string_equal(x->resources[1], "urn:example:files");
	assert_string_equal(x->default_resource, "https://api.example");
	assert_int_equal(x->access_token_format, AUTHCODE_FORMAT_JWT);
	assert_string_equal(x->access_token_alg, "ES256");
	assert_string_equal(x->resource_server, "urn:example:files");
	assert_int_equal(x->allowed_origin_count, 2);
	assert_string_equal(x->allowed_origins[1], "http://127.0.0.1:3000");
	assert_int_equal(y->resource_count, 0);
	assert_null(y->default_resource);
	assert_int_equal(y->access_token_format, AUTHCODE_FORMAT_OPAQUE);
	assert_string_equal(y->access_token_alg, "RS256");
	assert_null(y->resource_server);
	assert_int_equal(y->allowed_origin_count, 0);
	ac_config_free(&c);
}

/* Its own URL stands for userinfo. */
static void
the_issuer_needs_no_block(void **state)
{
	struct ac_config *c = load(DEV CLIENT("resources = 'http://127.0.0.1:8080'"));

	(void)state;
	assert_int_equal(authcode_clients_find(c->clients, "x")->resource_count, 1);
	ac_config_free(&c);
}

#define URI_RULE " is not allowed; give the URI of a resource block"
#define ORIGIN_RULE                                                                                \
	" is not allowed; give an origin such as https://app.example.org, without default port "   \
	"and path, or none alone"

static const struct refusal refusals[] = {
	{ "no URI", DEV "resource api { }\n",
	  "a.conf:2: resource \"api\": not an absolute URI without fragment, at most 512 bytes" },
	{ "a fragment", DEV "resource 'https://api.example#x' {\n}\n",
	  "a.conf:2: resource \"https://api.example#x\": not an absolute URI without fragment, at "
	  "most 512 bytes" },
	{ "an empty scope", DEV "resource urn:a { scope = '' }\n",
	  "a.conf:2: scope: \"\" is not allowed; give scope values, separated by one space" },
	{ "a format", DEV "resource urn:a { access_token_format = saml }\n",
	  "a.conf:2: access_token_format: \"saml\" is not allowed; give opaque or jwt" },
	{ "an algorithm", DEV "resource urn:a { access_token_signing_alg = none }\n",
	  "a.conf:2: access_token_signing_alg: \"none\" is not allowed; give RS256, ES256, PS256 "
	  "or "
	  "EdDSA" },
	{ "an algorithm of a client", DEV CLIENT("access_token_signing_alg = HS256"),
	  "a.conf:6: access_token_signing_alg: \"HS256\" is not allowed; give RS256, ES256, PS256 "
	  "or "
	  "EdDSA" },
	{ "an unknown option", DEV "resource urn:a { acr = x }\n",
	  "a.conf:2: acr: no such option in a resource block; authcode.conf(5) has the list" },
	{ "an algorithm that has no keys",
	  DEV "resource urn:a { access_token_signing_alg = EdDSA }\n"
	      "signing_algorithms = { RS256, ES256 }\n",
	  "a.conf:3: signing_algorithms: EdDSA is missing, which resource \"urn:a\" asks for" },
	{ "an algorithm of a client that has no keys",
	  DEV CLIENT("access_token_signing_alg = PS256"),
	  "a.conf:6: access_token_signing_alg: PS256 is none of signing_algorithms" },
	{ "no block", DEV API CLIENT("resources = { 'https://api.example', urn:b }"),
	  "a.conf:7: resources: \"urn:b\" has no resource block" },
	{ "no block of a resource server", DEV CLIENT("resource_server = urn:b"),
	  "a.conf:6: resource_server: \"urn:b\" has no resource block" },
	{ "a default that is not allowed",
	  DEV API CLIENT("default_resource = 'https://api.example'"),
	  "a.conf:3: client \"x\": default_resource is none of resources" },
	{ "no URI in resources", DEV CLIENT("resources = api"),
	  "a.conf:6: resources: \"api\"" URI_RULE },
	{ "two rules for introspection",
	  DEV API CLIENT("resource_server = 'https://api.example'\nmay_introspect = all"),
	  "a.conf:3: client \"x\": resource_server says whose tokens it may ask about, and so does "
	  "may_introspect" },
	{ "every page", DEV CLIENT("allowed_origins = '*'"),
	  "a.conf:6: allowed_origins: \"*\"" ORIGIN_RULE },
	{ "a URL as origin", DEV CLIENT("allowed_origins = 'https://app.example/'"),
	  "a.conf:6: allowed_origins: \"https://app.example/\"" ORIGIN_RULE },
};

static void
what_cannot_work_is_refused_with_its_sentence(void **state)
{
	(void)state;
	refuse_all(refusals, sizeof(refusals) / sizeof(refusals[0]));
}

static void
a_resource_block_belongs_into_the_main_file(void **state)
{
	(void)state;
	write_text("clients.d/10.conf", "resource urn:a {\n}\n", 0644);
	refuse("clients.d", DEV,
	       "clients.d/10.conf:1: resource: only client blocks belong in clients.d");
	(void)remove("clients.d/10.conf");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resource_block_says_what_tokens_for_it_are_like),
		cmocka_unit_test(a_client_names_its_resources_and_what_its_tokens_are_like),
		cmocka_unit_test(the_issuer_needs_no_block),
		cmocka_unit_test(what_cannot_work_is_refused_with_its_sentence),
		cmocka_unit_test(a_resource_block_belongs_into_the_main_file),
	};

	return cmocka_run_group_tests_name("config_resource", tests, config_dir_enter,
					   config_dir_leave);
}
