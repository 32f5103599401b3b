/* SPDX-License-Identifier: MIT */

/*
 * Solutions of which it is known what they must earn.
 *
 *   reference       the lab's own: everything
 *   starter         the lab's own without the solution: nothing
 *   alternative/    files, or folders with some of the lab's files, in another style, the rest being the reference: everything
 *   wrong/          patches on the reference: everything but the tests that the mistake breaks
 *   cheats/         the same, the rest being the starter, that try to get points in another way: nothing, and the report says what they did
 *
 * A patch, and the first comment of a cheat, have lines that say what must come of it:
 *
 *     What: the leftover tasks are never cancelled
 *     Loses: /3.7/cleanup/cancels-leftovers /3.7/cleanup/stubborn
 *     Named: ended as if all were well
 */

#include "variants.h"

#include "error.h"
#include "judge.h"
#include "tools.h"

#include <string.h>

void
lab_variant_free (LabVariant *self)
{
  g_free (self->name);
  g_free (self->what);
  g_free (self->named);
  g_clear_pointer (&self->files, g_hash_table_unref);
  g_clear_pointer (&self->loses, g_hash_table_unref);
  g_free (self);
}

gboolean
lab_variant_must_pass (LabVariant *self,
                       const char *path)
{
  return self->loses != NULL && !g_hash_table_contains (self->loses, path);
}

/* (transfer full) files */
static LabVariant *
variant_new (const char *folder,
             const char *name,
             const char *what,
             GHashTable *files)
{
  LabVariant *self = g_new0 (LabVariant, 1);

  self->name = folder != NULL ? g_build_filename (folder, name, NULL) : g_strdup (name);
  self->what = g_strdup (what);
  self->files = files;
  self->loses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

static GHashTable *
new_files (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

/* --- What must come of it ------------------------------------------------------------------- */

static gboolean
read_loses (LabVariant  *self,
            LabInfo     *lab,
            const char  *value,
            const char  *path,
            guint        line,
            GError     **error)
{
  g_auto (GStrv) tests = g_strsplit (value, " ", -1);

  for (guint i = 0; tests[i] != NULL; i++)
    {
      if (tests[i][0] == '\0')
        continue;

      if (lab_info_find_test (lab, tests[i]) == NULL)
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:%u: the rubric has no test '%s'", path, line, tests[i]);
          return FALSE;
        }
      g_hash_table_add (self->loses, g_strdup (tests[i]));
    }

  return TRUE;
}

/* Reads the lines "What: ", "Loses: " and "Named: " up to the patch itself, or the end of the first comment. */
static gboolean
read_expectation (LabVariant  *self,
                  LabInfo     *lab,
                  const char  *path,
                  const char  *text,
                  GError     **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL && !g_str_has_prefix (lines[i], "--- "); i++)
    {
      const char *line = lines[i] + strspn (lines[i], " *");

      if (strstr (lines[i], "*/") != NULL && !g_str_has_prefix (lines[i], "/*"))
        break;

      if (g_str_has_prefix (line, "What: "))
        {
          g_free (self->what);
          self->what = g_strdup (line + strlen ("What: "));
        }
      else if (g_str_has_prefix (line, "Named: "))
        {
          g_free (self->named);
          self->named = g_strdup (line + strlen ("Named: "));
        }
      else if (g_str_has_prefix (line, "Loses: ") &&
               !read_loses (self, lab, line + strlen ("Loses: "), path, i + 1, error))
        {
          return FALSE;
        }
    }

  if (self->what[0] != '\0')
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:1: it needs a line 'What: '", path);
  return FALSE;
}

/* --- Where they come from ------------------------------------------------------------------------ */

static GHashTable *
read_starter (LabInfo  *lab,
              GError  **error)
{
  g_autoptr (GHashTable) files = new_files ();

  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      char *text = lab_make_starter (lab, lab->files[i], error);

      if (text == NULL)
        return NULL;
      g_hash_table_insert (files, g_strdup (lab->files[i]), g_bytes_new_take (text, strlen (text)));
    }

  return g_steal_pointer (&files);
}

static LabVariant *
make_starter (LabInfo  *lab,
              GError  **error)
{
  GHashTable *files = read_starter (lab, error);
  LabVariant *variant;

  if (files == NULL)
    return NULL;

  variant = variant_new (NULL, "starter", "what a student begins with", files);
  g_clear_pointer (&variant->loses, g_hash_table_unref);

  return variant;
}

/* Puts a file in the place of one of a lab's. */
static gboolean
replace_file (GHashTable  *files,
              const char  *name,
              const char  *path,
              GError     **error)
{
  char *text;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return FALSE;
  g_hash_table_insert (files, g_strdup (name), g_bytes_new_take (text, length));

  return TRUE;
}

/* Replaces some of a lab's files by those of a folder, or the first of them by a file. (transfer full) files */
static GHashTable *
replace_files (LabInfo     *lab,
               GHashTable  *files,
               const char  *path,
               GError     **error)
{
  g_autoptr (GHashTable) owned = files;

  if (owned == NULL)
    return NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return replace_file (owned, lab->files[0], path, error) ? g_steal_pointer (&owned) : NULL;

  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *file = g_build_filename (path, lab->files[i], NULL);

      if (g_file_test (file, G_FILE_TEST_EXISTS) && !replace_file (owned, lab->files[i], file, error))
        return NULL;
    }

  return g_steal_pointer (&owned);
}

static LabVariant *
make_alternative (LabInfo       *lab,
                  LabWorkspace  *workspace,
                  const char    *name,
                  const char    *path,
                  GError       **error)
{
  GHashTable *files = replace_files (lab, lab_judge_read_files (lab, lab->lab_dir, error), path, error);

  (void) workspace;

  return files != NULL ? variant_new ("alternative", name, "a correct solution in another style", files) : NULL;
}

static LabVariant *
make_cheat (LabInfo       *lab,
            LabWorkspace  *workspace,
            const char    *name,
            const char    *path,
            GError       **error)
{
  GHashTable *files = replace_files (lab, read_starter (lab, error), path, error);
  g_autoptr (LabVariant) variant = NULL;
  const char *text;
  g_autofree char *copy = NULL;
  gsize length;

  (void) workspace;

  if (files == NULL)
    return NULL;

  variant = variant_new ("cheats", name, "", files);
  text = g_bytes_get_data (g_hash_table_lookup (files, lab->files[0]), &length);
  copy = g_strndup (text, length);
  if (!read_expectation (variant, lab, path, copy, error))
    return NULL;

  if (variant->named == NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:1: it needs a line 'Named: '", path);
      return NULL;
    }
  g_clear_pointer (&variant->loses, g_hash_table_unref);

  return g_steal_pointer (&variant);
}

static GHashTable *
apply_patch (LabInfo       *lab,
             LabWorkspace  *workspace,
             const char    *path,
             GError       **error)
{
  g_autofree char *work = lab_workspace_make_folder (workspace, 0700, error);
  const char *const argv[] = { "patch", "--batch", "--fuzz=0", "--no-backup-if-mismatch", "--reject-file=-", "-p1", "-i",
                               path, NULL };
  GHashTable *files = NULL;
  gboolean patched = work != NULL;

  for (guint i = 0; patched && lab->files[i] != NULL; i++)
    {
      g_autofree char *from = g_build_filename (lab->lab_dir, lab->files[i], NULL);
      g_autofree char *to = g_build_filename (work, lab->files[i], NULL);

      patched = lab_copy_file (from, to, error);
    }

  if (patched && !lab_run_tool (argv, work, 0, NULL, error))
    {
      g_prefix_error (error, "%s does not apply to the reference: ", path);
      patched = FALSE;
    }

  if (patched)
    files = lab_judge_read_files (lab, work, error);
  if (work != NULL)
    lab_remove_recursively (work);

  return files;
}

static LabVariant *
make_wrong (LabInfo       *lab,
            LabWorkspace  *workspace,
            const char    *name,
            const char    *path,
            GError       **error)
{
  g_autofree char *stem = g_strndup (name, strlen (name) - strlen (".patch"));
  g_autofree char *text = NULL;
  g_autoptr (LabVariant) variant = NULL;
  GHashTable *files = apply_patch (lab, workspace, path, error);

  if (files == NULL)
    return NULL;

  variant = variant_new ("wrong", stem, "", files);
  if (!g_file_get_contents (path, &text, NULL, error) || !read_expectation (variant, lab, path, text, error))
    return NULL;

  if (g_hash_table_size (variant->loses) == 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:1: it needs a line 'Loses: '", path);
      return NULL;
    }

  return g_steal_pointer (&variant);
}

typedef LabVariant *(*MakeFunc) (LabInfo       *lab,
                                 LabWorkspace  *workspace,
                                 const char    *name,
                                 const char    *path,
                                 GError       **error);

/* Makes a variant of each file in a folder. */
static gboolean
collect_folder (GPtrArray     *variants,
                LabInfo       *lab,
                LabWorkspace  *workspace,
                const char    *folder,
                const char    *ending,
                MakeFunc       make,
                GError       **error)
{
  g_autofree char *path = g_build_filename (lab->test_dir, folder, NULL);
  g_autoptr (GPtrArray) names = lab_list_names (path, ending);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *file = g_build_filename (path, name, NULL);
      LabVariant *variant = make (lab, workspace, name, file, error);

      if (variant == NULL)
        return FALSE;
      g_ptr_array_add (variants, variant);
    }

  return TRUE;
}

GPtrArray *
lab_variants_collect (LabInfo       *lab,
                      LabWorkspace  *workspace,
                      gboolean       with_wrong,
                      GError       **error)
{
  g_autoptr (GPtrArray) variants = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_variant_free);
  GHashTable *reference = lab_judge_read_files (lab, lab->lab_dir, error);
  LabVariant *starter;

  if (reference == NULL)
    return NULL;
  g_ptr_array_add (variants, variant_new (NULL, "reference", "the reference solution", reference));

  starter = make_starter (lab, error);
  if (starter == NULL)
    return NULL;
  g_ptr_array_add (variants, starter);

  if (!collect_folder (variants, lab, workspace, "alternative", "", make_alternative, error) ||
      (with_wrong && !collect_folder (variants, lab, workspace, "wrong", ".patch", make_wrong, error)) ||
      !collect_folder (variants, lab, workspace, "cheats", "", make_cheat, error))
    return NULL;

  return g_steal_pointer (&variants);
}
