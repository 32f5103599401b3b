/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.12: the hidden tests of all parts. They need nothing that the handout does not say.
 */

#include "common.h"

/* --- Part A ------------------------------------------------------------------------------- */

static gpointer
go_down (gpointer   user_data,
         GError   **error)
{
  int depth = GPOINTER_TO_INT (user_data);
  const char *name = current ();
  g_autoptr (AsyncioTask) task = NULL;

  trace ("down: %s", name);
  if (depth > 0)
    task = start_eagerly (named (seed_word (), go_down, GINT_TO_POINTER (depth - 1)));
  else
    trace ("bottom: %s", all_tasks ());

  trace ("up: %s, current is %s", name, current ());
  if ((depth == 0 || seed_bool ()) && asyncio_sleep (0, error))
    trace ("later: %s, current is %s", name, current ());
  wait_until_done (task);

  return NULL;
}

/*
 * Eager tasks that make eager tasks are like calls of calls: each is current when the one below it has come back, and
 * all_tasks() knows all of them meanwhile.
 *
 *     down: amber
 *     down: basil
 *     bottom: amber basil main
 *     up: basil, current is basil
 *     up: amber, current is amber
 *     main: current is main, all tasks ...
 */
static gpointer
make_chain (gpointer   user_data,
            GError   **error)
{
  gpointer depth = GINT_TO_POINTER (seed_int (3, 9));
  g_autoptr (AsyncioTask) task = start_eagerly (named (seed_word (), go_down, depth));

  (void) error;

  trace ("main: current is %s, all tasks %s", current (), all_tasks ());
  wait_until_done (task);
  trace ("main: %s, all tasks %s", state_of (task), all_tasks ());

  return user_data;
}

static void
test_deep (void)
{
  run_main (make_chain);
}

static gpointer
tell_current (gpointer   user_data,
              GError   **error)
{
  (void) error;
  trace ("step: current is %s", current ());

  return user_data;
}

/*
 * A context that is entered already, as that of the task that runs, cannot be entered again: then create fails, and all is
 * as it was before. The coroutine was never awaited, no task was destroyed, the creator goes on, and so does the loop.
 *
 *     log: coroutine 'amber' was never awaited
 *     main: create raised RuntimeError, and gave nothing True
 *     main: current is main, all tasks main
 *     main: goes on
 *     step: current is basil
 *     main: result None
 */
static gpointer
enter_twice (gpointer   user_data,
             GError   **error)
{
  AsyncioTask *self = asyncio_current_task (NULL, NULL);

  for (int i = seed_int (2, 3); i > 0; i--)
    {
      g_autoptr (GError) raised = NULL;
      g_autoptr (AsyncioTask) task = NULL;
      g_autoptr (AsyncioTask) other = NULL;

      task = asyncio_task_new_full (running_loop (), named (seed_word (), tell_current, NULL), NULL,
                                    asyncio_task_get_context (self), TRUE, &raised);
      trace ("main: create raised %s, and gave nothing %s", raised != NULL ? asyncio_error_get_name (raised) : "-",
             trace_bool (task == NULL));
      trace ("main: current is %s, all tasks %s", current (), all_tasks ());
      if (asyncio_sleep (seed_int (0, 1), error))
        trace ("main: goes on");

      other = start_eagerly (named (seed_word (), tell_current, NULL));
      trace ("main: %s", state_of (other));
    }

  return user_data;
}

static void
test_entered_context (void)
{
  run_main (enter_twice);
}

/* --- Part B ------------------------------------------------------------------------------- */

static gpointer
cancel_creator (gpointer   creator,
                GError   **error)
{
  trace ("step: cancel %s", trace_bool (asyncio_task_cancel (creator)));
  if (seed_bool ())
    (void) asyncio_sleep (0, error);

  return NULL;
}

/*
 * In its eager step a task may cancel its creator, which is in the middle of a step itself: it is interrupted at its next
 * await, and not before, also if it awaits the task that cancelled it.
 *
 *     step: cancel True
 *     creator: goes on, result None
 *     creator: interrupted by CancelledError
 *     main: cancelled
 */
static gpointer
be_cancelled (gpointer   user_data,
              GError   **error)
{
  AsyncioTask *self = asyncio_current_task (NULL, NULL);
  g_autoptr (AsyncioTask) task = start_eagerly (asyncio_coroutine_new (cancel_creator, self, NULL));

  trace ("creator: goes on, %s", state_of (task));
  if (task != NULL && !asyncio_future_done (ASYNCIO_FUTURE (task)) && seed_bool ())
    (void) asyncio_await (task, error);
  else
    (void) asyncio_sleep (seed_int (0, 9), error);
  trace ("creator: interrupted by %s", trace_error (*error));

  return user_data;
}

static gpointer
watch_creators (gpointer   user_data,
                GError   **error)
{
  (void) error;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AsyncioTask) creator = i == 0 ? start_lazily (asyncio_coroutine_new (be_cancelled, NULL, NULL))
                                               : start_eagerly (asyncio_coroutine_new (be_cancelled, NULL, NULL));

      wait_until_done (creator);
      trace ("main: %s", state_of (creator));
      pause_for (1);
    }

  return user_data;
}

static void
test_creator (void)
{
  run_main (watch_creators);
}

static void
on_freed (gpointer data)
{
  trace ("freed %s", (const char *) data);
}

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  const char *name = user_data;

  trace ("%s starts", name);
  if (asyncio_sleep (1, error) && asyncio_sleep (1, error))
    trace ("%s ends", name);
  else
    trace ("%s: %s", name, trace_error (*error));

  return NULL;
}

static gpointer
return_at_once (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  (void) error;

  return NULL;
}

/*
 * A task that waits is kept by the loop if nobody else holds it, and works to its end. What a coroutine needed is freed as
 * soon as it is over, for one that was over at once inside the call. What still waits when the loop is closed is given up.
 *
 *     amber starts
 *     freed basil            over at once
 *     main: made them
 *     main: goes
 *     amber ends
 *     freed amber
 *     main: comes back
 *     cedar starts
 *     cedar: GeneratorExit   the loop is closed
 *     freed cedar
 */
static void
start_and_forget (AsyncioCoroutineFunc func)
{
  const char *name = seed_word ();

  asyncio_unref (start_eagerly (asyncio_coroutine_new_full (func, (gpointer) name, on_freed, NULL, name, "test.c:1")));
}

static gpointer
forget_tasks (gpointer   user_data,
              GError   **error)
{
  start_and_forget (work);
  start_and_forget (return_at_once);
  start_and_forget (work);
  trace ("main: made them");
  if (asyncio_sleep (seed_int (3, 9), error))
    trace ("main: comes back");
  start_and_forget (work);

  return user_data;
}

static void
test_kept (void)
{
  run_main (forget_tasks);
}

/* --- Part C ---------------------------------------------------------------------------------- */

static gpointer
tell_loop (gpointer   user_data,
           GError   **error)
{
  (void) error;

  return user_data;
}

/* Makes the task, and takes the factory off, which is in use. */
static AsyncioTask *
construct_and_remove (AsyncioLoop         *loop,
                      AsyncioCoroutine    *coroutine,
                      const char          *name,
                      AsyncioContextVars  *context,
                      gboolean             eager_start,
                      gpointer             user_data,
                      GError             **error)
{
  AsyncioTask *task = asyncio_task_new (loop, coroutine, name, context, error);

  (void) eager_start;

  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  trace ("%s: has taken itself off", (const char *) user_data);

  return task;
}

static AsyncioTask *
construct (AsyncioLoop         *loop,
           AsyncioCoroutine    *coroutine,
           const char          *name,
           AsyncioContextVars  *context,
           gboolean             eager_start,
           gpointer             user_data,
           GError             **error)
{
  (void) eager_start;
  trace ("%s: makes a task", (const char *) user_data);

  return asyncio_task_new (loop, coroutine, name, context, error);
}

/*
 * Each factory has its own constructor and data. Two may be there at the same time, one for each loop, whichever was made
 * last. One that takes itself off in its constructor is freed when the constructor is done.
 *
 *     amber: makes a task
 *     basil: has taken itself off
 *     freed basil
 *     amber: makes a task
 *     ...
 */
static void
test_several (void)
{
  AsyncioLoop *loops[2] = { asyncio_new_event_loop (), asyncio_new_event_loop () };
  int removing = seed_int (0, 1);

  for (int i = 0; i < 2; i++)
    asyncio_loop_set_task_factory (loops[i], asyncio_eager_task_factory,
                                   asyncio_create_eager_task_factory (i == removing ? construct_and_remove : construct,
                                                                      (gpointer) seed_word (), on_freed),
                                   asyncio_eager_task_factory_free);

  for (int i = seed_int (3, 6); i > 0; i--)
    {
      int which = i < 3 ? i % 2 : seed_int (0, 1);
      g_autoptr (GError) error = NULL;
      const char *value = asyncio_loop_run_until_complete (loops[which],
                                                           asyncio_coroutine_new (tell_loop, (gpointer) seed_word (), NULL),
                                                           &error);

      trace ("loop %d gave %s", which, error != NULL ? trace_error (error) : value);
    }

  for (int i = 0; i < 2; i++)
    {
      trace ("close");
      asyncio_loop_close (loops[i], NULL);
      asyncio_loop_unref (loops[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.12/step/deep", test_deep);
  graded_test_add ("/3.12/step/entered-context", test_entered_context);
  graded_test_add ("/3.12/end/creator", test_creator);
  graded_test_add ("/3.12/end/kept", test_kept);
  graded_test_add ("/3.12/factory/several", test_several);

  return g_test_run ();
}
