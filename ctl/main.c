/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl: administration of the running daemon from the command line. It
 * decides nothing: it names a row of command.c and prints what the daemon says.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <config.h>

#include "ctl/command.h"

#define DEFAULT_SOCKET "/run/authcode/admin.sock"

enum option_id {
	OPTION_SOCKET = 256,
	OPTION_JSON,
	OPTION_REPLACE,
	OPTION_AT_ONCE,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct {
	struct option option;
	const char *argument;
	const char *help;
} rows[] = {
	{ { "socket", required_argument, NULL, OPTION_SOCKET },
	  " PATH",
	  "the daemon's admin_socket [" DEFAULT_SOCKET "]" },
	{ { "json", no_argument, NULL, OPTION_JSON }, "", "print the daemon's answer as JSON" },
	{ { "replace", no_argument, NULL, OPTION_REPLACE },
	  "",
	  "user relink: end what NEW has already" },
	{ { "at-once", no_argument, NULL, OPTION_AT_ONCE },
	  "",
	  "key rotate: sign with the new keys now" },
	{ { "help", no_argument, NULL, OPTION_HELP }, "", "print this" },
	{ { "version", no_argument, NULL, OPTION_VERSION }, "", "print the version" },
};

static void
print_help(void)
{
	const struct ac_ctl_command *command;

	(void)printf("Usage: authcodectl [OPTION]... COMMAND\n\n");
	for (size_t i = 0; (command = ac_ctl_command_at(i)) != NULL; i++)
		(void)printf("  %s %s %s\n      %s\n", command->group, command->verb,
			     command->arguments, command->help);
	(void)printf("\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		(void)printf("  --%s%-*s %s\n", rows[i].option.name,
			     (int)(16 - strlen(rows[i].option.name)), rows[i].argument,
			     rows[i].help);
}

/* AC_CTL_DONE with *ret_run false: nothing is left to do. */
static enum ac_ctl_exit
parse_options(int argc, char **argv, struct ac_ctl *ctl, bool *ret_run)
{
	struct option options[AC_ARRAY_SIZE(rows) + 1] = { 0 };
	int id;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		options[i] = rows[i].option;
	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (id) {
		case OPTION_SOCKET:
			ctl->socket_path = optarg;
			break;
		case OPTION_JSON:
			ctl->json = true;
			break;
		case OPTION_REPLACE:
			ctl->replace = true;
			break;
		case OPTION_AT_ONCE:
			ctl->at_once = true;
			break;
		case OPTION_HELP:
			print_help();
			return AC_CTL_DONE;
		case OPTION_VERSION:
			(void)printf("authcodectl %s\n", PACKAGE_VERSION);
			return AC_CTL_DONE;
		default:
			return AC_CTL_USAGE; /* getopt has said it */
		}
	}
	*ret_run = true;
	return AC_CTL_DONE;
}

int
main(int argc, char **argv)
{
	struct ac_ctl ctl = { .socket_path = DEFAULT_SOCKET };
	const struct ac_ctl_command *command = NULL;
	enum ac_ctl_exit status;
	bool run = false;
	int left;

	status = parse_options(argc, argv, &ctl, &run);
	if (!run)
		return (int)status;
	left = argc - optind;
	if (left >= 2)
		command = ac_ctl_command_find(argv[optind], argv[optind + 1]);
	if (command == NULL) {
		(void)fprintf(stderr, "authcodectl: no such command; see authcodectl --help\n");
		return AC_CTL_USAGE;
	}
	ctl.arguments = (const char *const *)&argv[optind + 2];
	ctl.argument_count = (size_t)left - 2;
	if (ctl.argument_count < command->min || ctl.argument_count > command->max) {
		(void)fprintf(stderr, "authcodectl: usage: authcodectl %s %s %s\n", command->group,
			      command->verb, command->arguments);
		return AC_CTL_USAGE;
	}
	return (int)command->run(&ctl);
}
