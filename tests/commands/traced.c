/* SPDX-License-Identifier: MIT */

/*
 * A program for `lab trace` to draw, in virtual time. Its argument says what it does.
 */

#include <asyncio/asyncio.h>

#include <signal.h>

static gpointer
fetch_data (gpointer   seconds,
            GError   **error)
{
  asyncio_record_mark ("Fetching data...");
  if (asyncio_sleep (GPOINTER_TO_INT (seconds), error))
    asyncio_record_mark ("Data fetched");

  return NULL;
}

/* Two tasks that sleep side by side. */
static gpointer
gather (gpointer   unused,
        GError   **error)
{
  const gpointer both[] = {
    asyncio_coroutine_new (fetch_data, GINT_TO_POINTER (2), NULL),
    asyncio_coroutine_new (fetch_data, GINT_TO_POINTER (1), NULL),
  };
  g_autoptr (AsyncioFuture) all = asyncio_gatherv (both, G_N_ELEMENTS (both), FALSE, error);

  (void) unused;
  (void) asyncio_await (all, error);

  return NULL;
}

/* More than anybody wants to look at. */
static gpointer
long_one (gpointer   unused,
          GError   **error)
{
  (void) unused;
  for (int i = 0; i < 2000 && asyncio_sleep (0, error); i++)
    ;

  return NULL;
}

/* It is killed in the middle of a step. */
static gpointer
crash (gpointer   unused,
       GError   **error)
{
  (void) unused;
  if (asyncio_sleep (1, error))
    raise (SIGKILL);

  return NULL;
}

/* It ends in an error. */
static gpointer
fail (gpointer   unused,
      GError   **error)
{
  (void) unused;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "<b>&\"");

  return NULL;
}

static const struct
{
  const char *name;
  AsyncioCoroutineFunc body;
} programs[] = { { "gather", gather }, { "long", long_one }, { "crash", crash }, { "fail", fail } };

int
main (int    argc,
      char **argv)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_set_clock (clock);
  loop = asyncio_new_event_loop ();

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    if (argc > 1 && g_str_equal (argv[1], programs[i].name))
      (void) asyncio_loop_run_until_complete (loop, asyncio_coroutine_new_full (programs[i].body, NULL, NULL, NULL, programs[i].name, G_STRLOC),
                                              &error);

  asyncio_loop_close (loop, NULL);
  asyncio_set_clock (NULL);

  return error != NULL ? 3 : 0;
}
