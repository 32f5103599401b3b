/* SPDX-License-Identifier: MIT */

/*
 * Level 1: bubblewrap.
 *
 * The program sees the system's libraries (and for a build, its programs) read-only, and what the options name, under the
 * same paths as outside. It has no network, no other processes to see, and no rights to gain.
 *
 * Our supervisor is the first process inside. So nothing inside can send it a signal that it does not want, not even SIGKILL, and when
 * it ends the kernel ends all others, whatever they did to hide.
 */

#include "sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_ARGUMENTS 512

typedef struct
{
  const char *argv[MAX_ARGUMENTS];
  size_t n;
} Arguments;

static void
add (Arguments  *self,
     const char *argument)
{
  if (self->n + 1 >= MAX_ARGUMENTS)
    fail ("too many arguments");

  self->argv[self->n++] = argument;
}

static void
add_three (Arguments  *self,
           const char *option,
           const char *first,
           const char *second)
{
  add (self, option);
  add (self, first);
  add (self, second);
}

/* --option=NUMBER */
static void
add_number (Arguments  *self,
            const char *option,
            unsigned    value)
{
  char *text;

  if (asprintf (&text, "%s=%u", option, value) < 0)
    fail ("out of memory");
  add (self, text);
}

/* A folder of the system, or the symbolic link that it is on a system with a merged /usr. */
static void
add_system_folder (Arguments  *self,
                   const char *path)
{
  struct stat info;
  char target[4096];
  ssize_t n;

  if (lstat (path, &info) != 0)
    return;

  if (!S_ISLNK (info.st_mode))
    {
      add_three (self, "--ro-bind", path, path);
      return;
    }

  n = readlink (path, target, sizeof target - 1);
  if (n < 0)
    return;
  target[n] = '\0';
  add_three (self, "--symlink", strdup (target), path);
}

/* What the program may see of the system. */
static void
add_system (Arguments     *self,
            const Options *options)
{
  static const char *const for_tests[] = { "/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64" };
  static const char *const for_builds[] = { "/usr/bin", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
                                            "/usr/local/bin", "/usr/local/include", "/usr/local/lib", "/bin", "/lib",
                                            "/lib32", "/lib64", "/etc/alternatives" };
  bool build = options->mode == MODE_BUILD;
  const char *const *folders = build ? for_builds : for_tests;
  size_t n = build ? sizeof for_builds / sizeof for_builds[0] : sizeof for_tests / sizeof for_tests[0];

  for (size_t i = 0; i < n; i++)
    add_system_folder (self, folders[i]);

  /* Not bubblewrap's own /dev: that one has a /dev/shm, and who fills it fills the machine's memory. */
  add_three (self, "--dev-bind", "/dev/null", "/dev/null");
  add_three (self, "--dev-bind", "/dev/urandom", "/dev/urandom");
}

/* lab-sandbox again, as the first program inside. */
static void
add_supervisor (Arguments     *self,
                const Options *options,
                int            self_fd)
{
  char *program;

  /* The folder that it is in need not be one that we may enter now. */
  if (asprintf (&program, "/proc/self/fd/%d", self_fd) < 0)
    fail ("out of memory");

  add (self, program);
  add (self, "--inside");
  add_number (self, "--level", (unsigned) options->level);
  add (self, options->mode == MODE_BUILD ? "--mode=build" : "--mode=test");
  if (options->report_fd >= 0)
    add_number (self, "--report", (unsigned) options->report_fd);
  if (options->control_fd >= 0)
    add_number (self, "--control", (unsigned) options->control_fd);
  if (options->keep_fd >= 0)
    add_number (self, "--keep", (unsigned) options->keep_fd);
  for (size_t i = 0; i < options->n_readable; i++)
    {
      add (self, "--read");
      add (self, options->readable[i]);
    }
  for (size_t i = 0; i < options->n_writable; i++)
    {
      add (self, "--write");
      add (self, options->writable[i]);
    }
  if (options->directory != NULL)
    {
      add (self, "--chdir");
      add (self, options->directory);
    }
  if (options->has_children)
    add (self, "--children");
  add_number (self, "--cpu", options->cpu_seconds);
  add_number (self, "--wall", options->wall_seconds);
  add_number (self, "--idle", options->idle_seconds);
  add_number (self, "--memory", options->memory_mb);
  add_number (self, "--processes", options->n_processes);
  add_number (self, "--files", options->file_mb);
  add (self, "--");
  for (size_t i = 0; options->argv[i] != NULL; i++)
    add (self, options->argv[i]);
}

void
enter_namespaces (const Options *options,
                  int            self_fd)
{
  Arguments arguments = { .n = 0 };

  add (&arguments, options->bwrap);
  add (&arguments, "--unshare-all");
  add (&arguments, "--die-with-parent");
  add (&arguments, "--new-session");
  add (&arguments, "--as-pid-1");
  add_three (&arguments, "--cap-drop", "ALL", "--proc");
  add (&arguments, "/proc");
  add_system (&arguments, options);

  for (size_t i = 0; i < options->n_readable; i++)
    add_three (&arguments, "--ro-bind", options->readable[i], options->readable[i]);
  for (size_t i = 0; i < options->n_writable; i++)
    add_three (&arguments, "--bind", options->writable[i], options->writable[i]);

  /* What holds all these is a file system in memory, which we own: whoever may write it may fill the memory. */
  add (&arguments, "--remount-ro");
  add (&arguments, "/");

  add (&arguments, "--");
  add_supervisor (&arguments, options, self_fd);
  add (&arguments, NULL);

  execv (options->bwrap, (char **) arguments.argv);
  fail ("cannot run %s: %s", options->bwrap, strerror (errno));
}
