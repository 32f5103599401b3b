/* SPDX-License-Identifier: MIT */

/*
 * Where we depart from CPython.
 *
 * Twins must print what CPython printed, but for what these files list. A group of them is a scenario:
 *
 *      [core-t04-forgotten-task]
 *      versions=3.6;3.7
 *      trace=departures/core-t04-forgotten-task.txt
 *      issue=python/cpython#91887
 *      reason=A task that runs is not lost when nobody else holds it.
 *
 * An entry is a promise in both ways: with these versions the twin prints exactly this trace, and it is
 * not the recorded one. So a list that has become too long fails as one that is too short does.
 */

#include "departures.h"

#include <string.h>

static const char *const keys[] = { "versions", "trace", "issue", "reason", NULL };

void
departure_free (Departure *departure)
{
  g_free (departure->trace);
  g_free (departure->issue);
  g_free (departure->reason);
  g_free (departure);
}

static gboolean
fail (GError     **error,
      const char  *path,
      const char  *group,
      const char  *what)
{
  g_set_error (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%s: [%s]: %s", path, group, what);

  return FALSE;
}

/* Each key is there and none is empty; there are no others. */
static gboolean
check_keys (GKeyFile    *file,
            const char  *path,
            const char  *group,
            GError     **error)
{
  g_auto (GStrv) present = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *value = g_key_file_get_string (file, group, keys[i], NULL);

      if (value == NULL || value[0] == '\0')
        return fail (error, path, group, keys[i]);
    }

  return g_strv_length (present) == g_strv_length ((char **) keys) || fail (error, path, group, "a key too many");
}

static gboolean
load (GKeyFile    *file,
      const char  *path,
      GError     **error)
{
  g_auto (GStrv) groups = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    if (!check_keys (file, path, groups[i], error))
      return FALSE;

  return TRUE;
}

/* A path relative to the folder that a file is in. */
static char *
beside (const char *path,
        const char *name)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_build_filename (folder, name, NULL);
}

gboolean
departures_find (const char *const  *paths,
                 const char         *test,
                 Departure         **departure,
                 GError            **error)
{
  g_auto (GStrv) parts = g_strsplit (test, "@", 2);

  *departure = NULL;

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_auto (GStrv) versions = NULL;
      g_autofree char *trace = NULL;

      if (!load (file, paths[i], error))
        return FALSE;

      versions = g_key_file_get_string_list (file, parts[0], "versions", NULL, NULL);
      if (versions == NULL || parts[1] == NULL || !g_strv_contains ((const char *const *) versions, parts[1]))
        continue;

      trace = g_key_file_get_string (file, parts[0], "trace", NULL);
      *departure = g_new (Departure, 1);
      (*departure)->trace = beside (paths[i], trace);
      (*departure)->issue = g_key_file_get_string (file, parts[0], "issue", NULL);
      (*departure)->reason = g_key_file_get_string (file, parts[0], "reason", NULL);
      return TRUE;
    }

  return TRUE;
}

/* seen: the tests that entries have named so far */
static gboolean
check_entry (GKeyFile           *file,
             const char         *path,
             const char         *group,
             const char *const  *tests,
             GHashTable         *seen,
             GError            **error)
{
  g_auto (GStrv) versions = g_key_file_get_string_list (file, group, "versions", NULL, NULL);
  g_autofree char *trace = g_key_file_get_string (file, group, "trace", NULL);
  g_autofree char *trace_path = beside (path, trace);

  if (!g_file_test (trace_path, G_FILE_TEST_IS_REGULAR))
    return fail (error, path, group, "there is no such trace");

  for (guint i = 0; versions[i] != NULL; i++)
    {
      g_autofree char *test = g_strdup_printf ("%s@%s", group, versions[i]);

      if (!g_strv_contains (tests, test))
        return fail (error, path, group, "there is no test of this scenario with one of the versions");
      if (!g_hash_table_add (seen, g_steal_pointer (&test)))
        return fail (error, path, group, "one of the versions is there twice");
    }

  return TRUE;
}

gboolean
departures_check (const char *const  *paths,
                  const char *const  *tests,
                  GError            **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GKeyFile) file = g_key_file_new ();
      g_auto (GStrv) groups = NULL;

      if (!load (file, paths[i], error))
        return FALSE;

      groups = g_key_file_get_groups (file, NULL);
      for (guint j = 0; groups[j] != NULL; j++)
        if (!check_entry (file, paths[i], groups[j], tests, seen, error))
          return FALSE;
    }

  return TRUE;
}
