/* SPDX-License-Identifier: MIT */

/* The twin of lab312-201-base-exceptions.py: KeyboardInterrupt and SystemExit come out of create_task. */

#include "eager_tasks.h"
#include "introspection.h"
#include "kit.h"

static AsyncioContextVar *var;

static gpointer
raises (gpointer   exc,
        GError   **error)
{
  asyncio_context_var_set (var, (gpointer) "the task's", NULL, NULL);
  g_propagate_error (error, g_error_copy (exc));

  return NULL;
}

/* exc: (transfer full) */
static AsyncioTask *
create (GError  *exc,
        GError **error)
{
  return asyncio_create_task (asyncio_coroutine_new (raises, exc, (GDestroyNotify) g_error_free), error);
}

static GError *
new_error (AsyncioError  code,
           const char   *message)
{
  return g_error_new_literal (ASYNCIO_ERROR, (int) code, message);
}

static const char *
me (void)
{
  AsyncioTask *task = asyncio_current_task (NULL, NULL);

  return task != NULL ? asyncio_coroutine_get_name (asyncio_task_get_coro (task)) : "None";
}

static void
attempt (GError *exc)
{
  g_autoptr (GError) e = NULL;
  g_autoptr (AsyncioTask) task = create (exc, &e);
  g_autoptr (GPtrArray) tasks = NULL;

  if (task != NULL)
    trace ("created");
  else
    trace ("create_task raised %s", trace_error (e));
  tasks = asyncio_all_tasks (NULL, NULL);
  trace ("current %s | tasks %u", me (), tasks->len);
}

static void
callback (gpointer   user_data,
          GError   **error)
{
  (void) user_data;
  (void) error;
  attempt (new_error (ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "in a callback"));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (error);
  GError *excs[] = { new_error (ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "stop"), new_error (ASYNCIO_ERROR_SYSTEM_EXIT, "leave") };

  (void) user_data;

  asyncio_loop_set_task_factory (loop, asyncio_eager_task_factory, NULL, NULL);
  asyncio_context_var_set (var, (gpointer) "main's", NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (excs); i++)
    {
      attempt (excs[i]);
      trace ("main sees %s", (const char *) asyncio_context_var_get (var, NULL));
      (void) kit_pause (1, error);
      trace ("main goes on");
    }
  asyncio_loop_call_soon (loop, callback, NULL, NULL, error);
  (void) kit_pause (1, error);
  asyncio_unref (create (new_error (ASYNCIO_ERROR_SYSTEM_EXIT, "at last"), error));

  return NULL;
}

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) e = NULL;

  kit_init ();
  loop = kit_new_loop ();
  var = asyncio_context_var_new ("var");
  trace_exception_handler (loop);
  (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new_full (async_main, NULL, NULL, NULL, "main", G_STRLOC),
                                          &e);
  if (e != NULL)
    trace ("the loop raised %s", trace_error (e));
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
  asyncio_context_var_unref (var);

  return 0;
}
