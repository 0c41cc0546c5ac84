/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See setup_files.h.
 */
#include "ctl/setup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
fail(const char *path)
{
	(void)fprintf(stderr, "authcodectl: %s: %s\n", path, strerror(errno));
	return false;
}

void
ac_new_file_init(struct ac_new_file *file, const char *root, const char *directory,
		 const char *name)
{
	file->written = false;
	ac_buf_init(&file->directory, PATH_MAX);
	ac_buf_init(&file->path, PATH_MAX);
	ac_buf_init(&file->temporary, PATH_MAX);
	ac_buf_printf(&file->directory, "%s%s", root, directory);
	ac_buf_printf(&file->path, "%s%s/%s", root, directory, name);
	/* not what systemd or the daemon would read: they want a .conf at the end */
	ac_buf_printf(&file->temporary, "%s%s/.%s.XXXXXX", root, directory, name);
}

void
ac_new_file_clear(struct ac_new_file *file)
{
	if (file->written)
		(void)unlink(ac_buf_text(&file->temporary));
	file->written = false;
	ac_buf_clear(&file->directory);
	ac_buf_clear(&file->path);
	ac_buf_clear(&file->temporary);
}

/* Each part that is missing. */
static bool
make_directories(struct ac_buf *directory)
{
	char *path = directory->data;

	for (size_t i = 1; i <= directory->len; i++) {
		const char at = path[i];
		bool ok;

		if (at != '/' && at != '\0')
			continue;
		path[i] = '\0';
		ok = mkdir(path, 0755) == 0 || errno == EEXIST;
		if (!ok)
			(void)fail(path);
		path[i] = at;
		if (!ok)
			return false;
	}
	return true;
}

static bool
write_whole(int fd, const struct ac_buf *text)
{
	const char *data = ac_buf_text(text);

	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, data + at, text->len - at);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0;
}

bool
ac_new_file_write(struct ac_new_file *file, const struct ac_buf *text, mode_t mode,
		  const char *group)
{
	const struct group *row = group != NULL && geteuid() == 0 ? getgrnam(group) : NULL;
	bool ok;
	int fd;

	errno = ENAMETOOLONG;
	if (!ac_buf_ok(&file->directory) || !ac_buf_ok(&file->path) || !ac_buf_ok(&file->temporary))
		return fail(ac_buf_text(&file->directory));
	if (!make_directories(&file->directory))
		return false;
	fd = mkostemp(file->temporary.data, O_CLOEXEC);
	file->written = fd >= 0;
	ok = fd >= 0 && ac_buf_ok(text) && fchmod(fd, mode) == 0 &&
	     (row == NULL || fchown(fd, 0, row->gr_gid) == 0) && write_whole(fd, text);
	if (!ok)
		(void)fail(ac_buf_text(&file->temporary));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* link() never takes the place of what is there. */
bool
ac_new_file_place(struct ac_new_file *file, bool replace)
{
	const char *from = ac_buf_text(&file->temporary), *to = ac_buf_text(&file->path);
	bool ok = replace ? rename(from, to) == 0 : link(from, to) == 0;
	int directory;

	if (!ok && errno == EEXIST)
		(void)fprintf(stderr, "authcodectl: %s: is there already; --force writes it anew\n",
			      to);
	else if (!ok)
		(void)fail(to);
	if (!ok)
		return false;
	if (!replace)
		(void)unlink(from);
	file->written = false;
	directory = open(ac_buf_text(&file->directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ok = directory >= 0 && fsync(directory) == 0;
	if (!ok)
		(void)fail(ac_buf_text(&file->directory));
	if (directory >= 0)
		(void)close(directory);
	return ok;
}

/* --- the key of TLS ------------------------------------------------------------------ */

/* Links are followed: certbot's names are links. */
static bool
give_to_group(int fd, const char *path, const struct stat *st, const struct group *group)
{
	if (!S_ISREG(st->st_mode)) {
		(void)fprintf(stderr, "authcodectl: %s: is not a file\n", path);
		return false;
	}
	if ((st->st_mode & (S_IRWXO | S_IWGRP)) != 0) {
		(void)fprintf(
			stderr,
			"authcodectl: %s: others can read or change this private key: take "
			"that away (chmod 0640), and take another key if they could read it\n",
			path);
		return false;
	}
	if (st->st_uid != 0 || (st->st_mode & S_IRGRP) != 0)
		return true; /* somebody has thought of who reads it; the check tells */
	if (fchown(fd, 0, group->gr_gid) != 0 || fchmod(fd, 0640) != 0)
		return fail(path);
	(void)printf("%s is readable by the group %s now: the server is not root.\n", path,
		     group->gr_name);
	return true;
}

bool
ac_setup_open_key(const char *path, const char *group)
{
	const struct group *row = getgrnam(group);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok;

	if (fd < 0)
		return fail(path);
	ok = fstat(fd, &st) == 0 ? row == NULL || give_to_group(fd, path, &st, row) : fail(path);
	(void)close(fd);
	return ok;
}
