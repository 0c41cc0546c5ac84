/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a client is told signed with its own secret: ID-12 and its neighbours ID-06,
 * ID-10, UI-12, BC-04, LO-09. Who may have it, what it says, and that nobody's secret
 * speaks for anybody else.
 */
#include <stdlib.h>
#include <string.h>

#include <authcode/logout.h>

#include "base/attr.h"
#include "jose/half_hash.h"
#include "jose/hmac_jws.h"
#include "jose/jws.h"
#include "protocol/id_token_hint.h"
#include "tests/flow/keys_fixture.h"
#include "tests/flow/openid_fixture.h"

#define OTHER_SECRET "another-secret-of-thirty-two-bytes"

static const char *const other_uri = "https://other.example/cb";

/* The client with HS256 for both, and the secret that it has anyway. */
static struct authcode_client
hs256_client(struct openid *o)
{
	struct authcode_client client = openid_client(o);

	client.secret = FLOW_SECRET;
	client.id_token_alg = AC_HS256_NAME;
	client.userinfo_alg = AC_HS256_NAME;
	return client;
}

/* Beside a second one that is told things so too. */
static void
set_two(struct openid *o)
{
	struct authcode_client clients[] = { hs256_client(o), hs256_client(o) };

	clients[1].id = "other";
	clients[1].name = "Other";
	clients[1].secret = OTHER_SECRET;
	clients[1].redirect_uris = &other_uri;
	clients[1].redirect_uri_count = 1;
	assert_int_equal(authcode_client_secret_hash(OTHER_SECRET, strlen(OTHER_SECRET),
						     clients[1].secret_hash),
			 AUTHCODE_OK);
	flow_set_clients(&o->flow, clients, AC_ARRAY_SIZE(clients));
}

static struct ac_secret *
secret_of(const char *text)
{
	struct ac_secret *secret = NULL;

	assert_int_equal(ac_secret_new(text, strlen(text), &secret), AUTHCODE_OK);
	return secret;
}

/* New; NULL: that secret has not signed it. */
static json_t *
verified(const char *token, const char *typ, const char *secret_text)
{
	const struct ac_part part = { token, strlen(token) };
	const struct ac_typ_expect expect = { .names = typ, .optional = typ == NULL };
	struct ac_secret *secret = secret_of(secret_text);
	json_t *claims = NULL;

	if (ac_hmac_jws_verify(&part, &expect, secret, &claims) != AC_JWS_VERIFIED)
		assert_null(claims);
	ac_secret_free(&secret);
	return claims;
}

static const char *
signed_with(struct openid *o, const char *secret_text, const char *typ, const char *claims)
{
	const struct ac_part payload = { claims, strlen(claims) };
	struct ac_secret *secret = secret_of(secret_text);
	char *token = NULL;

	assert_int_equal(ac_hmac_jws_sign(secret, typ, &payload, o->flow.arena, &token),
			 AUTHCODE_OK);
	ac_secret_free(&secret);
	return token;
}

/* --- what it is told ---------------------------------------------------------- */

/* ID-06, ID-10: no kid, since there is one secret and none is published. */
static void
the_id_token_is_signed_with_the_secret(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	char hash[AC_HALF_HASH_SIZE];
	json_t *answer, *claims;
	const char *token;

	openid_set_client(o, &client);
	answer = openid_redeem(o, openid_code(o, "openid profile", "&nonce=n"));
	token = openid_text(answer, "id_token");
	assert_int_equal(strncmp(token, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", 37), 0);
	assert_null(verified(token, "JWT", OTHER_SECRET));
	claims = verified(token, "JWT", FLOW_SECRET);
	assert_non_null(claims);
	assert_string_equal(openid_text(claims, "iss"), FLOW_ISSUER);
	assert_string_equal(openid_text(claims, "aud"), FLOW_WEB);
	assert_string_equal(openid_text(claims, "nonce"), "n");
	assert_int_equal(ac_half_hash("SHA256", openid_text(answer, "access_token"), hash),
			 AUTHCODE_OK);
	assert_string_equal(openid_text(claims, "at_hash"), hash);
	json_decref(claims);
	json_decref(answer);
}

static void
so_is_that_of_a_refresh_and_none_needs_a_key_of_the_issuer(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	json_t *answer, *again, *claims;

	openid_set_client(o, &client);
	test_keys_install(o->flow.issuer, 0);
	answer = openid_tokens(o, "openid offline_access");
	again = openid_refresh(o, openid_text(answer, "refresh_token"), "");
	claims = verified(openid_text(again, "id_token"), "JWT", FLOW_SECRET);
	assert_non_null(claims);
	json_decref(claims);
	json_decref(again);
	json_decref(answer);
}

/* UI-12 */
static void
userinfo_is_signed_with_the_secret(void **state)
{
	static const char *const none[] = { NULL };
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	const struct authcode_response *r;
	json_t *answer, *claims, *id_token;

	openid_set_client(o, &client);
	answer = openid_tokens(o, "openid");
	r = openid_userinfo(o, answer);
	assert_int_equal(r->kind, AUTHCODE_RESPONSE_JWT);
	assert_null(verified(r->body, NULL, OTHER_SECRET));
	claims = verified(r->body, NULL, FLOW_SECRET);
	id_token = verified(openid_text(answer, "id_token"), "JWT", FLOW_SECRET);
	assert_string_equal(
		openid_rest(o, claims, none),
		flow_text(&o->flow, "{\"aud\":\"web\",\"iss\":\"" FLOW_ISSUER "\",\"sub\":\"%s\"}",
			  openid_text(id_token, "sub")));
	json_decref(id_token);
	json_decref(claims);
	json_decref(answer);
}

/* One may be signed so and the other not. */
static void
each_of_the_two_is_as_it_is_registered(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	json_t *answer, *claims;

	client.id_token_alg = "ES256";
	openid_set_client(o, &client);
	answer = openid_tokens(o, "openid");
	claims = openid_id_token(answer);
	assert_non_null(claims);
	json_decref(claims);
	claims = verified(openid_userinfo(o, answer)->body, NULL, FLOW_SECRET);
	assert_non_null(claims);
	json_decref(claims);
	json_decref(answer);
	client = hs256_client(o);
	client.userinfo_alg = NULL;
	openid_set_client(o, &client);
	answer = openid_tokens(o, "openid");
	assert_int_equal(openid_userinfo(o, answer)->kind, AUTHCODE_RESPONSE_JSON);
	json_decref(answer);
}

/* BC-04: the same choice as for ID tokens. */
static void
logout_tokens_are_signed_with_the_secret(void **state)
{
	static const struct authcode_delivery_view view = {
		.delivery = { .id = 1, .client_id = FLOW_WEB, .session_id = 7 },
		.subject = { .id = 2, .sub = "abcdefghijklmnopqrstuv" },
	};
	struct authcode_logout_message *message = NULL;
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	const char *token;
	json_t *claims;

	client.backchannel_logout_uri = "https://web.example/out";
	openid_set_client(o, &client);
	test_keys_install(o->flow.issuer, 0);
	assert_int_equal(
		authcode_logout_message_new(o->flow.issuer, &view, o->flow.now_ms, &message),
		AUTHCODE_OK);
	assert_int_equal(strncmp(message->body, "logout_token=", 13), 0);
	token = message->body + 13;
	assert_null(verified(token, "logout+jwt", OTHER_SECRET));
	assert_null(verified(token, "JWT", FLOW_SECRET));
	claims = verified(token, "logout+jwt", FLOW_SECRET);
	assert_string_equal(openid_text(claims, "aud"), FLOW_WEB);
	json_decref(claims);
	authcode_logout_message_free(&message);
}

/* --- what is taken for a hint --------------------------------------------------- */

static enum authcode_err
hint(struct openid *o, const char *text, struct ac_id_token_hint *ret)
{
	struct authcode_exchange *x = NULL;
	enum authcode_err err;

	assert_int_equal(ac_exchange_new(o->flow.issuer, o->flow.now_ms, &x), AUTHCODE_OK);
	err = ac_id_token_hint(x, text, ret);
	if (err == AUTHCODE_OK) {
		ret->sub = flow_text(&o->flow, "%s", ret->sub);
		ret->client_id = flow_text(&o->flow, "%s", ret->client_id);
	}
	authcode_exchange_free(&x);
	return err;
}

static bool
is_hint(struct openid *o, const char *text)
{
	struct ac_id_token_hint ret = { 0 };
	enum authcode_err err = hint(o, text, &ret);

	assert_true(err == AUTHCODE_OK || err == AUTHCODE_ERR_SYNTAX);
	return err == AUTHCODE_OK;
}

/* LO-09: however old. */
static void
its_id_token_is_a_hint(void **state)
{
	struct openid *o = *state;
	struct ac_id_token_hint ret = { 0 };
	json_t *answer, *claims;

	set_two(o);
	answer = openid_tokens(o, "openid");
	claims = verified(openid_text(answer, "id_token"), "JWT", FLOW_SECRET);
	o->flow.now_ms += INT64_C(30) * 24 * 3600 * 1000;
	assert_int_equal(hint(o, openid_text(answer, "id_token"), &ret), AUTHCODE_OK);
	assert_string_equal(ret.sub, openid_text(claims, "sub"));
	assert_string_equal(ret.client_id, FLOW_WEB);
	json_decref(claims);
	json_decref(answer);
}

#define CLAIMS(iss, aud)                                                                           \
	"{\"iss\":\"" iss "\",\"aud\":" aud ",\"sub\":\"s\",\"iat\":1767225600,"                   \
	"\"exp\":1767229200,\"auth_time\":1767225600}"
#define GOOD CLAIMS(FLOW_ISSUER, "\"web\"")

/* Whoever holds a secret speaks for its own client alone, and of ID tokens alone. */
static void
no_secret_makes_a_hint_for_another_client(void **state)
{
	static const struct {
		const char *name, *secret, *typ, *claims;
		bool good;
	} rows[] = {
		{ "its own", FLOW_SECRET, "JWT", GOOD, true },
		{ "that of the other", OTHER_SECRET, "JWT", GOOD, false },
		{ "its own for the other", FLOW_SECRET, "JWT", CLAIMS(FLOW_ISSUER, "\"other\""),
		  false },
		{ "the other's own", OTHER_SECRET, "JWT", CLAIMS(FLOW_ISSUER, "\"other\""), true },
		{ "no client of ours", FLOW_SECRET, "JWT", CLAIMS(FLOW_ISSUER, "\"nobody\""),
		  false },
		{ "two audiences", FLOW_SECRET, "JWT", CLAIMS(FLOW_ISSUER, "[\"web\",\"other\"]"),
		  false },
		{ "no audience", FLOW_SECRET, "JWT", CLAIMS(FLOW_ISSUER, "null"), false },
		{ "an assertion", FLOW_SECRET, "JWT", CLAIMS("web", "\"" FLOW_ISSUER "\""), false },
		{ "another issuer", FLOW_SECRET, "JWT", CLAIMS("https://evil.example", "\"web\""),
		  false },
		{ "a logout token", FLOW_SECRET, "logout+jwt", GOOD, false },
		{ "an access token", FLOW_SECRET, "at+jwt", GOOD, false },
		{ "userinfo", FLOW_SECRET, NULL, GOOD, false },
	};
	struct openid *o = *state;

	set_two(o);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *token = signed_with(o, rows[i].secret, rows[i].typ, rows[i].claims);

		if (is_hint(o, token) != rows[i].good)
			fail_msg("%s", rows[i].name);
	}
}

/* RFC 8725 §2.1: the registration decides, and a secret that signs userinfo alone is
 * none of ID tokens. */
static void
a_secret_counts_only_where_id_tokens_are_signed_with_it(void **state)
{
	static const char *const algs[] = { "RS256", "ES256", NULL };
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	const char *token = signed_with(o, FLOW_SECRET, "JWT", GOOD);

	openid_set_client(o, &client);
	assert_true(is_hint(o, token));
	for (size_t i = 0; i < AC_ARRAY_SIZE(algs); i++) {
		client = hs256_client(o);
		client.id_token_alg = algs[i];
		openid_set_client(o, &client);
		assert_false(is_hint(o, token));
	}
	client = openid_client(o);
	client.userinfo_alg = NULL;
	openid_set_client(o, &client);
	assert_false(is_hint(o, token));
}

/* Of before the client was registered for HS256. */
static void
an_older_token_with_our_key_stays_a_hint(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	json_t *answer = openid_tokens(o, "openid");

	openid_set_client(o, &client);
	assert_true(is_hint(o, openid_text(answer, "id_token")));
	json_decref(answer);
}

/* Every byte of the signature, and a header without it. */
static void
a_changed_token_is_no_hint(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = hs256_client(o);
	char *copy = strdup(signed_with(o, FLOW_SECRET, "JWT", GOOD));
	size_t len;

	assert_non_null(copy);
	len = strlen(copy);
	openid_set_client(o, &client);
	assert_true(is_hint(o, copy));
	for (size_t i = 0; i < len; i++) {
		char kept = copy[i];

		copy[i] = kept == 'A' ? 'B' : 'A';
		assert_false(is_hint(o, copy));
		copy[i] = '\0';
		assert_false(is_hint(o, copy));
		copy[i] = kept;
	}
	free(copy);
}

/* --- who may have it ------------------------------------------------------------ */

static void
a_registration_that_could_not_work_is_refused(void **state)
{
	static const struct {
		const char *name;
		enum authcode_client_auth auth;
		const char *secret;
		bool other_hash, no_hash, userinfo;
		const char *sentence;
	} rows[] = {
		{ "ID-12 public", AUTHCODE_AUTH_NONE, NULL, false, true, false,
		  "client \"web\": HS256 is not for a public client, which has no secret" },
		{ "ID-12 public, userinfo", AUTHCODE_AUTH_NONE, NULL, false, true, true,
		  "client \"web\": HS256 is not for a public client, which has no secret" },
		{ "public with a secret", AUTHCODE_AUTH_NONE, FLOW_SECRET, false, true, false,
		  "client \"web\": HS256 is not for a public client, which has no secret" },
		{ "keys", AUTHCODE_AUTH_PRIVATE_KEY_JWT, NULL, false, true, false,
		  "client \"web\": HS256 signs with a client secret, and private_key_jwt has "
		  "none" },
		{ "a hash alone", AUTHCODE_AUTH_SECRET_BASIC, NULL, false, false, false,
		  "client \"web\": HS256 needs the secret itself, not its hash" },
		{ "a hash alone, userinfo", AUTHCODE_AUTH_SECRET_POST, NULL, false, false, true,
		  "client \"web\": HS256 needs the secret itself, not its hash" },
		{ "nothing", AUTHCODE_AUTH_SECRET_POST, "", false, false, false,
		  "client \"web\": HS256 needs the secret itself, not its hash" },
		{ "31 bytes", AUTHCODE_AUTH_SECRET_BASIC, "thirty-one-bytes-are-not-enough", false,
		  false, false, "client \"web\": HS256 needs a secret of 32 to 512 bytes" },
		{ "two secrets", AUTHCODE_AUTH_SECRET_BASIC, FLOW_SECRET, true, false, false,
		  "client \"web\": the secret and its hash are not of one another" },
		{ "with assertions", AUTHCODE_AUTH_SECRET_JWT, NULL, false, true, false,
		  "client \"web\": client_secret_jwt needs the secret itself, not its hash" },
	};
	struct openid *o = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_client client = openid_client(o);
		struct authcode_clients *registry = NULL;
		struct authcode_reason reason;

		client.auth = rows[i].auth;
		client.secret = rows[i].secret;
		client.id_token_alg = rows[i].userinfo ? NULL : AC_HS256_NAME;
		client.userinfo_alg = rows[i].userinfo ? AC_HS256_NAME : NULL;
		client.secret_hash[0] ^= rows[i].other_hash;
		if (rows[i].no_hash)
			memset(client.secret_hash, 0, sizeof(client.secret_hash));
		assert_int_equal(authcode_clients_new(&client, 1, &registry, &reason),
				 AUTHCODE_ERR_CONFIG);
		if (strcmp(reason.text, rows[i].sentence) != 0)
			fail_msg("%s: %s", rows[i].name, reason.text);
	}
}

static void
who_needs_the_secret_itself_is_known(void **state)
{
	struct openid *o = *state;
	struct authcode_client client = openid_client(o);

	assert_false(authcode_client_needs_secret(&client));
	client.userinfo_alg = "PS256";
	assert_false(authcode_client_needs_secret(&client));
	client.userinfo_alg = AC_HS256_NAME;
	assert_true(authcode_client_needs_secret(&client));
	client.userinfo_alg = NULL;
	client.id_token_alg = AC_HS256_NAME;
	assert_true(authcode_client_needs_secret(&client));
	client.id_token_alg = NULL;
	client.auth = AUTHCODE_AUTH_SECRET_JWT;
	assert_true(authcode_client_needs_secret(&client));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, openid_setup, openid_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_id_token_is_signed_with_the_secret),
		TEST(so_is_that_of_a_refresh_and_none_needs_a_key_of_the_issuer),
		TEST(userinfo_is_signed_with_the_secret),
		TEST(each_of_the_two_is_as_it_is_registered),
		TEST(logout_tokens_are_signed_with_the_secret),
		TEST(its_id_token_is_a_hint),
		TEST(no_secret_makes_a_hint_for_another_client),
		TEST(a_secret_counts_only_where_id_tokens_are_signed_with_it),
		TEST(an_older_token_with_our_key_stays_a_hint),
		TEST(a_changed_token_is_no_hint),
		TEST(a_registration_that_could_not_work_is_refused),
		TEST(who_needs_the_secret_itself_is_known),
	};

	return cmocka_run_group_tests_name("HS256", tests, NULL, NULL);
}
