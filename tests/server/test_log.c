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

/* Text behind "authcoded[PID]: ", which every line must begin with. */
static const char *
said(void)
{
	const char *line = capture_end();
	char prefix[40];

	(void)snprintf(prefix, sizeof(prefix), "authcoded[%d]: ", (int)getpid());
	assert_memory_equal(line, prefix, strlen(prefix));
	return line + strlen(prefix);
}

static const char *
login_failed(const char *user)
{
	capture_begin();
	ac_log_event(AC_EVENT_LOGIN_FAILED, .user = user);
	return said();
}

static void
an_event_is_one_line_with_rhost_first(void **state)
{
	(void)state;
	capture_begin();
	ac_log_event(AC_EVENT_LOGIN_FAILED, .txn = "0123456789abc", .user = "a b", .client = NULL,
		     .reason = "throttled", .rhost = "192.0.2.7");
	assert_string_equal(said(), "login failed rhost=192.0.2.7 reason=throttled user=\"a b\" "
				    "txn=0123456789abc\n");
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
		(void)snprintf(expected, sizeof(expected), "login failed user=\"%s\"\n",
			       table[i].escaped);
		assert_string_equal(login_failed(table[i].value), expected);
	}
}

/* A filter reads it bare; what could be mistaken for more is quoted. */
static void
a_word_that_is_none_is_quoted(void **state)
{
	static const struct {
		const char *rhost, *line;
	} table[] = {
		{ "1.2.3.4 reason=x", "login failed rhost=\"1.2.3.4 reason=x\"\n" },
		{ "1.2.3.4\n", "login failed rhost=\"1.2.3.4\\x0a\"\n" },
		{ "1.2.3.4\"", "login failed rhost=\"1.2.3.4\\x22\"\n" },
		{ "a=b", "login failed rhost=\"a=b\"\n" },
		{ "", "login failed rhost=\"\"\n" },
		{ "2001:db8::7", "login failed rhost=2001:db8::7\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		capture_begin();
		ac_log_event(AC_EVENT_LOGIN_FAILED, .rhost = table[i].rhost);
		assert_string_equal(said(), table[i].line);
	}
}

/* What the document of a row does not have, a line does not have. */
static void
a_field_that_is_not_the_rows_is_left_out(void **state)
{
	(void)state;
	capture_begin();
	ac_log_event(AC_EVENT_READY, .issuer = "https://a.example", .user = "alice",
		     .reason = "busy");
	assert_string_equal(said(), "ready issuer=\"https://a.example\"\n");
}

static void
long_values_and_lines_are_cut_and_stay_one_line(void **state)
{
	static char huge[9000];
	const char *line;

	(void)state;
	memset(huge, '\n', sizeof(huge) - 1);
	line = login_failed(huge);
	assert_true(strlen(line) < 2048);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_non_null(strstr(line, "...\"\n"));
	capture_begin();
	ac_log_event(AC_EVENT_LOGIN_FAILED, .rhost = huge, .reason = huge, .client = huge,
		     .user = huge, .user_mac = huge, .txn = huge);
	line = said();
	assert_true(strlen(line) <= 2048);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	capture_begin();
	ac_log(AC_LOG_NOTICE, "%s", huge);
	line = said();
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void
less_important_words_are_left_out(void **state)
{
	(void)state;
	capture_begin();
	ac_log(AC_LOG_DEBUG, "x");
	ac_log_event(AC_EVENT_REQUEST, .path = "/");
	ac_log(AC_LOG_ERROR, "y");
	assert_string_equal(said(), "y\n");
}

struct seen {
	enum ac_event event;
	const char *user;
	unsigned count;
};

static void
observe(void *arg, enum ac_event event, const struct ac_event_fields *fields)
{
	struct seen *seen = arg;

	seen->event = event;
	seen->user = fields->user;
	seen->count++;
}

static void
whoever_observes_sees_every_event_whatever_its_level(void **state)
{
	struct seen seen = { .event = AC_EVENT_COUNT };

	(void)state;
	ac_log_observe(observe, &seen);
	capture_begin();
	ac_log_event(AC_EVENT_REQUEST_REFUSED, .user = "alice"); /* info: not written */
	assert_string_equal(capture_end(), "");
	assert_int_equal(seen.event, AC_EVENT_REQUEST_REFUSED);
	assert_string_equal(seen.user, "alice");
	ac_log_observe(NULL, NULL);
	capture_begin();
	ac_log_event(AC_EVENT_REQUEST, .user = "bob");
	assert_string_equal(capture_end(), "");
	assert_int_equal(seen.count, 1);
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
		cmocka_unit_test(a_word_that_is_none_is_quoted),
		cmocka_unit_test(a_field_that_is_not_the_rows_is_left_out),
		cmocka_unit_test(long_values_and_lines_are_cut_and_stay_one_line),
		cmocka_unit_test(less_important_words_are_left_out),
		cmocka_unit_test(whoever_observes_sees_every_event_whatever_its_level),
		cmocka_unit_test(levels_have_names),
	};
	const struct ac_log_settings settings = { .name = "authcoded",
						  .most = AC_LOG_NOTICE,
						  .sink = AC_LOG_STDERR };
	struct authcode_reason reason;

	if (!ac_log_open(&settings, &reason))
		return 1;
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
