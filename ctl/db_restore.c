/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl db restore. The backup becomes a database beside the present one, is looked
 * through and made fit to serve from; only then the present one moves aside, its log
 * behind it, and the other takes its name. Killed anywhere, either the present one is
 * still served, or none is there and the daemon does not start: never a database without
 * its log, or one that holds used codes as unused.
 */
#include "ctl/db.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include <authcode/database.h>

#include "ctl/db_owner.h"
#include "ctl/person.h"

struct restore {
	const struct ac_ctl *ctl;
	const struct ac_db_place *place;
	const char *path; /* of the backup */
	int backup;       /* opened by whoever asked */
	int64_t now_s;
	struct authcode_database_ended ended;
	char aside[4200]; /* "" when there was no database */
};

/* The lock is the daemon's own: whoever has it may serve. It is held until the end. */
static enum ac_ctl_exit
take_lock(const struct ac_db_place *place)
{
	int fd = openat(place->dir_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return ac_db_refuse("%s/lock: %s", place->directory, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return AC_CTL_DONE; /* the descriptor lives as long as this process */
	(void)close(fd);
	return ac_db_refuse("authcoded runs on %s: stop it first (systemctl stop authcoded)",
			    place->directory);
}

static enum ac_ctl_exit
look_through(const char *draft, const struct restore *restore)
{
	struct authcode_database_report report;
	struct authcode_reason reason = { 0 };
	enum authcode_err err =
		authcode_database_examine(draft, restore->now_s * 1000, false, &report, &reason);

	if (err != AUTHCODE_OK) {
		(void)ac_db_refuse("%s cannot be restored: %s", restore->path, reason.text);
		return err == AUTHCODE_ERR_FOREIGN ? AC_CTL_DAMAGED : AC_CTL_REFUSED;
	}
	if (report.fault_count == 0)
		return AC_CTL_DONE;
	(void)ac_db_refuse("%s is damaged: %s", restore->path, report.first_fault);
	return AC_CTL_DAMAGED;
}

/* The backup as a database of this version in which nothing lives that must not. */
static enum ac_ctl_exit
prepare(struct restore *restore, const char *draft, int fd)
{
	struct authcode_reason reason = { 0 };
	enum ac_ctl_exit status;

	if (!ac_db_copy_bytes(restore->backup, fd) || fsync(fd) != 0)
		return ac_db_refuse("%s: %s", draft, strerror(errno));
	status = look_through(draft, restore);
	if (status != AC_CTL_DONE)
		return status;
	if (authcode_database_end_all(draft, restore->now_s * 1000, &restore->ended, &reason) !=
	    AUTHCODE_OK)
		return ac_db_refuse("%s cannot be restored: %s", restore->path, reason.text);
	return fsync(fd) == 0 ? AC_CTL_DONE : ac_db_refuse("%s: %s", draft, strerror(errno));
}

/* A name of this second that no earlier restore has taken: what that one has put aside is
 * perhaps the only copy. False when there is none. */
static bool
name_aside(struct restore *restore)
{
	const time_t now = (time_t)restore->now_s;
	char when[32] = "", log[4300];
	struct tm parts;

	if (gmtime_r(&now, &parts) != NULL)
		(void)strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &parts);
	for (int n = 1; n < 100; n++) {
		const char *database = restore->place->database;

		if (n == 1)
			(void)snprintf(restore->aside, sizeof(restore->aside),
				       "%s.before-restore-%s", database, when);
		else
			(void)snprintf(restore->aside, sizeof(restore->aside),
				       "%s.before-restore-%s-%d", database, when, n);
		(void)snprintf(log, sizeof(log), "%s-wal", restore->aside);
		if (access(restore->aside, F_OK) != 0 && access(log, F_OK) != 0)
			return true;
	}
	return false;
}

/* The database first: while it is away nobody starts, and its log is nobody else's. */
static enum ac_ctl_exit
move_aside(struct restore *restore)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char to[4300], from[4200];

	if (!name_aside(restore))
		return ac_db_refuse("%s: too many databases of this second are put aside there",
				    restore->place->directory);
	for (size_t i = 0; i < AC_ARRAY_SIZE(endings); i++) {
		(void)snprintf(from, sizeof(from), "%s%s", restore->place->database, endings[i]);
		(void)snprintf(to, sizeof(to), "%s%s", restore->aside, endings[i]);
		if (rename(from, to) != 0 && errno != ENOENT)
			return ac_db_refuse("%s: %s", from, strerror(errno));
	}
	if (access(restore->aside, F_OK) != 0)
		restore->aside[0] = '\0';
	return fsync(restore->place->dir_fd) == 0
		       ? AC_CTL_DONE
		       : ac_db_refuse("%s: %s", restore->place->directory, strerror(errno));
}

static enum ac_ctl_exit
tell(const struct restore *restore)
{
	const struct authcode_database_ended *ended = &restore->ended;

	if (restore->ctl->json)
		return ac_ctl_print_json_take(json_pack(
			"{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "restored", restore->path,
			"aside", restore->aside, "sessions", (json_int_t)ended->sessions,
			"authorizations", (json_int_t)ended->families, "tokens",
			(json_int_t)ended->tokens, "codes", (json_int_t)ended->codes, "devices",
			(json_int_t)ended->devices, "told", (json_int_t)ended->told));
	(void)printf("%s is restored. What it held is ended, since nobody knows what has become of "
		     "it: %lld sessions, %lld authorizations with %lld tokens, %lld codes, %lld "
		     "devices; %lld clients will be told.\n",
		     restore->path, (long long)ended->sessions, (long long)ended->families,
		     (long long)ended->tokens, (long long)ended->codes, (long long)ended->devices,
		     (long long)ended->told);
	if (restore->aside[0] != '\0')
		(void)printf("The database that was there is now %s; remove it when nobody "
			     "needs it.\n",
			     restore->aside);
	return AC_CTL_DONE;
}

/* What an earlier restore has left when it was killed. */
static void
remove_leftovers(const struct ac_db_place *place)
{
	static const char begin[] = "authcode.db.restoring-";
	int fd = openat(place->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		if (strncmp(entry->d_name, begin, sizeof(begin) - 1) == 0)
			(void)unlinkat(place->dir_fd, entry->d_name, 0);
	}
	if (entries != NULL)
		(void)closedir(entries);
	else if (fd >= 0)
		(void)close(fd);
}

/* As the owner of the state directory. */
static enum ac_ctl_exit
restore_it(void *arg)
{
	struct restore *restore = arg;
	enum ac_ctl_exit status = take_lock(restore->place);
	char draft[4200];
	int fd;

	if (status != AC_CTL_DONE)
		return status;
	remove_leftovers(restore->place);
	(void)snprintf(draft, sizeof(draft), "%s.restoring-XXXXXX", restore->place->database);
	fd = mkostemp(draft, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return ac_db_refuse("%s: %s", restore->place->directory, strerror(errno));
	status = prepare(restore, draft, fd);
	(void)close(fd);
	if (status == AC_CTL_DONE)
		status = move_aside(restore);
	if (status == AC_CTL_DONE &&
	    (rename(draft, restore->place->database) != 0 || fsync(restore->place->dir_fd) != 0))
		status = ac_db_refuse("%s: %s", restore->place->database, strerror(errno));
	if (status != AC_CTL_DONE) {
		(void)unlink(draft);
		return status;
	}
	return tell(restore);
}

/* Whoever could write it could register a client in it, or be an old one of its people. */
static enum ac_ctl_exit
check_hands(const struct restore *restore, const struct stat *st)
{
	struct stat dir;

	if (fstat(restore->place->dir_fd, &dir) != 0)
		return ac_db_refuse("%s: %s", restore->place->directory, strerror(errno));
	if (st->st_uid != 0 && st->st_uid != geteuid() && st->st_uid != dir.st_uid)
		return ac_db_refuse("%s belongs to user %u, who may have changed it: make sure "
				    "that it is what was backed up, and run chown",
				    restore->path, (unsigned)st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return ac_db_refuse("%s has mode %04o, so others may have changed it: make sure "
				    "that it is what was backed up, and run chmod 0600",
				    restore->path, (unsigned)(st->st_mode & 07777));
	return AC_CTL_DONE;
}

/* A copy of the file of a database that is served from lacks what its log holds. */
static enum ac_ctl_exit
open_backup(struct restore *restore)
{
	char log[4200];
	struct stat st;

	(void)snprintf(log, sizeof(log), "%.4100s-wal", restore->path);
	if (stat(log, &st) == 0 && st.st_size > 0)
		return ac_db_refuse("%s has a log beside it (%s), so it is no backup: make one "
				    "with db backup",
				    restore->path, log);
	restore->backup = open(restore->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (restore->backup < 0 || fstat(restore->backup, &st) != 0)
		return ac_db_refuse("%s: %s", restore->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ac_db_refuse("%s is not a regular file", restore->path);
	return check_hands(restore, &st);
}

enum ac_ctl_exit
ac_ctl_db_restore(const struct ac_ctl *ctl)
{
	struct restore restore = {
		.ctl = ctl, .path = ctl->arguments[0], .backup = -1, .now_s = (int64_t)time(NULL)
	};
	enum ac_ctl_exit status;
	struct ac_db_place place;

	restore.place = &place;
	status = ac_db_place_open(ctl, &place);
	if (status == AC_CTL_DONE)
		status = open_backup(&restore);
	if (status == AC_CTL_DONE)
		status = ac_db_as_owner(&place, restore_it, &restore);
	if (restore.backup >= 0)
		(void)close(restore.backup);
	ac_db_place_close(&place);
	return status;
}
