/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/log_line.h: JSON lines, datagrams of the journal, and the journal itself
 * as a socket of the test.
 */
#include "server/log_line.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/log_journal.h"

#define NOW INT64_C(1700000000123)

static struct ac_line line;

static const char *
json_of(const struct ac_event_fields *fields)
{
	const struct ac_event_row *row = ac_event_row(AC_EVENT_LOGIN_FAILED);
	const struct ac_log_record record = {
		.event = row, .level = row->level, .words = row->words, .fields = fields
	};

	ac_line_begin(&line, sizeof(line.text) - 1);
	ac_line_put_json(&line, &record, "authcoded", NOW);
	line.text[line.len] = '\0';
	return line.text;
}

#define HEAD                                                                                       \
	"{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"notice\",\"program\":\"authcoded\","   \
	"\"event\":\"login_failed\",\"message\":\"login failed\",\"result\":\"refused\""

static void
json_has_the_keys_of_the_line(void **state)
{
	(void)state;
	assert_string_equal(json_of(&(struct ac_event_fields){ .user = "alice",
							       .rhost = "192.0.2.7",
							       .reason = "throttled",
							       .issuer = "not this row's" }),
			    HEAD ",\"rhost\":\"192.0.2.7\",\"reason\":\"throttled\","
				 "\"user\":\"alice\"}");
}

static void
json_escapes_what_would_end_a_text(void **state)
{
	static const struct {
		const char *value, *json;
	} table[] = {
		{ "a\"b", "a\\\"b" },
		{ "a\\b", "a\\\\b" },
		{ "a\nb", "a\\u000ab" },
		{ "\x1b\x7f", "\\u001b\\u007f" },
		{ "\xc3\xa4", "\xc3\xa4" },
		{ "\xff\"", "\\\\xff\\\"" },
		{ "", "" },
	};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(table); i++) {
		(void)snprintf(expected, sizeof(expected), HEAD ",\"user\":\"%s\"}", table[i].json);
		assert_string_equal(json_of(&(struct ac_event_fields){ .user = table[i].value }),
				    expected);
	}
}

/* However long its values are, a line is one whole object. */
static void
json_is_cut_between_characters_and_never_within_an_object(void **state)
{
	static char huge[4000];
	const char *json;

	(void)state;
	memset(huge, 'x', 255);
	memcpy(huge + 255, "\xc3\xa4", 3); /* the 256th byte is half a character */
	json = json_of(&(struct ac_event_fields){ .user = huge });
	assert_non_null(strstr(json, "xxx...\"}"));
	memset(huge, '\x01', sizeof(huge) - 1);
	json = json_of(&(struct ac_event_fields){ .rhost = huge,
						  .reason = huge,
						  .client = huge,
						  .user = huge,
						  .user_mac = huge,
						  .txn = huge });
	assert_string_equal(json + strlen(json) - 5, "...\"}");
	assert_true(strlen(json) < AC_LOG_MAX_LINE);
	ac_line_begin(&line, 3000); /* no room for all of them */
	ac_line_put_json(
		&line,
		&(struct ac_log_record){
			.event = ac_event_row(AC_EVENT_LOGIN_FAILED),
			.level = AC_LOG_NOTICE,
			.words = "login failed",
			.fields = &(struct ac_event_fields){ .rhost = huge, .reason = huge } },
		"authcoded", NOW);
	assert_int_equal(line.text[line.len - 1], '}');
}

static void
words_alone_are_json_too(void **state)
{
	(void)state;
	ac_line_begin(&line, sizeof(line.text) - 1);
	ac_line_put_json(&line, &(struct ac_log_record){ .level = AC_LOG_ERROR, .words = "no \"" },
			 "authcoded", NOW);
	line.text[line.len] = '\0';
	assert_string_equal(line.text, "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"error\","
				       "\"program\":\"authcoded\",\"message\":\"no \\\"\"}");
}

/* --- the journal ----------------------------------------------------------------- */

static void
put_login_failed(const char *user)
{
	ac_line_begin(&line, sizeof(line.text) - 1);
	ac_line_put_journal(
		&line,
		&(struct ac_log_record){
			.event = ac_event_row(AC_EVENT_LOGIN_FAILED),
			.level = AC_LOG_NOTICE,
			.words = "login failed",
			.fields = &(struct ac_event_fields){ .user = user, .rhost = "192.0.2.7" } },
		"authcoded");
	line.text[line.len] = '\0';
}

static void
an_entry_has_native_fields(void **state)
{
	char expected[512];

	(void)state;
	put_login_failed("al ice");
	(void)snprintf(expected, sizeof(expected),
		       "MESSAGE=login failed rhost=192.0.2.7 user=\"al ice\"\n"
		       "PRIORITY=5\n"
		       "SYSLOG_IDENTIFIER=authcoded\n"
		       "MESSAGE_ID=%s\n"
		       "AUTHCODE_EVENT=login_failed\n"
		       "AUTHCODE_RESULT=refused\n"
		       "AUTHCODE_RHOST=192.0.2.7\n"
		       "AUTHCODE_USER=al ice\n",
		       ac_event_row(AC_EVENT_LOGIN_FAILED)->id);
	assert_string_equal(line.text, expected);
}

/* A newline in a value would begin a field of the stranger's: such a value is counted. */
static void
a_newline_makes_no_field(void **state)
{
	static const char counted[] = "AUTHCODE_USER\n\x10\0\0\0\0\0\0\0x\nAUTHCODE_UID=0\n";

	(void)state;
	put_login_failed("x\nAUTHCODE_UID=0");
	assert_non_null(memmem(line.text, line.len, counted, sizeof(counted) - 1));
	assert_null(memmem(line.text, line.len, "\nAUTHCODE_USER=", 15));
	assert_null(strstr(line.text, "MESSAGE=login failed rhost=192.0.2.7 user=\"x\n"));
}

static void
what_is_sent_is_received_and_nobody_is_told_of(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char directory[64] = "/tmp/authcode-log.XXXXXX", received[64], path[96];
	ssize_t n;
	int fd, server;

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(path, sizeof(path), "%s/socket", directory);
	assert_int_equal(ac_journal_open(path), -1);
	assert_int_equal(errno, ENOENT);
	memcpy(address.sun_path, path, strlen(path));
	server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server, (const struct sockaddr *)&address, sizeof(address)), 0);
	fd = ac_journal_open(path);
	assert_true(fd >= 0);
	assert_int_equal(recv(server, received, sizeof(received), MSG_DONTWAIT), -1);
	assert_true(ac_journal_send(fd, path, "MESSAGE=a\n", 10));
	n = recv(server, received, sizeof(received), MSG_DONTWAIT);
	assert_int_equal(n, 10);
	assert_memory_equal(received, "MESSAGE=a\n", 10);
	/* Gone, and back: the descriptor outlives it. */
	(void)close(server);
	assert_false(ac_journal_send(fd, path, "x", 1));
	assert_int_equal(errno, ECONNREFUSED);
	(void)unlink(path);
	assert_false(ac_journal_send(fd, path, "x", 1));
	assert_int_equal(errno, ENOENT);
	server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_true(ac_journal_send(fd, path, "y", 1));
	(void)close(server);
	(void)close(fd);
	(void)unlink(path);
	assert_int_equal(rmdir(directory), 0);
}

static void
standard_error_is_the_journals_only_when_it_still_is_that_stream(void **state)
{
	(void)state;
	assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
	assert_false(ac_journal_is_stderr());
	assert_int_equal(setenv("JOURNAL_STREAM", "1:2", 1), 0);
	assert_false(ac_journal_is_stderr());
	assert_int_equal(setenv("JOURNAL_STREAM", "x", 1), 0);
	assert_false(ac_journal_is_stderr());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_the_keys_of_the_line),
		cmocka_unit_test(json_escapes_what_would_end_a_text),
		cmocka_unit_test(json_is_cut_between_characters_and_never_within_an_object),
		cmocka_unit_test(words_alone_are_json_too),
		cmocka_unit_test(an_entry_has_native_fields),
		cmocka_unit_test(a_newline_makes_no_field),
		cmocka_unit_test(what_is_sent_is_received_and_nobody_is_told_of),
		cmocka_unit_test(standard_error_is_the_journals_only_when_it_still_is_that_stream),
	};

	return cmocka_run_group_tests_name("log line", tests, NULL, NULL);
}
