/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Before the first request: do the PAM services in use let people sign in, and
 * are the limits of guesses below what their stacks lock accounts at? Otherwise
 * strangers could lock people out, and nobody would notice before they do.
 */
#ifndef AC_SERVER_START_CHECK_H
#define AC_SERVER_START_CHECK_H

#include <authcode/error.h>

#include "base/attr.h"
#include "server/config.h"

/* Asks the check helper about each service, in 3 seconds altogether. False: one
 * sentence in reason. True when nobody answers, too: that is logged, and the
 * helper may come later. */
AC_MUST_USE bool ac_start_check(const struct ac_config *config, struct authcode_reason *reason);

/* What a start reads and looks at besides the configuration itself and needs nothing
 * that runs: certificate and key, pictures, the state directory. False: one sentence in
 * reason. What may still be made until the start is told on standard error: an account
 * that there is not, and PAM services without a file. */
AC_MUST_USE bool ac_start_check_files(const struct ac_config *config,
				      struct authcode_reason *reason);

/* The PAM services in use, each once; NULL: out of memory. free() it. */
const char **ac_start_services(const struct ac_config *config, size_t *ret_count);

/* Of the stack of a service: failures that lock (0: none do), and the time within
 * which they are counted. */
struct ac_start_faillock {
	uint32_t deny;
	uint32_t interval_s;
};

/* Do the guesses that are let through to the service stay below what locks? */
AC_MUST_USE bool ac_start_check_limits(const struct ac_config *config, const char *service,
				       const struct ac_start_faillock *faillock,
				       struct authcode_reason *reason);

#endif
