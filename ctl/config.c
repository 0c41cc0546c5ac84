/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config.h. What makes a configuration good is known to the daemon alone: it is asked,
 * as whoever runs it.
 */
#include "ctl/config.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "ctl/person.h"
#include "ctl/table.h"

void
ac_config_ask(const char *daemon, const char *file, struct ac_program_end *ret)
{
	const char *const words[] = { daemon, "--check-config", "--config", file, NULL };

	ac_program_run(words, ac_program_may_become(AC_CONFIG_ACCOUNT) ? AC_CONFIG_ACCOUNT : NULL,
		       ret);
}

bool
ac_config_good(const struct ac_program_end *end)
{
	return end->status == 0;
}

/* As a terminal and JSON may have it; what the program calls itself says nothing here. */
static bool
put_line(json_t *said, const char *line)
{
	static const char name[] = "authcoded: ";
	struct ac_buf safe;
	bool ok;

	if (strncmp(line, name, sizeof(name) - 1) == 0)
		line += sizeof(name) - 1;
	if (line[0] == '\0')
		return true;
	ac_buf_init(&safe, AC_PROGRAM_MAX_OUTPUT * 4);
	ac_ctl_put_safe(&safe, line);
	ok = ac_buf_ok(&safe) && json_array_append_new(said, json_string(ac_buf_text(&safe))) == 0;
	ac_buf_clear(&safe);
	return ok;
}

static bool
put_lines(json_t *said, const struct ac_program_end *end)
{
	char text[AC_PROGRAM_MAX_OUTPUT + 1], *rest = text, *line;
	bool ok = true;

	memcpy(text, end->output, sizeof(text));
	while (ok && (line = strsep(&rest, "\n")) != NULL)
		ok = put_line(said, line);
	return ok;
}

json_t *
ac_config_said(const struct ac_program_end *end, const char *daemon)
{
	json_t *said = json_array();
	char buffer[64], line[4096];
	const char *why = ac_program_failure(end, buffer, sizeof(buffer));
	bool ok = said != NULL && put_lines(said, end);

	if (ok && end->cut)
		ok = put_line(said, "and more, which is left out");
	/* A daemon that says no has said why. */
	if (ok && why[0] != '\0' && json_array_size(said) == 0) {
		(void)snprintf(line, sizeof(line), "%s: %s", daemon, why);
		ok = put_line(said, line);
	}
	if (ok)
		return said;
	json_decref(said);
	return NULL;
}

static void
print_lines(const json_t *said, bool good)
{
	const json_t *line;
	size_t i;

	json_array_foreach(said, i, line)
	{
		if (good)
			(void)printf("%s\n", json_string_value(line));
		else
			(void)fprintf(stderr, "authcodectl: %s\n", json_string_value(line));
	}
}

enum ac_ctl_exit
ac_ctl_config_check(const struct ac_ctl *ctl)
{
	const char *file = ctl->argument_count > 0 ? ctl->arguments[0] : AC_CTL_CONFIG_FILE;
	const char *daemon = ac_ctl_option(ctl, "daemon");
	struct ac_program_end end;
	json_t *said;
	bool good;

	daemon = daemon != NULL ? daemon : AC_CTL_DAEMON;
	ac_config_ask(daemon, file, &end);
	good = ac_config_good(&end);
	said = ac_config_said(&end, daemon);
	if (said == NULL) {
		(void)fprintf(stderr, "authcodectl: out of memory\n");
		return AC_CTL_REFUSED;
	}
	if (ctl->json) {
		enum ac_ctl_exit status = ac_ctl_print_json_take(
			json_pack("{s:s, s:b, s:o}", "file", file, "good", good, "said", said));

		return status == AC_CTL_DONE && !good ? AC_CTL_REFUSED : status;
	}
	print_lines(said, good);
	json_decref(said);
	return good ? AC_CTL_DONE : AC_CTL_REFUSED;
}
