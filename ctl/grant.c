/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See grant.h.
 */
#include "ctl/grant.h"

#include <stdio.h>

#include "base/form.h"
#include "ctl/admin_request.h"
#include "ctl/person.h"
#include "ctl/table.h"

#define MAX_FORM 4096

enum ac_ctl_exit
ac_ctl_grant_list(const struct ac_ctl *ctl)
{
	enum ac_ctl_exit status;
	struct ac_buf query;

	ac_buf_init(&query, MAX_FORM);
	ac_ctl_put_filter(ctl, &query);
	status = ac_ctl_show_list(ctl, &ac_ctl_grants, &query);
	ac_buf_clear(&query);
	return status;
}

/* The account may be gone from the host, and the client from the configuration. */
enum ac_ctl_exit
ac_ctl_grant_revoke(const struct ac_ctl *ctl)
{
	const char *user = ctl->arguments[0], *client = ctl->arguments[1];
	enum ac_ctl_exit status;
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	ac_form_put(&form, "user", user);
	ac_form_put(&form, "client", client);
	status = ac_admin_post(ctl, "/admin/users/withdraw", &form);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json) {
		(void)printf("what ");
		ac_ctl_print_safe(stdout, client);
		(void)printf(" got of ");
		ac_ctl_print_safe(stdout, user);
		(void)printf(" is dead\n");
	}
	return status;
}
