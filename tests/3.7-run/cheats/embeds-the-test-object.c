/* SPDX-License-Identifier: MIT */

/*
 * What: has the assembler put a file that it guesses the place of into the program
 * Named: file not found
 */

#include "runners.h"

__asm__ (".pushsection .rodata\n"
         ".incbin \"../objects/harness-judged.o\"\n"
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
