/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See <authcode/database.h> and sqlite_backup.h. SQLite's own way of copying, a piece at
 * a time: the transaction that is open meanwhile keeps what is copied at one moment, so
 * that no writer makes it begin anew, and it holds nobody up but the checkpoint.
 */
#include "store/sqlite_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <authcode/database.h>

#include "store/sqlite_file.h"
#include "store/sqlite_open.h"
#include "store/sqlite_schema.h"

#define PIECE 512 /* pages */
#define KEPT 2    /* copies from before an upgrade */

static int
copy_pages(sqlite3 *from, sqlite3 *to, const struct authcode_database_progress *progress)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int rc = SQLITE_OK;

	if (backup == NULL)
		return sqlite3_errcode(to);
	while (rc == SQLITE_OK) {
		rc = sqlite3_backup_step(backup, PIECE);
		if (progress != NULL && progress->tell != NULL) {
			int total = sqlite3_backup_pagecount(backup);

			progress->tell(progress->ctx,
				       (uint64_t)(total - sqlite3_backup_remaining(backup)),
				       (uint64_t)total);
		}
	}
	(void)sqlite3_backup_finish(backup);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* One file, without a log: so it is read by itself, and whole. */
static int
settle(sqlite3 *to)
{
	return sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}

static enum authcode_err
sync_file(const char *path, struct authcode_reason *reason)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	int error = errno;

	if (fd >= 0)
		(void)close(fd);
	return synced ? AUTHCODE_OK
		      : ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be written: %s", path,
				   strerrordesc_np(error));
}

static enum authcode_err
copy_into(struct ac_connection *source, const char *from, const char *to,
	  const struct authcode_database_progress *progress, struct authcode_reason *reason)
{
	sqlite3 *target = NULL;
	enum authcode_err err = AUTHCODE_OK;
	int rc = sqlite3_open_v2(to, &target,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
					 SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
				 NULL);

	/* Reading the first page begins the transaction whose moment is copied. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(source->db, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL,
				  NULL, NULL);
	if (rc != SQLITE_OK)
		err = ac_sqlite_explain(source->db, rc, from, reason);
	if (err == AUTHCODE_OK)
		rc = copy_pages(source->db, target, progress);
	if (err == AUTHCODE_OK && rc == SQLITE_OK)
		rc = settle(target);
	if (err == AUTHCODE_OK && rc != SQLITE_OK)
		err = ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be written: %s", to,
				 sqlite3_errstr(rc));
	(void)sqlite3_exec(source->db, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_close(target);
	return err;
}

static enum authcode_err
verify(const char *path, struct authcode_reason *reason)
{
	struct authcode_database_report *report = calloc(1, sizeof(*report));
	enum authcode_err err;

	if (report == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = authcode_database_examine(path, 1, true, report, reason);
	if (err == AUTHCODE_OK && report->fault_count > 0)
		err = ac_explain(reason, AUTHCODE_ERR_FOREIGN, "the copy is damaged: %s",
				 report->first_fault);
	free(report);
	return err;
}

enum authcode_err
authcode_database_copy(const char *from, const char *to,
		       const struct authcode_database_progress *progress,
		       struct authcode_reason *reason)
{
	struct ac_connection *source = NULL;
	char *path = NULL, *target = NULL;
	int version = 0;
	enum authcode_err err = ac_file_resolve(from, &path, reason);

	if (err == AUTHCODE_OK)
		err = ac_file_resolve(to, &target, reason);
	if (err == AUTHCODE_OK)
		err = ac_file_check(path, reason);
	if (err == AUTHCODE_OK)
		err = ac_connection_new(path, AC_ROLE_WRITER, &source, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_check(source, path, &version, reason);
	if (err == AUTHCODE_OK)
		err = copy_into(source, path, target, progress, reason);
	ac_connection_free(&source);
	if (err == AUTHCODE_OK)
		err = sync_file(target, reason);
	if (err == AUTHCODE_OK)
		err = verify(target, reason);
	free(target);
	free(path);
	return err;
}

/* --- before an upgrade ------------------------------------------------------------------ */

static void
forget_old_ones(const char *path, int version)
{
	for (int old = version - KEPT; old > 0; old--) {
		char *name = NULL;

		if (asprintf(&name, "%s.schema-%d", path, old) < 0)
			return;
		(void)unlink(name);
		free(name);
	}
}

enum authcode_err
ac_backup_before_upgrade(const char *path, int version, struct authcode_reason *reason)
{
	char *name = NULL, *draft = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	int fd;

	if (asprintf(&name, "%s.schema-%d", path, version) < 0 ||
	    asprintf(&draft, "%s.new-XXXXXX", name) < 0)
		goto out;
	fd = mkostemp(draft, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		err = ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be created: %s", name,
				 strerrordesc_np(errno));
		goto out;
	}
	(void)close(fd);
	err = authcode_database_copy(path, draft, NULL, reason);
	if (err == AUTHCODE_OK && rename(draft, name) != 0)
		err = ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be created: %s", name,
				 strerrordesc_np(errno));
	if (err != AUTHCODE_OK)
		(void)unlink(draft);
	else
		forget_old_ones(path, version);
out:
	free(draft);
	free(name);
	return err;
}
