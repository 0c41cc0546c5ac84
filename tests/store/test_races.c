/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Many who redeem the same codes: 64 threads of one process, and the threads of two
 * processes that have the same database open. Of all who try a code exactly one has it,
 * the others are told that it was used, and nobody is told that the database is busy.
 * CO-08; RFC 6749 §10.5. Rules for one code, on every backend, are in contract_threads.c.
 *
 * AUTHCODE_RACE_CODES says how many codes.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "fixture.h"

#define CODES 100
#define CODES_MAX 20000
#define THREADS 64
#define PROCESSES 2

/* Shared by all threads and processes. */
struct race {
	atomic_int waiting; /* for whom all wait */
	atomic_int failed;
	atomic_llong longest_us; /* that anybody waited for an answer */
	size_t count;
	int64_t codes[CODES_MAX];
	atomic_int won[CODES_MAX], lost[CODES_MAX];
};

struct racer {
	struct race *race;
	struct authcode_store *store;
	pthread_t thread;
};

static long long
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void
redeem_one(struct race *race, struct authcode_store *store, size_t which)
{
	const struct fixture clock = { .now = T0 + SECOND };
	struct authcode_operation op = op_redeem(&clock, race->codes[which]);
	long long took = now_us(), longest;

	authcode_store_perform(store, &op);
	took = now_us() - took;
	longest = atomic_load(&race->longest_us);
	while (took > longest && !atomic_compare_exchange_weak(&race->longest_us, &longest, took))
		;
	if (op.result == AUTHCODE_RESULT_DONE)
		atomic_fetch_add(&race->won[which], 1);
	else if (op.result == AUTHCODE_RESULT_REUSED)
		atomic_fetch_add(&race->lost[which], 1);
	else
		atomic_fetch_add(&race->failed, 1);
}

/* Every one of them tries every code, in the same order. */
static void *
run(void *arg)
{
	struct racer *racer = arg;

	atomic_fetch_sub(&racer->race->waiting, 1);
	while (atomic_load(&racer->race->waiting) > 0)
		usleep(100);
	for (size_t i = 0; i < racer->race->count; i++)
		redeem_one(racer->race, racer->store, i);
	return NULL;
}

static void
run_threads(struct race *race, struct authcode_store *store, size_t count)
{
	struct racer racers[THREADS];

	for (size_t i = 0; i < count; i++) {
		racers[i] = (struct racer){ .race = race, .store = store };
		if (pthread_create(&racers[i].thread, NULL, run, &racers[i]) != 0)
			abort();
	}
	for (size_t i = 0; i < count; i++)
		pthread_join(racers[i].thread, NULL);
}

static struct race *
race_new(struct fixture *f)
{
	const char *wanted = getenv("AUTHCODE_RACE_CODES");
	struct race *race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int64_t session = sign_in(f);

	assert_true(race != MAP_FAILED);
	race->count = wanted == NULL ? CODES : strtoul(wanted, NULL, 10);
	assert_in_range(race->count, 1, CODES_MAX);
	for (size_t i = 0; i < race->count; i++)
		race->codes[i] = issue(f, session);
	atomic_store(&race->waiting, THREADS);
	return race;
}

/* Of a code that was tried more than once nothing lives (CO-04). */
static void
race_judge(struct fixture *f, struct race *race, const char *who)
{
	size_t wrong = 0;

	for (size_t i = 0; i < race->count; i++) {
		if (atomic_load(&race->won[i]) != 1 || atomic_load(&race->lost[i]) != THREADS - 1)
			wrong++;
		assert_int_not_equal(code_of(f, race->codes[i]).code.used_ms, 0);
	}
	print_message("# %s: %zu codes, %zu tries, %d failed, the longest took %lld ms\n", who,
		      race->count, race->count * THREADS, atomic_load(&race->failed),
		      atomic_load(&race->longest_us) / 1000);
	assert_int_equal(atomic_load(&race->failed), 0);
	assert_int_equal(wrong, 0);
	munmap(race, sizeof(*race));
}

static void
of_all_threads_that_redeem_a_code_one_has_it(void **state)
{
	struct fixture *f = *state;
	struct race *race = race_new(f);

	run_threads(race, f->store, THREADS);
	race_judge(f, race, "64 threads");
}

static void
be_a_process(const struct fixture *f, struct race *race)
{
	struct authcode_store_sqlite_settings settings = { .path = f->path };
	struct authcode_store *store = NULL;

	if (authcode_store_sqlite_open(&settings, &store, NULL) != AUTHCODE_OK)
		_exit(1);
	run_threads(race, store, THREADS / PROCESSES);
	authcode_store_close(&store);
	_exit(0);
}

static void
of_two_processes_that_redeem_a_code_one_has_it(void **state)
{
	struct fixture *f = *state;
	struct race *race = race_new(f);
	pid_t children[PROCESSES];
	int status;

	authcode_store_close(&f->store); /* and with it every thread of this process */
	fflush(NULL);
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			be_a_process(f, race);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	open_store(f);
	race_judge(f, race, "two processes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate_setup_teardown(
			of_all_threads_that_redeem_a_code_one_has_it, fixture_set_up,
			fixture_tear_down, (void *)&backends[1]),
		cmocka_unit_test_prestate_setup_teardown(
			of_two_processes_that_redeem_a_code_one_has_it, fixture_set_up,
			fixture_tear_down, (void *)&backends[1]),
	};

	return cmocka_run_group_tests_name("races", tests, NULL, NULL);
}
