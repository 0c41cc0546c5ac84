/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See <authcode/logout.h>. The logout token (OIDC Back-Channel Logout §2.4): who
 * and which session as in the client's ID tokens, signed with their algorithm, and
 * of a type of its own, so that neither passes for the other (BC-03 to BC-05, ID-19).
 */
#include <authcode/logout.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "protocol/id_token.h"
#include "protocol/issuer.h"
#include "protocol/json_member.h"
#include "protocol/signer.h"
#include "protocol/subject.h"

#define EVENT "http://schemas.openid.net/event/backchannel-logout"
#define LIFE_S 120 /* §4: at most two minutes */
#define JTI_LEN 16

struct message {
	struct authcode_logout_message shown;
	struct authcode_arena *arena;
};

/* What its texts are made from. */
struct making {
	struct authcode_issuer *issuer;
	const struct authcode_clients *clients;
	const struct authcode_client *client;
	const struct authcode_delivery_view *delivery;
	int64_t now_ms;
	struct authcode_arena *arena;
};

static enum authcode_err
make_claims(const struct making *m, json_t **ret)
{
	const struct authcode_delivery_view *delivery = m->delivery;
	char jti[AC_BASE64URL_LEN(JTI_LEN) + 1];
	const char *sub = NULL, *sid = NULL;
	uint8_t raw[JTI_LEN];
	json_t *claims;
	bool ok;
	enum authcode_err err =
		ac_subject_sub(m->issuer, m->client, delivery->subject.sub, m->arena, &sub);

	if (err == AUTHCODE_OK)
		err = ac_subject_sid(m->issuer, m->client, delivery->delivery.session_id, m->arena,
				     &sid);
	if (err == AUTHCODE_OK)
		err = m->issuer->random.fill(m->issuer->random.ctx, raw, sizeof(raw));
	if (err != AUTHCODE_OK)
		return err;
	ac_base64url_encode(raw, sizeof(raw), jti);
	claims = json_object();
	ok = ac_json_put_text(claims, "iss", m->issuer->url) &&
	     ac_json_put_text(claims, "sub", sub) && ac_json_put_text(claims, "sid", sid) &&
	     ac_json_put_text(claims, "aud", m->client->id) &&
	     ac_json_put_text(claims, "jti", jti) &&
	     ac_json_put_take(claims, "iat", json_integer(m->now_ms / 1000)) &&
	     ac_json_put_take(claims, "exp", json_integer(m->now_ms / 1000 + LIFE_S)) &&
	     ac_json_put_take(claims, "events", json_pack("{s{}}", EVENT));
	claims = ac_json_finish_take(claims, ok);
	if (claims == NULL)
		return AUTHCODE_ERR_MEMORY;
	*ret = claims;
	return AUTHCODE_OK;
}

static enum authcode_err
sign(const struct making *m, const char **ret_token)
{
	const struct ac_signer signer = { m->issuer, m->clients, m->client, m->client->id_token_alg,
					  m->now_ms };
	json_t *claims = NULL;
	enum authcode_err err = make_claims(m, &claims);

	if (err == AUTHCODE_OK)
		err = ac_signer_sign(&signer, AC_LOGOUT_TOKEN_TYP, claims, m->arena, ret_token);
	json_decref(claims);
	return err;
}

static enum authcode_err
fill(struct message *message, struct making *m)
{
	const char *token = NULL;
	enum authcode_err err;

	m->client = authcode_clients_find(m->clients, m->delivery->delivery.client_id);
	m->arena = message->arena;
	/* One that was disabled still has people signed in, who are to be signed out. */
	if (m->client == NULL || m->client->backchannel_logout_uri == NULL)
		return AUTHCODE_ERR_NOT_FOUND;
	err = sign(m, &token);
	if (err != AUTHCODE_OK)
		return err;
	/* A token has no character that a form would encode. */
	message->shown.url = ac_arena_strdup(message->arena, m->client->backchannel_logout_uri);
	message->shown.body = ac_arena_printf(message->arena, "logout_token=%s", token);
	return message->shown.url != NULL && message->shown.body != NULL ? AUTHCODE_OK
									 : AUTHCODE_ERR_MEMORY;
}

enum authcode_err
authcode_logout_message_new(struct authcode_issuer *issuer,
			    const struct authcode_delivery_view *delivery, int64_t now_ms,
			    struct authcode_logout_message **ret_message)
{
	struct making making = { .issuer = issuer, .delivery = delivery, .now_ms = now_ms };
	struct authcode_logout_message *shown;
	struct authcode_clients *clients;
	struct message *message;
	enum authcode_err err;

	if (issuer == NULL || delivery == NULL || now_ms <= 0 || ret_message == NULL)
		return AUTHCODE_ERR_USAGE;
	message = calloc(1, sizeof(*message));
	if (message == NULL)
		return AUTHCODE_ERR_MEMORY;
	shown = &message->shown;
	clients = ac_issuer_clients_ref(issuer);
	making.clients = clients;
	err = authcode_arena_new(AC_MAX_ARENA, &message->arena);
	if (err == AUTHCODE_OK)
		err = fill(message, &making);
	authcode_clients_unref(&clients);
	if (err != AUTHCODE_OK)
		authcode_logout_message_free(&shown);
	else
		*ret_message = shown;
	return err;
}

/* The message begins with what was shown of it. */
void
authcode_logout_message_free(struct authcode_logout_message **message)
{
	struct message *whole;

	if (message == NULL || *message == NULL)
		return;
	whole = (struct message *)(void *)*message;
	*message = NULL;
	authcode_arena_free(&whole->arena);
	free(whole);
}
