/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The decisions behind the operations of <authcode/store.h>; see rules.h. In
 * every rule reuse is found before expiry: what was stolen and used is still
 * evidence when its time is over (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
 */
#include "store/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/secret.h"

bool
ac_subject_live(const struct authcode_subject *subject)
{
	return subject->id != 0 && subject->retired_ms == 0;
}

static bool
session_not_ended(const struct authcode_session *session)
{
	return session->id != 0 && session->ended_ms == 0;
}

/* A session that is renewed keeps its row and changes its hash: only who has the
 * hash has seen what the row now says. */
static bool
session_is(const struct authcode_session *session, const uint8_t hash[AUTHCODE_HASH_LEN])
{
	return session->id != 0 && ac_secret_equal(session->hash, hash, AUTHCODE_HASH_LEN);
}

enum authcode_result
ac_rule_issue_code(const struct authcode_session_view *view,
		   const uint8_t session_hash[AUTHCODE_HASH_LEN], int64_t now_ms)
{
	if (view == NULL)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (!session_is(&view->session, session_hash))
		return AUTHCODE_RESULT_EXPIRED;
	if (!session_not_ended(&view->session) || !ac_subject_live(&view->subject))
		return AUTHCODE_RESULT_EXPIRED;
	if (now_ms >= view->session.expires_ms || now_ms >= view->session.idle_expires_ms)
		return AUTHCODE_RESULT_EXPIRED;
	return AUTHCODE_RESULT_DONE;
}

enum ac_replaced
ac_rule_replace_session(const struct authcode_session_view *view, int64_t subject_id,
			const uint8_t replaces_hash[AUTHCODE_HASH_LEN], int64_t now_ms)
{
	if (view == NULL || !session_is(&view->session, replaces_hash))
		return AC_REPLACED_UNTOUCHED;
	if (view->session.subject_id != subject_id ||
	    ac_rule_issue_code(view, replaces_hash, now_ms) != AUTHCODE_RESULT_DONE)
		return AC_REPLACED_ENDED;
	return AC_REPLACED_RENEWED;
}

enum authcode_result
ac_rule_redeem_code(const struct authcode_code_view *view, int64_t now_ms)
{
	if (view == NULL)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (view->code.used_ms != 0)
		return AUTHCODE_RESULT_REUSED;
	if (now_ms >= view->code.expires_ms)
		return AUTHCODE_RESULT_EXPIRED;
	if (!ac_subject_live(&view->subject) || !session_not_ended(&view->session) ||
	    view->withdrawn_ms != 0)
		return AUTHCODE_RESULT_EXPIRED;
	return AUTHCODE_RESULT_DONE;
}

struct authcode_family
ac_family_of_code(const struct authcode_code *code, const struct authcode_op_redeem *args,
		  int64_t now_ms)
{
	return (struct authcode_family){
		.id = code->id,
		.client_id = code->client_id,
		.subject_id = code->subject_id,
		.session_id = args->detached ? 0 : code->session_id,
		.scope = code->scope,
		.auth_time_ms = code->auth_time_ms,
		.acr = code->acr,
		.amr = code->amr,
		.claims = code->claims,
		.claims_request = code->claims_request,
		.resource = code->resource,
		.created_ms = now_ms,
		.expires_ms = args->family_expires_ms,
	};
}

/* Everything that a token of the family hangs on but itself. */
static bool
family_lives(const struct authcode_token_view *view, int64_t now_ms)
{
	const struct authcode_family *family = &view->family;

	if (now_ms >= family->expires_ms || family->revoked_ms != 0 || view->withdrawn_ms != 0)
		return false;
	if (family->subject_id != 0 && !ac_subject_live(&view->subject))
		return false;
	return family->session_id == 0 || session_not_ended(&view->session);
}

/* Two requests at once carry times in either order, so the clock may be a little
 * behind the rotation; one that was set back must not hold the window open. */
static bool
within(int64_t retry_ms, int64_t rotated_ms, int64_t now_ms)
{
	return now_ms < rotated_ms + retry_ms && now_ms > rotated_ms - retry_ms;
}

/* Whoever has used the successor has had the answer, so that it was not lost: the
 * one who then comes with the old token is another (RFC 9700 §4.14.2). */
static bool
answer_may_be_lost(const struct ac_refresh_rows *rows, int64_t retry_ms, int64_t now_ms)
{
	const struct authcode_token *token = &rows->token->token;
	const struct authcode_token *next = rows->successor, *access = rows->successor_access;

	if (!within(retry_ms, token->rotated_ms, now_ms) || token->revoked_ms != 0 ||
	    !family_lives(rows->token, now_ms) || next == NULL || access == NULL)
		return false;
	return next->used_ms == 0 && next->rotated_ms == 0 && next->revoked_ms == 0 &&
	       access->revoked_ms == 0 && now_ms < access->expires_ms;
}

enum authcode_result
ac_rule_use_refresh(const struct ac_refresh_rows *rows, const struct authcode_op_use_refresh *args,
		    int64_t now_ms)
{
	const struct authcode_token_view *view = rows->token;

	if (view == NULL)
		return args->family_id != 0 ? AUTHCODE_RESULT_REUSED : AUTHCODE_RESULT_NOT_FOUND;
	if (view->token.kind != AUTHCODE_TOKEN_REFRESH)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (view->token.rotated_ms != 0)
		return answer_may_be_lost(rows, args->retry_ms, now_ms) ? AUTHCODE_RESULT_REPEATED
									: AUTHCODE_RESULT_REUSED;
	if (now_ms >= view->token.expires_ms || view->token.revoked_ms != 0)
		return AUTHCODE_RESULT_EXPIRED;
	return family_lives(view, now_ms) ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_EXPIRED;
}

enum authcode_result
ac_rule_answer_device(const struct authcode_device_view *view,
		      const struct authcode_session_view *session,
		      const struct authcode_op_answer_device *args, int64_t now_ms)
{
	if (view == NULL)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (now_ms >= view->device.expires_ms || view->withdrawn_ms != 0)
		return AUTHCODE_RESULT_EXPIRED;
	if (view->device.state != AUTHCODE_DEVICE_PENDING)
		return AUTHCODE_RESULT_CONFLICT;
	if (args->allow &&
	    ac_rule_issue_code(session, args->session_hash, now_ms) != AUTHCODE_RESULT_DONE)
		return AUTHCODE_RESULT_EXPIRED;
	return AUTHCODE_RESULT_DONE;
}

enum authcode_result
ac_rule_poll_device(const struct authcode_device_view *view, int64_t now_ms)
{
	if (view == NULL)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (now_ms >= view->device.expires_ms)
		return AUTHCODE_RESULT_EXPIRED;
	if (view->device.state != AUTHCODE_DEVICE_PENDING)
		return AUTHCODE_RESULT_CONFLICT;
	return AUTHCODE_RESULT_DONE;
}

bool
ac_device_too_fast(const struct authcode_device *device, int64_t now_ms)
{
	return device->polled_ms != 0 && now_ms - device->polled_ms < device->interval_ms;
}

enum authcode_result
ac_rule_redeem_device(const struct authcode_device_view *view, int64_t now_ms)
{
	if (view == NULL)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (view->device.state == AUTHCODE_DEVICE_USED)
		return AUTHCODE_RESULT_REUSED;
	if (now_ms >= view->device.expires_ms)
		return AUTHCODE_RESULT_EXPIRED;
	if (view->device.state != AUTHCODE_DEVICE_ALLOWED)
		return AUTHCODE_RESULT_CONFLICT;
	if (!ac_subject_live(&view->subject) || !session_not_ended(&view->session) ||
	    view->withdrawn_ms != 0)
		return AUTHCODE_RESULT_EXPIRED;
	return AUTHCODE_RESULT_DONE;
}

struct authcode_family
ac_family_of_device(const struct authcode_device *device, const struct authcode_op_redeem *args,
		    int64_t now_ms)
{
	return (struct authcode_family){
		.id = device->id,
		.client_id = device->client_id,
		.subject_id = device->subject_id,
		.session_id = args->detached ? 0 : device->session_id,
		.scope = device->scope,
		.auth_time_ms = device->auth_time_ms,
		.acr = device->acr,
		.amr = device->amr,
		.claims = device->claims,
		.claims_request = "",
		.resource = device->resource,
		.created_ms = now_ms,
		.expires_ms = args->family_expires_ms,
	};
}

bool
ac_rule_create_device(const struct authcode_op_create_device *args, uint64_t pending)
{
	return args->max_pending == 0 || pending < args->max_pending;
}

#define REMEMBER_MS (15 * 60 * 1000)

int64_t
ac_device_forget_ms(int64_t expires_ms)
{
	return expires_ms + REMEMBER_MS;
}

/* The uid is what ties the old name's person to the new name: with another one
 * it is somebody else. */
enum authcode_result
ac_rule_relink_subject(const struct authcode_subject *old, int64_t in_the_way,
		       const struct authcode_op_relink_subject *args)
{
	if (old->id == 0)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (old->uid != args->uid)
		return AUTHCODE_RESULT_CONFLICT;
	if (in_the_way != 0 && in_the_way != old->id && !args->replace)
		return AUTHCODE_RESULT_CONFLICT;
	return AUTHCODE_RESULT_DONE;
}

/* Two nodes that both find a rotation due see the same newest key: one is first. */
enum authcode_result
ac_rule_add_signing_key(const struct authcode_op_add_signing_key *args, int64_t newest_id,
			bool kid_known)
{
	if (kid_known || newest_id != args->newest_id)
		return AUTHCODE_RESULT_CONFLICT;
	return AUTHCODE_RESULT_DONE;
}

/* Whoever withdraws the key that signs names another, and must not be left without. */
enum authcode_result
ac_rule_forget_signing_key(const struct authcode_op_forget_signing_key *args,
			   const struct ac_key_state *key, const struct ac_key_state *successor)
{
	if (key->id == 0)
		return AUTHCODE_RESULT_NOT_FOUND;
	if (args->successor_id == 0)
		return AUTHCODE_RESULT_DONE;
	if (successor->id == 0 || successor->id == key->id || successor->forgotten ||
	    strcmp(successor->alg, key->alg) != 0)
		return AUTHCODE_RESULT_CONFLICT;
	return AUTHCODE_RESULT_DONE;
}

enum authcode_result
ac_rule_stop_signing_key(const struct ac_key_state *key)
{
	return key->id != 0 && !key->forgotten ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_NOT_FOUND;
}

/* What is stored after everything else was sealed anew, and was sealed before, would never
 * open again. */
bool
ac_sealed_beside(const char *sealed, const char *stored)
{
	const char *dot = strchr(stored, '.');

	return dot == NULL || strncmp(sealed, stored, (size_t)(dot - stored) + 1) == 0;
}

/* What was sealed meanwhile under the old key would never open again. */
enum authcode_result
ac_rule_reseal(const struct authcode_op_reseal *args, const struct authcode_sealed *current,
	       size_t count)
{
	if (count != args->count)
		return AUTHCODE_RESULT_CONFLICT;
	for (size_t i = 0; i < count; i++) {
		const struct authcode_sealed *seen = &args->before[i];

		if (seen->place != current[i].place || strcmp(seen->name, current[i].name) != 0 ||
		    strcmp(seen->sealed, current[i].sealed) != 0)
			return AUTHCODE_RESULT_CONFLICT;
	}
	return AUTHCODE_RESULT_DONE;
}

/* Two administrators who have read the same row: one is first. */
enum authcode_result
ac_rule_put_client(const struct authcode_stored_client *row,
		   const struct authcode_op_put_client *args)
{
	if (args->remove && (row->revision == 0 || row->removed_ms != 0))
		return AUTHCODE_RESULT_NOT_FOUND;
	return row->revision == args->revision ? AUTHCODE_RESULT_DONE : AUTHCODE_RESULT_CONFLICT;
}

bool
ac_client_ends(const struct authcode_stored_client *row, const struct authcode_op_put_client *args)
{
	return args->end || args->remove || row->removed_ms != 0;
}

/* A rotated refresh token is remembered as long as its family lives: whoever
 * comes back with it shows that somebody else has had it (RFC 9700 §4.14.2). */
enum authcode_result
ac_rule_use_once(const struct ac_used_once *used, const struct authcode_op_use_once *args,
		 int64_t now_ms)
{
	if (now_ms >= args->expires_ms)
		return AUTHCODE_RESULT_EXPIRED;
	if (now_ms < used->forget_ms)
		return AUTHCODE_RESULT_REUSED;
	/* Its own row, past its end, can be taken anew. */
	if (used->forget_ms == 0 && used->count >= args->max)
		return AUTHCODE_RESULT_FAILED;
	return AUTHCODE_RESULT_DONE;
}

int64_t
ac_token_forget_ms(enum authcode_token_kind kind, int64_t expires_ms, int64_t family_expires_ms)
{
	return kind == AUTHCODE_TOKEN_REFRESH ? family_expires_ms : expires_ms;
}

int64_t
ac_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
contains(const char *list, const char *word, size_t len)
{
	for (const char *p = list; *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (n == len && memcmp(p, word, len) == 0)
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return false;
}

const char *
ac_store_scope_union(struct authcode_arena *arena, const char *a, const char *b)
{
	size_t len = strlen(a);
	char *text = authcode_arena_alloc(arena, len + 1 + strlen(b) + 1);

	if (text == NULL)
		return NULL;
	memcpy(text, a, len);
	for (b += strspn(b, " "); *b != '\0'; b += strspn(b, " ")) {
		size_t n = strcspn(b, " ");

		if (!contains(text, b, n)) {
			if (len > 0)
				text[len++] = ' ';
			memcpy(text + len, b, n);
			len += n;
			text[len] = '\0';
		}
		b += n;
	}
	return text;
}
