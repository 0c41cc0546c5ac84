/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Codes into tokens: CO, PK-04 … PK-06, PK-09, RU-11, and what ties tokens to
 * the session their code came from (RT-01).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/credential.h"
#include "tests/flow/token_fixture.h"

#define TOKEN AUTHCODE_ENDPOINT_TOKEN

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

/* CO-04: whatever else it asks for. */
static void
a_replayed_code_is_evidence_whatever_resource_is_named(void **state)
{
	struct world *world = *state;
	struct tokens tokens = redeem(world, &(struct code){ 0 });
	struct request again =
		code_request(world, "web", tokens.code, WEB_CB "&resource=not-a-uri");

	expect_error(world, &again, 400, "invalid_grant", "CO-04");
	assert_false(active(world, tokens.access));
	assert_false(active_for(world, "web", tokens.refresh));
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

#define FLOW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(an_unknown_or_garbled_code_is_an_invalid_grant),
		FLOW(a_code_lives_sixty_seconds),
		FLOW(a_replayed_code_takes_its_tokens_along),
		FLOW(a_replayed_code_is_evidence_whatever_resource_is_named),
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
	};

	return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
