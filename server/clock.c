/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See clock.h. No clock of these can fail on Linux.
 */
#include "server/clock.h"

#include <time.h>

static int64_t
read_ms(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
ac_clock_unix_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t
ac_clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t
ac_clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

int64_t
ac_clock_monotonic_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
