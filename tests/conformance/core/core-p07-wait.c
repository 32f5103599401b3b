/* SPDX-License-Identifier: MIT */

/* The twin of core-p07-wait.py: what wait() gives, and when; it never raises for its members. */

#include "kit.h"

typedef struct
{
  const char *name;
  int steps;
  const char *message; /* (nullable): raises a ValueError with this message */
} Job;

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  Job *self = user_data;

  if (!kit_sleep (self->steps, error))
    return NULL;
  if (self->message != NULL)
    g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, self->message);

  return (gpointer) self->name;
}

static const char *
names (GPtrArray  *group,
       GHashTable *of)
{
  g_autoptr (GPtrArray) row = g_ptr_array_new ();

  for (guint i = 0; i < group->len; i++)
    g_ptr_array_add (row, g_hash_table_lookup (of, g_ptr_array_index (group, i)));

  return kit_row (kit_sorted (row));
}

/* done, pending = await asyncio.wait([a, b, c], ...), and a line about it. */
static gboolean
wait (const gpointer     *abc,
      double              timeout,
      AsyncioReturnWhen   return_when,
      const char         *label,
      GHashTable         *of,
      const char         *more,
      GError            **error)
{
  g_autoptr (GPtrArray) done = NULL;
  g_autoptr (GPtrArray) pending = NULL;

  if (!asyncio_wait (abc, 3, timeout, return_when, &done, &pending, error))
    return FALSE;

  trace ("%s: done %s pending %s%s%s", label, names (done, of), names (pending, of), more != NULL ? " C " : "",
         more != NULL ? kit_state (abc[2]) : "");

  return TRUE;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) a = kit_spawn (kit_coroutine (job, Job, "A", 1, NULL));
  g_autoptr (AsyncioTask) b = kit_spawn (kit_coroutine (job, Job, "B", 3, "boom"));
  g_autoptr (AsyncioTask) c = kit_spawn (kit_coroutine (job, Job, "C", 6, NULL));
  g_autoptr (GHashTable) of = g_hash_table_new (NULL, NULL);
  g_autoptr (GError) e = NULL;
  gpointer abc[] = { a, b, c };

  (void) user_data;

  g_hash_table_insert (of, a, (gpointer) "A");
  g_hash_table_insert (of, b, (gpointer) "B");
  g_hash_table_insert (of, c, (gpointer) "C");

  if (!wait (abc, ASYNCIO_NO_TIMEOUT, ASYNCIO_FIRST_COMPLETED, "first completed", of, NULL, error) ||
      !wait (abc, ASYNCIO_NO_TIMEOUT, ASYNCIO_FIRST_EXCEPTION, "first exception", of, NULL, error) ||
      !wait (abc, STEP, ASYNCIO_ALL_COMPLETED, "timeout", of, "C", error) ||
      !wait (abc, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, "all", of, NULL, error))
    return NULL;

  for (guint i = 0; i < G_N_ELEMENTS (abc); i++)
    trace ("%s %s", (const char *) g_hash_table_lookup (of, abc[i]), kit_state (abc[i]));

  if (!asyncio_wait (NULL, 0, ASYNCIO_NO_TIMEOUT, ASYNCIO_ALL_COMPLETED, NULL, NULL, &e) &&
      g_error_matches (e, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE))
    trace ("empty: ValueError");

  return NULL;
}

int
main (void)
{
  kit_init ();
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));

  return 0;
}
