/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode-login: the only program of authcode that talks to PAM. It serves one
 * connection and ends; with --listen it starts itself for each connection. It
 * links libpam and base and nothing else: no crypto, no JSON, no SQL, no HTTP.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "pam_authcode/connect.h"
#include "pam_authcode/entry.h"
#include "pam_authcode/harden.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/listen.h"
#include "pam_authcode/options.h"
#include "pam_authcode/service_policy.h"
#include "pam_authcode/terminal.h"

static int
serve_one(const struct ac_options *options)
{
	const struct ac_permit *permit = &options->permit;
	int fd = ac_harden_connection();

	if (fd < 0) {
		(void)fprintf(stderr, "authcode-login: descriptor 0 is not a socket; see --help\n");
		return EX_USAGE;
	}
	if (!ac_harden_deadline(permit->timeout_s)) {
		ac_journal(LOG_ERR, "cannot set the deadline");
		return EX_OSERR;
	}
	if (!ac_permit_peer(permit, fd)) {
		ac_journal(LOG_WARNING, "connection refused: not the user that may connect");
		return EX_NOPERM;
	}
	if (options->check)
		return ac_entry_check(permit, fd);
	return options->passwd ? ac_entry_passwd(permit, fd) : ac_entry_login(permit, fd);
}

/* A process that serves one connection; *ret_fd is the other end, or -1. */
static pid_t
start_server(const struct ac_options *options, int *ret_fd)
{
	int fds[2];
	pid_t pid;

	*ret_fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		if (dup2(fds[1], STDIN_FILENO) != STDIN_FILENO)
			_exit(EX_OSERR);
		(void)close(fds[1]);
		_exit(serve_one(options));
	}
	(void)close(fds[1]);
	if (pid > 0)
		*ret_fd = fds[0];
	else
		(void)close(fds[0]);
	return pid;
}

static void
end_server(pid_t pid, int fd)
{
	(void)close(fd);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* The helper behind that socket of the directory, which has the rights of its unit; -1,
 * said on standard error. */
static int
reach(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int fd = -1, flags = -1;

	(void)snprintf(path, sizeof(path), "%s/%s.sock", dir, name);
	errno = 0;
	if (ac_helper_connect(path, &fd) == AUTHCODE_OK)
		flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0)
		return fd;
	(void)fprintf(stderr, "authcode-login: %s: %s\n", path,
		      errno != 0 ? strerror(errno) : "no helper answers");
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* The check that belongs to the service, as the daemon would ask it. */
static void
test_check(const struct ac_options *options, const struct ac_wire_identity *identity)
{
	struct ac_options check = *options;
	struct ac_service_reason reason;
	char name[AC_MAX_SERVICE + sizeof(AC_PERMIT_CHECK_SUFFIX)];
	const char *confdir = options->permit.confdir;
	pid_t pid = 0;
	int fd = -1;

	(void)snprintf(name, sizeof(name), "%s%s", options->test_service, AC_PERMIT_CHECK_SUFFIX);
	if (options->test_through != NULL) {
		fd = reach(options->test_through, "check");
		if (fd < 0)
			return;
	} else if (!ac_service_policy_check(confdir, ac_service_policy_for_check(confdir, name),
					    AC_SERVICE_CHECK, &reason)) {
		(void)printf("check     not asked: %s\n", reason.text);
		return;
	}
	check.check = true;
	if (fd < 0)
		pid = start_server(&check, &fd);
	if (fd < 0)
		return;
	if (!ac_terminal_check(fd, name, identity))
		(void)printf("check     no answer\n");
	end_server(pid, fd);
}

/* What a connection gets, with this terminal in the daemon's place. */
static int
test_service(const struct ac_options *options)
{
	struct ac_wire_identity identity;
	int fd = -1, status;
	pid_t pid = 0;

	if (options->test_through == NULL)
		pid = start_server(options, &fd);
	else
		fd = reach(options->test_through, "login");
	if (fd < 0)
		return options->test_through == NULL ? EX_OSERR : EX_UNAVAILABLE;
	status = ac_terminal_run(fd, options->test_service, options->test_user, &identity);
	end_server(pid, fd);
	if (status == 0)
		test_check(options, &identity);
	return status;
}

static enum ac_service_use
use_of(const struct ac_options *options)
{
	if (options->check)
		return AC_SERVICE_CHECK;
	return options->passwd ? AC_SERVICE_PASSWD : AC_SERVICE_LOGIN;
}

/* A listener that could only refuse says so at once, to whoever starts it. */
static bool
services_usable(const struct ac_options *options)
{
	const struct ac_permit *permit = &options->permit;
	struct ac_service_reason reason;

	for (size_t i = 0; i < permit->service_count; i++) {
		char name[AC_MAX_SERVICE + sizeof(AC_PERMIT_CHECK_SUFFIX)];

		const char *service = permit->services[i];

		if (options->check) {
			(void)snprintf(name, sizeof(name), "%s%s", service, AC_PERMIT_CHECK_SUFFIX);
			service = ac_service_policy_for_check(permit->confdir, name);
		}
		if (!ac_service_policy_check(permit->confdir, service, use_of(options), &reason)) {
			ac_journal(LOG_ERR, "%s", reason.text);
			return false;
		}
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct ac_options options;

	switch (ac_options_parse(argc, argv, &options)) {
	case AC_OPTIONS_DONE:
		return 0;
	case AC_OPTIONS_BAD:
		return EX_USAGE;
	case AC_OPTIONS_BAD_FILE:
		return EX_CONFIG;
	case AC_OPTIONS_RUN:
		break;
	}
	ac_journal_open(options.foreground);
	if (!ac_harden_process()) {
		ac_journal(LOG_ERR, "cannot limit the process");
		return EX_OSERR;
	}
	if (options.test_service != NULL)
		return test_service(&options);
	if (options.listen_path == NULL)
		return serve_one(&options);
	if (!services_usable(&options))
		return EX_CONFIG;
	return ac_listen_run(&options, argc, argv);
}
