/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Memory that runs out when a test says so. The linker puts it in front of our own
 * allocations (--wrap=malloc, calloc); libraries keep theirs.
 */
#ifndef TESTS_FLOW_SCARCE_MEMORY_H
#define TESTS_FLOW_SCARCE_MEMORY_H

#include <stdbool.h>

extern struct scarce_memory {
	long left;     /* allocations until one is refused; negative: no limit */
	bool only_one; /* it alone is refused, else all from it on */
	bool refused;  /* at least one has been */
} scarce;

#endif
