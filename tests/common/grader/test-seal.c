/* SPDX-License-Identifier: MIT */

/*
 * The seals of a trace.
 */

#include "seal.h"

#include <string.h>

/* What the harness writes for a line. (transfer full) */
static char *
seal (const char *key,
      guint       index,
      const char *line)
{
  g_autofree char *numbered = g_strdup_printf ("%u %s", index, line);
  g_autofree char *digest = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) key, strlen (key), numbered, -1);

  return g_strdup_printf ("%.16s %s\n", digest, line);
}

static void
assert_opens (const char *sealed,
              const char *key,
              const char *expected,
              LabSeal     expected_seal)
{
  LabSeal got;
  g_autofree char *text = lab_seal_open (sealed, key, &got);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpint (got, ==, expected_seal);
}

/* What the test wrote, whole and cut off. */
static void
test_good (void)
{
  g_autofree char *key = lab_seal_new_key ();
  g_autofree char *first = seal (key, 0, "begin");
  g_autofree char *second = seal (key, 1, "");
  g_autofree char *last = seal (key, 2, "exit");
  g_autofree char *whole = g_strconcat (first, second, last, NULL);
  g_autofree char *cut = g_strconcat (first, second, NULL);

  assert_opens (whole, key, "begin\n\n", LAB_SEAL_WHOLE);
  assert_opens (cut, key, "begin\n\n", LAB_SEAL_CUT);
  assert_opens ("", key, "", LAB_SEAL_CUT);
}

/* Lines that are not the test's, or not where they were written. */
static void
test_forged (void)
{
  g_autofree char *key = lab_seal_new_key ();
  g_autofree char *other_key = lab_seal_new_key ();
  g_autofree char *first = seal (key, 0, "begin");
  g_autofree char *second = seal (key, 1, "x");
  g_autofree char *last = seal (key, 2, "exit");
  g_autofree char *early = seal (key, 1, "exit");
  g_autofree char *other = seal (other_key, 1, "x");
  g_autofree char *whole = g_strconcat (first, second, last, NULL);
  g_autofree char *plain = g_strconcat (first, "x\n", NULL);
  g_autofree char *inserted = g_strconcat (first, "x\n", early, NULL);
  g_autofree char *twice = g_strconcat (first, first, NULL);
  g_autofree char *exchanged = g_strconcat (second, first, NULL);
  g_autofree char *of_other_key = g_strconcat (first, other, NULL);
  g_autofree char *changed = g_strconcat (first, second, NULL);
  g_autofree char *after_the_end = g_strconcat (whole, "x\n", NULL);

  assert_opens (plain, key, "begin\nx\n", LAB_SEAL_FORGED);
  assert_opens (inserted, key, "begin\nx\nexit\n", LAB_SEAL_FORGED);

  for (guint i = 0; i < 5; i++)
    {
      const char *const sealed[] = { twice, exchanged, of_other_key, changed, after_the_end };
      LabSeal got;
      g_autofree char *text = NULL;

      changed[strlen (changed) - 2] = 'y';
      text = lab_seal_open (sealed[i], key, &got);
      g_assert_cmpint (got, ==, LAB_SEAL_FORGED);
    }
}

/* A key is never given twice. */
static void
test_keys (void)
{
  g_autofree char *a = lab_seal_new_key ();
  g_autofree char *b = lab_seal_new_key ();

  g_assert_cmpuint (strlen (a), ==, 32);
  g_assert_cmpstr (a, !=, b);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/seal/good", test_good);
  g_test_add_func ("/seal/forged", test_forged);
  g_test_add_func ("/seal/keys", test_keys);

  return g_test_run ();
}
