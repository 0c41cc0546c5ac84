/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The file of the SQLite store, beside whoever serves from it: copying it, looking
 * through it, and making an old copy fit to serve from. None of it needs the master key.
 */
#ifndef AUTHCODE_DATABASE_H
#define AUTHCODE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called now and then with how much of total is done; NULL: nobody asks. */
struct authcode_database_progress {
	void (*tell)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/* A copy of one moment, whole even while another process writes: in the empty file to,
 * which is there, is looked through, is in no journal's debt, and is synced. ERR_FOREIGN,
 * ERR_NEWER, ERR_IO, ERR_MEMORY; what is in to then is of no use. progress may be NULL. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_database_copy(const char *from, const char *to,
		       const struct authcode_database_progress *progress,
		       struct authcode_reason *reason);

/* What became of the rows of a table. */
struct authcode_database_table {
	char name[64];
	int64_t rows;
	int64_t live; /* -1: of this table nobody can say */
};

#define AUTHCODE_DATABASE_TABLES 48

struct authcode_database_report {
	int schema; /* its version */
	uint64_t bytes;
	size_t table_count;
	struct authcode_database_table tables[AUTHCODE_DATABASE_TABLES];
	size_t fault_count; /* 0: nothing is wrong with it */
	char first_fault[256];
	/* Of the audit: numbers that no record has (<authcode/audit.h>), which is no damage.
	 * Whether those that are there were changed nobody can say without the key. -1: it has
	 * no numbers yet. */
	int64_t records_missing;
};

/* Looks at every page, index and row, or, with quick, not at whether indexes agree with
 * their tables. OK also when there are faults. ERR_FOREIGN: it is so damaged, or so
 * little ours, that nothing can be counted; else as above. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_database_examine(const char *path, int64_t now_ms, bool quick,
			  struct authcode_database_report *ret, struct authcode_reason *reason);

/* What authcode_database_end_all() has ended. */
struct authcode_database_ended {
	int64_t sessions, codes, families, tokens, devices, told;
};

/* Ends what a copy holds of sessions, codes, families, tokens and devices, for what has
 * happened to them since it was made nobody knows: a code that was used would be unused
 * again. Clients that want to hear of a logout are told when it is served. Subjects,
 * consents, signing keys and all else stay. Brings the file to this version's schema. It
 * must be served by nobody. All or nothing, but for the schema. */
AUTHCODE_API AUTHCODE_MUST_USE enum authcode_err
authcode_database_end_all(const char *path, int64_t now_ms, struct authcode_database_ended *ret,
			  struct authcode_reason *reason);

#ifdef __cplusplus
}
#endif
#endif
