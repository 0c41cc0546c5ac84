/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The rows of one PAM service file, as pam.conf(5) has them for a directory of
 * services. Where versions of libpam read the same bytes differently, or would
 * cut a line, the file is refused: a policy must not see other rows than libpam.
 */
#ifndef AC_PAM_SERVICE_FILE_H
#define AC_PAM_SERVICE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Linux-PAM before 1.6 cuts lines after 1023 bytes, comments too, and reads
 * what is left as a line of its own. */
#define AC_SERVICE_MAX_LINE 1000

struct ac_service_row {
	const char *type;    /* "auth", "-account", "@include", … as written */
	const char *control; /* of @include: the file; "" when missing */
	const char *module;  /* the file when control is include or substack; "" when missing */
	char *arguments;     /* what follows the module; for ac_service_word() */
};

enum ac_service_next {
	AC_SERVICE_BAD = 0,
	AC_SERVICE_ROW,
	AC_SERVICE_END,
};

struct ac_service_reader {
	const char *text; /* what is left; borrowed */
	size_t len;
	char line[AC_SERVICE_MAX_LINE + 1]; /* the row's strings point into it */
};

/* ROW: *ret is valid until the next call. BAD and END: ask no further. */
AC_MUST_USE enum ac_service_next ac_service_next(struct ac_service_reader *reader,
						 struct ac_service_row *ret);

/* The next word of *rest, which moves on; "" at the end. A word in brackets may
 * hold blanks. */
char *ac_service_word(char **rest);

/* "/usr/lib/security/pam_unix.so" names pam_unix. */
AC_MUST_USE bool ac_service_names(const struct ac_service_row *row, const char *module);

#endif
