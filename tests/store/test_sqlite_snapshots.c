/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A reader keeps its snapshot while it is the newest: nothing that was reported done
 * is missed because of it, what another process has done is seen soon, and the log
 * does not grow because somebody always reads.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "fixture.h"

#define ROUNDS 500
#define READERS 4
/* With them a round is forty pages of the log. */
#define CLAIMS_LEN 131072
/* Pages of the log: it is moved at 4000, with patience at 8000, and some come in between. */
#define LOG_BYTES_MAX ((off_t)12000 * (4096 + 24))

static int
set_up(void **state)
{
	*state = fixture_new(&backends[backend_count - 1]);
	assert_true((*(struct fixture **)state)->backend->durable);
	return 0;
}

struct reader {
	struct fixture *f;
	int64_t token;
	_Atomic bool stop;
	_Atomic unsigned reads;
};

static void *
read_on(void *arg)
{
	struct reader *reader = arg;
	/* The snapshot outlives the read: four of them leave the writer a core and it is never
	 * free. */
	const struct timespec nap = { .tv_nsec = 200 * 1000 };

	while (!atomic_load(&reader->stop)) {
		struct authcode_arena *arena = NULL;
		struct authcode_token_view view;

		if (authcode_arena_new(0, &arena) == AUTHCODE_OK &&
		    authcode_store_find_token(reader->f->store, reader->token, arena, &view) ==
			    AUTHCODE_OK)
			(void)atomic_fetch_add(&reader->reads, 1);
		authcode_arena_free(&arena);
		(void)nanosleep(&nap, NULL);
	}
	return NULL;
}

static void
start_readers(struct reader *reader, pthread_t threads[READERS])
{
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, reader), 0);
}

static void
stop_readers(struct reader *reader, const pthread_t threads[READERS])
{
	atomic_store(&reader->stop, true);
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(atomic_load(&reader->reads) > 0);
}

static void
a_revocation_is_seen_by_the_next_read(void **state)
{
	struct fixture *f = *state;
	struct reader reader = { .f = f, .token = sign_in_and_redeem(f).access };
	pthread_t threads[READERS];

	start_readers(&reader, threads);
	for (size_t i = 0; i < ROUNDS; i++) {
		struct tokens tokens = sign_in_and_redeem(f);
		struct authcode_operation revoke = op_revoke_family(f, tokens.family);

		assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
		assert_int_equal(perform(f, &revoke), AUTHCODE_RESULT_DONE);
		assert_int_equal(token_of(f, tokens.access).family.revoked_ms, f->now);
	}
	stop_readers(&reader, threads);
}

static void
what_another_process_did_is_seen_in_a_moment(void **state)
{
	struct fixture *f = *state;
	struct authcode_store_sqlite_settings settings = { .path = f->path };
	struct authcode_store *ours = f->store, *theirs = NULL;
	struct authcode_reason reason;
	const struct timespec moment = { .tv_nsec = 70 * 1000000 };
	struct tokens tokens = sign_in_and_redeem(f);
	struct authcode_operation revoke = op_revoke_family(f, tokens.family);

	assert_int_equal(authcode_store_sqlite_open(&settings, &theirs, &reason), AUTHCODE_OK);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, 0);
	f->store = theirs;
	assert_int_equal(perform(f, &revoke), AUTHCODE_RESULT_DONE);
	f->store = ours;
	(void)nanosleep(&moment, NULL);
	assert_int_equal(token_of(f, tokens.access).family.revoked_ms, f->now);
	authcode_store_close(&theirs);
}

static void
the_log_begins_anew_though_somebody_always_reads(void **state)
{
	struct fixture *f = *state;
	struct reader reader = { .f = f, .token = sign_in_and_redeem(f).access };
	pthread_t threads[READERS];
	struct stat status;
	off_t most = 0;
	char log[128], *claims = test_malloc(CLAIMS_LEN);
	struct authcode_operation operation = op_sign_in(f, "ana", 1001, "sub-ana");

	memset(claims, 'c', CLAIMS_LEN - 1);
	claims[CLAIMS_LEN - 1] = '\0';
	operation.u.create_session.claims = claims;
	(void)snprintf(log, sizeof(log), "%s-wal", f->path);
	start_readers(&reader, threads);
	for (size_t i = 0; i < ROUNDS; i++) {
		assert_int_equal(perform(f, &operation), AUTHCODE_RESULT_DONE);
		assert_int_equal(stat(log, &status), 0);
		most = status.st_size > most ? status.st_size : most;
	}
	test_free(claims);
	stop_readers(&reader, threads);
	assert_true(most > LOG_BYTES_MAX / 4); /* it was long enough to begin anew */
	assert_true(most < LOG_BYTES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_revocation_is_seen_by_the_next_read, set_up,
						fixture_tear_down),
		cmocka_unit_test_setup_teardown(what_another_process_did_is_seen_in_a_moment,
						set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(the_log_begins_anew_though_somebody_always_reads,
						set_up, fixture_tear_down),
	};

	return cmocka_run_group_tests_name("sqlite snapshots", tests, NULL, NULL);
}
