/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcode-login --listen through the relay, as authcoded uses the two.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "pam_authcode/relay.h"
#include "tests/pam/driver.h"

struct fixture {
	struct driver driver;
	char path[96];
	pid_t pid; /* of the listener; 0: none */
};

static int
setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .pid = 0 };
	driver_init(&f.driver);
	(void)snprintf(f.path, sizeof(f.path), "%s/s", f.driver.dir);
	driver_write(&f.driver, "authcode",
		     "auth required @T hidden=Password: expect=right\naccount required @T\n");
	*state = &f;
	return 0;
}

static pid_t
spawn(const struct fixture *f, const char *const *options)
{
	const char *argv[24] = { "authcode-login", "--listen",   f->path,        "--confdir",
				 f->driver.dir,    "--lock-dir", f->driver.locks };
	size_t count = 7;
	pid_t pid;

	for (size_t i = 0; options != NULL && options[i] != NULL; i++)
		argv[count++] = options[i];
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* What it says would end between the lines of the test. */
		(void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
		(void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		(void)execv(f->driver.helper, (char *const *)(const void *)argv);
		_exit(98);
	}
	return pid;
}

/* Waits for the end of the connection, so that none of it is left in the queue. */
static bool
answers(const struct fixture *f)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	char byte;
	bool ok;

	memcpy(address.sun_path, f->path, strlen(f->path));
	ok = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	     shutdown(fd, SHUT_WR) == 0 && recv(fd, &byte, 1, 0) <= 0;
	(void)close(fd);
	return ok;
}

static void
listen_with(struct fixture *f, const char *const *options)
{
	f->pid = spawn(f, options);
	for (int i = 0; i < DRIVER_PATIENCE_S * 100; i++) {
		if (answers(f))
			return;
		(void)usleep(10000);
	}
	fail_msg("no listener");
}

static int
wait_for(pid_t pid)
{
	int status;

	for (int i = 0; i < DRIVER_PATIENCE_S * 100; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		(void)usleep(10000);
	}
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return -1;
}

static void
stop(struct fixture *f)
{
	assert_int_equal(kill(f->pid, SIGTERM), 0);
	assert_int_equal(wait_for(f->pid), 0);
	f->pid = 0;
	assert_int_equal(access(f->path, F_OK), -1);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->pid > 0) {
		(void)kill(f->pid, SIGKILL);
		(void)waitpid(f->pid, NULL, 0);
	}
	driver_clear(&f->driver);
	return 0;
}

/* Zombies count. */
static unsigned int
count_children(pid_t parent)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned int count = 0;

	assert_non_null(proc);
	while ((entry = readdir(proc)) != NULL) {
		char path[300];
		FILE *stat;
		int owner = 0;

		(void)snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		stat = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "re")
									  : NULL;
		if (stat == NULL)
			continue;
		if (fscanf(stat, "%*d (%*[^)]) %*c %d", &owner) == 1 && owner == (int)parent)
			count++;
		(void)fclose(stat);
	}
	(void)closedir(proc);
	return count;
}

static void
assert_no_children(const struct fixture *f)
{
	for (int i = 0; i < DRIVER_PATIENCE_S * 50 && count_children(f->pid) > 0; i++)
		(void)usleep(20000);
	assert_int_equal(count_children(f->pid), 0);
}

static struct ac_relay *
begin(struct fixture *f, const char *password)
{
	const struct ac_wire_start start = { .service = "authcode",
					     .user = "nobody",
					     .rhost = "192.0.2.7" };
	struct ac_secret *secret = NULL;
	struct ac_relay *relay = NULL;

	if (password != NULL)
		assert_int_equal(ac_secret_new(password, strlen(password), &secret), AUTHCODE_OK);
	assert_int_equal(ac_relay_start_take(f->path, &start, secret, &relay), AUTHCODE_OK);
	return relay;
}

/* The next event that asks something of the host. */
static struct ac_relay_event
next(struct ac_relay *relay)
{
	struct ac_relay_event event = ac_relay_next(relay);

	while (event.kind == AC_RELAY_WAIT || event.kind == AC_RELAY_ANSWERED) {
		struct pollfd poller = { .fd = ac_relay_fd(relay), .events = POLLIN };

		assert_int_equal(poll(&poller, 1, DRIVER_PATIENCE_S * 1000), 1);
		event = ac_relay_next(relay);
	}
	return event;
}

static void
assert_login(struct fixture *f, const char *password, enum ac_verdict verdict)
{
	struct ac_relay *relay = begin(f, password);
	struct ac_relay_event event = next(relay);

	assert_int_equal(event.kind, AC_RELAY_CANON);
	assert_int_equal(ac_relay_go(relay), AUTHCODE_OK);
	event = next(relay);
	assert_int_equal(event.kind, AC_RELAY_RESULT);
	assert_int_equal(event.frame->u.result.verdict, verdict);
	ac_relay_free(&relay);
}

/* The connection ends before the first frame: the relay sees it when it sends
 * START or when it reads, and neither looks like a wrong password. */
static void
assert_busy(struct fixture *f)
{
	const struct ac_wire_start start = { .service = "authcode",
					     .user = "nobody",
					     .rhost = "192.0.2.7" };
	struct ac_relay *relay = NULL;
	struct ac_relay_event event;
	enum authcode_err err = ac_relay_start_take(f->path, &start, NULL, &relay);

	if (err != AUTHCODE_OK) {
		assert_int_equal(err, AUTHCODE_ERR_IO);
		assert_null(relay);
		return;
	}
	event = next(relay);
	assert_int_equal(event.kind, AC_RELAY_FAILED);
	assert_false(event.began);
	ac_relay_free(&relay);
}

static void
serves_one_sign_in_after_the_other(void **state)
{
	struct fixture *f = *state;

	listen_with(f, NULL);
	for (int i = 0; i < 5; i++) {
		assert_login(f, "right", AC_VERDICT_OK);
		assert_login(f, "wrong", AC_VERDICT_DENIED);
	}
	assert_no_children(f);
	stop(f);
}

static void
the_socket_file_is_private_from_the_start(void **state)
{
	struct fixture *f = *state;
	struct stat status;

	(void)umask(0);
	listen_with(f, NULL);
	(void)umask(022);
	assert_int_equal(stat(f->path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_int_equal(status.st_uid, geteuid());
	stop(f);
}

static void
the_group_is_that_of_the_option(void **state)
{
	static const char *const options[] = { "--group", "nogroup", NULL };
	static const char *const unknown[] = { "--group", "no-such-group", NULL };
	struct fixture *f = *state;
	struct stat status;

	if (geteuid() == 0) {
		listen_with(f, options);
		assert_int_equal(stat(f->path, &status), 0);
		assert_int_equal(status.st_gid, 65534);
		assert_int_equal(status.st_mode & 07777, 0660);
		stop(f);
	}
	assert_int_equal(WEXITSTATUS(wait_for(spawn(f, unknown))), 1);
	assert_int_equal(access(f->path, F_OK), -1);
}

static void
a_listener_that_answers_is_not_replaced(void **state)
{
	struct fixture *f = *state;

	listen_with(f, NULL);
	assert_int_equal(WEXITSTATUS(wait_for(spawn(f, NULL))), 1);
	assert_login(f, "right", AC_VERDICT_OK);
	stop(f);
}

static void
a_socket_nobody_answers_is_replaced_and_no_other_file(void **state)
{
	struct fixture *f = *state;

	listen_with(f, NULL);
	assert_int_equal(kill(f->pid, SIGKILL), 0);
	assert_int_equal(waitpid(f->pid, NULL, 0), f->pid);
	assert_int_equal(access(f->path, F_OK), 0);
	listen_with(f, NULL);
	assert_login(f, "right", AC_VERDICT_OK);
	stop(f);
	driver_write(&f->driver, "s", "a file of somebody\n");
	assert_int_equal(WEXITSTATUS(wait_for(spawn(f, NULL))), 1);
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
beyond_the_maximum_a_connection_ends_before_its_first_frame(void **state)
{
	static const char *const options[] = { "--max-children", "2", NULL };
	struct fixture *f = *state;
	struct ac_relay *first, *second;

	listen_with(f, options);
	assert_no_children(f);
	first = begin(f, NULL);
	second = begin(f, NULL);
	assert_int_equal(next(first).kind, AC_RELAY_CANON);
	assert_int_equal(next(second).kind, AC_RELAY_CANON);
	assert_busy(f);
	ac_relay_free(&first);
	ac_relay_free(&second);
	assert_no_children(f);
	assert_login(f, "right", AC_VERDICT_OK);
	stop(f);
}

static void
the_deadline_kills_a_module_that_blocks_every_signal(void **state)
{
	static const char *const options[] = { "--timeout", "1", NULL };
	struct fixture *f = *state;
	struct ac_relay *relay;
	struct ac_relay_event event;

	driver_write(&f->driver, "authcode", "auth required @T hang=deaf\naccount required @T\n");
	listen_with(f, options);
	relay = begin(f, NULL);
	assert_int_equal(next(relay).kind, AC_RELAY_CANON);
	assert_int_equal(ac_relay_go(relay), AUTHCODE_OK);
	event = next(relay);
	assert_int_equal(event.kind, AC_RELAY_FAILED);
	assert_true(event.began);
	ac_relay_free(&relay);
	assert_no_children(f);
	stop(f);
}

/* What a module leaves running would keep its locks (pam_faillock's tally). */
static void
children_of_modules_end_with_their_connection(void **state)
{
	struct fixture *f = *state;
	char lock[128], lines[256];
	FILE *file;

	(void)snprintf(lock, sizeof(lock), "%s/lock", f->driver.dir);
	(void)snprintf(lines, sizeof(lines),
		       "auth required @T leave_child=%s hidden=? expect=right\n"
		       "account required @T\n",
		       lock);
	driver_write(&f->driver, "authcode", lines);
	listen_with(f, NULL);
	assert_login(f, "right", AC_VERDICT_OK);
	file = fopen(lock, "r+e");
	assert_non_null(file);
	for (int i = 0; i < DRIVER_PATIENCE_S * 100 && lockf(fileno(file), F_TEST, 0) != 0; i++)
		(void)usleep(10000);
	assert_int_equal(lockf(fileno(file), F_TEST, 0), 0);
	(void)fclose(file);
	stop(f);
}

static void
a_helper_killed_at_work_is_a_failure_and_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct ac_relay *relay;
	struct ac_relay_event event;

	driver_write(&f->driver, "authcode",
		     "auth required @T hidden=A: hidden=B: die\naccount required @T\n");
	listen_with(f, NULL);
	for (int i = 0; i < 20; i++) {
		relay = begin(f, "x");
		assert_int_equal(next(relay).kind, AC_RELAY_CANON);
		assert_int_equal(ac_relay_go(relay), AUTHCODE_OK);
		assert_int_equal(next(relay).kind, AC_RELAY_PROMPT);
		assert_int_equal(ac_relay_answer(relay, "y", 1), AUTHCODE_OK);
		event = next(relay);
		assert_int_equal(event.kind, AC_RELAY_FAILED);
		assert_true(event.began);
		ac_relay_free(&relay);
	}
	assert_no_children(f);
	stop(f);
}

static void
the_end_of_the_listener_ends_what_it_has_started(void **state)
{
	struct fixture *f = *state;
	struct ac_relay *relay;

	listen_with(f, NULL);
	relay = begin(f, NULL);
	assert_int_equal(next(relay).kind, AC_RELAY_CANON);
	stop(f);
	assert_int_equal(next(relay).kind, AC_RELAY_FAILED);
	ac_relay_free(&relay);
	listen_with(f, NULL);
	relay = begin(f, NULL);
	assert_int_equal(next(relay).kind, AC_RELAY_CANON);
	assert_int_equal(kill(f->pid, SIGKILL), 0);
	assert_int_equal(waitpid(f->pid, NULL, 0), f->pid);
	f->pid = 0;
	assert_int_equal(next(relay).kind, AC_RELAY_FAILED);
	ac_relay_free(&relay);
}

static void
a_user_who_may_not_connect_gets_no_frame(void **state)
{
	static const char *const options[] = { "--peer-user", "12345", NULL };
	struct fixture *f = *state;
	uid_t own = geteuid();

	listen_with(f, options);
	assert_int_equal(chmod(f->path, 0666), 0);
	if (own == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_busy(f);
	if (own == 0)
		assert_int_equal(seteuid(0), 0);
	stop(f);
}

static void
bad_command_lines_are_refused(void **state)
{
	static const char *const rows[][3] = {
		{ "--max-children", "0" },    { "--max-children", "1025" },
		{ "--timeout", "-1" },        { "--timeout", "1s" },
		{ "--timeout", "" },          { "--service", "../login" },
		{ "--service", "" },          { "--min-uid", "4294967296" },
		{ "--peer-user", "no-such" }, { "--confdir", "" },
		{ "--no-such-option" },       { "argument" },
		{ "--prompt-timeout" },       { "--promptless", "authcode-krb" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (WEXITSTATUS(wait_for(spawn(f, rows[i]))) != 64)
			fail_msg("%s: accepted", rows[i][0]);
		assert_int_equal(access(f->path, F_OK), -1);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(serves_one_sign_in_after_the_other),
		TEST(the_socket_file_is_private_from_the_start),
		TEST(the_group_is_that_of_the_option),
		TEST(a_listener_that_answers_is_not_replaced),
		TEST(a_socket_nobody_answers_is_replaced_and_no_other_file),
		TEST(beyond_the_maximum_a_connection_ends_before_its_first_frame),
		TEST(the_deadline_kills_a_module_that_blocks_every_signal),
		TEST(children_of_modules_end_with_their_connection),
		TEST(a_helper_killed_at_work_is_a_failure_and_leaves_nothing),
		TEST(the_end_of_the_listener_ends_what_it_has_started),
		TEST(a_user_who_may_not_connect_gets_no_frame),
		TEST(bad_command_lines_are_refused),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
