/* SPDX-License-Identifier: MIT */

/*
 * What must not get to students.
 */

#include "handout-secrets.h"

#include "error.h"
#include "tools.h"

#include <string.h>

/* How many lines of a solution, one after the other, are no coincidence. */
#define LINES_IN_A_ROW 6

/* A file that is to be handed out. */
typedef struct
{
  const char *path;
  char *text;
  char *normal; /* see normalize() */
} Page;

static void
page_free (gpointer data)
{
  Page *self = data;

  g_free (self->text);
  g_free (self->normal);
  g_free (self);
}

/* A text without indentation and empty lines, so that it can be found again when it was moved. */
static char *
normalize (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *normal = g_string_new ("\n");

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_strstrip (lines[i])[0] != '\0')
      g_string_append_printf (normal, "%s\n", lines[i]);

  return g_string_free (normal, FALSE);
}

/* For g_tree_foreach(). */
static gboolean
add_page (gpointer path,
          gpointer content,
          gpointer pages)
{
  Page *page = g_new (Page, 1);
  gsize length;
  const char *bytes = g_bytes_get_data (content, &length);

  page->path = path;
  page->text = g_strndup (bytes, length);
  page->normal = normalize (page->text);
  g_ptr_array_add (pages, page);

  return FALSE;
}

static gboolean
fail (const Page  *page,
      const char  *what,
      const char  *words,
      GError     **error)
{
  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "the handout would have %s: \"%s\" in %s", what, words, page->path);
  return FALSE;
}

/* Some lines from here on, as they are in a normalized text. */
static char *
join_lines (char **lines)
{
  GString *text = g_string_new ("\n");

  for (guint i = 0; i < LINES_IN_A_ROW; i++)
    g_string_append_printf (text, "%s\n", lines[i]);

  return g_string_free (text, FALSE);
}

/* No lines of the reference that the starter does not have. One line may be found anywhere by chance; some in a row may not. */
static gboolean
check_no_solution (GPtrArray   *pages,
                   const char  *starter,
                   const char  *reference,
                   GError     **error)
{
  g_autofree char *normal_starter = normalize (starter);
  g_autofree char *normal_reference = normalize (reference);
  g_auto (GStrv) lines = g_strsplit (normal_reference, "\n", -1);
  guint n_lines = g_strv_length (lines);

  for (guint i = 1; i + LINES_IN_A_ROW < n_lines; i++)
    {
      g_autofree char *some = join_lines (lines + i);

      if (strstr (normal_starter, some) != NULL)
        continue;

      for (guint j = 0; j < pages->len; j++)
        if (strstr (((Page *) g_ptr_array_index (pages, j))->normal, some) != NULL)
          return fail (g_ptr_array_index (pages, j), "lines of the solution", some, error);
    }

  return TRUE;
}

static gboolean
check_no_solutions (GPtrArray  *pages,
                    LabInfo    *lab,
                    GError    **error)
{
  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (lab->lab_dir, lab->files[i], NULL);
      g_autofree char *starter = lab_make_starter (lab, lab->files[i], error);
      g_autofree char *reference = NULL;

      if (starter == NULL || !g_file_get_contents (path, &reference, NULL, error) ||
          !check_no_solution (pages, starter, reference, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_nothing_hidden (GPtrArray  *pages,
                      LabInfo    *lab,
                      GError    **error)
{
  for (guint i = 0; i < lab->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (lab->tests, i);

      for (guint j = 0; j < pages->len && test->visibility == LAB_HIDDEN; j++)
        {
          Page *page = g_ptr_array_index (pages, j);

          if (strstr (page->text, test->path) != NULL)
            return fail (page, "the name of a hidden test", test->path, error);
          if (strstr (page->text, test->rule) != NULL)
            return fail (page, "the rule of a hidden test", test->rule, error);
        }
    }

  return TRUE;
}

gboolean
lab_check_no_secrets (GTree      *files,
                      GPtrArray  *labs,
                      GError    **error)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (page_free);

  g_tree_foreach (files, add_page, pages);
  for (guint i = 0; i < labs->len; i++)
    if (!check_no_solutions (pages, g_ptr_array_index (labs, i), error) ||
        !check_nothing_hidden (pages, g_ptr_array_index (labs, i), error))
      return FALSE;

  return TRUE;
}
