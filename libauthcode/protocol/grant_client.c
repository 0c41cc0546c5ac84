/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The client credentials grant (RFC 6749 §4.4): an access token for the client
 * itself. There is no person in it, so no account, no ID token and no refresh
 * token (§4.4.3); what is asked for lies within what the client may have.
 */
#include "protocol/grant.h"

#include <string.h>

#include "protocol/resource.h"
#include "protocol/scope.h"
#include "protocol/token_response.h"

/* What only a person's authorization can mean (OIDC-Core §3.1.2.1, §11). */
#define PERSONAL "openid offline_access"

static void
answer(struct authcode_exchange *x)
{
	const struct authcode_op_issue_client_token *issue = &x->operation.u.issue_client_token;
	struct ac_token_response *response = x->state;

	if (x->operation.result != AUTHCODE_RESULT_DONE) {
		ac_respond_failure(x, x->operation.err, "issue client token");
		return;
	}
	response->access.id = issue->access.ret_id;
	ac_token_response_send(x, response);
}

/* NULL: not acceptable, the response is set. What is asked for by name and cannot
 * be is an error; of what stands for a request that names nothing it is left out.
 * Of either what means something to the resources is left. */
static const char *
granted_scope(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *asked = ac_params_get(&x->params, "scope");
	const char *scope;

	if (asked != NULL && (!ac_scope_valid(asked) || !ac_scope_subset(asked, client->scope))) {
		ac_respond_error(x, AC_INVALID_SCOPE,
				 "scope is malformed or wider than the client may have");
		return NULL;
	}
	if (asked != NULL && ac_scope_has(asked, "openid")) {
		ac_respond_error(x, AC_INVALID_SCOPE, "openid means a person, and there is none");
		return NULL;
	}
	scope = ac_scope_without(x->arena, asked != NULL ? asked : client->default_scopes,
				 PERSONAL);
	if (scope != NULL)
		scope = ac_resource_scope(x->rules, x->arena, x->resource, scope);
	if (scope == NULL)
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "scope");
	else if (*scope == '\0')
		ac_respond_error(x, AC_INVALID_SCOPE,
				 "no scope is left for the client itself and the resource");
	return scope != NULL && *scope != '\0' ? scope : NULL;
}

static enum authcode_err
prepare(struct authcode_exchange *x, const struct authcode_client *client, const char *scope)
{
	struct authcode_op_issue_client_token *issue = &x->operation.u.issue_client_token;
	struct ac_token_response *response = ac_token_response_new(x);
	enum authcode_err err;

	if (response == NULL)
		return AUTHCODE_ERR_MEMORY;
	x->state = response;
	response->scope = scope;
	issue->client_id = client->id;
	issue->resource = x->resource;
	/* Nothing but the access token ends the family. */
	err = ac_token_response_mint_access(x, client, INT64_MAX, response, &issue->access);
	issue->family_expires_ms = issue->access.expires_ms;
	return err;
}

void
ac_grant_client(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *scope;
	enum authcode_err err;

	/* No registry has such a client; here it would be a token for anybody. */
	if (client->auth == AUTHCODE_AUTH_NONE) {
		ac_respond_error(x, AC_UNAUTHORIZED_CLIENT, "a public client has no credentials");
		return;
	}
	if (!ac_resource_take(x, client))
		return;
	scope = granted_scope(x, client);
	if (scope == NULL)
		return;
	err = prepare(x, client, scope);
	if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "mint token");
	else
		ac_exchange_submit(x, AUTHCODE_OP_ISSUE_CLIENT_TOKEN, answer);
}
