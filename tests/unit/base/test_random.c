/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/random.h, over a generator that is interrupted, short or broken.
 * Linked with --wrap=getrandom.
 */
#include "base/random.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include <cmocka.h>

static const ssize_t *script; /* what getrandom returns, one after the other */
static size_t calls;

ssize_t __real_getrandom(void *buf, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned flags);

ssize_t
__wrap_getrandom(void *buf, size_t len, unsigned flags)
{
	ssize_t n;

	if (script == NULL)
		return __real_getrandom(buf, len, flags);
	n = script[calls++];
	if (n < 0) {
		errno = (int)-n;
		return -1;
	}
	assert_true((size_t)n <= len);
	memset(buf, 'r', (size_t)n);
	return n;
}

static void
run(const ssize_t *steps, size_t len, enum authcode_err expected, size_t expected_calls)
{
	char buf[17] = { 0 };

	script = steps;
	calls = 0;
	assert_int_equal(ac_random_fill(NULL, buf, len), expected);
	assert_int_equal(calls, expected_calls);
	script = NULL;
	assert_int_equal(buf[len], 0);
	if (expected == AUTHCODE_OK)
		assert_int_equal(strlen(buf), len);
}

static void
interrupted_and_short_reads_go_on(void **state)
{
	(void)state;
	run((const ssize_t[]){ 16 }, 16, AUTHCODE_OK, 1);
	run((const ssize_t[]){ -EINTR, 16 }, 16, AUTHCODE_OK, 2);
	run((const ssize_t[]){ 1, -EINTR, 7, 8 }, 16, AUTHCODE_OK, 4);
	run((const ssize_t[]){ 0 }, 0, AUTHCODE_OK, 0);
}

static void
a_broken_generator_is_an_error(void **state)
{
	(void)state;
	run((const ssize_t[]){ -ENOSYS }, 16, AUTHCODE_ERR_RANDOM, 1);
	run((const ssize_t[]){ -EAGAIN }, 16, AUTHCODE_ERR_RANDOM, 1);
	run((const ssize_t[]){ 0 }, 16, AUTHCODE_ERR_RANDOM, 1);
	run((const ssize_t[]){ 8, -EFAULT }, 16, AUTHCODE_ERR_RANDOM, 2);
}

static void
the_kernel_gives_different_bytes(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_int_equal(ac_random_fill(NULL, a, sizeof(a)), AUTHCODE_OK);
	assert_int_equal(ac_random_fill(NULL, b, sizeof(b)), AUTHCODE_OK);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupted_and_short_reads_go_on),
		cmocka_unit_test(a_broken_generator_is_an_error),
		cmocka_unit_test(the_kernel_gives_different_bytes),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
