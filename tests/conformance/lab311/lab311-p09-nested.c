/* SPDX-License-Identifier: MIT */

/* The twin of lab311-p09-nested.py: the error of an inner group is one of the outer block. */

#include "kit.h"
#include "runners.h"
#include "taskgroups.h"

typedef struct
{
  int steps;
  const char *text;
} Bad;

static gpointer
bad (gpointer   user_data,
     GError   **error)
{
  Bad *self = user_data;

  if (kit_sleep (self->steps, error))
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->text);

  return NULL;
}

static gpointer
long_ (gpointer   user_data,
       GError   **error)
{
  kit_sleep (50, error);
  trace ("%s cancelled", (const char *) user_data);

  return NULL;
}

static gpointer
sleep_ (gpointer   user_data,
        GError   **error)
{
  kit_sleep (GPOINTER_TO_INT (user_data), error);

  return NULL;
}

static void
on_outer_child (AsyncioFuture  *t,
                gpointer        user_data,
                GError        **error)
{
  (void) user_data;
  (void) error;
  trace ("outer child cancelled %s", trace_bool (asyncio_future_cancelled (t)));
}

/* A block that makes one task. */
static void
create (AsyncioTaskGroup  *g,
        gpointer           coroutine,
        GError           **error)
{
  asyncio_unref (asyncio_task_group_create_task (g, coroutine, error));
}

static void
inner_fails (AsyncioTaskGroup  *outer,
             gpointer           user_data,
             GError           **error)
{
  (void) user_data;
  create (outer, asyncio_coroutine_new (long_, "outer child", NULL), error);
  asyncio_task_group_run (create, kit_coroutine (bad, Bad, 1, "inner"), error);
}

static void
outer_fails (AsyncioTaskGroup  *outer,
             gpointer           user_data,
             GError           **error)
{
  (void) user_data;
  create (outer, kit_coroutine (bad, Bad, 1, "outer"), error);
  asyncio_task_group_run (create, asyncio_coroutine_new (long_, "inner child", NULL), error);
}

static void
caught_between (AsyncioTaskGroup  *outer,
                gpointer           user_data,
                GError           **error)
{
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;
  task = asyncio_task_group_create_task (outer, asyncio_coroutine_new (sleep_, GINT_TO_POINTER (2), NULL), error);
  asyncio_future_add_done_callback (ASYNCIO_FUTURE (task), on_outer_child, NULL, NULL);
  if (!asyncio_task_group_run (create, kit_coroutine (bad, Bad, 1, "caught"), &e))
    trace ("caught between %s", trace_error (e));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (!asyncio_task_group_run (inner_fails, NULL, &e))
    trace ("raised %s", trace_error (e));
  g_clear_error (&e);
  if (!asyncio_task_group_run (outer_fails, NULL, &e))
    trace ("raised %s", trace_error (e));
  asyncio_task_group_run (caught_between, NULL, error);
  trace ("cancelling %u", asyncio_task_cancelling (asyncio_current_task (NULL, NULL)));

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
