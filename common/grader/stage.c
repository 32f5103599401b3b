/* SPDX-License-Identifier: MIT */

/*
 * What every build needs, copied to where the sandbox's users may read it.
 *
 *     STAGE/headers/rules.h           what a student's file must not do
 *     STAGE/headers/core/asyncio/     the core's headers
 *     STAGE/headers/3.7-run/          a lab's headers
 *     STAGE/objects/                  the harness, the core, its rules, what labs give
 *     STAGE/tests/                    the test programs of all labs
 */

#include "stage.h"

#include "object.h"

/* The words by which a function asks the sanitizers to look away. From here on they are errors, also if they are put together by ##.
 *
 * And a variable, for which AddressSanitizer makes a constructor and a destructor: as it is allowed one of each (object.c), no
 * other one can take a place that it left free. */
const char lab_stage_rules[] =
  "static int lab_rules __attribute__ ((used));\n"
  "#pragma GCC poison no_sanitize __no_sanitize__ no_sanitize_address __no_sanitize_address__ no_address_safety_analysis\n"
  "#pragma GCC poison no_sanitize_undefined __no_sanitize_undefined__ no_sanitize_thread __no_sanitize_thread__\n"
  "#pragma GCC poison disable_sanitizer_instrumentation\n";

/* Copies the files of a folder whose names end in suffix. */
static gboolean
copy_files (const char  *from,
            const char  *to,
            const char  *suffix,
            GError     **error)
{
  g_autoptr (GPtrArray) names = lab_list_names (from, suffix);

  if (!lab_make_folder (to, 0755, error))
    return FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *source = g_build_filename (from, g_ptr_array_index (names, i), NULL);
      g_autofree char *target = g_build_filename (to, g_ptr_array_index (names, i), NULL);

      if (!lab_copy_file (source, target, error))
        return FALSE;
    }

  return TRUE;
}

/* Copies a file to STAGE/FOLDER. */
static gboolean
stage_file (LabStage    *self,
            const char  *from,
            const char  *folder,
            GError     **error)
{
  g_autofree char *name = g_path_get_basename (from);
  g_autofree char *target_folder = g_build_filename (self->folder, folder, NULL);
  g_autofree char *to = g_build_filename (target_folder, name, NULL);

  return lab_make_folder (target_folder, 0755, error) && lab_copy_file (from, to, error);
}

static gboolean
stage_objects (LabStage    *self,
               LabTree     *tree,
               LabInfo     *lab,
               gboolean     is_explored,
               GError     **error)
{
  g_auto (GStrv) objects = lab_tree_get_objects (tree, lab, is_explored);

  for (guint i = 0; objects[i] != NULL; i++)
    if (!stage_file (self, objects[i], "objects", error))
      return FALSE;

  return TRUE;
}

static gboolean
stage_lab (LabStage    *self,
           LabTree     *tree,
           LabInfo     *lab,
           GError     **error)
{
  g_autofree char *headers = g_build_filename (self->headers, lab->folder, NULL);
  g_auto (GStrv) programs = lab_info_get_programs (lab);

  if (!copy_files (lab->lab_dir, headers, ".h", error) || !stage_objects (self, tree, lab, FALSE, error) ||
      (lab_info_has_explored (lab) && !stage_objects (self, tree, lab, TRUE, error)))
    return FALSE;

  for (guint i = 0; programs[i] != NULL; i++)
    {
      g_autofree char *object = lab_tree_get_program_object (tree, lab, programs[i]);

      if (!stage_file (self, object, "tests", error))
        return FALSE;
    }

  return TRUE;
}

/* The names that belong to the tests. */
static gboolean
read_harness (LabStage  *self,
              LabTree   *tree,
              GError   **error)
{
  g_auto (GStrv) objects = lab_tree_get_harness (tree);

  for (guint i = 0; objects[i] != NULL; i++)
    if (!lab_object_add_defined (objects[i], self->harness, error))
      return FALSE;

  return TRUE;
}

LabStage *
lab_stage_new (LabTree       *tree,
               LabWorkspace  *workspace,
               GError       **error)
{
  g_autoptr (LabStage) self = g_new0 (LabStage, 1);
  g_autofree char *core = g_build_filename (tree->source_root, "common", "asyncio", NULL);
  g_autofree char *headers = NULL;
  g_autofree char *rules_path = NULL;

  self->harness = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->folder = lab_workspace_make_folder (workspace, 0755, error);
  if (self->folder == NULL)
    return NULL;

  self->headers = g_build_filename (self->folder, "headers", NULL);
  headers = g_build_filename (self->headers, "core", "asyncio", NULL);
  rules_path = g_build_filename (self->headers, LAB_STAGE_RULES, NULL);
  if (!copy_files (core, headers, ".h", error) || !lab_write_file (rules_path, lab_stage_rules, -1, error))
    return NULL;

  for (guint i = 0; i < tree->labs->len; i++)
    if (!stage_lab (self, tree, g_ptr_array_index (tree->labs, i), error))
      return NULL;

  return read_harness (self, tree, error) ? g_steal_pointer (&self) : NULL;
}

void
lab_stage_free (LabStage *self)
{
  g_free (self->folder);
  g_free (self->headers);
  g_hash_table_unref (self->harness);
  g_free (self);
}

char **
lab_stage_get_objects (LabStage   *self,
                       LabTree    *tree,
                       LabInfo    *lab,
                       const char *program)
{
  g_autoptr (GStrvBuilder) staged = g_strv_builder_new ();
  g_auto (GStrv) objects = lab_tree_get_objects (tree, lab, lab_program_is_explored (program));
  g_autofree char *test = lab_tree_get_program_object (tree, lab, program);
  g_autofree char *test_name = g_path_get_basename (test);
  g_autofree char *staged_test = g_build_filename (self->folder, "tests", test_name, NULL);

  g_strv_builder_add (staged, staged_test);
  for (guint i = 0; objects[i] != NULL; i++)
    {
      g_autofree char *name = g_path_get_basename (objects[i]);
      g_autofree char *object = g_build_filename (self->folder, "objects", name, NULL);

      g_strv_builder_add (staged, object);
    }

  return g_strv_builder_end (staged);
}
