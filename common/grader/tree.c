/* SPDX-License-Identifier: MIT */

/*
 * Where things are. Meson writes judge.ini into the build tree when it is configured.
 */

#include "tree.h"

#include "config.h"
#include "error.h"
#include "key-file.h"

#include <string.h>

static void
toolchain_clear (LabToolchain *self)
{
  g_free (self->cc);
  g_free (self->version);
  g_free (self->ld);
  g_free (self->objcopy);
  g_free (self->addr2line);
  g_strfreev (self->flags);
  g_strfreev (self->libraries);
  g_strfreev (self->explored_flags);
  g_strfreev (self->explored_wrapped);
  g_strfreev (self->explored_libraries);
}

void
lab_tree_free (LabTree *self)
{
  g_free (self->source_root);
  g_free (self->build_root);
  g_clear_pointer (&self->labs, g_ptr_array_unref);
  toolchain_clear (&self->toolchain);
  g_free (self);
}

static char *
read_first_line (const char *program)
{
  g_autofree char *out = NULL;
  const char *const argv[] = { program, "--version", NULL };

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, NULL, NULL) ||
      out == NULL)
    return g_strdup (program);

  return g_strdup (strtok (out, "\n"));
}

/* A program of the toolchain, wherever it is installed. */
static char *
find_program (const char  *name,
              GError     **error)
{
  char *path = g_find_program_in_path (name);

  if (path == NULL)
    g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "'%s' is not installed (in Debian it is in binutils)", name);

  return path;
}

/* The flags that pkg-config gave, one line. */
static char **
split_flags (LabKeyFile  *file,
             const char  *key,
             GError     **error)
{
  g_autofree char *line = lab_key_file_get_string (file, "toolchain", key, error);
  g_auto (GStrv) flags = NULL;

  if (line == NULL || !g_shell_parse_argv (line, NULL, &flags, error))
    return NULL;

  return g_steal_pointer (&flags);
}

static gboolean
load_toolchain (LabTree  *self,
                GError  **error)
{
  g_autofree char *path = g_build_filename (self->build_root, "common", "grader", "judge.ini", NULL);
  g_autoptr (LabKeyFile) file = lab_key_file_load (path, error);
  LabToolchain *toolchain = &self->toolchain;

  if (file == NULL ||
      (toolchain->cc = lab_key_file_get_string (file, "toolchain", "cc", error)) == NULL ||
      (toolchain->flags = split_flags (file, "flags", error)) == NULL ||
      (toolchain->libraries = split_flags (file, "libraries", error)) == NULL ||
      (toolchain->explored_flags = split_flags (file, "explored-flags", error)) == NULL ||
      (toolchain->explored_wrapped = split_flags (file, "explored-wrapped", error)) == NULL ||
      (toolchain->explored_libraries = split_flags (file, "explored-libraries", error)) == NULL ||
      (toolchain->ld = find_program ("ld", error)) == NULL ||
      (toolchain->objcopy = find_program ("objcopy", error)) == NULL ||
      (toolchain->addr2line = find_program ("addr2line", error)) == NULL)
    return FALSE;

  toolchain->version = read_first_line (toolchain->cc);

  return TRUE;
}

LabTree *
lab_tree_load (const char  *source_root,
               const char  *build_root,
               GError     **error)
{
  g_autoptr (LabTree) self = g_new0 (LabTree, 1);

  self->source_root = g_canonicalize_filename (source_root != NULL ? source_root : LAB_SOURCE_ROOT, NULL);
  self->build_root = g_canonicalize_filename (build_root != NULL ? build_root : LAB_BUILD_ROOT, NULL);

  self->labs = lab_info_load_all (self->source_root, error);
  if (self->labs == NULL || !load_toolchain (self, error))
    return NULL;

  for (guint i = 0; i < self->labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (self->labs, i);
      g_autofree char *expected = g_build_filename (lab->test_dir, "expected", NULL);

      self->is_handout |= g_file_test (expected, G_FILE_TEST_IS_DIR);
    }

  return g_steal_pointer (&self);
}

char *
lab_tree_get_program (LabTree    *self,
                      LabInfo    *lab,
                      const char *program)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", lab->id, program);

  return g_build_filename (self->build_root, "tests", name, NULL);
}

char *
lab_tree_get_program_object (LabTree    *self,
                             LabInfo    *lab,
                             const char *program)
{
  g_autofree char *name = g_strdup_printf ("%s-%s-judged.o", lab->id, program);

  return g_build_filename (self->build_root, "tests", name, NULL);
}

char **
lab_tree_get_objects (LabTree  *self,
                      LabInfo  *lab,
                      gboolean  is_explored)
{
  g_autofree char *rules = g_strdup_printf ("common/asyncio/asyncio-rules-%s-judged.o", lab->python);
  g_autofree char *given = g_strdup_printf ("labs/%s-given-%s.o", lab->id, is_explored ? "explored" : "judged");
  const char *const judged[] = {
    "common/harness/harness-judged.o", "common/asyncio/asyncio-core-judged.o", rules, lab->given[0] != NULL ? given : NULL, NULL,
  };
  const char *const explored[] = {
    "common/harness/harness-explored.o", "common/harness/explorer.o", "common/asyncio/asyncio-core-explored.o",
    "common/asyncio/asyncio-machine.o", rules, lab->given[0] != NULL ? given : NULL, NULL,
  };
  const char *const *paths = is_explored ? explored : judged;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (self->build_root, paths[i], NULL);

      g_strv_builder_add (builder, path);
    }

  return g_strv_builder_end (builder);
}

char **
lab_tree_get_harness (LabTree *self)
{
  static const char *const names[] = { "harness-judged.o", "harness-explored.o", "explorer.o" };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->build_root, "common", "harness", names[i], NULL);

      g_strv_builder_add (builder, path);
    }

  return g_strv_builder_end (builder);
}
