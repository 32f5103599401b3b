/* SPDX-License-Identifier: MIT */

/*
 * An alternative solution of lab 3.9 in which the two threads share nothing but numbers. Each call draws a ticket; the loops'
 * futures wait in a table, under their numbers, behind one lock. A thread posts a number with what it has brought, and if the
 * loop finds nothing under it any more it throws that away.
 */

#include "to-thread.h"

#include <asyncio/base-events-private.h>
#include <asyncio/coroutines-private.h>

/* --- The table ------------------------------------------------------------------------- */

static GMutex lock;
static guint last_number;    /* lock */
static GHashTable *waiting;  /* lock: number -> future, which belongs to the loop's thread. Who takes it out owns it */
static GHashTable *tickets;  /* lock: number -> whether it is wanted, as long as its thread has the ticket */

static guint
draw_number (AsyncioFuture *future)
{
  guint number;

  g_mutex_lock (&lock);
  if (waiting == NULL)
    {
      waiting = g_hash_table_new (NULL, NULL);
      tickets = g_hash_table_new (NULL, NULL);
    }
  number = ++last_number;
  g_hash_table_insert (waiting, GUINT_TO_POINTER (number), asyncio_ref (future));
  g_hash_table_insert (tickets, GUINT_TO_POINTER (number), GINT_TO_POINTER (TRUE));
  g_mutex_unlock (&lock);

  return number;
}

/* In the loop's thread. */
static AsyncioFuture *
take_future (guint number)
{
  gpointer future = NULL;

  g_mutex_lock (&lock);
  g_hash_table_steal_extended (waiting, GUINT_TO_POINTER (number), NULL, &future);
  g_mutex_unlock (&lock);

  return future;
}

static void
note_unwanted (guint number)
{
  g_mutex_lock (&lock);
  if (g_hash_table_contains (tickets, GUINT_TO_POINTER (number)))
    g_hash_table_insert (tickets, GUINT_TO_POINTER (number), GINT_TO_POINTER (FALSE));
  g_mutex_unlock (&lock);
}

static gboolean
is_wanted (guint number)
{
  gboolean wanted;

  g_mutex_lock (&lock);
  wanted = g_hash_table_lookup (tickets, GUINT_TO_POINTER (number)) != NULL;
  g_mutex_unlock (&lock);

  return wanted;
}

/* The thread is through with it. */
static void
give_back_ticket (guint number)
{
  g_mutex_lock (&lock);
  g_hash_table_remove (tickets, GUINT_TO_POINTER (number));
  g_mutex_unlock (&lock);
}

/* --- The thread's side -------------------------------------------------------------------- */

typedef struct
{
  AsyncioLoop *loop;
  guint number;
} Ticket;

static void
ticket_free (gpointer data)
{
  Ticket *self = data;

  asyncio_loop_unref (self->loop);
  give_back_ticket (self->number);
  g_free (self);
}

/* What is posted. */
typedef struct
{
  guint number;
  AsyncioConcurrentFuture *work;
} Parcel;

static void
parcel_free (gpointer data)
{
  Parcel *self = data;

  asyncio_concurrent_future_unref (self->work);
  g_free (self);
}

/* In the loop. */
static void
unpack (gpointer   user_data,
        GError   **error)
{
  Parcel *self = user_data;
  g_autoptr (AsyncioFuture) future = take_future (self->number);
  g_autoptr (GError) raised = NULL;
  gpointer value;
  GDestroyNotify destroy;

  if (future == NULL || asyncio_future_done (future))
    return;

  (void) asyncio_concurrent_future_result (self->work, 0, &raised);
  if (raised != NULL)
    {
      asyncio_future_set_exception (future, g_steal_pointer (&raised), error);
      return;
    }

  value = asyncio_concurrent_future_take_value (self->work, &destroy);
  asyncio_future_set_result (future, value, destroy, error);
}

static void
send_parcel (AsyncioConcurrentFuture  *work,
             gpointer                  user_data,
             GError                  **error)
{
  Ticket *ticket = user_data;
  Parcel *parcel = g_new (Parcel, 1);
  g_autoptr (GError) returned = NULL;

  *parcel = (Parcel) { ticket->number, asyncio_concurrent_future_ref (work) };
  if (!asyncio_loop_call_soon_threadsafe (ticket->loop, unpack, parcel, parcel_free, &returned) && is_wanted (ticket->number))
    g_propagate_error (error, g_steal_pointer (&returned));
}

/* --- The loop's side ------------------------------------------------------------------------- */

typedef struct
{
  guint number;
  AsyncioConcurrentFuture *work;
} Stub;

/* The future has been done, or its loop was closed: nobody waits under this number. */
static void
stub_free (gpointer data)
{
  Stub *self = data;
  g_autoptr (AsyncioFuture) future = take_future (self->number);

  if (future != NULL && asyncio_future_cancelled (future))
    note_unwanted (self->number);
  asyncio_concurrent_future_unref (self->work);
  g_free (self);
}

static void
on_done (AsyncioFuture  *future,
         gpointer        user_data,
         GError        **error)
{
  (void) error;

  if (asyncio_future_cancelled (future))
    asyncio_concurrent_future_cancel (((Stub *) user_data)->work);
}

AsyncioFuture *
asyncio_loop_run_in_default_executor (AsyncioLoop          *loop,
                                      AsyncioExecutorFunc   func,
                                      gpointer              user_data,
                                      GDestroyNotify        user_data_destroy,
                                      GDestroyNotify        value_destroy,
                                      GError              **error)
{
  AsyncioExecutor *pool = NULL;
  g_autoptr (AsyncioConcurrentFuture) work = NULL;
  AsyncioFuture *future;
  Stub *stub = g_new (Stub, 1);
  Ticket *ticket = g_new (Ticket, 1);

  if (asyncio_loop_check_closed (loop, error))
    pool = asyncio_loop_get_default_executor (loop, error);
  if (pool != NULL)
    work = asyncio_executor_submit (pool, func, user_data, user_data_destroy, value_destroy, error);
  else if (user_data_destroy != NULL)
    user_data_destroy (user_data);
  if (work == NULL)
    {
      g_free (stub);
      g_free (ticket);
      return NULL;
    }

  future = asyncio_loop_create_future (loop);
  stub->number = ticket->number = draw_number (future);
  stub->work = asyncio_concurrent_future_ref (work);
  ticket->loop = asyncio_loop_ref (loop);
  asyncio_future_add_done_callback (future, on_done, stub, stub_free);
  asyncio_concurrent_future_add_done_callback (work, send_parcel, ticket, ticket_free);

  return future;
}

/* --- to_thread ---------------------------------------------------------------------------------- */

typedef struct
{
  AsyncioContextVars *context;
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;
} Work;

static gpointer
work_do (gpointer   user_data,
         GError   **error)
{
  Work *self = user_data;

  return asyncio_context_run (self->context, self->func, self->user_data, error);
}

static void
work_free (gpointer data)
{
  g_autofree Work *self = data;

  if (self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
  asyncio_context_unref (self->context);
}

gpointer
asyncio_to_thread (AsyncioExecutorFunc   func,
                   gpointer              user_data,
                   GDestroyNotify        user_data_destroy,
                   GDestroyNotify        value_destroy,
                   GError              **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (AsyncioFuture) future = NULL;
  AsyncioLoop *loop = asyncio_get_running_loop (&local_error);
  gpointer value = NULL;

  if (loop != NULL && asyncio_coroutine_check_inside (&local_error))
    {
      Work work = { asyncio_copy_context (), func, user_data, user_data_destroy };

      future = asyncio_loop_run_in_default_executor (loop, work_do, g_memdup2 (&work, sizeof work), work_free, value_destroy,
                                                     &local_error);
    }
  else if (user_data_destroy != NULL)
    {
      user_data_destroy (user_data);
    }

  if (future != NULL)
    {
      asyncio_await (future, &local_error);
      if (local_error == NULL)
        value = asyncio_future_steal_result (future, NULL);
    }
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return value;
}

typedef struct
{
  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;
  GDestroyNotify value_destroy;
  gboolean has_begun;
} Plan;

static gpointer
to_thread (gpointer   user_data,
           GError   **error)
{
  Plan *self = user_data;

  self->has_begun = TRUE;

  return asyncio_to_thread (self->func, self->user_data, self->user_data_destroy, self->value_destroy, error);
}

static void
plan_free (gpointer data)
{
  g_autofree Plan *self = data;

  if (!self->has_begun && self->user_data_destroy != NULL)
    self->user_data_destroy (self->user_data);
}

AsyncioCoroutine *
asyncio_to_thread_coroutine (AsyncioExecutorFunc func,
                             gpointer            user_data,
                             GDestroyNotify      user_data_destroy,
                             GDestroyNotify      value_destroy)
{
  Plan plan = { func, user_data, user_data_destroy, value_destroy, FALSE };

  return asyncio_coroutine_new_full (to_thread, g_memdup2 (&plan, sizeof plan), plan_free, value_destroy, "to_thread",
                                     G_STRLOC);
}
