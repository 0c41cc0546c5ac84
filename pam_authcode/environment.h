/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The PAM environment after a sign-in: what modules have found out (an
 * authentication indicator, a ticket's realm) and the administrator wants told.
 */
#ifndef AC_PAM_ENVIRONMENT_H
#define AC_PAM_ENVIRONMENT_H

#include <security/pam_appl.h>

#include "pam_authcode/permit.h"
#include "pam_authcode/wire.h"

/* NAME=value for each name permitted that is set, in their order. A value is
 * cleaned; one that does not fit is left out whole, said in the log. */
void ac_environment_tell(pam_handle_t *pamh, const struct ac_permit *permit,
			 struct ac_wire_result *result);

#endif
