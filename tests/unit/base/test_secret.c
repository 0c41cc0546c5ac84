/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/secret.h. Linked with --wrap=mmap,munmap,calloc: memory fails on
 * demand, and what is unmapped is looked at first.
 */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

static bool fail_mmap, fail_calloc;
static unsigned unmapped, unwiped;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t len);
int __wrap_munmap(void *at, size_t len);

void *
__wrap_calloc(size_t count, size_t size)
{
	return fail_calloc ? NULL : __real_calloc(count, size);
}

void *
__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	return fail_mmap ? MAP_FAILED : __real_mmap(at, len, prot, flags, fd, offset);
}

int
__wrap_munmap(void *at, size_t len)
{
	const char *data = at;

	unmapped++;
	for (size_t i = 0; i < len; i++)
		unwiped += data[i] != 0;
	return __real_munmap(at, len);
}

static void
equality_looks_at_every_byte(void **state)
{
	uint8_t a[32], b[32];

	(void)state;
	memset(a, 0xa5, sizeof(a));
	memcpy(b, a, sizeof(a));
	assert_true(ac_secret_equal(a, b, sizeof(a)));
	assert_true(ac_secret_equal(a, a, sizeof(a)));
	for (size_t i = 0; i < sizeof(a); i++) {
		for (int bit = 0; bit < 8; bit++) {
			b[i] = (uint8_t)(b[i] ^ 1 << bit);
			if (ac_secret_equal(a, b, sizeof(a)))
				fail_msg("byte %zu bit %d is not looked at", i, bit);
			b[i] = a[i];
		}
	}
	b[31] = 0;
	assert_true(ac_secret_equal(a, b, 31));
	assert_true(ac_secret_equal(a, b, 0));
	assert_true(ac_secret_equal(NULL, NULL, 0));
}

/* Differences that would cancel out in a sum or an xor of bytes. */
static void
equality_does_not_let_differences_cancel(void **state)
{
	static const uint8_t a[] = { 1, 1, 0, 0 }, b[] = { 0, 0, 0, 0 }, c[] = { 0x80, 0x80, 0, 0 };

	(void)state;
	assert_false(ac_secret_equal(a, b, 4));
	assert_false(ac_secret_equal(c, b, 4));
	assert_false(ac_secret_equal("ab", "ba", 2));
}

static void
wiping_clears_the_length_given(void **state)
{
	char data[] = "secretX";

	(void)state;
	ac_wipe(data, 6);
	assert_memory_equal(data, "\0\0\0\0\0\0X", 8);
	ac_wipe(data, 0);
	ac_wipe(NULL, 0);
	assert_int_equal(data[6], 'X');
}

static void
a_secret_is_a_terminated_copy(void **state)
{
	struct ac_secret *secret = NULL;
	char data[] = { 'a', '\0', 'b' };

	(void)state;
	assert_int_equal(ac_secret_new(data, sizeof(data), &secret), AUTHCODE_OK);
	data[0] = 'x';
	assert_int_equal(ac_secret_len(secret), 3);
	assert_memory_equal(ac_secret_data(secret), "a\0b", 4);
	ac_secret_data_mut(secret)[0] = 'c';
	assert_int_equal(ac_secret_data(secret)[0], 'c');
	ac_secret_free(&secret);
	assert_null(secret);
}

static void
a_secret_without_data_is_zeroes(void **state)
{
	struct ac_secret *secret = NULL;

	(void)state;
	assert_int_equal(ac_secret_new(NULL, 5000, &secret), AUTHCODE_OK);
	for (size_t i = 0; i <= 5000; i++)
		assert_int_equal(ac_secret_data(secret)[i], 0);
	ac_secret_free(&secret);
	assert_int_equal(ac_secret_new("", 0, &secret), AUTHCODE_OK);
	assert_string_equal(ac_secret_data(secret), "");
	ac_secret_free(&secret);
}

static void
a_secret_is_wiped_before_its_pages_go(void **state)
{
	struct ac_secret *secret = NULL;

	(void)state;
	unmapped = unwiped = 0;
	assert_int_equal(ac_secret_new("password", 8, &secret), AUTHCODE_OK);
	ac_secret_data_mut(secret)[8] = 'x';
	ac_secret_free(&secret);
	assert_int_equal(unmapped, 1);
	assert_int_equal(unwiped, 0);
}

static void
failing_memory_is_an_answer(void **state)
{
	struct ac_secret *secret = NULL;

	(void)state;
	fail_mmap = true;
	assert_int_equal(ac_secret_new("x", 1, &secret), AUTHCODE_ERR_MEMORY);
	fail_mmap = false;
	fail_calloc = true;
	assert_int_equal(ac_secret_new("x", 1, &secret), AUTHCODE_ERR_MEMORY);
	fail_calloc = false;
	assert_int_equal(ac_secret_new(NULL, SIZE_MAX, &secret), AUTHCODE_ERR_MEMORY);
	assert_int_equal(ac_secret_new(NULL, SIZE_MAX / 2, &secret), AUTHCODE_ERR_MEMORY);
	assert_null(secret);
	ac_secret_free(&secret);
	ac_secret_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_looks_at_every_byte),
		cmocka_unit_test(equality_does_not_let_differences_cancel),
		cmocka_unit_test(wiping_clears_the_length_given),
		cmocka_unit_test(a_secret_is_a_terminated_copy),
		cmocka_unit_test(a_secret_without_data_is_zeroes),
		cmocka_unit_test(a_secret_is_wiped_before_its_pages_go),
		cmocka_unit_test(failing_memory_is_an_answer),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
