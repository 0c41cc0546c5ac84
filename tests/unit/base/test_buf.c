/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/buf.h
 */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/base/heap.h"

static void
text_is_always_terminated(void **state)
{
	struct ac_buf buf;

	(void)state;
	ac_buf_init(&buf, 100);
	assert_string_equal(ac_buf_text(&buf), "");
	ac_buf_put(&buf, NULL, 0);
	assert_string_equal(ac_buf_text(&buf), "");
	ac_buf_puts(&buf, "a");
	ac_buf_putc(&buf, 'b');
	ac_buf_printf(&buf, "%d%s", 12, "");
	ac_buf_printf(&buf, "%s", "");
	assert_string_equal(ac_buf_text(&buf), "ab12");
	assert_int_equal(buf.len, 4);
	ac_buf_put(&buf, "\0x", 2);
	assert_memory_equal(ac_buf_text(&buf), "ab12\0x", 7);
	assert_true(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
	assert_string_equal(ac_buf_text(&buf), "");
}

static void
the_maximum_is_reached_and_not_passed(void **state)
{
	static const size_t maxima[] = { 0, 1, 255, 256, 257, 600, 5000 };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(maxima); i++) {
		struct ac_buf buf;

		ac_buf_init(&buf, maxima[i]);
		for (size_t n = 0; n < maxima[i]; n++)
			ac_buf_putc(&buf, 'x');
		assert_true(ac_buf_ok(&buf));
		assert_int_equal(buf.len, maxima[i]);
		assert_int_equal(strlen(ac_buf_text(&buf)), maxima[i]);
		ac_buf_putc(&buf, 'y');
		assert_false(ac_buf_ok(&buf));
		assert_int_equal(buf.len, maxima[i]);
		ac_buf_clear(&buf);
	}
}

static void
failure_stays_until_cleared(void **state)
{
	struct ac_buf buf;

	(void)state;
	ac_buf_init(&buf, 4);
	ac_buf_puts(&buf, "abc");
	ac_buf_puts(&buf, "de");
	assert_false(ac_buf_ok(&buf));
	ac_buf_putc(&buf, 'd');
	ac_buf_printf(&buf, "d");
	assert_string_equal(ac_buf_text(&buf), "abc");
	assert_null(ac_buf_steal(&buf));
	ac_buf_clear(&buf);
	ac_buf_puts(&buf, "abcd");
	assert_true(ac_buf_ok(&buf));
	ac_buf_printf(&buf, "%s", "e");
	assert_false(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
}

static void
lengths_that_overflow_fail(void **state)
{
	struct ac_buf buf;

	(void)state;
	ac_buf_init(&buf, SIZE_MAX);
	ac_buf_puts(&buf, "x");
	ac_buf_put(&buf, "x", SIZE_MAX - 1);
	assert_false(ac_buf_ok(&buf));
	assert_int_equal(buf.len, 1);
	ac_buf_clear(&buf);
	ac_buf_put(&buf, "x", SIZE_MAX);
	assert_false(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
}

static void
stealing_leaves_an_empty_buffer(void **state)
{
	struct ac_buf buf;
	char *text;

	(void)state;
	ac_buf_init(&buf, 10);
	text = ac_buf_steal(&buf);
	assert_string_equal(text, "");
	free(text);
	ac_buf_puts(&buf, "abc");
	text = ac_buf_steal(&buf);
	assert_string_equal(text, "abc");
	free(text);
	assert_int_equal(buf.len, 0);
	ac_buf_puts(&buf, "0123456789");
	assert_true(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
}

static void
old_blocks_are_wiped_when_it_grows_and_when_it_is_cleared(void **state)
{
	struct ac_buf buf;

	(void)state;
	heap.leaks = 0;
	ac_buf_init(&buf, 10000);
	for (int i = 0; i < 200; i++)
		ac_buf_puts(&buf, HEAP_SECRET);
	assert_true(ac_buf_ok(&buf));
	ac_buf_clear(&buf);
	assert_int_equal(heap.leaks, 0);

	ac_buf_puts(&buf, HEAP_SECRET);
	for (int i = 0; i < 10000; i++)
		ac_buf_putc(&buf, 'x');
	assert_null(ac_buf_steal(&buf));
	assert_int_equal(heap.leaks, 0);
	ac_buf_clear(&buf);
}

static void
failing_memory_fails_the_buffer(void **state)
{
	struct ac_buf buf;

	(void)state;
	ac_buf_init(&buf, 10000);
	heap = (struct heap){ .armed = true };
	ac_buf_puts(&buf, "x");
	assert_null(ac_buf_steal(&buf));
	heap.armed = false;
	assert_false(ac_buf_ok(&buf));
	ac_buf_clear(&buf);

	ac_buf_puts(&buf, "abc");
	heap = (struct heap){ .armed = true };
	ac_buf_printf(&buf, "%300d", 1);
	heap.armed = false;
	assert_false(ac_buf_ok(&buf));
	assert_string_equal(ac_buf_text(&buf), "abc");
	ac_buf_clear(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_always_terminated),
		cmocka_unit_test(the_maximum_is_reached_and_not_passed),
		cmocka_unit_test(failure_stays_until_cleared),
		cmocka_unit_test(lengths_that_overflow_fail),
		cmocka_unit_test(stealing_leaves_an_empty_buffer),
		cmocka_unit_test(old_blocks_are_wiped_when_it_grows_and_when_it_is_cleared),
		cmocka_unit_test(failing_memory_fails_the_buffer),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
