/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Opening connections, and saying in one sentence why one could not be opened.
 */
#ifndef AC_STORE_SQLITE_OPEN_H
#define AC_STORE_SQLITE_OPEN_H

#include "store/sqlite_query.h"

/* Fills reason (may be NULL) and returns err. */
enum authcode_err ac_explain(struct authcode_reason *reason, enum authcode_err err, const char *fmt,
			     ...) AC_PRINTF(3, 4);

/* What SQLite's error means for the file name: ERR_FOREIGN when it is no
 * database or a damaged one, ERR_MEMORY, else ERR_IO. */
enum authcode_err ac_sqlite_explain(sqlite3 *db, int rc, const char *name,
				    struct authcode_reason *reason);

/* How long a connection waits for another process. */
#define AC_SQLITE_BUSY_MS 5000

/* From now on it waits so long. */
void ac_sqlite_be_patient(sqlite3 *db);

enum ac_role {
	AC_ROLE_WRITER, /* the file, which exists, is switched to WAL */
	AC_ROLE_READER, /* cannot write */
};

/* A new connection with our limits and settings, nothing read yet. The path
 * has no symbolic link in it (sqlite_file.h). */
AC_MUST_USE enum authcode_err ac_connection_new(const char *path, enum ac_role role,
						struct ac_connection **ret,
						struct authcode_reason *reason);

/* WAL and full durability. For a file that is known to be ours. */
AC_MUST_USE enum authcode_err ac_connection_make_durable(struct ac_connection *connection,
							 const char *name,
							 struct authcode_reason *reason);

/* Prepares every statement, so that a file whose tables are not ours is found
 * out at the start, and no statement has to be prepared in an emergency. */
AC_MUST_USE enum authcode_err ac_connection_prepare(struct ac_connection *connection,
						    const char *name,
						    struct authcode_reason *reason);

#endif
