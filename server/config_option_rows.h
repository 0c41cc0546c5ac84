/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the files of rows, config_options_….c, share: a table for each section, in the order
 * of --help, which config_options.c puts together.
 */
#ifndef AC_SERVER_CONFIG_OPTION_ROWS_H
#define AC_SERVER_CONFIG_OPTION_ROWS_H

#include "base/attr.h"
#include "server/config_options.h"

#define DAY 86400u

/* When a new value is taken over. */
#define AT_RELOAD true
#define AT_START false

struct ac_option_table {
	const char *section;
	const struct ac_option *rows;
	size_t count;
};

/* Of the rows above it in the file. */
#define AC_OPTION_TABLE(table, of)                                                                 \
	_Static_assert(AC_ARRAY_SIZE(rows) <= AC_OPTION_COUNT_MAX, "places[] is too small");       \
	const struct ac_option_table table = {                                                     \
		.section = (of),                                                                   \
		.rows = rows,                                                                      \
		.count = AC_ARRAY_SIZE(rows),                                                      \
	}

extern const struct ac_option_table ac_server_options;
extern const struct ac_option_table ac_client_options;
extern const struct ac_option_table ac_service_options;
extern const struct ac_option_table ac_resource_options;

/* Of clients and of resources. */
extern const struct ac_choice ac_token_formats[];

#endif
