/* SPDX-License-Identifier: MIT */

/* The twin of core-304-task-factory-context.py: the context that create_task() is given, on its way through a factory. */

#include "kit.h"

static AsyncioContextVar *var;

static const char *
current (void)
{
  return asyncio_context_var_get (var, NULL);
}

static void
set (const char *value)
{
  asyncio_context_var_set (var, (gpointer) value, NULL, NULL);
}

static const char *
value_in (AsyncioContextVars *context)
{
  return asyncio_context_get (context, var);
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  const char *name = user_data;
  g_autofree char *text = g_strconcat ("set by ", name, NULL);

  (void) error;
  trace ("  job %s sees %s", name, current ());
  set (g_intern_string (text));

  return NULL;
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
  (void) user_data;
  trace ("  factory %s", context == NULL ? "-" : value_in (context));

  return ASYNCIO_FUTURE (asyncio_task_new (loop, coro, NULL, context, error));
}

static AsyncioFuture *
deaf (AsyncioLoop         *loop,
      AsyncioCoroutine    *coro,
      AsyncioContextVars  *context,
      gpointer             user_data,
      GError             **error)
{
  (void) user_data;
  trace ("  factory %s", context == NULL ? "-" : value_in (context));

  return ASYNCIO_FUTURE (asyncio_task_new (loop, coro, NULL, NULL, error));
}

/* awaitable: (transfer full) */
static void
await_one (gpointer   awaitable,
           GError   **error)
{
  (void) asyncio_await (awaitable, error);
  asyncio_unref (awaitable);
}

static gpointer
set_in_context (gpointer   value,
                GError   **error)
{
  (void) error;
  set (value);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const struct
  {
    const char *name;
    AsyncioTaskFactory func;
  } factories[] = { { "factory", factory }, { "deaf", deaf } };
  AsyncioLoop *loop = kit_loop_now ();
  g_autoptr (AsyncioContextVars) given = asyncio_context_new ();

  (void) user_data;
  (void) asyncio_context_run (given, set_in_context, (gpointer) "given", error);
  set ("current");

  for (guint i = 0; i < G_N_ELEMENTS (factories); i++)
    {
      trace ("%s", factories[i].name);
      asyncio_loop_set_task_factory (loop, factories[i].func, NULL, NULL);
      await_one (asyncio_loop_create_task (loop, new_job ("a"), error), error);
      await_one (asyncio_loop_create_task_with_context (loop, new_job ("b"), given, error), error);
      await_one (asyncio_create_task_full (new_job ("c"), NULL, given, G_STRLOC, error), error);
      await_one (asyncio_gather (error, new_job ("d"), new_job ("e"), NULL), error);
      trace ("  given has %s", value_in (given));
    }

  return NULL;
}

int
main (void)
{
  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
