/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What is known of accounts: a bounded table, the least recently used go first,
 * but not those that were missing and may soon be gone. Here a verdict of the
 * helper becomes a state; nothing but the rows of one table makes an account
 * good or gone.
 */
#include "server/accounts_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/clock.h"

static const struct {
	enum authcode_account_state state;
	const char *gone; /* why, where the one verdict is enough */
	bool missing;     /* has to be seen often */
} verdicts[AC_VERDICT_COUNT] = {
	[AC_VERDICT_OK] = { .state = AUTHCODE_ACCOUNT_GOOD },
	[AC_VERDICT_DENIED] = { .state = AUTHCODE_ACCOUNT_REFUSED },
	[AC_VERDICT_CHANGE_DUE] = { .state = AUTHCODE_ACCOUNT_REFUSED },
	[AC_VERDICT_EXPIRED] = { .state = AUTHCODE_ACCOUNT_GONE, .gone = "expired" },
	[AC_VERDICT_LOCKED] = { .state = AUTHCODE_ACCOUNT_GONE, .gone = "locked" },
	[AC_VERDICT_GONE] = { .state = AUTHCODE_ACCOUNT_REFUSED, .missing = true },
	[AC_VERDICT_UNAVAILABLE] = { .state = AUTHCODE_ACCOUNT_UNKNOWN },
};

/* --- the table ------------------------------------------------------------- */

/* FNV-1a; the service is left out, so that one walk finds all of an account. */
static size_t
bucket_of(const struct ac_accounts *c, const char *user, uint32_t uid)
{
	uint64_t hash = 14695981039346656037u;

	for (; *user != '\0'; user++)
		hash = (hash ^ (unsigned char)*user) * 1099511628211u;
	hash = (hash ^ uid) * 1099511628211u;
	return (size_t)(hash ^ hash >> 32) & (c->bucket_count - 1);
}

const struct ac_account_entry *
ac_accounts_bucket(const struct ac_accounts *c, const char *user, uint32_t uid)
{
	return c->buckets[bucket_of(c, user, uid)];
}

static void
unlink_use(struct ac_accounts *c, struct ac_account_entry *entry)
{
	*(entry->newer != NULL ? &entry->newer->older : &c->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer : &c->oldest) = entry->newer;
	entry->newer = NULL;
	entry->older = NULL;
}

static void
link_use(struct ac_accounts *c, struct ac_account_entry *entry, bool cold)
{
	if (cold) {
		entry->newer = c->oldest;
		*(c->oldest != NULL ? &c->oldest->older : &c->newest) = entry;
		c->oldest = entry;
	} else {
		entry->older = c->newest;
		*(c->newest != NULL ? &c->newest->newer : &c->oldest) = entry;
		c->newest = entry;
	}
}

static void
entry_free(struct ac_account_entry *entry)
{
	ac_account_answer_unref(&entry->answer);
	ac_account_answer_unref(&entry->good);
	ac_account_answer_unref(&entry->claimed);
	free(entry);
}

static void
forget(struct ac_accounts *c, struct ac_account_entry *entry)
{
	struct ac_account_entry **at = &c->buckets[bucket_of(c, entry->user, entry->uid)];

	while (*at != entry)
		at = &(*at)->chain;
	*at = entry->chain;
	unlink_use(c, entry);
	c->entry_count--;
	entry_free(entry);
}

static bool
make_room(struct ac_accounts *c)
{
	struct ac_account_entry *missing = NULL;

	if (c->entry_count < c->settings.max_entries)
		return true;
	for (struct ac_account_entry *entry = c->oldest; entry != NULL; entry = entry->newer) {
		if (entry->flight != AC_FLIGHT_NONE)
			continue;
		if (entry->gone_count == 0) {
			forget(c, entry);
			return true;
		}
		missing = missing != NULL ? missing : entry;
	}
	if (missing == NULL)
		return false;
	forget(c, missing);
	return true;
}

static bool
is_of(const struct ac_account_entry *entry, const char *service,
      const struct authcode_subject *subject)
{
	size_t len = strlen(service);

	return entry->uid == subject->uid && strcmp(entry->user, subject->user_name) == 0 &&
	       strncmp(entry->service, service, len) == 0 &&
	       strcmp(entry->service + len, AC_CHECK_SUFFIX) == 0;
}

/* The same account, but its former subject was retired: what was said of that
 * one does not hold for this. */
static void
take_subject(struct ac_account_entry *entry, int64_t subject_id)
{
	if (entry->subject_id == subject_id)
		return;
	entry->subject_id = subject_id;
	entry->retired = false;
	entry->gone_count = 0;
	if (entry->answer != NULL && entry->answer->account.state == AUTHCODE_ACCOUNT_GONE)
		entry->fresh_until_ms = 0;
}

struct ac_account_entry *
ac_account_entry_get(struct ac_accounts *c, const char *service,
		     const struct authcode_subject *subject, bool cold)
{
	struct ac_account_entry **bucket =
		&c->buckets[bucket_of(c, subject->user_name, subject->uid)];
	struct ac_account_entry *entry = *bucket;

	while (entry != NULL && !is_of(entry, service, subject))
		entry = entry->chain;
	if (entry != NULL) {
		take_subject(entry, subject->id);
		if (!cold) {
			unlink_use(c, entry);
			link_use(c, entry, false);
		}
		return entry;
	}
	if (strlen(service) + strlen(AC_CHECK_SUFFIX) > AC_MAX_SERVICE ||
	    strlen(subject->user_name) > AC_MAX_USER_NAME || !make_room(c))
		return NULL;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	snprintf(entry->service, sizeof(entry->service), "%s" AC_CHECK_SUFFIX, service);
	snprintf(entry->user, sizeof(entry->user), "%s", subject->user_name);
	entry->uid = subject->uid;
	entry->subject_id = subject->id;
	entry->chain = *bucket;
	*bucket = entry;
	link_use(c, entry, cold);
	c->entry_count++;
	return entry;
}

void
ac_accounts_renew(struct ac_accounts *c, const char *user, uint32_t uid)
{
	struct ac_account_entry *entry;

	(void)pthread_mutex_lock(&c->lock);
	for (entry = c->buckets[bucket_of(c, user, uid)]; entry != NULL; entry = entry->chain) {
		if (entry->uid != uid || strcmp(entry->user, user) != 0)
			continue;
		entry->gone_count = 0;
		if (entry->answer != NULL && entry->answer->account.state != AUTHCODE_ACCOUNT_GOOD)
			entry->fresh_until_ms = 0;
	}
	(void)pthread_mutex_unlock(&c->lock);
}

void
ac_accounts_clear(struct ac_accounts *c)
{
	for (struct ac_account_entry *entry = c->newest, *older; entry != NULL; entry = older) {
		older = entry->older;
		entry_free(entry);
	}
	free(c->buckets);
	for (size_t i = 0; i < AC_ARRAY_SIZE(c->plain); i++)
		ac_account_answer_unref(&c->plain[i]);
}

/* --- what is known ----------------------------------------------------------- */

bool
ac_account_entry_fresh(const struct ac_account_entry *entry, bool with_claims)
{
	if (entry->answer == NULL || ac_clock_monotonic_ms() >= entry->fresh_until_ms)
		return false;
	return !with_claims || entry->answer->with_claims ||
	       entry->answer->account.state != AUTHCODE_ACCOUNT_GOOD;
}

struct ac_account_answer *
ac_account_entry_fallback(const struct ac_accounts *c, const struct ac_account_entry *entry,
			  bool with_claims)
{
	int64_t now = ac_clock_monotonic_ms();

	if (entry != NULL && with_claims && entry->claimed != NULL && now < entry->claimed_until_ms)
		return ac_account_answer_ref(entry->claimed);
	if (entry != NULL && !with_claims && entry->good != NULL && now < entry->good_until_ms)
		return ac_account_answer_ref(entry->good);
	return ac_account_answer_ref(c->plain[AUTHCODE_ACCOUNT_UNKNOWN]);
}

struct ac_account_answer *
ac_account_entry_known(const struct ac_accounts *c, const struct ac_account_entry *entry,
		       bool with_claims)
{
	if (entry->answer->account.state == AUTHCODE_ACCOUNT_UNKNOWN)
		return ac_account_entry_fallback(c, entry, with_claims);
	return ac_account_answer_ref(entry->answer);
}

static enum authcode_account_state
judge(struct ac_accounts *c, struct ac_account_entry *entry, enum ac_verdict verdict,
      const char **ret_gone)
{
	*ret_gone = NULL;
	if ((size_t)verdict >= AC_ARRAY_SIZE(verdicts))
		return AUTHCODE_ACCOUNT_UNKNOWN;
	if (verdicts[verdict].missing && ac_account_entry_missing(c, entry)) {
		*ret_gone = "absent";
		return AUTHCODE_ACCOUNT_GONE;
	}
	if (!verdicts[verdict].missing && verdicts[verdict].state != AUTHCODE_ACCOUNT_UNKNOWN)
		entry->gone_count = 0;
	if (verdict == AC_VERDICT_LOCKED && !c->settings.lock_means_gone)
		return AUTHCODE_ACCOUNT_REFUSED;
	*ret_gone = verdicts[verdict].gone;
	return verdicts[verdict].state;
}

/* How long an account rests about which nothing was learnt: twice as long each time
 * that its question hangs, so that it holds connections ever less often, up to the
 * time that an answer would hold. */
static int64_t
rest(const struct ac_accounts *c, struct ac_account_entry *entry,
     const struct ac_account_outcome *outcome)
{
	int64_t least = c->settings.failure_ms, most = c->settings.cache_ms;

	if (outcome->kind != AC_OUTCOME_HUNG)
		return least;
	if (entry->hung_ms == 0 || most < least)
		entry->hung_ms = least;
	else
		entry->hung_ms = entry->hung_ms < most / 2 ? entry->hung_ms * 2 : most;
	return entry->hung_ms;
}

/* The account is as the newest answer says, groups and all; its claims are the last
 * that were told, for the time that they had then. */
static void
remember_good(struct ac_accounts *c, struct ac_account_entry *entry, struct ac_account_answer *good)
{
	struct ac_account_answer *joined = NULL;

	entry->answer = ac_account_answer_ref(good);
	entry->good = ac_account_answer_ref(good);
	entry->good_until_ms = entry->fresh_until_ms + c->settings.grace_ms;
	if (good->with_claims) {
		joined = ac_account_answer_ref(good);
		entry->claimed_until_ms = entry->good_until_ms;
	} else if (entry->claimed != NULL) {
		joined = ac_account_answer_join(good, entry->claimed);
	}
	ac_account_answer_unref(&entry->claimed);
	entry->claimed = joined;
}

/* An answer of the helper replaces whatever was good before; no answer leaves it. */
static void
remember(struct ac_accounts *c, struct ac_account_entry *entry, enum authcode_account_state state,
	 const struct ac_account_outcome *outcome)
{
	int64_t now = ac_clock_monotonic_ms();

	ac_account_answer_unref(&entry->answer);
	if (outcome->kind == AC_OUTCOME_ANSWERED)
		entry->hung_ms = 0;
	if (state == AUTHCODE_ACCOUNT_UNKNOWN) {
		entry->answer = ac_account_answer_ref(c->plain[state]);
		entry->fresh_until_ms = now + rest(c, entry, outcome);
		return;
	}
	ac_account_answer_unref(&entry->good);
	entry->fresh_until_ms = now + c->settings.cache_ms;
	if (state == AUTHCODE_ACCOUNT_GOOD) {
		remember_good(c, entry, outcome->good);
	} else {
		entry->answer = ac_account_answer_ref(c->plain[state]);
		ac_account_answer_unref(&entry->claimed);
	}
}

/* --- flights ------------------------------------------------------------------ */

void
ac_account_entry_fly(struct ac_accounts *c, struct ac_account_entry *entry, bool with_claims)
{
	struct ac_account_entry **at = &c->flights;

	if (entry->flight != AC_FLIGHT_NONE)
		return;
	while (*at != NULL)
		at = &(*at)->next_flight;
	*at = entry;
	entry->next_flight = NULL;
	entry->flight = AC_FLIGHT_QUEUED;
	entry->flight_ms = ac_clock_monotonic_ms();
	entry->with_claims = with_claims;
}

static void
land(struct ac_accounts *c, struct ac_account_entry *entry)
{
	struct ac_account_entry **at = &c->flights;

	while (*at != entry)
		at = &(*at)->next_flight;
	*at = entry->next_flight;
	entry->next_flight = NULL;
	entry->flight = AC_FLIGHT_NONE;
}

static struct ac_account_waiter *
release(struct ac_account_entry *entry, struct ac_account_waiter **at,
	struct ac_account_answer *answer, struct ac_account_waiter *ready)
{
	struct ac_account_waiter *waiter = *at;

	*at = waiter->next;
	entry->waiter_count--;
	waiter->answer = answer;
	waiter->next = ready;
	return waiter;
}

void
ac_account_entry_settle(struct ac_accounts *c, struct ac_account_entry *entry,
			const struct ac_account_outcome *outcome, struct ac_account_report *ret)
{
	enum authcode_account_state state = judge(c, entry, outcome->verdict, &ret->gone);
	struct ac_account_answer *good = outcome->good;
	struct ac_account_waiter **at = &entry->waiters;
	bool asked_claims = entry->with_claims;

	if (state == AUTHCODE_ACCOUNT_GOOD && good == NULL)
		state = AUTHCODE_ACCOUNT_UNKNOWN;
	remember(c, entry, state, outcome);
	ac_account_answer_unref(&good);
	if (entry->retired)
		ret->gone = NULL;
	entry->retired = entry->retired || ret->gone != NULL;
	if (!entry->complained)
		ret->bad_claims = outcome->bad_claims;
	entry->complained = entry->complained || ret->bad_claims != NULL;
	ret->subject_id = entry->subject_id;
	ret->uid = entry->uid;
	snprintf(ret->user, sizeof(ret->user), "%s", entry->user);
	while (*at != NULL) {
		/* Whoever wants claims waits for the second question about them. */
		if (state == AUTHCODE_ACCOUNT_GOOD && (*at)->claims && !asked_claims)
			at = &(*at)->next;
		else
			ret->ready =
				release(entry, at, ac_account_entry_known(c, entry, (*at)->claims),
					ret->ready);
	}
	if (entry->waiters != NULL) {
		entry->flight = AC_FLIGHT_QUEUED;
		entry->with_claims = true;
	} else {
		land(c, entry);
	}
}

struct ac_account_waiter *
ac_accounts_overdue(struct ac_accounts *c)
{
	int64_t now = ac_clock_monotonic_ms();
	struct ac_account_waiter *ready = NULL;

	for (struct ac_account_entry *entry = c->flights; entry != NULL;
	     entry = entry->next_flight) {
		if (!c->draining && now < entry->flight_ms + c->settings.wait_ms)
			continue;
		while (entry->waiters != NULL)
			ready = release(entry, &entry->waiters,
					ac_account_entry_fallback(c, entry, entry->waiters->claims),
					ready);
	}
	return ready;
}
