/* SPDX-License-Identifier: MIT */

/*
 * The processes below this one, as /proc shows them.
 *
 * This process is a subreaper: whoever loses its parent becomes our child. So a descendant is who leads back to us by its
 * parents, however it tried to get away.
 */

#include "sandbox.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  pid_t pid;
  pid_t parent;
  char state;
  unsigned long long cpu_ticks;
} Process;

typedef struct
{
  Process *array;
  size_t n;
  size_t capacity;
} Processes;

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

static bool
read_process (pid_t    pid,
              Process *self)
{
  char stat[1024];
  const char *end;
  unsigned long user, system;
  long children_user, children_system;
  int parent;

  /* The name of the program comes first, in parentheses, and may contain some. */
  if (!read_proc (pid, "stat", stat, sizeof stat) || (end = strrchr (stat, ')')) == NULL ||
      sscanf (end + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &self->state, &parent, &user, &system,
              &children_user, &children_system) != 6)
    return false;

  self->pid = pid;
  self->parent = (pid_t) parent;
  self->cpu_ticks = user + system + (unsigned long) children_user + (unsigned long) children_system;

  return true;
}

/* Everybody that /proc shows. */
static bool
read_all (Processes *self)
{
  DIR *proc = opendir ("/proc");
  struct dirent *entry;
  Process process;

  if (proc == NULL)
    return false;

  while ((entry = readdir (proc)) != NULL)
    {
      if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !read_process ((pid_t) atoi (entry->d_name), &process))
        continue;

      if (self->n == self->capacity)
        {
          self->capacity = self->capacity * 2 + 64;
          self->array = realloc (self->array, self->capacity * sizeof *self->array);
          if (self->array == NULL)
            fail ("out of memory");
        }
      self->array[self->n++] = process;
    }
  closedir (proc);

  return true;
}

static const Process *
find (const Processes *self,
      pid_t            pid)
{
  for (size_t i = 0; i < self->n; i++)
    if (self->array[i].pid == pid)
      return &self->array[i];

  return NULL;
}

static bool
is_descendant (const Processes *self,
               const Process   *process)
{
  size_t steps = 0;

  /* What was read at different moments need not be a tree, but there are not more steps than processes. */
  while (process != NULL && process->pid != getpid () && steps++ <= self->n)
    {
      if (process->parent == getpid ())
        return true;
      process = find (self, process->parent);
    }

  return false;
}

/* The sum of some lines of a file like "VmRSS:     1234 kB". */
static long
sum_lines (const char        *text,
           const char *const *names)
{
  long sum = 0;

  for (size_t i = 0; names[i] != NULL; i++)
    {
      const char *line = strstr (text, names[i]);

      if (line != NULL)
        sum += strtol (line + strlen (names[i]), NULL, 10);
    }

  return sum;
}

/* Page tables count as well: to read one byte of each page of a large empty mapping costs no memory but theirs. What was
 * swapped out is still taken. */
static long
get_memory (pid_t pid,
            bool  exact)
{
  static const char *const quick_names[] = { "\nVmRSS:", "\nVmPTE:", "\nVmSwap:", NULL };
  static const char *const table_names[] = { "\nVmPTE:", NULL };
  static const char *const exact_names[] = { "\nPss:", "\nSwapPss:", NULL };
  char status[8192], rollup[4096];

  if (!read_proc (pid, "status", status, sizeof status))
    return 0;

  /* A process and its children share most of what they have; who has shared pages with how many others takes the
   * kernel longer to say, so it is only asked when it matters. */
  if (exact && read_proc (pid, "smaps_rollup", rollup, sizeof rollup) && strstr (rollup, "\nPss:") != NULL)
    return sum_lines (rollup, exact_names) + sum_lines (status, table_names);

  return sum_lines (status, quick_names);
}

static void
measure (const Processes *self,
         Usage           *usage,
         long             memory_limit_kb,
         int              signal_number)
{
  long exact_kb = 0;

  *usage = (Usage) { 0 };

  for (size_t i = 0; i < self->n; i++)
    {
      const Process *process = &self->array[i];

      if (!is_descendant (self, process))
        continue;

      usage->cpu_ticks += (long long) process->cpu_ticks;
      if (process->state == 'Z' || process->state == 'X')
        continue;

      usage->n_alive++;
      usage->memory_kb += get_memory (process->pid, false);
      usage->is_busy |= process->state == 'R' || process->state == 'D';
      if (signal_number != 0)
        kill (process->pid, signal_number);
    }

  if (memory_limit_kb <= 0 || usage->memory_kb <= memory_limit_kb)
    return;

  for (size_t i = 0; i < self->n; i++)
    if (is_descendant (self, &self->array[i]))
      exact_kb += get_memory (self->array[i].pid, true);
  usage->memory_kb = exact_kb;
}

bool
look_at_descendants (Usage *usage,
                     long   memory_limit_kb,
                     int    signal_number)
{
  Processes processes = { NULL, 0, 0 };
  Usage ignored;

  if (!read_all (&processes))
    return false;

  measure (&processes, usage != NULL ? usage : &ignored, memory_limit_kb, signal_number);
  free (processes.array);

  return true;
}
