/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See person.h.
 */
#include "ctl/person.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/form.h"
#include "ctl/admin_request.h"
#include "ctl/table.h"

const struct ac_ctl_list ac_ctl_grants = {
	.path = "/admin/grants",
	.name = "grants",
	.columns = 6,
	.headings = AC_CTL_WORDS("USER", "CLIENT", "STATE", "SINCE", "WITHDRAWN", "SCOPE"),
	.members = AC_CTL_WORDS("user", "client", "state", "~updated", "~withdrawn", "scope"),
};

const struct ac_ctl_list ac_ctl_sessions = {
	.path = "/admin/sessions",
	.name = "sessions",
	.columns = 7,
	.headings = AC_CTL_WORDS("ID", "USER", "STATE", "SIGNED IN", "IDLE UNTIL", "UNTIL", "HOW"),
	.members = AC_CTL_WORDS("id", "user", "state", "~auth_time", "~idle_expires", "~expires",
				"amr"),
};

const struct ac_ctl_list ac_ctl_people = {
	.path = "/admin/users",
	.name = "users",
	.columns = 6,
	.headings = AC_CTL_WORDS("USER", "UID", "STATE", "FIRST SEEN", "SUB", "NAME"),
	.members = AC_CTL_WORDS("user", "uid", "state", "~first_seen", "sub", "full_name"),
};

const struct ac_ctl_list ac_ctl_authorizations = {
	.path = "/admin/authorizations",
	.name = "authorizations",
	.columns = 6,
	.headings = AC_CTL_WORDS("CLIENT", "STATE", "SINCE", "UNTIL", "SESSION", "SCOPE"),
	.members = AC_CTL_WORDS("client", "state", "~created", "~expires", "session", "scope"),
};

enum ac_ctl_exit
ac_ctl_put_person(const struct ac_ctl *ctl, struct ac_buf *form)
{
	const char *sub = ac_ctl_option(ctl, "sub");

	if ((ctl->argument_count == 1) == (sub != NULL)) {
		(void)fprintf(stderr,
			      "authcodectl: give the account of the person, or --sub, not both\n");
		return AC_CTL_USAGE;
	}
	if (sub != NULL)
		ac_form_put(form, "sub", sub);
	else
		ac_form_put(form, "user", ctl->arguments[0]);
	return AC_CTL_DONE;
}

void
ac_ctl_put_filter(const struct ac_ctl *ctl, struct ac_buf *query)
{
	static const char *const names[] = { "user", "sub", "client" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		const char *value = ac_ctl_option(ctl, names[i]);

		if (value != NULL)
			ac_form_put(query, names[i], value);
	}
	if (ac_ctl_option(ctl, "all") != NULL)
		ac_form_put(query, "all", "yes");
}

enum ac_ctl_exit
ac_ctl_print_rows(const struct ac_ctl_list *list, const json_t *rows)
{
	struct ac_ctl_table table;
	const json_t *row;
	bool printed;
	size_t i;

	ac_ctl_table_init(&table, list->headings, list->columns);
	json_array_foreach(rows, i, row)
	{
		for (size_t k = 0; k < list->columns; k++) {
			if (list->members[k][0] == '~')
				ac_ctl_table_member_time(&table, row, list->members[k] + 1);
			else
				ac_ctl_table_member(&table, row, list->members[k]);
		}
	}
	printed = ac_ctl_table_print(&table, stdout);
	ac_ctl_table_clear(&table);
	return printed ? AC_CTL_DONE : AC_CTL_UNREACHABLE;
}

enum ac_ctl_exit
ac_ctl_print_json_take(json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_INDENT(2)) : NULL;

	json_decref(json);
	if (text == NULL) {
		(void)fprintf(stderr, "authcodectl: out of memory\n");
		return AC_CTL_UNREACHABLE;
	}
	(void)printf("%s\n", text);
	free(text);
	return AC_CTL_DONE;
}

enum ac_ctl_exit
ac_ctl_show_list(const struct ac_ctl *ctl, const struct ac_ctl_list *list,
		 const struct ac_buf *query)
{
	json_t *rows = NULL;
	enum ac_ctl_exit status = ac_admin_list(ctl, list->path, query, list->name, &rows);

	if (status != AC_CTL_DONE)
		return status;
	if (ctl->json)
		return ac_ctl_print_json_take(json_pack("{s:o}", list->name, rows));
	status = ac_ctl_print_rows(list, rows);
	json_decref(rows);
	return status;
}
