/* SPDX-License-Identifier: MIT */

/*
 * asyncio.Runner (Lib/asyncio/runners.py since Python 3.11).
 *
 * Up to Python 3.10 Ctrl-C raises KeyboardInterrupt in whatever code happens to run, the loop's own included. Since 3.11 it is
 * what a loop understands, a request:
 *
 *      SIGINT ──> handler: writes to a descriptor that the loop watches ──> in the loop: cancels the main task
 *
 *      the main task ends with CancelledError, uncancel() == 0 ──> it was for us alone: KeyboardInterrupt
 *
 * In C a signal handler may do next to nothing, but it may write. The loop looks at its descriptors before each turn, so what
 * was sent before an await is there when it comes back; and it needs no thread, as GLib's own signal sources do.
 */

#include "runner.h"

#include "taskgroups.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef enum
{
  CREATED,
  INITIALIZED,
  CLOSED,
} State;

struct _AsyncioRunner
{
  State state;
  AsyncioDebug debug;
  AsyncioLoop *loop;           /* (owned) (nullable) */
  AsyncioContextVars *context; /* (owned) (nullable) in which all coroutines run */

  /* While a coroutine runs. */
  AsyncioTask *main_task; /* (unowned) (nullable) */
  guint64 interrupt_count;
};

AsyncioRunner *
asyncio_runner_new (AsyncioDebug debug)
{
  AsyncioRunner *self = g_new0 (AsyncioRunner, 1);

  self->debug = debug;

  return self;
}

void
asyncio_runner_free (AsyncioRunner *runner)
{
  g_return_if_fail (runner != NULL);

  (void) asyncio_runner_close (runner, NULL);
  g_free (runner);
}

/* Runner._lazy_init() */
static gboolean
lazy_init (AsyncioRunner  *self,
           GError        **error)
{
  if (self->state == CLOSED)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "Runner is closed");
      return FALSE;
    }

  if (self->state == INITIALIZED)
    return TRUE;

  self->loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (self->loop);
  if (self->debug != ASYNCIO_DEBUG_DEFAULT)
    asyncio_loop_set_debug (self->loop, self->debug == ASYNCIO_DEBUG_ON);
  self->context = asyncio_copy_context ();
  self->state = INITIALIZED;

  return TRUE;
}

AsyncioLoop *
asyncio_runner_get_loop (AsyncioRunner  *runner,
                         GError        **error)
{
  g_return_val_if_fail (runner != NULL, NULL);

  return lazy_init (runner, error) ? runner->loop : NULL;
}

/* --- SIGINT ------------------------------------------------------------------------------- */

/* An eventfd of the runner that handles SIGINT. Only the main thread's may, and that runs one loop at a time. */
static volatile sig_atomic_t interrupt_fd = -1;

static void
on_sigint (int signum)
{
  int saved_errno = errno;
  guint64 one = 1;

  (void) signum;

  if (write (interrupt_fd, &one, sizeof one) < 0)
    {
      /* The counter is full, so there are enough already. */
    }
  errno = saved_errno;
}

/* Runner._on_sigint(), called by the loop. */
static void
on_interrupt (gpointer   user_data,
              GError   **error)
{
  AsyncioRunner *self = user_data;
  guint64 n = 0;

  if (read (interrupt_fd, &n, sizeof n) != sizeof n)
    return;

  if (self->interrupt_count == 0 && !asyncio_task_done (self->main_task))
    {
      (void) asyncio_task_cancel (self->main_task);
      n--;
      self->interrupt_count++;
    }

  self->interrupt_count += n;
  if (n > 0)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
}

/* Whether the runner handles SIGINT from here on: only in the main thread, and if nobody else does. */
static gboolean
begin_to_handle (AsyncioRunner *self)
{
  struct sigaction action = { .sa_handler = on_sigint, .sa_flags = SA_RESTART };
  struct sigaction current;

  if (getpid () != gettid () || sigaction (SIGINT, NULL, &current) != 0 || current.sa_handler != SIG_DFL)
    return FALSE;

  interrupt_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (interrupt_fd < 0)
    return FALSE;

  if (asyncio_loop_add_reader (self->loop, interrupt_fd, on_interrupt, self, NULL, NULL) &&
      sigaction (SIGINT, &action, NULL) == 0)
    return TRUE;

  (void) asyncio_loop_remove_reader (self->loop, interrupt_fd);
  close (interrupt_fd);
  interrupt_fd = -1;

  return FALSE;
}

static void
end_handling (AsyncioRunner *self)
{
  struct sigaction current;
  int fd = interrupt_fd;

  /* Somebody else may have put a handler of his own there. */
  if (sigaction (SIGINT, NULL, &current) == 0 && current.sa_handler == on_sigint)
    (void) signal (SIGINT, SIG_DFL);

  (void) asyncio_loop_remove_reader (self->loop, fd);
  interrupt_fd = -1;
  close (fd);
}

/* --- Running ------------------------------------------------------------------------------- */

/* (transfer full) (nullable) */
static gpointer
run_main_task (AsyncioRunner  *self,
               AsyncioTask    *task,
               GError        **error)
{
  g_autoptr (GError) raised = NULL;
  gboolean handles;
  gpointer value = NULL;

  self->main_task = task;
  self->interrupt_count = 0;
  handles = begin_to_handle (self);
  (void) asyncio_loop_run_until_complete (self->loop, task, &raised);
  if (handles)
    end_handling (self);
  self->main_task = NULL;

  /* The error is on its way to the caller. */
  if (asyncio_task_done (task) && !asyncio_task_cancelled (task))
    (void) asyncio_task_exception (task, NULL);

  if (raised == NULL)
    value = asyncio_future_steal_result (ASYNCIO_FUTURE (task), &raised);

  if (asyncio_error_is_cancelled (raised) && self->interrupt_count > 0 && asyncio_task_uncancel (task) == 0)
    {
      g_clear_error (&raised);
      raised = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
    }

  if (raised != NULL)
    g_propagate_error (error, g_steal_pointer (&raised));

  return value;
}

gpointer
asyncio_runner_run (AsyncioRunner  *runner,
                    gpointer        coroutine,
                    GError        **error)
{
  g_autoptr (AsyncioCoroutine) held = NULL;
  g_autoptr (AsyncioTask) task = NULL;

  g_return_val_if_fail (runner != NULL, NULL);

  if (!asyncio_iscoroutine (coroutine))
    {
      g_autofree char *what = asyncio_repr (coroutine);

      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "a coroutine was expected, got %s", what);
      return NULL;
    }

  held = asyncio_ref_sink (coroutine);
  if (asyncio_get_running_loop (NULL) != NULL)
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                           "Runner.run() cannot be called from a running event loop");
      return NULL;
    }

  if (!lazy_init (runner, error))
    return NULL;

  task = asyncio_loop_create_task_full (runner->loop, held, NULL, runner->context, G_STRLOC, error);

  return task != NULL ? run_main_task (runner, task, error) : NULL;
}

/* --- The end ------------------------------------------------------------------------------- */

static void
report_errors (AsyncioLoop *loop,
               GPtrArray   *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      AsyncioTask *task = g_ptr_array_index (tasks, i);
      const GError *exception = NULL;

      if (asyncio_task_done (task) && !asyncio_task_cancelled (task))
        exception = asyncio_task_exception (task, NULL);
      if (exception != NULL)
        asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) {
                                               .message = "unhandled exception during asyncio.run() shutdown",
                                               .exception = exception,
                                               .future = ASYNCIO_FUTURE (task),
                                             });
    }
}

/* _cancel_all_tasks() */
static gboolean
cancel_all_tasks (AsyncioLoop  *loop,
                  GError      **error)
{
  g_autoptr (GPtrArray) tasks = asyncio_all_tasks (loop, NULL);
  g_autoptr (AsyncioFuture) all = NULL;
  g_autoptr (GError) raised = NULL;

  if (tasks->len == 0)
    return TRUE;

  for (guint i = 0; i < tasks->len; i++)
    (void) asyncio_task_cancel (g_ptr_array_index (tasks, i));

  all = asyncio_gatherv ((const gpointer *) tasks->pdata, tasks->len, TRUE, &raised);
  if (all != NULL)
    (void) asyncio_loop_run_until_complete (loop, all, &raised);
  if (raised != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&raised));
      return FALSE;
    }

  report_errors (loop, tasks);

  return TRUE;
}

gboolean
asyncio_runner_close (AsyncioRunner  *runner,
                      GError        **error)
{
  gboolean cleaned_up;

  g_return_val_if_fail (runner != NULL, FALSE);

  if (runner->state != INITIALIZED)
    return TRUE;

  cleaned_up = cancel_all_tasks (runner->loop, error) && asyncio_loop_run_cleanup_steps (runner->loop, error);

  asyncio_set_event_loop (NULL);
  asyncio_loop_close (runner->loop, NULL);
  g_clear_pointer (&runner->loop, asyncio_loop_unref);
  g_clear_pointer (&runner->context, asyncio_context_unref);
  runner->state = CLOSED;

  return cleaned_up;
}
