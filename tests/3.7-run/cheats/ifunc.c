/* SPDX-License-Identifier: MIT */

/*
 * What: an indirect function runs while the program is being linked
 * Named: is an indirect function
 */

#include "runners.h"

#include <unistd.h>

static void
nothing (void)
{
}

static void (*resolve (void)) (void)
{
  _exit (0);

  return nothing;
}

void early (void) __attribute__ ((ifunc ("resolve")));

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;
  early ();

  return NULL;
}

gpointer
asyncio_run_with_debug (gpointer       main,
                        AsyncioDebug   debug,
                        GError       **error)
{
  (void) debug;

  return asyncio_run_explicitly (main, error);
}

gpointer
asyncio_run (gpointer   main,
             GError   **error)
{
  return asyncio_run_explicitly (main, error);
}
