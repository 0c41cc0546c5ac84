/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See inspect.h. Codes, tokens, sessions and devices by their rows. What has ended one is
 * looked for in one order for all of them, the cause before the time that is over: a
 * token that was revoked and has expired since was revoked. They ask what token_valid.c
 * and the store's rules ask, and say which of it does not hold.
 */
#include "protocol/inspect.h"

#include <string.h>

#include "base/secret.h"
#include "protocol/credential.h"
#include "protocol/refresh_token.h"

/* What the validity of any row depends on. */
struct tie {
	const struct authcode_subject *subject;
	int64_t subject_id; /* 0: nobody's */
	const struct authcode_session *session;
	int64_t session_id; /* 0: none */
	const char *client_id;
	int64_t withdrawn_ms;
	int64_t expires_ms;
};

static void
say(struct authcode_inspection *ret, const char *state, const char *why)
{
	ret->state = state;
	ret->why = why;
}

static bool
client_serves(const struct authcode_exchange *x, const char *client_id)
{
	const struct authcode_client *client = authcode_clients_find(x->clients, client_id);

	return client != NULL && !client->disabled;
}

/* True: something it depends on has ended it, and *ret says what. */
static bool
ended(const struct authcode_exchange *x, const struct tie *tie, struct authcode_inspection *ret)
{
	if (tie->subject_id != 0 && tie->subject->retired_ms != 0)
		say(ret, "revoked", "the account is gone, or its person was erased");
	else if (tie->withdrawn_ms != 0)
		say(ret, "revoked", "what the client got of the person was taken back");
	else if (tie->session_id != 0 && tie->session->ended_ms != 0)
		say(ret, "revoked", "the session it came from was ended");
	else if (x->now_ms >= tie->expires_ms)
		say(ret, "expired", "its time is over");
	else if (tie->client_id != NULL && !client_serves(x, tie->client_id))
		say(ret, "refused", "the client is not registered any more, or disabled");
	else
		return false;
	return true;
}

void
ac_inspect_token(const struct authcode_exchange *x, const struct authcode_token_view *view,
		 struct authcode_inspection *ret)
{
	const struct authcode_token *token = &view->token;
	const struct authcode_family *family = &view->family;
	const struct tie tie = {
		.subject = &view->subject,
		.subject_id = family->subject_id,
		.session = &view->session,
		.session_id = family->session_id,
		.client_id = family->client_id,
		.withdrawn_ms = view->withdrawn_ms,
		.expires_ms = token->expires_ms < family->expires_ms ? token->expires_ms
								     : family->expires_ms,
	};

	*ret = (struct authcode_inspection){
		.kind = token->kind == AUTHCODE_TOKEN_REFRESH ? "refresh token" : "access token",
		.form = "opaque",
		.client_id = family->client_id,
		.user_name = view->subject.user_name,
		.sub = view->subject.sub,
		.scope = token->scope,
		.resource = token->resource,
		.acr = family->acr,
		.row_id = token->id,
		.authorization = family->id,
		.session_id = family->session_id,
		.auth_time_ms = family->auth_time_ms,
		.created_ms = token->created_ms,
		.used_ms = token->used_ms,
		.expires_ms = tie.expires_ms,
	};
	if (token->revoked_ms != 0)
		say(ret, "revoked", "it was revoked itself");
	else if (family->revoked_ms != 0)
		say(ret, "revoked",
		    "its authorization was revoked: by the client, or since a code or refresh "
		    "token of it was used twice");
	else if (token->rotated_ms != 0)
		say(ret, "used", "a newer refresh token has replaced it");
	else if (!ended(x, &tie, ret))
		say(ret, "live", "nothing has ended it");
}

/* --- by kind ------------------------------------------------------------------------- */

static enum authcode_err
inspect_token(struct authcode_exchange *x, enum ac_credential_kind kind,
	      const struct ac_credential *credential, struct authcode_inspection *ret)
{
	struct authcode_token_view view;
	enum authcode_err err =
		authcode_store_find_token(x->issuer->store, credential->id, x->arena, &view);

	if (err == AUTHCODE_OK)
		err = ac_credential_prove(kind, credential, view.token.hash);
	if (err == AUTHCODE_OK)
		ac_inspect_token(x, &view, ret);
	return err;
}

static enum authcode_err
inspect_code(struct authcode_exchange *x, enum ac_credential_kind kind,
	     const struct ac_credential *credential, struct authcode_inspection *ret)
{
	struct authcode_code_view view;
	const struct authcode_code *code = &view.code;
	enum authcode_err err =
		authcode_store_find_code(x->issuer->store, credential->id, x->arena, &view);
	struct tie tie;

	if (err == AUTHCODE_OK)
		err = ac_credential_prove(kind, credential, code->hash);
	if (err != AUTHCODE_OK)
		return err;
	tie = (struct tie){ &view.subject,   code->subject_id,  &view.session,   code->session_id,
			    code->client_id, view.withdrawn_ms, code->expires_ms };
	*ret = (struct authcode_inspection){
		.kind = "authorization code",
		.form = "opaque",
		.client_id = code->client_id,
		.user_name = view.subject.user_name,
		.sub = view.subject.sub,
		.scope = code->scope,
		.resource = code->resource,
		.acr = code->acr,
		.row_id = code->id,
		.authorization = code->used_ms != 0 ? code->id : 0,
		.session_id = code->session_id,
		.auth_time_ms = code->auth_time_ms,
		.created_ms = code->created_ms,
		.used_ms = code->used_ms,
		.expires_ms = code->expires_ms,
	};
	if (code->used_ms != 0)
		say(ret, "used", "it was exchanged for tokens");
	else if (!ended(x, &tie, ret))
		say(ret, "live", "nobody has used it yet");
	return AUTHCODE_OK;
}

static enum authcode_err
inspect_session(struct authcode_exchange *x, enum ac_credential_kind kind,
		const struct ac_credential *credential, struct authcode_inspection *ret)
{
	struct authcode_session_view view;
	const struct authcode_session *session = &view.session;
	enum authcode_err err =
		authcode_store_find_session(x->issuer->store, credential->id, x->arena, &view);
	struct tie tie;

	if (err == AUTHCODE_OK)
		err = ac_credential_prove(kind, credential, session->hash);
	if (err != AUTHCODE_OK)
		return err;
	tie = (struct tie){ .subject = &view.subject,
			    .subject_id = session->subject_id,
			    .session = session,
			    .session_id = session->id,
			    .expires_ms = session->idle_expires_ms < session->expires_ms
						  ? session->idle_expires_ms
						  : session->expires_ms };
	*ret = (struct authcode_inspection){
		.kind = "session cookie",
		.form = "opaque",
		.user_name = view.subject.user_name,
		.sub = view.subject.sub,
		.acr = session->acr,
		.row_id = session->id,
		.session_id = session->id,
		.auth_time_ms = session->auth_time_ms,
		.created_ms = session->created_ms,
		.expires_ms = tie.expires_ms,
	};
	if (!ended(x, &tie, ret))
		say(ret, "live", "nothing has ended it");
	return AUTHCODE_OK;
}

static void
say_device(const struct authcode_exchange *x, const struct tie *tie,
	   const struct authcode_device *device, struct authcode_inspection *ret)
{
	if (device->state == AUTHCODE_DEVICE_USED)
		say(ret, "used", "it was exchanged for tokens");
	else if (device->state == AUTHCODE_DEVICE_DENIED)
		say(ret, "refused", "the person has said no");
	else if (ended(x, tie, ret))
		return;
	else if (device->state == AUTHCODE_DEVICE_ALLOWED)
		say(ret, "live", "a person has allowed it, and the device has not asked since");
	else
		say(ret, "pending", "nobody has answered for it yet");
}

static enum authcode_err
inspect_device(struct authcode_exchange *x, enum ac_credential_kind kind,
	       const struct ac_credential *credential, struct authcode_inspection *ret)
{
	struct authcode_device_view view;
	const struct authcode_device *device = &view.device;
	enum authcode_err err =
		authcode_store_find_device(x->issuer->store, credential->id, x->arena, &view);
	struct tie tie;

	if (err == AUTHCODE_OK)
		err = ac_credential_prove(kind, credential, device->hash);
	if (err != AUTHCODE_OK)
		return err;
	tie = (struct tie){ &view.subject,      device->subject_id, &view.session,
			    device->session_id, device->client_id,  view.withdrawn_ms,
			    device->expires_ms };
	*ret = (struct authcode_inspection){
		.kind = "device code",
		.form = "opaque",
		.client_id = device->client_id,
		.user_name = view.subject.user_name,
		.sub = view.subject.sub,
		.scope = device->scope,
		.resource = device->resource,
		.acr = device->acr,
		.row_id = device->id,
		.authorization = device->state == AUTHCODE_DEVICE_USED ? device->id : 0,
		.session_id = device->session_id,
		.auth_time_ms = device->auth_time_ms,
		.created_ms = device->created_ms,
		.expires_ms = device->expires_ms,
	};
	say_device(x, &tie, device, ret);
	return AUTHCODE_OK;
}

static const struct {
	enum authcode_err (*inspect)(struct authcode_exchange *x, enum ac_credential_kind kind,
				     const struct ac_credential *credential,
				     struct authcode_inspection *ret);
} kinds[AC_CREDENTIAL_KIND_COUNT] = {
	[AC_CREDENTIAL_CODE] = { inspect_code },     [AC_CREDENTIAL_ACCESS] = { inspect_token },
	[AC_CREDENTIAL_REFRESH] = { inspect_token }, [AC_CREDENTIAL_SESSION] = { inspect_session },
	[AC_CREDENTIAL_DEVICE] = { inspect_device },
};

/* A refresh token whose row went when its successor was replaced says itself whose it was. */
static enum authcode_err
inspect_old_refresh(struct authcode_exchange *x, const char *text, struct authcode_inspection *ret)
{
	enum authcode_err err = AUTHCODE_ERR_NOT_FOUND;
	const struct authcode_client *client = NULL;
	int64_t family_id = 0;

	for (size_t i = 0; err == AUTHCODE_ERR_NOT_FOUND; i++) {
		client = authcode_clients_at(x->clients, i);
		if (client == NULL)
			return err;
		err = ac_refresh_family(x->issuer, client, text, &family_id);
	}
	if (err != AUTHCODE_OK)
		return err;
	*ret = (struct authcode_inspection){
		.kind = "refresh token",
		.form = "opaque",
		.client_id = client->id,
		.authorization = family_id,
	};
	say(ret, "used", "newer refresh tokens have replaced it; whoever uses it ends them all");
	return AUTHCODE_OK;
}

enum authcode_err
ac_inspect_row(struct authcode_exchange *x, const char *text, struct authcode_inspection *ret)
{
	enum ac_credential_kind kind = ac_credential_kind_of(text);
	struct ac_credential credential;
	enum authcode_err err;

	if (kind == AC_CREDENTIAL_KIND_COUNT || kinds[kind].inspect == NULL ||
	    !ac_credential_parse(kind, text, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = kinds[kind].inspect(x, kind, &credential, ret);
	ac_wipe(&credential, sizeof(credential));
	if (err == AUTHCODE_ERR_NOT_FOUND && kind == AC_CREDENTIAL_REFRESH)
		err = inspect_old_refresh(x, text, ret);
	return err;
}
