/* SPDX-License-Identifier: MIT */

/*
 * A timeline as a table: a column for each lane, a row for each event. A bar shows who is in the middle of something.
 */

#include "timeline.h"

#define TIME_WIDTH 11
#define MAX_WIDTH 30

/* Appends a text in a column: cut if it is too long, filled up if it is too short. */
static void
append_cell (GString    *table,
             const char *text,
             glong       width)
{
  glong length = g_utf8_strlen (text, -1);

  if (length > width)
    {
      g_string_append_len (table, text, g_utf8_offset_to_pointer (text, width - 1) - text);
      g_string_append (table, "…");
      return;
    }

  g_string_append (table, text);
  g_string_append_printf (table, "%*s", (int) (width - length), "");
}

static void
end_row (GString *table)
{
  while (table->len > 0 && table->str[table->len - 1] == ' ')
    g_string_truncate (table, table->len - 1);
  g_string_append_c (table, '\n');
}

/* (transfer full): what a cell says, with who made it happen */
static char *
get_cell (const LabMoment *moment)
{
  return moment->waker != NULL ? g_strdup_printf ("%s <- %s", moment->text, moment->waker->name) : g_strdup (moment->text);
}

/* The columns are as wide as what is in them, within reason. */
static glong *
measure (LabTimeline *self)
{
  glong *widths = g_new0 (glong, self->n_lanes);

  for (guint i = 0; i < self->n_lanes; i++)
    {
      LabLane *lane = g_ptr_array_index (self->lanes, i);

      widths[i] = MAX (g_utf8_strlen (lane->name, -1), lane->subtitle != NULL ? g_utf8_strlen (lane->subtitle, -1) : 0);
    }

  for (guint i = 0; i < self->rows->len; i++)
    {
      LabMoment *moment = g_ptr_array_index (self->rows, i);
      g_autofree char *cell = get_cell (moment);

      widths[moment->lane] = MAX (widths[moment->lane], g_utf8_strlen (cell, -1));
    }

  for (guint i = 0; i < self->n_lanes; i++)
    widths[i] = MIN (widths[i], MAX_WIDTH) + 2;

  return widths;
}

/* For each row and lane, whether something is under way there. */
static guint8 *
find_bars (LabTimeline *self)
{
  guint8 *bars = g_malloc0 ((gsize) self->rows->len * self->n_lanes);

  for (guint i = 0; i < self->spans->len; i++)
    {
      LabSpan *span = &g_array_index (self->spans, LabSpan, i);
      int from = ((LabMoment *) g_ptr_array_index (self->moments, span->from))->row;
      int to = ((LabMoment *) g_ptr_array_index (self->moments, span->to))->row;

      if (to < 0)
        to = (int) self->rows->len - 1;
      for (int row = from; from >= 0 && row <= to; row++)
        bars[(gsize) row * self->n_lanes + span->lane] = TRUE;
    }

  return bars;
}

static void
append_head (GString     *table,
             LabTimeline *self,
             const glong *widths)
{
  append_cell (table, "time", TIME_WIDTH);
  for (guint i = 0; i < self->n_lanes; i++)
    append_cell (table, ((LabLane *) g_ptr_array_index (self->lanes, i))->name, widths[i]);
  end_row (table);

  append_cell (table, "", TIME_WIDTH);
  for (guint i = 0; i < self->n_lanes; i++)
    {
      LabLane *lane = g_ptr_array_index (self->lanes, i);

      append_cell (table, lane->subtitle != NULL ? lane->subtitle : "", widths[i]);
    }
  end_row (table);
}

static void
append_row (GString      *table,
            LabTimeline  *self,
            guint         row,
            const glong  *widths,
            const guint8 *bars,
            char        **last_time)
{
  LabMoment *moment = g_ptr_array_index (self->rows, row);
  g_autofree char *time = lab_timeline_format_time (moment->time_ns);
  g_autofree char *cell = get_cell (moment);

  /* The same time again says nothing. */
  append_cell (table, g_strcmp0 (time, *last_time) != 0 ? time : "", TIME_WIDTH);
  g_free (*last_time);
  *last_time = g_steal_pointer (&time);
  for (guint i = 0; i < self->n_lanes; i++)
    append_cell (table, i == moment->lane ? cell : bars[(gsize) row * self->n_lanes + i] ? "|" : "", widths[i]);
  end_row (table);
}

char *
lab_timeline_to_text (LabTimeline *self)
{
  GString *table = g_string_new (NULL);
  g_autofree glong *widths = measure (self);
  g_autofree guint8 *bars = find_bars (self);
  g_autofree char *gaps = lab_timeline_explain_gaps (self);
  g_autofree char *last_time = NULL;

  g_string_append_printf (table, "%s\n\n", self->title);
  append_head (table, self, widths);
  for (guint i = 0; i < self->rows->len; i++)
    append_row (table, self, i, widths, bars, &last_time);
  if (gaps != NULL)
    g_string_append_printf (table, "\n%s\n", gaps);

  return g_string_free (table, FALSE);
}
