/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The daemon's clocks, in milliseconds. The library has none of its own.
 */
#ifndef AC_SERVER_CLOCK_H
#define AC_SERVER_CLOCK_H

#include <stdint.h>

int64_t ac_clock_unix_ms(void);      /* what the protocol and the store are told */
int64_t ac_clock_monotonic_ms(void); /* deadlines: nobody sets it */
int64_t ac_clock_boot_ms(void);      /* the same, and it goes on while the host sleeps */
int64_t ac_clock_monotonic_us(void); /* how long something takes */

#endif
