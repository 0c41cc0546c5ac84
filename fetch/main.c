/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode-fetch: the only program of authcode that connects to places others have
 * named. It has no right but that, no secret and no file to write, and never runs
 * as root. See authcode-fetch(8).
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/attr.h"
#include "fetch/listen.h"
#include "fetch/serve.h"
#include <config.h>

struct options {
	const char *listen;
	const char *peer_user;
	const char *ca_file;
	const char *proxy;
};

enum option_id {
	OPTION_LISTEN = 256,
	OPTION_PEER_USER,
	OPTION_CA,
	OPTION_PROXY,
	OPTION_HELP = 'h',
	OPTION_VERSION = 'V',
};

static const struct {
	struct option option;
	const char *argument;
	const char *help;
} rows[] = {
	{ { "listen", required_argument, NULL, OPTION_LISTEN },
	  "PATH",
	  "make the socket; else a service manager has passed it" },
	{ { "peer-user", required_argument, NULL, OPTION_PEER_USER },
	  "NAME",
	  "who may ask, if not whoever this runs as" },
	{ { "ca", required_argument, NULL, OPTION_CA },
	  "FILE",
	  "authorities in PEM to trust beside the system's" },
	{ { "proxy", required_argument, NULL, OPTION_PROXY },
	  "URL",
	  "send every request through this proxy" },
	{ { "help", no_argument, NULL, OPTION_HELP }, "", "this text" },
	{ { "version", no_argument, NULL, OPTION_VERSION }, "", "the version" },
};

static void
print_help(void)
{
	(void)printf("Usage: authcode-fetch [OPTION]...\n\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		(void)printf("  --%s %-*s %s\n", rows[i].option.name,
			     16 - (int)strlen(rows[i].option.name), rows[i].argument, rows[i].help);
}

static bool
misuse(int *ret_status)
{
	(void)fprintf(stderr, "authcode-fetch: try --help\n");
	*ret_status = EX_USAGE;
	return false;
}

/* False: *ret_status is the end. */
static bool
parse(int argc, char **argv, struct options *ret, int *ret_status)
{
	struct option table[AC_ARRAY_SIZE(rows) + 1] = { 0 };
	int option;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		table[i] = rows[i].option;
	*ret_status = EX_OK;
	while ((option = getopt_long(argc, argv, "hV", table, NULL)) != -1) {
		switch (option) {
		case OPTION_LISTEN:
			ret->listen = optarg;
			break;
		case OPTION_PEER_USER:
			ret->peer_user = optarg;
			break;
		case OPTION_CA:
			ret->ca_file = optarg;
			break;
		case OPTION_PROXY:
			ret->proxy = optarg;
			break;
		case OPTION_HELP:
			print_help();
			return false;
		case OPTION_VERSION:
			(void)printf("authcode-fetch " PACKAGE_VERSION "\n");
			return false;
		default:
			return misuse(ret_status);
		}
	}
	return optind == argc || misuse(ret_status);
}

/* Nothing that it reads from strangers may gain a right, or leave a core behind. The
 * environment could name proxies, authorities and configurations of libraries. A name
 * that takes longer than a connection may (AC_FETCH_CONNECT_MS) is of no use: its
 * thread shall not go on for the half minute of resolver(5)'s defaults. */
static bool
harden(void)
{
	const struct rlimit none = { 0 };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
	       clearenv() == 0 && setenv("RES_OPTIONS", "timeout:1 attempts:2", 1) == 0;
}

static bool
find_peer(const char *name, uid_t *ret)
{
	const struct passwd *entry;

	*ret = geteuid();
	if (name == NULL)
		return true;
	errno = 0;
	entry = getpwnam(name);
	if (entry == NULL)
		return false;
	*ret = entry->pw_uid;
	return true;
}

static int
take_signals(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
run(const struct options *options)
{
	struct ac_serve_settings settings = {
		.transfer = { .ca_file = options->ca_file, .proxy = options->proxy },
		.listen_fd = -1,
	};
	int status;

	if (!find_peer(options->peer_user, &settings.peer)) {
		(void)fprintf(stderr, "authcode-fetch: %s: no such user\n", options->peer_user);
		return EX_NOUSER;
	}
	settings.listen_fd = options->listen != NULL ? ac_fetch_listen_open(options->listen)
						     : ac_fetch_listen_inherited();
	if (settings.listen_fd < 0) {
		if (options->listen != NULL)
			(void)fprintf(stderr, "authcode-fetch: %s: %s\n", options->listen,
				      strerror(errno));
		else
			(void)fprintf(stderr, "authcode-fetch: no socket was passed; give "
					      "--listen\n");
		return EX_USAGE;
	}
	settings.signal_fd = take_signals();
	if (settings.signal_fd < 0 || !harden() || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		(void)fprintf(stderr, "authcode-fetch: cannot limit the process\n");
		return EX_OSERR;
	}
	status = ac_serve(&settings);
	curl_global_cleanup();
	if (options->listen != NULL)
		(void)unlink(options->listen);
	return status;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	int status;

	if (!parse(argc, argv, &options, &status))
		return status;
	if (geteuid() == 0) {
		(void)fprintf(stderr, "authcode-fetch: never as root; start it as a user without "
				      "rights\n");
		return EX_NOPERM;
	}
	if (options.ca_file != NULL && access(options.ca_file, R_OK) != 0) {
		(void)fprintf(stderr, "authcode-fetch: %s: %s\n", options.ca_file, strerror(errno));
		return EX_NOINPUT;
	}
	return run(&options);
}
