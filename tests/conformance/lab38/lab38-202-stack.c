/* SPDX-License-Identifier: MIT */

/* The twin of lab38-202-stack.py: the stack of a task in all its states. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

#include <stdlib.h>
#include <string.h>

static const char *
stack (AsyncioTask *task,
       int          limit)
{
  g_autoptr (GPtrArray) frames = asyncio_task_get_stack (task, limit);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < frames->len; i++)
    g_ptr_array_add (names, (gpointer) asyncio_coroutine_get_name (g_ptr_array_index (frames, i)));

  return kit_row (names);
}

static void
show (const char  *label,
      AsyncioTask *task,
      int          limit)
{
  char *text = NULL;
  gsize length = 0;
  FILE *out = open_memstream (&text, &length);
  g_auto (GStrv) lines = NULL;
  const char *error;

  asyncio_task_print_stack (task, limit, out);
  fclose (out);

  lines = g_strsplit (g_strchomp (text), "\n", -1);
  error = lines[g_strv_length (lines) - 1];
  if (lines[1] == NULL || error[0] == ' ')
    error = "-";
  *strstr (lines[0], " <") = '\0';
  trace ("%s %s | %s | %s", label, stack (task, limit), lines[0], error);
  free (text);
}

static gpointer
inner (gpointer   fut,
       GError   **error)
{
  return asyncio_await (fut, error);
}

static gpointer
works (gpointer   fut,
       GError   **error)
{
  trace ("running %s", stack (asyncio_current_task (NULL, NULL), 1));

  return asyncio_await (asyncio_coroutine_new (inner, fut, NULL), error);
}

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static void
wait_for_task (AsyncioTask *task)
{
  asyncio_wait ((const gpointer[]) { task }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, NULL);
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const struct
  {
    const char *text;
    int limit;
  } limits[] = { { "None", ASYNCIO_NO_LIMIT }, { "0", 0 }, { "-1", -1 }, { "1", 1 }, { "5", 5 } };
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  g_autoptr (AsyncioFuture) fut = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) other = asyncio_loop_create_future (loop);
  AsyncioTask *task = asyncio_create_task (asyncio_coroutine_new (works, fut, NULL), error);

  (void) user_data;

  show ("created", task, ASYNCIO_NO_LIMIT);
  kit_pause (1, error);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autofree char *label = g_strdup_printf ("suspended, limit %s", limits[i].text);

      show (label, task, limits[i].limit);
    }
  asyncio_future_set_result (fut, NULL, NULL, error);
  asyncio_await (task, error);
  show ("finished", task, ASYNCIO_NO_LIMIT);
  asyncio_unref (task);

  task = asyncio_create_task (asyncio_coroutine_new (works, other, NULL), error);
  kit_pause (1, error);
  asyncio_task_cancel (task);
  wait_for_task (task);
  show ("cancelled", task, ASYNCIO_NO_LIMIT);
  asyncio_unref (task);

  task = asyncio_create_task (asyncio_coroutine_new (works, fut, NULL), error);
  asyncio_coroutine_close (asyncio_task_get_coro (task), NULL);
  show ("closed", task, ASYNCIO_NO_LIMIT);
  wait_for_task (task);
  (void) asyncio_task_exception (task, NULL);
  asyncio_unref (task);

  trace_exception_handler (loop);
  task = asyncio_create_task (asyncio_coroutine_new (fails, NULL, NULL), error);
  wait_for_task (task);
  show ("failed", task, ASYNCIO_NO_LIMIT);
  show ("failed, limit 0", task, 0);
  asyncio_unref (task);
  kit_pause (1, error);
  trace ("main: goes on");

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
