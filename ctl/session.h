/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl session …
 */
#ifndef AC_CTL_SESSION_H
#define AC_CTL_SESSION_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_session_list(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_session_end(const struct ac_ctl *ctl);

#endif
