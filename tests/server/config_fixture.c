/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_fixture.h.
 */
#include "tests/server/config_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/authcode-config-XXXXXX";

/* text with each "%D" replaced by dir. */
static const char *
expand(const char *text)
{
	static char out[4][8192];
	static unsigned turn;
	char *p = out[turn++ % 4], *begin = p;

	for (; *text != '\0'; text++) {
		if (text[0] == '%' && text[1] == 'D') {
			p += sprintf(p, "%s", dir);
			text++;
		} else {
			*p++ = *text;
		}
	}
	*p = '\0';
	return begin;
}

void
write_file(const char *name, const char *data, size_t len, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

void
write_text(const char *name, const char *text, mode_t mode)
{
	const char *expanded = expand(text);

	write_file(name, expanded, strlen(expanded), mode);
}

struct ac_config *
load(const char *text)
{
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	write_text("a.conf", text, 0644);
	if (ac_config_load("a.conf", &config, &reason) != AUTHCODE_OK)
		fail_msg("refused: %s", reason.text);
	assert_string_equal(reason.text, "");
	return config;
}

void
refuse(const char *name, const char *text, const char *sentence)
{
	struct authcode_reason reason;
	struct ac_config *config = NULL;

	write_text("a.conf", text, 0644);
	if (ac_config_load("a.conf", &config, &reason) == AUTHCODE_OK)
		fail_msg("%s: accepted", name);
	assert_null(config);
	if (strcmp(reason.text, expand(sentence)) != 0)
		fail_msg("%s:\n  said     %s\n  expected %s", name, reason.text, expand(sentence));
}

int
config_dir_enter(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || chdir(dir) != 0 || mkdir("clients.d", 0755) != 0)
		return -1;
	write_text("secret", SECRET, 0600);
	return 0;
}

int
config_dir_leave(void **state)
{
	static const char *const names[] = {
		"a.conf",     "secret", "clients.d", "clients.d/10.conf", "clients.d/20.conf",
		"clients.d/x"
	};

	(void)state;
	for (size_t i = sizeof(names) / sizeof(names[0]); i-- > 0;)
		(void)remove(names[i]);
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

void
refuse_all(const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		refuse(rows[i].name, rows[i].text, rows[i].sentence);
}
