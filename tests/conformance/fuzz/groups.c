/* SPDX-License-Identifier: MIT */

/*
 * The statements of lab 3.11: groups, requests to cancel that are counted and taken back, timeouts, barriers. Compiled anew for
 * every library, and empty for those without the lab.
 */

#include "interpreter.h"

#ifdef HAS_LAB_11
#include <barriers.h>
#include <taskgroups.h>
#include <timeouts.h>

static const char *
text_of (JsonArray *statement,
         guint      i)
{
  return json_array_get_string_element (statement, i);
}

static gint64
number_of (JsonArray *statement,
           guint      i)
{
  return json_array_get_int_element (statement, i);
}

/* Program.delay(): units that may be null, in seconds. What is over sets no timer. */
static double
delay_of (JsonArray *statement,
          guint      i)
{
  gint64 units;

  if (json_array_get_null_element (statement, i))
    return ASYNCIO_NO_TIMEOUT;

  units = number_of (statement, i);
  return units > 0 ? unique (units * UNIT) : units;
}

/* Raises one error or none. raised: (transfer full) (nullable) */
static Flow
flow_of (Flow      flow,
         GError   *raised,
         GError  **error)
{
  if (raised == NULL)
    return flow;

  g_propagate_error (error, raised);
  return FLOW_RAISE;
}

/* --- Groups --------------------------------------------------------------------------------------- */

static void
group_unref (gpointer group)
{
  asyncio_task_group_unref (group);
}

static void
op_group_spawn (Frame      *frame,
                JsonArray  *statement,
                GError    **error)
{
  AsyncioTaskGroup *group = program.groups != NULL ? g_hash_table_lookup (program.groups, text_of (statement, 1)) : NULL;
  AsyncioCoroutine *coroutine = group != NULL ? coroutine_new (number_of (statement, 3)) : NULL;
  g_autofree char *what = g_strdup_printf ("group_spawn %s", text_of (statement, 1));
  GError *raised = NULL;
  GPtrArray *members;
  AsyncioTask *task;

  (void) error;

  if (coroutine == NULL)
    return;

  /* Before it is made, as it may take its first step then. */
  members = g_hash_table_lookup (program.nodes, group);
  if (members != NULL)
    g_ptr_array_add (members, coroutine);

  task = asyncio_task_group_create_task (group, coroutine, &raised);
  if (task == NULL)
    {
      tell_softly (frame, what, NULL, raised);
      return;
    }

  g_hash_table_insert (program.slots, g_strdup (text_of (statement, 2)), task);
  note_one (task, coroutine);
}

static Flow
op_group (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  const char *name = text_of (statement, 1);
  AsyncioTaskGroup *group = asyncio_task_group_new ();
  GError *raised = NULL;
  GError *out = NULL;
  Flow flow;

  if (!asyncio_task_group_enter (group, error))
    {
      asyncio_task_group_unref (group);
      return FLOW_RAISE; /* the loop is closed */
    }

  if (program.groups == NULL)
    program.groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_unref);
  g_hash_table_insert (program.groups, g_strdup (name), asyncio_task_group_ref (group));
  g_hash_table_insert (program.nodes, group, g_ptr_array_new ());
  g_ptr_array_add (frame->awaits, group);

  tell (frame->name, "enters group %s", name);
  flow = run_block (frame, json_array_get_array_element (statement, 2), &raised);
  if (raised == NULL)
    tell (frame->name, "leaves group %s", name);
  asyncio_task_group_exit (group, raised, &out);

  g_ptr_array_set_size (frame->awaits, frame->awaits->len - 1);
  g_hash_table_remove (program.nodes, group);
  asyncio_task_group_unref (group);
  if (out == NULL)
    tell (frame->name, "has left group %s", name);

  /* What the block raised may have been taken back. */
  return flow_of (flow == FLOW_RETURN ? FLOW_RETURN : FLOW_NEXT, out, error);
}

/* --- Requests to cancel ------------------------------------------------------------------------------ */

/* Tells a number of requests: "cancelling s0 1". */
static void
tell_requests (Frame      *frame,
               JsonArray  *statement,
               guint     (*ask) (AsyncioTask *task))
{
  AsyncioFuture *future = slot_of (statement, 1);

  if (asyncio_is_task (future))
    tell (frame->name, "%s %s %u", text_of (statement, 0), text_of (statement, 1), ask ((AsyncioTask *) future));
}

static void
op_cancelling (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  (void) error;

  tell_requests (frame, statement, asyncio_task_cancelling);
}

static void
op_uncancel (Frame      *frame,
             JsonArray  *statement,
             GError    **error)
{
  (void) error;

  tell_requests (frame, statement, asyncio_task_uncancel);
}

static void
op_cancelling_self (Frame      *frame,
                    JsonArray  *statement,
                    GError    **error)
{
  AsyncioTask *task = asyncio_current_task (NULL, error);

  (void) statement;

  if (task != NULL)
    tell (frame->name, "cancelling_self %u", asyncio_task_cancelling (task));
}

static void
op_uncancel_self (Frame      *frame,
                  JsonArray  *statement,
                  GError    **error)
{
  AsyncioTask *task = asyncio_current_task (NULL, error);

  (void) statement;

  if (task != NULL)
    tell (frame->name, "uncancel_self %u", asyncio_task_uncancel (task));
}

/* --- Timeouts ---------------------------------------------------------------------------------------- */

static void
timeout_unref (gpointer timeout)
{
  asyncio_timeout_unref (timeout);
}

static void
op_reschedule (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  const char *name = text_of (statement, 1);
  AsyncioTimeout *timeout = program.timeouts != NULL ? g_hash_table_lookup (program.timeouts, name) : NULL;
  g_autofree char *what = g_strdup_printf ("reschedule %s", name);
  GError *raised = NULL;

  (void) error;

  if (timeout == NULL)
    return;

  asyncio_timeout_reschedule (timeout, asyncio_loop_time (program.loop) + delay_of (statement, 2), &raised);
  tell_softly (frame, what, "None", raised);
}

static Flow
op_timeout (Frame      *frame,
            JsonArray  *statement,
            GError    **error)
{
  const char *name = text_of (statement, 1);
  g_autoptr (AsyncioTimeout) timeout = asyncio_timeout (delay_of (statement, 2), error);
  GError *raised = NULL;
  GError *out = NULL;
  Flow flow;

  if (timeout == NULL || !asyncio_timeout_enter (timeout, error))
    return FLOW_RAISE; /* the loop is closed */

  if (program.timeouts == NULL)
    program.timeouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, timeout_unref);
  g_hash_table_insert (program.timeouts, g_strdup (name), asyncio_timeout_ref (timeout));

  tell (frame->name, "enters timeout %s", name);
  flow = run_block (frame, json_array_get_array_element (statement, 3), &raised);
  asyncio_timeout_exit (timeout, raised, &out);
  tell (frame->name, "leaves timeout %s, expired %s", name, asyncio_timeout_expired (timeout) ? "True" : "False");

  return flow_of (flow, out, error);
}

/* --- Barriers ------------------------------------------------------------------------------------------ */

static void
barrier_unref (gpointer barrier)
{
  asyncio_barrier_unref (barrier);
}

/* The barrier that a statement is about. All are made when the first one is needed. */
static AsyncioBarrier *
barrier_of (JsonArray *statement)
{
  JsonArray *parties = json_object_get_array_member (program.spec, "barriers");

  if (program.barriers == NULL)
    {
      program.barriers = g_ptr_array_new_with_free_func (barrier_unref);
      for (guint i = 0; i < json_array_get_length (parties); i++)
        g_ptr_array_add (program.barriers, asyncio_barrier_new (number_of (parties, i), NULL));
    }

  return program.barriers->pdata[number_of (statement, 1)];
}

static void
op_barrier (Frame      *frame,
            JsonArray  *statement,
            GError    **error)
{
  AsyncioBarrier *barrier = barrier_of (statement);

  (void) error;

  tell (frame->name, "barrier %d has %u of %u %s", (int) number_of (statement, 1), asyncio_barrier_get_n_waiting (barrier),
        asyncio_barrier_get_parties (barrier), asyncio_barrier_is_broken (barrier) ? "True" : "False");
}

static Flow
op_barrier_wait (Frame      *frame,
                 JsonArray  *statement,
                 GError    **error)
{
  guint index;

  if (!asyncio_barrier_wait (barrier_of (statement), &index, error))
    return FLOW_RAISE;

  tell (frame->name, "passed barrier %d as %u", (int) number_of (statement, 1), index);
  return FLOW_NEXT;
}

static Flow
op_barrier_reset (Frame      *frame,
                  JsonArray  *statement,
                  GError    **error)
{
  if (!asyncio_barrier_reset (barrier_of (statement), error))
    return FLOW_RAISE;

  tell (frame->name, "reset barrier %d", (int) number_of (statement, 1));
  return FLOW_NEXT;
}

static Flow
op_barrier_abort (Frame      *frame,
                  JsonArray  *statement,
                  GError    **error)
{
  if (!asyncio_barrier_abort (barrier_of (statement), error))
    return FLOW_RAISE;

  tell (frame->name, "broke barrier %d", (int) number_of (statement, 1));
  return FLOW_NEXT;
}
#endif

const StatementName statements_groups[] = {
#ifdef HAS_LAB_11
  { "barrier", op_barrier, NULL },
  { "barrier_abort", NULL, op_barrier_abort },
  { "barrier_reset", NULL, op_barrier_reset },
  { "barrier_wait", NULL, op_barrier_wait },
  { "cancelling", op_cancelling, NULL },
  { "cancelling_self", op_cancelling_self, NULL },
  { "group", NULL, op_group },
  { "group_spawn", op_group_spawn, NULL },
  { "reschedule", op_reschedule, NULL },
  { "timeout", NULL, op_timeout },
  { "uncancel", op_uncancel, NULL },
  { "uncancel_self", op_uncancel_self, NULL },
#endif
  { NULL, NULL, NULL },
};
