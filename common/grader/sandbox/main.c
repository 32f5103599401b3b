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
 */

#include "sandbox.h"

#include <errno.h>
#include <getopt.h>
#include <grp.h>
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
  OPTION_REPORT,
  OPTION_READ,
  OPTION_WRITE,
  OPTION_CHDIR,
  OPTION_CPU,
  OPTION_WALL,
  OPTION_MEMORY,
  OPTION_ADDRESS_SPACE,
  OPTION_PROCESSES,
  OPTION_FILES,
  OPTION_BWRAP,
  OPTION_INSIDE,
  OPTION_PROBE,
};

static const struct option long_options[] = {
  { "level", required_argument, NULL, OPTION_LEVEL },
  { "mode", required_argument, NULL, OPTION_MODE },
  { "uid", required_argument, NULL, OPTION_UID },
  { "report", required_argument, NULL, OPTION_REPORT },
  { "read", required_argument, NULL, OPTION_READ },
  { "write", required_argument, NULL, OPTION_WRITE },
  { "chdir", required_argument, NULL, OPTION_CHDIR },
  { "cpu", required_argument, NULL, OPTION_CPU },
  { "wall", required_argument, NULL, OPTION_WALL },
  { "memory", required_argument, NULL, OPTION_MEMORY },
  { "address-space", required_argument, NULL, OPTION_ADDRESS_SPACE },
  { "processes", required_argument, NULL, OPTION_PROCESSES },
  { "files", required_argument, NULL, OPTION_FILES },
  { "bwrap", required_argument, NULL, OPTION_BWRAP },
  { "inside", no_argument, NULL, OPTION_INSIDE },
  { "probe-landlock", no_argument, NULL, OPTION_PROBE },
  { NULL, 0, NULL, 0 },
};

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

/* Root's rights are given up for good: real, effective and saved. */
static void
become (uid_t uid)
{
  if (geteuid () != 0 || uid == 0)
    return;

  if (setgroups (0, NULL) != 0 || setresgid (uid, uid, uid) != 0 || setresuid (uid, uid, uid) != 0)
    fail ("cannot become uid %u: %s", (unsigned) uid, strerror (errno));

  if (setuid (0) == 0)
    fail ("could become root again");
}

static void
parse (int       argc,
       char    **argv,
       Options  *options,
       bool     *inside)
{
  int option;

  while ((option = getopt_long (argc, argv, "+", long_options, NULL)) != -1)
    switch (option)
      {
      case OPTION_LEVEL:
        options->level = (Level) parse_number (optarg);
        break;
      case OPTION_MODE:
        options->mode = strcmp (optarg, "build") == 0 ? MODE_BUILD : MODE_TEST;
        break;
      case OPTION_UID:
        options->uid = parse_number (optarg);
        break;
      case OPTION_REPORT:
        options->report_fd = (int) parse_number (optarg);
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
      case OPTION_CPU:
        options->cpu_seconds = parse_number (optarg);
        break;
      case OPTION_WALL:
        options->wall_seconds = parse_number (optarg);
        break;
      case OPTION_MEMORY:
        options->memory_mb = parse_number (optarg);
        break;
      case OPTION_ADDRESS_SPACE:
        options->address_space_mb = parse_number (optarg);
        break;
      case OPTION_PROCESSES:
        options->n_processes = parse_number (optarg);
        break;
      case OPTION_FILES:
        options->file_mb = parse_number (optarg);
        break;
      case OPTION_BWRAP:
        options->bwrap = optarg;
        break;
      case OPTION_INSIDE:
        *inside = true;
        break;
      case OPTION_PROBE:
        exit (landlock_is_available () ? 0 : 1);
      default:
        exit (125);
      }

  options->argv = argv + optind;
  if (options->argv[0] == NULL)
    fail ("no program given");
}

int
main (int    argc,
      char **argv)
{
  Options options = {
    .mode = MODE_TEST,
    .report_fd = -1,
    .cpu_seconds = 10,
    .wall_seconds = 60,
    .memory_mb = 1024,
    .n_processes = 64,
    .file_mb = 16,
    .bwrap = "/usr/bin/bwrap",
  };
  bool inside = false;

  parse (argc, argv, &options, &inside);
  become (options.uid);

  if (options.level == LEVEL_NAMESPACES && !inside)
    enter_namespaces (&options, argv[0]);

  return supervise (&options);
}
