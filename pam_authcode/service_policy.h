/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which PAM services may be used at all. A service without a file would be
 * libpam's "other", which nobody wrote for signing in; pam_rootok lets in
 * whatever runs as root, which this helper does; and asking about an account
 * must not empty a tally or run a program.
 *
 * It guards against a service chosen by mistake. It cannot know what a module
 * with another name does.
 */
#ifndef AC_PAM_SERVICE_POLICY_H
#define AC_PAM_SERVICE_POLICY_H

#include <stdbool.h>

#include "base/attr.h"
#include "pam_authcode/service_walk.h"

/* What is asked where a service has no check of its own. */
#define AC_SERVICE_SHIPPED_CHECK "authcode-check"

enum ac_service_use {
	AC_SERVICE_LOGIN,  /* its auth rows; no pam_rootok */
	AC_SERVICE_PASSWD, /* its password rows */
	AC_SERVICE_CHECK,  /* its account rows; no module with side effects */
};

/* confdir NULL: the system's directories. False: the reason says why. */
AC_MUST_USE bool ac_service_policy_check(const char *confdir, const char *service,
					 enum ac_service_use use, struct ac_service_reason *ret);

/* The service that answers when service is to be asked about accounts: itself, or
 * the shipped one when it has no file. One that has a file and may not be used is
 * nothing to pass over. */
const char *ac_service_policy_for_check(const char *confdir, const char *service);

#endif
