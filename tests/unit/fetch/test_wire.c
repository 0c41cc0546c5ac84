/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * fetch/wire.h: what is written is read as it was, and nothing else is read.
 */
#include "fetch/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Parses a copy of exactly len bytes (and the one for the end). */
static bool
parse(const void *data, size_t len, struct ac_fetch_frame *ret, char **ret_copy)
{
	*ret_copy = malloc(len + 1);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, data, len);
	return ac_fetch_frame_parse(*ret_copy, len, ret);
}

static bool
parses(const void *data, size_t len)
{
	struct ac_fetch_frame frame;
	char *copy;
	bool ok = parse(data, len, &frame, &copy);

	free(copy);
	return ok;
}

static bool
formats(const struct ac_fetch_frame *frame)
{
	struct ac_buf buf;
	bool ok;

	ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
	ok = ac_fetch_frame_format(frame, &buf);
	ac_buf_clear(&buf);
	return ok;
}

static const struct ac_fetch_frame samples[] = {
	{ .kind = AC_FETCH_GET, .id = 7, .text = "https://c.example/jwks", .allow_private = true },
	{ .kind = AC_FETCH_GET, .id = UINT32_MAX, .text = "h" },
	{ .kind = AC_FETCH_POST,
	  .id = 0,
	  .text = "https://c.example/out",
	  .body = "logout_token=x\0y",
	  .body_len = 16 },
	{ .kind = AC_FETCH_POST, .id = 9, .text = "https://c.example/out" },
	{ .kind = AC_FETCH_ANSWER,
	  .id = 7,
	  .outcome = AC_FETCH_ANSWERED,
	  .status = 200,
	  .body = "{}",
	  .body_len = 2 },
	{ .kind = AC_FETCH_ANSWER, .id = 8, .outcome = AC_FETCH_REFUSED, .text = "no" },
	{ .kind = AC_FETCH_ANSWER, .id = 8, .outcome = AC_FETCH_BUSY },
};

static void
a_frame_is_read_as_it_was_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(samples); i++) {
		const struct ac_fetch_frame *sample = &samples[i];
		struct ac_fetch_frame frame;
		struct ac_buf buf;
		char *copy;

		ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
		assert_true(ac_fetch_frame_format(sample, &buf));
		assert_true(parse(buf.data, buf.len, &frame, &copy));
		assert_int_equal(frame.kind, sample->kind);
		assert_int_equal(frame.id, sample->id);
		assert_int_equal(frame.allow_private, sample->allow_private);
		assert_int_equal(frame.outcome, sample->outcome);
		assert_int_equal(frame.status, sample->status);
		assert_string_equal(frame.text, sample->text != NULL ? sample->text : "");
		assert_int_equal(frame.body_len, sample->body_len);
		if (sample->body_len > 0)
			assert_memory_equal(frame.body, sample->body, sample->body_len);
		free(copy);
		ac_buf_clear(&buf);
	}
}

static void
a_frame_that_is_cut_or_too_long_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(samples); i++) {
		struct ac_buf buf;

		ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
		assert_true(ac_fetch_frame_format(&samples[i], &buf));
		for (size_t len = 0; len < buf.len; len++)
			assert_false(parses(buf.data, len));
		ac_buf_putc(&buf, 'x');
		assert_false(parses(buf.data, buf.len));
		ac_buf_clear(&buf);
	}
}

static void
each_part_has_its_limit(void **state)
{
	static char url[AC_FETCH_MAX_URL + 2], why[AC_FETCH_MAX_WHY + 2],
		body[AC_FETCH_MAX_BODY + 1];
	struct ac_fetch_frame frame = { .kind = AC_FETCH_GET, .text = url };

	(void)state;
	memset(url, 'u', AC_FETCH_MAX_URL);
	assert_true(formats(&frame));
	url[AC_FETCH_MAX_URL] = 'u';
	assert_false(formats(&frame));
	frame = (struct ac_fetch_frame){ .kind = AC_FETCH_GET, .text = "" };
	assert_false(formats(&frame));
	frame = (struct ac_fetch_frame){
		.kind = AC_FETCH_GET, .text = "u", .body = body, .body_len = 1
	};
	assert_false(formats(&frame));
	frame = (struct ac_fetch_frame){
		.kind = AC_FETCH_POST, .text = "u", .body = body, .body_len = AC_FETCH_MAX_FORM
	};
	assert_true(formats(&frame));
	frame.body_len++;
	assert_false(formats(&frame));
	frame = (struct ac_fetch_frame){ .kind = AC_FETCH_ANSWER,
					 .outcome = AC_FETCH_ANSWERED,
					 .body = body,
					 .body_len = AC_FETCH_MAX_BODY };
	assert_true(formats(&frame));
	frame.body_len++;
	assert_false(formats(&frame));
	memset(why, 'w', AC_FETCH_MAX_WHY);
	frame = (struct ac_fetch_frame){ .kind = AC_FETCH_ANSWER, .text = why };
	assert_true(formats(&frame));
	why[AC_FETCH_MAX_WHY] = 'w';
	assert_false(formats(&frame));
}

/* Every value of the bytes that say what a frame is. */
static void
what_is_no_kind_and_no_flag_is_no_frame(void **state)
{
	struct ac_buf buf;

	(void)state;
	for (unsigned kind = 0; kind < 256; kind++) {
		bool known =
			kind == AC_FETCH_GET || kind == AC_FETCH_POST || kind == AC_FETCH_ANSWER;

		ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
		assert_true(ac_fetch_frame_format(&samples[1], &buf));
		buf.data[0] = (char)kind;
		assert_int_equal(parses(buf.data, buf.len), known);
		ac_buf_clear(&buf);
	}
	for (unsigned flags = 0; flags < 256; flags++) {
		ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
		assert_true(ac_fetch_frame_format(&samples[1], &buf));
		buf.data[1] = (char)flags;
		assert_int_equal(parses(buf.data, buf.len), flags <= AC_FETCH_ALLOW_PRIVATE);
		ac_buf_clear(&buf);
		ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
		assert_true(ac_fetch_frame_format(&samples[4], &buf));
		buf.data[1] = (char)flags;
		assert_int_equal(parses(buf.data, buf.len), flags <= AC_FETCH_BUSY);
		ac_buf_clear(&buf);
	}
}

/* What two readers could read differently. */
static void
a_url_with_a_nul_is_no_frame(void **state)
{
	struct ac_buf buf;

	(void)state;
	ac_buf_init(&buf, AC_FETCH_MAX_FRAME);
	assert_true(ac_fetch_frame_format(&samples[0], &buf));
	buf.data[buf.len - 3] = '\0';
	assert_false(parses(buf.data, buf.len));
	ac_buf_clear(&buf);
}

static void
every_outcome_has_its_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AC_FETCH_OUTCOME_COUNT; i++)
		assert_true(strlen(ac_fetch_outcome_words((enum ac_fetch_outcome)i)) > 0);
	assert_string_equal(ac_fetch_outcome_words((enum ac_fetch_outcome)99), "failed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_read_as_it_was_written),
		cmocka_unit_test(a_frame_that_is_cut_or_too_long_is_none),
		cmocka_unit_test(each_part_has_its_limit),
		cmocka_unit_test(what_is_no_kind_and_no_flag_is_no_frame),
		cmocka_unit_test(a_url_with_a_nul_is_no_frame),
		cmocka_unit_test(every_outcome_has_its_words),
	};

	return cmocka_run_group_tests_name("fetch_wire", tests, NULL, NULL);
}
