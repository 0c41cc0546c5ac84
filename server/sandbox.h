/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Walls that the daemon builds around itself, for whoever comes to run code in it:
 * a filter of system calls (seccomp(2)) and of files and connections (landlock(7)).
 * They are inside of those of the service manager, and there without one.
 */
#ifndef AC_SERVER_SANDBOX_H
#define AC_SERVER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct ac_config;

struct ac_sandbox {
	const char *state_dir;        /* to read and to write; made if it is not there */
	const char *const *read_dirs; /* of what is configured, with what is below */
	size_t read_dir_count;
	const char *const *socket_dirs; /* where listeners are taken away at the end */
	size_t socket_dir_count;
	bool fatal; /* a call that is filtered out ends the process; else it is EPERM */
};

/* What the kernel has agreed to. */
struct ac_sandbox_holds {
	bool calls;       /* no program, no debugging, no socket but to this host's processes */
	bool files;       /* nothing but what is named above */
	bool connections; /* no TCP connection, not even with a socket that was there */
	int calls_error, files_error; /* errno of what it did not agree to */
};

/* Before the first thread and after the listeners are open. What the kernel does not
 * have is left out. */
void ac_sandbox_enter(const struct ac_sandbox *sandbox, struct ac_sandbox_holds *ret);

/* Of what the configuration names; the environment AUTHCODE_SANDBOX=kill makes it fatal. */
void ac_sandbox_enter_config(const struct ac_config *config, struct ac_sandbox_holds *ret);

/* One line: which walls stand. */
void ac_sandbox_log(const struct ac_sandbox_holds *holds);

#endif
