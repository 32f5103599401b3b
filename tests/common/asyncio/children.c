/* SPDX-License-Identifier: MIT */

/*
 * What the tests with child processes have in common.
 */

#include "children.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define VALGRIND_DISABLE_ERROR_REPORTING
#endif

static char *
read_to_the_end (int fd)
{
  GString *text = g_string_new (NULL);
  char block[4096];
  gssize n;

  while ((n = read (fd, block, sizeof block)) > 0)
    g_string_append_len (text, block, n);
  close (fd);

  return g_string_free (text, FALSE);
}

Child
run_in_child (void (*scenario) (void))
{
  Child child;
  int fds[2];
  pid_t pid;

  g_assert_cmpint (pipe (fds), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);

  if (pid == 0)
    {
      const struct rlimit no_core = { 0, 0 };

      setrlimit (RLIMIT_CORE, &no_core);
      dup2 (fds[1], STDERR_FILENO);
      close (fds[0]);
      close (fds[1]);
      VALGRIND_DISABLE_ERROR_REPORTING;
      scenario ();
      _exit (0);
    }

  close (fds[1]);
  child.err = read_to_the_end (fds[0]);
  g_assert_cmpint (waitpid (pid, &child.status, 0), ==, pid);

  return child;
}

void
child_clear (Child *self)
{
  g_free (self->err);
}

void
assert_exited (const Child *self,
               int          value)
{
  if (!WIFEXITED (self->status) || WEXITSTATUS (self->status) != value)
    g_error ("it did not exit with %d: status %d, %s", value, self->status, self->err);
}
