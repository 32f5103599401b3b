/* SPDX-License-Identifier: MIT */

/*
 * Running coroutines side by side.
 */

#include "together.h"

gboolean
lab_run_together (GPtrArray  *coroutines,
                  GError    **error)
{
  /* With return_exceptions gather() waits for all, also if one failed. */
  g_autoptr (AsyncioFuture) all = asyncio_gatherv ((const gpointer *) coroutines->pdata, coroutines->len, TRUE, error);
  GPtrArray *tasks = all != NULL ? asyncio_await (all, error) : NULL;

  if (tasks == NULL)
    return FALSE;

  for (guint i = 0; i < tasks->len; i++)
    {
      const GError *task_error = asyncio_future_exception (g_ptr_array_index (tasks, i), NULL);

      if (task_error != NULL)
        {
          g_propagate_error (error, g_error_copy (task_error));
          return FALSE;
        }
    }

  return TRUE;
}
