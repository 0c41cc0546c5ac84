/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl status: how the daemon is.
 */
#ifndef AC_CTL_STATUS_H
#define AC_CTL_STATUS_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_status(const struct ac_ctl *ctl);

#endif
