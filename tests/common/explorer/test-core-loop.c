/* SPDX-License-Identifier: MIT */

/*
 * asyncio_loop_call_soon_threadsafe() with a real loop in its GMainContext, under every schedule up to a bound.
 *
 * The first thread runs the loop, and the others call into it. Whatever the schedule, each call is made once, in the order in which its thread asked
 * for them, or it is refused with an error; what it was given is freed once; and nobody touches a loop that is gone. A lost wake-up would be a
 * deadlock, as the loop would poll for ever.
 *
 * The searches are complete up to the bound that the table at the end has; where it says TRUE, no schedule needs more preemptions.
 */

#include "core.h"

#include <string.h>

#define N_MAX_CALLS 4

static AsyncioLoop *loop;
static CoreToken token;

/* What was called, in order; the loop's thread only. */
static char called[N_MAX_CALLS + 1];
static guint n_called;
static guint n_wanted; /* then the loop stops */

static void
note_call (gpointer   name,
           GError   **error G_GNUC_UNUSED)
{
  called[n_called++] = *(const char *) name;
  if (n_called == n_wanted)
    asyncio_loop_stop (loop);
}

/* Has the loop note each letter of a text. */
static gpointer
call_letters (gpointer text)
{
  for (const char *letter = text; *letter != '\0'; letter++)
    g_assert_true (asyncio_loop_call_soon_threadsafe (loop, note_call, (gpointer) letter, NULL, NULL));

  return NULL;
}

/* Whether the letters of a text were called in this order. */
static gboolean
called_in_order (const char *text)
{
  const char *next = text;

  for (guint i = 0; i < n_called; i++)
    if (*next != '\0' && called[i] == *next)
      next++;

  return *next == '\0';
}

static void
run_with_callers (const char *first,
                  const char *second)
{
  GThread *one;
  GThread *other = NULL;

  n_wanted = (guint) (strlen (first) + (second != NULL ? strlen (second) : 0));
  loop = asyncio_new_event_loop ();
  one = g_thread_new ("caller", call_letters, (gpointer) first);
  if (second != NULL)
    other = g_thread_new ("other", call_letters, (gpointer) second);

  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (one);
  if (other != NULL)
    g_thread_join (other);

  g_assert_cmpint (n_called, ==, n_wanted);
  g_assert_true (called_in_order (first));
  g_assert_true (second == NULL || called_in_order (second));
  core_end_loop (loop);
}

/* --- Order ------------------------------------------------------------------------------------- */

static void
one_caller (gpointer user_data G_GNUC_UNUSED)
{
  run_with_callers ("ab", NULL);
}

static void
two_callers (gpointer user_data G_GNUC_UNUSED)
{
  run_with_callers ("a", "x");
}

static void
two_callers_in_order (gpointer user_data G_GNUC_UNUSED)
{
  run_with_callers ("ab", "x");
}

/* --- Stopping ------------------------------------------------------------------------------------ */

static void
stop (gpointer   user_data G_GNUC_UNUSED,
      GError   **error G_GNUC_UNUSED)
{
  asyncio_loop_stop (loop);
}

static gpointer
stop_from_thread (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_true (asyncio_loop_call_soon_threadsafe (loop, stop, NULL, NULL, NULL));

  return NULL;
}

/* The loop is stopped by a thread, runs on, and is stopped by the other: no stop is lost, and none counts twice unless both came in one turn. */
static void
stopped_twice (gpointer user_data G_GNUC_UNUSED)
{
  GThread *one;
  GThread *other;

  loop = asyncio_new_event_loop ();
  one = g_thread_new ("one", stop_from_thread, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (one);

  other = g_thread_new ("other", stop_from_thread, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (other);
  core_end_loop (loop);
}

/* The loop sleeps until a deadline, and a thread calls: sleep and call may end in either order, and both do. */
static void
timer_and_caller (gpointer user_data G_GNUC_UNUSED)
{
  GThread *caller;

  n_wanted = 2;
  loop = asyncio_new_event_loop ();
  asyncio_loop_call_later (loop, 1.0, note_call, (gpointer) "t", NULL, NULL);
  caller = g_thread_new ("caller", call_letters, (gpointer) "a");
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (caller);

  g_assert_cmpint (n_called, ==, 2);
  explorer_outcome ("%s", called);
  core_end_loop (loop);
}

/* --- Closing --------------------------------------------------------------------------------------- */

static gboolean was_accepted;

/* In a loop that may be closed by now. The reference is this thread's own. */
static gpointer
call_and_let_go (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  was_accepted = asyncio_loop_call_soon_threadsafe (loop, note_call, &token, core_token_free, &error);
  g_assert_true (was_accepted || g_error_matches (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME));
  asyncio_loop_unref (loop);

  return NULL;
}

/* The loop is closed while a thread calls. The call is refused or dropped, and what it was given is freed in both cases. Either thread may be
 * the last that has the loop. */
static void
closed_meanwhile (gpointer user_data G_GNUC_UNUSED)
{
  GThread *caller;

  loop = asyncio_new_event_loop ();
  asyncio_loop_ref (loop);
  caller = g_thread_new ("caller", call_and_let_go, NULL);
  core_end_loop (loop);
  g_thread_join (caller);

  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  g_assert_cmpint (n_called, ==, 0);
  explorer_outcome ("%s", was_accepted ? "dropped" : "refused");
}

/* The same with a turn before: now the call may also be made. */
static void
closed_after_a_turn (gpointer user_data G_GNUC_UNUSED)
{
  GThread *caller;

  loop = asyncio_new_event_loop ();
  asyncio_loop_ref (loop);
  caller = g_thread_new ("caller", call_and_let_go, NULL);
  asyncio_loop_stop (loop);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  core_end_loop (loop);
  g_thread_join (caller);

  g_assert_cmpint (core_token_n_freed (&token), ==, 1);
  explorer_outcome ("%s", n_called > 0 ? "called" : was_accepted ? "dropped" : "refused");
}

static gpointer
call_with_token (gpointer user_data G_GNUC_UNUSED)
{
  (void) asyncio_loop_call_soon_threadsafe (loop, note_call, &token, core_token_free, NULL);

  return NULL;
}

/* Two threads call while the loop is closed. */
static void
closed_under_two (gpointer user_data G_GNUC_UNUSED)
{
  GThread *one;
  GThread *other;

  loop = asyncio_new_event_loop ();
  one = g_thread_new ("one", call_with_token, NULL);
  other = g_thread_new ("other", call_with_token, NULL);
  g_assert_true (asyncio_loop_close (loop, NULL));
  g_thread_join (one);
  g_thread_join (other);

  g_assert_cmpint (core_token_n_freed (&token), ==, 2);
  g_assert_cmpint (n_called, ==, 0);
  asyncio_loop_unref (loop);
}

/* --- Context variables --------------------------------------------------------------------------------- */

static AsyncioContextVar *var;

static void
note_var (gpointer   user_data G_GNUC_UNUSED,
          GError   **error G_GNUC_UNUSED)
{
  note_call (asyncio_context_var_get_or (var, (gpointer) "-"), error);
}

/* The thread's context at the time of the call is what the callback sees, whatever the thread sets afterwards. */
static gpointer
call_with_var (gpointer value)
{
  asyncio_context_var_set (var, value, NULL, NULL);
  (void) asyncio_loop_call_soon_threadsafe (loop, note_var, NULL, NULL, NULL);
  asyncio_context_var_set (var, (gpointer) "?", NULL, NULL);

  return NULL;
}

static void
context_of_caller (gpointer user_data G_GNUC_UNUSED)
{
  GThread *caller;

  n_wanted = 1;
  var = asyncio_context_var_new ("var");
  loop = asyncio_new_event_loop ();
  asyncio_context_var_set (var, (gpointer) "!", NULL, NULL);
  caller = g_thread_new ("caller", call_with_var, (gpointer) "v");
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (caller);

  g_assert_cmpstr (called, ==, "v");
  core_end_loop (loop);
  asyncio_context_var_unref (var);
}

static const CoreProgram programs[] = {
  { "/core/loop/order/two-threads", one_caller, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/loop/order/three-threads", two_callers, 4, FALSE, 0 },
  { "/core/loop/order/three-threads-three-calls", two_callers_in_order, 3, FALSE, 0 },
  { "/core/loop/stop", stopped_twice, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/loop/timer", timer_and_caller, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/loop/close/two-threads", closed_meanwhile, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/loop/close/after-a-turn", closed_after_a_turn, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/loop/close/three-threads", closed_under_two, EXPLORER_UNBOUNDED, TRUE, 0 },
  { "/core/loop/context", context_of_caller, EXPLORER_UNBOUNDED, TRUE, 0 },
};

int
main (int    argc,
      char **argv)
{
  return core_main (argc, argv, programs, G_N_ELEMENTS (programs));
}
