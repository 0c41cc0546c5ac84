/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The network that is left of an address; and somebody who writes to a file whose records
 * have been shortened, behind the store's back.
 */
#include <string.h>

#include "audit_file.h"
#include "base/attr.h"
#include "store/audit_chain.h"

static const struct {
	const char *rhost, *network;
} networks[] = {
	/* 24 bits. */
	{ "192.0.2.7", "192.0.2.0" },
	{ "192.0.2.0", "192.0.2.0" },
	{ "255.255.255.255", "255.255.255.0" },
	{ "0.0.0.1", "0.0.0.0" },
	{ "127.0.0.1", "127.0.0.0" },
	/* 48 bits. */
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::" },
	{ "2001:db8:1::", "2001:db8:1::" },
	{ "2001:DB8:abcd:ffff::1", "2001:db8:abcd::" },
	{ "2001:db8::1", "2001:db8::" },
	{ "fe80::1", "fe80::" },
	{ "::1", "::" },
	{ "::", "::" },
	{ "::2:3:4:5:6:7", "0:0:2::" },
	{ "64:ff9b::192.0.2.7", "64:ff9b::" },
	/* IPv4, in the clothes of IPv6 (RFC 4291 §2.5.5.2). */
	{ "::ffff:192.0.2.7", "192.0.2.0" },
	{ "::ffff:c000:207", "192.0.2.0" },
	{ "::ffff:255.255.255.255", "255.255.255.0" },
	{ "::fffe:c000:207", "::" },
	{ "1::ffff:c000:207", "1::" },
	/* 6to4 (RFC 3056 §2): 24 bits of the IPv4 address it has in front. */
	{ "2002:c000:207::1", "2002:c000:200::" },
	{ "2002:c000:207:1:2:3:4:5", "2002:c000:200::" },
	{ "2002:c000:200::", "2002:c000:200::" },
	{ "2002:102:3ff::", "2002:102:300::" },
	{ "2002:102:7::", "2002:102::" },
	{ "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002:ffff:ff00::" },
	{ "2002::1", "2002::" },
	{ "2001:c000:207::1", "2001:c000:207::" },
	{ "2003:c000:207::1", "2003:c000:207::" },
	/* What is no address has no network. */
	{ "", "" },
	{ "unknown", "" },
	{ "192.0.2", "" },
	{ "192.0.2.", "" },
	{ "192.0.2.7 ", "" },
	{ " 192.0.2.7", "" },
	{ "192.0.2.7:8080", "" },
	{ "192.0.2.256", "" },
	{ "192.0.2.7.1", "" },
	{ "0x7f.0.0.1", "" },
	{ "3221225991", "" },
	{ "[2001:db8::1]", "" },
	{ "2001:db8::1%eth0", "" },
	{ "2001:db8::1/64", "" },
	{ "2001:db8:::1", "" },
	{ "2001:db8::1::2", "" },
	{ "1:2:3:4:5:6:7:8:9", "" },
	{ "12345::", "" },
	{ "unix:/run/x", "" },
	{ "host.example", "" },
};

static void
of_an_address_its_network_is_left_and_of_anything_else_nothing(void **state)
{
	char network[AC_AUDIT_NETWORK];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(networks); i++) {
		memset(network, 'x', sizeof(network));
		ac_audit_network(networks[i].rhost, network);
		if (strcmp(network, networks[i].network) != 0)
			fail_msg("\"%s\": \"%s\"", networks[i].rhost, network);
		/* It takes the place of what was there. */
		assert_true(strlen(network) <= strlen(networks[i].rhost));
	}
}

/* --- whose turn it is --------------------------------------------------------------- */

#define SALTED AC_AUDIT_SALT_LEN
#define SHORT AC_AUDIT_EMPTIED_LEN

/* Who does not know how far it had come looks again, also at records from before the chain,
 * which nothing but the address itself marks. */
static const struct {
	const char *what;
	int64_t seq, subject_id;
	const char *rhost;
	size_t address_len;
	bool is_long;
} turns[] = {
	{ "in the chain", 1, 7, "192.0.2.7", SALTED, true },
	{ "whole, and like a network", 1, 7, "192.0.2.0", SALTED, true },
	{ "shortened", 1, 7, "192.0.2.0", SHORT, false },
	{ "shortened, and changed since", 1, 7, "192.0.2.7", SHORT, false },
	{ "emptied", 1, 7, "", SHORT, false },
	{ "of nobody", 1, 0, "192.0.2.7", 0, false },
	{ "from before the chain", 0, 7, "192.0.2.7", 0, true },
	{ "IPv6, from before it", 0, 7, "2001:db8:1:2::3", 0, true },
	{ "no address, from before it", 0, 7, "unix:", 0, true },
	{ "from before it, shortened", 0, 7, "192.0.2.0", 0, false },
	{ "IPv6, from before it, shortened", 0, 7, "2001:db8:1::", 0, false },
	{ "from before it, emptied", 0, 7, "", 0, false },
	{ "from before it, of nobody", 0, 0, "192.0.2.7", 0, false },
};

static void
what_is_shortened_is_not_written_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(turns); i++) {
		const struct authcode_audit_record record = { .seq = turns[i].seq,
							      .subject_id = turns[i].subject_id,
							      .rhost = turns[i].rhost };
		const struct ac_audit_link link = { .address_len = turns[i].address_len };

		if (ac_audit_is_long(&record, &link) != turns[i].is_long)
			fail_msg("%s", turns[i].what);
	}
}

/* --- somebody writes to the file ---------------------------------------------------- */

static void
shorten_before(struct fixture *f, int64_t before_ms)
{
	struct authcode_operation op = op_purge(f, 100);

	op.u.purge.shorten_before_ms = before_ms;
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
}

/* Records 1 and 2 of ana, shortened; 3 of hers, whole; 4 of nobody. */
static int64_t
leave_shortened(struct fixture *f)
{
	int64_t ana = person(f, "ana", 1001);

	leave_record(f, ana);
	leave_record_from(f, ana, "2001:db8:1:2::3");
	shorten_before(f, f->now + 1);
	leave_record(f, ana);
	leave_record(f, 0);
	return ana;
}

static const struct {
	const char *sql;
	int64_t seq; /* of the record that is found to have been changed */
} deeds[] = {
	/* Another network, another address of it, the whole one again, none. */
	{ "UPDATE audit SET rhost = '192.0.3.0' WHERE seq = 1", 1 },
	{ "UPDATE audit SET rhost = '192.0.2.1' WHERE seq = 1", 1 },
	{ "UPDATE audit SET rhost = '192.0.2.7' WHERE seq = 1", 1 },
	{ "UPDATE audit SET rhost = '' WHERE seq = 1", 1 },
	{ "UPDATE audit SET rhost = '192.0.2.00' WHERE seq = 1", 1 },
	{ "UPDATE audit SET rhost = '2001:db8::' WHERE seq = 2", 2 },
	/* What another record has. */
	{ "UPDATE audit SET (rhost, address) = (SELECT b.rhost, b.address FROM audit b"
	  " WHERE b.seq = 2) WHERE seq = 1",
	  1 },
	/* A salt in the place of digest and mark, parts of them, nothing. */
	{ "UPDATE audit SET address = NULL WHERE seq = 1", 1 },
	{ "UPDATE audit SET address = zeroblob(16) WHERE seq = 1", 1 },
	{ "UPDATE audit SET address = CAST(substr(address, 1, 16) AS BLOB) WHERE seq = 1", 1 },
	{ "UPDATE audit SET address = CAST(substr(address, 1, 47) AS BLOB) WHERE seq = 1", 1 },
	{ "UPDATE audit SET address = CAST(substr(address, 1, 16) || zeroblob(32) AS BLOB)"
	  " WHERE seq = 1",
	  1 },
	{ "UPDATE audit SET address = CAST(zeroblob(16) || substr(address, 17) AS BLOB)"
	  " WHERE seq = 1",
	  1 },
	/* One that is whole, shortened by somebody else. */
	{ "UPDATE audit SET rhost = '192.0.2.0' WHERE seq = 3", 3 },
	{ "UPDATE audit SET (rhost, address) = (SELECT b.rhost, b.address FROM audit b"
	  " WHERE b.seq = 1) WHERE seq = 3",
	  3 },
	{ "UPDATE audit SET rhost = '192.0.2.0' WHERE seq = 4", 4 },
};

/* Whatever is shortened or emptied afterwards: nothing vouches for what was put there. */
static void
whoever_changes_what_is_left_is_found_and_stays_found(void **state)
{
	struct fixture *f = *state;
	int64_t ana = leave_shortened(f);

	assert_found(f, "nothing", "whole", 0);
	keep_file(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(deeds); i++) {
		restore_file(f);
		open_store(f);
		tamper(f, deeds[i].sql);
		assert_found(f, deeds[i].sql, "changed", deeds[i].seq);
		shorten_before(f, f->now + 1);
		assert_found(f, deeds[i].sql, "changed", deeds[i].seq);
		forget(f, ana);
		assert_found(f, deeds[i].sql, "changed", deeds[i].seq);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_an_address_its_network_is_left_and_of_anything_else_nothing),
		cmocka_unit_test(what_is_shortened_is_not_written_again),
		AUDIT_FILE_TEST(whoever_changes_what_is_left_is_found_and_stays_found),
	};

	return cmocka_run_group_tests_name("addresses that were shortened", tests, NULL, NULL);
}
