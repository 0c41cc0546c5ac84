/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl config check, and the same question for others.
 */
#ifndef AC_CTL_CONFIG_H
#define AC_CTL_CONFIG_H

#include <jansson.h>

#include "ctl/command.h"
#include "ctl/program.h"

/* Who runs the daemon, and so has to be able to read its files. */
#define AC_CONFIG_ACCOUNT "_authcode"

/* That account where there is one and this process may become it; else NULL. */
const char *ac_config_account(void);

/* What the daemon program says of a configuration file when account reads it. NULL: who
 * asks. */
void ac_config_ask(const char *daemon, const char *file, const char *account,
		   struct ac_program_end *ret);

/* Is it good? */
AC_MUST_USE bool ac_config_good(const struct ac_program_end *end);

/* The lines of what was said (said.h), and why the program did not get that far. New; NULL:
 * out of memory. */
AC_MUST_USE json_t *ac_config_said(const struct ac_program_end *end, const char *daemon);

enum ac_ctl_exit ac_ctl_config_check(const struct ac_ctl *ctl);

#endif
