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

#define AC_CTL_DEFAULT_SOCKET "/run/authcode/admin.sock"
#define AC_CTL_STATE_DIR "/var/lib/authcode"
#define AC_CTL_MAX_OPTIONS 64 /* in one command line */

/* Exit codes, which scripts may rely on. */
enum ac_ctl_exit {
	AC_CTL_DONE = 0,
	AC_CTL_REFUSED = 1, /* the daemon said no, and why */
	AC_CTL_USAGE = 2,
	AC_CTL_UNREACHABLE = 3, /* no daemon at the socket, or not for this user */
	AC_CTL_UNKNOWN = 4,     /* token inspect: nobody knows it */
	AC_CTL_DAMAGED = 5,     /* db check, audit verify: it is not what it must be */
};

/* An option that was given; its value is "" when it takes none. */
struct ac_ctl_given {
	const char *name;
	const char *value;
};

struct ac_ctl {
	const char *socket_path;
	bool json;         /* print what the daemon answered */
	bool unknown_exit; /* a 404 is AC_CTL_UNKNOWN */
	struct ac_ctl_given options[AC_CTL_MAX_OPTIONS];
	size_t option_count;
	const char *const *arguments;
	size_t argument_count;
};

/* What was given for an option of options.c: the last value, or of one that may be
 * repeated the n-th from 0 on. NULL: it was not given, or not so often. */
const char *ac_ctl_option(const struct ac_ctl *ctl, const char *name);
const char *ac_ctl_option_nth(const struct ac_ctl *ctl, const char *name, size_t n);

struct ac_ctl_command {
	const char *group, *verb; /* verb "": the group alone is the command */
	const char *arguments;    /* as --help shows them */
	size_t min, max;          /* how many */
	enum ac_ctl_exit (*run)(const struct ac_ctl *ctl);
	const char *help;
};

/* NULL past the end; or when there is none. */
const struct ac_ctl_command *ac_ctl_command_at(size_t i);
const struct ac_ctl_command *ac_ctl_command_find(const char *group, const char *verb);

#endif
