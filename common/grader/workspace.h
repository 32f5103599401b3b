/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * A folder for temporary files, which is gone when the work is over.
 */

#include <gio/gio.h>

G_BEGIN_DECLS

/** A temporary folder. */
typedef struct _LabWorkspace LabWorkspace;

/**
 * Makes a temporary folder, in TMPDIR or /tmp. Nobody but we and the sandbox's users can pass through it, and they cannot list it.
 *
 * @param error  LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the workspace
 */
LabWorkspace *lab_workspace_new (GError **error);

/** Removes the folder and all that is in it. */
void lab_workspace_free (LabWorkspace *self);

/** The path of the folder. */
const char *lab_workspace_get_path (LabWorkspace *self);

/**
 * Makes a folder in it whose name nobody can guess.
 *
 * @param self  the workspace
 * @param mode  its permissions
 * @param error  LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): its path
 */
char *lab_workspace_make_folder (LabWorkspace  *self,
                                 guint          mode,
                                 GError       **error);

/** Removes a folder and all that is in it; does not follow links. What cannot be removed stays. */
void lab_remove_recursively (const char *path);

/** The names in a folder that have an ending, sorted. Empty if there is no such folder. @return (transfer full) (element-type utf8) */
GPtrArray *lab_list_names (const char *folder,
                           const char *ending);

/** Makes a folder and its parents. @return FALSE with LAB_ERROR_SYSTEM */
gboolean lab_make_folder (const char  *path,
                          guint        mode,
                          GError     **error);

/** Copies a file, a link being followed; everybody may read the copy. @return FALSE with LAB_ERROR_SYSTEM */
gboolean lab_copy_file (const char  *from,
                        const char  *to,
                        GError     **error);

/** Writes a file, all of it or nothing. @return FALSE with LAB_ERROR_SYSTEM, which names the file */
gboolean lab_write_file (const char  *path,
                         const char  *text,
                         gssize       length,
                         GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabWorkspace, lab_workspace_free)

G_END_DECLS
