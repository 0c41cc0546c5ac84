/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl user …
 */
#ifndef AC_CTL_USER_H
#define AC_CTL_USER_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_user_relink(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_user_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_user_revoke(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_user_erase(const struct ac_ctl *ctl);

#endif
