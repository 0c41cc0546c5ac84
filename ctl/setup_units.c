/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup_units.h. systemctl is asked, each command with a limit of time of its own: a
 * manager that hangs is a start that fails.
 */
#include "ctl/setup_units.h"

#include <stddef.h>

#include "ctl/program.h"
#include "ctl/said.h"

#define MAX_WORDS 5

static const char *const names[AC_SETUP_UNITS] = { "authcoded.socket", "authcoded.service" };

static const char *const starting[][MAX_WORDS] = {
	{ "systemctl", "daemon-reload" },
	/* a socket cannot be another one while its service runs */
	{ "systemctl", "stop", "authcoded.service", "authcoded.socket" },
	{ "systemctl", "enable", "authcoded.socket", "authcoded.service" },
	{ "systemctl", "start", "authcoded.socket", "authcoded.service" },
};

const char *const *
ac_setup_start_words(size_t n)
{
	return n < AC_ARRAY_SIZE(starting) ? starting[n] : NULL;
}

static bool
run(const struct ac_setup_units *units, const char *const *words, json_t *said)
{
	struct ac_program_end end;
	char buffer[AC_PROGRAM_MAX_FAILURE];

	ac_program_run(words, NULL, units->limit_s, &end);
	if (end.status == 0)
		return true;
	ac_said_output(said, &end, "");
	ac_said_add(said, "systemctl %s: %s", words[1],
		    ac_program_failure(&end, buffer, sizeof(buffer)));
	return false;
}

/* false: no answer is none, neither yes nor no. */
static bool
ask(const struct ac_setup_units *units, const char *question, const char *name, bool *ret,
    json_t *said)
{
	const char *const words[] = { "systemctl", question, "--quiet", name, NULL };
	struct ac_program_end end;
	char buffer[AC_PROGRAM_MAX_FAILURE];

	ac_program_run(words, NULL, units->limit_s, &end);
	*ret = end.status == 0;
	if (end.status >= 0)
		return true;
	ac_said_add(said, "systemctl %s: %s", question,
		    ac_program_failure(&end, buffer, sizeof(buffer)));
	return false;
}

static bool
look(struct ac_setup_units *units, json_t *said)
{
	bool ok = true;

	for (size_t i = 0; ok && i < AC_SETUP_UNITS; i++)
		ok = ask(units, "is-active", names[i], &units->was[i].active, said) &&
		     ask(units, "is-enabled", names[i], &units->was[i].enabled, said);
	return ok;
}

bool
ac_setup_units_start(struct ac_setup_units *units, json_t *said)
{
	if (!look(units, said))
		return false;
	units->touched = true;
	for (size_t i = 0; i < AC_ARRAY_SIZE(starting); i++) {
		if (run(units, starting[i], said))
			continue;
		ac_said_add(said, "what the server said: journalctl -b -u authcoded.service -u "
				  "authcoded.socket");
		return false;
	}
	return true;
}

void
ac_setup_units_stop(struct ac_setup_units *units, json_t *said)
{
	static const char *const words[] = { "systemctl", "stop", "authcoded.service",
					     "authcoded.socket", NULL };

	if (units->touched)
		units->stopped = run(units, words, said);
}

/* The units that were so, or were not, with one command. */
static bool
for_those(const struct ac_setup_units *units, const bool *chosen, const char *verb, json_t *said)
{
	const char *words[MAX_WORDS] = { "systemctl", verb };
	size_t count = 2;

	for (size_t i = 0; i < AC_SETUP_UNITS; i++) {
		if (chosen[i])
			words[count++] = names[i];
	}
	return count == 2 || run(units, words, said);
}

void
ac_setup_units_resume(struct ac_setup_units *units, json_t *said)
{
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	bool active[AC_SETUP_UNITS], not_enabled[AC_SETUP_UNITS], ran = false;

	if (!units->touched)
		return;
	for (size_t i = 0; i < AC_SETUP_UNITS; i++) {
		active[i] = units->was[i].active;
		not_enabled[i] = !units->was[i].enabled;
		ran = ran || active[i];
	}
	(void)run(units, reload, said);
	(void)for_those(units, not_enabled, "disable", said);
	if (!ran && units->stopped)
		ac_said_add(said, "authcoded does not run, as before");
	else if (!ran)
		ac_said_add(said, "it was not stopped: systemctl status authcoded.service "
				  "authcoded.socket");
	else if (for_those(units, active, "start", said))
		ac_said_add(said, "authcoded runs again, as before");
	else
		ac_said_add(said, "authcoded does not run: what ran before did not start either");
	units->touched = false;
}
