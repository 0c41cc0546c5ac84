/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See program.h.
 */
#include "ctl/program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool
ac_program_may_become(const char *account)
{
	return geteuid() == 0 && getpwnam(account) != NULL;
}

/* Groups first: afterwards nobody may. */
static bool
become(const struct passwd *user)
{
	return initgroups(user->pw_name, user->pw_gid) == 0 &&
	       setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	       setresuid(user->pw_uid, user->pw_uid, user->pw_uid) == 0;
}

/* When the program begins; root's files are not for who it becomes. Kernels before 5.11 and
 * some system call filters do not have it. */
static bool
close_the_rest(void)
{
	const long end = sysconf(_SC_OPEN_MAX);

	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return true;
	for (int fd = STDERR_FILENO + 1; fd < end; fd++) {
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 && errno != EBADF)
			return false;
	}
	return end > 0;
}

/* The child: its errno goes through failed, which closes by itself when it has become the
 * program. */
static void
start(const char *const *words, const struct passwd *user, int out, int failed)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), why;

	if (in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(out, STDERR_FILENO) >= 0 && close_the_rest() && (user == NULL || become(user)))
		(void)execvp(words[0], (char *const *)(uintptr_t)words);
	why = errno;
	if (write(failed, &why, sizeof(why)) != sizeof(why))
		_exit(126);
	_exit(127);
}

static int64_t
now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* false: nothing came before the time was over. */
static bool
wait_readable(int fd, int64_t until_ms)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };
	int64_t left;
	int n = -1;

	do {
		left = until_ms - now_ms();
		n = poll(&wanted, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* All that is said. false: there was more to wait for than there was time. */
static bool
read_all(int fd, int64_t until_ms, struct ac_program_end *end)
{
	char more[512];
	ssize_t n = 1;

	while (n != 0 && wait_readable(fd, until_ms)) {
		size_t room = AC_PROGRAM_MAX_OUTPUT - end->len, take;

		n = read(fd, more, sizeof(more));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		take = (size_t)n < room ? (size_t)n : room;
		memcpy(end->output + end->len, more, take);
		end->len += take;
		end->cut = end->cut || take < (size_t)n;
	}
	end->output[end->len] = '\0';
	return n <= 0;
}

/* It may go on for long after its last word. */
static pid_t
wait_end(pid_t child, int64_t until_ms, int *status)
{
	static const struct timespec moment = { .tv_nsec = 5000000 };
	pid_t ended;

	while ((ended = waitpid(child, status, WNOHANG)) == 0 && now_ms() < until_ms)
		(void)nanosleep(&moment, NULL);
	return ended;
}

static void
wait_for(pid_t child, const int *fds, unsigned limit_s, struct ac_program_end *end)
{
	const int64_t until_ms = now_ms() + (int64_t)limit_s * 1000;
	pid_t ended = 0;
	int status = 0;

	if (read(fds[1], &end->error, sizeof(end->error)) != sizeof(end->error))
		end->error = 0;
	if (read_all(fds[0], until_ms, end))
		ended = wait_end(child, until_ms, &status);
	if (ended == 0) {
		end->late_s = limit_s;
		(void)kill(child, SIGKILL);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			continue;
		return;
	}
	if (ended != child)
		return; /* how it ended nobody knows: not well */
	if (WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	else if (end->error == 0)
		end->status = WEXITSTATUS(status);
}

void
ac_program_run(const char *const *words, const char *account, unsigned limit_s,
	       struct ac_program_end *ret)
{
	const struct passwd *user = account != NULL ? getpwnam(account) : NULL;
	int out[2] = { -1, -1 }, failed[2] = { -1, -1 };
	pid_t child = -1;

	*ret = (struct ac_program_end){ .status = -1 };
	(void)fflush(NULL);
	if (account != NULL && user == NULL)
		errno = ESRCH;
	else if (pipe2(out, O_CLOEXEC) == 0 && pipe2(failed, O_CLOEXEC) == 0)
		child = fork();
	if (child == 0)
		start(words, user, out[1], failed[1]);
	if (child < 0)
		ret->error = errno;
	for (int i = 1; i >= 0; i--) {
		if (i == 0 && child > 0)
			wait_for(child, (const int[]){ out[0], failed[0] }, limit_s, ret);
		if (out[i] >= 0)
			(void)close(out[i]);
		if (failed[i] >= 0)
			(void)close(failed[i]);
	}
}

const char *
ac_program_failure(const struct ac_program_end *end, char *buffer, size_t size)
{
	if (end->error != 0)
		return strerror(end->error);
	if (end->late_s > 0)
		(void)snprintf(buffer, size, "was given up after %u s", end->late_s);
	else if (end->signal != 0)
		(void)snprintf(buffer, size, "ended by signal %d", end->signal);
	else if (end->status != 0)
		(void)snprintf(buffer, size, "ended with status %d", end->status);
	else
		return "";
	return buffer;
}
