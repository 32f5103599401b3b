/* SPDX-License-Identifier: MIT */

/*
 * Graded tests of the lab about processes, part A: what a child has of its parent, and should not have.
 *
 * Each test begins with its scenario and the trace that is expected of it.
 */

#include "waiting.h"

#include <stdio.h>

/*
 * A child has no descriptor but those that it was given: when we close our end of a pipe of ours, and of the channel of another
 * child, these are at their end, though the child runs.
 *
 *     fork: ours closed True, of another child closed True
 */
static void
test_descriptors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const char *method = method_name (methods[i]);
      g_autoptr (MpConnection) here = NULL;
      g_autoptr (MpConnection) to_other = NULL;
      g_autoptr (MpProcess) other = start_waiting (methods[i], &to_other, FALSE);
      g_autoptr (MpProcess) process = NULL;
      int private[2], shared[2];
      guint n_before;

      if (other == NULL)
        return;

      /* The second is one that a program which is executed would have. */
      g_assert_cmpint (pipe2 (private, O_CLOEXEC), ==, 0);
      g_assert_cmpint (pipe (shared), ==, 0);
      process = start_waiting (methods[i], &here, FALSE);
      if (process == NULL)
        return;

      close (private[1]);
      close (shared[1]);
      trace ("%s: private closed %s, shared closed %s", method, trace_bool (is_at_end (private[0])),
             trace_bool (is_at_end (shared[0])));
      close (private[0]);
      close (shared[0]);

      /* If the second child had our end of the first one's channel, the first would not see this. */
      mp_connection_close (to_other);
      mp_process_join (other, ASYNCIO_NO_TIMEOUT, NULL);
      trace_exitcode ("other", other);
      trace ("%s: still runs %s", method, trace_bool (mp_process_is_alive (process)));

      /* And nothing of what it took here is left when it is gone. */
      tell (here, 'g');
      mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      n_before = count_descriptors ();
      g_clear_pointer (&process, mp_process_unref);
      g_clear_pointer (&here, mp_connection_free);
      process = start_waiting (methods[i], &here, FALSE);
      if (process == NULL)
        return;
      tell (here, 'g');
      mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      trace ("%s: descriptors the same %s", method, trace_bool (count_descriptors () == n_before));
    }
}

/*
 * We print something, which stays in the buffer; a child prints something, and returns; we print on. Each of it is there once.
 *
 *     fork: WORD 1, WORD 2, WORD 3
 */
static GVariant *
child_prints (GVariant             *args,
              MpConnection *const  *connections,
              GError              **error)
{
  (void) connections;
  (void) error;

  printf ("%s, ", g_variant_get_string (args, NULL));

  return NULL;
}

static void
test_stdio (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (MpProcess) process = NULL;
      char printed[256] = "";
      int saved = dup (STDOUT_FILENO);
      int fds[2];

      g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
      fflush (stdout);
      dup2 (fds[1], STDOUT_FILENO);
      setvbuf (stdout, NULL, _IOFBF, 4096);

      printf ("%s, ", seed_word ());
      process = start_process (&(MpProcessOptions) {
        .method = methods[i],
        .target = "prints",
        .args = g_variant_new_string (seed_word ()),
      });
      if (process != NULL)
        mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      printf ("%s", seed_word ());
      fflush (stdout);

      dup2 (saved, STDOUT_FILENO);
      close (saved);
      close (fds[1]);
      if (read (fds[0], printed, sizeof printed - 1) < 0)
        trace ("nothing can be read");
      close (fds[0]);
      if (process == NULL)
        return;
      trace ("%s: %s", method_name (methods[i]), printed);
    }
}

/*
 * A copy of a process that has threads is a danger, as Python says; a program that starts from its beginning is none.
 *
 *     one thread, fork: nothing
 *     two threads, spawn: nothing
 *     two threads, fork: log: This process is multi-threaded, ...
 */
static gpointer
thread_waits (gpointer channel)
{
  hear (channel);

  return NULL;
}

static GVariant *
child_returns (GVariant             *args,
               MpConnection *const  *connections,
               GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return NULL;
}

static void
run_once (MpStartMethod method)
{
  g_autoptr (MpProcess) process = start_process (&(MpProcessOptions) { .method = method, .target = "returns" });

  if (process != NULL)
    mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
}

static void
test_threads (void)
{
  g_autoptr (MpConnection) here = NULL;
  g_autoptr (MpConnection) there = NULL;
  GThread *thread;

  trace ("one thread, fork");
  run_once (MP_FORK);

  make_channel (&here, &there);
  thread = g_thread_new ("waits", thread_waits, there);
  trace ("two threads, spawn");
  run_once (MP_SPAWN);
  trace ("two threads, fork");
  run_once (MP_FORK);
  trace ("done");
  tell (here, 'g');
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  mp_register ("waits", child_waits);
  mp_register ("prints", child_prints);
  mp_register ("returns", child_returns);
  begin_tests (&argc, &argv);

  graded_test_add ("/mp/process/descriptors", test_descriptors);
  graded_test_add ("/mp/process/stdio", test_stdio);
  graded_test_add ("/mp/process/threads", test_threads);

  return g_test_run ();
}
