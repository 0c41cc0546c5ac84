/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl audit and explain.
 */
#ifndef AC_CTL_AUDIT_H
#define AC_CTL_AUDIT_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_audit_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_explain(const struct ac_ctl *ctl);

#endif
