/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See said.h.
 */
#include "ctl/said.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/table.h"

#define MAX_SAFE (AC_PROGRAM_MAX_OUTPUT * 4)

static void
add_line(json_t *said, const char *line)
{
	struct ac_buf safe;

	if (line[0] == '\0')
		return;
	ac_buf_init(&safe, MAX_SAFE);
	ac_ctl_put_safe(&safe, line);
	if (!ac_buf_ok(&safe) ||
	    json_array_append_new(said, json_string(ac_buf_text(&safe))) != 0) {
		(void)fprintf(stderr, "authcodectl: ");
		ac_ctl_print_safe(stderr, line);
		(void)fprintf(stderr, "\n");
	}
	ac_buf_clear(&safe);
}

void
ac_said_add(json_t *said, const char *format, ...)
{
	char line[8192];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	add_line(said, line);
}

bool
ac_said_errno(json_t *said, const char *path)
{
	ac_said_add(said, "%s: %s", path, strerror(errno));
	return false;
}

void
ac_said_output(json_t *said, const struct ac_program_end *end, const char *name)
{
	char text[AC_PROGRAM_MAX_OUTPUT + 1], *rest = text, *line;
	const size_t len = strlen(name);

	memcpy(text, end->output, sizeof(text));
	while ((line = strsep(&rest, "\n")) != NULL)
		add_line(said, strncmp(line, name, len) == 0 ? line + len : line);
	if (end->cut)
		add_line(said, "and more, which is left out");
}

void
ac_said_print(const json_t *said)
{
	const json_t *line;
	size_t i;

	json_array_foreach(said, i, line)(void)
		fprintf(stderr, "authcodectl: %s\n", json_string_value(line));
}
