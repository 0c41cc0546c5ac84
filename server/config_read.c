/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Reading a whole file. What it is gets decided on the open descriptor, so
 * nothing can be exchanged between the look and the read.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/config_file.h"
#include "server/config_options.h"
#include "server/config_text.h"

/* The file may grow while it is read: one byte more than max is asked for. */
static enum authcode_err
read_all(int fd, size_t max, struct authcode_arena *arena, struct ac_config_text *text,
	 struct authcode_reason *reason)
{
	const struct ac_place place = { .file = text->file };
	struct stat st;
	char whose[AC_OWNER_FAULT_SIZE];
	const char *fault;
	size_t room, len = 0;
	char *data;

	if (fstat(fd, &st) != 0) {
		ac_config_refuse(reason, &place, "%m");
		return AUTHCODE_ERR_IO;
	}
	if (!S_ISREG(st.st_mode)) {
		ac_config_refuse(reason, &place, "not a regular file");
		return AUTHCODE_ERR_CONFIG;
	}
	fault = ac_config_owner_fault(st.st_uid, NULL, whose);
	if (fault != NULL) {
		ac_config_refuse(reason, &place, "%s", fault);
		return AUTHCODE_ERR_CONFIG;
	}
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		ac_config_refuse(reason, &place,
				 "others than its owner may write it; run chmod go-w on it");
		return AUTHCODE_ERR_CONFIG;
	}
	if (st.st_size > (off_t)max) {
		ac_config_refuse(reason, &place, "larger than %zu bytes", max);
		return AUTHCODE_ERR_LIMIT;
	}
	room = (size_t)st.st_size + 1;
	data = authcode_arena_alloc(arena, room + 1);
	if (data == NULL)
		return AUTHCODE_ERR_MEMORY;
	while (len < room) {
		ssize_t n = read(fd, data + len, room - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ac_config_refuse(reason, &place, "%m");
			return AUTHCODE_ERR_IO;
		}
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len == room) {
		ac_config_refuse(reason, &place, "it changes while it is read");
		return AUTHCODE_ERR_IO;
	}
	data[len] = '\n';
	data[len + 1] = '\0';
	text->data = data;
	text->len = len + 1;
	return AUTHCODE_OK;
}

/* O_NONBLOCK: a FIFO must be refused, not waited for. */
enum authcode_err
ac_config_text_read(const char *path, size_t max, struct authcode_arena *arena,
		    struct ac_config_text *ret, struct authcode_reason *reason)
{
	struct ac_config_text text = { .file = path };
	const struct ac_place place = { .file = path };
	enum authcode_err err;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		ac_config_refuse(reason, &place, "%m");
		return errno == ENOENT ? AUTHCODE_ERR_NOT_FOUND : AUTHCODE_ERR_IO;
	}
	err = read_all(fd, max, arena, &text, reason);
	close(fd);
	if (err == AUTHCODE_OK)
		*ret = text;
	return err;
}

bool
ac_config_directory_check(const char *dir, struct authcode_reason *reason)
{
	const struct ac_place place = { .file = dir };
	char whose[AC_OWNER_FAULT_SIZE];
	const char *fault;
	struct stat st;

	if (stat(dir, &st) != 0)
		return ac_config_refuse(reason, &place, "%m");
	fault = ac_config_owner_fault(st.st_uid, NULL, whose);
	if (fault != NULL)
		return ac_config_refuse(reason, &place, "%s", fault);
	return (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 ||
	       ac_config_refuse(reason, &place,
				"others than its owner may write it; run chmod go-w on it");
}
