/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_file.h.
 */
#include "server/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of a credential is one of a file in the directory, never a way out of it:
 * what an option may hold has been checked with the option. */
static const char *
path_of(const char *value, char path[PATH_MAX], const char **ret_why)
{
	const char *name = value + strlen(AC_CREDENTIAL);
	const char *directory;
	int len;

	if (strncmp(value, AC_CREDENTIAL, strlen(AC_CREDENTIAL)) != 0)
		return value;
	directory = secure_getenv("CREDENTIALS_DIRECTORY");
	*ret_why = "no credentials were handed over; the unit needs LoadCredential= for it";
	if (directory == NULL || directory[0] != '/' || strchr(name, '/') != NULL)
		return NULL;
	len = snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return len > 0 && len < PATH_MAX ? path : NULL;
}

int
ac_config_file_open(const char *value, const char **ret_why)
{
	char buffer[PATH_MAX];
	const char *path = path_of(value, buffer, ret_why);
	int fd = -1;

	if (path == NULL)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		*ret_why = strerror(errno);
	return fd;
}

static bool
is_trusted(uid_t owner, const char *user)
{
	char buf[16384];
	struct passwd pw;
	struct passwd *found = NULL;

	if (owner == 0 || owner == geteuid())
		return true;
	/* The daemon is that account as soon as it is not root any more. */
	return user != NULL && geteuid() == 0 &&
	       getpwnam_r(user, &pw, buf, sizeof(buf), &found) == 0 && found != NULL &&
	       found->pw_uid == owner;
}

const char *
ac_config_owner_fault(uid_t owner, const char *user, char text[AC_OWNER_FAULT_SIZE])
{
	if (is_trusted(owner, user))
		return NULL;
	(void)snprintf(text, AC_OWNER_FAULT_SIZE,
		       "it belongs to another user (uid %lu); run chown root on it",
		       (unsigned long)owner);
	return text;
}
