/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Long random histories on three stores at once: the reference without purge,
 * the reference with it, and SQLite with it. The last two must be alike to the
 * last byte; the first two must agree on everything that anybody can use.
 */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"
#include "same_rows.h"

#define STEPS 3000
#define KEPT 4096 /* ids to draw from */

enum role { UNPURGED, PURGED, SQLITE, ROLES };

struct history {
	struct fixture *stores[ROLES];
	uint32_t counters[ROLES]; /* each store draws the same keys */
	uint64_t seed;
	int64_t now;
	int64_t subjects[KEPT], sessions[KEPT], codes[KEPT], tokens[KEPT], devices[KEPT];
	int64_t code, refresh; /* the newest, to go on with */
	size_t subject_count, session_count, code_count, token_count, device_count;
	int64_t deliveries[KEPT];
	size_t delivery_count;
	size_t told;    /* deliveries that were made, to show that some were */
	size_t listed;  /* subjects, to show that lists were not empty */
	size_t seen[8]; /* results, to show that the history was worth it */
};

/* xorshift64: the same history from the same seed everywhere. */
static uint32_t
roll(struct history *h, uint32_t below)
{
	h->seed ^= h->seed << 13;
	h->seed ^= h->seed >> 7;
	h->seed ^= h->seed << 17;
	return (uint32_t)((h->seed >> 16) % below);
}

static enum authcode_err
count_up(void *ctx, void *buf, size_t len)
{
	uint32_t *counter = ctx;

	assert_int_equal(len, sizeof(*counter));
	memcpy(buf, counter, sizeof(*counter));
	(*counter)++;
	return AUTHCODE_OK;
}

static void
keep(int64_t *list, size_t *count, int64_t id)
{
	if (id != 0 && *count < KEPT)
		list[(*count)++] = id;
}

/* Mostly young ones. */
static int64_t
pick(struct history *h, const int64_t *list, size_t count)
{
	size_t window = roll(h, 4) == 0 ? count : 12;

	if (count == 0)
		return 1;
	if (window > count)
		window = count;
	return list[count - 1 - roll(h, (uint32_t)window)];
}

/* Mostly by the youngest session and about the youngest device: what is allowed and
 * redeemed, twice too, is what tells most. */
static struct authcode_operation
random_device_operation(struct history *h, const struct fixture *clock)
{
	int64_t young = h->session_count > 0 ? h->sessions[h->session_count - 1] : 1;
	int64_t device = h->device_count > 0 ? h->devices[h->device_count - 1] : 1;
	struct authcode_operation op;

	if (roll(h, 4) == 0)
		device = pick(h, h->devices, h->device_count);
	switch (roll(h, 6)) {
	case 0:
		/* Never one that was given out before: purge makes those free again. */
		op = op_device(clock, 0);
		memcpy(op.u.create_device.device.user_code_hash, &h->seed, sizeof(h->seed));
		return op;
	case 1:
	case 2:
		op = op_allow(clock, device, young);
		op.u.answer_device.allow = roll(h, 8) != 0;
		return op;
	case 3:
		return op_poll(clock, device);
	default:
		op = op_redeem_device(clock, device);
		op.u.redeem_device.with_refresh = roll(h, 4) != 0;
		op.u.redeem_device.detached = roll(h, 4) == 0;
		if (roll(h, 2) == 0)
			op.u.redeem_device.family_expires_ms = h->now + 20 * HOUR;
		return op;
	}
}

static struct authcode_operation
random_redemption(struct history *h, int64_t code)
{
	struct authcode_operation op = op_redeem(&(struct fixture){ .now = h->now }, code);

	op.u.redeem_code.with_refresh = roll(h, 4) != 0;
	op.u.redeem_code.detached = roll(h, 4) == 0;
	if (roll(h, 2) == 0)
		op.u.redeem_code.family_expires_ms = h->now + 20 * HOUR;
	return op;
}

static struct authcode_operation
random_refresh(struct history *h, int64_t refresh)
{
	struct authcode_operation op =
		op_refresh(&(struct fixture){ .now = h->now }, refresh, roll(h, 3) != 0);

	op.u.use_refresh.retry_ms = roll(h, 4) == 0 ? 0 : AUTHCODE_RETRY_MAX_MS;
	return op;
}

/* Few kids and ids, so that some are taken and some are the newest. */
static struct authcode_operation
random_key_operation(struct history *h)
{
	static const char *const algs[] = { "RS256", "ES256" };
	static const char *const kids[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	struct fixture clock = { .now = h->now };

	if (roll(h, 3) == 0)
		return roll(h, 2) == 0 ? op_forget_key(&clock, roll(h, 9))
				       : op_stop_key(&clock, roll(h, 9), roll(h, 2) * clock.now);
	return op_add_key(&clock, kids[roll(h, AC_ARRAY_SIZE(kids))], algs[roll(h, 2)], roll(h, 6));
}

/* Of clients that are seldom asked for, so that the histories of the others go on. */
static struct authcode_operation
random_client_operation(struct history *h)
{
	static const char *const ids[] = { "other", "other", "robot", "new" };
	struct fixture clock = { .now = h->now };
	struct authcode_operation op = op_put_client(&clock, ids[roll(h, 4)], roll(h, 4));

	op.u.put_client.end = roll(h, 2) == 0;
	op.u.put_client.remove = roll(h, 3) == 0;
	return op;
}

static struct authcode_operation
random_operation(struct history *h)
{
	static const char *const names[] = { "ana", "bob", "carol" };
	static const char *const clients[] = { "demo", "demo", "other" };
	static const char *const scopes[] = { "profile", "email profile", "groups" };
	struct fixture clock = { .now = h->now };
	struct authcode_operation op;
	static char sub[32];

	/* Else few codes would live to see a token, and few tokens another. */
	if (h->code != 0 && roll(h, 2) == 0) {
		op = random_redemption(h, h->code);
		h->code = 0;
		return op;
	}
	if (h->refresh != 0 && roll(h, 2) == 0)
		return random_refresh(h, h->refresh);
	if (roll(h, 30) == 0)
		return random_key_operation(h);
	if (roll(h, 40) == 0)
		return random_client_operation(h);
	switch (roll(h, 21)) {
	case 0:
	case 1:
		snprintf(sub, sizeof(sub), "sub-%llx", (unsigned long long)h->seed);
		op = op_sign_in(&clock, names[roll(h, 3)], roll(h, 8) == 0 ? 2 : 1, sub);
		if (roll(h, 3) == 0)
			op.u.create_session.replaces = pick(h, h->sessions, h->session_count);
		/* Two hashes are enough for one to be another's or to be out of date. */
		if (roll(h, 4) == 0)
			memset(op.u.create_session.hash, 0x52, AUTHCODE_HASH_LEN);
		if (roll(h, 4) == 0)
			memset(op.u.create_session.replaces_hash, 0x52, AUTHCODE_HASH_LEN);
		return op;
	case 2:
	case 3:
	case 4:
		op = op_issue(&clock, pick(h, h->sessions, h->session_count));
		op.u.issue_code.remember = roll(h, 2) == 0;
		op.u.issue_code.consented_scope = scopes[roll(h, 3)];
		op.u.issue_code.tell_logout = roll(h, 2) == 0;
		op.u.issue_code.code.client_id = clients[roll(h, 3)];
		if (roll(h, 4) == 0)
			memset(op.u.issue_code.session_hash, 0x52, AUTHCODE_HASH_LEN);
		return op;
	case 5:
	case 6:
	case 7:
	case 8:
		return random_redemption(h, pick(h, h->codes, h->code_count));
	case 9:
	case 10:
	case 11:
	case 12:
		return random_refresh(h, pick(h, h->tokens, h->token_count));
	case 13:
		return op_revoke_token(&clock, pick(h, h->tokens, h->token_count));
	case 14:
		if (roll(h, 2) == 0)
			return op_revoke_family(&clock, pick(h, h->codes, h->code_count));
		return op_end_session(&clock, pick(h, h->sessions, h->session_count));
	case 15:
		if (roll(h, 8) == 0)
			return op_retire(&clock, pick(h, h->subjects, h->subject_count));
		op = op_relink(&clock, names[roll(h, 3)], names[roll(h, 3)], 1);
		op.u.relink_subject.replace = roll(h, 2) == 0;
		return op;
	case 16:
		if (roll(h, 4) != 0)
			return op_client_token(&clock);
		return op_withdraw(&clock, pick(h, h->subjects, h->subject_count),
				   roll(h, 3) == 0 ? "other" : "demo");
	case 17:
	case 18:
		return random_device_operation(h, &clock);
	case 19:
		op = op_record(&clock, pick(h, h->deliveries, h->delivery_count), roll(h, 3) * 250);
		op.u.record_delivery.next_ms = roll(h, 2) == 0 ? 0 : h->now + MINUTE;
		return op;
	default:
		return op_purge(&clock, 1000);
	}
}

static void
remember(struct history *h, const struct authcode_operation *op)
{
	switch (op->kind) {
	case AUTHCODE_OP_CREATE_SESSION:
		keep(h->subjects, &h->subject_count, op->u.create_session.ret_subject_id);
		keep(h->sessions, &h->session_count, op->u.create_session.ret_session_id);
		break;
	case AUTHCODE_OP_ISSUE_CODE:
		keep(h->codes, &h->code_count, op->u.issue_code.ret_code_id);
		h->code = op->u.issue_code.ret_code_id;
		break;
	case AUTHCODE_OP_REDEEM_CODE:
		keep(h->tokens, &h->token_count, op->u.redeem_code.access.ret_id);
		keep(h->tokens, &h->token_count, op->u.redeem_code.refresh.ret_id);
		if (op->u.redeem_code.refresh.ret_id != 0)
			h->refresh = op->u.redeem_code.refresh.ret_id;
		break;
	case AUTHCODE_OP_CREATE_DEVICE:
		keep(h->devices, &h->device_count, op->u.create_device.ret_device_id);
		break;
	case AUTHCODE_OP_REDEEM_DEVICE:
		keep(h->tokens, &h->token_count, op->u.redeem_device.access.ret_id);
		keep(h->tokens, &h->token_count, op->u.redeem_device.refresh.ret_id);
		break;
	case AUTHCODE_OP_USE_REFRESH:
		if (op->result != AUTHCODE_RESULT_DONE) {
			h->refresh = op->result == AUTHCODE_RESULT_REPEATED ? h->refresh : 0;
			break;
		}
		/* Now and then the old one comes again. */
		if (op->u.use_refresh.successor.ret_id != 0 && roll(h, 3) == 0)
			h->refresh = op->u.use_refresh.successor.ret_id;
		keep(h->tokens, &h->token_count, op->u.use_refresh.access.ret_id);
		keep(h->tokens, &h->token_count, op->u.use_refresh.successor.ret_id);
		break;
	case AUTHCODE_OP_ISSUE_CLIENT_TOKEN:
		keep(h->tokens, &h->token_count, op->u.issue_client_token.access.ret_id);
		break;
	default:
		break;
	}
}

/* What resource servers and the token endpoint would say. */
static bool
usable(struct fixture *f, int64_t id, int64_t now)
{
	struct authcode_token_view view;

	return authcode_store_find_token(f->store, id, f->arena, &view) == AUTHCODE_OK &&
	       now < view.token.expires_ms && view.token.revoked_ms == 0 &&
	       view.token.rotated_ms == 0 && now < view.family.expires_ms &&
	       view.family.revoked_ms == 0 && view.withdrawn_ms == 0 &&
	       view.subject.retired_ms == 0 && view.session.ended_ms == 0 &&
	       (view.family.session_id == 0 || view.session.id != 0);
}

/* Purging takes nobody off the list who can still be honoured. */
static void
compare_lists(struct history *h)
{
	static struct authcode_subject lists[ROLES][KEPT];
	size_t counts[ROLES];

	for (int i = 0; i < ROLES; i++)
		assert_int_equal(authcode_store_list_subjects(h->stores[i]->store, h->now, 0,
							      h->stores[i]->arena, lists[i], KEPT,
							      &counts[i]),
				 AUTHCODE_OK);
	for (int i = 1; i < ROLES; i++) {
		assert_int_equal(counts[i], counts[0]);
		for (size_t k = 0; k < counts[0]; k++)
			assert_same_subject(&lists[i][k], &lists[0][k]);
	}
	h->listed += counts[0];
}

/* What was made, is due and was recorded. */
static void
compare_deliveries(struct history *h)
{
	static struct authcode_delivery_view lists[ROLES][KEPT];
	size_t counts[ROLES];

	for (int i = PURGED; i < ROLES; i++)
		assert_int_equal(authcode_store_list_deliveries(h->stores[i]->store, INT64_MAX,
								KEPT, h->stores[i]->arena, lists[i],
								KEPT, &counts[i]),
				 AUTHCODE_OK);
	assert_int_equal(counts[PURGED], counts[SQLITE]);
	h->delivery_count = 0;
	for (size_t k = 0; k < counts[PURGED]; k++) {
		assert_same_delivery(&lists[PURGED][k], &lists[SQLITE][k]);
		keep(h->deliveries, &h->delivery_count, lists[PURGED][k].delivery.id);
	}
	h->told += counts[PURGED];
}

static void
compare_keys(struct history *h)
{
	static struct authcode_signing_key lists[ROLES][KEPT];
	size_t counts[ROLES];

	for (int i = 0; i < ROLES; i++)
		assert_int_equal(authcode_store_list_signing_keys(h->stores[i]->store,
								  h->stores[i]->arena, lists[i],
								  KEPT, &counts[i]),
				 AUTHCODE_OK);
	for (int i = 1; i < ROLES; i++) {
		assert_int_equal(counts[i], counts[0]);
		for (size_t k = 0; k < counts[0]; k++) {
			assert_int_equal(lists[i][k].id, lists[0][k].id);
			assert_string_equal(lists[i][k].kid, lists[0][k].kid);
			assert_string_equal(lists[i][k].alg, lists[0][k].alg);
			assert_int_equal(lists[i][k].created_ms, lists[0][k].created_ms);
			assert_int_equal(lists[i][k].stopped_ms, lists[0][k].stopped_ms);
		}
	}
}

static void
compare_clients(struct history *h)
{
	static struct authcode_stored_client lists[ROLES][16];
	size_t counts[ROLES];

	for (int i = 0; i < ROLES; i++)
		assert_int_equal(authcode_store_list_clients(h->stores[i]->store, "",
							     h->stores[i]->arena, lists[i], 16,
							     &counts[i]),
				 AUTHCODE_OK);
	for (int i = 1; i < ROLES; i++) {
		assert_int_equal(counts[i], counts[0]);
		for (size_t k = 0; k < counts[0]; k++) {
			assert_string_equal(lists[i][k].id, lists[0][k].id);
			assert_int_equal(lists[i][k].revision, lists[0][k].revision);
			assert_int_equal(lists[i][k].created_ms, lists[0][k].created_ms);
			assert_int_equal(lists[i][k].changed_ms, lists[0][k].changed_ms);
			assert_int_equal(lists[i][k].removed_ms, lists[0][k].removed_ms);
		}
	}
}

static void
compare_rows(struct history *h)
{
	struct fixture *a = h->stores[UNPURGED], *b = h->stores[PURGED], *c = h->stores[SQLITE];

	for (size_t i = 0; i < h->token_count; i++) {
		struct authcode_token_view x, y;

		assert_int_equal(usable(a, h->tokens[i], h->now), usable(b, h->tokens[i], h->now));
		assert_int_equal(has_token(b, h->tokens[i]), has_token(c, h->tokens[i]));
		if (!has_token(b, h->tokens[i]))
			continue;
		x = token_of(b, h->tokens[i]);
		y = token_of(c, h->tokens[i]);
		assert_same_token(&x, &y);
	}
	for (size_t i = 0; i < h->code_count; i++) {
		struct authcode_code_view x, y;

		assert_int_equal(has_code(b, h->codes[i]), has_code(c, h->codes[i]));
		if (!has_code(b, h->codes[i]))
			continue;
		x = code_of(b, h->codes[i]);
		y = code_of(c, h->codes[i]);
		assert_same_code(&x, &y);
	}
	for (size_t i = 0; i < h->session_count; i++) {
		struct authcode_session_view x, y;
		const char *granted, *same;

		assert_int_equal(has_session(b, h->sessions[i]), has_session(c, h->sessions[i]));
		if (!has_session(b, h->sessions[i]))
			continue;
		x = session_of(b, h->sessions[i]);
		y = session_of(c, h->sessions[i]);
		assert_same_session(&x, &y);
		granted = granted_scope(b, x.subject.id, "demo");
		same = granted_scope(c, x.subject.id, "demo");
		assert_string_equal(granted != NULL ? granted : "", same != NULL ? same : "");
	}
	for (size_t i = 0; i < h->device_count; i++) {
		struct authcode_device_view x, y;

		assert_int_equal(has_device(b, h->devices[i]), has_device(c, h->devices[i]));
		if (!has_device(b, h->devices[i]))
			continue;
		x = device_of(b, h->devices[i]);
		y = device_of(c, h->devices[i]);
		assert_same_device(&x, &y);
	}
	compare_lists(h);
	compare_deliveries(h);
	compare_keys(h);
	compare_clients(h);
	for (int i = 0; i < ROLES; i++) {
		authcode_arena_free(&h->stores[i]->arena);
		assert_int_equal(authcode_arena_new(64 * 1024 * 1024, &h->stores[i]->arena),
				 AUTHCODE_OK);
	}
}

/* Mostly seconds, now and then long enough for each kind of row to end. */
static int64_t
pause_of(struct history *h)
{
	static const int64_t often[] = { 0, 0, 1, SECOND, SECOND, 5 * SECOND, 20 * SECOND, MINUTE };

	if (roll(h, 200) == 0)
		return 30 * DAY;
	if (roll(h, 60) == 0)
		return 5 * HOUR;
	if (roll(h, 30) == 0)
		return HOUR;
	return often[roll(h, AC_ARRAY_SIZE(often))];
}

static void
step(struct history *h)
{
	struct authcode_operation op, ops[ROLES];

	h->now += pause_of(h);
	op = random_operation(h);
	for (int i = 0; i < ROLES; i++) {
		ops[i] = op;
		if (i == UNPURGED && op.kind == AUTHCODE_OP_PURGE)
			ops[i] = op_revoke_token(&(struct fixture){ .now = h->now }, 1);
		perform(h->stores[i], &ops[i]);
	}
	/* Alike in every member: results, keys, counts. */
	ops[SQLITE].arg = ops[PURGED].arg;
	assert_memory_equal(&ops[PURGED], &ops[SQLITE], sizeof(op));
	h->seen[ops[PURGED].result]++;
	if (op.kind == AUTHCODE_OP_PURGE)
		return;
	/* Only refusals may differ, and of a revocation what it found. */
	if (op.kind != AUTHCODE_OP_REVOKE_FAMILY && op.kind != AUTHCODE_OP_REVOKE_TOKEN &&
	    op.kind != AUTHCODE_OP_END_SESSION && op.kind != AUTHCODE_OP_RECORD_DELIVERY)
		assert_int_equal(ops[UNPURGED].result == AUTHCODE_RESULT_DONE,
				 ops[PURGED].result == AUTHCODE_RESULT_DONE);
	/* A session that is not forgotten may still tell somebody. */
	if (op.kind != AUTHCODE_OP_CREATE_SESSION && op.kind != AUTHCODE_OP_END_SESSION &&
	    op.kind != AUTHCODE_OP_RETIRE_SUBJECT && op.kind != AUTHCODE_OP_RELINK_SUBJECT &&
	    op.kind != AUTHCODE_OP_PUT_CLIENT)
		assert_int_equal(h->counters[UNPURGED], h->counters[PURGED]);
	h->counters[UNPURGED] = h->counters[PURGED];
	remember(h, &ops[PURGED]);
}

static void
run_history(uint64_t seed)
{
	static struct history h;

	memset(&h, 0, sizeof(h));
	h.seed = seed;
	h.now = T0;
	for (int i = 0; i < ROLES; i++) {
		struct authcode_store_random random = { .fill = count_up, .ctx = &h.counters[i] };
		struct authcode_store_sqlite_settings settings = { .create = true,
								   .random = random };

		h.stores[i] = fixture_new(&backends[i == SQLITE ? 1 : 0]);
		if (i == SQLITE) {
			settings.path = h.stores[i]->path;
			authcode_store_close(&h.stores[i]->store);
			assert_int_equal(
				authcode_store_sqlite_open(&settings, &h.stores[i]->store, NULL),
				AUTHCODE_OK);
			continue;
		}
		authcode_store_close(&h.stores[i]->store);
		assert_int_equal(authcode_store_memory_open(&random, &h.stores[i]->store),
				 AUTHCODE_OK);
	}
	for (int i = 1; i <= STEPS; i++) {
		step(&h);
		if (i % 250 == 0)
			compare_rows(&h);
	}
	assert_in_range(h.seen[AUTHCODE_RESULT_DONE], STEPS / 5, STEPS);
	assert_in_range(h.seen[AUTHCODE_RESULT_EXPIRED], 20, STEPS);
	assert_in_range(h.seen[AUTHCODE_RESULT_REUSED], 20, STEPS);
	assert_in_range(h.seen[AUTHCODE_RESULT_NOT_FOUND], 20, STEPS);
	assert_in_range(h.seen[AUTHCODE_RESULT_CONFLICT], 5, STEPS);
	assert_in_range(h.seen[AUTHCODE_RESULT_REPEATED], 5, STEPS);
	assert_int_equal(h.seen[AUTHCODE_RESULT_FAILED], 0);
	assert_in_range(h.listed, 10, KEPT);
	assert_in_range(h.told, 3, KEPT);
	for (int i = 0; i < ROLES; i++) {
		void *state = h.stores[i];

		fixture_tear_down(&state);
	}
}

static void
whole_histories_agree_and_purge_changes_no_answer(void **state)
{
	static const uint64_t seeds[] = { 0x9e3779b97f4a7c15, 0xdeadbeefcafef00d, 42 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(seeds); i++) {
		print_message("# seed %llx\n", (unsigned long long)seeds[i]);
		run_history(seeds[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_histories_agree_and_purge_changes_no_answer),
	};

	return cmocka_run_group_tests_name("store histories", tests, NULL, NULL);
}
