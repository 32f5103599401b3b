/* SPDX-License-Identifier: MIT */

/*
 * Running the program and watching it.
 *
 * The supervisor is the parent of the program and of whatever the program leaves behind (it is a subreaper), so when
 * the program has ended it knows whether something survived, and kills it. It has the same uid as the
 * program, so it must not be touched by it: it cannot be traced (it is not "dumpable"), and who
 * kills it gets no report, which the grader takes for what it is.
 */

#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How often the memory is looked at. */
#define WATCH_INTERVAL_MS 20

typedef struct
{
  const Options *options;
  pid_t program;
  int signals;
  long long started_ms;

  bool has_ended;
  int wait_status;
  const char *stopped_for; /* why we killed it, or NULL */
  unsigned n_survivors;
  long max_memory_kb;
} Supervisor;

static long long
now_ms (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* --- The program's side ---------------------------------------------------------------- */

static void
run_program (const Options *options)
{
  sigset_t none;

  setsid ();
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);

  if (options->directory != NULL && chdir (options->directory) != 0)
    fail ("cannot enter %s: %s", options->directory, strerror (errno));

  set_limits (options);
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    fail ("cannot give up new privileges: %s", strerror (errno));
  if (options->level == LEVEL_LANDLOCK)
    restrict_files (options);
  if (options->level != LEVEL_NONE)
    restrict_system_calls (options);

  execv (options->argv[0], options->argv);
  fail ("cannot run %s: %s", options->argv[0], strerror (errno));
}

/* --- Processes ------------------------------------------------------------------------- */

/* Reads a small file of /proc. */
static bool
read_proc (pid_t       pid,
           const char *name,
           char       *buffer,
           size_t      size)
{
  char path[64];
  FILE *file;
  size_t n;

  snprintf (path, sizeof path, "/proc/%d/%s", (int) pid, name);
  file = fopen (path, "re");
  if (file == NULL)
    return false;

  n = fread (buffer, 1, size - 1, file);
  buffer[n] = '\0';
  fclose (file);

  return n > 0;
}

static pid_t
parent_of (pid_t pid)
{
  char stat[1024];
  const char *end;
  int parent = 0;

  /* The name of the program comes first, in parentheses, and may contain some. */
  if (read_proc (pid, "stat", stat, sizeof stat) && (end = strrchr (stat, ')')) != NULL)
    (void) sscanf (end + 1, " %*c %d", &parent);

  return parent;
}

/* Orphans become our children, so a descendant is who leads back to us by its parents. */
static bool
is_descendant (pid_t pid)
{
  for (pid_t parent = parent_of (pid); parent > 1; parent = parent_of (parent))
    if (parent == getpid ())
      return true;

  return false;
}

static size_t
for_each_descendant (void (*func) (Supervisor *self,
                                   pid_t       pid),
                     Supervisor *self)
{
  DIR *proc = opendir ("/proc");
  struct dirent *entry;
  size_t n = 0;

  while (proc != NULL && (entry = readdir (proc)) != NULL)
    {
      pid_t pid = (pid_t) atoi (entry->d_name);

      if (pid > 0 && is_descendant (pid))
        {
          func (self, pid);
          n++;
        }
    }

  if (proc != NULL)
    closedir (proc);

  return n;
}

static void
reap (Supervisor *self)
{
  int status;
  pid_t pid;

  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    if (pid == self->program)
      {
        self->has_ended = true;
        self->wait_status = status;
      }
}

static void
kill_one (Supervisor *self,
          pid_t       pid)
{
  (void) self;
  kill (pid, SIGKILL);
}

/* Kills all that is left. What forks faster than we look is out of luck where nobody else has its uid: there
 * one call reaches all at once. */
static void
kill_all (Supervisor *self)
{
  const Options *options = self->options;
  bool is_alone = options->level == LEVEL_NAMESPACES || options->uid != 0;

  do
    {
      if (is_alone)
        kill (-1, SIGKILL);
      reap (self);
    }
  while (for_each_descendant (kill_one, self) > 0);

  reap (self);
}

static void
ignore (Supervisor *self,
        pid_t       pid)
{
  (void) self;
  (void) pid;
}

/* --- Watching ---------------------------------------------------------------------------- */

static long memory_kb;

static void
add_memory (Supervisor *self,
            pid_t       pid)
{
  char statm[256];
  long pages = 0;

  (void) self;
  if (read_proc (pid, "statm", statm, sizeof statm) && sscanf (statm, "%*d %ld", &pages) == 1)
    memory_kb += pages * (sysconf (_SC_PAGESIZE) / 1024);
}

static void
watch_memory (Supervisor *self)
{
  memory_kb = 0;
  for_each_descendant (add_memory, self);

  if (memory_kb > self->max_memory_kb)
    self->max_memory_kb = memory_kb;
  if (memory_kb > self->options->memory_mb * 1024L)
    self->stopped_for = "memory";
}

/* Waits for a signal, but not longer than until the next look at the memory. */
static void
wait_a_moment (Supervisor *self)
{
  struct pollfd poll_fd = { .fd = self->signals, .events = POLLIN };
  struct signalfd_siginfo info;

  if (poll (&poll_fd, 1, WATCH_INTERVAL_MS) <= 0)
    return;

  while (read (self->signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD)
      self->stopped_for = "request";
}

static void
watch (Supervisor *self)
{
  while (!self->has_ended && self->stopped_for == NULL)
    {
      wait_a_moment (self);
      reap (self);
      if (self->has_ended)
        break;

      if (now_ms () - self->started_ms > self->options->wall_seconds * 1000LL)
        self->stopped_for = "wall";
      else
        watch_memory (self);
    }
}

/* --- The report -------------------------------------------------------------------------- */

/* One line: how it ended, and what it cost. */
static void
write_report (Supervisor *self)
{
  struct rusage usage;
  long long cpu_ms;
  const char *how = "exit";
  int value = 0;

  getrusage (RUSAGE_CHILDREN, &usage);
  cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000LL +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;

  if (WIFSIGNALED (self->wait_status))
    {
      how = "signal";
      value = WTERMSIG (self->wait_status);
    }
  else
    {
      value = WEXITSTATUS (self->wait_status);
    }

  /* Who ignores SIGXCPU is killed a second later. */
  if (self->stopped_for == NULL && WIFSIGNALED (self->wait_status) &&
      (value == SIGXCPU || (value == SIGKILL && cpu_ms >= self->options->cpu_seconds * 1000LL)))
    self->stopped_for = "cpu";

  dprintf (self->options->report_fd, "%s %d stopped=%s survivors=%u cpu_ms=%lld wall_ms=%lld memory_kb=%ld\n",
           how, value, self->stopped_for != NULL ? self->stopped_for : "no", self->n_survivors,
           cpu_ms, now_ms () - self->started_ms, self->max_memory_kb);
}

/* As a shell would tell it. */
static int
exit_status (const Supervisor *self)
{
  return WIFSIGNALED (self->wait_status) ? 128 + WTERMSIG (self->wait_status) : WEXITSTATUS (self->wait_status);
}

int
supervise (const Options *options)
{
  Supervisor self = { .options = options };
  sigset_t signals;

  /* When the grader dies, we are told, and take the program with us. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  prctl (PR_SET_CHILD_SUBREAPER, 1);

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGHUP);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  self.signals = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (options->report_fd >= 0)
    fcntl (options->report_fd, F_SETFD, FD_CLOEXEC);

  /* Before there is anybody who could trace us. The program gets it back when it is executed. */
  prctl (PR_SET_DUMPABLE, 0);

  self.started_ms = now_ms ();
  self.program = fork ();
  if (self.program < 0)
    fail ("cannot fork: %s", strerror (errno));
  if (self.program == 0)
    run_program (options);

  watch (&self);

  reap (&self);
  if (self.stopped_for == NULL)
    self.n_survivors = (unsigned) for_each_descendant (ignore, &self);
  kill_all (&self);

  if (options->report_fd >= 0)
    write_report (&self);

  return exit_status (&self);
}
