/* SPDX-License-Identifier: MIT */

/*
 * Graded tests of the lab about processes, part D: processes for a loop.
 *
 * Virtual time stands still while a worker is at work.
 */

#include "loop.h"

/*
 * Values and errors of workers that were started in both ways.
 *
 *     square: N, -    fail: -, g-file-error-quark: no N    nothing: (), -    other process True
 */
static gpointer
main_result (gpointer   user_data,
             GError   **error)
{
  for (MpStartMethod method = MP_FORK; method <= MP_SPAWN; method++)
    {
      g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) { .method = method, .max_workers = 2 });
      g_autoptr (AsyncioFuture) square = submit (executor, "square", g_variant_new_int32 (seed_int (1, 99)));
      g_autoptr (AsyncioFuture) fail = submit (executor, "fail", g_variant_new_int32 (-seed_int (1, 99)));
      g_autoptr (AsyncioFuture) nothing = submit (executor, "nothing", NULL);
      g_autoptr (AsyncioFuture) pid = submit (executor, "pid", NULL);
      g_autoptr (AsyncioFuture) nobody = submit (executor, "nobody", NULL);
      GVariant *value;

      trace ("%s, nobody %s", method_name (method), trace_bool (nobody != NULL));
      trace_await ("square", square);
      trace_await ("fail", fail);
      trace_await ("nothing", nothing);
      value = pid != NULL ? asyncio_await (pid, error) : NULL;
      trace ("other process %s", trace_bool (value != NULL && g_variant_get_int32 (value) != getpid ()));
    }
  (void) user_data;

  return NULL;
}

static void
test_result (void)
{
  run_main (main_result, NULL);
  trace_leftovers ();
}

/*
 * While a worker is at work the loop goes on: a task ticks, and tells the worker to end after the third tick.
 *
 *     tick 1, tick 2, tick 3, wait: WORD, -
 */
static gpointer
tick (gpointer   channel,
      GError   **error)
{
  for (guint i = 1; i <= 3; i++)
    {
      trace ("tick %u", i);
      if (!asyncio_sleep (0, error))
        return NULL;
    }
  tell (channel, 'g');

  return NULL;
}

static gpointer
main_ticks (gpointer   user_data,
            GError   **error)
{
  Channels *channels = user_data;
  g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) { .max_workers = 1, .connections = channels->ends });
  g_autoptr (AsyncioFuture) future = submit (executor, "wait", g_variant_new ("(is)", 0, seed_word ()));
  g_autoptr (AsyncioTask) task = NULL;

  if (future == NULL)
    return NULL;

  task = asyncio_create_task (asyncio_coroutine_new (tick, end_to_tell (channels, 0), NULL), error);
  trace_await ("wait", future);
  asyncio_await (task, error);

  return NULL;
}

static void
test_ticks (void)
{
  Channels channels;

  make_channels (&channels, 1);
  run_main (main_ticks, &channels);
  clear_channels (&channels);
}

/*
 * Two workers and six calls: two run, and the others wait, but for one that is cancelled, which nobody ever does.
 *
 *     A and B are at work: A, B wait; C cancelled; then C is not done: done 4 5 6
 */
static gpointer
main_queue (gpointer   user_data,
            GError   **error)
{
  Channels *channels = user_data;
  g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) { .max_workers = 1, .connections = channels->ends });
  AsyncioFuture *futures[5] = { NULL };

  (void) error;

  futures[0] = submit (executor, "wait", g_variant_new ("(is)", 1, seed_word ()));
  for (guint i = 1; i < G_N_ELEMENTS (futures); i++)
    futures[i] = submit (executor, "tell", g_variant_new_int32 ((int) i));

  if (futures[2] != NULL)
    trace ("cancel a call that waits: %s", trace_bool (asyncio_future_cancel (futures[2])));
  if (futures[0] != NULL)
    trace ("cancel a call that runs: %s", trace_bool (asyncio_future_cancel (futures[0])));
  tell (end_to_tell (channels, 1), 'g');
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    trace_await ("future", futures[i]);

  tell (end_to_tell (channels, 0), 99);
  for (int byte = hear (end_to_hear (channels, 0)); byte >= 0 && byte != 99; byte = hear (end_to_hear (channels, 0)))
    trace ("done %d", byte);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_clear_pointer (&futures[i], asyncio_unref);

  return NULL;
}

static void
test_queue (void)
{
  Channels channels;

  make_channels (&channels, 2);
  run_main (main_queue, &channels);
  clear_channels (&channels);
}

/*
 * Workers are started when there is work and none is idle, up to their greatest number.
 *
 *     one after the other: the same worker True
 *     three at a time: two workers
 */
static gpointer
main_workers (gpointer   user_data,
              GError   **error)
{
  Channels *channels = user_data;
  g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) { .max_workers = 2, .connections = channels->ends });
  AsyncioFuture *futures[3] = { NULL };
  int pids[3] = { 0 };

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (AsyncioFuture) future = submit (executor, "pid", NULL);
      GVariant *value = future != NULL ? asyncio_await (future, error) : NULL;
      g_autoptr (GPtrArray) active = mp_active_children ();

      pids[i] = value != NULL ? g_variant_get_int32 (value) : 0;
      trace ("the same worker %s, %u active", trace_bool (pids[i] != 0 && pids[i] == pids[0]), active->len);
    }

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) active = NULL;

      futures[i] = submit (executor, "wait", g_variant_new ("(is)", i < 2 ? (int) i : -1, seed_word ()));
      active = mp_active_children ();
      trace ("%u active", active->len);
    }
  for (guint i = 0; i < 2; i++)
    tell (end_to_tell (channels, i), 'g');
  for (guint i = 0; i < 3; i++)
    {
      trace_await ("wait", futures[i]);
      g_clear_pointer (&futures[i], asyncio_unref);
    }

  return NULL;
}

static void
test_workers (void)
{
  Channels channels;

  make_channels (&channels, 2);
  run_main (main_workers, &channels);
  clear_channels (&channels);
}

/*
 * A worker dies. What was done stays done; what was not is lost, also what other workers were doing and what nobody had begun;
 * and nothing is taken any more. A new executor works.
 *
 *     before: N, -
 *     die, wait, square: -, BrokenProcessPool: A process ...
 *     square is not taken: BrokenProcessPool: A child process ...
 */
static gpointer
main_broken (gpointer   user_data,
             GError   **error)
{
  Channels *channels = user_data;
  g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) {
    .method = seed_bool () ? MP_FORK : MP_SPAWN,
    .max_workers = 2,
    .connections = channels->ends,
  });
  g_autoptr (MpExecutor) another = NULL;
  g_autoptr (AsyncioFuture) before = submit (executor, "square", g_variant_new_int32 (seed_int (1, 99)));
  g_autoptr (AsyncioFuture) wait = NULL;
  g_autoptr (AsyncioFuture) die = NULL;
  g_autoptr (AsyncioFuture) queued = NULL;
  g_autoptr (AsyncioFuture) late = NULL;
  g_autoptr (AsyncioFuture) new = NULL;

  (void) error;

  trace_await ("before", before);
  wait = submit (executor, "wait", g_variant_new ("(is)", 0, ""));
  die = submit (executor, "die", g_variant_new_int32 (seed_bool () ? -SIGKILL : 0));
  queued = submit (executor, "square", g_variant_new_int32 (1));
  trace_await ("die", die);
  trace_await ("wait", wait);
  trace_await ("queued", queued);
  trace_await ("before", before);
  late = submit (executor, "square", g_variant_new_int32 (1));
  trace ("late %s", trace_bool (late != NULL));
  trace_leftovers ();

  another = make_executor (&(MpExecutorOptions) { .max_workers = 1 });
  new = submit (another, "square", g_variant_new_int32 (seed_int (1, 99)));
  trace_await ("new", new);

  return NULL;
}

static void
test_broken (void)
{
  Channels channels;

  make_channels (&channels, 1);
  run_main (main_broken, &channels);
  clear_channels (&channels);
}

/*
 * The same, but the executor survives: only what the dead worker was doing is lost.
 *
 *     die: -, BrokenProcessPool: ...
 *     wait: WORD, -     queued: N, -     late: N, -
 */
static gpointer
main_survives (gpointer   user_data,
               GError   **error)
{
  Channels *channels = user_data;
  g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) {
    .max_workers = 2,
    .connections = channels->ends,
    .survives = TRUE,
  });
  g_autoptr (AsyncioFuture) wait = submit (executor, "wait", g_variant_new ("(is)", 0, seed_word ()));
  g_autoptr (AsyncioFuture) die = submit (executor, "die", g_variant_new_int32 (seed_bool () ? -SIGKILL : 0));
  g_autoptr (AsyncioFuture) queued = submit (executor, "square", g_variant_new_int32 (seed_int (1, 99)));
  g_autoptr (AsyncioFuture) again = submit (executor, "die", g_variant_new_int32 (1));
  g_autoptr (AsyncioFuture) late = NULL;

  trace_await ("die", die);
  trace_await ("queued", queued);
  trace_await ("again", again);
  tell (end_to_tell (channels, 0), 'g');
  trace_await ("wait", wait);
  late = submit (executor, "square", g_variant_new_int32 (seed_int (1, 99)));
  trace_await ("late", late);
  trace ("shutdown %s", trace_bool (executor != NULL && mp_executor_shutdown (executor, error)));

  return NULL;
}

static void
test_survives (void)
{
  Channels channels;

  make_channels (&channels, 1);
  run_main (main_survives, &channels);
  trace_leftovers ();
  clear_channels (&channels);
}

/*
 * After shutdown nothing is taken; it waits for what there is, while other tasks run, and for the workers.
 *
 *     tick 1, tick 2, tick 3, shutdown True, left: 0 zombies, no child
 *     wait: WORD, -      queued: N, -
 *     square is not taken: RuntimeError: cannot schedule new futures after shutdown
 */
static gpointer
main_shutdown (gpointer   user_data,
               GError   **error)
{
  Channels *channels = user_data;
  g_autoptr (MpExecutor) executor = make_executor (&(MpExecutorOptions) { .max_workers = 1, .connections = channels->ends });
  g_autoptr (AsyncioFuture) wait = submit (executor, "wait", g_variant_new ("(is)", 0, seed_word ()));
  g_autoptr (AsyncioFuture) queued = submit (executor, "square", g_variant_new_int32 (seed_int (1, 99)));
  g_autoptr (AsyncioFuture) late = NULL;
  g_autoptr (AsyncioTask) task = asyncio_create_task (asyncio_coroutine_new (tick, end_to_tell (channels, 0), NULL), error);

  trace ("shutdown %s", trace_bool (mp_executor_shutdown (executor, error)));
  trace_leftovers ();
  late = submit (executor, "square", g_variant_new_int32 (1));
  trace ("late %s", trace_bool (late != NULL));
  if (wait != NULL && queued != NULL)
    trace ("done %s %s", trace_bool (asyncio_future_done (wait)), trace_bool (asyncio_future_done (queued)));
  trace_await ("wait", wait);
  trace_await ("queued", queued);
  asyncio_await (task, NULL);
  trace ("shutdown again %s", trace_bool (mp_executor_shutdown (executor, NULL)));

  return NULL;
}

static void
test_shutdown (void)
{
  Channels channels;

  make_channels (&channels, 1);
  run_main (main_shutdown, &channels);
  clear_channels (&channels);
}

int
main (int    argc,
      char **argv)
{
  register_jobs ();
  begin_tests (&argc, &argv);

  graded_test_add ("/mp/executor/result", test_result);
  graded_test_add ("/mp/executor/ticks", test_ticks);
  graded_test_add ("/mp/executor/queue", test_queue);
  graded_test_add ("/mp/executor/workers", test_workers);
  graded_test_add ("/mp/executor/broken", test_broken);
  graded_test_add ("/mp/executor/survives", test_survives);
  graded_test_add ("/mp/executor/shutdown", test_shutdown);

  return g_test_run ();
}
