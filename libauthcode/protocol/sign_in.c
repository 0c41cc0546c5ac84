/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What follows a sign-in that the host has carried to success: a session with
 * an id of its own (LS-03: none survives a sign-in), and a redirect that carries
 * the request on. The seal may have grown old while the person was typing; it
 * must still be this browser's, or a stranger could sign others in as himself.
 */
#include <string.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "base/text.h"
#include "protocol/claims.h"
#include "protocol/credential.h"
#include "protocol/exchange.h"
#include "protocol/session.h"
#include "protocol/transaction.h"

#define SUB_LEN 16 /* 128 random bits: never reassigned, tells nothing (OIDC-Core §8) */
#define MAX_AMR 256

struct signing_in {
	struct ac_transaction transaction; /* resealed for the redirect */
	struct ac_credential session;
};

static bool
text_ok(const char *text, size_t min, size_t max)
{
	size_t len = text != NULL ? strlen(text) : 0;

	return len >= min && len <= max && (len == 0 || ac_text_printable(text, len));
}

static bool
usable(const struct authcode_sign_in *in)
{
	const struct authcode_user *user = &in->user;

	if (in->now_ms <= 0 || in->password_changed_ms < 0 || in->transaction == NULL ||
	    !text_ok(in->browser, 1, SIZE_MAX) || !text_ok(user->name, 1, AC_MAX_USER_NAME) ||
	    !text_ok(in->acr, 0, AC_MAX_ACR) || !text_ok(in->amr, 0, MAX_AMR))
		return false;
	return ac_account_groups_ok(user->groups, user->group_count);
}

static const char *
new_sub(struct authcode_exchange *x, enum authcode_err *err)
{
	uint8_t raw[SUB_LEN];
	char *sub = authcode_arena_alloc(x->arena, AC_BASE64URL_LEN(SUB_LEN) + 1);

	*err = sub == NULL ? AUTHCODE_ERR_MEMORY
			   : x->issuer->random.fill(x->issuer->random.ctx, raw, sizeof(raw));
	if (*err != AUTHCODE_OK)
		return NULL;
	ac_base64url_encode(raw, sizeof(raw), sub);
	return sub;
}

static void
answer_sign_in(struct authcode_exchange *x)
{
	struct signing_in *state = x->state;
	const char *url = NULL;
	char *cookie;
	enum authcode_err err = x->operation.err;

	if (x->operation.result != AUTHCODE_RESULT_DONE) {
		ac_respond_failure(x, err != AUTHCODE_OK ? err : AUTHCODE_ERR_STORE, "sign-in");
		return;
	}
	state->session.id = x->operation.u.create_session.ret_session_id;
	cookie = ac_credential_format(AC_CREDENTIAL_SESSION, &state->session, x->arena);
	err = cookie == NULL
		      ? AUTHCODE_ERR_MEMORY
		      : ac_transaction_resume_url(x->issuer, x->arena, &state->transaction, &url);
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "sign-in");
		return;
	}
	ac_respond_redirect(x, url);
	x->response.set_session = cookie;
}

/* The live session that the cookie proves, if there is one. */
static enum authcode_err
find_replaced(struct authcode_exchange *x, const char *cookie,
	      struct authcode_op_create_session *op)
{
	struct authcode_session_view view;
	enum authcode_err err = ac_session_find(x, cookie, &view);

	if (err == AUTHCODE_OK) {
		op->replaces = view.session.id;
		memcpy(op->replaces_hash, view.session.hash, sizeof(op->replaces_hash));
	}
	return err == AUTHCODE_ERR_NOT_FOUND ? AUTHCODE_OK : err;
}

static enum authcode_err
fill_operation(struct authcode_exchange *x, const struct authcode_sign_in *in,
	       struct ac_credential *ret_session)
{
	struct authcode_arena *arena = x->arena;
	const struct authcode_lifetimes *lifetimes = &x->rules->lifetimes;
	enum authcode_err err;
	struct authcode_op_create_session op = {
		.uid = in->user.uid,
		.auth_time_ms = x->now_ms,
		.idle_expires_ms = x->now_ms + (int64_t)lifetimes->session_idle_s * 1000,
		.expires_ms = x->now_ms + (int64_t)lifetimes->session_absolute_s * 1000,
		.ends_earlier_ms = in->password_changed_ms,
	};

	op.user_name = ac_arena_strdup(arena, in->user.name);
	op.full_name = ac_arena_strdup(arena, ac_account_full_name(in->user.full_name));
	op.groups = ac_account_join_groups(arena, in->user.groups, in->user.group_count);
	op.acr = ac_arena_strdup(arena, in->acr != NULL ? in->acr : "");
	op.amr = ac_arena_strdup(arena, in->amr != NULL ? in->amr : "");
	op.claims = ac_claims_compact(x->issuer, arena, in->claims);
	if (op.user_name == NULL || op.full_name == NULL || op.groups == NULL || op.acr == NULL ||
	    op.amr == NULL || op.claims == NULL)
		return AUTHCODE_ERR_MEMORY;
	op.new_sub = new_sub(x, &err);
	if (err == AUTHCODE_OK)
		err = find_replaced(x, in->session, &op);
	if (err == AUTHCODE_OK)
		err = ac_credential_mint(AC_CREDENTIAL_SESSION, &x->issuer->random, ret_session,
					 op.hash);
	if (err == AUTHCODE_OK)
		x->operation.u.create_session = op;
	return err;
}

static void
decide(struct authcode_exchange *x, const struct authcode_sign_in *in)
{
	struct signing_in *state = authcode_arena_alloc(x->arena, sizeof(*state));
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (state != NULL)
		err = ac_transaction_unseal(x->issuer, x->arena, in->transaction,
					    &state->transaction);
	if (err == AUTHCODE_ERR_SYNTAX || err == AUTHCODE_ERR_CRYPTO) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "this page is not one of ours");
		return;
	}
	if (err == AUTHCODE_OK && !ac_transaction_same_browser(&state->transaction, in->browser)) {
		ac_respond_page(x, 403, AC_ACCESS_DENIED, "the page belongs to another browser");
		return;
	}
	if (err == AUTHCODE_OK)
		err = fill_operation(x, in, &state->session);
	if (err != AUTHCODE_OK) {
		ac_respond_failure(x, err, "sign-in");
		return;
	}
	state->transaction.created_ms = x->now_ms;
	state->transaction.notice = AUTHCODE_NOTICE_NONE;
	state->transaction.attempt = 0;
	state->transaction.question = AC_QUESTION_NONE;
	state->transaction.subject_id = 0;
	state->transaction.chosen_id = AC_CHOSEN_NOBODY; /* whoever signs in is chosen */
	state->transaction.tried_ms = x->now_ms;         /* with its acr: what was asked for */
	x->state = state;
	x->reason = in->password_changed_ms != 0 ? "password_changed" : NULL;
	ac_exchange_submit(x, AUTHCODE_OP_CREATE_SESSION, answer_sign_in);
}

enum authcode_err
authcode_exchange_begin_sign_in(struct authcode_issuer *issuer,
				const struct authcode_sign_in *sign_in,
				struct authcode_exchange **ret_exchange)
{
	struct authcode_exchange *x = NULL;
	enum authcode_err err;

	if (issuer == NULL || sign_in == NULL || ret_exchange == NULL || !usable(sign_in))
		return AUTHCODE_ERR_USAGE;
	err = ac_exchange_new(issuer, sign_in->now_ms, &x);
	if (err != AUTHCODE_OK)
		return err;
	err = ac_exchange_came_from(x, sign_in->peer, sign_in->txn);
	if (err != AUTHCODE_OK) {
		authcode_exchange_free(&x);
		return err;
	}
	x->request.endpoint = AUTHCODE_ENDPOINT_RESUME;
	x->asked = authcode_clients_find(x->clients, sign_in->client_id);
	decide(x, sign_in);
	*ret_exchange = x;
	return AUTHCODE_OK;
}
