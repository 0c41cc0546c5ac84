/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The clients of the database, read whole: rows as they are stored, and what a registry
 * is made from.
 */
#ifndef AC_SERVER_CLIENT_ROWS_H
#define AC_SERVER_CLIENT_ROWS_H

#include <authcode/authcode.h>

#include "server/client_change.h"
#include "server/config_stored.h"

struct ac_client_rows {
	struct authcode_arena *arena;
	struct authcode_stored_client *rows;
	struct ac_stored_client *stored; /* of the row with the same index; there is room for
					  * one more */
	size_t count;
	bool unopened; /* a sealed secret did not open */
};

/* init ... clear: the struct is the caller's storage, zeroed. */
AC_MUST_USE enum authcode_err ac_client_rows_read(struct ac_client_rows *rows,
						  struct authcode_store *store,
						  const struct authcode_issuer *issuer);
void ac_client_rows_clear(struct ac_client_rows *rows);

/* Removed ones too. NULL: none. */
const struct authcode_stored_client *ac_client_rows_find(const struct ac_client_rows *rows,
							 const char *id);

/* Merges all that count at now_ms: removed ones only as long as they can still be told
 * of a logout. */
AC_MUST_USE enum authcode_err ac_client_rows_merge(struct ac_client_rows *rows,
						   const struct ac_config *config, int64_t now_ms,
						   struct authcode_clients **ret);

#endif
