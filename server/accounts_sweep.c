/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Nobody has to ask for a dead account to lose its tokens: in every period each
 * subject that has something to lose is looked at once. They are counted first, a
 * page at a time, and then walked through evenly; a request's question always
 * goes first, and one connection of the service's share is left to requests.
 */
#include "server/accounts_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "server/clock.h"
#include "server/log.h"

#define COUNT_PAGE 512
#define MAX_PAGE_ARENA ((size_t)COUNT_PAGE * 65536)

static enum authcode_err
read_page(struct ac_accounts *c, struct authcode_subject *page, size_t capacity, size_t *ret_count)
{
	struct ac_sweep *sweep = &c->sweep;
	enum authcode_err err;

	authcode_arena_free(&sweep->arena);
	err = authcode_arena_new(MAX_PAGE_ARENA, &sweep->arena);
	if (err == AUTHCODE_OK)
		err = authcode_store_list_subjects(c->settings.store, ac_clock_unix_ms(),
						   sweep->after_id, sweep->arena, page, capacity,
						   ret_count);
	if (err == AUTHCODE_OK && *ret_count > 0)
		sweep->after_id = page[*ret_count - 1].id;
	return err;
}

static int64_t
rest(struct ac_accounts *c, int64_t now, enum authcode_err err)
{
	struct ac_sweep *sweep = &c->sweep;

	if (err != AUTHCODE_OK)
		ac_log(AC_LOG_WARNING, "accounts could not be listed: %s", authcode_err_str(err));
	authcode_arena_free(&sweep->arena);
	sweep->phase = AC_SWEEP_RESTS;
	sweep->page_count = 0;
	sweep->next_ms = sweep->began_ms + c->settings.sweep_ms;
	/* One that took longer than its period is followed by a short rest. */
	if (sweep->next_ms < now + c->settings.failure_ms)
		sweep->next_ms = now + c->settings.failure_ms;
	return sweep->next_ms;
}

static int64_t
begin(struct ac_accounts *c, int64_t now)
{
	c->sweep.phase = AC_SWEEP_COUNTS;
	c->sweep.began_ms = now;
	c->sweep.after_id = INT64_MIN;
	c->sweep.total = 0;
	return now;
}

static int64_t
count(struct ac_accounts *c, int64_t now)
{
	struct authcode_subject *page = calloc(COUNT_PAGE, sizeof(*page));
	struct ac_sweep *sweep = &c->sweep;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;
	size_t found = 0;

	if (page != NULL)
		err = read_page(c, page, COUNT_PAGE, &found);
	free(page);
	sweep->total += found;
	if (err != AUTHCODE_OK || sweep->total == 0)
		return rest(c, now, err);
	if (found == COUNT_PAGE)
		return now; /* more of them, after whatever else is due */
	sweep->phase = AC_SWEEP_WALKS;
	sweep->walk_ms = now;
	sweep->after_id = INT64_MIN;
	sweep->done = 0;
	sweep->page_count = 0;
	sweep->page_at = 0;
	return now;
}

/* When the next one is to be looked at: the walk takes nine tenths of the period. */
static int64_t
due(const struct ac_accounts *c)
{
	const struct ac_sweep *sweep = &c->sweep;
	uint64_t span = (uint64_t)c->settings.sweep_ms / 10 * 9;

	return sweep->walk_ms + (int64_t)(span * sweep->done / sweep->total);
}

static void
look_at(struct ac_accounts *c, const struct authcode_subject *subject)
{
	struct ac_account_entry *entry;

	(void)pthread_mutex_lock(&c->lock);
	entry = ac_account_entry_get(c, c->settings.config->pam_service, subject, true);
	if (entry != NULL && !ac_account_entry_fresh(entry, false))
		ac_account_entry_fly(c, entry, false);
	(void)pthread_mutex_unlock(&c->lock);
}

static int64_t
walk(struct ac_accounts *c, int64_t now)
{
	struct ac_sweep *sweep = &c->sweep;
	enum authcode_err err;

	if (now < due(c))
		return due(c);
	if (!ac_accounts_idle(c))
		return INT64_MAX; /* until a connection is free */
	if (sweep->page_at == sweep->page_count) {
		sweep->page_at = 0;
		sweep->page_count = 0;
		err = read_page(c, sweep->page, AC_SWEEP_PAGE, &sweep->page_count);
		if (err != AUTHCODE_OK || sweep->page_count == 0)
			return rest(c, now, err);
	}
	look_at(c, &sweep->page[sweep->page_at++]);
	sweep->done++;
	return due(c);
}

int64_t
ac_accounts_sweep(struct ac_accounts *c, int64_t now)
{
	if (c->settings.store == NULL || c->settings.sweep_ms == 0)
		return INT64_MAX;
	switch (c->sweep.phase) {
	case AC_SWEEP_RESTS:
		return now < c->sweep.next_ms ? c->sweep.next_ms : begin(c, now);
	case AC_SWEEP_COUNTS:
		return count(c, now);
	case AC_SWEEP_WALKS:
		return walk(c, now);
	}
	return INT64_MAX;
}
