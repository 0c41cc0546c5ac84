/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The one thread that writes, with its queue and its connection.
 */
#ifndef AC_STORE_SQLITE_WRITER_H
#define AC_STORE_SQLITE_WRITER_H

#include "store/sqlite_pool.h"
#include "store/sqlite_query.h"

struct ac_writer;

/* Takes the connection on success. random is copied, its ctx borrowed; readers, who
 * are told of each commit, outlive ac_writer_stop(). */
AC_MUST_USE enum authcode_err ac_writer_new(struct ac_connection *connection,
					    const struct authcode_store_random *random,
					    struct ac_pool *readers, struct ac_writer **ret);

/* See submit of struct authcode_store_ops. */
void ac_writer_submit(struct ac_writer *writer, struct authcode_operation *operation);

/* As chain_audit of struct authcode_store_ops. */
AC_MUST_USE enum authcode_err ac_writer_chain(struct ac_writer *writer,
					      const struct authcode_audit_key *key);

/* Under which key records are chained, and the newest that is committed. NULL: none. */
const struct authcode_audit_key *ac_writer_audit(struct ac_writer *writer,
						 struct authcode_audit_head *ret_head);

/* As stats of struct authcode_store_ops. */
void ac_writer_stats(const struct ac_writer *writer, struct authcode_store_stats *ret);

/* Waits until everything submitted is done; nothing may be submitted from then on. NULL-safe. */
void ac_writer_stop(struct ac_writer *writer);

/* Stops it, should it still run. NULL-safe, sets NULL. */
void ac_writer_free(struct ac_writer **writer);

#endif
