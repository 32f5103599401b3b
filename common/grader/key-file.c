/* SPDX-License-Identifier: MIT */

/*
 * Key files whose errors say in which line they are.
 *
 * GKeyFile does not remember lines. They are looked up in the text when there is something to complain about.
 */

#include "key-file.h"

#include "error.h"

#include <string.h>

G_DEFINE_QUARK (lab-error-quark, lab_error)

struct _LabKeyFile
{
  char *path;
  char *text;
  GKeyFile *keys;
};

/* --- Reading ---------------------------------------------------------------------- */

/* GKeyFile's own message about a line that is none says what it is, not where. */
static guint
find_bad_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean in_group = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (line[0] == '[' && g_str_has_suffix (line, "]"))
        in_group = TRUE;
      else if (line[0] != '\0' && line[0] != '#' && (!in_group || strchr (line, '=') == NULL || line[0] == '='))
        return i + 1;
    }

  return 1;
}

/* GKeyFile takes a second group or key of one name for a continuation. Here it can only be a mistake. */
static gboolean
check_no_duplicates (LabKeyFile  *self,
                     GError     **error)
{
  g_auto (GStrv) lines = g_strsplit (self->text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *group = g_strdup ("");

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *end = strchr (line, '=');
      char *name;

      if (line[0] == '[')
        {
          g_free (group);
          group = g_strdup (line);
          name = g_strdup (line);
        }
      else if (line[0] != '\0' && line[0] != '#' && end != NULL)
        {
          *end = '\0';
          name = g_strconcat (group, " ", g_strchomp (line), NULL);
        }
      else
        {
          continue;
        }

      if (!g_hash_table_add (seen, name))
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:%u: '%s' is there twice", self->path, i + 1, line);
          return FALSE;
        }
    }

  return TRUE;
}

LabKeyFile *
lab_key_file_load (const char  *path,
                   GError     **error)
{
  g_autoptr (LabKeyFile) self = g_new0 (LabKeyFile, 1);
  g_autoptr (GError) local_error = NULL;

  self->path = g_strdup (path);
  self->keys = g_key_file_new ();

  if (!g_file_get_contents (path, &self->text, NULL, &local_error))
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_DATA, local_error->message);
      return NULL;
    }

  if (!g_utf8_validate (self->text, -1, NULL))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s: not UTF-8 text", path);
      return NULL;
    }

  if (!g_key_file_load_from_data (self->keys, self->text, (gsize) -1, G_KEY_FILE_NONE, &local_error))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:%u: %s", path, find_bad_line (self->text),
                   local_error->message);
      return NULL;
    }

  if (!check_no_duplicates (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
lab_key_file_free (LabKeyFile *self)
{
  g_key_file_unref (self->keys);
  g_free (self->text);
  g_free (self->path);
  g_free (self);
}

char **
lab_key_file_get_groups (LabKeyFile *self)
{
  return g_key_file_get_groups (self->keys, NULL);
}

gboolean
lab_key_file_has_group (LabKeyFile *self,
                        const char *group)
{
  return g_key_file_has_group (self->keys, group);
}

gboolean
lab_key_file_has_key (LabKeyFile *self,
                      const char *group,
                      const char *key)
{
  return g_key_file_has_key (self->keys, group, key, NULL);
}

/* --- Complaining ------------------------------------------------------------------- */

/* The line of a key; of its group if it has no such key; or 1. */
static guint
find_line (LabKeyFile *self,
           const char *group,
           const char *key)
{
  g_auto (GStrv) lines = g_strsplit (self->text, "\n", -1);
  g_autofree char *header = g_strdup_printf ("[%s]", group != NULL ? group : "");
  guint group_line = 1;
  gboolean in_group = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);

      if (line[0] == '[')
        {
          in_group = g_strcmp0 (line, header) == 0;
          if (in_group)
            group_line = i + 1;
        }
      else if (in_group && key != NULL && g_str_has_prefix (line, key))
        {
          const char *rest = g_strchug (line + strlen (key));

          if (rest[0] == '=')
            return i + 1;
        }
    }

  return group_line;
}

void
lab_key_file_complain (LabKeyFile  *self,
                       const char  *group,
                       const char  *key,
                       GError     **error,
                       const char  *format,
                       ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:%u: %s", self->path, find_line (self, group, key), message);
}

gboolean
lab_key_file_check_keys (LabKeyFile         *self,
                         const char         *group,
                         const char *const  *allowed,
                         GError            **error)
{
  g_auto (GStrv) keys = g_key_file_get_keys (self->keys, group, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (allowed, keys[i]))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) allowed);

        lab_key_file_complain (self, group, keys[i], error, "[%s] has no key '%s'; there are: %s", group, keys[i],
                               known);
        return FALSE;
      }

  return TRUE;
}

/* --- Asking --------------------------------------------------------------------------- */

char *
lab_key_file_get_string (LabKeyFile  *self,
                         const char  *group,
                         const char  *key,
                         GError     **error)
{
  g_autofree char *value = g_key_file_get_string (self->keys, group, key, NULL);

  if (value == NULL)
    {
      lab_key_file_complain (self, group, NULL, error, "[%s] needs a key '%s'", group, key);
      return NULL;
    }

  if (value[0] == '\0')
    {
      lab_key_file_complain (self, group, key, error, "'%s' is empty", key);
      return NULL;
    }

  return g_steal_pointer (&value);
}

char **
lab_key_file_get_list (LabKeyFile  *self,
                       const char  *group,
                       const char  *key,
                       GError     **error)
{
  g_autofree char *value = lab_key_file_get_string (self, group, key, error);

  return value != NULL ? g_key_file_get_string_list (self->keys, group, key, NULL, error) : NULL;
}

gboolean
lab_key_file_get_number (LabKeyFile  *self,
                         const char  *group,
                         const char  *key,
                         guint        max,
                         guint       *value,
                         GError     **error)
{
  g_autofree char *text = lab_key_file_get_string (self, group, key, error);
  guint64 number;

  if (text == NULL)
    return FALSE;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, &number, NULL))
    {
      lab_key_file_complain (self, group, key, error, "'%s' must be a whole number from 0 to %u, not '%s'", key, max,
                             text);
      return FALSE;
    }

  *value = (guint) number;

  return TRUE;
}
