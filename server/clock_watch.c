/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See clock_watch.h. Each round is compared with the one before, not with the first:
 * clocks drift apart, and no sum of small steps is a jump.
 */
#include "server/clock_watch.h"

#include <inttypes.h>
#include <stdio.h>

#include "server/event.h"
#include "server/log.h"

void
ac_clock_watch_round(struct ac_clock_watch *watch, int64_t unix_ms, int64_t boot_ms)
{
	const int64_t ahead_ms = unix_ms - boot_ms, by_ms = ahead_ms - watch->ahead_ms;
	const bool jumped =
		watch->begun && (by_ms >= AC_CLOCK_JUMP_MS || by_ms <= -AC_CLOCK_JUMP_MS);
	char text[24];

	*watch = (struct ac_clock_watch){ .begun = true, .ahead_ms = ahead_ms };
	if (!jumped)
		return;
	(void)snprintf(text, sizeof(text), "%" PRId64, by_ms);
	ac_log_event(AC_EVENT_CLOCK_JUMPED, .by_ms = text);
}
