/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See session.h. One function decides whether a session is alive; every path
 * that lets someone in asks it.
 */
#include "protocol/session.h"

#include "base/secret.h"
#include "protocol/credential.h"

static bool
alive(const struct authcode_session_view *view, int64_t now_ms)
{
	return view->session.ended_ms == 0 && now_ms < view->session.idle_expires_ms &&
	       now_ms < view->session.expires_ms && view->subject.retired_ms == 0;
}

enum authcode_err
ac_session_find(struct authcode_exchange *x, const char *cookie, struct authcode_session_view *ret)
{
	struct ac_credential credential;
	struct authcode_session_view view = { 0 };
	enum authcode_err err;

	if (cookie == NULL || !ac_credential_parse(AC_CREDENTIAL_SESSION, cookie, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_session(x->issuer->store, credential.id, x->arena, &view);
	if (err == AUTHCODE_OK &&
	    (!ac_credential_verify(AC_CREDENTIAL_SESSION, &credential, view.session.hash) ||
	     !alive(&view, x->now_ms)))
		err = AUTHCODE_ERR_NOT_FOUND;
	ac_wipe(&credential, sizeof(credential));
	if (err == AUTHCODE_OK)
		*ret = view;
	return err;
}
