/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The private key of TLS that setup is given: one that root alone can read is made readable
 * to the group of the server, and is as it was when what it was opened for fails. All of it
 * happens to one open file, whatever its name comes to stand for.
 */
#ifndef AC_CTL_SETUP_KEY_H
#define AC_CTL_SETUP_KEY_H

#include <stdbool.h>

#include <jansson.h>
#include <sys/types.h>

#include "base/attr.h"

/* init ... clear */
struct ac_setup_key {
	const char *path; /* borrowed */
	int fd;
	bool closed; /* root alone can read it, and there is a group to open it to */
	bool opened; /* and setup has */
	gid_t group; /* of the server */
	uid_t was_uid;
	gid_t was_gid;
	mode_t was_mode;
};

void ac_setup_key_init(struct ac_setup_key *key);
void ac_setup_key_clear(struct ac_setup_key *key);

/* Is it a file that nobody but its owner and a group can read? Changes nothing; says what is
 * wrong with it. path and group are borrowed until clear. */
AC_MUST_USE bool ac_setup_key_look(struct ac_setup_key *key, const char *path, const char *group,
				   json_t *said);

/* A closed one becomes readable to the group; any other stays as it is. */
AC_MUST_USE bool ac_setup_key_open(struct ac_setup_key *key, json_t *said);

/* One that was opened has the owner, group and mode again that it had, and that is said. */
void ac_setup_key_put_back(struct ac_setup_key *key, json_t *said);

#endif
