/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * splitmix64: the same throws from the same seed everywhere, and seeds that
 * follow each other are as good as any.
 */
#ifndef TESTS_STORE_DICE_H
#define TESTS_STORE_DICE_H

#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t seed;
};

static inline uint64_t
dice_throw(struct dice *dice)
{
	uint64_t z = dice->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline size_t
dice_below(struct dice *dice, size_t below)
{
	return (size_t)(dice_throw(dice) % below);
}

#endif
