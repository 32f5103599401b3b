/* SPDX-License-Identifier: MIT */

/*
 * The statements about locks, events, conditions, semaphores and queues.
 */

#include "interpreter.h"

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

/* The lock, queue ... that a statement is about. */
#define OBJECT(objects, statement) (program.objects->pdata[number_of ((statement), 1)])

/* Says which call it was: "notify 0". */
static void
tell_object (Frame      *frame,
             const char *what,
             JsonArray  *statement,
             const char *value,
             GError     *raised)
{
  g_autofree char *text = g_strdup_printf ("%s %" G_GINT64_FORMAT, what, number_of (statement, 1));

  tell_softly (frame, text, value, raised);
}

static void
op_event_set (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  (void) frame;
  (void) error;

  asyncio_event_set (OBJECT (events, statement));
}

static void
op_event_clear (Frame      *frame,
                JsonArray  *statement,
                GError    **error)
{
  (void) frame;
  (void) error;

  asyncio_event_clear (OBJECT (events, statement));
}

static void
op_release_lock (Frame      *frame,
                 JsonArray  *statement,
                 GError    **error)
{
  GError *raised = NULL;

  (void) error;

  asyncio_lock_release (OBJECT (locks, statement), &raised);
  tell_object (frame, "release lock", statement, "None", raised);
}

static gboolean
is_bounded (JsonArray *statement)
{
  JsonArray *semaphores = json_object_get_array_member (program.spec, "semaphores");

  return g_str_equal (json_array_get_string_element (json_array_get_array_element (semaphores, number_of (statement, 1)), 0),
                      "bounded");
}

static void
op_release_semaphore (Frame      *frame,
                      JsonArray  *statement,
                      GError    **error)
{
  GError *raised = NULL;

  (void) error;

  if (is_bounded (statement))
    asyncio_bounded_semaphore_release (OBJECT (semaphores, statement), &raised);
  else
    asyncio_semaphore_release (OBJECT (semaphores, statement));
  tell_object (frame, "release semaphore", statement, "None", raised);
}

static void
op_locked (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  g_autoptr (GString) text = g_string_new ("locked");

  (void) statement;
  (void) error;

  for (guint i = 0; i < program.locks->len; i++)
    g_string_append_printf (text, " %s", truth (asyncio_lock_locked (program.locks->pdata[i])));
  for (guint i = 0; i < program.semaphores->len; i++)
    g_string_append_printf (text, " %s", truth (asyncio_semaphore_locked (program.semaphores->pdata[i])));
  tell (frame->name, "%s", text->str);
}

static void
op_count (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  (void) frame;
  (void) error;

  program.counts[number_of (statement, 1)]++;
}

static void
op_notify (Frame      *frame,
           JsonArray  *statement,
           GError    **error)
{
  GError *raised = NULL;

  (void) error;

  asyncio_condition_notify (OBJECT (conditions, statement), number_of (statement, 2), &raised);
  tell_object (frame, "notify", statement, "None", raised);
}

static void
op_notify_all (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  GError *raised = NULL;

  (void) error;

  asyncio_condition_notify_all (OBJECT (conditions, statement), &raised);
  tell_object (frame, "notify_all", statement, "None", raised);
}

static void
op_put_nowait (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  GError *raised = NULL;

  (void) error;

  asyncio_queue_put_nowait (OBJECT (queues, statement), value_new (text_of (statement, 2)), &raised);
  tell_object (frame, "put_nowait", statement, "None", raised);
}

static void
op_get_nowait (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  GError *raised = NULL;
  gpointer item = asyncio_queue_get_nowait (OBJECT (queues, statement), &raised);

  (void) error;

  tell_object (frame, "get_nowait", statement, item, raised);
}

static void
op_task_done (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  GError *raised = NULL;

  (void) error;

  asyncio_queue_task_done (OBJECT (queues, statement), &raised);
  tell_object (frame, "task_done", statement, "None", raised);
}

static void
op_queue (Frame      *frame,
          JsonArray  *statement,
          GError    **error)
{
  AsyncioQueue *queue = OBJECT (queues, statement);

  (void) error;

  tell (frame->name, "queue %d has %u %s %s", (int) number_of (statement, 1), asyncio_queue_qsize (queue),
        truth (asyncio_queue_empty (queue)), truth (asyncio_queue_full (queue)));
}

/* --- Those that wait ------------------------------------------------------------------------------ */

/* Tells that a statement about a lock, queue ... has come to its end. */
static Flow
tell_end (Frame      *frame,
          const char *what,
          JsonArray  *statement,
          gboolean    succeeded)
{
  if (succeeded)
    tell (frame->name, "%s %d", what, (int) number_of (statement, 1));

  return flow_of (succeeded);
}

static Flow
op_event_wait (Frame      *frame,
               JsonArray  *statement,
               GError    **error)
{
  return tell_end (frame, "saw event", statement, asyncio_event_wait (OBJECT (events, statement), error));
}

static Flow
op_acquire_lock (Frame      *frame,
                 JsonArray  *statement,
                 GError    **error)
{
  return tell_end (frame, "has lock", statement, asyncio_lock_acquire (OBJECT (locks, statement), error));
}

static Flow
op_acquire_semaphore (Frame      *frame,
                      JsonArray  *statement,
                      GError    **error)
{
  return tell_end (frame, "has semaphore", statement, asyncio_semaphore_acquire (OBJECT (semaphores, statement), error));
}

/* The block of `async with`, and then the release. An error of the latter takes the place of everything. */
static Flow
run_holding (Frame      *frame,
             const char *what,
             JsonArray  *statement,
             gboolean  (*release) (gpointer   object,
                                   GError   **error),
             gpointer    object,
             GError    **error)
{
  GError *raised = NULL;
  GError *refused = NULL;
  Flow flow;

  tell (frame->name, "enters %s %d", what, (int) number_of (statement, 1));
  flow = run_block (frame, array_of (statement, 2), &raised);
  if (flow == FLOW_NEXT)
    tell (frame->name, "leaves %s %d", what, (int) number_of (statement, 1));

  if (!release (object, &refused))
    {
      g_clear_error (&raised);
      raised = refused;
      flow = FLOW_RAISE;
    }
  if (raised != NULL)
    g_propagate_error (error, raised);

  return flow;
}

static gboolean
release_lock (gpointer   lock,
              GError   **error)
{
  return asyncio_lock_release (lock, error);
}

static gboolean
release_condition (gpointer   condition,
                   GError   **error)
{
  return asyncio_condition_release (condition, error);
}

static gboolean
release_semaphore (gpointer   semaphore,
                   GError   **error)
{
  (void) error;

  asyncio_semaphore_release (semaphore);

  return TRUE;
}

static gboolean
release_bounded_semaphore (gpointer   semaphore,
                           GError   **error)
{
  return asyncio_bounded_semaphore_release (semaphore, error);
}

static Flow
op_lock (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  AsyncioLock *lock = OBJECT (locks, statement);

  if (!asyncio_lock_acquire (lock, error))
    return FLOW_RAISE;

  return run_holding (frame, "lock", statement, release_lock, lock, error);
}

static Flow
op_condition (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  AsyncioCondition *condition = OBJECT (conditions, statement);

  if (!asyncio_condition_acquire (condition, error))
    return FLOW_RAISE;

  return run_holding (frame, "condition", statement, release_condition, condition, error);
}

static Flow
op_semaphore (Frame      *frame,
              JsonArray  *statement,
              GError    **error)
{
  JsonArray *spec = array_of (json_object_get_array_member (program.spec, "semaphores"), number_of (statement, 1));
  gboolean is_bounded = g_str_equal (json_array_get_string_element (spec, 0), "bounded");
  AsyncioSemaphore *semaphore = OBJECT (semaphores, statement);

  if (!asyncio_semaphore_acquire (semaphore, error))
    return FLOW_RAISE;

  return run_holding (frame, "semaphore", statement, is_bounded ? release_bounded_semaphore : release_semaphore, semaphore,
                      error);
}

static Flow
op_condition_wait (Frame      *frame,
                   JsonArray  *statement,
                   GError    **error)
{
  return tell_end (frame, "was notified", statement, asyncio_condition_wait (OBJECT (conditions, statement), error));
}

static gboolean
has_counted (gpointer   user_data,
             GError   **error)
{
  JsonArray *statement = user_data;

  (void) error;

  return program.counts[number_of (statement, 1)] >= number_of (statement, 2);
}

static Flow
op_condition_wait_for (Frame      *frame,
                       JsonArray  *statement,
                       GError    **error)
{
  return tell_end (frame, "counted", statement,
                   asyncio_condition_wait_for (OBJECT (conditions, statement), has_counted, statement, error));
}

static Flow
op_put (Frame      *frame,
        JsonArray  *statement,
        GError    **error)
{
  const char *item = json_array_get_string_element (statement, 2);

  if (!asyncio_queue_put (OBJECT (queues, statement), value_new (item), error))
    return FLOW_RAISE;

  tell (frame->name, "put %s", item);
  return FLOW_NEXT;
}

static Flow
op_get (Frame      *frame,
        JsonArray  *statement,
        GError    **error)
{
  const char *item = asyncio_queue_get (OBJECT (queues, statement), error);

  if (item == NULL)
    return FLOW_RAISE;

  tell (frame->name, "got %s", item);
  return FLOW_NEXT;
}

static Flow
op_join (Frame      *frame,
         JsonArray  *statement,
         GError    **error)
{
  return tell_end (frame, "joined", statement, asyncio_queue_join (OBJECT (queues, statement), error));
}

const StatementName statements_objects[] = {
  { "acquire_lock", NULL, op_acquire_lock },
  { "acquire_semaphore", NULL, op_acquire_semaphore },
  { "condition", NULL, op_condition },
  { "condition_wait", NULL, op_condition_wait },
  { "condition_wait_for", NULL, op_condition_wait_for },
  { "count", op_count, NULL },
  { "event_clear", op_event_clear, NULL },
  { "event_set", op_event_set, NULL },
  { "event_wait", NULL, op_event_wait },
  { "get", NULL, op_get },
  { "get_nowait", op_get_nowait, NULL },
  { "join", NULL, op_join },
  { "lock", NULL, op_lock },
  { "locked", op_locked, NULL },
  { "notify", op_notify, NULL },
  { "notify_all", op_notify_all, NULL },
  { "put", NULL, op_put },
  { "put_nowait", op_put_nowait, NULL },
  { "queue", op_queue, NULL },
  { "release_lock", op_release_lock, NULL },
  { "release_semaphore", op_release_semaphore, NULL },
  { "semaphore", NULL, op_semaphore },
  { "task_done", op_task_done, NULL },
  { NULL, NULL, NULL },
};
