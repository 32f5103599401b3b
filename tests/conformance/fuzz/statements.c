/* SPDX-License-Identifier: MIT */

/*
 * The statements that do not wait. Coroutines and callbacks have them.
 */

#include "interpreter.h"

#define MAX_GATHERS 8 /* gathers of gathers of gathers are cancelled in exponential time */

static const char *
text_of (JsonArray *statement,
         guint      i)
{
  return json_array_get_null_element (statement, i) ? NULL : json_array_get_string_element (statement, i);
}

static gint64
number_of (JsonArray *statement,
           guint      i)
{
  return json_array_get_int_element (statement, i);
}

static const char *
truth (gboolean value)
{
  return value ? "True" : "False";
}

/* --- The program itself ------------------------------------------------------------------- */

static void
op_log (Frame      *frame,
        JsonArray  *statement,
        GError    **error)
{
  (void) error;

  tell (frame->name, "%s", text_of (statement, 1));
}

static void
op_work (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  (void) frame;
  (void) error;

  asyncio_clock_advance (program.clock, number_of (statement, 1) * UNIT);
}

static void
op_raise (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  (void) frame;

  g_propagate_error (error, error_new (text_of (statement, 1), text_of (statement, 2)));
}

static void
op_drop (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  (void) frame;
  (void) error;

  g_hash_table_remove (program.slots, text_of (statement, 1));
}

static void
op_set_variable (Frame      *frame,
                 JsonArray  *statement,
                 GError    **error)
{
  (void) frame;
  (void) error;

  asyncio_context_var_set (program.variable, value_new (text_of (statement, 1)), NULL, NULL);
}

static void
op_get_variable (Frame      *frame,
                 JsonArray  *statement,
                 GError    **error)
{
  (void) statement;
  (void) error;

  tell (frame->name, "variable %s", (char *) asyncio_context_var_get_or (program.variable, (gpointer) "unset"));
}

/* --- Futures and tasks ------------------------------------------------------------------- */

static void
op_spawn (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  AsyncioCoroutine *coroutine = coroutine_new (number_of (statement, 2));
  AsyncioTask *task;

  (void) frame;

  if (coroutine == NULL)
    return;

  task = asyncio_loop_create_task (program.loop, coroutine, error);
  if (task == NULL)
    return; /* the loop is closed */

  note_one (task, coroutine);
  slot_set (statement, task);
}

static void
op_future (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  (void) frame;
  (void) error;

  slot_set (statement, asyncio_loop_create_future (program.loop));
}

/* Says which call it was: "set_result s1". */
static void
tell_call (Frame      *frame,
           JsonArray  *statement,
           const char *value,
           GError     *raised)
{
  g_autofree char *what = g_strdup_printf ("%s %s", text_of (statement, 0), text_of (statement, 1));

  tell_softly (frame, what, value, raised);
}

static void
op_set_result (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);
  GError *raised = NULL;

  (void) error;

  if (future == NULL)
    return;

  asyncio_future_set_result (future, value_new (text_of (statement, 2)), NULL, &raised);
  tell_call (frame, statement, "None", raised);
}

static void
op_set_exception (Frame      *frame,
                  JsonArray  *statement,
                  GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);
  GError *raised = NULL;

  (void) error;

  if (future == NULL)
    return;

  asyncio_future_set_exception (future, error_new (text_of (statement, 2), text_of (statement, 3)), &raised);
  tell_call (frame, statement, "None", raised);
}

static void
op_cancel (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);

  (void) error;

  if (future != NULL)
    tell_call (frame, statement, truth (asyncio_future_cancel_msg (future, text_of (statement, 2))), NULL);
}

static void
op_cancel_self (Frame      *frame,
                JsonArray  *statement,
                GError    **error)
{
  AsyncioTask *task = asyncio_current_task (NULL, error);

  (void) statement;

  if (task != NULL)
    tell_softly (frame, "cancel_self", truth (asyncio_task_cancel (task)), NULL);
}

static void
op_state (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);

  (void) error;

  if (future != NULL)
    tell (frame->name, "%s %s", text_of (statement, 1), show_state (future));
}

static void
op_result (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);
  GError *raised = NULL;
  gpointer value;

  (void) error;

  if (future == NULL)
    return;

  value = asyncio_future_result (future, &raised);
  tell_call (frame, statement, raised == NULL ? show (value) : NULL, raised);
}

static void
op_exception (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);
  GError *raised = NULL;
  const GError *exception;

  (void) error;

  if (future == NULL)
    return;

  exception = asyncio_future_exception (future, &raised);
  tell_call (frame, statement, exception != NULL ? show_error (exception) : "None", raised);
}

static void
op_current (Frame      *frame,
            JsonArray  *statement,
            GError    **error)
{
  AsyncioTask *task = asyncio_current_task (NULL, error);

  (void) statement;

  tell (frame->name, "current %s", task != NULL ? name_of (task) : "None");
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (name_of (*(AsyncioTask *const *) a), name_of (*(AsyncioTask *const *) b));
}

static void
op_all_tasks (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (NULL, error);
  g_autoptr (GString) text = g_string_new ("all");

  (void) statement;

  if (tasks == NULL)
    return; /* the loop is closed */

  g_ptr_array_sort (tasks, compare_names);
  for (guint i = 0; i < tasks->len; i++)
    g_string_append_printf (text, " %s", name_of (tasks->pdata[i]));
  tell (frame->name, "%s", text->str);
}

/* --- Several of them ------------------------------------------------------------------------ */

static void
op_gather (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  JsonArray *refs = json_array_get_array_element (statement, 2);
  GPtrArray *children;
  AsyncioFuture *outer;

  (void) frame;

  if (program.n_gathers >= MAX_GATHERS)
    return;

  children = g_ptr_array_new ();
  for (guint i = 0; i < json_array_get_length (refs); i++)
    {
      gpointer child = awaitable_new (json_array_get_array_element (refs, i));

      if (child != NULL)
        {
          g_ptr_array_add (children, child);
          g_ptr_array_add (program.kept, child);
        }
    }

  if (children->len == 0)
    {
      g_ptr_array_unref (children);
      return;
    }

  program.n_gathers++;
  outer = asyncio_gatherv ((const gpointer *) children->pdata, children->len,
                           json_array_get_boolean_element (statement, 3), error);
  if (outer == NULL)
    {
      g_ptr_array_unref (children);
      return; /* the loop is closed */
    }

  note (outer, children);
  slot_set (statement, outer);
}

static void
op_shield (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  gpointer inner = awaitable_new (json_array_get_array_element (statement, 2));
  gpointer outer;

  (void) frame;

  if (inner == NULL)
    return;

  g_ptr_array_add (program.kept, inner);
  outer = asyncio_shield (inner, error);
  if (outer == NULL)
    return; /* the loop is closed */

  if (outer != inner)
    note_one (outer, inner);
  slot_set (statement, outer);
}

/* --- Callbacks ---------------------------------------------------------------------------------- */

/* handle: (nullable): there is none when the loop is closed, and an error was raised */
static void
keep_handle (JsonArray     *statement,
             AsyncioHandle *handle)
{
  if (handle != NULL)
    g_hash_table_insert (program.handles, g_strdup (text_of (statement, 1)), asyncio_handle_ref (handle));
}

static void
op_soon (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  (void) frame;

  keep_handle (statement, asyncio_loop_call_soon (program.loop, on_soon, GUINT_TO_POINTER (number_of (statement, 2)), NULL,
                                                  error));
}

static void
op_later (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  (void) frame;

  keep_handle (statement, asyncio_loop_call_later (program.loop, unique (number_of (statement, 2) * UNIT), on_soon,
                                                   GUINT_TO_POINTER (number_of (statement, 3)), NULL, error));
}

static void
op_cancel_handle (Frame      *frame,
                  JsonArray  *statement,
                  GError    **error)
{
  AsyncioHandle *handle = g_hash_table_lookup (program.handles, text_of (statement, 1));

  (void) error;

  if (handle == NULL)
    return;

  asyncio_handle_cancel (handle);
  tell (frame->name, "%s cancelled", text_of (statement, 1));
}

static void
op_done_callback (Frame      *frame,
                  JsonArray  *statement,
                  GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);

  (void) frame;
  (void) error;

  if (future != NULL)
    asyncio_future_add_done_callback (future, on_done, GUINT_TO_POINTER (number_of (statement, 2)), NULL);
}

static void
op_remove_callback (Frame      *frame,
                    JsonArray  *statement,
                    GError    **error)
{
  AsyncioFuture *future = slot_of (statement, 1);

  (void) error;

  if (future != NULL)
    tell (frame->name, "removed %u",
          asyncio_future_remove_done_callback (future, on_done, GUINT_TO_POINTER (number_of (statement, 2))));
}

const StatementName statements_plain[] = {
  { "all_tasks", op_all_tasks, NULL },
  { "cancel", op_cancel, NULL },
  { "cancel_handle", op_cancel_handle, NULL },
  { "cancel_self", op_cancel_self, NULL },
  { "current", op_current, NULL },
  { "done_callback", op_done_callback, NULL },
  { "drop", op_drop, NULL },
  { "exception", op_exception, NULL },
  { "future", op_future, NULL },
  { "gather", op_gather, NULL },
  { "get_variable", op_get_variable, NULL },
  { "later", op_later, NULL },
  { "log", op_log, NULL },
  { "raise", op_raise, NULL },
  { "remove_callback", op_remove_callback, NULL },
  { "result", op_result, NULL },
  { "set_exception", op_set_exception, NULL },
  { "set_result", op_set_result, NULL },
  { "set_variable", op_set_variable, NULL },
  { "shield", op_shield, NULL },
  { "soon", op_soon, NULL },
  { "spawn", op_spawn, NULL },
  { "state", op_state, NULL },
  { "work", op_work, NULL },
  { NULL, NULL, NULL },
};
