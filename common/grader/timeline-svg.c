/* SPDX-License-Identifier: MIT */

/*
 * A timeline as a picture, and as a page around it.
 *
 *      time     Task-1          Task-2
 *
 *       0 s     ▌ runs
 *               ▌ spawns Task-2
 *               ▌ awaits ...  ╲
 *                              ▶▌ runs
 *
 * Time goes downwards, and each event has a row of its own: so no text can meet another one, however many events have the same time, and the
 * order shows also where virtual time hides durations. A line across says that time went on. (Durations to scale are what the .json is for.)
 */

#include "timeline.h"

#define PAGE_WIDTH 800
#define TIME_WIDTH 78
#define MIN_LANE_WIDTH 140
#define HEAD_HEIGHT 76
#define ROW_HEIGHT 20
#define BAR_WIDTH 10
#define DEPTH_STEP 5
#define TEXT_INDENT 24
#define CHARACTER_WIDTH 6.7 /* of the font below, at its size */

static const char style_sheet[] =
  "text{font:11px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1c1e21}"
  ".title{font-size:14px;font-weight:bold}.lane{font-weight:bold}.dim{fill:#5b6168}.mark{font-weight:bold;fill:#7a2e0e}"
  ".halo{stroke:#fff;stroke-width:3px;paint-order:stroke;stroke-linejoin:round}"
  ".life{stroke:#c4c9cf;stroke-dasharray:2 3}.tick{stroke:#c9ced4}.arrow{fill:none;stroke:#b3261e;stroke-width:1.2;opacity:.75}"
  ".step{fill:#2f6fde}.callback{fill:#8a93a0}.wait{fill:#e6e9ed;stroke:#b9c0c8}.work{fill:#2f9e57}.mutex{fill:#8a5cd1}.gil{fill:#e08a1e}"
  ".open{opacity:.5}";

static const char *const span_classes[LAB_N_SPANS] = { "step", "callback", "wait", "work", "mutex", "gil" };

/* Appends a format whose strings are escaped. */
static void
add (GString    *svg,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
add (GString    *svg,
     const char *format,
     ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_markup_vprintf_escaped (format, arguments);
  va_end (arguments);

  g_string_append (svg, text);
}

/* --- Where things are ------------------------------------------------------------------------ */

static int
get_lane_width (LabTimeline *self)
{
  return MAX (MIN_LANE_WIDTH, (PAGE_WIDTH - TIME_WIDTH - 10) / (int) self->n_lanes);
}

static int
get_width (LabTimeline *self)
{
  return TIME_WIDTH + 10 + get_lane_width (self) * (int) self->n_lanes;
}

static int
get_height (LabTimeline *self)
{
  return HEAD_HEIGHT + ((int) self->rows->len + 2) * ROW_HEIGHT;
}

static int
get_x (LabTimeline *self,
       guint        lane)
{
  return TIME_WIDTH + (int) lane * get_lane_width (self);
}

/* The middle of a row. */
static int
get_y (int row)
{
  return HEAD_HEIGHT + row * ROW_HEIGHT + ROW_HEIGHT / 2;
}

static LabMoment *
get_moment (LabTimeline *self,
            guint        place)
{
  return g_ptr_array_index (self->moments, place);
}

/* (transfer full): as much of a text as has room */
static char *
fit (const char *text,
     int         width)
{
  glong room = MAX (1, (glong) (width / CHARACTER_WIDTH));
  g_autofree char *beginning = NULL;

  if (g_utf8_strlen (text, -1) <= room)
    return g_strdup (text);

  beginning = g_utf8_substring (text, 0, room - 1);

  return g_strdup_printf ("%s…", beginning);
}

static char *
fit_text (LabTimeline *self,
          LabMoment   *moment)
{
  return fit (moment->text, get_lane_width (self) - TEXT_INDENT - 6);
}

/* --- What is drawn ------------------------------------------------------------------------------ */

static void
add_lane_heads (GString     *svg,
                LabTimeline *self)
{
  int width = get_lane_width (self) - 8;

  for (guint i = 0; i < self->n_lanes; i++)
    {
      LabLane *lane = g_ptr_array_index (self->lanes, i);
      g_autofree char *name = fit (lane->name, width);
      g_autofree char *subtitle = fit (lane->subtitle != NULL ? lane->subtitle : "", width);
      int x = get_x (self, i);

      add (svg, "<text class='lane' x='%d' y='%d'>%s</text><text class='dim' x='%d' y='%d'>%s</text>\n",
           x, HEAD_HEIGHT - 26, name, x, HEAD_HEIGHT - 12, subtitle);
    }
}

/* The line of a lane's life, from its first row to its last, and where a task is spawned. */
static void
add_lives (GString     *svg,
           LabTimeline *self)
{
  g_autofree int *first = g_new (int, self->n_lanes);
  g_autofree int *last = g_new (int, self->n_lanes);

  for (guint i = 0; i < self->n_lanes; i++)
    first[i] = last[i] = -1;
  for (guint i = 0; i < self->rows->len; i++)
    {
      guint lane = ((LabMoment *) g_ptr_array_index (self->rows, i))->lane;

      if (first[lane] < 0)
        first[lane] = (int) i;
      last[lane] = (int) i;
    }

  for (guint i = 0; i < self->n_lanes; i++)
    if (first[i] >= 0)
      add (svg, "<line class='life' x1='%d' y1='%d' x2='%d' y2='%d'/>\n", get_x (self, i) + BAR_WIDTH / 2, get_y (first[i]),
           get_x (self, i) + BAR_WIDTH / 2, get_y (last[i]));
}

/* Lines across where time went on. Real time always does, so there it is where it went on for long. */
static void
add_ticks (GString     *svg,
           LabTimeline *self)
{
  LabMoment *last = g_ptr_array_index (self->rows, self->rows->len - 1);
  gint64 long_ns = self->hides_durations ? 1 : MAX (1, last->time_ns / 20);

  for (guint i = 1; i < self->rows->len; i++)
    {
      LabMoment *previous = g_ptr_array_index (self->rows, i - 1);
      LabMoment *moment = g_ptr_array_index (self->rows, i);
      int y = get_y ((int) i) - ROW_HEIGHT / 2;

      if (moment->time_ns - previous->time_ns >= long_ns)
        add (svg, "<line class='tick' x1='4' y1='%d' x2='%d' y2='%d'/>\n", y, get_width (self) - 4, y);
    }
}

static void
add_spans (GString     *svg,
           LabTimeline *self)
{
  for (guint i = 0; i < self->spans->len; i++)
    {
      LabSpan *span = &g_array_index (self->spans, LabSpan, i);
      int from = get_moment (self, span->from)->row;
      int to = get_moment (self, span->to)->row;

      if (from < 0 || span->lane >= self->n_lanes)
        continue;
      if (to < 0)
        to = (int) self->rows->len - 1;

      add (svg, "<rect class='%s%s' x='%d' y='%d' width='%d' height='%d' rx='2'><title>%s</title></rect>\n",
           span_classes[span->kind], span->is_open ? " open" : "",
           get_x (self, span->lane) + (int) MIN (span->depth, 2) * DEPTH_STEP, get_y (from) - ROW_HEIGHT / 2 + 1, BAR_WIDTH,
           (to - from + 1) * ROW_HEIGHT - 2, lab_span_kind_get_title (span->kind));
    }
}

/* Where the text of a row ends. */
static int
get_end_of_text (LabTimeline *self,
                 int          row)
{
  LabMoment *moment = g_ptr_array_index (self->rows, row);
  g_autofree char *text = fit_text (self, moment);

  return get_x (self, moment->lane) + TEXT_INDENT + (int) (g_utf8_strlen (text, -1) * CHARACTER_WIDTH) + 2;
}

/* An arrow has its beginning and end at the side of a row where the other lane is, and so runs through neither of the texts. */
static void
add_arrow (GString     *svg,
           LabTimeline *self,
           LabMoment   *from,
           LabMoment   *to)
{
  gboolean to_right = from->lane < to->lane;
  int x1 = to_right ? get_end_of_text (self, from->row) : get_x (self, from->lane) - 2;
  int x2 = to_right ? get_x (self, to->lane) - 2 : get_end_of_text (self, to->row) + 2;
  int y1 = get_y (from->row), y2 = get_y (to->row);

  add (svg, "<path class='arrow' marker-end='url(#head)' d='M%d %d C%d %d %d %d %d %d'><title>%s</title></path>\n", x1, y1,
       (x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2, from->text != NULL ? from->text : "wakes");
}

static void
add_arrows (GString     *svg,
            LabTimeline *self)
{
  for (guint i = 0; i < self->arrows->len; i++)
    {
      LabArrow *arrow = &g_array_index (self->arrows, LabArrow, i);
      LabMoment *from = get_moment (self, arrow->from);
      LabMoment *to = get_moment (self, arrow->to);

      /* A timer is no arrow: nobody wakes the loop, and it would go from where it was set all the way down. */
      if (from->kind != ASYNCIO_RECORD_HANDLE_TIMER && from->lane != to->lane && from->row >= 0 && to->row >= 0 &&
          from->lane < self->n_lanes && to->lane < self->n_lanes)
        add_arrow (svg, self, from, to);
    }
}

static void
add_rows (GString     *svg,
          LabTimeline *self)
{
  const char *last_shown = "";
  g_autofree char *time = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    {
      LabMoment *moment = g_ptr_array_index (self->rows, i);
      g_autofree char *now = lab_timeline_format_time (moment->time_ns);
      g_autofree char *text = fit_text (self, moment);
      int y = get_y ((int) i) + 4;

      if (!g_str_equal (now, last_shown))
        {
          add (svg, "<text class='dim' x='%d' y='%d' text-anchor='end'>%s</text>\n", TIME_WIDTH - 12, y, now);
          g_free (time);
          time = g_steal_pointer (&now);
          last_shown = time;
        }

      add (svg, "<text class='halo%s' x='%d' y='%d'>%s<title>%s</title></text>\n",
           moment->kind == ASYNCIO_RECORD_MARK ? " mark" : "", get_x (self, moment->lane) + TEXT_INDENT, y, text, moment->text);
    }
}

char *
lab_timeline_to_svg (LabTimeline *self)
{
  GString *svg = g_string_new (NULL);
  g_autofree char *gaps = lab_timeline_explain_gaps (self);
  g_autofree char *title = fit (self->title, get_width (self) - 100);
  int width = get_width (self), height = get_height (self);

  add (svg, "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' role='img'>\n"
            "<title>%s</title>\n<style>", width, height, width, height, self->title);
  g_string_append (svg, style_sheet);
  add (svg, "</style>\n<defs><marker id='head' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7' orient='auto'>"
            "<path d='M0 0L8 4L0 8z' fill='#b3261e'/></marker></defs>\n<rect width='%d' height='%d' fill='#fff'/>\n"
            "<text class='title' x='8' y='22'>%s</text>\n<text class='dim' x='%d' y='%d' text-anchor='end'>time</text>\n",
       width, height, title, TIME_WIDTH - 12, HEAD_HEIGHT - 26);

  add_lane_heads (svg, self);
  add_ticks (svg, self);
  add_lives (svg, self);
  add_spans (svg, self);
  add_arrows (svg, self);
  add_rows (svg, self);
  if (gaps != NULL)
    add (svg, "<text class='mark' x='8' y='%d'>%s</text>\n", height - ROW_HEIGHT / 2, gaps);
  g_string_append (svg, "</svg>\n");

  return g_string_free (svg, FALSE);
}

/* --- The page ---------------------------------------------------------------------------------- */

static void
add_legend (GString *html)
{
  g_string_append (html, "<h2>Legend</h2>\n<ul class='legend'>\n");
  for (LabSpanKind kind = 0; kind < LAB_N_SPANS; kind++)
    add (html, "<li><svg width='14' height='14'><rect class='%s' x='2' y='1' width='10' height='12' rx='2'/></svg> %s</li>\n",
         span_classes[kind], lab_span_kind_get_title (kind));
  g_string_append (html, "<li><svg width='26' height='14'><path d='M1 7H20' class='arrow'/><path d='M19 3L25 7L19 11z' fill='#b3261e'/></svg>"
                         " makes it happen: who woke whom</li>\n</ul>\n"
                         "<p>Time goes downwards. Each event has a row of its own, in the order in which they happened; a line "
                         "across says that time went on. Point at a text that is cut to see all of it.</p>\n");
}

static void
add_table (GString     *html,
           LabTimeline *self)
{
  g_string_append (html, "<h2>Events</h2>\n<table><thead><tr><th scope='col'>time</th><th scope='col'>who</th><th scope='col'>what</th>"
                         "<th scope='col'>because of</th></tr></thead>\n<tbody>\n");
  for (guint i = 0; i < self->rows->len; i++)
    {
      LabMoment *moment = g_ptr_array_index (self->rows, i);
      g_autofree char *time = lab_timeline_format_time (moment->time_ns);

      add (html, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n", time,
           ((LabLane *) g_ptr_array_index (self->lanes, moment->lane))->name, moment->text,
           moment->waker != NULL ? moment->waker->name : "");
    }
  g_string_append (html, "</tbody></table>\n");
}

char *
lab_timeline_to_html (LabTimeline *self)
{
  GString *html = g_string_new (NULL);
  g_autofree char *svg = lab_timeline_to_svg (self);
  g_autofree char *gaps = lab_timeline_explain_gaps (self);

  add (html, "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'><title>%s</title>\n"
             "<meta name='viewport' content='width=device-width'>\n<style>", self->title);
  g_string_append (html, "body{background:#fff;color:#1c1e21;font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:62rem;padding:1.5rem 1rem}"
                         "h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem}.scroll{overflow-x:auto}"
                         ".legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem}.legend svg{vertical-align:middle}"
                         "table{border-collapse:collapse}td,th{border-bottom:1px solid #d9dce0;padding:.15rem 1rem .15rem 0;text-align:left;"
                         "font-size:.9rem;vertical-align:top}td:first-child{white-space:nowrap}</style>\n</head><body>\n");
  add (html, "<h1>%s</h1>\n", self->title);
  if (gaps != NULL)
    add (html, "<p><strong>%s</strong></p>\n", gaps);
  add_legend (html);
  g_string_append_printf (html, "<h2>Timeline</h2>\n<div class='scroll' tabindex='0'>\n%s</div>\n", svg);
  add_table (html, self);
  g_string_append (html, "</body></html>\n");

  return g_string_free (html, FALSE);
}
