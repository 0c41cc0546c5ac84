/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See flow.h. The store of the issuer is a thin one in front of the memory
 * store that fails on demand and counts what is written.
 */
#include "tests/flow/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "tests/flow/keys_fixture.h"

/* --- randomness and faults ---------------------------------------------- */

/* splitmix64: different bytes for every call, the same in every run. */
static enum authcode_err
fill(void *ctx, void *buf, size_t len)
{
	struct flow *flow = ctx;
	uint8_t *out = buf;

	if (flow->random_fails)
		return AUTHCODE_ERR_RANDOM;
	for (size_t i = 0; i < len; i++) {
		uint64_t z = flow->seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		out[i] = (uint8_t)(z >> 56);
	}
	return AUTHCODE_OK;
}

static void
submit(void *self, struct authcode_operation *operation)
{
	struct flow *flow = self;

	if (flow->writes_fail) {
		operation->result = AUTHCODE_RESULT_FAILED;
		operation->err = AUTHCODE_ERR_STORE;
		operation->done(operation, operation->arg);
		return;
	}
	flow->writes++;
	if (operation->kind == AUTHCODE_OP_ISSUE_CODE && flow->claims_request != NULL)
		operation->u.issue_code.code.claims_request = flow->claims_request;
	flow->memory->ops->submit(flow->memory->self, operation);
}

static enum authcode_err
find_session(void *self, int64_t id, struct authcode_arena *arena,
	     struct authcode_session_view *ret)
{
	struct flow *flow = self;

	return flow->reads_fail ? AUTHCODE_ERR_STORE
				: authcode_store_find_session(flow->memory, id, arena, ret);
}

static enum authcode_err
find_grant(void *self, int64_t subject_id, const char *client_id, struct authcode_arena *arena,
	   struct authcode_grant *ret)
{
	struct flow *flow = self;

	return flow->reads_fail
		       ? AUTHCODE_ERR_STORE
		       : authcode_store_find_grant(flow->memory, subject_id, client_id, arena, ret);
}

static enum authcode_err
find_code(void *self, int64_t id, struct authcode_arena *arena, struct authcode_code_view *ret)
{
	struct flow *flow = self;

	return flow->reads_fail ? AUTHCODE_ERR_STORE
				: authcode_store_find_code(flow->memory, id, arena, ret);
}

static enum authcode_err
find_token(void *self, int64_t id, struct authcode_arena *arena, struct authcode_token_view *ret)
{
	struct flow *flow = self;
	enum authcode_err err = AUTHCODE_ERR_STORE;

	if (!flow->reads_fail)
		err = authcode_store_find_token(flow->memory, id, arena, ret);
	if (err == AUTHCODE_OK && flow->hide_people) {
		ret->family.subject_id = 0;
		ret->subject = (struct authcode_subject){ 0 };
	}
	return err;
}

static enum authcode_err
find_device(void *self, int64_t id, struct authcode_arena *arena, struct authcode_device_view *ret)
{
	struct flow *flow = self;

	return flow->reads_fail ? AUTHCODE_ERR_STORE
				: authcode_store_find_device(flow->memory, id, arena, ret);
}

static enum authcode_err
find_user_code(void *self, const uint8_t hash[AUTHCODE_HASH_LEN], struct authcode_arena *arena,
	       struct authcode_device_view *ret)
{
	struct flow *flow = self;

	return flow->reads_fail ? AUTHCODE_ERR_STORE
				: authcode_store_find_user_code(flow->memory, hash, arena, ret);
}

static void
close_store(void *self)
{
	struct flow *flow = self;

	authcode_store_close(&flow->memory);
	free(flow->store);
}

static const struct authcode_store_ops faulty_ops = {
	.version = AUTHCODE_STORE_VERSION,
	.size = sizeof(struct authcode_store_ops),
	.name = "faulty",
	.submit = submit,
	.find_session = find_session,
	.find_grant = find_grant,
	.find_code = find_code,
	.find_token = find_token,
	.close = close_store,
	.find_device = find_device,
	.find_user_code = find_user_code,
};

static void
open_store(struct flow *flow)
{
	const struct authcode_store_random random = { fill, flow };

	assert_int_equal(authcode_store_memory_open(&random, &flow->memory), AUTHCODE_OK);
	flow->store = calloc(1, sizeof(*flow->store));
	assert_non_null(flow->store);
	flow->store->ops = &faulty_ops;
	flow->store->self = flow;
}

/* --- clients ------------------------------------------------------------- */

#define BOTH_GRANTS (AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN)

static const char *const web_uris[] = { FLOW_WEB_URI };
static const char *const post_uris[] = { FLOW_POST_URI, FLOW_POST_URI_QUERY };
static const char *const app_uris[] = { FLOW_APP_URI, FLOW_APP_LOOPBACK, FLOW_APP_HTTPS,
					"http://localhost/cb" };
static const char *const first_uris[] = { FLOW_FIRST_URI };

static const struct authcode_client registry[] = {
	{
		.id = FLOW_WEB,
		.name = "Web <client>",
		.redirect_uris = web_uris,
		.redirect_uri_count = AC_ARRAY_SIZE(web_uris),
		.scope = "openid profile email groups offline_access",
		.default_scopes = "profile groups",
		.grants = BOTH_GRANTS,
	},
	{
		.id = FLOW_POST,
		.auth = AUTHCODE_AUTH_SECRET_POST,
		.redirect_uris = post_uris,
		.redirect_uri_count = AC_ARRAY_SIZE(post_uris),
		.scope = "profile",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	},
	{
		.id = FLOW_APP,
		.auth = AUTHCODE_AUTH_NONE,
		.application_type = AUTHCODE_APPLICATION_NATIVE,
		.redirect_uris = app_uris,
		.redirect_uri_count = AC_ARRAY_SIZE(app_uris),
		.scope = "openid profile offline_access",
		.default_scopes = "profile",
		.grants = BOTH_GRANTS,
	},
	{
		.id = FLOW_FIRST,
		.redirect_uris = first_uris,
		.redirect_uri_count = AC_ARRAY_SIZE(first_uris),
		.scope = "openid profile",
		.grants = BOTH_GRANTS,
		.trusted = true,
		.may_introspect = AUTHCODE_INTROSPECT_ALL,
	},
	{
		.id = FLOW_FIRST_APP,
		.auth = AUTHCODE_AUTH_NONE,
		.application_type = AUTHCODE_APPLICATION_NATIVE,
		.redirect_uris = app_uris,
		.redirect_uri_count = AC_ARRAY_SIZE(app_uris),
		.scope = "profile",
		.grants = BOTH_GRANTS,
		.trusted = true,
	},
	{
		.id = FLOW_TV,
		.name = "Television",
		.auth = AUTHCODE_AUTH_NONE,
		.scope = "openid profile groups offline_access",
		.default_scopes = "profile",
		.grants = AUTHCODE_GRANT_DEVICE_CODE | AUTHCODE_GRANT_REFRESH_TOKEN,
	},
	{
		.id = FLOW_DISABLED,
		.redirect_uris = web_uris,
		.redirect_uri_count = AC_ARRAY_SIZE(web_uris),
		.scope = "profile",
		.grants = BOTH_GRANTS,
		.disabled = true,
	},
};

void
flow_set_clients(struct flow *flow, const struct authcode_client *clients, size_t count)
{
	struct authcode_clients *fresh = NULL;
	struct authcode_reason reason;

	if (authcode_clients_new(clients, count, &fresh, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	authcode_issuer_set_clients(flow->issuer, fresh);
	/* Rows of the old registry may still be looked at by the test. */
	authcode_clients_unref(&flow->clients);
	flow->clients = fresh;
}

struct authcode_client
flow_client(struct flow *flow, const char *id)
{
	const struct authcode_client *client = authcode_clients_find(flow->clients, id);

	assert_non_null(client);
	return *client;
}

/* --- life ---------------------------------------------------------------- */

void
flow_start(struct flow *flow)
{
	flow_start_with(flow, &(struct authcode_issuer_settings){ 0 });
}

void
flow_start_with(struct flow *flow, const struct authcode_issuer_settings *extra)
{
	struct authcode_issuer_settings settings = *extra;
	struct authcode_client clients[AC_ARRAY_SIZE(registry)];
	struct authcode_reason reason;

	memset(flow, 0, sizeof(*flow));
	flow->now_ms = FLOW_START_MS;
	flow->seed = 1;
	assert_int_equal(authcode_arena_new(64 * 1024 * 1024, &flow->arena), AUTHCODE_OK);
	open_store(flow);
	flow->account = (struct authcode_account){ .state = AUTHCODE_ACCOUNT_GOOD };
	settings.issuer = FLOW_ISSUER;
	settings.store = flow->store;
	settings.random = (struct authcode_random){ fill, flow };
	memset(settings.master_key, 0x5a, sizeof(settings.master_key));
	if (authcode_issuer_new(&settings, &flow->issuer, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	test_keys_install(flow->issuer, AC_ALG_BIT(AC_ALG_RS256));
	memcpy(clients, registry, sizeof(clients));
	for (size_t i = 0; i < AC_ARRAY_SIZE(clients); i++) {
		if (clients[i].auth != AUTHCODE_AUTH_NONE)
			assert_int_equal(authcode_client_secret_hash(FLOW_SECRET,
								     strlen(FLOW_SECRET),
								     clients[i].secret_hash),
					 AUTHCODE_OK);
	}
	flow_set_clients(flow, clients, AC_ARRAY_SIZE(clients));
}

void
flow_stop(struct flow *flow)
{
	for (size_t i = 0; i < flow->exchange_count; i++)
		authcode_exchange_free(&flow->exchanges[i]);
	authcode_issuer_free(&flow->issuer);
	authcode_clients_unref(&flow->clients);
	authcode_arena_free(&flow->arena);
	close_store(flow);
}

/* --- requests ------------------------------------------------------------ */

static const struct authcode_response *
keep(struct flow *flow, struct authcode_exchange *exchange)
{
	assert_true(flow->exchange_count < FLOW_MAX_EXCHANGES);
	flow->exchanges[flow->exchange_count++] = exchange;
	return authcode_exchange_response(exchange);
}

/* The same bytes, NULs too, and not one more: NULL when there are none. */
static char *
own_copy(struct authcode_bytes *bytes)
{
	char *copy;

	if (bytes->len == 0)
		return NULL;
	copy = malloc(bytes->len);
	assert_non_null(copy);
	memcpy(copy, bytes->data, bytes->len);
	bytes->data = copy;
	return copy;
}

const struct authcode_response *
flow_run(struct flow *flow, struct authcode_request request)
{
	struct authcode_exchange *exchange = NULL;
	char *query = own_copy(&request.query), *body = own_copy(&request.body);

	request.now_ms = flow->now_ms;
	assert_int_equal(authcode_exchange_begin(flow->issuer, &request, &exchange), AUTHCODE_OK);
	/* Whoever looks at it from now on has kept a pointer too long. */
	free(query);
	free(body);
	for (;;) {
		if (authcode_exchange_client_keys(exchange) != NULL) {
			authcode_exchange_set_client_keys(exchange, NULL, 0);
		} else if (authcode_exchange_account(exchange) != NULL) {
			flow->asked++;
			flow->query = *authcode_exchange_account(exchange);
			authcode_exchange_set_account(exchange, &flow->account);
		} else if (authcode_exchange_operation(exchange) != NULL) {
			authcode_store_perform(flow->store, authcode_exchange_operation(exchange));
			authcode_exchange_answer(exchange);
		} else if (authcode_exchange_signs(exchange)) {
			flow->signed_slowly++;
			flow_assert_page(authcode_exchange_response(exchange), 500, "server_error");
			authcode_exchange_sign(exchange);
			assert_false(authcode_exchange_signs(exchange));
		} else {
			return keep(flow, exchange);
		}
	}
}

const struct authcode_response *
flow_get(struct flow *flow, const struct flow_browser *browser, enum authcode_endpoint endpoint,
	 const char *query)
{
	return flow_run(flow, (struct authcode_request){
				      .endpoint = endpoint,
				      .method = AUTHCODE_METHOD_GET,
				      .query = { query, strlen(query) },
				      .browser = browser->cookie,
				      .session = browser->session,
			      });
}

const struct authcode_response *
flow_post(struct flow *flow, const struct flow_browser *browser, enum authcode_endpoint endpoint,
	  const char *body)
{
	return flow_run(flow, (struct authcode_request){
				      .endpoint = endpoint,
				      .method = AUTHCODE_METHOD_POST,
				      .body = { body, strlen(body) },
				      .content_type = FLOW_FORM,
				      .browser = browser->cookie,
				      .session = browser->session,
			      });
}

/* --- text ---------------------------------------------------------------- */

const char *
flow_text(struct flow *flow, const char *fmt, ...)
{
	va_list args;
	char *text = NULL;
	const char *copy;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	assert_true(len >= 0);
	copy = ac_arena_strdup(flow->arena, text);
	free(text);
	assert_non_null(copy);
	return copy;
}

const char *
flow_encode(struct flow *flow, const char *value)
{
	struct ac_buf buf;
	const char *text;

	ac_buf_init(&buf, 1024 * 1024);
	ac_form_put(&buf, "", value);
	assert_true(ac_buf_ok(&buf));
	text = flow_text(flow, "%s", ac_buf_text(&buf) + 1);
	ac_buf_clear(&buf);
	return text;
}

/* --- steps --------------------------------------------------------------- */

static const struct authcode_response *
sign_in(struct flow *flow, struct flow_browser *browser, const char *transaction, const char *user,
	const char *acr)
{
	static const char *const groups[] = { "users", "wheel" };
	const struct authcode_sign_in sign_in = {
		.user = {
			.name = user,
			.uid = strcmp(user, "alice") == 0 ? 1000 : 1001,
			.full_name = "Some Body",
			.groups = groups,
			.group_count = AC_ARRAY_SIZE(groups),
		},
		.acr = acr,
		.amr = "pwd",
		.claims = "{ \"department\": \"math\" }",
		.transaction = transaction,
		.browser = browser->cookie,
		.session = browser->session,
		.now_ms = flow->now_ms,
	};
	struct authcode_exchange *exchange = NULL;
	const struct authcode_response *response;

	assert_int_equal(authcode_exchange_begin_sign_in(flow->issuer, &sign_in, &exchange),
			 AUTHCODE_OK);
	response = keep(flow, exchange);
	assert_non_null(authcode_exchange_operation(exchange));
	authcode_store_perform(flow->store, authcode_exchange_operation(exchange));
	authcode_exchange_answer(exchange);
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_int_equal(response->status, 303);
	assert_non_null(response->set_session);
	browser->session = response->set_session;
	return response;
}

const struct authcode_response *
flow_sign_in(struct flow *flow, struct flow_browser *browser, const char *transaction,
	     const char *user)
{
	return sign_in(flow, browser, transaction, user, NULL);
}

const struct authcode_response *
flow_sign_in_acr(struct flow *flow, struct flow_browser *browser, const char *transaction,
		 const char *acr)
{
	return sign_in(flow, browser, transaction, "alice", acr);
}

const struct authcode_response *
flow_follow(struct flow *flow, const struct flow_browser *browser,
	    const struct authcode_response *redirect)
{
	static const char resume[] = FLOW_ISSUER "/resume?txn=";

	assert_int_equal(redirect->kind, AUTHCODE_RESPONSE_REDIRECT);
	assert_int_equal(strncmp(redirect->location, resume, sizeof(resume) - 1), 0);
	return flow_get(flow, browser, AUTHCODE_ENDPOINT_RESUME, flow_query(redirect->location));
}

const struct authcode_response *
flow_decide(struct flow *flow, const struct flow_browser *browser,
	    const struct authcode_interaction *page, const char *decision)
{
	assert_non_null(page);
	return flow_post(flow, browser, AUTHCODE_ENDPOINT_CONSENT,
			 flow_text(flow, "txn=%s&csrf=%s&decision=%s", page->transaction,
				   page->csrf, decision));
}

const struct authcode_response *
flow_authorize(struct flow *flow, struct flow_browser *browser, const char *query)
{
	const struct authcode_response *response =
		flow_get(flow, browser, AUTHCODE_ENDPOINT_AUTHORIZE, query);

	if (response->kind == AUTHCODE_RESPONSE_SIGN_IN) {
		response = flow_sign_in(flow, browser, response->interaction->transaction, "alice");
		response = flow_follow(flow, browser, response);
	}
	if (response->kind == AUTHCODE_RESPONSE_CONSENT)
		response = flow_decide(flow, browser, response->interaction, "allow");
	assert_int_equal(response->kind, AUTHCODE_RESPONSE_REDIRECT);
	return response;
}

const char *
flow_code(struct flow *flow, struct flow_browser *browser, const char *query)
{
	const char *code = flow_param(flow, flow_authorize(flow, browser, query)->location, "code");

	assert_non_null(code);
	return code;
}
