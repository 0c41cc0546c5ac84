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

/* What the daemon program says of a configuration file: read as the daemon's account where
 * this process may become it, since it is that account that will have to read it. */
void ac_config_ask(const char *daemon, const char *file, struct ac_program_end *ret);

/* Is it good? */
AC_MUST_USE bool ac_config_good(const struct ac_program_end *end);

/* The lines of what was said, and why the program did not get that far, each without the
 * program's name in front. New; NULL: out of memory. */
AC_MUST_USE json_t *ac_config_said(const struct ac_program_end *end, const char *daemon);

/* Who runs the daemon, and so has to be able to read its files. */
#define AC_CONFIG_ACCOUNT "_authcode"

enum ac_ctl_exit ac_ctl_config_check(const struct ac_ctl *ctl);

#endif
