/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rows that the command line, the file of --config and --help have in common.
 */
#ifndef AC_PAM_OPTION_ROW_H
#define AC_PAM_OPTION_ROW_H

#include "pam_authcode/options.h"

#define AC_OPTION_MAX_ROWS 64

struct ac_option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	/* NULL: the parser does it. Keeps value. False: not a value of this option. */
	bool (*apply)(struct ac_options *options, const char *value);
	const char *help;
};

/* NULL past the end. */
const struct ac_option_row *ac_option_row(size_t index);

/* What to say when the option does not take a value: a text that begins with "; it
 * takes", or "". */
const char *ac_option_takes(const struct ac_option_row *row);

/* What holds before and after the rows. settle is false when they do not fit
 * together, said on standard error. */
void ac_options_begin(struct ac_options *ret);
AC_MUST_USE bool ac_options_settle(struct ac_options *options);

/* False: no such user, or root. */
AC_MUST_USE bool ac_options_claims_user(struct ac_permit *permit, const char *name);

#endif
