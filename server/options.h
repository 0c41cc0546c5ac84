/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The command line of authcoded.
 */
#ifndef AC_SERVER_OPTIONS_H
#define AC_SERVER_OPTIONS_H

#include <stdbool.h>

#include "base/attr.h"

struct ac_options {
	const char *config;
	bool check_config;
	bool print_ready;
};

/* True: serve or check. False: everything is done, or it was a mistake that has
 * been explained; exit with *ret_status. */
AC_MUST_USE bool ac_options_parse(int argc, char **argv, struct ac_options *ret, int *ret_status);

#endif
