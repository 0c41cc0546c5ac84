/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/http_passed.h: which of the passed sockets serves what the configuration
 * names, and what is said of one that serves nothing.
 */
#include "server/http_passed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cmocka.h>

enum which { V4, V6, LOCAL, WHICH_COUNT };

static struct sockaddr_storage addresses[WHICH_COUNT];
static int listeners[WHICH_COUNT] = { -1, -1, -1 };
static char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];

static const struct sockaddr *
address(enum which which)
{
	return (const struct sockaddr *)&addresses[which];
}

static int
make_listener(enum which which, socklen_t len)
{
	int fd = socket(addresses[which].ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, address(which), len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addresses[which], &len), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int
make_listeners(void **state)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
					  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/authcode-passed.%d", (int)getpid());
	memcpy(un.sun_path, path, sizeof(path));
	memcpy(&addresses[V4], &in, sizeof(in));
	memcpy(&addresses[V6], &in6, sizeof(in6));
	memcpy(&addresses[LOCAL], &un, sizeof(un));
	listeners[V4] = make_listener(V4, sizeof(in));
	listeners[V6] = make_listener(V6, sizeof(in6));
	listeners[LOCAL] = make_listener(LOCAL, sizeof(un));
	return 0;
}

static int
close_listeners(void **state)
{
	(void)state;
	for (int i = 0; i < WHICH_COUNT; i++)
		(void)close(listeners[i]);
	return unlink(path);
}

static struct ac_passed
all_of_them(void)
{
	return (struct ac_passed){ .sockets = { { listeners[V6], "six" },
						{ listeners[LOCAL], "local" },
						{ listeners[V4], "four" } },
				   .count = 3 };
}

static void
each_is_found_by_its_address_and_once(void **state)
{
	struct ac_passed passed = all_of_them();
	struct authcode_reason reason = { 0 };

	(void)state;
	for (enum which which = V4; which < WHICH_COUNT; which++) {
		assert_int_equal(ac_http_passed_find(&passed, address(which)), listeners[which]);
		assert_int_equal(ac_http_passed_find(&passed, address(which)), -1);
	}
	assert_true(ac_http_passed_all_used(&passed, &reason));
	assert_string_equal(reason.text, "");
}

static void
another_address_is_another_listener(void **state)
{
	struct sockaddr_in in, wild;
	struct sockaddr_in6 in6, any6;
	struct sockaddr_un un;
	struct ac_passed passed = all_of_them();

	(void)state;
	memcpy(&in, &addresses[V4], sizeof(in));
	memcpy(&in6, &addresses[V6], sizeof(in6));
	memcpy(&un, &addresses[LOCAL], sizeof(un));
	wild = in;
	wild.sin_addr.s_addr = htonl(INADDR_ANY);
	any6 = in6;
	any6.sin6_addr = in6addr_any;
	in.sin_port ^= htons(1);
	in6.sin6_port ^= htons(1);
	un.sun_path[strlen(un.sun_path) - 1] ^= 1;
	assert_int_equal(ac_http_passed_find(&passed, (const struct sockaddr *)&in), -1);
	assert_int_equal(ac_http_passed_find(&passed, (const struct sockaddr *)&wild), -1);
	assert_int_equal(ac_http_passed_find(&passed, (const struct sockaddr *)&in6), -1);
	assert_int_equal(ac_http_passed_find(&passed, (const struct sockaddr *)&any6), -1);
	assert_int_equal(ac_http_passed_find(&passed, (const struct sockaddr *)&un), -1);
}

static void
one_that_nothing_names_is_told_with_what_to_do(void **state)
{
	struct ac_passed passed = all_of_them();
	struct authcode_reason reason = { 0 };
	char expected[300];

	(void)state;
	assert_int_equal(ac_http_passed_find(&passed, address(V6)), listeners[V6]);
	assert_int_equal(ac_http_passed_find(&passed, address(V4)), listeners[V4]);
	assert_false(ac_http_passed_all_used(&passed, &reason));
	(void)snprintf(expected, sizeof(expected),
		       "the service manager has passed \"local\" (unix:%s), which neither listen "
		       "nor admin_socket names; name it there, or disable its socket unit",
		       path);
	assert_string_equal(reason.text, expected);
}

static void
an_address_is_told_as_listen_would_have_it(void **state)
{
	struct ac_passed passed = { .sockets = { { listeners[V6], "six" } }, .count = 1 };
	struct authcode_reason reason = { 0 };
	struct sockaddr_in6 in6;
	char expected[64];

	(void)state;
	memcpy(&in6, &addresses[V6], sizeof(in6));
	(void)snprintf(expected, sizeof(expected), "\"six\" ([::1]:%u)",
		       (unsigned)ntohs(in6.sin6_port));
	assert_false(ac_http_passed_all_used(&passed, &reason));
	assert_non_null(strstr(reason.text, expected));
}

static void
what_takes_no_connections_is_no_listener(void **state)
{
	const struct {
		const char *name;
		int family, type;
	} rows[] = {
		{ "datagrams", AF_INET, SOCK_DGRAM },
		{ "not listening", AF_INET, SOCK_STREAM },
		{ "packets", AF_UNIX, SOCK_SEQPACKET },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		int fd = socket(rows[i].family, rows[i].type | SOCK_CLOEXEC, 0);
		struct ac_passed passed = { .sockets = { { fd, "odd" } }, .count = 1 };
		struct authcode_reason reason = { 0 };
		struct sockaddr_storage name = { 0 };
		socklen_t len = sizeof(name);

		assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
		assert_int_equal(ac_http_passed_find(&passed, (const struct sockaddr *)&name), -1);
		assert_false(ac_http_passed_all_used(&passed, &reason));
		if (strstr(reason.text, "which takes no connections") == NULL)
			fail_msg("%s: %s", rows[i].name, reason.text);
		(void)close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_found_by_its_address_and_once),
		cmocka_unit_test(another_address_is_another_listener),
		cmocka_unit_test(one_that_nothing_names_is_told_with_what_to_do),
		cmocka_unit_test(an_address_is_told_as_listen_would_have_it),
		cmocka_unit_test(what_takes_no_connections_is_no_listener),
	};

	return cmocka_run_group_tests_name("http_passed", tests, make_listeners, close_listeners);
}
