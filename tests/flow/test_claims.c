/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What userinfo tells of a person: the claims of OIDC-Core §5.4 by scope and in
 * the right type (UI-09), nothing more than that (UI-11), nothing empty (UI-10),
 * sub always (UI-08), and nothing that speaks for the issuer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "base/limits.h"
#include "tests/flow/one_browser.h"

#define ALL "openid profile email address phone groups"

static char debug_text[256];

static void
note(void *ctx, const char *text)
{
	(void)ctx;
	snprintf(debug_text, sizeof(debug_text), "%s", text);
}

static int
set_up(void **state)
{
	struct authcode_client client;

	(void)state;
	debug_text[0] = '\0';
	one_browser_start(
		&(struct authcode_issuer_settings){ .check_accounts = true, .log.debug = note });
	client = flow_client(&flow, FLOW_WEB);
	client.auth = AUTHCODE_AUTH_SECRET_POST;
	client.trusted = true;
	client.scope = ALL " other";
	flow_set_clients(&flow, &client, 1);
	return 0;
}

static json_t *
json_of(const struct authcode_response *r)
{
	json_t *json;

	assert_int_equal(r->status, 200);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JSON);
	json = json_loadb(r->body, r->body_len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

/* An access token of a sign-in that told claims (NULL: nothing). */
static const char *
token_for(const char *scope, const char *claims)
{
	struct authcode_sign_in in = {
		.user = { .name = "alice", .uid = 1000, .full_name = "Alice Gecos" },
		.claims = claims,
		.browser = browser.cookie,
		.now_ms = flow.now_ms,
	};
	const struct authcode_response *r;
	struct authcode_exchange *x = NULL;
	const char *body, *token;
	json_t *json;

	browser.session = NULL;
	r = flow_get(&flow, &browser, AUTHCODE_ENDPOINT_AUTHORIZE,
		     flow_text(&flow,
			       "client_id=web&redirect_uri=" FLOW_WEB_URI
			       "&response_type=code&scope=%s",
			       flow_encode(&flow, scope)));
	in.transaction = r->interaction->transaction;
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &in, &x), AUTHCODE_OK);
	authcode_store_perform(flow.store, authcode_exchange_operation(x));
	authcode_exchange_answer(x);
	r = authcode_exchange_response(x);
	browser.session = flow_text(&flow, "%s", r->set_session);
	r = flow_follow(&flow, &browser, r);
	body = flow_text(&flow,
			 "grant_type=authorization_code&client_id=web&client_secret=" FLOW_SECRET
			 "&redirect_uri=" FLOW_WEB_URI "&code=%s",
			 flow_param(&flow, r->location, "code"));
	authcode_exchange_free(&x);
	r = flow_run(&flow, (struct authcode_request){
				    .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				    .method = AUTHCODE_METHOD_POST,
				    .body = { body, strlen(body) },
				    .content_type = FLOW_FORM,
			    });
	json = json_of(r);
	token = flow_text(&flow, "Bearer %s",
			  json_string_value(json_object_get(json, "access_token")));
	json_decref(json);
	return token;
}

static json_t *
userinfo(const char *authorization)
{
	return json_of(flow_run(&flow, (struct authcode_request){
					       .endpoint = AUTHCODE_ENDPOINT_USERINFO,
					       .method = AUTHCODE_METHOD_GET,
					       .authorization = authorization,
				       }));
}

/* Everything that is told with that scope, without sub, which is always there. */
static const char *
told(const char *scope, const char *account, const char *sign_in)
{
	json_t *json;
	char *text;
	const char *copy;

	flow.account.claims = account;
	json = userinfo(token_for(scope, sign_in));
	assert_int_equal(strlen(json_string_value(json_object_get(json, "sub"))), 22);
	json_object_del(json, "sub");
	text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	assert_non_null(text);
	copy = flow_text(&flow, "%s", text);
	free(text);
	json_decref(json);
	return copy;
}

#define EVERYTHING                                                                                 \
	"{\"name\":\"Alice Doe\",\"family_name\":\"Doe\",\"given_name\":\"Alice\","                \
	"\"middle_name\":\"M\",\"nickname\":\"Al\",\"profile\":\"https://a.example\","             \
	"\"picture\":\"https://a.example/p\",\"website\":\"https://w.example\","                   \
	"\"gender\":\"female\",\"birthdate\":\"1990-01-01\",\"zoneinfo\":\"Europe/Paris\","        \
	"\"locale\":\"fr-FR\",\"updated_at\":1700000000,\"email\":\"a@example.org\","              \
	"\"email_verified\":true,\"address\":{\"formatted\":\"1 Street\\nTown\","                  \
	"\"country\":\"FR\"},\"phone_number\":\"+33 1\",\"phone_number_verified\":false,"          \
	"\"department\":\"math\"}"

/* UI-09, UI-11: each scope its own, and no scope another's. */
static void
each_scope_releases_its_own_claims(void **state)
{
	static const struct {
		const char *scope, *told;
	} rows[] = {
		{ "openid", "{}" },
		{ "email", "{\"email\":\"a@example.org\",\"email_verified\":true}" },
		{ "address",
		  "{\"address\":{\"country\":\"FR\",\"formatted\":\"1 Street\\nTown\"}}" },
		{ "phone", "{\"phone_number\":\"+33 1\",\"phone_number_verified\":false}" },
		{ "profile",
		  "{\"birthdate\":\"1990-01-01\",\"department\":\"math\",\"family_name\":\"Doe\","
		  "\"gender\":\"female\",\"given_name\":\"Alice\",\"locale\":\"fr-FR\","
		  "\"middle_name\":\"M\",\"name\":\"Alice Doe\",\"nickname\":\"Al\","
		  "\"picture\":\"https://a.example/p\",\"preferred_username\":\"alice\","
		  "\"profile\":\"https://a.example\",\"updated_at\":1700000000,"
		  "\"website\":\"https://w.example\",\"zoneinfo\":\"Europe/Paris\"}" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		/* From either source alike. */
		assert_string_equal(told(rows[i].scope, EVERYTHING, NULL), rows[i].told);
		flow.account.full_name = "Not Asked For";
		assert_string_equal(told(rows[i].scope, NULL, EVERYTHING), rows[i].told);
		flow.account.full_name = NULL;
	}
}

/* The account is asked for claims only by who is going to tell some. */
static void
claims_are_wanted_only_where_a_scope_releases_any(void **state)
{
	static const struct {
		const char *scope;
		bool wanted;
	} rows[] = {
		{ "openid", false }, { "groups", false }, { "openid groups", false },
		{ "profile", true }, { "email", true },   { "address", true },
		{ "phone", true },   { ALL, true },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		told(rows[i].scope, NULL, NULL);
		assert_int_equal(flow.query.claims, rows[i].wanted);
	}
}

/* UI-07: address and phone are a person's data too; another scope is not. */
static void
a_token_without_any_of_the_scopes_may_not_ask(void **state)
{
	const struct authcode_response *r;

	(void)state;
	r = flow_run(&flow, (struct authcode_request){
				    .endpoint = AUTHCODE_ENDPOINT_USERINFO,
				    .method = AUTHCODE_METHOD_GET,
				    .authorization = token_for("other", NULL),
			    });
	assert_int_equal(r->status, 403);
	assert_string_equal(r->refusal.error, "insufficient_scope");
}

/* UI-10 and types: what is not of its type is not there. */
static void
what_is_empty_or_of_another_type_is_left_out(void **state)
{
	static const struct {
		const char *claims, *told;
	} rows[] = {
		{ "{\"name\":\"\",\"nickname\":\"\",\"locale\":\"fr\"}",
		  "{\"locale\":\"fr\",\"preferred_username\":\"alice\"}" },
		{ "{\"name\":null,\"gender\":null,\"team\":null}",
		  "{\"preferred_username\":\"alice\"}" },
		{ "{\"name\":1,\"nickname\":true,\"profile\":[],\"website\":{}}",
		  "{\"preferred_username\":\"alice\"}" },
		{ "{\"updated_at\":\"yesterday\"}", "{\"preferred_username\":\"alice\"}" },
		{ "{\"updated_at\":true}", "{\"preferred_username\":\"alice\"}" },
		{ "{\"updated_at\":1.5}", "{\"preferred_username\":\"alice\",\"updated_at\":1.5}" },
		{ "{\"email\":\"a@b\",\"email_verified\":\"true\"}",
		  "{\"email\":\"a@b\",\"preferred_username\":\"alice\"}" },
		{ "{\"email\":\"a@b\",\"email_verified\":1}",
		  "{\"email\":\"a@b\",\"preferred_username\":\"alice\"}" },
		{ "{\"email\":[\"a@b\"]}", "{\"preferred_username\":\"alice\"}" },
		{ "{\"email\":\"\",\"email_verified\":true}",
		  "{\"preferred_username\":\"alice\"}" },
		{ "{\"email_verified\":true,\"phone_number_verified\":true}",
		  "{\"preferred_username\":\"alice\"}" },
		{ "{\"address\":\"1 Street\"}", "{\"preferred_username\":\"alice\"}" },
		{ "{\"address\":{}}", "{\"preferred_username\":\"alice\"}" },
		{ "{\"address\":{\"country\":\"\",\"region\":7,\"planet\":\"Earth\"}}",
		  "{\"preferred_username\":\"alice\"}" },
		{ "{\"address\":{\"locality\":\"Town\",\"region\":null,\"planet\":\"Earth\"}}",
		  "{\"address\":{\"locality\":\"Town\"},\"preferred_username\":\"alice\"}" },
		{ "{\"team\":\"\",\"room\":7,\"keys\":[\"a\"],\"boss\":false}",
		  "{\"boss\":false,\"keys\":[\"a\"],\"preferred_username\":\"alice\","
		  "\"room\":7}" },
		{ "{\"\":\"x\",\"a\\u0001b\":\"y\"}", "{\"preferred_username\":\"alice\"}" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].claims);
		assert_string_equal(told(ALL, rows[i].claims, NULL), rows[i].told);
		assert_string_equal(told(ALL, NULL, rows[i].claims), rows[i].told);
	}
}

/* What speaks for the issuer, the protocol or the account database. */
static void
reserved_names_never_come_from_claims(void **state)
{
	static const char *const names[] = {
		"iss",
		"sub",
		"aud",
		"exp",
		"nbf",
		"iat",
		"jti",
		"nonce",
		"auth_time",
		"acr",
		"amr",
		"azp",
		"at_hash",
		"c_hash",
		"s_hash",
		"sid",
		"sub_jwk",
		"sub_id",
		"cnf",
		"act",
		"may_act",
		"events",
		"txn",
		"active",
		"scope",
		"client_id",
		"username",
		"token_type",
		"groups",
		"_claim_names",
		"_claim_sources",
		"authorization_details",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		const char *claims = flow_text(&flow, "{\"%s\":\"mallory\"}", names[i]);

		print_message("# %s\n", names[i]);
		assert_string_equal(told(ALL, claims, NULL), "{\"preferred_username\":\"alice\"}");
		assert_string_equal(told(ALL, NULL, claims), "{\"preferred_username\":\"alice\"}");
	}
	assert_string_equal(told(ALL, "{\"preferred_username\":\"root\"}", NULL),
			    "{\"preferred_username\":\"alice\"}");
	assert_string_equal(told(ALL, NULL, "{\"preferred_username\":\"root\"}"),
			    "{\"preferred_username\":\"alice\"}");
}

static void
the_account_is_believed_before_the_sign_in(void **state)
{
	(void)state;
	assert_string_equal(
		told(ALL, "{\"nickname\":\"new\",\"team\":1}",
		     "{\"nickname\":\"old\",\"team\":2,\"locale\":\"fr\",\"room\":3}"),
		"{\"locale\":\"fr\",\"nickname\":\"new\",\"preferred_username\":\"alice\","
		"\"room\":3,\"team\":1}");
	/* A value that cannot be told is none. */
	assert_string_equal(told("profile", "{\"nickname\":7}", "{\"nickname\":\"old\"}"),
			    "{\"nickname\":\"old\",\"preferred_username\":\"alice\"}");
}

/* That somebody checked one address says nothing of another. */
static void
verified_is_told_only_of_the_address_it_was_said_of(void **state)
{
	(void)state;
	assert_string_equal(told("email", "{\"email\":\"new@b\"}",
				 "{\"email\":\"old@b\",\"email_verified\":true}"),
			    "{\"email\":\"new@b\"}");
	assert_string_equal(told("email", "{\"email_verified\":true}", "{\"email\":\"old@b\"}"),
			    "{\"email\":\"old@b\"}");
	assert_string_equal(told("email", "{\"email\":\"new@b\",\"email_verified\":false}",
				 "{\"email\":\"old@b\",\"email_verified\":true}"),
			    "{\"email\":\"new@b\",\"email_verified\":false}");
	assert_string_equal(told("phone", "{\"phone_number\":\"1\"}",
				 "{\"phone_number\":\"2\",\"phone_number_verified\":true}"),
			    "{\"phone_number\":\"1\"}");
}

static void
the_name_is_that_of_gecos_unless_claims_have_one(void **state)
{
	(void)state;
	flow.account.full_name = "Alice Gecos";
	assert_string_equal(told("profile", NULL, NULL),
			    "{\"name\":\"Alice Gecos\",\"preferred_username\":\"alice\"}");
	assert_string_equal(told("profile", "{\"name\":\"A. Claims\"}", NULL),
			    "{\"name\":\"A. Claims\",\"preferred_username\":\"alice\"}");
	assert_string_equal(told("profile", "{\"name\":\"\"}", NULL),
			    "{\"name\":\"Alice Gecos\",\"preferred_username\":\"alice\"}");
	/* Encoded in who knows what. */
	flow.account.full_name = "Al\xef"
				 "ce";
	assert_string_equal(told("profile", NULL, NULL), "{\"preferred_username\":\"alice\"}");
}

static const char *
nested(size_t depth)
{
	char *text = (char *)flow_text(&flow, "%*s", (int)(2 * depth + 8), "");

	memcpy(text, "{\"a\":", 5);
	memset(text + 5, '[', depth);
	memset(text + 5 + depth, ']', depth);
	memcpy(text + 5 + 2 * depth, "}", 2);
	return text;
}

/* {"m0":0,"m1":0,...} */
static const char *
members(size_t count)
{
	char *text = (char *)flow_text(&flow, "%*s", (int)(count * 10 + 2), "");
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += (size_t)sprintf(text + len, "%c\"m%zu\":0", i == 0 ? '{' : ',', i);
	memcpy(text + len, "}", 2);
	return text;
}

static const char *
text_of(size_t len)
{
	char *text = (char *)flow_text(&flow, "{\"a\":\"%*s\"}", (int)(len - 8), "");

	assert_int_equal(strlen(text), len);
	memset(text + 6, 'x', len - 8);
	return text;
}

/* What is no object within bounds counts as nothing, and debug says so. */
static void
what_cannot_be_read_counts_as_nothing(void **state)
{
	const char *const bad[] = {
		"{",
		"[]",
		"7",
		"\"text\"",
		"null",
		"{\"a\":1,\"a\":2}",
		"{\"a\":1} x",
		"{a:1}",
		"{\"a\":\"\\u0000\"}",
		"{\"a\":\"\xff\"}",
		"not json",
		" ",
		nested(8),
		nested(20000),
		members(AC_MAX_JSON_MEMBERS + 1),
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		debug_text[0] = '\0';
		assert_string_equal(told("profile", bad[i], NULL),
				    "{\"preferred_username\":\"alice\"}");
		assert_int_equal(strncmp(debug_text, "claims: ", 8) == 0 ||
					 strncmp(debug_text, "account: ", 9) == 0,
				 1);
		debug_text[0] = '\0';
		assert_string_equal(told("profile", NULL, bad[i]),
				    "{\"preferred_username\":\"alice\"}");
		assert_int_equal(strncmp(debug_text, "claims: ", 8), 0);
		/* The text may be a person's: it is not for a log. */
		assert_null(strstr(debug_text, "\"a\""));
		assert_null(strstr(debug_text, "\"m0\""));
	}
	assert_string_equal(told("profile", nested(7), NULL),
			    "{\"a\":[[[[[[[]]]]]]],\"preferred_username\":\"alice\"}");
	assert_non_null(strstr(told("profile", members(AC_MAX_JSON_MEMBERS), NULL), "\"m511\":0"));
	/* Brackets in a text are no depth. */
	assert_string_equal(told("profile", "{\"a\":\"[[[[[[[[[[[\\\"[[[[\"}", NULL),
			    "{\"a\":\"[[[[[[[[[[[\\\"[[[[\",\"preferred_username\":\"alice\"}");
}

static void
the_length_of_claims_is_bounded(void **state)
{
	static const char nothing[] = "{\"preferred_username\":\"alice\"}";

	(void)state;
	assert_string_equal(told("profile", text_of(2 * AC_MAX_CLAIMS + 1), NULL), nothing);
	assert_string_not_equal(told("profile", text_of(2 * AC_MAX_CLAIMS), NULL), nothing);
	assert_string_equal(told("profile", NULL, text_of(AC_MAX_CLAIMS + 1)), nothing);
	assert_string_not_equal(told("profile", NULL, text_of(AC_MAX_CLAIMS)), nothing);
}

/* --- groups --------------------------------------------------------------- */

static void
a_client_is_told_the_groups_it_is_registered_for(void **state)
{
	static const char *const groups[] = { "users", "app-admin", "app-read", "wheel", "ap" };
	static const char *const wheel[] = { "wheel" }, *const other[] = { "other" };
	static const struct {
		const char *const *claims;
		size_t count;
		const char *prefix;
		uint32_t max;
		const char *told;
	} rows[] = {
		{ NULL, 0, NULL, 0,
		  "{\"groups\":[\"users\",\"app-admin\",\"app-read\",\"wheel\",\"ap\"]}" },
		{ NULL, 0, "app-", 0, "{\"groups\":[\"app-admin\",\"app-read\"]}" },
		{ wheel, 1, NULL, 0, "{\"groups\":[\"wheel\"]}" },
		{ wheel, 1, "app-", 0, "{\"groups\":[\"app-admin\",\"app-read\",\"wheel\"]}" },
		{ other, 1, NULL, 0, "{}" },
		{ NULL, 0, "App-", 0, "{}" },
		{ NULL, 0, NULL, 2, "{\"groups\":[\"users\",\"app-admin\"]}" },
		{ wheel, 1, "app-", 1, "{\"groups\":[\"app-admin\"]}" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = flow_client(&flow, FLOW_WEB);

		client.group_claims = rows[i].claims;
		client.group_claim_count = rows[i].count;
		client.group_claim_prefix = rows[i].prefix;
		client.group_claim_max = rows[i].max;
		flow_set_clients(&flow, &client, 1);
		flow.account.groups = groups;
		flow.account.group_count = AC_ARRAY_SIZE(groups);
		assert_string_equal(told("groups", NULL, NULL), rows[i].told);
	}
}

/* Within its limits no account is too large for the memory of a request. */
static void
the_largest_account_can_be_told(void **state)
{
	static char names[AC_MAX_GROUPS][AC_MAX_GROUP_NAME + 1];
	static const char *groups[AC_MAX_GROUPS];
	struct authcode_sign_in in = {
		.user = { .name = "alice",
			  .uid = 1000,
			  .groups = groups,
			  .group_count = AC_MAX_GROUPS },
		.claims = text_of(AC_MAX_CLAIMS),
		.browser = browser.cookie,
		.now_ms = flow.now_ms,
	};
	const char *token = token_for(ALL, NULL);
	struct authcode_exchange *x = NULL;
	const struct authcode_response *r;
	json_t *json;

	for (size_t i = 0; i < AC_MAX_GROUPS; i++) {
		snprintf(names[i], sizeof(names[i]), "%0*zu", AC_MAX_GROUP_NAME, i);
		groups[i] = names[i];
	}
	(void)state;
	/* The store remembers as many of the last sign-in. */
	r = flow_get(&flow, &(struct flow_browser){ .cookie = browser.cookie },
		     AUTHCODE_ENDPOINT_AUTHORIZE,
		     "client_id=web&response_type=code&redirect_uri=" FLOW_WEB_URI);
	in.transaction = r->interaction->transaction;
	assert_int_equal(authcode_exchange_begin_sign_in(flow.issuer, &in, &x), AUTHCODE_OK);
	authcode_store_perform(flow.store, authcode_exchange_operation(x));
	authcode_exchange_answer(x);
	assert_int_equal(authcode_exchange_response(x)->status, 303);
	authcode_exchange_free(&x);
	flow.account.groups = groups;
	flow.account.group_count = AC_MAX_GROUPS;
	flow.account.claims = text_of(2 * AC_MAX_CLAIMS);
	json = userinfo(token);
	assert_int_equal(json_array_size(json_object_get(json, "groups")), AC_MAX_GROUPS);
	json_decref(json);
	/* One more is no answer. */
	flow.account.group_count = AC_MAX_GROUPS + 1;
	r = flow_run(&flow, (struct authcode_request){
				    .endpoint = AUTHCODE_ENDPOINT_USERINFO,
				    .method = AUTHCODE_METHOD_GET,
				    .authorization = token,
			    });
	assert_int_equal(r->status, 503);
}

#define CLAIMS_TEST(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, set_up, one_browser_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIMS_TEST(each_scope_releases_its_own_claims),
		CLAIMS_TEST(claims_are_wanted_only_where_a_scope_releases_any),
		CLAIMS_TEST(a_token_without_any_of_the_scopes_may_not_ask),
		CLAIMS_TEST(what_is_empty_or_of_another_type_is_left_out),
		CLAIMS_TEST(reserved_names_never_come_from_claims),
		CLAIMS_TEST(the_account_is_believed_before_the_sign_in),
		CLAIMS_TEST(verified_is_told_only_of_the_address_it_was_said_of),
		CLAIMS_TEST(the_name_is_that_of_gecos_unless_claims_have_one),
		CLAIMS_TEST(what_cannot_be_read_counts_as_nothing),
		CLAIMS_TEST(the_length_of_claims_is_bounded),
		CLAIMS_TEST(the_largest_account_can_be_told),
		CLAIMS_TEST(a_client_is_told_the_groups_it_is_registered_for),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
