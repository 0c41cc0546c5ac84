/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/log.h: one line an event, nothing of a stranger's unescaped.
 */
#include "server/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What a call writes to standard error. */
static char captured[16384];
static int pipe_fds[2];
static int saved;

static void
capture_begin(void)
{
	assert_int_equal(pipe(pipe_fds), 0);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(pipe_fds[1], STDERR_FILENO) >= 0);
}

static const char *
capture_end(void)
{
	ssize_t n;

	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_int_equal(close(saved), 0);
	assert_int_equal(close(pipe_fds[1]), 0);
	n = read(pipe_fds[0], captured, sizeof(captured) - 1);
	assert_int_equal(close(pipe_fds[0]), 0);
	assert_true(n >= 0);
	captured[n] = '\0';
	return captured;
}

static const char *
event(const char *key, const char *value)
{
	capture_begin();
	ac_log_event(AC_LOG_NOTICE, "login failed", key, value, (char *)NULL);
	return capture_end();
}

static void
an_event_is_one_line_with_rhost_first(void **state)
{
	(void)state;
	capture_begin();
	ac_log_event(AC_LOG_NOTICE, "login failed", "user", "a b", "client", (char *)NULL, "rhost",
		     "192.0.2.7", (char *)NULL);
	assert_string_equal(capture_end(),
			    "authcoded: login failed rhost=192.0.2.7 user=\"a b\"\n");
}

static void
nothing_of_a_stranger_leaves_its_quotes(void **state)
{
	static const struct {
		const char *value, *escaped;
	} table[] = {
		{ "x\" rhost=1.2.3.4", "x\\x22 rhost=1.2.3.4" },
		{ "a\nauthcoded: login failed", "a\\x0aauthcoded: login failed" },
		{ "a\rb", "a\\x0db" },
		{ "\x1b[2J", "\\x1b[2J" },
		{ "a\\b", "a\\x5cb" },
		{ "\x7f", "\\x7f" },
		{ "\xc3\xa4", "\\xc3\\xa4" },
		{ "\xff", "\\xff" },
		{ "%s%n", "%s%n" },
		{ "", "" },
	};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		(void)snprintf(expected, sizeof(expected), "authcoded: login failed user=\"%s\"\n",
			       table[i].escaped);
		assert_string_equal(event("user", table[i].value), expected);
	}
}

static void
an_rhost_that_is_no_address_is_quoted(void **state)
{
	(void)state;
	assert_string_equal(event("rhost", "1.2.3.4 reason=x"),
			    "authcoded: login failed rhost=\"1.2.3.4 reason=x\"\n");
	assert_string_equal(event("rhost", ""), "authcoded: login failed rhost=\"\"\n");
	assert_string_equal(event("rhost", "2001:db8::7"),
			    "authcoded: login failed rhost=2001:db8::7\n");
}

static void
long_values_and_lines_are_cut_and_stay_one_line(void **state)
{
	static char huge[9000];
	const char *line;

	(void)state;
	memset(huge, '\n', sizeof(huge) - 1);
	line = event("user", huge);
	assert_true(strlen(line) < 2048);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	capture_begin();
	ac_log_event(AC_LOG_NOTICE, "x", "a", huge, "b", huge, "c", huge, "d", huge, "e", huge,
		     (char *)NULL);
	line = capture_end();
	assert_true(strlen(line) <= 2048);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	capture_begin();
	ac_log(AC_LOG_NOTICE, "%s", huge);
	line = capture_end();
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void
less_important_words_are_left_out(void **state)
{
	(void)state;
	capture_begin();
	ac_log(AC_LOG_DEBUG, "x");
	ac_log_event(AC_LOG_INFO, "x", (char *)NULL);
	ac_log(AC_LOG_ERROR, "y");
	assert_string_equal(capture_end(), "authcoded: y\n");
}

static void
levels_have_names(void **state)
{
	(void)state;
	assert_int_equal(ac_log_level_from_name("debug"), AC_LOG_DEBUG);
	assert_int_equal(ac_log_level_from_name("error"), AC_LOG_ERROR);
	assert_int_equal(ac_log_level_from_name("Debug"), -1);
	assert_int_equal(ac_log_level_from_name(""), -1);
	assert_int_equal(ac_log_level_from_name("7"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_one_line_with_rhost_first),
		cmocka_unit_test(nothing_of_a_stranger_leaves_its_quotes),
		cmocka_unit_test(an_rhost_that_is_no_address_is_quoted),
		cmocka_unit_test(long_values_and_lines_are_cut_and_stay_one_line),
		cmocka_unit_test(less_important_words_are_left_out),
		cmocka_unit_test(levels_have_names),
	};

	ac_log_open("authcoded", AC_LOG_NOTICE);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
