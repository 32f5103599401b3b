/* SPDX-License-Identifier: MIT */

/* The twin of lab312-205-who-makes-tasks.py: all that make a task of a coroutine make an eager one. */

#include "eager_tasks.h"
#include "kit.h"
#include "runners.h"
#include "tasks-private.h"

static gpointer
quick (gpointer   name,
       GError   **error)
{
  (void) error;
  trace ("  %s runs", (const char *) name);

  return name;
}

static gpointer
slow (gpointer   name,
      GError   **error)
{
  trace ("  %s starts", (const char *) name);
  if (!kit_pause (1, error))
    return NULL;
  trace ("  %s ends", (const char *) name);

  return name;
}

static gpointer
fails (gpointer   name,
       GError   **error)
{
  trace ("  %s fails", (const char *) name);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, name);

  return NULL;
}

#define coroutine(func, name) asyncio_coroutine_new (func, (gpointer) (name), NULL)

static void
shields (GError **error)
{
  g_autoptr (AsyncioFuture) b = asyncio_shield (coroutine (quick, "B"), error);
  g_autoptr (AsyncioFuture) c = NULL;

  trace ("  %s %s", trace_bool (asyncio_is_task (b)), kit_state (b));
  c = asyncio_shield (coroutine (slow, "C"), error);
  trace ("  %s %s", trace_bool (asyncio_is_task (c)), kit_state (c));
  trace ("  %s", (const char *) asyncio_await (c, error));
}

static void
gathers (GError **error)
{
  g_autoptr (AsyncioFuture) some = asyncio_gather (error, coroutine (quick, "D"), coroutine (fails, "E"), coroutine (slow, "F"),
                                                   NULL);
  g_autoptr (AsyncioFuture) all = NULL;
  g_autoptr (GError) e = NULL;
  GPtrArray *children;

  trace ("  done %s", trace_bool (asyncio_future_done (some)));
  (void) asyncio_await (some, &e);
  trace ("  %s", trace_error (e));
  all = asyncio_gatherv ((const gpointer[]) { coroutine (quick, "G"), coroutine (fails, "H") }, 2, TRUE, error);
  trace ("  done %s", trace_bool (asyncio_future_done (all)));
  children = asyncio_await (all, error);
  trace ("  has %u", children->len);
}

static void
waits (GError **error)
{
  g_autoptr (AsyncioTask) i = asyncio_create_task (coroutine (quick, "I"), error);
  g_autoptr (AsyncioTask) j = asyncio_create_task (coroutine (quick, "J"), error);
  g_autoptr (GPtrArray) done = NULL;
  g_autoptr (GPtrArray) pending = NULL;

  asyncio_loop_call_soon (kit_loop_now (), kit_trace, (gpointer) "  callback", NULL, error);
  if (asyncio_wait ((const gpointer[]) { i, j }, 2, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, &done, &pending, error))
    trace ("  %u %u", done->len, pending->len);
}

static void
completes (GError **error)
{
  g_autoptr (AsyncioAsCompleted) iterator = asyncio_as_completed ((const gpointer[]) { coroutine (quick, "K") }, 1,
                                                                  ASYNCIO_NO_TIMEOUT);
  AsyncioCoroutine *f;

  while ((f = asyncio_as_completed_next (iterator, error)) != NULL)
    trace ("  %s", (const char *) asyncio_await (f, error));
}

static void
waits_for (GError **error)
{
  g_autoptr (GError) e = NULL;

  trace ("  %s", (const char *) asyncio_wait_for (coroutine (quick, "L"), 1, error));
  trace ("  %s", (const char *) asyncio_wait_for (coroutine (quick, "M"), 0, error));
  (void) asyncio_wait_for (coroutine (slow, "N"), 0, &e);
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT))
    trace ("  TimeoutError");
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioFuture) a = NULL;

  (void) user_data;

  asyncio_loop_set_task_factory (kit_loop_now (), asyncio_eager_task_factory, NULL, NULL);
  trace ("ensure_future");
  a = asyncio_ensure_future (coroutine (quick, "A"), error);
  trace ("  %s", kit_state (a));
  trace ("shield");
  shields (error);
  trace ("gather");
  gathers (error);
  trace ("wait");
  waits (error);
  trace ("as_completed");
  completes (error);
  trace ("wait_for");
  waits_for (error);

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
