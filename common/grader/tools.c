/* SPDX-License-Identifier: MIT */

/*
 * Running our own tools on our own files.
 */

#include "tools.h"

#include "error.h"

#include <string.h>
#include <sys/wait.h>

gboolean
lab_run_tool (const char *const  *argv,
              const char         *folder,
              int                 max_status,
              char              **out,
              GError            **error)
{
  g_autofree char *text = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) local_error = NULL;
  int wait_status;

  if (!g_spawn_sync (folder, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, &err, &wait_status,
                     &local_error))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot run %s: %s", argv[0], local_error->message);
      return FALSE;
    }

  if (!WIFEXITED (wait_status) || WEXITSTATUS (wait_status) > max_status)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s failed: %s%s", argv[0], text, err);
      return FALSE;
    }

  if (out != NULL)
    *out = g_steal_pointer (&text);

  return TRUE;
}

char *
lab_make_starter (LabInfo     *lab,
                  const char  *file,
                  GError     **error)
{
  const char *const argv[] = { "unifdef", "-USOLUTION", file, NULL };
  char *text = NULL;

  /* unifdef's status is 1 when it changed something. */
  return lab_run_tool (argv, lab->lab_dir, 1, &text, error) ? text : NULL;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
lab_list_names (const char *folder,
                const char *ending)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ending))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  return names;
}
