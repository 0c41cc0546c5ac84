/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See token_valid.h. A token depends on its own row, its family, the person it
 * speaks for, the browser session it was born in (unless offline_access cut
 * that tie) and the client it was issued to. Whether the caller may know is
 * each endpoint's own question.
 */
#include "protocol/token_valid.h"

#include <string.h>

#include "base/secret.h"
#include "protocol/access_token.h"
#include "protocol/credential.h"

static enum authcode_err
find_of_kind(struct authcode_exchange *x, const char *text, enum ac_credential_kind credential_kind,
	     enum authcode_token_kind kind, struct authcode_token_view *ret)
{
	struct ac_credential credential;
	struct authcode_token_view view;
	enum authcode_err err;

	if (!ac_credential_parse(credential_kind, text, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_token(x->issuer->store, credential.id, x->arena, &view);
	if (err == AUTHCODE_OK)
		err = ac_credential_prove(credential_kind, &credential, view.token.hash);
	ac_wipe(&credential, sizeof(credential));
	if (err != AUTHCODE_OK)
		return err;
	if (view.token.kind != kind)
		return AUTHCODE_ERR_NOT_FOUND;
	*ret = view;
	return AUTHCODE_OK;
}

static enum authcode_err
find_opaque(struct authcode_exchange *x, const char *text, struct authcode_token_view *ret)
{
	switch (ac_credential_kind_of(text)) {
	case AC_CREDENTIAL_ACCESS:
		return find_of_kind(x, text, AC_CREDENTIAL_ACCESS, AUTHCODE_TOKEN_ACCESS, ret);
	case AC_CREDENTIAL_REFRESH:
		return find_of_kind(x, text, AC_CREDENTIAL_REFRESH, AUTHCODE_TOKEN_REFRESH, ret);
	default:
		return AUTHCODE_ERR_NOT_FOUND;
	}
}

enum authcode_err
ac_token_find_jti(struct authcode_exchange *x, const char *text, struct authcode_token_view *ret,
		  const char **ret_jti)
{
	struct authcode_token_view view;
	const char *jti;
	enum authcode_err err;

	/* Nothing opaque of ours has a dot. */
	if (strchr(text, '.') != NULL)
		return ac_access_jwt_find(x, text, ret, ret_jti);
	err = find_opaque(x, text, &view);
	if (err != AUTHCODE_OK)
		return err;
	jti = ac_arena_printf(x->arena, "%lld", (long long)view.token.id);
	if (jti == NULL)
		return AUTHCODE_ERR_MEMORY;
	*ret = view;
	*ret_jti = jti;
	return AUTHCODE_OK;
}

enum authcode_err
ac_token_find(struct authcode_exchange *x, const char *text, struct authcode_token_view *ret)
{
	const char *jti;

	return ac_token_find_jti(x, text, ret, &jti);
}

static bool
token_holds(const struct authcode_token *token, int64_t now_ms)
{
	return now_ms < token->expires_ms && token->revoked_ms == 0 && token->rotated_ms == 0;
}

static bool
family_holds(const struct authcode_token_view *view, int64_t now_ms)
{
	return now_ms < view->family.expires_ms && view->family.revoked_ms == 0 &&
	       view->withdrawn_ms == 0;
}

static bool
subject_holds(const struct authcode_token_view *view)
{
	if (view->family.subject_id == 0)
		return true;
	return view->subject.id == view->family.subject_id && view->subject.retired_ms == 0;
}

/* A session that was ended takes its tokens along at once. When its time is over
 * the family's own end says so, which is not later. */
static bool
session_holds(const struct authcode_token_view *view)
{
	if (view->family.session_id == 0)
		return true;
	return view->session.id == view->family.session_id && view->session.ended_ms == 0;
}

static bool
client_holds(const struct authcode_exchange *x, const char *client_id)
{
	const struct authcode_client *client = authcode_clients_find(x->clients, client_id);

	return client != NULL && !client->disabled;
}

bool
ac_token_valid(const struct authcode_exchange *x, const struct authcode_token_view *view)
{
	return token_holds(&view->token, x->now_ms) && family_holds(view, x->now_ms) &&
	       subject_holds(view) && session_holds(view) &&
	       client_holds(x, view->family.client_id);
}
