/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A heap that fails when told to, and that looks for a secret in every block
 * given back. Linked with --wrap=malloc,calloc,free.
 */
#ifndef AC_TESTS_HEAP_H
#define AC_TESTS_HEAP_H

#include <stdbool.h>

#define HEAP_SECRET "s3cret-that-must-not-stay"

struct heap {
	bool armed;     /* allocation number fail_at (from 0) fails, and all after it */
	int fail_at;    /* counts down */
	unsigned leaks; /* blocks freed with the secret still inside */
};

extern struct heap heap;

#endif
