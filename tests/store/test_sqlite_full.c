/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A disk that is full or broken, at the n-th write or sync of every operation that a
 * request waits for, for every n until it passes untouched. What is said to have happened
 * is in the file, what has failed has left nothing, and with room again the same store
 * does it. CO-08, RT-06.
 */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/attr.h"
#include "faulty_vfs.h"
#include "fixture_device.h"
#include "look.h"

#define AUDIT 0 /* the first table by name */

/* --- what is tried ------------------------------------------------------------ */

/* Each time with a person, a client and so on of its own. */
struct trial {
	struct fixture *f;
	uint32_t serial;
	char name[24], sub[24];
};

static struct authcode_operation
signing_in(struct trial *trial)
{
	return op_sign_in(trial->f, trial->name, 2000 + trial->serial, trial->sub);
}

static int64_t
signed_in(struct trial *trial)
{
	return sign_in_as(trial->f, trial->name, 2000 + trial->serial, trial->sub);
}

static struct authcode_operation
issuing(struct trial *trial)
{
	struct authcode_operation op = op_issue(trial->f, signed_in(trial));

	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	op.u.issue_code.tell_logout = true;
	return op;
}

static struct authcode_operation
issued(struct trial *trial)
{
	struct authcode_operation op = issuing(trial);

	assert_int_equal(perform(trial->f, &op), AUTHCODE_RESULT_DONE);
	return op;
}

static struct authcode_operation
redeeming(struct trial *trial)
{
	return op_redeem(trial->f, issued(trial).u.issue_code.ret_code_id);
}

static struct authcode_operation
redeeming_again(struct trial *trial)
{
	struct authcode_operation op = redeeming(trial);

	redeem(trial->f, op.u.redeem_code.id);
	return op;
}

static struct tokens
redeemed(struct trial *trial)
{
	return redeem(trial->f, issued(trial).u.issue_code.ret_code_id);
}

static struct authcode_operation
refreshing(struct trial *trial)
{
	return op_refresh(trial->f, redeemed(trial).refresh, true);
}

static struct authcode_operation
refreshing_again(struct trial *trial)
{
	struct authcode_operation op = refreshing(trial), first = op;

	assert_int_equal(perform(trial->f, &first), AUTHCODE_RESULT_DONE);
	return op;
}

static struct authcode_operation
revoking_all(struct trial *trial)
{
	return op_revoke_family(trial->f, redeemed(trial).family);
}

static struct authcode_operation
revoking_one(struct trial *trial)
{
	return op_revoke_token(trial->f, redeemed(trial).access);
}

/* Makes a delivery. */
static struct authcode_operation
signing_out(struct trial *trial)
{
	return op_end_session(trial->f, issued(trial).u.issue_code.session_id);
}

/* The only one that has not been told. */
static struct authcode_operation
telling(struct trial *trial)
{
	struct authcode_operation op = signing_out(trial);
	struct authcode_delivery_view view;
	size_t count = 0;

	assert_int_equal(perform(trial->f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_store_list_deliveries(trial->f->store, INT64_MAX, 1,
							trial->f->arena, &view, 1, &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 1);
	return op_record(trial->f, view.delivery.id, 250);
}

static struct authcode_operation
using_once(struct trial *trial)
{
	struct authcode_operation op = op_use_once(trial->f, 1, trial->f->now + DAY);

	op.u.use_once.client_id = trial->name; /* which has a row of its own */
	return op;
}

static struct authcode_operation
asking_with_a_device(struct trial *trial)
{
	struct authcode_operation op = op_device(trial->f, 1);

	memcpy(op.u.create_device.device.user_code_hash, &trial->serial, sizeof(trial->serial));
	return op;
}

static int64_t
device(struct trial *trial)
{
	struct authcode_operation op = asking_with_a_device(trial);

	assert_int_equal(perform(trial->f, &op), AUTHCODE_RESULT_DONE);
	return op.u.create_device.ret_device_id;
}

static struct authcode_operation
polling(struct trial *trial)
{
	return op_poll(trial->f, device(trial));
}

static struct authcode_operation
allowing(struct trial *trial)
{
	return op_allow(trial->f, device(trial), signed_in(trial));
}

static struct authcode_operation
redeeming_a_device(struct trial *trial)
{
	struct authcode_operation op = allowing(trial);

	assert_int_equal(perform(trial->f, &op), AUTHCODE_RESULT_DONE);
	return op_redeem_device(trial->f, op.u.answer_device.device_id);
}

static struct authcode_operation
for_itself(struct trial *trial)
{
	return op_client_token(trial->f);
}

static struct authcode_operation
registering(struct trial *trial)
{
	return op_put_client(trial->f, trial->name, 0);
}

static struct authcode_operation
retiring(struct trial *trial)
{
	return op_retire(trial->f, session_of(trial->f, signed_in(trial)).subject.id);
}

/* All in one piece; afterwards the log is cut, which may fail and costs nobody anything. */
static struct authcode_operation
erasing(struct trial *trial)
{
	return op_erase(trial->f, session_of(trial->f, signed_in(trial)).subject.id,
			AUTHCODE_PURGE_MAX);
}

static const struct flow {
	const char *name;
	struct authcode_operation (*prepare)(struct trial *trial);
	enum authcode_result result; /* when nothing is in its way */
	bool recorded;               /* leaves a record of the audit */
} flows[] = {
	{ "a sign-in", signing_in, AUTHCODE_RESULT_DONE, true },
	{ "a code", issuing, AUTHCODE_RESULT_DONE, true },
	{ "a redemption", redeeming, AUTHCODE_RESULT_DONE, true },
	{ "a second redemption", redeeming_again, AUTHCODE_RESULT_REUSED, true },
	{ "a refresh", refreshing, AUTHCODE_RESULT_DONE, true },
	{ "a second refresh", refreshing_again, AUTHCODE_RESULT_REUSED, true },
	{ "revocation of an authorization", revoking_all, AUTHCODE_RESULT_DONE, true },
	{ "revocation of a token", revoking_one, AUTHCODE_RESULT_DONE, true },
	{ "the end of a session", signing_out, AUTHCODE_RESULT_DONE, true },
	{ "a delivery of a logout", telling, AUTHCODE_RESULT_DONE, true },
	{ "the jti of an assertion", using_once, AUTHCODE_RESULT_DONE, false },
	{ "a device", asking_with_a_device, AUTHCODE_RESULT_DONE, false },
	{ "a poll of a device", polling, AUTHCODE_RESULT_DONE, false },
	{ "an answer for a device", allowing, AUTHCODE_RESULT_DONE, true },
	{ "a redemption of a device", redeeming_a_device, AUTHCODE_RESULT_DONE, true },
	{ "a token of a client", for_itself, AUTHCODE_RESULT_DONE, true },
	{ "a client", registering, AUTHCODE_RESULT_DONE, true },
	{ "the end of an account", retiring, AUTHCODE_RESULT_DONE, true },
	{ "an erasure", erasing, AUTHCODE_RESULT_DONE, true },
};

static const struct fault {
	const char *name;
	int code;
	size_t times; /* in a row */
} faults[] = {
	{ "full", SQLITE_FULL, SIZE_MAX },
	{ "full for a moment", SQLITE_FULL, 1 },
	{ "writes fail", SQLITE_IOERR_WRITE, SIZE_MAX },
	{ "one write fails", SQLITE_IOERR_WRITE, 1 },
	{ "syncs fail", SQLITE_IOERR_FSYNC, SIZE_MAX },
	{ "one sync fails", SQLITE_IOERR_FSYNC, 1 },
};

/* --- one trial ----------------------------------------------------------------- */

static struct authcode_operation
prepare(struct trial *trial, const struct flow *flow)
{
	struct authcode_operation op;

	trial->serial++;
	trial->f->now += SECOND;
	snprintf(trial->name, sizeof(trial->name), "n%u", trial->serial);
	snprintf(trial->sub, sizeof(trial->sub), "sub-%u", trial->serial);
	op = flow->prepare(trial);
	op.audit.wanted = true;
	return op;
}

/* The whole of what the flow writes, and nothing else. */
static void
assert_happened(const struct look *before, const struct look *after, const struct look *change)
{
	assert_true(before->cells != after->cells);
	for (size_t i = 0; i < LOOK_TABLES; i++)
		assert_int_equal(after->rows[i] - before->rows[i], change->rows[i]);
}

static struct look
undisturbed(struct trial *trial, const struct flow *flow)
{
	struct authcode_operation op = prepare(trial, flow);
	struct look change, before = look(trial->f->path), after;

	assert_int_equal(perform(trial->f, &op), flow->result);
	after = look(trial->f->path);
	for (size_t i = 0; i < LOOK_TABLES; i++)
		change.rows[i] = after.rows[i] - before.rows[i];
	assert_int_equal(change.rows[AUDIT], flow->recorded ? 1 : 0);
	change.cells = 0;
	return change;
}

struct tally {
	size_t fired, failed;
};

/* False: the n-th call was behind all that it does. */
static bool
disturbed(struct trial *trial, const struct flow *flow, const struct fault *fault, size_t nth,
	  const struct look *change, struct tally *tally)
{
	struct authcode_operation op = prepare(trial, flow), again = op;
	struct look before = look(trial->f->path), after;
	bool fired;

	faulty_vfs_arm(nth, fault->times, fault->code);
	(void)perform(trial->f, &op);
	fired = faulty_vfs_disarm();
	after = look(trial->f->path);
	if (op.result == AUTHCODE_RESULT_FAILED) {
		assert_true(fired);
		assert_int_equal(op.err, AUTHCODE_ERR_STORE);
		assert_true(before.cells == after.cells);
		assert_memory_equal(before.rows, after.rows, sizeof(before.rows));
		tally->failed++;
		assert_int_equal(perform(trial->f, &again), flow->result);
		after = look(trial->f->path);
	} else {
		assert_int_equal(op.result, flow->result);
	}
	assert_happened(&before, &after, change);
	tally->fired += fired ? 1 : 0;
	return fired;
}

/* How many records there are. */
static uint32_t
record_count(const struct fixture *f)
{
	return (uint32_t)look(f->path).rows[AUDIT];
}

static void
try_flow(struct fixture *f, const struct flow *flow, const struct fault *fault)
{
	static struct trial trial; /* its serial goes on */
	struct tally tally = { 0, 0 };
	struct look change, before, after;
	bool lasting = fault->times == SIZE_MAX;
	size_t nth = 1;

	trial.f = f;
	(void)undisturbed(&trial, flow); /* the first record begins the chain */
	change = undisturbed(&trial, flow);
	while (disturbed(&trial, flow, fault, nth, &change, &tally))
		nth++;
	before = look(f->path);
	/* The chain has a place for each record, and for none that was undone. */
	assert_int_equal(check_audit(f, 100).ret_fault, AUTHCODE_AUDIT_WHOLE);
	assert_int_equal(check_audit(f, 100).ret_checked, record_count(f));
	reopen_store(f);
	after = look(f->path);
	assert_true(before.cells == after.cells);
	print_message("# %s, %s: %zu faults, %zu failures\n", flow->name, fault->name, tally.fired,
		      tally.failed);
	/* two calls a page, and one sync; what is tried alone afterwards is good, unless that
	 * fails too */
	assert_in_range(tally.fired, fault->code == SQLITE_IOERR_FSYNC ? 1 : 2, 200);
	assert_in_range(tally.failed, lasting ? 1 : 0, tally.fired);
}

static void
try_all(const struct fault *fault)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(flows); i++) {
		struct fixture *f = fixture_new(&backends[1]);
		void *state = f;

		try_flow(f, &flows[i], fault);
		fixture_tear_down(&state);
	}
}

static void
no_room_fails_what_it_hits_and_leaves_nothing_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(faults); i++)
		if (faults[i].code == SQLITE_FULL)
			try_all(&faults[i]);
}

static void
a_write_that_fails_leaves_nothing_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(faults); i++)
		if (faults[i].code == SQLITE_IOERR_WRITE)
			try_all(&faults[i]);
}

static void
what_could_not_be_synced_is_not_said_to_have_happened(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(faults); i++)
		if (faults[i].code == SQLITE_IOERR_FSYNC)
			try_all(&faults[i]);
}

/* --- and a crash ---------------------------------------------------------------- */

/* Then it may be done: the commit is in the log, and nobody has written over it. Never
 * by half, and never twice. */
static void
what_has_failed_to_be_synced_is_whole_or_nothing_after_a_crash(void **state)
{
	struct fixture *f = *state;
	struct trial trial = { .f = f };
	struct look before, after;
	struct authcode_operation op = prepare(&trial, &flows[2]), again = op;

	assert_int_equal(op.kind, AUTHCODE_OP_REDEEM_CODE);
	before = look(f->path);
	faulty_vfs_arm(1, SIZE_MAX, SQLITE_IOERR_FSYNC);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_FAILED);
	assert_true(faulty_vfs_disarm());
	crash_store(f);
	after = look(f->path);
	if (after.cells == before.cells) {
		assert_int_equal(perform(f, &again), AUTHCODE_RESULT_DONE);
		return;
	}
	print_message("# found done\n");
	assert_int_equal(after.rows[AUDIT], before.rows[AUDIT] + 1);
	assert_int_equal(perform(f, &again), AUTHCODE_RESULT_REUSED);
	assert_int_not_equal(code_of(f, again.u.redeem_code.id).code.used_ms, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_room_fails_what_it_hits_and_leaves_nothing_of_it),
		cmocka_unit_test(a_write_that_fails_leaves_nothing_of_it),
		cmocka_unit_test(what_could_not_be_synced_is_not_said_to_have_happened),
		cmocka_unit_test_prestate_setup_teardown(
			what_has_failed_to_be_synced_is_whole_or_nothing_after_a_crash,
			fixture_set_up, fixture_tear_down, (void *)&backends[1]),
	};

	faulty_vfs_install();
	return cmocka_run_group_tests_name("sqlite full", tests, NULL, NULL);
}
