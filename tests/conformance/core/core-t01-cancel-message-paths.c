/* SPDX-License-Identifier: MIT */

/* The twin of core-t01-cancel-message-paths.py: who gets the message of cancel(), and how often. */

#include "kit.h"

static gpointer
sleeper (gpointer   user_data,
         GError   **error)
{
  (void) user_data;
  asyncio_sleep (3600, error);

  return NULL;
}

static const char *
caught (gpointer awaitable)
{
  g_autoptr (GError) e = NULL;

  asyncio_await (awaitable, &e);

  return asyncio_error_is_cancelled (e) ? trace_error (e) : "None";
}

/* Takes the awaitable over. */
static void
twice (const char *label,
       gpointer    awaitable)
{
  trace ("%s %s", label, caught (awaitable));
  trace ("%s again %s", label, caught (awaitable));
  asyncio_unref (awaitable);
}

static gpointer
awaits (gpointer   awaitable,
        GError   **error)
{
  asyncio_await (awaitable, error);

  return NULL;
}

static gpointer
cancels_itself (gpointer   user_data,
                GError   **error)
{
  (void) user_data;
  asyncio_task_cancel_msg (asyncio_current_task (NULL, error), "self");

  return NULL;
}

static gpointer
raises (gpointer   user_data,
        GError   **error)
{
  (void) user_data;
  g_propagate_error (error, asyncio_error_new_cancelled ("own"));

  return NULL;
}

static AsyncioTask *
spawn_sleeper (void)
{
  return kit_spawn (asyncio_coroutine_new (sleeper, NULL, NULL));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioFuture *f = asyncio_loop_create_future (kit_loop_now ());
  AsyncioFuture *g;
  AsyncioFuture *s;
  AsyncioTask *t;
  AsyncioTask *inner;
  AsyncioTask *outer;

  (void) user_data;

  asyncio_future_cancel_msg (f, "why");
  twice ("future", f);
  t = spawn_sleeper ();
  kit_pause (1, error);
  asyncio_task_cancel_msg (t, "why");
  twice ("task", t);
  t = spawn_sleeper ();
  asyncio_task_cancel_msg (t, "first");
  asyncio_task_cancel_msg (t, "second");
  twice ("before the start", t);
  twice ("cancels itself", kit_spawn (asyncio_coroutine_new (cancels_itself, NULL, NULL)));
  twice ("raises its own", kit_spawn (asyncio_coroutine_new (raises, NULL, NULL)));

  f = asyncio_loop_create_future (kit_loop_now ());
  inner = kit_spawn (asyncio_coroutine_new (awaits, f, NULL));
  outer = kit_spawn (asyncio_coroutine_new (awaits, inner, NULL));
  kit_pause (2, error);
  asyncio_task_cancel_msg (outer, "why");
  twice ("outer", outer);
  twice ("inner", inner);
  twice ("innermost future", f);

  for (int keep = 0; keep < 2; keep++)
    {
      AsyncioTask *a = spawn_sleeper ();
      AsyncioTask *b = spawn_sleeper ();

      g = asyncio_gatherv ((gpointer[]) { a, b }, 2, keep, error);
      kit_pause (1, error);
      asyncio_future_cancel_msg (g, "why");
      twice ("gather", g);
      twice ("a", a);
      twice ("b", b);
    }

  t = spawn_sleeper ();
  s = asyncio_shield (t, error);
  kit_pause (1, error);
  asyncio_task_cancel_msg (t, "why");
  twice ("shield", s);
  twice ("shielded", t);

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
