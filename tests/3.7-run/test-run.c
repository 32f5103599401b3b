/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.7, part B: asyncio.run().
 */

#include "common.h"

/*
 * main awaits another coroutine function and returns what that gave.
 *
 *     main: begins
 *     helper: sleeps N
 *     main: returns
 *     run -> WORD
 */
static gpointer
helper (GError **error)
{
  int steps = seed_int (1, 9);

  trace ("helper: sleeps %d", steps);
  if (!asyncio_sleep (steps, error))
    return NULL;

  return (gpointer) seed_word ();
}

static gpointer
await_helper (gpointer   user_data,
              GError   **error)
{
  gpointer word;

  (void) user_data;

  trace ("main: begins");
  word = helper (error);
  trace ("main: returns");

  return word;
}

static void
test_value (void)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (await_helper, NULL, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * main raises an error, before or after its first await. It comes out as it is.
 *
 *     main: raises
 *     run raised ERROR
 */
static gpointer
raise_error (gpointer   user_data,
             GError   **error)
{
  GError **raise = user_data;

  if (seed_bool () && !asyncio_sleep (1, error))
    return NULL;

  trace ("main: raises");
  g_propagate_error (error, g_steal_pointer (raise));

  return NULL;
}

static void
test_error (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) raise = seed_error ();
  gpointer value = asyncio_run (asyncio_coroutine_new (raise_error, &raise, NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * Each run has a loop of its own: it runs and is the current one while main runs, and is closed afterwards, when
 * the thread has no current loop.
 *
 *     main: running True, current True, tasks 1
 *     run -> WORD
 *     the same once more
 *     same loop False
 *     closed True, closed True
 *     current loop: RuntimeError: There is no current event loop in thread 'MainThread'.
 */
static gpointer
look_at_loop (gpointer   user_data,
              GError   **error)
{
  AsyncioLoop **loop = user_data;
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (NULL, error);

  *loop = keep_running_loop ();
  trace ("main: running %s, current %s, tasks %u", trace_bool (asyncio_loop_is_running (*loop)),
         trace_bool (*loop == asyncio_get_event_loop (NULL)), tasks->len);

  return (gpointer) seed_word ();
}

static void
test_own_loop (void)
{
  AsyncioLoop *loops[2] = { NULL, NULL };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      gpointer value = asyncio_run (asyncio_coroutine_new (look_at_loop, &loops[i], NULL), &error);

      trace_outcome ("run", value, error);
    }

  if (loops[0] != NULL && loops[1] != NULL)
    {
      trace ("same loop %s", trace_bool (loops[0] == loops[1]));
      trace ("closed %s, closed %s", trace_bool (asyncio_loop_is_closed (loops[0])),
             trace_bool (asyncio_loop_is_closed (loops[1])));
    }
  trace_current_loop ();

  g_clear_pointer (&loops[0], asyncio_loop_unref);
  g_clear_pointer (&loops[1], asyncio_loop_unref);
}

/*
 * debug says whether the loop is in debug mode. Without it the loop is not, in Python 3.7 not even if
 * PYTHONASYNCIODEBUG asks for it.
 *
 *     without PYTHONASYNCIODEBUG       these two in an order of the seed
 *     default: False
 *     on: True                         and these three
 *     off: False
 *     with PYTHONASYNCIODEBUG
 *     default: False ...
 */
static gpointer
look_at_debug (gpointer   user_data,
               GError   **error)
{
  trace ("%s: %s", (const char *) user_data, trace_bool (asyncio_loop_get_debug (asyncio_get_running_loop (error))));

  return NULL;
}

static void
try_all_debug_modes (gboolean with_variable)
{
  static const char *const names[] = { "default", "off", "on" };
  int first = seed_int (0, 2);

  trace ("%s PYTHONASYNCIODEBUG", with_variable ? "with" : "without");
  g_setenv ("PYTHONASYNCIODEBUG", with_variable ? "1" : "", TRUE);

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      int debug = (first + i) % 3;

      asyncio_run_with_debug (asyncio_coroutine_new (look_at_debug, (gpointer) names[debug], NULL),
                              (AsyncioDebug) debug, &error);
      trace_outcome ("run", NULL, error);
    }

  g_unsetenv ("PYTHONASYNCIODEBUG");
}

static void
test_debug (void)
{
  gboolean with_variable = seed_bool ();

  try_all_debug_modes (with_variable);
  try_all_debug_modes (!with_variable);
}

/*
 * Inside a running loop run() is refused. The inner coroutine never starts, and whoever made it can
 * still close it; the outer loop goes on unharmed.
 *
 *     main: inner run raised RuntimeError: asyncio.run() cannot be called from a running event loop
 *     main: inner started False, still the current loop True
 *     main: goes on
 *     run -> WORD
 */
static gpointer
inner (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("inner: must not run");

  return NULL;
}

static gpointer
nest (gpointer   user_data,
      GError   **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (inner, NULL, NULL));
  g_autoptr (GError) inner_error = NULL;
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  asyncio_run (coroutine, &inner_error);
  trace_outcome ("main: inner run", NULL, inner_error);
  trace ("main: inner started %s, still the current loop %s",
         trace_bool (asyncio_coroutine_get_state (coroutine) != ASYNCIO_CORO_CREATED),
         trace_bool (asyncio_get_event_loop (NULL) == loop));
  asyncio_coroutine_close (coroutine, NULL);

  if (!asyncio_sleep (1, error))
    return NULL;
  trace ("main: goes on");

  return user_data;
}

static void
test_nested (void)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_run (asyncio_coroutine_new (nest, (gpointer) seed_word (), NULL), &error);

  trace_outcome ("run", value, error);
}

/*
 * run() takes a coroutine and nothing else, and says so before anything runs: not a future that is
 * done already, not a task, nothing at all.
 *
 *     nothing raised ValueError: a coroutine was expected
 *     future raised ValueError: a coroutine was expected
 *     task raised ValueError: a coroutine was expected
 *     in an order of the seed
 */
static void
refuse (const char *label,
        gpointer    argument)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_run (argument, &error);

  /* What was got instead is described by its address. */
  if (error != NULL && strchr (error->message, ',') != NULL)
    *strchr (error->message, ',') = '\0';

  trace_outcome (label, value, error);
}

static void
test_not_a_coroutine (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = asyncio_loop_create_task (loop, asyncio_coroutine_new (inner, NULL, NULL), NULL);
  int first = seed_int (0, 2);

  asyncio_future_set_result (future, (gpointer) seed_word (), NULL, NULL);

  for (int i = 0; i < 3; i++)
    switch ((first + i) % 3)
      {
      case 0:
        refuse ("nothing", NULL);
        break;
      case 1:
        refuse ("future", future);
        break;
      default:
        refuse ("task", task);
        break;
      }

  asyncio_task_cancel (task);
  asyncio_loop_run_until_complete (loop, task, NULL);
  asyncio_loop_close (loop, NULL);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.7/run/value", test_value);
  graded_test_add ("/3.7/run/error", test_error);
  graded_test_add ("/3.7/run/own-loop", test_own_loop);
  graded_test_add ("/3.7/run/debug", test_debug);
  graded_test_add ("/3.7/run/nested", test_nested);
  graded_test_add ("/3.7/run/not-a-coroutine", test_not_a_coroutine);

  return g_test_run ();
}
