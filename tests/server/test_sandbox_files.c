/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/sandbox.h: which files and connections are left to whoever runs code in the
 * daemon. The tests need a kernel with Landlock; root, to whom no mode of a file
 * matters, is stopped all the same.
 */
#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/server/sandbox_child.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

/* conf/ is read, state/ written, run/ holds sockets, other/ is nobody's business. */
static char top[] = "/tmp/authcode-sandbox.XXXXXX";
static const char *const read_dirs[] = { "conf" };
static const char *const socket_dirs[] = { "run" };
static const struct ac_sandbox sandbox = { .state_dir = "state",
					   .read_dirs = read_dirs,
					   .read_dir_count = 1,
					   .socket_dirs = socket_dirs,
					   .socket_dir_count = 1 };
static int listener = -1, stranger = -1; /* sockets that were there before */
static pid_t parent;

static int
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

#define OPENS(function, path, flags)                                                               \
	static int function(void)                                                                  \
	{                                                                                          \
		return opens(path, flags);                                                         \
	}

OPENS(read_shadow, "/etc/shadow", O_RDONLY)
OPENS(read_passwd, "/etc/passwd", O_RDONLY)
OPENS(read_other, "other/file", O_RDONLY)
OPENS(list_other, "other", O_RDONLY | O_DIRECTORY)
OPENS(list_root, "/", O_RDONLY | O_DIRECTORY)
OPENS(write_other, "other/file", O_WRONLY)
OPENS(make_other, "other/new", O_WRONLY | O_CREAT)
OPENS(make_in_tmp, "/tmp/authcode-sandbox-new", O_WRONLY | O_CREAT | O_EXCL)
OPENS(write_config, "conf/file", O_WRONLY)
OPENS(make_config, "conf/new", O_WRONLY | O_CREAT)
OPENS(empty_config, "conf/file", O_RDONLY | O_TRUNC)
OPENS(read_config, "conf/file", O_RDONLY)
OPENS(read_config_below, "conf/clients.d/file", O_RDONLY)
OPENS(list_config, "conf", O_RDONLY | O_DIRECTORY)
OPENS(read_by_link, "conf/link", O_RDONLY)
OPENS(make_in_run, "run/new", O_WRONLY | O_CREAT)
OPENS(read_in_run, "run/socket", O_RDONLY)
OPENS(write_state, "state/file", O_RDWR)
OPENS(make_state, "state/new", O_RDWR | O_CREAT | O_EXCL)
OPENS(list_state, "state", O_RDONLY | O_DIRECTORY)
OPENS(read_library, "/usr/bin/env", O_RDONLY)
OPENS(write_library, "/usr/bin/env", O_WRONLY)
OPENS(use_null, "/dev/null", O_RDWR)

static int
truncate_config(void)
{
	return truncate("conf/file", 0);
}

static int
replace_config(void)
{
	return rename("state/file", "conf/file");
}

static int
link_config_into_state(void)
{
	return link("conf/file", "state/linked");
}

static int
leave_a_link_in_state(void)
{
	return symlink("/etc/shadow", "state/shadow");
}

static int
remove_config(void)
{
	return unlink("conf/file");
}

static int
remove_socket(void)
{
	return unlink("run/socket");
}

static int
replace_state(void)
{
	return opens("state/x", O_WRONLY | O_CREAT) != 0 ? -1 : rename("state/x", "state/file");
}

static int
remove_state(void)
{
	return unlink("state/new");
}

static int
load_library(void)
{
	int fd = open("/usr/bin/env", O_RDONLY | O_CLOEXEC);
	void *at =
		fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

	return at == MAP_FAILED ? -1 : 0;
}

static int
connect_out(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t len = sizeof(to);

	if (getsockname(listener, (struct sockaddr *)&to, &len) != 0)
		return 0;
	return connect(stranger, (const struct sockaddr *)&to, len);
}

static int
bind_another(void)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return bind(stranger, (const struct sockaddr *)&at, sizeof(at));
}

static int
signal_parent(void)
{
	return kill(parent, 0);
}

static int
signal_itself(void)
{
	return kill(getpid(), 0);
}

static const struct attempt attempts[] = {
	{ "read shadow", read_shadow, EACCES, 1 },
	{ "read passwd", read_passwd, EACCES, 1 },
	{ "read a file of others", read_other, EACCES, 1 },
	{ "list a directory of others", list_other, EACCES, 1 },
	{ "list the root", list_root, EACCES, 1 },
	{ "write a file of others", write_other, EACCES, 1 },
	{ "make a file beside it", make_other, EACCES, 1 },
	{ "make a file in /tmp", make_in_tmp, EACCES, 1 },
	{ "write the configuration", write_config, EACCES, 1 },
	{ "add to the configuration", make_config, EACCES, 1 },
	{ "empty the configuration", empty_config, EACCES, 3 },
	{ "truncate the configuration", truncate_config, EACCES, 3 },
	{ "remove the configuration", remove_config, EACCES, 1 },
	{ "replace the configuration", replace_config, EACCES, 2 },
	{ "link the configuration into the state", link_config_into_state, EXDEV, 2 },
	{ "leave a symbolic link in the state", leave_a_link_in_state, EACCES, 1 },
	{ "read a link that leads out", read_by_link, EACCES, 1 },
	{ "make a file among the sockets", make_in_run, EACCES, 1 },
	{ "write a program", write_library, EACCES, 1 },
	{ "connect with a socket that was there", connect_out, EACCES, 4 },
	{ "listen elsewhere with it", bind_another, EACCES, 4 },
	{ "signal a process outside", signal_parent, EPERM, 6 },
	{ "open a socket's file", read_in_run, EACCES, 1 },
	{ "read the configuration", read_config, 0, 1 },
	{ "read clients.d", read_config_below, 0, 1 },
	{ "list the configuration", list_config, 0, 1 },
	{ "write the state", write_state, 0, 1 },
	{ "make a file in the state", make_state, 0, 1 },
	{ "list the state", list_state, 0, 1 },
	{ "replace a file of the state", replace_state, 0, 1 },
	{ "remove a file of the state", remove_state, 0, 1 },
	{ "remove a socket of its own", remove_socket, 0, 1 },
	{ "read below /usr", read_library, 0, 1 },
	{ "load a library", load_library, 0, 1 },
	{ "use /dev/null", use_null, 0, 1 },
	{ "signal itself", signal_itself, 0, 1 },
};

static int
version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

static void
nothing_is_in_reach_but_what_is_configured_and_the_state(void **state)
{
	(void)state;
	attempt_all(&sandbox, attempts, AC_ARRAY_SIZE(attempts), version());
}

static int
tell_what_holds(void)
{
	struct ac_sandbox_holds holds;

	ac_sandbox_enter(&sandbox, &holds);
	errno = (holds.files ? 1 : 0) + (holds.connections ? 2 : 0) + (holds.calls ? 4 : 0);
	return -1;
}

static void
what_holds_is_told(void **state)
{
	(void)state;
	assert_int_equal(attempt_inside(&sandbox, tell_what_holds), version() >= 4 ? 7 : 5);
}

static int
look_for_new_state(void)
{
	return opens("fresh/file", O_WRONLY | O_CREAT);
}

static void
a_state_directory_that_is_not_there_is_made(void **state)
{
	const struct ac_sandbox fresh = { .state_dir = "fresh" };
	struct stat status;

	(void)state;
	assert_int_equal(attempt_inside(&fresh, look_for_new_state), 0);
	assert_int_equal(stat("fresh", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(unlink("fresh/file"), 0);
	assert_int_equal(rmdir("fresh"), 0);
}

static void
places_that_are_not_there_do_not_matter(void **state)
{
	static const char *const dirs[] = { "nowhere", "conf/file/below", "conf" };
	const struct ac_sandbox odd = { .state_dir = "state",
					.read_dirs = dirs,
					.read_dir_count = 3,
					.socket_dirs = dirs,
					.socket_dir_count = 1 };

	(void)state;
	assert_int_equal(attempt_inside(&odd, read_config), 0);
	assert_int_equal(attempt_inside(&odd, read_other), EACCES);
}

/* --- the place ------------------------------------------------------------------ */

static const char *const dirs[] = { "conf", "conf/clients.d", "state", "run", "other" };
static const char *const files[] = { "conf/file", "conf/clients.d/file", "state/file", "run/socket",
				     "other/file" };

static int
make_place(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	bool ok = mkdtemp(top) != NULL && chdir(top) == 0;

	(void)state;
	parent = getpid();
	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(dirs); i++)
		ok = mkdir(dirs[i], 0700) == 0;
	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(files); i++)
		ok = opens(files[i], O_WRONLY | O_CREAT) == 0;
	ok = ok && symlink("../other/file", "conf/link") == 0;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	stranger = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return ok && stranger >= 0 &&
			       bind(listener, (const struct sockaddr *)&at, sizeof(at)) == 0 &&
			       listen(listener, 1) == 0
		       ? 0
		       : 1;
}

static int
remove_place(void **state)
{
	static const char *const more[] = { "conf/link", "state/new", "state/x" };

	(void)state;
	for (size_t i = 0; i < AC_ARRAY_SIZE(files); i++)
		(void)unlink(files[i]);
	for (size_t i = 0; i < AC_ARRAY_SIZE(more); i++)
		(void)unlink(more[i]);
	for (size_t i = AC_ARRAY_SIZE(dirs); i-- > 0;)
		(void)rmdir(dirs[i]);
	(void)close(listener);
	(void)close(stranger);
	return chdir("/") != 0 || rmdir(top) != 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_in_reach_but_what_is_configured_and_the_state),
		cmocka_unit_test(what_holds_is_told),
		cmocka_unit_test(a_state_directory_that_is_not_there_is_made),
		cmocka_unit_test(places_that_are_not_there_do_not_matter),
	};

	if (version() < 1) {
		(void)printf("1..0 # SKIP this kernel has no Landlock\n");
		return 0;
	}
	return cmocka_run_group_tests_name("sandbox_files", tests, make_place, remove_place);
}
