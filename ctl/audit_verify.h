/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl audit verify: are the records of the audit what was written?
 */
#ifndef AC_CTL_AUDIT_VERIFY_H
#define AC_CTL_AUDIT_VERIFY_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_audit_verify(const struct ac_ctl *ctl);

#endif
