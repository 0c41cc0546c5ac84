/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See options.h.
 */
#include "pam_authcode/options.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "pam_authcode/text_rule.h"

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

struct option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	bool (*apply)(struct ac_options *options, const char *value);
	const char *help;
};

static bool
take_number(const char *value, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t number;

	if (!ac_parse_u64(value, max, &number) || number < min)
		return false;
	*ret = number;
	return true;
}

static bool
take_seconds(const char *value, unsigned int *ret)
{
	uint64_t number;

	if (!take_number(value, 1, 86400, &number))
		return false;
	*ret = (unsigned int)number;
	return true;
}

static bool
take_uid(const char *value, uid_t *ret)
{
	uint64_t number;

	if (!take_number(value, 0, UINT32_MAX - 1, &number))
		return false;
	*ret = (uid_t)number;
	return true;
}

static bool
apply_check(struct ac_options *options, const char *value)
{
	(void)value;
	options->check = true;
	return true;
}

static bool
apply_passwd(struct ac_options *options, const char *value)
{
	(void)value;
	options->passwd = true;
	return true;
}

static bool
apply_listen(struct ac_options *options, const char *value)
{
	options->listen_path = value;
	options->foreground = true;
	return *value != '\0';
}

static bool
apply_inetd(struct ac_options *options, const char *value)
{
	(void)value;
	options->listen_path = NULL;
	return true;
}

static bool
apply_group(struct ac_options *options, const char *value)
{
	options->group = value;
	return *value != '\0';
}

static bool
apply_service(struct ac_options *options, const char *value)
{
	struct ac_permit *permit = &options->permit;
	size_t len = strlen(value);

	if (permit->service_count == AC_PERMIT_MAX_SERVICES || len == 0 || len > AC_MAX_SERVICE ||
	    !ac_text_rule_holds(AC_TEXT_SERVICE, value, len))
		return false;
	permit->services[permit->service_count++] = value;
	return true;
}

static bool
apply_promptless(struct ac_options *options, const char *value)
{
	struct ac_permit *permit = &options->permit;

	if (permit->promptless_count == AC_PERMIT_MAX_SERVICES)
		return false;
	permit->promptless[permit->promptless_count++] = value;
	return true;
}

static bool
apply_test(struct ac_options *options, const char *value)
{
	options->test_service = value;
	options->foreground = true;
	return apply_service(options, value);
}

static bool
apply_confdir(struct ac_options *options, const char *value)
{
	options->permit.confdir = value;
	return *value != '\0';
}

static bool
apply_lock_dir(struct ac_options *options, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len >= sizeof(options->permit.lock_dir))
		return false;
	memcpy(options->permit.lock_dir, value, len + 1);
	return true;
}

static bool
apply_peer_user(struct ac_options *options, const char *value)
{
	const struct passwd *entry = getpwnam(value);

	if (entry == NULL)
		return take_uid(value, &options->permit.peer_uid);
	options->permit.peer_uid = entry->pw_uid;
	return true;
}

static bool
apply_min_uid(struct ac_options *options, const char *value)
{
	return take_uid(value, &options->permit.min_uid);
}

static bool
apply_allow_root(struct ac_options *options, const char *value)
{
	(void)value;
	options->permit.allow_root = true;
	return true;
}

static bool
apply_prompt_timeout(struct ac_options *options, const char *value)
{
	return take_seconds(value, &options->permit.prompt_timeout_s);
}

static bool
apply_timeout(struct ac_options *options, const char *value)
{
	return take_seconds(value, &options->permit.timeout_s);
}

static bool
apply_max_children(struct ac_options *options, const char *value)
{
	uint64_t number;

	if (!take_number(value, 1, AC_OPTIONS_MAX_CHILDREN, &number))
		return false;
	options->max_children = (unsigned int)number;
	return true;
}

static bool
apply_foreground(struct ac_options *options, const char *value)
{
	(void)value;
	options->foreground = true;
	return true;
}

/* --help and --version have no function: they end the parsing. */
static const struct option_row rows[] = {
	{ "inetd", NULL, apply_inetd, "serve one connection on descriptor 0 (the default)" },
	{ "listen", "PATH", apply_listen, "serve a socket, one process per connection" },
	{ "check", NULL, apply_check, "answer questions about accounts instead of signing in" },
	{ "passwd", NULL, apply_passwd, "change expired passwords instead of signing in" },
	{ "test", "SERVICE USER", apply_test, "sign in here on the terminal, for writing stacks" },
	{ "service", "NAME", apply_service,
	  "a PAM service that may be used; repeatable [authcode]" },
	{ "promptless", "NAME", apply_promptless,
	  "a --service that may let in without asking; repeatable [none]" },
	{ "confdir", "DIR", apply_confdir, "where the PAM service files are [the system's]" },
	{ "lock-dir", "DIR", apply_lock_dir,
	  "for one module at a time per account [/run/authcode-login]" },
	{ "peer-user", "USER", apply_peer_user,
	  "name or uid that may connect, besides root [own]" },
	{ "group", "NAME", apply_group, "group of the socket file, which has mode 0660 [own]" },
	{ "min-uid", "UID", apply_min_uid, "lowest uid that may sign in [1000; 0 when not root]" },
	{ "allow-root", NULL, apply_allow_root, "let root sign in" },
	{ "prompt-timeout", "SECONDS", apply_prompt_timeout, "time for one answer [120]" },
	{ "timeout", "SECONDS", apply_timeout, "time for one connection [600]" },
	{ "max-children", "N", apply_max_children, "connections at a time with --listen [64]" },
	{ "foreground", NULL, apply_foreground, "log to standard error too; --listen implies it" },
	{ "help", NULL, NULL, "print this" },
	{ "version", NULL, NULL, "print the version" },
};

static void
print_help(void)
{
	(void)printf("Usage: authcode-login [OPTION]...\n"
		     "Runs PAM for authcoded, over a SOCK_SEQPACKET socket.\n\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		char left[40];

		(void)snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
			       rows[i].argument != NULL ? " " : "",
			       rows[i].argument != NULL ? rows[i].argument : "");
		(void)printf("  %-26s %s\n", left, rows[i].help);
	}
}

/* An ordinary user's own directory is what XDG_RUNTIME_DIR names; the variable
 * itself does not reach the processes of a listener. Without it: none. */
static void
default_lock_dir(char *out, size_t size)
{
	char own[64];
	struct stat status;

	(void)snprintf(own, sizeof(own), "/run/user/%u", (unsigned int)geteuid());
	if (geteuid() == 0)
		(void)snprintf(out, size, "/run/authcode-login");
	else if (lstat(own, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid())
		(void)snprintf(out, size, "%s/authcode-login", own);
}

static void
fill_defaults(struct ac_options *options)
{
	bool root = geteuid() == 0;

	/* An ordinary user can only check that user's own password, which is
	 * what keeps others out, whatever the uid. */
	*options = (struct ac_options){
		.permit = {
			.peer_uid = geteuid(),
			.min_uid = root ? 1000 : 0,
			.allow_root = !root,
			.prompt_timeout_s = 120,
			.timeout_s = 600,
		},
		.max_children = 64,
	};
	default_lock_dir(options->permit.lock_dir, sizeof(options->permit.lock_dir));
}

/* A misspelt name would else be found out by whoever cannot sign in. */
static bool
promptless_known(const struct ac_permit *permit)
{
	for (size_t i = 0; i < permit->promptless_count; i++) {
		if (ac_permit_service(permit, permit->promptless[i], ""))
			continue;
		(void)fprintf(stderr, "authcode-login: --promptless \"%s\" is no --service\n",
			      permit->promptless[i]);
		return false;
	}
	return true;
}

enum ac_options_outcome
ac_options_parse(int argc, char **argv, struct ac_options *ret)
{
	struct option long_options[AC_ARRAY_SIZE(rows) + 1] = { 0 };
	struct ac_options options;
	int index = 0, c;

	fill_defaults(&options);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		long_options[i].name = rows[i].name;
		long_options[i].has_arg =
			rows[i].argument != NULL ? required_argument : no_argument;
	}
	while ((c = getopt_long(argc, argv, "", long_options, &index)) == 0) {
		const struct option_row *row = &rows[index];

		if (row->apply == NULL) {
			if (strcmp(row->name, "help") == 0)
				print_help();
			else
				(void)printf("authcode-login %s\n", PACKAGE_VERSION);
			return AC_OPTIONS_DONE;
		}
		if (!row->apply(&options, optarg)) {
			(void)fprintf(stderr, "authcode-login: --%s does not take \"%s\"\n",
				      row->name, optarg != NULL ? optarg : "");
			return AC_OPTIONS_BAD;
		}
	}
	if (c != -1)
		return AC_OPTIONS_BAD; /* getopt has said it */
	if (options.test_service != NULL && optind < argc)
		options.test_user = argv[optind++];
	if (options.test_service != NULL && options.test_user == NULL) {
		(void)fprintf(stderr, "authcode-login: --test needs a service and a user\n");
		return AC_OPTIONS_BAD;
	}
	if (optind != argc) {
		(void)fprintf(stderr, "authcode-login: \"%s\" is not an option\n", argv[optind]);
		return AC_OPTIONS_BAD;
	}
	if (options.passwd && (options.check || options.test_service != NULL)) {
		(void)fprintf(stderr, "authcode-login: --passwd goes without --check and --test\n");
		return AC_OPTIONS_BAD;
	}
	if (options.permit.service_count == 0)
		options.permit.services[options.permit.service_count++] = "authcode";
	if (!promptless_known(&options.permit))
		return AC_OPTIONS_BAD;
	*ret = options;
	return AC_OPTIONS_RUN;
}
