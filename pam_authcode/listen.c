/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See listen.h. A child bounds itself (harden.h); the deadline here is a little
 * later and cannot be blocked: SIGKILL for the child's process group.
 */
#include "pam_authcode/listen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pam_authcode/journal.h"
#include "pam_authcode/socket_file.h"

#define GRACE_S 2

struct child {
	pid_t pid; /* 0: free */
	int64_t deadline_ms;
};

struct listener {
	const struct ac_options *options;
	struct ac_socket_file file;
	int signals;
	char **child_argv;
	unsigned int child_count;
	struct child children[AC_OPTIONS_MAX_CHILDREN]; /* the first max_children */
};

static int64_t
monotonic_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct child *
find_child(struct listener *listener, pid_t pid)
{
	for (unsigned int i = 0; i < listener->options->max_children; i++) {
		if (listener->children[i].pid == pid)
			return &listener->children[i];
	}
	return NULL;
}

/* In the child. Everything but the connection is close-on-exec. */
static void
become_helper(const struct listener *listener, int connection, pid_t parent)
{
	sigset_t none;

	(void)setpgid(0, 0);
	(void)sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent &&
	    dup2(connection, STDIN_FILENO) == STDIN_FILENO &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		(void)execv("/proc/self/exe", listener->child_argv);
	_exit(127);
}

static void
start_child(struct listener *listener, int connection)
{
	struct child *free_slot = find_child(listener, 0);
	pid_t parent = getpid(), pid;

	/* A peer that is turned away sees the end before the first frame: the
	 * daemon's sign for "busy", never for "wrong password". */
	if (free_slot == NULL) {
		ac_journal(LOG_WARNING, "connection refused: %u are open", listener->child_count);
		return;
	}
	if (!ac_permit_peer(&listener->options->permit, connection)) {
		ac_journal(LOG_WARNING, "connection refused: not the user that may connect");
		return;
	}
	pid = fork();
	if (pid == 0)
		become_helper(listener, connection, parent);
	if (pid < 0) {
		ac_journal(LOG_ERR, "cannot fork: %s", strerror(errno));
		return;
	}
	(void)setpgid(pid, pid); /* whichever of the two comes first */
	free_slot->pid = pid;
	free_slot->deadline_ms =
		monotonic_ms() + ((int64_t)listener->options->permit.timeout_s + GRACE_S) * 1000;
	listener->child_count++;
}

static void
accept_one(struct listener *listener)
{
	int connection = accept4(listener->file.fd, NULL, NULL, SOCK_CLOEXEC);

	if (connection < 0) {
		/* The peer may have gone; where the system is out of descriptors
		 * or memory, it stays readable and this must not spin. */
		if (errno != EAGAIN && errno != ECONNABORTED)
			(void)poll(NULL, 0, 100);
		return;
	}
	start_child(listener, connection);
	(void)close(connection);
}

/* The group is killed before its leader is reaped, while its id is still taken:
 * what a module left running ends with the connection. */
static void
reap(struct listener *listener)
{
	for (;;) {
		siginfo_t info = { 0 };
		struct child *child;

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
			return;
		(void)kill(-info.si_pid, SIGKILL);
		(void)waitpid(info.si_pid, NULL, 0);
		child = find_child(listener, info.si_pid);
		if (child == NULL)
			continue;
		*child = (struct child){ 0 };
		listener->child_count--;
	}
}

/* Kills what is due and returns the milliseconds to the next deadline, or -1. */
static int
enforce_deadlines(struct listener *listener)
{
	int64_t now_ms = monotonic_ms(), next_ms = INT64_MAX;

	for (unsigned int i = 0; i < listener->options->max_children; i++) {
		struct child *child = &listener->children[i];

		if (child->pid == 0)
			continue;
		if (child->deadline_ms <= now_ms) {
			ac_journal(LOG_WARNING, "process %d killed: out of time", (int)child->pid);
			(void)kill(-child->pid, SIGKILL);
			child->deadline_ms = now_ms + 1000;
		}
		if (child->deadline_ms < next_ms)
			next_ms = child->deadline_ms;
	}
	return next_ms == INT64_MAX ? -1 : (int)(next_ms - now_ms);
}

static void
kill_children(struct listener *listener)
{
	for (unsigned int i = 0; i < listener->options->max_children; i++) {
		pid_t pid = listener->children[i].pid;

		if (pid == 0)
			continue;
		(void)kill(-pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
}

/* False: time to end. */
static bool
handle_signal(struct listener *listener)
{
	struct signalfd_siginfo info;

	if (read(listener->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return true;
	if (info.ssi_signo != SIGCHLD)
		return false;
	reap(listener);
	return true;
}

static void
serve(struct listener *listener)
{
	for (;;) {
		struct pollfd pollers[] = {
			{ .fd = listener->signals, .events = POLLIN },
			{ .fd = listener->file.fd, .events = POLLIN },
		};
		int n = poll(pollers, 2, enforce_deadlines(listener));

		if (n < 0 && errno != EINTR)
			return;
		if (n <= 0)
			continue;
		if (pollers[0].revents != 0 && !handle_signal(listener))
			return;
		if (pollers[1].revents != 0)
			accept_one(listener);
	}
}

static char **
extend_argv(int argc, char **argv)
{
	static char inetd[] = "--inetd", foreground[] = "--foreground";
	char **extended = calloc((size_t)argc + 3, sizeof(*extended));

	if (extended == NULL)
		return NULL;
	memcpy(extended, argv, (size_t)argc * sizeof(*extended));
	extended[argc] = inetd;
	extended[argc + 1] = foreground;
	return extended;
}

int
ac_listen_run(const struct ac_options *options, int argc, char **argv)
{
	struct listener listener = { .options = options, .signals = -1 };
	sigset_t handled;
	int status = 1;

	(void)sigemptyset(&handled);
	(void)sigaddset(&handled, SIGCHLD);
	(void)sigaddset(&handled, SIGTERM);
	(void)sigaddset(&handled, SIGINT);
	(void)sigaddset(&handled, SIGHUP);
	listener.child_argv = extend_argv(argc, argv);
	if (listener.child_argv == NULL || sigprocmask(SIG_BLOCK, &handled, NULL) != 0)
		goto out;
	listener.signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
	if (listener.signals < 0 ||
	    !ac_socket_file_open(options->listen_path, options->group, &listener.file))
		goto out;
	ac_journal(LOG_INFO, "listening on %s", options->listen_path);
	serve(&listener);
	kill_children(&listener);
	ac_socket_file_close(&listener.file);
	status = 0;
out:
	if (listener.signals >= 0)
		(void)close(listener.signals);
	free(listener.child_argv);
	return status;
}
