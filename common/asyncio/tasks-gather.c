/* SPDX-License-Identifier: MIT */

/*
 * gather() of Lib/asyncio/tasks.py.
 *
 * Two futures are involved for each child: the child itself, and the outer future that gather()
 * returns. The outer one has no coroutine and no step: the children's done-callbacks count, and
 * the last one, or the first error, completes it.
 *
 * Cancelling the outer future cancels the children and nothing else. It is when they
 * have ended that it ends too, by CancelledError.
 */

#include "tasks-private.h"

#include "base-events-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

#include <stdarg.h>

/* asyncio.tasks._GatheringFuture */
typedef struct
{
  AsyncioFuture parent;

  GPtrArray *children; /* in the order of the arguments */
  GPtrArray *done_children; /* (not owned) those that were done at first sight and are not counted yet */
  guint n_expected;    /* different children */
  guint n_finished;
  gboolean return_exceptions;
  gboolean cancel_requested;
} GatheringFuture;

static void
gathering_finalize (gpointer object)
{
  GatheringFuture *self = object;

  asyncio_future_report_unretrieved (&self->parent);
  asyncio_future_clear (&self->parent);
  g_ptr_array_unref (self->done_children);
  g_ptr_array_unref (self->children);
  g_free (self);
}

static char *
gathering_repr (gconstpointer object)
{
  const GatheringFuture *self = object;

  return g_strdup_printf ("<_GatheringFuture %s>",
                          self->parent.state == ASYNCIO_FUTURE_PENDING ? "pending" : "finished");
}

static gboolean
gathering_cancel (AsyncioFuture *future,
                  const char    *message)
{
  GatheringFuture *self = (GatheringFuture *) future;
  gboolean any = FALSE;

  if (future->state != ASYNCIO_FUTURE_PENDING)
    return FALSE;

  for (guint i = 0; i < self->children->len; i++)
    any |= asyncio_future_cancel_msg (g_ptr_array_index (self->children, i), message);

  self->cancel_requested |= any;

  return any;
}

static const AsyncioFutureClass gathering_class = {
  .parent = {
    .kind = ASYNCIO_KIND_FUTURE,
    .finalize = gathering_finalize,
    .repr = gathering_repr,
  },
  .name = "_GatheringFuture",
  .cancel = gathering_cancel,
};

/* The error that a child ended with, cancellation being one. (transfer full) (nullable) */
static GError *
error_of (AsyncioFuture *child)
{
  GError *error = NULL;

  (void) asyncio_future_result (child, &error);

  return error;
}

static AsyncioFuture *
last_child (GatheringFuture *self)
{
  return g_ptr_array_index (self->children, self->children->len - 1);
}

/* The CancelledError of a child, or a new one if it ended in another way; then with the message of a cancel() that the child
 * was to see in its next step, whatever it did with that. */
static GError *
cancelled_error_of (AsyncioFuture *child)
{
  if (asyncio_future_cancelled (child))
    return error_of (child);

  return asyncio_error_new_cancelled (asyncio_is_task (child) ? ((AsyncioTask *) child)->cancel_message : NULL);
}

static void
on_child_done (AsyncioFuture  *child,
               gpointer        user_data,
               GError        **error)
{
  GatheringFuture *self = user_data;
  GError *child_error;

  self->n_finished++;
  if (self->parent.state != ASYNCIO_FUTURE_PENDING || !asyncio_version_rules.gather_asks_at_the_end)
    asyncio_future_forgive (child);
  if (self->parent.state != ASYNCIO_FUTURE_PENDING)
    return;

  child_error = self->return_exceptions ? NULL : error_of (child);
  if (child_error != NULL)
    {
      (void) asyncio_future_set_exception (&self->parent, child_error, error);
      return;
    }

  if (self->n_finished < self->n_expected)
    return;

  /* Whoever wants to know their errors has the children. */
  for (guint i = 0; i < self->children->len; i++)
    asyncio_future_forgive (g_ptr_array_index (self->children, i));

  /* Who cancelled the gather gets CancelledError, also with return_exceptions. It is the last child's (since 3.9), for
   * whatever that is worth. */
  if (self->cancel_requested)
    (void) asyncio_future_set_exception (&self->parent, cancelled_error_of (last_child (self)), error);
  else
    (void) asyncio_future_set_result (&self->parent, g_ptr_array_ref (self->children),
                                      (GDestroyNotify) g_ptr_array_unref, error);
}

static GatheringFuture *
gathering_new (AsyncioLoop *loop,
               gboolean     return_exceptions)
{
  GatheringFuture *self = g_new0 (GatheringFuture, 1);

  asyncio_future_init (&self->parent, &gathering_class, loop);
  self->children = g_ptr_array_new_with_free_func (asyncio_unref);
  self->done_children = g_ptr_array_new ();
  self->return_exceptions = return_exceptions;

  return self;
}

static void
watch_child (GatheringFuture *self,
             AsyncioFuture   *child)
{
  self->n_expected++;
  if (asyncio_version_rules.gather_sees_done_at_once && asyncio_future_done (child))
    g_ptr_array_add (self->done_children, child);
  else
    asyncio_future_add_done_callback (child, on_child_done, asyncio_ref (self), asyncio_unref);
}

/* The future of an argument that was not there before, in the loop of the first. The argument counts as
 * seen also if there is none to be had: a coroutine is taken over in any case. */
static AsyncioFuture *
make_child (GatheringFuture *self,
            gpointer         awaitable,
            GHashTable      *seen,
            GError         **error)
{
  gboolean is_coroutine = asyncio_iscoroutine (awaitable);
  AsyncioFuture *child;

  g_hash_table_insert (seen, awaitable, NULL);
  child = asyncio_ensure_future_in (self != NULL ? self->parent.loop : NULL, awaitable, error);
  if (child == NULL)
    return NULL;

  g_hash_table_insert (seen, awaitable, child);
  if (is_coroutine)
    asyncio_task_set_log_destroy_pending ((AsyncioTask *) child, FALSE);

  return child;
}

/* Makes a future of each argument, one for all its occurrences, and of them all the outer one. Returns NULL with an
 * error; then seen has the arguments that were looked at. */
static GatheringFuture *
gather_children (const gpointer  *awaitables,
                 gsize            n_awaitables,
                 gboolean         return_exceptions,
                 GHashTable      *seen,
                 GError         **error)
{
  GatheringFuture *self = NULL;

  for (gsize i = 0; i < n_awaitables; i++)
    {
      AsyncioFuture *child = g_hash_table_lookup (seen, awaitables[i]);

      if (child != NULL)
        {
          g_ptr_array_add (self->children, asyncio_ref (child));
          continue;
        }

      child = make_child (self, awaitables[i], seen, error);
      if (child == NULL)
        {
          /* Nobody will see it; its children are not to tell it anything. */
          if (self != NULL)
            (void) asyncio_future_base_cancel (&self->parent, NULL);
          asyncio_unref (self);
          return NULL;
        }

      if (self == NULL)
        self = gathering_new (child->loop, return_exceptions);
      g_ptr_array_add (self->children, child);
      if (asyncio_version_rules.gather_watches_at_once)
        watch_child (self, child);
    }

  if (!asyncio_version_rules.gather_watches_at_once)
    for (gsize i = 0; i < n_awaitables; i++)
      if (g_hash_table_remove (seen, awaitables[i])) /* the first occurrence */
        watch_child (self, g_ptr_array_index (self->children, i));

  return self;
}

/* Since 3.12 children that are done when gather() comes to them need no callback; if all are, so is the outer future. */
static void
count_done_children (GatheringFuture *self)
{
  for (guint i = 0; i < self->done_children->len; i++)
    on_child_done (g_ptr_array_index (self->done_children, i), self, NULL);

  g_ptr_array_set_size (self->done_children, 0);
}

/* After an error: the coroutines that were given to us and that no task has taken. */
static void
drop_floating (const gpointer *awaitables,
               gsize           n_awaitables,
               GHashTable     *seen)
{
  for (gsize i = 0; i < n_awaitables; i++)
    if (!g_hash_table_contains (seen, awaitables[i]) && asyncio_iscoroutine (awaitables[i]))
      {
        g_hash_table_add (seen, awaitables[i]);
        asyncio_unref (asyncio_ref_sink (awaitables[i]));
      }
}

static AsyncioFuture *
gather_nothing (GError **error)
{
  AsyncioLoop *loop = asyncio_get_event_loop (error);
  AsyncioFuture *outer;

  if (loop == NULL)
    return NULL;

  outer = asyncio_loop_create_future (loop);
  (void) asyncio_future_set_result (outer, g_ptr_array_new (), (GDestroyNotify) g_ptr_array_unref, NULL);

  return outer;
}

AsyncioFuture *
asyncio_gatherv (const gpointer  *awaitables,
                 gsize            n_awaitables,
                 gboolean         return_exceptions,
                 GError         **error)
{
  g_autoptr (GHashTable) seen = NULL;
  GatheringFuture *outer;

  g_return_val_if_fail (awaitables != NULL || n_awaitables == 0, NULL);

  if (n_awaitables == 0)
    return gather_nothing (error);

  seen = g_hash_table_new (NULL, NULL);
  outer = gather_children (awaitables, n_awaitables, return_exceptions, seen, error);
  if (outer == NULL)
    {
      drop_floating (awaitables, n_awaitables, seen);
      return NULL;
    }

  count_done_children (outer);

  return &outer->parent;
}

AsyncioFuture *
asyncio_gather (GError **error,
                ...)
{
  g_autoptr (GPtrArray) awaitables = g_ptr_array_new ();
  gpointer awaitable;
  va_list arguments;

  va_start (arguments, error);
  while ((awaitable = va_arg (arguments, gpointer)) != NULL)
    g_ptr_array_add (awaitables, awaitable);
  va_end (arguments);

  return asyncio_gatherv ((const gpointer *) awaitables->pdata, awaitables->len, FALSE, error);
}
