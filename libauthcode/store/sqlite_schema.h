/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The numbered files of schema/, compiled in. The file's user_version is the
 * number of the last one it has seen.
 */
#ifndef AC_STORE_SQLITE_SCHEMA_H
#define AC_STORE_SQLITE_SCHEMA_H

#include <stddef.h>

#include "store/sqlite_query.h"

/* "acdb": what file(1) and other programs tell our databases by. */
#define AC_SQLITE_APPLICATION_ID 0x61636462

/* Generated: the text of schema/001.sql is the first, and so on. */
extern const char *const ac_schema_texts[];
extern const size_t ac_schema_count;

/* What is in an open file, before anything is written to it: OK and its schema
 * version; ERR_FOREIGN, ERR_NEWER, ERR_STORE; reason says it of name. */
AC_MUST_USE enum authcode_err ac_schema_check(struct ac_connection *connection, const char *name,
					      int *ret_version, struct authcode_reason *reason);

/* The same without a look at the pages. */
AC_MUST_USE enum authcode_err ac_schema_known(struct ac_connection *connection, const char *name,
					      int *ret_version, struct authcode_reason *reason);

/* From version (0: an empty file) to ours, all or nothing. */
AC_MUST_USE enum authcode_err ac_schema_migrate(struct ac_connection *connection, int version,
						const char *name, struct authcode_reason *reason);

#endif
