/* SPDX-License-Identifier: MIT */

/*
 * Which system calls there are for the program.
 *
 * A test gets a list of what it may call; everything else does not exist for it (ENOSYS), so a newer C
 * library falls back to what it knows from older kernels. Who calls what has no other use than to get out is killed, so that the
 * report can say so. A build may call everything but
 * what could reach out of the sandbox: no student's code runs in it, and compilers call many things.
 *
 * Some calls are harmless or not, depending on their arguments. The filter sees the 64 bits of a register where the kernel may look at
 * 32 only, so arguments of type int are compared under a mask: otherwise a bit that the kernel does not see would get a call through.
 * What a pointer points at cannot be looked at.
 */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#define INT_MASK 0xffffffffULL

/* clone()'s flags are its first argument, but not everywhere. */
#ifdef __s390__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

static const char *const allowed_for_tests[] = {
  /* memory; mapping it and making it executable is decided below */
  "brk", "mremap", "munmap", "madvise", "mincore", "membarrier",
  /* files that are open, and opening more; what may be opened is not decided here */
  "read", "readv", "pread64", "preadv", "write", "writev", "pwrite64", "pwritev", "lseek", "close", "close_range",
  "open", "openat", "openat2", "stat", "fstat", "lstat", "newfstatat", "fstatat64", "statx", "statfs", "fstatfs",
  "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd", "getdents", "getdents64", "dup", "dup2", "dup3",
  /* waiting */
  "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
  "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_gettime", "signalfd4",
  "pipe", "pipe2", "sendmsg", "sendto", "recvmsg", "recvfrom", "shutdown",
  /* time */
  "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times",
  /* threads and processes. No setsid() and no setpgid(): all stay in one process group, so that one call kills all */
  "fork", "vfork", "execve", "exit", "exit_group", "wait4", "waitid", "futex", "futex_waitv",
  "set_robust_list", "get_robust_list", "set_tid_address", "rseq", "arch_prctl", "prctl", "sched_yield",
  "sched_getaffinity", "sched_getparam", "sched_getscheduler", "getpriority",
  "getpid", "getppid", "gettid", "getpgrp", "getpgid", "getsid", "getuid", "geteuid", "getgid", "getegid",
  "getgroups", "getresuid", "getresgid", "getcpu", "pidfd_open",
  /* signals; sending them is decided below */
  "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait",
  "sigaltstack", "restart_syscall", "pause", "alarm", "setitimer", "getitimer",
  /* what a program asks about its machine */
  "uname", "sysinfo", "getrandom", "getrlimit", "getrusage",
};

/* What no library calls by itself, to see whether it is there. */
static const char *const deadly_for_tests[] = {
  "setsid", "setpgid", "pidfd_send_signal", "pidfd_getfd", "process_vm_writev", "mount", "umount2", "pivot_root", "chroot",
  "unshare", "setns", "bpf",
};

static const char *const forbidden_for_builds[] = {
  /* other machines, and other programs of this one */
  "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
  "shmget", "shmat", "msgget", "semget", "mq_open",
  "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "pidfd_send_signal", "kcmp",
  "setsid", "setpgid", "setpriority", "ioprio_set", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr",
  /* namespaces and mounts */
  "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "move_mount", "open_tree", "mount_setattr",
  "fsopen", "fsmount", "fsconfig", "fspick", "name_to_handle_at", "open_by_handle_at",
  /* parts of the kernel with a history */
  "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
  "io_uring_register", "fanotify_init", "inotify_init", "inotify_init1", "memfd_create", "memfd_secret",
  "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct",
  "quotactl", "syslog", "iopl", "ioperm", "modify_ldt", "personality",
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
add_rule (scmp_filter_ctx           filter,
          uint32_t                  action,
          const char               *name,
          unsigned                  n_conditions,
          const struct scmp_arg_cmp *conditions)
{
  int number = seccomp_syscall_resolve_name (name);

  if (number != __NR_SCMP_ERROR && number >= 0)
    check (seccomp_rule_add_array (filter, action, number, n_conditions, conditions), name);
}

/* Adds a rule for each of some values that an argument of type int may have. */
static void
add_values (scmp_filter_ctx  filter,
            uint32_t         action,
            const char      *name,
            unsigned         argument,
            const uint32_t  *values,
            size_t           n)
{
  for (size_t i = 0; i < n; i++)
    {
      struct scmp_arg_cmp condition = SCMP_CMP (argument, SCMP_CMP_MASKED_EQ, INT_MASK, values[i]);

      add_rule (filter, action, name, 1, &condition);
    }
}

#define ADD_VALUES(filter, action, name, argument, ...) \
  add_values (filter, action, name, argument, (const uint32_t[]) { __VA_ARGS__ }, \
              sizeof ((const uint32_t[]) { __VA_ARGS__ }) / sizeof (uint32_t))

/* A rule for calls of which some bits of an argument have a value. */
static void
add_masked (scmp_filter_ctx  filter,
            uint32_t         action,
            const char      *name,
            unsigned         argument,
            uint64_t         mask,
            uint64_t         value)
{
  struct scmp_arg_cmp condition = SCMP_CMP (argument, SCMP_CMP_MASKED_EQ, mask, value);

  add_rule (filter, action, name, 1, &condition);
}

/* --- Both modes --------------------------------------------------------------------------- */

/* A program may send signals to itself, which abort() does, and to nobody else. */
static void
allow_signals_to_self (scmp_filter_ctx filter,
                       bool            build)
{
  static const char *const calls[] = { "kill", "tgkill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo" };
  scmp_datum_t self = (scmp_datum_t) getpid ();

  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    {
      struct scmp_arg_cmp same = SCMP_CMP (0, SCMP_CMP_EQ, self, 0);
      struct scmp_arg_cmp other = SCMP_CMP (0, SCMP_CMP_NE, self, 0);

      if (!build)
        add_rule (filter, SCMP_ACT_ALLOW, calls[i], 1, &same);
      add_rule (filter, build ? SCMP_ACT_ERRNO (EPERM) : SCMP_ACT_KILL_PROCESS, calls[i], 1, &other);
    }
}

/* A test that is about processes may send signals to its children, and these to themselves. Nobody can tell here which number
 * is whose, so this is for programs whose signals reach nobody else: in a namespace of their own, or kept in by Landlock, or as
 * a user of their own, who can then reach the supervisor at most, and gets no points for that. None that stops: a supervisor
 * that stands still sees nothing. */
static void
allow_signals_to_children (scmp_filter_ctx filter)
{
  static const uint32_t signals[] = { 0, SIGINT, SIGUSR1, SIGABRT, SIGKILL, SIGTERM };
  static const struct
  {
    const char *name;
    unsigned argument; /* which is the signal */
  } calls[] = { { "kill", 1 }, { "tkill", 1 }, { "tgkill", 2 } };

  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
    {
      /* A negative number stands for many processes. */
      struct scmp_arg_cmp many = SCMP_CMP (0, SCMP_CMP_GT, INT_MAX, 0);

      for (size_t j = 0; j < sizeof signals / sizeof signals[0]; j++)
        {
          const struct scmp_arg_cmp one[] = {
            SCMP_CMP (0, SCMP_CMP_LE, INT_MAX, 0),
            SCMP_CMP (calls[i].argument, SCMP_CMP_MASKED_EQ, INT_MASK, signals[j]),
          };

          add_rule (filter, SCMP_ACT_ALLOW, calls[i].name, 2, one);
        }
      add_rule (filter, SCMP_ACT_KILL_PROCESS, calls[i].name, 1, &many);
    }
}

/* --- Tests --------------------------------------------------------------------------------- */

/* No memory that is shared without a file: it counts for nobody when it is not mapped just now. No memory that can be written and
 * executed, at once or one after the other: the test's own code stays what it is. The dynamic linker needs neither. */
static void
allow_mapping (scmp_filter_ctx filter)
{
  const struct scmp_arg_cmp data_of_file[] = {
    SCMP_CMP (2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
    SCMP_CMP (3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0),
  };
  const struct scmp_arg_cmp private_memory[] = {
    SCMP_CMP (2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
    SCMP_CMP (3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_SHARED, MAP_ANONYMOUS),
  };
  const struct scmp_arg_cmp code_of_file[] = {
    SCMP_CMP (2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC),
    SCMP_CMP (3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0),
  };

  add_rule (filter, SCMP_ACT_ALLOW, "mmap", 2, data_of_file);
  add_rule (filter, SCMP_ACT_ALLOW, "mmap", 2, private_memory);
  add_rule (filter, SCMP_ACT_ALLOW, "mmap", 2, code_of_file);
  add_masked (filter, SCMP_ACT_ALLOW, "mprotect", 2, PROT_EXEC, 0);

  /* With this one all that can be read could be executed. All ones is the question what is set. */
  add_masked (filter, SCMP_ACT_ALLOW, "personality", 0, READ_IMPLIES_EXEC, 0);
  ADD_VALUES (filter, SCMP_ACT_ALLOW, "personality", 0, 0xffffffff);
}

/* Threads and processes, but no namespaces: who is root in one of its own reaches much more of the kernel. clone3()
 * hides its flags in memory, so it does not exist. */
static void
allow_cloning (scmp_filter_ctx filter)
{
  const uint64_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                              CLONE_NEWNET;

  add_masked (filter, SCMP_ACT_ALLOW, "clone", CLONE_FLAGS, namespaces, 0);
}

/* LeakSanitizer stops the threads of its own process this way and reads their registers. Writing is not among it. That a
 * program cannot trace others is what Landlock, the process namespace and the supervisor see to. */
static void
allow_leak_sanitizer (scmp_filter_ctx filter)
{
  static const uint64_t requests[] = {
    PTRACE_ATTACH, PTRACE_DETACH, PTRACE_CONT, PTRACE_KILL, PTRACE_GETREGSET,
#ifdef PTRACE_GETREGS
    PTRACE_GETREGS,
#endif
  };

  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
    {
      struct scmp_arg_cmp condition = SCMP_CMP (0, SCMP_CMP_EQ, requests[i], 0);

      add_rule (filter, SCMP_ACT_ALLOW, "ptrace", 1, &condition);
    }
}

static void
allow_descriptors (scmp_filter_ctx filter)
{
  static const uint64_t connected[] = { SOCK_STREAM, SOCK_SEQPACKET };

  /* No F_SETOWN, which has the kernel send signals to whom one likes. No locks: through those on a library, which everybody
   * reads, programs that have nothing else in common could talk, and a hidden test be told to a public one. */
  ADD_VALUES (filter, SCMP_ACT_ALLOW, "fcntl", 1, F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETPIPE_SZ);

  ADD_VALUES (filter, SCMP_ACT_ALLOW, "ioctl", 1, TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX);

  /* No datagrams: who has such a socket can send from it to any socket in the file system. */
  for (size_t i = 0; i < sizeof connected / sizeof connected[0]; i++)
    {
      const struct scmp_arg_cmp conditions[] = {
        SCMP_CMP (0, SCMP_CMP_MASKED_EQ, INT_MASK, AF_UNIX),
        SCMP_CMP (1, SCMP_CMP_MASKED_EQ, 0xf, connected[i]),
      };

      add_rule (filter, SCMP_ACT_ALLOW, "socketpair", 2, conditions);
    }
}

static void
fill_for_tests (scmp_filter_ctx filter)
{
  for (size_t i = 0; i < sizeof allowed_for_tests / sizeof allowed_for_tests[0]; i++)
    add_rule (filter, SCMP_ACT_ALLOW, allowed_for_tests[i], 0, NULL);

  for (size_t i = 0; i < sizeof deadly_for_tests / sizeof deadly_for_tests[0]; i++)
    add_rule (filter, SCMP_ACT_KILL_PROCESS, deadly_for_tests[i], 0, NULL);

  allow_mapping (filter);
  allow_cloning (filter);
  allow_leak_sanitizer (filter);
  allow_descriptors (filter);

  /* One's own limits only: those of the supervisor, which has the same uid, could be made so narrow that it sees nothing. */
  ADD_VALUES (filter, SCMP_ACT_ALLOW, "prlimit64", 0, 0, (uint32_t) getpid ());
}

/* --- Builds ---------------------------------------------------------------------------------- */

static void
fill_for_builds (scmp_filter_ctx filter)
{
  static const uint64_t namespaces[] = { CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                                         CLONE_NEWPID, CLONE_NEWNET };
  struct scmp_arg_cmp other = SCMP_CMP (0, SCMP_CMP_NE, 0, 0);

  for (size_t i = 0; i < sizeof forbidden_for_builds / sizeof forbidden_for_builds[0]; i++)
    add_rule (filter, SCMP_ACT_ERRNO (EPERM), forbidden_for_builds[i], 0, NULL);

  for (size_t i = 0; i < sizeof namespaces / sizeof namespaces[0]; i++)
    add_masked (filter, SCMP_ACT_ERRNO (EPERM), "clone", CLONE_FLAGS, namespaces[i], namespaces[i]);
  add_rule (filter, SCMP_ACT_ERRNO (ENOSYS), "clone3", 0, NULL);

  ADD_VALUES (filter, SCMP_ACT_ERRNO (EPERM), "fcntl", 1, F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY);
  add_rule (filter, SCMP_ACT_ERRNO (EPERM), "prlimit64", 1, &other);
}

void
restrict_system_calls (const Options *options)
{
  bool build = options->mode == MODE_BUILD;
  scmp_filter_ctx filter = seccomp_init (build ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO (ENOSYS));

  if (filter == NULL)
    fail ("seccomp: out of memory");

  /* The calls of another architecture have other numbers, and are no way around. */
  check (seccomp_attr_set (filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "another architecture");

  if (build)
    fill_for_builds (filter);
  else
    fill_for_tests (filter);
  if (options->has_children &&
      (options->level == LEVEL_NAMESPACES || options->is_alone || landlock_stops_signals ()))
    allow_signals_to_children (filter);
  else
    allow_signals_to_self (filter, build);

  check (seccomp_load (filter), "load");
  seccomp_release (filter);
}
