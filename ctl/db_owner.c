/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See db_owner.h.
 */
#include "ctl/db_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/table.h"

#define DATABASE "authcode.db"
#define PIECE 65536

enum ac_ctl_exit
ac_db_refuse(const char *fmt, ...)
{
	va_list args;

	(void)fputs("authcodectl: ", stderr);
	va_start(args, fmt);
	(void)vfprintf(stderr, fmt, args);
	va_end(args);
	(void)fputc('\n', stderr);
	return AC_CTL_REFUSED;
}

enum ac_ctl_exit
ac_db_place_open(const struct ac_ctl *ctl, struct ac_db_place *ret)
{
	const char *directory = ac_ctl_option(ctl, "state-dir");
	struct stat st;
	int len;

	*ret = (struct ac_db_place){ .directory = directory != NULL ? directory : AC_CTL_STATE_DIR,
				     .dir_fd = -1 };
	len = snprintf(ret->database, sizeof(ret->database), "%s/" DATABASE, ret->directory);
	if (len < 0 || (size_t)len >= sizeof(ret->database))
		return ac_db_refuse("the name of the state directory is too long");
	ret->dir_fd = open(ret->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (ret->dir_fd < 0 || fstat(ret->dir_fd, &st) != 0)
		return ac_db_refuse("%s: %s; --state-dir says where it is", ret->directory,
				    strerror(errno));
	if (geteuid() != 0 && geteuid() != st.st_uid)
		return ac_db_refuse("%s belongs to uid %u: run this as that user, or as root",
				    ret->directory, (unsigned)st.st_uid);
	return AC_CTL_DONE;
}

void
ac_db_place_close(struct ac_db_place *place)
{
	if (place->dir_fd >= 0)
		(void)close(place->dir_fd);
	place->dir_fd = -1;
}

static bool
become_owner(const struct ac_db_place *place)
{
	struct stat st;

	if (fstat(place->dir_fd, &st) != 0)
		return false;
	if (geteuid() != 0 || st.st_uid == 0)
		return true;
	return setgroups(0, NULL) == 0 && setresgid(st.st_gid, st.st_gid, st.st_gid) == 0 &&
	       setresuid(st.st_uid, st.st_uid, st.st_uid) == 0;
}

enum ac_ctl_exit
ac_db_as_owner(const struct ac_db_place *place, enum ac_ctl_exit (*work)(void *arg), void *arg)
{
	int status = 0;
	pid_t child;

	(void)fflush(NULL);
	child = fork();
	if (child < 0)
		return ac_db_refuse("fork: %s", strerror(errno));
	if (child == 0) {
		enum ac_ctl_exit done = AC_CTL_REFUSED;

		(void)umask(0077);
		if (become_owner(place))
			done = work(arg);
		else
			(void)ac_db_refuse("cannot become the owner of %s: %s", place->directory,
					   strerror(errno));
		if (!ac_ctl_printed() && done == AC_CTL_DONE)
			done = AC_CTL_REFUSED;
		_exit((int)done);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!WIFEXITED(status))
		return ac_db_refuse("it was killed by signal %d", WTERMSIG(status));
	return (enum ac_ctl_exit)WEXITSTATUS(status);
}

bool
ac_db_copy_bytes(int from, int to)
{
	char piece[PIECE];
	ssize_t got;

	while ((got = read(from, piece, sizeof(piece))) != 0) {
		ssize_t put = 0;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		while (put < got) {
			ssize_t n = write(to, piece + put, (size_t)(got - put));

			if (n < 0 && errno != EINTR)
				return false;
			put += n > 0 ? n : 0;
		}
	}
	return true;
}
