/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * When an account that is missing from the user database is gone for good: it has
 * been missing for long enough, often enough, and not together with many others.
 * For some directories that are down say of everybody that there is no such account
 * (SSSD as some distributions build it), and nothing on this host can tell. Until
 * then it is refused, which takes nothing away; after a week of it nobody believes
 * in a directory that comes back.
 */
#include <stdio.h>
#include <string.h>

#include "server/accounts_table.h"
#include "server/clock.h"
#include "server/log.h"

#define FEW 1
#define SHARE 10 /* one in so many is no more than people who leave */

static bool
is_missing(const struct ac_account_entry *entry)
{
	return entry->gone_count > 0 && !entry->retired;
}

/* An account has an entry for each service it was looked at with. */
static bool
has_missing_before(const struct ac_accounts *c, const struct ac_account_entry *entry)
{
	const struct ac_account_entry *other = ac_accounts_bucket(c, entry->user, entry->uid);

	for (; other != entry; other = other->chain) {
		if (other->uid == entry->uid && strcmp(other->user, entry->user) == 0 &&
		    is_missing(other))
			return true;
	}
	return false;
}

static bool
too_many_are_missing(struct ac_accounts *c)
{
	size_t missing = 0, limit = c->entry_count / SHARE;
	char count[24];
	bool too_many;

	if (limit < FEW)
		limit = FEW;
	for (const struct ac_account_entry *entry = c->newest; entry != NULL;
	     entry = entry->older) {
		if (is_missing(entry) && !has_missing_before(c, entry))
			missing++;
	}
	too_many = missing > limit;
	if (too_many && !c->many_missing) {
		snprintf(count, sizeof(count), "%zu", missing);
		ac_log_event(AC_EVENT_ACCOUNTS_MISSING, .count = count,
			     .effect = "refused, and none is gone before a week",
			     .advice = "is a directory down?");
	}
	c->many_missing = too_many;
	return too_many;
}

bool
ac_account_entry_missing(struct ac_accounts *c, struct ac_account_entry *entry)
{
	int64_t now = ac_clock_monotonic_ms(), since;

	if (entry->gone_count == 0)
		entry->gone_since_ms = now;
	if (entry->gone_count < UINT32_MAX)
		entry->gone_count++;
	since = now - entry->gone_since_ms;
	if (entry->gone_count < c->settings.gone_count || since < c->settings.gone_ms)
		return false;
	return since >= c->settings.gone_at_last_ms || !too_many_are_missing(c);
}
