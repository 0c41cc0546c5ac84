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
				       "de_AT:de\0\x2b"
				       "0123456789abcdefghijklmnopqrstuvwxyzABCDEF_";
	static const uint8_t check[] = "\x08\0\x0e"
				       "authcode-check\0\x05"
				       "alice\0\0\x03\xe8\x01";
	static const uint8_t ask[] = "\x0a\0\x08"
				     "authcode";
	static const uint8_t about[] = "\x0b\0\0\0\0\x03\0\0\x03\x84\0\x1d"
				       "service \"authcode\" has no row";
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
		{ AC_WIRE_ASK - 2, sizeof(ask) - 1, ask },
		{ AC_WIRE_ABOUT - 2, sizeof(about) - 1, about },
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
		{ AC_WIRE_START - 2, 2 },    { AC_WIRE_START - 2, 12 },
		{ AC_WIRE_START - 2, 19 },   { AC_WIRE_START - 2, 32 },
		{ AC_WIRE_CANON - 2, 2 },    { AC_WIRE_PROMPT - 2, 3 },
		{ AC_WIRE_PROMPT - 2, 20 },  { AC_WIRE_PROMPT - 2, 23 },
		{ AC_WIRE_PROMPT - 2, 44 },  { AC_WIRE_ANSWER - 2, 2 },
		{ AC_WIRE_RESULT - 2, 3 },   { AC_WIRE_RESULT - 2, 6 },
		{ AC_WIRE_CHECK - 2, 2 },    { AC_WIRE_CHECK - 2, 18 },
		{ AC_WIRE_CHECKED - 2, 3 },  { AC_WIRE_START - 2, 42 },
		{ AC_WIRE_RESULT - 2, 78 },  { AC_WIRE_RESULT - 2, 99 },
		{ AC_WIRE_CHECKED - 2, 56 }, { AC_WIRE_CHECKED - 2, 60 },
		{ AC_WIRE_ASK - 2, 2 },      { AC_WIRE_ABOUT - 2, 11 },
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

static bool
one_text(unsigned int type)
{
	return type == AC_WIRE_CANON || type == AC_WIRE_ANSWER || type == AC_WIRE_ASK;
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
			if (type == bytes.data[0] || (one_text(bytes.data[0]) && one_text(type)))
				continue;
			bytes.data[0] = (uint8_t)type;
			assert_int_equal(decode(&bytes, &frame), AUTHCODE_ERR_SYNTAX);
		}
	}
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
	assert_string_equal(ac_wire_type_name(AC_WIRE_ABOUT), "ABOUT");
	assert_string_equal(ac_wire_type_name((enum ac_wire_type)0), "?");
	assert_string_equal(ac_wire_type_name((enum ac_wire_type)(AC_WIRE_LAST + 1)), "?");
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
		cmocka_unit_test(random_bytes_are_refused_or_canonical),
		cmocka_unit_test(types_have_names_for_logs),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
