/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One request to the daemon's socket of administration.
 */
#ifndef AC_CTL_ADMIN_REQUEST_H
#define AC_CTL_ADMIN_REQUEST_H

#include <jansson.h>

#include "base/buf.h"
#include "ctl/command.h"

/* Posts the form, or gets when form is NULL. *ret_answer: the JSON of the daemon, new,
 * when DONE, else untouched. Words as ac_admin_post(). */
AC_MUST_USE enum ac_ctl_exit ac_admin_ask(const struct ac_ctl *ctl, const char *path,
					  const struct ac_buf *form, json_t **ret_answer);

/* Gets, of what the first argument names where argument is the name of that, and shows the
 * answer; with --json it is printed as it came. */
AC_MUST_USE enum ac_ctl_exit ac_admin_show(const struct ac_ctl *ctl, const char *path,
					   const char *argument,
					   enum ac_ctl_exit (*show)(const json_t *answer));

/* Gets with a query, which may be empty. Nothing is printed when it is DONE. */
AC_MUST_USE enum ac_ctl_exit ac_admin_get(const struct ac_ctl *ctl, const char *path,
					  const struct ac_buf *query, json_t **ret_answer);

/* All pages of a list, the array of that name: new when DONE, else untouched. Nothing is
 * printed when it is DONE. */
AC_MUST_USE enum ac_ctl_exit ac_admin_list(const struct ac_ctl *ctl, const char *path,
					   const struct ac_buf *query, const char *name,
					   json_t **ret_rows);

/* Posts the form. A refusal is told on standard error; with --json, every answer
 * of the daemon is printed as it came. */
AC_MUST_USE enum ac_ctl_exit ac_admin_post(const struct ac_ctl *ctl, const char *path,
					   const struct ac_buf *form);

#endif
