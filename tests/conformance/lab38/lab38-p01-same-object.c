/* SPDX-License-Identifier: MIT */

/* The twin of lab38-p01-same-object.py: a task gives the very coroutine that it was made from, at every moment. */

#include "introspection.h"
#include "kit.h"
#include "runners.h"

static gpointer
value (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  if (!kit_pause (1, error))
    return NULL;

  return "1";
}

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;
  if (!kit_pause (1, error))
    return NULL;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "boom");

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  static const struct
  {
    const char *label;
    AsyncioCoroutineFunc fn;
  } cases[] = { { "value", value }, { "fails", fails }, { "cancelled", value } };

  (void) user_data;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *label = cases[i].label;
      g_autoptr (AsyncioCoroutine) coro = asyncio_ref_sink (asyncio_coroutine_new (cases[i].fn, NULL, NULL));
      g_autoptr (AsyncioTask) task = asyncio_create_task (coro, error);

      trace ("%s before start %s", label, trace_bool (asyncio_task_get_coro (task) == coro));
      if (!kit_pause (1, error))
        return NULL;
      trace ("%s suspended %s", label, trace_bool (asyncio_task_get_coro (task) == coro));
      if (g_str_equal (label, "cancelled"))
        asyncio_task_cancel (task);
      if (!asyncio_wait ((const gpointer[]) { task }, 1, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, error))
        return NULL;
      trace ("%s %s %s", label, kit_state (task), trace_bool (asyncio_task_get_coro (task) == coro));
    }

  return NULL;
}

int
main (void)
{
  kit_init ();
  asyncio_run (asyncio_coroutine_new (async_main, NULL, NULL), NULL);

  return 0;
}
