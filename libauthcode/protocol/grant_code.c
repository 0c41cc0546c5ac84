/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The authorization code grant (RFC 6749 §4.1.3). Everything that can be said
 * without changing anything comes first: proof, client, redirect URI, PKCE. A
 * request that fails there does not burn the code. Then a code that was used before
 * ends its family (§4.1.2), and another is redeemed (redemption.h).
 */
#include "protocol/grant.h"

#include <string.h>

#include "base/secret.h"
#include "protocol/credential.h"
#include "protocol/pkce.h"
#include "protocol/redemption.h"
#include "protocol/resource.h"

static const char bad_code[] = "the code is expired, used or unknown";

static enum authcode_err
code_find(struct authcode_exchange *x, const char *text, struct authcode_code_view *ret)
{
	struct ac_credential credential;
	struct authcode_code_view view;
	enum authcode_err err;

	if (!ac_credential_parse(AC_CREDENTIAL_CODE, text, &credential))
		return AUTHCODE_ERR_NOT_FOUND;
	err = authcode_store_find_code(x->issuer->store, credential.id, x->arena, &view);
	if (err == AUTHCODE_OK)
		err = ac_credential_prove(AC_CREDENTIAL_CODE, &credential, view.code.hash);
	ac_wipe(&credential, sizeof(credential));
	if (err != AUTHCODE_OK)
		return err;
	*ret = view;
	return AUTHCODE_OK;
}

/* RFC 6749 §4.1.3: repeated exactly when the authorization request had it. When
 * it had none, repeating the registered one is harmless and clients do it. */
static bool
redirect_uri_fits(const struct authcode_code *code, const char *sent)
{
	if (sent == NULL)
		return !code->redirect_uri_sent;
	return strcmp(sent, code->redirect_uri) == 0;
}

/* The request has proved to have it, its redirect URI and its verifier. */
static void
redeem(struct authcode_exchange *x, const struct authcode_client *client,
       const struct authcode_code_view *found)
{
	const struct authcode_code_view *view = ac_arena_memdup(x->arena, found, sizeof(*found));
	const struct authcode_code *code = &found->code;

	if (view == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "redeem code");
		return;
	}
	ac_redemption_begin(x, &(struct ac_redemption){
				       .kind = AUTHCODE_OP_REDEEM_CODE,
				       .id = code->id,
				       .used = code->used_ms != 0,
				       .scope = code->scope,
				       .session_expires_ms = view->session.expires_ms,
				       .told = {
					       .client = client,
					       .subject = &view->subject,
					       .nonce = code->nonce,
					       .session_id = code->session_id,
					       .auth_time_ms = code->auth_time_ms,
					       .acr = code->acr,
					       .amr = code->amr,
					       .claims = code->claims,
					       .claims_request = code->claims_request,
				       },
				       .refusal = bad_code,
			       });
}

void
ac_grant_code(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *text = ac_params_get(&x->params, "code");
	struct authcode_code_view view;
	enum authcode_err err;

	if (text == NULL) {
		ac_respond_error(x, AC_INVALID_REQUEST, "code is missing");
		return;
	}
	err = code_find(x, text, &view);
	x->guessed = err == AUTHCODE_ERR_NOT_FOUND;
	if (err == AUTHCODE_ERR_NOT_FOUND ||
	    (err == AUTHCODE_OK && strcmp(view.code.client_id, client->id) != 0)) {
		ac_respond_error(x, AC_INVALID_GRANT, bad_code);
		return;
	}
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "find code");
		return;
	}
	if (!redirect_uri_fits(&view.code, ac_params_get(&x->params, "redirect_uri"))) {
		ac_respond_error(x, AC_INVALID_GRANT,
				 "redirect_uri is not the one of the authorization request");
		return;
	}
	if (!ac_pkce_verify(view.code.code_challenge, ac_params_get(&x->params, "code_verifier"))) {
		ac_respond_error(x, AC_INVALID_GRANT, "code_verifier does not fit");
		return;
	}
	/* A code that was used is evidence, whatever is asked for with it. */
	if (view.code.used_ms != 0 || ac_resource_choose(x, client, view.code.resource))
		redeem(x, client, &view);
}
