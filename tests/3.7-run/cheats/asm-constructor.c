/* SPDX-License-Identifier: MIT */

/*
 * What: a constructor again, but put into its section by the assembler
 * Named: it has a constructor or destructor
 */

#include "runners.h"

#include <unistd.h>

static void __attribute__ ((used))
pass (void)
{
  _exit (0);
}

__asm__ (".pushsection .init_array, \"aw\"\n"
         ".dc.a pass\n"
         ".popsection\n");

gpointer
asyncio_run_explicitly (gpointer   main,
                        GError   **error)
{
  (void) main;
  (void) error;


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
