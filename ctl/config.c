/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config.h. What makes a configuration good is known to the daemon alone: it is asked,
 * as whoever runs it.
 */
#include "ctl/config.h"

#include <stdio.h>

#include "ctl/person.h"
#include "ctl/said.h"

#define CHECK_LIMIT_S 60 /* a file system may be slow, but not for ever */

const char *
ac_config_account(void)
{
	return ac_program_may_become(AC_CONFIG_ACCOUNT) ? AC_CONFIG_ACCOUNT : NULL;
}

void
ac_config_ask(const char *daemon, const char *file, const char *account, struct ac_program_end *ret)
{
	const char *const words[] = { daemon, "--check-config", "--config", file, NULL };

	ac_program_run(words, account, CHECK_LIMIT_S, ret);
}

bool
ac_config_good(const struct ac_program_end *end)
{
	return end->status == 0;
}

json_t *
ac_config_said(const struct ac_program_end *end, const char *daemon)
{
	json_t *said = json_array();
	char buffer[AC_PROGRAM_MAX_FAILURE];
	const char *why = ac_program_failure(end, buffer, sizeof(buffer));

	ac_said_output(said, end, "authcoded: ");
	/* A daemon that says no has said why; one that did not end by itself has not. */
	if (why[0] != '\0' && (end->status < 0 || json_array_size(said) == 0))
		ac_said_add(said, "%s: %s", daemon, why);
	return said;
}

static void
print_good(const json_t *said)
{
	const json_t *line;
	size_t i;

	json_array_foreach(said, i, line)(void) printf("%s\n", json_string_value(line));
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
	ac_config_ask(daemon, file, ac_config_account(), &end);
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
	if (good)
		print_good(said);
	else
		ac_said_print(said);
	json_decref(said);
	return good ? AC_CTL_DONE : AC_CTL_REFUSED;
}
