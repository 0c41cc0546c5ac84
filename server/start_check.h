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

/* What the answer about a service means for the start. */
AC_MUST_USE bool ac_start_check_limits(const struct ac_config *config, const char *service,
				       uint32_t deny, struct authcode_reason *reason);

#endif
