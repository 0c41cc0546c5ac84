/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Listeners that a service manager has opened: matched by address with those that
 * the configuration names, which stays the one place that says what is served where.
 */
#ifndef AC_SERVER_HTTP_PASSED_H
#define AC_SERVER_HTTP_PASSED_H

#include <stdbool.h>

#include <sys/socket.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "base/passed.h"

/* Takes the listener bound to that address out of passed; -1: there is none. */
AC_MUST_USE int ac_http_passed_find(struct ac_passed *passed, const struct sockaddr *address);

/* False, with a sentence, when one is left that the configuration does not name, or
 * that takes no connections: nobody would ever be served there. */
AC_MUST_USE bool ac_http_passed_all_used(const struct ac_passed *passed,
					 struct authcode_reason *reason);

#endif
