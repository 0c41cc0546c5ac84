/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See random.h.
 */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

enum authcode_err
ac_random_fill(void *ctx, void *buf, size_t len)
{
	unsigned char *p = buf;

	(void)ctx;
	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return AUTHCODE_ERR_RANDOM;
		p += n;
		len -= (size_t)n;
	}
	return AUTHCODE_OK;
}
