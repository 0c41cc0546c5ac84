/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See faillock.h.
 */
#include "pam_authcode/faillock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "pam_authcode/service_walk.h"

#define CONFIGURATION "/etc/security/faillock.conf"
#define DEFAULT_DENY 3
#define DEFAULT_INTERVAL_S 900
#define MAX_INTERVAL_S 604800 /* the module's own */
#define BLANK " \t"

static const struct setting {
	const char *name;
	size_t offset; /* of an uint32_t of struct ac_faillock */
	uint32_t max;
} settings[] = {
	{ "deny", offsetof(struct ac_faillock, deny), UINT16_MAX },
	{ "fail_interval", offsetof(struct ac_faillock, interval_s), MAX_INTERVAL_S },
};

/* The module keeps what it has when there is no number. */
static void
take_number(const struct setting *setting, const char *text, struct ac_faillock *ret)
{
	unsigned long number;
	uint32_t value;

	text += strspn(text, BLANK);
	if (*text < '0' || *text > '9')
		return;
	number = strtoul(text, NULL, 10);
	value = number > setting->max ? setting->max : (uint32_t)number;
	memcpy((char *)ret + setting->offset, &value, sizeof(value));
}

/* "deny = 5", where '=' may be missing. The line is terminated. */
static void
read_line(const char *line, struct ac_faillock *ret)
{
	line += strspn(line, BLANK);
	for (size_t i = 0; i < AC_ARRAY_SIZE(settings); i++) {
		size_t len = strlen(settings[i].name);

		if (strncmp(line, settings[i].name, len) == 0 && line[len] != '\0' &&
		    strchr(BLANK "=", line[len]) != NULL)
			take_number(&settings[i], line + len + strspn(line + len, BLANK "="), ret);
	}
}

static void
read_configuration(const char *path, struct ac_faillock *ret)
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
		read_line(line, ret);
	}
	free(text);
}

static void
read_argument(const char *word, struct ac_faillock *ret)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(settings); i++) {
		size_t len = strlen(settings[i].name);

		if (strncmp(word, settings[i].name, len) == 0 && word[len] == '=')
			take_number(&settings[i], word + len + 1, ret);
	}
}

static struct ac_faillock
faillock_of_row(const struct ac_service_row *row)
{
	static const char conf[] = "conf=";
	char path[AC_SERVICE_MAX_LINE + 1] = CONFIGURATION, arguments[AC_SERVICE_MAX_LINE + 1];
	struct ac_faillock found = { DEFAULT_DENY, DEFAULT_INTERVAL_S };
	char *rest = row->arguments;
	const char *word;

	memcpy(arguments, row->arguments, strlen(row->arguments) + 1);
	while (*(word = ac_service_word(&rest)) != '\0') {
		if (strncmp(word, conf, sizeof(conf) - 1) == 0)
			memcpy(path, word + sizeof(conf) - 1, strlen(word + sizeof(conf) - 1) + 1);
	}
	read_configuration(path, &found);
	rest = arguments;
	while (*(word = ac_service_word(&rest)) != '\0')
		read_argument(word, &found);
	return found;
}

static bool
visit(struct ac_service_walk *walk, const struct ac_service_row *row)
{
	struct ac_faillock *strictest = walk->data, found;

	if (!ac_service_names(row, "pam_faillock"))
		return true;
	found = faillock_of_row(row);
	if (found.deny == 0)
		return true;
	if (strictest->deny == 0 || found.deny < strictest->deny)
		strictest->deny = found.deny;
	if (found.interval_s > strictest->interval_s)
		strictest->interval_s = found.interval_s;
	return true;
}

bool
ac_faillock_find(const char *confdir, const char *service, struct ac_faillock *ret)
{
	struct ac_service_reason reason;
	struct ac_faillock strictest = { 0 };
	struct ac_service_walk walk = {
		.confdir = confdir,
		.service = service,
		.type = "auth",
		.visit = visit,
		.data = &strictest,
		.reason = &reason,
	};

	if (!ac_service_walk(&walk))
		return false;
	*ret = strictest;
	return true;
}
