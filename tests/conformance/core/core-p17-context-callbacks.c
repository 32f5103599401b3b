/* SPDX-License-Identifier: MIT */

/* The twin of core-p17-context-callbacks.py: each callback has a copy of the context in which it was scheduled. */

#include "kit.h"

#include <sys/socket.h>
#include <unistd.h>

static AsyncioContextVar *var;
static AsyncioContextVar *before;

static const char *
get (AsyncioContextVar *variable)
{
  return asyncio_context_var_get (variable, NULL);
}

static void
set (AsyncioContextVar *variable,
     const char        *value)
{
  asyncio_context_var_set (variable, g_strdup (value), g_free, NULL);
}

static void
see (gpointer   name,
     GError   **error)
{
  g_autofree char *value = g_strdup_printf ("set by %s", (char *) name);

  (void) error;

  trace ("%s sees %s", (char *) name, get (var));
  set (var, value);
}

static void
see_done (AsyncioFuture  *f,
          gpointer        name,
          GError        **error)
{
  (void) f;

  see (name, error);
}

static void
see_and_schedule (gpointer   user_data,
                  GError   **error)
{
  int n = GPOINTER_TO_INT (user_data);
  g_autofree char *name = g_strdup_printf ("chain%d", n);

  see (name, error);
  if (n > 0)
    asyncio_loop_call_soon (kit_loop_now (), see_and_schedule, GINT_TO_POINTER (n - 1), NULL, NULL);
}

static void
see_twice (gpointer   user_data,
           GError   **error)
{
  see ((gpointer) "reader", error);
  if (!g_str_equal (get (var), get (before)))
    set (before, get (var));
  else
    asyncio_loop_remove_reader (kit_loop_now (), GPOINTER_TO_INT (user_data));
}

static gpointer
with_a_socket (GError **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, pair) != 0)
    g_error ("no sockets");

  set (var, "when the reader was added");
  asyncio_loop_add_reader (loop, pair[0], see_twice, GINT_TO_POINTER (pair[0]), NULL, NULL);
  set (var, "four");
  if (write (pair[1], "x", 1) != 1)
    g_error ("cannot write");
  kit_sleep (1, error);
  close (pair[0]);
  close (pair[1]);
  trace ("main sees %s", get (var));

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  g_autoptr (AsyncioContextVars) given = asyncio_context_new ();
  g_autoptr (AsyncioFuture) fut = asyncio_loop_create_future (loop);

  (void) user_data;

  set (var, "one");
  asyncio_loop_call_soon (loop, see, (gpointer) "soon", NULL, NULL);
  asyncio_loop_call_soon (loop, see, (gpointer) "soon again", NULL, NULL);
  asyncio_loop_call_soon_threadsafe (loop, see, (gpointer) "threadsafe", NULL, NULL);
  asyncio_loop_call_later (loop, 1 * STEP, see, (gpointer) "later", NULL, NULL);
  asyncio_future_add_done_callback (fut, see_done, (gpointer) "done", NULL);
  set (var, "two");
  asyncio_loop_call_at (loop, asyncio_loop_time (loop) + 2 * STEP, see, (gpointer) "at", NULL, NULL);
  asyncio_future_add_done_callback (fut, see_done, (gpointer) "done again", NULL);
  set (var, "three");
  asyncio_future_set_result (fut, NULL, NULL, NULL);
  if (!kit_pause (1, error))
    return NULL;
  trace ("main sees %s", get (var));
  if (!kit_sleep (3, error))
    return NULL;

  asyncio_loop_call_soon_with_context (loop, see, (gpointer) "given soon", NULL, given, NULL);
  asyncio_loop_call_later_with_context (loop, 1 * STEP, see, (gpointer) "given later", NULL, given, NULL);
  asyncio_loop_call_soon_threadsafe_with_context (loop, see, (gpointer) "given threadsafe", NULL, given, NULL);
  asyncio_handle_cancel (asyncio_loop_call_soon_with_context (loop, see, (gpointer) "given and cancelled", NULL,
                                                              given, NULL));
  asyncio_future_add_done_callback_with_context (fut, see_done, (gpointer) "given done", NULL, given);
  if (!kit_sleep (2, error))
    return NULL;
  trace ("given has %s %u", (char *) asyncio_context_get (given, var), asyncio_context_get_length (given));

  asyncio_loop_call_soon (loop, see_and_schedule, GINT_TO_POINTER (2), NULL, NULL);
  if (!kit_pause (4, error))
    return NULL;

  return with_a_socket (error);
}

int
main (void)
{
  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);
  before = asyncio_context_var_new_with_default ("before", (gpointer) "", NULL);
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  asyncio_context_var_unref (before);
  asyncio_context_var_unref (var);

  return 0;
}
