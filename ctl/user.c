/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See user.h. The account is looked up here, by whoever may administer: a name
 * that does not exist is a typing mistake, and the daemon asks no user database.
 */
#include "ctl/user.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/form.h"
#include "ctl/admin_request.h"

#define MAX_FORM 4096

enum ac_ctl_exit
ac_ctl_user_relink(const struct ac_ctl *ctl)
{
	const char *old_name = ctl->arguments[0], *new_name = ctl->arguments[1];
	const struct passwd *account;
	enum ac_ctl_exit status;
	struct ac_buf form;
	char uid[16];

	errno = 0;
	account = getpwnam(new_name);
	if (account == NULL) {
		(void)fprintf(stderr, "authcodectl: there is no account \"%s\"%s%s\n", new_name,
			      errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
		return AC_CTL_REFUSED;
	}
	(void)snprintf(uid, sizeof(uid), "%u", (unsigned)account->pw_uid);
	ac_buf_init(&form, MAX_FORM);
	ac_form_put(&form, "old", old_name);
	ac_form_put(&form, "new", account->pw_name);
	ac_form_put(&form, "uid", uid);
	if (ac_ctl_option(ctl, "replace") != NULL)
		ac_form_put(&form, "replace", "yes");
	status = ac_admin_post(ctl, "/admin/users/relink", &form);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json)
		(void)printf("%s is now %s: the same subject, with all that it had\n", old_name,
			     account->pw_name);
	return status;
}

/* The account may be gone from the host, and the client from the configuration. */
enum ac_ctl_exit
ac_ctl_user_withdraw(const struct ac_ctl *ctl)
{
	const char *user = ctl->arguments[0], *client = ctl->arguments[1];
	enum ac_ctl_exit status;
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	ac_form_put(&form, "user", user);
	ac_form_put(&form, "client", client);
	status = ac_admin_post(ctl, "/admin/users/withdraw", &form);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json)
		(void)printf("what %s got of %s is dead\n", client, user);
	return status;
}
