/* SPDX-License-Identifier: MIT */

/*
 * "Hello, asyncio!", before and after Python 3.7.
 */

#include "runners.h"

/*
 * async def hello():
 *     print("Hello ...")
 *     await asyncio.sleep(1)
 *     print("... asyncio!")
 */
static gpointer
hello (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  g_print ("Hello ...\n");
  if (!asyncio_sleep (1.0, error))
    return NULL;
  g_print ("... asyncio!\n");

  return NULL;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;

  g_print ("Before Python 3.7: a loop, made and closed by hand\n");
  (void) asyncio_run_explicitly (asyncio_coroutine_new (hello, NULL, NULL), &error);

  if (error == NULL)
    {
      g_print ("Since Python 3.7: asyncio.run(hello())\n");
      (void) asyncio_run (asyncio_coroutine_new (hello, NULL, NULL), &error);
    }

  if (error != NULL)
    {
      g_autofree char *what = asyncio_error_to_string (error);

      g_printerr ("%s\n", what);
      return 1;
    }

  return 0;
}
