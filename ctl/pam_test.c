/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See pam_test.h. The conversation is authcode-login's own (its --test), which alone
 * speaks PAM and its wire; this names the sockets, runs it, and translates its end.
 * By default it asks the helpers that the daemon asks, since what a shell of root may
 * do says little about what their units may.
 */
#include "ctl/pam_test.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#ifndef AC_CTL_LOGIN_CONF
#define AC_CTL_LOGIN_CONF "/etc/authcode/login.conf"
#endif

#define MAX_WORDS 10

extern char **environ;

struct words {
	const char *list[MAX_WORDS + 1];
	size_t count;
	char dir[256]; /* where the helpers' sockets are */
};

static void
put(struct words *words, const char *word)
{
	words->list[words->count++] = word;
}

/* The sockets of the helpers are beside that of administration. */
static bool
find_dir(const struct ac_ctl *ctl, char *out, size_t size)
{
	const char *slash = strrchr(ctl->socket_path, '/');
	int len = slash == NULL ? 0
				: snprintf(out, size, "%.*s", (int)(slash - ctl->socket_path),
					   ctl->socket_path);

	return ctl->socket_path[0] == '/' && len > 0 && (size_t)len < size;
}

static bool
build(const struct ac_ctl *ctl, struct words *words)
{
	const char *service = ac_ctl_option(ctl, "service");
	const char *helper = ac_ctl_option(ctl, "helper");

	put(words, helper != NULL ? helper : AC_CTL_HELPER);
	put(words, "--test");
	put(words, service != NULL ? service : "authcode");
	if (ac_ctl_option(ctl, "direct") == NULL) {
		if (!find_dir(ctl, words->dir, sizeof(words->dir))) {
			(void)fprintf(stderr, "authcodectl: --socket: the sockets of the helpers "
					      "are beside it, so it has to be a whole path\n");
			return false;
		}
		put(words, "--through");
		put(words, words->dir);
	} else if (access(AC_CTL_LOGIN_CONF, F_OK) == 0) {
		put(words, "--config");
		put(words, AC_CTL_LOGIN_CONF);
	}
	put(words, "--"); /* a name may look like an option */
	put(words, ctl->arguments[0]);
	return true;
}

/* Interrupts from the terminal are the helper's: it gives the terminal its echo back. */
static int
run(const struct words *words)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	posix_spawnattr_t attributes;
	sigset_t back;
	int status = -1, why;
	pid_t pid = -1;

	(void)sigemptyset(&back);
	(void)sigaddset(&back, SIGINT);
	if (posix_spawnattr_init(&attributes) != 0)
		return -1;
	(void)posix_spawnattr_setsigdefault(&attributes, &back);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	(void)sigaction(SIGINT, &ignore, &before);
	why = posix_spawn(&pid, words->list[0], NULL, &attributes,
			  (char *const *)(uintptr_t)words->list, environ);
	(void)posix_spawnattr_destroy(&attributes);
	if (why != 0) {
		(void)fprintf(stderr, "authcodectl: %s: %s\n", words->list[0], strerror(why));
	} else {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	(void)sigaction(SIGINT, &before, NULL);
	return why == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

enum ac_ctl_exit
ac_ctl_pam_test(const struct ac_ctl *ctl)
{
	struct words words = { .count = 0 };

	if (ctl->json) {
		(void)fprintf(stderr,
			      "authcodectl: pam-test talks to a person and has no --json\n");
		return AC_CTL_USAGE;
	}
	if (!build(ctl, &words))
		return AC_CTL_USAGE;
	(void)fflush(stdout);
	switch (run(&words)) {
	case EX_OK:
		return AC_CTL_DONE;
	case EX_USAGE:
		return AC_CTL_USAGE;
	case EX_UNAVAILABLE:
		(void)fprintf(stderr, "authcodectl: that takes root and the socket units; --direct "
				      "asks PAM from here, for root or for one's own account\n");
		return AC_CTL_UNREACHABLE;
	default:
		return AC_CTL_REFUSED;
	}
}
