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
#include "server/config_file.h"

#define KEY "master.key"
#define NEW_KEY "master.key.new"
#define DATABASE "authcode.db"
#define ELSEWHERE "master.key.elsewhere"
#define LOCK "lock"

/* Beside the keys; the last is that of a rotation (master_key.c). */
static const char *const files[] = {
	DATABASE, DATABASE "-wal", DATABASE "-shm", LOCK, "master.key.next",
};

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
check_of(uid_t uid, const char *path, const struct stat *st, struct authcode_reason *reason)
{
	const char *mode = S_ISDIR(st->st_mode) ? "700" : "600";

	if (st->st_uid != uid)
		return fail(reason,
			    "%.400s: belongs to another user (uid %lu, not %lu); run chown %lu "
			    "on it",
			    path, (unsigned long)st->st_uid, (unsigned long)uid,
			    (unsigned long)uid);
	if ((st->st_mode & 0077) != 0)
		return fail(reason,
			    "%.400s: others may use it (mode %04o, must be 0%s); run chmod %s on "
			    "it",
			    path, (unsigned)(st->st_mode & 07777), mode, mode);
	return true;
}

/* The directory, and whose it and its files must be. */
struct place {
	const char *dir;
	int fd;
	uid_t uid;
};

/* *ret_there tells whether it exists; a symbolic link is nobody's file of ours. */
static bool
check_file(const struct place *place, const char *name, bool *ret_there,
	   struct authcode_reason *reason)
{
	char path[4200];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%.4000s/%s", place->dir, name);
	*ret_there = false;
	if (fstatat(place->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || fail(reason, "%.400s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(reason, "%.400s: not a regular file", path);
	*ret_there = true;
	return check_of(place->uid, path, &st, reason);
}

/* -1: it cannot be opened, or is something else. */
static int
open_existing(const char *dir, struct stat *ret, struct authcode_reason *reason)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int code = errno;

	if (fd >= 0 && fstat(fd, ret) == 0)
		return fd;
	/* Which of the two a link is told as differs between kernels. */
	if (fd < 0 && lstat(dir, ret) == 0 && !S_ISDIR(ret->st_mode))
		(void)fail(reason,
			   "%.200s: not a directory; a link to one must be replaced by its target "
			   "in state_dir",
			   dir);
	else
		(void)fail(reason, "%.200s: %s", dir, strerror(code));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static bool
open_directory(const char *dir, struct ac_state *state, struct authcode_reason *reason)
{
	struct stat st;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return fail(reason, "%.200s: cannot make the state directory: %s", dir,
			    strerror(errno));
	state->dir_fd = open_existing(dir, &st, reason);
	return state->dir_fd >= 0 && check_of(geteuid(), dir, &st, reason);
}

static bool
take_lock(const char *dir, struct ac_state *state, struct authcode_reason *reason)
{
	const struct place place = { dir, state->dir_fd, geteuid() };
	bool there;

	if (!check_file(&place, LOCK, &there, reason))
		return false;
	state->lock_fd =
		openat(state->dir_fd, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
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

/* Which of the files are there. */
struct found {
	bool database, key, new_key, elsewhere;
};

static bool
look(const struct place *place, struct found *ret, struct authcode_reason *reason)
{
	bool other = false;

	for (size_t i = 0; i < AC_ARRAY_SIZE(files); i++) {
		if (!check_file(place, files[i], i == 0 ? &ret->database : &other, reason))
			return false;
	}
	return check_file(place, KEY, &ret->key, reason) &&
	       check_file(place, NEW_KEY, &ret->new_key, reason) &&
	       check_file(place, ELSEWHERE, &ret->elsewhere, reason);
}

/* Whoever may read it opens the database; root may lend it by way of a group, as
 * service managers do with credentials. */
static bool
read_elsewhere(const char *key_file, uid_t uid, struct ac_state *state,
	       struct authcode_reason *reason)
{
	uint8_t key[AUTHCODE_MASTER_KEY_LEN + 1];
	const char *why = NULL;
	int fd = ac_config_file_open(key_file, &why);
	struct stat st;
	bool ok = false;

	if (fd < 0)
		return fail(reason, "master_key_file: %.200s: %s", key_file, why);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		(void)fail(reason, "master_key_file: %.200s: not a regular file", key_file);
	else if (st.st_uid != 0 && st.st_uid != uid)
		(void)fail(reason,
			   "master_key_file: %.200s: it belongs to another user (uid %lu); run "
			   "chown root on it",
			   key_file, (unsigned long)st.st_uid);
	else if ((st.st_mode & 0037) != 0 || ((st.st_mode & 0040) != 0 && st.st_uid != 0))
		(void)fail(reason,
			   "master_key_file: %.200s: others may use it; run chmod 400 on it",
			   key_file);
	else if (read(fd, key, sizeof(key)) != AUTHCODE_MASTER_KEY_LEN)
		(void)fail(reason,
			   "master_key_file: %.200s: not a master key (it must have %d bytes)",
			   key_file, AUTHCODE_MASTER_KEY_LEN);
	else
		ok = true;
	if (ok)
		memcpy(state->master_key, key, sizeof(state->master_key));
	ac_wipe(key, sizeof(key));
	(void)close(fd);
	return ok;
}

/* With no key in the directory an empty file tells that there has been a database. */
static bool
take_elsewhere(const char *dir, const char *key_file, const struct found *found,
	       struct ac_state *state, struct authcode_reason *reason)
{
	if (found->key || found->new_key)
		return fail(reason,
			    "%.200s/%s is there, but master_key_file names another one: leave out "
			    "master_key_file, or move that file away",
			    dir, found->key ? KEY : NEW_KEY);
	if (!found->database && found->elsewhere)
		return fail(reason,
			    "%.200s/" DATABASE " is missing, but " ELSEWHERE " is there: restore "
			    "the database, or remove " ELSEWHERE " to begin anew",
			    dir);
	state->elsewhere = true;
	state->fresh = !found->database;
	return read_elsewhere(key_file, geteuid(), state, reason);
}

static bool
take_key(const char *dir, const char *key_file, struct ac_state *state,
	 struct authcode_reason *reason)
{
	const struct place place = { dir, state->dir_fd, geteuid() };
	struct found found = { 0 };
	bool database, key, new_key;

	if (!look(&place, &found, reason))
		return false;
	if (key_file != NULL)
		return take_elsewhere(dir, key_file, &found, state, reason);
	database = found.database;
	key = found.key;
	new_key = found.new_key;
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

/* A credential is there for the unit alone, and what the service manager makes of it. */
static bool
check_elsewhere(const char *key_file, uid_t uid, struct authcode_reason *reason)
{
	struct ac_state state;
	bool ok;

	if (key_file == NULL || key_file[0] != '/' ||
	    (access(key_file, R_OK) != 0 && errno == EACCES))
		return true;
	ok = read_elsewhere(key_file, uid, &state, reason);
	ac_wipe(state.master_key, sizeof(state.master_key));
	return ok;
}

static bool
check_directory(const char *dir, uid_t uid, struct authcode_reason *reason)
{
	struct place place = { .dir = dir, .uid = uid };
	struct found found = { 0 };
	struct stat st;
	bool ok;

	if (lstat(dir, &st) != 0)
		return true;
	place.fd = open_existing(dir, &st, reason);
	if (place.fd < 0)
		return S_ISDIR(st.st_mode) && errno == EACCES;
	ok = check_of(uid, dir, &st, reason) && look(&place, &found, reason);
	(void)close(place.fd);
	return ok;
}

bool
ac_state_check(const char *dir, const char *key_file, uid_t uid, struct authcode_reason *reason)
{
	return check_directory(dir, uid, reason) && check_elsewhere(key_file, uid, reason);
}

bool
ac_state_open(const char *dir, const char *key_file, struct ac_state *ret,
	      struct authcode_reason *reason)
{
	struct ac_state state = { .dir_fd = -1, .lock_fd = -1 };
	int len = snprintf(state.database, sizeof(state.database), "%s/" DATABASE, dir);

	if (len > 0 && (size_t)len < sizeof(state.database) &&
	    open_directory(dir, &state, reason) && take_lock(dir, &state, reason) &&
	    take_key(dir, key_file, &state, reason)) {
		*ret = state;
		ac_wipe(state.master_key, sizeof(state.master_key));
		return true;
	}
	ac_state_close(&state);
	return false;
}

static bool
settle_elsewhere(struct ac_state *state, struct authcode_reason *reason)
{
	int fd =
		openat(state->dir_fd, ELSEWHERE, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fsync(fd) != 0 || fsync(state->dir_fd) != 0)
		(void)fail(reason, "%s: " ELSEWHERE " cannot be put beside it: %s", state->database,
			   strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	state->fresh = false;
	return reason->text[0] == '\0';
}

bool
ac_state_settle(struct ac_state *state, struct authcode_reason *reason)
{
	if (state->elsewhere)
		return settle_elsewhere(state, reason);
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
