/* SPDX-License-Identifier: MIT */

/* The twin of lab39-p02-error.py: an error of the function is raised by the await. */

#include "kit.h"
#include "runners.h"
#include "to-thread.h"

#include <string.h>

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

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

/* What Python does with to_thread(5). */
static gpointer
call_a_number (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE, "'int' object is not callable");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (GError) raised = NULL;
  AsyncioCoroutine *coro;

  (void) user_data;

  (void) asyncio_to_thread (fails, NULL, NULL, NULL, &raised);
  if (g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("error %s", trace_error (raised));
  g_clear_error (&raised);

  trace ("next call %" G_GSIZE_FORMAT, GPOINTER_TO_SIZE (asyncio_to_thread (length, (gpointer) "abc", NULL, NULL, error)));

  coro = asyncio_to_thread_coroutine (call_a_number, NULL, NULL, NULL);
  (void) asyncio_await (coro, &raised);
  if (g_error_matches (raised, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE))
    trace ("not callable: TypeError at the await");

  return NULL;
}

int
main (void)
{
  kit_init ();

  (void) asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
