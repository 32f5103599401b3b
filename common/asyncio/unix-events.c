/* SPDX-License-Identifier: MIT */

/*
 * Signals (Lib/asyncio/unix_events.py).
 *
 * A signal handler may do next to nothing, so GLib's only notes that the signal came and
 * wakes the main context; the callback then runs as any other.
 */

#include "base-events-private.h"

#include <asyncio/exceptions.h>

#include <glib-unix.h>
#include <signal.h>

typedef struct
{
  AsyncioLoop *loop; /* (unowned): the loop drops the source before it goes */
  AsyncioHandle *handle;
} Signal;

static void
signal_free (gpointer data)
{
  Signal *self = data;

  asyncio_handle_cancel (self->handle);
  asyncio_handle_unref (self->handle);
  g_free (self);
}

static gboolean
on_signal (gpointer data)
{
  Signal *self = data;

  if (!self->handle->queued)
    asyncio_loop_add_ready (self->loop, asyncio_handle_ref (self->handle));

  return G_SOURCE_CONTINUE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* Those that GLib can watch. */
static gboolean
check_signal (int      signum,
              GError **error)
{
  switch (signum)
    {
    case SIGHUP:
    case SIGINT:
    case SIGTERM:
    case SIGUSR1:
    case SIGUSR2:
    case SIGWINCH:
      return TRUE;
    default:
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "signal %d cannot be caught", signum);
      return FALSE;
    }
}

gboolean
asyncio_loop_add_signal_handler (AsyncioLoop      *loop,
                                 int               signum,
                                 AsyncioCallback   callback,
                                 gpointer          user_data,
                                 GDestroyNotify    destroy,
                                 GError          **error)
{
  AsyncioHandle *handle;
  GSource *source;
  Signal *self;

  g_return_val_if_fail (loop != NULL && callback != NULL, FALSE);

  handle = asyncio_handle_new (callback, user_data, destroy, "signal handler");
  if (!asyncio_loop_check_closed (loop, error) || !check_signal (signum, error))
    {
      asyncio_handle_unref (handle);
      return FALSE;
    }

  self = g_new0 (Signal, 1);
  self->loop = loop;
  self->handle = handle;

  source = g_unix_signal_source_new (signum);
  g_source_set_callback (source, on_signal, self, signal_free);

  if (loop->signals == NULL)
    loop->signals = g_hash_table_new_full (NULL, NULL, NULL, destroy_source);
  g_hash_table_replace (loop->signals, GINT_TO_POINTER (signum), source);
  g_source_attach (source, loop->context);

  return TRUE;
}

gboolean
asyncio_loop_remove_signal_handler (AsyncioLoop *loop,
                                    int          signum)
{
  g_return_val_if_fail (loop != NULL, FALSE);

  if (loop->signals == NULL || !g_hash_table_remove (loop->signals, GINT_TO_POINTER (signum)))
    return FALSE;

  if (g_hash_table_size (loop->signals) == 0)
    g_clear_pointer (&loop->signals, g_hash_table_unref);

  return TRUE;
}
