/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What an operation decides, as pure functions over the rows it depends on, so
 * that every backend decides alike. What depends on a row that is missing (its
 * part of the view is zero) is refused.
 */
#ifndef AC_STORE_RULES_H
#define AC_STORE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include <authcode/store.h>

#include "base/attr.h"

/* A subject can be signed in or stand behind a token. */
AC_MUST_USE bool ac_subject_live(const struct authcode_subject *subject);

/* In all of them, view NULL: there is no such row. */

/* DONE, EXPIRED, NOT_FOUND. session_hash: of the session that was judged. */
AC_MUST_USE enum authcode_result ac_rule_issue_code(const struct authcode_session_view *view,
						    const uint8_t session_hash[AUTHCODE_HASH_LEN],
						    int64_t now_ms);

/* What becomes of the session that a sign-in names as replaced. */
enum ac_replaced {
	AC_REPLACED_UNTOUCHED = 0, /* there is none, or the sign-in does not prove it */
	AC_REPLACED_ENDED,
	AC_REPLACED_RENEWED,
};

/* subject_id: who signs in. replaces_hash: what was proved of the session. */
AC_MUST_USE enum ac_replaced ac_rule_replace_session(const struct authcode_session_view *view,
						     int64_t subject_id,
						     const uint8_t replaces_hash[AUTHCODE_HASH_LEN],
						     int64_t now_ms);

/* DONE, EXPIRED, REUSED, NOT_FOUND. A session whose time is over still lets its
 * last code be redeemed; one that was ended does not. */
AC_MUST_USE enum authcode_result ac_rule_redeem_code(const struct authcode_code_view *view,
						     int64_t now_ms);

/* The family that redeeming it begins; texts are borrowed from it. */
AC_MUST_USE struct authcode_family ac_family_of_code(const struct authcode_code *code,
						     const struct authcode_op_redeem *args,
						     int64_t now_ms);

/* A refresh token, and what replaced it when it was rotated; each NULL: not there. */
struct ac_refresh_rows {
	const struct authcode_token_view *token;
	const struct authcode_token *successor;
	const struct authcode_token *successor_access;
};

/* DONE, REPEATED, EXPIRED, REUSED, NOT_FOUND. A session whose time is over ends no
 * family (the family's own end says how long it lives); one that was ended does. */
AC_MUST_USE enum authcode_result ac_rule_use_refresh(const struct ac_refresh_rows *rows,
						     const struct authcode_op_use_refresh *args,
						     int64_t now_ms);

/* DONE, NOT_FOUND, CONFLICT. old: the live subject of the old name, its id 0 when
 * there is none; in_the_way: the id of that of the new name, or 0. */
AC_MUST_USE enum authcode_result
ac_rule_relink_subject(const struct authcode_subject *old, int64_t in_the_way,
		       const struct authcode_op_relink_subject *args);

/* DONE, EXPIRED, CONFLICT, NOT_FOUND. session: that of the session of an approval,
 * or NULL. */
AC_MUST_USE enum authcode_result ac_rule_answer_device(const struct authcode_device_view *view,
						       const struct authcode_session_view *session,
						       const struct authcode_op_answer_device *args,
						       int64_t now_ms);

/* DONE, EXPIRED, CONFLICT, NOT_FOUND. */
AC_MUST_USE enum authcode_result ac_rule_poll_device(const struct authcode_device_view *view,
						     int64_t now_ms);

/* Does this poll come before the interval since the last one is over? */
AC_MUST_USE bool ac_device_too_fast(const struct authcode_device *device, int64_t now_ms);

/* DONE, EXPIRED, CONFLICT, REUSED, NOT_FOUND. */
AC_MUST_USE enum authcode_result ac_rule_redeem_device(const struct authcode_device_view *view,
						       int64_t now_ms);

/* As of a code. */
AC_MUST_USE struct authcode_family ac_family_of_device(const struct authcode_device *device,
						       const struct authcode_op_redeem *args,
						       int64_t now_ms);

/* When an unused device is forgotten: later than its end, for whoever still polls
 * is to be told that it has expired, not that there never was one. */
AC_MUST_USE int64_t ac_device_forget_ms(int64_t expires_ms);

/* May the client have one more device, when so many of its own are pending? */
AC_MUST_USE bool ac_rule_create_device(const struct authcode_op_create_device *args,
				       uint64_t pending);

/* DONE, CONFLICT. newest_id: the newest key of the algorithm that is not forgotten,
 * 0: none; kid_known: some key has or had the kid. */
AC_MUST_USE enum authcode_result
ac_rule_add_signing_key(const struct authcode_op_add_signing_key *args, int64_t newest_id,
			bool kid_known);

/* What the operations on a signing key look at. */
struct ac_key_state {
	int64_t id; /* 0: no such key */
	const char *alg;
	bool forgotten;
};

/* DONE, NOT_FOUND, CONFLICT. successor: the key of successor_id. */
AC_MUST_USE enum authcode_result
ac_rule_forget_signing_key(const struct authcode_op_forget_signing_key *args,
			   const struct ac_key_state *key, const struct ac_key_state *successor);

/* DONE, NOT_FOUND. */
AC_MUST_USE enum authcode_result ac_rule_stop_signing_key(const struct ac_key_state *key);

/* May it be stored beside a text that is sealed already? A text names its master key in
 * front of its first dot; one without is older than the names, and says nothing. */
AC_MUST_USE bool ac_sealed_beside(const char *sealed, const char *stored);

/* DONE, CONFLICT. current: everything that is sealed, by place and name. */
AC_MUST_USE enum authcode_result ac_rule_reseal(const struct authcode_op_reseal *args,
						const struct authcode_sealed *current,
						size_t count);

/* DONE, CONFLICT, NOT_FOUND. row: its revision and removed_ms, 0 when there is none. */
AC_MUST_USE enum authcode_result ac_rule_put_client(const struct authcode_stored_client *row,
						    const struct authcode_op_put_client *args);

/* Does it end what the client, or an earlier one of its id, has got? */
AC_MUST_USE bool ac_client_ends(const struct authcode_stored_client *row,
				const struct authcode_op_put_client *args);

/* What is remembered of a client's single use. */
struct ac_used_once {
	int64_t forget_ms; /* 0: this one is not remembered */
	uint32_t count;    /* how many are, of the client */
};

/* DONE, EXPIRED, REUSED; FAILED: there is no room. */
AC_MUST_USE enum authcode_result ac_rule_use_once(const struct ac_used_once *used,
						  const struct authcode_op_use_once *args,
						  int64_t now_ms);

/* From when on the row cannot change any answer but between refusals. */
AC_MUST_USE int64_t ac_token_forget_ms(enum authcode_token_kind kind, int64_t expires_ms,
				       int64_t family_expires_ms);

AC_MUST_USE int64_t ac_earlier(int64_t a, int64_t b);

/* Words of a, then those of b that a lacks, in the arena; NULL: ERR_MEMORY. */
AC_MUST_USE const char *ac_store_scope_union(struct authcode_arena *arena, const char *a,
					     const char *b);

#endif
