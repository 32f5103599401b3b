/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.8: the hidden tests of all parts. They need nothing that the handout does not say.
 */

#include "chain.h"
#include "stack.h"

/*
 * Part A. A task keeps its coroutine as long as it lives itself, also when its loop was closed before the task came to its first
 * step, or in the middle of its work. Whoever asks takes nothing away.
 *
 *     waiting: the same True
 *     unstarted: the same True
 *     log: coroutine 'WORD' was never awaited     the loop is closed
 *     main raised SystemExit
 *     waiting: the same True
 *     unstarted: the same True
 *     log: Task was destroyed but it is pending!  of each
 */
static AsyncioTask *kept[2];
static AsyncioCoroutine *kept_coroutines[2];

static void
trace_kept (void)
{
  static const char *const labels[] = { "waiting", "unstarted" };
  int times = seed_int (2, 5);

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      gboolean same = TRUE;

      for (int j = 0; j < times; j++)
        same &= asyncio_task_get_coro (kept[i]) == kept_coroutines[i];
      trace ("%s: the same %s", labels[i], trace_bool (same));
    }
}

static gpointer
keep_tasks (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  (void) error;

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      kept_coroutines[i] = new_named (sleep_body, NULL);
      kept[i] = start_task (kept_coroutines[i]);
      if (i == 0)
        pause_for (1);
    }
  trace_kept ();

  /* SystemExit stops the loop at once, before the second task begins. */
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "");

  return NULL;
}

static void
test_kept_by_task (void)
{
  run_main (keep_tasks);
  trace_kept ();
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      kept_coroutines[i] = NULL; /* what is lost must not be reachable from here */
      g_clear_pointer (&kept[i], asyncio_unref);
    }
}

/*
 * Part A. A task may be given the name that it has; None, which is "None" then; and the empty name.
 *
 *     again: 'WORD'
 *     None: 'None'
 *     empty: ''
 *     at the end: 'WORD'
 */
static void
trace_name (const char  *label,
            AsyncioTask *task)
{
  const char *name = asyncio_task_get_name (task);

  trace ("%s: %s%s%s", label, name != NULL ? "'" : "", name != NULL ? name : "no name", name != NULL ? "'" : "");
}

static gpointer
give_odd_names (gpointer   user_data,
                GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (asyncio_sleep_coroutine (0));

  (void) user_data;
  (void) error;

  asyncio_task_set_name (task, seed_word ());
  asyncio_task_set_name (task, asyncio_task_get_name (task));
  trace_name ("again", task);
  asyncio_task_set_name (task, NULL);
  trace_name ("None", task);
  asyncio_task_set_name (task, "");
  trace_name ("empty", task);
  asyncio_task_set_name (task, seed_word ());
  wait_until_done (task);
  trace_name ("at the end", task);

  return NULL;
}

static void
test_odd_names (void)
{
  run_main (give_odd_names);
}

/*
 * Part B. A task that waits for a circle of others is not in it: its chain goes in, once around, and ends before what
 * is in it already.
 *
 *     tail: T, > task A, > A, > task B, > B        each in a line of its own
 */
static gpointer
look_into_circle (gpointer   user_data,
                  GError   **error)
{
  AsyncioTask *tasks[4];
  int n = seed_int (2, 4);
  g_autoptr (AsyncioTask) tail = NULL;

  (void) user_data;
  (void) error;

  start_circle (tasks, n);
  tail = start_waiting (new_named (await_object, tasks[seed_int (0, n - 1)]));
  pause_for (1);
  trace_chain ("tail", tail);
  give_up_circle (tasks, n);

  return NULL;
}

static void
test_into_circle (void)
{
  run_main (look_into_circle);
}

/*
 * Part B. Whoever has a chain can look at it later, when all that is in it is over and nobody else holds it.
 *
 *     before: A, > task B, > B, > future        each in a line of its own
 *     after: A, > task B, > B, > future
 *     task B: done True
 *     future: done True
 */
static GPtrArray *
take_chain (void)
{
  g_autoptr (AsyncioTask) second = start_waiting (new_named (sleep_body, NULL));
  g_autoptr (AsyncioTask) first = start_waiting (new_named (await_object, second));
  GPtrArray *chain;

  pause_for (1);
  chain = asyncio_task_get_await_chain (first);
  trace_array ("before", chain);
  wait_until_done (first);

  return chain;
}

static gpointer
keep_chain (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GPtrArray) chain = take_chain ();

  (void) user_data;

  if (!asyncio_sleep (1, error))
    return NULL;

  trace_array ("after", chain);
  for (guint i = 0; i < chain->len; i++)
    if (asyncio_isfuture (g_ptr_array_index (chain, i)))
      trace ("%s: done %s", name_of (g_ptr_array_index (chain, i)),
             trace_bool (asyncio_future_done (g_ptr_array_index (chain, i))));

  return NULL;
}

static void
test_kept_by_chain (void)
{
  run_main (keep_chain);
}

/*
 * Part C. It is the coroutine that has a stack: if somebody else has closed it, there is none, though the task is pending. And a
 * task that failed shows its error even if no frame is asked for.
 *
 *     closed: -
 *     closed| No stack for <Task pending ...>
 *     failed| No stack for <Task finished ...>
 *     failed| ValueError: WORD
 */
static gpointer
close_by_hand (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (new_named (sleep_body, NULL));
  g_autoptr (AsyncioTask) closed = start_task (coroutine);
  g_autoptr (GError) raise = seed_error ();
  g_autoptr (AsyncioTask) failed = start_task (new_named (fail_body, raise));

  (void) user_data;
  (void) error;

  name_task (closed);
  name_task (failed);
  asyncio_coroutine_close (coroutine, NULL);
  trace_stack ("closed", closed, ASYNCIO_NO_LIMIT);
  trace_print ("closed", closed, ASYNCIO_NO_LIMIT);

  wait_until_done (failed);
  trace_print ("failed", failed, 0);
  (void) asyncio_task_exception (failed, NULL);
  wait_until_done (closed);
  (void) asyncio_task_exception (closed, NULL);

  return NULL;
}

static void
test_closed (void)
{
  run_main (close_by_hand);
}

/*
 * Part C. To print an error is not to ask for it: when the task goes and nobody has, the handler is told.
 *
 *     failed| Traceback for ...
 *     failed|   File ...
 *     failed| ValueError: WORD
 *     handler: Task exception was never retrieved | ValueError: WORD
 *     main: goes on
 */
static gpointer
print_and_forget (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (GError) raise = seed_error ();
  AsyncioTask *task = start_task (new_named (fail_body, raise));

  (void) user_data;
  (void) error;

  name_task (task);
  trace_exception_handler (asyncio_get_running_loop (NULL));
  wait_until_done (task);
  trace_print ("failed", task, ASYNCIO_NO_LIMIT);
  asyncio_unref (task);
  trace ("main: goes on");

  return NULL;
}

static void
test_unretrieved (void)
{
  run_main (print_and_forget);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.8/coro/kept", test_kept_by_task);
  graded_test_add ("/3.8/name/odd", test_odd_names);
  graded_test_add ("/3.8/chain/into-a-circle", test_into_circle);
  graded_test_add ("/3.8/chain/kept", test_kept_by_chain);
  graded_test_add ("/3.8/stack/closed", test_closed);
  graded_test_add ("/3.8/print/unretrieved", test_unretrieved);

  return g_test_run ();
}
