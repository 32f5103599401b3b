/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p03-two-errors.py: all errors come out together, and are taken out by their kind. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

typedef struct
{
  int steps;
  AsyncioError code;
  const char *text;
} Bad;

static gpointer
bad (gpointer   user_data,
     GError   **error)
{
  Bad *self = user_data;

  if (kit_sleep (self->steps, error))
    g_set_error_literal (error, ASYNCIO_ERROR, self->code, self->text);

  return NULL;
}

static gpointer
bad_cleanup (gpointer   user_data,
             GError   **error)
{
  (void) user_data;
  kit_sleep (50, NULL);
  if (kit_sleep (1, error))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "in cleanup");

  return NULL;
}

static void
create (AsyncioTaskGroup *group,
        AsyncioCoroutine *coroutine)
{
  asyncio_unref (asyncio_task_group_create_task (group, coroutine, NULL));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTaskGroup) first = asyncio_task_group_new ();
  g_autoptr (AsyncioTaskGroup) second = asyncio_task_group_new ();
  g_autoptr (GError) e = NULL;
  g_autoptr (GError) type_errors = NULL;

  (void) user_data;

  asyncio_task_group_enter (first, error);
  create (first, asyncio_coroutine_new (bad_cleanup, NULL, NULL));
  create (first, kit_coroutine (bad, Bad, 1, ASYNCIO_ERROR_VALUE, "one"));
  if (!asyncio_task_group_exit (first, NULL, &e))
    trace ("group raised %s", trace_error (e));
  g_clear_error (&e);

  asyncio_task_group_enter (second, error);
  create (second, kit_coroutine (bad, Bad, 0, ASYNCIO_ERROR_TYPE, "t"));
  create (second, kit_coroutine (bad, Bad, 0, ASYNCIO_ERROR_VALUE, "v"));
  asyncio_task_group_exit (second, NULL, &e);

  type_errors = asyncio_error_except_star (&e, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE);
  trace ("except* TypeError: %s", trace_error (type_errors));
  trace ("the rest: %s", trace_error (e));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
