/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Codes into tokens: the token endpoint as a whole (TK), codes (CO), PKCE at
 * redemption (PK-04 … PK-06), the redirect URI repeated (RU-11).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/credential.h"
#include "tests/flow/token_fixture.h"

#define TOKEN AUTHCODE_ENDPOINT_TOKEN
#define CODE_GRANT "grant_type=authorization_code&code=%s"
#define WEB_CB "&redirect_uri=https://web.example/cb"

/* --- allocation that fails when told to ---------------------------------- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);

/* Of this thread only; 0: allocation works. */
static _Thread_local int allocations_left;

static bool
out_of_memory(void)
{
	return allocations_left > 0 && --allocations_left == 0;
}

void *
__wrap_malloc(size_t size)
{
	return out_of_memory() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return out_of_memory() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return out_of_memory() ? NULL : __real_realloc(block, size);
}

void *
__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return out_of_memory() ? NULL : __real_reallocarray(block, count, size);
}

/* --- helpers -------------------------------------------------------------- */

static struct request
code_request(struct world *world, const char *client, const char *code, const char *rest)
{
	return (struct request){ .endpoint = TOKEN,
				 .client = client,
				 .body = text(world, CODE_GRANT "%s", code, rest) };
}

static unsigned
status_of(struct world *world, const struct request *request)
{
	struct reply reply = ask(world, request);
	unsigned status = reply.status;

	reply_clear(&reply);
	return status;
}

static unsigned
userinfo_status(struct world *world, const char *access)
{
	return status_of(world,
			 &(struct request){ .endpoint = AUTHCODE_ENDPOINT_USERINFO,
					    .method = AUTHCODE_METHOD_GET,
					    .authorization = text(world, "Bearer %s", access) });
}

/* --- success --------------------------------------------------------------- */

/* The request that users of the grant know, to the letter. */
static void
a_code_becomes_tokens(void **state)
{
	struct world *world = *state;
	struct request request =
		code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);
	struct reply reply;
	const char *access, *refresh;

	request.content_type = FORM ";charset=UTF-8";
	reply = ask(world, &request);
	assert_int_equal(reply.status, 200); /* TK-08 */
	assert_int_equal(reply.kind, AUTHCODE_RESPONSE_JSON);
	assert_int_equal(json_object_size(reply.json), 5);
	assert_string_equal(member(world, &reply, "token_type"), "Bearer"); /* TK-13 */
	assert_string_equal(member(world, &reply, "scope"), "openid profile groups");
	assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 3600);
	access = member(world, &reply, "access_token");
	refresh = member(world, &reply, "refresh_token");
	/* CO-01, TK-14 */
	assert_int_equal(ac_credential_kind_of(access), AC_CREDENTIAL_ACCESS);
	assert_int_equal(ac_credential_kind_of(refresh), AC_CREDENTIAL_REFRESH);
	assert_int_equal(strlen(access), 58);
	assert_true(active(world, access));
	assert_true(active_for(world, "web", refresh));
	reply_clear(&reply);
}

static void
a_client_without_the_refresh_grant_gets_no_refresh_token(void **state)
{
	struct world *world = *state;
	struct code code = { .client = "plain", .redirect_uri = "https://web.example/cb" };
	struct request request = code_request(world, "plain", new_code(world, &code), WEB_CB);
	struct reply reply = ask(world, &request);

	assert_int_equal(reply.status, 200); /* RT-01 */
	assert_null(json_object_get(reply.json, "refresh_token"));
	assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 120);
	reply_clear(&reply);
}

static void
every_kind_of_client_redeems(void **state)
{
	static const char *const clients[] = { "web", "web2", "app", "post" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		struct tokens tokens = redeem(world, &(struct code){ .client = clients[i] });

		assert_true(active(world, tokens.access));
	}
}

/* --- the shape of the request ---------------------------------------------- */

static void
only_post_is_taken(void **state)
{
	struct world *world = *state;
	struct request request =
		code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);
	struct reply reply;

	request.method = AUTHCODE_METHOD_GET;
	reply = ask(world, &request);
	assert_int_equal(reply.status, 405); /* TK-01 */
	assert_string_equal(reply.allow, "POST");
	reply_clear(&reply);
	request.method = AUTHCODE_METHOD_POST;
	assert_int_equal(status_of(world, &request), 200);
}

static void
the_content_type_must_be_a_form(void **state)
{
	static const struct {
		const char *type;
		bool ok;
	} rows[] = {
		{ FORM, true },
		{ FORM "; charset=utf-8", true },
		{ FORM ";charset=UTF-8", true },
		{ "Application/X-WWW-Form-Urlencoded", true },
		{ FORM " ;charset=UTF-8", true },
		{ "", false },
		{ "application/json", false },
		{ "multipart/form-data; boundary=x", false },
		{ "text/plain", false },
		{ FORM "x", false },
		{ "application/x-www-form-urlencode", false },
		{ " " FORM, false },
		{ "text/plain;" FORM, false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request =
			code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);

		request.content_type = rows[i].type;
		if (!rows[i].ok)
			expect_error(world, &request, 400, "invalid_request", rows[i].type);
		else if (status_of(world, &request) != 200)
			fail_msg("TK-02 %s", rows[i].type);
	}
	expect_error(
		world,
		&(struct request){ .endpoint = TOKEN, .client = "web", .no_content_type = true },
		400, "invalid_request", "TK-02 no content type");
}

static void
parameters_in_the_query_are_refused(void **state)
{
	static const char *const rows[] = {
		"client_id=web",
		"client_secret=x",
		"grant_type=authorization_code",
		"code=x",
		"refresh_token=x",
		"code_verifier=x",
		"token=x",
		"x=1&code=x",
		"code",
		"%63ode=x",
		"client_assertion=x",
		"password=x",
		"a=%zz",
		"a=%00",
		"a=%ff",
	};
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ 0 });
	struct request request = code_request(world, "web", code, WEB_CB);

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		request.query = rows[i];
		expect_error(world, &request, 400, "invalid_request", rows[i]); /* TK-03 */
	}
	request.query = "tenant=1"; /* TK-05: what we do not know does not matter */
	assert_int_equal(status_of(world, &request), 200);
}

static void
a_repeated_parameter_is_refused(void **state)
{
	static const char *const rows[] = {
		"&grant_type=authorization_code",
		"&code=x",
		WEB_CB,
		"&scope=a&scope=b",
		"&unknown=1&unknown=2",
		"&client_id=web&client_id=web",
	};
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ 0 });
	struct request request;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		request = code_request(world, "web", code, text(world, WEB_CB "%s", rows[i]));
		expect_error(world, &request, 400, "invalid_request", rows[i]); /* TK-04 */
	}
	request = code_request(world, "web", code,
			       WEB_CB "&resource=https://a.example&resource=https://b.example"
				      "&audience=a&audience=b&code=&x=&x=&y=1");
	assert_int_equal(status_of(world, &request), 200); /* TK-04, TK-05 */
}

static void
malformed_bodies_are_refused(void **state)
{
	static const struct {
		const char *name, *body;
		size_t len;
	} rows[] = {
		{ "TK-15 NUL", "grant_type=authorization_code\0&code=x", 37 },
		{ "TK-15 encoded NUL", "grant_type=authorization_code&code=%00", 0 },
		{ "TK-15 bad escape", "grant_type=authorization_code&code=%4", 0 },
		{ "TK-15 bad escape in a name", "%=x", 0 },
		{ "TK-15 bad UTF-8", "grant_type=authorization_code&code=\xff", 0 },
		{ "TK-15 overlong UTF-8", "code=%c0%80", 0 },
		{ "TK-15 surrogate", "code=%ed%a0%80", 0 },
	};
	static char large[65536 + 2];
	struct world *world = *state;
	char *many = NULL;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		expect_error(world,
			     &(struct request){ .endpoint = TOKEN,
						.client = "web",
						.body = rows[i].body,
						.body_len = rows[i].len },
			     400, "invalid_request", rows[i].name);
	memset(large, '&', sizeof(large) - 1);
	expect_error(world, &(struct request){ .endpoint = TOKEN, .client = "web", .body = large },
		     400, "invalid_request", "TK-15 65537 bytes");
	large[65536] = '\0';
	expect_error(world, &(struct request){ .endpoint = TOKEN, .client = "web", .body = large },
		     400, "invalid_request", "TK-06 65536 bytes of nothing");
	many = large;
	for (int i = 0; i < 65; i++, many += 4)
		memcpy(many, "a=1&", 5);
	expect_error(world, &(struct request){ .endpoint = TOKEN, .client = "web", .body = large },
		     400, "invalid_request", "TK-15 65 parameters");
}

static void
the_grant_type_must_be_known_and_registered(void **state)
{
	static const struct {
		const char *client, *body, *error;
	} rows[] = {
		{ "web", "", "invalid_request" },
		{ "web", "grant_type=", "invalid_request" },
		{ "web", "grant_type=implicit", "unsupported_grant_type" },
		{ "web", "grant_type=Authorization_Code", "unsupported_grant_type" },
		{ "web", "grant_type=authorization_code%20", "unsupported_grant_type" },
		{ "web", "grant_type=client_credentials", "unsupported_grant_type" },
		/* TK-07 */
		{ "web", "grant_type=password&username=alice&password=x",
		  "unsupported_grant_type" },
		{ "plain", "grant_type=refresh_token&refresh_token=acr_x", "unauthorized_client" },
		/* CO-09, RT-14: the parameter itself is missing */
		{ "web", "grant_type=authorization_code", "invalid_request" },
		{ "web", "grant_type=authorization_code&code=", "invalid_request" },
		{ "web", "grant_type=refresh_token", "invalid_request" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		expect_error(world,
			     &(struct request){ .endpoint = TOKEN,
						.client = rows[i].client,
						.body = rows[i].body },
			     400, rows[i].error, rows[i].body); /* TK-06 */
}

/* --- the code --------------------------------------------------------------- */

static void
an_unknown_or_garbled_code_is_an_invalid_grant(void **state)
{
	struct world *world = *state;
	const char *good = new_code(world, &(struct code){ 0 });
	char *changed = (char *)text(world, "%s", good);
	const char *rows[] = {
		"x",
		"acc_",
		"acc_AAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		text(world, "%sA", good),
		text(world, "%.57s", good),
		text(world, "aca_%s", good + 4),
		text(world, "%%20%s", good),
		changed,
	};

	/* the key of the row, and a proof that is one bit off */
	changed[20] = changed[20] == 'A' ? 'B' : 'A';
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request = code_request(world, "web", rows[i], WEB_CB);

		expect_error(world, &request, 400, "invalid_grant", rows[i]); /* CO-09 */
	}
	assert_int_equal(
		status_of(world, &(struct request){ .endpoint = TOKEN,
						    .client = "web",
						    .body = text(world, CODE_GRANT WEB_CB, good) }),
		200);
}

static void
a_code_lives_sixty_seconds(void **state)
{
	struct world *world = *state;
	int64_t born_ms = world->now_ms;
	struct request early =
		code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);
	struct request late =
		code_request(world, "web", new_code(world, &(struct code){ 0 }), WEB_CB);

	world->now_ms = born_ms + 59999;
	assert_int_equal(status_of(world, &early), 200);
	world->now_ms = born_ms + 60000;
	expect_error(world, &late, 400, "invalid_grant", "CO-02");
}

/* CO-03, CO-04, CO-05: at once, after 30 s, after its own end, much later. */
static void
a_replayed_code_takes_its_tokens_along(void **state)
{
	static const int64_t delays_ms[] = { 0, 30000, 61000, 3000000 };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(delays_ms); i++) {
		struct tokens tokens = redeem(world, &(struct code){ 0 });
		struct request again = code_request(world, "web", tokens.code, WEB_CB);

		world->now_ms += delays_ms[i];
		assert_true(active(world, tokens.access));
		expect_error(world, &again, 400, "invalid_grant", "CO-03");
		assert_false(active(world, tokens.access));
		assert_false(active_for(world, "web", tokens.refresh));
		assert_int_equal(userinfo_status(world, tokens.access), 401);
		expect_error(
			world,
			&(struct request){ .endpoint = TOKEN,
					   .client = "web",
					   .body = text(world,
							"grant_type=refresh_token&refresh_token=%s",
							tokens.refresh) },
			400, "invalid_grant", "CO-04 refresh");
	}
}

/* A replay by somebody who lacks the verifier or the secret revokes nothing:
 * else a leaked code would be a way to sign people out. */
static void
a_replay_that_proves_nothing_revokes_nothing(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request request = code_request(world, "web", tokens.code, WEB_CB);

	request.authorization = "Basic d2ViOnNlY3JldA==";
	expect_error(world, &request, 401, "invalid_client", "wrong secret");
	request = code_request(world, "web2", tokens.code, WEB_CB);
	expect_error(world, &request, 400, "invalid_grant", "another client");
	request = code_request(world, "web", tokens.code, WEB_CB "&code_verifier=" VERIFIER);
	expect_error(world, &request, 400, "invalid_grant", "wrong verifier");
	assert_true(active(world, tokens.access));
}

/* CO-06, CO-12, TK-16: what fails before the decision does not burn the code. */
static void
a_failed_attempt_does_not_burn_the_code(void **state)
{
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ .challenge = CHALLENGE });
	struct request good = code_request(world, "web", code, WEB_CB "&code_verifier=" VERIFIER);
	struct request bad;

	bad = good;
	bad.authorization = "Basic d2ViOnNlY3JldA==";
	expect_error(world, &bad, 401, "invalid_client", "CO-12");
	bad = good;
	bad.client = "web2";
	expect_error(world, &bad, 400, "invalid_grant", "CO-06 confidential");
	bad.client = "app";
	expect_error(world, &bad, 400, "invalid_grant", "CO-06 public");
	bad = code_request(world, "web", code,
			   "&redirect_uri=https://web.example/cb2&code_verifier=" VERIFIER);
	expect_error(world, &bad, 400, "invalid_grant", "CO-07, RU-11 different");
	bad = code_request(world, "web", code, "&code_verifier=" VERIFIER);
	expect_error(world, &bad, 400, "invalid_grant", "RU-11 missing");
	bad = code_request(world, "web", code, WEB_CB);
	expect_error(world, &bad, 400, "invalid_grant", "PK-04 missing");
	bad = code_request(world, "web", code, WEB_CB "&code_verifier=" CHALLENGE);
	expect_error(world, &bad, 400, "invalid_grant", "PK-05 wrong");
	assert_int_equal(status_of(world, &good), 200);
}

static void
the_redirect_uri_is_compared_byte_for_byte(void **state)
{
	static const char *const rows[] = {
		"https://web.example/cb/",    "https://web.example/c%2562",
		"https://WEB.example/cb",     "https://web.example/cb?",
		"https://web.example:443/cb", "https://web.example/cb%23",
		"http://web.example/cb",      "https://web.example/c",
		"https://web.example/cb%20",  "https://web2.example/cb",
	};
	struct world *world = *state;
	const char *code = new_code(world, &(struct code){ 0 });

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct request request =
			code_request(world, "web", code, text(world, "&redirect_uri=%s", rows[i]));

		expect_error(world, &request, 400, "invalid_grant", rows[i]); /* RU-11 */
	}
}

/* Sent or not, on both sides, right or wrong: redirect URI × challenge. */
static void
the_truth_table_of_redirect_uri_and_verifier(void **state)
{
	static const struct {
		const char *name, *rest;
		bool ok;
	} redirects[2][3] = {
		{ { "sent before, missing", "", false },
		  { "sent before, same", WEB_CB, true },
		  { "sent before, other", "&redirect_uri=https://web.example/x", false } },
		{ { "not sent before, missing", "", true },
		  { "not sent before, same", WEB_CB, true },
		  { "not sent before, other", "&redirect_uri=https://web.example/x", false } },
	};
	static const struct {
		const char *name, *challenge, *rest;
		bool ok;
	} verifiers[] = {
		{ "no challenge, no verifier", NULL, "", true },
		{ "PK-06 no challenge, verifier", NULL, "&code_verifier=" VERIFIER, false },
		{ "PK-04 challenge, no verifier", CHALLENGE, "", false },
		{ "PK-04 challenge, empty verifier", CHALLENGE, "&code_verifier=", false },
		{ "PK-09 challenge, verifier", CHALLENGE, "&code_verifier=" VERIFIER, true },
		{ "PK-05 challenge, wrong verifier", CHALLENGE, "&code_verifier=" VERIFIER "x",
		  false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < 2 * 3 * AC_ARRAY_SIZE(verifiers); i++) {
		size_t sent = i % 2, redirect = i / 2 % 3, v = i / 6;
		bool ok = redirects[sent][redirect].ok && verifiers[v].ok;
		struct code code = { .redirect_uri_not_sent = sent == 1,
				     .challenge = verifiers[v].challenge };
		struct request request = code_request(
			world, "web", new_code(world, &code),
			text(world, "%s%s", redirects[sent][redirect].rest, verifiers[v].rest));
		const char *name =
			text(world, "%s; %s", redirects[sent][redirect].name, verifiers[v].name);

		if (!ok)
			expect_error(world, &request, 400, "invalid_grant", name);
		else if (status_of(world, &request) != 200)
			fail_msg("%s", name);
	}
}

/* --- the session behind it --------------------------------------------------- */

static void
a_code_of_an_ended_session_gives_nothing(void **state)
{
	struct world *world = *state;
	int64_t session = new_session(world, "bob", 1001, NULL);
	const char *code = new_code(world, &(struct code){ .session_id = session });
	const char *offline = new_code(
		world, &(struct code){ .session_id = session, .scope = "openid offline_access" });
	struct request request = code_request(world, "web", code, WEB_CB);

	end_session(world, session);
	expect_error(world, &request, 400, "invalid_grant", "ended session");
	request = code_request(world, "web", offline, WEB_CB);
	expect_error(world, &request, 400, "invalid_grant", "ended session, offline_access");
}

/* RT-01: without offline_access everything ends with the session. */
static void
tokens_die_with_the_session_unless_offline(void **state)
{
	struct world *world = *state;
	int64_t session = new_session(world, "bob", 1001, NULL);
	struct tokens bound = redeem(world, &(struct code){ .session_id = session });
	struct tokens offline = redeem(
		world, &(struct code){ .session_id = session, .scope = "openid offline_access" });

	end_session(world, session);
	assert_false(active(world, bound.access));
	assert_false(active_for(world, "web", bound.refresh));
	assert_int_equal(userinfo_status(world, bound.access), 401);
	assert_true(active(world, offline.access));
	assert_true(active_for(world, "web", offline.refresh));
	assert_int_equal(userinfo_status(world, offline.access), 200);
}

static void
expires_in_never_reaches_past_the_session(void **state)
{
	struct world *world = *state;
	int64_t session = new_session(world, "bob", 1001, NULL);
	int64_t end_ms = world->now_ms + 24 * 3600 * 1000;
	struct request request;
	struct reply reply;
	const char *access;

	/* keep the browser session from going idle, then come 100 s before its end */
	for (int hour = 0; hour < 23; hour += 6) {
		world->now_ms = end_ms - (24 - hour) * 3600 * 1000;
		(void)new_code(world, &(struct code){ .session_id = session });
	}
	world->now_ms = end_ms - 100000;
	request = code_request(world, "web",
			       new_code(world, &(struct code){ .session_id = session }), WEB_CB);
	reply = ask(world, &request);
	assert_int_equal(reply.status, 200);
	assert_int_equal(json_integer_value(json_object_get(reply.json, "expires_in")), 100);
	access = member(world, &reply, "access_token");
	reply_clear(&reply);

	world->now_ms = end_ms - 1;
	assert_true(active(world, access));
	request = code_request(world, "web",
			       new_code(world, &(struct code){ .session_id = session }), WEB_CB);
	world->now_ms = end_ms;
	assert_false(active(world, access));
	expect_error(world, &request, 400, "invalid_grant", "the session's time is over");
}

/* CO-07: what the code carried, the tokens carry. */
static void
tokens_carry_scope_and_sign_in_of_the_code(void **state)
{
	struct world *world = *state;
	int64_t auth_time_s = world->now_ms / 1000;
	struct tokens tokens;
	struct reply reply;

	world->now_ms += 20000;
	tokens = redeem(world, &(struct code){ .scope = "api openid" });
	reply = ask(world, &(struct request){ .endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
					      .client = "web",
					      .body = text(world, "token=%s", tokens.access) });
	assert_string_equal(member(world, &reply, "scope"), "api openid");
	assert_int_equal(json_integer_value(json_object_get(reply.json, "auth_time")), auth_time_s);
	assert_string_equal(member(world, &reply, "acr"), "urn:example:acr");
	reply_clear(&reply);
}

/* CO-10: what the store holds is of no use to its thief. */
static void
the_store_never_sees_a_code(void **state)
{
	struct world *world = *state;
	struct ac_credential credential;
	struct authcode_code_view view;
	const char *code = new_code(world, &(struct code){ 0 });

	assert_true(ac_credential_parse(AC_CREDENTIAL_CODE, code, &credential));
	assert_int_equal(
		authcode_store_find_code(world->fault.inner, credential.id, world->arena, &view),
		AUTHCODE_OK);
	assert_memory_not_equal(view.code.hash, credential.secret, sizeof(view.code.hash));
	assert_true(ac_credential_verify(AC_CREDENTIAL_CODE, &credential, view.code.hash));
}

/* --- many at once -------------------------------------------------------------- */

struct racer {
	struct world *world;
	pthread_barrier_t *start;
	const char *body;
	unsigned status;
	char access[64];
};

static void *
race(void *arg)
{
	struct racer *racer = arg;
	struct authcode_request request = {
		.endpoint = TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.body = { racer->body, strlen(racer->body) },
		.content_type = FORM,
		.now_ms = racer->world->now_ms,
	};
	struct authcode_exchange *exchange = NULL;
	const struct authcode_response *response;

	pthread_barrier_wait(racer->start);
	if (authcode_exchange_run(racer->world->issuer, &request, &exchange) != AUTHCODE_OK)
		return NULL;
	response = authcode_exchange_response(exchange);
	racer->status = response->status;
	if (response->status == 200) {
		json_t *json = json_loadb(response->body, response->body_len, 0, NULL);

		strncpy(racer->access, json_string_value(json_object_get(json, "access_token")),
			sizeof(racer->access) - 1);
		json_decref(json);
	}
	authcode_exchange_free(&exchange);
	return NULL;
}

/* CO-08: exactly one wins, and as the code was used twice, CO-04 follows. */
static void
two_threads_redeem_one_code(void **state)
{
	struct world *world = *state;

	for (int round = 0; round < 50; round++) {
		const char *code = new_code(world, &(struct code){ .client = "app" });
		struct racer racers[2] = { 0 };
		pthread_barrier_t start;
		pthread_t threads[2];
		unsigned wins = 0;

		assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
		for (size_t i = 0; i < 2; i++) {
			racers[i].world = world;
			racers[i].start = &start;
			racers[i].body = text(world,
					      CODE_GRANT "&client_id=app"
							 "&redirect_uri=https://app.example/cb",
					      code);
			assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
		}
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		pthread_barrier_destroy(&start);
		for (size_t i = 0; i < 2; i++) {
			if (racers[i].status != 200) {
				assert_int_equal(racers[i].status, 400);
				continue;
			}
			wins++;
			assert_false(active(world, racers[i].access));
		}
		assert_int_equal(wins, 1);
	}
}

/* Every credential at every place that takes another. */
static void
no_credential_passes_for_another_kind(void **state)
{
	enum { CODE, ACCESS, REFRESH, SESSION, SECRET, KINDS };
	static const char *const names[] = { "code", "access", "refresh", "session", "secret" };
	struct world *world = *state;

	for (int kind = 0; kind < KINDS; kind++) {
		struct tokens tokens = redeem(world, &(struct code){ 0 });
		const char *session = NULL;
		const char *all[KINDS];

		(void)new_session(world, "carol", 1002, &session);
		all[CODE] = new_code(world, &(struct code){ 0 });
		all[ACCESS] = tokens.access;
		all[REFRESH] = tokens.refresh;
		all[SESSION] = session;
		all[SECRET] = POST_SECRET;

		assert_int_equal(active_for(world, "web", all[kind]),
				 kind == ACCESS || kind == REFRESH);
		assert_int_equal(userinfo_status(world, all[kind]), kind == ACCESS ? 200 : 401);
		if (kind != REFRESH)
			expect_error(
				world,
				&(struct request){
					.endpoint = TOKEN,
					.client = "web",
					.body = text(world,
						     "grant_type=refresh_token&refresh_token=%s",
						     all[kind]) },
				400, "invalid_grant", names[kind]);
		if (kind != CODE) {
			struct request request = code_request(world, "web", all[kind], WEB_CB);

			expect_error(world, &request, 400, "invalid_grant", names[kind]);
		}
		if (kind == ACCESS || kind == REFRESH)
			continue;
		/* revoking what is no token answers 200 and touches nothing (RV-03) */
		assert_int_equal(
			status_of(world,
				  &(struct request){ .endpoint = AUTHCODE_ENDPOINT_REVOKE,
						     .client = "web",
						     .body = text(world, "token=%s", all[kind]) }),
			200);
		assert_true(active(world, tokens.access));
		if (kind == CODE) {
			struct request request = code_request(world, "web", all[CODE], WEB_CB);

			assert_int_equal(status_of(world, &request), 200);
		}
	}
}

/* Two clients with equal rights, everything of one presented by the other. */
static void
what_belongs_to_one_client_is_nothing_to_another(void **state)
{
	static const char *const clients[] = { "web", "web2", "app", "post" };
	struct world *world = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(clients) * AC_ARRAY_SIZE(clients); i++) {
		const char *owner = clients[i % AC_ARRAY_SIZE(clients)];
		const char *other = clients[i / AC_ARRAY_SIZE(clients)];
		struct tokens tokens = redeem(world, &(struct code){ .client = owner });
		struct request request = { .endpoint = TOKEN, .client = other };
		const char *row = text(world, "%s with what is %s's", other, owner);

		if (other == owner)
			continue;
		request.body = text(world, CODE_GRANT "&redirect_uri=https://%s.example/cb",
				    new_code(world, &(struct code){ .client = owner }), owner);
		expect_error(world, &request, 400, "invalid_grant", row); /* CO-06 */
		request.body =
			text(world, "grant_type=refresh_token&refresh_token=%s", tokens.refresh);
		expect_error(world, &request, 400, "invalid_grant", row); /* RT-02 */
		request.endpoint = AUTHCODE_ENDPOINT_REVOKE;
		request.body = text(world, "token=%s", tokens.refresh);
		expect_error(world, &request, 400, "invalid_request", row); /* RV-04 */
		request.body = text(world, "token=%s", tokens.access);
		expect_error(world, &request, 400, "invalid_request", row);
		assert_false(active_for(world, other, tokens.access)); /* IN-02 */
		assert_false(active_for(world, other, tokens.refresh));
		assert_true(active(world, tokens.access));
		if (strcmp(owner, "app") != 0)
			assert_true(active_for(world, owner, tokens.refresh));
	}
}

/* --- failures of what we stand on ------------------------------------------------ */

/* The n-th call of the store fails, for every n there is. */
static void
a_failing_store_never_gives_tokens(void **state)
{
	struct world *world = *state;

	for (int n = 1; n <= 2; n++) {
		const char *code = new_code(world, &(struct code){ 0 });
		struct request request = code_request(world, "web", code, WEB_CB);

		world->fault.countdown = n;
		expect_error(world, &request, 503, "server_error", "failing store");
		assert_int_equal(world->fault.countdown, 0);
		/* nothing was lost */
		assert_int_equal(status_of(world, &request), 200);
	}
}

static void
a_failing_random_source_never_gives_tokens(void **state)
{
	struct world *world = *state;

	for (int n = 1; n <= 2; n++) {
		const char *code = new_code(world, &(struct code){ 0 });
		struct request request = code_request(world, "web", code, WEB_CB);

		world->random_countdown = n;
		expect_error(world, &request, 500, "server_error", "failing random source");
		assert_int_equal(world->random_countdown, 0);
		assert_int_equal(status_of(world, &request), 200);
	}
}

struct starved {
	struct world *world;
	struct authcode_request request;
	int fail_at;
	bool failed;
	unsigned status;
	char body[512];
};

/* A thread of its own, so that what is kept per thread is allocated too. */
static void *
ask_starving(void *arg)
{
	struct starved *starved = arg;
	struct authcode_exchange *exchange = NULL;
	const struct authcode_response *response;
	enum authcode_err err;

	allocations_left = starved->fail_at;
	err = authcode_exchange_run(starved->world->issuer, &starved->request, &exchange);
	starved->failed = allocations_left == 0;
	allocations_left = 0;
	if (err != AUTHCODE_OK) {
		starved->status = err == AUTHCODE_ERR_MEMORY ? 500 : 0;
		return NULL;
	}
	response = authcode_exchange_response(exchange);
	starved->status = response->status;
	if (response->body != NULL)
		strncpy(starved->body, response->body, sizeof(starved->body) - 1);
	authcode_exchange_free(&exchange);
	return NULL;
}

/* What each endpoint is asked; every try gets a fresh code or token. */
static struct authcode_request
request_for(struct world *world, size_t row)
{
	struct tokens tokens = redeem(world, &(struct code){ .client = "app" });
	struct authcode_request request = {
		.endpoint = TOKEN,
		.method = AUTHCODE_METHOD_POST,
		.content_type = FORM,
		.now_ms = world->now_ms,
	};
	const char *body;

	switch (row) {
	case 0:
		body = text(world, CODE_GRANT WEB_CB, new_code(world, &(struct code){ 0 }));
		request.authorization = "Basic d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw==";
		break;
	case 1:
		body = text(world, "grant_type=refresh_token&client_id=app&refresh_token=%s",
			    tokens.refresh);
		break;
	case 2:
		request.endpoint = AUTHCODE_ENDPOINT_REVOKE;
		body = text(world, "client_id=app&token=%s", tokens.access);
		break;
	case 3:
		request.endpoint = AUTHCODE_ENDPOINT_INTROSPECT;
		request.authorization = "Basic cnM6cnMtc2VjcmV0";
		body = text(world, "token=%s", tokens.access);
		break;
	default:
		request.endpoint = AUTHCODE_ENDPOINT_USERINFO;
		request.authorization = text(world, "Bearer %s", tokens.access);
		body = "";
		break;
	}
	request.body = (struct authcode_bytes){ body, strlen(body) };
	return request;
}

/* The n-th allocation fails, for every n up to the first run without failure:
 * never a 200, neither with half an answer nor about something not done. */
static void
failing_allocations_never_give_half_an_answer(void **state)
{
	struct world *world = *state;

	for (size_t row = 0; row < 5; row++) {
		int n = 0;
		struct starved starved;

		do {
			pthread_t thread;

			starved = (struct starved){ .world = world, .fail_at = ++n };
			starved.request = request_for(world, row);
			json_set_alloc_funcs(__wrap_malloc, free);
			assert_int_equal(pthread_create(&thread, NULL, ask_starving, &starved), 0);
			assert_int_equal(pthread_join(thread, NULL), 0);
			json_set_alloc_funcs(malloc, free);
			if ((starved.status == 200) == starved.failed || starved.status == 0)
				fail_msg("row %zu, allocation %d: %u %s", row, n, starved.status,
					 starved.body);
		} while (starved.failed && n < 300);
		assert_in_range(n, 5, 299);
	}
}

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(a_code_becomes_tokens),
		FLOW(a_client_without_the_refresh_grant_gets_no_refresh_token),
		FLOW(every_kind_of_client_redeems),
		FLOW(only_post_is_taken),
		FLOW(the_content_type_must_be_a_form),
		FLOW(parameters_in_the_query_are_refused),
		FLOW(a_repeated_parameter_is_refused),
		FLOW(malformed_bodies_are_refused),
		FLOW(the_grant_type_must_be_known_and_registered),
		FLOW(an_unknown_or_garbled_code_is_an_invalid_grant),
		FLOW(a_code_lives_sixty_seconds),
		FLOW(a_replayed_code_takes_its_tokens_along),
		FLOW(a_replay_that_proves_nothing_revokes_nothing),
		FLOW(a_failed_attempt_does_not_burn_the_code),
		FLOW(the_redirect_uri_is_compared_byte_for_byte),
		FLOW(the_truth_table_of_redirect_uri_and_verifier),
		FLOW(a_code_of_an_ended_session_gives_nothing),
		FLOW(tokens_die_with_the_session_unless_offline),
		FLOW(expires_in_never_reaches_past_the_session),
		FLOW(tokens_carry_scope_and_sign_in_of_the_code),
		FLOW(the_store_never_sees_a_code),
		FLOW(two_threads_redeem_one_code),
		FLOW(no_credential_passes_for_another_kind),
		FLOW(what_belongs_to_one_client_is_nothing_to_another),
		FLOW(a_failing_store_never_gives_tokens),
		FLOW(a_failing_random_source_never_gives_tokens),
		FLOW(failing_allocations_never_give_half_an_answer),
	};

	return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
