/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl setup
 */
#ifndef AC_CTL_SETUP_H
#define AC_CTL_SETUP_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_setup(const struct ac_ctl *ctl);

#endif
