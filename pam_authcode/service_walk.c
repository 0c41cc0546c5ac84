/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See service_walk.h.
 */
#include "pam_authcode/service_walk.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYSTEM_DIRS "/etc/pam.d or /usr/lib/pam.d"
#define MAX_NAME 256

static const char *const system_dirs[] = { "/etc/pam.d", "/usr/lib/pam.d" };

bool
ac_service_refuse(struct ac_service_walk *walk, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(walk->reason->text, sizeof(walk->reason->text), fmt, args);
	va_end(args);
	return false;
}

char *
ac_service_read(const char *path, size_t *ret_len)
{
	struct stat status;
	size_t used = 0;
	ssize_t n = -1;
	char *text;
	int fd;

	/* Before it is opened: opening a device may do something. */
	if (stat(path, &status) != 0)
		return NULL;
	errno = EINVAL;
	if (!S_ISREG(status.st_mode))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	text = malloc(AC_SERVICE_MAX_FILE + 1);
	while (text != NULL && used <= AC_SERVICE_MAX_FILE &&
	       (n = read(fd, text + used, AC_SERVICE_MAX_FILE + 1 - used)) > 0)
		used += (size_t)n;
	if (text != NULL && (n < 0 || used > AC_SERVICE_MAX_FILE)) {
		free(text);
		text = NULL;
		errno = n < 0 ? errno : EFBIG;
	}
	(void)close(fd);
	*ret_len = used;
	return text;
}

static bool follow(struct ac_service_walk *walk, const char *name, unsigned int depth);

static bool
check_row(struct ac_service_walk *walk, const struct ac_service_row *row, unsigned int depth)
{
	const char *type = row->type + (row->type[0] == '-');

	if (strcasecmp(type, "@include") == 0)
		return follow(walk, row->control, depth + 1);
	if (strcasecmp(type, walk->type) != 0)
		return true;
	if (strcasecmp(row->control, "include") == 0 || strcasecmp(row->control, "substack") == 0)
		return follow(walk, row->module, depth + 1);
	walk->rows++;
	return walk->visit(walk, row);
}

static bool
check_text(struct ac_service_walk *walk, const char *path, struct ac_service_reader *reader,
	   unsigned int depth)
{
	struct ac_service_row row;
	enum ac_service_next next;

	while ((next = ac_service_next(reader, &row)) == AC_SERVICE_ROW) {
		if (!check_row(walk, &row, depth))
			return false;
	}
	return next == AC_SERVICE_END ||
	       ac_service_refuse(
		       walk,
		       "service \"%s\": %s has a line that is too long or that versions of PAM "
		       "read differently",
		       walk->service, path);
}

/* ret_missing: nothing has been refused yet, the file may be elsewhere. */
static bool
check_file(struct ac_service_walk *walk, const char *path, unsigned int depth, bool *ret_missing)
{
	struct ac_service_reader reader = { 0 };
	char *text;
	bool ok;

	*ret_missing = false;
	if (depth > AC_SERVICE_MAX_DEPTH || walk->files++ == AC_SERVICE_MAX_FILES)
		return ac_service_refuse(walk, "service \"%s\" includes too many files, or itself",
					 walk->service);
	text = ac_service_read(path, &reader.len);
	if (text == NULL) {
		*ret_missing = errno == ENOENT || errno == ENOTDIR;
		return ac_service_refuse(walk, "service \"%s\": cannot read %s: %s", walk->service,
					 path, strerror(errno));
	}
	reader.text = text;
	ok = check_text(walk, path, &reader, depth);
	free(text);
	return ok;
}

static bool
check_in(struct ac_service_walk *walk, const char *dir, const char *name, unsigned int depth,
	 bool *ret_missing)
{
	char path[1024];

	*ret_missing = false;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return ac_service_refuse(walk, "service \"%s\": the name of a file is too long",
					 walk->service);
	return check_file(walk, path, depth, ret_missing);
}

/* A name without '/' in front is one of the system's. */
static bool
follow(struct ac_service_walk *walk, const char *name, unsigned int depth)
{
	bool missing, ok;

	if (name[0] == '\0')
		return ac_service_refuse(walk, "service \"%s\" includes a file without a name",
					 walk->service);
	if (name[0] == '/')
		return check_file(walk, name, depth, &missing);
	ok = check_in(walk, system_dirs[0], name, depth, &missing);
	return missing ? check_in(walk, system_dirs[1], name, depth, &missing) : ok;
}

/* libpam looks for the name in lower case. */
static bool
file_name(const char *service, char out[MAX_NAME])
{
	size_t len = strlen(service);

	if (len >= MAX_NAME)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = (char)tolower((unsigned char)service[i]);
	return true;
}

bool
ac_service_walk(struct ac_service_walk *walk)
{
	bool missing = true, ok = false;
	char name[MAX_NAME];

	if (!file_name(walk->service, name))
		return ac_service_refuse(walk, "the name of the service is too long");
	if (walk->confdir != NULL)
		ok = check_in(walk, walk->confdir, name, 0, &missing);
	for (size_t i = 0; walk->confdir == NULL && missing && i < AC_ARRAY_SIZE(system_dirs); i++)
		ok = check_in(walk, system_dirs[i], name, 0, &missing);
	if (missing)
		return ac_service_refuse(walk, "service \"%s\" has no file in %s", walk->service,
					 walk->confdir != NULL ? walk->confdir : SYSTEM_DIRS);
	/* Without rows of its own it would be decided by "other". */
	if (ok && walk->rows == 0 && !walk->optional)
		return ac_service_refuse(walk, "service \"%s\" has no row for %s", walk->service,
					 walk->type);
	return ok;
}

static bool
absent_in(const char *dir, const char *name)
{
	struct stat status;
	char path[1024];

	return snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) &&
	       stat(path, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool
ac_service_absent(const char *confdir, const char *service)
{
	char name[MAX_NAME];
	bool absent = true;

	if (!file_name(service, name))
		return false;
	if (confdir != NULL)
		return absent_in(confdir, name);
	for (size_t i = 0; i < AC_ARRAY_SIZE(system_dirs); i++)
		absent = absent && absent_in(system_dirs[i], name);
	return absent;
}
