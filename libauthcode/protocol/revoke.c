/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Token revocation (RFC 7009). A refresh token takes its whole family along, an
 * access token only itself (§2.1). The hint is not needed: a token says of what
 * kind it is. What is unknown is as good as revoked (§2.2).
 */
#include <string.h>

#include "protocol/client_auth.h"
#include "protocol/exchange.h"
#include "protocol/form_post.h"
#include "protocol/refresh_token.h"
#include "protocol/token_valid.h"

static void
answer(struct authcode_exchange *x)
{
	switch (x->operation.result) {
	case AUTHCODE_RESULT_DONE:
	case AUTHCODE_RESULT_NOT_FOUND: /* purged since it was read */
		ac_respond_empty(x, 200);
		return;
	case AUTHCODE_RESULT_EXPIRED:
	case AUTHCODE_RESULT_REUSED:
	case AUTHCODE_RESULT_REPEATED:
	case AUTHCODE_RESULT_FAILED:
	default:
		ac_respond_failure(x, x->operation.err, "revoke");
		return;
	}
}

static void
revoke(struct authcode_exchange *x, const struct authcode_token_view *view)
{
	ac_exchange_is_about(x, &view->subject);
	switch (view->token.kind) {
	case AUTHCODE_TOKEN_REFRESH:
		x->operation.u.revoke_family.family_id = view->family.id;
		ac_exchange_submit(x, AUTHCODE_OP_REVOKE_FAMILY, answer);
		return;
	case AUTHCODE_TOKEN_ACCESS:
		x->operation.u.revoke_token.token_id = view->token.id;
		ac_exchange_submit(x, AUTHCODE_OP_REVOKE_TOKEN, answer);
		return;
	default:
		ac_respond_failure(x, AUTHCODE_ERR_STORE, "token of unknown kind");
		return;
	}
}

/* A client that has lost track of its refresh tokens still wants their family dead. */
static void
revoke_unknown(struct authcode_exchange *x, const struct authcode_client *client, const char *text)
{
	int64_t family_id;
	enum authcode_err err = ac_refresh_family(x->issuer, client, text, &family_id);

	if (err == AUTHCODE_ERR_NOT_FOUND) {
		ac_respond_empty(x, 200);
	} else if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "find token");
	} else {
		x->operation.u.revoke_family.family_id = family_id;
		ac_exchange_submit(x, AUTHCODE_OP_REVOKE_FAMILY, answer);
	}
}

static void
authenticated(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *text = ac_params_get(&x->params, "token");
	struct authcode_token_view view;
	enum authcode_err err;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "token is missing");
		return;
	}
	err = ac_token_find(x, text, &view);
	if (err == AUTHCODE_ERR_NOT_FOUND) {
		revoke_unknown(x, client, text);
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "find token");
		return;
	}
	if (strcmp(view.family.client_id, client->id) != 0) {
		ac_respond_error(x, AC_INVALID_REQUEST, "the token belongs to another client");
		return;
	}
	revoke(x, &view);
}

void
ac_revoke_decide(struct authcode_exchange *x)
{
	if (ac_form_post_accept(x))
		ac_client_authenticate(x, authenticated);
}
