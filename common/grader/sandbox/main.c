/* SPDX-License-Identifier: MIT */

/*
 * lab-sandbox: the command line.
 *
 * The grader starts it as `lab-sandbox --level=N ... -- PROGRAM ARGUMENTS`. It gives up the rights of root for
 * good, and then takes one of two ways:
 *
 *     level 1:  exec bubblewrap ──> lab-sandbox --inside ──> supervise ──fork──> PROGRAM
 *     level 2:                                               supervise ──fork──> PROGRAM
 *
 * How the program ended goes to the report's file descriptor, which the program does not have.
 *
 * `lab-sandbox --uid=N --clean` only kills what a user still has running.
 */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  OPTION_LEVEL = 256,
  OPTION_MODE,
  OPTION_UID,
  OPTION_GROUP,
  OPTION_REPORT,
  OPTION_CONTROL,
  OPTION_KEEP,
  OPTION_READ,
  OPTION_WRITE,
  OPTION_CHDIR,
  OPTION_CHILDREN,
  OPTION_CPU,
  OPTION_WALL,
  OPTION_IDLE,
  OPTION_MEMORY,
  OPTION_PROCESSES,
  OPTION_FILES,
  OPTION_BWRAP,
  OPTION_INSIDE,
  OPTION_CLEAN,
};

static const struct option long_options[] = {
  { "level", required_argument, NULL, OPTION_LEVEL },
  { "mode", required_argument, NULL, OPTION_MODE },
  { "uid", required_argument, NULL, OPTION_UID },
  { "group", required_argument, NULL, OPTION_GROUP },
  { "report", required_argument, NULL, OPTION_REPORT },
  { "control", required_argument, NULL, OPTION_CONTROL },
  { "keep", required_argument, NULL, OPTION_KEEP },
  { "read", required_argument, NULL, OPTION_READ },
  { "write", required_argument, NULL, OPTION_WRITE },
  { "chdir", required_argument, NULL, OPTION_CHDIR },
  { "children", no_argument, NULL, OPTION_CHILDREN },
  { "cpu", required_argument, NULL, OPTION_CPU },
  { "wall", required_argument, NULL, OPTION_WALL },
  { "idle", required_argument, NULL, OPTION_IDLE },
  { "memory", required_argument, NULL, OPTION_MEMORY },
  { "processes", required_argument, NULL, OPTION_PROCESSES },
  { "files", required_argument, NULL, OPTION_FILES },
  { "bwrap", required_argument, NULL, OPTION_BWRAP },
  { "inside", no_argument, NULL, OPTION_INSIDE },
  { "clean", no_argument, NULL, OPTION_CLEAN },
  { NULL, 0, NULL, 0 },
};

/* What the command line says besides what is to be run. */
typedef struct
{
  bool inside;
  bool clean;
} Task;

void
fail (const char *format,
      ...)
{
  va_list arguments;

  fputs ("lab-sandbox: ", stderr);
  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fputc ('\n', stderr);

  exit (125);
}

static unsigned
parse_number (const char *text)
{
  char *end;
  unsigned long value;

  errno = 0;
  value = strtoul (text, &end, 10);
  if (errno != 0 || *end != '\0' || end == text || value > 0x7fffffff)
    fail ("not a number: %s", text);

  return (unsigned) value;
}

static void
add_path (const char **paths,
          size_t      *n,
          const char  *path)
{
  if (path[0] != '/')
    fail ("not an absolute path: %s", path);
  if (*n == MAX_PATHS)
    fail ("too many paths");

  paths[(*n)++] = path;
}

/* Options whose value is a number. */
static void
parse_number_option (int      option,
                     Options *options)
{
  unsigned value = optarg != NULL ? parse_number (optarg) : 0;

  switch (option)
    {
    case OPTION_LEVEL:
      options->level = (Level) value;
      break;
    case OPTION_UID:
      options->uid = value;
      break;
    case OPTION_GROUP:
      options->group = value;
      break;
    case OPTION_REPORT:
      options->report_fd = (int) value;
      break;
    case OPTION_CONTROL:
      options->control_fd = (int) value;
      break;
    case OPTION_KEEP:
      options->keep_fd = (int) value;
      break;
    case OPTION_CPU:
      options->cpu_seconds = value;
      break;
    case OPTION_WALL:
      options->wall_seconds = value;
      break;
    case OPTION_IDLE:
      options->idle_seconds = value;
      break;
    case OPTION_MEMORY:
      options->memory_mb = value;
      break;
    case OPTION_PROCESSES:
      options->n_processes = value;
      break;
    case OPTION_FILES:
      options->file_mb = value;
      break;
    default:
      exit (125);
    }
}

static void
parse (int      argc,
       char   **argv,
       Options *options,
       Task    *task)
{
  int option;

  while ((option = getopt_long (argc, argv, "+", long_options, NULL)) != -1)
    switch (option)
      {
      case OPTION_MODE:
        options->mode = strcmp (optarg, "build") == 0 ? MODE_BUILD : MODE_TEST;
        break;
      case OPTION_READ:
        add_path (options->readable, &options->n_readable, optarg);
        break;
      case OPTION_WRITE:
        add_path (options->writable, &options->n_writable, optarg);
        break;
      case OPTION_CHDIR:
        options->directory = optarg;
        break;
      case OPTION_CHILDREN:
        options->has_children = true;
        break;
      case OPTION_BWRAP:
        options->bwrap = optarg;
        break;
      case OPTION_INSIDE:
        task->inside = true;
        break;
      case OPTION_CLEAN:
        task->clean = true;
        break;
      default:
        parse_number_option (option, options);
        break;
      }

  options->argv = argv + optind;
  if (options->argv[0] == NULL && !task->clean)
    fail ("no program given");
  if (options->level > LEVEL_LANDLOCK)
    fail ("there is no level %u", (unsigned) options->level);
}

/* Root's rights are given up for good: real, effective and saved, and the groups. */
static void
become (Options *options)
{
  gid_t group = options->group;
  uid_t uid = options->uid;

  if (geteuid () != 0 || uid == 0)
    return;

  if (setgroups (group != 0 ? 1 : 0, &group) != 0 || setresgid (uid, uid, uid) != 0 || setresuid (uid, uid, uid) != 0)
    fail ("cannot become uid %u: %s", (unsigned) uid, strerror (errno));

  if (setuid (0) == 0 || setgid (0) == 0)
    fail ("could become root again");

  options->is_alone = true;
}

/* Kills all that a user has, whatever group or session it hid in. */
static int
clean (const Options *options)
{
  if (!options->is_alone)
    fail ("whose processes are to be killed?");

  /* One call reaches all of them. A dead one whose parent never asks how it ended is no reason to wait for ever. */
  for (int i = 0; i < 100 && kill (-1, SIGKILL) == 0; i++)
    usleep (1000);

  return 0;
}

int
main (int    argc,
      char **argv)
{
  Options options = {
    .mode = MODE_TEST,
    .report_fd = -1,
    .control_fd = -1,
    .keep_fd = -1,
    .cpu_seconds = 10,
    .wall_seconds = 60,
    .memory_mb = 1024,
    .n_processes = 64,
    .file_mb = 16,
    .bwrap = "/usr/bin/bwrap",
  };
  Task task = { false, false };
  int self_fd;

  parse (argc, argv, &options, &task);

  /* While we still may: the folder that we are in may be closed to who we are about to become. */
  self_fd = options.level == LEVEL_NAMESPACES && !task.inside ? open ("/proc/self/exe", O_PATH) : -1;
  become (&options);

  if (task.clean)
    return clean (&options);
  if (options.level == LEVEL_NAMESPACES && !task.inside)
    enter_namespaces (&options, self_fd);

  return supervise (&options);
}
