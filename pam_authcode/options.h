/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The command line of authcode-login, and the file it may name. One table gives
 * both parsers and --help their rows.
 */
#ifndef AC_PAM_OPTIONS_H
#define AC_PAM_OPTIONS_H

#include "pam_authcode/permit.h"

#define AC_OPTIONS_MAX_CHILDREN 1024

struct ac_options {
	struct ac_permit permit;
	bool check;               /* the check entry, not the login entry */
	bool passwd;              /* the passwd entry; not with check */
	const char *listen_path;  /* NULL: one connection, on descriptor 0 */
	const char *test_service; /* NULL: not for the terminal */
	const char *test_user;
	const char *test_through; /* directory of the sockets to ask; NULL: a process of ours */
	const char *group;        /* of the socket file; NULL: ours */
	unsigned int max_children;
	bool foreground;
	char *file_text; /* of --config, which strings above point into */
};

enum ac_options_outcome {
	AC_OPTIONS_BAD = 0,  /* the command line; said on standard error */
	AC_OPTIONS_BAD_FILE, /* the file; likewise */
	AC_OPTIONS_RUN,
	AC_OPTIONS_DONE, /* --help or --version */
};

enum ac_options_outcome ac_options_parse(int argc, char **argv, struct ac_options *ret);

#endif
