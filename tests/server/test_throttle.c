/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/throttle.h: what buckets hold, that the file keeps it, and that no file
 * is bad enough to stop the daemon (T13).
 */
#include "server/throttle.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_http.h"

#define WINDOW_S (AC_THROTTLE_WINDOW_MS / 1000)
#define FILE_SIZE (48 + 8192 * 8 * 24)

static const uint8_t key[AC_MAC_LEN] = { 1, 2, 3 };
static const struct ac_throttle_limits limits = {
	.guesses = { [AC_BUCKET_NAME] = 3, [AC_BUCKET_ADDRESS] = 5 },
};
static struct ac_throttle *t;
static char dir[64];
static int dir_fd;

static void
reopen(void)
{
	ac_throttle_close(&t);
	assert_null(t);
	assert_int_equal(ac_throttle_open(dir_fd, key, &limits, &t), AUTHCODE_OK);
}

static struct ac_bucket
bucket(enum ac_bucket_kind kind, const char *text)
{
	struct ac_bucket made;

	assert_true(ac_throttle_bucket(t, kind, text, strlen(text), &made));
	return made;
}

/* One guess at a name: 0, or the seconds to wait. */
static uint32_t
guess(const char *name)
{
	struct ac_bucket one = bucket(AC_BUCKET_NAME, name);
	uint32_t wait_s = 0;
	bool ok = ac_throttle_spend(t, &one, 1, &wait_s);

	assert_int_equal(ok, wait_s == 0);
	assert_int_equal(one.paid_ms, ok ? AC_THROTTLE_WINDOW_MS / 3 : 0);
	return wait_s;
}

static void
drain(const char *name)
{
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(guess(name), 0);
	assert_in_range(guess(name), WINDOW_S / 3 - 5, WINDOW_S / 3);
}

static void
as_many_as_configured_and_no_more(void **state)
{
	(void)state;
	drain("alice");
	assert_int_equal(guess("bob"), 0);
	assert_int_equal(guess("Alice"), 0);
	assert_true(guess("alice") > 0);
}

static void
guesses_come_back_one_by_one(void **state)
{
	(void)state;
	drain("alice");
	ac_throttle_advance(t, AC_THROTTLE_WINDOW_MS / 3 + 1);
	assert_int_equal(guess("alice"), 0);
	assert_true(guess("alice") > 0);
	ac_throttle_advance(t, (int64_t)AC_THROTTLE_WINDOW_MS * 100);
	drain("alice"); /* a full bucket holds no more than it holds */
}

static void
who_is_refused_pays_nothing(void **state)
{
	struct ac_bucket both[2];
	uint32_t wait_s = 0;

	(void)state;
	drain("alice");
	both[0] = bucket(AC_BUCKET_ADDRESS, "192.0.2.1");
	both[1] = bucket(AC_BUCKET_NAME, "alice");
	for (unsigned i = 0; i < 20; i++)
		assert_false(ac_throttle_spend(t, both, 2, &wait_s));
	both[1] = bucket(AC_BUCKET_NAME, "bob");
	for (unsigned i = 0; i < 3; i++)
		assert_true(ac_throttle_spend(t, both, 2, &wait_s));
	both[1] = bucket(AC_BUCKET_NAME, "carol");
	for (unsigned i = 0; i < 2; i++)
		assert_true(ac_throttle_spend(t, both, 2, &wait_s));
	assert_false(ac_throttle_spend(t, both, 2, &wait_s)); /* the address has spent five */
	assert_int_equal(guess("carol"), 0);
}

static void
a_refund_gives_back_what_was_paid_once(void **state)
{
	struct ac_bucket one = bucket(AC_BUCKET_NAME, "alice");
	uint32_t wait_s = 0;

	(void)state;
	assert_int_equal(guess("alice"), 0);
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_int_equal(one.paid_ms, AC_THROTTLE_WINDOW_MS / 3 * 2);
	ac_throttle_refund(t, &one, 1);
	ac_throttle_refund(t, &one, 1);
	assert_int_equal(guess("alice"), 0);
	assert_int_equal(guess("alice"), 0);
	assert_true(guess("alice") > 0);
	/* Long after, there is no more in it than it holds. */
	ac_throttle_advance(t, AC_THROTTLE_WINDOW_MS);
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	ac_throttle_advance(t, AC_THROTTLE_WINDOW_MS);
	ac_throttle_refund(t, &one, 1);
	drain("alice");
}

/* Between the guess and its refund a reload may take the limit away. */
static void
a_refund_without_a_limit_gives_back_what_was_paid(void **state)
{
	static const struct ac_throttle_limits none;
	struct ac_bucket one = bucket(AC_BUCKET_NAME, "alice");
	uint32_t wait_s = 0;

	(void)state;
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	ac_throttle_set(t, &none);
	ac_throttle_refund(t, &one, 1);
	assert_int_equal(one.paid_ms, 0);
	ac_throttle_set(t, &limits);
	drain("alice");
}

/* A guess of three is a third of the window, the only one is all of it. */
static void
a_refund_gives_back_the_price_of_its_day(void **state)
{
	static const struct ac_throttle_limits stricter = { .guesses = { [AC_BUCKET_NAME] = 1 } };
	struct ac_bucket one = bucket(AC_BUCKET_NAME, "alice");
	uint32_t wait_s = 0;

	(void)state;
	assert_int_equal(guess("alice"), 0);
	assert_int_equal(guess("alice"), 0);
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	ac_throttle_set(t, &stricter);
	ac_throttle_refund(t, &one, 1);
	assert_false(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_in_range(wait_s, WINDOW_S / 3 * 2 - 5, WINDOW_S / 3 * 2);
}

static void
no_limit_is_no_limit(void **state)
{
	struct ac_bucket one = bucket(AC_BUCKET_TOTAL, "");
	uint32_t wait_s = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_int_equal(one.paid_ms, 0);
	ac_throttle_refund(t, &one, 1);
}

static void
the_limit_of_everybody_is_one_bucket(void **state)
{
	const struct ac_throttle_limits total = { .guesses = { [AC_BUCKET_TOTAL] = 2 } };
	uint32_t wait_s = 0;
	struct ac_bucket one;

	(void)state;
	ac_throttle_close(&t);
	assert_int_equal(ac_throttle_open(dir_fd, key, &total, &t), AUTHCODE_OK);
	one = bucket(AC_BUCKET_TOTAL, "");
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_true(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_false(ac_throttle_spend(t, &one, 1, &wait_s));
	assert_in_range(wait_s, WINDOW_S / 2 - 5, WINDOW_S / 2);
}

static void
a_bucket_that_cannot_be_told_is_refused(void **state)
{
	static const char text[AC_MAC_MAX_DATA];
	struct ac_bucket one;

	(void)state;
	assert_false(ac_throttle_bucket(t, AC_BUCKET_NAME, text, sizeof(text), &one));
}

static void
many_other_names_do_not_wash_a_name_out(void **state)
{
	(void)state;
	drain("alice");
	for (unsigned i = 0; i < 200000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%u", i);
		assert_int_equal(guess(name), 0);
	}
	assert_true(guess("alice") > 0);
}

static void *
guess_a_lot(void *arg)
{
	unsigned *won = arg;

	for (unsigned i = 0; i < 200; i++)
		*won += guess("alice") == 0;
	return NULL;
}

static void
parallel_guesses_do_not_outrun_the_count(void **state)
{
	unsigned won[8] = { 0 }, sum = 0;
	pthread_t threads[8];

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, guess_a_lot, &won[i]), 0);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		sum += won[i];
	}
	assert_int_equal(sum, 3);
}

/* --- the file ------------------------------------------------------------- */

static void
a_restart_forgets_nothing(void **state)
{
	(void)state;
	drain("alice");
	reopen();
	assert_true(guess("alice") > 0);
	assert_int_equal(guess("bob"), 0);
	assert_false(fake_log_contains("\n"));
}

static void
a_clock_that_went_back_neither_frees_nor_locks(void **state)
{
	(void)state;
	/* The file has seen a time that is an hour ahead of the clock. */
	ac_throttle_advance(t, 3600000);
	drain("alice");
	reopen();
	assert_in_range(guess("alice"), 1, WINDOW_S);
	ac_throttle_advance(t, AC_THROTTLE_WINDOW_MS);
	drain("alice");
}

static void
the_file_is_private_and_names_nobody(void **state)
{
	static char text[FILE_SIZE];
	struct stat st;
	int fd;

	(void)state;
	drain("alice-the-admin");
	fd = openat(dir_fd, "guesses", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, FILE_SIZE);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(read(fd, text, sizeof(text)), FILE_SIZE);
	assert_null(memmem(text, sizeof(text), "alice", 5));
	assert_null(memmem(text, sizeof(text), key, sizeof(key)));
	assert_int_equal(close(fd), 0);
	assert_int_equal(faccessat(dir_fd, "guesses.new", F_OK, 0), -1);
}

/* Writes at an offset of the file, or cuts it there when there is no text. */
static void
damage(off_t offset, const void *text, size_t len)
{
	int fd = openat(dir_fd, "guesses", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	if (text != NULL)
		assert_int_equal(pwrite(fd, text, len, offset), len);
	else
		assert_int_equal(ftruncate(fd, offset), 0);
	assert_int_equal(close(fd), 0);
}

static void
a_damaged_file_is_begun_anew(void **state)
{
	static const struct {
		const char *name;
		off_t offset;
		const char *text;
		size_t len;
	} rows[] = {
		{ "empty", 0, NULL, 0 },
		{ "half a header", 20, NULL, 0 },
		{ "cut", FILE_SIZE - 1, NULL, 0 },
		{ "longer", FILE_SIZE + 1, NULL, 0 },
		{ "magic", 0, "x", 1 },
		{ "version", 14, "2", 1 },
		{ "byte order", 16, "\1\2\3\4", 4 },
		{ "sets", 20, "\377\377\377\377", 4 },
		{ "ways", 24, "\377", 1 },
		{ "slot size", 28, "\1", 1 },
		{ "negative clock", 32, "\377\377\377\377\377\377\377\377", 8 },
		{ "clock past all time", 32, "\377\377\377\377\377\377\377\177", 8 },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		fake_log_clear();
		reopen();
		ac_throttle_advance(t, AC_THROTTLE_WINDOW_MS);
		drain("alice");
		ac_throttle_close(&t);
		damage(rows[i].offset, rows[i].text, rows[i].len);
		assert_int_equal(ac_throttle_open(dir_fd, key, &limits, &t), AUTHCODE_OK);
		if (!fake_log_contains("damaged"))
			fail_msg("%s: no warning", rows[i].name);
		drain("alice");
	}
}

static void
a_file_that_is_not_ours_alone_is_begun_anew(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(fchmodat(dir_fd, "guesses", 0640, 0), 0);
	reopen();
	assert_true(fake_log_contains("damaged"));
	fake_log_clear();
	assert_int_equal(linkat(dir_fd, "guesses", dir_fd, "other", 0), 0);
	reopen();
	assert_true(fake_log_contains("damaged"));
	fake_log_clear();
	/* A link is not followed, and its target not touched. */
	assert_int_equal(unlinkat(dir_fd, "guesses", 0), 0);
	assert_int_equal(symlinkat("other", dir_fd, "guesses"), 0);
	reopen();
	assert_true(fake_log_contains("damaged"));
	assert_int_equal(fstatat(dir_fd, "guesses", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(unlinkat(dir_fd, "other", 0), 0);
}

static void
any_bytes_in_the_slots_lock_for_a_window_at_most(void **state)
{
	static const uint8_t fills[] = { 0xff, 0x7f, 0x80, 0x01 };
	static uint8_t bytes[FILE_SIZE - 40];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(fills); i++) {
		ac_throttle_close(&t);
		memset(bytes, fills[i], sizeof(bytes));
		damage(40, bytes, sizeof(bytes));
		assert_int_equal(ac_throttle_open(dir_fd, key, &limits, &t), AUTHCODE_OK);
		assert_in_range(guess("alice"), 0, WINDOW_S);
		ac_throttle_advance(t, AC_THROTTLE_WINDOW_MS);
		drain("alice");
	}
	assert_false(fake_log_contains("\n"));
}

static void
another_key_sees_other_buckets(void **state)
{
	static const uint8_t other[AC_MAC_LEN] = { 9 };

	(void)state;
	drain("alice");
	ac_throttle_close(&t);
	assert_int_equal(ac_throttle_open(dir_fd, other, &limits, &t), AUTHCODE_OK);
	drain("alice");
}

static void
a_table_that_cannot_be_made_is_an_error(void **state)
{
	struct ac_throttle *none = NULL;

	(void)state;
	assert_int_equal(ac_throttle_open(-1, key, &limits, &none), AUTHCODE_ERR_IO);
	assert_null(none);
	ac_throttle_close(&none);
	ac_throttle_close(NULL);
}

static int
set_up(void **state)
{
	(void)state;
	fake_log_clear();
	snprintf(dir, sizeof(dir), "/tmp/authcode-throttle.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ac_throttle_open(dir_fd, key, &limits, &t) == AUTHCODE_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	ac_throttle_close(&t);
	(void)unlinkat(dir_fd, "guesses", 0);
	(void)close(dir_fd);
	return rmdir(dir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(as_many_as_configured_and_no_more),
		TEST(guesses_come_back_one_by_one),
		TEST(who_is_refused_pays_nothing),
		TEST(a_refund_gives_back_what_was_paid_once),
		TEST(a_refund_without_a_limit_gives_back_what_was_paid),
		TEST(a_refund_gives_back_the_price_of_its_day),
		TEST(no_limit_is_no_limit),
		TEST(the_limit_of_everybody_is_one_bucket),
		TEST(a_bucket_that_cannot_be_told_is_refused),
		TEST(many_other_names_do_not_wash_a_name_out),
		TEST(parallel_guesses_do_not_outrun_the_count),
		TEST(a_restart_forgets_nothing),
		TEST(a_clock_that_went_back_neither_frees_nor_locks),
		TEST(the_file_is_private_and_names_nobody),
		TEST(a_damaged_file_is_begun_anew),
		TEST(a_file_that_is_not_ours_alone_is_begun_anew),
		TEST(any_bytes_in_the_slots_lock_for_a_window_at_most),
		TEST(another_key_sees_other_buckets),
		TEST(a_table_that_cannot_be_made_is_an_error),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
