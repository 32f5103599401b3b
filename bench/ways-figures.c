/* SPDX-License-Identifier: MIT */

/*
 * What was recorded, and tables of it.
 */

#include "ways.h"

#include <gio/gio.h>
#include <stdlib.h>

/* --- Reading ------------------------------------------------------------------------------------------------ */

static void
append (GHashTable *table,
        const char *key,
        double      value)
{
  GArray *values = g_hash_table_lookup (table, key);

  if (values == NULL)
    {
      values = g_array_new (FALSE, FALSE, sizeof (double));
      g_hash_table_insert (table, g_strdup (key), values);
    }
  g_array_append_val (values, value);
}

static gboolean
read_number (const char *text,
             double     *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);

  return end != text && *end == '\0' && *value >= 0 && *value < 1e15;
}

static gboolean
read_line (Figures    *self,
           const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", -1);
  g_autofree char *key = NULL;
  double n, wall, cpu;

  if (g_strv_length (fields) != 6 || !read_number (fields[3], &n) || !read_number (fields[4], &wall) ||
      !read_number (fields[5], &cpu))
    return FALSE;

  if (!g_ptr_array_find_with_equal_func (self->whos, fields[0], g_str_equal, NULL))
    g_ptr_array_add (self->whos, g_strdup (fields[0]));
  key = g_strdup_printf ("%s\t%s\t%s\t%s", fields[0], fields[1], fields[2], fields[3]);
  append (self->wall, key, wall);
  append (self->cpu, key, cpu);

  return TRUE;
}

Figures *
figures_read (const char  *path,
              GError     **error)
{
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  Figures *self;

  if (!g_file_get_contents (path, &contents, NULL, error))
    return NULL;

  self = g_new0 (Figures, 1);
  self->wall = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  self->cpu = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  self->whos = g_ptr_array_new_with_free_func (g_free);

  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0' && lines[i][0] != '#' && !read_line (self, lines[i]))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s, line %u: not a figure", path, i + 1);
        figures_free (self);
        return NULL;
      }
  if (self->whos->len == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: no figures", path);
      g_clear_pointer (&self, figures_free);
    }

  return self;
}

void
figures_free (Figures *self)
{
  g_hash_table_unref (self->wall);
  g_hash_table_unref (self->cpu);
  g_ptr_array_unref (self->whos);
  g_free (self);
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
figures_get (GHashTable *table,
             const char *who,
             const char *what,
             const char *way,
             gsize       n)
{
  g_autofree char *key = g_strdup_printf ("%s\t%s\t%s\t%" G_GSIZE_FORMAT, who, what, way, n);
  GArray *values = g_hash_table_lookup (table, key);

  if (values == NULL)
    return -1;

  g_array_sort (values, compare_doubles);

  return (g_array_index (values, double, (values->len - 1) / 2) + g_array_index (values, double, values->len / 2)) / 2;
}

/* --- Texts ---------------------------------------------------------------------------------------------------- */

/* Three digits. */
static char *
format_with_unit (double      value,
                  const char *unit)
{
  return g_strdup_printf ("%.*f %s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, unit);
}

char *
format_time (double us)
{
  if (us < 0)
    return g_strdup ("—");
  if (us < 999.5)
    return format_with_unit (us, "µs");

  return us < 999500 ? format_with_unit (us / 1000, "ms") : format_with_unit (us / 1e6, "s");
}

char *
format_length (gsize bytes)
{
  if (bytes < 1024)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " B", bytes);
  if (bytes < 1024 * 1024)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " KiB", bytes / 1024);

  return g_strdup_printf ("%" G_GSIZE_FORMAT " MiB", bytes / 1024 / 1024);
}

char *
format_rate (gsize  bytes,
             double us)
{
  return us <= 0 ? g_strdup ("—") : format_with_unit ((double) bytes / 1.048576 / us, "MiB/s");
}

/* --- Tables ----------------------------------------------------------------------------------------------------- */

static void
add_job (GString       *table,
         const Figures *self,
         const char    *what)
{
  g_string_append (table, "| | |");
  for (guint crowd = 0; crowd < N_CROWDS; crowd++)
    g_string_append_printf (table, " %u worker%s | CPU |", crowds[crowd], crowds[crowd] == 1 ? "" : "s");
  g_string_append (table, "\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");

  for (guint way = 0; way < N_WAYS; way++)
    for (guint i = 0; i < self->whos->len; i++)
      {
        const char *who = self->whos->pdata[i];

        /* None of these interpreters may be able to do this. */
        if (figures_get (self->wall, who, what, ways[way].id, 1) < 0)
          continue;
        g_string_append_printf (table, "| %s | %s |", ways[way].title, who);
        for (guint crowd = 0; crowd < N_CROWDS; crowd++)
          {
            g_autofree char *wall = format_time (figures_get (self->wall, who, what, ways[way].id, crowds[crowd]));
            g_autofree char *cpu = format_time (figures_get (self->cpu, who, what, ways[way].id, crowds[crowd]));

            g_string_append_printf (table, " %s | %s |", wall, cpu);
          }
        g_string_append_c (table, '\n');
      }
}

static void
add_messages (GString       *table,
              const Figures *self)
{
  g_string_append (table, "| |");
  for (guint i = 0; i < self->whos->len; i++)
    g_string_append_printf (table, " %s, round trip | one way |", (const char *) self->whos->pdata[i]);
  g_string_append (table, "\n|---:|");
  for (guint i = 0; i < self->whos->len; i++)
    g_string_append (table, "---:|---:|");

  for (guint length = 0; length < N_LENGTHS; length++)
    {
      g_autofree char *name = format_length (lengths[length]);

      g_string_append_printf (table, "\n| %s |", name);
      for (guint i = 0; i < self->whos->len; i++)
        {
          const char *who = self->whos->pdata[i];
          g_autofree char *time = format_time (figures_get (self->wall, who, "round-trip", "connection", lengths[length]));
          g_autofree char *rate = format_rate (lengths[length],
                                               figures_get (self->wall, who, "one-way", "connection", lengths[length]));

          g_string_append_printf (table, " %s | %s |", time, rate);
        }
    }
  g_string_append_c (table, '\n');
}

char *
ways_table (const Figures *self)
{
  GString *table = g_string_new ("**A job that computes**\n\n");

  add_job (table, self, "cpu");
  g_string_append (table, "\n**A job that waits**\n\n");
  add_job (table, self, "io");
  g_string_append (table, "\n**A message**\n\n");
  add_messages (table, self);

  return g_string_free (table, FALSE);
}
