/* SPDX-License-Identifier: MIT */

/*
 * A folder for temporary files.
 */

#include "workspace.h"

#include "error.h"
#include "slots.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _LabWorkspace
{
  char *path;
  guint64 n_folders;
};

LabWorkspace *
lab_workspace_new (GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *path = g_dir_make_tmp ("asyncio-labs-XXXXXX", &local_error);
  LabWorkspace *self;

  if (path == NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make a temporary folder: %s", local_error->message);
      return NULL;
    }

  /* If the sandboxed programs have other uids they must get to what is theirs, and nobody else may: who looks at the command
   * lines of this machine's processes sees the names of our folders. */
  if (lab_slots_have_uids () && (chown (path, 0, LAB_SANDBOX_GROUP) != 0 || g_chmod (path, 0710) != 0))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot give %s to the sandbox: %s", path, g_strerror (errno));
      g_rmdir (path);
      g_free (path);
      return NULL;
    }

  self = g_new0 (LabWorkspace, 1);
  self->path = path;

  return self;
}

void
lab_workspace_free (LabWorkspace *self)
{
  lab_remove_recursively (self->path);
  g_free (self->path);
  g_free (self);
}

const char *
lab_workspace_get_path (LabWorkspace *self)
{
  return self->path;
}

char *
lab_workspace_make_folder (LabWorkspace  *self,
                           guint          mode,
                           GError       **error)
{
  g_autofree char *name = g_strdup_printf ("%" G_GUINT64_FORMAT "-%08x%08x", self->n_folders++, g_random_int (),
                                           g_random_int ());
  g_autofree char *path = g_build_filename (self->path, name, NULL);

  return lab_make_folder (path, mode, error) ? g_steal_pointer (&path) : NULL;
}

void
lab_remove_recursively (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return;

  if (!S_ISDIR (info.st_mode))
    {
      g_unlink (path);
      return;
    }

  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      lab_remove_recursively (child);
    }

  g_rmdir (path);
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

gboolean
lab_make_folder (const char  *path,
                 guint        mode,
                 GError     **error)
{
  if (g_mkdir_with_parents (path, (int) mode) == 0 && g_chmod (path, (int) mode) == 0)
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make the folder %s: %s", path, g_strerror (errno));
  return FALSE;
}

gboolean
lab_copy_file (const char  *from,
               const char  *to,
               GError     **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) local_error = NULL;
  GStatBuf info;

  /* A program that runs just now, perhaps under a debugger, cannot be written. Its name can be given to another file. */
  g_unlink (to);
  if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL, NULL, NULL,
                    &local_error))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot copy %s to %s: %s", from, to, local_error->message);
      return FALSE;
    }

  if (g_stat (from, &info) == 0)
    g_chmod (to, (info.st_mode & 0111) != 0 ? 0755 : 0644);

  return TRUE;
}

gboolean
lab_write_file (const char  *path,
                const char  *text,
                gssize       length,
                GError     **error)
{
  g_autoptr (GError) local_error = NULL;

  if (g_file_set_contents_full (path, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &local_error))
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot write %s: %s", path, local_error->message);
  return FALSE;
}
