/* SPDX-License-Identifier: MIT */

/*
 * What must not get to students is found wherever it is, and nothing else is.
 */

#include "handout-secrets.h"

#include "error.h"
#include "tools.h"

#include <string.h>

/* What is handed out, beside which a test puts what it says. */
static GTree *
make_files (const char *text)
{
  GTree *files = g_tree_new_full ((GCompareDataFunc) (GCallback) g_strcmp0, NULL, g_free, (GDestroyNotify) g_bytes_unref);

  g_tree_insert (files, g_strdup ("README.md"), g_bytes_new_static ("Read me.\n", 9));
  g_tree_insert (files, g_strdup ("labs/notes.txt"), g_bytes_new (text, strlen (text)));

  return files;
}

static void
check (GPtrArray  *labs,
       const char *text,
       const char *complaint)
{
  g_autoptr (GTree) files = make_files (text);
  g_autoptr (GError) error = NULL;
  gboolean is_clean = lab_check_no_secrets (files, labs, &error);

  if (complaint == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (is_clean);
      return;
    }

  g_assert_error (error, LAB_ERROR, LAB_ERROR_DATA);
  g_assert_false (is_clean);
  if (strstr (error->message, complaint) == NULL || !g_str_has_suffix (error->message, " in labs/notes.txt"))
    g_error ("\"%s\" does not say \"%s\" in labs/notes.txt", error->message, complaint);
}

static GPtrArray *
load_labs (void)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *labs = lab_info_load_all (SOURCE_ROOT, &error);

  g_assert_no_error (error);

  return labs;
}

static void
test_starters (void)
{
  g_autoptr (GPtrArray) labs = load_labs ();

  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);

      for (guint j = 0; lab->files[j] != NULL; j++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *starter = lab_make_starter (lab, lab->files[j], &error);

          g_assert_no_error (error);
          check (labs, starter, NULL);
        }
    }
}

/* The first lines after the first "#ifdef SOLUTION" that are enough, moved to the right and with empty lines between them. */
static char *
quote (const char *reference)
{
  const char *begin = strstr (reference, "#ifdef SOLUTION\n");
  g_auto (GStrv) lines = g_strsplit (begin + strlen ("#ifdef SOLUTION\n"), "\n", 14);
  GString *text = g_string_new ("What a friend gave me:\n");

  for (guint i = 0; i < 12 && lines[i] != NULL; i++)
    g_string_append_printf (text, "        %s\n\n", lines[i]);

  return g_string_free (text, FALSE);
}

static void
test_solution (void)
{
  g_autoptr (GPtrArray) labs = load_labs ();
  guint n = 0;

  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);
      g_autofree char *path = g_build_filename (lab->lab_dir, lab->files[0], NULL);
      g_autofree char *reference = NULL;
      g_autofree char *quoted = NULL;

      g_assert_true (g_file_get_contents (path, &reference, NULL, NULL));
      quoted = quote (reference);
      check (labs, quoted, "lines of the solution");
      n++;
    }

  g_assert_cmpuint (n, >=, 8);
}

/* What is said of public tests may be handed out, what is said of any hidden one may not. */
static void
test_hidden (void)
{
  g_autoptr (GPtrArray) labs = load_labs ();
  g_autoptr (GString) public_text = g_string_new (NULL);

  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);
      LabTest *hidden = NULL;

      for (guint j = 0; j < lab->tests->len; j++)
        {
          LabTest *test = g_ptr_array_index (lab->tests, j);

          if (test->visibility == LAB_PUBLIC)
            g_string_append_printf (public_text, "%s: %s\n", test->path, test->rule);
          else
            hidden = test;
        }

      g_assert_nonnull (hidden);
      check (labs, hidden->path, "name of a hidden test");
      check (labs, hidden->rule, "rule of a hidden test");
    }

  check (labs, public_text->str, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/handout-secrets/starters", test_starters);
  g_test_add_func ("/handout-secrets/solution", test_solution);
  g_test_add_func ("/handout-secrets/hidden", test_hidden);

  return g_test_run ();
}
