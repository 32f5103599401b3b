/* SPDX-License-Identifier: MIT */

/*
 * The results of a course in one table, as CSV.
 *
 * A field with a comma, a quote or a line break is quoted (RFC 4180). And a field that begins as a formula does is not
 * a formula: spreadsheets run those, whoever wrote them, so an apostrophe goes in front.
 */

#include "gradebook.h"

#include <string.h>

struct _LabGradebook
{
  GString *text;
  gboolean in_row;
};

LabGradebook *
lab_gradebook_new (void)
{
  LabGradebook *self = g_new0 (LabGradebook, 1);

  self->text = g_string_new (NULL);

  return self;
}

void
lab_gradebook_free (LabGradebook *self)
{
  g_string_free (self->text, TRUE);
  g_free (self);
}

static void
begin_field (LabGradebook *self)
{
  if (self->in_row)
    g_string_append_c (self->text, ',');
  self->in_row = TRUE;
}

void
lab_gradebook_add (LabGradebook *self,
                   const char   *text)
{
  gboolean is_formula = text[0] != '\0' && strchr ("=+-@\t\r", text[0]) != NULL;
  gboolean needs_quotes = strpbrk (text, ",\"\r\n") != NULL;

  begin_field (self);

  if (needs_quotes)
    g_string_append_c (self->text, '"');
  if (is_formula)
    g_string_append_c (self->text, '\'');

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (self->text, '"');
      g_string_append_c (self->text, *c);
    }

  if (needs_quotes)
    g_string_append_c (self->text, '"');
}

void
lab_gradebook_add_number (LabGradebook *self,
                          guint         number)
{
  begin_field (self);
  g_string_append_printf (self->text, "%u", number);
}

void
lab_gradebook_end_row (LabGradebook *self)
{
  g_string_append (self->text, "\r\n");
  self->in_row = FALSE;
}

const char *
lab_gradebook_get_text (LabGradebook *self)
{
  return self->text->str;
}
