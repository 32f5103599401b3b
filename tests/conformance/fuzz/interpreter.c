/* SPDX-License-Identifier: MIT */

/*
 * How a program runs: time, coroutines and what waits for what, blocks, the beginning and the end. interpreter.py is the same
 * in Python.
 */

#include "interpreter.h"

#include <stdlib.h>
#include <string.h>

#define HORIZON 60000    /* where a program that still runs is cancelled; virtual seconds */
#define N_ROUNDS 3       /* how often */
#define MAX_INSTANCES 60 /* of coroutines, in one program */

Program program;

/* --- Time ------------------------------------------------------------------------------ */

double
unique (double delay)
{
  gint64 now = (gint64) asyncio_loop_time (program.loop);
  gint64 when = now + (gint64) delay;

  while (!g_hash_table_add (program.deadlines, GSIZE_TO_POINTER (when)))
    when++;

  return when - now;
}

gboolean
sleep_units (gint64   units,
             GError **error)
{
  return asyncio_sleep (units > 0 ? unique (units * UNIT) : units, error);
}

/* --- Coroutines, and what waits for what ------------------------------------------------ */

static gpointer
body (gpointer   user_data,
      GError   **error)
{
  Frame *frame = user_data;

  tell (frame->name, "starts");
  if (run_block (frame, frame->block, error) == FLOW_RAISE)
    tell (frame->name, "raises %s", show_error (*error));
  else
    tell (frame->name, "returns %s", show ((gpointer) frame->value));

  return (gpointer) frame->value;
}

static Frame *
frame_new (char *name)
{
  Frame *self = g_new0 (Frame, 1);

  self->name = intern (name);
  self->awaits = g_ptr_array_new ();

  return self;
}

static void
frame_free (gpointer frame)
{
  Frame *self = frame;

  g_ptr_array_unref (self->awaits);
  g_free (self);
}

void
note (gpointer   awaitable,
      GPtrArray *waits_for)
{
  g_ptr_array_add (program.kept, asyncio_ref_sink (awaitable));
  g_hash_table_insert (program.nodes, awaitable, waits_for);
}

void
note_one (gpointer awaitable,
          gpointer waits_for)
{
  GPtrArray *nodes = g_ptr_array_new ();

  g_ptr_array_add (nodes, waits_for);
  note (awaitable, nodes);
}

AsyncioCoroutine *
coroutine_new (guint index)
{
  AsyncioCoroutine *coroutine;
  Frame *frame;

  if (program.n_instances >= MAX_INSTANCES || program.is_closing)
    return NULL;

  frame = frame_new (g_strdup_printf ("c%u.%u", index, program.n_instances++));
  frame->block = json_array_get_array_element (json_object_get_array_member (program.spec, "coroutines"), index);
  g_hash_table_add (program.frames, frame);
  coroutine = asyncio_coroutine_new_full (body, frame, NULL, NULL, frame->name, G_STRLOC);
  note_one (coroutine, frame);

  return coroutine;
}

static gpointer
sleep_body (gpointer   user_data,
            GError   **error)
{
  sleep_units (GPOINTER_TO_SIZE (user_data), error);

  return NULL;
}

/* What a reference to no coroutine of the program and to no slot stands for. (transfer floating) */
static gpointer
primitive_new (const char *kind,
               JsonArray  *ref)
{
  gint64 k = json_array_get_int_element (ref, 1);

  if (g_str_equal (kind, "sleep"))
    return asyncio_coroutine_new (sleep_body, GSIZE_TO_POINTER (k), NULL);
  if (g_str_equal (kind, "event"))
    return asyncio_event_wait_coroutine (program.events->pdata[k]);
  if (g_str_equal (kind, "lock"))
    return asyncio_lock_acquire_coroutine (program.locks->pdata[k]);
  if (g_str_equal (kind, "semaphore"))
    return asyncio_semaphore_acquire_coroutine (program.semaphores->pdata[k]);
  if (g_str_equal (kind, "get"))
    return asyncio_queue_get_coroutine (program.queues->pdata[k]);
  if (g_str_equal (kind, "put"))
    return asyncio_queue_put_coroutine (program.queues->pdata[k], value_new (json_array_get_string_element (ref, 2)));
  if (g_str_equal (kind, "join"))
    return asyncio_queue_join_coroutine (program.queues->pdata[k]);

  g_error ("no such reference: %s", kind);
}

gpointer
awaitable_new (JsonArray *ref)
{
  const char *kind = json_array_get_string_element (ref, 0);
  gpointer awaitable;

  if (g_str_equal (kind, "c"))
    awaitable = coroutine_new (json_array_get_int_element (ref, 1));
  else if (g_str_equal (kind, "s"))
    awaitable = slot_of (ref, 1);
  else
    awaitable = program.is_closing ? NULL : primitive_new (kind, ref);

  return asyncio_ref_sink (awaitable);
}

static gboolean
reaches (gpointer    node,
         Frame      *frame,
         GHashTable *seen)
{
  GPtrArray *following;

  if (node == frame)
    return TRUE;
  if (!g_hash_table_add (seen, node))
    return FALSE;

  following = g_hash_table_contains (program.frames, node) ? ((Frame *) node)->awaits
                                                           : g_hash_table_lookup (program.nodes, node);
  for (guint i = 0; following != NULL && i < following->len; i++)
    if (reaches (following->pdata[i], frame, seen))
      return TRUE;

  return FALSE;
}

gboolean
may_await (Frame    *frame,
           gpointer  awaitable)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  return !reaches (awaitable, frame, seen);
}

AsyncioFuture *
slot_of (JsonArray *statement,
         guint      i)
{
  return g_hash_table_lookup (program.slots, json_array_get_string_element (statement, i));
}

void
slot_set (JsonArray *statement,
          gpointer   future)
{
  g_hash_table_insert (program.slots, g_strdup (json_array_get_string_element (statement, 1)), future);
}

/* --- Blocks ------------------------------------------------------------------------------ */

static Flow
run_statement (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  const char *name = json_array_get_string_element (statement, 0);
  const StatementName *found = g_hash_table_lookup (statements, name);
  GError *raised = NULL;

  if (found == NULL)
    g_error ("no such statement: %s", name);

  if (found->waiting != NULL)
    return found->waiting (frame, statement, error);

  found->plain (frame, statement, &raised);
  if (raised == NULL)
    return FLOW_NEXT;

  g_propagate_error (error, raised);
  return FLOW_RAISE;
}

Flow
run_block (Frame      *frame,
           JsonArray  *block,
           GError    **error)
{
  for (guint i = 0; i < json_array_get_length (block); i++)
    {
      Flow flow = run_statement (frame, json_array_get_array_element (block, i), error);

      if (flow != FLOW_NEXT)
        return flow;
    }

  return FLOW_NEXT;
}

static void
call_back (guint           index,
           AsyncioFuture  *future,
           GError        **error)
{
  Frame *frame = frame_new (g_strdup_printf ("b%u", index));

  if (future == NULL)
    tell (frame->name, "is called");
  else
    tell (frame->name, "is called, %s", show_state (future));
  run_block (frame, json_array_get_array_element (json_object_get_array_member (program.spec, "callbacks"), index), error);
  frame_free (frame);
}

void
on_soon (gpointer   index,
         GError   **error)
{
  call_back (GPOINTER_TO_UINT (index), NULL, error);
}

void
on_done (AsyncioFuture  *future,
         gpointer        index,
         GError        **error)
{
  call_back (GPOINTER_TO_UINT (index), future, error);
}

/* --- A run --------------------------------------------------------------------------------- */

static void
on_error (AsyncioLoop                    *loop,
          const AsyncioExceptionContext  *context,
          gpointer                        user_data,
          GError                        **error)
{
  g_auto (GStrv) parts = g_strsplit (context->message, " <", 2);
  const char *message = g_str_has_prefix (parts[0], "Exception in callback") ? "Exception in callback" : parts[0];
  const char *shown = context->exception != NULL ? show_error (context->exception) : "-";

  (void) loop;
  (void) user_data;
  (void) error;

  if (g_str_has_suffix (message, "never retrieved"))
    g_ptr_array_add (program.reports, g_strdup_printf ("%s | %s", message, shown));
  else if (!g_str_has_prefix (message, "Task was destroyed"))
    tell ("handler", "%s | %s", message, shown);
}

static guint
instance_of (AsyncioTask *task)
{
  return atoi (strchr (name_of (task), '.') + 1);
}

static int
compare_instances (gconstpointer a,
                   gconstpointer b)
{
  return (int) instance_of (*(AsyncioTask *const *) a) - (int) instance_of (*(AsyncioTask *const *) b);
}

/* The program's tasks that are not done, in the order in which their coroutines were made. */
static GPtrArray *
pending_tasks (void)
{
  GPtrArray *tasks = asyncio_all_tasks (NULL, NULL);

  for (guint i = tasks->len; i > 0; i--)
    if (g_str_equal (name_of (tasks->pdata[i - 1]), "-"))
      g_ptr_array_remove_index (tasks, i - 1);
  g_ptr_array_sort (tasks, compare_instances);

  return tasks;
}

static guint
count_tasks (void)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (NULL, NULL);

  return tasks->len;
}

static void
on_mute (gpointer   user_data,
         GError   **error)
{
  (void) user_data;
  (void) error;

  tell ("root", "mute");
  program.is_mute = TRUE;
}

static JsonArray *
spec_array (const char *name)
{
  return json_object_get_array_member (program.spec, name);
}

static AsyncioQueue *
queue_new (const char *kind,
           int         size)
{
  if (g_str_equal (kind, "lifo"))
    return asyncio_lifo_queue_new (size, NULL);
  if (g_str_equal (kind, "priority"))
    return asyncio_priority_queue_new (size, (GCompareDataFunc) (void (*) (void)) strcmp, NULL, NULL);

  return asyncio_queue_new (size, NULL);
}

static void
make_objects (void)
{
  JsonObject *spec = program.spec;

  program.locks = g_ptr_array_new_with_free_func ((GDestroyNotify) asyncio_lock_unref);
  for (gint64 i = 0; i < json_object_get_int_member (spec, "locks"); i++)
    g_ptr_array_add (program.locks, asyncio_lock_new ());

  program.events = g_ptr_array_new_with_free_func ((GDestroyNotify) asyncio_event_unref);
  for (gint64 i = 0; i < json_object_get_int_member (spec, "events"); i++)
    g_ptr_array_add (program.events, asyncio_event_new ());

  program.conditions = g_ptr_array_new_with_free_func ((GDestroyNotify) asyncio_condition_unref);
  for (gint64 i = 0; i < json_object_get_int_member (spec, "conditions"); i++)
    g_ptr_array_add (program.conditions, asyncio_condition_new (NULL, NULL));
  program.counts = g_new0 (guint, program.conditions->len + 1);

  program.semaphores = g_ptr_array_new_with_free_func ((GDestroyNotify) asyncio_semaphore_unref);
  for (guint i = 0; i < json_array_get_length (spec_array ("semaphores")); i++)
    {
      JsonArray *semaphore = json_array_get_array_element (spec_array ("semaphores"), i);
      gint64 value = json_array_get_int_element (semaphore, 1);
      gboolean is_bounded = g_str_equal (json_array_get_string_element (semaphore, 0), "bounded");

      g_ptr_array_add (program.semaphores, is_bounded ? asyncio_bounded_semaphore_new (value) : asyncio_semaphore_new (value));
    }

  program.queues = g_ptr_array_new_with_free_func ((GDestroyNotify) asyncio_queue_unref);
  for (guint i = 0; i < json_array_get_length (spec_array ("queues")); i++)
    {
      JsonArray *queue = json_array_get_array_element (spec_array ("queues"), i);

      g_ptr_array_add (program.queues,
                       queue_new (json_array_get_string_element (queue, 0), json_array_get_int_element (queue, 1)));
    }
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
tell_slots (void)
{
  guint n;
  g_autofree gpointer *names = g_hash_table_get_keys_as_array (program.slots, &n);

  qsort (names, n, sizeof *names, compare_texts);
  for (guint i = 0; i < n; i++)
    tell (names[i], "%s", show_state (g_hash_table_lookup (program.slots, names[i])));
}

/* Cancels what does not end. With run() one is left for that; it cancels more than one in the order of a set. */
static gboolean
cancel_pending (gboolean   uses_run,
                GError   **error)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GPtrArray) tasks = pending_tasks ();
      g_autoptr (GString) names = g_string_new ("cancels");

      if (uses_run && tasks->len > 0)
        g_ptr_array_set_size (tasks, tasks->len - 1);
      if (tasks->len == 0)
        return TRUE;

      for (guint i = 0; i < tasks->len; i++)
        g_string_append_printf (names, " %s", name_of (tasks->pdata[i]));
      tell ("root", "%s", names->str);
      for (guint i = 0; i < tasks->len; i++)
        asyncio_task_cancel (tasks->pdata[i]);
      g_clear_pointer (&tasks, g_ptr_array_unref);
      if (!asyncio_sleep (unique (HORIZON), error))
        return FALSE;
    }

  return TRUE;
}

gpointer
root (gpointer   user_data,
      GError   **error)
{
  gboolean uses_run = json_object_get_boolean_member_with_default (program.spec, "run", FALSE);
  AsyncioTask *main_task;
  gboolean waited;

  (void) user_data;

  program.loop = asyncio_get_running_loop (NULL);
  asyncio_loop_set_exception_handler (program.loop, on_error, NULL, NULL);
  make_objects ();
  if (json_object_has_member (program.spec, "factory"))
    set_factory (json_object_get_string_member (program.spec, "factory"));
  main_task = asyncio_loop_create_task (program.loop, coroutine_new (0), NULL);
  program.main = main_task;
  waited = uses_run ? asyncio_wait ((gpointer[]) { main_task }, 1, unique (HORIZON), ASYNCIO_ALL_COMPLETED, NULL, NULL, error)
                    : asyncio_sleep (unique (HORIZON), error);
  if (!waited || !cancel_pending (uses_run, error))
    return NULL;

  tell_slots ();
  tell ("root", "ends with %u tasks", count_tasks () - 1);
  if (count_tasks () > (uses_run ? 2 : 1))
    on_mute (NULL, NULL);
  if (!uses_run)
    return NULL;

  program.is_closing = TRUE;
  asyncio_loop_set_task_factory (program.loop, NULL, NULL, NULL);
  asyncio_loop_call_later (program.loop, unique (HORIZON), on_mute, NULL, NULL, NULL);

  return asyncio_task_done (main_task) ? asyncio_await (main_task, error) : NULL;
}

static void
run_in_loop (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();
  g_autoptr (GError) error = NULL;

  asyncio_set_event_loop (loop);
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (root, NULL, NULL), &error);
  if (error != NULL && !program.is_mute)
    g_string_append_printf (program.output, "broken by %s: %s\n", asyncio_error_get_name (error), error->message);
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
}

/* Frees all, and tells of the errors that nobody has asked for. */
static void
finish (void)
{
  gboolean is_mute = program.is_mute;

  program.is_mute = TRUE;
  asyncio_unref (program.main);
  g_hash_table_unref (program.slots);
  g_hash_table_unref (program.handles);
  g_ptr_array_unref (program.kept);
  g_hash_table_unref (program.nodes);
  g_clear_pointer (&program.locks, g_ptr_array_unref);
  g_clear_pointer (&program.events, g_ptr_array_unref);
  g_clear_pointer (&program.conditions, g_ptr_array_unref);
  g_clear_pointer (&program.semaphores, g_ptr_array_unref);
  g_clear_pointer (&program.queues, g_ptr_array_unref);
  g_clear_pointer (&program.groups, g_hash_table_unref);
  g_clear_pointer (&program.timeouts, g_hash_table_unref);
  g_clear_pointer (&program.barriers, g_ptr_array_unref);
  g_free (program.counts);
  g_hash_table_unref (program.frames);
  g_hash_table_unref (program.deadlines);
  asyncio_context_var_unref (program.variable);
  asyncio_set_clock (NULL);
  asyncio_clock_unref (program.clock);

  g_ptr_array_sort (program.reports, compare_texts);
  for (guint i = 0; !is_mute && i < program.reports->len; i++)
    write_line (program.reports->pdata[i]);
  g_ptr_array_unref (program.reports);
}

void
run_program (JsonObject *spec,
             GString    *output)
{
  program = (Program) {
    .spec = spec,
    .output = output,
    .clock = asyncio_virtual_clock_new (),
    .slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, asyncio_unref),
    .handles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) asyncio_handle_unref),
    .reports = g_ptr_array_new_with_free_func (g_free),
    .deadlines = g_hash_table_new (NULL, NULL),
    .nodes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref),
    .frames = g_hash_table_new_full (NULL, NULL, frame_free, NULL),
    .kept = g_ptr_array_new_with_free_func (asyncio_unref),
    .variable = asyncio_context_var_new ("variable"),
  };
  asyncio_set_clock (program.clock);

  if (json_object_get_boolean_member_with_default (spec, "run", FALSE))
    run_program_with_run ();
  else
    run_in_loop ();

  finish ();
}
