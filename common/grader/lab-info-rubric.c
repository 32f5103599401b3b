/* SPDX-License-Identifier: MIT */

/*
 * A lab's rubric: what is known of its tests.
 */

#include "lab-info-private.h"

#include "key-file.h"

static LabPart *
find_part (LabInfo    *self,
           const char *name)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      LabPart *part = g_ptr_array_index (self->parts, i);

      if (g_strcmp0 (part->name, name) == 0)
        return part;
    }

  return NULL;
}

static gboolean
read_visibility (LabTest     *test,
                 LabKeyFile  *file,
                 GError     **error)
{
  g_autofree char *text = lab_key_file_get_string (file, test->path, "visibility", error);

  if (text == NULL)
    return FALSE;

  if (g_strcmp0 (text, "public") == 0)
    test->visibility = LAB_PUBLIC;
  else if (g_strcmp0 (text, "hidden") == 0)
    test->visibility = LAB_HIDDEN;
  else
    {
      lab_key_file_complain (file, test->path, "visibility", error, "'visibility' is public or hidden, not '%s'", text);
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_test (LabInfo     *self,
           LabKeyFile  *file,
           const char  *path,
           GError     **error)
{
  static const char *const keys[] = {
    "program", "part", "points", "visibility", "rule", "source", "hint-1", "hint-2", "hint-3", NULL,
  };
  g_autofree char *prefix = g_strdup_printf ("/%s/", self->id);
  LabTest *test = g_new0 (LabTest, 1);
  const LabPart *part;

  g_ptr_array_add (self->tests, test);
  test->path = g_strdup (path);

  if (!g_str_has_prefix (path, prefix))
    {
      lab_key_file_complain (file, path, NULL, error, "the path of a test of lab %s begins with %s", self->id, prefix);
      return FALSE;
    }

  if (!lab_key_file_check_keys (file, path, keys, error) ||
      (test->program = lab_key_file_get_string (file, path, "program", error)) == NULL ||
      (test->part = lab_key_file_get_string (file, path, "part", error)) == NULL ||
      !lab_key_file_get_number (file, path, "points", LAB_MAX_POINTS, &test->points, error) ||
      !read_visibility (test, file, error) ||
      (test->rule = lab_key_file_get_string (file, path, "rule", error)) == NULL ||
      (test->source = lab_key_file_get_string (file, path, "source", error)) == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (test->hints); i++)
    {
      g_autofree char *key = g_strdup_printf ("hint-%u", i + 1);

      test->hints[i] = lab_key_file_get_string (file, path, key, error);
      if (test->hints[i] == NULL)
        return FALSE;
    }

  part = find_part (self, test->part);
  if (part == NULL)
    {
      lab_key_file_complain (file, path, "part", error, "lab.ini has no [part %s]", test->part);
      return FALSE;
    }

  /* Students see in their own tree what a bonus can still give. */
  test->bonus = part->bonus;
  if (test->bonus && test->visibility == LAB_HIDDEN)
    {
      lab_key_file_complain (file, path, "visibility", error, "part %s is a bonus, and the tests of a bonus are public",
                             test->part);
      return FALSE;
    }

  return TRUE;
}

/* A program whose tests a student may see must not contain one that the student may not see: the program
 * runs with the student's code in it. */
static gboolean
check_programs (LabInfo     *self,
                LabKeyFile  *file,
                GError     **error)
{
  for (guint i = 0; i < self->tests->len; i++)
    for (guint j = 0; j < i; j++)
      {
        LabTest *a = g_ptr_array_index (self->tests, j);
        LabTest *b = g_ptr_array_index (self->tests, i);

        if (g_strcmp0 (a->program, b->program) == 0 && a->visibility != b->visibility)
          {
            lab_key_file_complain (file, b->path, "visibility", error,
                                   "program '%s' has public and hidden tests: %s is not as %s", b->program, b->path,
                                   a->path);
            return FALSE;
          }
      }

  return TRUE;
}

/* In a handout the hidden tests are missing, and nobody knows what they are worth but lab.ini. */
static gboolean
check_points (LabInfo     *self,
              LabKeyFile  *file,
              gboolean     is_handout,
              GError     **error)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      LabPart *part = g_ptr_array_index (self->parts, i);
      LabTest *last = NULL;
      guint sum = 0;

      for (guint j = 0; j < self->tests->len; j++)
        {
          LabTest *test = g_ptr_array_index (self->tests, j);

          if (g_strcmp0 (test->part, part->name) == 0)
            {
              sum += test->points;
              last = test;
            }
        }

      if (is_handout ? sum > part->points : sum != part->points)
        {
          lab_key_file_complain (file, last != NULL ? last->path : NULL, "points", error,
                                 "part %s has %u points in lab.ini, but its tests have %u", part->name, part->points,
                                 sum);
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
lab_info_read_rubric (LabInfo  *self,
                      GError  **error)
{
  g_autofree char *path = g_build_filename (self->test_dir, "rubric.ini", NULL);
  g_autofree char *expected = g_build_filename (self->test_dir, "expected", NULL);
  g_autoptr (LabKeyFile) file = lab_key_file_load (path, error);
  g_auto (GStrv) groups = NULL;

  if (file == NULL)
    return FALSE;

  groups = lab_key_file_get_groups (file);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!read_test (self, file, groups[i], error))
      return FALSE;

  return check_programs (self, file, error) &&
         check_points (self, file, g_file_test (expected, G_FILE_TEST_IS_DIR), error);
}
