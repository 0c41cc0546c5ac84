/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See turn.h. fcntl() locks and not flock(): a child that a module leaves behind
 * would share the latter and hold it on.
 */
#include "pam_authcode/turn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pam_authcode/journal.h"
#include "pam_authcode/private_dir.h"

#define POLL_MS 5

/* A name is a file of its own: letters, digits, '-' and '_' stand for themselves,
 * any other byte is '%' and two digits. What strangers type as a name must not
 * fill the directory, so names that are no account share 256 files. */
static void
name_file(const char *user, bool known, char *out, size_t size)
{
	size_t used = 0;
	uint32_t hash = 2166136261U;

	for (const unsigned char *at = (const unsigned char *)user; *at != '\0'; at++) {
		bool plain = isalnum(*at) || *at == '-' || *at == '_';

		hash = (hash ^ *at) * 16777619U;
		if (used + 4 <= size)
			used += (size_t)snprintf(out + used, size - used, plain ? "%c" : "%%%02x",
						 *at);
		else
			known = false;
	}
	if (!known)
		(void)snprintf(out, size, "%%unknown-%02x", (unsigned int)(hash >> 24));
}

bool
ac_turn_open(const char *dir, const char *user, bool known, struct ac_turn *ret)
{
	char name[200];
	int dir_fd;

	*ret = (struct ac_turn){ .fd = -1 };
	if (dir[0] == '\0')
		return true;
	dir_fd = ac_private_dir_open(AT_FDCWD, dir);
	if (dir_fd < 0)
		return false;
	name_file(user, known, name, sizeof(name));
	ret->fd =
		openat(dir_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (ret->fd < 0)
		ac_journal(LOG_ERR, "lock directory %s: %s", dir, strerror(errno));
	(void)close(dir_fd);
	return ret->fd >= 0;
}

static int64_t
monotonic_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
set_lock(int fd, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &lock) == 0;
}

static bool
wait_for_lock(int fd, unsigned int timeout_s)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int64_t until_ms = monotonic_ms() + (int64_t)timeout_s * 1000;

	while (!set_lock(fd, F_WRLCK)) {
		if ((errno != EAGAIN && errno != EACCES && errno != EINTR) ||
		    monotonic_ms() >= until_ms)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

static bool
write_count(int fd, uint64_t count)
{
	return pwrite(fd, &count, sizeof(count), 0) == (ssize_t)sizeof(count);
}

/* An empty file is a count of 0; half of one is refused. */
static bool
read_count(int fd, uint64_t *ret)
{
	uint64_t count = 0;
	ssize_t n = pread(fd, &count, sizeof(count), 0);

	if (n != 0 && n != (ssize_t)sizeof(count))
		return false;
	*ret = count;
	return true;
}

bool
ac_turn_take(struct ac_turn *turn, unsigned int timeout_s, uint64_t allowed)
{
	if (turn->fd < 0 || turn->held)
		return true;
	if (!wait_for_lock(turn->fd, timeout_s)) {
		ac_journal(LOG_WARNING, "another sign-in of the account is at work for too long");
		return false;
	}
	turn->held = read_count(turn->fd, &turn->before);
	if (turn->held && !turn->begun)
		turn->start = turn->before;
	turn->begun = true;
	if (turn->held && turn->before - turn->start > allowed) {
		ac_journal(LOG_NOTICE, "ended: another sign-in of the account has failed since");
		turn->held = false;
	}
	/* Taken back in ac_turn_give(), unless this process dies before. */
	turn->held = turn->held && write_count(turn->fd, turn->before + 1);
	if (!turn->held)
		(void)set_lock(turn->fd, F_UNLCK);
	return turn->held;
}

void
ac_turn_give(struct ac_turn *turn, bool failed)
{
	if (!turn->held)
		return;
	if (!failed)
		(void)write_count(turn->fd, turn->before);
	turn->held = false;
	(void)set_lock(turn->fd, F_UNLCK);
}

void
ac_turn_close(struct ac_turn *turn)
{
	if (turn->fd >= 0)
		(void)close(turn->fd);
	turn->fd = -1;
}
