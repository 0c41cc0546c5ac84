/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * base/arena.h
 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/base/heap.h"

static struct authcode_arena *
arena_of(size_t max)
{
	struct authcode_arena *arena = NULL;

	assert_int_equal(authcode_arena_new(max, &arena), AUTHCODE_OK);
	assert_non_null(arena);
	return arena;
}

static void
memory_is_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 8191, 8192, 8193, 20000, 3 };
	struct authcode_arena *arena = arena_of(128 * 1024);
	unsigned char *blocks[AC_ARRAY_SIZE(sizes)];

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(sizes); i++) {
		blocks[i] = authcode_arena_alloc(arena, sizes[i]);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(blocks[i][j], 0);
		memset(blocks[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(sizes); i++) {
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(blocks[i][j], i + 1);
	}
	authcode_arena_free(&arena);
	assert_null(arena);
}

static void
nothing_exceeds_the_maximum(void **state)
{
	static const struct {
		size_t max, size;
		bool ok;
	} rows[] = {
		{ 64, 64, true },
		{ 127, 113, false },
		{ 127, 112, true },
		{ 64, 65, false },
		{ 64, SIZE_MAX, false },
		{ 64, SIZE_MAX - 8, false },
		{ 0, 65536, true },
		{ 0, 65537, false },
		{ 100, 96, true },
		{ 100, 97, false },
		{ SIZE_MAX, SIZE_MAX - 64, false },
		{ SIZE_MAX, SIZE_MAX / 2 + 1, false },
	};

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		struct authcode_arena *arena = arena_of(rows[i].max);

		if ((authcode_arena_alloc(arena, rows[i].size) != NULL) != rows[i].ok)
			fail_msg("%zu of %zu", rows[i].size, rows[i].max);
		authcode_arena_free(&arena);
	}
}

static void
many_small_allocations_stop_at_the_maximum(void **state)
{
	struct authcode_arena *arena = arena_of(20000);
	size_t count = 0;

	(void)state;
	while (authcode_arena_alloc(arena, 16) != NULL)
		count++;
	assert_int_equal(count, 20000 / 16);
	assert_int_equal(ac_arena_used(arena), 20000);
	assert_null(authcode_arena_alloc(arena, 1));
	authcode_arena_free(&arena);
}

static void
a_large_allocation_leaves_the_current_block_in_use(void **state)
{
	struct authcode_arena *arena = arena_of(8192 + 16000);

	(void)state;
	assert_non_null(authcode_arena_alloc(arena, 16));
	assert_non_null(authcode_arena_alloc(arena, 16000));
	assert_non_null(authcode_arena_alloc(arena, 8192 - 16));
	assert_null(authcode_arena_alloc(arena, 1));
	authcode_arena_free(&arena);
}

static void
copies_are_terminated(void **state)
{
	struct authcode_arena *arena = arena_of(0);
	static const char bytes[] = { 'a', '\0', 'b' };

	(void)state;
	assert_string_equal(ac_arena_strdup(arena, "text"), "text");
	assert_string_equal(ac_arena_strdup(arena, ""), "");
	assert_memory_equal(ac_arena_strndup(arena, bytes, 3), "a\0b", 4);
	assert_string_equal(ac_arena_strndup(arena, NULL, 0), "");
	assert_null(ac_arena_strndup(arena, "x", SIZE_MAX));
	assert_memory_equal(ac_arena_memdup(arena, bytes, 3), bytes, 3);
	assert_non_null(ac_arena_memdup(arena, NULL, 0));
	assert_string_equal(ac_arena_printf(arena, "%s-%d", "x", 7), "x-7");
	assert_null(ac_arena_printf(arena, "%70000d", 1));
	authcode_arena_free(&arena);
}

static void
everything_is_wiped_when_freed(void **state)
{
	struct authcode_arena *arena = arena_of(128 * 1024);

	(void)state;
	heap.leaks = 0;
	for (int i = 0; i < 400; i++)
		assert_non_null(ac_arena_strdup(arena, HEAP_SECRET));
	assert_non_null(ac_arena_memdup(arena, HEAP_SECRET, sizeof(HEAP_SECRET)));
	memcpy((char *)authcode_arena_alloc(arena, 30000) + 29900, HEAP_SECRET,
	       sizeof(HEAP_SECRET));
	authcode_arena_free(&arena);
	assert_int_equal(heap.leaks, 0);
}

static void
failing_memory_is_an_answer(void **state)
{
	struct authcode_arena *arena = NULL;

	(void)state;
	heap = (struct heap){ .armed = true };
	assert_int_equal(authcode_arena_new(0, &arena), AUTHCODE_ERR_MEMORY);
	heap.armed = false;
	assert_null(arena);

	arena = arena_of(0);
	heap = (struct heap){ .armed = true };
	assert_null(authcode_arena_alloc(arena, 1));
	assert_null(ac_arena_strdup(arena, "x"));
	assert_null(ac_arena_memdup(arena, "x", 1));
	assert_null(ac_arena_printf(arena, "x"));
	heap.armed = false;
	assert_int_equal(ac_arena_used(arena), 0);
	assert_non_null(authcode_arena_alloc(arena, 65536));
	authcode_arena_free(&arena);
}

static void
freeing_nothing_is_allowed(void **state)
{
	struct authcode_arena *arena = NULL;

	(void)state;
	authcode_arena_free(&arena);
	authcode_arena_free(NULL);
	assert_null(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(nothing_exceeds_the_maximum),
		cmocka_unit_test(many_small_allocations_stop_at_the_maximum),
		cmocka_unit_test(a_large_allocation_leaves_the_current_block_in_use),
		cmocka_unit_test(copies_are_terminated),
		cmocka_unit_test(everything_is_wiped_when_freed),
		cmocka_unit_test(failing_memory_is_an_answer),
		cmocka_unit_test(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
