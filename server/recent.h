/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The last refusals, by the number of their request, for authcodectl explain. A
 * ring in memory: old ones make room, and a restart forgets them all; the log
 * keeps what is to be kept.
 */
#ifndef AC_SERVER_RECENT_H
#define AC_SERVER_RECENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "server/event.h"
#include "server/txn.h"

#define AC_RECENT_MAX 1024

struct ac_recent_entry {
	enum ac_event event;
	int64_t when_ms;
	char txn[AC_TXN_LEN + 1];
	char rhost[48];
	char reason[32];
	char client[72];
	char user[72];
	char prompts[256];
	char error[48];
	char check[48];
	char path[48];
	char why[160];
};

struct ac_recent;

/* NULL: no memory. */
AC_MUST_USE struct ac_recent *ac_recent_new(void);
void ac_recent_free(struct ac_recent **recent);

/* Keeps an event that has a txn and refuses something, or has failed. */
void ac_recent_note(struct ac_recent *recent, enum ac_event event,
		    const struct ac_event_fields *fields);

/* Those of that request, the oldest first: up to max; how many there are. */
size_t ac_recent_find(struct ac_recent *recent, const char *txn, struct ac_recent_entry *ret,
		      size_t max);

#endif
