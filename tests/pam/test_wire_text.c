/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/wire.h: what the texts of a frame may hold, how long they may be
 * and with which verdict they may come.
 */
#include "pam_authcode/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/pam/samples.h"

struct bytes {
	uint8_t data[AC_WIRE_MAX_FRAME + 1];
	size_t len;
};

static void
encode(const struct ac_wire_frame *frame, struct bytes *ret)
{
	assert_int_equal(ac_wire_encode(frame, ret->data, sizeof(ret->data), &ret->len),
			 AUTHCODE_OK);
}

static enum authcode_err
decode(const struct bytes *bytes, struct ac_wire_frame *ret)
{
	return ac_wire_decode(bytes->data, bytes->len, ret);
}
static void
put_text(struct bytes *bytes, const void *text, size_t len)
{
	bytes->data[bytes->len++] = (uint8_t)(len >> 8);
	bytes->data[bytes->len++] = (uint8_t)len;
	memcpy(bytes->data + bytes->len, text, len);
	bytes->len += len;
}

static void
put_start(struct bytes *bytes, const char *fields[5], const size_t lens[5])
{
	bytes->len = 0;
	bytes->data[bytes->len++] = AC_WIRE_START;
	for (size_t i = 0; i < 5; i++)
		put_text(bytes, fields[i], lens[i]);
}

static void
texts_that_break_their_rule_are_refused(void **state)
{
	static const struct {
		const char *name;
		size_t field;
		const char *text;
		size_t len;
	} rows[] = {
#define ROW(name, field, text) { name, field, text, sizeof(text) - 1 }
		ROW("no service", 0, ""),
		ROW("service with a slash", 0, "../login"),
		ROW("hidden service", 0, ".authcode"),
		ROW("service like an option", 0, "-authcode"),
		ROW("service with a space", 0, "auth code"),
		ROW("service beyond ASCII", 0, "auth\xc3\xb6"),
		ROW("service with NUL", 0, "auth\0code"),
		ROW("no user", 1, ""),
		ROW("user like an option", 1, "-alice"),
		ROW("user with a slash", 1, "a/b"),
		ROW("user with NUL", 1, "alice\0root"),
		ROW("user with newline", 1, "alice\n"),
		ROW("user with DEL", 1, "alice\x7f"),
		ROW("user with a C1 control", 1, "alice\xc2\x85"),
		ROW("user, lone continuation", 1, "alice\x80"),
		ROW("user, overlong slash", 1,
		    "a\xc0\xaf"
		    "b"),
		ROW("user, surrogate", 1, "a\xed\xa0\x80"),
		ROW("user, past U+10FFFF", 1, "a\xf4\x90\x80\x80"),
		ROW("user, sequence cut", 1, "a\xe2\x82"),
		ROW("rhost with NUL", 2, "192.0.2.1\0"),
		ROW("rhost with newline", 2, "192.0.2.1\nx"),
		ROW("language with a slash", 3, "../de"),
		ROW("language with '='", 3, "de=1"),
		ROW("language with NUL", 3, "de\0"),
		ROW("ticket with NUL", 4, "ti\0"),
		ROW("ticket with newline", 4, "ti\n"),
#undef ROW
	};
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *fields[5] = { "authcode", "alice", "192.0.2.1", "de", "ticket" };
		size_t lens[5] = { 8, 5, 9, 2, 6 };

		put_start(&bytes, fields, lens);
		assert_int_equal(decode(&bytes, &frame), AUTHCODE_OK);
		fields[rows[i].field] = rows[i].text;
		lens[rows[i].field] = rows[i].len;
		put_start(&bytes, fields, lens);
		if (decode(&bytes, &frame) != AUTHCODE_ERR_SYNTAX)
			fail_msg("%s: accepted", rows[i].name);
	}
}

static void
a_text_may_have_its_maximum_and_not_a_byte_more(void **state)
{
	static const size_t maxima[] = { AC_MAX_SERVICE, AC_MAX_USER_NAME, 63, 63,
					 AC_WIRE_TICKET_LEN };
	static struct ac_wire_frame frame;
	static struct bytes bytes;
	char text[AC_MAX_USER_NAME + 1];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < 5; i++) {
		const char *fields[5] = { "authcode", "alice", "192.0.2.1", "de", "ticket" };
		size_t lens[5] = { 8, 5, 9, 2, 6 };

		fields[i] = text;
		lens[i] = maxima[i];
		put_start(&bytes, fields, lens);
		assert_int_equal(decode(&bytes, &frame), AUTHCODE_OK);
		lens[i] = maxima[i] + 1;
		put_start(&bytes, fields, lens);
		assert_int_equal(decode(&bytes, &frame), AUTHCODE_ERR_SYNTAX);
	}
	for (size_t len = AC_MAX_PASSWORD; len <= AC_MAX_PASSWORD + 1; len++) {
		static char password[AC_MAX_PASSWORD + 1];

		memset(password, 'p', sizeof(password));
		bytes.len = 1;
		bytes.data[0] = AC_WIRE_ANSWER;
		put_text(&bytes, password, len);
		assert_int_equal(decode(&bytes, &frame),
				 len <= AC_MAX_PASSWORD ? AUTHCODE_OK : AUTHCODE_ERR_SYNTAX);
	}
}

static void
fill_identity(struct ac_wire_identity *identity)
{
	memset(identity->user, 'u', AC_MAX_USER_NAME);
	memset(identity->full_name, 'f', AC_MAX_FULL_NAME);
	memset(identity->home, 'h', sizeof(identity->home) - 1);
	memset(identity->groups, 'g', sizeof(identity->groups) - 1);
	identity->groups_len = sizeof(identity->groups) - 1;
}

static void
the_fullest_result_fits_the_frame(void **state)
{
	static struct ac_wire_frame frame, back;
	static struct bytes bytes;
	struct ac_wire_result *result = &frame.u.result;

	(void)state;
	sample_frame(AC_WIRE_RESULT - 2, &frame);
	result->message_count = AC_WIRE_MAX_MESSAGES;
	for (size_t i = 0; i < AC_WIRE_MAX_MESSAGES; i++) {
		result->messages[i].style = AC_MESSAGE_INFO;
		memset(result->messages[i].text, 'm', AC_WIRE_MAX_TEXT);
	}
	fill_identity(&result->identity);
	memset(result->environment, 'e', AC_WIRE_MAX_ENVIRONMENT);
	result->environment_len = AC_WIRE_MAX_ENVIRONMENT;
	encode(&frame, &bytes);
	assert_true(bytes.len <= AC_WIRE_MAX_FRAME);
	assert_int_equal(decode(&bytes, &back), AUTHCODE_OK);
	assert_memory_equal(&back, &frame, sizeof(frame));
	result->message_count++;
	assert_int_equal(ac_wire_encode(&frame, bytes.data, sizeof(bytes.data), &bytes.len),
			 AUTHCODE_ERR_USAGE);
}

static void
the_fullest_check_fits_the_frame(void **state)
{
	static struct ac_wire_frame frame, back, result;
	static struct bytes bytes;
	struct ac_wire_checked *checked = &frame.u.checked;

	(void)state;
	sample_frame(AC_WIRE_CHECKED - 2, &frame);
	fill_identity(&checked->identity);
	memset(checked->file_claims, 'c', AC_MAX_CLAIMS);
	checked->file_claims_len = AC_MAX_CLAIMS;
	memset(checked->command_claims, 'd', AC_MAX_CLAIMS);
	checked->command_claims_len = AC_MAX_CLAIMS;
	encode(&frame, &bytes);
	assert_true(bytes.len <= AC_WIRE_MAX_FRAME);
	assert_int_equal(decode(&bytes, &back), AUTHCODE_OK);
	assert_memory_equal(&back, &frame, sizeof(frame));
	/* A byte more, in front of the last text. */
	bytes.len -= AC_MAX_CLAIMS + 2;
	put_text(&bytes, back.u.checked.command_claims, AC_MAX_CLAIMS + 1);
	assert_int_equal(decode(&bytes, &result), AUTHCODE_ERR_SYNTAX);
}

/* Each text goes with the verdicts its row names and is refused with others. */
static void
a_text_of_another_verdict_is_refused(void **state)
{
	static const struct {
		const char *name;
		const char *bytes;
		size_t len;
		enum authcode_err err;
	} rows[] = {
#define ROW(name, bytes, err) { name, bytes, sizeof(bytes) - 1, err }
/* no messages; no identity */
#define REFUSED(verdict) "\x07" verdict "\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define CHECKED(verdict) "\x09" verdict "\0\0\0\0\0\0\0\0\0\0\0\0"
#define NONE "\0\0"
#define SOME "\0\x02{}"
		ROW("denied", REFUSED("\0") NONE NONE, AUTHCODE_OK),
		ROW("denied, a ticket", REFUSED("\0") NONE SOME, AUTHCODE_ERR_SYNTAX),
		ROW("denied, environment", REFUSED("\0") SOME NONE, AUTHCODE_ERR_SYNTAX),
		ROW("unavailable, a ticket", REFUSED("\2") NONE SOME, AUTHCODE_ERR_SYNTAX),
		ROW("change due", REFUSED("\3") NONE NONE, AUTHCODE_OK),
		ROW("change due, a ticket", REFUSED("\3") NONE SOME, AUTHCODE_OK),
		ROW("change due, environment", REFUSED("\3") SOME NONE, AUTHCODE_ERR_SYNTAX),
		ROW("locked, at login", REFUSED("\6") NONE NONE, AUTHCODE_ERR_SYNTAX),
		ROW("locked", CHECKED("\6") NONE NONE, AUTHCODE_OK),
		ROW("locked, a file", CHECKED("\6") SOME NONE, AUTHCODE_ERR_SYNTAX),
		ROW("gone, a command", CHECKED("\5") NONE SOME, AUTHCODE_ERR_SYNTAX),
		ROW("change due, a file", CHECKED("\3") SOME NONE, AUTHCODE_ERR_SYNTAX),
		ROW("no such verdict", CHECKED("\7") NONE NONE, AUTHCODE_ERR_SYNTAX),
#undef ROW
#undef REFUSED
#undef CHECKED
#undef NONE
#undef SOME
	};
	static struct ac_wire_frame frame;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (ac_wire_decode((const uint8_t *)rows[i].bytes, rows[i].len, &frame) !=
		    rows[i].err)
			fail_msg("%s: another outcome", rows[i].name);
	}
}
int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_that_break_their_rule_are_refused),
		cmocka_unit_test(a_text_may_have_its_maximum_and_not_a_byte_more),
		cmocka_unit_test(the_fullest_result_fits_the_frame),
		cmocka_unit_test(the_fullest_check_fits_the_frame),
		cmocka_unit_test(a_text_of_another_verdict_is_refused),
	};

	return cmocka_run_group_tests_name("wire_text", tests, NULL, NULL);
}
