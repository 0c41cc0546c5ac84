/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See status.h. Whether all is well the daemon says; scripts look at the exit code.
 */
#include "ctl/status.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "ctl/admin_request.h"
#include "ctl/table.h"

#define MAX_LINE 512

static bool
yes(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* "3 d 04:05", since then. */
static void
show_since(int64_t started)
{
	int64_t s = (int64_t)time(NULL) - started;
	char text[64];

	ac_ctl_show_time(stdout, "started", started);
	if (started <= 0 || s < 0)
		return;
	(void)snprintf(text, sizeof(text), "%lld d %02d:%02d", (long long)(s / 86400),
		       (int)(s % 86400 / 3600), (int)(s % 3600 / 60));
	ac_ctl_show_text(stdout, "up", text);
}

static void
show_number(const char *name, const json_t *answer, const char *at_least)
{
	const json_t *exact = json_object_get(answer, name),
		     *lower = json_object_get(answer, at_least);
	char text[48];

	if (exact == NULL && lower == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%s%lld", exact != NULL ? "" : "at least ",
		       (long long)json_integer_value(exact != NULL ? exact : lower));
	ac_ctl_show_text(stdout, name, text);
}

static void
show_listeners(const json_t *listeners)
{
	const json_t *row;
	char line[MAX_LINE];
	size_t i;

	json_array_foreach(listeners, i, row)
	{
		(void)snprintf(line, sizeof(line), "%s%s", ac_ctl_text_of(row, "address"),
			       yes(row, "tls")     ? " (TLS)"
			       : yes(row, "admin") ? " (administration)"
						   : "");
		ac_ctl_show_text(stdout, "listens", line);
	}
}

/* The members that are true and those that are not, by name. */
static void
show_flags(const char *label, const json_t *flags, const char *not_so)
{
	static const char *const names[] = { "login", "check", "passwd",     "fetch",
					     "calls", "files", "connections" };
	char line[MAX_LINE] = "";

	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++) {
		const json_t *flag = json_object_get(flags, names[i]);
		size_t used = strlen(line);

		if (flag != NULL)
			(void)snprintf(line + used, sizeof(line) - used, "%s%s%s%s",
				       used > 0 ? ", " : "", names[i],
				       json_is_true(flag) ? "" : " ",
				       json_is_true(flag) ? "" : not_so);
	}
	ac_ctl_show_text(stdout, label, line);
}

static long long
number(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

/* "2 wait to be told, the oldest since 2026-11-27 10:20, 1 given up" */
static void
show_logouts(const json_t *logouts)
{
	const bool many = json_object_get(logouts, "waiting_at_least") != NULL;
	const long long since = number(logouts, "since");
	char line[MAX_LINE], text[32];

	if (logouts == NULL)
		return;
	(void)snprintf(line, sizeof(line), "%s%lld wait to be told%s%s, %lld given up",
		       many ? "at least " : "",
		       number(logouts, many ? "waiting_at_least" : "waiting"),
		       since > 0 ? ", the oldest since " : "",
		       since > 0 ? ac_ctl_format_time(since, text, sizeof(text)) : "",
		       number(logouts, "given_up"));
	ac_ctl_show_text(stdout, "logouts", line);
}

static void
show_database(const json_t *database)
{
	char line[MAX_LINE];

	(void)snprintf(line, sizeof(line), "schema %lld, %lld bytes, log %lld bytes",
		       number(database, "schema"), number(database, "bytes"),
		       number(database, "log_bytes"));
	ac_ctl_show_text(stdout, "database", line);
	(void)snprintf(line, sizeof(line), "%lld in %lld batches, %lld failed, %lld wait",
		       number(database, "operations"), number(database, "batches"),
		       number(database, "failures"), number(database, "queue_depth"));
	ac_ctl_show_text(stdout, "writes", line);
	ac_ctl_show_text(stdout, "last failure", ac_ctl_text_of(database, "last_failure"));
}

static void
show(const json_t *answer)
{
	const json_t *config = json_object_get(answer, "config"),
		     *keys = json_object_get(answer, "keys");
	const json_t *problem;
	char line[MAX_LINE];
	size_t i;

	ac_ctl_show_text(stdout, "version", ac_ctl_text_of(answer, "version"));
	show_since((int64_t)json_integer_value(json_object_get(answer, "started")));
	ac_ctl_show_text(stdout, "issuer", ac_ctl_text_of(answer, "issuer"));
	(void)snprintf(line, sizeof(line), "%s (%s)", ac_ctl_text_of(config, "path"),
		       ac_ctl_text_of(config, "hash"));
	ac_ctl_show_text(stdout, "configuration", line);
	show_listeners(json_object_get(answer, "listeners"));
	show_number("connections", answer, "");
	show_number("clients", answer, "");
	show_number("sessions", answer, "sessions_at_least");
	show_number("tokens", answer, "tokens_at_least");
	show_logouts(json_object_get(answer, "logouts"));
	show_database(json_object_get(answer, "database"));
	ac_ctl_show_text(stdout, "audit head", ac_ctl_text_of(answer, "audit_head"));
	(void)snprintf(line, sizeof(line), "%lld published, %lld sign", number(keys, "published"),
		       number(keys, "current"));
	ac_ctl_show_text(stdout, "keys", line);
	show_flags("helpers", json_object_get(answer, "helpers"), "(nobody listens)");
	show_flags("sandbox", json_object_get(answer, "sandbox"), "(open)");
	json_array_foreach(json_object_get(answer, "problems"), i, problem)
		ac_ctl_show_text(stdout, "problem", json_string_value(problem));
}

enum ac_ctl_exit
ac_ctl_status(const struct ac_ctl *ctl)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status = ac_admin_ask(ctl, "/admin/status", NULL, &answer);

	if (status == AC_CTL_DONE && !ctl->json)
		show(answer);
	if (status == AC_CTL_DONE && !yes(answer, "ok"))
		status = AC_CTL_REFUSED;
	json_decref(answer);
	return status;
}
