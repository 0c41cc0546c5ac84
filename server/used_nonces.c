/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See used_nonces.h. Open addressing at most half full. A nonce comes out of a
 * seal of ours, so its bytes are random and serve as their own hash; it is no
 * secret, so it is compared by memcmp().
 */
#include "server/used_nonces.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 64

static const uint8_t empty[AUTHCODE_NONCE_LEN];

/* The slot that holds nonce, or the free one where it belongs. */
static uint8_t *
slot(const struct ac_nonce_set *set, const uint8_t *nonce)
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, nonce, sizeof(hash));
	i = (size_t)hash & (set->capacity - 1);
	while (memcmp(set->slots[i], empty, sizeof(empty)) != 0 &&
	       memcmp(set->slots[i], nonce, AUTHCODE_NONCE_LEN) != 0)
		i = (i + 1) & (set->capacity - 1);
	return set->slots[i];
}

static bool
contains(const struct ac_nonce_set *set, const uint8_t *nonce)
{
	return set->capacity > 0 && memcmp(slot(set, nonce), nonce, AUTHCODE_NONCE_LEN) == 0;
}

static void
empty_set(struct ac_nonce_set *set)
{
	free(set->slots);
	*set = (struct ac_nonce_set){ 0 };
}

static bool
grow(struct ac_nonce_set *set)
{
	struct ac_nonce_set larger = {
		.capacity = set->capacity == 0 ? FIRST_CAPACITY : set->capacity * 2,
		.count = set->count,
	};

	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < set->capacity; i++) {
		if (memcmp(set->slots[i], empty, sizeof(empty)) != 0)
			memcpy(slot(&larger, set->slots[i]), set->slots[i], AUTHCODE_NONCE_LEN);
	}
	free(set->slots);
	*set = larger;
	return true;
}

void
ac_used_nonces_init(struct ac_used_nonces *used, int64_t keep_ms, size_t max, int64_t now_ms)
{
	/* What came from pages of an earlier run nobody remembers: it may have been
	 * evaluated then. */
	*used = (struct ac_used_nonces){
		.keep_ms = keep_ms, .max = max, .began_ms = now_ms, .floor_ms = now_ms
	};
}

void
ac_used_nonces_clear(struct ac_used_nonces *used)
{
	empty_set(&used->now);
	empty_set(&used->before);
}

enum ac_nonce_state
ac_used_nonces_check(const struct ac_used_nonces *used, const uint8_t nonce[AUTHCODE_NONCE_LEN],
		     int64_t page_created_ms)
{
	if (memcmp(nonce, empty, sizeof(empty)) == 0 || contains(&used->now, nonce) ||
	    contains(&used->before, nonce))
		return AC_NONCE_USED;
	return page_created_ms < used->floor_ms ? AC_NONCE_TOO_OLD : AC_NONCE_NEW;
}

bool
ac_used_nonces_add(struct ac_used_nonces *used, const uint8_t nonce[AUTHCODE_NONCE_LEN],
		   int64_t now_ms)
{
	uint8_t *place;

	if (used->now.count >= used->max || now_ms - used->began_ms >= used->keep_ms) {
		/* Whatever "before" holds came from pages made before "now" began. */
		empty_set(&used->before);
		used->floor_ms = used->began_ms;
		used->before = used->now;
		used->now = (struct ac_nonce_set){ 0 };
		used->began_ms = now_ms;
	}
	if (used->now.count * 2 >= used->now.capacity && !grow(&used->now))
		return false;
	place = slot(&used->now, nonce);
	memcpy(place, nonce, AUTHCODE_NONCE_LEN);
	used->now.count++;
	return true;
}
