/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Operations with everything filled in, at f->now, not yet performed; a part of
 * fixture.h, which says what the rest is.
 */
#ifndef TESTS_STORE_FIXTURE_OPS_H
#define TESTS_STORE_FIXTURE_OPS_H

#include <authcode/store.h>

struct fixture;

struct authcode_operation op_sign_in(const struct fixture *f, const char *user_name, uint32_t uid,
				     const char *new_sub);
struct authcode_operation op_issue(const struct fixture *f, int64_t session_id);
struct authcode_operation op_redeem(const struct fixture *f, int64_t code_id);
struct authcode_operation op_refresh(const struct fixture *f, int64_t refresh_id, bool rotate);
struct authcode_operation op_client_token(const struct fixture *f);
struct authcode_operation op_revoke_family(const struct fixture *f, int64_t family_id);
struct authcode_operation op_revoke_token(const struct fixture *f, int64_t token_id);
struct authcode_operation op_end_session(const struct fixture *f, int64_t session_id);
struct authcode_operation op_purge(const struct fixture *f, uint32_t limit);
struct authcode_operation op_retire(const struct fixture *f, int64_t subject_id);
struct authcode_operation op_erase(const struct fixture *f, int64_t subject_id, uint32_t limit);
struct authcode_operation op_withdraw(const struct fixture *f, int64_t subject_id,
				      const char *client_id);
struct authcode_operation op_relink(const struct fixture *f, const char *old_name,
				    const char *new_name, uint32_t uid);
/* One more try of a delivery: 250 delivers it, else the next is a minute later. */
struct authcode_operation op_record(const struct fixture *f, int64_t delivery_id, uint32_t status);
struct authcode_operation op_add_key(const struct fixture *f, const char *kid, const char *alg,
				     int64_t newest_id);
struct authcode_operation op_forget_key(const struct fixture *f, int64_t key_id);
struct authcode_operation op_stop_key(const struct fixture *f, int64_t key_id, int64_t stopped_ms);

/* Its registration says nothing; it ends nothing. */
struct authcode_operation op_put_client(const struct fixture *f, const char *id, int64_t revision);

/* Of demo, at most 1000 of them. */
struct authcode_operation op_use_once(const struct fixture *f, uint8_t fill, int64_t expires_ms);

/* Of what a code or device is redeemed for; fill is its hash. */
struct authcode_new_token new_token(const struct fixture *f, uint8_t fill, int64_t ttl_ms);

#endif
