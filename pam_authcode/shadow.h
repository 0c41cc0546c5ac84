/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What shadow(5) itself says of an account. Only this makes an account one that
 * is not coming back; whatever else refuses it may have reasons that pass. So
 * what cannot be read, or is written in a way that services without a password
 * use, decides nothing.
 */
#ifndef AC_PAM_SHADOW_H
#define AC_PAM_SHADOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum ac_shadow_state {
	AC_SHADOW_SILENT = 0,
	AC_SHADOW_EXPIRED, /* chage -E */
	AC_SHADOW_LOCKED,  /* usermod -L, passwd -l */
};

/* '!', or the two of some systems, in front of what crypt(3) gives; never a '!'
 * alone, in front of '*' or of anything else. */
AC_MUST_USE bool ac_shadow_locked(const char *password);

/* Days since 1970, in UTC as shadow counts them; negative: never. */
AC_MUST_USE bool ac_shadow_expired(long expire, int64_t today);

enum ac_shadow_state ac_shadow_find(const char *name);

#endif
