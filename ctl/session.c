/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See session.h.
 */
#include "ctl/session.h"

#include <stdio.h>

#include "base/form.h"
#include "ctl/admin_request.h"
#include "ctl/person.h"

#define MAX_FORM 4096

enum ac_ctl_exit
ac_ctl_session_list(const struct ac_ctl *ctl)
{
	enum ac_ctl_exit status;
	struct ac_buf query;

	ac_buf_init(&query, MAX_FORM);
	ac_ctl_put_filter(ctl, &query);
	status = ac_ctl_show_list(ctl, &ac_ctl_sessions, &query);
	ac_buf_clear(&query);
	return status;
}

enum ac_ctl_exit
ac_ctl_session_end(const struct ac_ctl *ctl)
{
	enum ac_ctl_exit status;
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	ac_form_put(&form, "id", ctl->arguments[0]);
	status = ac_admin_post(ctl, "/admin/sessions/end", &form);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json)
		(void)printf("the session is ended, and its tokens with it\n");
	return status;
}
