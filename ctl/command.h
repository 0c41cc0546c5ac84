/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The commands of authcodectl, one row each: what is typed, what follows, and
 * the function. Parsing, --help and the manual page's check read the rows.
 */
#ifndef AC_CTL_COMMAND_H
#define AC_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Exit codes, which scripts may rely on. */
enum ac_ctl_exit {
	AC_CTL_DONE = 0,
	AC_CTL_REFUSED = 1, /* the daemon said no, and why */
	AC_CTL_USAGE = 2,
	AC_CTL_UNREACHABLE = 3, /* no daemon at the socket, or not for this user */
};

struct ac_ctl {
	const char *socket_path;
	bool json;    /* print what the daemon answered */
	bool replace; /* user relink */
	bool at_once; /* key rotate */
	const char *const *arguments;
	size_t argument_count;
};

struct ac_ctl_command {
	const char *group, *verb;
	const char *arguments; /* as --help shows them */
	size_t min, max;       /* how many */
	enum ac_ctl_exit (*run)(const struct ac_ctl *ctl);
	const char *help;
};

/* NULL past the end; or when there is none. */
const struct ac_ctl_command *ac_ctl_command_at(size_t i);
const struct ac_ctl_command *ac_ctl_command_find(const char *group, const char *verb);

#endif
