/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See service_policy.h. Files are found as libpam finds them: a service in the
 * directory given, or else in the system's; what it includes by a bare name
 * always in the system's. A file that is included and missing, too big or not
 * understood is a refusal.
 */
#include "pam_authcode/service_policy.h"

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

#include "pam_authcode/service_file.h"

#define SYSTEM_DIRS "/etc/pam.d or /usr/lib/pam.d"

static const char *const system_dirs[] = { "/etc/pam.d", "/usr/lib/pam.d" };

static const struct {
	const char *type;
	const char *refused[8];
} uses[] = {
	[AC_SERVICE_LOGIN] = { "auth", { "pam_rootok" } },
	[AC_SERVICE_PASSWD] = { "password", { NULL } },
	[AC_SERVICE_CHECK] = { "account",
			       { "pam_faillock", "pam_exec", "pam_lastlog", "pam_mkhomedir" } },
};

struct walk {
	const char *service;
	enum ac_service_use use;
	struct ac_service_reason *reason;
	unsigned int files, rows;
};

static bool AC_PRINTF(2, 3) refuse(struct walk *walk, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(walk->reason->text, sizeof(walk->reason->text), fmt, args);
	va_end(args);
	return false;
}

/* The whole of a regular file, or NULL with errno; the caller frees it. */
static char *
read_file(const char *path, size_t *ret_len)
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

/* "/usr/lib/security/pam_unix.so" names pam_unix. */
static bool
module_is(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
	size_t len = strlen(name);

	return strncmp(base, name, len) == 0 && (base[len] == '\0' || base[len] == '.');
}

static bool follow(struct walk *walk, const char *name, unsigned int depth);

static bool
check_row(struct walk *walk, const struct ac_service_row *row, unsigned int depth)
{
	const char *type = row->type + (row->type[0] == '-');

	if (strcasecmp(type, "@include") == 0)
		return follow(walk, row->control, depth + 1);
	if (strcasecmp(type, uses[walk->use].type) != 0)
		return true;
	if (strcasecmp(row->control, "include") == 0 || strcasecmp(row->control, "substack") == 0)
		return follow(walk, row->module, depth + 1);
	walk->rows++;
	for (const char *const *name = uses[walk->use].refused; *name != NULL; name++) {
		if (module_is(row->module, *name))
			return refuse(walk, "service \"%s\" has %s in %s, which is not allowed",
				      walk->service, *name, uses[walk->use].type);
	}
	return true;
}

static bool
check_text(struct walk *walk, const char *path, struct ac_service_reader *reader,
	   unsigned int depth)
{
	struct ac_service_row row;
	enum ac_service_next next;

	while ((next = ac_service_next(reader, &row)) == AC_SERVICE_ROW) {
		if (!check_row(walk, &row, depth))
			return false;
	}
	return next == AC_SERVICE_END ||
	       refuse(walk,
		      "service \"%s\": %s has a line that is too long or that versions of PAM "
		      "read differently",
		      walk->service, path);
}

/* ret_missing: nothing has been refused yet, the file may be elsewhere. */
static bool
check_file(struct walk *walk, const char *path, unsigned int depth, bool *ret_missing)
{
	struct ac_service_reader reader = { 0 };
	char *text;
	bool ok;

	*ret_missing = false;
	if (depth > AC_SERVICE_MAX_DEPTH || walk->files++ == AC_SERVICE_MAX_FILES)
		return refuse(walk, "service \"%s\" includes too many files, or itself",
			      walk->service);
	text = read_file(path, &reader.len);
	if (text == NULL) {
		*ret_missing = errno == ENOENT || errno == ENOTDIR;
		return refuse(walk, "service \"%s\": cannot read %s: %s", walk->service, path,
			      strerror(errno));
	}
	reader.text = text;
	ok = check_text(walk, path, &reader, depth);
	free(text);
	return ok;
}

static bool
check_in(struct walk *walk, const char *dir, const char *name, unsigned int depth,
	 bool *ret_missing)
{
	char path[1024];

	*ret_missing = false;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return refuse(walk, "service \"%s\": the name of a file is too long",
			      walk->service);
	return check_file(walk, path, depth, ret_missing);
}

/* A name without '/' in front is one of the system's. */
static bool
follow(struct walk *walk, const char *name, unsigned int depth)
{
	bool missing, ok;

	if (name[0] == '\0')
		return refuse(walk, "service \"%s\" includes a file without a name", walk->service);
	if (name[0] == '/')
		return check_file(walk, name, depth, &missing);
	ok = check_in(walk, system_dirs[0], name, depth, &missing);
	return missing ? check_in(walk, system_dirs[1], name, depth, &missing) : ok;
}

bool
ac_service_policy_check(const char *confdir, const char *service, enum ac_service_use use,
			struct ac_service_reason *ret)
{
	struct walk walk = { .service = service, .use = use, .reason = ret };
	bool missing = true, ok = false;
	char name[256];
	size_t len = strlen(service);

	/* libpam looks for the name in lower case. */
	if (len >= sizeof(name))
		return refuse(&walk, "the name of the service is too long");
	for (size_t i = 0; i <= len; i++)
		name[i] = (char)tolower((unsigned char)service[i]);
	if (confdir != NULL)
		ok = check_in(&walk, confdir, name, 0, &missing);
	for (size_t i = 0; confdir == NULL && missing && i < AC_ARRAY_SIZE(system_dirs); i++)
		ok = check_in(&walk, system_dirs[i], name, 0, &missing);
	if (missing)
		return refuse(&walk, "service \"%s\" has no file in %s", service,
			      confdir != NULL ? confdir : SYSTEM_DIRS);
	/* Without rows of its own it would be decided by "other". */
	if (ok && walk.rows == 0)
		return refuse(&walk, "service \"%s\" has no row for %s", service, uses[use].type);
	return ok;
}
