/* SPDX-License-Identifier: MIT */

/* The twin of lab39-p01-result-and-thread.py: to_thread() calls a function in another thread. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

typedef struct
{
  const char *args;
  const char *kwargs;
} Work;

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  Work *self = user_data;
  g_autoptr (GError) no_loop = NULL;

  (void) error;

  trace ("work: %s %s", self->args, self->kwargs);
  if (asyncio_get_running_loop (&no_loop) == NULL)
    trace ("work: %s", trace_error (no_loop));

  return g_thread_self ();
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  gpointer here = g_thread_self ();
  gpointer first;
  gpointer second;

  (void) user_data;

  first = asyncio_to_thread (work, &(Work) { "1,2", "x=3,y=4" }, NULL, NULL, error);
  trace ("other thread: %s", trace_bool (first != here));
  if (!kit_sleep (1, error))
    return NULL;
  second = asyncio_to_thread (work, &(Work) { "-", "-" }, NULL, NULL, error);
  trace ("idle thread used again: %s", trace_bool (second == first));
  trace ("main still in its thread: %s", trace_bool (g_thread_self () == here));

  return NULL;
}

int
main (void)
{
  kit_init ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
