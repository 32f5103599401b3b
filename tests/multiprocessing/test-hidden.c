/* SPDX-License-Identifier: MIT */

/*
 * Hidden graded tests of the lab about processes.
 */

#include "faults.h"
#include "loop.h"

#include <stdlib.h>

static const MpStartMethod methods[] = { MP_FORK, MP_SPAWN };

/*
 * Part A. Whatever waits is interrupted again and again, and knows the exit code in the end.
 *
 *     exit code N, exit code N
 */
static void
test_interrupted (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (MpProcess) process = start_process (&(MpProcessOptions) {
        .method = methods[i / 2],
        .target = "die",
        .args = g_variant_new_int32 (seed_int (1, 99)),
      });
      int exitcode = -99;

      if (process == NULL)
        return;

      faults.interrupts = 1;
      faults.n_calls = i;
      mp_process_join (process, i % 2 == 0 ? ASYNCIO_NO_TIMEOUT : 3600, NULL);
      faults.interrupts = 0;
      trace ("alive %s, exit code %s", trace_bool (mp_process_is_alive (process)),
             trace_bool (mp_process_get_exitcode (process, &exitcode)));
      trace ("exit code %d", exitcode);
    }
  trace_leftovers ();
}

/*
 * Part A. The system has no process left. Nothing remains of the attempt, and the next one works.
 *
 *     start False: OSError, alive False, exit code None, descriptors the same True, 0 active
 *     start True, exit code N
 */
static void
test_fork_fails (void)
{
  guint n_before = count_descriptors ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (MpProcess) process = mp_process_new (&(MpProcessOptions) {
        .method = methods[i],
        .target = "die",
        .args = g_variant_new_int32 (seed_int (1, 99)),
      });
      g_autoptr (GPtrArray) active = NULL;
      g_autoptr (GError) error = NULL;
      gboolean started;

      /* Only the copy is sure to be made by fork(). */
      faults.failing_forks = methods[i] == MP_FORK ? 1 : 0;
      started = faults.failing_forks > 0 && mp_process_start (process, &error);
      faults.failing_forks = 0;
      trace ("start %s", trace_bool (started));
      trace ("OSError %s", trace_bool (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS)));
      trace ("alive %s", trace_bool (mp_process_is_alive (process)));
      trace_exitcode (method_name (methods[i]), process);
      active = mp_active_children ();
      trace ("descriptors the same %s, %u active", trace_bool (count_descriptors () == n_before), active->len);

      trace ("start %s", trace_bool (mp_process_start (process, NULL)));
      mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
      trace_exitcode (method_name (methods[i]), process);
    }
  trace_leftovers ();
}

/*
 * Part A. What a child has of its parent: no input, none of its children, and not what it wanted to be done at its end. What it
 * knows of the parent's processes are copies: to wait for them is refused, and they get no signal. A daemon of its own does not
 * outlive it.
 *
 *     input 0, active 0, join: AssertionError: can only join a child process
 *     the other one runs True, at exit: nothing, daemon is gone True
 */
static MpProcess *other;
static MpConnection *exit_channel;
static pid_t test_pid;

static void
at_exit (void)
{
  if (exit_channel != NULL && getpid () != test_pid)
    tell (exit_channel, 'x');
}

static GVariant *
child_looks_around (GVariant             *args,
                    MpConnection *const  *connections,
                    GError              **error)
{
  g_autoptr (GPtrArray) active = mp_active_children ();
  g_autoptr (GError) join_error = NULL;
  g_autoptr (MpProcess) daemon = NULL;
  char byte;

  (void) args;

  tell (connections[0], (guint8) ('0' + read (STDIN_FILENO, &byte, 1)));
  tell (connections[0], (guint8) ('0' + active->len));
  exit_channel = connections[0];

  if (other != NULL)
    {
      mp_process_join (other, 0, &join_error);
      mp_process_terminate (other);
    }
  tell_text (connections[0], trace_error (join_error));

  daemon = mp_process_new (&(MpProcessOptions) { .target = "wait",
                                                 .args = g_variant_new ("(is)", 0, ""),
                                                 .connections = (MpConnection *[]) { connections[1], connections[2], NULL },
                                                 .daemon = TRUE });
  tell (connections[0], mp_process_start (daemon, error) ? 's' : 'f');

  return NULL;
}

static void
test_inheritance (void)
{
  test_pid = getpid ();
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      Channels channels;
      g_autoptr (MpConnection) here = NULL;
      g_autoptr (MpConnection) there = NULL;
      g_autoptr (MpConnection) to_other = NULL;
      g_autoptr (MpConnection) of_other = NULL;
      g_autoptr (MpProcess) process = NULL;

      make_channels (&channels, 1);
      make_channel (&here, &there);
      make_channel (&to_other, &of_other);
      other = start_process (&(MpProcessOptions) {
        .target = "wait",
        .args = g_variant_new ("(is)", 0, ""),
        .connections = (MpConnection *[]) { of_other, NULL },
      });
      process = start_process (&(MpProcessOptions) {
        .method = methods[i],
        .target = "looks-around",
        .connections = (MpConnection *[]) { there, channels.ends[0], channels.ends[1], NULL },
      });
      mp_connection_close (there);
      mp_connection_close (channels.ends[1]);
      if (process != NULL)
        {
          trace ("%s: input %c", method_name (methods[i]), hear (here));
          trace ("active %c", hear (here));
          trace ("join: %s", hear_text (here));
          trace ("daemon %c", hear (here));
          mp_process_join (process, ASYNCIO_NO_TIMEOUT, NULL);
          trace_exitcode ("child", process);
          trace ("at exit: %d", hear (here));
        }
      if (other != NULL)
        {
          trace ("the other one runs %s", trace_bool (mp_process_is_alive (other)));
          tell (to_other, 'g');
          mp_process_join (other, ASYNCIO_NO_TIMEOUT, NULL);
          trace_exitcode ("other", other);
          g_clear_pointer (&other, mp_process_unref);
        }

      /* The daemon was the last one that had the other end. */
      if (process != NULL)
        trace ("daemon is gone %s", trace_bool (is_at_end (mp_connection_fileno (channels.ends[0]))));
      clear_channels (&channels);
    }
  trace_leftovers ();
}

/*
 * Part B. The longest message is not too long, and is waited for; one byte more is too long, and nothing is waited for.
 *
 *     longest: OSError: got end of file during message      more: OSError: bad message length
 */
static void
test_limit (void)
{
  static const guint8 longest[] = { 0x04, 0, 0, 0, 'x' };
  static const guint8 numbers[][4] = { { 4, 0, 0, 1 }, { 0x7f, 255, 255, 255 }, { 255, 255, 255, 255 }, { 0x80, 0, 0, 0 } };
  g_autoptr (MpConnection) connection = NULL;
  g_autoptr (MpConnection) peer = NULL;
  g_autoptr (GError) error = NULL;

  make_channel (&connection, &peer);
  g_assert_cmpint (send (mp_connection_fileno (peer), longest, sizeof longest, 0), ==, sizeof longest);
  mp_connection_close (peer);
  trace ("longest %s", trace_bool (mp_connection_recv_bytes (connection, &error) != NULL));
  trace ("longest: %s", show_error (&error));
  g_clear_pointer (&connection, mp_connection_free);
  g_clear_pointer (&peer, mp_connection_free);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      make_channel (&connection, &peer);
      g_assert_cmpint (send (mp_connection_fileno (peer), numbers[i], 4, 0), ==, 4);
      trace ("more %s", trace_bool (mp_connection_recv_bytes (connection, &error) != NULL));
      trace ("more: %s, closed %s", show_error (&error), trace_bool (mp_connection_fileno (connection) < 0));
      g_clear_pointer (&connection, mp_connection_free);
      g_clear_pointer (&peer, mp_connection_free);
    }
}

/*
 * Part C. The only worker is killed at each step of what it and the pool say to each other: while it has nothing to do, in its
 * initializer, when it has got a piece of work, after it has sent 1, 4 or 6 bytes of the answer. What it had is lost; what it
 * did not have is not.
 *
 *     idle: square: N, -      initializer: square: N, -      frame: lost, square: N, -
 */
static void
test_killed (void)
{
  Channels channels;
  MpPool *pool;

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) {
    .method = seed_bool () ? MP_FORK : MP_SPAWN,
    .processes = 1,
    .initializer = "die-if-told",
    .connections = channels.ends,
  });
  for (int step = 0; step < 6 && pool != NULL; step++)
    {
      g_autoptr (MpResult) result = NULL;
      int pid = ask_pid (pool);

      trace ("step %d", step);
      if (step < 2 && pid > 0)
        {
          if (step == 1)
            tell (end_to_tell (&channels, 0), 'd');
          kill (pid, SIGKILL);
          waitid (P_PID, (id_t) pid, &(siginfo_t) { 0 }, WEXITED | WNOWAIT);
        }
      else if (step == 2)
        {
          result = hand_in (pool, "die", g_variant_new_int32 (-SIGKILL));
        }
      else
        {
          static const int lengths[] = { 1, 4, 6 };

          result = hand_in (pool, "die-in-frame", g_variant_new_int32 (lengths[step - 3]));
        }
      trace_apply (pool, "square", g_variant_new_int32 (seed_int (1, 99)));
      if (result != NULL)
        trace_get ("lost", result, 0);
    }
  g_clear_pointer (&pool, mp_pool_free);
  clear_channels (&channels);
  trace_leftovers ();
}

/*
 * Part C. The system has no process left for the second worker, so there is no pool, and nothing of the first; or none for the
 * one that takes the place of another: then whoever waits is told, and later it works.
 *
 *     pool False, OSError True, left: 0 zombies, no child, descriptors the same True
 *     get: OSError True, square: N, -
 */
static void
test_no_worker (void)
{
  guint n_before = count_descriptors ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MpResult) lost = NULL;
  g_autoptr (MpResult) result = NULL;
  MpPool *pool;

  faults.failing_forks = 2;
  pool = mp_pool_new (&(MpPoolOptions) { .processes = 3 }, &error);
  faults.failing_forks = 0;
  trace ("pool %s", trace_bool (pool != NULL));
  trace ("OSError %s", trace_bool (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS)));
  g_clear_error (&error);
  trace_leftovers ();
  trace ("descriptors the same %s", trace_bool (count_descriptors () == n_before));
  if (pool != NULL)
    return;

  pool = make_pool (&(MpPoolOptions) { .processes = 1 });
  if (pool == NULL)
    return;
  lost = hand_in (pool, "die", g_variant_new_int32 (1));
  result = hand_in (pool, "square", g_variant_new_int32 (seed_int (1, 99)));
  faults.failing_forks = 1;
  if (result != NULL)
    (void) mp_result_get (result, ASYNCIO_NO_TIMEOUT, &error);
  faults.failing_forks = 0;
  trace ("get: OSError %s", trace_bool (g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS)));
  trace_get ("get", result, ASYNCIO_NO_TIMEOUT);
  mp_pool_free (pool);
  trace_leftovers ();
}

/*
 * Part C. Messages that are longer than what the kernel keeps, to and from several workers. Nobody waits for ever.
 *
 *     results 6, all as long as they were True
 */
static GVariant *
job_echo (GVariant             *args,
          MpConnection *const  *connections,
          GError              **error)
{
  (void) connections;
  (void) error;

  return g_variant_ref (args);
}

static void
test_large (void)
{
  g_autoptr (MpPool) pool = make_pool (&(MpPoolOptions) { .processes = 2 });
  g_autoptr (GVariant) results = NULL;
  g_autofree char *text = g_strnfill (1024 * 1024, 'x');
  gboolean same = TRUE;
  GVariantBuilder items;

  if (pool == NULL)
    return;

  g_variant_builder_init (&items, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < 6; i++)
    g_variant_builder_add (&items, "s", text);
  results = mp_pool_map (pool, "echo", g_variant_builder_end (&items), 1, NULL);
  if (results == NULL)
    return;

  for (gsize i = 0; i < g_variant_n_children (results); i++)
    {
      g_autoptr (GVariant) value = NULL;

      g_variant_get_child (results, i, "v", &value);
      same &= g_str_equal (g_variant_get_string (value, NULL), text);
    }
  trace ("results %" G_GSIZE_FORMAT ", all as they were %s", g_variant_n_children (results), trace_bool (same));
}

/*
 * Part D. A worker dies with nothing to do: the executor is broken, or, if it survives, starts another. One dies in its
 * initializer: that is the end of both.
 *
 *     late False      survives: late N
 *     first, second: -, BrokenProcessPool
 */
static GVariant *
job_refuse (GVariant             *args,
            MpConnection *const  *connections,
            GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  _exit (3);
}

static gpointer
main_deaths (gpointer   user_data,
             GError   **error)
{
  (void) user_data;

  for (guint survives = 0; survives < 2; survives++)
    {
      g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) { .max_workers = 1, .survives = survives > 0 });
      g_autoptr (MpExecutor) refusing = make_executor (&(MpExecutorOptions) {
        .max_workers = 1,
        .initializer = "refuse",
        .survives = survives > 0,
      });
      g_autoptr (AsyncioFuture) pid = submit (executor, "pid", NULL);
      g_autoptr (AsyncioFuture) late = NULL;
      g_autoptr (AsyncioFuture) first = NULL;
      g_autoptr (AsyncioFuture) second = NULL;
      GVariant *value = pid != NULL ? asyncio_await (pid, NULL) : NULL;

      trace ("survives %s", trace_bool (survives > 0));
      if (value == NULL)
        return NULL;
      kill (g_variant_get_int32 (value), SIGKILL);
      waitid (P_PID, (id_t) g_variant_get_int32 (value), &(siginfo_t) { 0 }, WEXITED | WNOWAIT);
      for (guint i = 0; i < 3; i++)
        if (!asyncio_sleep (1, error))
          return NULL;
      trace_leftovers ();
      late = submit (executor, "square", g_variant_new_int32 (seed_int (1, 99)));
      trace_await ("late", late);

      first = submit (refusing, "square", g_variant_new_int32 (1));
      second = submit (refusing, "square", g_variant_new_int32 (2));
      trace_await ("first", first);
      trace_await ("second", second);
    }

  return NULL;
}

static void
test_deaths (void)
{
  run_main (main_deaths, NULL);
  trace_leftovers ();
}

int
main (int    argc,
      char **argv)
{
  register_jobs ();
  mp_register ("looks-around", child_looks_around);
  mp_register ("echo", job_echo);
  mp_register ("refuse", job_refuse);
  atexit (at_exit);
  begin_tests (&argc, &argv);

  graded_test_add ("/mp/process/interrupted", test_interrupted);
  graded_test_add ("/mp/process/fork-fails", test_fork_fails);
  graded_test_add ("/mp/process/inheritance", test_inheritance);
  graded_test_add ("/mp/connection/limit", test_limit);
  graded_test_add ("/mp/pool/killed", test_killed);
  graded_test_add ("/mp/pool/no-worker", test_no_worker);
  graded_test_add ("/mp/pool/large", test_large);
  graded_test_add ("/mp/executor/deaths", test_deaths);

  return g_test_run ();
}
