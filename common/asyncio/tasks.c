/* SPDX-License-Identifier: MIT */

/*
 * Tasks (Lib/asyncio/tasks.py).
 *
 * A task is a future that gets done when its coroutine does. It drives the coroutine step by step:
 *
 *            ┌──── step: send or throw ────┐
 *            │                             v
 *       ready queue                   the coroutine runs
 *            ^                             │
 *            │      it yields nothing      │ it returns or raises: the task is done
 *            ├─────────────────────────────┤
 *            │                             │ it awaits a future: fut_waiter
 *            └── wake-up: the future is done ──┘
 *
 * cancel() is a request. A task that waits for a future passes it on to the future, and the
 * cancelled future wakes the task with CancelledError; one that is about to take a step anyway gets
 * CancelledError in that step (must_cancel). Either way the coroutine sees it once, at an await.
 */

#include "tasks-private.h"

#include "base-events-private.h"
#include "contextvars-private.h"
#include "coroutines-private.h"
#include "recorder-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

static void task_step (AsyncioTask  *self,
                       GError       *exception,
                       GError      **error);

/* --- Life ---------------------------------------------------------------------- */

void
asyncio_register_task (AsyncioTask *task)
{
  AsyncioTaskList *self = &task->parent.loop->tasks;

  task->previous = self->tail;
  if (self->tail != NULL)
    self->tail->next = task;
  else
    self->head = task;
  self->tail = asyncio_ref (task);
}

void
asyncio_unregister_task (AsyncioTask *task)
{
  AsyncioTaskList *self = &task->parent.loop->tasks;

  if (task->previous == NULL && self->head != task)
    return; /* it never was; or the loop was closed, which gave it up */

  if (task->previous != NULL)
    task->previous->next = task->next;
  else
    self->head = task->next;

  if (task->next != NULL)
    task->next->previous = task->previous;
  else
    self->tail = task->previous;

  task->previous = NULL;
  task->next = NULL;
  asyncio_unref (task);
}

/* Task.__del__ */
static void
task_finalize (gpointer object)
{
  AsyncioTask *self = object;
  AsyncioFuture *future = &self->parent;

  if (future->state == ASYNCIO_FUTURE_PENDING && self->log_destroy_pending)
    {
      future->parent.ref_count++;
      asyncio_loop_call_exception_handler (future->loop, &(AsyncioExceptionContext) {
                                                           .message = "Task was destroyed but it is pending!",
                                                           .task = self,
                                                           .source_traceback = future->location,
                                                         });
      future->parent.ref_count--;
    }

  asyncio_future_report_unretrieved (future);
  g_clear_pointer (&self->coro, asyncio_unref);
  g_clear_pointer (&self->fut_waiter, asyncio_unref);
  g_clear_error (&self->step_error);
  g_free (self->cancel_message);
  g_free (self->name);
  g_clear_pointer (&self->handle.context, asyncio_context_unref);
  asyncio_future_clear (future);
  g_free (self);
}

/* _task_name_counter, which all threads share. */
static guint
next_number (void)
{
  static gint n_tasks;

  return (guint) g_atomic_int_add (&n_tasks, 1) + 1;
}

static AsyncioTask *
task_of_handle (AsyncioHandle *handle)
{
  return (AsyncioTask *) ((guint8 *) handle - G_STRUCT_OFFSET (AsyncioTask, handle));
}

/* The loop's reference to the handle, and with it to the task, is gone. */
static void
handle_finalize (AsyncioHandle *handle)
{
  asyncio_unref (task_of_handle (handle));
}

AsyncioTask *
asyncio_task_of_handle (AsyncioHandle *handle)
{
  return handle->finalize == handle_finalize ? task_of_handle (handle) : NULL;
}

/* The task's handle, ready to be put into a queue. It holds a reference to the task. */
static AsyncioHandle *
arm_handle (AsyncioTask           *self,
            AsyncioCallback        callback,
            AsyncioFutureCallback  done_callback)
{
  if (self->handle.ref_count > 0)
    {
      asyncio_handle_ref (&self->handle); /* the loop has it still, and is just calling it */
    }
  else
    {
      asyncio_handle_init (&self->handle, handle_finalize);
      asyncio_ref (self);
    }

  self->handle.callback = callback;
  self->handle.done_callback = done_callback;
  self->handle.user_data = self;

  return &self->handle;
}

static void
on_step (gpointer   user_data,
         GError   **error)
{
  AsyncioTask *self = user_data;

  task_step (self, g_steal_pointer (&self->step_error), error);
}

/* loop.call_soon(self.__step, exception) */
static void
schedule_step (AsyncioTask *self,
               GError      *exception)
{
  self->step_error = exception;
  asyncio_loop_add_ready (self->parent.loop, arm_handle (self, on_step, NULL));
}

static gboolean task_cancel (AsyncioFuture *future,
                             const char    *message);

static const AsyncioFutureClass task_class = {
  .parent = {
    .kind = ASYNCIO_KIND_TASK,
    .finalize = task_finalize,
    .repr = asyncio_task_repr,
  },
  .name = "Task",
  .cancel = task_cancel,
};

gboolean
asyncio_is_task (gconstpointer object)
{
  return asyncio_isfuture (object) && ((const AsyncioFuture *) object)->parent.kind == ASYNCIO_KIND_TASK;
}

void
asyncio_task_give_name (AsyncioTask *self,
                        const char  *name)
{
  /* It may be the old name itself. */
  char *copy = g_strdup (name);

  g_free (self->name);
  self->name = copy;
}

/* The first half of Task.__init__. Inlined, so that tasks that start in the usual way need not pay for the others. */
static inline __attribute__ ((always_inline)) AsyncioTask *
new_unstarted (AsyncioLoop         *loop,
               AsyncioCoroutine    *coroutine,
               const char          *name,
               AsyncioContextVars  *context,
               GError             **error)
{
  g_autoptr (AsyncioCoroutine) coro = NULL;
  AsyncioTask *self;

  g_return_val_if_fail (loop != NULL, NULL);

  if (!asyncio_iscoroutine (coroutine))
    {
      g_autofree char *what = asyncio_repr (coroutine);

      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE, "a coroutine was expected, got %s", what);
      return NULL;
    }

  coro = asyncio_ref_sink (coroutine);
  if (!asyncio_loop_check_closed (loop, error) || !asyncio_loop_check_thread (loop, error))
    return NULL;

  self = g_new0 (AsyncioTask, 1);
  asyncio_future_init (&self->parent, &task_class, loop);
  self->parent.location = asyncio_loop_note_location (loop, coro->location);
  self->coro = g_steal_pointer (&coro);
  if (name != NULL)
    asyncio_task_give_name (self, name);
  else
    self->number = next_number ();
  self->log_destroy_pending = TRUE;
  self->handle.name = "Task.step()";
  self->handle.context = context != NULL ? asyncio_context_ref (context) : asyncio_context_vars_copy_current ();

  if (asyncio_recorder_is_on ())
    asyncio_record_spawned (self);

  return self;
}

AsyncioTask *
asyncio_task_new_unstarted (AsyncioLoop         *loop,
                            AsyncioCoroutine    *coroutine,
                            const char          *name,
                            AsyncioContextVars  *context,
                            GError             **error)
{
  return new_unstarted (loop, coroutine, name, context, error);
}

/* The second half, for a task that is not eager. */
void
asyncio_task_start (AsyncioTask *self)
{
  asyncio_register_task (self);
  schedule_step (self, NULL);
}

AsyncioTask *
asyncio_task_new (AsyncioLoop         *loop,
                  AsyncioCoroutine    *coroutine,
                  const char          *name,
                  AsyncioContextVars  *context,
                  GError             **error)
{
  AsyncioTask *self = new_unstarted (loop, coroutine, name, context, error);

  if (self != NULL)
    asyncio_task_start (self);

  return self;
}

void
asyncio_task_set_log_destroy_pending (AsyncioTask *self,
                                      gboolean     enabled)
{
  if (asyncio_is_task (self))
    self->log_destroy_pending = enabled;
}

/* --- The step ------------------------------------------------------------------------ */

static void
task_returned (AsyncioTask  *self,
               gpointer      value,
               GError      **error)
{
  GDestroyNotify destroy = self->coro->value_destroy;

  asyncio_unregister_task (self);

  if (!self->must_cancel)
    {
      (void) asyncio_future_finish_with_value (&self->parent, value, destroy, error);
      return;
    }

  /* It was cancelled, or cancelled itself, and returned without another await. */
  self->must_cancel = FALSE;
  if (destroy != NULL && value != NULL)
    destroy (value);

  if (asyncio_version_rules.self_cancel_ends_cancelled)
    (void) asyncio_future_base_cancel (&self->parent, self->cancel_message);
  else
    (void) asyncio_future_finish_with_error (&self->parent, asyncio_error_new_cancelled (NULL), error);
}

static void
task_raised (AsyncioTask  *self,
             GError       *raised,
             GError      **error)
{
  asyncio_unregister_task (self);

  if (asyncio_error_is_cancelled (raised))
    {
      asyncio_future_cancel_with_error (&self->parent, raised);
      return;
    }

  /* KeyboardInterrupt and SystemExit stay with the task and leave the loop as well. */
  if (asyncio_error_ends_loop (raised))
    {
      g_propagate_error (error, g_error_copy (raised));
      error = NULL;
    }

  (void) asyncio_future_finish_with_error (&self->parent, raised, error);
}

static void
on_wakeup (AsyncioFuture  *future,
           gpointer        user_data,
           GError        **error)
{
  GError *exception = NULL;

  (void) asyncio_future_result (future, &exception);
  task_step (user_data, exception, error);
}

/* Returns (transfer full) (nullable) what is wrong with awaiting this. */
static GError *
check_yielded (AsyncioTask *self,
               gpointer     yielded)
{
  g_autofree char *task = NULL;
  g_autofree char *what = NULL;
  AsyncioFuture *future = yielded;

  if (asyncio_isfuture (yielded) && future->loop == self->parent.loop && future->blocking &&
      future != &self->parent)
    return NULL;

  task = asyncio_repr (self);
  what = asyncio_repr (yielded);

  if (!asyncio_isfuture (yielded))
    return g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Task got bad yield: %s", what);
  if (future->loop != self->parent.loop)
    return g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                        "Task %s got Future %s attached to a different loop", task, what);
  if (!future->blocking)
    return g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                        "yield was used instead of yield from in task %s with %s", task, what);
  return g_error_new (ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Task cannot await on itself: %s", task);
}

static inline __attribute__ ((always_inline)) void
task_suspended (AsyncioTask *self,
                gpointer     yielded)
{
  GError *misuse;

  /* A bare yield gives up one turn. */
  if (yielded == NULL)
    {
      schedule_step (self, NULL);
      return;
    }

  misuse = check_yielded (self, yielded);
  if (misuse != NULL)
    {
      schedule_step (self, misuse);
      return;
    }

  self->fut_waiter = asyncio_ref (yielded);
  self->fut_waiter->blocking = FALSE;
  asyncio_future_add_handle (self->fut_waiter, arm_handle (self, NULL, on_wakeup));

  if (self->must_cancel && asyncio_future_cancel_msg (self->fut_waiter, self->cancel_message))
    self->must_cancel = FALSE;
}

/* Up to 3.6 anybody could complete a task, which then took its next step nevertheless. */
static gboolean
check_not_done (AsyncioTask  *self,
                GError      **error)
{
  g_autofree char *repr = NULL;

  if (self->parent.state == ASYNCIO_FUTURE_PENDING)
    return TRUE;

  asyncio_unregister_task (self);
  repr = asyncio_repr (self);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_ASSERTION, "_step(): already done: %s", repr);

  return FALSE;
}

AsyncioTask *
asyncio_swap_current_task (AsyncioLoop *loop,
                           AsyncioTask *task)
{
  AsyncioTask *previous = loop->current_task;

  loop->current_task = task;

  return previous;
}

/* Task.__step_run_and_handle_result. Inlined for the same reason. */
static inline __attribute__ ((always_inline)) void
run_and_handle_result (AsyncioTask  *self,
                       GError       *exception,
                       GError      **error)
{
  AsyncioSendResult result;
  GError *raised = NULL;
  gpointer out = NULL;

  if (asyncio_recorder_is_on ())
    asyncio_record_step_begins (self);
  if (exception == NULL)
    result = asyncio_coroutine_send (self->coro, &out, &raised);
  else
    result = asyncio_coroutine_throw (self->coro, exception, &out, &raised);

  switch (result)
    {
    case ASYNCIO_SEND_NEXT:
      task_suspended (self, out);
      break;
    case ASYNCIO_SEND_RETURN:
      task_returned (self, out, error);
      break;
    case ASYNCIO_SEND_ERROR:
    default:
      task_raised (self, raised, error);
      break;
    }

  if (asyncio_recorder_is_on ())
    asyncio_record_step_ends (self);
}

void
asyncio_task_step_run_and_handle_result (AsyncioTask  *self,
                                         GError       *exception,
                                         GError      **error)
{
  run_and_handle_result (self, exception, error);
}

/* Task.__step. exception: (transfer full) (nullable) */
static void
task_step (AsyncioTask  *self,
           GError       *exception,
           GError      **error)
{
  AsyncioLoop *loop = self->parent.loop;
  AsyncioTask *previous;

  if (!check_not_done (self, error))
    {
      g_clear_error (&exception);
      return;
    }

  if (self->must_cancel)
    {
      if (!asyncio_error_is_cancelled (exception))
        {
          g_clear_error (&exception);
          exception = asyncio_error_new_cancelled (self->cancel_message);
        }
      self->must_cancel = FALSE;
    }

  asyncio_ref (self);
  g_clear_pointer (&self->fut_waiter, asyncio_unref);

  previous = asyncio_swap_current_task (loop, self);
  run_and_handle_result (self, exception, error);
  (void) asyncio_swap_current_task (loop, previous);

  asyncio_unref (self);
}

/* Task.cancel */
static gboolean
task_cancel (AsyncioFuture *future,
             const char    *message)
{
  AsyncioTask *self = (AsyncioTask *) future;

  asyncio_future_forgive (future);
  if (future->state != ASYNCIO_FUTURE_PENDING)
    return FALSE;

  self->num_cancels_requested++;
  if (asyncio_recorder_is_on ())
    asyncio_record_cancelled (self);

  /* The waiter stays: it may be a task that swallows this, and then must be asked again. */
  if (self->fut_waiter != NULL && asyncio_future_cancel_msg (self->fut_waiter, message))
    return TRUE;

  /* The next step is scheduled already. */
  self->must_cancel = TRUE;
  g_free (self->cancel_message);
  self->cancel_message = g_strdup (message);

  return TRUE;
}

/* --- asyncio.Task's methods ---------------------------------------------------------- */

gboolean
asyncio_task_cancel (AsyncioTask *task)
{
  return asyncio_future_cancel (&task->parent);
}

gboolean
asyncio_task_cancel_msg (AsyncioTask *task,
                         const char  *message)
{
  return asyncio_future_cancel_msg (&task->parent, message);
}

gboolean
asyncio_task_done (AsyncioTask *task)
{
  return asyncio_future_done (&task->parent);
}

gboolean
asyncio_task_cancelled (AsyncioTask *task)
{
  return asyncio_future_cancelled (&task->parent);
}

gpointer
asyncio_task_result (AsyncioTask  *task,
                     GError      **error)
{
  return asyncio_future_result (&task->parent, error);
}

const GError *
asyncio_task_exception (AsyncioTask  *task,
                        GError      **error)
{
  return asyncio_future_exception (&task->parent, error);
}

AsyncioContextVars *
asyncio_task_get_context (AsyncioTask *task)
{
  g_return_val_if_fail (asyncio_is_task (task), NULL);

  return asyncio_context_vars_ensure (&task->handle.context);
}
