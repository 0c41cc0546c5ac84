/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sqlite_file.h. Files are looked at through O_PATH descriptors: closing an
 * ordinary one would drop the locks SQLite holds on the file in this process
 * (fcntl(2), advisory record locking).
 */
#include "store/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite_open.h"
#include "store/sqlite_schema.h"

/* SQLite takes what is shorter than one page for a new, empty database. */
#define PAGE_SIZE_MIN 512

/* A directory may be reached through links, as /var/run is; the file may not. */
enum authcode_err
ac_file_resolve(const char *path, char **ret, struct authcode_reason *reason)
{
	char *for_directory = strdup(path), *for_name = strdup(path);
	char *directory = NULL, *resolved = NULL;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	if (for_directory == NULL || for_name == NULL)
		goto out;
	directory = realpath(dirname(for_directory), NULL);
	if (directory == NULL) {
		err = ac_explain(reason, AUTHCODE_ERR_IO,
				 "the directory of %s cannot be reached: %s", path,
				 strerrordesc_np(errno));
		goto out;
	}
	if (asprintf(&resolved, "%s/%s", strcmp(directory, "/") == 0 ? "" : directory,
		     basename(for_name)) < 0)
		goto out;
	*ret = resolved;
	err = AUTHCODE_OK;
out:
	free(for_directory);
	free(for_name);
	free(directory);
	return err;
}

static enum authcode_err
check_stat(const char *path, const struct stat *st, struct authcode_reason *reason)
{
	if (S_ISLNK(st->st_mode))
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is a symbolic link; give the path of the file itself", path);
	if (!S_ISREG(st->st_mode))
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN, "%s is not a regular file", path);
	if (st->st_uid != geteuid())
		return ac_explain(reason, AUTHCODE_ERR_IO,
				  "%s belongs to user %u, not to user %u who runs this; run chown",
				  path, (unsigned)st->st_uid, (unsigned)geteuid());
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return ac_explain(reason, AUTHCODE_ERR_IO,
				  "%s has mode %04o, so others can reach it; run chmod 0600 %s",
				  path, (unsigned)(st->st_mode & 07777), path);
	if (st->st_nlink != 1)
		return ac_explain(reason, AUTHCODE_ERR_IO,
				  "%s has a second name (hard link); remove the other one", path);
	if (st->st_size == 0)
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is empty; restore a backup, or remove it to start afresh",
				  path);
	if (st->st_size < PAGE_SIZE_MIN)
		return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
				  "%s is not a database: it is too short; restore a backup", path);
	return AUTHCODE_OK;
}

enum authcode_err
ac_file_check(const char *path, struct authcode_reason *reason)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int failed;

	if (fd < 0 && errno == ENOENT)
		return ac_explain(reason, AUTHCODE_ERR_NOT_FOUND, "%s does not exist", path);
	if (fd < 0)
		return ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be opened: %s", path,
				  strerrordesc_np(errno));
	failed = fstat(fd, &st);
	close(fd);
	if (failed != 0)
		return ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be examined: %s", path,
				  strerrordesc_np(errno));
	return check_stat(path, &st, reason);
}

/* A log left behind would be played into the new file. */
static enum authcode_err
check_no_remains(const char *path, struct authcode_reason *reason)
{
	static const char *const endings[] = { "-wal", "-journal", "-shm" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(endings); i++) {
		char *name = NULL;
		bool there;

		if (asprintf(&name, "%s%s", path, endings[i]) < 0)
			return AUTHCODE_ERR_MEMORY;
		there = access(name, F_OK) == 0;
		free(name);
		if (there)
			return ac_explain(reason, AUTHCODE_ERR_FOREIGN,
					  "%s does not exist but %s%s does; restore the database "
					  "that belongs to it, or move it away",
					  path, path, endings[i]);
	}
	return AUTHCODE_OK;
}

static enum authcode_err
fill(const char *path, struct authcode_reason *reason)
{
	struct ac_connection *connection = NULL;
	enum authcode_err err = ac_connection_new(path, AC_ROLE_WRITER, &connection, reason);

	if (err == AUTHCODE_OK)
		err = ac_connection_make_durable(connection, path, reason);
	if (err == AUTHCODE_OK)
		err = ac_schema_migrate(connection, 0, path, reason);
	ac_connection_free(&connection); /* moves the log into the file */
	return err;
}

static enum authcode_err
sync_directory(const char *path, struct authcode_reason *reason)
{
	char *copy = strdup(path);
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	int fd = -1;

	if (copy == NULL)
		goto out;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		err = ac_explain(reason, AUTHCODE_ERR_IO,
				 "the directory of %s cannot be written: %s", path,
				 strerrordesc_np(errno));
	else
		err = AUTHCODE_OK;
out:
	if (fd >= 0)
		close(fd);
	free(copy);
	return err;
}

/* SQLite leaves its log where it could not move it into the file (disk full). */
static void
remove_draft(const char *draft)
{
	static const char *const endings[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(endings); i++) {
		char *name = NULL;

		if (asprintf(&name, "%s%s", draft, endings[i]) < 0)
			continue;
		unlink(name);
		free(name);
	}
}

enum authcode_err
ac_file_create(const char *path, struct authcode_reason *reason)
{
	char *draft = NULL;
	enum authcode_err err = check_no_remains(path, reason);
	int fd;

	if (err != AUTHCODE_OK)
		return err;
	if (asprintf(&draft, "%s.new-XXXXXX", path) < 0)
		return AUTHCODE_ERR_MEMORY;
	fd = mkostemp(draft, O_CLOEXEC); /* mode 0600 */
	if (fd < 0) {
		err = ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be created: %s", path,
				 strerrordesc_np(errno));
		free(draft);
		return err;
	}
	close(fd);
	err = fill(draft, reason);
	/* Whoever was faster has made it: theirs is as good. */
	if (err == AUTHCODE_OK && link(draft, path) != 0 && errno != EEXIST)
		err = ac_explain(reason, AUTHCODE_ERR_IO, "%s cannot be created: %s", path,
				 strerrordesc_np(errno));
	remove_draft(draft);
	free(draft);
	if (err == AUTHCODE_OK)
		err = sync_directory(path, reason);
	return err;
}
