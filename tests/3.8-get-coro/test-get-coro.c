/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.8, part A: the coroutine of a task, and its name.
 */

#include "common.h"

#include <stdlib.h>
#include <string.h>

/* --- The coroutine ------------------------------------------------------------------ */

/* Waits, and then ends by a value or by the error that it was given. */
static gpointer
wait_and_end (gpointer   user_data,
              GError   **error)
{
  GError *raise = user_data;

  if (asyncio_sleep (seed_int (1, 9), error) && raise != NULL)
    g_propagate_error (error, g_error_copy (raise));

  return NULL;
}

/* One life of a task. At each moment its coroutine is asked for. */
static void
live (const char *label,
      GError     *raise,
      gboolean    cancel)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_coroutine_new (wait_and_end, raise, NULL));
  g_autoptr (AsyncioTask) task = start_task (coroutine);

  trace ("%s: before the start %s", label, trace_bool (asyncio_task_get_coro (task) == coroutine));
  pause_for (1);
  trace ("%s: suspended %s", label, trace_bool (asyncio_task_get_coro (task) == coroutine));
  if (cancel)
    asyncio_task_cancel (task);
  trace ("%s: still %s", label, trace_bool (asyncio_task_get_coro (task) == coroutine));
  wait_until_done (task);
  trace ("%s: %s, %s", label, trace_state (task), trace_bool (asyncio_task_get_coro (task) == coroutine));
  (void) asyncio_future_exception (ASYNCIO_FUTURE (task), NULL);
}

/*
 * get_coro() gives the very object that the task was made from, at every moment: for a task that ends by a value, by an
 * error, and as cancelled.
 *
 *     amber: before the start True
 *     amber: suspended True
 *     amber: still True
 *     amber: result None, True
 *     basil: ...
 */
static gpointer
live_three_lives (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (GError) raise = seed_error ();

  (void) user_data;
  (void) error;

  live (seed_word (), NULL, FALSE);
  live (seed_word (), raise, FALSE);
  live (seed_word (), NULL, TRUE);

  return NULL;
}

static void
test_same_object (void)
{
  run_main (live_three_lives);
}

/* The state of a task's coroutine, as inspect.getcoroutinestate() tells it. */
static const char *
state_of (AsyncioTask *task)
{
  static const char *const names[] = { "CREATED", "RUNNING", "SUSPENDED", "CLOSED" };
  AsyncioCoroutine *coroutine = asyncio_task_get_coro (task);

  return coroutine != NULL ? names[asyncio_coroutine_get_state (coroutine)] : "no coroutine";
}

/*
 * Through get_coro() one sees what a coroutine is doing. A task that is cancelled before its first step has one that is
 * closed, and whose body never ran.
 *
 *     created: CREATED
 *     amber: RUNNING
 *     first await: SUSPENDED
 *     amber again: RUNNING
 *     done: CLOSED
 *     cancelled at once: CREATED
 *     cancelled: CLOSED
 */
static gpointer
look_at_itself (gpointer   user_data,
                GError   **error)
{
  const char *name = user_data;

  trace ("%s: %s", name, state_of (asyncio_current_task (NULL, NULL)));
  if (!asyncio_sleep (seed_int (1, 9), error))
    return NULL;
  trace ("%s again: %s", name, state_of (asyncio_current_task (NULL, NULL)));

  return NULL;
}

static gpointer
look_at_states (gpointer   user_data,
                GError   **error)
{
  const char *name = seed_word ();
  g_autoptr (AsyncioTask) task = start_task (asyncio_coroutine_new (look_at_itself, (gpointer) name, NULL));
  g_autoptr (AsyncioTask) cancelled = NULL;

  (void) user_data;
  (void) error;

  trace ("created: %s", state_of (task));
  pause_for (1);
  trace ("first await: %s", state_of (task));
  wait_until_done (task);
  trace ("done: %s", state_of (task));

  cancelled = start_task (asyncio_coroutine_new (look_at_itself, (gpointer) "must not run", NULL));
  asyncio_task_cancel (cancelled);
  trace ("cancelled at once: %s", state_of (cancelled));
  wait_until_done (cancelled);
  trace ("cancelled: %s", state_of (cancelled));

  return NULL;
}

static void
test_state (void)
{
  run_main (look_at_states);
}

/*
 * current_task().get_coro() is the outermost coroutine of the task, also when it is asked for in a coroutine that this awaits.
 *
 *     2 sees amber
 *     1 sees amber
 *     0 sees amber
 *     0 still sees amber ...
 */
static gpointer
see (gpointer   user_data,
     GError   **error)
{
  int *depth = user_data;

  trace ("%d sees %s", *depth, name_of (asyncio_task_get_coro (asyncio_current_task (NULL, NULL))));
  if (*depth > 0)
    {
      int next = *depth - 1;

      asyncio_await (new_named (see, &next), error);
    }
  else
    {
      pause_for (1);
    }
  trace ("%d still sees %s", *depth, name_of (asyncio_task_get_coro (asyncio_current_task (NULL, NULL))));

  return NULL;
}

static gpointer
see_outermost (gpointer   user_data,
               GError   **error)
{
  int depth = seed_int (1, 4);
  g_autoptr (AsyncioTask) task = start_task (new_named (see, &depth));

  (void) user_data;
  (void) error;
  wait_until_done (task);

  return NULL;
}

static void
test_outermost (void)
{
  run_main (see_outermost);
}

/*
 * Only tasks have a coroutine and a name. A plain future, and what gather() and shield() give, have none, and to name one
 * does nothing.
 *
 *     task: a coroutine True, a name True
 *     future: a coroutine False, a name False
 *     gather: a coroutine False, a name False
 *     shield: a coroutine False, a name False
 */
static void
look_at_awaitable (const char *label,
                   gpointer    awaitable)
{
  asyncio_task_set_name (awaitable, seed_word ());
  trace ("%s: a coroutine %s, a name %s", label, trace_bool (asyncio_task_get_coro (awaitable) != NULL),
         trace_bool (asyncio_task_get_name (awaitable) != NULL));
}

static gpointer
look_at_awaitables (gpointer   user_data,
                    GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (asyncio_sleep_coroutine (seed_int (1, 9)));
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (asyncio_get_running_loop (NULL));
  g_autoptr (AsyncioFuture) group = asyncio_gather (error, task, NULL);
  g_autoptr (AsyncioFuture) shielded = asyncio_shield (task, error);

  (void) user_data;

  look_at_awaitable ("task", task);
  look_at_awaitable ("future", future);
  look_at_awaitable ("gather", group);
  look_at_awaitable ("shield", shielded);
  wait_until_done (task);

  return NULL;
}

static void
test_no_task (void)
{
  run_main (look_at_awaitables);
}

/* --- The name ----------------------------------------------------------------------------- */

/* The number N of a task that is called "Task-N", or -1. */
static int
number_of (AsyncioTask *task)
{
  const char *name = asyncio_task_get_name (task);

  return name != NULL && g_str_has_prefix (name, "Task-") ? atoi (name + strlen ("Task-")) : -1;
}

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "None";
}

/*
 * A task has the name that it was given when it was made, or one with a number: they count up as tasks are made, and not as they
 * are asked, which happens in an order of the seed here.
 *
 *     task 0: numbered True, 0 after the first
 *     task 1: numbered True, 1 after the first
 *     ...
 *     given: WORD
 */
static gpointer
look_at_names (gpointer   user_data,
               GError   **error)
{
  AsyncioTask *tasks[4];
  g_autoptr (AsyncioTask) given = NULL;
  int shift = seed_int (1, 3);
  int numbers[4];

  (void) user_data;

  for (int i = 0; i < 4; i++)
    tasks[i] = start_task (asyncio_sleep_coroutine (0));
  given = asyncio_create_task_full (asyncio_sleep_coroutine (0), seed_word (), NULL, NULL, error);

  for (int i = 0; i < 4; i++)
    numbers[(i + shift) % 4] = number_of (tasks[(i + shift) % 4]);
  for (int i = 0; i < 4; i++)
    trace ("task %d: numbered %s, %d after the first", i, trace_bool (numbers[i] > 0), numbers[i] - numbers[0]);
  trace ("given: %s", text_or_none (asyncio_task_get_name (given)));

  wait_until_done (given);
  for (int i = 0; i < 4; i++)
    asyncio_unref (tasks[i]);

  return NULL;
}

static void
test_names (void)
{
  run_main (look_at_names);
}

/* What the description of a task says of its name. */
static const char *
name_in_repr (AsyncioTask *task)
{
  g_autofree char *repr = asyncio_repr (task);
  char *begin = strstr (repr, "name='");
  char *end = begin != NULL ? strstr (begin, "' coro=") : NULL;

  if (end == NULL)
    return "no name";
  *end = '\0';

  return g_intern_string (begin + strlen ("name='"));
}

/*
 * set_name() renames a task at any time, also one that is done, and two may have the same name. The name is a copy.
 *
 *     renamed: first, first
 *     inside: first
 *     inside: first
 *     done: second, described as second
 *     the other: first
 */
static gpointer
tell_name (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("inside: %s", text_or_none (asyncio_task_get_name (asyncio_current_task (NULL, NULL))));

  return NULL;
}

static gpointer
rename_tasks (gpointer   user_data,
              GError   **error)
{
  g_autoptr (AsyncioTask) task = asyncio_create_task_full (asyncio_coroutine_new (tell_name, NULL, NULL), seed_word (), NULL,
                                                           NULL, error);
  g_autoptr (AsyncioTask) other = start_task (asyncio_coroutine_new (tell_name, NULL, NULL));
  char name[32];

  (void) user_data;

  g_strlcpy (name, seed_word (), sizeof name);
  asyncio_task_set_name (task, name);
  asyncio_task_set_name (other, name);
  memset (name, 'x', strlen (name));
  trace ("renamed: %s, %s", text_or_none (asyncio_task_get_name (task)),
         text_or_none (asyncio_task_get_name (other)));
  wait_until_done (task);
  wait_until_done (other);

  asyncio_task_set_name (task, seed_word ());
  trace ("done: %s, described as %s", text_or_none (asyncio_task_get_name (task)), name_in_repr (task));
  trace ("the other: %s", text_or_none (asyncio_task_get_name (other)));

  return NULL;
}

static void
test_set_name (void)
{
  run_main (rename_tasks);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.8/coro/same-object", test_same_object);
  graded_test_add ("/3.8/coro/state", test_state);
  graded_test_add ("/3.8/coro/outermost", test_outermost);
  graded_test_add ("/3.8/coro/no-task", test_no_task);
  graded_test_add ("/3.8/name/number", test_names);
  graded_test_add ("/3.8/name/set", test_set_name);

  return g_test_run ();
}
