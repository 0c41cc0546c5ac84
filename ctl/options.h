/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The options of authcodectl, one row each: to which commands it belongs, what follows
 * it, what it does. Parsing, --help, the completion of shells and the manual page's check
 * read the rows. A command asks for what was given by name.
 */
#ifndef AC_CTL_OPTIONS_H
#define AC_CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/command.h"

/* The option whose words are those to complete: it comes first and takes all the rest. */
#define AC_CTL_COMPLETE "complete"

struct ac_ctl_option {
	const char *name;     /* without dashes */
	const char *argument; /* what follows, as --help shows it; "": nothing */
	const char *of;       /* "group verb, group verb": these take it; "": every command */
	const char *help;
};

/* NULL past the end. */
const struct ac_ctl_option *ac_ctl_option_at(size_t i);

AC_MUST_USE bool ac_ctl_option_fits(const struct ac_ctl_option *option,
				    const struct ac_ctl_command *command);

/* Reads the command line into *ctl: options anywhere, group and verb, arguments. True:
 * *ret_command is to be run. False: it is done or wrong, has been told, and *ret_status
 * is what to exit with. */
AC_MUST_USE bool ac_ctl_parse(int argc, char **argv, struct ac_ctl *ctl,
			      const struct ac_ctl_command **ret_command,
			      enum ac_ctl_exit *ret_status);

#endif
