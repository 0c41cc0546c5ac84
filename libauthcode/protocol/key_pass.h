/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One pass over the signing keys: every row of the store, opened, and what is
 * changed of them. Whoever changes keys (tend_keys.c, withdraw_key.c) holds
 * tend_lock, makes passes until one changes nothing, and puts that one in use.
 *
 *   sealed = PKCS#8 DER, as sealed.h has it
 */
#ifndef AC_PROTOCOL_KEY_PASS_H
#define AC_PROTOCOL_KEY_PASS_H

#include <authcode/keys.h>

#include "base/arena.h"
#include "base/attr.h"
#include "protocol/issuer.h"
#include "protocol/key_schedule.h"
#include "protocol/signing_keys.h"

struct ac_key_pass {
	struct authcode_issuer *issuer;
	struct authcode_arena *arena;
	struct authcode_reason *reason;
	int64_t now_ms;
	struct ac_key_times times;
	struct authcode_signing_key rows[AC_MAX_SIGNING_KEYS];
	struct ac_signing_key keys[AC_MAX_SIGNING_KEYS]; /* opened, in the order of the rows */
	size_t count;
	size_t opened;
};

/* reason may be NULL; its text is emptied. ERR_USAGE (now_ms), ERR_MEMORY. New:
 * ac_key_pass_free(), which wipes. */
AC_MUST_USE enum authcode_err ac_key_pass_new(struct authcode_issuer *issuer, int64_t now_ms,
					      struct authcode_reason *reason,
					      struct ac_key_pass **ret);
void ac_key_pass_free(struct ac_key_pass **pass);

/* Reads and opens all rows, in place of those of before. ERR_CRYPTO: one does not open. */
AC_MUST_USE enum authcode_err ac_key_pass_load(struct ac_key_pass *pass);

struct ac_key_rows ac_key_pass_rows(const struct ac_key_pass *pass);

/* Makes a key and stores it. *ret_done: it is in the store; else another was first. */
AC_MUST_USE enum authcode_err ac_key_pass_add(const struct ac_key_pass *pass,
					      const struct ac_alg *alg, int64_t active_ms,
					      bool *ret_done);

/* The private part goes, for good. successor_id: signs from now on, 0: none is needed.
 * *ret_done: it is gone; else the successor has changed meanwhile. */
AC_MUST_USE enum authcode_err ac_key_pass_forget(const struct ac_key_pass *pass, int64_t key_id,
						 int64_t successor_id, bool *ret_done);

/* What was loaded becomes the ring of the issuer. */
AC_MUST_USE enum authcode_err ac_key_pass_put_in_use(const struct ac_key_pass *pass);

/* What was sealed for the store was refused, though tend_lock was held: whoever has rotated
 * the master key is not this issuer. ERR_CRYPTO, and the reason. */
enum authcode_err ac_key_pass_other_key(const struct ac_key_pass *pass);

/* Fills the reason, when there is one; returns err. */
enum authcode_err AC_PRINTF(3, 4) ac_key_pass_explain(const struct ac_key_pass *pass,
						      enum authcode_err err, const char *fmt, ...);

#endif
