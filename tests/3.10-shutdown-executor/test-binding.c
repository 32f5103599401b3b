/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10, part B: which loop a lock, an event, a queue belongs to.
 */

#include "binding.h"

/*
 * Made before any loop, or while another one is the current one, as at the top of a module; contended when a loop runs. Since
 * 3.10 that works.
 *
 *     lock: waits, and goes on
 *     event: ...
 *     queue: ...
 */
static void
test_made_before (void)
{
  Things things;
  AsyncioLoop *before = NULL;

  asyncio_set_clock (NULL);
  if (seed_bool ())
    before = asyncio_new_event_loop ();
  asyncio_set_event_loop (before);
  things_init (&things);

  run_in_new_loop (wait_for_things, &things);

  things_clear (&things);
  asyncio_set_event_loop (NULL);
  if (before != NULL)
    {
      asyncio_loop_close (before, NULL);
      asyncio_loop_unref (before);
    }
}

/*
 * The first wait binds. Who must wait in another loop afterwards is told so, by an error that names the object as it is; who
 * need not wait goes on.
 *
 *     lock: waits, and goes on ...            in the first loop
 *     lock: free, goes on                     in the second
 *     lock: RuntimeError: <Lock [locked]> is bound to a different event loop
 *     event: RuntimeError: <Event [unset]> is bound ...
 *     queue: RuntimeError: <Queue maxsize=0> is bound ...
 */
static gpointer
wait_in_second_loop (gpointer   user_data,
                     GError   **error)
{
  Things *things = user_data;

  if (!asyncio_lock_acquire (things->lock, error))
    return NULL;
  trace ("lock: free, goes on");
  trace_refusal ("lock", asyncio_lock_acquire_coroutine (things->lock));
  asyncio_lock_release (things->lock, NULL);

  trace_refusal ("event", asyncio_event_wait_coroutine (things->event));
  trace_refusal ("queue", asyncio_queue_get_coroutine (things->queue));

  return NULL;
}

static void
test_other_loop (void)
{
  Things things;

  asyncio_set_clock (NULL);
  things_init (&things);
  run_in_new_loop (wait_for_things, &things);
  for (int i = seed_int (1, 2); i > 0; i--)
    run_in_new_loop (wait_in_second_loop, &things);
  things_clear (&things);
}

/*
 * Where no loop runs there is nothing to be bound to. That is an error, and the object stays as it was: it can still become
 * any loop's.
 *
 *     no loop: None, RuntimeError: no running event loop
 *     bound: False
 *     running: its own
 *     bound: True
 *     no loop: None, RuntimeError: no running event loop
 */
static gpointer
get_in_loop (gpointer   user_data,
             GError   **error)
{
  (void) error;
  trace_get_loop ("running", user_data);

  return NULL;
}

static void
test_no_loop (void)
{
  Thing thing;

  asyncio_set_clock (NULL);
  thing_init (&thing);
  trace_get_loop ("no loop", &thing);
  trace ("bound: %s", trace_bool (thing.bound.loop != NULL));
  for (int i = seed_int (1, 3); i > 0; i--)
    trace_get_loop ("no loop", &thing);
  run_in_new_loop (get_in_loop, &thing);
  trace ("bound: %s", trace_bool (thing.bound.loop != NULL));
  trace_get_loop ("no loop", &thing);
  thing_clear (&thing);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.10/binding/made-before", test_made_before);
  graded_test_add ("/3.10/binding/other-loop", test_other_loop);
  graded_test_add ("/3.10/binding/no-loop", test_no_loop);

  return g_test_run ();
}
