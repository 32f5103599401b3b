/* SPDX-License-Identifier: MIT */

/*
 * The recorder.
 *
 *      loop, tasks, threads ──asyncio_record_...()──> one lock: number, time ──> the function that was set
 *
 * All events of the process go through one lock. That makes their order a fact: a callback is recorded as scheduled before it is put
 * where another thread can find it, so whoever calls it comes later to the lock. And it makes removing the recorder safe: who has
 * the lock knows that nobody is inside the function.
 *
 * The function may use asyncio, and is not called for what it does itself: the thread that is inside of it has the lock already.
 */

#include "recorder-private.h"

#include "base-events-private.h"
#include "coroutines-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

#include <errno.h>

#define NS_PER_S G_GINT64_CONSTANT (1000000000)
#define FIRST_NUMBER_OF_NAMED 1000000001u

gint asyncio_recorder_state;

static struct
{
  GMutex lock;
  GThread *inside;          /* atomic: (nullable): the thread that is in the function, and has the lock */
  AsyncioRecorderFunc func; /* lock: (nullable) */
  gpointer user_data;       /* lock */
  guint64 n_events;         /* lock */
  gint64 virtual_ns;        /* lock: the time of the last loop that was heard of, if its clock is virtual; or -1 */
  guint n_edges;            /* atomic */
  guint n_named;            /* atomic */
  guint n_threads;          /* atomic */
} recorder = { .virtual_ns = -1 };

/* --- The recorder of the process -------------------------------------------------------- */

/* Nobody else makes this true or false for the thread that asks. */
static gboolean
is_inside (void)
{
  return g_atomic_pointer_get (&recorder.inside) == g_thread_self ();
}

void
asyncio_set_recorder (AsyncioRecorderFunc func,
                      gpointer            user_data)
{
  gboolean has_lock = is_inside ();

  if (!has_lock)
    g_mutex_lock (&recorder.lock);
  recorder.func = func;
  recorder.user_data = user_data;
  recorder.n_events = 0;
  recorder.virtual_ns = -1;
  __atomic_store_n (&asyncio_recorder_state, func != NULL, __ATOMIC_RELAXED);
  if (!has_lock)
    g_mutex_unlock (&recorder.lock);
}

gboolean
asyncio_is_recording (void)
{
  return asyncio_recorder_is_on ();
}

guint
asyncio_record_new_edge (void)
{
  return (guint) g_atomic_int_add ((gint *) &recorder.n_edges, 1) + 1;
}

const char *
asyncio_record_kind_get_name (AsyncioRecordKind kind)
{
  static const char *const names[ASYNCIO_N_RECORD_KINDS] = {
    [ASYNCIO_RECORD_MARK] = "mark",
    [ASYNCIO_RECORD_TASK_SPAWNED] = "task-spawned",
    [ASYNCIO_RECORD_TASK_CANCELLED] = "task-cancelled",
    [ASYNCIO_RECORD_STEP_BEGINS] = "step-begins",
    [ASYNCIO_RECORD_STEP_ENDS] = "step-ends",
    [ASYNCIO_RECORD_TASK_EXITED] = "task-exited",
    [ASYNCIO_RECORD_HANDLE_SCHEDULED] = "handle-scheduled",
    [ASYNCIO_RECORD_HANDLE_TIMER] = "handle-timer",
    [ASYNCIO_RECORD_HANDLE_POSTED] = "handle-posted",
    [ASYNCIO_RECORD_HANDLE_BEGINS] = "handle-begins",
    [ASYNCIO_RECORD_HANDLE_ENDS] = "handle-ends",
    [ASYNCIO_RECORD_WAIT_BEGINS] = "wait-begins",
    [ASYNCIO_RECORD_WAIT_ENDS] = "wait-ends",
    [ASYNCIO_RECORD_LOOP_WOKEN] = "loop-woken",
    [ASYNCIO_RECORD_THREAD_BEGINS] = "thread-begins",
    [ASYNCIO_RECORD_THREAD_ENDS] = "thread-ends",
    [ASYNCIO_RECORD_WORK_SUBMITTED] = "work-submitted",
    [ASYNCIO_RECORD_WORK_BEGINS] = "work-begins",
    [ASYNCIO_RECORD_WORK_ENDS] = "work-ends",
    [ASYNCIO_RECORD_MUTEX_WAITS] = "mutex-waits",
    [ASYNCIO_RECORD_MUTEX_LOCKED] = "mutex-locked",
    [ASYNCIO_RECORD_MUTEX_UNLOCKED] = "mutex-unlocked",
    [ASYNCIO_RECORD_GIL_WAITS] = "gil-waits",
    [ASYNCIO_RECORD_GIL_TAKEN] = "gil-taken",
    [ASYNCIO_RECORD_GIL_DROPPED] = "gil-dropped",
  };

  return (guint) kind < G_N_ELEMENTS (names) ? names[kind] : NULL;
}

/* --- One event ---------------------------------------------------------------------------- */

/* A task's name: the one that it was given, or else the one that Python gives, in the buffer. */
static const char *
task_name (AsyncioTask *task,
           char        *buffer,
           gsize        size)
{
  if (task->name != NULL)
    return task->name;

  g_snprintf (buffer, size, "Task-%u", task->number);

  return buffer;
}

/* The number of its default name. A task that was given a name need not have one: it gets one beyond all others. */
static guint
task_number (AsyncioTask *task)
{
  if (task->number != 0)
    return task->number;

  if (task->recorded_number == 0)
    task->recorded_number = FIRST_NUMBER_OF_NAMED + (guint) g_atomic_int_add ((gint *) &recorder.n_named, 1);

  return task->recorded_number;
}

static guint
get_thread_number (AsyncioThreadState *thread)
{
  if (thread->number == 0)
    thread->number = (guint) g_atomic_int_add ((gint *) &recorder.n_threads, 1) + 1;

  return thread->number;
}

/*
 * The lock is held. A thread of a pool has no loop and no clock; but virtual time stands still while a thread is at work for a loop, so the
 * time of the last event of a loop is right.
 */
static gint64
get_time (AsyncioLoop  *loop,
          AsyncioClock *clock)
{
  gint64 now;

  if (loop == NULL && clock == NULL && recorder.virtual_ns >= 0)
    return recorder.virtual_ns;

  clock = loop != NULL ? loop->clock : clock;
  now = asyncio_clock_get_ns (clock);
  recorder.virtual_ns = clock != NULL ? now : -1;

  return now;
}

/* loop: (nullable): whose clock it is. NULL is the loop that runs in this thread, if any */
static void
record_for (AsyncioLoop         *loop,
            const AsyncioRecord *event)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  AsyncioLoop *running = thread->running_loop;
  AsyncioTask *task = running != NULL ? running->current_task : NULL;
  AsyncioRecord full = *event;
  int saved_errno = errno;
  char name[32];

  if (is_inside ())
    return;

  if (full.thread == 0)
    full.thread = get_thread_number (thread);
  if (full.task == 0 && task != NULL)
    {
      full.task = task_number (task);
      full.task_name = task_name (task, name, sizeof name);
    }

  g_mutex_lock (&recorder.lock);
  if (recorder.func != NULL)
    {
      full.number = ++recorder.n_events;
      full.time_ns = get_time (loop != NULL ? loop : running, thread->clock);
      g_atomic_pointer_set (&recorder.inside, g_thread_self ());
      recorder.func (&full, recorder.user_data);
      g_atomic_pointer_set (&recorder.inside, NULL);
    }
  g_mutex_unlock (&recorder.lock);

  errno = saved_errno;
}

void
asyncio_record (const AsyncioRecord *event)
{
  if (asyncio_recorder_is_on ())
    record_for (NULL, event);
}

void
asyncio_record_named (AsyncioRecordKind kind,
                      const char      *name,
                      const char      *detail)
{
  asyncio_record (&(AsyncioRecord) { .kind = kind, .name = name, .detail = detail });
}

void
asyncio_record_mark (const char *text)
{
  if (asyncio_recorder_is_on ())
    asyncio_record_named (ASYNCIO_RECORD_MARK, text, NULL);
}

/* --- Handles -------------------------------------------------------------------------------- */

static void
record_edge (AsyncioRecordKind  kind,
             AsyncioLoop       *loop,
             AsyncioHandle     *handle,
             const char        *detail)
{
  AsyncioTask *target = asyncio_task_of_handle (handle);
  AsyncioRecord event = { .kind = kind, .edge = handle->edge, .name = handle->name, .detail = detail };
  char name[32];

  if (target != NULL)
    {
      event.target = task_number (target);
      event.target_name = task_name (target, name, sizeof name);
    }

  record_for (loop, &event);
}

void
asyncio_record_scheduled (AsyncioLoop   *loop,
                          AsyncioHandle *handle)
{
  handle->edge = asyncio_record_new_edge ();
  record_edge (ASYNCIO_RECORD_HANDLE_SCHEDULED, loop, handle, NULL);
}

void
asyncio_record_posted (AsyncioLoop   *loop,
                       AsyncioHandle *handle)
{
  handle->edge = asyncio_record_new_edge ();
  record_edge (ASYNCIO_RECORD_HANDLE_POSTED, loop, handle, NULL);
}

void
asyncio_record_timer (AsyncioHandle *handle)
{
  char when[32];

  g_snprintf (when, sizeof when, "%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, handle->when_ns / NS_PER_S,
              handle->when_ns % NS_PER_S);
  handle->edge = asyncio_record_new_edge ();
  record_edge (ASYNCIO_RECORD_HANDLE_TIMER, handle->loop, handle, when);
}

/* The edge ends here, and for a task once more at the step. A handle that was not recorded on its way has the number of an earlier edge,
 * or none; as no number comes twice, nobody will find where it began. */
void
asyncio_record_handle_begins (AsyncioHandle *handle)
{
  record_edge (ASYNCIO_RECORD_HANDLE_BEGINS, NULL, handle, NULL);
  asyncio_thread_state ()->edge = asyncio_task_of_handle (handle) != NULL ? handle->edge : 0;
}

/* --- Tasks ------------------------------------------------------------------------------------ */

static void
record_target (AsyncioRecordKind  kind,
               AsyncioTask      *target,
               const char       *detail)
{
  char name[32];

  record_for (target->parent.loop, &(AsyncioRecord) {
                                     .kind = kind,
                                     .target = task_number (target),
                                     .target_name = task_name (target, name, sizeof name),
                                     .detail = detail,
                                   });
}

void
asyncio_record_spawned (AsyncioTask *task)
{
  record_target (ASYNCIO_RECORD_TASK_SPAWNED, task, task->coro->name);
}

void
asyncio_record_cancelled (AsyncioTask *task)
{
  record_target (ASYNCIO_RECORD_TASK_CANCELLED, task, NULL);
}

void
asyncio_record_step_begins (AsyncioTask *task)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  guint edge = thread->edge;

  thread->edge = 0;
  asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_STEP_BEGINS, .edge = edge, .name = task->coro->name });
}

/* What something ended with, that raised an error or did not. (transfer full) */
static char *
describe_end (const GError *raised)
{
  g_autofree char *what = raised != NULL ? asyncio_error_to_string (raised) : NULL;

  return what != NULL ? g_strdup_printf ("raised %s", what) : g_strdup ("returned");
}

/* (transfer full) */
static char *
describe_awaited (AsyncioFuture *future)
{
  const AsyncioFutureClass *klass = (const AsyncioFutureClass *) future->parent.klass;
  char name[32];

  if (future->parent.kind == ASYNCIO_KIND_TASK)
    return g_strdup_printf ("awaits %s", task_name ((AsyncioTask *) future, name, sizeof name));

  return g_strdup_printf ("awaits %s", klass->name);
}

/* How a step ended, and the task with it if it is done. (transfer full) */
static char *
describe_task (AsyncioTask *task)
{
  AsyncioFuture *future = &task->parent;

  switch (future->state)
    {
    case ASYNCIO_FUTURE_PENDING:
      return task->fut_waiter != NULL ? describe_awaited (task->fut_waiter) : g_strdup ("yields");
    case ASYNCIO_FUTURE_CANCELLED:
      return g_strdup ("cancelled");
    case ASYNCIO_FUTURE_FINISHED:
    default:
      return describe_end (future->exception);
    }
}

void
asyncio_record_step_ends (AsyncioTask *task)
{
  g_autofree char *how = describe_task (task);

  asyncio_record_named (ASYNCIO_RECORD_STEP_ENDS, task->coro->name, how);
  if (task->parent.state != ASYNCIO_FUTURE_PENDING)
    asyncio_record_named (ASYNCIO_RECORD_TASK_EXITED, task->coro->name, how);
}

/* --- Threads ---------------------------------------------------------------------------------- */

void
asyncio_record_work (AsyncioRecordKind kind,
                     guint            edge)
{
  asyncio_record (&(AsyncioRecord) { .kind = kind, .edge = edge });
}

void
asyncio_record_work_ends (const GError *raised)
{
  g_autofree char *how = describe_end (raised);

  asyncio_record_named (ASYNCIO_RECORD_WORK_ENDS, NULL, how);
}
