/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/logout.h>: the logout token, member by member (BC-03, BC-04, BC-05,
 * ID-19), and when there is none.
 */
#include <authcode/logout.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <authcode/keys.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/random.h"
#include "jose/jws.h"
#include "protocol/issuer.h"
#include "protocol/signing_keys.h"
#include "protocol/subject.h"

#define T0 INT64_C(1767225600000)
#define EVENT "http://schemas.openid.net/event/backchannel-logout"

static struct {
	struct authcode_store *store;
	struct authcode_issuer *issuer;
	struct authcode_clients *clients;
	struct authcode_arena *arena;
	bool random_fails;
} w;

static const struct authcode_delivery_view view = {
	.delivery = { .id = 1, .client_id = "web", .subject_id = 7, .session_id = 42 },
	.subject = { .id = 7, .sub = "sub-of-alice", .user_name = "alice" },
};

static enum authcode_err
fill(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	return w.random_fails ? AUTHCODE_ERR_RANDOM : ac_random_fill(NULL, buf, len);
}

static struct authcode_client
web(void)
{
	static const char *const uris[] = { "https://web.example/cb" };

	return (struct authcode_client){
		.id = "web",
		.secret_hash = { 1 },
		.redirect_uris = uris,
		.redirect_uri_count = 1,
		.scope = "openid",
		.grants = AUTHCODE_GRANT_AUTHORIZATION_CODE,
		.backchannel_logout_uri = "https://web.example/logout?a=b",
	};
}

static void
set_client(const struct authcode_client *client)
{
	struct authcode_reason reason;

	authcode_clients_unref(&w.clients);
	if (authcode_clients_new(client, 1, &w.clients, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	authcode_issuer_set_clients(w.issuer, w.clients);
}

static struct authcode_issuer *
new_issuer(void)
{
	struct authcode_issuer_settings settings = {
		.issuer = "https://id.example/tenant",
		.store = w.store,
		.random = { .fill = fill },
	};
	struct authcode_issuer *issuer = NULL;
	struct authcode_reason reason;

	memset(settings.master_key, 0x5a, sizeof(settings.master_key));
	if (authcode_issuer_new(&settings, &issuer, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	return issuer;
}

static int
set_up_all(void **state)
{
	struct authcode_reason reason;

	(void)state;
	assert_int_equal(authcode_arena_new(0, &w.arena), AUTHCODE_OK);
	assert_int_equal(authcode_store_memory_open(NULL, &w.store), AUTHCODE_OK);
	w.issuer = new_issuer();
	if (authcode_issuer_tend_keys(w.issuer, T0, AUTHCODE_KEYS_TEND, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	return 0;
}

static int
tear_down_all(void **state)
{
	(void)state;
	authcode_issuer_free(&w.issuer);
	authcode_clients_unref(&w.clients);
	authcode_store_close(&w.store);
	authcode_arena_free(&w.arena);
	return 0;
}

/* The claims of what is sent, when its signature is good by this algorithm alone. */
static json_t *
claims_of(const struct authcode_logout_message *message, enum ac_alg_id alg, const char *typ)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(w.issuer);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_BIT(alg),
		.typ = { .names = typ },
		.find_key = ac_signing_ring_find_key,
		.keys = ring,
	};
	const char *token = message->body + strlen("logout_token=");
	json_t *claims = NULL;

	assert_int_equal(strncmp(message->body, "logout_token=", 13), 0);
	if (ac_jws_verify(token, strlen(token), &expect, &claims) != AC_JWS_VERIFIED)
		claims = NULL;
	ac_signing_ring_unref(&ring);
	return claims;
}

static struct authcode_logout_message *
new_message(void)
{
	struct authcode_logout_message *message = NULL;

	assert_int_equal(authcode_logout_message_new(w.issuer, &view, T0 + 1999, &message),
			 AUTHCODE_OK);
	return message;
}

static const char *
text(const json_t *claims, const char *name)
{
	const char *value = json_string_value(json_object_get(claims, name));

	assert_non_null(value);
	return value;
}

/* BC-03, BC-04: these members and no other, a nonce least of all. */
static void
the_token_has_what_it_must_and_nothing_else(void **state)
{
	struct authcode_client client = web();
	struct authcode_logout_message *message;
	const json_t *events;
	json_t *claims;

	(void)state;
	set_client(&client);
	message = new_message();
	assert_string_equal(message->url, "https://web.example/logout?a=b");
	assert_null(strpbrk(message->body + 13, "&%+ ="));
	claims = claims_of(message, AC_ALG_RS256, "logout+jwt");
	assert_non_null(claims);
	assert_int_equal(json_object_size(claims), 8);
	assert_string_equal(text(claims, "iss"), "https://id.example/tenant");
	assert_string_equal(text(claims, "aud"), "web");
	assert_int_equal(json_integer_value(json_object_get(claims, "iat")), T0 / 1000 + 1);
	assert_int_equal(json_integer_value(json_object_get(claims, "exp")), T0 / 1000 + 121);
	assert_int_equal(strlen(text(claims, "jti")), 22);
	events = json_object_get(claims, "events");
	assert_int_equal(json_object_size(events), 1);
	assert_true(json_is_object(json_object_get(events, EVENT)));
	assert_int_equal(json_object_size(json_object_get(events, EVENT)), 0);
	assert_null(json_object_get(claims, "nonce"));
	json_decref(claims);
	authcode_logout_message_free(&message);
	assert_null(message);
	authcode_logout_message_free(&message);
	authcode_logout_message_free(NULL);
}

/* BC-05 */
static void
person_and_session_are_named_as_in_the_client_s_id_tokens(void **state)
{
	(void)state;
	for (int pairwise = 0; pairwise < 2; pairwise++) {
		struct authcode_client client = web();
		struct authcode_logout_message *message;
		const char *sub, *sid;
		json_t *claims;

		if (pairwise != 0)
			client.subject_type = AUTHCODE_SUBJECT_PAIRWISE;
		set_client(&client);
		assert_int_equal(ac_subject_sub(w.issuer, authcode_clients_at(w.clients, 0),
						"sub-of-alice", w.arena, &sub),
				 AUTHCODE_OK);
		assert_int_equal(ac_subject_sid(w.issuer, authcode_clients_at(w.clients, 0), 42,
						w.arena, &sid),
				 AUTHCODE_OK);
		assert_int_equal(strcmp(sub, "sub-of-alice") == 0, pairwise == 0);
		message = new_message();
		claims = claims_of(message, AC_ALG_RS256, "logout+jwt");
		assert_string_equal(text(claims, "sub"), sub);
		assert_string_equal(text(claims, "sid"), sid);
		json_decref(claims);
		authcode_logout_message_free(&message);
	}
}

/* BC-04: the algorithm of the client's ID tokens. */
static void
the_token_is_signed_as_the_client_s_id_tokens_are(void **state)
{
	struct authcode_client client = web();
	struct authcode_logout_message *message;
	json_t *claims;

	(void)state;
	client.id_token_alg = "ES256";
	set_client(&client);
	message = new_message();
	assert_null(claims_of(message, AC_ALG_RS256, "logout+jwt"));
	claims = claims_of(message, AC_ALG_ES256, "logout+jwt");
	assert_non_null(claims);
	json_decref(claims);
	authcode_logout_message_free(&message);
}

/* ID-19: it passes for no token of another kind. */
static void
the_token_is_of_a_type_of_its_own(void **state)
{
	static const char *const others[] = { "JWT", "at+jwt", "token-introspection+jwt" };
	struct authcode_client client = web();
	struct authcode_logout_message *message;

	(void)state;
	set_client(&client);
	message = new_message();
	for (size_t i = 0; i < AC_ARRAY_SIZE(others); i++)
		assert_null(claims_of(message, AC_ALG_RS256, others[i]));
	authcode_logout_message_free(&message);
}

static void
no_two_tokens_have_one_jti(void **state)
{
	struct authcode_client client = web();
	struct authcode_logout_message *messages[2];
	json_t *claims[2];

	(void)state;
	set_client(&client);
	for (int i = 0; i < 2; i++) {
		messages[i] = new_message();
		claims[i] = claims_of(messages[i], AC_ALG_RS256, "logout+jwt");
	}
	assert_string_not_equal(text(claims[0], "jti"), text(claims[1], "jti"));
	for (int i = 0; i < 2; i++) {
		json_decref(claims[i]);
		authcode_logout_message_free(&messages[i]);
	}
}

static void
expect(enum authcode_err err)
{
	struct authcode_logout_message *message = NULL;

	assert_int_equal(authcode_logout_message_new(w.issuer, &view, T0, &message), err);
	assert_null(message);
}

/* What ends with it is to end there too. */
static void
who_was_disabled_is_told(void **state)
{
	struct authcode_logout_message *message = NULL;
	struct authcode_client client = web();

	(void)state;
	client.disabled = true;
	set_client(&client);
	assert_int_equal(authcode_logout_message_new(w.issuer, &view, T0, &message), AUTHCODE_OK);
	assert_string_equal(message->url, client.backchannel_logout_uri);
	authcode_logout_message_free(&message);
}

static void
who_is_not_there_or_does_not_ask_is_not_told(void **state)
{
	struct authcode_client client = web();

	(void)state;
	client.backchannel_logout_uri = NULL;
	set_client(&client);
	expect(AUTHCODE_ERR_NOT_FOUND);
	client = web();
	client.id = "web2";
	set_client(&client);
	expect(AUTHCODE_ERR_NOT_FOUND);
}

/* Never unsigned (BC-04), and never with a jti that is no secret to anybody. */
static void
without_key_or_randomness_there_is_no_token(void **state)
{
	struct authcode_client client = web();
	struct authcode_issuer *tended = w.issuer;

	(void)state;
	client.id_token_alg = "EdDSA"; /* not one that this issuer signs with */
	set_client(&client);
	expect(AUTHCODE_ERR_CRYPTO);
	client = web();
	set_client(&client);
	w.random_fails = true;
	expect(AUTHCODE_ERR_RANDOM);
	w.random_fails = false;
	w.issuer = new_issuer(); /* whose keys nobody has tended */
	set_client(&client);
	expect(AUTHCODE_ERR_CRYPTO);
	authcode_issuer_free(&w.issuer);
	w.issuer = tended;
}

static void
misuse_is_refused(void **state)
{
	struct authcode_logout_message *message = NULL;

	(void)state;
	assert_int_equal(authcode_logout_message_new(NULL, &view, T0, &message),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_logout_message_new(w.issuer, NULL, T0, &message),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_logout_message_new(w.issuer, &view, 0, &message),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(authcode_logout_message_new(w.issuer, &view, T0, NULL),
			 AUTHCODE_ERR_USAGE);
	assert_null(message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_token_has_what_it_must_and_nothing_else),
		cmocka_unit_test(person_and_session_are_named_as_in_the_client_s_id_tokens),
		cmocka_unit_test(the_token_is_signed_as_the_client_s_id_tokens_are),
		cmocka_unit_test(the_token_is_of_a_type_of_its_own),
		cmocka_unit_test(no_two_tokens_have_one_jti),
		cmocka_unit_test(who_was_disabled_is_told),
		cmocka_unit_test(who_is_not_there_or_does_not_ask_is_not_told),
		cmocka_unit_test(without_key_or_randomness_there_is_no_token),
		cmocka_unit_test(misuse_is_refused),
	};

	return cmocka_run_group_tests_name("logout token", tests, set_up_all, tear_down_all);
}
