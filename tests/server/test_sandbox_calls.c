/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/sandbox.h: what system calls are left to whoever runs code in the daemon.
 */
#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "tests/server/sandbox_child.h"

/* Every file is in reach, so that it is the filter that refuses. */
static const char *const everything[] = { "/" };
static char state_dir[] = "/tmp/authcode-sandbox.XXXXXX";
static const struct ac_sandbox soft = { .state_dir = state_dir,
					.read_dirs = everything,
					.read_dir_count = 1 };
static const struct ac_sandbox fatal = {
	.state_dir = state_dir, .read_dirs = everything, .read_dir_count = 1, .fatal = true
};

static int
done(long result)
{
	return result < 0 ? -1 : 0;
}

static int
run_program(void)
{
	char *words[] = { (char[]){ "true" }, NULL };

	return execv("/bin/true", words);
}

static int
run_from_memory(void)
{
	char *words[] = { (char[]){ "x" }, NULL };
	int fd = memfd_create("x", 0);

	return fd < 0 ? 0 : fexecve(fd, words, words + 1);
}

#if !AC_SANITIZED
static int
be_traced(void)
{
	return done(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
read_memory_of_parent(void)
{
	char to = 0;
	const struct iovec here = { &to, 1 }, there = { &to, 1 };

	return done(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}
#endif

static int
write_memory_of_parent(void)
{
	char from = 0;
	const struct iovec here = { &from, 1 }, there = { &from, 1 };

	return done(process_vm_writev(getppid(), &here, 1, &there, 1, 0));
}

#define CALL(function, ...)                                                                        \
	static int function(void)                                                                  \
	{                                                                                          \
		return done(syscall(__VA_ARGS__));                                                 \
	}

CALL(use_io_uring, SYS_io_uring_setup, 8, NULL)
CALL(load_bpf, SYS_bpf, 0, NULL, 0)
CALL(watch_performance, SYS_perf_event_open, NULL, 0, -1, -1, 0)
CALL(handle_faults, SYS_userfaultfd, 0)
CALL(ask_keyring, SYS_keyctl, 0, 0, 0)
CALL(change_personality, SYS_personality, 0xffffffff)
CALL(become_root, SYS_setuid, 0)
CALL(become_group, SYS_setresgid, 0, 0, 0)
CALL(take_groups, SYS_setgroups, 0, NULL)
CALL(new_user_namespace, SYS_unshare, CLONE_NEWUSER)
CALL(enter_namespace, SYS_setns, 0, 0)
CALL(change_root, SYS_chroot, "/")
CALL(mount_something, SYS_mount, "none", "/tmp", "tmpfs", 0, NULL)
CALL(load_module, SYS_init_module, NULL, 0, "")
CALL(set_the_clock, SYS_clock_settime, 0, NULL)
CALL(read_kernel_log, SYS_syslog, 10, NULL, 0)
CALL(reboot_it, SYS_reboot, 0, 0, 0, NULL)
#ifdef __x86_64__
CALL(call_as_x32, 0x40000000L + SYS_getpid)
#endif

#define SOCKET(function, family, type)                                                             \
	static int function(void)                                                                  \
	{                                                                                          \
		return done(socket(family, type, 0));                                              \
	}

SOCKET(internet_socket, AF_INET, SOCK_STREAM)
SOCKET(datagram_socket, AF_INET, SOCK_DGRAM)
SOCKET(internet_6_socket, AF_INET6, SOCK_STREAM)
SOCKET(netlink_socket, AF_NETLINK, SOCK_RAW)
SOCKET(packet_socket, AF_PACKET, SOCK_RAW)
SOCKET(crypto_socket, AF_ALG, SOCK_SEQPACKET)
SOCKET(vm_socket, AF_VSOCK, SOCK_STREAM)
SOCKET(unix_socket, AF_UNIX, SOCK_STREAM)
SOCKET(unix_packets, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK)

static int
take_off(void)
{
	/* no_new_privs cannot be unset, and a second filter only adds */
	return done(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static const struct attempt attempts[] = {
	{ "execve", run_program, EPERM, 0 },
	{ "execveat", run_from_memory, EPERM, 0 },
#if !AC_SANITIZED
	{ "ptrace", be_traced, EPERM, 0 },
	{ "process_vm_readv", read_memory_of_parent, EPERM, 0 },
#endif
	{ "process_vm_writev", write_memory_of_parent, EPERM, 0 },
	{ "io_uring", use_io_uring, EPERM, 0 },
	{ "bpf", load_bpf, EPERM, 0 },
	{ "perf_event_open", watch_performance, EPERM, 0 },
	{ "userfaultfd", handle_faults, EPERM, 0 },
	{ "keyctl", ask_keyring, EPERM, 0 },
	{ "personality", change_personality, EPERM, 0 },
	{ "setuid", become_root, EPERM, 0 },
	{ "setresgid", become_group, EPERM, 0 },
	{ "setgroups", take_groups, EPERM, 0 },
	{ "unshare", new_user_namespace, EPERM, 0 },
	{ "setns", enter_namespace, EPERM, 0 },
	{ "chroot", change_root, EPERM, 0 },
	{ "mount", mount_something, EPERM, 0 },
	{ "init_module", load_module, EPERM, 0 },
	{ "clock_settime", set_the_clock, EPERM, 0 },
	{ "syslog", read_kernel_log, EPERM, 0 },
	{ "reboot", reboot_it, EPERM, 0 },
#ifdef __x86_64__
	{ "a call of x32", call_as_x32, EPERM, 0 },
#endif
	{ "AF_INET", internet_socket, EPERM, 0 },
	{ "AF_INET, datagrams", datagram_socket, EPERM, 0 },
	{ "AF_INET6", internet_6_socket, EPERM, 0 },
	{ "AF_NETLINK", netlink_socket, EPERM, 0 },
	{ "AF_PACKET", packet_socket, EPERM, 0 },
	{ "AF_ALG", crypto_socket, EPERM, 0 },
	{ "AF_VSOCK", vm_socket, EPERM, 0 },
	{ "taking it off", take_off, EINVAL, 0 },
	{ "AF_UNIX", unix_socket, 0, 0 },
	{ "AF_UNIX, packets", unix_packets, 0, 0 },
};

static void
what_a_server_never_does_is_refused(void **state)
{
	(void)state;
	attempt_all(&soft, attempts, AC_ARRAY_SIZE(attempts), 0);
}

static void
where_it_is_fatal_the_process_ends(void **state)
{
	(void)state;
	assert_int_equal(attempt_inside(&fatal, run_program), KILLED + SIGSYS);
	assert_int_equal(attempt_inside(&fatal, internet_socket), KILLED + SIGSYS);
	assert_int_equal(attempt_inside(&fatal, become_root), KILLED + SIGSYS);
	assert_int_equal(attempt_inside(&fatal, unix_socket), 0);
}

struct early {
	pthread_barrier_t barrier;
	int result;
};

static void *
early_thread(void *arg)
{
	struct early *early = arg;

	(void)pthread_barrier_wait(&early->barrier); /* it is up */
	(void)pthread_barrier_wait(&early->barrier); /* the filter is on */
	early->result = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
	return NULL;
}

static int
start_thread_and_sandbox(void)
{
	struct ac_sandbox_holds holds;
	struct early early = { .result = 0 };
	pthread_t thread;

	if (pthread_barrier_init(&early.barrier, NULL, 2) != 0 ||
	    pthread_create(&thread, NULL, early_thread, &early) != 0)
		return -1;
	(void)pthread_barrier_wait(&early.barrier);
	ac_sandbox_enter(&soft, &holds); /* a second time, with a thread beside */
	(void)pthread_barrier_wait(&early.barrier);
	(void)pthread_join(thread, NULL);
	errno = early.result;
	return holds.calls ? -1 : 0;
}

static void
it_holds_for_threads_that_were_there_before(void **state)
{
	(void)state;
	assert_int_equal(attempt_inside(&soft, start_thread_and_sandbox), EPERM);
}

static int
make_state_dir(void **state)
{
	(void)state;
	return mkdtemp(state_dir) == NULL;
}

static int
remove_state_dir(void **state)
{
	(void)state;
	return rmdir(state_dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_server_never_does_is_refused),
		cmocka_unit_test(where_it_is_fatal_the_process_ends),
		cmocka_unit_test(it_holds_for_threads_that_were_there_before),
	};

	return cmocka_run_group_tests_name("sandbox_calls", tests, make_state_dir,
					   remove_state_dir);
}
