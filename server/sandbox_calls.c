/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A filter of system calls (seccomp(2)) from one table of what a server that only
 * answers never does: it starts no program, looks into no other process, changes
 * neither user nor mounts, and makes no socket that could leave the host. A list of
 * what is allowed would have to follow every version of every library; the unit has
 * one (SystemCallFilter), which systemd keeps up to date.
 *
 * It holds for every thread, and no thread can take it off again.
 */
#include "server/sandbox_walls.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/attr.h"

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define NATIVE AUDIT_ARCH_S390X
#else
#define NATIVE 0 /* calls have other numbers, or sockets one call for all: no filter */
#endif

/* Numbers above it are those of another convention (x32), past every row below. */
#define FOREIGN_NUMBERS 0x40000000u

/* The low half of the first argument. */
#define FIRST_ARGUMENT                                                                             \
	(offsetof(struct seccomp_data, args) +                                                     \
	 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(uint32_t) : 0))

static const unsigned denied[] = {
	/* other programs */
	SYS_execve,
	SYS_execveat,
/* other processes; the leak checker looks at its own as a debugger would */
#if !AC_SANITIZED
	SYS_ptrace,
	SYS_process_vm_readv,
#endif
	SYS_process_vm_writev,
	SYS_kcmp,
#ifdef SYS_pidfd_getfd
	SYS_pidfd_getfd,
#endif
	SYS_perf_event_open,
/* ways around a filter, and the larger doors into the kernel */
#ifdef SYS_io_uring_setup
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
#endif
	SYS_bpf,
	SYS_userfaultfd,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_personality,
#ifdef SYS_modify_ldt
	SYS_modify_ldt,
#endif
	SYS_open_by_handle_at,
	SYS_name_to_handle_at,
	/* who it is */
	SYS_setuid,
	SYS_setgid,
	SYS_setreuid,
	SYS_setregid,
	SYS_setresuid,
	SYS_setresgid,
	SYS_setgroups,
	SYS_setfsuid,
	SYS_setfsgid,
	SYS_capset,
	/* what it sees */
	SYS_unshare,
	SYS_setns,
	SYS_chroot,
	SYS_pivot_root,
	SYS_mount,
	SYS_umount2,
#ifdef SYS_move_mount
	SYS_open_tree,
	SYS_move_mount,
	SYS_fsopen,
	SYS_fsconfig,
	SYS_fsmount,
	SYS_fspick,
#endif
#ifdef SYS_mount_setattr
	SYS_mount_setattr,
#endif
	/* the machine */
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_acct,
	SYS_syslog,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_clock_adjtime,
};

#define ROWS AC_ARRAY_SIZE(denied)
#define MAX_PROGRAM (ROWS + 16)
_Static_assert(ROWS + 8 < 256, "a jump of the filter reaches 255 instructions");

struct program {
	struct sock_filter code[MAX_PROGRAM];
	unsigned short len;
};

static void
put(struct program *program, struct sock_filter instruction)
{
	program->code[program->len++] = instruction;
}

/* From instruction at to the last of a program of that many. */
static uint8_t
to_last(size_t at, size_t count)
{
	return (uint8_t)(count - at - 2);
}

static void
build(struct program *program, uint32_t deny)
{
	/* arch 3, number 2, rows, socket 3, allow, deny */
	const size_t count = 3 + 2 + ROWS + 3 + 2;

	put(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, arch)));
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0));
	put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	put(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  offsetof(struct seccomp_data, nr)));
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_NUMBERS,
						  to_last(4, count), 0));
	for (size_t i = 0; i < ROWS; i++)
		put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[i],
							  to_last(5 + i, count), 0));
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 2));
	put(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FIRST_ARGUMENT));
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1));
	put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, deny));
}

void
ac_sandbox_calls(bool fatal, struct ac_sandbox_holds *ret)
{
	const unsigned flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG;
	struct program program = { .len = 0 };
	struct sock_fprog filter = { .filter = program.code };

	ret->calls_error = ENOSYS;
	if (NATIVE == 0)
		return;
	build(&program,
	      fatal ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA));
	filter.len = program.len;
	ret->calls = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter) == 0;
	ret->calls_error = ret->calls ? 0 : errno;
}
