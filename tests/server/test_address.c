/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/address.h: LS-07 and CVE-2024-47070.
 */
#include "server/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ac_prefix
prefix(const char *text)
{
	struct ac_prefix p;

	if (!ac_prefix_parse(text, &p))
		fail_msg("%s", text);
	return p;
}

static void
addresses_have_one_spelling(void **state)
{
	static const struct {
		const char *text, *canonical;
	} table[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "2001:DB8:0:0::7", "2001:db8::7" },
		{ "::1", "::1" },
		{ "::", "::" },
		{ "0.0.0.0", "0.0.0.0" },
	};
	static const char *const bad[] = {
		"",           " ",         "1.2.3",
		"1.2.3.4.5",  "256.1.1.1", "01.2.3.4",
		"0x7f.0.0.1", "1.2.3.4 ",  "1.2.3.4:80",
		"[::1]",      "::1%lo",    ":::",
		"g::",        "localhost", "2130706433",
		"1.2.3.4/8",  "-1.2.3.4",  "::ffff:256.0.0.1",
	};
	struct ac_address address;
	char text[AC_ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		assert_true(ac_address_parse(table[i].text, strlen(table[i].text), &address));
		ac_address_format(&address, text);
		assert_string_equal(text, table[i].canonical);
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		if (ac_address_parse(bad[i], strlen(bad[i]), &address))
			fail_msg("%s", bad[i]);
	}
	assert_false(ac_address_parse("1.2.3.4\0", 8, &address));
}

static void
prefixes_hold_what_begins_like_them(void **state)
{
	static const struct {
		const char *prefix, *address;
		bool inside;
	} table[] = {
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },
		{ "10.0.0.0/8", "::ffff:10.0.0.1", true },
		{ "10.0.0.0/9", "10.128.0.1", false },
		{ "10.0.0.0/31", "10.0.0.1", true },
		{ "10.0.0.0/31", "10.0.0.2", false },
		{ "10.0.0.1", "10.0.0.1", true },
		{ "10.0.0.1", "10.0.0.2", false },
		{ "0.0.0.0/0", "192.0.2.7", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fe00::1", false },
		{ "::1", "127.0.0.1", false },
		{ "2001:db8::/33", "2001:db8:8000::", false },
	};
	static const char *const bad[] = {
		"",       "/8",   "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08",
		"::/129", "10/8", "x/8",       "10.0.0.0/8/8"
	};
	struct ac_prefix p;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		struct ac_address address;

		p = prefix(table[i].prefix);
		assert_true(ac_address_parse(table[i].address, strlen(table[i].address), &address));
		if (ac_prefixes_contain(&p, 1, &address) != table[i].inside)
			fail_msg("%s %s", table[i].prefix, table[i].address);
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		if (ac_prefix_parse(bad[i], &p))
			fail_msg("%s", bad[i]);
	}
}

static void
the_client_is_the_right_most_hop_that_is_no_proxy(void **state)
{
	static const struct {
		const char *list, *client; /* NULL: refused */
	} table[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "6.6.6.6, 192.0.2.7", "192.0.2.7" },
		{ "6.6.6.6,192.0.2.7,10.0.0.1", "192.0.2.7" },
		{ "junk, 192.0.2.7 , 10.0.0.1\t", "192.0.2.7" },
		{ "10.0.0.2, 10.0.0.1", "10.0.0.2" },
		{ "::ffff:10.0.0.1, 10.0.0.1", "10.0.0.1" },
		{ "", NULL },
		{ ",", NULL },
		{ " ", NULL },
		{ "192.0.2.7,", NULL },
		{ "192.0.2.7, 10.0.0.1, ", NULL },
		{ "192.0.2.7, junk", NULL },
		{ "junk, 10.0.0.1", NULL },
		{ ",10.0.0.1", NULL },
		{ "192.0.2.7;10.0.0.1", NULL },
		{ "192.0.2.7:80", NULL },
		{ "unknown", NULL },
	};
	const struct ac_prefix trusted = prefix("10.0.0.0/8");

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		struct authcode_bytes list = { table[i].list, strlen(table[i].list) };
		struct ac_address client;
		char text[AC_ADDRESS_TEXT] = "";
		bool ok = ac_forwarded_client(&trusted, 1, list, &client);

		if (ok)
			ac_address_format(&client, text);
		if (ok != (table[i].client != NULL) || (ok && strcmp(text, table[i].client) != 0))
			fail_msg("\"%s\": %s", table[i].list, text);
	}
}

static void
a_limit_counts_networks_of_ipv6(void **state)
{
	struct ac_address a, b, c;

	(void)state;
	assert_true(ac_address_parse("2001:db8::1", 11, &a));
	assert_true(ac_address_parse("2001:db8::2:3:4:5", 17, &b));
	assert_true(ac_address_parse("2001:db8:0:1::1", 15, &c));
	a = ac_address_bucket(&a);
	b = ac_address_bucket(&b);
	c = ac_address_bucket(&c);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
	assert_true(ac_address_parse("192.0.2.7", 9, &a));
	assert_true(ac_address_parse("192.0.2.8", 9, &b));
	a = ac_address_bucket(&a);
	b = ac_address_bucket(&b);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void
loopback_is_127_and_1_alone(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.255.255.255", true },
		{ "::1", true },
		{ "::ffff:127.0.0.1", true },
		{ "126.255.255.255", false },
		{ "128.0.0.0", false },
		{ "::", false },
		{ "::2", false },
		{ "1::1", false },
		{ "::127.0.0.1", false },
		{ "192.0.2.7", false },
		{ "fe80::1", false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct ac_address address;

		assert_true(ac_address_parse(rows[i].text, strlen(rows[i].text), &address));
		if (ac_address_is_loopback(&address) != rows[i].loopback)
			fail_msg("%s", rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_have_one_spelling),
		cmocka_unit_test(prefixes_hold_what_begins_like_them),
		cmocka_unit_test(the_client_is_the_right_most_hop_that_is_no_proxy),
		cmocka_unit_test(a_limit_counts_networks_of_ipv6),
		cmocka_unit_test(loopback_is_127_and_1_alone),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
