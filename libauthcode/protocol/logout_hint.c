/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See logout.h. Whether an ID token is one of ours is id_token_hint.c's to say; here
 * is what it means for a logout (OIDC RP-Initiated Logout §2): whose wish it is, and
 * whether that is a wish about the person and the session at this browser.
 */
#include "protocol/logout.h"

#include <string.h>

#include "protocol/id_token_hint.h"
#include "protocol/subject.h"

enum authcode_err
ac_logout_hint_read(struct authcode_exchange *x, const char *text, struct ac_logout_hint *ret)
{
	const struct authcode_client *client;
	struct ac_id_token_hint hint;
	enum authcode_err err = ac_id_token_hint(x, text, &hint);

	/* LO-06: one that is not ours says nothing; it is no failure either. */
	if (err == AUTHCODE_ERR_SYNTAX)
		return AUTHCODE_OK;
	if (err != AUTHCODE_OK)
		return err;
	client = authcode_clients_find(x->clients, hint.client_id);
	if (client != NULL && !client->disabled)
		*ret = (struct ac_logout_hint){
			.client = client,
			.sub = hint.sub,
			.sid = hint.sid != NULL ? hint.sid : "",
		};
	return AUTHCODE_OK;
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
		err = ac_subject_sid(x->issuer, hint->client, view->session.id, x->arena, &sid);
	if (err == AUTHCODE_OK)
		*ret = strcmp(sub, hint->sub) == 0 && strcmp(sid, hint->sid) == 0;
	return err;
}
