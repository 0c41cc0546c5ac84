/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * fetch/address.h: LS-08, CA-20. The edges of each range from both sides.
 */
#include "fetch/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/attr.h"

static bool
is_public(const char *text)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1)
		return ac_fetch_address_public((const struct sockaddr *)&ipv4, sizeof(ipv4));
	assert_int_equal(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
	return ac_fetch_address_public((const struct sockaddr *)&ipv6, sizeof(ipv6));
}

static void
addresses_of_the_public_internet_are_public(void **state)
{
	static const char *const rows[] = {
		"1.0.0.0",
		"9.255.255.255",
		"11.0.0.0",
		"100.63.255.255",
		"100.128.0.0",
		"126.255.255.255",
		"128.0.0.0",
		"169.253.255.255",
		"169.255.0.0",
		"172.15.255.255",
		"172.32.0.0",
		"192.0.1.0",
		"192.0.3.0",
		"192.88.98.255",
		"192.167.255.255",
		"192.169.0.0",
		"198.17.255.1",
		"198.20.0.0",
		"198.51.99.255",
		"203.0.114.0",
		"223.255.255.255",
		"2001:200::1",
		"2001:4860:4860::8888",
		"2003::1",
		"2a00:1450::1",
		"3ffe::1",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (!is_public(rows[i]))
			fail_msg("%s", rows[i]);
	}
}

static void
all_others_are_not(void **state)
{
	static const char *const rows[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.0.0.0",
		"10.255.255.255",
		"100.64.0.0",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.255",
		"169.254.0.0",
		"169.254.169.254",
		"172.16.0.0",
		"172.31.255.255",
		"192.0.0.1",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.0",
		"192.168.255.255",
		"198.18.0.0",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.255",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.0",
		"255.255.255.255",
		/* IPv6, and IPv4 in its clothes */
		"::",
		"::1",
		"::127.0.0.1",
		"::ffff:127.0.0.1",
		"::ffff:8.8.8.8",
		"64:ff9b::7f00:1",
		"64:ff9b:1::1",
		"100::1",
		"2001::1",
		"2001:1ff:ffff::1",
		"2001:db8::1",
		"2002:7f00:1::1",
		"3fff::1",
		"3fff:fff::1",
		"4000::1",
		"1fff::1",
		"fc00::1",
		"fd00::1",
		"fe80::1",
		"fec0::1",
		"ff02::1",
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (is_public(rows[i]))
			fail_msg("%s", rows[i]);
	}
}

static void
what_is_no_address_of_the_internet_is_not_public(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in cut = { .sin_family = AF_INET };

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "8.8.8.8", &cut.sin_addr), 1);
	assert_false(ac_fetch_address_public((const struct sockaddr *)&local, sizeof(local)));
	assert_true(ac_fetch_address_public((const struct sockaddr *)&cut, sizeof(cut)));
	assert_false(ac_fetch_address_public((const struct sockaddr *)&cut, sizeof(cut) - 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_the_public_internet_are_public),
		cmocka_unit_test(all_others_are_not),
		cmocka_unit_test(what_is_no_address_of_the_internet_is_not_public),
	};

	return cmocka_run_group_tests_name("fetch_address", tests, NULL, NULL);
}
