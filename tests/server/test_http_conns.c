/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/http_conns.c: limits and deadlines, on socket pairs and a clock that
 * is moved by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/clock.h"
#include "server/http_internal.h"

static struct ac_address
address(const char *text)
{
	struct ac_address a;

	assert_true(ac_address_parse(text, strlen(text), &a));
	return a;
}

struct pair {
	int ours, theirs;
	struct ac_http_conn *conn;
};

static struct pair
connected(struct ac_http_conns *conns)
{
	const struct ac_address a = address("192.0.2.7");
	struct pair pair;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pair = (struct pair){ fds[0], fds[1], ac_http_conns_add(conns, fds[0], &a, false) };
	assert_non_null(pair.conn);
	assert_ptr_equal(ac_http_conns_adopt(conns, fds[0]), pair.conn);
	return pair;
}

static void
disconnect(struct ac_http_conns *conns, const struct pair *pair)
{
	ac_http_conns_remove(conns, pair->conn);
	assert_int_equal(close(pair->ours), 0);
	assert_int_equal(close(pair->theirs), 0);
}

static bool
is_open(const struct pair *pair)
{
	char c;

	return recv(pair->theirs, &c, 1, MSG_DONTWAIT) != 0;
}

static void
the_total_is_limited(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(3, 100);

	(void)state;
	for (int fd = 50; fd < 53; fd++) {
		assert_false(ac_http_conns_full(conns));
		assert_non_null(ac_http_conns_add(conns, fd, NULL, true));
	}
	assert_true(ac_http_conns_full(conns));
	assert_null(ac_http_conns_add(conns, 53, NULL, true));
	assert_int_equal(ac_http_conns_count(conns), 3);
	ac_http_conns_remove(conns, ac_http_conns_adopt(conns, 50));
	assert_non_null(ac_http_conns_add(conns, 53, NULL, true));
	assert_null(ac_http_conns_add(conns, -1, NULL, true));
	assert_null(ac_http_conns_add(conns, 1 << 30, NULL, true));
	ac_http_conns_free(&conns);
	assert_null(conns);
}

static void
an_address_is_limited_and_a_proxy_is_not(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(1000, 2);
	const struct ac_address a = address("192.0.2.7");
	const struct ac_address b = address("192.0.2.8");
	const struct ac_address v6 = address("2001:db8::1");
	const struct ac_address same_net = address("2001:db8::ffff:1");

	(void)state;
	assert_non_null(ac_http_conns_add(conns, 50, &a, false));
	assert_non_null(ac_http_conns_add(conns, 51, &a, false));
	assert_null(ac_http_conns_add(conns, 52, &a, false));
	assert_non_null(ac_http_conns_add(conns, 52, &b, false));
	assert_non_null(ac_http_conns_add(conns, 53, &v6, false));
	assert_non_null(ac_http_conns_add(conns, 54, &same_net, false));
	assert_null(ac_http_conns_add(conns, 55, &v6, false));
	for (int fd = 60; fd < 70; fd++)
		assert_non_null(ac_http_conns_add(conns, fd, &a, true));
	ac_http_conns_remove(conns, ac_http_conns_adopt(conns, 50));
	assert_non_null(ac_http_conns_add(conns, 50, &a, false));
	assert_null(ac_http_conns_add(conns, 56, &a, false));
	/* A number that comes back was closed: its old entry counts no more. */
	assert_non_null(ac_http_conns_add(conns, 50, &b, false));
	assert_non_null(ac_http_conns_add(conns, 56, &a, false));
	ac_http_conns_free(&conns);
}

static void
what_is_past_its_time_is_shut_down_and_nothing_else(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(10, 10);
	struct pair pair = connected(conns);

	(void)state;
	(void)ac_http_conns_sweep(conns, false);
	assert_true(is_open(&pair)); /* in its first seconds */
	ac_http_clock_stop(pair.conn);
	(void)ac_http_conns_sweep(conns, true);
	assert_true(is_open(&pair)); /* with its handler */
	ac_http_clock_reply(pair.conn);
	(void)ac_http_conns_sweep(conns, true);
	assert_true(is_open(&pair));
	atomic_store(&pair.conn->clock, ac_clock_monotonic_ms() - 1);
	(void)ac_http_conns_sweep(conns, false);
	assert_false(is_open(&pair));
	disconnect(conns, &pair);
	ac_http_conns_free(&conns);
}

static void
an_idle_connection_ends_after_a_minute_or_at_the_end(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(10, 10);
	struct pair old = connected(conns);
	struct pair young = connected(conns);

	(void)state;
	ac_http_clock_idle(young.conn);
	ac_http_clock_idle(old.conn);
	atomic_store(&old.conn->clock, -(ac_clock_monotonic_ms() - AC_HTTP_IDLE_MS - 1));
	(void)ac_http_conns_sweep(conns, false);
	assert_false(is_open(&old));
	assert_true(is_open(&young));
	(void)ac_http_conns_sweep(conns, true);
	assert_false(is_open(&young));
	disconnect(conns, &old);
	disconnect(conns, &young);
	ac_http_conns_free(&conns);
}

static void
make_idle(const struct pair *pair, int64_t age_ms)
{
	ac_http_clock_idle(pair->conn);
	atomic_store(&pair->conn->clock, -(ac_clock_monotonic_ms() - age_ms));
}

/* What becomes of connections that are idle for so long (-1: busy), under a limit of so many. */
static const struct crowd {
	const char *name;
	uint32_t max;
	int64_t ages_ms[9];
	const char *open; /* which are, after a sweep */
} crowds[] = {
	{ "half of the limit", 8, { 5000, 50, 3000, 1000 }, "yyyy" },
	{ "more than half", 8, { 5000, 50, 3000, 1000, 7000, 2000 }, "nyyyny" },
	{ "and busy ones, which count for the whole", 8, { -1, 900, -1, 300, 50 }, "yyyyy" },
	{ "one place in eight is not free", 8, { -1, 900, -1, 300, -1, -1, -1, -1 }, "ynyyyyyy" },
	{ "nobody is idle", 8, { -1, -1, -1, -1, -1, -1, -1, -1 }, "yyyyyyyy" },
	{ "half of three is one", 3, { 900, -1, 300 }, "nyy" },
	{ "who has just had an answer stays", 2, { 50, 60 }, "yy" },
	{ "the same age", 4, { 950, 50, 950, 950 }, "yynn" },
	{ "a limit of one", 1, { 900 }, "n" },
};

static void
of_many_idle_connections_the_longest_idle_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(crowds); i++) {
		const struct crowd *crowd = &crowds[i];
		struct ac_http_conns *conns = ac_http_conns_new(crowd->max, 100);
		const size_t count = strlen(crowd->open);
		struct pair pairs[9];
		size_t ended;

		for (size_t k = 0; k < count; k++) {
			pairs[k] = connected(conns);
			if (crowd->ages_ms[k] > 0)
				make_idle(&pairs[k], crowd->ages_ms[k]);
			else
				ac_http_clock_stop(pairs[k].conn);
		}
		ended = ac_http_conns_sweep(conns, false);
		for (size_t k = 0; k < count; k++) {
			ended -= crowd->open[k] == 'n';
			if (is_open(&pairs[k]) != (crowd->open[k] == 'y'))
				fail_msg("%s: connection %zu", crowd->name, k);
			disconnect(conns, &pairs[k]);
		}
		assert_int_equal(ended, 0);
		ac_http_conns_free(&conns);
	}
}

static void
a_sweep_is_due_when_many_have_come(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(2000, 10);

	(void)state;
	for (int fd = 200; fd < 325; fd++)
		assert_non_null(ac_http_conns_add(conns, fd, NULL, true));
	assert_false(ac_http_conns_crowded(conns)); /* a sixteenth of the limit */
	assert_non_null(ac_http_conns_add(conns, 325, NULL, true));
	assert_true(ac_http_conns_crowded(conns));
	(void)ac_http_conns_sweep(conns, false);
	assert_false(ac_http_conns_crowded(conns));
	ac_http_conns_limit(conns, 190, 1);
	for (int fd = 400; fd < 464; fd++)
		assert_non_null(ac_http_conns_add(conns, fd, NULL, true));
	assert_false(ac_http_conns_crowded(conns)); /* more than a sixteenth, but few */
	for (int fd = 464; fd < 600; fd++)
		assert_null(ac_http_conns_add(conns, fd, NULL, true));
	assert_false(ac_http_conns_crowded(conns)); /* who was refused has brought nothing */
	ac_http_conns_limit(conns, 200, 1);
	assert_non_null(ac_http_conns_add(conns, 464, NULL, true));
	assert_true(ac_http_conns_crowded(conns));
	ac_http_conns_free(&conns);
}

static void
the_clock_of_a_request_starts_at_its_first_byte(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(10, 10);
	struct pair pair = connected(conns);
	int64_t first = atomic_load(&pair.conn->clock) - AC_HTTP_HEADER_MS;

	(void)state;
	ac_http_clock_request_line(pair.conn);
	ac_http_clock_body(pair.conn);
	assert_true(atomic_load(&pair.conn->clock) == first + AC_HTTP_REQUEST_MS);
	ac_http_clock_idle(pair.conn);
	assert_true(atomic_load(&pair.conn->clock) < 0);
	ac_http_clock_request_line(pair.conn);
	assert_true(atomic_load(&pair.conn->clock) >= first + AC_HTTP_HEADER_MS);
	disconnect(conns, &pair);
	ac_http_conns_free(&conns);
}

static void
a_connection_that_the_library_dropped_is_forgotten(void **state)
{
	struct ac_http_conns *conns = ac_http_conns_new(10, 10);
	const struct ac_address a = address("192.0.2.7");
	struct ac_http_conn *conn = ac_http_conns_add(conns, 60, &a, false);

	(void)state;
	(void)ac_http_conns_sweep(conns, false);
	assert_int_equal(ac_http_conns_count(conns), 1);
	atomic_store(&conn->clock, 1);
	(void)ac_http_conns_sweep(conns, false);
	assert_int_equal(ac_http_conns_count(conns), 0);
	assert_null(ac_http_conns_adopt(conns, 60));
	ac_http_conns_free(&conns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_total_is_limited),
		cmocka_unit_test(an_address_is_limited_and_a_proxy_is_not),
		cmocka_unit_test(what_is_past_its_time_is_shut_down_and_nothing_else),
		cmocka_unit_test(an_idle_connection_ends_after_a_minute_or_at_the_end),
		cmocka_unit_test(of_many_idle_connections_the_longest_idle_end),
		cmocka_unit_test(a_sweep_is_due_when_many_have_come),
		cmocka_unit_test(the_clock_of_a_request_starts_at_its_first_byte),
		cmocka_unit_test(a_connection_that_the_library_dropped_is_forgotten),
	};

	return cmocka_run_group_tests_name("http_conns", tests, NULL, NULL);
}
