/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See claims.h. The directory is opened and looked at first; the file is opened
 * in it and looked at before a byte is read, so that neither can be changed for
 * another in between. A link is not followed: it could lead to what only root
 * may read.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pam_authcode/claims.h"
#include "pam_authcode/journal.h"
#include "pam_authcode/text_rule.h"
#include "pam_authcode/trust.h"

static void
say(const struct ac_account *account, const char *what)
{
	ac_journal(LOG_WARNING, "no claims from the file of user=%s: %s", account->name, what);
}

static int
open_directory(const char *path, const struct ac_account *account)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	if (fd < 0) {
		say(account, strerror(errno));
		return -1;
	}
	if (fstat(fd, &status) == 0 && ac_trust_owner(&status))
		return fd;
	say(account, "others may write to the directory");
	(void)close(fd);
	return -1;
}

/* Some accounts have names that cannot be file names, or are hidden ones. */
static bool
file_name(const char *user, char out[NAME_MAX + 1])
{
	return user[0] != '.' && strchr(user, '/') == NULL &&
	       snprintf(out, NAME_MAX + 1, "%s.json", user) <= NAME_MAX;
}

static void
read_file(int fd, const struct ac_account *account, struct ac_claims_text *ret)
{
	struct stat status;
	ssize_t len;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		say(account, "not a regular file");
		return;
	}
	if (!ac_trust_owner(&status)) {
		say(account, "others own it or may write to it");
		return;
	}
	len = ac_trust_read(fd, ret->text, AC_MAX_CLAIMS);
	if (len < 0) {
		say(account, strerror(errno));
	} else if (!ac_text_rule_holds(AC_TEXT_UTF8, ret->text, (size_t)len)) {
		say(account, "not UTF-8 without NUL");
	} else {
		ret->len = (uint16_t)len;
	}
}

void
ac_claims_from_file(const struct ac_permit *permit, const struct ac_account *account,
		    struct ac_claims_text *ret)
{
	char name[NAME_MAX + 1];
	int dir, fd;

	*ret = (struct ac_claims_text){ 0 };
	if (permit->claims_dir == NULL || !file_name(account->name, name))
		return;
	dir = open_directory(permit->claims_dir, account);
	if (dir < 0)
		return;
	/* Without waiting for the other end of a FIFO. */
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0)
		read_file(fd, account, ret);
	else if (errno != ENOENT)
		say(account, errno == ELOOP ? "it is a link" : strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	(void)close(dir);
	memset(ret->text + ret->len, 0, sizeof(ret->text) - ret->len);
}
