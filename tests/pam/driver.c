/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See driver.h.
 */
#include "tests/pam/driver.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			(void)fprintf(stderr, "# %s:%d: %s: %s\n", __FILE__, __LINE__, #condition, \
				      strerror(errno));                                            \
			exit(99);                                                                  \
		}                                                                                  \
	} while (0)

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

static void
copy_file(const char *from, const char *to)
{
	static char block[65536];
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	size_t len;

	MUST(in != NULL && out != NULL);
	while ((len = fread(block, 1, sizeof(block), in)) > 0)
		MUST(fwrite(block, 1, len, out) == len);
	MUST(!ferror(in) && fclose(in) == 0 && fclose(out) == 0 && chmod(to, 0755) == 0);
}

static void
build_path(char *out, size_t size, const char *name)
{
	const char *top = getenv("top_builddir");

	MUST(snprintf(out, size, "%s/%s", top != NULL ? top : ".", name) < (int)size);
}

void
driver_init(struct driver *driver)
{
	char from[4096];

	(void)alarm(300);
	(void)signal(SIGPIPE, SIG_IGN);
	*driver = (struct driver){ .uid = geteuid() };
	(void)snprintf(driver->dir, sizeof(driver->dir), "/tmp/authcode-pam-XXXXXX");
	MUST(mkdtemp(driver->dir) != NULL && chmod(driver->dir, 0755) == 0);
	(void)snprintf(driver->helper, sizeof(driver->helper), "%s/authcode-login", driver->dir);
	(void)snprintf(driver->module, sizeof(driver->module), "%s/pam_ac_test.so", driver->dir);
	(void)snprintf(driver->locks, sizeof(driver->locks), "%s/locks", driver->dir);
	build_path(from, sizeof(from), "authcode-login");
	copy_file(from, driver->helper);
	build_path(from, sizeof(from), "tests/pam/.libs/pam_ac_test.so");
	copy_file(from, driver->module);
	driver_write(driver, "other", "auth required pam_deny.so\naccount required pam_deny.so\n");
}

/* Directories as well: locks, tickets and tallies. */
static void
remove_entry(int dir_fd, const char *name)
{
	const struct dirent *entry;
	DIR *dir;
	int fd;

	if (name[0] == '.' || unlinkat(dir_fd, name, 0) == 0)
		return;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		remove_entry(fd, entry->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	(void)unlinkat(dir_fd, name, AT_REMOVEDIR);
}

void
driver_clear(struct driver *driver)
{
	DIR *dir = opendir(driver->dir);
	const struct dirent *entry;

	MUST(dir != NULL);
	while ((entry = readdir(dir)) != NULL)
		remove_entry(dirfd(dir), entry->d_name);
	(void)closedir(dir);
	(void)rmdir(driver->dir);
}

int
driver_set_up(void **state)
{
	static struct driver driver;

	driver_init(&driver);
	*state = &driver;
	return 0;
}

int
driver_tear_down(void **state)
{
	driver_clear(*state);
	return 0;
}

const char *
driver_matrix(void)
{
	static char path[4096];
	glob_t found;

	if (path[0] == '\0' &&
	    glob("/usr/lib*/{,*/}pam_wrapper/pam_matrix.so", GLOB_BRACE, NULL, &found) == 0) {
		(void)snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
		globfree(&found);
	}
	return path;
}

void
driver_write(const struct driver *driver, const char *name, const char *text)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", driver->dir, name);
	out = fopen(path, "we");
	MUST(out != NULL);
	for (; *text != '\0'; text++) {
		if (text[0] == '@' && text[1] == 'T')
			(void)fputs(driver->module, out);
		else if (text[0] == '@' && text[1] == 'M')
			(void)fputs(driver_matrix(), out);
		else if (text[0] == '@' && text[1] == 'D')
			(void)fputs(driver->dir, out);
		else
			(void)fputc(*text, out);
		if (text[0] == '@' && text[1] != '\0')
			text++;
	}
	MUST(fclose(out) == 0 && chmod(path, 0644) == 0);
}

/* In the child, between fork and exec. */
static void
become(const struct driver *driver, int fd, const char *const *options)
{
	const char *argv[48];
	size_t count = 0;

	for (size_t i = 0; driver->wrapper != NULL && driver->wrapper[i] != NULL && count < 10; i++)
		argv[count++] = driver->wrapper[i];
	argv[count++] = driver->helper;
	argv[count++] = "--confdir";
	argv[count++] = driver->dir;

	if (driver->uid == geteuid()) {
		argv[count++] = "--lock-dir";
		argv[count++] = driver->locks;
	}
	for (size_t i = 0; options != NULL && options[i] != NULL && count < 46; i++)
		argv[count++] = options[i];
	argv[count] = NULL;
	if (dup2(fd, 0) != 0)
		_exit(98);
	if (geteuid() == 0 && driver->uid != 0 &&
	    (setgroups(0, NULL) != 0 || setgid((gid_t)driver->uid) != 0 ||
	     setuid(driver->uid) != 0))
		_exit(98);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)setenv("SECRET_OF_PARENT", "x", 1);
	/* An undumpable process cannot be inspected by the leak checker, and the
	 * sanitizer's crypt_r() needs the real one to be there from the start. */
	if (SANITIZED) {
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0", 1);
		(void)setenv("LD_PRELOAD", "libcrypt.so.1", 1);
	}
	(void)execvp(argv[0], (char *const *)(const void *)argv);
	_exit(98);
}

void
driver_start(const struct driver *driver, const char *const *options, uid_t peer,
	     struct helper *ret)
{
	uid_t own = geteuid();
	int fds[2], type = SOCK_SEQPACKET | SOCK_CLOEXEC;

	/* SO_PEERCRED of a pair is whoever made it. */
	if (peer != own)
		MUST(seteuid(peer) == 0);
	MUST(socketpair(AF_UNIX, type, 0, fds) == 0);
	if (peer != own)
		MUST(seteuid(own) == 0);
	ret->pid = fork();
	MUST(ret->pid >= 0);
	if (ret->pid == 0)
		become(driver, fds[1], options);
	(void)close(fds[1]);
	ret->fd = fds[0];
}

int
driver_end(struct helper *helper)
{
	int status = 0;

	if (helper->fd >= 0)
		(void)close(helper->fd);
	helper->fd = -1;
	for (int i = 0; i < DRIVER_PATIENCE_S * 100; i++) {
		if (waitpid(helper->pid, &status, WNOHANG) == helper->pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
		(void)usleep(10000);
	}
	(void)kill(helper->pid, SIGKILL);
	(void)waitpid(helper->pid, &status, 0);
	return -999;
}

enum authcode_err
driver_recv(int fd, struct ac_wire_frame *ret)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	if (poll(&poller, 1, DRIVER_PATIENCE_S * 1000) != 1)
		return AUTHCODE_ERR_LIMIT;
	return ac_wire_recv(fd, ret);
}

static void
copy_text(char *out, size_t size, const char *text)
{
	MUST(strlen(text) < size);
	memcpy(out, text, strlen(text) + 1);
}

static char last_ticket[AC_WIRE_TICKET_LEN + 1];

struct transcript {
	char text[32768];
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) note(struct transcript *t, const char *fmt, ...)
{
	va_list args;
	int len;

	if (t->len > 0)
		t->text[t->len++] = '|';
	va_start(args, fmt);
	len = vsnprintf(t->text + t->len, sizeof(t->text) - t->len, fmt, args);
	va_end(args);
	MUST(len >= 0 && (size_t)len < sizeof(t->text) - t->len - 1);
	t->len += (size_t)len;
}

static void
note_messages(struct transcript *t, const struct ac_wire_message *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		note(t, "%c:%s", messages[i].style == AC_MESSAGE_ERROR ? 'e' : 'i',
		     messages[i].text);
}

static void
send_answer(int fd, const char *text)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_ANSWER };

	copy_text(frame.u.answer.text, sizeof(frame.u.answer.text), text);
	frame.u.answer.len = (uint16_t)strlen(text);
	(void)!ac_wire_send(fd, &frame);
}

/* False: it is over. */
static bool
react(struct transcript *t, int fd, const struct ac_wire_frame *frame,
      const char *const **next_answer)
{
	static const char *const verdicts[] = { "DENIED",     "OK",      "UNAVAILABLE",
						"CHANGE_DUE", "EXPIRED", "GONE" };
	static const struct ac_wire_frame go = { .type = AC_WIRE_GO };
	const struct ac_wire_result *result = &frame->u.result;

	switch (frame->type) {
	case AC_WIRE_CANON:
		note(t, "@%s", frame->u.canon.user);
		return ac_wire_send(fd, &go) == AUTHCODE_OK;
	case AC_WIRE_PROMPT:
		note_messages(t, frame->u.prompt.messages, frame->u.prompt.message_count);
		note(t, "%c%s", frame->u.prompt.echo ? '!' : '?', frame->u.prompt.text);
		if (**next_answer == NULL)
			return false;
		send_answer(fd, *(*next_answer)++);
		return true;
	case AC_WIRE_RESULT:
		note_messages(t, result->messages, result->message_count);
		if (result->environment_len > 0)
			note(t, "$%s", result->environment);
		copy_text(last_ticket, sizeof(last_ticket), result->ticket);
		note(t, "=%s%s%s", verdicts[result->verdict],
		     result->verdict == AC_VERDICT_OK ? " " : "", result->identity.user);
		return false;
	default:
		note(t, "%s", ac_wire_type_name(frame->type));
		return false;
	}
}

void
driver_send_start(const struct helper *helper, const struct ac_wire_start *start)
{
	struct ac_wire_frame frame = { .type = AC_WIRE_START };

	frame.u.start = *start;
	MUST(ac_wire_send(helper->fd, &frame) == AUTHCODE_OK || errno == EPIPE);
}

static const char *
or_else(const char *text, const char *other)
{
	return text != NULL ? text : other;
}

const char *
driver_login(const struct driver *driver, const struct login_script *script)
{
	static struct transcript t;
	static struct ac_wire_frame frame;
	const char *const *next_answer = script->answers;
	struct ac_wire_start start = { 0 };
	struct helper helper;
	enum authcode_err err;
	int status;

	t.len = 0;
	t.text[0] = '\0';
	last_ticket[0] = '\0';
	copy_text(start.service, sizeof(start.service), or_else(script->service, "authcode"));
	copy_text(start.user, sizeof(start.user), or_else(script->user, "nobody"));
	copy_text(start.rhost, sizeof(start.rhost), or_else(script->rhost, "192.0.2.7"));
	copy_text(start.language, sizeof(start.language), or_else(script->language, "de"));
	copy_text(start.ticket, sizeof(start.ticket), or_else(script->ticket, ""));
	driver_start(driver, script->options, geteuid(), &helper);
	driver_send_start(&helper, &start);
	do
		err = driver_recv(helper.fd, &frame);
	while (err == AUTHCODE_OK && react(&t, helper.fd, &frame, &next_answer));
	if (err == AUTHCODE_ERR_NOT_FOUND)
		note(&t, "EOF");
	else if (err != AUTHCODE_OK)
		note(&t, "error %d", (int)err);
	status = driver_end(&helper);
	if (status != 0 || err != AUTHCODE_OK || frame.type != AC_WIRE_RESULT)
		note(&t, "status %d", status);
	return t.text;
}

const char *
driver_ticket(void)
{
	return last_ticket;
}
