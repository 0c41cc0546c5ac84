/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * store/sqlite_writer.c when things go wrong: I/O errors at every call, a full
 * disk, no memory, kill -9. The one rule: what was reported DONE is in the file
 * and what was not is not, and when the trouble is over the store works on.
 */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/attr.h"
#include "faulty_vfs.h"
#include "fixture.h"
#include "raw_sql.h"

#define BATCH 6

/* Operations that are certain to be in one batch: they gather while the writer
 * is held in the done of the one before. */
struct batch {
	struct fixture *f;
	sem_t held, go, done;
	struct authcode_operation holder;
	struct authcode_operation ops[BATCH];
};

static void
hold_the_writer(struct authcode_operation *operation, void *arg)
{
	struct batch *batch = arg;

	(void)operation;
	sem_post(&batch->held);
	sem_wait(&batch->go);
}

static void
count_it(struct authcode_operation *operation, void *arg)
{
	struct batch *batch = arg;

	(void)operation;
	sem_post(&batch->done);
}

static void
batch_gather(struct batch *batch, struct fixture *f)
{
	batch->f = f;
	sem_init(&batch->held, 0, 0);
	sem_init(&batch->go, 0, 0);
	sem_init(&batch->done, 0, 0);
	batch->holder = op_revoke_token(f, 1);
	authcode_store_submit(f->store, &batch->holder, hold_the_writer, batch);
	sem_wait(&batch->held);
	for (size_t i = 0; i < BATCH; i++)
		authcode_store_submit(f->store, &batch->ops[i], count_it, batch);
}

static void
batch_release(struct batch *batch)
{
	sem_post(&batch->go);
	for (size_t i = 0; i < BATCH; i++)
		sem_wait(&batch->done);
	sem_destroy(&batch->held);
	sem_destroy(&batch->go);
	sem_destroy(&batch->done);
}

/* A write from outside makes the writer read its pages again. */
static void
chill_the_cache(struct fixture *f)
{
	execute(f->path, "UPDATE subject SET uid = uid");
}

static int64_t
count_rows(struct fixture *f, const char *table)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return number(f->path, sql);
}

/* What the batch says against what a new process would find. */
static size_t
check_against_file(struct fixture *f, const struct batch *batch)
{
	size_t done = 0;

	reopen_store(f);
	for (size_t i = 0; i < BATCH; i++) {
		const struct authcode_operation *op = &batch->ops[i];

		if (op->result == AUTHCODE_RESULT_DONE) {
			done++;
			assert_int_equal(op->err, AUTHCODE_OK);
			assert_true(has_code(f, op->u.issue_code.ret_code_id));
			assert_string_equal(code_of(f, op->u.issue_code.ret_code_id).code.client_id,
					    op->u.issue_code.code.client_id);
		} else {
			assert_int_equal(op->result, AUTHCODE_RESULT_FAILED);
			assert_true(op->err == AUTHCODE_ERR_STORE ||
				    op->err == AUTHCODE_ERR_MEMORY);
			assert_int_equal(op->u.issue_code.ret_code_id, 0);
		}
	}
	assert_int_equal(count_rows(f, "code"), done);
	assert_int_equal(count_rows(f, "user_grant"), done);
	return done;
}

static const char *const clients[BATCH] = { "one", "two", "three", "four", "five", "six" };

static void
fill_with_issues(struct batch *batch, struct fixture *f, int64_t session)
{
	for (size_t i = 0; i < BATCH; i++) {
		batch->ops[i] = op_issue(f, session);
		batch->ops[i].u.issue_code.code.client_id = clients[i];
		batch->ops[i].u.issue_code.remember = true;
		batch->ops[i].u.issue_code.consented_scope = "profile";
	}
}

struct tally {
	size_t fired, all_done, none_done, some_done, retried_alone;
};

/* True while the n-th call was still within the batch. */
static bool
run_with_fault(size_t nth, size_t times, int code, struct tally *tally)
{
	struct fixture *f = fixture_new(&backends[1]);
	int64_t session = sign_in(f);
	struct batch batch;
	void *state = f;
	bool fired;
	size_t done;

	fill_with_issues(&batch, f, session);
	batch_gather(&batch, f);
	chill_the_cache(f);
	faulty_vfs_arm(nth, times, code);
	batch_release(&batch);
	fired = faulty_vfs_disarm();
	if (fired) {
		struct authcode_operation after = op_end_session(f, session + 1);

		/* The store works on without having been opened again. */
		assert_int_equal(perform(f, &after), AUTHCODE_RESULT_NOT_FOUND);
		done = check_against_file(f, &batch);
		tally->fired++;
		tally->all_done += done == BATCH ? 1 : 0;
		tally->none_done += done == 0 ? 1 : 0;
		tally->some_done += done > 0 && done < BATCH ? 1 : 0;
		tally->retried_alone += done == BATCH && faulty_vfs_log_syncs() >= BATCH ? 1 : 0;
		/* And the session is still good for what did not succeed. */
		issue(f, session);
	}
	fixture_tear_down(&state);
	return fired;
}

/* SQLite drops the whole transaction; none of it was acknowledged, each
 * operation is tried alone, and a fault that has passed costs nobody anything. */
static void
a_passing_fault_in_any_call_loses_and_invents_nothing(void **state)
{
	static const int codes[] = { SQLITE_IOERR, SQLITE_FULL };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(codes); i++) {
		struct tally tally = { 0 };
		size_t nth = 1;

		while (run_with_fault(nth, 1, codes[i], &tally))
			nth++;
		print_message("# code %d: %zu faults, %zu all done (%zu alone), %zu none done\n",
			      codes[i], tally.fired, tally.all_done, tally.retried_alone,
			      tally.none_done);
		assert_in_range(tally.fired, 6, 1000);
		assert_in_range(tally.retried_alone, 1, tally.fired);
		assert_int_equal(tally.all_done + tally.none_done, tally.fired);
		if (codes[i] == SQLITE_IOERR) /* in the commit itself it is given up */
			assert_in_range(tally.none_done, 1, tally.fired);
		else /* what was too much for all of them may be room for each */
			assert_int_equal(tally.retried_alone, tally.fired);
	}
}

static void
a_lasting_fault_fails_what_it_hits_and_nothing_more(void **state)
{
	static const int codes[] = { SQLITE_IOERR, SQLITE_FULL };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(codes); i++) {
		struct tally tally = { 0 };
		size_t nth = 1;

		while (run_with_fault(nth, SIZE_MAX, codes[i], &tally))
			nth++;
		assert_in_range(tally.fired, 6, 1000);
		assert_in_range(tally.none_done, 1, tally.fired);
	}
}

/* A disk that fills up while operations are tried alone: those before it are
 * stored, those after it are not. */
static void
a_fault_that_comes_back_splits_the_batch(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (size_t times = 2; times <= 8; times += 3)
		for (size_t nth = 1; nth <= 12; nth++)
			(void)run_with_fault(nth, times, SQLITE_IOERR, &tally);
	assert_in_range(tally.some_done, 1, tally.fired);
}

static void
no_memory_fails_operations_but_never_half(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (int64_t room = 0; room < 400 * 1024; room += 8 * 1024) {
		struct fixture *f = fixture_new(&backends[1]);
		int64_t session = sign_in(f);
		struct batch batch;
		void *fixture = f;
		size_t done;

		fill_with_issues(&batch, f, session);
		batch_gather(&batch, f);
		chill_the_cache(f);
		sqlite3_hard_heap_limit64(sqlite3_memory_used() + room + 1);
		batch_release(&batch);
		sqlite3_hard_heap_limit64(0);
		done = check_against_file(f, &batch);
		tally.all_done += done == BATCH ? 1 : 0;
		tally.none_done += done == 0 ? 1 : 0;
		issue(f, session);
		fixture_tear_down(&fixture);
	}
	assert_in_range(tally.all_done, 1, 100);
	assert_in_range(tally.none_done, 1, 100);
}

/* The third one retires the subject of the others, then finds its sub taken:
 * all it did is undone, and the others are stored. */
static void
an_operation_that_fails_takes_nothing_else_with_it(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct batch batch;

	fill_with_issues(&batch, f, session);
	batch.ops[2] = op_sign_in(f, "ana", 2002, "sub-ana");
	batch.ops[2].u.create_session.replaces = session;
	batch_gather(&batch, f);
	batch_release(&batch);
	for (size_t i = 0; i < BATCH; i++) {
		if (i == 2)
			continue;
		assert_int_equal(batch.ops[i].result, AUTHCODE_RESULT_DONE);
		assert_true(has_code(f, batch.ops[i].u.issue_code.ret_code_id));
	}
	assert_int_equal(batch.ops[2].result, AUTHCODE_RESULT_FAILED);
	assert_int_equal(batch.ops[2].err, AUTHCODE_ERR_USAGE);
	assert_int_equal(batch.ops[2].u.create_session.ret_session_id, 0);
	assert_int_equal(session_of(f, session).subject.retired_ms, 0);
	assert_int_equal(session_of(f, session).session.ended_ms, 0);
}

/* Inside a batch each operation sees what those before it did. */
static void
a_batch_is_as_if_one_came_after_the_other(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct batch batch;

	batch.ops[0] = op_redeem(f, code);
	batch.ops[1] = op_issue(f, session);
	batch.ops[2] = op_end_session(f, session);
	batch.ops[3] = op_issue(f, session);
	batch.ops[4] = op_redeem(f, code);
	batch.ops[5] = op_revoke_family(f, code);
	batch_gather(&batch, f);
	faulty_vfs_arm(SIZE_MAX, 1, SQLITE_IOERR);
	batch_release(&batch);
	assert_false(faulty_vfs_disarm());
	assert_int_equal(faulty_vfs_log_syncs(), 1); /* one commit for all six */
	assert_int_equal(batch.ops[0].result, AUTHCODE_RESULT_DONE);
	assert_int_equal(batch.ops[1].result, AUTHCODE_RESULT_DONE);
	assert_int_equal(batch.ops[2].result, AUTHCODE_RESULT_DONE);
	assert_int_equal(batch.ops[3].result, AUTHCODE_RESULT_EXPIRED);
	assert_int_equal(batch.ops[4].result, AUTHCODE_RESULT_REUSED);
	assert_int_equal(batch.ops[5].result, AUTHCODE_RESULT_DONE);
	assert_int_not_equal(
		token_of(f, batch.ops[0].u.redeem_code.access.ret_id).family.revoked_ms, 0);
}

/* --- too much at once -------------------------------------------------------- */

#define QUEUE 4096
#define TOO_MANY 3

/* What is too much fails at once, and leaves those that wait as they are. */
static void
a_queue_that_is_full_takes_no_more(void **state)
{
	static struct authcode_operation ops[QUEUE - BATCH + TOO_MANY];
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct authcode_store_stats before, after;
	struct authcode_operation later;
	struct batch batch;
	size_t refused = 0;
	int done = -1;

	for (size_t i = 0; i < BATCH; i++)
		batch.ops[i] = op_issue(f, session);
	authcode_store_stats(f->store, &before);
	batch_gather(&batch, f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(ops); i++)
		ops[i] = op_issue(f, session);
	/* The holder no longer counts: it is done. */
	for (size_t i = 0; i < QUEUE - BATCH; i++)
		authcode_store_submit(f->store, &ops[i], count_it, &batch);
	(void)sem_getvalue(&batch.done, &done);
	for (size_t i = QUEUE - BATCH; i < AC_ARRAY_SIZE(ops); i++) {
		authcode_store_submit(f->store, &ops[i], count_it, &batch);
		refused += sem_trywait(&batch.done) == 0;
	}
	sem_post(&batch.go);
	for (size_t i = 0; i < QUEUE + TOO_MANY - refused; i++)
		sem_wait(&batch.done);
	assert_int_equal(done, 0);
	assert_int_equal(refused, TOO_MANY);
	for (size_t i = QUEUE - BATCH; i < AC_ARRAY_SIZE(ops); i++) {
		assert_int_equal(ops[i].result, AUTHCODE_RESULT_FAILED);
		assert_int_equal(ops[i].err, AUTHCODE_ERR_STORE);
		assert_int_equal(ops[i].u.issue_code.ret_code_id, 0);
	}
	for (size_t i = 0; i < QUEUE - BATCH; i++)
		assert_int_equal(ops[i].result, AUTHCODE_RESULT_DONE);
	later = op_issue(f, session);
	assert_int_equal(perform(f, &later), AUTHCODE_RESULT_DONE);
	assert_int_equal(count_rows(f, "code"), QUEUE + 1);
	authcode_store_stats(f->store, &after);
	assert_int_equal(after.failures - before.failures, TOO_MANY);
	assert_null(before.problem);
	assert_string_equal(after.problem, "too many writes wait");
	assert_int_equal(after.queued, 0);
}

/* --- kill -9 --------------------------------------------------------------- */

#define IN_FLIGHT 64

struct shooter {
	int acknowledgements;
	sem_t room;
};

static void
acknowledge(struct authcode_operation *operation, void *arg)
{
	struct shooter *shooter = arg;
	int64_t id = operation->u.issue_code.ret_code_id;

	if (operation->result == AUTHCODE_RESULT_DONE &&
	    write(shooter->acknowledgements, &id, sizeof(id)) != sizeof(id))
		_exit(1);
	sem_post(&shooter->room);
}

/* Issues codes without end, until it is killed or its parent is gone. */
static void
issue_for_ever(const char *path, int64_t session, int acknowledgements)
{
	struct authcode_store_sqlite_settings settings = { .path = path };
	struct fixture clock = { .now = T0 };
	static struct authcode_operation ops[IN_FLIGHT];
	struct shooter shooter = { .acknowledgements = acknowledgements };
	struct authcode_store *store = NULL;

	alarm(20);
	signal(SIGPIPE, SIG_DFL);
	if (authcode_store_sqlite_open(&settings, &store, NULL) != AUTHCODE_OK)
		_exit(1);
	for (;;) {
		sem_init(&shooter.room, 0, 0);
		for (size_t i = 0; i < IN_FLIGHT; i++) {
			ops[i] = op_issue(&clock, session);
			authcode_store_submit(store, &ops[i], acknowledge, &shooter);
		}
		for (size_t i = 0; i < IN_FLIGHT; i++)
			sem_wait(&shooter.room);
		sem_destroy(&shooter.room);
	}
}

static void
after_kill_9_every_acknowledged_row_is_there(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	enum { WANTED = 2000 };
	static int64_t ids[4 * WANTED];

	for (size_t round = 0; round < 5; round++) {
		size_t count = 0;
		int ends[2], status;
		int64_t id;
		pid_t child;

		authcode_store_close(&f->store);
		assert_int_equal(pipe(ends), 0);
		fflush(NULL);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(ends[0]);
			issue_for_ever(f->path, session, ends[1]);
		}
		close(ends[1]);
		while (count < WANTED + 100 * round && read(ends[0], &id, sizeof(id)) == sizeof(id))
			ids[count++] = id;
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		while (count < AC_ARRAY_SIZE(ids) && read(ends[0], &id, sizeof(id)) == sizeof(id))
			ids[count++] = id; /* acknowledged before it died */
		close(ends[0]);
		assert_in_range(count, WANTED, AC_ARRAY_SIZE(ids));
		open_store(f);
		for (size_t i = 0; i < count; i++)
			assert_true(has_code(f, ids[i]));
		assert_true(count_rows(f, "code") >= (int64_t)count);
	}
}

#define WITH_STORE(test)                                                                           \
	{                                                                                          \
#test, test, fixture_set_up, fixture_tear_down, (void *)&backends[1]               \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passing_fault_in_any_call_loses_and_invents_nothing),
		cmocka_unit_test(a_lasting_fault_fails_what_it_hits_and_nothing_more),
		cmocka_unit_test(a_fault_that_comes_back_splits_the_batch),
		cmocka_unit_test(no_memory_fails_operations_but_never_half),
		WITH_STORE(an_operation_that_fails_takes_nothing_else_with_it),
		WITH_STORE(a_batch_is_as_if_one_came_after_the_other),
		WITH_STORE(a_queue_that_is_full_takes_no_more),
		WITH_STORE(after_kill_9_every_acknowledged_row_is_there),
	};

	faulty_vfs_install();
	return cmocka_run_group_tests_name("sqlite faults", tests, NULL, NULL);
}
