/* SPDX-License-Identifier: MIT */

/*
 * What is known of a lab: its lab.ini and its rubric.
 *
 * The two are checked against each other here, when they are read; whether the tests of the rubric exist is
 * checked against the test programs by `lab verify`.
 */

#include "lab-info-private.h"

#include "error.h"
#include "key-file.h"

#include <string.h>

/* --- Life ---------------------------------------------------------------------------- */

static void
part_free (gpointer data)
{
  LabPart *self = data;

  g_free (self->name);
  g_free (self->title);
  g_free (self->hours);
  g_free (self);
}

static void
test_free (gpointer data)
{
  LabTest *self = data;

  g_free (self->path);
  g_free (self->program);
  g_free (self->part);
  g_free (self->rule);
  g_free (self->source);
  for (guint i = 0; i < G_N_ELEMENTS (self->hints); i++)
    g_free (self->hints[i]);
  g_free (self);
}

void
lab_info_free (LabInfo *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->python);
  g_free (self->folder);
  g_free (self->lab_dir);
  g_free (self->test_dir);
  g_strfreev (self->files);
  g_free (self->header);
  g_strfreev (self->api);
  g_strfreev (self->given);
  g_strfreev (self->staff);
  g_strfreev (self->forbidden);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->tests);
  g_free (self);
}

/* --- lab.ini ---------------------------------------------------------------------------- */

/* yes or no; no if it is not there. */
static gboolean
read_optional_boolean (LabKeyFile  *file,
                       const char  *group,
                       const char  *key,
                       gboolean    *value,
                       GError     **error)
{
  g_autofree char *text = NULL;

  if (!lab_key_file_has_key (file, group, key))
    return TRUE;

  text = lab_key_file_get_string (file, group, key, error);
  if (text == NULL)
    return FALSE;

  *value = g_str_equal (text, "yes");
  if (*value || g_str_equal (text, "no"))
    return TRUE;

  lab_key_file_complain (file, group, key, error, "'%s' is neither yes nor no", text);
  return FALSE;
}

static gboolean
read_part (LabInfo     *self,
           LabKeyFile  *file,
           const char  *group,
           GError     **error)
{
  static const char *const keys[] = { "title", "points", "bonus", "lines", "hours", NULL };
  LabPart *part = g_new0 (LabPart, 1);

  g_ptr_array_add (self->parts, part);
  part->name = g_strdup (group + strlen ("part "));

  return lab_key_file_check_keys (file, group, keys, error) &&
         (part->title = lab_key_file_get_string (file, group, "title", error)) != NULL &&
         lab_key_file_get_number (file, group, "points", LAB_MAX_POINTS, &part->points, error) &&
         read_optional_boolean (file, group, "bonus", &part->bonus, error) &&
         lab_key_file_get_number (file, group, "lines", 10000, &part->lines, error) &&
         (part->hours = lab_key_file_get_string (file, group, "hours", error)) != NULL;
}

/* Names that are used as file names must be just names. */
static gboolean
check_file_names (LabKeyFile  *file,
                  char       **names,
                  const char  *key,
                  GError     **error)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strchr (names[i], '/') != NULL || names[i][0] == '.' || names[i][0] == '-')
      {
        lab_key_file_complain (file, "lab", key, error, "'%s' is not the name of a file", names[i]);
        return FALSE;
      }

  return TRUE;
}

/* A list that need not be there. */
static gboolean
read_optional_list (LabKeyFile   *file,
                    const char   *key,
                    char       ***list,
                    GError      **error)
{
  *list = lab_key_file_has_key (file, "lab", key) ? lab_key_file_get_list (file, "lab", key, error) : g_new0 (char *, 1);

  return *list != NULL;
}

static gboolean
read_lab (LabInfo     *self,
          LabKeyFile  *file,
          GError     **error)
{
  static const char *const keys[] = {
    "id", "title", "python", "files", "header", "api", "given", "staff", "forbidden", "children", "points", NULL,
  };

  return lab_key_file_check_keys (file, "lab", keys, error) &&
         (self->id = lab_key_file_get_string (file, "lab", "id", error)) != NULL &&
         (self->title = lab_key_file_get_string (file, "lab", "title", error)) != NULL &&
         (self->python = lab_key_file_get_string (file, "lab", "python", error)) != NULL &&
         (self->files = lab_key_file_get_list (file, "lab", "files", error)) != NULL &&
         check_file_names (file, self->files, "files", error) &&
         (self->header = lab_key_file_get_string (file, "lab", "header", error)) != NULL &&
         (self->api = lab_key_file_get_list (file, "lab", "api", error)) != NULL &&
         read_optional_list (file, "given", &self->given, error) &&
         check_file_names (file, self->given, "given", error) &&
         read_optional_list (file, "staff", &self->staff, error) &&
         check_file_names (file, self->staff, "staff", error) &&
         read_optional_list (file, "forbidden", &self->forbidden, error) &&
         read_optional_boolean (file, "lab", "children", &self->children, error) &&
         lab_key_file_get_number (file, "lab", "points", LAB_MAX_POINTS, &self->points, error);
}

static gboolean
read_lab_ini (LabInfo  *self,
              GError  **error)
{
  g_autofree char *path = g_build_filename (self->lab_dir, "lab.ini", NULL);
  g_autoptr (LabKeyFile) file = lab_key_file_load (path, error);
  g_auto (GStrv) groups = NULL;
  guint sum = 0;

  if (file == NULL)
    return FALSE;

  if (!lab_key_file_has_group (file, "lab"))
    {
      lab_key_file_complain (file, NULL, NULL, error, "there must be a group [lab]");
      return FALSE;
    }

  if (!read_lab (self, file, error))
    return FALSE;

  groups = lab_key_file_get_groups (file);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      if (g_str_has_prefix (groups[i], "part "))
        {
          if (!read_part (self, file, groups[i], error))
            return FALSE;
        }
      else if (g_strcmp0 (groups[i], "lab") != 0)
        {
          lab_key_file_complain (file, groups[i], NULL, error, "group [%s] is neither [lab] nor [part X]", groups[i]);
          return FALSE;
        }
    }

  for (guint i = 0; i < self->parts->len; i++)
    {
      LabPart *part = g_ptr_array_index (self->parts, i);

      sum += part->bonus ? 0 : part->points;
    }
  if (sum != self->points)
    {
      lab_key_file_complain (file, "lab", "points", error, "the lab has %u points, but its parts have %u",
                             self->points, sum);
      return FALSE;
    }

  return TRUE;
}

LabInfo *
lab_info_load (const char  *source_root,
               const char  *folder,
               GError     **error)
{
  g_autoptr (LabInfo) self = g_new0 (LabInfo, 1);

  self->folder = g_strdup (folder);
  self->lab_dir = g_build_filename (source_root, "labs", folder, NULL);
  self->test_dir = g_build_filename (source_root, "tests", folder, NULL);
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->tests = g_ptr_array_new_with_free_func (test_free);

  if (!read_lab_ini (self, error) || !lab_info_read_rubric (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

/* --- Asking ------------------------------------------------------------------------------ */

LabTest *
lab_info_find_test (LabInfo    *self,
                    const char *path)
{
  for (guint i = 0; i < self->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (self->tests, i);

      if (g_strcmp0 (test->path, path) == 0)
        return test;
    }

  return NULL;
}

char *
lab_info_find_source (LabInfo *self,
                      LabTest *test)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.c", self->test_dir, test->program);
  g_autofree char *registration = g_strdup_printf ("graded_test_add (\"%s\", ", test->path);
  g_autofree char *definition = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *found;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (found = strstr (text, registration)) == NULL)
    return NULL;

  found += strlen (registration);
  name = g_strndup (found, strcspn (found, ")"));
  definition = g_strdup_printf ("%s (void)", name);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_equal (lines[i], definition))
      return g_strdup_printf ("tests/%s/%s.c:%u (%s)", self->folder, test->program, i + 1, name);

  return NULL;
}

void
lab_info_complain (LabInfo     *self,
                   const char  *path,
                   const char  *key,
                   GError     **error,
                   const char  *format,
                   ...)
{
  g_autofree char *file_path = g_build_filename (self->test_dir, "rubric.ini", NULL);
  g_autoptr (LabKeyFile) file = lab_key_file_load (file_path, error);
  g_autofree char *message = NULL;
  va_list arguments;

  if (file == NULL)
    return;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  lab_key_file_complain (file, path, key, error, "%s", message);
}

char **
lab_info_get_programs (LabInfo *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (self->tests, i);

      if (g_hash_table_add (seen, test->program))
        g_strv_builder_add (builder, test->program);
    }

  return g_strv_builder_end (builder);
}

gboolean
lab_program_is_explored (const char *program)
{
  return g_str_has_prefix (program, "explore-");
}

gboolean
lab_info_has_explored (LabInfo *self)
{
  for (guint i = 0; i < self->tests->len; i++)
    if (lab_program_is_explored (((LabTest *) g_ptr_array_index (self->tests, i))->program))
      return TRUE;

  return FALSE;
}

guint
lab_info_sum_points (LabInfo       *self,
                     LabVisibility  visibility)
{
  guint sum = 0;

  for (guint i = 0; i < self->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (self->tests, i);

      if (test->visibility == visibility && !test->bonus)
        sum += test->points;
    }

  return sum;
}

guint
lab_info_sum_bonus (LabInfo *self)
{
  guint sum = 0;

  for (guint i = 0; i < self->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (self->tests, i);

      sum += test->bonus ? test->points : 0;
    }

  return sum;
}

guint
lab_info_count_tests (LabInfo       *self,
                      LabVisibility  visibility)
{
  guint n = 0;

  for (guint i = 0; i < self->tests->len; i++)
    n += ((LabTest *) g_ptr_array_index (self->tests, i))->visibility == visibility;

  return n;
}

/* --- All labs ------------------------------------------------------------------------------ */

/* 3.7 before 3.10, versions before names. */
static int
compare_labs (gconstpointer a,
              gconstpointer b)
{
  const LabInfo *first = *(LabInfo *const *) a;
  const LabInfo *second = *(LabInfo *const *) b;
  g_autofree char *first_key = g_utf8_collate_key_for_filename (first->id, -1);
  g_autofree char *second_key = g_utf8_collate_key_for_filename (second->id, -1);

  return strcmp (first_key, second_key);
}

GPtrArray *
lab_info_load_all (const char  *source_root,
                   GError     **error)
{
  g_autoptr (GPtrArray) labs = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_info_free);
  g_autofree char *path = g_build_filename (source_root, "labs", NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &local_error);
  const char *folder;

  if (dir == NULL)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_DATA, local_error->message);
      return NULL;
    }

  while ((folder = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *ini = g_build_filename (path, folder, "lab.ini", NULL);
      LabInfo *lab;

      if (!g_file_test (ini, G_FILE_TEST_EXISTS))
        continue;

      lab = lab_info_load (source_root, folder, error);
      if (lab == NULL)
        return NULL;
      g_ptr_array_add (labs, lab);
    }

  g_ptr_array_sort (labs, compare_labs);

  return g_steal_pointer (&labs);
}

LabInfo *
lab_info_find (GPtrArray   *labs,
               const char  *name,
               GError     **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);

      if (g_strcmp0 (lab->id, name) == 0 || g_strcmp0 (lab->folder, name) == 0)
        return lab;

      g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", lab->id);
    }

  g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "there is no lab '%s'; there are: %s", name, known->str);
  return NULL;
}
