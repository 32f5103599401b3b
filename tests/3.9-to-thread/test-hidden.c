/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.9: the hidden tests of parts A and C. They need nothing that the handout does not say.
 */

#include "common.h"

/* --- Part A ---------------------------------------------------------------------------- */

/*
 * A pool that was shut down, and a loop that is closed, take nothing. What the function would have got is freed at once, the
 * function is not called, and a closed loop does not make a pool.
 *
 *     shut down: RuntimeError: cannot schedule new futures after shutdown, things left 0
 *     closed: RuntimeError: Event loop is closed, things left 0
 *     a pool False
 *     called: False
 */
static gint was_called; /* atomic */

static gpointer
note_call (gpointer   user_data,
           GError   **error)
{
  (void) user_data;
  (void) error;
  g_atomic_int_set (&was_called, TRUE);

  return NULL;
}

static void
try (const char  *label,
     AsyncioLoop *loop)
{
  g_autoptr (GError) error = NULL;
  AsyncioFuture *future;

  future = asyncio_loop_run_in_default_executor (loop, note_call, thing_new (seed_word ()), thing_free, thing_free, &error);
  trace ("%s: %s, things left %d", label, trace_error (error), g_atomic_int_get (&n_things));
  if (future != NULL)
    asyncio_unref (future);
}

static gpointer
shut_down_and_try (gpointer   user_data,
                   GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioExecutor) pool = asyncio_thread_pool_executor_new (1);

  (void) user_data;
  (void) error;
  asyncio_loop_set_default_executor (loop, pool);
  asyncio_executor_shutdown (pool, TRUE);
  try ("shut down", loop);
  asyncio_loop_set_default_executor (loop, NULL);

  return NULL;
}

static void
test_refused (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (shut_down_and_try, NULL, NULL), NULL);
  asyncio_loop_close (loop, NULL);
  try ("closed", loop);
  trace ("a pool %s", trace_bool (loop->default_executor != NULL));
  g_clear_pointer (&loop->default_executor, asyncio_executor_unref);
  trace ("called: %s", trace_bool (g_atomic_int_get (&was_called)));
}

/* --- Part C ------------------------------------------------------------------------------- */

/*
 * Without a running loop, and in a plain callback, there is nobody to wait. The function is not called, and its data is freed.
 *
 *     no loop: RuntimeError: no running event loop
 *     callback: raised RuntimeError, a pool False
 *     things left: 0
 *     called: False
 */
static void
call_from_callback (gpointer   user_data,
                    GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (GError) refused = NULL;

  (void) user_data;
  (void) error;
  (void) asyncio_to_thread (note_call, thing_new (seed_word ()), thing_free, thing_free, &refused);
  trace ("callback: raised %s, a pool %s", refused != NULL ? asyncio_error_get_name (refused) : "nothing",
         trace_bool (loop->default_executor != NULL));
}

static gpointer
have_callback_called (gpointer   user_data,
                      GError   **error)
{
  (void) user_data;
  (void) asyncio_loop_call_soon (asyncio_get_running_loop (NULL), call_from_callback, NULL, NULL, error);
  pause_for (2);

  return NULL;
}

static void
test_outside (void)
{
  g_autoptr (GError) error = NULL;

  (void) asyncio_to_thread (note_call, thing_new (seed_word ()), thing_free, thing_free, &error);
  trace ("no loop: %s", trace_error (error));
  run_main (have_callback_called);
  trace ("called: %s", trace_bool (g_atomic_int_get (&was_called)));
}

/*
 * A thread may ask its loop to do something, and wait for it: the loop is there, since only the task waits that has called the
 * function.
 *
 *     loop: begins with amber
 *     loop: an hour later
 *     main: got amber
 */
static gpointer
take_an_hour (gpointer   user_data,
              GError   **error)
{
  trace ("loop: begins with %s", (char *) user_data);
  if (!asyncio_sleep (3600, error))
    return NULL;
  trace ("loop: an hour later");

  return user_data;
}

typedef struct
{
  AsyncioLoop *loop;
  const char *word;
} Question;

static gpointer
ask_the_loop (gpointer   user_data,
              GError   **error)
{
  Question *self = user_data;
  g_autoptr (AsyncioConcurrentFuture) answer = NULL;
  const char *word;

  answer = asyncio_run_coroutine_threadsafe (asyncio_coroutine_new (take_an_hour, (gpointer) self->word, NULL), self->loop,
                                             error);
  if (answer == NULL)
    return NULL;
  word = asyncio_concurrent_future_result (answer, ASYNCIO_NO_TIMEOUT, error);

  return word != NULL ? thing_new (word) : NULL;
}

static gpointer
await_answer (gpointer   user_data,
              GError   **error)
{
  Question question = { asyncio_get_running_loop (NULL), seed_word () };
  gpointer value = asyncio_to_thread (ask_the_loop, &question, NULL, thing_free, error);

  (void) user_data;
  if (*error == NULL)
    trace ("main: got %s", thing_read (value));

  return NULL;
}

static void
test_asks_the_loop (void)
{
  run_main (await_answer);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.9/executor/refused", test_refused);
  graded_test_add ("/3.9/to-thread/outside", test_outside);
  graded_test_add ("/3.9/to-thread/asks-the-loop", test_asks_the_loop);

  return g_test_run ();
}
