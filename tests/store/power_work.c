/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The work of power_work.h. Operations come in batches of up to eight that gather
 * behind one before them, so that a batch is one commit and the same in every run.
 * Between them the log is moved into the file as it is when it has grown long, the
 * store is closed and opened, and people are erased, which cuts the log.
 */
#include "power_work.h"

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "base/attr.h"
#include "power_vfs.h"

#define STEPS 64

/* --- what is asked ---------------------------------------------------------- */

/* Mostly one of the last. */
static size_t
pick(struct work *work, size_t count)
{
	size_t window = dice_below(&work->dice, 4) == 0 || count < 8 ? count : 8;

	return count - 1 - dice_below(&work->dice, window);
}

static struct authcode_operation
issue_one(struct work *work, size_t *about)
{
	*about = dice_below(&work->dice, WORK_PEOPLE);
	return op_issue(work->f, work->people[*about].id);
}

static struct authcode_operation
redeem_one(struct work *work, size_t *about)
{
	*about = pick(work, work->code_count);
	return op_redeem(work->f, work->codes[*about].id);
}

static struct authcode_operation
refresh_one(struct work *work, size_t *about)
{
	struct authcode_operation op;

	*about = pick(work, work->refresh_count);
	op = op_refresh(work->f, work->refreshes[*about].id, true);
	op.u.use_refresh.family_id = work->codes[work->refreshes[*about].code].id;
	return op;
}

static struct authcode_operation
use_one_once(struct work *work, size_t *about)
{
	*about = dice_below(&work->dice, AC_ARRAY_SIZE(work->once));
	return op_use_once(work->f, (uint8_t)*about, work->f->now + DAY);
}

static struct authcode_operation
any_operation(struct work *work, size_t *about)
{
	size_t what = dice_below(&work->dice, 16);

	if (what < 5 && work->code_count > 0)
		return redeem_one(work, about);
	if (what < 9 && work->refresh_count > 0)
		return refresh_one(work, about);
	if (what == 9 && work->refresh_count > 0) {
		*about = work->refreshes[pick(work, work->refresh_count)].code;
		return op_revoke_family(work->f, work->codes[*about].id);
	}
	if (what == 10)
		return op_sign_in(work->f, "another", 1900, "sub-another");
	if (what == 11 && work->session_count > 0) {
		*about = pick(work, work->session_count);
		return op_end_session(work->f, work->sessions[*about].id);
	}
	if (what == 12)
		return use_one_once(work, about);
	return issue_one(work, about);
}

/* --- what was answered ------------------------------------------------------ */

static void
note_refresh(struct work *work, int64_t id, int64_t access, size_t code)
{
	assert_in_range(work->refresh_count, 0, WORK_MAX - 1);
	work->refreshes[work->refresh_count++] =
		(struct noted_refresh){ .id = id, .access = access, .code = code };
}

static void
note_redemption(struct work *work, const struct authcode_operation *op, size_t about)
{
	struct noted_code *code = &work->codes[about];

	if (op->result == AUTHCODE_RESULT_DONE) {
		assert_int_equal(code->access, 0);
		code->access = op->u.redeem_code.access.ret_id;
		note_refresh(work, op->u.redeem_code.refresh.ret_id, code->access, about);
	} else if (op->result == AUTHCODE_RESULT_REUSED) {
		assert_int_not_equal(code->access, 0);
		code->revoked = true;
	}
}

static void
note_rotation(struct work *work, const struct authcode_operation *op, size_t about)
{
	struct noted_refresh *refresh = &work->refreshes[about];

	if (op->result == AUTHCODE_RESULT_DONE) {
		assert_false(refresh->rotated);
		refresh->rotated = true;
		note_refresh(work, op->u.use_refresh.successor.ret_id,
			     op->u.use_refresh.access.ret_id, refresh->code);
	} else if (op->result == AUTHCODE_RESULT_REUSED) {
		/* or it is not there any more, with all of its person */
		assert_true(refresh->rotated || work->erased[work->codes[refresh->code].person]);
		work->codes[refresh->code].revoked = true;
	}
}

static void
note_other(struct work *work, const struct authcode_operation *op, size_t about)
{
	if (op->result != AUTHCODE_RESULT_DONE)
		return;
	switch (op->kind) {
	case AUTHCODE_OP_ISSUE_CODE:
		assert_in_range(work->code_count, 0, WORK_MAX - 1);
		work->codes[work->code_count++] =
			(struct noted_code){ .id = op->u.issue_code.ret_code_id, .person = about };
		break;
	case AUTHCODE_OP_REVOKE_FAMILY:
		work->codes[about].revoked = true;
		break;
	case AUTHCODE_OP_CREATE_SESSION:
		assert_in_range(work->session_count, 0, WORK_MAX - 1);
		work->sessions[work->session_count++] =
			(struct noted_session){ .id = op->u.create_session.ret_session_id };
		break;
	case AUTHCODE_OP_END_SESSION:
		work->sessions[about].ended = true;
		break;
	case AUTHCODE_OP_USE_ONCE:
		assert_false(work->once[about]);
		work->once[about] = true;
		break;
	default:
		fail_msg("kind %d", op->kind);
	}
}

static void
note(struct work *work, const struct authcode_operation *op, size_t about)
{
	if (op->result == AUTHCODE_RESULT_FAILED) {
		assert_true(power_is_lost());
		assert_int_equal(op->err, AUTHCODE_ERR_STORE);
		return;
	}
	work->acknowledged++;
	work->recorded += authcode_audit_event(op) != NULL;
	if (op->kind == AUTHCODE_OP_REDEEM_CODE)
		note_redemption(work, op, about);
	else if (op->kind == AUTHCODE_OP_USE_REFRESH)
		note_rotation(work, op, about);
	else
		note_other(work, op, about);
}

/* --- the course of it ------------------------------------------------------- */

static void
count_it(struct authcode_operation *op, void *arg)
{
	struct work *work = arg;

	(void)op;
	sem_post(&work->done);
}

/* In the writer's own thread, which looks into its queue again when all are there. */
static void
submit_all(struct authcode_operation *op, void *arg)
{
	struct work *work = arg;

	(void)op;
	for (size_t i = 0; i < work->count; i++)
		authcode_store_submit(work->f->store, &work->ops[i], count_it, work);
	sem_post(&work->done);
}

static void
one_batch(struct work *work)
{
	struct authcode_operation before = op_revoke_token(work->f, 1);

	work->count = 1 + dice_below(&work->dice, WORK_BATCH);
	for (size_t i = 0; i < work->count; i++) {
		work->ops[i] = any_operation(work, &work->about[i]);
		work->ops[i].audit.wanted = true;
		work->ops[i].audit.rhost = "192.0.2.7";
	}
	authcode_store_submit(work->f->store, &before, submit_all, work);
	for (size_t i = 0; i < work->count + 1; i++)
		sem_wait(&work->done);
	for (size_t i = 0; i < work->count; i++)
		note(work, &work->ops[i], work->about[i]);
}

static void
move_the_log(struct work *work)
{
	int how = (int)dice_below(&work->dice, SQLITE_CHECKPOINT_TRUNCATE + 1);
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open_v2(work->f->path, &db, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	(void)sqlite3_wal_checkpoint_v2(db, NULL, how, NULL, NULL);
	(void)sqlite3_close(db);
}

/* The older half of the records, as they are. */
static void
purge_records(struct work *work)
{
	struct authcode_operation op = op_purge(work->f, AUTHCODE_PURGE_MAX);

	op.u.purge.audit_before_ms = T0 + (work->f->now - T0) / 2;
	authcode_store_perform(work->f->store, &op);
	if (op.result != AUTHCODE_RESULT_DONE)
		assert_true(power_is_lost());
}

static void
erase_one(struct work *work)
{
	size_t person = dice_below(&work->dice, WORK_PEOPLE);
	struct authcode_operation op;
	int64_t subject;

	if (person == 0 || work->erased[person])
		return;
	subject = session_of(work->f, work->people[person].id).subject.id;
	op = op_erase(work->f, subject, AUTHCODE_PURGE_MAX);
	for (;;) {
		struct authcode_op_erase_subject *erase = &op.u.erase_subject;

		authcode_store_perform(work->f->store, &op);
		if (op.result != AUTHCODE_RESULT_DONE || erase->ret_whole)
			break;
		erase->step = erase->ret_step;
		erase->after_id = erase->ret_after_id;
	}
	/* Begun is as good as done for whoever expects his codes to be there. */
	work->erased[person] = true;
	work->people[person].ended = op.result == AUTHCODE_RESULT_DONE;
	if (op.result != AUTHCODE_RESULT_DONE)
		assert_true(power_is_lost());
}

void
work_prepare(struct fixture *f, int64_t sessions[WORK_PEOPLE])
{
	for (uint32_t i = 0; i < WORK_PEOPLE; i++) {
		char name[16], sub[16];

		snprintf(name, sizeof(name), "person-%u", i);
		snprintf(sub, sizeof(sub), "sub-%u", i);
		sessions[i] = sign_in_as(f, name, 1001 + i, sub);
	}
}

void
work_on(struct work *work, struct fixture *f, const int64_t sessions[WORK_PEOPLE], uint64_t seed)
{
	memset(work, 0, sizeof(*work));
	work->f = f;
	work->dice.seed = seed;
	for (size_t i = 0; i < WORK_PEOPLE; i++)
		work->people[i].id = sessions[i];
	sem_init(&work->done, 0, 0);
	for (size_t step = 0; step < STEPS && !power_is_lost(); step++) {
		one_batch(work);
		f->now += SECOND;
		if (power_is_lost())
			break;
		switch (dice_below(&work->dice, 16)) {
		case 0:
		case 1:
			move_the_log(work);
			break;
		case 2:
			reopen_store(f);
			break;
		case 3:
			erase_one(work);
			break;
		case 4:
			purge_records(work);
			break;
		default:
			break;
		}
	}
	sem_destroy(&work->done);
}
