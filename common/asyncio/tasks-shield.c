/* SPDX-License-Identifier: MIT */

/*
 * shield() of Lib/asyncio/tasks.py.
 *
 * Cancelling a task cancels what it awaits. Where that must not be, a second future is put between them:
 *
 *      waiter ──awaits──> outer <──callback── inner
 *
 * The inner future's callback completes the outer one. The outer one is a plain future, whose cancel() ends it
 * and nothing else; so the waiter is interrupted, and the inner future goes on and knows nothing of it.
 */

#include "tasks-private.h"

#include "base-events-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

typedef struct
{
  AsyncioFuture parent;

  AsyncioFuture *inner; /* (owned) whose value this one lends */
} ShieldFuture;

static void
shield_finalize (gpointer object)
{
  ShieldFuture *self = object;

  asyncio_future_report_unretrieved (&self->parent);
  asyncio_future_clear (&self->parent);
  asyncio_unref (self->inner);
  g_free (self);
}

static char *
shield_repr (gconstpointer object)
{
  const ShieldFuture *self = object;
  static const char *const states[] = { "pending", "cancelled", "finished" };

  return g_strdup_printf ("<Future %s>", states[self->parent.state]);
}

static const AsyncioFutureClass shield_class = {
  .parent = {
    .kind = ASYNCIO_KIND_FUTURE,
    .finalize = shield_finalize,
    .repr = shield_repr,
  },
  .name = "Future",
  .cancel = asyncio_future_base_cancel,
};

static void
on_inner_done (AsyncioFuture  *inner,
               gpointer        user_data,
               GError        **error)
{
  AsyncioFuture *outer = user_data;
  g_autoptr (GError) raised = NULL;
  gpointer value;

  /* Only a cancelled one is done as shield() foresees it. If somebody gave it a result of their own, the one that comes here is
   * one too many, and the exception handler is told so. */
  if (asyncio_future_cancelled (outer))
    {
      asyncio_future_forgive (inner);
      return;
    }

  if (asyncio_future_cancelled (inner))
    {
      (void) asyncio_future_cancel (outer);
      return;
    }

  value = asyncio_future_result (inner, &raised);
  if (raised != NULL)
    (void) asyncio_future_set_exception (outer, g_steal_pointer (&raised), error);
  else
    (void) asyncio_future_set_result (outer, value, NULL, error);
}

/* Nobody waits for the inner future any more, so if it fails, nobody has asked for its error. Up to 3.6
 * on_inner_done() stayed, and with it the error was lost without a word. */
static void
on_outer_done (AsyncioFuture  *outer,
               gpointer        unused,
               GError        **error)
{
  AsyncioFuture *inner = ((ShieldFuture *) outer)->inner;

  (void) unused;
  (void) error;

  if (!asyncio_future_done (inner))
    (void) asyncio_future_remove_done_callback (inner, on_inner_done, outer);
}

AsyncioFuture *
asyncio_shield (gpointer   awaitable,
                GError   **error)
{
  AsyncioFuture *inner = asyncio_ensure_future (awaitable, error);
  ShieldFuture *outer;

  if (inner == NULL || asyncio_future_done (inner))
    return inner;

  outer = g_new0 (ShieldFuture, 1);
  asyncio_future_init (&outer->parent, &shield_class, inner->loop);
  outer->inner = inner;

  asyncio_future_add_done_callback (inner, on_inner_done, asyncio_ref (outer), asyncio_unref);
  if (asyncio_version_rules.shield_reports_lost_errors)
    asyncio_future_add_done_callback (&outer->parent, on_outer_done, NULL, NULL);

  return &outer->parent;
}
