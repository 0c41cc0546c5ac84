/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See passed.h. The variables stay: whoever inherits them is another process, and
 * LISTEN_PID says so.
 */
#include "base/passed.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define FIRST_FD 3

/* Names stand between colons, one for each descriptor; a longer one is cut. */
static void
take_names(struct ac_passed *passed, const char *names)
{
	for (size_t i = 0; i < passed->count && *names != '\0'; i++) {
		size_t len = strcspn(names, ":");
		size_t kept = len < AC_PASSED_NAME ? len : AC_PASSED_NAME - 1;

		memcpy(passed->sockets[i].name, names, kept);
		names += len + (names[len] == ':');
	}
}

bool
ac_passed_take(struct ac_passed *ret)
{
	const char *pid = secure_getenv("LISTEN_PID"), *fds = secure_getenv("LISTEN_FDS"),
		   *names = secure_getenv("LISTEN_FDNAMES");
	struct ac_passed passed = { 0 };
	uint64_t number = 0, count = 0;

	if (pid == NULL || !ac_parse_u64(pid, INT_MAX, &number) || number != (uint64_t)getpid()) {
		*ret = passed;
		return true;
	}
	if (fds == NULL || !ac_parse_u64(fds, AC_PASSED_MAX, &count))
		return false;
	for (; passed.count < count; passed.count++) {
		int fd = FIRST_FD + (int)passed.count;
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
		    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
			return false;
		passed.sockets[passed.count].fd = fd;
	}
	take_names(&passed, names != NULL ? names : "");
	*ret = passed;
	return true;
}
