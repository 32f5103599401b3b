/* SPDX-License-Identifier: MIT */

/*
 * Which system calls there are for the program.
 *
 * A test gets a list of what it may call; everything else does not exist for it (ENOSYS), so a newer C
 * library falls back to what it knows from older kernels. A build may call everything but
 * what could reach out of the sandbox: no student's code runs in it, and compilers call many things.
 */

#include "sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const allowed_for_tests[] = {
  /* memory */
  "brk", "mmap", "mremap", "munmap", "mprotect", "madvise", "mincore", "membarrier",
  /* files that are open, and opening more; what may be opened is not decided here */
  "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "lseek", "close", "close_range",
  "open", "openat", "openat2", "stat", "fstat", "lstat", "newfstatat", "fstatat64", "statx", "statfs", "fstatfs",
  "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "getdents", "getdents64", "dup", "dup2", "dup3",
  "fcntl", "flock", "ftruncate", "unlink", "unlinkat", "ioctl", "memfd_create",
  /* waiting */
  "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
  "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_gettime", "signalfd4",
  "pipe", "pipe2", "socketpair", "sendmsg", "sendto", "recvmsg", "recvfrom", "shutdown",
  /* time */
  "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times",
  /* threads and processes */
  "clone", "fork", "vfork", "execve", "exit", "exit_group", "wait4", "waitid", "futex", "futex_waitv",
  "set_robust_list", "get_robust_list", "set_tid_address", "rseq", "arch_prctl", "prctl", "sched_yield",
  "sched_getaffinity", "sched_setaffinity", "sched_getparam", "sched_getscheduler", "getpriority", "setsid",
  "getpid", "getppid", "gettid", "getpgrp", "getpgid", "getsid", "getuid", "geteuid", "getgid", "getegid",
  "getgroups", "getresuid", "getresgid", "getcpu", "pidfd_open", "personality",
  /* LeakSanitizer stops the threads of its own process this way; Landlock and the process namespace
   * keep the processes of others out of reach */
  "ptrace", "process_vm_readv",
  /* signals; sending them is decided below */
  "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait",
  "sigaltstack", "restart_syscall", "pause", "alarm", "setitimer", "getitimer",
  /* what a program asks about its machine */
  "uname", "sysinfo", "getrandom", "getrlimit", "prlimit64", "getrusage",
};

static const char *const forbidden_for_builds[] = {
  "socket", "connect", "bind", "listen", "accept", "accept4",
  "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
  "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "move_mount", "open_tree", "fsopen", "fsmount",
  "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup",
  "init_module", "finit_module", "kexec_load", "reboot", "swapon", "acct", "quotactl",
};

static void
check (int         result,
       const char *what)
{
  if (result < 0)
    fail ("seccomp: %s: %s", what, strerror (-result));
}

/* A system call that this machine does not have needs no rule. */
static void
add_rule (scmp_filter_ctx  filter,
          uint32_t         action,
          const char      *name)
{
  int number = seccomp_syscall_resolve_name (name);

  if (number != __NR_SCMP_ERROR && number >= 0)
    check (seccomp_rule_add (filter, action, number, 0), name);
}

/* A program may send signals to itself, which abort() does, and to nobody else. */
static void
allow_signals_to_self (scmp_filter_ctx filter)
{
  static const char *const calls[] = { "kill", "tgkill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo" };
  pid_t self = getpid ();

  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    {
      int number = seccomp_syscall_resolve_name (calls[i]);

      check (seccomp_rule_add (filter, SCMP_ACT_ALLOW, number, 1, SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) self)), calls[i]);
      check (seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), number, 1,
                               SCMP_A0 (SCMP_CMP_NE, (scmp_datum_t) self)), calls[i]);
    }
}

void
restrict_system_calls (const Options *options)
{
  bool build = options->mode == MODE_BUILD;
  scmp_filter_ctx filter = seccomp_init (build ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO (ENOSYS));

  if (filter == NULL)
    fail ("seccomp: out of memory");

  if (build)
    {
      for (size_t i = 0; i < sizeof forbidden_for_builds / sizeof forbidden_for_builds[0]; i++)
        add_rule (filter, SCMP_ACT_ERRNO (EPERM), forbidden_for_builds[i]);
    }
  else
    {
      for (size_t i = 0; i < sizeof allowed_for_tests / sizeof allowed_for_tests[0]; i++)
        add_rule (filter, SCMP_ACT_ALLOW, allowed_for_tests[i]);
      allow_signals_to_self (filter);
    }

  check (seccomp_load (filter), "load");
  seccomp_release (filter);
}
