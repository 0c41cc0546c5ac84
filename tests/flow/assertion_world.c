/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See assertion_world.h.
 */
#include "tests/flow/assertion_world.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "jose/digest.h"
#include "tests/unit/jose/forge.h"
#include "tests/unit/jose/rfc_keys.h"

static const char *const redirect_uri = "https://client.example/cb";

static const struct authcode_client base = {
	.scope = "profile",
	.redirect_uris = &redirect_uri,
	.redirect_uri_count = 1,
	.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
	.may_introspect = AUTHCODE_INTROSPECT_ALL,
};

static struct authcode_client
by_key(const char *id, const char *jwks)
{
	struct authcode_client client = base;

	client.id = id;
	client.auth = AUTHCODE_AUTH_PRIVATE_KEY_JWT;
	client.jwks = jwks;
	client.jwks_uri = jwks == NULL ? JWKS_URL : NULL;
	return client;
}

static struct authcode_client
by_secret(const char *id)
{
	struct authcode_client client = base;

	client.id = id;
	client.auth = AUTHCODE_AUTH_SECRET_JWT;
	client.secret = JWT_SECRET;
	return client;
}

static void
make_clients(struct world *world)
{
	struct authcode_client clients[] = {
		by_secret("jwt"),       by_secret("over"),       by_key("key", KEYS),
		by_key("es", KEYS),     by_key("strict", KEYS),  by_key("off", KEYS),
		by_key("remote", NULL), by_key("remote2", NULL), base,
	};
	struct authcode_reason reason;

	clients[1].secret_expires_at = NOW_MS / 1000;
	clients[3].assertion_alg = "ES256";
	clients[4].assertion_aud_strict = true;
	clients[5].disabled = true;
	clients[8].id = "basic";
	memset(clients[8].secret_hash, 7, sizeof(clients[8].secret_hash));
	if (authcode_clients_new(clients, AC_ARRAY_SIZE(clients), &world->clients, &reason) !=
	    AUTHCODE_OK)
		fail_msg("%s", reason.text);
}

int
world_setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct authcode_issuer_settings settings = { .issuer = ISSUER };

	assert_non_null(world);
	world->now_ms = NOW_MS;
	assert_int_equal(authcode_store_memory_open(NULL, &world->store), AUTHCODE_OK);
	assert_int_equal(authcode_arena_new(64 * 1024 * 1024, &world->arena), AUTHCODE_OK);
	settings.store = world->store;
	memset(settings.master_key, 'k', sizeof(settings.master_key));
	assert_int_equal(authcode_issuer_new(&settings, &world->issuer, NULL), AUTHCODE_OK);
	make_clients(world);
	authcode_issuer_set_clients(world->issuer, world->clients);
	*state = world;
	return 0;
}

int
world_teardown(void **state)
{
	struct world *world = *state;

	authcode_issuer_free(&world->issuer);
	authcode_clients_unref(&world->clients);
	authcode_store_close(&world->store);
	authcode_arena_free(&world->arena);
	free(world);
	return 0;
}

static void
go_round(struct world *world, struct authcode_exchange *x)
{
	for (;;) {
		if (authcode_exchange_client_keys(x) != NULL) {
			/* At each moment it needs one thing. */
			assert_null(authcode_exchange_operation(x));
			assert_null(authcode_exchange_account(x));
			assert_string_equal(authcode_exchange_client_keys(x)->url, JWKS_URL);
			world->asked++;
			authcode_exchange_set_client_keys(
				x, world->jwks, world->jwks != NULL ? strlen(world->jwks) : 0);
		} else if (authcode_exchange_operation(x) != NULL) {
			authcode_store_perform(world->store, authcode_exchange_operation(x));
			authcode_exchange_answer(x);
		} else {
			return;
		}
	}
}

struct outcome
post(struct world *world, enum authcode_endpoint endpoint, const char *body)
{
	/* Whoever looks at it from the first step on has kept a pointer too long. */
	char *own = strdup(body);
	const struct authcode_request request = {
		.endpoint = endpoint,
		.method = AUTHCODE_METHOD_POST,
		.body = { own, strlen(own) },
		.content_type = "application/x-www-form-urlencoded",
		.now_ms = world->now_ms,
	};
	struct authcode_exchange *x = NULL;
	const struct authcode_response *response;
	struct outcome outcome = { 0 };
	json_t *json;

	assert_int_equal(authcode_exchange_begin(world->issuer, &request, &x), AUTHCODE_OK);
	free(own);
	go_round(world, x);
	response = authcode_exchange_response(x);
	outcome.status = response->status;
	outcome.guessed = authcode_exchange_guessed(x);
	if (authcode_exchange_client(x) != NULL)
		snprintf(outcome.client, sizeof(outcome.client), "%s",
			 authcode_exchange_client(x)->id);
	if (response->status == 401)
		assert_non_null(response->www_authenticate);
	json = response->body != NULL ? json_loads(response->body, 0, NULL) : NULL;
	if (json_is_string(json_object_get(json, "error")))
		snprintf(outcome.error, sizeof(outcome.error), "%s",
			 json_string_value(json_object_get(json, "error")));
	json_decref(json);
	authcode_exchange_free(&x);
	return outcome;
}

struct outcome
assert_with(struct world *world, const char *token)
{
	return post(world, AUTHCODE_ENDPOINT_INTROSPECT,
		    ac_arena_printf(world->arena,
				    "token=x&client_assertion_type=" BEARER "&client_assertion=%s",
				    token));
}

bool
believed(struct world *world, const char *token)
{
	struct outcome outcome = assert_with(world, token);

	if (outcome.status == 200)
		return true;
	assert_int_equal(outcome.status, 401);
	assert_string_equal(outcome.error, "invalid_client");
	return false;
}

const char *
expand(struct world *world, const char *template)
{
	struct ac_buf buf;
	const char *text;

	ac_buf_init(&buf, 65536);
	while (*template != '\0') {
		char *end;

		if (*template == '#') {
			ac_buf_printf(&buf, "%u", ++world->jti);
			template ++;
		} else if (*template == '@') {
			ac_buf_printf(&buf, "%lld",
				      (long long)(world->now_ms / 1000 +
						  strtoll(template + 1, &end, 10)));
			template = end;
		} else {
			ac_buf_putc(&buf, *template ++);
		}
	}
	assert_true(ac_buf_ok(&buf));
	text = ac_arena_strdup(world->arena, ac_buf_text(&buf));
	ac_buf_clear(&buf);
	assert_non_null(text);
	return text;
}

const char *
signed_by(struct world *world, enum ac_alg_id alg, const char *header, const char *payload)
{
	struct ac_jwk *key = forge_key(alg);
	const char *token = ac_arena_strdup(world->arena,
					    forge_token(key, alg, header, expand(world, payload)));

	ac_jwk_free(&key);
	return token;
}

const char *
signed_with(struct world *world, const void *secret, size_t len, const char *header,
	    const char *payload)
{
	const char *input =
		ac_arena_strdup(world->arena, forge_input(header, expand(world, payload)));
	const struct ac_part key = { secret, len }, part = { input, strlen(input) };
	uint8_t mac[AC_DIGEST_LEN];

	assert_int_equal(ac_hmac_sha256_any(&key, &part, 1, mac), AUTHCODE_OK);
	return ac_arena_strdup(world->arena, forge_signed(input, mac, sizeof(mac)));
}

const char *
good_payload(struct world *world, const char *client)
{
	return ac_arena_printf(world->arena,
			       "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"" ISSUER
			       "\",\"exp\":@60,\"jti\":\"#\"}",
			       client, client);
}

const char *
good_token(struct world *world, const char *client)
{
	if (strcmp(client, "jwt") == 0 || strcmp(client, "over") == 0)
		return signed_with(world, JWT_SECRET, strlen(JWT_SECRET), "{\"alg\":\"HS256\"}",
				   good_payload(world, client));
	return signed_by(world, AC_ALG_ES256, "{\"alg\":\"ES256\",\"kid\":\"ec\"}",
			 good_payload(world, client));
}
