/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl client …
 */
#ifndef AC_CTL_CLIENT_H
#define AC_CTL_CLIENT_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_client_add(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_disable(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_edit(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_enable(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_presets(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_remove(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_rotate(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_client_show(const struct ac_ctl *ctl);

#endif
