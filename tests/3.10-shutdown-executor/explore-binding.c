/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.10, part B, under every schedule: two threads, each with a loop of its own, need the same lock for the first time.
 */

#include "graded-explore.h"
#include "shutdown.h"

#include <asyncio/events-private.h>
#include <asyncio/locks-private.h>

static AsyncioLoopBound thing;

static char *
thing_repr (const AsyncioLoopBound *bound)
{
  (void) bound;

  return g_strdup ("<Thing>");
}

/* In a thread that runs this loop: asks, and asks again. Returns whether it is the one that the thing belongs to. */
static gboolean
ask_twice (AsyncioLoop *loop)
{
  gboolean is_mine = FALSE;

  asyncio_set_running_loop (loop);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      AsyncioLoop *bound = asyncio_loop_bound_get_loop (&thing, &error);

      if (bound == NULL)
        g_assert_cmpstr (error->message, ==, "<Thing> is bound to a different event loop");
      else
        g_assert_true (bound == loop && error == NULL);
      g_assert_true (i == 0 || is_mine == (bound != NULL));
      is_mine = bound != NULL;
    }
  asyncio_set_running_loop (NULL);

  return is_mine;
}

static gpointer
other_thread (gpointer loop)
{
  return GINT_TO_POINTER (ask_twice (loop));
}

/* One of the two is the first. */
static void
explore_first (gpointer user_data)
{
  AsyncioLoop *loops[] = { asyncio_new_event_loop (), asyncio_new_event_loop () };
  GThread *other;
  gboolean is_mine, is_theirs;

  (void) user_data;

  asyncio_loop_bound_init (&thing, thing_repr);
  other = g_thread_new ("other", other_thread, loops[1]);
  is_mine = ask_twice (loops[0]);
  is_theirs = GPOINTER_TO_INT (g_thread_join (other));
  g_assert_true (is_mine != is_theirs);
  explorer_outcome ("bound to the loop of the %s thread", is_mine ? "first" : "other");

  asyncio_loop_bound_clear (&thing);
  for (guint i = 0; i < G_N_ELEMENTS (loops); i++)
    {
      asyncio_loop_close (loops[i], NULL);
      asyncio_loop_unref (loops[i]);
    }
}

static void
test_first (void)
{
  (void) ASYNCIO_ERROR; /* what is done once in the life of a process is done before */
  graded_explore (explore_first, NULL, &(ExplorerOptions) { .max_preemptions = EXPLORER_UNBOUNDED });
}

int
main (int    argc,
      char **argv)
{
  graded_explore_init (&argc, &argv);

  graded_test_add ("/3.10/explore/first-use", test_first);

  return g_test_run ();
}
