/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See id_token.h. Claims about the person stay out of it, for there is always an
 * access token that userinfo takes (OIDC-Core §5.4); those that the claims
 * parameter asks for by name are the exception (§5.5), as far as a token can hold
 * them: userinfo has no such bound. auth_time is always there, so that asking for it
 * (max_age, an essential claim) needs no memory.
 */
#include "protocol/id_token.h"

#include <string.h>

#include "jose/algorithm.h"
#include "jose/half_hash.h"
#include "protocol/acr.h"
#include "protocol/asked_claims.h"
#include "protocol/json_member.h"
#include "protocol/person.h"
#include "protocol/scope.h"
#include "protocol/signer.h"
#include "protocol/subject.h"

static struct ac_signer
signer_of(const struct authcode_exchange *x, const struct authcode_client *client)
{
	return (struct ac_signer){ x->issuer, x->clients, client, client->id_token_alg, x->now_ms };
}

enum authcode_err
ac_id_token_prepare(struct authcode_exchange *x, const char *scope, const struct ac_id_token *token,
		    const struct ac_id_token **ret)
{
	struct authcode_subject *subject;
	struct ac_id_token *kept;
	struct ac_signer signer;
	enum authcode_err err;

	*ret = NULL;
	if (!ac_scope_has(scope, "openid") || x->account.groups == NULL)
		return AUTHCODE_OK;
	kept = ac_arena_memdup(x->arena, token, sizeof(*token));
	subject = ac_arena_memdup(x->arena, token->subject, sizeof(*subject));
	if (kept == NULL || subject == NULL)
		return AUTHCODE_ERR_MEMORY;
	kept->subject = subject;
	signer = signer_of(x, token->client);
	err = ac_signer_check(&signer);
	if (err == AUTHCODE_OK)
		*ret = kept;
	return err;
}

/* OIDC-Core §12.2: about the sign-in of then, and without its nonce. */
enum authcode_err
ac_id_token_of_family(struct authcode_exchange *x, const struct authcode_client *client,
		      const struct authcode_token_view *view, const char *scope,
		      const struct ac_id_token **ret)
{
	const struct authcode_family *family = &view->family;
	const struct ac_id_token token = {
		.client = client,
		.subject = &view->subject,
		.nonce = "",
		.session_id = family->session_id,
		.auth_time_ms = family->auth_time_ms,
		.acr = family->acr,
		.amr = family->amr,
		.claims = family->claims,
		.claims_request = family->claims_request,
	};

	return ac_id_token_prepare(x, scope, &token, ret);
}

static struct ac_person
person_of(const struct ac_id_token *token)
{
	return (struct ac_person){
		.client = token->client,
		.subject = token->subject,
		.sign_in_claims = token->claims,
		.scope = "",
		.claims_request = token->claims_request,
		.where = AC_ASKED_ID_TOKEN,
	};
}

enum authcode_err
ac_id_token_wants_claims(const char *scope, const char *claims_request, bool *ret_wants)
{
	const struct ac_person person = {
		.scope = "",
		.claims_request = ac_scope_has(scope, "openid") ? claims_request : "",
		.where = AC_ASKED_ID_TOKEN,
	};

	return ac_person_wants_claims(&person, ret_wants);
}

/* --- what it says -------------------------------------------------------- */

static bool
put_times(const struct authcode_exchange *x, const struct ac_id_token *token, json_t *claims)
{
	int64_t now_s = x->now_ms / 1000;

	return ac_json_put_take(claims, "iat", json_integer(now_s)) &&
	       ac_json_put_take(claims, "exp",
				json_integer(now_s + x->rules->lifetimes.id_token_s)) &&
	       ac_json_put_take(claims, "auth_time", json_integer(token->auth_time_ms / 1000));
}

/* OIDC-Core §5.5.1.1: who has asked for one of several is told one of those, where
 * the sign-in satisfies it (ID-17). */
static enum authcode_err
put_acr(const struct authcode_exchange *x, const struct ac_id_token *token, json_t *claims)
{
	json_t *asked = NULL;
	enum authcode_err err =
		ac_asked_claims_parse(token->claims_request, AC_ASKED_ID_TOKEN, &asked);
	const char *acr = token->acr, *value;

	for (size_t i = 0; (value = ac_asked_claims_value(asked, "acr", i)) != NULL; i++) {
		if (ac_acr_satisfies(x->rules, token->acr, value)) {
			acr = value;
			break;
		}
	}
	if (err == AUTHCODE_OK && !ac_json_put_text(claims, "acr", acr))
		err = AUTHCODE_ERR_MEMORY;
	json_decref(asked);
	return err;
}

static enum authcode_err
put_sid(const struct authcode_exchange *x, const struct ac_id_token *token, json_t *claims)
{
	const char *sid = NULL;
	enum authcode_err err = AUTHCODE_OK;

	if (token->session_id != 0)
		err = ac_subject_sid(x->issuer, token->client, token->session_id, x->arena, &sid);
	if (err == AUTHCODE_OK && !ac_json_put_text(claims, "sid", sid))
		err = AUTHCODE_ERR_MEMORY;
	return err;
}

/* ID-06 */
static enum authcode_err
put_at_hash(const struct ac_id_token *token, const char *access_token, json_t *claims)
{
	const struct ac_alg *alg = ac_alg_find(token->client->id_token_alg);
	char hash[AC_HALF_HASH_SIZE];
	enum authcode_err err =
		ac_half_hash(alg != NULL ? alg->half_hash : AC_HS256_HALF_HASH, access_token, hash);

	if (err == AUTHCODE_OK && !ac_json_put_text(claims, "at_hash", hash))
		err = AUTHCODE_ERR_MEMORY;
	return err;
}

static enum authcode_err
fill(struct authcode_exchange *x, const struct ac_id_token *token, const struct ac_person *person,
     const char *access_token, json_t *claims)
{
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	/* No azp: aud is the client alone (OIDC-Core §2). */
	if (ac_json_put_text(claims, "iss", x->issuer->url) &&
	    ac_json_put_text(claims, "aud", token->client->id) && put_times(x, token, claims) &&
	    ac_json_put_text(claims, "nonce", token->nonce) &&
	    ac_json_put_words(claims, "amr", token->amr))
		err = put_acr(x, token, claims);
	if (err == AUTHCODE_OK)
		err = put_sid(x, token, claims);
	if (err == AUTHCODE_OK)
		err = put_at_hash(token, access_token, claims);
	if (err == AUTHCODE_OK)
		err = ac_person_put(x, person, claims);
	return err;
}

static enum authcode_err
sign(struct authcode_exchange *x, const struct ac_id_token *token, const struct ac_person *person,
     const char *access_token, const char **ret_text)
{
	const struct ac_signer signer = signer_of(x, token->client);
	json_t *claims = json_object();
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (claims != NULL)
		err = fill(x, token, person, access_token, claims);
	if (err == AUTHCODE_OK)
		err = ac_signer_sign(&signer, AC_ID_TOKEN_TYP, claims, x->arena, ret_text);
	json_decref(claims);
	return err;
}

enum authcode_err
ac_id_token_sign(struct authcode_exchange *x, const struct ac_id_token *token,
		 const char *access_token, const char **ret_text)
{
	struct ac_person person = person_of(token);
	enum authcode_err err = sign(x, token, &person, access_token, ret_text);

	/* Who is in hundreds of groups shall sign in all the same. */
	if (err == AUTHCODE_ERR_LIMIT) {
		ac_issuer_debug(x->issuer, "ID token: the claims asked for are too long, left out");
		person.claims_request = "";
		err = sign(x, token, &person, access_token, ret_text);
	}
	return err;
}
