/* SPDX-License-Identifier: MIT */

/*
 * What the tests of races have in common.
 */

#include "races.h"

/* --- Actors -------------------------------------------------------------------------- */

void
both (GThreadFunc one,
      GThreadFunc other,
      gpointer    data)
{
  GThread *threads[] = { g_thread_new ("one", one, data), g_thread_new ("other", other, data) };

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

void
raise_flag (gint *flag)
{
  __atomic_store_n (flag, 1, __ATOMIC_RELAXED);
}

void
watch_flag (gint *flag)
{
  while (__atomic_load_n (flag, __ATOMIC_RELAXED) == 0)
    g_thread_yield ();
}

/* --- Tests --------------------------------------------------------------------------- */

/* What a child does: the test, with a loop that is alone. */
static void
run_alone (const RaceCase *self)
{
  loop = new_real_loop ();
  self->func ();
  end_loop (g_steal_pointer (&loop));
}

static void
check (gconstpointer data)
{
  const RaceCase *self = data;

  if (g_test_subprocess ())
    {
      run_alone (self);
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  if (self->report == NULL)
    {
      g_test_trap_assert_stderr_unmatched ("*ThreadSanitizer*");
      g_test_trap_assert_passed ();
      return;
    }

  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*ThreadSanitizer: reported 1 warnings*");
  g_test_trap_assert_stderr (self->report);
  for (guint i = 0; i < G_N_ELEMENTS (self->places) && self->places[i] != NULL; i++)
    g_test_trap_assert_stderr (self->places[i]);
}

int
run_race_tests (int              argc,
                char           **argv,
                const RaceCase  *cases,
                gsize            n_cases)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < n_cases; i++)
    g_test_add_data_func (cases[i].path, &cases[i], check);

  return g_test_run ();
}
