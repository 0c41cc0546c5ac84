/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Every open connection, by descriptor: the limits in total and per address,
 * and the absolute deadlines. The HTTP library knows only inactivity, so a
 * client that sends a byte now and then would never end; here a request has ten
 * seconds for its header and twenty for all of it, from its first byte.
 *
 * A connection that is kept alive without a request may be so for a minute, or for
 * less when there are many: it costs the memory of its last request, which the
 * library keeps, and a place that somebody with a request may want. The longest idle
 * end first.
 *
 * A deadline ends in shutdown(), never close(): the library owns the descriptor
 * and closes it after telling us (ac_http_conns_remove), so under the lock a
 * descriptor in the table cannot mean another file.
 */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "server/clock.h"
#include "server/http_internal.h"

#define SWEEP_CHUNK 256 /* descriptors looked at under one hold of the lock */
#define AGE_MS 100      /* how exactly the longest idle are told from the others */
#define AGES (AC_HTTP_IDLE_MS / AGE_MS)
#define FEW_ADDED 64 /* so few are no reason to sweep before it is time */
#define BUCKETS 1024
#define MAX_DESCRIPTORS 65536
#define RESERVED_DESCRIPTORS 256

struct address_count {
	struct ac_address address;
	uint32_t connections;
	struct address_count *next;
};

struct ac_http_conns {
	pthread_mutex_t lock;
	struct ac_http_conn **by_fd;
	size_t size;
	size_t count;
	size_t added; /* since the last sweep */
	uint32_t max;
	uint32_t max_per_address;
	struct address_count *buckets[BUCKETS];
};

/* How many of the process's descriptors connections may take: the helper's sockets
 * and the database need some whatever comes. */
static size_t
room(size_t descriptors)
{
	return descriptors > 2 * RESERVED_DESCRIPTORS ? descriptors - RESERVED_DESCRIPTORS
						      : descriptors / 2;
}

struct ac_http_conns *
ac_http_conns_new(uint32_t max, uint32_t max_per_address)
{
	struct ac_http_conns *conns = calloc(1, sizeof(*conns));
	struct rlimit limit = { 0 };

	if (conns == NULL)
		return NULL;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > MAX_DESCRIPTORS)
		limit.rlim_cur = MAX_DESCRIPTORS;
	conns->size = limit.rlim_cur;
	conns->by_fd = calloc(conns->size, sizeof(struct ac_http_conn *));
	if (conns->by_fd == NULL) {
		free(conns);
		return NULL;
	}
	(void)pthread_mutex_init(&conns->lock, NULL);
	ac_http_conns_limit(conns, max, max_per_address);
	return conns;
}

size_t
ac_http_conns_room(const struct ac_http_conns *conns)
{
	return room(conns->size);
}

void
ac_http_conns_limit(struct ac_http_conns *conns, uint32_t max, uint32_t max_per_address)
{
	(void)pthread_mutex_lock(&conns->lock);
	conns->max = max < room(conns->size) ? max : (uint32_t)room(conns->size);
	conns->max_per_address = max_per_address;
	(void)pthread_mutex_unlock(&conns->lock);
}

bool
ac_http_conn_outdated(const struct ac_http_conn *conn)
{
	int64_t retired_ms = conn->tls != NULL ? atomic_load(&conn->tls->retired_ms) : 0;

	return retired_ms != 0 && ac_clock_monotonic_ms() - retired_ms > AC_HTTP_OLD_TLS_MS;
}

/* --- per address ---------------------------------------------------------- */

static struct address_count **
count_of(struct ac_http_conns *conns, const struct ac_address *address)
{
	struct address_count **at;
	uint32_t hash = 2166136261u;

	/* FNV-1a is enough: the addresses are those of completed handshakes. */
	for (size_t i = 0; i < sizeof(address->bytes); i++)
		hash = (hash ^ address->bytes[i]) * 16777619u;
	at = &conns->buckets[hash % BUCKETS];
	while (*at != NULL && memcmp(&(*at)->address, address, sizeof(*address)) != 0)
		at = &(*at)->next;
	return at;
}

static bool
count_up(struct ac_http_conns *conns, const struct ac_address *address)
{
	struct address_count **at = count_of(conns, address);

	if (*at == NULL) {
		*at = calloc(1, sizeof(**at));
		if (*at == NULL)
			return false;
		(*at)->address = *address;
	}
	if ((*at)->connections >= conns->max_per_address)
		return false;
	(*at)->connections++;
	return true;
}

static void
count_down(struct ac_http_conns *conns, const struct ac_address *address)
{
	struct address_count **at = count_of(conns, address);
	struct address_count *gone = *at;

	if (gone == NULL || --gone->connections > 0)
		return;
	*at = gone->next;
	free(gone);
}

/* --- the table ------------------------------------------------------------ */

static void
drop(struct ac_http_conns *conns, struct ac_http_conn *conn)
{
	if (conn->counted)
		count_down(conns, &conn->address);
	if (conn->tls != NULL)
		(void)atomic_fetch_sub(&conn->tls->connections, 1);
	conns->by_fd[conn->fd] = NULL;
	conns->count--;
	free(conn);
}

void
ac_http_conns_free(struct ac_http_conns **conns)
{
	struct ac_http_conns *gone = *conns;

	if (gone == NULL)
		return;
	*conns = NULL;
	for (size_t i = 0; i < gone->size; i++) {
		if (gone->by_fd[i] == NULL)
			continue;
		gone->by_fd[i]->tls = NULL; /* the daemons have gone before */
		drop(gone, gone->by_fd[i]);
	}
	(void)pthread_mutex_destroy(&gone->lock);
	free(gone->by_fd);
	free(gone);
}

static struct ac_http_conn *
add_locked(struct ac_http_conns *conns, int fd, const struct ac_address *address, bool exempt)
{
	struct ac_http_conn *conn;

	/* The kernel hands a number out again only when it is closed: what the
	 * table still has under it ended without the library telling us. */
	if (conns->by_fd[fd] != NULL)
		drop(conns, conns->by_fd[fd]);
	if (conns->count >= conns->max)
		return NULL;
	conn = calloc(1, sizeof(*conn));
	if (conn == NULL)
		return NULL;
	conn->fd = fd;
	if (address != NULL) {
		conn->address = ac_address_bucket(address);
		ac_address_format(address, conn->peer);
		if (!exempt && !count_up(conns, &conn->address)) {
			free(conn);
			return NULL;
		}
		conn->counted = !exempt;
	}
	atomic_init(&conn->clock, ac_clock_monotonic_ms() + AC_HTTP_HEADER_MS);
	conns->by_fd[fd] = conn;
	conns->count++;
	conns->added++;
	return conn;
}

struct ac_http_conn *
ac_http_conns_add(struct ac_http_conns *conns, int fd, const struct ac_address *address,
		  bool exempt)
{
	struct ac_http_conn *conn = NULL;

	if (fd < 0 || (size_t)fd >= conns->size)
		return NULL;
	(void)pthread_mutex_lock(&conns->lock);
	conn = add_locked(conns, fd, address, exempt);
	(void)pthread_mutex_unlock(&conns->lock);
	return conn;
}

struct ac_http_conn *
ac_http_conns_adopt(struct ac_http_conns *conns, int fd)
{
	struct ac_http_conn *conn = NULL;

	if (fd < 0 || (size_t)fd >= conns->size)
		return NULL;
	(void)pthread_mutex_lock(&conns->lock);
	conn = conns->by_fd[fd];
	if (conn != NULL)
		conn->adopted = true;
	(void)pthread_mutex_unlock(&conns->lock);
	return conn;
}

void
ac_http_conns_remove(struct ac_http_conns *conns, struct ac_http_conn *conn)
{
	(void)pthread_mutex_lock(&conns->lock);
	drop(conns, conn);
	(void)pthread_mutex_unlock(&conns->lock);
}

size_t
ac_http_conns_count(struct ac_http_conns *conns)
{
	size_t count;

	(void)pthread_mutex_lock(&conns->lock);
	count = conns->count;
	(void)pthread_mutex_unlock(&conns->lock);
	return count;
}

/* --- deadlines ------------------------------------------------------------ */

/* 0 where the kernel does not say (Unix sockets). */
static uint64_t
bytes_received(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return 0;
	return info.tcpi_bytes_received;
}

/* One walk over the table. */
struct sweep {
	int64_t now;
	int64_t idle_ms;     /* whoever has been idle for longer ends */
	size_t spared;       /* but for so many of the youngest of them */
	uint32_t ages[AGES]; /* of those that stay idle */
	size_t idle;         /* how many those are */
	size_t ending;       /* shut down, now or before, and still with the library */
};

static bool
idle_too_long(struct sweep *sweep, int64_t age)
{
	if (age <= sweep->idle_ms)
		return false;
	if (sweep->spared == 0 || age > sweep->idle_ms + AGE_MS)
		return true;
	sweep->spared--;
	return false;
}

/* An idle connection on which bytes have come has begun its next request. */
static void
look_at_idle(struct ac_http_conn *conn, int64_t clock, struct sweep *sweep)
{
	const int64_t age = sweep->now + clock;

	if (bytes_received(conn->fd) != atomic_load(&conn->idle_bytes)) {
		(void)atomic_compare_exchange_strong(&conn->clock, &clock,
						     sweep->now + AC_HTTP_HEADER_MS);
	} else if (!idle_too_long(sweep, age)) {
		sweep->ages[age <= 0 ? 0 : (age - 1) / AGE_MS]++;
		sweep->idle++;
	} else if (atomic_compare_exchange_strong(&conn->clock, &clock, sweep->now)) {
		(void)shutdown(conn->fd, SHUT_RDWR);
		sweep->ending++;
	}
}

static void
look_at(struct ac_http_conns *conns, struct ac_http_conn *conn, struct sweep *sweep)
{
	int64_t clock = atomic_load(&conn->clock);

	if (!conn->adopted) {
		/* The library took it and closed it without a word (out of memory). */
		if (clock > 0 && sweep->now > clock + AC_HTTP_REQUEST_MS)
			drop(conns, conn);
		return;
	}
	if (clock < 0) {
		look_at_idle(conn, clock, sweep);
	} else if (clock > 0 && sweep->now >= clock) {
		(void)shutdown(conn->fd, SHUT_RDWR);
		sweep->ending++;
	}
}

/* How many may stay idle: half of the limit; and what is used beyond seven eighths of
 * it they make free. */
static size_t
idle_limit(struct ac_http_conns *conns, const struct sweep *sweep)
{
	size_t most, full, over;

	(void)pthread_mutex_lock(&conns->lock);
	most = conns->max / 2;
	full = conns->max - conns->max / 8 + sweep->ending;
	over = conns->count > full ? conns->count - full : 0;
	conns->added = 0;
	(void)pthread_mutex_unlock(&conns->lock);
	if (over >= sweep->idle)
		return 0;
	return sweep->idle - over < most ? sweep->idle - over : most;
}

/* Sets the age so that so many stay. Who has just had an answer is about to ask again,
 * and stays whatever comes. */
static void
spare_the_youngest(struct sweep *sweep, size_t most)
{
	size_t younger = sweep->ages[0], i = 1;

	while (i < AGES && younger + sweep->ages[i] <= most)
		younger += sweep->ages[i++];
	sweep->idle_ms = (int64_t)i * AGE_MS;
	sweep->spared = younger < most ? most - younger : 0;
}

static void
walk(struct ac_http_conns *conns, struct sweep *sweep)
{
	for (size_t start = 0; start < conns->size; start += SWEEP_CHUNK) {
		size_t end = start + SWEEP_CHUNK < conns->size ? start + SWEEP_CHUNK : conns->size;

		(void)pthread_mutex_lock(&conns->lock);
		for (size_t i = start; i < end; i++) {
			if (conns->by_fd[i] != NULL)
				look_at(conns, conns->by_fd[i], sweep);
		}
		(void)pthread_mutex_unlock(&conns->lock);
	}
}

size_t
ac_http_conns_sweep(struct ac_http_conns *conns, bool idle_too)
{
	struct sweep sweep = { .now = ac_clock_monotonic_ms(),
			       .idle_ms = idle_too ? INT64_MIN : AC_HTTP_IDLE_MS };
	size_t most;

	walk(conns, &sweep);
	most = idle_limit(conns, &sweep);
	if (sweep.idle > most) {
		spare_the_youngest(&sweep, most);
		sweep.idle = 0;
		sweep.ending = 0;
		walk(conns, &sweep);
	}
	return sweep.ending;
}

bool
ac_http_conns_full(struct ac_http_conns *conns)
{
	bool full;

	(void)pthread_mutex_lock(&conns->lock);
	full = conns->count >= conns->max;
	(void)pthread_mutex_unlock(&conns->lock);
	return full;
}

bool
ac_http_conns_crowded(struct ac_http_conns *conns)
{
	bool crowded;

	(void)pthread_mutex_lock(&conns->lock);
	crowded = conns->added > FEW_ADDED && conns->added > conns->max / 16;
	(void)pthread_mutex_unlock(&conns->lock);
	return crowded;
}

void
ac_http_clock_request_line(struct ac_http_conn *conn)
{
	if (atomic_load(&conn->clock) <= 0)
		atomic_store(&conn->clock, ac_clock_monotonic_ms() + AC_HTTP_HEADER_MS);
}

void
ac_http_clock_body(struct ac_http_conn *conn)
{
	int64_t first_byte = atomic_load(&conn->clock) - AC_HTTP_HEADER_MS;

	atomic_store(&conn->clock, first_byte + AC_HTTP_REQUEST_MS);
}

void
ac_http_clock_stop(struct ac_http_conn *conn)
{
	atomic_store(&conn->clock, 0);
}

void
ac_http_clock_reply(struct ac_http_conn *conn)
{
	atomic_store(&conn->clock, ac_clock_monotonic_ms() + AC_HTTP_REQUEST_MS);
}

void
ac_http_clock_idle(struct ac_http_conn *conn)
{
	atomic_store(&conn->idle_bytes, bytes_received(conn->fd));
	atomic_store(&conn->clock, -ac_clock_monotonic_ms());
}
