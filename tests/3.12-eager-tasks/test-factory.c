/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.12, part C: the factories. Most of these tests have a constructor of their own, which makes lazy tasks, so they do
 * not need parts A and B.
 */

#include "common.h"

/* --- asyncio.eager_task_factory ----------------------------------------------------------- */

static AsyncioCoroutine *
new_job (void)
{
  const char *name = seed_word ();

  return named (name, start_and_end, (gpointer) name);
}

/*
 * With the factory set, all that make tasks make eager ones: create_task(), ensure_future(), gather(). Taken off, tasks are
 * lazy again, and those that were made before are what they were.
 *
 *     amber starts
 *     main: created
 *     ...
 *     main: the factory is off
 *     main: created
 *     ...
 *     cedar starts
 */
static gpointer
use_factory (gpointer   user_data,
             GError   **error)
{
  g_autoptr (AsyncioTask) created = NULL;
  g_autoptr (AsyncioFuture) ensured = NULL;
  g_autoptr (AsyncioFuture) gathered = NULL;
  g_autoptr (AsyncioTask) lazy = NULL;
  AsyncioCoroutine *first = new_job ();
  AsyncioCoroutine *second = new_job ();

  (void) user_data;

  asyncio_loop_set_task_factory (running_loop (), asyncio_eager_task_factory, NULL, NULL);
  created = create_task (new_job ());
  trace ("main: created");
  ensured = asyncio_ensure_future (new_job (), NULL);
  trace ("main: ensured");
  gathered = asyncio_gather (NULL, first, second, NULL);
  trace ("main: gathered");

  asyncio_loop_set_task_factory (running_loop (), NULL, NULL, NULL);
  trace ("main: the factory is off");
  lazy = create_task (new_job ());
  trace ("main: created");
  if (gathered != NULL)
    (void) asyncio_await (gathered, error);
  wait_until_done (lazy);

  return NULL;
}

static void
test_eager (void)
{
  run_main (use_factory);
}

/*
 * A factory belongs to the loop that it was set on. There the first task, which is made before the loop runs, is lazy, and
 * those that it makes are eager. Another loop has lazy tasks only.
 *
 *     the other loop
 *     main: made amber
 *     amber starts
 *     ...
 *     the loop with the factory
 *     basil starts
 *     main: made basil
 *     ...
 */
static gpointer
create_one (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) task = create_task (new_job ());

  (void) error;

  trace ("main: made %s", name_of (task));
  wait_until_done (task);

  return user_data;
}

static void
test_two_loops (void)
{
  g_autoptr (AsyncioLoop) with = asyncio_new_event_loop ();
  g_autoptr (AsyncioLoop) without = asyncio_new_event_loop ();
  gboolean with_first = seed_bool ();

  asyncio_loop_set_task_factory (with, asyncio_eager_task_factory, NULL, NULL);
  for (int i = 0; i < 2; i++)
    {
      gboolean is_with = with_first == (i == 0);

      trace ("%s", is_with ? "the loop with the factory" : "the other loop");
      run_main_in (is_with ? with : without, create_one);
    }
}

/* --- asyncio.create_eager_task_factory() ---------------------------------------------------- */

static AsyncioLoop *expected_loop;
static AsyncioCoroutine *expected_coroutine;
static AsyncioContextVars *expected_context;

static AsyncioTask *
construct (AsyncioLoop         *loop,
           AsyncioCoroutine    *coroutine,
           const char          *name,
           AsyncioContextVars  *context,
           gboolean             eager_start,
           gpointer             user_data,
           GError             **error)
{
  trace ("%s: loop %s, coroutine %s, name %s, context %s, eager_start %s", (const char *) user_data,
         trace_bool (loop == expected_loop), trace_bool (coroutine == expected_coroutine), name != NULL ? name : "None",
         trace_bool (context == expected_context), trace_bool (eager_start));

  return asyncio_task_new (loop, coroutine, NULL, context, error);
}

/*
 * A factory calls its constructor with what create_task() was given, without the name, with eager_start and with its own
 * data. What the constructor makes is what create_task() gives: here a lazy task, if the constructor pleases.
 *
 *     amber: loop True, coroutine True, name None, context True, eager_start True
 *     main: pending
 *     basil starts
 *     ...
 */
static gpointer
use_constructor (gpointer   user_data,
                 GError   **error)
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();
  const char *name = seed_word ();

  (void) user_data;

  asyncio_loop_set_task_factory (running_loop (), asyncio_eager_task_factory,
                                 asyncio_create_eager_task_factory (construct, (gpointer) name, NULL),
                                 asyncio_eager_task_factory_free);
  expected_loop = running_loop ();
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (new_job ());
      g_autoptr (AsyncioTask) task = NULL;
      g_autoptr (GError) raised = NULL;

      expected_coroutine = coroutine;
      expected_context = i == 0 || seed_bool () ? context : NULL;
      task = asyncio_loop_create_task_full (running_loop (), coroutine, seed_bool () ? seed_word () : NULL, expected_context,
                                            NULL, &raised);
      trace ("main: %s", raised != NULL ? trace_error (raised) : state_of (task));
      wait_until_done (task);
      trace ("main: %s", state_of (task));
      (void) asyncio_coroutine_close (coroutine, error);
    }

  return NULL;
}

static void
test_constructor (void)
{
  run_main (use_constructor);
  expected_coroutine = NULL;
  expected_context = NULL;
}

/* --- Names ---------------------------------------------------------------------------------------- */

static gpointer
tell_name (gpointer   user_data,
           GError   **error)
{
  AsyncioTask *self = asyncio_current_task (NULL, NULL);

  trace ("in the step: %s", self->name != NULL ? self->name : "numbered");
  for (int i = GPOINTER_TO_INT (user_data); i > 0 && asyncio_sleep (0, error); i--)
    trace ("later: %s", self->name != NULL ? self->name : "numbered");

  return NULL;
}

/*
 * create_task() gives the task its name when the factory has made it. So the eager step does not see it yet, and what comes
 * later does. A task that is given none keeps its number.
 *
 *     in the step: numbered
 *     main: amber
 *     later: amber
 */
static gpointer
create_named (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  (void) error;

  asyncio_loop_set_task_factory (running_loop (), asyncio_eager_task_factory, NULL, NULL);
  for (int i = 0; i < 4; i++)
    {
      int turns = seed_int (i == 0 ? 1 : 0, 2);
      g_autoptr (GError) raised = NULL;
      g_autoptr (AsyncioTask) task = NULL;

      task = asyncio_create_task_full (asyncio_coroutine_new (tell_name, GINT_TO_POINTER (turns), NULL),
                                       i == 0 || seed_bool () ? seed_word () : NULL, NULL, NULL, &raised);
      trace ("main: %s", raised != NULL ? trace_error (raised) : task->name != NULL ? task->name : "numbered");
      wait_until_done (task);
    }

  return NULL;
}

static void
test_name (void)
{
  run_main (create_named);
}

/* --- Errors ------------------------------------------------------------------------------------------ */

static AsyncioTask *
refuse (AsyncioLoop         *loop,
        AsyncioCoroutine    *coroutine,
        const char          *name,
        AsyncioContextVars  *context,
        gboolean             eager_start,
        gpointer             user_data,
        GError             **error)
{
  (void) loop;
  (void) name;
  (void) context;
  (void) eager_start;

  trace ("constructor: refuses");
  (void) asyncio_coroutine_close (coroutine, NULL);
  g_propagate_error (error, g_error_copy (user_data));

  return NULL;
}

/*
 * The error of a constructor is the error of create_task(). So is what asyncio.Task says of something that is no coroutine.
 *
 *     constructor: refuses
 *     main: create_task raised ValueError: amber
 *     main: create_task raised TypeError
 */
static gpointer
fail_to_create (gpointer   user_data,
                GError   **error)
{
  g_autoptr (GError) refusal = seed_error ();
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (running_loop ());

  (void) user_data;
  (void) error;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) raised = NULL;
      AsyncioCoroutine *coroutine = i == 0 ? new_job () : (AsyncioCoroutine *) future;
      const char *what;
      AsyncioEagerTaskFactory *factory = i == 0 ? asyncio_create_eager_task_factory (refuse, refusal, NULL) : NULL;
      g_autoptr (AsyncioTask) task = NULL;

      asyncio_loop_set_task_factory (running_loop (), asyncio_eager_task_factory, factory, asyncio_eager_task_factory_free);
      task = asyncio_create_task (coroutine, &raised);
      what = i == 0 || raised == NULL ? trace_error (raised) : asyncio_error_get_name (raised);
      trace ("main: create_task raised %s, and gave nothing %s", what, trace_bool (task == NULL));
    }

  return NULL;
}

static void
test_error (void)
{
  run_main (fail_to_create);
}

/* --- Memory ------------------------------------------------------------------------------------------- */

static void
on_freed (gpointer data)
{
  trace ("freed %s", (const char *) data);
}

static void
set_factory (AsyncioLoop    *loop,
             const char     *data,
             GDestroyNotify  destroy)
{
  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory,
                                 asyncio_create_eager_task_factory (construct, (gpointer) data, destroy),
                                 asyncio_eager_task_factory_free);
  trace ("set %s", data);
}

/*
 * The data of a factory is freed with it, once: when another takes its place, when the loop is closed, or when nobody ever
 * used it. It need not be freed at all; and to free no factory is fine.
 *
 *     set amber
 *     freed amber
 *     set basil
 *     ...
 *     freed basil           the loop is closed
 */
static void
test_freed (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  AsyncioEagerTaskFactory *unused = asyncio_create_eager_task_factory (construct, (gpointer) seed_word (), on_freed);

  trace ("made one");
  asyncio_eager_task_factory_free (unused);
  asyncio_eager_task_factory_free (NULL);
  for (int i = seed_int (2, 4); i > 0; i--)
    {
      GDestroyNotify destroy = i == 2 || (i > 2 && seed_bool ()) ? on_freed : NULL;

      set_factory (loop, seed_word (), destroy);
    }
  set_factory (loop, seed_word (), on_freed);
  trace ("close");
  asyncio_loop_close (loop, NULL);
  trace ("closed");
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.12/factory/eager", test_eager);
  graded_test_add ("/3.12/factory/two-loops", test_two_loops);
  graded_test_add ("/3.12/factory/constructor", test_constructor);
  graded_test_add ("/3.12/factory/name", test_name);
  graded_test_add ("/3.12/factory/error", test_error);
  graded_test_add ("/3.12/factory/freed", test_freed);

  return g_test_run ();
}
