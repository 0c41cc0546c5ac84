/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl key …
 */
#ifndef AC_CTL_KEY_H
#define AC_CTL_KEY_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_key_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_key_rotate(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_key_withdraw(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_master_key_rotate(const struct ac_ctl *ctl);

#endif
