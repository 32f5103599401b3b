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
