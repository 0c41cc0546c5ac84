/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See token_fixture.h.
 */
#include "tests/flow/token_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/random.h"
#include "protocol/credential.h"
#include "tests/flow/keys_fixture.h"

#define START_MS INT64_C(1700000000123)

struct known_client {
	struct authcode_client client;
	const char *secret;
	const char *authorization; /* Basic, made by another tool */
};

static const char *const web_uris[] = { "https://web.example/cb" };
static const char *const web2_uris[] = { "https://web2.example/cb" };
static const char *const app_uris[] = { "https://app.example/cb" };
static const char *const post_uris[] = { "https://post.example/cb" };
static const char *const turn_uris[] = { "https://turn.example/cb" };
static const char *const late_uris[] = { "https://late.example/cb" };
static const char *const brief_uris[] = { "https://brief.example/cb" };
static const char *const rs_uris[] = { "https://rs.example/cb" };
static const char *const web_only[] = { "web" };

#define BOTH (AUTHCODE_GRANT_AUTHORIZATION_CODE | AUTHCODE_GRANT_REFRESH_TOKEN)
#define DAY_S (24u * 3600u)
#define COMMON(uris) .redirect_uris = (uris), .redirect_uri_count = 1, .scope = SCOPE

static const struct known_client known[] = {
	/* The secret needs every escape: "s p:a+c%e&=ü" (CA-02). */
	{ { .id = "web", COMMON(web_uris), .grants = BOTH },
	  "s p:a+c%e&=\xc3\xbc",
	  "Basic d2ViOnMrcCUzQWElMkJjJTI1ZSUyNiUzRCVDMyVCQw==" },
	{ { .id = "web2", COMMON(web2_uris), .grants = BOTH },
	  "web2-secret",
	  "Basic d2ViMjp3ZWIyLXNlY3JldA==" },
	{ { .id = "app", COMMON(app_uris), .grants = BOTH, .auth = AUTHCODE_AUTH_NONE },
	  NULL,
	  NULL },
	{ { .id = "post", COMMON(post_uris), .grants = BOTH, .auth = AUTHCODE_AUTH_SECRET_POST },
	  POST_SECRET,
	  NULL },
	{ { .id = "plain",
	    COMMON(web_uris),
	    .grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	    .access_token_ttl_s = 120 },
	  "plain-secret",
	  "Basic cGxhaW46cGxhaW4tc2VjcmV0" },
	{ { .id = "off", COMMON(web_uris), .grants = BOTH, .disabled = true },
	  "off-secret",
	  "Basic b2ZmOm9mZi1zZWNyZXQ=" },
	{ { .id = "old",
	    COMMON(web_uris),
	    .grants = BOTH,
	    .secret_expires_at = START_MS / 1000 + 10,
	    .previous_secret_expires_at = START_MS / 1000 + 20 },
	  "old-secret",
	  "Basic b2xkOm9sZC1zZWNyZXQ=" },
	{ { .id = "turn",
	    COMMON(turn_uris),
	    .grants = BOTH,
	    .auth = AUTHCODE_AUTH_SECRET_POST,
	    .refresh_rotation = AUTHCODE_ROTATION_ALWAYS },
	  "turn-secret",
	  NULL },
	{ { .id = "late",
	    COMMON(late_uris),
	    .grants = BOTH,
	    .auth = AUTHCODE_AUTH_SECRET_POST,
	    .refresh_rotation = AUTHCODE_ROTATION_LATE },
	  "late-secret",
	  NULL },
	{ { .id = "brief",
	    COMMON(brief_uris),
	    .grants = BOTH,
	    .auth = AUTHCODE_AUTH_SECRET_POST,
	    .refresh_idle_ttl_s = DAY_S,
	    .refresh_absolute_ttl_s = 3 * DAY_S },
	  "brief-secret",
	  NULL },
	{ { .id = "robot",
	    .scope = "api metrics openid offline_access profile",
	    .default_scopes = "api openid offline_access",
	    .grants = AUTHCODE_GRANT_CLIENT_CREDENTIALS },
	  "robot-secret",
	  "Basic cm9ib3Q6cm9ib3Qtc2VjcmV0" },
	{ { .id = "worker",
	    .scope = "api openid",
	    .default_scopes = "openid",
	    .grants = AUTHCODE_GRANT_CLIENT_CREDENTIALS,
	    .access_token_ttl_s = 120,
	    .auth = AUTHCODE_AUTH_SECRET_POST },
	  "worker-secret",
	  NULL },
	{ { .id = "rs",
	    COMMON(rs_uris),
	    .grants = BOTH,
	    .may_introspect = AUTHCODE_INTROSPECT_ALL },
	  "rs-secret",
	  "Basic cnM6cnMtc2VjcmV0" },
	{ { .id = "rslist",
	    COMMON(rs_uris),
	    .grants = BOTH,
	    .may_introspect = AUTHCODE_INTROSPECT_LIST,
	    .introspect_clients = web_only,
	    .introspect_client_count = 1 },
	  "rslist-secret",
	  "Basic cnNsaXN0OnJzbGlzdC1zZWNyZXQ=" },
};

/* That of every client that has one. */
#define PREVIOUS_SECRET "older-secret"

static const struct known_client *
known_find(const char *id)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].client.id, id) == 0)
			return &known[i];
	}
	fail_msg("no client %s", id);
	return NULL;
}

/* --- the world ----------------------------------------------------------- */

static enum authcode_err
world_random(void *ctx, void *buf, size_t len)
{
	struct world *world = ctx;

	return fault_due(&world->random_countdown) ? AUTHCODE_ERR_RANDOM
						   : ac_random_fill(NULL, buf, len);
}

/* id: of the client that is not as it is in the table. */
static struct authcode_clients *
register_clients(const char *id, enum change change)
{
	struct authcode_client clients[AC_ARRAY_SIZE(known)];
	struct authcode_clients *registry = NULL;
	struct authcode_reason reason = { "" };
	size_t count = 0;

	for (size_t i = 0; i < AC_ARRAY_SIZE(known); i++) {
		bool changed = strcmp(known[i].client.id, id) == 0;
		struct authcode_client *client = &clients[count];

		if (changed && change == CHANGE_REMOVED)
			continue;
		*client = known[i].client;
		client->disabled |= changed && change == CHANGE_DISABLED;
		if (known[i].secret != NULL)
			assert_int_equal(authcode_client_secret_hash(known[i].secret,
								     strlen(known[i].secret),
								     client->secret_hash),
					 AUTHCODE_OK);
		if (client->previous_secret_expires_at != 0)
			assert_int_equal(authcode_client_secret_hash(PREVIOUS_SECRET,
								     sizeof(PREVIOUS_SECRET) - 1,
								     client->previous_secret_hash),
					 AUTHCODE_OK);
		count++;
	}
	if (authcode_clients_new(clients, count, &registry, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	return registry;
}

void
world_change_client(struct world *world, const char *id, enum change change)
{
	struct authcode_clients *clients = register_clients(id, change);

	authcode_issuer_set_clients(world->issuer, clients);
	authcode_clients_unref(&clients);
}

void
world_restart_with(struct world *world, uint32_t retry_s, uint8_t master_key)
{
	struct authcode_issuer_settings settings = {
		.issuer = "https://as.example",
		.store = &world->fault.store,
		.master_key = { master_key, 2, 3 },
		.refresh_retry_s = retry_s,
		.random = { .fill = world_random, .ctx = world },
	};

	authcode_issuer_free(&world->issuer);
	assert_int_equal(authcode_issuer_new(&settings, &world->issuer, NULL), AUTHCODE_OK);
	test_keys_install(world->issuer, AC_ALG_BIT(AC_ALG_RS256));
	world_change_client(world, "", CHANGE_NOTHING);
}

void
world_restart(struct world *world, uint32_t retry_s)
{
	world_restart_with(world, retry_s, 1);
}

int
world_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->now_ms = START_MS;
	assert_int_equal(authcode_arena_new(4 * 1024 * 1024, &world->arena), AUTHCODE_OK);
	assert_int_equal(authcode_store_memory_open(NULL, &world->fault.inner), AUTHCODE_OK);
	fault_init(&world->fault);
	world_restart(world, 0);
	world->session_id = new_session(world, "alice", 1000, NULL);
	*state = world;
	return 0;
}

int
world_teardown(void **state)
{
	struct world *world = *state;

	authcode_issuer_free(&world->issuer);
	authcode_store_close(&world->fault.inner);
	authcode_arena_free(&world->arena);
	free(world);
	return 0;
}

const char *
text(struct world *world, const char *fmt, ...)
{
	char buf[8192];
	const char *copy;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, sizeof(buf), fmt, args);
	va_end(args);
	assert_in_range(len, 0, sizeof(buf) - 1);
	copy = ac_arena_strdup(world->arena, buf);
	assert_non_null(copy);
	return copy;
}

/* --- asking -------------------------------------------------------------- */

/* The body with the credentials of clients that put them there. */
static const char *
body_of(struct world *world, const struct request *request)
{
	const char *body = request->body != NULL ? request->body : "";
	const struct known_client *client;

	if (request->client == NULL)
		return body;
	client = known_find(request->client);
	switch (client->client.auth) {
	case AUTHCODE_AUTH_NONE:
		return text(world, "client_id=%s&%s", request->client, body);
	case AUTHCODE_AUTH_SECRET_POST:
		return text(world, "client_id=%s&client_secret=%s&%s", request->client,
			    client->secret, body);
	default:
		return body;
	}
}

struct reply
ask(struct world *world, const struct request *request)
{
	const char *body = body_of(world, request);
	struct authcode_request raw = {
		.endpoint = request->endpoint,
		.method = request->method != 0 ? request->method : AUTHCODE_METHOD_POST,
		.body = { body, request->body_len != 0 ? request->body_len : strlen(body) },
		.authorization = request->authorization,
		.content_type = request->content_type != NULL ? request->content_type : FORM,
		.now_ms = world->now_ms,
	};
	const struct authcode_response *response;
	struct reply reply = { 0 };

	if (request->query != NULL)
		raw.query = (struct authcode_bytes){ request->query, strlen(request->query) };
	if (request->no_content_type)
		raw.content_type = NULL;
	if (raw.authorization == NULL && request->client != NULL)
		raw.authorization = known_find(request->client)->authorization;
	if (authcode_exchange_run(world->issuer, &raw, &reply.exchange) != AUTHCODE_OK) {
		reply.status = 500;
		return reply;
	}
	response = authcode_exchange_response(reply.exchange);
	reply.status = response->status;
	reply.kind = response->kind;
	reply.www_authenticate = response->www_authenticate;
	reply.allow = response->allow;
	if (response->kind == AUTHCODE_RESPONSE_JSON)
		reply.json = json_loadb(response->body, response->body_len, 0, NULL);
	return reply;
}

void
reply_clear(struct reply *reply)
{
	json_decref(reply->json);
	authcode_exchange_free(&reply->exchange);
	*reply = (struct reply){ 0 };
}

const char *
member(struct world *world, const struct reply *reply, const char *name)
{
	const char *value = json_string_value(json_object_get(reply->json, name));

	return value != NULL ? text(world, "%s", value) : NULL;
}

/* TK-10, TK-11, TK-12: status and error as asked for; a refusal shows nothing
 * else, and its description keeps to the characters of RFC 6749 §5.2. */
void
expect_error(struct world *world, const struct request *request, unsigned status, const char *error,
	     const char *row)
{
	struct reply reply = ask(world, request);
	const char *name = json_string_value(json_object_get(reply.json, "error"));
	const char *why = json_string_value(json_object_get(reply.json, "error_description"));

	if (reply.status != status || name == NULL || strcmp(name, error) != 0)
		fail_msg("%s: %u %s (%s), expected %u %s", row, reply.status,
			 name != NULL ? name : "-", why != NULL ? why : "-", status, error);
	assert_int_equal(json_object_size(reply.json), 2);
	assert_non_null(why);
	for (const char *p = why; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7e || *p == '"' || *p == '\\')
			fail_msg("%s: description \"%s\"", row, why);
	}
	if (strcmp(error, "invalid_client") == 0)
		assert_string_equal(reply.www_authenticate,
				    "Basic realm=\"authcode\", charset=\"UTF-8\"");
	reply_clear(&reply);
}

/* --- people, codes, tokens ----------------------------------------------- */

static void
perform(struct world *world, struct authcode_operation *operation)
{
	operation->now_ms = world->now_ms;
	authcode_store_perform(world->fault.inner, operation);
	assert_int_equal(operation->result, AUTHCODE_RESULT_DONE);
}

static const char *
credential_text(struct world *world, enum ac_credential_kind kind, struct ac_credential credential,
		int64_t id)
{
	const char *formatted;

	credential.id = id;
	formatted = ac_credential_format(kind, &credential, world->arena);
	assert_non_null(formatted);
	return formatted;
}

int64_t
new_session(struct world *world, const char *user, uint32_t uid, const char **ret_text)
{
	static const struct authcode_random kernel = { .fill = ac_random_fill };
	struct ac_credential credential;
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_CREATE_SESSION,
		.u.create_session = {
			.user_name = user,
			.uid = uid,
			.full_name = "Alice Example",
			.groups = "staff\nwheel",
			.new_sub = text(world, "sub-%s-%u", user, uid),
			.auth_time_ms = world->now_ms,
			.acr = "urn:example:acr",
			.amr = "pwd",
			.claims = "",
			.idle_expires_ms = world->now_ms + 8 * 3600 * 1000,
			.expires_ms = world->now_ms + 24 * 3600 * 1000,
		},
	};

	assert_int_equal(ac_credential_mint(AC_CREDENTIAL_SESSION, &kernel, &credential,
					    operation.u.create_session.hash),
			 AUTHCODE_OK);
	perform(world, &operation);
	if (ret_text != NULL)
		*ret_text = credential_text(world, AC_CREDENTIAL_SESSION, credential,
					    operation.u.create_session.ret_session_id);
	return operation.u.create_session.ret_session_id;
}

void
end_session(struct world *world, int64_t session_id)
{
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_END_SESSION,
		.u.end_session.session_id = session_id,
	};

	perform(world, &operation);
}

static struct authcode_session
session_of(struct world *world, int64_t id)
{
	struct authcode_session_view view;

	assert_int_equal(authcode_store_find_session(world->fault.inner, id, world->arena, &view),
			 AUTHCODE_OK);
	return view.session;
}

const char *
new_code(struct world *world, const struct code *code)
{
	static const struct authcode_random kernel = { .fill = ac_random_fill };
	const char *client = code->client != NULL ? code->client : "web";
	const char *uri = code->redirect_uri != NULL ? code->redirect_uri
						     : text(world, "https://%s.example/cb", client);
	struct ac_credential credential;
	struct authcode_session session =
		session_of(world, code->session_id != 0 ? code->session_id : world->session_id);
	struct authcode_operation operation = {
		.kind = AUTHCODE_OP_ISSUE_CODE,
		.u.issue_code = {
			.session_id = session.id,
			.idle_expires_ms = world->now_ms + 8 * 3600 * 1000,
			.code = {
				.client_id = client,
				.redirect_uri = uri,
				.redirect_uri_sent = !code->redirect_uri_not_sent,
				.scope = code->scope != NULL ? code->scope : "openid profile groups",
				.code_challenge = code->challenge != NULL ? code->challenge : "",
				.nonce = "",
				.claims_request = "",
				.resource = "",
				.expires_ms = world->now_ms + 60 * 1000,
			},
		},
	};

	memcpy(operation.u.issue_code.session_hash, session.hash, sizeof(session.hash));
	assert_int_equal(ac_credential_mint(AC_CREDENTIAL_CODE, &kernel, &credential,
					    operation.u.issue_code.code.hash),
			 AUTHCODE_OK);
	perform(world, &operation);
	return credential_text(world, AC_CREDENTIAL_CODE, credential,
			       operation.u.issue_code.ret_code_id);
}

struct tokens
redeem(struct world *world, const struct code *code)
{
	const char *client = code->client != NULL ? code->client : "web";
	struct tokens tokens = { .code = new_code(world, code) };
	struct request request = {
		.endpoint = AUTHCODE_ENDPOINT_TOKEN,
		.client = client,
		.body = text(
			world,
			"grant_type=authorization_code&code=%s&redirect_uri=https://%s.example/cb",
			tokens.code, client),
	};
	struct reply reply = ask(world, &request);

	assert_int_equal(reply.status, 200);
	tokens.access = member(world, &reply, "access_token");
	tokens.refresh = member(world, &reply, "refresh_token");
	assert_non_null(tokens.access);
	reply_clear(&reply);
	return tokens;
}

bool
active_for(struct world *world, const char *client, const char *token)
{
	struct request request = {
		.endpoint = AUTHCODE_ENDPOINT_INTROSPECT,
		.client = client,
		.body = text(world, "token=%s", token),
	};
	struct reply reply = ask(world, &request);
	json_t *value = json_object_get(reply.json, "active");
	bool is_active = json_is_true(value);

	assert_int_equal(reply.status, 200);
	assert_true(json_is_boolean(value));
	/* IN-02: exactly {"active":false} */
	if (!is_active)
		assert_int_equal(json_object_size(reply.json), 1);
	reply_clear(&reply);
	return is_active;
}

bool
active(struct world *world, const char *token)
{
	return active_for(world, "rs", token);
}

struct request
code_request(struct world *world, const char *client, const char *code, const char *rest)
{
	return (struct request){ .endpoint = AUTHCODE_ENDPOINT_TOKEN,
				 .client = client,
				 .body = text(world, CODE_GRANT "%s", code, rest) };
}

unsigned
status_of(struct world *world, const struct request *request)
{
	struct reply reply = ask(world, request);
	unsigned status = reply.status;

	reply_clear(&reply);
	return status;
}

unsigned
userinfo_status(struct world *world, const char *access)
{
	return status_of(world,
			 &(struct request){ .endpoint = AUTHCODE_ENDPOINT_USERINFO,
					    .method = AUTHCODE_METHOD_GET,
					    .authorization = text(world, "Bearer %s", access) });
}
