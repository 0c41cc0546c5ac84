/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See token_response.h. Access tokens are bearer tokens (RFC 6750), opaque or JWTs
 * (access_token.h); what an ID token says is id_token.c's. no-store is the host's
 * header table.
 */
#include "protocol/token_response.h"

#include "protocol/access_token.h"
#include "protocol/json_answer.h"
#include "protocol/resource.h"

struct ac_token_response *
ac_token_response_new(struct authcode_exchange *x)
{
	return authcode_arena_alloc(x->arena, sizeof(struct ac_token_response));
}

enum ac_credential_kind
ac_access_kind(const struct ac_token_response *response)
{
	return response->jwt.alg != NULL ? AC_CREDENTIAL_JTI : AC_CREDENTIAL_ACCESS;
}

enum authcode_err
ac_token_response_mint_access(struct authcode_exchange *x, const struct authcode_client *client,
			      int64_t family_end_ms, struct ac_token_response *response,
			      struct authcode_new_token *ret_row)
{
	const char *resource = x->resource != NULL ? x->resource : "";
	const struct ac_access_form form = ac_access_form(x, client, resource);
	int64_t end_ms = x->now_ms + (int64_t)form.ttl_s * 1000;

	response->scope = ac_resource_scope(x->rules, x->arena, resource, response->scope);
	if (response->scope == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (end_ms > family_end_ms)
		end_ms = family_end_ms;
	ret_row->scope = response->scope;
	ret_row->resource = resource;
	ret_row->expires_ms = end_ms;
	response->expires_in_s = end_ms > x->now_ms ? (end_ms - x->now_ms) / 1000 : 0;
	response->jwt.alg = form.alg != NULL ? ac_alg_find(form.alg) : NULL;
	if (response->jwt.alg != NULL) {
		enum authcode_err err = ac_access_jwt_check(x, response->jwt.alg);

		if (err != AUTHCODE_OK)
			return err;
		response->jwt.client = client;
		response->jwt.resource = resource;
		response->jwt.scope = response->scope;
		response->jwt.issued_s = x->now_ms / 1000;
		response->jwt.expires_s = end_ms / 1000;
	}
	if (response->from != NULL)
		return ac_refresh_derive_access(x->issuer, response->from, ac_access_kind(response),
						&response->access, ret_row->hash);
	return ac_credential_mint(ac_access_kind(response), &x->issuer->random, &response->access,
				  ret_row->hash);
}

enum authcode_err
ac_token_response_mint_refresh(struct authcode_exchange *x, const struct ac_refresh_owner *owner,
			       const char *scope, struct ac_token_response *response,
			       struct authcode_new_token *ret_row)
{
	ret_row->scope = scope;
	ret_row->resource = "";
	ret_row->expires_ms = ac_refresh_idle_end(x, owner->client);
	if (response->from != NULL)
		return ac_refresh_derive(x->issuer, owner, response->from, &response->refresh,
					 ret_row->hash);
	return ac_refresh_mint(x->issuer, owner, &response->refresh, ret_row->hash);
}

int64_t
ac_refresh_idle_ms(const struct authcode_exchange *x, const struct authcode_client *client)
{
	uint32_t idle_s = client->refresh_idle_ttl_s != 0 ? client->refresh_idle_ttl_s
							  : x->rules->lifetimes.refresh_idle_s;

	return (int64_t)idle_s * 1000;
}

int64_t
ac_refresh_idle_end(const struct authcode_exchange *x, const struct authcode_client *client)
{
	return x->now_ms + ac_refresh_idle_ms(x, client);
}

/* The texts that leave; NULL: there is none. */
struct texts {
	const char *access, *refresh, *id_token;
};

static void
describe(const struct ac_token_response *response, const struct texts *texts,
	 struct ac_json_answer *answer)
{
	ac_json_answer_text(answer, "access_token", texts->access);
	ac_json_answer_text(answer, "token_type", "Bearer");
	ac_json_answer_int(answer, "expires_in", response->expires_in_s);
	ac_json_answer_text(answer, "scope", response->scope);
	ac_json_answer_text(answer, "refresh_token", texts->refresh);
	ac_json_answer_text(answer, "id_token", texts->id_token);
}

static enum authcode_err
write_access(struct authcode_exchange *x, const struct ac_token_response *response,
	     const char **ret)
{
	if (response->jwt.alg != NULL)
		return ac_access_jwt_write(x, &response->jwt, &response->access, ret);
	*ret = ac_credential_format(AC_CREDENTIAL_ACCESS, &response->access, x->arena);
	return *ret != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}

static enum authcode_err
write_texts(struct authcode_exchange *x, const struct ac_token_response *response,
	    struct texts *texts)
{
	enum authcode_err err = write_access(x, response, &texts->access);

	texts->refresh = response->same_refresh;
	if (response->refresh.id != 0)
		texts->refresh =
			ac_credential_format(AC_CREDENTIAL_REFRESH, &response->refresh, x->arena);
	if (err == AUTHCODE_OK && response->refresh.id != 0 && texts->refresh == NULL)
		err = AUTHCODE_ERR_MEMORY;
	if (err != AUTHCODE_OK)
		return err;
	if (response->id_token == NULL)
		return AUTHCODE_OK;
	return ac_id_token_sign(x, response->id_token, texts->access, &texts->id_token);
}

static void
write_response(struct authcode_exchange *x)
{
	const struct ac_token_response *response = x->state;
	struct texts texts = { 0 };
	struct ac_json_answer answer;
	enum authcode_err err = write_texts(x, response, &texts);

	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "token response");
		return;
	}
	ac_json_answer_begin(&answer, x->arena);
	describe(response, &texts, &answer);
	ac_respond_json_answer(x, &answer);
}

/* The slower of the two algorithms that sign; NULL: nothing is signed by a key. */
static const struct ac_alg *
signing_alg(const struct ac_token_response *response)
{
	const struct ac_alg *access = response->jwt.alg, *id_token = NULL;

	if (response->id_token != NULL)
		id_token = ac_alg_find(response->id_token->client->id_token_alg);
	return access != NULL && (access->slow || id_token == NULL) ? access : id_token;
}

void
ac_token_response_send(struct authcode_exchange *x, struct ac_token_response *response)
{
	x->state = response;
	ac_exchange_write_signed(x, signing_alg(response), write_response);
}
