/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The contract on lists (<authcode/list.h>): every row once, in order, page by page,
 * those that are wanted and no others, dead or alive.
 */
#include "contract.h"

#include <string.h>

#include "base/attr.h"
#include "fixture_device.h"
#include "fixture_people.h"

#define ROWS 64

/* All pages together. */
struct rows {
	struct authcode_listed list[ROWS];
	size_t count, pages;
};

static struct authcode_list
everything(enum authcode_list_kind kind)
{
	return (struct authcode_list){ .kind = kind, .look = 2, .after_client = "" };
}

static struct rows
all_of(struct fixture *f, struct authcode_list list)
{
	struct rows rows = { .count = 0 };

	do {
		assert_true(rows.count + list.look <= ROWS);
		assert_int_equal(
			authcode_store_list(f->store, &list, f->arena, &rows.list[rows.count]),
			AUTHCODE_OK);
		assert_true(list.ret_count <= list.look);
		rows.count += list.ret_count;
		rows.pages++;
	} while (list.ret_more);
	return rows;
}

static size_t
count_of(struct fixture *f, struct authcode_list list)
{
	return all_of(f, list).count;
}

/* Two people, three sessions, codes for two clients, a device, a token of a client. */
struct world {
	int64_t ana, bob; /* subjects */
	int64_t sessions[3];
	struct tokens tokens[2];
	int64_t open_code, device;
};

static struct world
populate(struct fixture *f)
{
	struct world w;
	struct authcode_operation op;

	w.sessions[0] = sign_in(f);
	w.ana = session_of(f, w.sessions[0]).subject.id;
	f->now++;
	w.sessions[1] = sign_in_as(f, "bob", 1002, "sub-bob");
	w.bob = session_of(f, w.sessions[1]).subject.id;
	f->now++;
	w.sessions[2] = sign_in(f);
	w.tokens[0] = redeem(f, code_for(f, w.sessions[0], "demo"));
	f->now++;
	w.tokens[1] = redeem(f, code_for(f, w.sessions[1], "demo"));
	f->now++;
	w.open_code = code_for(f, w.sessions[2], "wiki");
	w.device = new_device(f, 1);
	allow_device(f, w.device, w.sessions[2]);
	op = op_client_token(f);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	return w;
}

static void
every_row_is_listed_once_and_in_order(void **state)
{
	static const struct {
		enum authcode_list_kind kind;
		size_t count;
	} kinds[] = {
		{ AUTHCODE_LIST_SUBJECTS, 2 }, { AUTHCODE_LIST_SESSIONS, 3 },
		{ AUTHCODE_LIST_GRANTS, 3 },   { AUTHCODE_LIST_CODES, 3 },
		{ AUTHCODE_LIST_FAMILIES, 3 }, { AUTHCODE_LIST_TOKENS, 5 },
		{ AUTHCODE_LIST_DEVICES, 1 },  { AUTHCODE_LIST_DELIVERIES, 0 },
	};
	struct fixture *f = *state;

	(void)populate(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(kinds); i++) {
		struct authcode_list list = everything(kinds[i].kind);

		for (list.look = 1; list.look <= 7; list.look++) {
			struct rows rows = all_of(f, list);
			int64_t last = 0;

			if (rows.count != kinds[i].count)
				fail_msg("kind %d: %zu rows in pages of %u", (int)kinds[i].kind,
					 rows.count, list.look);
			for (size_t k = 0; k < rows.count; k++) {
				int64_t id;

				memcpy(&id, &rows.list[k], sizeof(id)); /* every row begins so */
				assert_true(kinds[i].kind == AUTHCODE_LIST_GRANTS     ? id >= last
					    : kinds[i].kind == AUTHCODE_LIST_FAMILIES ? id == 0
										      : id > last);
				last = id;
			}
		}
	}
}

static void
a_person_has_what_is_its_own(void **state)
{
	struct fixture *f = *state;
	struct world w = populate(f);
	const struct {
		enum authcode_list_kind kind;
		size_t ana, bob;
	} kinds[] = {
		{ AUTHCODE_LIST_SUBJECTS, 1, 1 }, { AUTHCODE_LIST_SESSIONS, 2, 1 },
		{ AUTHCODE_LIST_GRANTS, 2, 1 },   { AUTHCODE_LIST_CODES, 2, 1 },
		{ AUTHCODE_LIST_FAMILIES, 1, 1 }, { AUTHCODE_LIST_TOKENS, 2, 2 },
		{ AUTHCODE_LIST_DEVICES, 1, 0 },
	};

	for (size_t i = 0; i < AC_ARRAY_SIZE(kinds); i++) {
		struct authcode_list list = everything(kinds[i].kind);

		list.subject_id = w.ana;
		assert_int_equal(count_of(f, list), kinds[i].ana);
		list.subject_id = w.bob;
		assert_int_equal(count_of(f, list), kinds[i].bob);
		list.subject_id = 1;
		assert_int_equal(count_of(f, list), 0);
	}
}

static void
a_client_has_what_is_its_own(void **state)
{
	static const struct {
		enum authcode_list_kind kind;
		const char *client;
		size_t count;
	} rows[] = {
		{ AUTHCODE_LIST_GRANTS, "demo", 2 },   { AUTHCODE_LIST_GRANTS, "wiki", 1 },
		{ AUTHCODE_LIST_GRANTS, "dem", 0 },    { AUTHCODE_LIST_CODES, "demo", 2 },
		{ AUTHCODE_LIST_FAMILIES, "demo", 2 }, { AUTHCODE_LIST_FAMILIES, "robot", 1 },
		{ AUTHCODE_LIST_TOKENS, "demo", 4 },   { AUTHCODE_LIST_TOKENS, "robot", 1 },
		{ AUTHCODE_LIST_DEVICES, "tv", 1 },    { AUTHCODE_LIST_SESSIONS, "demo", 0 },
		{ AUTHCODE_LIST_TOKENS, "", 0 },
	};
	struct fixture *f = *state;

	(void)populate(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_list list = everything(rows[i].kind);

		list.client_id = rows[i].client;
		if (count_of(f, list) != rows[i].count)
			fail_msg("kind %d of %s", (int)rows[i].kind, rows[i].client);
	}
}

static void
rows_come_with_what_they_depend_on(void **state)
{
	struct fixture *f = *state;
	struct world w = populate(f);
	struct authcode_list list = everything(AUTHCODE_LIST_FAMILIES);
	struct rows rows;
	const struct authcode_token_view *family;

	list.subject_id = w.ana;
	rows = all_of(f, list);
	family = &rows.list[0].u.family;
	assert_int_equal(family->token.id, 0);
	assert_int_equal(family->family.id, w.tokens[0].family);
	assert_string_equal(family->subject.sub, "sub-ana");
	assert_int_equal(family->session.id, w.sessions[0]);
	list = everything(AUTHCODE_LIST_TOKENS);
	list.client_id = "robot";
	rows = all_of(f, list);
	assert_int_equal(rows.list[0].u.token.subject.id, 0);
	assert_int_equal(rows.list[0].u.token.session.id, 0);
	list = everything(AUTHCODE_LIST_GRANTS);
	list.subject_id = w.bob;
	rows = all_of(f, list);
	assert_string_equal(rows.list[0].u.grant.grant.client_id, "demo");
	assert_string_equal(rows.list[0].u.grant.grant.scope, "profile");
	assert_string_equal(rows.list[0].u.grant.subject.user_name, "bob");
	list = everything(AUTHCODE_LIST_DEVICES);
	rows = all_of(f, list);
	assert_int_equal(rows.list[0].u.device.device.id, w.device);
	assert_string_equal(rows.list[0].u.device.subject.user_name, "ana");
	list = everything(AUTHCODE_LIST_CODES);
	list.client_id = "wiki";
	rows = all_of(f, list);
	assert_int_equal(rows.list[0].u.code.code.id, w.open_code);
	assert_int_equal(rows.list[0].u.code.session.id, w.sessions[2]);
}

static void
dead_rows_are_listed_too(void **state)
{
	struct fixture *f = *state;
	struct world w = populate(f);
	struct authcode_operation op = op_end_session(f, w.sessions[0]);
	struct authcode_list list = everything(AUTHCODE_LIST_SESSIONS);
	struct rows rows;

	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_retire(f, w.ana);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_withdraw(f, w.ana, "demo");
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	list.subject_id = w.ana;
	rows = all_of(f, list);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.list[0].u.session.session.ended_ms, f->now);
	assert_int_equal(rows.list[1].u.session.subject.retired_ms, f->now);
	list = everything(AUTHCODE_LIST_FAMILIES);
	list.subject_id = w.ana;
	rows = all_of(f, list);
	assert_int_equal(rows.list[0].u.family.withdrawn_ms, f->now);
	/* Both sessions had told a client of themselves. */
	assert_int_equal(count_of(f, everything(AUTHCODE_LIST_DELIVERIES)), 2);
}

static void
a_subject_is_found_by_its_account_or_its_sub(void **state)
{
	struct fixture *f = *state;
	struct world w = populate(f);
	struct authcode_list list = everything(AUTHCODE_LIST_SUBJECTS);
	struct authcode_subject subject;
	struct authcode_operation op;

	assert_int_equal(authcode_store_find_subject(f->store, "ana", NULL, f->arena, &subject),
			 AUTHCODE_OK);
	assert_int_equal(subject.id, w.ana);
	assert_int_equal(authcode_store_find_subject(f->store, NULL, "sub-bob", f->arena, &subject),
			 AUTHCODE_OK);
	assert_string_equal(subject.user_name, "bob");
	op = op_retire(f, w.ana);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	assert_int_equal(authcode_store_find_subject(f->store, "ana", NULL, f->arena, &subject),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(authcode_store_find_subject(f->store, NULL, "sub-ana", f->arena, &subject),
			 AUTHCODE_OK);
	assert_int_equal(subject.retired_ms, f->now);
	/* Whoever comes after has another subject of the same name. */
	(void)sign_in_as(f, "ana", 1001, "sub-new");
	list.user_name = "ana";
	assert_int_equal(count_of(f, list), 2);
	list.user_name = "an";
	assert_int_equal(count_of(f, list), 0);
}

static void
nobody_is_found_by_a_name_that_is_nobodys(void **state)
{
	static const char *const names[] = { "", "an", "anaa", "sub-ana", "ANA" };
	struct fixture *f = *state;
	struct authcode_subject subject = { .id = 7 };

	(void)populate(f);
	for (size_t i = 0; i < AC_ARRAY_SIZE(names); i++)
		assert_int_equal(
			authcode_store_find_subject(f->store, names[i], NULL, f->arena, &subject),
			AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(authcode_store_find_subject(f->store, NULL, "ana", f->arena, &subject),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_int_equal(authcode_store_find_subject(f->store, NULL, NULL, f->arena, &subject),
			 AUTHCODE_ERR_USAGE);
	assert_int_equal(subject.id, 7);
}

static void
what_breaks_the_rules_is_refused(void **state)
{
	const struct authcode_list good = everything(AUTHCODE_LIST_SESSIONS);
	struct authcode_list bad[] = { good, good, good, good, good, good };
	struct fixture *f = *state;
	struct authcode_listed row;

	bad[0].kind = 0;
	bad[1].kind = AUTHCODE_LIST_COUNT;
	bad[2].look = 0;
	bad[3].look = AUTHCODE_LIST_MAX + 1;
	bad[4].after_id = -1;
	bad[5].after_client = NULL;
	for (size_t i = 0; i < AC_ARRAY_SIZE(bad); i++) {
		struct authcode_list before = bad[i];

		assert_int_equal(authcode_store_list(f->store, &bad[i], f->arena, &row),
				 AUTHCODE_ERR_USAGE);
		assert_int_equal(bad[i].after_id, before.after_id);
		assert_false(bad[i].ret_more);
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(every_row_is_listed_once_and_in_order),
	CONTRACT_CASE(a_person_has_what_is_its_own),
	CONTRACT_CASE(a_client_has_what_is_its_own),
	CONTRACT_CASE(rows_come_with_what_they_depend_on),
	CONTRACT_CASE(dead_rows_are_listed_too),
	CONTRACT_CASE(a_subject_is_found_by_its_account_or_its_sub),
	CONTRACT_CASE(nobody_is_found_by_a_name_that_is_nobodys),
	CONTRACT_CASE(what_breaks_the_rules_is_refused),
};

const struct contract_chapter contract_lists = { cases, AC_ARRAY_SIZE(cases) };
