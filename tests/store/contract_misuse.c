/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract when the caller breaks it, and when memory runs out under a
 * read: refused with the right error, nothing written, nothing returned.
 */
#include "contract.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "fixture.h"
#include "same_rows.h"

/* Spoils an operation that would be DONE. */
struct spoiler {
	const char *name;
	void (*spoil)(struct authcode_operation *op);
	enum authcode_err err;
};

static char long_text[256 * 1024 + 2];

static void
no_kind(struct authcode_operation *op)
{
	op->kind = 0;
}

static void
kind_too_large(struct authcode_operation *op)
{
	op->kind = AUTHCODE_OP_COUNT;
}

static void
no_time(struct authcode_operation *op)
{
	op->now_ms = 0;
}

static void
time_negative(struct authcode_operation *op)
{
	op->now_ms = -1;
}

static void
time_too_late(struct authcode_operation *op)
{
	op->now_ms = INT64_C(1) << 42;
}

static const struct spoiler any[] = {
	{ "no kind", no_kind, AUTHCODE_ERR_USAGE },
	{ "kind too large", kind_too_large, AUTHCODE_ERR_USAGE },
	{ "no time", no_time, AUTHCODE_ERR_USAGE },
	{ "time negative", time_negative, AUTHCODE_ERR_USAGE },
	{ "time too late for a key", time_too_late, AUTHCODE_ERR_USAGE },
};

static void
try_spoilt(struct fixture *f, const struct authcode_operation *good, const struct spoiler *spoilers,
	   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct authcode_operation op = *good;

		spoilers[i].spoil(&op);
		perform(f, &op);
		if (op.result != AUTHCODE_RESULT_FAILED || op.err != spoilers[i].err)
			fail_msg("%s: %d, %s", spoilers[i].name, (int)op.result,
				 authcode_err_str(op.err));
	}
}

/* The offset of a text, spoilt in two ways. */
static void
try_texts(struct fixture *f, const struct authcode_operation *good, const size_t *texts,
	  size_t count)
{
	memset(long_text, 'x', sizeof(long_text) - 1);
	for (size_t i = 0; i < count; i++) {
		const char *spoilt[] = { NULL, long_text };
		enum authcode_err errs[] = { AUTHCODE_ERR_USAGE, AUTHCODE_ERR_LIMIT };

		for (size_t j = 0; j < AC_ARRAY_SIZE(spoilt); j++) {
			struct authcode_operation op = *good;

			memcpy((char *)&op + texts[i], &spoilt[j], sizeof(spoilt[j]));
			perform(f, &op);
			if (op.result != AUTHCODE_RESULT_FAILED || op.err != errs[j])
				fail_msg("text %zu, way %zu: %d, %s", i, j, (int)op.result,
					 authcode_err_str(op.err));
		}
	}
}

#define TEXT(member) offsetof(struct authcode_operation, u.member)

static void
a_sign_in_that_breaks_the_contract_is_refused(void **state)
{
	static const size_t texts[] = {
		TEXT(create_session.user_name), TEXT(create_session.full_name),
		TEXT(create_session.groups),    TEXT(create_session.new_sub),
		TEXT(create_session.acr),       TEXT(create_session.amr),
		TEXT(create_session.claims),
	};
	struct fixture *f = *state;
	struct authcode_operation good = op_sign_in(f, "ana", 1001, "sub-ana");
	struct authcode_operation no_sub = op_sign_in(f, "ana", 1001, "");

	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_texts(f, &good, texts, AC_ARRAY_SIZE(texts));
	assert_int_equal(perform(f, &no_sub), AUTHCODE_RESULT_FAILED);
	assert_int_equal(no_sub.err, AUTHCODE_ERR_USAGE);
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
an_issue_that_breaks_the_contract_is_refused(void **state)
{
	static const size_t texts[] = {
		TEXT(issue_code.code.client_id), TEXT(issue_code.code.redirect_uri),
		TEXT(issue_code.code.scope),     TEXT(issue_code.code.code_challenge),
		TEXT(issue_code.code.nonce),     TEXT(issue_code.code.claims_request),
		TEXT(issue_code.code.resource),  TEXT(issue_code.consented_scope),
	};
	struct fixture *f = *state;
	struct authcode_operation good = op_issue(f, sign_in(f));

	good.u.issue_code.remember = true;
	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_texts(f, &good, texts, AC_ARRAY_SIZE(texts));
	good.u.issue_code.remember = false;
	good.u.issue_code.consented_scope = NULL;
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
a_redemption_that_breaks_the_contract_does_not_burn_the_code(void **state)
{
	static const size_t texts[] = {
		TEXT(redeem_code.access.scope),
		TEXT(redeem_code.access.resource),
		TEXT(redeem_code.refresh.scope),
		TEXT(redeem_code.refresh.resource),
	};
	struct fixture *f = *state;
	struct authcode_operation good = op_redeem(f, issue(f, sign_in(f)));

	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_texts(f, &good, texts, AC_ARRAY_SIZE(texts));
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
a_refresh_that_breaks_the_contract_does_not_rotate(void **state)
{
	static const size_t texts[] = {
		TEXT(use_refresh.access.scope),
		TEXT(use_refresh.access.resource),
		TEXT(use_refresh.successor.scope),
		TEXT(use_refresh.successor.resource),
	};
	struct fixture *f = *state;
	struct authcode_operation good = op_refresh(f, sign_in_and_redeem(f).refresh, true);

	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_texts(f, &good, texts, AC_ARRAY_SIZE(texts));
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
a_relink_that_breaks_the_contract_is_refused(void **state)
{
	static const size_t texts[] = {
		TEXT(relink_subject.old_name),
		TEXT(relink_subject.new_name),
	};
	struct fixture *f = *state;
	struct authcode_operation good = op_relink(f, "ana", "anna", 1001);

	sign_in(f);
	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_texts(f, &good, texts, AC_ARRAY_SIZE(texts));
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
stopped_before_time(struct authcode_operation *op)
{
	op->u.stop_signing_key.stopped_ms = -1;
}

static void
stopped_too_late(struct authcode_operation *op)
{
	op->u.stop_signing_key.stopped_ms = INT64_C(1) << 42;
}

static void
a_key_that_stops_at_no_time_is_refused(void **state)
{
	static const struct spoiler spoilers[] = {
		{ "before time", stopped_before_time, AUTHCODE_ERR_USAGE },
		{ "too late", stopped_too_late, AUTHCODE_ERR_USAGE },
	};
	struct fixture *f = *state;
	struct authcode_operation add = op_add_key(f, "kid", "RS256", 0), good;

	assert_int_equal(perform(f, &add), AUTHCODE_RESULT_DONE);
	good = op_stop_key(f, add.u.add_signing_key.ret_key_id, T0);
	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_spoilt(f, &good, spoilers, AC_ARRAY_SIZE(spoilers));
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
no_active_time(struct authcode_operation *op)
{
	op->u.add_signing_key.active_ms = 0;
}

static void
active_time_too_late(struct authcode_operation *op)
{
	op->u.add_signing_key.active_ms = INT64_C(1) << 42;
}

static void
empty_kid(struct authcode_operation *op)
{
	op->u.add_signing_key.kid = "";
}

static void
empty_alg(struct authcode_operation *op)
{
	op->u.add_signing_key.alg = "";
}

/* It would look forgotten. */
static void
empty_sealed(struct authcode_operation *op)
{
	op->u.add_signing_key.sealed = "";
}

static void
a_signing_key_that_breaks_the_contract_is_refused(void **state)
{
	static const size_t texts[] = {
		TEXT(add_signing_key.kid),
		TEXT(add_signing_key.alg),
		TEXT(add_signing_key.sealed),
	};
	static const struct spoiler spoilers[] = {
		{ "no active time", no_active_time, AUTHCODE_ERR_USAGE },
		{ "active time too late", active_time_too_late, AUTHCODE_ERR_USAGE },
		{ "empty kid", empty_kid, AUTHCODE_ERR_USAGE },
		{ "empty alg", empty_alg, AUTHCODE_ERR_USAGE },
		{ "empty sealed", empty_sealed, AUTHCODE_ERR_USAGE },
	};
	struct fixture *f = *state;
	struct authcode_operation good = op_add_key(f, "kid", "RS256", 0);

	try_spoilt(f, &good, any, AC_ARRAY_SIZE(any));
	try_spoilt(f, &good, spoilers, AC_ARRAY_SIZE(spoilers));
	try_texts(f, &good, texts, AC_ARRAY_SIZE(texts));
	assert_int_equal(perform(f, &good), AUTHCODE_RESULT_DONE);
}

static void
other_operations_that_break_the_contract_are_refused(void **state)
{
	struct fixture *f = *state;
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation good[] = {
		op_revoke_family(f, tokens.family),
		op_revoke_token(f, tokens.access),
		op_end_session(f, token_of(f, tokens.access).session.id),
		op_retire(f, token_of(f, tokens.access).subject.id),
		op_purge(f, 1),
	};
	struct authcode_token_view before = token_of(f, tokens.access), after;
	static const uint32_t limits[] = { 0, AUTHCODE_PURGE_MAX + 1, UINT32_MAX };

	for (size_t i = 0; i < AC_ARRAY_SIZE(good); i++)
		try_spoilt(f, &good[i], any, AC_ARRAY_SIZE(any));
	for (size_t i = 0; i < AC_ARRAY_SIZE(limits); i++) {
		struct authcode_operation op = op_purge(f, limits[i]);

		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_USAGE);
	}
	after = token_of(f, tokens.access);
	assert_same_token(&before, &after);
}

/* The longest text that is taken comes back whole. */
static void
a_text_of_the_longest_length_survives(void **state)
{
	struct fixture *f = *state;
	struct authcode_operation op = op_sign_in(f, "ana", 1001, "sub-ana");
	char *text = malloc(256 * 1024 + 1);

	assert_non_null(text);
	memset(text, 'g', 256 * 1024);
	text[256 * 1024] = '\0';
	op.u.create_session.groups = text;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_string_equal(session_of(f, op.u.create_session.ret_session_id).subject.groups, text);
	free(text);
}

/* Nothing in a text is special to the store. */
static void
texts_come_back_byte_for_byte(void **state)
{
	static const char *const texts[] = {
		"'; DROP TABLE token; --", "?1 :name @name $name", "%_\\", "\"quoted\" 'twice'",
		"\x01\x7f\t\r\n",          "\xff\xfe not UTF-8",   "😀",    "line\nbreak",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(texts); i++) {
		int64_t session = sign_in_as(f, texts[i], 1001, texts[i]);
		struct authcode_operation op = op_issue(f, session);
		struct authcode_session_view view = session_of(f, session);

		assert_string_equal(view.subject.user_name, texts[i]);
		assert_string_equal(view.subject.sub, texts[i]);
		op.u.issue_code.code.client_id = texts[i];
		op.u.issue_code.code.nonce = texts[i];
		op.u.issue_code.code.redirect_uri = texts[i];
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
		assert_string_equal(code_of(f, op.u.issue_code.ret_code_id).code.client_id,
				    texts[i]);
		assert_string_equal(code_of(f, op.u.issue_code.ret_code_id).code.nonce, texts[i]);
		assert_string_equal(code_of(f, op.u.issue_code.ret_code_id).code.redirect_uri,
				    texts[i]);
	}
}

static void
untouched(const void *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(((const unsigned char *)data)[i], 0x5a);
}

static void
a_read_that_does_not_fit_its_arena_returns_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_operation op = op_issue(f, session);
	struct tokens tokens;
	struct authcode_session_view session_view;
	struct authcode_grant grant;
	struct authcode_code_view code_view;
	struct authcode_token_view token_view;

	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile groups email address phone and more";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	tokens = redeem(f, op.u.issue_code.ret_code_id);
	memset(&session_view, 0x5a, sizeof(session_view));
	memset(&grant, 0x5a, sizeof(grant));
	memset(&code_view, 0x5a, sizeof(code_view));
	memset(&token_view, 0x5a, sizeof(token_view));
	for (size_t size = 1; size <= 33; size += 16) {
		struct authcode_arena *small = NULL;

		assert_int_equal(authcode_arena_new(size, &small), AUTHCODE_OK);
		assert_int_equal(
			authcode_store_find_session(f->store, session, small, &session_view),
			AUTHCODE_ERR_MEMORY);
		assert_int_equal(authcode_store_find_grant(f->store,
							   session_of(f, session).subject.id,
							   "demo", small, &grant),
				 AUTHCODE_ERR_MEMORY);
		assert_int_equal(
			authcode_store_find_code(f->store, tokens.family, small, &code_view),
			AUTHCODE_ERR_MEMORY);
		assert_int_equal(
			authcode_store_find_token(f->store, tokens.access, small, &token_view),
			AUTHCODE_ERR_MEMORY);
		authcode_arena_free(&small);
	}
	untouched(&session_view, sizeof(session_view));
	untouched(&grant, sizeof(grant));
	untouched(&code_view, sizeof(code_view));
	untouched(&token_view, sizeof(token_view));
}

static void
closing_nothing_is_harmless(void **state)
{
	struct authcode_store *none = NULL;

	(void)state;
	authcode_store_close(NULL);
	authcode_store_close(&none);
	assert_null(none);
}

static void
every_operation_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (enum authcode_operation_kind kind = 1; kind < AUTHCODE_OP_COUNT; kind++) {
		const char *name = authcode_operation_name(kind);

		assert_string_not_equal(name, "unknown");
		for (enum authcode_operation_kind other = 1; other < kind; other++)
			assert_string_not_equal(name, authcode_operation_name(other));
	}
	assert_string_equal(authcode_operation_name(AUTHCODE_OP_REDEEM_CODE), "redeem_code");
	assert_string_equal(authcode_operation_name(0), "unknown");
	assert_string_equal(authcode_operation_name(AUTHCODE_OP_COUNT), "unknown");
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(a_sign_in_that_breaks_the_contract_is_refused),
	CONTRACT_CASE(an_issue_that_breaks_the_contract_is_refused),
	CONTRACT_CASE(a_redemption_that_breaks_the_contract_does_not_burn_the_code),
	CONTRACT_CASE(a_refresh_that_breaks_the_contract_does_not_rotate),
	CONTRACT_CASE(a_relink_that_breaks_the_contract_is_refused),
	CONTRACT_CASE(a_signing_key_that_breaks_the_contract_is_refused),
	CONTRACT_CASE(a_key_that_stops_at_no_time_is_refused),
	CONTRACT_CASE(other_operations_that_break_the_contract_are_refused),
	CONTRACT_CASE(a_text_of_the_longest_length_survives),
	CONTRACT_CASE(texts_come_back_byte_for_byte),
	CONTRACT_CASE(a_read_that_does_not_fit_its_arena_returns_nothing),
	CONTRACT_CASE(closing_nothing_is_harmless),
	CONTRACT_CASE(every_operation_has_a_name_of_its_own),
};

const struct contract_chapter contract_misuse = { cases, AC_ARRAY_SIZE(cases) };
