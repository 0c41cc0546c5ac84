/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whom a command is about, as fields of a request; and rows of people as tables.
 */
#ifndef AC_CTL_PERSON_H
#define AC_CTL_PERSON_H

#include <jansson.h>

#include "base/buf.h"
#include "ctl/command.h"

/* The argument USER, or --sub: one of them. USAGE is told. */
AC_MUST_USE enum ac_ctl_exit ac_ctl_put_person(const struct ac_ctl *ctl, struct ac_buf *form);

/* --user, --sub, --client and --all, those that were given. */
void ac_ctl_put_filter(const struct ac_ctl *ctl, struct ac_buf *query);

/* The words of a list. */
#define AC_CTL_WORDS(...)                                                                          \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* A list as tables show it. path and name are of the request, where one is made for it. */
struct ac_ctl_list {
	const char *path; /* of the route */
	const char *name; /* of the array in its answer */
	const char *const *headings;
	size_t columns;
	const char *const *members; /* one for each heading; "~name": it is a time */
};

extern const struct ac_ctl_list ac_ctl_grants;
extern const struct ac_ctl_list ac_ctl_sessions;
extern const struct ac_ctl_list ac_ctl_people;
extern const struct ac_ctl_list ac_ctl_authorizations;

/* Gets it and shows it, or prints it with --json. */
AC_MUST_USE enum ac_ctl_exit ac_ctl_show_list(const struct ac_ctl *ctl,
					      const struct ac_ctl_list *list,
					      const struct ac_buf *query);

/* Rows that are there already. */
AC_MUST_USE enum ac_ctl_exit ac_ctl_print_rows(const struct ac_ctl_list *list, const json_t *rows);

/* Prints JSON, which is taken. */
AC_MUST_USE enum ac_ctl_exit ac_ctl_print_json_take(json_t *json);

#endif
