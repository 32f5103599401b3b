/* SPDX-License-Identifier: MIT */

/*
 * The statements that may wait. Only coroutines have them.
 */

#include "interpreter.h"

static gint64
number_of (JsonArray *statement,
           guint      i)
{
  return json_array_get_int_element (statement, i);
}

static JsonArray *
array_of (JsonArray *statement,
          guint      i)
{
  return json_array_get_array_element (statement, i);
}

static Flow
flow_of (gboolean succeeded)
{
  return succeeded ? FLOW_NEXT : FLOW_RAISE;
}

/* A timeout in units, which may be null, in seconds. */
static double
timeout_of (JsonArray *statement,
            guint      i)
{
  return json_array_get_null_element (statement, i) ? ASYNCIO_NO_TIMEOUT : unique (number_of (statement, i) * UNIT);
}

/* --- Coroutines, futures and tasks ----------------------------------------------------------- */

/* Whether a frame may await something. From here until awaited() it is known that it does. */
static gboolean
begin_await (Frame     *frame,
             JsonArray *statement,
             gpointer   awaitable)
{
  if (!may_await (frame, awaitable))
    {
      tell (frame->name, "%s would be a circle", json_array_get_string_element (statement, 0));
      return FALSE;
    }

  g_ptr_array_add (frame->awaits, awaitable);

  return TRUE;
}

static void
end_await (Frame *frame)
{
  g_ptr_array_set_size (frame->awaits, frame->awaits->len - 1);
}

static Flow
op_sleep (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  (void) frame;

  return flow_of (sleep_units (number_of (statement, 1), error));
}

static Flow
op_call (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  AsyncioCoroutine *coroutine = coroutine_new (number_of (statement, 1));
  GError *raised = NULL;
  gpointer value;

  if (coroutine == NULL || !begin_await (frame, statement, coroutine))
    return FLOW_NEXT;

  value = asyncio_await (coroutine, &raised);
  end_await (frame);
  if (raised == NULL)
    {
      tell (frame->name, "called %s", show (value));
      return FLOW_NEXT;
    }

  g_propagate_error (error, raised);
  return FLOW_RAISE;
}

static Flow
op_await (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_ref (slot_of (statement, 1));
  GError *raised = NULL;
  gpointer value;

  if (future == NULL || !begin_await (frame, statement, future))
    return FLOW_NEXT;

  value = asyncio_await (future, &raised);
  end_await (frame);
  if (raised == NULL)
    {
      tell (frame->name, "awaited %s %s", json_array_get_string_element (statement, 1), show (value));
      return FLOW_NEXT;
    }

  g_propagate_error (error, raised);
  return FLOW_RAISE;
}

static Flow
op_await_self (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  GError *raised = NULL;

  (void) frame;
  (void) statement;

  asyncio_await (asyncio_current_task (NULL, NULL), &raised);
  if (raised == NULL)
    return FLOW_NEXT;

  g_propagate_error (error, raised);
  return FLOW_RAISE;
}

/* The futures in slots that are not empty, and their names. */
static GPtrArray *
futures_of (JsonArray *slots,
            GPtrArray *names)
{
  GPtrArray *futures = g_ptr_array_new_with_free_func (asyncio_unref);

  for (guint i = 0; i < json_array_get_length (slots); i++)
    if (slot_of (slots, i) != NULL)
      {
        g_ptr_array_add (futures, asyncio_ref (slot_of (slots, i)));
        if (names != NULL)
          g_ptr_array_add (names, (gpointer) json_array_get_string_element (slots, i));
      }

  return futures;
}

static AsyncioReturnWhen
return_when_of (const char *name)
{
  if (g_str_equal (name, "first"))
    return ASYNCIO_FIRST_COMPLETED;
  if (g_str_equal (name, "exception"))
    return ASYNCIO_FIRST_EXCEPTION;

  return ASYNCIO_ALL_COMPLETED;
}

/* Whether at most one of several futures is done. If more are, their order is that of Python's set. */
static gboolean
has_order (GPtrArray *futures)
{
  AsyncioFuture *done = NULL;

  for (guint i = 0; i < futures->len; i++)
    if (asyncio_future_done (futures->pdata[i]))
      {
        if (done != NULL && done != futures->pdata[i])
          return FALSE;
        done = futures->pdata[i];
      }

  return TRUE;
}

static Flow
op_wait (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) futures = futures_of (array_of (statement, 1), names);
  g_autoptr (GPtrArray) done = NULL;
  g_autoptr (GPtrArray) pending = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  double timeout;

  if (futures->len == 0)
    return FLOW_NEXT;

  if (g_str_equal (json_array_get_string_element (statement, 3), "exception") && !has_order (futures))
    {
      tell (frame->name, "wait has no order");
      return FLOW_NEXT;
    }

  timeout = timeout_of (statement, 2);
  if (!asyncio_wait ((const gpointer *) futures->pdata, futures->len, timeout,
                     return_when_of (json_array_get_string_element (statement, 3)), &done, &pending, error))
    return FLOW_RAISE;

  for (guint i = 0; i < futures->len; i++)
    if (g_ptr_array_find (done, futures->pdata[i], NULL))
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", (char *) names->pdata[i]);
  tell (frame->name, "waited, done %s, pending %u", text->len > 0 ? text->str : "-", pending->len);

  return FLOW_NEXT;
}

static Flow
op_wait_for (Frame      *frame,
             JsonArray  *statement,
             GError    **error)
{
  JsonArray *ref = array_of (statement, 1);
  const char *kind = json_array_get_string_element (ref, 0);
  gboolean has_value = g_str_equal (kind, "c") || g_str_equal (kind, "s") || g_str_equal (kind, "get");
  gpointer awaitable = awaitable_new (ref);
  gboolean has_timeout = !json_array_get_null_element (statement, 2);
  GError *raised = NULL;
  double timeout;
  gpointer value;

  if (awaitable == NULL)
    return FLOW_NEXT;

  g_ptr_array_add (program.kept, awaitable);
  timeout = has_timeout && number_of (statement, 2) <= 0 ? number_of (statement, 2) : timeout_of (statement, 2);
  if (!begin_await (frame, statement, awaitable))
    return FLOW_NEXT;

  value = asyncio_wait_for (awaitable, timeout, &raised);
  end_await (frame);
  if (raised == NULL)
    {
      tell (frame->name, "waited for %s %s", kind, has_value ? show (value) : "done");
      return FLOW_NEXT;
    }

  g_propagate_error (error, raised);
  return FLOW_RAISE;
}

static Flow
op_as_completed (Frame      *frame,
                 JsonArray  *statement,
                 GError    **error)
{
  g_autoptr (GPtrArray) futures = futures_of (array_of (statement, 1), NULL);
  g_autoptr (AsyncioAsCompleted) iterator = NULL;
  AsyncioCoroutine *next_one;

  if (!has_order (futures))
    {
      tell (frame->name, "as_completed has no order");
      return FLOW_NEXT;
    }

  iterator = asyncio_as_completed ((const gpointer *) futures->pdata, futures->len, timeout_of (statement, 2));
  while ((next_one = asyncio_as_completed_next (iterator, error)) != NULL)
    {
      GError *raised = NULL;
      gpointer value = asyncio_await (next_one, &raised);

      if (raised == NULL)
        {
          tell (frame->name, "next %s", show (value));
          continue;
        }
      if (asyncio_error_is_base (raised))
        {
          g_propagate_error (error, raised);
          return FLOW_RAISE;
        }
      tell (frame->name, "next raises %s", show_error (raised));
      g_error_free (raised);
    }

  return FLOW_NEXT;
}

/* --- Blocks ------------------------------------------------------------------------------------------ */

static Flow
op_repeat (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  Flow flow = FLOW_NEXT;

  for (gint64 i = 0; i < number_of (statement, 1) && flow == FLOW_NEXT; i++)
    flow = run_block (frame, array_of (statement, 2), error);

  return flow;
}

static Flow
op_return (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  (void) error;

  frame->value = value_new (json_array_get_string_element (statement, 1));

  return FLOW_RETURN;
}

static Flow
op_reraise (Frame      *frame,
            JsonArray  *statement,
            GError    **error)
{
  (void) statement;

  if (frame->caught == NULL)
    return FLOW_NEXT;

  g_propagate_error (error, g_error_copy (frame->caught));
  return FLOW_RAISE;
}

/* Runs the first handler for an error, if there is one. exception: (transfer full) */
static Flow
run_handler (Frame      *frame,
             GError     *exception,
             JsonArray  *handlers,
             GError    **error)
{
  for (guint i = 0; i < json_array_get_length (handlers); i++)
    {
      JsonArray *handler = array_of (handlers, i);
      const GError *outer = frame->caught;
      Flow flow;

      if (!error_matches (exception, json_array_get_string_element (handler, 0)))
        continue;

      tell (frame->name, "catches %s", show_error (exception));
      frame->caught = exception;
      flow = run_block (frame, array_of (handler, 1), error);
      frame->caught = outer;
      g_error_free (exception);
      return flow;
    }

  g_propagate_error (error, exception);
  return FLOW_RAISE;
}

static Flow
op_try (Frame      *frame,
        JsonArray  *statement,
        GError    **error)
{
  JsonArray *final = array_of (statement, 3);
  GError *raised = NULL;
  GError *raised_later = NULL;
  Flow flow = run_block (frame, array_of (statement, 1), &raised);

  if (flow == FLOW_RAISE)
    {
      GError *exception = g_steal_pointer (&raised);

      flow = run_handler (frame, exception, array_of (statement, 2), &raised);
    }

  if (json_array_get_length (final) > 0)
    {
      Flow final_flow;

      tell (frame->name, "finally");
      final_flow = run_block (frame, final, &raised_later);
      if (final_flow != FLOW_NEXT)
        {
          g_clear_error (&raised);
          raised = raised_later;
          flow = final_flow;
        }
    }

  if (raised != NULL)
    g_propagate_error (error, raised);

  return flow;
}

const StatementName statements_waiting[] = {
  { "as_completed", NULL, op_as_completed },
  { "await", NULL, op_await },
  { "await_self", NULL, op_await_self },
  { "call", NULL, op_call },
  { "repeat", NULL, op_repeat },
  { "reraise", NULL, op_reraise },
  { "return", NULL, op_return },
  { "sleep", NULL, op_sleep },
  { "try", NULL, op_try },
  { "wait", NULL, op_wait },
  { "wait_for", NULL, op_wait_for },
  { NULL, NULL, NULL },
};
