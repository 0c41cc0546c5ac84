/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/claims.h, the file: what is there is told only when nobody but the
 * administrator can have put it there.
 */
#include "pam_authcode/claims.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DIR_TEMPLATE "/tmp/authcode-claims-XXXXXX"

static char dir[sizeof(DIR_TEMPLATE)];

static const char *
path_of(const char *name)
{
	static char path[sizeof(dir) + 300];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int
setup(void **state)
{
	(void)state;
	memcpy(dir, DIR_TEMPLATE, sizeof(dir));
	return mkdtemp(dir) != NULL ? chmod(dir, 0755) : -1;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path_of("other.json"));
	return rmdir(dir);
}

static void
write_file(const char *name, const void *data, size_t len)
{
	FILE *out = fopen(path_of(name), "we");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path_of(name), 0644), 0);
}

static void
remove_file(const char *name)
{
	if (unlink(path_of(name)) != 0)
		(void)rmdir(path_of(name));
}

static const struct ac_claims_text *
claims_of(const char *user)
{
	const struct ac_permit permit = { .claims_dir = dir };
	struct ac_account account = { .state = AC_ACCOUNT_FOUND };
	static struct ac_claims_text claims;

	memcpy(account.name, user, strlen(user) + 1);
	memset(&claims, 0xa5, sizeof(claims));
	ac_claims_from_file(&permit, &account, &claims);
	assert_int_equal(claims.text[claims.len], '\0');
	assert_int_equal(strlen(claims.text), claims.len);
	return &claims;
}

static void
the_text_of_the_file_is_told_as_it_is(void **state)
{
	static const char *const texts[] = { "",  "{}",       "{\"email\":\"a@example.org\"}\n",
					     "[", "not json", "{\"n\":\"\xc3\xa9\x01\"}\r\n" };

	(void)state;
	assert_string_equal(claims_of("alice")->text, "");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file("alice.json", texts[i], strlen(texts[i]));
		assert_string_equal(claims_of("alice")->text, texts[i]);
		assert_string_equal(claims_of("alic")->text, "");
		assert_string_equal(claims_of("Alice")->text, "");
	}
	remove_file("alice.json");
}

static void
without_a_directory_there_is_no_text(void **state)
{
	const struct ac_permit none = { .claims_dir = NULL }, absent = { .claims_dir = "/absent" },
			       file = { .claims_dir = "/etc/passwd" };
	const struct ac_account account = { .state = AC_ACCOUNT_FOUND, .name = "alice" };
	struct ac_claims_text claims = { .len = 3, .text = "old" };

	(void)state;
	ac_claims_from_file(&none, &account, &claims);
	assert_int_equal(claims.len, 0);
	assert_string_equal(claims.text, "");
	ac_claims_from_file(&absent, &account, &claims);
	assert_int_equal(claims.len, 0);
	ac_claims_from_file(&file, &account, &claims);
	assert_int_equal(claims.len, 0);
}

static void
a_file_of_the_maximum_is_told_and_a_byte_more_is_not(void **state)
{
	static char data[AC_MAX_CLAIMS + 1];

	(void)state;
	memset(data, 'c', sizeof(data));
	write_file("alice.json", data, AC_MAX_CLAIMS);
	assert_int_equal(claims_of("alice")->len, AC_MAX_CLAIMS);
	write_file("alice.json", data, AC_MAX_CLAIMS + 1);
	assert_int_equal(claims_of("alice")->len, 0);
	remove_file("alice.json");
}

static void
what_is_not_text_is_not_told(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} rows[] = {
		{ "{\"a\":\"\xff\"}", 9 }, { "{}\0", 3 },         { "\0", 1 },
		{ "\xc0\xaf", 2 },         { "\xed\xa0\x80", 3 }, { "abc\xe2\x82", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_file("alice.json", rows[i].data, rows[i].len);
		if (claims_of("alice")->len != 0)
			fail_msg("row %zu was told", i);
	}
	remove_file("alice.json");
}

static void
make_link(void)
{
	write_file("other.json", "{}", 2);
	assert_int_equal(symlink("other.json", path_of("alice.json")), 0);
}

static void
make_dangling_link(void)
{
	assert_int_equal(symlink("absent", path_of("alice.json")), 0);
}

static void
make_fifo(void)
{
	assert_int_equal(mkfifo(path_of("alice.json"), 0644), 0);
}

static void
make_directory(void)
{
	assert_int_equal(mkdir(path_of("alice.json"), 0755), 0);
}

static void
make_writable_by_others(void)
{
	write_file("alice.json", "{}", 2);
	assert_int_equal(chmod(path_of("alice.json"), 0646), 0);
}

static void
make_writable_by_group(void)
{
	write_file("alice.json", "{}", 2);
	assert_int_equal(chmod(path_of("alice.json"), 0664), 0);
}

static void
make_unreadable(void)
{
	write_file("alice.json", "\xff", 1);
	assert_int_equal(chmod(path_of("alice.json"), 0), 0);
}

static void
make_owned_by_another(void)
{
	write_file("alice.json", "{}", 2);
	assert_int_equal(chown(path_of("alice.json"), 65534, (gid_t)-1), 0);
}

static void
a_file_that_others_can_have_made_is_not_told(void **state)
{
	static const struct {
		const char *name;
		void (*make)(void);
		bool root;
	} rows[] = {
		{ "a link", make_link, false },
		{ "a link to nothing", make_dangling_link, false },
		{ "a FIFO", make_fifo, false },
		{ "a directory", make_directory, false },
		{ "writable by others", make_writable_by_others, false },
		{ "writable by its group", make_writable_by_group, false },
		{ "unreadable", make_unreadable, false },
		{ "of another owner", make_owned_by_another, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].root && geteuid() != 0)
			continue;
		rows[i].make();
		if (claims_of("alice")->len != 0)
			fail_msg("%s was told", rows[i].name);
		remove_file("alice.json");
	}
}

static void
a_directory_that_others_can_write_to_is_not_read(void **state)
{
	static const mode_t modes[] = { 0775, 0757, 0777, 01777 };

	(void)state;
	write_file("alice.json", "{}", 2);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(dir, modes[i]), 0);
		assert_int_equal(claims_of("alice")->len, 0);
	}
	assert_int_equal(chmod(dir, 0755), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(dir, 65534, (gid_t)-1), 0);
		assert_int_equal(claims_of("alice")->len, 0);
		assert_int_equal(chown(dir, 0, (gid_t)-1), 0);
	}
	assert_string_equal(claims_of("alice")->text, "{}");
	remove_file("alice.json");
}

static void
a_name_that_cannot_be_a_file_name_has_no_file(void **state)
{
	static const char *const names[] = { ".", "..", ".hidden", "../alice", "a/b", "/etc/x" };
	char longest[AC_MAX_USER_NAME + 1] = { 0 };

	(void)state;
	write_file("alice.json", "{}", 2);
	write_file(".hidden.json", "{}", 2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(claims_of(names[i])->len, 0);
	remove_file("alice.json");
	remove_file(".hidden.json");
	/* Together with ".json" it is as long as a name can be, and longer. */
	memset(longest, 'a', 250);
	write_file("x", "{}", 2);
	(void)snprintf(longest + 250, 6, ".json");
	assert_int_equal(claims_of(longest)->len, 0);
	write_file(longest, "{}", 2);
	longest[250] = '\0';
	assert_string_equal(claims_of(longest)->text, "{}");
	longest[250] = 'a';
	longest[251] = '\0';
	assert_int_equal(claims_of(longest)->len, 0);
	(void)snprintf(longest + 250, 6, ".json");
	remove_file(longest);
	remove_file("x");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_of_the_file_is_told_as_it_is),
		cmocka_unit_test(without_a_directory_there_is_no_text),
		cmocka_unit_test(a_file_of_the_maximum_is_told_and_a_byte_more_is_not),
		cmocka_unit_test(what_is_not_text_is_not_told),
		cmocka_unit_test(a_file_that_others_can_have_made_is_not_told),
		cmocka_unit_test(a_directory_that_others_can_write_to_is_not_read),
		cmocka_unit_test(a_name_that_cannot_be_a_file_name_has_no_file),
	};

	return cmocka_run_group_tests_name("claims_file", tests, setup, teardown);
}
