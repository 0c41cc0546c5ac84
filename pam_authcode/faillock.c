/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See faillock.h.
 */
#include "pam_authcode/faillock.h"

#include <stdlib.h>
#include <string.h>

#include "pam_authcode/service_walk.h"

#define CONFIGURATION "/etc/security/faillock.conf"
#define DEFAULT_DENY 3
#define BLANK " \t"

/* The module keeps what it has when there is no number. */
static void
take_deny(const char *text, uint32_t *deny)
{
	unsigned long number;

	text += strspn(text, BLANK);
	if (*text < '0' || *text > '9')
		return;
	number = strtoul(text, NULL, 10);
	*deny = number > UINT16_MAX ? UINT16_MAX : (uint32_t)number;
}

/* "deny = 5", where '=' may be missing. The line is terminated. */
static void
read_setting(const char *line, uint32_t *deny)
{
	static const char name[] = "deny";

	line += strspn(line, BLANK);
	if (strncmp(line, name, sizeof(name) - 1) != 0)
		return;
	line += sizeof(name) - 1;
	if (*line == '\0' || strchr(BLANK "=", *line) == NULL)
		return;
	take_deny(line + strspn(line, BLANK "="), deny);
}

static void
read_configuration(const char *path, uint32_t *deny)
{
	char *text, *line, *rest;
	size_t len = 0;

	text = ac_service_read(path, &len);
	if (text == NULL)
		return;
	text[len] = '\0';
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		line[strcspn(line, "#")] = '\0';
		read_setting(line, deny);
	}
	free(text);
}

static uint32_t
deny_of_row(const struct ac_service_row *row)
{
	static const char conf[] = "conf=", deny_is[] = "deny=";
	char path[AC_SERVICE_MAX_LINE + 1] = CONFIGURATION, arguments[AC_SERVICE_MAX_LINE + 1];
	uint32_t deny = DEFAULT_DENY;
	char *rest = row->arguments;
	const char *word;

	memcpy(arguments, row->arguments, strlen(row->arguments) + 1);
	while (*(word = ac_service_word(&rest)) != '\0') {
		if (strncmp(word, conf, sizeof(conf) - 1) == 0)
			memcpy(path, word + sizeof(conf) - 1, strlen(word + sizeof(conf) - 1) + 1);
	}
	read_configuration(path, &deny);
	rest = arguments;
	while (*(word = ac_service_word(&rest)) != '\0') {
		if (strncmp(word, deny_is, sizeof(deny_is) - 1) == 0)
			take_deny(word + sizeof(deny_is) - 1, &deny);
	}
	return deny;
}

static bool
find_deny(struct ac_service_walk *walk, const struct ac_service_row *row)
{
	uint32_t *lowest = walk->data, deny;

	if (!ac_service_names(row, "pam_faillock"))
		return true;
	deny = deny_of_row(row);
	if (deny > 0 && (*lowest == 0 || deny < *lowest))
		*lowest = deny;
	return true;
}

bool
ac_faillock_deny(const char *confdir, const char *service, uint32_t *ret_deny)
{
	struct ac_service_reason reason;
	uint32_t lowest = 0;
	struct ac_service_walk walk = {
		.confdir = confdir,
		.service = service,
		.type = "auth",
		.visit = find_deny,
		.data = &lowest,
		.reason = &reason,
	};

	if (!ac_service_walk(&walk))
		return false;
	*ret_deny = lowest;
	return true;
}
