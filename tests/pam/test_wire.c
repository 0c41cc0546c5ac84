/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/wire.h. The format has one encoding for each frame: whatever is
 * decoded encodes to the same bytes, which is what most of these tests lean on.
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

/* Refused, or the one encoding of what it decodes to. */
static void
assert_refused_or_canonical(const struct bytes *bytes)
{
	static struct ac_wire_frame frame;
	static struct bytes again;

	if (decode(bytes, &frame) != AUTHCODE_OK)
		return;
	encode(&frame, &again);
	assert_int_equal(again.len, bytes->len);
	assert_memory_equal(again.data, bytes->data, bytes->len);
}

static void
every_frame_survives_the_round_trip(void **state)
{
	static struct ac_wire_frame frame, back;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_frame(i, &frame);
		encode(&frame, &bytes);
		memset(&back, 0xa5, sizeof(back));
		assert_int_equal(decode(&bytes, &back), AUTHCODE_OK);
		assert_int_equal(back.type, frame.type);
		encode(&back, &bytes);
		memset(&frame, 0, sizeof(frame));
		assert_int_equal(decode(&bytes, &frame), AUTHCODE_OK);
		assert_memory_equal(&frame, &back, sizeof(frame));
	}
}

static void
the_bytes_are_as_documented(void **state)
{
	static const uint8_t start[] = "\x02\0\x08"
				       "authcode\0\x05"
				       "alice\0\x0b"
				       "2001:db8::1\0\x08"
				       "de_AT:de";
	static const uint8_t check[] = "\x08\0\x0e"
				       "authcode-check\0\x05"
				       "alice\0\0\x03\xe8";
	static const uint8_t prompt[] = "\x05\x01\0\x0f"
					"One-time code: \0\x02"
					"\x01\0\x12"
					"Your token blinks.\x02\0\x0a"
					"Try again.";
	static const struct {
		size_t sample, len;
		const uint8_t *bytes;
	} rows[] = {
		{ AC_WIRE_START - 2, sizeof(start) - 1, start },
		{ AC_WIRE_CHECK - 2, sizeof(check) - 1, check },
		{ AC_WIRE_PROMPT - 2, sizeof(prompt) - 1, prompt },
		{ AC_WIRE_GO - 2, 1, (const uint8_t *)"\x04" },
	};
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		sample_frame(rows[i].sample, &frame);
		encode(&frame, &bytes);
		assert_int_equal(bytes.len, rows[i].len);
		assert_memory_equal(bytes.data, rows[i].bytes, rows[i].len);
	}
}

static void
a_frame_cut_at_any_byte_is_refused(void **state)
{
	static struct ac_wire_frame frame, untouched;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_frame(i, &frame);
		encode(&frame, &bytes);
		memset(&frame, 0x5a, sizeof(frame));
		untouched = frame;
		for (size_t len = 0; len < bytes.len; len++) {
			assert_int_equal(ac_wire_decode(bytes.data, len, &frame),
					 AUTHCODE_ERR_SYNTAX);
			assert_memory_equal(&frame, &untouched, sizeof(frame));
		}
	}
}

static void
a_byte_after_the_frame_is_refused(void **state)
{
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		for (unsigned int extra = 0; extra < 256; extra++) {
			sample_frame(i, &frame);
			encode(&frame, &bytes);
			bytes.data[bytes.len++] = (uint8_t)extra;
			assert_int_equal(decode(&bytes, &frame), AUTHCODE_ERR_SYNTAX);
		}
	}
}

/* Among the bytes changed are all lengths, counts, flags, styles and verdicts. */
static void
a_frame_with_any_byte_changed_is_refused_or_another_frame(void **state)
{
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		sample_frame(i, &frame);
		encode(&frame, &bytes);
		for (size_t at = 0; at < bytes.len; at++) {
			uint8_t saved = bytes.data[at];

			for (unsigned int value = 0; value < 256; value++) {
				bytes.data[at] = (uint8_t)value;
				assert_refused_or_canonical(&bytes);
			}
			bytes.data[at] = saved;
		}
	}
}

static void
a_length_off_by_one_is_refused(void **state)
{
	/* Where the low bytes of the lengths and counts are. */
	static const struct {
		size_t sample, at;
	} rows[] = {
		{ AC_WIRE_START - 2, 2 },   { AC_WIRE_START - 2, 12 },  { AC_WIRE_START - 2, 19 },
		{ AC_WIRE_START - 2, 32 },  { AC_WIRE_CANON - 2, 2 },   { AC_WIRE_PROMPT - 2, 3 },
		{ AC_WIRE_PROMPT - 2, 20 }, { AC_WIRE_PROMPT - 2, 23 }, { AC_WIRE_PROMPT - 2, 44 },
		{ AC_WIRE_ANSWER - 2, 2 },  { AC_WIRE_RESULT - 2, 3 },  { AC_WIRE_RESULT - 2, 6 },
		{ AC_WIRE_CHECK - 2, 2 },   { AC_WIRE_CHECK - 2, 18 },  { AC_WIRE_CHECKED - 2, 3 },
	};
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		sample_frame(rows[i].sample, &frame);
		encode(&frame, &bytes);
		bytes.data[rows[i].at]++;
		assert_int_equal(decode(&bytes, &frame), AUTHCODE_ERR_SYNTAX);
		bytes.data[rows[i].at] = (uint8_t)(bytes.data[rows[i].at] - 2);
		assert_int_equal(decode(&bytes, &frame), AUTHCODE_ERR_SYNTAX);
	}
}

static void
a_body_under_another_type_is_refused(void **state)
{
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		for (unsigned int type = 0; type < 256; type++) {
			sample_frame(i, &frame);
			encode(&frame, &bytes);
			/* One text each: told apart by the type alone, and by the
			 * state machine. */
			if (type == bytes.data[0] ||
			    (bytes.data[0] == AC_WIRE_CANON && type == AC_WIRE_ANSWER))
				continue;
			bytes.data[0] = (uint8_t)type;
			assert_int_equal(decode(&bytes, &frame), AUTHCODE_ERR_SYNTAX);
		}
	}
}

/* A frame of one text: type, then for CHECKED-like frames nothing else. */
static void
put_text(struct bytes *bytes, const void *text, size_t len)
{
	bytes->data[bytes->len++] = (uint8_t)(len >> 8);
	bytes->data[bytes->len++] = (uint8_t)len;
	memcpy(bytes->data + bytes->len, text, len);
	bytes->len += len;
}

static void
put_start(struct bytes *bytes, const char *fields[4], const size_t lens[4])
{
	bytes->len = 0;
	bytes->data[bytes->len++] = AC_WIRE_START;
	for (size_t i = 0; i < 4; i++)
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
#undef ROW
	};
	static struct ac_wire_frame frame;
	static struct bytes bytes;

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		const char *fields[4] = { "authcode", "alice", "192.0.2.1", "de" };
		size_t lens[4] = { 8, 5, 9, 2 };

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
	static const size_t maxima[] = { AC_MAX_SERVICE, AC_MAX_USER_NAME, 63, 63 };
	static struct ac_wire_frame frame;
	static struct bytes bytes;
	char text[AC_MAX_USER_NAME + 1];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < 4; i++) {
		const char *fields[4] = { "authcode", "alice", "192.0.2.1", "de" };
		size_t lens[4] = { 8, 5, 9, 2 };

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
	memset(result->identity.user, 'u', AC_MAX_USER_NAME);
	memset(result->identity.full_name, 'f', AC_MAX_FULL_NAME);
	memset(result->identity.home, 'h', sizeof(result->identity.home) - 1);
	memset(result->identity.groups, 'g', sizeof(result->identity.groups) - 1);
	result->identity.groups_len = sizeof(result->identity.groups) - 1;
	encode(&frame, &bytes);
	assert_true(bytes.len <= AC_WIRE_MAX_FRAME);
	assert_int_equal(decode(&bytes, &back), AUTHCODE_OK);
	assert_memory_equal(&back, &frame, sizeof(frame));
	result->message_count++;
	assert_int_equal(ac_wire_encode(&frame, bytes.data, sizeof(bytes.data), &bytes.len),
			 AUTHCODE_ERR_USAGE);
}

static void
random_bytes_are_refused_or_canonical(void **state)
{
	static struct bytes bytes;
	uint64_t seed = 0x9e3779b97f4a7c15u;

	(void)state;
	for (unsigned int round = 0; round < 100000; round++) {
		bytes.len = round % 80;
		for (size_t i = 0; i < bytes.len; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			/* Mostly small numbers: lengths that reach into the text. */
			bytes.data[i] = (uint8_t)((seed >> 33) % (i % 3 == 0 ? 256 : 12));
		}
		assert_refused_or_canonical(&bytes);
	}
}

static void
types_have_names_for_logs(void **state)
{
	(void)state;
	assert_string_equal(ac_wire_type_name(AC_WIRE_START), "START");
	assert_string_equal(ac_wire_type_name(AC_WIRE_GO), "GO");
	assert_string_equal(ac_wire_type_name(AC_WIRE_CHECKED), "CHECKED");
	assert_string_equal(ac_wire_type_name((enum ac_wire_type)0), "?");
	assert_string_equal(ac_wire_type_name((enum ac_wire_type)10), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_survives_the_round_trip),
		cmocka_unit_test(the_bytes_are_as_documented),
		cmocka_unit_test(a_frame_cut_at_any_byte_is_refused),
		cmocka_unit_test(a_byte_after_the_frame_is_refused),
		cmocka_unit_test(a_frame_with_any_byte_changed_is_refused_or_another_frame),
		cmocka_unit_test(a_length_off_by_one_is_refused),
		cmocka_unit_test(a_body_under_another_type_is_refused),
		cmocka_unit_test(texts_that_break_their_rule_are_refused),
		cmocka_unit_test(a_text_may_have_its_maximum_and_not_a_byte_more),
		cmocka_unit_test(the_fullest_result_fits_the_frame),
		cmocka_unit_test(random_bytes_are_refused_or_canonical),
		cmocka_unit_test(types_have_names_for_logs),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
