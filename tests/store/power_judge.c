/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The judge of power_work.h. What nobody was told of may have happened or not, but
 * never by half; what somebody was told of has happened.
 */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/attr.h"
#include "power_work.h"

static void
found(struct verdict *verdict, size_t *counter, const char *what)
{
	(*counter)++;
	if (verdict->first[0] == '\0')
		snprintf(verdict->first, sizeof(verdict->first), "%s", what);
}

/* --- the file --------------------------------------------------------------- */

#define ALIVE " AND subject_id IN (SELECT id FROM subject WHERE retired_ms = 0)"
#define TOKENS(kind) "(SELECT 1 FROM token WHERE family_id = family.id AND kind = " kind ")"

/* Each says nothing, or "ok", of a file that is whole. Who is being erased may have gone in
 * part. */
static const char *const questions[] = {
	"PRAGMA integrity_check",
	"PRAGMA foreign_key_check",
	"SELECT 'used without tokens' FROM code WHERE used_ms <> 0" ALIVE
	" AND NOT EXISTS (SELECT 1 FROM family WHERE family.id = code.id)",
	"SELECT 'tokens without use' FROM family WHERE EXISTS"
	" (SELECT 1 FROM code WHERE code.id = family.id AND used_ms = 0)" ALIVE,
	"SELECT 'family without tokens' FROM family WHERE NOT (EXISTS " TOKENS(
		"1") " AND EXISTS " TOKENS("2") ")" ALIVE,
	"SELECT 'rotated without successor' FROM token JOIN family ON family.id = family_id"
	" WHERE rotated_ms <> 0 AND successor_id NOT IN (SELECT id FROM token)" ALIVE,
};

static void
ask_file(const struct fixture *f, struct verdict *verdict)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	int rc;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(questions); i++) {
		assert_int_equal(sqlite3_prepare_v2(db, questions[i], -1, &statement, NULL),
				 SQLITE_OK);
		while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
			const char *answer = (const char *)sqlite3_column_text(statement, 0);

			if (strcmp(answer, "ok") != 0)
				found(verdict, &verdict->damaged, answer);
		}
		if (rc != SQLITE_DONE)
			found(verdict, &verdict->damaged, sqlite3_errmsg(db));
		sqlite3_finalize(statement);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* --- rows ------------------------------------------------------------------- */

static void
look_at_codes(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	for (size_t i = 0; i < work->code_count; i++) {
		const struct noted_code *code = &work->codes[i];

		if (work->erased[code->person])
			continue;
		if (!has_code(f, code->id))
			found(verdict, &verdict->lost, "a code is gone");
		else if (code->access != 0 && code_of(f, code->id).code.used_ms == 0)
			found(verdict, &verdict->lost, "a redemption is gone");
		if (code->access != 0 && !has_token(f, code->access))
			found(verdict, &verdict->lost, "an access token is gone");
		else if (code->revoked && token_of(f, code->access).family.revoked_ms == 0)
			found(verdict, &verdict->lost, "a revocation is gone");
	}
}

/* A refresh token stays until what has replaced it is replaced itself. */
static void
look_at_refresh_tokens(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	for (size_t i = 0; i < work->refresh_count; i++) {
		const struct noted_refresh *refresh = &work->refreshes[i];

		if (work->erased[work->codes[refresh->code].person])
			continue;
		if (!has_token(f, refresh->access))
			found(verdict, &verdict->lost, "a refreshed access token is gone");
		if (!refresh->rotated && !has_token(f, refresh->id))
			found(verdict, &verdict->lost, "a refresh token is gone");
	}
}

static void
look_at_sessions(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	for (size_t i = 0; i < work->session_count; i++) {
		const struct noted_session *session = &work->sessions[i];

		if (!has_session(f, session->id))
			found(verdict, &verdict->lost, "a session is gone");
		else if (session->ended && session_of(f, session->id).session.ended_ms == 0)
			found(verdict, &verdict->lost, "the end of a session is gone");
	}
	for (size_t i = 0; i < WORK_PEOPLE; i++) {
		if (work->people[i].ended && has_session(f, work->people[i].id))
			found(verdict, &verdict->lost, "an erasure is gone");
		else if (!work->erased[i] && !has_session(f, work->people[i].id))
			found(verdict, &verdict->lost, "an old session is gone");
	}
}

/* --- once more -------------------------------------------------------------- */

/* Of what was lost it may also be said that it was never there. */
static void
again(struct fixture *f, struct authcode_operation op, struct verdict *verdict, const char *what)
{
	enum authcode_result result = perform(f, &op);

	if (result == AUTHCODE_RESULT_DONE)
		found(verdict, &verdict->twice, what);
	else if (result != AUTHCODE_RESULT_REUSED)
		found(verdict, &verdict->lost, what);
}

static void
use_again(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(work->once); i++)
		if (work->once[i])
			again(f, op_use_once(f, (uint8_t)i, f->now + DAY), verdict, "once");
	for (size_t i = 0; i < work->refresh_count; i++) {
		const struct noted_refresh *refresh = &work->refreshes[i];
		const struct noted_code *code = &work->codes[refresh->code];
		struct authcode_operation op = op_refresh(f, refresh->id, true);

		op.u.use_refresh.family_id = code->id;
		if (work->erased[code->person])
			continue;
		if (refresh->rotated)
			again(f, op, verdict, "a refresh token");
		else if (code->revoked && perform(f, &op) == AUTHCODE_RESULT_DONE)
			found(verdict, &verdict->lost, "a refresh token lives after revocation");
	}
	for (size_t i = 0; i < work->code_count; i++) {
		const struct noted_code *code = &work->codes[i];

		if (code->access != 0 && !work->erased[code->person])
			again(f, op_redeem(f, code->id), verdict, "a code");
	}
}

/* A record was lost with what it is of, or stands without it: either way the chain, which
 * has no gap, does not come to where it was. */
static void
look_at_chain(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	const struct authcode_audit_key key = audit_key_of(f);
	struct authcode_audit_check check;

	assert_int_equal(authcode_store_chain_audit(f->store, &key), AUTHCODE_OK);
	check = check_audit(f, 1000);
	if (check.ret_fault != AUTHCODE_AUDIT_WHOLE)
		found(verdict, &verdict->damaged, authcode_audit_fault_name(check.ret_fault));
	if (check.ret_head.seq < (int64_t)work->recorded)
		found(verdict, &verdict->lost, "records are gone");
}

void
work_judge(const struct work *work, struct fixture *f, struct verdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	ask_file(f, verdict);
	look_at_chain(work, f, verdict);
	look_at_codes(work, f, verdict);
	look_at_refresh_tokens(work, f, verdict);
	look_at_sessions(work, f, verdict);
	use_again(work, f, verdict);
	/* And it goes on as if nothing had been. */
	redeem(f, issue(f, sign_in_as(f, "after", 1999, "sub-after")));
}
