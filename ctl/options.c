/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See options.h. getopt_long() knows the options of all commands; whether one belongs to
 * the command that was typed is looked at afterwards, since it may stand in front of it.
 */
#include "ctl/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <config.h>

#include "ctl/complete.h"
#include "ctl/pam_test.h"

#define MAX_ROWS 96
#define FIRST_ID 256
#define MAX_COMMAND_NAME 64

#define CLIENT_EDIT "client add, client edit, client rotate-secret"

static const struct ac_ctl_option rows[] = {
	{ "socket", "PATH", "", "the daemon's admin_socket [" AC_CTL_DEFAULT_SOCKET "]" },
	{ "json", "", "", "print the answer as JSON" },
	{ "since", "TIME", "audit list",
	  "from then on: 2030-01-31, 2030-01-31T08:00, or 90min, 8h, 7d ago" },
	{ "until", "TIME", "audit list", "and before that" },
	{ "user", "USER", "audit list, grant list, session list, user list",
	  "those of the account USER alone" },
	{ "sub", "SUB",
	  "audit list, grant list, session list, user erase, user export, user revoke, user show",
	  "the person by its sub, also when its account is gone" },
	{ "client", "CLIENT", "audit list, grant list", "those of CLIENT alone" },
	{ "head", "HEAD", "audit verify",
	  "how far they had come: the log and status have it, as NUMBER:MAC" },
	{ "all", "", "grant list, session list, user list, user show", "the dead too" },
	{ "yes", "", "user erase", "it is meant" },
	{ "state-dir", "DIR", "db backup, db check, db restore",
	  "the daemon's state_dir [" AC_CTL_STATE_DIR "]" },
	{ "force", "", "db backup", "replace FILE" },
	{ "quick", "", "db check", "do not compare indexes with their tables" },
	{ "replace", "", "user relink", "end what NEW has already" },
	{ "at-once", "", "key rotate", "sign with the new keys now" },
	{ "for", "PRESET", "client add", "the application, one of client presets" },
	{ "url", "URL", "client add", "where people reach it; its paths follow from the preset" },
	{ "id", "ID", "client add", "the client id; one is made when left out" },
	{ "name", "NAME", CLIENT_EDIT, "what people are shown" },
	{ "redirect-uri", "URI", CLIENT_EDIT, "where answers go; may be repeated" },
	{ "scope", "WORDS", CLIENT_EDIT, "what it may ask for, in one argument" },
	{ "grant", "GRANT", CLIENT_EDIT, "a grant that it may use; may be repeated" },
	{ "auth-method", "METHOD", CLIENT_EDIT, "how it proves who it is" },
	{ "public", "", CLIENT_EDIT, "it can keep no secret, and has none" },
	{ "set", "OPTION=VALUE", CLIENT_EDIT,
	  "any option of a client block; may be repeated, for a list also with the same option" },
	{ "unset", "OPTION", "client edit, client rotate-secret", "an option is as if never set" },
	{ "secret-file", "FILE", "client add, client rotate-secret",
	  "its secret, instead of one that is made; - is standard input" },
	{ "keep-old", "TIME", "client rotate-secret", "the old secret is good too for so long" },
	{ "daemon", "PATH", "config check", "the program to ask [" AC_CTL_DAEMON "]" },
	{ "issuer", "URL", "setup", "the URL by which people reach this server" },
	{ "tls-cert", "FILE", "setup", "certificate chain in PEM, own first" },
	{ "tls-key", "FILE", "setup", "its private key" },
	{ "behind", "PROXY", "setup", "nginx, apache, caddy or haproxy on this host has TLS" },
	{ "listen", "ADDRESS", "setup",
	  "where to listen instead of on all addresses: ADDRESS:PORT" },
	{ "email", "TEMPLATE", "setup", "e-mail addresses of the accounts, as %u@example.org" },
	{ "force", "", "setup", "write a configuration that is there already anew" },
	{ "no-start", "", "setup", "write the files, and start nothing" },
	{ "timeout", "SECONDS", "setup", "how long each step of the start may take [120]" },
	{ "root", "DIR", "setup", "everything below DIR instead of /" },
	{ "service", "NAME", "pam-test", "the PAM service [authcode]" },
	{ "direct", "", "pam-test", "with the rights of this shell, not with those of the units" },
	{ "helper", "PATH", "pam-test", "the program to run [" AC_CTL_HELPER "]" },
	{ AC_CTL_COMPLETE, "WORD...", "", "print what may be typed next; for shells" },
	{ "help", "", "", "print this" },
	{ "version", "", "", "print the version" },
};

_Static_assert(AC_ARRAY_SIZE(rows) <= MAX_ROWS, "MAX_ROWS is too small");

const struct ac_ctl_option *
ac_ctl_option_at(size_t i)
{
	return i < AC_ARRAY_SIZE(rows) ? &rows[i] : NULL;
}

bool
ac_ctl_option_fits(const struct ac_ctl_option *option, const struct ac_ctl_command *command)
{
	char name[MAX_COMMAND_NAME];
	const char *of = option->of;
	size_t len;

	if (*of == '\0')
		return true;
	(void)snprintf(name, sizeof(name), "%s%s%s", command->group,
		       command->verb[0] != '\0' ? " " : "", command->verb);
	len = strlen(name);
	for (; *of != '\0'; of += strspn(of, ", ")) {
		size_t n = strcspn(of, ",");

		if (n == len && memcmp(of, name, len) == 0)
			return true;
		of += n;
	}
	return false;
}

/* The row of that name that fits the command. NULL: none. */
static const struct ac_ctl_option *
find_row(const char *name, const struct ac_ctl_command *command)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].name, name) == 0 && ac_ctl_option_fits(&rows[i], command))
			return &rows[i];
	}
	return NULL;
}

const char *
ac_ctl_option_nth(const struct ac_ctl *ctl, const char *name, size_t n)
{
	for (size_t i = 0; i < ctl->option_count; i++) {
		if (strcmp(ctl->options[i].name, name) == 0 && n-- == 0)
			return ctl->options[i].value;
	}
	return NULL;
}

const char *
ac_ctl_option(const struct ac_ctl *ctl, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < ctl->option_count; i++) {
		if (strcmp(ctl->options[i].name, name) == 0)
			value = ctl->options[i].value;
	}
	return value;
}

/* --- help ------------------------------------------------------------------------ */

static void
print_help(void)
{
	const struct ac_ctl_command *command;

	(void)printf("Usage: authcodectl [OPTION]... COMMAND\n\n");
	for (size_t i = 0; (command = ac_ctl_command_at(i)) != NULL; i++)
		(void)printf("  %s%s%s %s\n      %s\n", command->group,
			     command->verb[0] != '\0' ? " " : "", command->verb, command->arguments,
			     command->help);
	(void)printf("\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		(void)printf("  --%s %s\n      %s%s%s\n", rows[i].name, rows[i].argument,
			     rows[i].of, rows[i].of[0] != '\0' ? ": " : "", rows[i].help);
}

static bool
misuse(const char *why)
{
	(void)fprintf(stderr, "authcodectl: %s; see authcodectl --help\n", why);
	return false;
}

/* --- parsing ----------------------------------------------------------------------- */

static bool
take_option(const struct ac_ctl_option *row, struct ac_ctl *ctl)
{
	if (strcmp(row->name, AC_CTL_COMPLETE) == 0)
		return misuse("--" AC_CTL_COMPLETE " comes first");
	if (ctl->option_count == AC_ARRAY_SIZE(ctl->options))
		return misuse("too many options");
	ctl->options[ctl->option_count++] =
		(struct ac_ctl_given){ row->name, row->argument[0] != '\0' ? optarg : "" };
	if (strcmp(row->name, "socket") == 0)
		ctl->socket_path = optarg;
	else if (strcmp(row->name, "json") == 0)
		ctl->json = true;
	return true;
}

static bool
parse_options(int argc, char **argv, struct ac_ctl *ctl)
{
	struct option table[MAX_ROWS + 1] = { 0 };
	int id;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		table[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument[0] != '\0' ? required_argument : no_argument,
			.val = FIRST_ID + (int)i,
		};
	while ((id = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (id < FIRST_ID)
			return misuse("behind -- nothing is an option"); /* getopt named it */
		if (!take_option(&rows[id - FIRST_ID], ctl))
			return false;
	}
	return true;
}

/* What was typed fits the command. */
static bool
check_command(const struct ac_ctl *ctl, const struct ac_ctl_command *command)
{
	for (size_t i = 0; i < ctl->option_count; i++) {
		if (find_row(ctl->options[i].name, command) == NULL) {
			(void)fprintf(stderr, "authcodectl: %s%s%s does not take --%s\n",
				      command->group, command->verb[0] != '\0' ? " " : "",
				      command->verb, ctl->options[i].name);
			return false;
		}
	}
	if (ctl->argument_count >= command->min && ctl->argument_count <= command->max)
		return true;
	(void)fprintf(stderr, "authcodectl: usage: authcodectl %s%s%s %s\n", command->group,
		      command->verb[0] != '\0' ? " " : "", command->verb, command->arguments);
	return false;
}

bool
ac_ctl_parse(int argc, char **argv, struct ac_ctl *ctl, const struct ac_ctl_command **ret_command,
	     enum ac_ctl_exit *ret_status)
{
	const struct ac_ctl_command *command = NULL;

	ctl->socket_path = AC_CTL_DEFAULT_SOCKET;
	if (argc > 1 && strcmp(argv[1], "--" AC_CTL_COMPLETE) == 0) {
		ac_ctl_complete(argv + 2, (size_t)argc - 2);
		*ret_status = AC_CTL_DONE;
		return false;
	}
	*ret_status = AC_CTL_USAGE;
	if (!parse_options(argc, argv, ctl))
		return false;
	if (ac_ctl_option(ctl, "help") != NULL || ac_ctl_option(ctl, "version") != NULL) {
		if (ac_ctl_option(ctl, "help") != NULL)
			print_help();
		else
			(void)printf("authcodectl %s\n", PACKAGE_VERSION);
		*ret_status = AC_CTL_DONE;
		return false;
	}
	if (argc > optind)
		command = ac_ctl_command_find(argv[optind],
					      argc > optind + 1 ? argv[optind + 1] : "");
	if (command == NULL)
		return misuse("no such command");
	optind += command->verb[0] == '\0' ? 1 : 2;
	ctl->arguments = (const char *const *)&argv[optind];
	ctl->argument_count = (size_t)(argc - optind);
	*ret_command = command;
	return check_command(ctl, command);
}
