/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.7, part A: the explicit way.
 */

#include "common.h"

/*
 * main sleeps for some steps and returns a word.
 *
 *     main: begins
 *     main: returns after N
 *     explicit way -> WORD
 */
static gpointer
sleep_and_return (gpointer   user_data,
                  GError   **error)
{
  int steps = seed_int (1, 9);

  trace ("main: begins");
  if (!asyncio_sleep (steps, error))
    return NULL;
  trace ("main: returns after %d", steps);

  return user_data;
}

static void
test_value (void)
{
  g_autoptr (GError) error = NULL;
  gpointer word = (gpointer) seed_word ();
  gpointer value = asyncio_run_explicitly (asyncio_coroutine_new (sleep_and_return, word, NULL), &error);

  trace_outcome ("explicit way", value, error);
}

/*
 * main raises an error. It comes out as it is, and the loop is closed all the same.
 *
 *     main: raises
 *     explicit way raised ERROR
 *     loop closed True
 */
typedef struct
{
  GError *raise;
  AsyncioLoop *loop;
} Raising;

static gpointer
raise_error (gpointer   user_data,
             GError   **error)
{
  Raising *self = user_data;

  self->loop = keep_running_loop ();
  if (!asyncio_sleep (1, error))
    return NULL;

  trace ("main: raises");
  g_propagate_error (error, g_steal_pointer (&self->raise));

  return NULL;
}

static void
test_error (void)
{
  g_autoptr (GError) error = NULL;
  Raising raising = { seed_error (), NULL };
  gpointer value = asyncio_run_explicitly (asyncio_coroutine_new (raise_error, &raising, NULL), &error);

  trace_outcome ("explicit way", value, error);
  trace ("main ran %s", trace_bool (raising.loop != NULL));
  if (raising.loop != NULL)
    trace ("loop closed %s", trace_bool (asyncio_loop_is_closed (raising.loop)));

  g_clear_error (&raising.raise);
  g_clear_pointer (&raising.loop, asyncio_loop_unref);
}

/*
 * The loop in which main runs is new, and it is the thread's current one while it runs. An older loop, which was
 * the current one before, is left alone.
 *
 *     main: running True, current True, old loop False
 *     explicit way -> WORD
 *     old loop closed False
 */
typedef struct
{
  AsyncioLoop *old_loop;
  gpointer word;
} Looking;

static gpointer
look_at_loop (gpointer   user_data,
              GError   **error)
{
  Looking *self = user_data;
  AsyncioLoop *loop = asyncio_get_running_loop (error);

  trace ("main: running %s, current %s, old loop %s", trace_bool (asyncio_loop_is_running (loop)),
         trace_bool (loop == asyncio_get_event_loop (NULL)), trace_bool (loop == self->old_loop));

  return self->word;
}

static void
test_new_loop (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioLoop) old_loop = asyncio_new_event_loop ();
  Looking looking = { old_loop, (gpointer) seed_word () };
  gpointer value;

  asyncio_set_event_loop (old_loop);
  value = asyncio_run_explicitly (asyncio_coroutine_new (look_at_loop, &looking, NULL), &error);

  trace_outcome ("explicit way", value, error);
  trace ("old loop closed %s", trace_bool (asyncio_loop_is_closed (old_loop)));

  asyncio_set_event_loop (NULL);
  asyncio_loop_close (old_loop, NULL);
}

/*
 * Afterwards nothing is left: the loop is closed, and the thread has no current one. It can be done again.
 *
 *     explicit way -> WORD
 *     loop closed True
 *     current loop: RuntimeError: There is no current event loop in thread 'MainThread'.
 *     and the same once more
 */
static gpointer
keep_loop (gpointer   user_data,
           GError   **error)
{
  AsyncioLoop **loop = user_data;

  (void) error;
  *loop = keep_running_loop ();

  return (gpointer) seed_word ();
}

static void
test_no_loop_left (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AsyncioLoop) loop = NULL;
      gpointer value = asyncio_run_explicitly (asyncio_coroutine_new (keep_loop, &loop, NULL), &error);

      trace_outcome ("explicit way", value, error);
      if (loop != NULL)
        trace ("loop closed %s", trace_bool (asyncio_loop_is_closed (loop)));
      trace_current_loop ();
    }
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.7/explicit/value", test_value);
  graded_test_add ("/3.7/explicit/error", test_error);
  graded_test_add ("/3.7/explicit/new-loop", test_new_loop);
  graded_test_add ("/3.7/explicit/no-loop-left", test_no_loop_left);

  return g_test_run ();
}
