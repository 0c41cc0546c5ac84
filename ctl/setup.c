/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup.h: from a package that was installed to a server that runs. The configuration is
 * written beside its place, checked there by the daemon itself, and only then given its name:
 * one that would not start is never there. Nothing of the host is changed before that, and
 * all that was is put back when the server does not start.
 */
#include "ctl/setup.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/config.h"
#include "ctl/person.h"
#include "ctl/said.h"
#include "ctl/setup_files.h"
#include "ctl/setup_key.h"
#include "ctl/setup_plan.h"
#include "ctl/setup_units.h"

#define DROP_IN_DIR "/etc/systemd/system/authcoded.socket.d"
#define DROP_IN "setup.conf" /* the package takes it away on purge */
#define MAX_TEXT 65536

struct setup {
	struct ac_setup_plan plan;
	struct ac_new_file config, drop_in;
	struct ac_setup_key key;
	struct ac_setup_units units;
	json_t *said;
};

/* --- before anything is changed ------------------------------------------------------- */

static bool
host_is_ready(struct setup *s)
{
	const char *path = ac_buf_text(&s->config.path);
	const struct ac_setup_proxy *proxy = s->plan.proxy;

	if (!s->plan.force && access(path, F_OK) == 0) {
		ac_said_add(s->said, "%s: is there already; --force writes it anew", path);
		return false;
	}
	if (s->plan.root[0] != '\0')
		return true;
	if (proxy == NULL)
		return ac_setup_key_look(&s->key, s->plan.key, AC_CONFIG_ACCOUNT, s->said);
	if (getgrnam(proxy->group) != NULL)
		return true;
	ac_said_add(s->said,
		    "there is no group %s, in which %s reaches the socket: install %s first",
		    proxy->group, proxy->name, proxy->name);
	return false;
}

static bool
write_files(struct setup *s)
{
	struct ac_buf config, drop_in;
	bool ok;

	ac_buf_init(&config, MAX_TEXT);
	ac_buf_init(&drop_in, MAX_TEXT);
	ac_setup_put_config(&s->plan, &config);
	ac_setup_put_drop_in(&s->plan, &drop_in);
	ok = ac_new_file_write(&s->config, &config, 0640, AC_CONFIG_ACCOUNT, s->said) &&
	     ac_new_file_write(&s->drop_in, &drop_in, 0644, NULL, s->said);
	ac_buf_clear(&config);
	ac_buf_clear(&drop_in);
	return ok;
}

/* What the daemon says of it, with the name that it will have. */
static void
take_verdict(const struct setup *s, json_t *verdict)
{
	const char *temporary = ac_buf_text(&s->config.temporary);
	const json_t *row;
	size_t i;

	json_array_foreach(verdict, i, row)
	{
		const char *line = json_string_value(row);

		if (strncmp(line, temporary, strlen(temporary)) == 0)
			ac_said_add(s->said, "%s%s", ac_buf_text(&s->config.path),
				    line + strlen(temporary));
		else
			ac_said_add(s->said, "%s", line);
	}
	json_decref(verdict);
	ac_said_add(s->said, "nothing is configured");
}

/* account: who reads it; NULL: this process. */
static bool
check_config(struct setup *s, const char *account)
{
	struct ac_program_end end;
	struct ac_buf program;

	ac_buf_init(&program, MAX_TEXT);
	ac_buf_printf(&program, "%s%s", s->plan.root, AC_CTL_DAEMON);
	ac_config_ask(ac_buf_text(&program), ac_buf_text(&s->config.temporary), account, &end);
	if (!ac_config_good(&end))
		take_verdict(s, ac_config_said(&end, ac_buf_text(&program)));
	ac_buf_clear(&program);
	return ac_config_good(&end);
}

/* A key that root alone can read is opened for a configuration that root has found good; what
 * is the last word has the account that will read both. */
static bool
check_both(struct setup *s)
{
	return (!s->key.closed || check_config(s, NULL)) && ac_setup_key_open(&s->key, s->said) &&
	       check_config(s, ac_config_account());
}

/* --- what is changed, and put back ---------------------------------------------------- */

/* Neither has its name before both are whole: a full disk takes nobody's place. */
static bool
place_and_start(struct setup *s)
{
	return ac_new_file_place(&s->config, s->plan.force, s->said) &&
	       ac_new_file_place(&s->drop_in, true, s->said) &&
	       (!s->plan.start || ac_setup_units_start(&s->units, s->said));
}

static void
put_back(struct setup *s)
{
	ac_setup_units_stop(&s->units, s->said);
	ac_new_file_put_back(&s->config, s->said);
	ac_new_file_put_back(&s->drop_in, s->said);
	ac_setup_key_put_back(&s->key, s->said);
	ac_setup_units_resume(&s->units, s->said);
}

static void
do_nothing(int number)
{
	(void)number;
}

/* Ctrl-C and a line that is lost end what is waited for, as they reach it too, and so what
 * setup does is a failure that is put back. No program that is started inherits this. */
static void
outlive_the_terminal(void)
{
	static const int numbers[] = { SIGINT, SIGHUP };
	const struct sigaction outlive = { .sa_handler = do_nothing, .sa_flags = SA_RESTART };
	struct sigaction now;

	for (size_t i = 0; i < AC_ARRAY_SIZE(numbers); i++) {
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			(void)sigaction(numbers[i], &outlive, NULL);
	}
}

static bool
run(struct setup *s)
{
	if (!host_is_ready(s) || !write_files(s))
		return false;
	outlive_the_terminal();
	if (check_both(s) && place_and_start(s))
		return true;
	put_back(s);
	return false;
}

/* --- what to do next ------------------------------------------------------------------ */

/* Commands, a text for each; NULL: out of memory. */
static json_t *
list_next(const struct setup *s)
{
	const char *const *words;
	json_t *next = json_array();
	struct ac_buf line;
	bool ok = next != NULL;

	for (size_t i = 0; ok && !s->plan.start && (words = ac_setup_start_words(i)) != NULL; i++) {
		ac_buf_init(&line, MAX_TEXT);
		for (size_t w = 0; words[w] != NULL; w++)
			ac_buf_printf(&line, "%s%s", w > 0 ? " " : "", words[w]);
		ok = ac_buf_ok(&line) &&
		     json_array_append_new(next, json_string(ac_buf_text(&line))) == 0;
		ac_buf_clear(&line);
	}
	ok = ok && json_array_append_new(next, json_string("authcodectl client presets")) == 0 &&
	     json_array_append_new(next, json_string("authcodectl client add --for APPLICATION "
						     "--url https://...")) == 0;
	if (ok)
		return next;
	json_decref(next);
	return NULL;
}

static void
print_next(const struct setup *s, const char *snippet)
{
	json_t *next = list_next(s);
	const json_t *line;
	size_t i;

	if (s->key.opened)
		(void)printf("%s is readable by the group %s now: the server is not root.\n",
			     s->plan.key, AC_CONFIG_ACCOUNT);
	(void)printf("%s and %s are written.%s Next:\n\n", ac_buf_text(&s->config.path),
		     ac_buf_text(&s->drop_in.path), s->plan.start ? " authcoded runs." : "");
	json_array_foreach(next, i, line)(void) printf("  %s\n", json_string_value(line));
	json_decref(next);
	if (s->plan.proxy != NULL)
		(void)printf("\nFor %s, as doc/proxy.md has it:\n\n%s", s->plan.proxy->name,
			     snippet);
}

static json_t *
as_json(const struct setup *s, const char *snippet)
{
	const struct ac_setup_proxy *proxy = s->plan.proxy;

	return json_pack("{s:b, s:O, s:s, s:s, s:b, s:s*, s:o, s:o*}", "done", true, "said",
			 s->said, "config", ac_buf_text(&s->config.path), "socket",
			 ac_buf_text(&s->drop_in.path), "started", s->plan.start, "key_group",
			 s->key.opened ? AC_CONFIG_ACCOUNT : NULL, "next", list_next(s), "proxy",
			 proxy != NULL ? json_pack("{s:s, s:s}", "name", proxy->name,
						   "configuration", snippet)
				       : NULL);
}

static enum ac_ctl_exit
tell(const struct ac_ctl *ctl, const struct setup *s, bool done)
{
	enum ac_ctl_exit status = done ? AC_CTL_DONE : AC_CTL_REFUSED;
	struct ac_buf snippet;
	json_t *all;

	ac_buf_init(&snippet, MAX_TEXT);
	if (done && s->plan.proxy != NULL)
		ac_setup_put_snippet(&s->plan, &snippet, s->said);
	if (ctl->json) {
		all = done ? as_json(s, ac_buf_text(&snippet))
			   : json_pack("{s:b, s:O}", "done", false, "said", s->said);
		if (ac_ctl_print_json_take(all) != AC_CTL_DONE)
			status = AC_CTL_REFUSED;
	} else {
		ac_said_print(s->said);
		(void)fflush(stderr);
		if (done)
			print_next(s, ac_buf_text(&snippet));
	}
	ac_buf_clear(&snippet);
	return status;
}

enum ac_ctl_exit
ac_ctl_setup(const struct ac_ctl *ctl)
{
	struct setup s = { 0 };
	enum ac_ctl_exit status = ac_setup_plan_read(ctl, &s.plan);

	if (status != AC_CTL_DONE)
		return status;
	s.said = json_array();
	s.units.limit_s = s.plan.limit_s;
	ac_new_file_init(&s.config, s.plan.root, AC_CTL_CONFIG_DIR, "authcode.conf");
	ac_new_file_init(&s.drop_in, s.plan.root, DROP_IN_DIR, DROP_IN);
	ac_setup_key_init(&s.key);
	status = tell(ctl, &s, run(&s));
	ac_setup_key_clear(&s.key);
	ac_new_file_clear(&s.config);
	ac_new_file_clear(&s.drop_in);
	json_decref(s.said);
	return status;
}
