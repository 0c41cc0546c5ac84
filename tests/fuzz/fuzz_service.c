/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * pam_authcode/service_file.h and service_policy.h over any service file: rows
 * within their bounds, a refusal that names the service, and no text behind a
 * refused module that makes up for it.
 */
#include "pam_authcode/service_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pam_authcode/service_file.h"
#include "tests/fuzz/fuzz.h"

static void
check_rows(const uint8_t *data, size_t size)
{
	char *copy = fuzz_text(data, size);
	struct ac_service_reader reader = { .text = copy, .len = size };
	enum ac_service_next next;
	struct ac_service_row row;

	while ((next = ac_service_next(&reader, &row)) == AC_SERVICE_ROW) {
		MUST(reader.len <= size);
		MUST(strchr(row.type, '\n') == NULL && strchr(row.module, '\n') == NULL);
		MUST(strlen(row.type) + strlen(row.control) + strlen(row.module) <=
		     AC_SERVICE_MAX_LINE);
	}
	MUST(next == AC_SERVICE_BAD || reader.len == 0);
	free(copy);
}

static bool
allowed(const uint8_t *data, size_t size, const char *row, enum ac_service_use use)
{
	struct ac_service_reason reason = { { 0 } };
	int fd = memfd_create("service", MFD_CLOEXEC);
	size_t len = strlen(row);
	char name[16];
	bool ok;

	MUST(fd >= 0 && write(fd, row, len) == (ssize_t)len);
	MUST(write(fd, data, size) == (ssize_t)size);
	(void)snprintf(name, sizeof(name), "%d", fd);
	ok = ac_service_policy_check("/proc/self/fd", name, use, &reason);
	MUST(ok == (reason.text[0] == '\0'));
	MUST(ok || strstr(reason.text, name) != NULL);
	(void)close(fd);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_rows(data, size);
	(void)allowed(data, size, "", AC_SERVICE_LOGIN);
	(void)allowed(data, size, "", AC_SERVICE_CHECK);
	/* Whatever follows does not make up for it. */
	MUST(!allowed(data, size, "auth sufficient pam_rootok.so\n", AC_SERVICE_LOGIN));
	MUST(!allowed(data, size, "account required pam_faillock.so\n", AC_SERVICE_CHECK));
	return 0;
}
