/* SPDX-License-Identifier: MIT */

/*
 * What scenarios have in common: kit.py in C.
 */

#include "kit.h"

#include <stdlib.h>
#include <string.h>

static AsyncioClock *virtual_clock;

void
kit_init (void)
{
  virtual_clock = asyncio_virtual_clock_new ();
  asyncio_set_clock (virtual_clock);
}

/* --- Loops and tasks ---------------------------------------------------------------- */

AsyncioLoop *
kit_new_loop (void)
{
  AsyncioLoop *loop = asyncio_new_event_loop ();

  asyncio_set_event_loop (loop);

  return loop;
}

void
kit_run (AsyncioCoroutine *coroutine)
{
  g_autoptr (AsyncioLoop) loop = kit_new_loop ();
  g_autoptr (GError) error = NULL;

  asyncio_loop_run_until_complete (loop, coroutine, &error);

  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);

  /* As an uncaught exception ends Python. */
  if (error != NULL)
    {
      g_printerr ("%s\n", trace_error (error));
      exit (1);
    }
}

AsyncioLoop *
kit_loop_now (void)
{
  return asyncio_get_running_loop (NULL);
}

AsyncioTask *
kit_spawn (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_loop_create_task (kit_loop_now (), coroutine, &error);

  g_assert_no_error (error);

  return task;
}

void
kit_stop (gpointer   loop,
          GError   **error)
{
  (void) error;

  asyncio_loop_stop (loop);
}

/* --- Waiting ------------------------------------------------------------------------ */

gboolean
kit_sleep (double    steps,
           GError  **error)
{
  return asyncio_sleep (steps * STEP, error);
}

gboolean
kit_pause (guint     times,
           GError  **error)
{
  for (guint i = 0; i < times; i++)
    if (!asyncio_sleep (0, error))
      return FALSE;

  return TRUE;
}

void
kit_work (double steps)
{
  asyncio_clock_advance (virtual_clock, steps * STEP);
}

/* --- Reports of debug mode ------------------------------------------------------------ */

/* What a pattern finds first. It is kept for ever, as all that is traced. */
static const char *
find (const char *pattern,
      const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *found = NULL;

  if (g_regex_match (regex, text, 0, &match))
    found = g_match_info_fetch (match, 1);

  return g_intern_string (found);
}

static void
on_warning (const char     *domain,
            GLogLevelFlags  level,
            const char     *message,
            gpointer        user_data)
{
  const char *kind = find ("^Executing <(\\w+) .*> took \\d+\\.\\d\\d\\d seconds$", message);
  const char *created = strstr (message, " created at ") != NULL ? " created" : "";

  if (kind == NULL)
    g_log_default_handler (domain, level, message, user_data);
  else if (g_str_equal (kind, "Task"))
    trace ("slow: Task %s %s%s%s", find ("coro=<(\\w+)\\(\\)", message), find ("<Task (\\w+)", message),
           strstr (message, " wait_for=<Future ") != NULL ? " waiting" : "", created);
  else
    trace ("slow: %s %s%s%s", kind, find ("Handle (?:cancelled )?(?:when=[\\d.]+ )?(\\w+)", message),
           strstr (message, "Handle cancelled ") != NULL ? " cancelled" : "", created);
}

void
kit_slow_reports (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_WARNING, on_warning, NULL);
}

/* --- Writing ------------------------------------------------------------------------ */

void
kit_trace (gpointer   text,
           GError   **error)
{
  (void) error;

  trace ("%s", (const char *) text);
}

const char *
kit_text (gconstpointer value)
{
  return value != NULL ? value : "None";
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
kit_sorted (GPtrArray *strings)
{
  g_ptr_array_sort (strings, compare_strings);

  return strings;
}

const char *
kit_row (GPtrArray *strings)
{
  g_autoptr (GString) text = g_string_new (strings->len > 0 ? NULL : "-");

  for (guint i = 0; i < strings->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", (const char *) g_ptr_array_index (strings, i));

  return g_intern_string (text->str);
}

const char *
kit_done (AsyncioTask *task)
{
  return trace_bool (asyncio_task_done (task));
}

const char *
kit_state (gpointer future)
{
  if (asyncio_future_done (future))
    asyncio_future_exception (future, NULL);

  return trace_state (future);
}
