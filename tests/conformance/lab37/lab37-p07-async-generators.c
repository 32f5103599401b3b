/* SPDX-License-Identifier: MIT */

/*
 * The twin of lab37-p07-async-generators.py.
 *
 * C has no async generators. What run() does for one that was left suspended is a clean-up step: Python's loop notes
 * the generator when it is first asked for a value, and run() resumes its body so that the `finally`
 * is run. Here the first value adds the `finally` as a step of the loop.
 */

#include "kit.h"
#include "runners.h"

static AsyncioLoop *kept;

/* What is in the generator's `finally`. */
static gpointer
numbers_finally (gpointer   user_data,
                 GError   **error)
{
  (void) user_data;

  trace ("generator: finally, loop closed %s", trace_bool (asyncio_loop_is_closed (kept)));
  if (!kit_pause (1, error))
    return NULL;
  trace ("generator: finally, after an await");

  return NULL;
}

/* The generator up to its first `yield`. */
static int
numbers_first (void)
{
  asyncio_loop_add_cleanup_step (asyncio_get_running_loop (NULL), "closing of asynchronous generator numbers",
                                 numbers_finally, NULL, NULL);

  return 1;
}

static gpointer
background (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  asyncio_sleep (3600, error);
  trace ("background: cancelled");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  kept = asyncio_loop_ref (asyncio_get_running_loop (NULL));
  asyncio_unref (asyncio_create_task (asyncio_coroutine_new (background, NULL, NULL), error));
  trace ("main: got %d", numbers_first ());
  if (!kit_pause (1, error))
    return NULL;
  trace ("main: returns");

  return NULL;
}

int
main (void)
{
  kit_init ();

  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("after run");

  asyncio_loop_unref (kept);

  return 0;
}
