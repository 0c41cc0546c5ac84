/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What holds where the command line and the file say nothing, and what they may
 * not say together.
 */
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pam_authcode/option_row.h"

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

void
ac_options_begin(struct ac_options *options)
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

/* Left at 0 until now: --claims-user takes no root. There is no default, since whatever
 * else runs as that user could take hold of the command and write its output. */
static bool
has_claims_user(const struct ac_permit *permit)
{
	if (permit->claims_command == NULL || permit->claims_uid != 0 || geteuid() != 0)
		return true;
	(void)fputs("authcode-login: --claims-command needs --claims-user, an account that nothing "
		    "else runs as\n",
		    stderr);
	return false;
}

bool
ac_options_claims_user(struct ac_permit *permit, const char *name)
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL || entry->pw_uid == 0 || entry->pw_gid == 0)
		return false;
	permit->claims_uid = entry->pw_uid;
	permit->claims_gid = entry->pw_gid;
	return true;
}

/* One process is one entry; a change needs the ticket of a sign-in before it. */
static bool
one_entry(const struct ac_options *options)
{
	if (!options->passwd || (!options->check && options->test_service == NULL))
		return true;
	(void)fprintf(stderr, "authcode-login: --passwd goes without --check and --test\n");
	return false;
}

static bool
through_for_test(const struct ac_options *options)
{
	if (options->test_through == NULL || options->test_service != NULL)
		return true;
	(void)fprintf(stderr, "authcode-login: --through is for --test\n");
	return false;
}

bool
ac_options_settle(struct ac_options *options)
{
	struct ac_permit *permit = &options->permit;

	if (permit->service_count == 0)
		permit->services[permit->service_count++] = "authcode";
	return one_entry(options) && through_for_test(options) && promptless_known(permit) &&
	       has_claims_user(permit);
}
