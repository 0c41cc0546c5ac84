/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What this helper may do, as the administrator's command line and file say: nothing
 * that comes over the socket widens it.
 */
#ifndef AC_PAM_PERMIT_H
#define AC_PAM_PERMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"
#include "pam_authcode/wire.h"

#define AC_PERMIT_MAX_SERVICES 64
#define AC_PERMIT_MAX_PATH 256
#define AC_PERMIT_CHECK_SUFFIX "-check"
_Static_assert(AC_MAX_SIGN_IN_SERVICE + sizeof(AC_PERMIT_CHECK_SUFFIX) - 1 == AC_MAX_SERVICE,
	       "every service can be asked about");
#define AC_PERMIT_MAX_ENVIRONMENT 32
#define AC_PERMIT_MAX_VARIABLE 64 /* bytes of a name */

struct ac_permit {
	const char *services[AC_PERMIT_MAX_SERVICES];
	size_t service_count;
	const char *promptless[AC_PERMIT_MAX_SERVICES]; /* each one of the services */
	size_t promptless_count;
	const char *confdir;               /* NULL: the system's */
	char lock_dir[AC_PERMIT_MAX_PATH]; /* "": no turns (turn.h) */
	uid_t peer_uid;                    /* who may connect, besides root */
	uid_t min_uid;
	bool allow_root;
	const char *environment[AC_PERMIT_MAX_ENVIRONMENT]; /* PAM variables that are told */
	size_t environment_count;
	const char *claims_dir;     /* NULL: none (claims.h) */
	const char *claims_command; /* NULL: none */
	uid_t claims_uid;           /* whom it runs as, when this process is root; never 0 */
	gid_t claims_gid;
	unsigned int prompt_timeout_s;
	unsigned int timeout_s;
};

/* SO_PEERCRED: the uid of whoever connected, as it was then. */
AC_MUST_USE bool ac_permit_peer(const struct ac_permit *permit, int fd);

/* suffix "" for login, AC_PERMIT_CHECK_SUFFIX for check: a service S that may
 * be used to sign in may be asked about as S-check, and nothing else may. */
AC_MUST_USE bool ac_permit_service(const struct ac_permit *permit, const char *service,
				   const char *suffix);

/* A service that may let people in without asking for anything hidden (a
 * ticket, a card). */
AC_MUST_USE bool ac_permit_promptless(const struct ac_permit *permit, const char *service);

/* An IP address in text. Anything else some modules would look up in the DNS,
 * for as long as whoever chose it likes. */
AC_MUST_USE bool ac_permit_rhost(const char *text);

/* Of letters, digits and '_', no digit in front. */
AC_MUST_USE bool ac_permit_variable(const char *name);

AC_MUST_USE bool ac_permit_account(const struct ac_permit *permit, uid_t uid);

#endif
