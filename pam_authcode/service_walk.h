/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rows of one kind that libpam would run for a service, through everything
 * it includes. Files are found as libpam finds them: a service in the directory
 * given, or else in the system's; what it includes by a bare name always in the
 * system's. A file that is included and missing, too big or not understood ends
 * the walk.
 */
#ifndef AC_PAM_SERVICE_WALK_H
#define AC_PAM_SERVICE_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "pam_authcode/service_file.h"

#define AC_SERVICE_MAX_DEPTH 8           /* files within files */
#define AC_SERVICE_MAX_FILES 64          /* read for one service */
#define AC_SERVICE_MAX_FILE (64U * 1024) /* bytes */

struct ac_service_reason {
	char text[512]; /* one sentence */
};

struct ac_service_walk {
	const char *confdir; /* NULL: the system's directories */
	const char *service;
	const char *type; /* "auth" or "account"; rows of other kinds are passed over */
	bool optional;    /* a service without a row of that type is as good */
	/* One row that names a module. False ends the walk, said in the reason. */
	bool (*visit)(struct ac_service_walk *walk, const struct ac_service_row *row);
	void *data; /* for visit */
	struct ac_service_reason *reason;
	unsigned int files, rows; /* seen so far */
};

/* False: the reason says why, or visit has. A service without a row is one,
 * unless optional. */
AC_MUST_USE bool ac_service_walk(struct ac_service_walk *walk);

/* Fills in the reason; always false. */
bool ac_service_refuse(struct ac_service_walk *walk, const char *fmt, ...) AC_PRINTF(2, 3);

/* Nothing is where libpam would look for the service. */
AC_MUST_USE bool ac_service_absent(const char *confdir, const char *service);

/* The whole of a regular file of at most AC_SERVICE_MAX_FILE bytes, or NULL with
 * errno; the caller frees it. */
char *ac_service_read(const char *path, size_t *ret_len);

#endif
