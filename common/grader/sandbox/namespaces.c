/* SPDX-License-Identifier: MIT */

/*
 * Level 1: bubblewrap.
 *
 * The program sees the system's libraries (and for a build, its programs) read-only, an empty /tmp, and what the options
 * name, under the same paths as outside. It has no network, no other processes to see, and no rights to gain.
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
  static const char *const for_builds[] = { "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives" };
  bool build = options->mode == MODE_BUILD;
  const char *const *folders = build ? for_builds : for_tests;
  size_t n = build ? sizeof for_builds / sizeof for_builds[0] : sizeof for_tests / sizeof for_tests[0];

  for (size_t i = 0; i < n; i++)
    add_system_folder (self, folders[i]);
}

/* lab-sandbox again, as the first program inside. */
static void
add_supervisor (Arguments     *self,
                const Options *options,
                const char    *program)
{
  add (self, program);
  add (self, "--inside");
  add_number (self, "--level", (unsigned) options->level);
  add (self, options->mode == MODE_BUILD ? "--mode=build" : "--mode=test");
  if (options->report_fd >= 0)
    add_number (self, "--report", (unsigned) options->report_fd);
  if (options->directory != NULL)
    {
      add (self, "--chdir");
      add (self, options->directory);
    }
  add_number (self, "--cpu", options->cpu_seconds);
  add_number (self, "--wall", options->wall_seconds);
  add_number (self, "--memory", options->memory_mb);
  add_number (self, "--address-space", options->address_space_mb);
  add_number (self, "--processes", options->n_processes);
  add_number (self, "--files", options->file_mb);
  add (self, "--");
  for (size_t i = 0; options->argv[i] != NULL; i++)
    add (self, options->argv[i]);
}

void
enter_namespaces (const Options *options,
                  const char    *self)
{
  Arguments arguments = { .n = 0 };

  add (&arguments, options->bwrap);
  add (&arguments, "--unshare-all");
  add (&arguments, "--die-with-parent");
  add (&arguments, "--new-session");
  add_three (&arguments, "--cap-drop", "ALL", "--proc");
  add_three (&arguments, "/proc", "--dev", "/dev");
  add (&arguments, "--size");
  add_three (&arguments, "67108864", "--tmpfs", "/tmp");
  add_system (&arguments, options);

  for (size_t i = 0; i < options->n_readable; i++)
    add_three (&arguments, "--ro-bind", options->readable[i], options->readable[i]);
  for (size_t i = 0; i < options->n_writable; i++)
    add_three (&arguments, "--bind", options->writable[i], options->writable[i]);
  add_three (&arguments, "--ro-bind", self, self);

  add (&arguments, "--");
  add_supervisor (&arguments, options, self);
  add (&arguments, NULL);

  execv (options->bwrap, (char **) arguments.argv);
  fail ("cannot run %s: %s", options->bwrap, strerror (errno));
}
