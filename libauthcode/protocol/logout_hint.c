/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See logout.h. An ID token that comes along (OIDC RP-Initiated Logout §2) says whose
 * wish a logout is, and whether it is one about the person and the session at this
 * browser. It counts when one of our published keys has signed it, and a token of
 * another kind does not (ID-19).
 */
#include "protocol/logout.h"

#include <string.h>

#include "jose/json_text.h"
#include "jose/jws.h"
#include "jose/jwt.h"
#include "protocol/signing_keys.h"
#include "protocol/subject.h"

/* NULL: none, or no text. */
static const char *
text_of(struct authcode_exchange *x, const json_t *claims, const char *name)
{
	const char *text = json_string_value(json_object_get(claims, name));

	return text != NULL ? ac_arena_strdup(x->arena, text) : NULL;
}

static void
read_claims(struct authcode_exchange *x, const json_t *claims, struct ac_logout_hint *ret)
{
	const struct ac_jwt_expect expect = {
		.iss = x->issuer->url,
		.flags = AC_JWT_NEED_SUB | AC_JWT_NEED_IAT | AC_JWT_AUD_PLAIN | AC_JWT_MAY_EXPIRE,
		.now_s = x->now_ms / 1000,
		.ahead_s = AC_JWT_AHEAD_S,
	};
	const char *sub = text_of(x, claims, "sub"), *sid = text_of(x, claims, "sid");
	const struct authcode_client *client = authcode_clients_find(
		x->clients, json_string_value(json_object_get(claims, "aud")));

	if (ac_jwt_check(claims, &expect) == AC_JWT_GOOD && client != NULL && !client->disabled &&
	    sub != NULL)
		*ret = (struct ac_logout_hint){ client, sub, sid != NULL ? sid : "" };
}

enum authcode_err
ac_logout_hint_read(struct authcode_exchange *x, const char *text, struct ac_logout_hint *ret)
{
	struct ac_signing_ring *ring = ac_issuer_ring_ref(x->issuer);
	const struct ac_jws_expect expect = {
		.algs = AC_ALG_ALL,
		.typ = { .names = "JWT" },
		.find_key = ac_signing_ring_find_key,
		.keys = ring,
	};
	json_t *claims = NULL;
	enum ac_jws_verdict verdict = ac_jws_verify(text, strlen(text), &expect, &claims);

	/* LO-06: one that is not ours says nothing; it is no failure either. */
	if (verdict == AC_JWS_VERIFIED)
		read_claims(x, claims, ret);
	json_decref(claims);
	ac_signing_ring_unref(&ring);
	return verdict == AC_JWS_FAILED ? AUTHCODE_ERR_CRYPTO : AUTHCODE_OK;
}

/* Neither is a secret: the browser has both. */
enum authcode_err
ac_logout_hint_is_of(struct authcode_exchange *x, const struct ac_logout_hint *hint,
		     const struct authcode_session_view *view, bool *ret)
{
	const char *sub = NULL, *sid = NULL;
	enum authcode_err err =
		ac_subject_sub(x->issuer, hint->client, view->subject.sub, x->arena, &sub);

	if (err == AUTHCODE_OK)
		err = ac_subject_sid(x->issuer, view->session.id, x->arena, &sid);
	if (err == AUTHCODE_OK)
		*ret = strcmp(sub, hint->sub) == 0 && strcmp(sid, hint->sid) == 0;
	return err;
}
