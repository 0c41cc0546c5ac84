/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup_key.h.
 */
#include "ctl/setup_key.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/said.h"

#define OPENED_MODE 0640

void
ac_setup_key_init(struct ac_setup_key *key)
{
	*key = (struct ac_setup_key){ .fd = -1 };
}

void
ac_setup_key_clear(struct ac_setup_key *key)
{
	if (key->fd >= 0)
		(void)close(key->fd);
	ac_setup_key_init(key);
}

static bool
check(const struct ac_setup_key *key, const struct stat *st, json_t *said)
{
	if (!S_ISREG(st->st_mode)) {
		ac_said_add(said, "%s: is not a file", key->path);
		return false;
	}
	if ((st->st_mode & (S_IRWXO | S_IWGRP)) != 0) {
		ac_said_add(said,
			    "%s: others can read or change this private key: take that away (chmod "
			    "0640), and take another key if they could read it",
			    key->path);
		return false;
	}
	return true;
}

/* Links are followed: certbot's names are links. */
bool
ac_setup_key_look(struct ac_setup_key *key, const char *path, const char *group, json_t *said)
{
	const struct group *row = getgrnam(group);
	struct stat st;

	key->path = path;
	key->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (key->fd < 0 || fstat(key->fd, &st) != 0)
		return ac_said_errno(said, path);
	if (!check(key, &st, said))
		return false;
	key->was_uid = st.st_uid;
	key->was_gid = st.st_gid;
	key->was_mode = st.st_mode & 07777;
	/* Where it is not root's, or a group can read it, somebody has thought of who reads it:
	 * whether the server can, the check tells. */
	key->closed = row != NULL && st.st_uid == 0 && (st.st_mode & S_IRGRP) == 0;
	key->group = row != NULL ? row->gr_gid : 0;
	return true;
}

/* The group first: no other one can read it between the two. */
bool
ac_setup_key_open(struct ac_setup_key *key, json_t *said)
{
	if (!key->closed)
		return true;
	key->opened = fchown(key->fd, 0, key->group) == 0;
	if (key->opened && fchmod(key->fd, OPENED_MODE) == 0)
		return true;
	return ac_said_errno(said, key->path);
}

void
ac_setup_key_put_back(struct ac_setup_key *key, json_t *said)
{
	if (!key->opened)
		return;
	if (fchmod(key->fd, key->was_mode) != 0 ||
	    fchown(key->fd, key->was_uid, key->was_gid) != 0) {
		ac_said_add(said, "%s: cannot have its group and mode back: %s", key->path,
			    strerror(errno));
		return;
	}
	key->opened = false;
	ac_said_add(said, "%s: has the group and mode again that it had", key->path);
}
