/* SPDX-License-Identifier: MIT */

/* The twin of lab39-p06-lazy-and-joined.py: to_thread() by itself starts nothing, and run() waits for the threads. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

/* In virtual time a thread cannot sleep for longer than the loop: instead of for 4 steps, it works until somebody lets it go.
 * */
static struct
{
  GMutex lock;
  GCond changed;
  gboolean has_begun;
  gboolean may_end;
} b;

typedef struct
{
  const char *name;
  int steps;
} Work;

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  Work *self = user_data;

  (void) error;

  trace ("%s starts", self->name);
  if (self->steps > 0)
    {
      g_mutex_lock (&b.lock);
      b.has_begun = TRUE;
      while (!b.may_end)
        g_cond_wait (&b.changed, &b.lock);
      g_mutex_unlock (&b.lock);
    }
  trace ("%s ends", self->name);

  return NULL;
}

static gboolean
b_has_begun (void)
{
  gboolean has_begun;

  g_mutex_lock (&b.lock);
  has_begun = b.has_begun;
  g_mutex_unlock (&b.lock);

  return has_begun;
}

static void
let_b_end (void)
{
  g_mutex_lock (&b.lock);
  b.may_end = TRUE;
  g_cond_broadcast (&b.changed);
  g_mutex_unlock (&b.lock);
}

/* Since 3.9, here since 3.10 (moves.ini), run() waits for the threads before it returns. */
static gboolean
run_joins_threads (void)
{
  return asyncio_version_rules.cleanup_steps[0].name != NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static Work works[] = { { "A", 0 }, { "B", 4 } };
  AsyncioCoroutine *coro = asyncio_to_thread_coroutine (work, &works[0], NULL, NULL);
  g_autoptr (AsyncioTask) task = NULL;

  (void) user_data;

  if (!kit_sleep (1, error))
    return NULL;
  trace ("main: awaiting only now");
  (void) asyncio_await (coro, error);
  task = asyncio_create_task (asyncio_to_thread_coroutine (work, &works[1], NULL, NULL), error);
  trace ("main: task made, not started");
  while (!b_has_begun ())
    if (!kit_pause (1, error))
      return NULL;
  trace ("main: returns");
  if (run_joins_threads ())
    let_b_end ();

  return NULL;
}

int
main (void)
{
  kit_init ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("run returned");
  let_b_end ();

  return 0;
}
