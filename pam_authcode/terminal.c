/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See terminal.h.
 */
#include "pam_authcode/terminal.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"
#include "pam_authcode/clean.h"
#include "pam_authcode/wire.h"

struct terminal {
	int fd;
	unsigned int asked;
	bool taken; /* a hidden question has been asked: the page has no password for more */
	struct ac_wire_frame frame; /* the last one that came */
};

static void
interrupted(int number)
{
	(void)number;
}

/* An interrupt, let through only here, ends the waiting, so that the terminal
 * gets its echo back. False then, at the end of the input and for a line that
 * no answer can hold. */
static bool
read_line(struct ac_wire_answer *answer)
{
	struct pollfd poller = { .fd = STDIN_FILENO, .events = POLLIN };
	sigset_t none;

	(void)sigemptyset(&none);
	for (;;) {
		char byte;

		if (ppoll(&poller, 1, NULL, &none) != 1 || read(STDIN_FILENO, &byte, 1) != 1)
			return false;
		if (byte == '\n')
			return true;
		if (answer->len == AC_MAX_PASSWORD)
			return false;
		answer->text[answer->len++] = byte;
	}
}

static bool
read_answer(const struct ac_wire_prompt *prompt, struct ac_wire_answer *answer)
{
	struct termios saved, hidden;
	bool change = !prompt->echo && tcgetattr(STDIN_FILENO, &saved) == 0, ok;

	if (change) {
		hidden = saved;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0)
			return false;
	}
	(void)printf("%-9s %s ", prompt->echo ? "echo on" : "echo off", prompt->text);
	(void)fflush(stdout);
	ok = read_line(answer);
	if (change) {
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
		(void)putchar('\n');
	}
	return ok;
}

static void
show_messages(const struct ac_wire_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)printf("%-9s %s\n", messages[i].style == AC_MESSAGE_ERROR ? "error" : "info",
			     messages[i].text);
}

static bool
ask(struct terminal *terminal)
{
	const struct ac_wire_prompt *prompt = &terminal->frame.u.prompt;
	struct ac_wire_frame answer = { .type = AC_WIRE_ANSWER };
	bool ok;

	show_messages(prompt->messages, prompt->message_count);
	if (!prompt->echo && !terminal->taken)
		(void)printf("first     hidden: takes the password typed on the page\n");
	else if (terminal->asked == 0)
		(void)printf("first     shown while typed: does not take the password\n");
	terminal->taken = terminal->taken || !prompt->echo;
	terminal->asked++;
	ok = read_answer(prompt, &answer.u.answer) &&
	     ac_wire_send(terminal->fd, &answer) == AUTHCODE_OK;
	ac_wipe(&answer, sizeof(answer));
	if (!ok)
		(void)printf("\nresult    none: no answer was given\n");
	return ok;
}

static const char *const meanings[AC_VERDICT_COUNT] = {
	[AC_VERDICT_DENIED] = "DENIED",
	[AC_VERDICT_OK] = "OK",
	[AC_VERDICT_UNAVAILABLE] = "UNAVAILABLE: the service could not decide",
	[AC_VERDICT_CHANGE_DUE] = "CHANGE_DUE: the password has to be changed first",
	[AC_VERDICT_EXPIRED] = "EXPIRED: in shadow",
	[AC_VERDICT_GONE] = "GONE: no such account",
	[AC_VERDICT_LOCKED] = "LOCKED: in shadow",
};

/* For whoever reads it on a terminal. The helper tells a stranger no more than the
 * verdict; its log has the phase and the code of PAM. */
static const char *const reasons[AC_VERDICT_COUNT] = {
	[AC_VERDICT_DENIED] =
		("a wrong answer, an account that may not sign in now, or a name that "
		 "PAM does not know; the log (journalctl -t authcode-login) has phase "
		 "and code, pam(3) what they mean"),
	[AC_VERDICT_OK] = "",
	[AC_VERDICT_UNAVAILABLE] =
		("the service is not on the list of login.conf, its file may not "
		 "be used, or a module could not ask; the log "
		 "(journalctl -t authcode-login) says which"),
	[AC_VERDICT_CHANGE_DUE] = ("the answers were right; in the browser the change would follow "
				   "now (passwd_socket)"),
	[AC_VERDICT_EXPIRED] = "the account's last day has come (chage -l)",
	[AC_VERDICT_GONE] = "no source of the user database has it (getent passwd)",
	[AC_VERDICT_LOCKED] = "the password has a mark in front (passwd -S)",
};

/* Each line behind the label. A text of claims may hold anything. */
static void
show_lines(const char *label, const char *text)
{
	char line[AC_MAX_CLAIMS + 1], clean[AC_MAX_CLAIMS + 1];

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		memcpy(line, text, len);
		line[len] = '\0';
		(void)ac_clean_text(line, clean, sizeof(clean));
		(void)printf("%-9s %s\n", label, clean);
		text += len + (text[len] == '\n');
	}
}

static int
show_result(const struct ac_wire_result *result)
{
	const struct ac_wire_identity *identity = &result->identity;

	show_messages(result->messages, result->message_count);
	(void)printf("result    %s\n", meanings[result->verdict]);
	if (result->verdict != AC_VERDICT_OK) {
		(void)printf("why       %s\n", reasons[result->verdict]);
		return 1;
	}
	(void)printf("user      %s\nuid       %u\nname      %s\nhome      %s\n", identity->user,
		     (unsigned int)identity->uid, identity->full_name, identity->home);
	show_lines("group", identity->groups);
	show_lines("env", result->environment);
	return 0;
}

static int
converse(struct terminal *terminal)
{
	static const struct ac_wire_frame go = { .type = AC_WIRE_GO };

	while (ac_wire_recv(terminal->fd, &terminal->frame) == AUTHCODE_OK) {
		switch (terminal->frame.type) {
		case AC_WIRE_CANON:
			(void)printf("account   %s\n", terminal->frame.u.canon.user);
			if (ac_wire_send(terminal->fd, &go) != AUTHCODE_OK)
				return 1;
			break;
		case AC_WIRE_PROMPT:
			if (!ask(terminal))
				return 1;
			break;
		case AC_WIRE_RESULT:
			if (terminal->asked == 0)
				(void)printf("first     nothing was asked\n");
			return show_result(&terminal->frame.u.result);
		default:
			return 1;
		}
	}
	(void)printf("result    none: the conversation ended\n");
	return 1;
}

int
ac_terminal_run(int fd, const char *service, const char *user,
		struct ac_wire_identity *ret_identity)
{
	const struct sigaction action = { .sa_handler = interrupted };
	struct ac_wire_frame start = { .type = AC_WIRE_START };
	struct terminal terminal = { .fd = fd };
	sigset_t blocked;
	size_t user_len = strlen(user), service_len = strlen(service);
	int status;

	if (user_len <= AC_MAX_USER_NAME && service_len <= AC_MAX_SERVICE) {
		memcpy(start.u.start.user, user, user_len);
		memcpy(start.u.start.service, service, service_len);
	}
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGINT);
	if (sigprocmask(SIG_BLOCK, &blocked, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0 ||
	    ac_wire_send(fd, &start) != AUTHCODE_OK) {
		(void)fprintf(stderr, "authcode-login: no conversation for this user name\n");
		return 1;
	}
	status = converse(&terminal);
	if (status == 0)
		*ret_identity = terminal.frame.u.result.identity;
	ac_wipe(&terminal, sizeof(terminal));
	return fflush(stdout) == 0 ? status : 1;
}

bool
ac_terminal_check(int fd, const char *service, const struct ac_wire_identity *identity)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_CHECK };
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	const struct ac_wire_checked *checked = &frame.u.checked;
	size_t len = strlen(service);
	sigset_t none;

	(void)sigemptyset(&none);
	if (len > AC_MAX_SERVICE)
		return false;
	memcpy(frame.u.check.service, service, len);
	memcpy(frame.u.check.user, identity->user, sizeof(frame.u.check.user));
	frame.u.check.uid = identity->uid;
	frame.u.check.claims = true;
	if (ac_wire_send(fd, &frame) != AUTHCODE_OK || ppoll(&poller, 1, NULL, &none) != 1 ||
	    ac_wire_recv(fd, &frame) != AUTHCODE_OK || frame.type != AC_WIRE_CHECKED)
		return false;
	(void)printf("check     %s\n", meanings[checked->verdict]);
	show_lines("file", checked->file_claims);
	show_lines("command", checked->command_claims);
	return fflush(stdout) == 0;
}
