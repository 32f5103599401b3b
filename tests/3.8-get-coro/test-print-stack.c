/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.8, part C: the stack of a task.
 */

#include "stack.h"

/*
 * The stack of a task is its coroutine, as long as that is not over: before the start, while it is suspended and while it runs.
 * What the coroutine awaits is not in it. A task that failed has one, too; one that is over without an error has none.
 *
 *     created: amber
 *     running: amber
 *     suspended: amber
 *     finished: -
 *     failed: cedar
 *     cancelled: -
 */
static gpointer
look_while_running (gpointer   user_data,
                    GError   **error)
{
  (void) user_data;
  trace_stack ("running", asyncio_current_task (NULL, NULL), ASYNCIO_NO_LIMIT);

  return asyncio_await (new_named (sleep_body, NULL), error);
}

static gpointer
look_at_frames (gpointer   user_data,
                GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (new_named (look_while_running, NULL));
  g_autoptr (GError) raise = seed_error ();
  g_autoptr (AsyncioTask) failed = start_task (new_named (fail_body, raise));
  g_autoptr (AsyncioTask) cancelled = start_task (new_named (sleep_body, NULL));

  (void) user_data;
  (void) error;

  trace_stack ("created", task, ASYNCIO_NO_LIMIT);
  pause_for (1);
  trace_stack ("suspended", task, ASYNCIO_NO_LIMIT);
  cancel_and_wait (cancelled);
  wait_until_done (task);
  wait_until_done (failed);
  trace_stack ("finished", task, ASYNCIO_NO_LIMIT);
  trace_stack ("failed", failed, ASYNCIO_NO_LIMIT);
  trace_stack ("cancelled", cancelled, ASYNCIO_NO_LIMIT);
  (void) asyncio_task_exception (failed, NULL);

  return NULL;
}

static void
test_frames (void)
{
  run_main (look_at_frames);
}

/*
 * The limit is how many frames one wants at most. Zero, and less than that, is none, for a stack and for a traceback.
 *
 *     limit 1: amber          in an order of the seed
 *     limit 0: -
 *     limit -3: -
 *     limit 7: amber
 *     No stack for ...
 */
static gpointer
look_with_limits (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (GError) raise = seed_error ();
  g_autoptr (AsyncioTask) failed = start_task (new_named (fail_body, raise));
  g_autoptr (AsyncioTask) task = start_task (new_named (sleep_body, NULL));
  const int limits[] = { 0, 1, -seed_int (1, 9), seed_int (2, 9) };
  int first = seed_int (0, 3);

  (void) user_data;
  (void) error;

  name_task (task);
  name_task (failed);
  wait_until_done (failed);
  for (int i = 0; i < 4; i++)
    {
      int limit = limits[(first + i) % 4];
      g_autofree char *label = g_strdup_printf ("limit %d", limit);

      trace_stack (label, task, limit);
      trace_stack (label, failed, limit);
    }
  trace_print ("stack", task, 0);
  (void) asyncio_task_exception (failed, NULL);
  cancel_and_wait (task);

  return NULL;
}

static void
test_limit (void)
{
  run_main (look_with_limits);
}

/*
 * A task that is pending prints "Stack for", its description, and a line for its coroutine: the file and the line where it was
 * made, and its name. What it waits for is in the description.
 *
 *     created| Stack for <Task pending name='WORD' coro=<amber() at basil.c:12>> (most recent call last):
 *     created|   File "basil.c", line 12, in amber
 *     suspended| ...
 */
static gpointer
print_pending (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (new_named (sleep_body, NULL));

  (void) user_data;
  (void) error;

  name_task (task);
  trace_print ("created", task, ASYNCIO_NO_LIMIT);
  pause_for (1);
  trace_print ("suspended", task, ASYNCIO_NO_LIMIT);
  cancel_and_wait (task);

  return NULL;
}

static void
test_pending (void)
{
  run_main (print_pending);
}

/*
 * A task that failed prints "Traceback for", the line of its coroutine, and the error: one with a message, and one without.
 *
 *     failed| Traceback for <Task finished name='WORD' coro=<amber() at basil.c:12>> (most recent call last):
 *     failed|   File "basil.c", line 12, in amber
 *     failed| ValueError: WORD
 */
static void
print_failed_with (GError *raise)
{
  g_autoptr (AsyncioTask) task = start_task (new_named (fail_body, raise));

  name_task (task);
  wait_until_done (task);
  trace_print ("failed", task, ASYNCIO_NO_LIMIT);
  (void) asyncio_task_exception (task, NULL);
}

static gpointer
print_failed (gpointer   user_data,
              GError   **error)
{
  g_autoptr (GError) with_message = seed_error ();
  g_autoptr (GError) without = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "");

  (void) user_data;
  (void) error;

  print_failed_with (with_message);
  print_failed_with (without);

  return NULL;
}

static void
test_failed (void)
{
  run_main (print_failed);
}

/*
 * A task that returned, and one that was cancelled, print "No stack for" and nothing else: to be cancelled is no error of
 * the task's. Since 3.8 CancelledError is none that "except Exception" catches either, so the careless one ends as cancelled.
 *
 *     finished| No stack for <Task finished name='WORD' coro=<amber() at basil.c:12>>
 *     careless: lets CancelledError pass
 *     cancelled| No stack for <Task cancelled name='WORD' coro=<cedar() at delta.c:7>>
 */
static gpointer
careless (gpointer   user_data,
          GError   **error)
{
  g_autoptr (GError) caught = NULL;

  (void) user_data;

  asyncio_sleep (3600, &caught);
  if (caught != NULL && asyncio_error_is_base (caught))
    {
      trace ("careless: lets %s pass", trace_error (caught));
      g_propagate_error (error, g_steal_pointer (&caught));
      return NULL;
    }
  trace ("careless: went on");

  return NULL;
}

static gpointer
print_empty (gpointer   user_data,
             GError   **error)
{
  g_autoptr (AsyncioTask) finished = start_task (new_named (sleep_body, NULL));
  g_autoptr (AsyncioTask) cancelled = start_task (new_named (careless, NULL));

  (void) user_data;
  (void) error;

  name_task (finished);
  name_task (cancelled);
  wait_until_done (finished);
  cancel_and_wait (cancelled);
  trace_print ("finished", finished, ASYNCIO_NO_LIMIT);
  trace_print ("cancelled", cancelled, ASYNCIO_NO_LIMIT);

  return NULL;
}

static void
test_empty (void)
{
  run_main (print_empty);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.8/stack/frames", test_frames);
  graded_test_add ("/3.8/stack/limit", test_limit);
  graded_test_add ("/3.8/print/pending", test_pending);
  graded_test_add ("/3.8/print/failed", test_failed);
  graded_test_add ("/3.8/print/empty", test_empty);

  return g_test_run ();
}
