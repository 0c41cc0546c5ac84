/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See recent.h. Texts that are longer than their place are cut.
 */
#include "server/recent.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"

struct ac_recent {
	pthread_mutex_t lock;
	size_t noted; /* since the start: entry i is at i % AC_RECENT_MAX */
	struct ac_recent_entry entries[AC_RECENT_MAX];
};

struct ac_recent *
ac_recent_new(void)
{
	struct ac_recent *recent = calloc(1, sizeof(*recent));

	if (recent != NULL)
		(void)pthread_mutex_init(&recent->lock, NULL);
	return recent;
}

void
ac_recent_free(struct ac_recent **recent)
{
	if (*recent == NULL)
		return;
	(void)pthread_mutex_destroy(&(*recent)->lock);
	free(*recent);
	*recent = NULL;
}

static void
keep(char *place, size_t size, const char *text)
{
	(void)snprintf(place, size, "%s", text != NULL ? text : "");
}

#define KEEP(entry, fields, name) keep((entry)->name, sizeof((entry)->name), (fields)->name)

void
ac_recent_note(struct ac_recent *recent, enum ac_event event, const struct ac_event_fields *fields)
{
	const struct ac_event_row *row = ac_event_row(event);
	struct ac_recent_entry *entry;

	if (row == NULL || row->result == NULL || strcmp(row->result, "done") == 0 ||
	    fields->txn == NULL || fields->txn[0] == '\0')
		return;
	(void)pthread_mutex_lock(&recent->lock);
	entry = &recent->entries[recent->noted++ % AC_RECENT_MAX];
	entry->event = event;
	entry->when_ms = ac_clock_unix_ms();
	KEEP(entry, fields, txn);
	KEEP(entry, fields, rhost);
	KEEP(entry, fields, reason);
	KEEP(entry, fields, client);
	KEEP(entry, fields, user);
	KEEP(entry, fields, prompts);
	KEEP(entry, fields, error);
	KEEP(entry, fields, check);
	KEEP(entry, fields, path);
	KEEP(entry, fields, why);
	(void)pthread_mutex_unlock(&recent->lock);
}

size_t
ac_recent_find(struct ac_recent *recent, const char *txn, struct ac_recent_entry *ret, size_t max)
{
	size_t count = 0, first;

	(void)pthread_mutex_lock(&recent->lock);
	first = recent->noted > AC_RECENT_MAX ? recent->noted - AC_RECENT_MAX : 0;
	for (size_t i = first; i < recent->noted && count < max; i++) {
		const struct ac_recent_entry *entry = &recent->entries[i % AC_RECENT_MAX];

		if (strcmp(entry->txn, txn) == 0)
			ret[count++] = *entry;
	}
	(void)pthread_mutex_unlock(&recent->lock);
	return count;
}
