/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/options.h, and the options that need no daemon: help, version and a
 * new client secret.
 */
#include "server/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/random.h"
#include "base/secret.h"
#include <config.h>
#include "server/config_options.h"

#define DEFAULT_CONFIG "/etc/authcode/authcode.conf"
#define SECRET_BYTES 32

enum option_id {
	OPTION_CONFIG = 'c',
	OPTION_CHECK_CONFIG = 256,
	OPTION_GENERATE_SECRET,
	OPTION_LIST_OPTIONS,
	OPTION_PRINT_READY,
	OPTION_HELP = 'h',
	OPTION_VERSION = 'V',
};

static const struct {
	struct option option;
	const char *argument;
	const char *help;
} rows[] = {
	{ { "config", required_argument, NULL, OPTION_CONFIG },
	  "FILE",
	  "read FILE instead of " DEFAULT_CONFIG },
	{ { "check-config", no_argument, NULL, OPTION_CHECK_CONFIG },
	  "",
	  "read the configuration, say whether it is good, and exit" },
	{ { "generate-secret", no_argument, NULL, OPTION_GENERATE_SECRET },
	  "[FILE]",
	  "write a new client secret to FILE (never over an old one)" },
	{ { "list-options", no_argument, NULL, OPTION_LIST_OPTIONS },
	  "",
	  "every option of the configuration file as a line of fields, for programs" },
	{ { "print-ready", no_argument, NULL, OPTION_PRINT_READY },
	  "",
	  "print \"ready ISSUER\" when connections are accepted" },
	{ { "help", no_argument, NULL, OPTION_HELP }, "", "this text" },
	{ { "version", no_argument, NULL, OPTION_VERSION }, "", "the version" },
};

static void
print_help(void)
{
	const struct ac_option_row *row;

	(void)printf("Usage: authcoded [OPTION]...\n\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		(void)printf("  --%s %-*s %s\n", rows[i].option.name,
			     18 - (int)strlen(rows[i].option.name), rows[i].argument, rows[i].help);
	(void)printf(
		"\nOptions of the configuration file (authcode.conf(5)); SIGHUP takes over those "
		"with a *:\n\n");
	for (size_t i = 0; (row = ac_config_option_at(i)) != NULL; i++)
		(void)printf("  %s%s%-*s %c %-8s %s%s%s%s\n", row->section,
			     row->section[0] == '\0' ? "" : ".", 30 - (int)strlen(row->section),
			     row->name, row->reload ? '*' : ' ', row->type, row->help,
			     row->fallback[0] == '\0' ? "" : " [", row->fallback,
			     row->fallback[0] == '\0' ? "" : "]");
}

/* Fields with a tab between: section, name, type, reload or restart, default, what is
 * allowed, help. */
static void
list_options(void)
{
	const struct ac_option *option;
	char allowed[512];

	for (size_t i = 0; (option = ac_option_at(i)) != NULL; i++) {
		const struct ac_option_row *row = &option->row;

		ac_option_describe(option, allowed, sizeof(allowed));
		(void)printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row->section, row->name, row->type,
			     row->reload ? "reload" : "restart", row->fallback, allowed, row->help);
	}
}

/* 256 bits in 43 characters. Never in an argument or a log; a file of its own
 * is made for the owner alone and never over another. */
static int
generate_secret(const char *path)
{
	char text[AC_BASE64URL_LEN(SECRET_BYTES) + 2];
	unsigned char secret[SECRET_BYTES];
	int fd = STDOUT_FILENO;
	bool ok;

	if (ac_random_fill(NULL, secret, sizeof(secret)) != AUTHCODE_OK) {
		(void)fprintf(stderr, "authcoded: no random bytes for a secret\n");
		return EX_OSERR;
	}
	ac_base64url_encode(secret, sizeof(secret), text);
	ac_wipe(secret, sizeof(secret));
	text[sizeof(text) - 2] = '\n';
	text[sizeof(text) - 1] = '\0';
	if (path != NULL)
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ok = fd >= 0 && write(fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1 &&
	     (path == NULL || fsync(fd) == 0);
	ac_wipe(text, sizeof(text));
	if (!ok)
		(void)fprintf(stderr, "authcoded: %s: %s\n",
			      path == NULL ? "standard output" : path, strerror(errno));
	return ok ? EX_OK : EX_CANTCREAT;
}

static int
misuse(void)
{
	(void)fprintf(stderr, "authcoded: try --help\n");
	return EX_USAGE;
}

bool
ac_options_parse(int argc, char **argv, struct ac_options *ret, int *ret_status)
{
	struct option table[AC_ARRAY_SIZE(rows) + 1] = { 0 };
	struct ac_options options = { .config = DEFAULT_CONFIG };
	bool secret = false;
	int option;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++)
		table[i] = rows[i].option;
	*ret_status = EX_OK;
	while ((option = getopt_long(argc, argv, "c:hV", table, NULL)) != -1) {
		switch (option) {
		case OPTION_CONFIG:
			options.config = optarg;
			break;
		case OPTION_CHECK_CONFIG:
			options.check_config = true;
			break;
		case OPTION_PRINT_READY:
			options.print_ready = true;
			break;
		case OPTION_GENERATE_SECRET:
			secret = true;
			break;
		case OPTION_LIST_OPTIONS:
			list_options();
			return false;
		case OPTION_HELP:
			print_help();
			return false;
		case OPTION_VERSION:
			(void)printf("authcoded " PACKAGE_VERSION "\n");
			return false;
		default:
			*ret_status = misuse();
			return false;
		}
	}
	if (secret && argc - optind <= 1) {
		*ret_status = generate_secret(argv[optind]);
		return false;
	}
	if (optind < argc) {
		*ret_status = misuse();
		return false;
	}
	*ret = options;
	return true;
}
