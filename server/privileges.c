/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/privileges.h. Before any thread is started.
 */
#include "server/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool
fail(struct authcode_reason *reason, const char *what)
{
	(void)snprintf(reason->text, sizeof(reason->text), "%s: %s", what, strerror(errno));
	return false;
}

bool
ac_privileges_find(const char *user, struct ac_account *ret, struct authcode_reason *reason)
{
	char buf[16384];
	struct passwd pw;
	struct passwd *found = NULL;
	int rc = getpwnam_r(user, &pw, buf, sizeof(buf), &found);

	if (found == NULL) {
		(void)snprintf(reason->text, sizeof(reason->text),
			       "the account %.64s, whom authcoded becomes when started as root, %s",
			       user, rc == 0 ? "does not exist" : "cannot be looked up");
		return false;
	}
	if (pw.pw_uid == 0 || pw.pw_gid == 0) {
		(void)snprintf(reason->text, sizeof(reason->text),
			       "authcoded does not run as root, so user must not be %.64s", user);
		return false;
	}
	*ret = (struct ac_account){ .uid = pw.pw_uid, .gid = pw.pw_gid };
	return true;
}

bool
ac_privileges_drop(const struct ac_account *account, struct authcode_reason *reason)
{
	uid_t real = 0;
	uid_t effective = 0;
	uid_t saved = 0;

	if (setgroups(0, NULL) != 0 || setresgid(account->gid, account->gid, account->gid) != 0 ||
	    setresuid(account->uid, account->uid, account->uid) != 0)
		return fail(reason, "root cannot be given up");
	if (getresuid(&real, &effective, &saved) != 0 || real != account->uid ||
	    effective != account->uid || saved != account->uid || setuid(0) == 0 ||
	    setgid(0) == 0) {
		errno = EPERM;
		return fail(reason, "root was given up and is still there");
	}
	return true;
}

bool
ac_privileges_harden(struct authcode_reason *reason)
{
	static const struct rlimit none = { 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(reason, "no_new_privs cannot be set");
	/* RLIMIT_CORE alone does not stop a core_pattern that is a pipe. */
	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, AC_SANITIZED, 0, 0, 0) != 0)
		return fail(reason, "core dumps cannot be turned off");
	return true;
}
