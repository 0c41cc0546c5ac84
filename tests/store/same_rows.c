/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See same_rows.h.
 */
#include "same_rows.h"

#include "fixture.h"

/* Texts of absent rows are NULL. */
static void
same_text(const char *a, const char *b)
{
	assert_string_equal(a != NULL ? a : "(none)", b != NULL ? b : "(none)");
}

void
assert_same_subject(const struct authcode_subject *a, const struct authcode_subject *b)
{
	assert_int_equal(a->id, b->id);
	same_text(a->sub, b->sub);
	same_text(a->user_name, b->user_name);
	assert_int_equal(a->uid, b->uid);
	same_text(a->full_name, b->full_name);
	same_text(a->groups, b->groups);
	assert_int_equal(a->first_seen_ms, b->first_seen_ms);
	assert_int_equal(a->retired_ms, b->retired_ms);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
}

static void
same_session(const struct authcode_session *a, const struct authcode_session *b)
{
	assert_int_equal(a->id, b->id);
	assert_memory_equal(a->hash, b->hash, AUTHCODE_HASH_LEN);
	assert_int_equal(a->subject_id, b->subject_id);
	assert_int_equal(a->auth_time_ms, b->auth_time_ms);
	same_text(a->acr, b->acr);
	same_text(a->amr, b->amr);
	same_text(a->claims, b->claims);
	assert_int_equal(a->created_ms, b->created_ms);
	assert_int_equal(a->idle_expires_ms, b->idle_expires_ms);
	assert_int_equal(a->expires_ms, b->expires_ms);
	assert_int_equal(a->ended_ms, b->ended_ms);
}

void
assert_same_session(const struct authcode_session_view *a, const struct authcode_session_view *b)
{
	same_session(&a->session, &b->session);
	assert_same_subject(&a->subject, &b->subject);
}

void
assert_same_code(const struct authcode_code_view *a, const struct authcode_code_view *b)
{
	const struct authcode_code *x = &a->code, *y = &b->code;

	assert_int_equal(x->id, y->id);
	assert_memory_equal(x->hash, y->hash, AUTHCODE_HASH_LEN);
	same_text(x->client_id, y->client_id);
	assert_int_equal(x->subject_id, y->subject_id);
	assert_int_equal(x->session_id, y->session_id);
	same_text(x->redirect_uri, y->redirect_uri);
	assert_int_equal(x->redirect_uri_sent, y->redirect_uri_sent);
	same_text(x->scope, y->scope);
	same_text(x->code_challenge, y->code_challenge);
	same_text(x->nonce, y->nonce);
	assert_int_equal(x->auth_time_ms, y->auth_time_ms);
	same_text(x->acr, y->acr);
	same_text(x->amr, y->amr);
	same_text(x->claims, y->claims);
	same_text(x->claims_request, y->claims_request);
	same_text(x->resource, y->resource);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->expires_ms, y->expires_ms);
	assert_int_equal(x->used_ms, y->used_ms);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
	assert_same_subject(&a->subject, &b->subject);
	same_session(&a->session, &b->session);
}

static void
same_family(const struct authcode_family *a, const struct authcode_family *b)
{
	assert_int_equal(a->id, b->id);
	same_text(a->client_id, b->client_id);
	assert_int_equal(a->subject_id, b->subject_id);
	assert_int_equal(a->session_id, b->session_id);
	same_text(a->scope, b->scope);
	assert_int_equal(a->auth_time_ms, b->auth_time_ms);
	same_text(a->acr, b->acr);
	same_text(a->amr, b->amr);
	same_text(a->claims, b->claims);
	same_text(a->claims_request, b->claims_request);
	same_text(a->resource, b->resource);
	assert_int_equal(a->created_ms, b->created_ms);
	assert_int_equal(a->expires_ms, b->expires_ms);
	assert_int_equal(a->revoked_ms, b->revoked_ms);
}

void
assert_same_token(const struct authcode_token_view *a, const struct authcode_token_view *b)
{
	const struct authcode_token *x = &a->token, *y = &b->token;

	assert_int_equal(x->id, y->id);
	assert_int_equal(x->kind, y->kind);
	assert_memory_equal(x->hash, y->hash, AUTHCODE_HASH_LEN);
	assert_int_equal(x->family_id, y->family_id);
	same_text(x->scope, y->scope);
	same_text(x->resource, y->resource);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->expires_ms, y->expires_ms);
	assert_int_equal(x->rotated_ms, y->rotated_ms);
	assert_int_equal(x->revoked_ms, y->revoked_ms);
	assert_int_equal(x->used_ms, y->used_ms);
	assert_int_equal(x->predecessor_id, y->predecessor_id);
	assert_int_equal(x->successor_id, y->successor_id);
	assert_int_equal(x->successor_access_id, y->successor_access_id);
	assert_int_equal(a->withdrawn_ms, b->withdrawn_ms);
	same_family(&a->family, &b->family);
	assert_same_subject(&a->subject, &b->subject);
	same_session(&a->session, &b->session);
}

void
assert_same_delivery(const struct authcode_delivery_view *a, const struct authcode_delivery_view *b)
{
	const struct authcode_delivery *x = &a->delivery, *y = &b->delivery;

	assert_int_equal(x->id, y->id);
	same_text(x->client_id, y->client_id);
	assert_int_equal(x->subject_id, y->subject_id);
	assert_int_equal(x->session_id, y->session_id);
	assert_int_equal(x->created_ms, y->created_ms);
	assert_int_equal(x->next_ms, y->next_ms);
	assert_int_equal(x->tries, y->tries);
	assert_int_equal(x->delivered_ms, y->delivered_ms);
	assert_int_equal(x->status, y->status);
	assert_same_subject(&a->subject, &b->subject);
}
