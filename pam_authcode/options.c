/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rows of options.h: what each option does.
 */
#include "pam_authcode/options.h"

#include <pwd.h>
#include <string.h>

#include "base/text.h"
#include "pam_authcode/option_row.h"
#include "pam_authcode/text_rule.h"

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

	if (permit->service_count == AC_PERMIT_MAX_SERVICES || len == 0 ||
	    len > AC_MAX_SIGN_IN_SERVICE || !ac_text_rule_holds(AC_TEXT_SERVICE, value, len))
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
apply_through(struct ac_options *options, const char *value)
{
	options->test_through = value;
	return *value == '/';
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

static bool
apply_env(struct ac_options *options, const char *value)
{
	struct ac_permit *permit = &options->permit;

	for (size_t i = 0; i < permit->environment_count; i++) {
		if (strcmp(permit->environment[i], value) == 0)
			return true;
	}
	if (permit->environment_count == AC_PERMIT_MAX_ENVIRONMENT || !ac_permit_variable(value))
		return false;
	permit->environment[permit->environment_count++] = value;
	return true;
}

static bool
apply_claims_dir(struct ac_options *options, const char *value)
{
	options->permit.claims_dir = value;
	return *value != '\0';
}

static bool
apply_claims_command(struct ac_options *options, const char *value)
{
	options->permit.claims_command = value;
	return *value == '/';
}

static bool
apply_claims_user(struct ac_options *options, const char *value)
{
	return ac_options_claims_user(&options->permit, value);
}

/* Those without a function are for the parser itself. */
static const struct ac_option_row rows[] = {
	{ "inetd", NULL, apply_inetd, "serve one connection on descriptor 0 (the default)" },
	{ "listen", "PATH", apply_listen, "serve a socket, one process per connection" },
	{ "check", NULL, apply_check, "answer questions about accounts instead of signing in" },
	{ "passwd", NULL, apply_passwd, "change expired passwords instead of signing in" },
	{ "test", "SERVICE USER", apply_test, "sign in here on the terminal, for writing stacks" },
	{ "through", "DIR", apply_through, "with --test: by the sockets of the helpers in DIR" },
	{ "service", "NAME", apply_service,
	  "a PAM service that may be used; repeatable [authcode]" },
	{ "promptless", "NAME", apply_promptless,
	  "a --service that may let in without asking; repeatable [none]" },
	{ "config", "FILE", NULL, "more options, from a file of root's" },
	{ "env", "NAME", apply_env,
	  "a PAM variable that is told after success; repeatable [none]" },
	{ "claims-dir", "DIR", apply_claims_dir, "with --check: NAME.json there is told [none]" },
	{ "claims-command", "PATH", apply_claims_command,
	  "with --check: what it writes is told [none]" },
	{ "claims-user", "USER", apply_claims_user, "whom the command runs as" },
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

const struct ac_option_row *
ac_option_row(size_t index)
{
	return index < AC_ARRAY_SIZE(rows) ? &rows[index] : NULL;
}

const char *
ac_option_takes(const struct ac_option_row *row)
{
	if (row->apply == apply_service || row->apply == apply_test)
		return "; it takes a name of at most 58 bytes, as of a file in /etc/pam.d";
	return "";
}
