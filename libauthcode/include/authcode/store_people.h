/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Of the store contract the operations on a person as a whole; store.h, of which this is
 * a part, says what holds for all of them.
 */
#ifndef AUTHCODE_STORE_PEOPLE_H
#define AUTHCODE_STORE_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The person is gone: from now on no session, code or token of the subject is
 * honoured, and the name's next sign-in is another subject. DONE also when it was
 * retired before; NOT_FOUND. */
struct authcode_op_retire_subject {
	int64_t subject_id;
};

/* The account was renamed: the live subject of old_name is from now on that of
 * (new_name, uid). DONE; NOT_FOUND (no live subject of old_name); CONFLICT (it has
 * another uid; or new_name has a live subject of its own and replace is false, with
 * replace that one is retired). */
struct authcode_op_relink_subject {
	const char *old_name;
	const char *new_name;
	uint32_t uid;
	bool replace;
	int64_t ret_subject_id;
};

/* Everything of the subject until now is dead: its sessions are ended, and what any
 * client got of it is as after withdraw_grant. Whoever it is may sign in again, as the
 * same. DONE also when there was nothing; NOT_FOUND: no such subject. */
struct authcode_op_revoke_subject {
	int64_t subject_id;
	bool keep_consents; /* what it has consented to stays consented to */
};

/* Forgets a person. Retires the subject (see retire_subject), deletes its sessions,
 * grants, codes, devices, families and tokens, takes the addresses out of its audit
 * records, and at last empties its names, groups and uid; its sub stays and is never
 * given again, and so do deliveries, which go with their time. A piece at a time, so that
 * no operation waits long behind it: each looks at no more than limit rows of the file
 * from step and after_id on, 0 at first, and says how to go on. In SQLite what was erased
 * is overwritten in the file, and, when no reader is in the way, gone from its log when
 * the last piece is done. DONE also when it was erased
 * before; NOT_FOUND: no such subject. */
struct authcode_op_erase_subject {
	int64_t subject_id;
	uint32_t limit; /* 1 to AUTHCODE_PURGE_MAX */
	uint32_t step;
	int64_t after_id;
	uint32_t ret_deleted;
	bool ret_whole; /* it was the last piece; else go on with: */
	uint32_t ret_step;
	int64_t ret_after_id;
};

#ifdef __cplusplus
}
#endif
#endif
