/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Who an account is, from the system's user database (NSS).
 */
#ifndef AC_PAM_ACCOUNT_H
#define AC_PAM_ACCOUNT_H

#include <sys/types.h>

#include "pam_authcode/wire.h"

enum ac_account_state {
	AC_ACCOUNT_UNREACHABLE = 0, /* a database could not be asked */
	AC_ACCOUNT_ABSENT,
	AC_ACCOUNT_FOUND,
};

struct ac_account {
	enum ac_account_state state;
	char name[AC_MAX_USER_NAME + 1]; /* as the database spells it; FOUND only */
	uid_t uid;
	gid_t gid;
	char full_name[AC_MAX_FULL_NAME + 1]; /* first field of gecos */
	char home[1025];
};

/* Never fails: state says how it went. */
void ac_account_find(const char *name, struct ac_account *ret);

/* FOUND and the same name and uid on both sides. */
AC_MUST_USE bool ac_account_same(const struct ac_account *a, const struct ac_account *b);

/* The account and the names of its groups. A group whose name the wire does not
 * carry, and what is past its maximum, is left out: less is granted, not more. */
AC_MUST_USE enum authcode_err ac_account_identity(const struct ac_account *account,
						  struct ac_wire_identity *ret);

#endif
