/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See master_key.h. The new key is never written over the old one: it becomes it by a
 * rename, once nothing needs the old one any more.
 */
#include "server/master_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <authcode/keys.h>

#include "base/random.h"
#include "base/secret.h"

#define KEY "master.key"
#define NEXT_KEY "master.key.next"

static bool AC_PRINTF(2, 3) fail(struct authcode_reason *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(reason->text, sizeof(reason->text), fmt, ap);
	va_end(ap);
	return false;
}

/* --- the file ---------------------------------------------------------------------- */

/* The whole key is on the disk before the database knows of it. */
static bool
write_next(int dir_fd, const uint8_t key[AUTHCODE_MASTER_KEY_LEN], struct authcode_reason *reason)
{
	bool ok;
	int fd;

	(void)unlinkat(dir_fd, NEXT_KEY, 0); /* of a rotation that came to nothing */
	fd = openat(dir_fd, NEXT_KEY, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ok = fd >= 0 &&
	     write(fd, key, AUTHCODE_MASTER_KEY_LEN) == (ssize_t)AUTHCODE_MASTER_KEY_LEN &&
	     fsync(fd) == 0 && fsync(dir_fd) == 0;
	if (!ok)
		(void)fail(reason, NEXT_KEY " cannot be written: %s", strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
adopt_next(int dir_fd, struct authcode_reason *reason)
{
	if (renameat(dir_fd, NEXT_KEY, dir_fd, KEY) == 0 && fsync(dir_fd) == 0)
		return true;
	return fail(reason, NEXT_KEY " cannot take the place of " KEY ": %s", strerror(errno));
}

static bool
drop_next(int dir_fd, struct authcode_reason *reason)
{
	if ((unlinkat(dir_fd, NEXT_KEY, 0) == 0 || errno == ENOENT) && fsync(dir_fd) == 0)
		return true;
	return fail(reason, NEXT_KEY " cannot be removed: %s", strerror(errno));
}

enum next { NEXT_UNREADABLE = 0, NEXT_ABSENT, NEXT_THERE };

/* One that is not whole was never used: it is as good as absent. */
static enum next
read_next(int dir_fd, uint8_t ret[AUTHCODE_MASTER_KEY_LEN], struct authcode_reason *reason)
{
	uint8_t key[AUTHCODE_MASTER_KEY_LEN + 1];
	int fd = openat(dir_fd, NEXT_KEY, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum next next = NEXT_UNREADABLE;
	struct stat st;
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return NEXT_ABSENT;
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)fail(reason, NEXT_KEY ": %s", strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0077) != 0) {
		(void)fail(reason, NEXT_KEY ": not a file that is ours alone; run chmod 600 on it, "
					    "or remove it if it is not of a rotation of the key");
	} else {
		n = read(fd, key, sizeof(key));
		next = n == AUTHCODE_MASTER_KEY_LEN ? NEXT_THERE
		       : n >= 0                     ? NEXT_ABSENT
						    : NEXT_UNREADABLE;
		if (next == NEXT_THERE)
			memcpy(ret, key, AUTHCODE_MASTER_KEY_LEN);
		else if (n < 0)
			(void)fail(reason, NEXT_KEY ": %s", strerror(errno));
		ac_wipe(key, sizeof(key));
	}
	if (fd >= 0)
		(void)close(fd);
	return next;
}

/* --- at the start ------------------------------------------------------------------- */

/* Which of the two it is the database says: everything in it is sealed under one. */
static bool
choose(struct ac_state *state, struct authcode_store *store, const char *issuer,
       const uint8_t next[AUTHCODE_MASTER_KEY_LEN], struct authcode_reason *reason)
{
	switch (authcode_master_key_opens(store, issuer, next)) {
	case AUTHCODE_OK:
		if (!adopt_next(state->dir_fd, reason))
			return false;
		memcpy(state->master_key, next, sizeof(state->master_key));
		return true;
	case AUTHCODE_ERR_NOT_FOUND:
	case AUTHCODE_ERR_CRYPTO:
		return drop_next(state->dir_fd, reason);
	default:
		return fail(reason, "what the database is sealed under cannot be found out");
	}
}

bool
ac_master_key_settle(struct ac_state *state, struct authcode_store *store, const char *issuer,
		     struct authcode_reason *reason)
{
	uint8_t next[AUTHCODE_MASTER_KEY_LEN];
	bool ok = false;

	switch (read_next(state->dir_fd, next, reason)) {
	case NEXT_THERE:
		ok = choose(state, store, issuer, next, reason);
		break;
	case NEXT_ABSENT:
		ok = drop_next(state->dir_fd, reason);
		break;
	case NEXT_UNREADABLE:
		break;
	}
	ac_wipe(next, sizeof(next));
	return ok;
}

/* --- while it runs ------------------------------------------------------------------- */

/* Did the store take it, though it could not say so? */
static enum authcode_err
after_failure(int dir_fd, struct authcode_store *store, struct authcode_issuer *issuer,
	      const uint8_t next[AUTHCODE_MASTER_KEY_LEN], struct authcode_reason *reason)
{
	struct authcode_reason ignored;

	if (authcode_master_key_opens(store, authcode_issuer_url(issuer), next) ==
	    AUTHCODE_ERR_CRYPTO) {
		(void)drop_next(dir_fd, &ignored);
		return AUTHCODE_ERR_STORE;
	}
	(void)fail(reason, "nobody can say whether the database was sealed anew: restart the "
			   "server, which finds out");
	return AUTHCODE_ERR_STORE;
}

enum authcode_err
ac_master_key_rotate(int dir_fd, struct authcode_store *store, struct authcode_issuer *issuer,
		     int64_t now_ms, struct authcode_reason *reason)
{
	uint8_t next[AUTHCODE_MASTER_KEY_LEN];
	enum authcode_err err;
	struct stat st;

	if (fstatat(dir_fd, KEY, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		(void)fail(reason, "the master key does not come from the state directory");
		return AUTHCODE_ERR_CONFIG;
	}
	err = ac_random_fill(NULL, next, sizeof(next));
	if (err == AUTHCODE_OK && !write_next(dir_fd, next, reason))
		err = AUTHCODE_ERR_IO;
	if (err == AUTHCODE_OK) {
		err = authcode_issuer_rotate_master_key(issuer, next, now_ms, reason);
		if (err == AUTHCODE_ERR_STORE)
			err = after_failure(dir_fd, store, issuer, next, reason);
		else if (err != AUTHCODE_OK)
			(void)unlinkat(dir_fd, NEXT_KEY, 0);
	}
	ac_wipe(next, sizeof(next));
	if (err == AUTHCODE_OK && !adopt_next(dir_fd, reason))
		err = AUTHCODE_ERR_IO;
	return err;
}
