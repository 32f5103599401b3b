/* SPDX-License-Identifier: MIT */

/*
 * A thousand pools that are made, used, hurt and torn down, each in another way: nothing is left of them. No graded test, as
 * what is lost depends on who is killed when; what must not be left does not.
 */

#include "jobs.h"

#define N_POOLS 1000
#define N_RESULTS 12

/* Kills one of the workers, whatever it is at. */
static void
kill_one (GRand *random)
{
  g_autoptr (GPtrArray) active = mp_active_children ();

  if (active->len > 0)
    mp_process_kill (g_ptr_array_index (active, g_rand_int_range (random, 0, (int) active->len)));
}

static void
use_and_tear_down (GRand *random,
                   guint  number)
{
  g_autoptr (GError) error = NULL;
  MpResult *results[N_RESULTS];
  MpPool *pool = mp_pool_new (&(MpPoolOptions) {
                                .method = number % 10 == 0 ? MP_SPAWN : MP_FORK,
                                .processes = 2,
                                .maxtasksperchild = number % 3,
                              },
                              &error);
  int end = g_rand_int_range (random, 0, 3);

  g_assert_no_error (error);

  for (guint i = 0; i < N_RESULTS; i++)
    {
      gboolean dies = g_rand_int_range (random, 0, 8) == 0;

      results[i] = mp_pool_apply_async (pool, dies ? "die" : "square", g_variant_new_int32 (-SIGKILL), &error);
      g_assert_no_error (error);
      if (g_rand_int_range (random, 0, 6) == 0)
        kill_one (random);
    }

  if (end == 0)
    mp_pool_terminate (pool);
  else if (end == 1)
    mp_pool_close (pool);
  if (end < 2)
    g_assert_true (mp_pool_join (pool, NULL));

  mp_pool_free (pool);
  for (guint i = 0; i < N_RESULTS; i++)
    mp_result_free (results[i]);
}

static void
test_torn_down (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  guint n_before = count_descriptors ();

  for (guint i = 0; i < N_POOLS; i++)
    {
      use_and_tear_down (random, i);
      g_assert_cmpuint (count_descriptors (), ==, n_before);
      g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
      g_assert_cmpint (errno, ==, ECHILD);
    }
}

int
main (int    argc,
      char **argv)
{
  register_jobs ();
  mp_freeze_support (&argc, &argv);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mp/torn-down", test_torn_down);

  return g_test_run ();
}
