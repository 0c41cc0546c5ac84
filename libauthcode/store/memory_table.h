/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Rows of the memory store: a row with its texts is one block, a table is an
 * array of rows sorted by key. New keys are larger than old ones, so putting a
 * row nearly always appends.
 */
#ifndef AC_STORE_MEMORY_TABLE_H
#define AC_STORE_MEMORY_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <authcode/store.h>

#include "base/attr.h"

/* Where the texts of a row struct are. */
struct ac_row_type {
	size_t size;
	size_t text_count;
	size_t texts[10]; /* offsets of const char * members */
};

extern const struct ac_row_type ac_row_subject;
extern const struct ac_row_type ac_row_session;
extern const struct ac_row_type ac_row_grant;
extern const struct ac_row_type ac_row_code;
extern const struct ac_row_type ac_row_family;
extern const struct ac_row_type ac_row_token;
extern const struct ac_row_type ac_row_device;
extern const struct ac_row_type ac_row_delivery;
extern const struct ac_row_type ac_row_signing_key;
extern const struct ac_row_type ac_row_secret; /* struct ac_memory_secret */
/* Its event is a constant and its user_name is another row's: neither is copied. */
extern const struct ac_row_type ac_row_audit;
extern const struct ac_row_type ac_row_stored_client;

/* A copy with its texts in one block: free() it. NULL: no memory. */
AC_MUST_USE void *ac_row_copy(const struct ac_row_type *type, const void *row);

/* Copies row to *ret, its texts to the arena. OK, or ERR_MEMORY and *ret untouched. */
AC_MUST_USE enum authcode_err ac_row_read(const struct ac_row_type *type, const void *row,
					  struct authcode_arena *arena, void *ret);

/* Rows start with their int64_t key. */
struct ac_table {
	void **rows;
	size_t count;
	size_t capacity;
};

/* Frees the rows. */
void ac_table_clear(struct ac_table *table);

/* Borrowed until the row is replaced or removed; NULL: no such row. */
void *ac_table_find(const struct ac_table *table, int64_t id);

/* Makes room for one more row: the next put does not fail for want of it. */
AC_MUST_USE enum authcode_err ac_table_reserve(struct ac_table *table);

/* Takes row on success. OK, ERR_MEMORY, ERR_USAGE: the key is in the table. */
AC_MUST_USE enum authcode_err ac_table_put_take(struct ac_table *table, void *row);

/* Takes row in place of the row with its key, which is there and is freed. */
void ac_table_replace_take(struct ac_table *table, void *row);

/* Frees the row at an index, or the row of a key if it is there. */
void ac_table_remove_at(struct ac_table *table, size_t index);
void ac_table_remove(struct ac_table *table, int64_t id);

#endif
