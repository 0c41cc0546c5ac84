/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a device sees: the device authorization endpoint and its polls. RFC 8628 §3.1
 * to §3.5; DV-01, DV-02, DV-05 to DV-09, RT-01.
 */
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "protocol/credential.h"
#include "tests/flow/device_flow.h"
#include "tests/flow/one_browser.h"

#define SECRET "&client_secret=" FLOW_SECRET
#define S INT64_C(1000)

/* DV-01, DV-08. */
static void
a_device_is_told_all_that_it_needs(void **state)
{
	const struct authcode_response *r;
	const char *user_code;

	(void)state;
	r = device_post(&flow, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION,
			"client_id=" FLOW_TV "&scope=profile");
	assert_int_equal(r->status, 200);
	assert_int_equal(strncmp(device_value(&flow, r, "device_code"), "acd_", 4), 0);
	user_code = device_value(&flow, r, "user_code");
	assert_string_equal(device_value(&flow, r, "verification_uri"), FLOW_ISSUER "/device");
	assert_string_equal(device_value(&flow, r, "verification_uri_complete"),
			    flow_text(&flow, FLOW_ISSUER "/device?user_code=%s", user_code));
	assert_string_equal(device_value(&flow, r, "expires_in"), "600");
	assert_string_equal(device_value(&flow, r, "interval"), "5");
	assert_int_equal(flow.writes, 1);
}

/* DV-02. */
static void
a_user_code_is_eight_consonants_and_never_the_same(void **state)
{
	const char *seen[64];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(seen); i++) {
		seen[i] = device_begin(&flow, "").user_code;
		assert_int_equal(strlen(seen[i]), 9);
		assert_int_equal(strspn(seen[i], "BCDFGHJKLMNPQRSTVWXZ"), 4);
		assert_int_equal(seen[i][4], '-');
		assert_int_equal(strspn(seen[i] + 5, "BCDFGHJKLMNPQRSTVWXZ"), 4);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
}

/* A stolen database opens nothing: neither code is in it. */
static void
the_store_has_neither_code(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r = device_poll(&flow, &device);
	struct authcode_device_view view;
	uint8_t guess[AUTHCODE_HASH_LEN];

	(void)state;
	device_assert_error(&flow, r, 400, "authorization_pending");
	/* Not even by whoever hashes all of the few user codes. */
	assert_int_equal(authcode_client_secret_hash(device.user_code, 9, guess), AUTHCODE_OK);
	assert_int_equal(authcode_store_find_user_code(flow.memory, guess, flow.arena, &view),
			 AUTHCODE_ERR_NOT_FOUND);
}

/* DV-01: the client proves who it is as at the token endpoint, and may ask. */
static void
who_may_not_ask_gets_no_code(void **state)
{
	static const struct {
		const char *name, *body;
		unsigned status;
		const char *error;
	} rows[] = {
		{ "nobody", "scope=profile", 401, "invalid_client" },
		{ "unknown", "client_id=nobody", 401, "invalid_client" },
		{ "disabled", "client_id=disabled" SECRET, 401, "invalid_client" },
		{ "without its secret", "client_id=web", 401, "invalid_client" },
		{ "public with a secret", "client_id=tv&client_secret=x", 401, "invalid_client" },
		{ "another method", "client_id=web" SECRET, 401, "invalid_client" },
		{ "without the grant", "client_id=post" SECRET, 400, "unauthorized_client" },
		{ "public without the grant", "client_id=app", 400, "unauthorized_client" },
		{ "malformed scope", "client_id=tv&scope=a%22b", 400, "invalid_scope" },
		{ "nothing of the scope", "client_id=tv&scope=email", 400, "invalid_scope" },
		{ "repeated", "client_id=tv&scope=profile&scope=openid", 400, "invalid_request" },
		{ "malformed", "client_id=tv&scope=%zz", 400, "invalid_request" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].name);
		device_assert_error(
			&flow,
			device_post(&flow, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION, rows[i].body),
			rows[i].status, rows[i].error);
	}
	assert_int_equal(flow.writes, 0);
}

/* DV-01: GET → 405. */
static void
only_a_post_asks(void **state)
{
	const struct authcode_response *r =
		flow_get(&flow, &browser, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION, "client_id=tv");

	(void)state;
	device_assert_error(&flow, r, 405, "invalid_request");
	assert_string_equal(r->allow, "POST");
	r = flow_run(&flow, (struct authcode_request){
				    .endpoint = AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION,
				    .method = AUTHCODE_METHOD_POST,
				    .query = { "client_id=tv", 12 },
				    .body = { "scope=profile", 13 },
				    .content_type = FLOW_FORM,
			    });
	device_assert_error(&flow, r, 400, "invalid_request");
	assert_int_equal(flow.writes, 0);
}

static void
a_store_or_a_generator_that_fails_gives_no_code(void **state)
{
	(void)state;
	flow.writes_fail = true;
	device_assert_error(
		&flow, device_post(&flow, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION, "client_id=tv"),
		503, "server_error");
	flow.writes_fail = false;
	flow.random_fails = true;
	device_assert_error(
		&flow, device_post(&flow, AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION, "client_id=tv"),
		500, "server_error");
	assert_int_equal(flow.writes, 0);
}

/* --- polls ------------------------------------------------------------------- */

/* DV-05, DV-06: of an interval that grows, only what comes too early is slowed down. */
static void
polls_are_pending_and_too_fast_ones_slow_down(void **state)
{
	static const struct {
		int64_t after_ms;
		const char *error;
	} polls[] = {
		{ 0, "authorization_pending" },      { 5 * S, "authorization_pending" },
		{ 5 * S - 1, "slow_down" },          { 5 * S, "slow_down" }, /* ten since */
		{ 15 * S, "authorization_pending" }, { 14 * S, "slow_down" },
		{ 20 * S, "authorization_pending" },
	};
	struct device device = device_begin(&flow, "");

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(polls); i++) {
		flow.now_ms += polls[i].after_ms;
		device_assert_error(&flow, device_poll(&flow, &device), 400, polls[i].error);
	}
}

/* DV-05: what the polls are for. */
static void
what_was_allowed_gives_tokens(void **state)
{
	struct device device = device_begin(&flow, "&scope=profile+groups");
	const struct authcode_response *r;

	(void)state;
	device_assert_error(&flow, device_poll(&flow, &device), 400, "authorization_pending");
	device_allow(&flow, &browser, &device);
	r = device_poll(&flow, &device);
	assert_int_equal(r->status, 200);
	assert_int_equal(strncmp(device_value(&flow, r, "access_token"), "aca_", 4), 0);
	assert_int_equal(strncmp(device_value(&flow, r, "refresh_token"), "acr_", 4), 0);
	assert_string_equal(device_value(&flow, r, "token_type"), "Bearer");
	assert_string_equal(device_value(&flow, r, "expires_in"), "3600");
	assert_string_equal(device_value(&flow, r, "scope"), "profile groups");
	r = flow_run(&flow,
		     (struct authcode_request){
			     .endpoint = AUTHCODE_ENDPOINT_USERINFO,
			     .method = AUTHCODE_METHOD_GET,
			     .authorization = flow_text(&flow, "Bearer %s",
							device_value(&flow, r, "access_token")),
		     });
	assert_string_equal(device_value(&flow, r, "preferred_username"), "alice");
}

/* However fast it has been asking. */
static void
an_allowed_device_is_not_slowed_down(void **state)
{
	struct device device = device_begin(&flow, "");

	(void)state;
	for (int i = 0; i < 9; i++)
		(void)device_poll(&flow, &device);
	device_allow(&flow, &browser, &device);
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

static const char *
refreshed(const char *refresh_token)
{
	const struct authcode_response *r = device_post(
		&flow, AUTHCODE_ENDPOINT_TOKEN,
		flow_text(&flow, "grant_type=refresh_token&client_id=tv&refresh_token=%s",
			  refresh_token));

	if (r->status != 200) {
		device_assert_error(&flow, r, 400, "invalid_grant");
		return NULL;
	}
	return device_value(&flow, r, "refresh_token");
}

/* DV-07. */
static void
a_device_code_is_good_once_and_its_second_use_revokes(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r;

	(void)state;
	device_allow(&flow, &browser, &device);
	r = device_poll(&flow, &device);
	assert_int_equal(r->status, 200);
	device_assert_error(&flow, device_poll(&flow, &device), 400, "invalid_grant");
	assert_null(refreshed(device_value(&flow, r, "refresh_token")));
}

/* DV-07: whatever is asked for with it. */
static void
a_used_device_code_is_evidence_whatever_resource_is_named(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r;

	(void)state;
	device_allow(&flow, &browser, &device);
	r = device_poll(&flow, &device);
	device.code = flow_text(&flow, "%s&resource=not-a-uri", device.code);
	device_assert_error(&flow, device_poll(&flow, &device), 400, "invalid_grant");
	assert_null(refreshed(device_value(&flow, r, "refresh_token")));
}

/* Reuse is found before expiry. */
static void
a_used_device_code_is_evidence_when_its_time_is_over(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r;

	(void)state;
	device_allow(&flow, &browser, &device);
	r = device_poll(&flow, &device);
	flow.now_ms += 3600 * S;
	device_assert_error(&flow, device_poll(&flow, &device), 400, "invalid_grant");
	assert_null(refreshed(device_value(&flow, r, "refresh_token")));
}

/* DV-07: the code of another client's device. */
static void
a_device_code_is_bound_to_its_client(void **state)
{
	struct authcode_client clients[] = { flow_client(&flow, FLOW_TV),
					     flow_client(&flow, FLOW_TV),
					     flow_client(&flow, FLOW_APP) };
	struct device device;
	const char *body;

	(void)state;
	clients[1].id = "other-tv";
	flow_set_clients(&flow, clients, AC_ARRAY_SIZE(clients));
	device = device_begin(&flow, "");
	body = flow_text(&flow, "grant_type=" DEVICE_GRANT "&client_id=other-tv&device_code=%s",
			 device.code);
	device_assert_error(&flow, device_post(&flow, AUTHCODE_ENDPOINT_TOKEN, body), 400,
			    "invalid_grant");
	device_allow(&flow, &browser, &device);
	device_assert_error(&flow, device_post(&flow, AUTHCODE_ENDPOINT_TOKEN, body), 400,
			    "invalid_grant");
	body = flow_text(&flow, "grant_type=" DEVICE_GRANT "&client_id=app&device_code=%s",
			 device.code);
	device_assert_error(&flow, device_post(&flow, AUTHCODE_ENDPOINT_TOKEN, body), 400,
			    "unauthorized_client");
	/* And it has used nothing up. */
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

static void
what_is_no_device_code_is_refused(void **state)
{
	struct device device = device_begin(&flow, ""), other = device_begin(&flow, "");
	char *mixed = (char *)flow_text(&flow, "%s", device.code);
	const char *codes[] = {
		"x",
		"acd_",
		flow_text(&flow, "acc_%s", device.code + 4),
		flow_text(&flow, "%s=", device.code),
		flow_text(&flow, "%.*s", (int)strlen(device.code) - 1, device.code),
		device.user_code,
		mixed,
	};

	(void)state;
	/* The row of one with the secret of another: 8 bytes of key, 32 of secret. */
	memcpy(mixed + 4 + 12, other.code + 4 + 12, strlen(device.code) - 16);
	for (size_t i = 0; i < AC_ARRAY_SIZE(codes); i++) {
		struct device wrong = { .code = codes[i] };

		print_message("# %zu\n", i);
		device_assert_error(&flow, device_poll(&flow, &wrong), 400, "invalid_grant");
	}
	device_assert_error(&flow,
			    device_post(&flow, AUTHCODE_ENDPOINT_TOKEN,
					"grant_type=" DEVICE_GRANT "&client_id=tv"),
			    400, "invalid_request");
	device_assert_error(&flow, device_poll(&flow, &device), 400, "authorization_pending");
}

/* DV-05. */
static void
a_denied_device_is_told_so_each_time(void **state)
{
	struct device device = device_begin(&flow, "");
	const struct authcode_response *r = device_page(&flow, &browser, &device);

	(void)state;
	r = flow_follow(&flow, &browser, flow_decide(&flow, &browser, r->interaction, "deny"));
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_DEVICE_DONE);
	assert_false(r->interaction->allowed);
	device_assert_error(&flow, device_poll(&flow, &device), 400, "access_denied");
	device_assert_error(&flow, device_poll(&flow, &device), 400, "access_denied");
}

/* DV-08: the end itself is too late, whatever was answered. */
static void
a_device_code_expires_at_its_end(void **state)
{
	struct device pending = device_begin(&flow, ""), allowed = device_begin(&flow, ""),
		      denied = device_begin(&flow, "");
	const struct authcode_response *r = device_page(&flow, &browser, &denied);

	(void)state;
	flow_decide(&flow, &browser, r->interaction, "deny");
	device_allow(&flow, &browser, &allowed);
	flow.now_ms += 600 * S - 1;
	device_assert_error(&flow, device_poll(&flow, &pending), 400, "authorization_pending");
	device_assert_error(&flow, device_poll(&flow, &denied), 400, "access_denied");
	flow.now_ms += 1;
	device_assert_error(&flow, device_poll(&flow, &pending), 400, "expired_token");
	device_assert_error(&flow, device_poll(&flow, &denied), 400, "expired_token");
	device_assert_error(&flow, device_poll(&flow, &allowed), 400, "expired_token");
}

static void
in_the_last_millisecond_it_gives_tokens(void **state)
{
	struct device device = device_begin(&flow, "");

	(void)state;
	device_allow(&flow, &browser, &device);
	flow.now_ms += 600 * S - 1;
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

/* DV-08: a lifetime of the issuer's, never more than a quarter of an hour. */
static void
the_lifetime_is_the_issuers_and_bounded(void **state)
{
	struct authcode_issuer_settings settings = { .lifetimes.device_code_s = 901 };
	struct authcode_reason reason;
	struct authcode_issuer *issuer = NULL;
	struct device device;

	(void)state;
	settings.issuer = FLOW_ISSUER;
	settings.store = flow.store;
	settings.master_key[0] = 1;
	assert_int_equal(authcode_issuer_new(&settings, &issuer, &reason), AUTHCODE_ERR_CONFIG);
	assert_string_equal(reason.text, "a device code must not live longer than 900 seconds");
	flow_stop(&flow);
	one_browser_start(&(struct authcode_issuer_settings){ .lifetimes.device_code_s = 900 });
	device = device_begin(&flow, "");
	flow.now_ms += 900 * S - 1;
	device_assert_error(&flow, device_poll(&flow, &device), 400, "authorization_pending");
	flow.now_ms += 1;
	device_assert_error(&flow, device_poll(&flow, &device), 400, "expired_token");
}

/* The session that allowed it: ended, it gives nothing, and what it gave is over. */
static void
a_session_ended_in_between_gives_nothing(void **state)
{
	struct device device = device_begin(&flow, "");
	struct authcode_operation op = { .kind = AUTHCODE_OP_END_SESSION, .now_ms = FLOW_START_MS };
	struct authcode_device_view view;
	struct ac_credential credential;

	(void)state;
	device_allow(&flow, &browser, &device);
	assert_true(ac_credential_parse(AC_CREDENTIAL_DEVICE, device.code, &credential));
	assert_int_equal(authcode_store_find_device(flow.memory, credential.id, flow.arena, &view),
			 AUTHCODE_OK);
	op.u.end_session.session_id = view.session.id;
	authcode_store_perform(flow.memory, &op);
	assert_int_equal(op.result, AUTHCODE_RESULT_DONE);
	device_assert_error(&flow, device_poll(&flow, &device), 400, "invalid_grant");
}

/* RT-01: without offline_access tokens end with the session. */
static void
tokens_of_a_device_live_as_long_as_the_session_or_offline(void **state)
{
	struct device short_one = device_begin(&flow, "&scope=profile"),
		      long_one = device_begin(&flow, "&scope=profile+offline_access");
	const char *short_token, *long_token;

	(void)state;
	device_allow(&flow, &browser, &short_one);
	device_allow(&flow, &browser, &long_one);
	short_token = device_value(&flow, device_poll(&flow, &short_one), "refresh_token");
	long_token = device_value(&flow, device_poll(&flow, &long_one), "refresh_token");
	flow.now_ms += 24 * 3600 * S - 1;
	short_token = refreshed(short_token);
	assert_non_null(short_token);
	flow.now_ms += 1;
	assert_null(refreshed(short_token));
	assert_non_null(refreshed(long_token));
}

static void
a_store_that_fails_gives_no_tokens_and_uses_nothing_up(void **state)
{
	struct device device = device_begin(&flow, "");

	(void)state;
	flow.reads_fail = true;
	device_assert_error(&flow, device_poll(&flow, &device), 503, "server_error");
	flow.reads_fail = false;
	flow.writes_fail = true;
	device_assert_error(&flow, device_poll(&flow, &device), 503, "server_error");
	flow.writes_fail = false;
	device_allow(&flow, &browser, &device);
	flow.writes_fail = true;
	device_assert_error(&flow, device_poll(&flow, &device), 503, "server_error");
	flow.writes_fail = false;
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

/* allow_users of the client, asked again when the tokens are given. */
static void
who_may_not_use_the_client_any_more_gets_no_tokens(void **state)
{
	static const char *const bob[] = { "bob" };
	struct device device = device_begin(&flow, "");
	struct authcode_client client = flow_client(&flow, FLOW_TV);

	(void)state;
	device_allow(&flow, &browser, &device);
	client.allow_users = bob;
	client.allow_user_count = 1;
	flow_set_clients(&flow, &client, 1);
	device_assert_error(&flow, device_poll(&flow, &device), 400, "invalid_grant");
	client.allow_user_count = 0;
	flow_set_clients(&flow, &client, 1);
	assert_int_equal(device_poll(&flow, &device)->status, 200);
}

/* DV-09. */
static void
metadata_names_the_endpoint_and_the_grant(void **state)
{
	char *metadata = authcode_issuer_metadata(flow.issuer);

	(void)state;
	assert_non_null(strstr(metadata, "\"device_authorization_endpoint\":\"" FLOW_ISSUER
					 "/device_authorization\""));
	assert_non_null(strstr(metadata, "\"" DEVICE_GRANT "\""));
	/* The page is for people. */
	assert_null(strstr(metadata, FLOW_ISSUER "/device\""));
	free(metadata);
}

/* What is free for anybody to ask has a bound, and it is the store's to keep. */
static void
a_client_for_which_too_many_wait_is_told_to_come_later(void **state)
{
	static const char body[] = "client_id=" FLOW_TV;
	const struct authcode_request request = {
		.endpoint = AUTHCODE_ENDPOINT_DEVICE_AUTHORIZATION,
		.method = AUTHCODE_METHOD_POST,
		.body = { body, sizeof(body) - 1 },
		.content_type = FLOW_FORM,
		.now_ms = flow.now_ms,
	};
	static const struct {
		enum authcode_err err;
		unsigned status;
		const char *error;
	} rows[] = {
		{ AUTHCODE_ERR_LIMIT, 503, "\"temporarily_unavailable\"" },
		{ AUTHCODE_ERR_STORE, 503, "\"server_error\"" },
		{ AUTHCODE_ERR_MEMORY, 500, "\"server_error\"" },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_exchange *x = NULL;
		const struct authcode_response *r;
		struct authcode_operation *op;

		assert_int_equal(authcode_exchange_begin(flow.issuer, &request, &x), AUTHCODE_OK);
		op = authcode_exchange_operation(x);
		assert_non_null(op);
		assert_int_equal(op->u.create_device.max_pending, 10000);
		op->result = AUTHCODE_RESULT_FAILED;
		op->err = rows[i].err;
		authcode_exchange_answer(x);
		r = authcode_exchange_response(x);
		assert_int_equal(r->status, rows[i].status);
		assert_non_null(strstr(r->body, rows[i].error));
		assert_null(strstr(r->body, "device_code"));
		authcode_exchange_free(&x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONE_BROWSER_TEST(a_device_is_told_all_that_it_needs),
		ONE_BROWSER_TEST(a_user_code_is_eight_consonants_and_never_the_same),
		ONE_BROWSER_TEST(the_store_has_neither_code),
		ONE_BROWSER_TEST(who_may_not_ask_gets_no_code),
		ONE_BROWSER_TEST(only_a_post_asks),
		ONE_BROWSER_TEST(a_store_or_a_generator_that_fails_gives_no_code),
		ONE_BROWSER_TEST(polls_are_pending_and_too_fast_ones_slow_down),
		ONE_BROWSER_TEST(what_was_allowed_gives_tokens),
		ONE_BROWSER_TEST(an_allowed_device_is_not_slowed_down),
		ONE_BROWSER_TEST(a_device_code_is_good_once_and_its_second_use_revokes),
		ONE_BROWSER_TEST(a_used_device_code_is_evidence_when_its_time_is_over),
		ONE_BROWSER_TEST(a_used_device_code_is_evidence_whatever_resource_is_named),
		ONE_BROWSER_TEST(a_device_code_is_bound_to_its_client),
		ONE_BROWSER_TEST(what_is_no_device_code_is_refused),
		ONE_BROWSER_TEST(a_denied_device_is_told_so_each_time),
		ONE_BROWSER_TEST(a_device_code_expires_at_its_end),
		ONE_BROWSER_TEST(in_the_last_millisecond_it_gives_tokens),
		ONE_BROWSER_TEST(the_lifetime_is_the_issuers_and_bounded),
		ONE_BROWSER_TEST(a_session_ended_in_between_gives_nothing),
		ONE_BROWSER_TEST(tokens_of_a_device_live_as_long_as_the_session_or_offline),
		ONE_BROWSER_TEST(a_store_that_fails_gives_no_tokens_and_uses_nothing_up),
		ONE_BROWSER_TEST(who_may_not_use_the_client_any_more_gets_no_tokens),
		ONE_BROWSER_TEST(a_client_for_which_too_many_wait_is_told_to_come_later),
		ONE_BROWSER_TEST(metadata_names_the_endpoint_and_the_grant),
	};

	return cmocka_run_group_tests_name("device grant", tests, NULL, NULL);
}
