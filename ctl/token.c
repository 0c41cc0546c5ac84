/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See token.h. Every buffer that the token passes through is wiped.
 */
#include "ctl/token.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/form.h"
#include "base/secret.h"
#include "ctl/admin_request.h"
#include "ctl/table.h"

#define MAX_TOKEN 16384
#define MAX_FORM (3 * MAX_TOKEN + 64) /* every byte may be escaped */

/* What is typed is not shown. */
static void
set_echo(bool on)
{
	struct termios terminal;

	if (tcgetattr(STDIN_FILENO, &terminal) != 0)
		return;
	if (on)
		terminal.c_lflag |= (tcflag_t)ECHO;
	else
		terminal.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal);
}

/* One line, without what surrounds it. */
static bool
read_token(char *token, size_t size)
{
	bool asked = isatty(STDIN_FILENO) == 1;
	size_t len = 0, begin;

	if (asked) {
		(void)fprintf(stderr, "Token: ");
		set_echo(false);
	}
	while (len + 1 < size) {
		ssize_t n = read(STDIN_FILENO, token + len, 1);

		if (n <= 0 || token[len] == '\n')
			break;
		len++;
	}
	if (asked) {
		set_echo(true);
		(void)fputc('\n', stderr);
	}
	token[len] = '\0';
	begin = strspn(token, " \t\r");
	memmove(token, token + begin, len + 1 - begin);
	len = strcspn(token, " \t\r");
	token[len] = '\0';
	return len > 0 && len + 2 < size;
}

/* What is said of it, in this order. */
static const struct {
	const char *name, *member;
	bool time;
} lines[] = {
	{ "kind", "kind", false },
	{ "form", "form", false },
	{ "state", "state", false },
	{ "why", "why", false },
	{ "client", "client", false },
	{ "user", "user", false },
	{ "sub", "sub", false },
	{ "scope", "scope", false },
	{ "for", "resource", false },
	{ "acr", "acr", false },
	{ "signed in", "auth_time", true },
	{ "issued", "created", true },
	{ "used", "used", true },
	{ "until", "expires", true },
	{ "row", "id", false },
	{ "authorization", "authorization", false },
	{ "session", "session", false },
};

static void
show(const json_t *answer)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(lines); i++) {
		const json_t *member = json_object_get(answer, lines[i].member);

		if (lines[i].time)
			ac_ctl_show_time(stdout, lines[i].name, json_integer_value(member));
		else
			ac_ctl_show_member(stdout, lines[i].name, member);
	}
}

enum ac_ctl_exit
ac_ctl_token_inspect(const struct ac_ctl *ctl)
{
	struct ac_ctl inspecting = *ctl;
	enum ac_ctl_exit status = AC_CTL_USAGE;
	char token[MAX_TOKEN];
	json_t *answer = NULL;
	struct ac_buf form;

	inspecting.unknown_exit = true;
	ac_buf_init(&form, MAX_FORM);
	if (read_token(token, sizeof(token))) {
		ac_form_put(&form, "token", token);
		status = ac_admin_ask(&inspecting, "/admin/tokens/inspect", &form, &answer);
	} else {
		(void)fprintf(stderr, "authcodectl: give a token on standard input\n");
	}
	ac_buf_clear(&form);
	ac_wipe(token, sizeof(token));
	if (status == AC_CTL_DONE && !ctl->json)
		show(answer);
	json_decref(answer);
	return status;
}
