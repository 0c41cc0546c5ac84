/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See ticket.h. Who unlinks a ticket has it: of two processes that come with the
 * same one, the second finds nothing to unlink.
 */
#include "pam_authcode/ticket.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/random.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/private_dir.h"

/* Service, account, and a line feed behind each: neither can hold one. */
#define CONTENT_SIZE (AC_MAX_SERVICE + AC_MAX_USER_NAME + 3)

static int
open_dir(const char *lock_dir)
{
	int outer = lock_dir[0] != '\0' ? ac_private_dir_open(AT_FDCWD, lock_dir) : -1, fd;

	if (outer < 0)
		return -1;
	fd = ac_private_dir_open(outer, AC_TICKET_DIR);
	(void)close(outer);
	return fd;
}

/* One from the future comes of a clock set back, and nobody knows its age; but of
 * the clock of files and ours either may be a tick behind. */
static bool
is_young(const struct stat *status)
{
	time_t age = time(NULL) - status->st_mtime;

	return age >= -1 && age <= AC_TICKET_LIFE_S;
}

/* Removes what is too old; true when there is room for one more. */
static bool
sweep(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	size_t count = 0;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	while ((entry = readdir(dir)) != NULL) {
		struct stat status;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dir_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (is_young(&status) || unlinkat(dir_fd, entry->d_name, 0) != 0)
			count++;
	}
	(void)closedir(dir);
	return count < AC_TICKET_MAX;
}

static bool
format(char out[CONTENT_SIZE], const char *service, const char *user)
{
	int len = snprintf(out, CONTENT_SIZE, "%s\n%s\n", service, user);

	return len > 0 && len < CONTENT_SIZE;
}

static bool
write_file(int dir_fd, const char *name, const char *text)
{
	size_t len = strlen(text);
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, len) == (ssize_t)len;
	ok = close(fd) == 0 && ok;
	if (!ok)
		(void)unlinkat(dir_fd, name, 0);
	return ok;
}

bool
ac_ticket_issue(const char *lock_dir, const char *service, const char *user,
		char ret[AC_WIRE_TICKET_LEN + 1])
{
	char name[AC_WIRE_TICKET_LEN + 1], content[CONTENT_SIZE];
	unsigned char bytes[32];
	int dir_fd = open_dir(lock_dir);
	bool ok;

	_Static_assert(AC_BASE64URL_LEN(sizeof(bytes)) == AC_WIRE_TICKET_LEN, "ticket length");
	if (dir_fd < 0)
		return false;
	ok = sweep(dir_fd) && format(content, service, user) &&
	     ac_random_fill(NULL, bytes, sizeof(bytes)) == AUTHCODE_OK;
	if (ok) {
		ac_base64url_encode(bytes, sizeof(bytes), name);
		ok = write_file(dir_fd, name, content);
	}
	(void)close(dir_fd);
	if (ok)
		memcpy(ret, name, sizeof(name));
	else
		ac_journal(LOG_ERR, "no ticket to change the password could be made");
	return ok;
}

/* The name of a file that only we can have made. */
static bool
well_formed(const char *ticket)
{
	unsigned char bytes[32];
	size_t len = 0;

	return strlen(ticket) == AC_WIRE_TICKET_LEN &&
	       ac_base64url_decode(ticket, AC_WIRE_TICKET_LEN, bytes, sizeof(bytes), &len) &&
	       len == sizeof(bytes);
}

static bool
is_ours(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 &&
	       status.st_uid == geteuid() && (status.st_mode & 077) == 0 && is_young(&status);
}

bool
ac_ticket_use(const char *lock_dir, const char *ticket, const char *service, const char *user)
{
	char wanted[CONTENT_SIZE], found[CONTENT_SIZE] = "";
	int dir_fd = well_formed(ticket) ? open_dir(lock_dir) : -1, fd;
	bool ok;

	if (dir_fd < 0)
		return false;
	fd = openat(dir_fd, ticket, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ok = fd >= 0 && is_ours(fd);
	ok = unlinkat(dir_fd, ticket, 0) == 0 && ok;
	ok = ok && format(wanted, service, user) && read(fd, found, sizeof(found) - 1) > 0 &&
	     strcmp(found, wanted) == 0;
	if (fd >= 0)
		(void)close(fd);
	(void)close(dir_fd);
	return ok;
}
