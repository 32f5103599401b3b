/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.12, part A: the first step of an eager task.
 */

#include "common.h"

/* --- When it is taken -------------------------------------------------------------------- */

/*
 * An eager task starts inside the call that makes it, and goes on in a later turn. A lazy one, made before or after it,
 * starts when its turn comes.
 *
 *     main: made amber            lazy
 *     basil starts
 *     main: made basil            eager
 *     ...
 *     amber starts
 *     basil ends
 *     ...
 */
static gpointer
start_several (gpointer   user_data,
               GError   **error)
{
  AsyncioTask *tasks[6];
  int first_eager = seed_int (0, 1);

  (void) user_data;
  (void) error;

  for (int i = 0; i < 6; i++)
    {
      const char *name = seed_word ();
      gboolean eagerly = i < 2 ? i == first_eager : seed_bool ();

      tasks[i] = start (named (name, start_and_end, (gpointer) name), NULL, eagerly);
      trace ("main: made %s, %s", name, state_of (tasks[i]));
    }

  for (int i = 0; i < 6; i++)
    {
      wait_until_done (tasks[i]);
      asyncio_unref (tasks[i]);
    }

  return NULL;
}

static void
test_at_once (void)
{
  run_main (start_several);
}

/* --- What ends it -------------------------------------------------------------------------- */

typedef struct
{
  AsyncioFuture *done;    /* a future that has a value */
  AsyncioTask *over;      /* a task that has returned */
  AsyncioFuture *pending; /* a future without a value as yet */
  int order[5];           /* of what is awaited */
} Awaited;

static gpointer
return_word (gpointer   user_data,
             GError   **error)
{
  (void) error;

  return user_data;
}

static gpointer
await_in_order (gpointer   user_data,
                GError   **error)
{
  static const char *const kinds[] = { "a coroutine", "a done future", "a done task", "sleep(0)", "a pending future" };
  Awaited *self = user_data;

  for (guint i = 0; i < G_N_ELEMENTS (self->order); i++)
    {
      const char *value = NULL;

      switch (self->order[i])
        {
        case 0:
          value = asyncio_await (asyncio_coroutine_new (return_word, (gpointer) seed_word (), NULL), error);
          break;
        case 1:
          value = asyncio_await (self->done, error);
          break;
        case 2:
          value = asyncio_await (self->over, error);
          break;
        case 3:
          (void) asyncio_sleep (0, error);
          break;
        default:
          value = asyncio_await (self->pending, error);
          break;
        }
      trace ("step: %s gave %s", kinds[self->order[i]], value != NULL ? value : "None");
    }

  return (gpointer) "the end";
}

/* Any order, but the first is one that need not be waited for. */
static void
shuffle (int *order)
{
  int first = seed_int (0, 2);

  order[0] = first;
  order[first] = 0;
  for (int i = 4; i > 1; i--)
    {
      int j = seed_int (1, i);
      int kind = order[i];

      order[i] = order[j];
      order[j] = kind;
    }
}

/*
 * The eager step goes on through what need not be waited for: coroutines, futures and tasks that are done. It ends at the
 * first await that waits, a pending future or sleep(0), whichever comes first. From there on the task is like any other.
 *
 *     step: a done future gave basil
 *     main: made it, pending
 *     main: a turn later, pending
 *     ...
 */
static gpointer
await_everything (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (AsyncioFuture) done = asyncio_loop_create_future (running_loop ());
  g_autoptr (AsyncioFuture) pending = asyncio_loop_create_future (running_loop ());
  g_autoptr (AsyncioTask) over = start_lazily (asyncio_coroutine_new (return_word, (gpointer) seed_word (), NULL));
  g_autoptr (AsyncioTask) task = NULL;
  Awaited awaited = { done, over, pending, { 0, 1, 2, 3, 4 } };

  (void) user_data;

  shuffle (awaited.order);
  asyncio_future_set_result (done, (gpointer) seed_word (), NULL, error);
  wait_until_done (over);

  task = start_eagerly (asyncio_coroutine_new (await_in_order, &awaited, NULL));
  trace ("main: made it, %s", state_of (task));
  for (int i = 0; i < 3; i++)
    {
      pause_for (1);
      trace ("main: a turn later, %s", state_of (task));
    }
  asyncio_future_set_result (pending, (gpointer) seed_word (), NULL, error);
  trace ("main: the future is done, %s", state_of (task));
  wait_until_done (task);
  trace ("main: %s", state_of (task));

  return NULL;
}

static void
test_what_suspends (void)
{
  run_main (await_everything);
}

/* --- Its place among other events ------------------------------------------------------------ */

typedef struct
{
  const char *name;
  int turns;
} Job;

static gpointer
take_turns (gpointer   user_data,
            GError   **error)
{
  const Job *self = user_data;

  for (int i = 0; i <= self->turns; i++)
    {
      trace ("%s %d", self->name, i);
      if (i < self->turns && !asyncio_sleep (0, error))
        break;
    }

  return NULL;
}

static AsyncioCoroutine *
new_job (Job *job,
         int  least_turns)
{
  job->name = seed_word ();
  job->turns = seed_int (least_turns, 3);

  return named (job->name, take_turns, job);
}

/*
 * The first step comes before everything that is scheduled, and only the steps after it have their place in the queue, one
 * turn earlier than those of a lazy task that was made at the same time.
 *
 *     cedar 0                       eager
 *     main waits
 *     callback amber
 *     basil 0                       lazy
 *     cedar 1
 *     ...
 */
static gpointer
mix_events (gpointer   user_data,
            GError   **error)
{
  static Job jobs[9];
  AsyncioTask *tasks[9] = { NULL };
  int shift = seed_int (0, 2);

  (void) user_data;
  (void) error;

  for (int i = 0; i < 9; i++)
    {
      switch ((i + shift) % 3)
        {
        case 0:
          call_soon (seed_word ());
          break;
        case 1:
          tasks[i] = start_lazily (new_job (&jobs[i], i < 3 ? 1 : 0));
          break;
        default:
          tasks[i] = start_eagerly (new_job (&jobs[i], i < 3 ? 1 : 0));
          break;
        }
    }

  for (int i = 0; i < 5; i++)
    {
      trace ("main waits");
      pause_for (1);
    }
  for (int i = 0; i < 9; i++)
    asyncio_unref (tasks[i]);

  return NULL;
}

static void
test_order (void)
{
  run_main (mix_events);
}

/* --- The current task ----------------------------------------------------------------------------- */

static gpointer
tell_current (gpointer   user_data,
              GError   **error)
{
  const char *name = user_data;

  trace ("%s: current is %s", name, current ());
  if (seed_bool () && asyncio_sleep (0, error))
    trace ("%s later: current is %s", name, current ());

  return NULL;
}

static gpointer
start_another (gpointer   user_data,
               GError   **error)
{
  const char *name = user_data;
  const char *inner = seed_word ();
  g_autoptr (AsyncioTask) task = NULL;

  trace ("%s: current is %s", name, current ());
  task = start_eagerly (named (inner, tell_current, (gpointer) inner));
  trace ("%s again: current is %s", name, current ());
  if (asyncio_sleep (1, error))
    trace ("%s later: current is %s", name, current ());
  wait_until_done (task);

  return NULL;
}

static void
start_in_a_callback (gpointer   user_data,
                     GError   **error)
{
  const char *name = seed_word ();

  (void) user_data;
  (void) error;

  trace ("callback: current is %s", current ());
  asyncio_unref (start_eagerly (named (name, tell_current, (gpointer) name)));
  trace ("callback again: current is %s", current ());
}

/*
 * During its eager step a task is the current one, and afterwards its creator is again: a task, another eager task in the
 * middle of its own eager step, or, for a plain callback, none.
 *
 *     outer: current is outer
 *     inner: current is inner
 *     outer again: current is outer
 *     main: current is main
 *     callback: current is None
 *     ...
 */
static gpointer
look_at_current (gpointer   user_data,
                 GError   **error)
{
  const char *name = seed_word ();
  g_autoptr (AsyncioTask) task = start_eagerly (named (name, start_another, (gpointer) name));

  (void) user_data;

  trace ("main: current is %s", current ());
  (void) asyncio_loop_call_soon (running_loop (), start_in_a_callback, NULL, NULL, error);
  pause_for (3);
  trace ("main: current is %s", current ());
  wait_until_done (task);

  return NULL;
}

static void
test_current_task (void)
{
  run_main (look_at_current);
}

/* --- all_tasks() -------------------------------------------------------------------------------------- */

static gpointer
look_around (gpointer   user_data,
             GError   **error)
{
  const Job *self = user_data;

  trace ("%s sees %s", self->name, all_tasks ());
  for (int i = 0; i < self->turns && asyncio_sleep (0, error); i++)
    trace ("%s sees %s", self->name, all_tasks ());

  return NULL;
}

/*
 * all_tasks() knows an eager task while it takes its eager step, and as long as it is not done.
 *
 *     amber sees amber main
 *     main sees main                        amber is done
 *     basil sees basil main
 *     main sees basil main                  basil waits
 *     ...
 */
static gpointer
look_at_all_tasks (gpointer   user_data,
                   GError   **error)
{
  static Job jobs[4];

  (void) user_data;
  (void) error;

  for (int i = 0; i < 4; i++)
    {
      jobs[i].name = seed_word ();
      jobs[i].turns = i % 2 == 0 ? 0 : seed_int (1, 3);
      asyncio_unref (start_eagerly (named (jobs[i].name, look_around, &jobs[i])));
      trace ("main sees %s", all_tasks ());
    }

  for (int i = 0; i < 4; i++)
    {
      pause_for (1);
      trace ("main sees %s", all_tasks ());
    }

  return NULL;
}

static void
test_all_tasks (void)
{
  run_main (look_at_all_tasks);
}

/* --- The context ------------------------------------------------------------------------------------------ */

static AsyncioContextVar *variable;

static const char *
get_variable (void)
{
  return asyncio_context_var_get_or (variable, (gpointer) "nothing");
}

static gpointer
set_variable (gpointer   user_data,
              GError   **error)
{
  trace ("task sees %s", get_variable ());
  asyncio_context_var_set (variable, user_data, NULL, NULL);
  trace ("task sees %s", get_variable ());
  if (asyncio_sleep (0, error))
    trace ("task later sees %s", get_variable ());

  return NULL;
}

/*
 * The eager step is taken in the context of the task: a copy of the creator's, or the one that was asked for. What it sets,
 * the task sees later, and the creator does not see.
 *
 *     task sees amber               main's
 *     task sees basil
 *     main sees amber
 *     task later sees basil
 *     task sees nothing             in a context of its own
 *     task sees cedar
 *     main sees amber, in the context it is cedar
 *     ...
 */
static gpointer
look_at_contexts (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();
  g_autoptr (AsyncioTask) first = NULL;
  g_autoptr (AsyncioTask) second = NULL;
  const char *found;

  (void) user_data;
  (void) error;

  asyncio_context_var_set (variable, (gpointer) seed_word (), NULL, NULL);
  first = start_eagerly (asyncio_coroutine_new (set_variable, (gpointer) seed_word (), NULL));
  trace ("main sees %s", get_variable ());
  asyncio_context_var_set (variable, (gpointer) seed_word (), NULL, NULL);
  wait_until_done (first);

  second = start (asyncio_coroutine_new (set_variable, (gpointer) seed_word (), NULL), context, TRUE);
  found = asyncio_context_get (context, variable);
  trace ("main sees %s, in the context it is %s", get_variable (), found != NULL ? found : "nothing");
  wait_until_done (second);
  trace ("main sees %s", get_variable ());

  return NULL;
}

static void
test_context (void)
{
  variable = asyncio_context_var_new ("variable");
  run_main (look_at_contexts);
  g_clear_pointer (&variable, asyncio_context_var_unref);
}

/* --- A loop that does not run ------------------------------------------------------------------------------ */

static gpointer
wait_for_it (gpointer   user_data,
             GError   **error)
{
  trace ("main");
  (void) asyncio_sleep (0, error);

  return user_data;
}

/*
 * On a loop that does not run nothing is eager: a task is scheduled, and runs when the loop does, in the order in which the
 * tasks were made.
 *
 *     made: pending
 *     made: pending
 *     amber starts
 *     ...
 */
static void
test_not_running (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  int n = seed_int (2, 4);
  AsyncioTask *tasks[4] = { NULL };

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      const char *name = seed_word ();

      tasks[i] = asyncio_task_new_full (loop, named (name, start_and_end, (gpointer) name), NULL, NULL, seed_bool () || i == 0,
                                        &error);
      trace ("made: %s", error != NULL ? trace_error (error) : state_of (tasks[i]));
    }

  run_main_in (loop, wait_for_it);
  for (int i = 0; i < n; i++)
    {
      trace ("at the end: %s", state_of (tasks[i]));
      asyncio_unref (tasks[i]);
    }
}

/* --- The name --------------------------------------------------------------------------------------------------- */

static gpointer
tell_name (gpointer   user_data,
           GError   **error)
{
  AsyncioTask *self = asyncio_current_task (NULL, NULL);

  (void) user_data;

  trace ("in the step: %s", self->name != NULL ? name_in_repr (self) : "numbered");
  (void) asyncio_sleep (0, error);

  return NULL;
}

/*
 * A task has the name that it was given from the start, so its eager step sees it. One without a name has a number, and takes
 * only one, though it begins in a way of its own.
 *
 *     in the step: amber
 *     made: amber
 *     in the step: numbered
 *     made: one more than before True
 */
static gpointer
look_at_names (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioTask) task = NULL;
  guint number = 0;

  (void) user_data;

  task = asyncio_task_new_full (running_loop (), asyncio_coroutine_new (tell_name, NULL, NULL), seed_word (), NULL, TRUE,
                                error);
  if (task != NULL)
    trace ("made: %s", name_in_repr (task));

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (AsyncioTask) other = start_eagerly (asyncio_coroutine_new (tell_name, NULL, NULL));

      if (i > 0 && other != NULL)
        trace ("made: one more than before %s", trace_bool (other->number == number + 1));
      number = other != NULL ? other->number : 0;
    }
  pause_for (2);

  return NULL;
}

static void
test_name (void)
{
  run_main (look_at_names);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.12/step/at-once", test_at_once);
  graded_test_add ("/3.12/step/what-suspends", test_what_suspends);
  graded_test_add ("/3.12/step/order", test_order);
  graded_test_add ("/3.12/step/current-task", test_current_task);
  graded_test_add ("/3.12/step/all-tasks", test_all_tasks);
  graded_test_add ("/3.12/step/context", test_context);
  graded_test_add ("/3.12/step/not-running", test_not_running);
  graded_test_add ("/3.12/step/name", test_name);

  return g_test_run ();
}
