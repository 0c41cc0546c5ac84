/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See logout_fixture.h.
 */
#include "tests/flow/logout_fixture.h"

#include <string.h>

#include <jansson.h>

#include "base/attr.h"
#include "base/base64url.h"
#include "jose/jws.h"
#include "jose/key_pair.h"
#include "protocol/credential.h"
#include "protocol/issuer.h"
#include "protocol/signing_keys.h"
#include "protocol/subject.h"

struct logout_world logout;

static const char *const web_places[] = { "https://web.example/out",
					  "https://web.example/out?a=b" };
static const char *const first_places[] = { "https://first.example/out" };

void
logout_set_clients(const char *const *uris, size_t count)
{
	struct authcode_client clients[] = {
		flow_client(&logout.flow, FLOW_WEB),
		flow_client(&logout.flow, FLOW_FIRST),
		flow_client(&logout.flow, FLOW_DISABLED),
		flow_client(&logout.flow, FLOW_TV),
	};

	clients[0].post_logout_redirect_uris = uris;
	clients[0].post_logout_redirect_uri_count = count;
	clients[0].backchannel_logout_uri = "https://web.example/told";
	clients[3].backchannel_logout_uri = "https://tv.example/told";
	clients[1].post_logout_redirect_uris = first_places;
	clients[1].post_logout_redirect_uri_count = AC_ARRAY_SIZE(first_places);
	clients[2].post_logout_redirect_uris = web_places;
	clients[2].post_logout_redirect_uri_count = AC_ARRAY_SIZE(web_places);
	flow_set_clients(&logout.flow, clients, AC_ARRAY_SIZE(clients));
}

const char *
logout_sign_in(void)
{
	struct ac_credential credential;
	const char *code;

	logout.browser.session = NULL;
	code = flow_code(&logout.flow, &logout.browser, LOGOUT_WEB "&scope=openid");
	assert_true(
		ac_credential_parse(AC_CREDENTIAL_SESSION, logout.browser.session, &credential));
	logout.session_id = credential.id;
	return code;
}

int
logout_set_up(void **state)
{
	(void)state;
	flow_start_with(&logout.flow, &(struct authcode_issuer_settings){ .tell_logout = true });
	logout.browser = (struct flow_browser){ .cookie = "browser-one" };
	logout_set_clients(web_places, AC_ARRAY_SIZE(web_places));
	(void)logout_sign_in();
	return 0;
}

int
logout_tear_down(void **state)
{
	(void)state;
	flow_stop(&logout.flow);
	return 0;
}

bool
logout_session_lives(void)
{
	struct authcode_session_view view;

	assert_int_equal(authcode_store_find_session(logout.flow.memory, logout.session_id,
						     logout.flow.arena, &view),
			 AUTHCODE_OK);
	return view.session.ended_ms == 0;
}

/* --- hints --------------------------------------------------------------- */

static json_t *
claims_of(const struct logout_hint *hint)
{
	const struct authcode_client *client = authcode_clients_find(logout.flow.clients, FLOW_WEB);
	int64_t now_s = logout.flow.now_ms / 1000;
	struct authcode_session_view view;
	const char *sub = NULL, *sid = NULL;
	json_t *claims;

	assert_int_equal(authcode_store_find_session(logout.flow.memory, logout.session_id,
						     logout.flow.arena, &view),
			 AUTHCODE_OK);
	assert_int_equal(ac_subject_sub(logout.flow.issuer, client, view.subject.sub,
					logout.flow.arena, &sub),
			 AUTHCODE_OK);
	assert_int_equal(ac_subject_sid(logout.flow.issuer, client, logout.session_id,
					logout.flow.arena, &sid),
			 AUTHCODE_OK);
	claims = json_pack("{ss, ss, ss, sI, sI, sI}", "iss",
			   hint->iss != NULL ? hint->iss : FLOW_ISSUER, "aud",
			   hint->client != NULL ? hint->client : FLOW_WEB, "sub",
			   hint->sub != NULL ? hint->sub : sub, "iat", (json_int_t)now_s - 1, "exp",
			   (json_int_t)(hint->exp_s != 0 ? hint->exp_s : now_s + 3600), "auth_time",
			   (json_int_t)now_s - 1);
	assert_non_null(claims);
	if (hint->sid == NULL || *hint->sid != '\0')
		assert_int_equal(
			json_object_set_new(claims, "sid",
					    json_string(hint->sid != NULL ? hint->sid : sid)),
			0);
	return claims;
}

/* The kid of ours, the signature of a key that is not. */
static char *
sign_with_another(const json_t *claims, const char *typ)
{
	struct ac_jwk *stranger = NULL;
	char *token = NULL;

	assert_int_equal(ac_key_pair_new(ac_alg(AC_ALG_ES256), &stranger), AUTHCODE_OK);
	assert_int_equal(ac_jws_sign_claims(stranger, typ, claims, logout.flow.arena, &token),
			 AUTHCODE_OK);
	ac_jwk_free(&stranger);
	return token;
}

static const char *
unsigned_token(const char *token)
{
	static const char header[] = "{\"alg\":\"none\",\"typ\":\"JWT\"}";
	char encoded[AC_BASE64URL_LEN(sizeof(header)) + 1];
	const char *payload = strchr(token, '.');

	ac_base64url_encode(header, sizeof(header) - 1, encoded);
	return flow_text(&logout.flow, "%s%.*s.", encoded, (int)(strrchr(token, '.') - payload),
			 payload);
}

const char *
logout_hint(const struct logout_hint *hint)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(logout.flow.issuer);
	const struct ac_signing_key *key =
		ac_signing_ring_signer(ring, AC_ALG_RS256, logout.flow.now_ms);
	const char *typ = hint->typ != NULL ? hint->typ : "JWT";
	json_t *claims = claims_of(hint);
	char *token = NULL;

	assert_non_null(key);
	if (hint->forge == LOGOUT_HINT_OTHER_KEY)
		token = sign_with_another(claims, typ);
	else
		assert_int_equal(
			ac_jws_sign_claims(key->pair, typ, claims, logout.flow.arena, &token),
			AUTHCODE_OK);
	json_decref(claims);
	ac_signing_ring_unref(&ring);
	if (hint->forge == LOGOUT_HINT_UNSIGNED)
		return unsigned_token(token);
	if (hint->forge == LOGOUT_HINT_CHANGED)
		strchr(token, '.')[10] ^= 1;
	if (hint->forge == LOGOUT_HINT_CUT)
		token[strlen(token) - 4] = '\0';
	return hint->forge == LOGOUT_HINT_GARBAGE ? "not-a-token" : token;
}
