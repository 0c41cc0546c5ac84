/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The two walls of sandbox.h.
 */
#ifndef AC_SERVER_SANDBOX_WALLS_H
#define AC_SERVER_SANDBOX_WALLS_H

#include "server/sandbox.h"

/* Sets calls and calls_error of ret. */
void ac_sandbox_calls(bool fatal, struct ac_sandbox_holds *ret);

/* Sets files, connections and files_error of ret. */
void ac_sandbox_files(const struct ac_sandbox *sandbox, struct ac_sandbox_holds *ret);

#endif
