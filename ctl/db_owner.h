/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Where the database is, and who may read it: what the db commands do to it they do in a
 * process of its own that has become its owner for good. So nothing that somebody may have
 * put into the file is read as root, and no file beside it belongs to anybody else.
 */
#ifndef AC_CTL_DB_OWNER_H
#define AC_CTL_DB_OWNER_H

#include "ctl/command.h"

struct ac_db_place {
	const char *directory; /* --state-dir */
	char database[4096];
	int dir_fd;
};

/* REFUSED is told. ac_db_place_close() in any case. */
AC_MUST_USE enum ac_ctl_exit ac_db_place_open(const struct ac_ctl *ctl, struct ac_db_place *ret);
void ac_db_place_close(struct ac_db_place *place);

/* Runs work as the owner of the directory, in a child; what that prints is printed. */
AC_MUST_USE enum ac_ctl_exit ac_db_as_owner(const struct ac_db_place *place,
					    enum ac_ctl_exit (*work)(void *arg), void *arg);

/* "authcodectl: why", and how a command ends that could not do it. */
enum ac_ctl_exit ac_db_refuse(const char *fmt, ...) AC_PRINTF(1, 2);

/* All of one descriptor into another. False: errno says why. */
AC_MUST_USE bool ac_db_copy_bytes(int from, int to);

#endif
