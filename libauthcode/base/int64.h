/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Numbers in what is sealed: eight bytes, the highest first.
 */
#ifndef AC_BASE_INT64_H
#define AC_BASE_INT64_H

#include <stdint.h>

static inline void
ac_put_i64(uint8_t out[8], int64_t value)
{
	for (int i = 7; i >= 0; i--, value = (int64_t)((uint64_t)value >> 8))
		out[i] = (uint8_t)(value & 0xff);
}

static inline int64_t
ac_get_i64(const uint8_t in[8])
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return (int64_t)value;
}

#endif
