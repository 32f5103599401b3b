/* SPDX-License-Identifier: MIT */

/* The twin of lab39-202-base-errors.py: SystemExit and KeyboardInterrupt in the function are raised by the await. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

#include <string.h>

static gpointer
leave (gpointer   exception,
       GError   **error)
{
  trace ("function raises %s", trace_error (exception));
  g_propagate_error (error, g_error_copy (exception));

  return NULL;
}

/* len() */
static gpointer
length (gpointer   text,
        GError   **error)
{
  (void) error;

  return GSIZE_TO_POINTER (strlen (text));
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) system_exit = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_SYSTEM_EXIT, "3");
  g_autoptr (GError) interrupt = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
  GError *const errors[] = { system_exit, interrupt };

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) raised = NULL;

      (void) asyncio_to_thread (leave, errors[i], NULL, NULL, &raised);
      if (raised != NULL)
        trace ("await raises %s", trace_error (raised));
    }
  trace ("next call %" G_GSIZE_FORMAT, GPOINTER_TO_SIZE (asyncio_to_thread (length, (gpointer) "abc", NULL, NULL, error)));

  return NULL;
}

int
main (void)
{
  kit_init ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
