/* SPDX-License-Identifier: MIT */

/*
 * Graded tests of the lab about processes, part A: processes.
 *
 * Each test begins with its scenario and the trace that is expected of it.
 */

#include "common.h"
#include "faults.h"
#include "waiting.h"

#include <stdio.h>
#include <stdlib.h>

/* A variable of the program. */
static const char *memory = "as it was";

/*
 * A child is given a word and a channel. It says what it was given, and what is in its memory; then it changes that.
 *
 *     fork: given WORD, memory: changed by the parent
 *     fork: other process True, memory of the parent: changed by the parent
 *     spawn: given WORD, memory: as it was
 *     spawn: ...
 */
static GVariant *
child_reports (GVariant             *args,
               MpConnection *const  *connections,
               GError              **error)
{
  (void) error;

  tell_text (connections[0], g_variant_get_string (args, NULL));
  tell_text (connections[0], memory);
  memory = "changed by the child";
  tell_text (connections[0], connections[1] == NULL ? "one" : "several");

  return NULL;
}

static void
test_start (void)
{
  memory = "changed by the parent";

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const char *method = method_name (methods[i]);
      g_autoptr (MpConnection) here = NULL;
      g_autoptr (MpConnection) there = NULL;
      g_autoptr (MpProcess) process = NULL;

      make_channel (&here, &there);
      process = start_process (&(MpProcessOptions) {
        .method = methods[i],
        .target = "reports",
        .args = g_variant_new_string (seed_word ()),
        .connections = (MpConnection *[]) { there, NULL },
      });
      if (process == NULL)
        return;

      mp_connection_close (there);
      trace ("%s: given %s", method, hear_text (here));
      trace ("%s: memory %s", method, hear_text (here));
      trace ("%s: connections %s", method, hear_text (here));
      trace ("%s: then %d", method, hear (here));
      mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      trace ("%s: other process %s", method, trace_bool (mp_process_get_pid (process) != getpid ()));
      trace ("%s: memory of the parent %s", method, memory);
      trace_exitcode (method, process);
    }
  trace_leftovers ();
}

/*
 * A child ends in each of the ways that there are. What is printed about an error goes to a pipe here.
 *
 *     return: exit code 0 |
 *     fail: exit code 1 | Process NAME: ValueError: WORD
 *     exit: exit code N |
 *     exit-empty: exit code 0 |
 *     exit-text: exit code 1 | WORD
 *     hard: exit code N |
 *     killed: exit code -9 |
 */
static GVariant *
child_ends (GVariant             *args,
            MpConnection *const  *connections,
            GError              **error)
{
  const char *how, *word;
  int number;

  (void) connections;

  g_variant_get (args, "(&s&si)", &how, &word, &number);
  if (g_str_equal (how, "fail"))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, word);
  else if (g_str_equal (how, "exit"))
    g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "%d", number);
  else if (g_str_equal (how, "exit-empty"))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "");
  else if (g_str_equal (how, "exit-text"))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, word);
  else if (g_str_equal (how, "hard"))
    _exit (number);
  else if (g_str_equal (how, "killed"))
    kill (getpid (), SIGKILL);

  return g_variant_new_string ("nobody hears this");
}

static void
test_exit_codes (void)
{
  static const char *const hows[] = { "return", "fail", "exit", "exit-empty", "exit-text", "hard", "killed" };

  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    {
      MpStartMethod method = methods[seed_int (0, 1)];
      const char *name = seed_word ();
      g_autoptr (MpProcess) process = NULL;
      int saved = dup (STDERR_FILENO);
      char printed[256] = "";
      int fds[2];

      g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
      dup2 (fds[1], STDERR_FILENO);
      process = start_process (&(MpProcessOptions) {
        .method = method,
        .target = "ends",
        .args = g_variant_new ("(ssi)", hows[i], seed_word (), seed_int (2, 99)),
        .name = name,
      });
      if (process != NULL)
        mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      dup2 (saved, STDERR_FILENO);
      close (saved);
      close (fds[1]);
      if (process != NULL)
        {
          trace_exitcode (hows[i], process);
          if (read (fds[0], printed, sizeof printed - 1) < 0)
            trace ("%s: nothing can be read", hows[i]);
          trace ("%s: printed %s", hows[i], g_strchomp (printed));
        }
      close (fds[0]);
    }
  trace_leftovers ();
}

/*
 * As long as a child waits, join() with a timeout comes back, and there is no exit code. Then it is told to end.
 *
 *     not started: alive False, exit code None
 *     join 0 / join a moment: alive True, exit code None
 *     joined: alive False, exit code 0
 */
static void
test_join (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      const char *method = method_name (methods[i]);
      g_autoptr (MpConnection) here = NULL;
      g_autoptr (MpProcess) process = NULL;
      gint64 begun;

      process = start_waiting (methods[i], &here, FALSE);
      if (process == NULL)
        return;

      trace ("%s: join 0 %s", method, trace_bool (mp_process_join (process, 0, NULL)));
      trace ("%s: alive %s", method, trace_bool (mp_process_is_alive (process)));
      trace ("%s: join -1 %s", method, trace_bool (mp_process_join (process, -1, NULL)));
      begun = g_get_monotonic_time ();
      trace ("%s: join 0.02 %s", method, trace_bool (mp_process_join (process, 0.02, NULL)));
      trace ("%s: alive %s", method, trace_bool (mp_process_is_alive (process)));
      trace ("%s: waited %s", method, trace_bool (g_get_monotonic_time () - begun >= 19000));
      trace_exitcode (method, process);

      tell (here, 'g');
      trace ("%s: join %s", method, trace_bool (mp_process_join (process, 3600, NULL)));
      trace ("%s: alive %s", method, trace_bool (mp_process_is_alive (process)));
      trace_exitcode (method, process);
      trace ("%s: join again %s", method, trace_bool (mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL)));
    }
  trace_leftovers ();
}

/*
 * What must not be done is refused.
 *
 *     start of an unknown function: LookupError
 *     join before start: AssertionError: can only join a started process
 *     start twice: AssertionError: cannot start a process twice
 *     close while it runs: ValueError: ...
 *     after close: ValueError: process object is closed
 */
static void
test_misuse (void)
{
  g_autoptr (MpConnection) here = NULL;
  g_autoptr (MpConnection) there = NULL;
  g_autoptr (MpProcess) unknown = mp_process_new (&(MpProcessOptions) { .target = "nobody" });
  g_autoptr (MpProcess) process = NULL;
  g_autoptr (GError) error = NULL;

  mp_process_start (unknown, &error);
  trace ("unknown function: %s", show_error (&error));
  trace_exitcode ("unknown", unknown);

  make_channel (&here, &there);
  process = mp_process_new (&(MpProcessOptions) {
    .method = methods[seed_int (0, 1)],
    .target = "waits",
    .connections = (MpConnection *[]) { there, NULL },
  });
  trace ("alive before start: %s, pid %d", trace_bool (mp_process_is_alive (process)), mp_process_get_pid (process));
  mp_process_join (process, 0, &error);
  trace ("join before start: %s", show_error (&error));
  mp_process_terminate (process);

  trace ("start: %s", trace_bool (mp_process_start (process, &error)));
  trace ("start: %s", show_error (&error));
  trace ("start twice: %s", trace_bool (mp_process_start (process, &error)));
  trace ("start twice: %s", show_error (&error));
  mp_process_close (process, &error);
  trace ("close while it runs: %s", show_error (&error));

  tell (here, 'g');
  mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
  trace ("start after its end: %s", trace_bool (mp_process_start (process, &error)));
  trace ("start after its end: %s", show_error (&error));
  trace ("close: %s", trace_bool (mp_process_close (process, &error)));
  mp_process_join (process, 0, &error);
  trace ("join after close: %s", show_error (&error));
  mp_process_start (process, &error);
  trace ("start after close: %s", show_error (&error));
  trace_leftovers ();
}

/*
 * A signal ends a process, and its number is the exit code; one that has ended gets none, as its number may be another's.
 *
 *     fork: terminate: exit code -15
 *     fork: kill: exit code -9
 *     fork: signals after the end: 0
 */
static void
test_signals (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (methods); i++)
    {
      const char *method = method_name (methods[i / 2]);
      g_autoptr (MpConnection) here = NULL;
      g_autoptr (MpProcess) process = start_waiting (methods[i / 2], &here, FALSE);
      g_autofree char *name = g_strdup_printf ("%s %s", method, i % 2 == 0 ? "terminate" : "kill");
      int n_kills;

      if (process == NULL)
        return;

      if (i % 2 == 0)
        mp_process_terminate (process);
      else
        mp_process_kill (process);
      mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      trace_exitcode (name, process);
      trace ("%s: then %d", name, hear (here));

      n_kills = faults.n_kills;
      mp_process_terminate (process);
      mp_process_kill (process);
      trace ("%s: signals after the end: %d", name, faults.n_kills - n_kills);
    }
  trace_leftovers ();
}

/*
 * Three children wait, and one after the other is told to end. Those that run are the active ones, in the order of their start;
 * those that have ended are no zombies, though nobody has joined them.
 *
 *     active: A B C
 *     B has ended: active: A C
 *     ...
 *     left: 0 zombies, no child
 */
static void
trace_active (const char *when)
{
  g_autoptr (GPtrArray) active = mp_active_children ();
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < active->len; i++)
    g_string_append_printf (names, " %s", mp_process_get_name (g_ptr_array_index (active, i)));
  trace ("%s:%s", when, names->str);
}

static void
test_children (void)
{
  MpConnection *here[3];
  MpProcess *processes[3];
  guint first = seed_int (0, 2);

  trace_active ("active at first");
  for (guint i = 0; i < 3; i++)
    processes[i] = start_waiting (methods[seed_int (0, 1)], &here[i], FALSE);
  trace_active ("active");

  for (guint i = 0; i < 3; i++)
    {
      guint which = (first + i) % 3;

      if (processes[which] == NULL)
        continue;

      /* It is a zombie when this returns. */
      tell (here[which], 'g');
      waitid (P_PID, (id_t) mp_process_get_pid (processes[which]), &(siginfo_t) { 0 }, WEXITED | WNOWAIT);
      trace_active ("active then");
    }
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&processes[i], mp_process_unref);
      mp_connection_free (here[i]);
    }
  trace_leftovers ();
}

/*
 * A daemon may start nobody. At the end of a program daemons are terminated, and the others waited for: the one here is told to
 * end by a child of this test, which sees that the daemon is gone.
 *
 *     daemon: AssertionError: daemonic processes are not allowed to have children
 *     exit: daemon exit code -15, other exit code 0
 */
static GVariant *
child_starts_another (GVariant             *args,
                      MpConnection *const  *connections,
                      GError              **error)
{
  g_autoptr (MpProcess) process = mp_process_new (&(MpProcessOptions) { .target = "ends" });
  g_autoptr (GError) start_error = NULL;

  (void) args;
  (void) error;

  mp_process_start (process, &start_error);
  tell_text (connections[0], trace_error (start_error));

  return NULL;
}

static GVariant *
child_waits_for_end (GVariant             *args,
                     MpConnection *const  *connections,
                     GError              **error)
{
  (void) args;
  (void) error;

  hear (connections[0]);

  return NULL;
}

static void
test_daemon (void)
{
  g_autoptr (MpConnection) here = NULL;
  g_autoptr (MpConnection) there = NULL;
  g_autoptr (MpConnection) to_daemon = NULL;
  g_autoptr (MpConnection) of_daemon = NULL;
  g_autoptr (MpProcess) daemon = NULL;
  g_autoptr (MpProcess) other = NULL;
  MpStartMethod method = methods[seed_int (0, 1)];

  make_channel (&here, &there);
  daemon = start_process (&(MpProcessOptions) {
    .method = method,
    .target = "starts-another",
    .connections = (MpConnection *[]) { there, NULL },
    .daemon = TRUE,
  });
  if (daemon == NULL)
    return;
  trace ("daemon: %s", hear_text (here));
  mp_process_join (daemon, ASYNCIO_NO_TIMEOUT, NULL);
  g_clear_pointer (&daemon, mp_process_unref);

  /* The other one ends when the daemon's end of a channel is closed: it must be terminated first, and then both waited for. */
  make_channel (&to_daemon, &of_daemon);
  daemon = start_process (&(MpProcessOptions) {
    .method = method,
    .target = "waits",
    .connections = (MpConnection *[]) { of_daemon, NULL },
    .daemon = TRUE,
  });
  if (daemon == NULL)
    return;
  mp_connection_close (of_daemon);
  hear (to_daemon);
  other = start_process (&(MpProcessOptions) {
    .method = method,
    .target = "waits-for-end",
    .connections = (MpConnection *[]) { to_daemon, NULL },
  });
  if (other == NULL)
    return;

  mp_exit_function ();
  trace_exitcode ("daemon", daemon);
  trace_exitcode ("other", other);
  trace_leftovers ();
}

int
main (int    argc,
      char **argv)
{
  mp_register ("reports", child_reports);
  mp_register ("ends", child_ends);
  mp_register ("waits", child_waits);
  mp_register ("waits-for-end", child_waits_for_end);
  mp_register ("starts-another", child_starts_another);
  begin_tests (&argc, &argv);

  graded_test_add ("/mp/process/start", test_start);
  graded_test_add ("/mp/process/exit-codes", test_exit_codes);
  graded_test_add ("/mp/process/join", test_join);
  graded_test_add ("/mp/process/misuse", test_misuse);
  graded_test_add ("/mp/process/signals", test_signals);
  graded_test_add ("/mp/process/children", test_children);
  graded_test_add ("/mp/process/daemon", test_daemon);

  return g_test_run ();
}
