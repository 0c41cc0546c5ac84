/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The state directory: one lock, one secret, one database.
 */
#ifndef AC_SERVER_STATE_H
#define AC_SERVER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include <authcode/error.h>
#include <authcode/issuer.h>

#include "base/attr.h"

struct ac_state {
	int dir_fd;
	int lock_fd;
	bool fresh;     /* first start: the database is still to be made */
	bool elsewhere; /* the master key is not in the directory */
	char database[4096];
	uint8_t master_key[AUTHCODE_MASTER_KEY_LEN]; /* wiped by ac_state_close() */
};

/* As root, before rights are dropped: makes the directory for uid when there is
 * none. One that exists is left as it is. */
AC_MUST_USE bool ac_state_prepare(const char *dir, uid_t uid, gid_t gid,
				  struct authcode_reason *reason);

/* Takes the lock, then the master key: a new one only when there is neither key
 * nor database; key_file (NULL: none) is where it is kept otherwise (config_file.h).
 * Refuses, naming the file, everything that is not exclusively ours, a key without a
 * database and a database without its key. */
AC_MUST_USE bool ac_state_open(const char *dir, const char *key_file, struct ac_state *ret,
			       struct authcode_reason *reason);

/* For a check without a daemon: would an ac_state_open() by uid refuse what is there? A
 * directory that is missing, or that nobody here may look at, is none; nor is a key_file
 * that nobody here may read, or that is a credential, which only the unit has. */
AC_MUST_USE bool ac_state_check(const char *dir, const char *key_file, uid_t uid,
				struct authcode_reason *reason);

/* The database has been made: the first start is over, the key gets its name. */
AC_MUST_USE bool ac_state_settle(struct ac_state *state, struct authcode_reason *reason);

void ac_state_close(struct ac_state *state);

#endif
