/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See key.h. Each command shows the keys as a table, in local time.
 */
#include "ctl/key.h"

#include <stdio.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/form.h"
#include "ctl/admin_request.h"
#include "ctl/table.h"

#define MAX_FORM 256

static enum ac_ctl_exit
show(const json_t *answer)
{
	static const char *const headings[] = { "ALG", "STATE", "KID", "SIGNS FROM", "FORGOTTEN" };
	struct ac_ctl_table table;
	const json_t *key;
	size_t i;
	bool shown;

	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	json_array_foreach(json_object_get(answer, "keys"), i, key)
	{
		ac_ctl_table_member(&table, key, "alg");
		ac_ctl_table_member(&table, key, "state");
		ac_ctl_table_member(&table, key, "kid");
		ac_ctl_table_member_time(&table, key, "active");
		ac_ctl_table_member_time(&table, key, "retire");
	}
	shown = ac_ctl_table_print(&table, stdout);
	ac_ctl_table_clear(&table);
	return shown ? AC_CTL_DONE : AC_CTL_UNREACHABLE;
}

enum ac_ctl_exit
ac_ctl_key_list(const struct ac_ctl *ctl)
{
	return ac_admin_show(ctl, "/admin/keys", NULL, show);
}

/* Posts the form, and clears it. */
static enum ac_ctl_exit
change(const struct ac_ctl *ctl, const char *path, struct ac_buf *form, const char *done)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status = ac_admin_ask(ctl, path, form, &answer);

	ac_buf_clear(form);
	if (status == AC_CTL_DONE && !ctl->json) {
		(void)printf("%s", done);
		status = show(answer);
	}
	json_decref(answer);
	return status;
}

enum ac_ctl_exit
ac_ctl_key_rotate(const struct ac_ctl *ctl)
{
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	if (ac_ctl_option(ctl, "at-once") != NULL)
		ac_form_put(&form, "at_once", "yes");
	return change(ctl, "/admin/keys/rotate", &form, "");
}

enum ac_ctl_exit
ac_ctl_key_withdraw(const struct ac_ctl *ctl)
{
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	ac_form_put(&form, "kid", ctl->arguments[0]);
	return change(ctl, "/admin/keys/withdraw", &form,
		      "the key is withdrawn: nothing that it has signed counts here any more. "
		      "Applications\nbelieve it until they read the key set again, within an hour; "
		      "restart those that matter.\n");
}

enum ac_ctl_exit
ac_ctl_master_key_rotate(const struct ac_ctl *ctl)
{
	struct ac_buf form;
	enum ac_ctl_exit status;

	ac_buf_init(&form, MAX_FORM);
	status = ac_admin_post(ctl, "/admin/master-key/rotate", &form);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json)
		(void)printf(
			"everything in the database is sealed under a new master.key: back it up, "
			"beside the database\nand not with it. The old one opens backups of "
			"before, and nothing else.\n");
	return status;
}
