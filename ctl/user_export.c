/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See user_export.h. The person is asked for by sub from the second request on: an
 * account may become another's in between.
 */
#include "ctl/user_export.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/form.h"
#include "ctl/admin_request.h"
#include "ctl/audit.h"
#include "ctl/person.h"
#include "ctl/table.h"

#define MAX_QUERY 4096

/* Everything that is kept about a person, and where it is. */
static const struct {
	const char *path, *name;
	const struct ac_ctl_list *shown; /* NULL: only exported */
	const char *title;
} parts[] = {
	{ "/admin/sessions", "sessions", &ac_ctl_sessions, "Sessions" },
	{ "/admin/grants", "grants", &ac_ctl_grants, "Consents" },
	{ "/admin/authorizations", "authorizations", &ac_ctl_authorizations, "Authorizations" },
	{ "/admin/tokens", "tokens", NULL, NULL },
	{ "/admin/codes", "codes", NULL, NULL },
	{ "/admin/devices", "devices", NULL, NULL },
	{ "/admin/logouts", "logouts", NULL, NULL },
};

/* Claims are JSON inside of JSON: as what they are. */
static void
unpack_claims(json_t *rows)
{
	static const char *const names[] = { "claims", "claims_request" };
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		for (size_t k = 0; k < AC_ARRAY_SIZE(names); k++) {
			const char *text = json_string_value(json_object_get(row, names[k]));
			json_t *claims = text != NULL
						 ? json_loads(text, JSON_REJECT_DUPLICATES, NULL)
						 : NULL;

			if (claims != NULL)
				(void)json_object_set_new(row, names[k], claims);
		}
	}
}

/* Adds the lists to *person, an object: those that are shown, or all. */
static enum ac_ctl_exit
collect(const struct ac_ctl *ctl, json_t *person, bool everything)
{
	enum ac_ctl_exit status = AC_CTL_DONE;
	struct ac_buf query;

	ac_buf_init(&query, MAX_QUERY);
	ac_form_put(&query, "sub", ac_ctl_text_of(person, "sub"));
	if (everything || ac_ctl_option(ctl, "all") != NULL)
		ac_form_put(&query, "all", "yes");
	for (size_t i = 0; i < AC_ARRAY_SIZE(parts) && status == AC_CTL_DONE; i++) {
		json_t *rows = NULL;

		if (parts[i].shown == NULL && !everything)
			continue;
		status = ac_admin_list(ctl, parts[i].path, &query, parts[i].name, &rows);
		unpack_claims(rows);
		if (status == AC_CTL_DONE && json_object_set_new(person, parts[i].name, rows) != 0)
			status = AC_CTL_UNREACHABLE;
	}
	ac_buf_clear(&query);
	return status;
}

/* What was recorded of it, by the sub: others may have had the name. */
static enum ac_ctl_exit
collect_records(const struct ac_ctl *ctl, json_t *person)
{
	json_t *records = NULL;
	enum ac_ctl_exit status;
	struct ac_buf query;
	bool more;

	ac_buf_init(&query, MAX_QUERY);
	ac_form_put(&query, "sub", ac_ctl_text_of(person, "sub"));
	status = ac_ctl_audit_records(ctl, &query, SIZE_MAX, &records, &more);
	ac_buf_clear(&query);
	if (status == AC_CTL_DONE && json_object_set_new(person, "records", records) != 0)
		status = AC_CTL_UNREACHABLE;
	return status;
}

static enum ac_ctl_exit
gather(const struct ac_ctl *ctl, bool everything, json_t **ret_person)
{
	json_t *person = NULL;
	enum ac_ctl_exit status;
	struct ac_buf query;

	ac_buf_init(&query, MAX_QUERY);
	status = ac_ctl_put_person(ctl, &query);
	if (status == AC_CTL_DONE)
		status = ac_admin_get(ctl, "/admin/users/show", &query, &person);
	ac_buf_clear(&query);
	/* Without it everybody's rows would be asked for. */
	if (status == AC_CTL_DONE && ac_ctl_text_of(person, "sub")[0] == '\0') {
		(void)fprintf(stderr, "authcodectl: the answer is not one of authcoded\n");
		status = AC_CTL_UNREACHABLE;
	}
	if (status == AC_CTL_DONE)
		status = collect(ctl, person, everything);
	if (status == AC_CTL_DONE && everything)
		status = collect_records(ctl, person);
	if (status == AC_CTL_DONE)
		*ret_person = person;
	else
		json_decref(person);
	return status;
}

static enum ac_ctl_exit
show(const json_t *person)
{
	enum ac_ctl_exit status = AC_CTL_DONE;

	ac_ctl_show_member(stdout, "user", json_object_get(person, "user"));
	ac_ctl_show_member(stdout, "name", json_object_get(person, "full_name"));
	ac_ctl_show_member(stdout, "uid", json_object_get(person, "uid"));
	ac_ctl_show_member(stdout, "groups", json_object_get(person, "groups"));
	ac_ctl_show_member(stdout, "sub", json_object_get(person, "sub"));
	ac_ctl_show_member(stdout, "state", json_object_get(person, "state"));
	ac_ctl_show_time(stdout, "first seen",
			 json_integer_value(json_object_get(person, "first_seen")));
	ac_ctl_show_time(stdout, "gone since",
			 json_integer_value(json_object_get(person, "retired")));
	for (size_t i = 0; i < AC_ARRAY_SIZE(parts) && status == AC_CTL_DONE; i++) {
		const json_t *rows = json_object_get(person, parts[i].name);

		if (parts[i].shown == NULL || json_array_size(rows) == 0)
			continue;
		(void)printf("\n%s\n", parts[i].title);
		status = ac_ctl_print_rows(parts[i].shown, rows);
	}
	return status;
}

enum ac_ctl_exit
ac_ctl_user_show(const struct ac_ctl *ctl)
{
	json_t *person = NULL;
	enum ac_ctl_exit status = gather(ctl, false, &person);

	if (status != AC_CTL_DONE)
		return status;
	if (ctl->json)
		return ac_ctl_print_json_take(person);
	status = show(person);
	json_decref(person);
	return status;
}

enum ac_ctl_exit
ac_ctl_user_export(const struct ac_ctl *ctl)
{
	json_t *person = NULL;
	enum ac_ctl_exit status = gather(ctl, true, &person);

	return status == AC_CTL_DONE ? ac_ctl_print_json_take(person) : status;
}
