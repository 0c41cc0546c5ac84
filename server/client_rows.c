/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_rows.h.
 */
#include "server/client_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define PAGE 64
#define MAX_ROWS_ARENA ((size_t)256 * 1024 * 1024)

static bool
make_room(struct ac_client_rows *rows, size_t more)
{
	const size_t room = rows->count + more + 1;
	struct authcode_stored_client *list = reallocarray(rows->rows, room, sizeof(*list));
	struct ac_stored_client *stored;

	if (list == NULL)
		return false;
	rows->rows = list;
	stored = reallocarray(rows->stored, room, sizeof(*stored));
	if (stored == NULL)
		return false;
	rows->stored = stored;
	return true;
}

/* A row that cannot be read is a client that cannot be used, and no reason to use none. */
static enum authcode_err
open_row(struct ac_client_rows *rows, size_t at, const struct authcode_issuer *issuer)
{
	const struct authcode_stored_client *row = &rows->rows[at];
	struct ac_stored_client *stored = &rows->stored[at];
	enum authcode_err err;

	*stored = (struct ac_stored_client){ .id = row->id, .removed = row->removed_ms != 0 };
	err = ac_words_decode(rows->arena, row->registration, strlen(row->registration),
			      &stored->words);
	if (err == AUTHCODE_ERR_MEMORY)
		return err;
	if (err != AUTHCODE_OK)
		stored->broken = "its row in the database is damaged";
	if (row->sealed_secret[0] == '\0')
		return AUTHCODE_OK;
	err = authcode_issuer_open_client_secret(issuer, row->id, row->sealed_secret, rows->arena,
						 &stored->secret);
	rows->unopened = rows->unopened || err == AUTHCODE_ERR_CRYPTO;
	if (err == AUTHCODE_ERR_CRYPTO)
		stored->broken = "its secret was sealed under another master key or for another "
				 "issuer; authcodectl client rotate-secret makes a new one";
	return err == AUTHCODE_ERR_CRYPTO ? AUTHCODE_OK : err;
}

static enum authcode_err
read_all(struct ac_client_rows *rows, struct authcode_store *store,
	 const struct authcode_issuer *issuer)
{
	enum authcode_err err = authcode_arena_new(MAX_ROWS_ARENA, &rows->arena);
	const char *after = "";
	size_t found = PAGE;

	while (err == AUTHCODE_OK && found == PAGE) {
		if (!make_room(rows, PAGE))
			return AUTHCODE_ERR_MEMORY;
		err = authcode_store_list_clients(store, after, rows->arena,
						  &rows->rows[rows->count], PAGE, &found);
		for (size_t i = 0; err == AUTHCODE_OK && i < found; i++)
			err = open_row(rows, rows->count + i, issuer);
		if (err == AUTHCODE_OK && found > 0) {
			rows->count += found;
			after = rows->rows[rows->count - 1].id;
		}
	}
	return err;
}

/* While the master key is rotated, what was read before it does not open after it. */
enum authcode_err
ac_client_rows_read(struct ac_client_rows *rows, struct authcode_store *store,
		    const struct authcode_issuer *issuer)
{
	enum authcode_err err = read_all(rows, store, issuer);

	if (err != AUTHCODE_OK || !rows->unopened)
		return err;
	ac_client_rows_clear(rows);
	return read_all(rows, store, issuer);
}

void
ac_client_rows_clear(struct ac_client_rows *rows)
{
	free(rows->rows);
	free(rows->stored);
	authcode_arena_free(&rows->arena);
	*rows = (struct ac_client_rows){ 0 };
}

static int
compare(const void *id, const void *row)
{
	return strcmp(id, ((const struct authcode_stored_client *)row)->id);
}

const struct authcode_stored_client *
ac_client_rows_find(const struct ac_client_rows *rows, const char *id)
{
	return rows->count > 0 ? bsearch(id, rows->rows, rows->count, sizeof(*rows->rows), compare)
			       : NULL;
}

static bool
counts(const struct authcode_stored_client *row, const struct ac_stored_client *stored,
       int64_t now_ms)
{
	if (row->removed_ms == 0)
		return true;
	return now_ms < row->removed_ms + AUTHCODE_DELIVERY_KEPT_MS &&
	       ac_words_get(&stored->words, "backchannel_logout_uri") != NULL;
}

enum authcode_err
ac_client_rows_merge(struct ac_client_rows *rows, const struct ac_config *config, int64_t now_ms,
		     struct authcode_clients **ret)
{
	size_t count = 0;

	/* Those that count are moved to the front, rows with them. */
	for (size_t i = 0; i < rows->count; i++) {
		if (!counts(&rows->rows[i], &rows->stored[i], now_ms))
			continue;
		rows->rows[count] = rows->rows[i];
		rows->stored[count++] = rows->stored[i];
	}
	rows->count = count;
	return ac_config_merge_clients(config, rows->stored, rows->count, ret);
}
