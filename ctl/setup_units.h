/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The units of systemd that setup starts: authcoded.socket and authcoded.service; and how
 * they were, so that a start that fails leaves running and enabled what ran and was enabled.
 */
#ifndef AC_CTL_SETUP_UNITS_H
#define AC_CTL_SETUP_UNITS_H

#include <stdbool.h>

#include <jansson.h>

#include "base/attr.h"

#define AC_SETUP_UNITS 2
#define AC_SETUP_MAX_LIMIT_S 3600

struct ac_setup_units {
	unsigned limit_s; /* how long each systemctl may take, at most AC_SETUP_MAX_LIMIT_S */
	bool touched;     /* they are not as they were */
	bool stopped;     /* when the start had failed */
	struct {
		bool active, enabled;
	} was[AC_SETUP_UNITS];
};

/* What starts them, command by command, for people too: the n-th, which ends with NULL. NULL
 * past the end. */
const char *const *ac_setup_start_words(size_t n);

/* Starts them as the files say now. false: they did not start, and why is said. */
AC_MUST_USE bool ac_setup_units_start(struct ac_setup_units *units, json_t *said);

/* When it did not, in two steps, between which the files are put back. Nothing is done when
 * nothing was touched. */
void ac_setup_units_stop(struct ac_setup_units *units, json_t *said);
void ac_setup_units_resume(struct ac_setup_units *units, json_t *said);

#endif
