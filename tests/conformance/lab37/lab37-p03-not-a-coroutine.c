/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p03-not-a-coroutine.py: run() takes a coroutine and nothing else. */

#include "kit.h"
#include "runners.h"

#include <string.h>

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  (void) error;

  trace ("never runs");

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (AsyncioFuture) future = NULL;

  kit_init ();
  loop = asyncio_new_event_loop ();
  future = asyncio_loop_create_future (loop);

  const struct
  {
    const char *label;
    gpointer arg;
  } tries[] = {
    { "number", GINT_TO_POINTER (123) },
    { "nothing", NULL },
    { "function", GSIZE_TO_POINTER ((gsize) async_main) },
    { "future", future },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      g_autoptr (GError) e = NULL;

      asyncio_run (tries[i].arg, &e);
      if (e != NULL)
        trace ("%s -> %s %.*s", tries[i].label, asyncio_error_get_name (e),
               (int) strcspn (e->message, ","), e->message);
    }
  asyncio_loop_close (loop, NULL);

  return 0;
}
