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
#include "ctl/person.h"

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

enum ac_ctl_exit
ac_ctl_user_list(const struct ac_ctl *ctl)
{
	enum ac_ctl_exit status;
	struct ac_buf query;

	ac_buf_init(&query, MAX_FORM);
	ac_ctl_put_filter(ctl, &query);
	status = ac_ctl_show_list(ctl, &ac_ctl_people, &query);
	ac_buf_clear(&query);
	return status;
}

/* Posts whom the command is about, and says what became of it. */
static enum ac_ctl_exit
post_person(const struct ac_ctl *ctl, const char *path, const char *done)
{
	enum ac_ctl_exit status;
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	status = ac_ctl_put_person(ctl, &form);
	if (status == AC_CTL_DONE)
		status = ac_admin_post(ctl, path, &form);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json)
		(void)printf("%s\n", done);
	return status;
}

enum ac_ctl_exit
ac_ctl_user_revoke(const struct ac_ctl *ctl)
{
	return post_person(ctl, "/admin/users/revoke",
			   "all sessions, tokens and codes of the person are dead, and consent is "
			   "asked for anew");
}

/* There is no way back, so nobody does it by a slip of the hand. */
enum ac_ctl_exit
ac_ctl_user_erase(const struct ac_ctl *ctl)
{
	if (ac_ctl_option(ctl, "yes") == NULL) {
		(void)fprintf(stderr,
			      "authcodectl: user erase forgets a person for good, and applications "
			      "will know whoever comes back as somebody else; say --yes\n");
		return AC_CTL_USAGE;
	}
	return post_person(ctl, "/admin/users/erase",
			   "the person is forgotten; backups and logs may remember, see "
			   "authcodectl(8)");
}
