/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See claims.h. The command is run without a shell, as the user named for it, in
 * a process group of its own that is killed when its time is over or it has
 * ended. Nothing of this process reaches it but two words.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pam_authcode/claims.h"
#include "pam_authcode/harden.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/text_rule.h"
#include "pam_authcode/trust.h"

#define LOOK_AGAIN_MS 5

static int64_t
monotonic_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Root becomes the user for good; whoever is not root stays who that is. */
static bool
drop_rights(const struct ac_permit *permit)
{
	uid_t uid = permit->claims_uid, real, effective, saved;
	gid_t gid = permit->claims_gid;

	if (geteuid() != 0)
		return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	if (uid == 0 || gid == 0 || setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return false;
	return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
	       saved == uid && getgid() == gid && getegid() == gid && getgroups(0, NULL) == 0 &&
	       setuid(0) != 0 && seteuid(0) != 0 && setgid(0) != 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* In the child. */
static void
become_command(const struct ac_permit *permit, const struct ac_account *account, int out,
	       pid_t parent)
{
	char path[] = "PATH=" AC_HARDEN_PATH, uid[16];
	char *environment[] = { path, NULL };
	const char *argv[] = { permit->claims_command, account->name, uid, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)snprintf(uid, sizeof(uid), "%u", (unsigned int)account->uid);
	(void)setpgid(0, 0);
	if (null >= 0 && chdir("/") == 0 && dup2(null, STDIN_FILENO) == STDIN_FILENO &&
	    dup2(out, STDOUT_FILENO) == STDOUT_FILENO &&
	    dup2(null, STDERR_FILENO) == STDERR_FILENO && drop_rights(permit) &&
	    /* After the rights: changing them takes it back. */
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent &&
	    ac_harden_close_inherited())
		(void)execve(permit->claims_command, (char *const *)(const void *)argv,
			     environment);
	_exit(127);
}

/* What the command writes, to the end, or NULL and why not. */
static const char *
read_output(int fd, int64_t until_ms, struct ac_claims_text *ret)
{
	char block[1024];

	for (;;) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };
		int64_t left_ms = until_ms - monotonic_ms();
		ssize_t n;

		if (left_ms <= 0)
			return "out of time";
		if (poll(&poller, 1, (int)left_ms) != 1)
			continue;
		n = read(fd, block, sizeof(block));
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			return NULL;
		if ((size_t)n > (size_t)AC_MAX_CLAIMS - ret->len)
			return "too much";
		memcpy(ret->text + ret->len, block, (size_t)n);
		ret->len = (uint16_t)(ret->len + n);
	}
}

/* NULL when it has ended with status 0 by itself. The group is killed before its
 * leader is reaped, while its id is still taken. */
static const char *
finish(pid_t pid, const char *problem, int64_t until_ms)
{
	siginfo_t info = { 0 };

	while (problem == NULL) {
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
			problem = strerror(errno);
		else if (info.si_pid == pid)
			break;
		else if (monotonic_ms() >= until_ms)
			problem = "out of time";
		else
			(void)poll(NULL, 0, LOOK_AGAIN_MS);
	}
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (problem == NULL && (info.si_code != CLD_EXITED || info.si_status != 0))
		return "it failed";
	return problem;
}

static const char *
run(const struct ac_permit *permit, const struct ac_account *account, struct ac_claims_text *ret)
{
	int64_t until_ms = monotonic_ms() + (int64_t)AC_CLAIMS_COMMAND_S * 1000;
	pid_t parent = getpid(), pid;
	const char *problem;
	struct stat status;
	int fds[2];

	if (stat(permit->claims_command, &status) != 0)
		return strerror(errno);
	if (!S_ISREG(status.st_mode) || !ac_trust_owner(&status))
		return "others own it or may write to it";
	if (pipe2(fds, O_CLOEXEC) != 0)
		return strerror(errno);
	pid = fork();
	if (pid == 0)
		become_command(permit, account, fds[1], parent);
	(void)close(fds[1]);
	if (pid < 0) {
		(void)close(fds[0]);
		return "cannot fork";
	}
	(void)setpgid(pid, pid); /* whichever of the two comes first */
	problem = read_output(fds[0], until_ms, ret);
	(void)close(fds[0]);
	problem = finish(pid, problem, until_ms);
	if (problem == NULL && !ac_text_rule_holds(AC_TEXT_UTF8, ret->text, ret->len))
		return "not UTF-8 without NUL";
	return problem;
}

void
ac_claims_from_command(const struct ac_permit *permit, const struct ac_account *account,
		       struct ac_claims_text *ret)
{
	const char *problem;

	*ret = (struct ac_claims_text){ 0 };
	if (permit->claims_command == NULL)
		return;
	problem = run(permit, account, ret);
	if (problem == NULL)
		return;
	*ret = (struct ac_claims_text){ 0 };
	ac_journal(LOG_WARNING, "no claims from the command for user=%s: %s", account->name,
		   problem);
}
