/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Who writes records into the chain: with a MAC that fails, under another key or none, and two
 * stores into one file.
 */
#include <pthread.h>

#include "audit_file.h"
#include "base/attr.h"

/* --- what fails ------------------------------------------------------------------------- */

static int countdown; /* of MACs until one fails; 0: none does */

static enum authcode_err
failing_mac(const uint8_t key[AUTHCODE_AUDIT_MAC_LEN], const struct authcode_audit_part *parts,
	    size_t count, uint8_t ret[AUTHCODE_AUDIT_MAC_LEN])
{
	if (countdown > 0 && --countdown == 0)
		return AUTHCODE_ERR_CRYPTO;
	return audit_mac(key, parts, count, ret);
}

static void
without_a_mac_nothing_is_done(void **state)
{
	struct fixture *f = *state;
	int64_t ana = person(f, "ana", 1001);
	struct authcode_operation op;

	f->audit_mac = failing_mac;
	reopen_store(f);
	/* The first record needs three: of the beginning, the address and itself. */
	for (int n = 1; n <= 3; n++) {
		countdown = n;
		op = op_client_token(f);
		op.audit = (struct authcode_audit){ .wanted = true,
						    .rhost = "192.0.2.7",
						    .subject_id = ana };
		assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
		assert_int_equal(op.err, AUTHCODE_ERR_CRYPTO);
		assert_int_equal(op.u.issue_client_token.access.ret_id, 0);
		assert_int_equal(countdown, 0);
		assert_found(f, "nothing", "whole", 0);
		assert_int_equal(check_audit(f, 9).ret_checked, 0);
	}
	leave_record(f, ana);
	leave_record(f, 0);
	assert_int_equal(check_audit(f, 9).ret_checked, 2);
	/* An address is not taken out when nothing can be left in its place. */
	countdown = 1;
	op = op_erase(f, ana, 100);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_found(f, "an erasure that failed", "whole", 0);
	assert_int_equal(check_audit(f, 9).ret_emptied, 0);
	forget(f, ana);
	assert_int_equal(check_audit(f, 9).ret_emptied, 1);
	/* Nobody is accused when it is the look that fails. */
	{
		struct authcode_audit_check check = { .limit = 9 };

		for (int n = 1; n <= 3; n++) {
			countdown = n;
			assert_int_equal(authcode_store_check_audit(f->store, &check),
					 AUTHCODE_ERR_CRYPTO);
		}
	}
	assert_found(f, "afterwards", "whole", 0);
}

/* --- whose chain ---------------------------------------------------------------------------- */

static void
with_another_key_nothing_holds(void **state)
{
	struct fixture *f = *state;

	leave_records(f);
	f->audit_key = 7;
	reopen_store(f);
	assert_found(f, "another key", "unanchored", 0);
	leave_record(f, 0);
	f->audit_key = 0;
	reopen_store(f);
	assert_found(f, "a record under another", "changed", 9);
}

static void
a_record_that_is_written_without_a_key_is_found(void **state)
{
	struct fixture *f = *state;

	leave_records(f);
	f->unchained = true;
	reopen_store(f);
	leave_record(f, 0);
	f->unchained = false;
	reopen_store(f);
	leave_record(f, 0);
	assert_found(f, "one without", "unchained", 0);
}

struct node {
	struct fixture *f;
	struct authcode_store *store;
};

#define NODES 2
#define THREADS 3
#define EACH 60
#define TURNS 20

static bool
write_record(const struct node *node)
{
	struct authcode_operation op = op_client_token(node->f);

	op.audit = (struct authcode_audit){ .wanted = true, .client_id = "robot" };
	authcode_store_perform(node->store, &op);
	return op.result == AUTHCODE_RESULT_DONE;
}

static void *
write_records(void *arg)
{
	for (unsigned i = 0; i < EACH; i++) {
		if (!write_record(arg))
			return NULL;
	}
	return arg;
}

/* Two stores, as of two processes: in turns, and as it comes. */
static void
all_who_write_to_a_file_write_one_chain(void **state)
{
	struct fixture *f = *state;
	const struct authcode_audit_key key = audit_key_of(f);
	struct authcode_store_sqlite_settings settings = { .path = f->path };
	struct node nodes[NODES] = { { f, f->store }, { f, NULL } };
	pthread_t threads[NODES * THREADS];

	assert_int_equal(authcode_store_sqlite_open(&settings, &nodes[1].store, NULL), AUTHCODE_OK);
	assert_int_equal(authcode_store_chain_audit(nodes[1].store, &key), AUTHCODE_OK);
	for (size_t i = 0; i < TURNS; i++)
		assert_true(write_record(&nodes[i % NODES]));
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, write_records, &nodes[i % NODES]), 0);
	for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++) {
		void *done = NULL;

		assert_int_equal(pthread_join(threads[i], &done), 0);
		assert_non_null(done);
	}
	authcode_store_close(&nodes[1].store);
	reopen_store(f);
	assert_found(f, "two stores", "whole", 0);
	assert_int_equal(check_audit(f, 100).ret_checked, TURNS + NODES * THREADS * EACH);
	assert_int_equal(check_audit(f, 100).ret_head.seq, TURNS + NODES * THREADS * EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AUDIT_FILE_TEST(without_a_mac_nothing_is_done),
		AUDIT_FILE_TEST(with_another_key_nothing_holds),
		AUDIT_FILE_TEST(a_record_that_is_written_without_a_key_is_found),
		AUDIT_FILE_TEST(all_who_write_to_a_file_write_one_chain),
	};

	return cmocka_run_group_tests_name("who writes to the chain", tests, NULL, NULL);
}
