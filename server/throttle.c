/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See throttle.h. A bucket is one number, the time at which it is full again:
 * a guess moves it on by window / guesses, and may not move it further than a
 * window ahead. So every value a damaged page can hold means something, and
 * the fullest bucket of a set is the one whose time comes first.
 *
 * Time is the wall clock at start, never less than the last one in the file,
 * and from then on what has passed: a clock that is set back or forward while
 * the daemon runs neither locks nor unlocks anybody.
 */
#include "server/throttle.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "server/clock.h"
#include "server/config.h"
#include "server/log.h"

#define FILE_NAME "guesses"
#define NEW_FILE FILE_NAME ".new"
#define SETS 8192 /* a power of two */
#define WAYS 8
#define LATEST_MS (INT64_C(1) << 52) /* no clock that can be believed shows more */

/* Byte order and sizes are part of it: a file of another machine is not ours. */
struct header {
	char magic[16];
	uint32_t order, sets, ways, slot_size;
	int64_t clock_ms;      /* the last time seen */
	int64_t total_full_ms; /* the bucket of everybody */
};

struct slot {
	uint8_t id[16]; /* all zero, time zero: free */
	int64_t full_ms;
};

struct table {
	struct header header;
	struct slot slots[SETS][WAYS];
};

static const struct header blank = {
	.magic = "authcode guess1",
	.order = 0x01020304,
	.sets = SETS,
	.ways = WAYS,
	.slot_size = sizeof(struct slot),
};

struct ac_throttle {
	struct ac_throttle_limits limits;
	pthread_mutex_t lock;
	struct table *table; /* mapped */
	uint8_t key[AC_MAC_LEN];
	int64_t base_ms; /* to be added to the monotonic clock */
};

/* --- the file ------------------------------------------------------------- */

static bool
is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && (st->st_mode & 0077) == 0 &&
	       st->st_nlink == 1 && st->st_size == (off_t)sizeof(struct table);
}

static bool
map(int fd, struct table **ret)
{
	struct table *table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (table == MAP_FAILED)
		return false;
	*ret = table;
	return true;
}

static bool
well_formed(const struct header *header)
{
	return memcmp(header, &blank, offsetof(struct header, clock_ms)) == 0 &&
	       header->clock_ms >= 0 && header->clock_ms <= LATEST_MS;
}

/* False when there is none, or none of our form, which is said. */
static bool
open_table(int dir_fd, struct table **ret)
{
	int fd = openat(dir_fd, FILE_NAME, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct table *table = NULL;
	bool ok = false, absent = fd < 0 && errno == ENOENT;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && is_ours(&st) && map(fd, &table)) {
		ok = well_formed(&table->header);
		if (!ok)
			(void)munmap(table, sizeof(*table));
	}
	if (fd >= 0)
		(void)close(fd);
	if (ok)
		*ret = table;
	else if (!absent)
		ac_log(AC_LOG_WARNING, FILE_NAME " in the state directory is damaged: the count "
						 "of wrong passwords begins anew");
	return ok;
}

/* Whole before it gets its name, and with all its blocks: a mapping over a hole
 * on a full disk would end the daemon. */
static bool
make_table(int dir_fd, struct table **ret)
{
	struct table *table = NULL;
	bool ok = false;
	int fd;

	(void)unlinkat(dir_fd, NEW_FILE, 0);
	fd = openat(dir_fd, NEW_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && posix_fallocate(fd, 0, (off_t)sizeof(*table)) == 0 && map(fd, &table)) {
		table->header = blank;
		ok = renameat(dir_fd, NEW_FILE, dir_fd, FILE_NAME) == 0;
		if (!ok)
			(void)munmap(table, sizeof(*table));
	}
	if (fd >= 0)
		(void)close(fd);
	if (ok)
		*ret = table;
	return ok;
}

enum authcode_err
ac_throttle_open(int dir_fd, const uint8_t master_key[AC_MAC_LEN],
		 const struct ac_throttle_limits *limits, struct ac_throttle **ret)
{
	struct ac_throttle *t = calloc(1, sizeof(*t));
	int64_t now = ac_clock_unix_ms();

	if (t == NULL)
		return AUTHCODE_ERR_MEMORY;
	t->limits = *limits;
	if (!ac_mac(master_key, "key of the guesses", NULL, 0, t->key) ||
	    (!open_table(dir_fd, &t->table) && !make_table(dir_fd, &t->table))) {
		ac_wipe(t, sizeof(*t));
		free(t);
		return AUTHCODE_ERR_IO;
	}
	(void)pthread_mutex_init(&t->lock, NULL);
	if (now < t->table->header.clock_ms)
		now = t->table->header.clock_ms;
	t->base_ms = now - ac_clock_monotonic_ms();
	*ret = t;
	return AUTHCODE_OK;
}

struct ac_throttle_limits
ac_throttle_limits_of(const struct ac_config *config)
{
	return (struct ac_throttle_limits){ .guesses = {
						    [AC_BUCKET_NAME] = config->stranger_guesses,
						    [AC_BUCKET_CANON] = config->stranger_guesses,
						    [AC_BUCKET_KNOWN] = config->known_guesses,
						    [AC_BUCKET_ADDRESS] = config->address_guesses,
						    [AC_BUCKET_TOTAL] = config->total_guesses,
						    [AC_BUCKET_TOKEN] = config->token_guesses,
						    [AC_BUCKET_DEVICE_REQUEST] =
							    config->device_requests,
						    [AC_BUCKET_USER_CODE] =
							    config->stranger_guesses,
						    [AC_BUCKET_USER_CODE_ADDRESS] =
							    config->address_guesses,
					    } };
}

void
ac_throttle_set(struct ac_throttle *throttle, const struct ac_throttle_limits *limits)
{
	(void)pthread_mutex_lock(&throttle->lock);
	throttle->limits = *limits;
	(void)pthread_mutex_unlock(&throttle->lock);
}

void
ac_throttle_close(struct ac_throttle **throttle)
{
	struct ac_throttle *t = throttle != NULL ? *throttle : NULL;

	if (t == NULL)
		return;
	(void)munmap(t->table, sizeof(*t->table));
	(void)pthread_mutex_destroy(&t->lock);
	ac_wipe(t, sizeof(*t));
	free(t);
	*throttle = NULL;
}

void
ac_throttle_advance(struct ac_throttle *t, int64_t ms)
{
	(void)pthread_mutex_lock(&t->lock);
	t->base_ms += ms;
	(void)pthread_mutex_unlock(&t->lock);
}

/* --- buckets -------------------------------------------------------------- */

bool
ac_throttle_bucket(const struct ac_throttle *t, enum ac_bucket_kind kind, const void *data,
		   size_t len, struct ac_bucket *ret)
{
	static const char *const labels[AC_BUCKET_COUNT] = {
		[AC_BUCKET_NAME] = "name",
		[AC_BUCKET_CANON] = "canonical name",
		[AC_BUCKET_KNOWN] = "known browser",
		[AC_BUCKET_ADDRESS] = "address",
		[AC_BUCKET_TOTAL] = "total",
		[AC_BUCKET_TOKEN] = "tokens of an address",
		[AC_BUCKET_USER_CODE] = "user code",
		[AC_BUCKET_USER_CODE_ADDRESS] = "address of user codes",
		[AC_BUCKET_DEVICE_REQUEST] = "address of device requests",
	};
	uint8_t mac[AC_MAC_LEN];

	if (!ac_mac(t->key, labels[kind], data, len, mac))
		return false;
	*ret = (struct ac_bucket){ .kind = kind };
	memcpy(ret->id, mac, sizeof(ret->id));
	return true;
}

/* The bucket's time; one that is not there takes the place of the fullest. */
static int64_t *
find(struct table *table, const struct ac_bucket *bucket)
{
	struct slot *set, *fullest;
	uint64_t hash;

	if (bucket->kind == AC_BUCKET_TOTAL)
		return &table->header.total_full_ms;
	memcpy(&hash, bucket->id, sizeof(hash));
	set = table->slots[hash & (SETS - 1)];
	fullest = &set[0];
	for (size_t i = 0; i < WAYS; i++) {
		if (memcmp(set[i].id, bucket->id, sizeof(bucket->id)) == 0)
			return &set[i].full_ms;
		if (set[i].full_ms < fullest->full_ms)
			fullest = &set[i];
	}
	memcpy(fullest->id, bucket->id, sizeof(bucket->id));
	fullest->full_ms = 0;
	return &fullest->full_ms;
}

static int64_t
cost_of(const struct ac_throttle *t, const struct ac_bucket *bucket)
{
	return AC_THROTTLE_WINDOW_MS / t->limits.guesses[bucket->kind];
}

/* When the bucket is full again, between now and a window ahead whatever the
 * table holds. */
static int64_t
full_at(int64_t full_ms, int64_t now)
{
	if (full_ms < now)
		return now;
	return full_ms < now + AC_THROTTLE_WINDOW_MS ? full_ms : now + AC_THROTTLE_WINDOW_MS;
}

static int64_t
read_clock(struct ac_throttle *t)
{
	int64_t now = t->base_ms + ac_clock_monotonic_ms();

	t->table->header.clock_ms = now;
	return now;
}

bool
ac_throttle_spend(struct ac_throttle *t, struct ac_bucket *buckets, size_t count,
		  uint32_t *ret_wait_s)
{
	int64_t now, wait = 0;

	(void)pthread_mutex_lock(&t->lock);
	now = read_clock(t);
	for (size_t i = 0; i < count; i++) {
		int64_t over;

		if (t->limits.guesses[buckets[i].kind] == 0)
			continue;
		over = full_at(*find(t->table, &buckets[i]), now) + cost_of(t, &buckets[i]) - now -
		       AC_THROTTLE_WINDOW_MS;
		if (over > wait)
			wait = over;
	}
	for (size_t i = 0; i < count && wait == 0; i++) {
		int64_t *full_ms;

		if (t->limits.guesses[buckets[i].kind] == 0)
			continue;
		full_ms = find(t->table, &buckets[i]);
		*full_ms = full_at(*full_ms, now) + cost_of(t, &buckets[i]);
		buckets[i].paid_ms += cost_of(t, &buckets[i]);
	}
	(void)pthread_mutex_unlock(&t->lock);
	if (wait > 0)
		*ret_wait_s = (uint32_t)((wait + 999) / 1000);
	return wait == 0;
}

void
ac_throttle_refund(struct ac_throttle *t, struct ac_bucket *buckets, size_t count)
{
	int64_t now;

	(void)pthread_mutex_lock(&t->lock);
	now = read_clock(t);
	for (size_t i = 0; i < count; i++) {
		int64_t *full_ms;

		if (buckets[i].paid_ms == 0)
			continue;
		full_ms = find(t->table, &buckets[i]);
		*full_ms = full_at(*full_ms, now) - buckets[i].paid_ms;
		buckets[i].paid_ms = 0;
	}
	(void)pthread_mutex_unlock(&t->lock);
}
