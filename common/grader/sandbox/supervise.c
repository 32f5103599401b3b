/* SPDX-License-Identifier: MIT */

/*
 * Running the program and watching it.
 *
 * The supervisor is the parent of the program and of whatever the program leaves behind, so when the program has ended it knows
 * whether something survived, and kills it. It has the same uid as the program, so it must not be touched by it: it
 * cannot be traced (it is not "dumpable"), and who kills it gets no report, which the grader takes for what it is.
 *
 * The report is two lines: "begin PID" when the program runs, and at the end how it ended. If the first is missing it was us who failed,
 * if the second is missing somebody killed us.
 */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How often we look at what the processes use, and at most how much of our time that may take. */
#define WATCH_INTERVAL_MS 20
#define WATCH_SHARE 5

/* How long killed processes may take to die; who is in the middle of something in the kernel ends that first. */
#define TIME_TO_DIE_MS 10000

typedef struct
{
  const Options *options;
  pid_t program;
  int signals;
  long long started_ms;

  long long next_look_ms;
  long long busy_ms;      /* when they were last seen to do something */
  long long cpu_ms;       /* as of then */
  long max_memory_kb;

  const char *stopped_for; /* why we killed it, or NULL */
  unsigned n_survivors;
  int wait_status;
} Supervisor;

static long long
now_ms (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* --- The program's side ---------------------------------------------------------------- */

/* Should memory run out, the program goes first, and not the grader. */
static void
offer_to_die_first (void)
{
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (write (fd, "1000", 4) < 0)
    (void) errno; /* then it is not first */
  close (fd);
}

static void
close_between (int first,
               int last)
{
  if (first > last || syscall (SYS_close_range, first, last, 0) == 0)
    return;

  /* Linux before 5.9 */
  for (int fd = first; fd <= last && fd < 65536; fd++)
    close (fd);
}

/* Whatever we have open is none of the program's business, whoever gave it to us. */
static void
close_all_but (int one,
               int other)
{
  int low = one < other ? one : other;
  int high = one < other ? other : one;

  close_between (STDERR_FILENO + 1, low - 1);
  close_between ((low > STDERR_FILENO ? low : STDERR_FILENO) + 1, high - 1);
  close_between ((high > STDERR_FILENO ? high : STDERR_FILENO) + 1, INT_MAX);
}

/* A signal that the grader's parent ignored, say by nohup, would be ignored by the program. */
static void
reset_signals (void)
{
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

/* Who hears of a failure between fork() and execve(). */
static int failure_fd = -1;

static void
tell_of_failure (void)
{
  if (failure_fd >= 0 && write (failure_fd, "x", 1) < 0)
    _exit (125);
}

static void
run_program (const Options *options)
{
  atexit (tell_of_failure);

  /* All that it starts stays in this process group, as it may not make another: so one call reaches them all. */
  setsid ();
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  reset_signals ();
  close_all_but (options->keep_fd, failure_fd);

  if (options->directory != NULL && chdir (options->directory) != 0)
    fail ("cannot enter %s: %s", options->directory, strerror (errno));

  offer_to_die_first ();
  set_limits (options);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    fail ("cannot give up new privileges: %s", strerror (errno));
  if (options->level == LEVEL_LANDLOCK || (options->level == LEVEL_NAMESPACES && landlock_is_available ()))
    restrict_files (options);
  if (options->level != LEVEL_NONE)
    restrict_system_calls (options);

  execv (options->argv[0], options->argv);
  fail ("cannot run %s: %s", options->argv[0], strerror (errno));
}

/* Starts the program and waits until it really runs. */
static pid_t
start_program (const Options *options)
{
  int fds[2];
  char byte;
  pid_t pid;

  if (pipe2 (fds, O_CLOEXEC) != 0)
    fail ("cannot make a pipe: %s", strerror (errno));

  pid = fork ();
  if (pid < 0)
    fail ("cannot fork: %s", strerror (errno));
  if (pid == 0)
    {
      failure_fd = fds[1];
      run_program (options);
    }

  /* The pipe is closed by execve(). It said itself what it failed at. */
  close (fds[1]);
  if (read (fds[0], &byte, 1) != 0)
    {
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
      exit (125);
    }
  close (fds[0]);

  return pid;
}

/* --- Watching ---------------------------------------------------------------------------- */

/* It is not asked how it ended yet: as long as it is not, nobody else can have its number. */
static bool
has_ended (Supervisor *self)
{
  siginfo_t info = { .si_pid = 0 };

  return waitid (P_PID, (id_t) self->program, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

static long long
dead_children_cpu_ms (struct rusage *usage)
{
  getrusage (RUSAGE_CHILDREN, usage);

  return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000LL +
         (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000;
}

/* What each process may use the kernel limits, but there may be many of them. */
static void
look (Supervisor *self)
{
  const Options *options = self->options;
  long limit_kb = options->memory_mb * 1024L;
  long long before = now_ms ();
  struct rusage dead;
  long long cpu_ms;
  Usage usage;

  if (!look_at_descendants (&usage, limit_kb, 0))
    {
      self->stopped_for = "blindness";
      return;
    }

  cpu_ms = usage.cpu_ticks * 1000 / sysconf (_SC_CLK_TCK) + dead_children_cpu_ms (&dead);
  if (usage.is_busy || cpu_ms != self->cpu_ms)
    self->busy_ms = before;
  self->cpu_ms = cpu_ms;
  if (usage.memory_kb > self->max_memory_kb)
    self->max_memory_kb = usage.memory_kb;

  if (usage.memory_kb > limit_kb)
    self->stopped_for = "memory";
  else if (cpu_ms > options->cpu_seconds * 1000LL)
    self->stopped_for = "cpu";
  else if (options->idle_seconds > 0 && before - self->busy_ms > options->idle_seconds * 1000LL)
    self->stopped_for = "idle";

  self->next_look_ms = now_ms () + WATCH_INTERVAL_MS + (now_ms () - before) * WATCH_SHARE;
}

/* Waits for a signal, or until there is something to look at. The grader closes its end of the control pipe when it wants us to stop, and the
 * kernel does when the grader is dead. */
static void
wait_a_moment (Supervisor *self)
{
  struct pollfd poll_fds[] = {
    { .fd = self->signals, .events = POLLIN },
    { .fd = self->options->control_fd, .events = 0 },
  };
  struct signalfd_siginfo info;

  (void) poll (poll_fds, 2, WATCH_INTERVAL_MS);

  while (read (self->signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD)
      self->stopped_for = "request";
  if (poll_fds[1].revents != 0)
    self->stopped_for = "request";
}

static void
watch (Supervisor *self)
{
  while (self->stopped_for == NULL)
    {
      wait_a_moment (self);
      if (self->stopped_for != NULL || has_ended (self))
        break;

      if (now_ms () - self->started_ms > self->options->wall_seconds * 1000LL)
        self->stopped_for = "wall";
      else if (now_ms () >= self->next_look_ms)
        look (self);
    }
}

/* --- The end --------------------------------------------------------------------------------- */

/* Kills all that is left, and returns when it is dead. A process that has been sent SIGKILL makes no children any more. */
static void
kill_all (Supervisor *self)
{
  const Options *options = self->options;
  bool is_alone = options->level == LEVEL_NAMESPACES || options->is_alone;
  long long begun_ms = now_ms ();
  bool ended = false;

  while (!ended && now_ms () - begun_ms < TIME_TO_DIE_MS)
    {
      int status;
      pid_t pid;

      kill (-self->program, SIGKILL);
      if (is_alone)
        kill (-1, SIGKILL);
      else
        look_at_descendants (NULL, 0, SIGKILL);

      /* Orphans become our children, so when we have none left there is nobody. */
      while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
        if (pid == self->program)
          self->wait_status = status;
      ended = pid < 0 && errno == ECHILD;
      if (!ended)
        usleep (1000);
    }
}

/* How it ended, and what it cost. */
static void
write_report (Supervisor *self)
{
  const Options *options = self->options;
  struct rusage usage;
  long long cpu_ms = dead_children_cpu_ms (&usage);
  bool by_signal = WIFSIGNALED (self->wait_status);
  int value = by_signal ? WTERMSIG (self->wait_status) : WEXITSTATUS (self->wait_status);

  if (usage.ru_maxrss > self->max_memory_kb)
    self->max_memory_kb = usage.ru_maxrss;

  /* Who ignores SIGXCPU is killed a second later. And who used too much between two looks used too much. */
  if (self->stopped_for == NULL && by_signal &&
      (value == SIGXCPU || (value == SIGKILL && cpu_ms >= options->cpu_seconds * 1000LL)))
    self->stopped_for = "cpu";
  else if (self->stopped_for == NULL && self->max_memory_kb > options->memory_mb * 1024L)
    self->stopped_for = "memory";

  dprintf (options->report_fd, "end %s %d stopped=%s survivors=%u cpu_ms=%lld wall_ms=%lld memory_kb=%ld\n",
           by_signal ? "signal" : "exit", value, self->stopped_for != NULL ? self->stopped_for : "no", self->n_survivors,
           cpu_ms, now_ms () - self->started_ms, self->max_memory_kb);
}

/* --- All of it ------------------------------------------------------------------------------------ */

static void
prepare (Supervisor *self)
{
  const Options *options = self->options;
  sigset_t signals;

  if (options->level == LEVEL_NAMESPACES && getpid () != 1)
    fail ("not in a namespace of our own");
  if (!look_at_descendants (NULL, 0, 0))
    fail ("/proc is not there, so nothing can be watched");

  prctl (PR_SET_CHILD_SUBREAPER, 1);

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  self->signals = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self->signals < 0)
    fail ("cannot wait for signals: %s", strerror (errno));

  /* Before there is anybody who could trace us. The program gets it back when it is executed. */
  prctl (PR_SET_DUMPABLE, 0);
  drop_capabilities ();
}

int
supervise (const Options *options)
{
  Supervisor self = { .options = options };
  Usage usage = { 0 };

  prepare (&self);
  self.program = start_program (options);
  if (options->report_fd >= 0)
    dprintf (options->report_fd, "begin %d\n", (int) self.program);

  self.started_ms = self.busy_ms = now_ms ();
  self.next_look_ms = self.started_ms + WATCH_INTERVAL_MS;
  watch (&self);

  if (self.stopped_for == NULL && look_at_descendants (&usage, 0, 0))
    self.n_survivors = usage.n_alive;
  kill_all (&self);

  if (options->report_fd >= 0)
    write_report (&self);

  /* The program's own status is in the report: one that exits with 125 must not look like our failure. */
  return options->report_fd >= 0                ? 0
         : WIFSIGNALED (self.wait_status) ? 128 + WTERMSIG (self.wait_status)
                                          : WEXITSTATUS (self.wait_status);
}
