/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * store/sqlite_file.c, sqlite_open.c, sqlite_schema.c: which files are opened,
 * which are refused with what sentence, and that a refused file is left as it
 * was. Never a fresh empty state in the place of one that cannot be read.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "fixture.h"
#include "raw_sql.h"
#include "same_rows.h"
#include "store/sqlite_schema.h"

static struct authcode_store_sqlite_settings
settings_for(const char *path, bool create)
{
	return (struct authcode_store_sqlite_settings){ .path = path, .create = create };
}

/* --- what can lie at a path -------------------------------------------- */

static void
write_file(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static void
write_at(const char *path, off_t offset, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, offset), len);
	close(fd);
}

static void
make_ours(const char *path)
{
	struct authcode_store_sqlite_settings settings = settings_for(path, true);
	struct authcode_store *store = NULL;

	assert_int_equal(authcode_store_sqlite_open(&settings, &store, NULL), AUTHCODE_OK);
	authcode_store_close(&store);
}

static void
make_empty(const char *path)
{
	write_file(path, "", 0);
}

static void
make_text(const char *path)
{
	char text[4096];

	memset(text, 'x', sizeof(text));
	write_file(path, text, sizeof(text));
}

static void
make_one_byte(const char *path)
{
	write_file(path, "S", 1);
}

static void
make_bad_magic(const char *path)
{
	make_ours(path);
	write_at(path, 0, "SQLite format 4", 15);
}

static void
make_bad_page_size(const char *path)
{
	make_ours(path);
	write_at(path, 16, "\x00\x07", 2);
}

static void
make_truncated(const char *path)
{
	make_ours(path);
	assert_int_equal(truncate(path, 4096), 0);
}

static void
make_header_only(const char *path)
{
	make_ours(path);
	assert_int_equal(truncate(path, 100), 0);
}

static void
make_bad_schema_page(const char *path)
{
	char garbage[512];

	make_ours(path);
	memset(garbage, 0xff, sizeof(garbage));
	write_at(path, 100, garbage, sizeof(garbage));
}

static void
make_bad_table_page(const char *path)
{
	char garbage[4096];

	make_ours(path);
	memset(garbage, 0xa5, sizeof(garbage));
	write_at(path, 4096, garbage, sizeof(garbage));
}

static void
make_bad_last_page(const char *path)
{
	char garbage[4096];
	struct stat st;

	make_ours(path);
	assert_int_equal(stat(path, &st), 0);
	memset(garbage, 0xa5, sizeof(garbage));
	write_at(path, st.st_size - (off_t)sizeof(garbage), garbage, sizeof(garbage));
}

static void
make_foreign(const char *path)
{
	execute(path, "CREATE TABLE bookmark (url TEXT); PRAGMA user_version = 1");
}

static void
make_foreign_with_id(const char *path)
{
	execute(path, "CREATE TABLE bookmark (url TEXT); PRAGMA application_id = 1196444487");
}

static void
make_unversioned(const char *path)
{
	make_ours(path);
	execute(path, "PRAGMA user_version = 0");
}

static void
make_negative_version(const char *path)
{
	make_ours(path);
	execute(path, "PRAGMA user_version = -1");
}

static void
make_newer(const char *path)
{
	make_ours(path);
	execute(path, "PRAGMA user_version = 1000");
}

static void
make_missing_table(const char *path)
{
	make_ours(path);
	execute(path, "DROP TABLE token");
}

static void
make_missing_column(const char *path)
{
	make_ours(path);
	execute(path, "ALTER TABLE token DROP COLUMN scope");
}

static void
make_view_for_table(const char *path)
{
	make_ours(path);
	execute(path, "ALTER TABLE token RENAME TO old;"
		      "CREATE VIEW token AS SELECT * FROM old");
}

static void
make_directory_there(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
make_fifo(const char *path)
{
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void
make_link_to_ours(const char *path)
{
	char target[160];

	snprintf(target, sizeof(target), "%s.real", path);
	make_ours(target);
	assert_int_equal(symlink(target, path), 0);
}

static void
make_dangling_link(const char *path)
{
	assert_int_equal(symlink("nowhere", path), 0);
}

static void
make_second_name(const char *path)
{
	char other[160];

	make_ours(path);
	snprintf(other, sizeof(other), "%s.other", path);
	assert_int_equal(link(path, other), 0);
}

static void
make_group_readable(const char *path)
{
	make_ours(path);
	assert_int_equal(chmod(path, 0640), 0);
}

static void
make_world_readable(const char *path)
{
	make_ours(path);
	assert_int_equal(chmod(path, 0604), 0);
}

static void
make_log_without_database(const char *path)
{
	char log[160];

	snprintf(log, sizeof(log), "%s-wal", path);
	write_file(log, "left over", 9);
}

static void
make_journal_without_database(const char *path)
{
	char log[160];

	snprintf(log, sizeof(log), "%s-journal", path);
	write_file(log, "left over", 9);
}

static const struct {
	const char *name;
	void (*make)(const char *path);
	enum authcode_err err;
	const char *says;
} refused[] = {
	{ "empty", make_empty, AUTHCODE_ERR_FOREIGN, "is empty" },
	{ "one byte", make_one_byte, AUTHCODE_ERR_FOREIGN, "is not a database" },
	{ "text", make_text, AUTHCODE_ERR_FOREIGN, "is not a database" },
	{ "bad magic", make_bad_magic, AUTHCODE_ERR_FOREIGN, "is not a database" },
	{ "bad page size", make_bad_page_size, AUTHCODE_ERR_FOREIGN, "is not a database" },
	{ "header only", make_header_only, AUTHCODE_ERR_FOREIGN, "restore a backup" },
	{ "truncated", make_truncated, AUTHCODE_ERR_FOREIGN, "is damaged" },
	{ "bad schema page", make_bad_schema_page, AUTHCODE_ERR_FOREIGN, "restore a backup" },
	{ "bad table page", make_bad_table_page, AUTHCODE_ERR_FOREIGN, "is damaged" },
	{ "bad last page", make_bad_last_page, AUTHCODE_ERR_FOREIGN, "is damaged" },
	{ "another application's", make_foreign, AUTHCODE_ERR_FOREIGN, "another application" },
	{ "another application's with an id", make_foreign_with_id, AUTHCODE_ERR_FOREIGN,
	  "another application" },
	{ "no version", make_unversioned, AUTHCODE_ERR_FOREIGN, "no schema version" },
	{ "negative version", make_negative_version, AUTHCODE_ERR_FOREIGN, "no schema version" },
	{ "newer version", make_newer, AUTHCODE_ERR_NEWER, "newer version of authcode" },
	{ "a table is missing", make_missing_table, AUTHCODE_ERR_FOREIGN, "is damaged" },
	{ "a column is missing", make_missing_column, AUTHCODE_ERR_FOREIGN, "is damaged" },
	{ "a view in place of a table", make_view_for_table, AUTHCODE_ERR_FOREIGN, "is damaged" },
	{ "directory", make_directory_there, AUTHCODE_ERR_FOREIGN, "not a regular file" },
	{ "fifo", make_fifo, AUTHCODE_ERR_FOREIGN, "not a regular file" },
	{ "link to one of ours", make_link_to_ours, AUTHCODE_ERR_FOREIGN, "symbolic link" },
	{ "dangling link", make_dangling_link, AUTHCODE_ERR_FOREIGN, "symbolic link" },
	{ "second name", make_second_name, AUTHCODE_ERR_IO, "hard link" },
	{ "readable by the group", make_group_readable, AUTHCODE_ERR_IO, "chmod 0600" },
	{ "readable by all", make_world_readable, AUTHCODE_ERR_IO, "chmod 0600" },
};

/* --- the tests ----------------------------------------------------------- */

struct place {
	char directory[64];
	char path[96];
};

static void
place_init(struct place *place)
{
	make_directory(place->directory, sizeof(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/authcode.db", place->directory);
}

/* The content of the file, or nothing when it is none. */
static size_t
content(const char *path, char *data, size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, data, size) : -1;

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

static void
a_file_that_cannot_be_ours_is_refused_and_left_alone(void **state)
{
	static char before[1 << 20], after[1 << 20];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(refused); i++) {
		for (int create = 0; create <= 1; create++) {
			struct authcode_store_sqlite_settings settings;
			struct authcode_store *store = (void *)0x5a;
			struct authcode_reason reason;
			struct place place;
			size_t len;
			enum authcode_err err;

			place_init(&place);
			refused[i].make(place.path);
			len = content(place.path, before, sizeof(before));
			settings = settings_for(place.path, create != 0);
			err = authcode_store_sqlite_open(&settings, &store, &reason);
			if (err != refused[i].err || strstr(reason.text, refused[i].says) == NULL ||
			    strstr(reason.text, place.path) == NULL)
				fail_msg("%s: %s: %s", refused[i].name, authcode_err_str(err),
					 reason.text);
			assert_ptr_equal(store, (void *)0x5a);
			assert_int_equal(content(place.path, after, sizeof(after)), len);
			assert_memory_equal(before, after, len);
			remove_directory(place.directory);
		}
	}
}

static void
without_create_a_file_that_is_missing_is_not_found(void **state)
{
	struct authcode_store_sqlite_settings settings;
	struct authcode_store *store = NULL;
	struct authcode_reason reason;
	struct place place;

	(void)state;
	place_init(&place);
	settings = settings_for(place.path, false);
	assert_int_equal(authcode_store_sqlite_open(&settings, &store, &reason),
			 AUTHCODE_ERR_NOT_FOUND);
	assert_non_null(strstr(reason.text, place.path));
	assert_null(store);
	assert_int_equal(access(place.path, F_OK), -1);
	assert_int_equal(rmdir(place.directory), 0); /* nothing was left in it */
}

static void
a_directory_that_is_missing_is_an_io_error(void **state)
{
	struct authcode_store_sqlite_settings settings =
		settings_for("/nonexistent/authcode.db", true);
	struct authcode_store *store = NULL;
	struct authcode_reason reason;

	(void)state;
	assert_int_equal(authcode_store_sqlite_open(&settings, &store, &reason), AUTHCODE_ERR_IO);
	assert_non_null(strstr(reason.text, "/nonexistent/authcode.db"));
}

/* What is left of a lost database must not be played into a new one. */
static void
remains_without_a_database_are_not_built_upon(void **state)
{
	static void (*const makers[])(const char *) = { make_log_without_database,
							make_journal_without_database };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(makers); i++) {
		struct authcode_store_sqlite_settings settings;
		struct authcode_store *store = NULL;
		struct authcode_reason reason;
		struct place place;

		place_init(&place);
		makers[i](place.path);
		settings = settings_for(place.path, true);
		assert_int_equal(authcode_store_sqlite_open(&settings, &store, &reason),
				 AUTHCODE_ERR_FOREIGN);
		assert_non_null(strstr(reason.text, place.path));
		assert_int_equal(access(place.path, F_OK), -1);
		remove_directory(place.directory);
	}
}

static void
a_new_database_is_private_versioned_and_complete(void **state)
{
	struct authcode_store_sqlite_settings settings;
	struct authcode_store *store = NULL;
	struct authcode_reason reason;
	struct place place;
	char log[160];
	struct stat st;
	mode_t umask_before = umask(0);

	(void)state;
	place_init(&place);
	settings = settings_for(place.path, true);
	assert_int_equal(authcode_store_sqlite_open(&settings, &store, &reason), AUTHCODE_OK);
	assert_string_equal(reason.text, "");
	assert_int_equal(stat(place.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	snprintf(log, sizeof(log), "%s-wal", place.path);
	assert_int_equal(stat(log, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	authcode_store_close(&store);
	umask(umask_before);
	assert_int_equal(access(log, F_OK), -1); /* moved into the file */
	assert_int_equal(number(place.path, "PRAGMA application_id"), 0x61636462);
	assert_int_equal(number(place.path, "PRAGMA user_version"), (int)ac_schema_count);
	assert_int_equal(unlink(place.path), 0);
	assert_int_equal(rmdir(place.directory), 0); /* no draft was left */
}

static void
create_opens_what_is_there_and_replaces_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f);
	struct stat before, after;

	assert_int_equal(stat(f->path, &before), 0);
	reopen_store(f); /* with create */
	assert_int_equal(stat(f->path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_true(has_session(f, session));
}

static void *
open_and_close(void *arg)
{
	struct authcode_store_sqlite_settings settings = settings_for(arg, true);
	struct authcode_store *store = NULL;

	if (authcode_store_sqlite_open(&settings, &store, NULL) != AUTHCODE_OK)
		return arg;
	authcode_store_close(&store);
	return NULL;
}

static void
two_who_create_at_once_share_one_database(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		pthread_t threads[4];
		struct place place;

		place_init(&place);
		for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++)
			assert_int_equal(
				pthread_create(&threads[i], NULL, open_and_close, place.path), 0);
		for (size_t i = 0; i < AC_ARRAY_SIZE(threads); i++) {
			void *failed;

			pthread_join(threads[i], &failed);
			assert_null(failed);
		}
		assert_int_equal(number(place.path, "PRAGMA user_version"), (int)ac_schema_count);
		remove_directory(place.directory);
	}
}

/* /var/run is a link, and so may be what leads to a state directory. */
static void
a_directory_may_be_reached_through_a_link(void **state)
{
	struct authcode_store_sqlite_settings settings;
	struct authcode_store *store = NULL;
	struct place place;
	char link_name[160], path[192];

	(void)state;
	place_init(&place);
	snprintf(link_name, sizeof(link_name), "%s.link", place.directory);
	snprintf(path, sizeof(path), "%s/authcode.db", link_name);
	assert_int_equal(symlink(place.directory, link_name), 0);
	settings = settings_for(path, true);
	assert_int_equal(authcode_store_sqlite_open(&settings, &store, NULL), AUTHCODE_OK);
	authcode_store_close(&store);
	assert_int_equal(access(place.path, F_OK), 0);
	unlink(link_name);
	remove_directory(place.directory);
}

static void
a_relative_path_is_fine(void **state)
{
	struct authcode_store_sqlite_settings settings = settings_for("authcode.db", true);
	struct authcode_store *store = NULL;
	struct place place;
	struct authcode_arena *arena = NULL;
	struct authcode_session_view view;
	char before[4096];

	(void)state;
	place_init(&place);
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(place.directory), 0);
	assert_int_equal(authcode_store_sqlite_open(&settings, &store, NULL), AUTHCODE_OK);
	assert_int_equal(chdir(before), 0); /* the path was made absolute */
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_OK);
	assert_int_equal(authcode_store_find_session(store, 1, arena, &view),
			 AUTHCODE_ERR_NOT_FOUND);
	authcode_arena_free(&arena);
	authcode_store_close(&store);
	remove_directory(place.directory);
}

static void
everything_is_there_after_reopening(void **state)
{
	struct fixture *f = *state;
	int64_t session = sign_in(f), code = issue(f, session);
	struct tokens tokens = redeem(f, issue(f, session));
	struct authcode_operation op = op_issue(f, session);
	struct authcode_session_view session_before;
	struct authcode_code_view code_before, code_after;
	struct authcode_token_view token_before, token_after;
	struct authcode_session_view session_after;

	op.u.issue_code.remember = true;
	op.u.issue_code.consented_scope = "profile";
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_DONE);
	session_before = session_of(f, session);
	code_before = code_of(f, code);
	token_before = token_of(f, tokens.refresh);
	reopen_store(f);
	session_after = session_of(f, session);
	code_after = code_of(f, code);
	token_after = token_of(f, tokens.refresh);
	assert_same_session(&session_before, &session_after);
	assert_same_code(&code_before, &code_after);
	assert_same_token(&token_before, &token_after);
	assert_string_equal(granted_scope(f, session_after.subject.id, "demo"), "profile");
	/* CVE-2026-9802 of another server: a rotated token is not good again. */
	op = op_refresh(f, tokens.refresh, true);
	assert_int_equal(perform(f, &op), AUTHCODE_RESULT_REUSED);
}

#define WITH_STORE(test)                                                                           \
	{                                                                                          \
#test, test, fixture_set_up, fixture_tear_down, (void *)&backends[1]               \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_cannot_be_ours_is_refused_and_left_alone),
		cmocka_unit_test(without_create_a_file_that_is_missing_is_not_found),
		cmocka_unit_test(a_directory_that_is_missing_is_an_io_error),
		cmocka_unit_test(remains_without_a_database_are_not_built_upon),
		cmocka_unit_test(a_new_database_is_private_versioned_and_complete),
		cmocka_unit_test(two_who_create_at_once_share_one_database),
		cmocka_unit_test(a_directory_may_be_reached_through_a_link),
		cmocka_unit_test(a_relative_path_is_fine),
		WITH_STORE(create_opens_what_is_there_and_replaces_nothing),
		WITH_STORE(everything_is_there_after_reopening),
	};

	return cmocka_run_group_tests_name("sqlite files", tests, NULL, NULL);
}
