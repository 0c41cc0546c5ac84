/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See trust.h.
 */
#include "pam_authcode/trust.h"

#include <errno.h>
#include <unistd.h>

bool
ac_trust_owner(const struct stat *status)
{
	return (status->st_uid == 0 || status->st_uid == geteuid()) &&
	       (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

ssize_t
ac_trust_read(int fd, char *out, size_t size)
{
	size_t used = 0;
	ssize_t n;
	char more;

	while (used < size) {
		n = read(fd, out + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			return (ssize_t)used;
		used += (size_t)n;
	}
	n = read(fd, &more, 1);
	if (n > 0)
		errno = EFBIG;
	return n == 0 ? (ssize_t)used : -1;
}
