/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/state.h. A daemon that quietly began anew in place of a state it
 * cannot find would forget every revocation, so only a directory with neither
 * key nor database is a first start.
 *
 * The first start survives a crash at any point: the key is written and synced
 * as master.key.new, then the database is made, then the key gets its name. As
 * long as master.key.new is there, the first start has not ended.
 */
#include "server/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/secret.h"

#define KEY "master.key"
#define NEW_KEY "master.key.new"
#define DATABASE "authcode.db"

static const char *const database_files[] = { DATABASE, DATABASE "-wal", DATABASE "-shm" };

static bool fail(struct authcode_reason *reason, const char *fmt, ...) AC_PRINTF(2, 3);

static bool
fail(struct authcode_reason *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(reason->text, sizeof(reason->text), fmt, ap);
	va_end(ap);
	return false;
}

bool
ac_state_prepare(const char *dir, uid_t uid, gid_t gid, struct authcode_reason *reason)
{
	if (mkdir(dir, 0700) != 0)
		return errno == EEXIST ||
		       fail(reason, "%.200s: cannot make the state directory: %s", dir,
			    strerror(errno));
	if (lchown(dir, uid, gid) != 0)
		return fail(reason, "%.200s: %s", dir, strerror(errno));
	return true;
}

/* --- what a file must be ---------------------------------------------------- */

static bool
check_ours(const char *path, const struct stat *st, struct authcode_reason *reason)
{
	if (st->st_uid != geteuid())
		return fail(reason, "%.400s: belongs to another user (uid %lu, not %lu)", path,
			    (unsigned long)st->st_uid, (unsigned long)geteuid());
	if ((st->st_mode & 0077) != 0)
		return fail(reason, "%.400s: others may use it (mode %04o, must be %s)", path,
			    (unsigned)(st->st_mode & 07777),
			    S_ISDIR(st->st_mode) ? "0700" : "0600");
	return true;
}

/* *ret_there tells whether it exists; a symbolic link is nobody's file of ours. */
static bool
check_file(const char *dir, int dir_fd, const char *name, bool *ret_there,
	   struct authcode_reason *reason)
{
	char path[4200];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%.4000s/%s", dir, name);
	*ret_there = false;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || fail(reason, "%.400s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(reason, "%.400s: not a regular file", path);
	*ret_there = true;
	return check_ours(path, &st, reason);
}

static bool
open_directory(const char *dir, struct ac_state *state, struct authcode_reason *reason)
{
	struct stat st;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return fail(reason, "%.200s: cannot make the state directory: %s", dir,
			    strerror(errno));
	state->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (state->dir_fd < 0 || fstat(state->dir_fd, &st) != 0)
		return fail(reason, "%.200s: %s", dir, strerror(errno));
	return check_ours(dir, &st, reason);
}

static bool
take_lock(const char *dir, struct ac_state *state, struct authcode_reason *reason)
{
	state->lock_fd =
		openat(state->dir_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (state->lock_fd < 0)
		return fail(reason, "%.200s/lock: %s", dir, strerror(errno));
	if (flock(state->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		return fail(reason, "%.200s: another authcoded runs on this state directory", dir);
	return fail(reason, "%.200s/lock: %s", dir, strerror(errno));
}

/* --- the key ----------------------------------------------------------------- */

static bool
read_key(const char *dir, struct ac_state *state, const char *name, struct authcode_reason *reason)
{
	uint8_t key[AUTHCODE_MASTER_KEY_LEN + 1];
	int fd = openat(state->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, key, sizeof(key));
	bool ok = n == AUTHCODE_MASTER_KEY_LEN;

	if (n < 0)
		(void)fail(reason, "%.200s/%s: %s", dir, name, strerror(errno));
	else if (!ok)
		(void)fail(reason, "%.200s/%s: not a master key (it must have %d bytes)", dir, name,
			   AUTHCODE_MASTER_KEY_LEN);
	else
		memcpy(state->master_key, key, sizeof(state->master_key));
	ac_wipe(key, sizeof(key));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
make_key(const char *dir, struct ac_state *state, struct authcode_reason *reason)
{
	int fd;
	bool ok;

	/* One that a crash left half written protects nothing yet. */
	(void)unlinkat(state->dir_fd, NEW_KEY, 0);
	if (ac_random_fill(NULL, state->master_key, sizeof(state->master_key)) != AUTHCODE_OK)
		return fail(reason, "no random bytes for a master key");
	fd = openat(state->dir_fd, NEW_KEY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	ok = fd >= 0 &&
	     write(fd, state->master_key, sizeof(state->master_key)) ==
		     (ssize_t)sizeof(state->master_key) &&
	     fsync(fd) == 0 && fsync(state->dir_fd) == 0;
	if (!ok)
		(void)fail(reason, "%.200s/%s: %s", dir, NEW_KEY, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
take_key(const char *dir, struct ac_state *state, struct authcode_reason *reason)
{
	bool database = false;
	bool key = false;
	bool new_key = false;
	bool other = false;

	for (size_t i = 0; i < AC_ARRAY_SIZE(database_files); i++) {
		if (!check_file(dir, state->dir_fd, database_files[i], i == 0 ? &database : &other,
				reason))
			return false;
	}
	if (!check_file(dir, state->dir_fd, KEY, &key, reason) ||
	    !check_file(dir, state->dir_fd, NEW_KEY, &new_key, reason))
		return false;
	if (key && !database)
		return fail(reason,
			    "%.200s/" DATABASE " is missing, but " KEY " is there: restore "
			    "the database, or move " KEY " away to begin anew",
			    dir);
	if (key)
		return read_key(dir, state, KEY, reason);
	if (database && !new_key)
		return fail(reason,
			    "%.200s/" KEY " is missing, but " DATABASE " is there: restore "
			    "the key, or move the database away to begin anew",
			    dir);
	state->fresh = true;
	return database ? read_key(dir, state, NEW_KEY, reason) : make_key(dir, state, reason);
}

bool
ac_state_open(const char *dir, struct ac_state *ret, struct authcode_reason *reason)
{
	struct ac_state state = { .dir_fd = -1, .lock_fd = -1 };
	int len = snprintf(state.database, sizeof(state.database), "%s/" DATABASE, dir);

	if (len > 0 && (size_t)len < sizeof(state.database) &&
	    open_directory(dir, &state, reason) && take_lock(dir, &state, reason) &&
	    take_key(dir, &state, reason)) {
		*ret = state;
		ac_wipe(state.master_key, sizeof(state.master_key));
		return true;
	}
	ac_state_close(&state);
	return false;
}

bool
ac_state_settle(struct ac_state *state, struct authcode_reason *reason)
{
	if (!state->fresh)
		return true;
	/* link() never replaces what is there. */
	if (linkat(state->dir_fd, NEW_KEY, state->dir_fd, KEY, 0) != 0 ||
	    unlinkat(state->dir_fd, NEW_KEY, 0) != 0 || fsync(state->dir_fd) != 0)
		return fail(reason, "%s: the master key cannot be put in place: %s",
			    state->database, strerror(errno));
	state->fresh = false;
	return true;
}

void
ac_state_close(struct ac_state *state)
{
	ac_wipe(state->master_key, sizeof(state->master_key));
	if (state->lock_fd >= 0)
		(void)close(state->lock_fd);
	if (state->dir_fd >= 0)
		(void)close(state->dir_fd);
	state->lock_fd = -1;
	state->dir_fd = -1;
}
