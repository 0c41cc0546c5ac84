/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See user_sources.h. A source is libnss_NAME.so.2 with _nss_NAME_getpwnam_r(), as
 * the manual of the C library has it ("NSS Module Functions"). One whose library
 * is not there knows nobody, for the C library passes it over as well.
 */
#include "pam_authcode/user_sources.h"

#include <dlfcn.h>
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SOURCE 32
#define MAX_ENTRY 65536

typedef enum nss_status source_function(const char *name, struct passwd *ret, char *buf, size_t len,
					int *ret_errno);

static bool
source_denies(const char *source, const char *name)
{
	char library[sizeof("libnss_.so.2") + MAX_SOURCE];
	char symbol[sizeof("_nss__getpwnam_r") + MAX_SOURCE];
	enum nss_status status = NSS_STATUS_UNAVAIL;
	source_function *ask;
	struct passwd entry;
	int error = 0;
	void *handle;
	char *buf;

	if (strcmp(source, "files") == 0)
		return true; /* part of the C library, whose word is known already */
	(void)snprintf(library, sizeof(library), "libnss_%s.so.2", source);
	(void)snprintf(symbol, sizeof(symbol), "_nss_%s_getpwnam_r", source);
	handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return true;
	/* POSIX has a function's address in a void pointer, C does not. */
	*(void **)&ask = dlsym(handle, symbol);
	buf = malloc(MAX_ENTRY);
	if (ask == NULL)
		status = NSS_STATUS_NOTFOUND; /* it is a source of something else */
	else if (buf != NULL)
		status = ask(name, &entry, buf, MAX_ENTRY, &error);
	free(buf);
	/* Never closed: the C library may have it open too, with threads in it. */
	return status == NSS_STATUS_NOTFOUND;
}

/* "files [NOTFOUND=return] sss": every name outside of brackets. */
static bool
sources_deny(char *text, const char *name)
{
	bool in_brackets = false;

	for (char *word = text; *word != '\0';) {
		size_t len = strcspn(word, " \t\n[]");
		char after = word[len];

		word[len] = '\0';
		if (len > MAX_SOURCE || strchr(word, '/') != NULL ||
		    (len > 0 && !in_brackets && !source_denies(word, name)))
			return false;
		if (after == '[' || after == ']')
			in_brackets = after == '[';
		word += len + (after != '\0' ? 1 : 0);
	}
	return true;
}

/* What follows "passwd:" on a line; NULL: it is another line. */
static char *
passwd_of(char *line)
{
	static const char key[] = "passwd";

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t");
	if (strncmp(line, key, sizeof(key) - 1) != 0)
		return NULL;
	line += sizeof(key) - 1;
	line += strspn(line, " \t");
	return *line == ':' ? line + 1 : NULL;
}

bool
ac_user_sources_deny(const char *nsswitch, const char *name)
{
	FILE *file = fopen(nsswitch, "re");
	char *line = NULL, *sources = NULL;
	size_t size = 0;
	bool denied;

	if (file == NULL)
		return errno == ENOENT; /* then there are files and nothing else */
	while (sources == NULL && getline(&line, &size, file) >= 0)
		sources = passwd_of(line);
	denied = ferror(file) == 0 && (sources == NULL || sources_deny(sources, name));
	free(line);
	(void)fclose(file);
	return denied;
}
