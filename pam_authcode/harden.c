/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See harden.h.
 */
#include "pam_authcode/harden.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static bool
lower_limits(void)
{
	static const struct {
		int resource;
		rlim_t value;
		bool skipped;
	} limits[] = {
		{ RLIMIT_CORE, 0, false },
		/* Room for the costliest password hash and a directory client;
		 * the sanitizers map terabytes. */
		{ RLIMIT_DATA, (rlim_t)256 << 20, AC_SANITIZED },
		{ RLIMIT_NOFILE, 64, false },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit;

		if (limits[i].skipped)
			continue;
		if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
			return false;
		if (limit.rlim_max > limits[i].value)
			limit.rlim_max = limits[i].value;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
			return false;
	}
	return true;
}

/* Kernels before 5.9 and some system call filters do not have close_range(). */
bool
ac_harden_close_inherited(void)
{
	struct rlimit limit;

	if (close_range(3, ~0U, 0) == 0)
		return true;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX)
		return false;
	for (int fd = 3; fd < (int)limit.rlim_cur; fd++)
		(void)close(fd);
	return true;
}

bool
ac_harden_process(void)
{
	sigset_t none;

	(void)umask(077);
	(void)sigemptyset(&none);
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && ac_harden_close_inherited() &&
	       lower_limits() && sigprocmask(SIG_SETMASK, &none, NULL) == 0 && clearenv() == 0 &&
	       setenv("PATH", AC_HARDEN_PATH, 1) == 0;
}

static bool
same_file(const struct stat *a, int fd)
{
	struct stat b;

	return fstat(fd, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

int
ac_harden_connection(void)
{
	struct stat status;
	int fd = -1, null = -1;

	if (fstat(STDIN_FILENO, &status) != 0 || !S_ISSOCK(status.st_mode))
		return -1;
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return -1;
	/* A supervisor may have put the connection on standard error as well. */
	if ((same_file(&status, STDERR_FILENO) || fcntl(STDERR_FILENO, F_GETFD) < 0) &&
	    dup2(null, STDERR_FILENO) < 0)
		return -1;
	(void)close(null);
	return fd;
}

/* One that modules leave alone; the very last is valgrind's own. */
#define END_SIGNAL (SIGRTMAX - 2)

/* A kill(0, …) that could reach a group of others is not sent. */
static void
end_of_time(int number)
{
	(void)number;
	if (getpgrp() == getpid())
		(void)kill(0, SIGKILL);
	_exit(1);
}

/* A timer of our own, which alarm(2) does not touch. The listener, where
 * there is one, stands behind it for a module that blocks every signal. */
bool
ac_harden_timer(timer_t *ret)
{
	struct sigaction action = { .sa_handler = end_of_time };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = END_SIGNAL };

	if (getpgrp() != getpid())
		(void)setpgid(0, 0);
	return sigaction(END_SIGNAL, &action, NULL) == 0 &&
	       timer_create(CLOCK_MONOTONIC, &event, ret) == 0;
}

bool
ac_harden_timer_set(timer_t timer, unsigned int seconds)
{
	struct itimerspec when = { .it_value = { .tv_sec = (time_t)seconds } };

	return timer_settime(timer, 0, &when, NULL) == 0;
}

bool
ac_harden_deadline(unsigned int seconds)
{
	timer_t timer;

	return ac_harden_timer(&timer) && ac_harden_timer_set(timer, seconds);
}
