/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10: the hidden tests that need no explorer. They need nothing that the handout does not say.
 */

#include "binding.h"

/*
 * Part B. Once bound, always bound. The object keeps its loop, also when that is closed and nobody else has it, and is never
 * taken for one of another loop, which may well lie at the same place in memory. Who was refused changes nothing.
 *
 *     first: its own, -
 *     other: None, RuntimeError: <Thing> is bound to a different event loop        some times
 *     first: its own, -                                                            again
 *     kept: closed True
 *     other: None, RuntimeError ...                                                some times
 */
static gpointer
get_as_first (gpointer   user_data,
              GError   **error)
{
  (void) error;
  trace_get_loop ("first", user_data);

  return NULL;
}

static gpointer
get_as_other (gpointer   user_data,
              GError   **error)
{
  (void) error;
  trace_get_loop ("other", user_data);

  return NULL;
}

static void
test_kept (void)
{
  AsyncioLoop *first;
  Thing thing;

  asyncio_set_clock (NULL);
  thing_init (&thing);
  first = asyncio_new_event_loop ();
  (void) asyncio_loop_run_until_complete (first, asyncio_coroutine_new (get_as_first, &thing, NULL), NULL);
  for (int i = seed_int (1, 2); i > 0; i--)
    run_in_new_loop (get_as_other, &thing);
  (void) asyncio_loop_run_until_complete (first, asyncio_coroutine_new (get_as_first, &thing, NULL), NULL);
  asyncio_loop_close (first, NULL);
  asyncio_loop_unref (first);

  if (thing.bound.loop != NULL)
    trace ("kept: closed %s", trace_bool (asyncio_loop_is_closed (thing.bound.loop)));
  for (int i = seed_int (1, 3); i > 0; i--)
    run_in_new_loop (get_as_other, &thing);
  thing_clear (&thing);
}

/*
 * Part C. The clean-up of a loop whose default executor nobody has used takes no thread, and can be run again. From then on
 * there is none to be had, whoever runs the loop.
 *
 *     cleaned up: True, -
 *     an executor was made: False
 *     WORD: refused, RuntimeError: Executor shutdown has been called
 *     cleaned up: True, -
 */
static gpointer
use_executor (gpointer   user_data,
              GError   **error)
{
  Job job = { .future = NULL };

  (void) user_data;
  (void) error;
  job_start (&job, NULL);
  job_end (&job);

  return NULL;
}

static void
trace_cleanup (AsyncioLoop *loop)
{
  g_autoptr (GError) error = NULL;
  gboolean succeeded = asyncio_loop_run_cleanup_steps (loop, &error);

  trace ("cleaned up: %s, %s", trace_bool (succeeded), trace_error (error));
  trace ("an executor was made: %s", trace_bool (loop->default_executor != NULL));
}

static void
test_idle (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_set_clock (NULL);
  loop = asyncio_new_event_loop ();
  trace_exception_handler (loop);
  for (int i = seed_int (1, 3); i > 0; i--)
    trace_cleanup (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (use_executor, NULL, NULL), &error);
  trace_cleanup (loop);
  asyncio_loop_close (loop, NULL);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.10/binding/kept", test_kept);
  graded_test_add ("/3.10/cleanup/idle", test_idle);

  return g_test_run ();
}
