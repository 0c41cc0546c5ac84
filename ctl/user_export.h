/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl user show and user export: one person, from several lists.
 */
#ifndef AC_CTL_USER_EXPORT_H
#define AC_CTL_USER_EXPORT_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_user_show(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_user_export(const struct ac_ctl *ctl);

#endif
