/* SPDX-License-Identifier: MIT */

/* The twin of core-301-task-factory.py: which calls make their tasks by the loop's task factory. */

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
factory (AsyncioLoop         *loop,
         AsyncioCoroutine    *coro,
         AsyncioContextVars  *context,
         gpointer             user_data,
         GError             **error)
{
  (void) context;
  (void) user_data;
  trace ("  factory %s", asyncio_coroutine_get_name (coro));

  return ASYNCIO_FUTURE (asyncio_task_new (loop, coro, NULL, NULL, error));
}

static AsyncioFuture *
factory_once (AsyncioLoop         *loop,
              AsyncioCoroutine    *coro,
              AsyncioContextVars  *context,
              gpointer             user_data,
              GError             **error)
{
  (void) context;
  (void) user_data;
  trace ("  the last call of this one");
  asyncio_loop_set_task_factory (loop, factory, NULL, NULL);

  return ASYNCIO_FUTURE (asyncio_task_new (loop, coro, NULL, NULL, error));
}

static AsyncioFuture *
refuse (AsyncioLoop         *loop,
        AsyncioCoroutine    *coro,
        AsyncioContextVars  *context,
        gpointer             user_data,
        GError             **error)
{
  (void) loop;
  (void) context;
  (void) user_data;
  trace ("  refuses");
  (void) asyncio_coroutine_close (coro, NULL);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "no task today");

  return NULL;
}

static gboolean
await_task (AsyncioTask  *task,
            GError      **error)
{
  g_autoptr (GError) e = NULL;

  (void) asyncio_await (task, &e);
  asyncio_unref (task);
  if (e == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&e));
  return FALSE;
}

/* The first half of main(). Returns (transfer full) the task of "b". */
static AsyncioTask *
call_some (AsyncioLoop  *loop,
          GError      **error)
{
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (AsyncioFuture) same = NULL;
  g_autoptr (AsyncioFuture) gathered = NULL;
  g_autoptr (AsyncioFuture) shielded = NULL;
  g_autoptr (GError) timeout = NULL;

  trace ("create_task");
  task = asyncio_loop_create_task (loop, new_job ("a"), error);
  trace ("  made");
  (void) asyncio_await (task, error);
  g_clear_pointer (&task, asyncio_unref);
  trace ("ensure_future");
  task = (AsyncioTask *) asyncio_ensure_future (new_job ("b"), error);
  trace ("  made");
  same = asyncio_ensure_future (task, error);
  (void) asyncio_await (same, error);
  trace ("gather");
  gathered = asyncio_gather (error, new_job ("c"), task, new_job ("d"), NULL);
  trace ("  made");
  trace_unordered_begin ();
  (void) asyncio_await (gathered, error);
  trace_unordered_end ();
  trace ("shield");
  shielded = asyncio_shield (new_job ("e"), error);
  (void) asyncio_await (shielded, error);
  trace ("wait_for");
  (void) asyncio_wait_for (new_job ("f"), 10 * STEP, error);
  trace ("wait_for without a timeout");
  (void) asyncio_wait_for (new_job ("g"), ASYNCIO_NO_TIMEOUT, error);
  trace ("wait_for without time");
  (void) asyncio_wait_for (new_job ("h"), -STEP, &timeout);
  if (g_error_matches (timeout, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT))
    trace ("  timeout");
  (void) kit_pause (1, error);

  return g_steal_pointer (&task);
}

static void
call_others (AsyncioLoop  *loop,
             AsyncioTask  *task,
             GError      **error)
{
  AsyncioCoroutine *late = asyncio_ref_sink (new_job ("i"));
  g_autoptr (AsyncioAsCompleted) iterator = NULL;
  g_autoptr (AsyncioConcurrentFuture) submitted = NULL;
  g_autoptr (AsyncioFuture) wrapped = NULL;
  g_autoptr (GError) refused = NULL;
  AsyncioCoroutine *next_one;

  trace ("wait");
  if (!asyncio_wait ((gpointer[]) { late }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, &refused))
    {
      trace ("  refused");
      (void) asyncio_coroutine_close (late, NULL);
    }
  asyncio_unref (late);
  trace ("as_completed");
  iterator = asyncio_as_completed ((gpointer[]) { new_job ("j"), task }, 2, ASYNCIO_NO_TIMEOUT);
  while ((next_one = asyncio_as_completed_next (iterator, error)) != NULL)
    (void) asyncio_await (next_one, error);
  trace ("run_coroutine_threadsafe");
  submitted = asyncio_run_coroutine_threadsafe (new_job ("k"), loop, error);
  wrapped = asyncio_wrap_future (submitted, loop, error);
  (void) asyncio_await (wrapped, error);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = kit_loop_now ();
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (AsyncioFuture) gathered = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;
  task = call_some (loop, error);
  call_others (loop, task, error);

  trace ("replaced by itself");
  asyncio_loop_set_task_factory (loop, factory_once, NULL, NULL);
  if (!await_task (asyncio_loop_create_task (loop, new_job ("l"), error), error) ||
      !await_task (asyncio_loop_create_task (loop, new_job ("m"), error), error))
    return NULL;
  trace ("  is the factory %s", trace_bool (asyncio_loop_get_task_factory (loop, NULL) == factory));
  trace ("an error");
  asyncio_loop_set_task_factory (loop, refuse, NULL, NULL);
  if (asyncio_loop_create_task (loop, new_job ("n"), &e) == NULL)
    trace ("  error %s", trace_error (e));
  g_clear_error (&e);
  gathered = asyncio_gather (&e, new_job ("o"), NULL);
  if (gathered == NULL)
    trace ("  error %s", trace_error (e));
  trace ("none");
  asyncio_loop_set_task_factory (loop, NULL, NULL, NULL);
  trace ("  is none %s", trace_bool (asyncio_loop_get_task_factory (loop, NULL) == NULL));
  (void) await_task (asyncio_loop_create_task (loop, new_job ("p"), error), error);

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  kit_init ();
  loop = kit_new_loop ();
  trace_exception_handler (loop);
  asyncio_loop_set_task_factory (loop, factory, NULL, NULL);
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new_full (async_main, NULL, NULL, NULL, "main", G_STRLOC), &error);
  g_assert_no_error (error);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  return 0;
}
