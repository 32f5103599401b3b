/* SPDX-License-Identifier: MIT */

/*
 * What is to be done before a loop is closed.
 *
 * asyncio.run() grew over the versions: 3.7 cancels tasks and closes async generators, 3.9 also waits for
 * the default executor. So that run() itself need not know, what is to be done is a list: the steps that the
 * version brings, and those that this loop was given.
 */

#include "base-events-private.h"

#include <asyncio/exceptions.h>
#include <asyncio/versions.h>

typedef struct
{
  const char *name;
  AsyncioCoroutineFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Step;

static Step *
step_new (const char           *name,
          AsyncioCoroutineFunc  func,
          gpointer              user_data,
          GDestroyNotify        destroy)
{
  Step *self = g_new (Step, 1);

  *self = (Step) { name, func, user_data, destroy };

  return self;
}

static void
step_free (gpointer data)
{
  Step *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

void
asyncio_loop_add_cleanup_step (AsyncioLoop          *loop,
                               const char           *name,
                               AsyncioCoroutineFunc  step,
                               gpointer              user_data,
                               GDestroyNotify        destroy)
{
  Step *self;

  g_return_if_fail (loop != NULL);
  g_return_if_fail (step != NULL);

  self = step_new (name, step, user_data, destroy);
  if (asyncio_loop_check_closed (loop, NULL))
    g_queue_push_tail (&loop->cleanup_steps, self);
  else
    step_free (self);
}

void
asyncio_loop_drop_cleanup_steps (AsyncioLoop *self)
{
  g_queue_clear_full (&self->cleanup_steps, step_free);
}

/* Runs one step. Returns FALSE only if nothing more may be run. */
static gboolean
run_step (AsyncioLoop  *loop,
          Step         *step,
          GError      **error)
{
  g_autoptr (GError) step_error = NULL;
  g_autofree char *message = NULL;

  (void) asyncio_loop_run_until_complete (loop,
                                          asyncio_coroutine_new_full (step->func, step->user_data, NULL, NULL,
                                                                      step->name, G_STRLOC),
                                          &step_error);
  if (step_error == NULL)
    return TRUE;

  if (asyncio_error_ends_loop (step_error))
    {
      g_propagate_error (error, g_steal_pointer (&step_error));
      return FALSE;
    }

  message = g_strdup_printf ("an error occurred during %s", step->name);
  asyncio_loop_call_exception_handler (loop, &(AsyncioExceptionContext) {
                                               .message = message,
                                               .exception = step_error,
                                             });

  return TRUE;
}

/* loop.shutdown_asyncgens(). C has no async generators, but the loop takes the turns in which Python closes them: what a task scheduled
 * in the last turn of its life is still called. */
static gpointer
shutdown_asyncgens (gpointer   user_data,
                    GError   **error)
{
  (void) user_data;
  (void) error;

  return NULL;
}

gboolean
asyncio_loop_run_cleanup_steps (AsyncioLoop  *loop,
                                GError      **error)
{
  Step first = { .name = "shutdown_asyncgens", .func = shutdown_asyncgens };
  Step *step;

  g_return_val_if_fail (loop != NULL, FALSE);

  if (!asyncio_loop_check_may_run (loop, error) || !run_step (loop, &first, error))
    return FALSE;

  for (gsize i = 0; asyncio_version_rules.cleanup_steps[i].name != NULL; i++)
    {
      Step of_version = {
        .name = asyncio_version_rules.cleanup_steps[i].name,
        .func = asyncio_version_rules.cleanup_steps[i].func,
      };

      if (!run_step (loop, &of_version, error))
        return FALSE;
    }

  while ((step = g_queue_pop_head (&loop->cleanup_steps)) != NULL)
    {
      gboolean go_on = run_step (loop, step, error);

      step_free (step);
      if (!go_on)
        return FALSE;
    }

  return TRUE;
}
