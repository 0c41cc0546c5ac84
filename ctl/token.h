/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl token …
 */
#ifndef AC_CTL_TOKEN_H
#define AC_CTL_TOKEN_H

#include "ctl/command.h"

/* The token comes on standard input: arguments are seen by every process. */
enum ac_ctl_exit ac_ctl_token_inspect(const struct ac_ctl *ctl);

#endif
