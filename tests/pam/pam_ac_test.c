/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A PAM module that does what its arguments say, one after the other, in the
 * auth, account and password phases alike. It behaves as badly as modules do.
 */
#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct run {
	pam_handle_t *pamh;
	const char *value; /* what follows '=' in the argument */
	char answer[1024]; /* the last one */
};

static int
converse(struct run *run, int count, const struct pam_message **messages,
	 struct pam_response **responses)
{
	const void *item = NULL;
	const struct pam_conv *conv;
	int code = pam_get_item(run->pamh, PAM_CONV, &item);

	if (code != PAM_SUCCESS)
		return code;
	conv = item;
	return conv->conv(count, messages, responses, conv->appdata_ptr);
}

static int
say(struct run *run, int style, const char *text)
{
	const struct pam_message message = { style, text };
	const struct pam_message *messages[] = { &message };
	struct pam_response *responses = NULL;
	int code = converse(run, 1, messages, &responses);

	run->answer[0] = '\0';
	if (code != PAM_SUCCESS)
		return code;
	if (responses != NULL && responses->resp != NULL)
		(void)snprintf(run->answer, sizeof(run->answer), "%s", responses->resp);
	if (responses != NULL)
		free(responses->resp);
	free(responses);
	return PAM_SUCCESS;
}

static int
do_hidden(struct run *run)
{
	return say(run, PAM_PROMPT_ECHO_OFF, run->value);
}

static int
do_echo(struct run *run)
{
	return say(run, PAM_PROMPT_ECHO_ON, run->value);
}

static int
do_info(struct run *run)
{
	return say(run, PAM_TEXT_INFO, run->value);
}

static int
do_error(struct run *run)
{
	return say(run, PAM_ERROR_MSG, run->value);
}

static int
do_binary(struct run *run)
{
	return say(run, PAM_BINARY_PROMPT, "\0\0\0\5x");
}

static int
do_style(struct run *run)
{
	return say(run, (int)strtol(run->value, NULL, 10), "text");
}

static int
do_dirty(struct run *run)
{
	(void)run->value;
	return say(run, PAM_TEXT_INFO, "a\033[31mb\r\nc\xff\xc3\xa9\x07 \xe2\x80");
}

static int
do_expect(struct run *run)
{
	return strcmp(run->answer, run->value) == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

/* Four messages in one call: a text, a hidden question, a text, another. */
static int
do_several(struct run *run)
{
	const struct pam_message list[] = {
		{ PAM_TEXT_INFO, "one" },
		{ PAM_PROMPT_ECHO_OFF, "First: " },
		{ PAM_ERROR_MSG, "two" },
		{ PAM_PROMPT_ECHO_ON, "Second: " },
	};
	const struct pam_message *messages[] = { &list[0], &list[1], &list[2], &list[3] };
	struct pam_response *responses = NULL;
	int code = converse(run, 4, messages, &responses);

	if (code != PAM_SUCCESS)
		return code;
	(void)snprintf(run->answer, sizeof(run->answer), "%s+%s", responses[1].resp,
		       responses[3].resp);
	if (responses[0].resp != NULL || responses[2].resp != NULL)
		code = PAM_SYSTEM_ERR;
	for (int i = 0; i < 4; i++)
		free(responses[i].resp);
	free(responses);
	return code;
}

static int
do_many(struct run *run)
{
	const struct pam_message message = { PAM_TEXT_INFO, "again" };
	const struct pam_message *messages[64];
	struct pam_response *responses = NULL;
	int count = (int)strtol(run->value, NULL, 10), code;

	for (int i = 0; i < 64; i++)
		messages[i] = &message;
	code = converse(run, count, messages, &responses);
	if (code == PAM_SUCCESS)
		free(responses);
	return code;
}

static int
do_long(struct run *run)
{
	static char text[8192];
	size_t len = (size_t)strtoul(run->value, NULL, 10);

	memset(text, 'x', sizeof(text));
	text[len < sizeof(text) ? len : sizeof(text) - 1] = '\0';
	return say(run, PAM_PROMPT_ECHO_OFF, text);
}

static int
do_no_responses(struct run *run)
{
	const struct pam_message message = { strcmp(run->value, "text") == 0 ? PAM_TEXT_INFO
									     : PAM_PROMPT_ECHO_OFF,
					     "no place" };
	const struct pam_message *messages[] = { &message };

	return converse(run, 1, messages, NULL);
}

static int
do_null(struct run *run)
{
	const struct pam_message message = { PAM_PROMPT_ECHO_OFF, NULL };
	const struct pam_message *messages[] = { strcmp(run->value, "text") == 0 ? &message
										 : NULL };
	struct pam_response *responses = NULL;

	if (strcmp(run->value, "list") == 0)
		return converse(run, 1, NULL, &responses);
	return converse(run, 1, messages, &responses);
}

static int
do_user(struct run *run)
{
	return pam_set_item(run->pamh, PAM_USER, run->value);
}

static int
do_no_user(struct run *run)
{
	return pam_set_item(run->pamh, PAM_USER, NULL);
}

/* "A=b" sets, "A" takes away. */
static int
do_putenv(struct run *run)
{
	return pam_putenv(run->pamh, run->value);
}

/* NAME=size: a value of so many bytes. */
static int
do_putenv_long(struct run *run)
{
	static char text[16384];
	size_t name_len = strcspn(run->value, "="), len;

	len = (size_t)strtoul(run->value + name_len + 1, NULL, 10);
	if (name_len + 1 + len >= sizeof(text))
		return PAM_SYSTEM_ERR;
	memcpy(text, run->value, name_len + 1);
	memset(text + name_len + 1, 'v', len);
	text[name_len + 1 + len] = '\0';
	return pam_putenv(run->pamh, text);
}

/* A value with all that may not be in a line. */
static int
do_putenv_dirty(struct run *run)
{
	(void)run->value;
	return pam_putenv(run->pamh, "DIRTY=a\033[31mb\nEVIL=1\r\tc\xff\xc3\xa9\x7f");
}

static int
do_delay(struct run *run)
{
	return pam_fail_delay(run->pamh, (unsigned int)strtoul(run->value, NULL, 10));
}

/* What a module sees of the process. */
static int
do_tell(struct run *run)
{
	const char *language = getenv("LANGUAGE"), *locale = getenv("LC_ALL");
	const void *rhost = NULL, *tty = NULL, *service = NULL;
	struct rlimit core, files;
	struct stat status;
	char text[256];
	int open = 0;

	(void)pam_get_item(run->pamh, PAM_RHOST, &rhost);
	(void)pam_get_item(run->pamh, PAM_TTY, &tty);
	(void)pam_get_item(run->pamh, PAM_SERVICE, &service);
	if (strcmp(run->value, "items") == 0) {
		(void)snprintf(text, sizeof(text), "%s %s %s %s %s %s",
			       rhost != NULL ? (const char *)rhost : "-", (const char *)tty,
			       (const char *)service, locale != NULL ? locale : "-",
			       language != NULL ? language : "-",
			       getenv("SECRET_OF_PARENT") != NULL ? "leaked" : "clean");
		return say(run, PAM_TEXT_INFO, text);
	}
	for (int fd = 3; fd < 256; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
			open++;
	}
	(void)getrlimit(RLIMIT_CORE, &core);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	(void)snprintf(
		text, sizeof(text), "dumpable=%d core=%d files=%d umask=%03o open=%d socket=%d",
		prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), (int)core.rlim_max, (int)files.rlim_max,
		(unsigned int)umask(077), open, fstat(0, &status) == 0 && S_ISSOCK(status.st_mode));
	return say(run, PAM_TEXT_INFO, text);
}

static int
do_print(struct run *run)
{
	static const char text[] = "\7\1garbage";

	(void)run;
	for (int fd = 0; fd < 2; fd++) {
		if (write(fd, text, sizeof(text)) < 0)
			errno = 0;
	}
	return PAM_SUCCESS;
}

static int
do_hang(struct run *run)
{
	sigset_t every;

	if (strcmp(run->value, "deaf") == 0) {
		(void)sigfillset(&every);
		(void)sigprocmask(SIG_SETMASK, &every, NULL);
	}
	while (pause() == -1)
		continue;
	return PAM_SYSTEM_ERR;
}

/* Leaves a child behind that holds a lock on the file. */
static int
do_leave_child(struct run *run)
{
	int fd = open(run->value, O_RDWR | O_CREAT, 0600);
	pid_t pid;

	if (fd < 0 || lockf(fd, F_TLOCK, 0) != 0)
		return PAM_SYSTEM_ERR;
	pid = fork();
	if (pid == 0) {
		if (lockf(fd, F_LOCK, 0) != 0)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(fd);
	return pid > 0 ? PAM_SUCCESS : PAM_SYSTEM_ERR;
}

/* One byte for each time, and long enough for others to get in between. */
static int
do_count(struct run *run)
{
	int fd = open(run->value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	bool written = fd >= 0 && write(fd, "x", 1) == 1;

	if (fd >= 0)
		(void)close(fd);
	(void)usleep(20000);
	return written ? PAM_SUCCESS : PAM_SYSTEM_ERR;
}

/* What pam_faillock does at the beginning, with deny=3. */
static int
do_limit(struct run *run)
{
	struct stat status;

	return stat(run->value, &status) == 0 && status.st_size >= 3 ? PAM_AUTH_ERR : PAM_SUCCESS;
}

/* The password must be changed, until the file is there. */
static int
do_due(struct run *run)
{
	return access(run->value, F_OK) == 0 ? PAM_SUCCESS : PAM_NEW_AUTHTOK_REQD;
}

static int
do_die(struct run *run)
{
	(void)run;
	(void)kill(getpid(), SIGKILL);
	return PAM_SYSTEM_ERR;
}

static int
do_code(struct run *run)
{
	return (int)strtol(run->value, NULL, 10);
}

static const struct {
	const char *name;
	int (*run)(struct run *run);
} actions[] = {
	{ "hidden", do_hidden },
	{ "echo", do_echo },
	{ "info", do_info },
	{ "error", do_error },
	{ "binary", do_binary },
	{ "style", do_style },
	{ "dirty", do_dirty },
	{ "expect", do_expect },
	{ "several", do_several },
	{ "many", do_many },
	{ "long", do_long },
	{ "no_responses", do_no_responses },
	{ "null", do_null },
	{ "user", do_user },
	{ "no_user", do_no_user },
	{ "delay", do_delay },
	{ "tell", do_tell },
	{ "print", do_print },
	{ "hang", do_hang },
	{ "leave_child", do_leave_child },
	{ "die", do_die },
	{ "code", do_code },
	{ "putenv", do_putenv },
	{ "putenv_long", do_putenv_long },
	{ "putenv_dirty", do_putenv_dirty },
	{ "count", do_count },
	{ "limit", do_limit },
	{ "due", do_due },
};

/* "try:" in front: what the action returns does not matter. */
static int
run_actions(pam_handle_t *pamh, int argc, const char **argv)
{
	struct run run = { .pamh = pamh };

	for (int i = 0; i < argc; i++) {
		bool tried = strncmp(argv[i], "try:", 4) == 0;
		const char *name = argv[i] + (tried ? 4 : 0);
		size_t len = strcspn(name, "="), at;
		int code = PAM_MODULE_UNKNOWN;

		run.value = name[len] == '=' ? name + len + 1 : "";
		for (at = 0; at < sizeof(actions) / sizeof(actions[0]); at++) {
			if (strlen(actions[at].name) == len &&
			    strncmp(actions[at].name, name, len) == 0)
				code = actions[at].run(&run);
		}
		if (code != PAM_SUCCESS && !tried)
			return code;
	}
	return PAM_SUCCESS;
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return run_actions(pamh, argc, argv);
}

EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags;
	return run_actions(pamh, argc, argv);
}

/* Once per change, in the second of the two calls of libpam. */
EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	if (((unsigned int)flags & PAM_CHANGE_EXPIRED_AUTHTOK) == 0)
		return PAM_SYSTEM_ERR;
	return ((unsigned int)flags & PAM_UPDATE_AUTHTOK) != 0 ? run_actions(pamh, argc, argv)
							       : PAM_SUCCESS;
}
