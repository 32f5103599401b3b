/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Key files (GKeyFile) whose errors say in which line they are.
 */

#include <gio/gio.h>

G_BEGIN_DECLS

/** A key file that remembers where it came from. */
typedef struct _LabKeyFile LabKeyFile;

/**
 * Reads a key file.
 *
 * @param path  its path
 * @param error  LAB_ERROR_DATA: it cannot be read or is no key file
 * @return (transfer full) (nullable): the file
 */
LabKeyFile *lab_key_file_load (const char  *path,
                               GError     **error);

/** Frees a key file. */
void lab_key_file_free (LabKeyFile *self);

/** The names of its groups, in the order of the file. @return (transfer full): freed with g_strfreev() */
char **lab_key_file_get_groups (LabKeyFile *self);

/** Whether it has a group. */
gboolean lab_key_file_has_group (LabKeyFile *self,
                                 const char *group);

/** Whether a group has a key. */
gboolean lab_key_file_has_key (LabKeyFile *self,
                               const char *group,
                               const char *key);

/**
 * Sets an error about a place in the file: "PATH:LINE: message".
 *
 * @param self  a key file
 * @param group  (nullable): the group that is meant
 * @param key  (nullable): the key in it that is meant
 * @param error  where to set LAB_ERROR_DATA
 * @param format  the message
 */
void lab_key_file_complain (LabKeyFile  *self,
                            const char  *group,
                            const char  *key,
                            GError     **error,
                            const char  *format,
                            ...) G_GNUC_PRINTF (5, 6);

/** Complains about the first key of a group that is not among @p allowed (NULL-terminated). @return FALSE if there is one */
gboolean lab_key_file_check_keys (LabKeyFile         *self,
                                  const char         *group,
                                  const char *const  *allowed,
                                  GError            **error);

/** The text of a key that must be there and not be empty. @return (transfer full) (nullable) */
char *lab_key_file_get_string (LabKeyFile  *self,
                               const char  *group,
                               const char  *key,
                               GError     **error);

/** The list (separated by semicolons) of a key that must be there. @return (transfer full) (nullable): freed with g_strfreev() */
char **lab_key_file_get_list (LabKeyFile  *self,
                              const char  *group,
                              const char  *key,
                              GError     **error);

/** A whole number from 0 to @p max of a key that must be there. @return FALSE with an error */
gboolean lab_key_file_get_number (LabKeyFile  *self,
                                  const char  *group,
                                  const char  *key,
                                  guint        max,
                                  guint       *value,
                                  GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabKeyFile, lab_key_file_free)

G_END_DECLS
