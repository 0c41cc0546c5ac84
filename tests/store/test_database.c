/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * <authcode/database.h>: a copy beside a store that is open, what is counted in it, and
 * what is left of it when everything in it was ended.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <authcode/database.h>
#include <authcode/list.h>

#include "base/attr.h"
#include "database_world.h"
#include "raw_sql.h"

/* The world goes on from the copy. */
static void
serve_copy(struct world *world)
{
	authcode_store_close(&world->f->store);
	snprintf(world->f->path, sizeof(world->f->path), "%s", world->copy);
	open_store(world->f);
}

static const struct authcode_database_table *
table(const struct authcode_database_report *report, const char *name)
{
	for (size_t i = 0; i < report->table_count; i++) {
		if (strcmp(report->tables[i].name, name) == 0)
			return &report->tables[i];
	}
	fail_msg("no table %s", name);
	return NULL;
}

/* Its header asks for no log (SQLite, file format §1.3.3), and there is none. */
static void
assert_one_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t versions[2];
	char log[160];

	assert_int_equal(pread(fd, versions, sizeof(versions), 18), sizeof(versions));
	close(fd);
	assert_int_equal(versions[0], 1);
	assert_int_equal(versions[1], 1);
	snprintf(log, sizeof(log), "%s-wal", path);
	assert_int_not_equal(access(log, F_OK), 0);
}

static void
a_copy_has_what_was_written_until_then(void **state)
{
	struct world *world = *state;
	struct stat st;

	copy(world);
	(void)sign_in_as(world->f, "bob", 1002, "sub-bob");
	assert_int_equal(stat(world->copy, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_one_file(world->copy);
	serve_copy(world);
	assert_true(has_token(world->f, world->tokens.access));
	assert_string_equal(session_of(world->f, world->session).subject.user_name, "ana");
}

struct seen {
	unsigned calls;
	uint64_t done, total;
};

static void
note(void *ctx, uint64_t done, uint64_t total)
{
	struct seen *seen = ctx;

	assert_true(done >= seen->done && done <= total);
	seen->calls++;
	seen->done = done;
	seen->total = total;
}

static void
progress_goes_to_its_end(void **state)
{
	struct world *world = *state;
	struct seen seen = { 0 };
	const struct authcode_database_progress progress = { note, &seen };

	make_file(world->copy);
	assert_int_equal(authcode_database_copy(world->f->path, world->copy, &progress, NULL),
			 AUTHCODE_OK);
	assert_true(seen.calls >= 1);
	assert_int_equal(seen.done, seen.total);
}

static void
rows_are_counted_by_whether_they_live(void **state)
{
	struct world *world = *state;
	struct authcode_database_report report;
	struct authcode_operation op = op_revoke_token(world->f, world->tokens.access);

	assert_int_equal(perform(world->f, &op), AUTHCODE_RESULT_DONE);
	copy(world);
	assert_int_equal(
		authcode_database_examine(world->copy, world->f->now, false, &report, NULL),
		AUTHCODE_OK);
	assert_int_equal(report.fault_count, 0);
	assert_true(report.bytes > 0 && report.schema > 0);
	assert_int_equal(table(&report, "token")->rows, 2);
	assert_int_equal(table(&report, "token")->live, 1);
	assert_int_equal(table(&report, "code")->rows, 2);
	assert_int_equal(table(&report, "code")->live, 1);
	assert_int_equal(table(&report, "subject")->live, 1);
	assert_int_equal(table(&report, "session_client")->live, -1);
	assert_int_equal(authcode_database_examine(world->copy, world->f->now + 400 * DAY, true,
						   &report, NULL),
			 AUTHCODE_OK);
	assert_int_equal(table(&report, "token")->live, 0);
	assert_int_equal(table(&report, "session")->live, 0);
	assert_int_equal(table(&report, "signing_key")->live, 1);
}

/* --- one rule for db check and for the lists ------------------------------------------- */

static void
end_nothing(struct world *w)
{
	(void)w;
}

static void
end_the_session(struct world *w)
{
	struct authcode_operation op = op_end_session(w->f, w->session);

	assert_int_equal(perform(w->f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_the_person(struct world *w)
{
	struct authcode_operation op = op_retire(w->f, session_of(w->f, w->session).subject.id);

	assert_int_equal(perform(w->f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_the_consent(struct world *w)
{
	struct authcode_operation op =
		op_withdraw(w->f, session_of(w->f, w->session).subject.id, "demo");

	assert_int_equal(perform(w->f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_the_client(struct world *w)
{
	struct authcode_operation op = op_put_client(w->f, "demo", 0);

	op.u.put_client.registration = "x";
	assert_int_equal(perform(w->f, &op), AUTHCODE_RESULT_DONE);
	op = op_put_client(w->f, "demo", 1);
	op.u.put_client.remove = true;
	assert_int_equal(perform(w->f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_the_family(struct world *w)
{
	struct authcode_operation op =
		op_revoke_family(w->f, token_of(w->f, w->tokens.access).family.id);

	assert_int_equal(perform(w->f, &op), AUTHCODE_RESULT_DONE);
}

static void
end_by_time(struct world *w)
{
	w->f->now += 400 * DAY;
}

/* How many rows of the kind the lists call alive; a device is pending or allowed then. */
static int64_t
alive(struct world *w, enum authcode_list_kind kind)
{
	static const char *const words[] = { "live", "pending", "allowed" };
	static struct authcode_listed rows[64];
	struct authcode_list list = { .kind = kind, .look = 64, .after_client = "" };
	int64_t count = 0;

	assert_int_equal(authcode_store_list(w->f->store, &list, w->f->arena, rows), AUTHCODE_OK);
	for (size_t i = 0; i < list.ret_count; i++) {
		const char *state = authcode_listed_state(kind, &rows[i], w->f->now);

		for (size_t n = 0; n < AC_ARRAY_SIZE(words); n++)
			count += strcmp(state, words[n]) == 0;
	}
	return count;
}

static void
what_is_counted_as_live_is_what_the_lists_call_so(void **state)
{
	static const struct {
		enum authcode_list_kind kind;
		const char *name;
	} tables[] = {
		{ AUTHCODE_LIST_SUBJECTS, "subject" },  { AUTHCODE_LIST_SESSIONS, "session" },
		{ AUTHCODE_LIST_GRANTS, "user_grant" }, { AUTHCODE_LIST_CODES, "code" },
		{ AUTHCODE_LIST_FAMILIES, "family" },   { AUTHCODE_LIST_TOKENS, "token" },
		{ AUTHCODE_LIST_DEVICES, "device" },
	};
	static const struct {
		const char *name;
		void (*end)(struct world *w);
		int64_t tokens; /* live afterwards */
	} rows[] = {
		{ "nothing", end_nothing, 2 },         { "a session", end_the_session, 0 },
		{ "a person", end_the_person, 0 },     { "a consent", end_the_consent, 0 },
		{ "a client", end_the_client, 0 },     { "a family", end_the_family, 0 },
		{ "the time of all", end_by_time, 0 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_database_report report;
		void *own = NULL;
		struct world *world;

		print_message("# %s\n", rows[i].name);
		assert_int_equal(database_set_up(&own), 0);
		world = own;
		world->f->now += 1;
		rows[i].end(world);
		copy(world);
		assert_int_equal(
			authcode_database_examine(world->copy, world->f->now, true, &report, NULL),
			AUTHCODE_OK);
		assert_int_equal(table(&report, "token")->live, rows[i].tokens);
		for (size_t n = 0; n < AC_ARRAY_SIZE(tables); n++)
			assert_int_equal(table(&report, tables[n].name)->live,
					 alive(world, tables[n].kind));
		assert_int_equal(database_tear_down(&own), 0);
	}
}

static void
nothing_lives_in_what_was_ended(void **state)
{
	struct world *world = *state;
	struct authcode_database_ended ended;
	struct authcode_delivery_view views[4];
	struct authcode_signing_key key;
	struct authcode_operation op;
	size_t count = 0;
	int64_t subject = session_of(world->f, world->session).subject.id;

	copy(world);
	/* What is done afterwards the copy does not know. */
	(void)redeem(world->f, world->open_code);
	assert_int_equal(authcode_database_end_all(world->copy, world->f->now + 1, &ended, NULL),
			 AUTHCODE_OK);
	assert_int_equal(ended.sessions, 1);
	assert_int_equal(ended.codes, 2);
	assert_int_equal(ended.families, 1);
	assert_int_equal(ended.tokens, 2);
	assert_int_equal(ended.devices, 1);
	assert_int_equal(ended.told, 1);
	assert_one_file(world->copy);
	serve_copy(world);
	op = op_redeem(world->f, world->open_code);
	assert_int_equal(perform(world->f, &op), AUTHCODE_RESULT_NOT_FOUND);
	op = op_refresh(world->f, world->tokens.refresh, true);
	assert_true(perform(world->f, &op) != AUTHCODE_RESULT_DONE);
	assert_false(has_token(world->f, world->tokens.access));
	assert_false(has_session(world->f, world->session));
	/* Who people are, what they consented to and what is signed with stays. */
	assert_string_equal(granted_scope(world->f, subject, "demo"), "profile");
	assert_int_equal(
		authcode_store_list_signing_keys(world->f->store, world->f->arena, &key, 1, &count),
		AUTHCODE_OK);
	assert_string_equal(key.kid, "kid-1");
	assert_int_equal(authcode_store_list_deliveries(world->f->store, INT64_MAX, 1000,
							world->f->arena, views,
							AC_ARRAY_SIZE(views), &count),
			 AUTHCODE_OK);
	assert_int_equal(count, 1);
	assert_string_equal(views[0].delivery.client_id, "demo");
	world->f->now += SECOND;
	assert_int_equal(session_of(world->f, sign_in(world->f)).subject.id, subject);
	(void)redeem(world->f, issue(world->f, sign_in(world->f)));
}

static void
ending_twice_ends_nothing_more(void **state)
{
	struct world *world = *state;
	struct authcode_database_ended ended;

	copy(world);
	assert_int_equal(authcode_database_end_all(world->copy, world->f->now, &ended, NULL),
			 AUTHCODE_OK);
	assert_int_equal(authcode_database_end_all(world->copy, world->f->now, &ended, NULL),
			 AUTHCODE_OK);
	assert_int_equal(ended.tokens + ended.sessions + ended.codes + ended.told, 0);
}

static void
a_copy_that_wanted_a_log_is_one_file_again(void **state)
{
	struct world *world = *state;
	struct authcode_database_ended ended;

	copy(world);
	execute(world->copy, "PRAGMA journal_mode = WAL");
	assert_int_equal(authcode_database_end_all(world->copy, world->f->now, &ended, NULL),
			 AUTHCODE_OK);
	assert_one_file(world->copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DATABASE_TEST(a_copy_has_what_was_written_until_then),
		DATABASE_TEST(progress_goes_to_its_end),
		DATABASE_TEST(rows_are_counted_by_whether_they_live),
		cmocka_unit_test(what_is_counted_as_live_is_what_the_lists_call_so),
		DATABASE_TEST(nothing_lives_in_what_was_ended),
		DATABASE_TEST(ending_twice_ends_nothing_more),
		DATABASE_TEST(a_copy_that_wanted_a_log_is_one_file_again),
	};

	return cmocka_run_group_tests_name("database file", tests, NULL, NULL);
}
