/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The table of events as its documents have it: the catalog of the journal
 * (systemd.io, "Journal Message Catalogs"), and the tables of doc/log.md. `make
 * events` writes them; test_events.py compares.
 */
#include <stdio.h>
#include <string.h>

#include "server/event.h"
#include "server/log_line.h"

static void
put_catalog(void)
{
	(void)printf("# SPDX-License-Identifier: Apache-2.0\n"
		     "# What the entries of authcoded mean: journalctl -x shows it.\n");
	for (size_t i = 0; i < AC_EVENT_COUNT; i++) {
		const struct ac_event_row *row = ac_event_row((enum ac_event)i);
		bool rhost = (row->fields & AC_EVENT_FIELD(rhost)) != 0;
		bool client = (row->fields & AC_EVENT_FIELD(client)) != 0;

		(void)printf("\n-- %s\nSubject: authcode: %s%s%s\nDefined-By: authcode\n\n%s\n",
			     row->id, row->words, rhost ? " (@AUTHCODE_RHOST@)" : "",
			     !rhost && client ? " (@AUTHCODE_CLIENT@)" : "", row->means);
		if (row->act != NULL)
			(void)printf("\n%s\n", row->act);
	}
}

static void
put_events(void)
{
	(void)printf("| Event | Words | Level | Fields | Meaning |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < AC_EVENT_COUNT; i++) {
		const struct ac_event_row *row = ac_event_row((enum ac_event)i);
		const struct ac_event_field *field;

		(void)printf("| `%s` | %s | %s |", row->name, row->words,
			     ac_log_level_name(row->level));
		for (size_t k = 0; (field = ac_event_field_at(k)) != NULL; k++) {
			if ((row->fields & (UINT64_C(1) << k)) != 0)
				(void)printf(" `%s`", field->name);
		}
		(void)printf(" | %s%s%s |\n", row->means, row->act != NULL ? " " : "",
			     row->act != NULL ? row->act : "");
	}
}

static void
put_fields(void)
{
	const struct ac_event_field *field;

	(void)printf("| Field | Meaning |\n|---|---|\n");
	for (size_t i = 0; (field = ac_event_field_at(i)) != NULL; i++)
		(void)printf("| `%s` | %s |\n", field->name, field->meaning);
}

static void
put_reasons(void)
{
	const struct ac_reason_row *row;

	(void)printf("| Reason | Meaning |\n|---|---|\n");
	for (size_t i = 0; (row = ac_reason_at(i)) != NULL; i++)
		(void)printf("| `%s` | %s%s%s |\n", row->word, row->means,
			     row->act != NULL ? " " : "", row->act != NULL ? row->act : "");
}

/* The line of a sign-in that has failed: rhost, reason, user. */
static int
put_line(char **words)
{
	const struct ac_event_row *row = ac_event_row(AC_EVENT_LOGIN_FAILED);
	const struct ac_log_record record = {
		.event = row,
		.level = row->level,
		.words = row->words,
		.fields = &(struct ac_event_fields){ .rhost = words[0],
						     .reason = words[1],
						     .client = "app",
						     .user = words[2] },
	};
	struct ac_line line;

	ac_line_begin(&line, AC_LOG_MAX_TEXT);
	ac_line_put_text(&line, &record);
	(void)printf("%.*s\n", (int)line.len, line.text);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*put)(void);
	} rows[] = {
		{ "catalog", put_catalog },
		{ "events", put_events },
		{ "fields", put_fields },
		{ "reasons", put_reasons },
	};

	if (argc == 5 && strcmp(argv[1], "line") == 0)
		return put_line(argv + 2);
	for (size_t i = 0; argc == 2 && i < AC_ARRAY_SIZE(rows); i++) {
		if (strcmp(argv[1], rows[i].name) == 0) {
			rows[i].put();
			return 0;
		}
	}
	return 2;
}
