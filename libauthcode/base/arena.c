/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A chain of blocks; see arena.h. What is handed out is zeroed, what is left of a
 * block is never touched: neither on the way in nor, when it is wiped, on the way out.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define DEFAULT_MAX (64 * 1024)
#define BLOCK_SIZE 8192

struct block {
	struct block *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

struct authcode_arena {
	size_t max;
	size_t reserved; /* sum of block sizes: what max bounds */
	size_t used;
	struct block *head;
};

enum authcode_err
authcode_arena_new(size_t max, struct authcode_arena **ret)
{
	struct authcode_arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		return AUTHCODE_ERR_MEMORY;
	arena->max = max != 0 ? max : DEFAULT_MAX;
	*ret = arena;
	return AUTHCODE_OK;
}

static struct block *
block_new(struct authcode_arena *arena, size_t need)
{
	size_t left = arena->max - arena->reserved;
	size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct block *block;

	if (need > left)
		return NULL;
	if (size > left)
		size = left;
	if (size > PTRDIFF_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	block->used = 0;
	/* One large allocation must not bury what is left of the current block. */
	if (need > BLOCK_SIZE && arena->head != NULL) {
		block->next = arena->head->next;
		arena->head->next = block;
	} else {
		block->next = arena->head;
		arena->head = block;
	}
	arena->reserved += size;
	return block;
}

void *
authcode_arena_alloc(struct authcode_arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *block = arena->head;
	size_t rounded;
	void *p;

	if (size == 0)
		size = 1;
	if (size > SIZE_MAX - align)
		return NULL;
	rounded = (size + align - 1) / align * align;
	if (block == NULL || block->size - block->used < rounded) {
		block = block_new(arena, rounded);
		if (block == NULL)
			return NULL;
	}
	p = block->data + block->used;
	block->used += rounded;
	arena->used += rounded;
	memset(p, 0, rounded);
	return p;
}

void
authcode_arena_free(struct authcode_arena **arena)
{
	struct block *block;

	if (arena == NULL || *arena == NULL)
		return;
	while ((block = (*arena)->head) != NULL) {
		(*arena)->head = block->next;
		ac_wipe(block->data, block->used);
		free(block);
	}
	free(*arena);
	*arena = NULL;
}

char *
ac_arena_strndup(struct authcode_arena *arena, const char *data, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		return NULL;
	copy = authcode_arena_alloc(arena, len + 1);
	if (copy != NULL && len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
ac_arena_strdup(struct authcode_arena *arena, const char *text)
{
	return ac_arena_strndup(arena, text, strlen(text));
}

void *
ac_arena_memdup(struct authcode_arena *arena, const void *data, size_t len)
{
	void *copy = authcode_arena_alloc(arena, len);

	if (copy != NULL && len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
ac_arena_printf(struct authcode_arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return NULL;
	text = authcode_arena_alloc(arena, (size_t)len + 1);
	if (text == NULL)
		return NULL;
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

size_t
ac_arena_used(const struct authcode_arena *arena)
{
	return arena->used;
}
