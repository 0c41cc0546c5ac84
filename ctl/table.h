/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Tables for people, the one form in which every command shows its rows: columns as
 * wide as their widest cell, times as the clock on the wall has them. What strangers
 * chose (names, scopes, titles) comes out as text alone: no byte of it is an order to a
 * terminal, and none turns the direction of what follows.
 *
 * Cells are put from left to right, row after row. A failure to get memory is sticky
 * and told by ac_ctl_table_print().
 */
#ifndef AC_CTL_TABLE_H
#define AC_CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/attr.h"
#include "base/buf.h"

#define AC_CTL_MAX_COLUMNS 16

/* Whether all that was printed has arrived; says so if not. */
AC_MUST_USE bool ac_ctl_printed(void);

struct ac_ctl_table {
	const char *const *headings; /* borrowed */
	size_t columns;
	char **cells; /* headings first */
	size_t count, capacity;
	bool failed;
};

/* init ... clear: the struct is the caller's. At most AC_CTL_MAX_COLUMNS headings. */
void ac_ctl_table_init(struct ac_ctl_table *table, const char *const *headings, size_t columns);
void ac_ctl_table_clear(struct ac_ctl_table *table);

/* Unix seconds in local time, to the minute; "-" for 0. Returns text or a constant. */
const char *ac_ctl_format_time(int64_t time_s, char *text, size_t size);

/* The next cell: "-" for NULL and "". */
void ac_ctl_table_text(struct ac_ctl_table *table, const char *text);
/* "-" for what is below 0. */
void ac_ctl_table_number(struct ac_ctl_table *table, int64_t number);
/* Unix seconds; "-" for 0. */
void ac_ctl_table_time(struct ac_ctl_table *table, int64_t time_s);
/* The member of a JSON object as a cell: a text, a number, yes or no, an array of texts
 * with spaces between; "-" when it is not there. The second takes it for a time. */
void ac_ctl_table_member(struct ac_ctl_table *table, const json_t *object, const char *name);
void ac_ctl_table_member_time(struct ac_ctl_table *table, const json_t *object, const char *name);

/* Headings and rows, or nothing and a sentence on standard error: then false. */
AC_MUST_USE bool ac_ctl_table_print(const struct ac_ctl_table *table, FILE *out);

/* The member that is a text; "" when it is not there. Borrowed. */
const char *ac_ctl_text_of(const json_t *object, const char *name);

/* Name and value of a thing that is shown by itself, the names one under the other;
 * what is "" or NULL is left out. A member of JSON is shown as in a cell. */
void ac_ctl_show_text(FILE *out, const char *name, const char *text);
void ac_ctl_show_member(FILE *out, const char *name, const json_t *member);
void ac_ctl_show_time(FILE *out, const char *name, int64_t time_s);

/* A text of strangers as a terminal may have it: '?' for each control character, for
 * what turns the direction of writing, and for what is no UTF-8. */
void ac_ctl_put_safe(struct ac_buf *buf, const char *text);
void ac_ctl_print_safe(FILE *out, const char *text);

#endif
