/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See key_schedule.h. A key whose time lies further ahead than any rotation puts
 * it, since a clock was wrong when it was made, is counted neither as the one
 * that signs nor as the one that comes next.
 */
#include "protocol/key_schedule.h"

#include <string.h>

#include "jose/algorithm.h"

int64_t
ac_key_newest_id(const struct ac_key_rows *keys, const char *alg)
{
	int64_t id = 0;

	for (size_t i = 0; i < keys->count; i++) {
		if (strcmp(keys->rows[i].alg, alg) == 0 && keys->rows[i].id > id)
			id = keys->rows[i].id;
	}
	return id;
}

/* The greatest active_ms up to a time; 0: none. */
static int64_t
latest_active_ms(const struct ac_key_rows *keys, const char *alg, int64_t until_ms)
{
	int64_t latest = 0;

	for (size_t i = 0; i < keys->count; i++) {
		const struct authcode_signing_key *key = &keys->rows[i];

		if (strcmp(key->alg, alg) == 0 && key->active_ms <= until_ms &&
		    key->active_ms > latest)
			latest = key->active_ms;
	}
	return latest;
}

int64_t
ac_key_due_ms(const struct ac_key_times *times, const struct ac_key_rows *keys, const char *alg,
	      enum authcode_key_rotation rotation, int64_t now_ms)
{
	/* One cache time to be published, and one for who tends the same keys elsewhere. */
	const int64_t soon_ms = now_ms + 2 * times->cache_ms;
	int64_t latest;

	/* Nobody can have cached a set in which only this one is missing. */
	if (latest_active_ms(keys, alg, now_ms) == 0)
		return now_ms;
	switch (rotation) {
	case AUTHCODE_KEYS_ROTATE_AT_ONCE:
		return now_ms;
	case AUTHCODE_KEYS_ROTATE:
		return latest_active_ms(keys, alg, soon_ms) > now_ms ? 0 : soon_ms;
	case AUTHCODE_KEYS_TEND:
		break;
	}
	latest = latest_active_ms(keys, alg, now_ms + times->publish_ms);
	if (latest + times->sign_ms > now_ms + times->publish_ms)
		return 0;
	return now_ms + times->publish_ms;
}

/* In the order in which they sign. */
static bool
comes_after(const struct authcode_signing_key *a, const struct authcode_signing_key *b)
{
	return a->active_ms > b->active_ms || (a->active_ms == b->active_ms && a->id > b->id);
}

int64_t
ac_key_retire_ms(const struct ac_key_times *times, const struct ac_key_rows *keys,
		 const struct authcode_signing_key *key)
{
	int64_t end_ms = key->stopped_ms;

	for (size_t i = 0; i < keys->count; i++) {
		const struct authcode_signing_key *other = &keys->rows[i];

		if (strcmp(other->alg, key->alg) == 0 && comes_after(other, key) &&
		    (end_ms == 0 || other->active_ms < end_ms))
			end_ms = other->active_ms;
	}
	return end_ms != 0 ? end_ms + times->token_ms + times->cache_ms : 0;
}

const struct authcode_signing_key *
ac_key_next(const struct ac_key_rows *keys, const char *alg, int64_t now_ms)
{
	const struct authcode_signing_key *next = NULL;

	for (size_t i = 0; i < keys->count; i++) {
		const struct authcode_signing_key *key = &keys->rows[i];

		if (strcmp(key->alg, alg) == 0 && key->active_ms > now_ms &&
		    (next == NULL || comes_after(next, key)))
			next = key;
	}
	return next;
}

static void
note(int64_t *next_ms, int64_t time_ms, int64_t now_ms)
{
	if (time_ms > now_ms && time_ms < *next_ms)
		*next_ms = time_ms;
}

int64_t
ac_key_next_change_ms(const struct ac_key_times *times, const struct ac_key_rows *keys,
		      unsigned signing, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; i < keys->count; i++) {
		note(&next_ms, keys->rows[i].active_ms, now_ms);
		note(&next_ms, ac_key_retire_ms(times, keys, &keys->rows[i]), now_ms);
	}
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const char *alg = ac_alg((enum ac_alg_id)id)->name;
		int64_t latest;

		if ((signing & AC_ALG_BIT(id)) == 0)
			continue;
		/* As ac_key_due_ms() has it. */
		latest = latest_active_ms(keys, alg, now_ms + times->publish_ms);
		note(&next_ms, latest + times->sign_ms - times->publish_ms, now_ms);
	}
	return next_ms;
}
