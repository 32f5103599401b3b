/* SPDX-License-Identifier: MIT */

/*
 * Tests of what ThreadSanitizer knows of loops, executors and coroutines: where they hand something over it must be silent, and
 * where there is a race it must say so, once, and with the place.
 */

#include "races.h"

#include "base-events-private.h"

static int total;

static gpointer
add_one (gpointer unused)
{
  total++;

  return unused;
}

/* --- Loops -------------------------------------------------------------------------------- */

/* A thread hands numbers over to callbacks of the loop. */
static void
add_number (gpointer   number,
            GError   **error)
{
  (void) error;
  total += *(int *) number;
}

static gpointer
hand_over (gpointer unused)
{
  for (int i = 0; i < 100; i++)
    {
      int *number = g_new (int, 1);

      *number = i;
      asyncio_loop_call_soon_threadsafe (loop, add_number, number, g_free, NULL);
    }
  asyncio_loop_call_soon_threadsafe (loop, stop_loop, NULL, NULL, NULL);

  return unused;
}

static void
test_call_soon_threadsafe (void)
{
  GThread *thread = g_thread_new ("caller", hand_over, NULL);

  asyncio_loop_run_forever (loop, NULL);
  g_assert_cmpint (total, ==, 99 * 100 / 2);
  g_thread_join (thread);
}

/* A thread and a callback, which the loop calls, which GLib calls, add to the same number. */
static void
add_in_callback (gpointer   unused,
                 GError   **error)
{
  (void) unused;
  (void) error;
  total++;
}

static void
test_callback (void)
{
  GThread *thread = g_thread_new ("adder", add_one, NULL);

  asyncio_loop_call_soon (loop, add_in_callback, NULL, NULL, NULL);
  run_turns (1);
  g_thread_join (thread);
}

/* A thread looks into the inbox of the loop without its lock, while the loop's own thread puts something in. */
static gpointer
look_into_inbox (gpointer unused)
{
  (void) unused;

  return GUINT_TO_POINTER (loop->inbox.length);
}

static void
test_inbox (void)
{
  GThread *thread = g_thread_new ("looker", look_into_inbox, NULL);

  asyncio_loop_call_soon_threadsafe (loop, add_in_callback, NULL, NULL, NULL);
  g_thread_join (thread);
}

/* --- Coroutines ------------------------------------------------------------------------------ */

/* Two coroutines of a loop take turns. They have a stack each, but one thread. */
static gpointer
add_in_turns (gpointer   unused,
              GError   **error)
{
  for (int i = 0; i < 100; i++)
    {
      total++;
      if (!asyncio_sleep (0, error))
        return NULL;
    }

  return unused;
}

static void
test_coroutines (void)
{
  AsyncioTask *one = start (asyncio_coroutine_new (add_in_turns, NULL, NULL));

  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (add_in_turns, NULL, NULL), NULL);
  asyncio_loop_run_until_complete (loop, one, NULL);
  g_assert_cmpint (total, ==, 200);
  asyncio_unref (one);
}

/* A thread makes a coroutine, the loop runs it in its own thread, and the first one waits for the outcome. */
static gpointer
run_in_loop (gpointer unused)
{
  g_autoptr (AsyncioConcurrentFuture) future = NULL;

  total++;
  future = asyncio_run_coroutine_threadsafe (asyncio_coroutine_new (add_in_turns, NULL, NULL), loop, NULL);
  asyncio_concurrent_future_result (future, ASYNCIO_NO_TIMEOUT, NULL);
  total++;
  asyncio_loop_call_soon_threadsafe (loop, stop_loop, NULL, NULL, NULL);

  return unused;
}

static void
test_run_coroutine_threadsafe (void)
{
  GThread *thread = g_thread_new ("caller", run_in_loop, NULL);

  asyncio_loop_run_forever (loop, NULL);
  g_thread_join (thread);
  g_assert_cmpint (total, ==, 102);
}

/* A coroutine has a thread of the pool add, and adds itself when that is done. */
static gpointer
add_in_pool (gpointer   unused,
             GError   **error)
{
  (void) error;

  return add_one (unused);
}

static gpointer
add_after_pool (gpointer   unused,
                GError   **error)
{
  g_autoptr (AsyncioFuture) future = NULL;

  total++;
  future = asyncio_loop_run_in_executor (loop, NULL, add_in_pool, NULL, NULL, NULL, error);
  asyncio_await (future, error);
  total++;

  return unused;
}

static void
run_with_pool (AsyncioCoroutineFunc func)
{
  AsyncioExecutor *executor = use_executor (1);

  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (func, NULL, NULL), NULL);
  end_executor (executor);
}

static void
test_awaited_executor (void)
{
  run_with_pool (add_after_pool);
  g_assert_cmpint (total, ==, 3);
}

/* The same, but it does not wait. A thread that is quick would be done when the future is wrapped, and be before that; so
 * this one is slow. */
static gpointer
add_slowly_in_pool (gpointer   flag,
                    GError   **error)
{
  (void) error;
  watch_flag (flag);

  return add_one (NULL);
}

static gpointer
add_beside_pool (gpointer   unused,
                 GError   **error)
{
  gint flag = 0;
  g_autoptr (AsyncioFuture) future = asyncio_loop_run_in_executor (loop, NULL, add_slowly_in_pool, &flag, NULL, NULL, error);

  total++;
  raise_flag (&flag);
  asyncio_await (future, error);

  return unused;
}

static void
test_executor (void)
{
  run_with_pool (add_beside_pool);
}

static const RaceCase cases[] = {
  { "/core/races/none/call-soon-threadsafe", test_call_soon_threadsafe, NULL, { NULL } },
  { "/core/races/none/coroutines", test_coroutines, NULL, { NULL } },
  { "/core/races/none/run-coroutine-threadsafe", test_run_coroutine_threadsafe, NULL, { NULL } },
  { "/core/races/none/awaited-executor", test_awaited_executor, NULL, { NULL } },
  { "/core/races/one/callback", test_callback, DATA_RACE, { AT ("add_in_callback"), AT ("add_one") } },
  { "/core/races/one/inbox", test_inbox, DATA_RACE, { AT ("look_into_inbox"), "*#0 asyncio_handle_queue_push *" } },
  /* A coroutine is called a thread, which was made where its stack was. */
  { "/core/races/one/executor", test_executor, DATA_RACE,
    { AT ("add_beside_pool"), AT ("add_one"), "*Thread T* created by *#0 *asyncio_context_init *" } },
};

int
main (int    argc,
      char **argv)
{
  return run_race_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
