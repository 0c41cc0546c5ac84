/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One module at a time for an account, driven straight at the helper: guesses
 * side by side get no further than guesses one by one. The test module counts
 * what reaches the password check.
 */
#include <glob.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/pam/driver.h"

#define GUESSES 30
#define DENY 3

static const struct ac_wire_frame go = { .type = AC_WIRE_GO };

static const char *
path_of(const struct driver *driver, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", driver->dir, name);
	return path;
}

/* How often a password was checked. */
static int
checked(const struct driver *driver)
{
	struct stat status;

	return stat(path_of(driver, "count"), &status) == 0 ? (int)status.st_size : 0;
}

static enum authcode_err
send_answer(const struct helper *helper, const char *text)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_ANSWER };

	frame.u.answer.len = (uint16_t)strlen(text);
	memcpy(frame.u.answer.text, text, strlen(text));
	return ac_wire_send(helper->fd, &frame);
}

/* Up to and with GO. */
static void
begin(const struct driver *driver, const char *user, struct helper *ret)
{
	struct ac_wire_start start = { .service = "authcode" };
	struct ac_wire_frame frame;

	memcpy(start.user, user, strlen(user));
	driver_start(driver, NULL, geteuid(), ret);
	driver_send_start(ret, &start);
	assert_int_equal(driver_recv(ret->fd, &frame), AUTHCODE_OK);
	assert_int_equal(ac_wire_send(ret->fd, &go), AUTHCODE_OK);
}

static enum ac_wire_type
next(const struct helper *helper, struct ac_wire_frame *ret)
{
	assert_int_equal(driver_recv(helper->fd, ret), AUTHCODE_OK);
	return ret->type;
}

/* All at once: whoever is asked answers immediately. */
static void
guess_in_parallel(const struct driver *driver, const char *user)
{
	struct helper helpers[GUESSES];
	struct pollfd pollers[GUESSES];
	int left = GUESSES;

	for (int i = 0; i < GUESSES; i++) {
		begin(driver, user, &helpers[i]);
		pollers[i] = (struct pollfd){ .fd = helpers[i].fd, .events = POLLIN };
	}
	while (left > 0) {
		assert_true(poll(pollers, GUESSES, DRIVER_PATIENCE_S * 1000) > 0);
		for (int i = 0; i < GUESSES; i++) {
			struct ac_wire_frame frame;

			if (pollers[i].revents == 0)
				continue;
			if (next(&helpers[i], &frame) == AC_WIRE_PROMPT) {
				assert_int_equal(send_answer(&helpers[i], "wrong"), AUTHCODE_OK);
				continue;
			}
			assert_int_equal(frame.type, AC_WIRE_RESULT);
			/* Also of an answer that came too late for its turn. */
			assert_int_equal(frame.u.result.verdict, AC_VERDICT_DENIED);
			assert_int_equal(driver_end(&helpers[i]), 0);
			pollers[i].fd = -1;
			pollers[i].revents = 0;
			left--;
		}
	}
}

static void
thirty_guesses_side_by_side_reach_the_check_three_times_at_most(void **state)
{
	static const char *const users[] = { "nobody", "no-such-user" };
	struct driver *driver = *state;

	driver_write(driver, "authcode",
		     "auth requisite @T limit=@D/count\n"
		     "auth required @T hidden=Password: count=@D/count expect=right\n"
		     "account required @T\n");
	for (size_t i = 0; i < AC_ARRAY_SIZE(users); i++) {
		(void)unlink(path_of(driver, "count"));
		guess_in_parallel(driver, users[i]);
		assert_in_range(checked(driver), 1, DENY);
	}
}

/* The real module where there is one; nothing but its own count is looked at. */
static void
pam_faillock_counts_each_of_them(void **state)
{
	struct driver *driver = *state;
	glob_t found;

	if (glob("/usr/lib*/{,*/}security/pam_faillock.so", GLOB_BRACE, NULL, &found) != 0)
		return;
	globfree(&found);
	(void)unlink(path_of(driver, "count"));
	(void)mkdir(path_of(driver, "tally"), 0700);
	driver_write(driver, "authcode",
		     "auth requisite pam_faillock.so preauth dir=@D/tally deny=3\n"
		     "auth [success=1 default=ignore] @T hidden=Password: count=@D/count "
		     "expect=right\n"
		     "auth [default=die] pam_faillock.so authfail dir=@D/tally deny=3\n"
		     "auth required @T\naccount required @T\n");
	guess_in_parallel(driver, "nobody");
	assert_in_range(checked(driver), 1, DENY);
}

static void
write_counting_stack(const struct driver *driver)
{
	(void)unlink(path_of(driver, "count"));
	driver_write(driver, "authcode",
		     "auth required @T hidden=Password: count=@D/count expect=right echo=Code: "
		     "expect=1\naccount required @T\n");
}

static void
nobody_waits_for_somebody_who_thinks(void **state)
{
	struct driver *driver = *state;
	struct helper first, second;
	struct ac_wire_frame frame;

	write_counting_stack(driver);
	begin(driver, "nobody", &first);
	assert_int_equal(next(&first, &frame), AC_WIRE_PROMPT);
	begin(driver, "nobody", &second);
	assert_int_equal(next(&second, &frame), AC_WIRE_PROMPT);
	assert_int_equal(send_answer(&second, "right"), AUTHCODE_OK);
	assert_int_equal(next(&second, &frame), AC_WIRE_PROMPT);
	assert_int_equal(send_answer(&first, "right"), AUTHCODE_OK);
	assert_int_equal(next(&first, &frame), AC_WIRE_PROMPT);
	assert_int_equal(send_answer(&second, "1"), AUTHCODE_OK);
	assert_int_equal(next(&second, &frame), AC_WIRE_RESULT);
	assert_int_equal(frame.u.result.verdict, AC_VERDICT_OK);
	assert_int_equal(send_answer(&first, "1"), AUTHCODE_OK);
	assert_int_equal(next(&first, &frame), AC_WIRE_RESULT);
	assert_int_equal(frame.u.result.verdict, AC_VERDICT_OK);
	assert_int_equal(driver_end(&first), 0);
	assert_int_equal(driver_end(&second), 0);
}

/* Collecting questions first and answering all of them then gains nothing. */
static void
an_old_question_is_dead_once_another_guess_has_failed(void **state)
{
	struct driver *driver = *state;
	struct helper helpers[DENY];
	struct ac_wire_frame frame;

	write_counting_stack(driver);
	for (int i = 0; i < DENY; i++) {
		begin(driver, "nobody", &helpers[i]);
		assert_int_equal(next(&helpers[i], &frame), AC_WIRE_PROMPT);
	}
	(void)usleep(1200000);
	for (int i = 0; i < DENY; i++) {
		assert_int_equal(send_answer(&helpers[i], i == 0 ? "wrong" : "right"), AUTHCODE_OK);
		assert_int_equal(next(&helpers[i], &frame), AC_WIRE_RESULT);
		assert_int_equal(frame.u.result.verdict, AC_VERDICT_DENIED);
		assert_int_equal(driver_end(&helpers[i]), 0);
	}
	assert_int_equal(checked(driver), 1);
}

static void
guess_wrong(const struct driver *driver)
{
	static const struct login_script script = { .answers = { "wrong" } };

	assert_string_equal(driver_login(driver, &script), "@nobody|?Password:|=DENIED");
}

static void
a_second_question_outlives_two_guesses_of_others_and_no_third(void **state)
{
	struct driver *driver = *state;

	for (int failures = 2; failures <= 3; failures++) {
		struct helper helper;
		struct ac_wire_frame frame;

		write_counting_stack(driver);
		begin(driver, "nobody", &helper);
		assert_int_equal(next(&helper, &frame), AC_WIRE_PROMPT);
		assert_int_equal(send_answer(&helper, "right"), AUTHCODE_OK);
		assert_int_equal(next(&helper, &frame), AC_WIRE_PROMPT);
		for (int i = 0; i < failures; i++)
			guess_wrong(driver);
		assert_int_equal(send_answer(&helper, "1"), AUTHCODE_OK);
		assert_int_equal(next(&helper, &frame), AC_WIRE_RESULT);
		assert_int_equal(frame.u.result.verdict,
				 failures == 2 ? AC_VERDICT_OK : AC_VERDICT_DENIED);
		assert_int_equal(driver_end(&helper), 0);
	}
}

static void
a_helper_killed_in_its_turn_counts_and_blocks_nobody(void **state)
{
	static const struct login_script script = { .answers = { "right", "1" } };
	struct driver *driver = *state;
	struct helper waiting;
	struct ac_wire_frame frame;

	write_counting_stack(driver);
	begin(driver, "nobody", &waiting);
	assert_int_equal(next(&waiting, &frame), AC_WIRE_PROMPT);
	(void)usleep(1200000);
	driver_write(driver, "authcode", "auth required @T die\naccount required @T\n");
	assert_string_equal(driver_login(driver, &script), "@nobody|EOF|status -9");
	assert_int_equal(send_answer(&waiting, "right"), AUTHCODE_OK);
	assert_int_equal(next(&waiting, &frame), AC_WIRE_RESULT);
	assert_int_equal(frame.u.result.verdict, AC_VERDICT_DENIED);
	assert_int_equal(driver_end(&waiting), 0);
	write_counting_stack(driver);
	assert_string_equal(driver_login(driver, &script), "@nobody|?Password:|!Code:|=OK nobody");
}

static void
the_lock_directory_is_private_or_nobody_signs_in(void **state)
{
	static const struct login_script script = { .answers = { "right", "1" } };
	struct driver *driver = *state;
	struct stat status;

	write_counting_stack(driver);
	assert_int_equal(stat(driver->locks, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(chmod(driver->locks, 0750), 0);
	assert_string_equal(driver_login(driver, &script), "@nobody|=UNAVAILABLE");
	assert_int_equal(chmod(driver->locks, 0700), 0);
	assert_int_equal(rename(driver->locks, path_of(driver, "moved")), 0);
	assert_int_equal(symlink(path_of(driver, "moved"), driver->locks), 0);
	assert_string_equal(driver_login(driver, &script), "@nobody|=UNAVAILABLE");
	assert_int_equal(unlink(driver->locks), 0);
	assert_string_equal(driver_login(driver, &script), "@nobody|?Password:|!Code:|=OK nobody");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_guesses_side_by_side_reach_the_check_three_times_at_most),
		cmocka_unit_test(pam_faillock_counts_each_of_them),
		cmocka_unit_test(nobody_waits_for_somebody_who_thinks),
		cmocka_unit_test(an_old_question_is_dead_once_another_guess_has_failed),
		cmocka_unit_test(a_second_question_outlives_two_guesses_of_others_and_no_third),
		cmocka_unit_test(a_helper_killed_in_its_turn_counts_and_blocks_nobody),
		cmocka_unit_test(the_lock_directory_is_private_or_nobody_signs_in),
	};

	return cmocka_run_group_tests_name("turn", tests, driver_set_up, driver_tear_down);
}
