/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Another master.key while the daemon runs. The new one is written and synced beside the
 * old, then everything in the database is sealed anew in one transaction, then it takes
 * the old one's place. Wherever that is cut short, what the database opens with is there,
 * and the next start finds out which it is.
 */
#ifndef AC_SERVER_MASTER_KEY_H
#define AC_SERVER_MASTER_KEY_H

#include <authcode/issuer.h>
#include <authcode/store.h>

#include "base/attr.h"
#include "server/state.h"

/* At the start, once the store is open: ends a rotation that was cut short, and sets
 * state->master_key to the key that opens the database. On failure reason is a sentence. */
AC_MUST_USE bool ac_master_key_settle(struct ac_state *state, struct authcode_store *store,
				      const char *issuer, struct authcode_reason *reason);

/* dir_fd: the state directory. ERR_CONFIG: the key is not a file of ours, so that it is
 * not ours to change; others leave what was, or are settled at the next start, which
 * reason says. Blocks. */
AC_MUST_USE enum authcode_err ac_master_key_rotate(int dir_fd, struct authcode_store *store,
						   struct authcode_issuer *issuer, int64_t now_ms,
						   struct authcode_reason *reason);

#endif
