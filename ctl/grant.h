/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl grant …
 */
#ifndef AC_CTL_GRANT_H
#define AC_CTL_GRANT_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_grant_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_grant_revoke(const struct ac_ctl *ctl);

#endif
