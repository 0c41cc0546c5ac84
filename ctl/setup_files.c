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

#include "ctl/said.h"

void
ac_new_file_init(struct ac_new_file *file, const char *root, const char *directory,
		 const char *name)
{
	file->written = file->kept = file->placed = false;
	ac_buf_init(&file->directory, PATH_MAX);
	ac_buf_init(&file->path, PATH_MAX);
	ac_buf_init(&file->temporary, PATH_MAX);
	ac_buf_init(&file->old, PATH_MAX);
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
	if (file->kept)
		(void)unlink(ac_buf_text(&file->old));
	file->written = file->kept = file->placed = false;
	ac_buf_clear(&file->directory);
	ac_buf_clear(&file->path);
	ac_buf_clear(&file->temporary);
	ac_buf_clear(&file->old);
}

static bool
make_directory(const char *path)
{
	struct stat st;

	if (mkdir(path, 0755) == 0)
		return true;
	if (errno != EEXIST || stat(path, &st) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

/* Each part that is missing. */
static bool
make_directories(struct ac_buf *directory, json_t *said)
{
	char *path = directory->data;

	for (size_t i = 1; i <= directory->len; i++) {
		const char at = path[i];
		bool ok;

		if (at != '/' && at != '\0')
			continue;
		path[i] = '\0';
		ok = make_directory(path) || ac_said_errno(said, path);
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
		  const char *group, json_t *said)
{
	const struct group *row = group != NULL && geteuid() == 0 ? getgrnam(group) : NULL;
	bool ok;
	int fd;

	errno = ENAMETOOLONG;
	if (!ac_buf_ok(&file->directory) || !ac_buf_ok(&file->path) || !ac_buf_ok(&file->temporary))
		return ac_said_errno(said, ac_buf_text(&file->directory));
	if (!make_directories(&file->directory, said))
		return false;
	fd = mkostemp(file->temporary.data, O_CLOEXEC);
	file->written = fd >= 0;
	ok = fd >= 0 && ac_buf_ok(text) && fchmod(fd, mode) == 0 &&
	     (row == NULL || fchown(fd, 0, row->gr_gid) == 0) && write_whole(fd, text);
	if (!ok)
		(void)ac_said_errno(said, ac_buf_text(&file->temporary));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* --- in its place, and out of it again ----------------------------------------------- */

/* What a name stands for outlives a loss of power only with its directory. */
static bool
sync_directory(const struct ac_new_file *file, json_t *said)
{
	int fd = open(ac_buf_text(&file->directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		(void)ac_said_errno(said, ac_buf_text(&file->directory));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* The second name of what is there, itself and no copy: owner, mode and times stay. */
static bool
keep_old(struct ac_new_file *file, json_t *said)
{
	ac_buf_clear(&file->old);
	ac_buf_printf(&file->old, "%s.old", ac_buf_text(&file->temporary));
	errno = ENAMETOOLONG;
	if (!ac_buf_ok(&file->old))
		return ac_said_errno(said, ac_buf_text(&file->path));
	file->kept = link(ac_buf_text(&file->path), ac_buf_text(&file->old)) == 0;
	return file->kept || errno == ENOENT || ac_said_errno(said, ac_buf_text(&file->path));
}

/* link() never takes the place of what is there. */
bool
ac_new_file_place(struct ac_new_file *file, bool replace, json_t *said)
{
	const char *from = ac_buf_text(&file->temporary), *to = ac_buf_text(&file->path);

	if (replace && !keep_old(file, said))
		return false;
	file->placed = replace ? rename(from, to) == 0 : link(from, to) == 0;
	if (!file->placed && errno == EEXIST)
		ac_said_add(said, "%s: is there already; --force writes it anew", to);
	else if (!file->placed)
		(void)ac_said_errno(said, to);
	if (!file->placed)
		return false;
	if (!replace)
		(void)unlink(from);
	file->written = false;
	return sync_directory(file, said);
}

void
ac_new_file_put_back(struct ac_new_file *file, json_t *said)
{
	const char *old = ac_buf_text(&file->old), *path = ac_buf_text(&file->path);

	if (!file->placed)
		return;
	if ((file->kept ? rename(old, path) : unlink(path)) != 0) {
		ac_said_add(said, "%s: cannot be put back: %s", path, strerror(errno));
		file->kept = false; /* what it was stays beside it */
		return;
	}
	ac_said_add(said, file->kept ? "%s: is as it was before" : "%s: is taken away again", path);
	file->placed = file->kept = false;
	(void)sync_directory(file, said);
}
