/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p05-leftover-tasks.py: run() cancels what main has left, all at once, and waits for it. */

#include "kit.h"
#include "runners.h"

static GPtrArray *cancelled;

typedef struct
{
  const char *name;
  int cleanup_steps;
} Background;

static gpointer
background (gpointer   user_data,
            GError   **error)
{
  Background *self = user_data;

  trace ("%s start", self->name);
  asyncio_sleep (3600, error);

  /* finally: */
  g_ptr_array_add (cancelled, (gpointer) self->name);
  if (!kit_sleep (self->cleanup_steps, NULL))
    return NULL;
  trace ("%s cleanup over, cancelled so far %s", self->name, kit_row (kit_sorted (cancelled)));

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  asyncio_unref (asyncio_create_task (kit_coroutine (background, Background, "A", 5), error));
  asyncio_unref (asyncio_create_task (kit_coroutine (background, Background, "B", 1), error));
  if (!asyncio_sleep (0, error))
    return NULL;
  asyncio_unref (asyncio_create_task (kit_coroutine (background, Background, "last minute", 3), error));
  trace ("main: returns");

  return "value";
}

int
main (void)
{
  gpointer value;

  kit_init ();
  cancelled = g_ptr_array_new ();

  value = asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);
  trace ("run -> %s", kit_text (value));

  g_ptr_array_unref (cancelled);

  return 0;
}
