/* SPDX-License-Identifier: MIT */

/* The twin of lab37-p06-leftover-error.py: an error of a leftover task is reported, and changes nothing. */

#include "kit.h"
#include "runners.h"

static gpointer
background (gpointer   user_data,
            GError   **error)
{
  (void) user_data;

  asyncio_sleep (3600, NULL);

  /* finally: the error that it raises takes the place of the one that is on its way. */
  trace ("background: fails in cleanup");
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "cleanup failed");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  gboolean fail = GPOINTER_TO_INT (user_data);

  trace_exception_handler (asyncio_get_running_loop (NULL));
  asyncio_unref (asyncio_create_task (asyncio_coroutine_new (background, NULL, NULL), error));
  if (!asyncio_sleep (0, error))
    return NULL;
  if (fail)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return "value";
}

int
main (void)
{
  g_autoptr (GError) e = NULL;
  gpointer value;

  kit_init ();

  value = asyncio_run (asyncio_coroutine_new (async_main, GINT_TO_POINTER (FALSE), NULL), NULL);
  trace ("run -> %s", kit_text (value));
  asyncio_run (asyncio_coroutine_new (async_main, GINT_TO_POINTER (TRUE), NULL), &e);
  if (g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("run raised %s", trace_error (e));

  return 0;
}
