/* SPDX-License-Identifier: MIT */

/* The twin of core-302-task-factory-futures.py: a task factory that gives other futures than tasks. */

#include "kit.h"

static gpointer
job (gpointer   name,
     GError   **error)
{
  (void) error;
  trace ("  job %s", (const char *) name);

  return name;
}

static AsyncioCoroutine *
new_job (const char *name)
{
  return asyncio_coroutine_new (job, (gpointer) name, NULL);
}

static AsyncioFuture *
done (AsyncioLoop         *loop,
      AsyncioCoroutine    *coro,
      AsyncioContextVars  *context,
      gpointer             user_data,
      GError             **error)
{
  AsyncioFuture *fut = asyncio_loop_create_future (loop);

  (void) context;
  (void) user_data;
  trace ("  done at once");
  (void) asyncio_coroutine_close (coro, error);
  asyncio_future_set_result (fut, (gpointer) "of the factory", NULL, error);

  return fut;
}

static AsyncioFuture *
failed (AsyncioLoop         *loop,
        AsyncioCoroutine    *coro,
        AsyncioContextVars  *context,
        gpointer             user_data,
        GError             **error)
{
  AsyncioFuture *fut = asyncio_loop_create_future (loop);

  (void) context;
  (void) user_data;
  trace ("  failed at once");
  (void) asyncio_coroutine_close (coro, error);
  asyncio_future_set_exception (fut, g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "of the factory"), error);

  return fut;
}

static void
release (gpointer   user_data,
         GError   **error)
{
  AsyncioFuture *fut = user_data;

  if (!asyncio_future_done (fut))
    asyncio_future_set_result (fut, (gpointer) "late", NULL, error);
}

static AsyncioFuture *
later (AsyncioLoop         *loop,
       AsyncioCoroutine    *coro,
       AsyncioContextVars  *context,
       gpointer             user_data,
       GError             **error)
{
  AsyncioFuture *fut = asyncio_loop_create_future (loop);

  (void) context;
  (void) user_data;
  trace ("  done later");
  (void) asyncio_coroutine_close (coro, error);
  asyncio_loop_call_later (loop, STEP, release, asyncio_ref (fut), asyncio_unref, error);

  return fut;
}

static gpointer
wrapper (gpointer   coro,
         GError   **error)
{
  const char *value;

  trace ("  wrapper begins");
  value = asyncio_await (coro, error);
  trace ("  wrapper ends");

  return g_strconcat ("wrapped ", value, NULL);
}

static AsyncioFuture *
wrapping (AsyncioLoop         *loop,
          AsyncioCoroutine    *coro,
          AsyncioContextVars  *context,
          gpointer             user_data,
          GError             **error)
{
  (void) context;
  (void) user_data;

  return ASYNCIO_FUTURE (asyncio_task_new (loop,
                                           asyncio_coroutine_new_full (wrapper, asyncio_ref (coro), asyncio_unref, g_free,
                                                                       "wrapper", G_STRLOC),
                                           NULL, NULL, error));
}

static AsyncioFuture *shared;

static AsyncioFuture *
sharing (AsyncioLoop         *loop,
         AsyncioCoroutine    *coro,
         AsyncioContextVars  *context,
         gpointer             user_data,
         GError             **error)
{
  (void) loop;
  (void) context;
  (void) user_data;
  trace ("  the same for all");
  (void) asyncio_coroutine_close (coro, error);

  return asyncio_ref (shared);
}

/* awaitable: (transfer full) */
static void
outcome (gpointer awaitable)
{
  g_autoptr (GError) e = NULL;
  const char *value = asyncio_await (awaitable, &e);

  if (e == NULL)
    trace ("  gave %s", kit_text (value));
  else if (asyncio_error_is_cancelled (e))
    trace ("  cancelled");
  else
    trace ("  error %s", trace_error (e));

  asyncio_unref (awaitable);
}

static void
gather_both (GError **error)
{
  g_autoptr (AsyncioFuture) both = NULL;
  GPtrArray *futures;

  both = asyncio_gatherv ((gpointer[]) { new_job ("c"), new_job ("d") }, 2, TRUE, error);
  trace ("  all done %s", trace_bool (asyncio_future_done (both)));
  trace_unordered_begin ();
  futures = asyncio_await (both, error);
  trace_unordered_end ();
  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr (GError) e = NULL;
      const char *value = asyncio_future_result (futures->pdata[i], &e);

      trace ("  gathered %s", e != NULL ? trace_error (e) : value);
    }
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const struct
  {
    const char *name;
    AsyncioTaskFactory func;
  } factories[] = { { "done", done }, { "failed", failed }, { "later", later }, { "wrapping", wrapping } };
  AsyncioLoop *loop = kit_loop_now ();
  AsyncioFuture *task;
  g_autoptr (AsyncioFuture) both = NULL;
  GPtrArray *futures;
  gboolean cancelled;

  (void) user_data;
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++)
    {
      trace ("%s", factories[i].name);
      asyncio_loop_set_task_factory (loop, factories[i].func, NULL, NULL);
      outcome (asyncio_loop_create_task (loop, new_job ("a"), error));
      outcome (asyncio_shield (new_job ("b"), error));
      gather_both (error);
    }

  trace ("cancelled");
  asyncio_loop_set_task_factory (loop, later, NULL, NULL);
  task = asyncio_ensure_future (new_job ("e"), error);
  cancelled = asyncio_future_cancel (task);
  trace ("  cancel %s %s", trace_bool (cancelled), kit_state (task));
  outcome (task);

  trace ("sharing");
  asyncio_loop_set_task_factory (loop, sharing, NULL, NULL);
  shared = asyncio_loop_create_future (loop);
  both = asyncio_gather (error, new_job ("f"), new_job ("g"), NULL);
  asyncio_future_set_result (shared, (gpointer) "shared", NULL, error);
  futures = asyncio_await (both, error);
  trace ("  gathered %s %s", (const char *) asyncio_future_result (futures->pdata[0], error),
         (const char *) asyncio_future_result (futures->pdata[1], error));
  g_clear_pointer (&shared, asyncio_unref);
  asyncio_loop_set_task_factory (loop, done, NULL, NULL);

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  kit_init ();
  loop = kit_new_loop ();
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (async_main, NULL, NULL), &error);
  g_assert_no_error (error);
  trace ("run_until_complete");
  trace ("  gave %s", (const char *) asyncio_loop_run_until_complete (loop, new_job ("h"), &error));
  g_assert_no_error (error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return 0;
}
