/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Whether somebody has set the clock that codes, tokens and records go by. What they
 * live by is the time of day; a jump ends them early or lets them live long, and
 * explains times in the log that do not fit.
 */
#ifndef AC_SERVER_CLOCK_WATCH_H
#define AC_SERVER_CLOCK_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Between two rounds. What corrects a clock without a jump moves it by less: the
 * kernel's slewing 30 ms a minute, chrony's fastest 5 s. */
#define AC_CLOCK_JUMP_MS 10000

struct ac_clock_watch {
	bool begun;
	int64_t ahead_ms; /* of the clock that nobody sets, at the last round */
};

/* A round: what the two clocks say now, ac_clock_unix_ms() and ac_clock_boot_ms().
 * Reports clock_jumped. */
void ac_clock_watch_round(struct ac_clock_watch *watch, int64_t unix_ms, int64_t boot_ms);

#endif
