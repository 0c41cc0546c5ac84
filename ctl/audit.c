/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit.h. A page of records is what the daemon looks at in a moment; they are
 * asked for until there are no more, or enough.
 */
#include "ctl/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/text.h"
#include "ctl/admin_request.h"
#include "ctl/table.h"

#define MAX_PATH_LEN 2048
#define MAX_RECORDS 10000 /* of one list, for people and programs */

/* --- times ------------------------------------------------------------------------ */

static bool
parse_ago(const char *text, int64_t now_s, int64_t *ret)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 } };
	char *end = NULL;
	long number = strtol(text, &end, 10);

	for (size_t i = 0; i < AC_ARRAY_SIZE(units); i++) {
		if (end != text && number >= 0 && number <= 100000 &&
		    strcmp(end, units[i].unit) == 0) {
			*ret = now_s - number * units[i].seconds;
			return true;
		}
	}
	return false;
}

/* "2030-01-31" or "2030-01-31T08:00" of the local clock, or how long ago. */
static bool
parse_time(const char *text, int64_t *ret)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S" };

	for (size_t i = 0; i < AC_ARRAY_SIZE(forms); i++) {
		struct tm parts = { .tm_isdst = -1 };
		const char *end = strptime(text, forms[i], &parts);
		time_t seconds;

		if (end == NULL || *end != '\0')
			continue;
		seconds = mktime(&parts);
		if (seconds > 0) {
			*ret = (int64_t)seconds;
			return true;
		}
	}
	return parse_ago(text, (int64_t)time(NULL), ret) && *ret > 0;
}

static bool
put_time(const struct ac_ctl *ctl, const char *name, struct ac_buf *form)
{
	const char *text = ac_ctl_option(ctl, name);
	char number[24];
	int64_t time_s;

	if (text == NULL)
		return true;
	if (!parse_time(text, &time_s)) {
		(void)fprintf(stderr,
			      "authcodectl: --%s: give a day (2030-01-31), a minute "
			      "(2030-01-31T08:00), or how long ago (90min, 8h, 7d)\n",
			      name);
		return false;
	}
	(void)snprintf(number, sizeof(number), "%lld", (long long)time_s);
	ac_form_put(form, name, number);
	return true;
}

/* --- audit list --------------------------------------------------------------------- */

/* One page behind "before"; its records are added to all. */
static enum ac_ctl_exit
ask_page(const struct ac_ctl *ctl, const struct ac_buf *query, char before[24], json_t *all)
{
	struct ac_ctl quiet = *ctl;
	json_t *answer = NULL;
	enum ac_ctl_exit status;
	struct ac_buf path;

	quiet.json = false; /* the pages are put together first */
	ac_buf_init(&path, MAX_PATH_LEN);
	ac_buf_printf(&path, "/admin/audit?%s", ac_buf_text(query));
	if (before[0] != '\0')
		ac_form_put(&path, "before", before);
	status = ac_buf_ok(&path) ? ac_admin_ask(&quiet, ac_buf_text(&path), NULL, &answer)
				  : AC_CTL_USAGE;
	ac_buf_clear(&path);
	if (status == AC_CTL_DONE &&
	    json_array_extend(all, json_object_get(answer, "records")) != 0)
		status = AC_CTL_UNREACHABLE;
	(void)snprintf(before, 24, "%s", ac_ctl_text_of(answer, "next"));
	json_decref(answer);
	return status;
}

static enum ac_ctl_exit
show_list(const json_t *records)
{
	static const char *const headings[] = { "TIME",   "EVENT", "CLIENT",  "USER", "RHOST",
						"REASON", "ADMIN", "REQUEST", "SEQ" };
	struct ac_ctl_table table;
	const json_t *record;
	size_t i;
	bool shown;

	ac_ctl_table_init(&table, headings, AC_ARRAY_SIZE(headings));
	json_array_foreach(records, i, record)
	{
		ac_ctl_table_member_time(&table, record, "time");
		ac_ctl_table_member(&table, record, "words");
		ac_ctl_table_member(&table, record, "client");
		ac_ctl_table_member(&table, record, "user");
		ac_ctl_table_member(&table, record, "rhost");
		ac_ctl_table_member(&table, record, "reason");
		ac_ctl_table_member(&table, record, "admin_uid");
		ac_ctl_table_member(&table, record, "txn");
		ac_ctl_table_member(&table, record, "seq");
	}
	shown = ac_ctl_table_print(&table, stdout);
	ac_ctl_table_clear(&table);
	return shown ? AC_CTL_DONE : AC_CTL_UNREACHABLE;
}

static enum ac_ctl_exit
finish_list(const struct ac_ctl *ctl, const json_t *all, bool more)
{
	enum ac_ctl_exit status = AC_CTL_DONE;

	if (ctl->json) {
		(void)json_dumpf(all, stdout, JSON_COMPACT);
		(void)printf("\n");
	} else {
		status = show_list(all);
	}
	if (more)
		(void)fprintf(stderr,
			      "authcodectl: there are more than %d records; --until the "
			      "last one's time shows older ones\n",
			      MAX_RECORDS);
	return status;
}

enum ac_ctl_exit
ac_ctl_audit_records(const struct ac_ctl *ctl, const struct ac_buf *query, size_t max, json_t **ret,
		     bool *ret_more)
{
	json_t *all = json_array();
	enum ac_ctl_exit status;
	char before[24] = "";

	do {
		status = ask_page(ctl, query, before, all);
	} while (status == AC_CTL_DONE && before[0] != '\0' && json_array_size(all) < max);
	if (status == AC_CTL_DONE) {
		*ret = all;
		*ret_more = before[0] != '\0';
	} else {
		json_decref(all);
	}
	return status;
}

enum ac_ctl_exit
ac_ctl_audit_list(const struct ac_ctl *ctl)
{
	enum ac_ctl_exit status = AC_CTL_USAGE;
	json_t *all = NULL;
	bool more = false;
	struct ac_buf query;

	ac_buf_init(&query, MAX_PATH_LEN);
	if (ac_ctl_option(ctl, "user") != NULL)
		ac_form_put(&query, "user", ac_ctl_option(ctl, "user"));
	if (ac_ctl_option(ctl, "sub") != NULL)
		ac_form_put(&query, "sub", ac_ctl_option(ctl, "sub"));
	if (ac_ctl_option(ctl, "client") != NULL)
		ac_form_put(&query, "client", ac_ctl_option(ctl, "client"));
	if (put_time(ctl, "since", &query) && put_time(ctl, "until", &query))
		status = ac_ctl_audit_records(ctl, &query, MAX_RECORDS, &all, &more);
	if (status == AC_CTL_DONE)
		status = finish_list(ctl, all, more);
	ac_buf_clear(&query);
	json_decref(all);
	return status;
}

/* --- explain -------------------------------------------------------------------------- */

static void
show_refusal(const json_t *refusal)
{
	ac_ctl_show_time(stdout, "When", json_integer_value(json_object_get(refusal, "time")));
	ac_ctl_show_text(stdout, "What", ac_ctl_text_of(refusal, "words"));
	ac_ctl_show_text(stdout, "Path", ac_ctl_text_of(refusal, "path"));
	ac_ctl_show_text(stdout, "Client", ac_ctl_text_of(refusal, "client"));
	ac_ctl_show_text(stdout, "Person", ac_ctl_text_of(refusal, "user"));
	ac_ctl_show_text(stdout, "From", ac_ctl_text_of(refusal, "rhost"));
	ac_ctl_show_text(stdout, "Asked", ac_ctl_text_of(refusal, "prompts"));
	ac_ctl_show_text(stdout, "Error", ac_ctl_text_of(refusal, "error"));
	ac_ctl_show_text(stdout, "Check", ac_ctl_text_of(refusal, "check"));
	ac_ctl_show_text(stdout, "Because", ac_ctl_text_of(refusal, "why"));
	ac_ctl_show_text(stdout, "Reason", ac_ctl_text_of(refusal, "reason"));
	ac_ctl_show_text(stdout, "Meaning", ac_ctl_text_of(refusal, "means"));
	ac_ctl_show_text(stdout, "Do", ac_ctl_text_of(refusal, "act"));
	(void)printf("\n");
}

static void
show_record(const json_t *record)
{
	ac_ctl_show_time(stdout, "When", json_integer_value(json_object_get(record, "time")));
	ac_ctl_show_text(stdout, "Recorded", ac_ctl_text_of(record, "words"));
	ac_ctl_show_text(stdout, "Client", ac_ctl_text_of(record, "client"));
	ac_ctl_show_text(stdout, "Person", ac_ctl_text_of(record, "user"));
	ac_ctl_show_text(stdout, "Reason", ac_ctl_text_of(record, "reason"));
	(void)printf("\n");
}

static void
show_under_way(const json_t *one)
{
	ac_ctl_show_text(stdout, "What", "sign-in under way");
	ac_ctl_show_text(stdout, "Client", ac_ctl_text_of(one, "client"));
	ac_ctl_show_text(stdout, "From", ac_ctl_text_of(one, "rhost"));
	ac_ctl_show_text(stdout, "Service", ac_ctl_text_of(one, "service"));
	ac_ctl_show_text(stdout, "Asked", ac_ctl_text_of(one, "prompts"));
	ac_ctl_show_text(stdout, "Meaning", ac_ctl_text_of(one, "means"));
	ac_ctl_show_text(stdout, "Do", ac_ctl_text_of(one, "act"));
	(void)printf("\n");
}

/* In the order in which it happened; records come the newest first. */
static enum ac_ctl_exit
show_explanation(const json_t *answer)
{
	const json_t *refusals = json_object_get(answer, "refusals");
	const json_t *records = json_object_get(answer, "records");
	const json_t *under_way = json_object_get(answer, "under_way");

	for (size_t i = json_array_size(records); i > 0; i--)
		show_record(json_array_get(records, i - 1));
	for (size_t i = 0; i < json_array_size(refusals); i++)
		show_refusal(json_array_get(refusals, i));
	if (under_way != NULL)
		show_under_way(under_way);
	else if (json_array_size(refusals) == 0)
		(void)printf("No refusal of this request is remembered: it was carried out as "
			     "recorded, or the server was started anew since; then look for "
			     "txn=%s in its log.\n",
			     ac_ctl_text_of(answer, "txn"));
	return AC_CTL_DONE;
}

enum ac_ctl_exit
ac_ctl_explain(const struct ac_ctl *ctl)
{
	return ac_admin_show(ctl, "/admin/explain", "txn", show_explanation);
}
