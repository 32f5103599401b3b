/* SPDX-License-Identifier: MIT */

/*
 * Pictures of what was recorded: bars for the jobs, lines for the messages.
 *
 * They are drawn for the width of a phone, where a picture of a page is made as narrow as that; on a wide page there is room
 * beside them. Bars have letters, lines have marks of different shapes: nothing is told by a colour alone.
 */

#include "ways.h"

#include <math.h>

#define WIDTH 480
#define LEFT 62
#define RIGHT 14
#define PLOT_HEIGHT 150
#define BAR_WIDTH 19

static const char style_sheet[] =
  "text{font:13px system-ui,'DejaVu Sans',sans-serif;fill:#1c1e21}.title{font-size:16px;font-weight:bold}.who{font-weight:bold}"
  ".dim{fill:#5b6168}.letter{font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}"
  ".page{fill:#fff}.grid{stroke:#d9dce0}.line{fill:none;stroke-width:2}"
  ".c0{fill:#c2410c}.c1{fill:#d99a00}.c2{fill:#2f6fde}.c3{fill:#1f8a4c}"
  ".l0{stroke:#2f6fde}.l1{stroke:#c2410c}.l2{stroke:#1f8a4c}.l3{stroke:#7a3fc0}"
  ".m0{fill:#2f6fde}.m1{fill:#c2410c}.m2{fill:#1f8a4c}.m3{fill:#7a3fc0}"
  "@media(prefers-color-scheme:dark){text{fill:#e4e6e9}.dim{fill:#a4abb3}.page{fill:#1b1d20}.grid{stroke:#41464d}"
  ".c0{fill:#f08a55}.c1{fill:#f2c14e}.c2{fill:#7aa7f5}.c3{fill:#5cc98a}"
  ".l0{stroke:#7aa7f5}.l1{stroke:#f08a55}.l2{stroke:#5cc98a}.l3{stroke:#b99af0}"
  ".m0{fill:#7aa7f5}.m1{fill:#f08a55}.m2{fill:#5cc98a}.m3{fill:#b99af0}}";

/* Appends a format whose strings are escaped. */
static void G_GNUC_PRINTF (2, 3)
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

/* Everything around the drawing; description is what is read aloud. */
static char *
finish (GString    *drawing,
        int         height,
        const char *title,
        const char *description)
{
  GString *svg = g_string_new (NULL);

  add (svg, "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' role='img'>\n"
            "<title>%s</title>\n<desc>%s</desc>\n<style>", WIDTH, height, WIDTH, height, title, description);
  g_string_append (svg, style_sheet);
  add (svg, "</style>\n<rect class='page' width='%d' height='%d'/>\n<text class='title' x='10' y='24'>%s</text>\n", WIDTH, height,
       title);
  g_string_append (svg, drawing->str);
  g_string_append (svg, "</svg>\n");
  g_string_free (drawing, TRUE);

  return g_string_free (svg, FALSE);
}

static void
add_grid (GString    *svg,
          double      y,
          const char *label)
{
  add (svg, "<line class='grid' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/><text class='dim end' x='%d' y='%.1f'>%s</text>\n", LEFT, y,
       WIDTH - RIGHT, y, LEFT - 6, y + 4, label);
}

/* --- Jobs ------------------------------------------------------------------------------------------------------ */

/* The longest time of a job, whoever does it. */
static double
get_longest (const Figures *self,
             const char    *who,
             const char    *what)
{
  double longest = 0;

  for (guint way = 0; way < N_WAYS; way++)
    for (guint crowd = 0; crowd < N_CROWDS; crowd++)
      longest = MAX (longest, figures_get (self->wall, who, what, ways[way].id, crowds[crowd]));

  return longest;
}

/* A round number: so far are the lines apart, of which there are five at most. */
static double
get_step (double longest)
{
  double power = pow (10, floor (log10 (MAX (longest, 1) / 5)));

  for (double step = power;; step *= step < 1.5 * power || step > 4 * power ? 2 : 2.5)
    if (longest / step <= 5)
      return step;
}

static void
add_bars (GString       *svg,
          const Figures *self,
          const char    *who,
          const char    *what,
          int            bottom,
          double         scale)
{
  const int group = (WIDTH - LEFT - RIGHT) / N_CROWDS;

  for (guint crowd = 0; crowd < N_CROWDS; crowd++)
    {
      int left = LEFT + (int) crowd * group + (group - N_WAYS * (BAR_WIDTH + 2)) / 2;

      for (guint way = 0; way < N_WAYS; way++)
        {
          double us = figures_get (self->wall, who, what, ways[way].id, crowds[crowd]);
          g_autofree char *time = format_time (us);
          int x = left + (int) way * (BAR_WIDTH + 2);

          if (us >= 0)
            add (svg, "<rect class='bar c%u' x='%d' y='%.1f' width='%d' height='%.1f'><title>%s, %s, %u: %s</title></rect>\n",
                 way, x, bottom - us * scale, BAR_WIDTH, us * scale, who, ways[way].title, crowds[crowd], time);
          else
            add (svg, "<text class='dim middle' x='%d' y='%d'>–</text>\n", x + BAR_WIDTH / 2, bottom - 4);
          add (svg, "<text class='letter dim middle' x='%d' y='%d'>%c</text>\n", x + BAR_WIDTH / 2, bottom + 13, ways[way].letter);
        }
      add (svg, "<text class='middle' x='%d' y='%d'>%u</text>\n", LEFT + (int) crowd * group + group / 2, bottom + 30,
           crowds[crowd]);
    }
}

static void
add_legend (GString *svg)
{
  for (guint way = 0; way < N_WAYS; way++)
    {
      int x = 10 + (int) (way % 2) * 180, y = 48 + (int) (way / 2) * 20;

      add (svg, "<rect class='c%u' x='%d' y='%d' width='13' height='13'/><text x='%d' y='%d'>%c  %s</text>\n", way, x, y - 11,
           x + 20, y, ways[way].letter, ways[way].title);
    }
}

/* What a bar chart says, in words: how many times as long or short eight workers take. */
static char *
describe_job (const Figures *self,
              const char    *what)
{
  GString *text = g_string_new ("Time by number of workers.");

  for (guint i = 0; i < self->whos->len; i++)
    for (guint way = 0; way < N_WAYS; way++)
      {
        g_autofree char *one = format_time (figures_get (self->wall, self->whos->pdata[i], what, ways[way].id, 1));
        g_autofree char *most = format_time (figures_get (self->wall, self->whos->pdata[i], what, ways[way].id, 8));

        if (figures_get (self->wall, self->whos->pdata[i], what, ways[way].id, 1) >= 0)
          g_string_append_printf (text, " %s, %s: 1 worker %s, 8 workers %s.", (char *) self->whos->pdata[i], ways[way].title, one,
                                  most);
      }

  return g_string_free (text, FALSE);
}

char *
ways_draw_job (const Figures *self,
               const char    *what,
               const char    *title)
{
  GString *svg = g_string_new (NULL);
  g_autofree char *description = describe_job (self, what);
  int top = 108;

  add_legend (svg);
  for (guint i = 0; i < self->whos->len; i++)
    {
      const char *who = self->whos->pdata[i];
      double longest = get_longest (self, who, what);
      double step = get_step (longest);
      double scale = PLOT_HEIGHT / MAX (longest, 1);
      int bottom = top + PLOT_HEIGHT;

      add (svg, "<text class='who' x='10' y='%d'>%s</text>\n", top - 14, who);
      for (double us = 0; us <= longest; us += step)
        {
          g_autofree char *label = us < 1 ? g_strdup ("0") : g_strdup_printf (us < 1000 ? "%.1f ms" : "%.0f ms", us / 1000);

          add_grid (svg, bottom - us * scale, label);
        }
      add_bars (svg, self, who, what, bottom, scale);
      top = bottom + 70;
    }
  add (svg, "<text class='dim' x='10' y='%d'>workers: 1, 2, 4, 8; lower is quicker</text>\n", top - 22);

  return finish (svg, top - 8, title, description);
}

/* --- Messages --------------------------------------------------------------------------------------------------- */

/* Powers of ten go upwards. */
typedef struct
{
  int top;
  double low, high; /* logarithms */
} Axis;

static double
get_x (guint length)
{
  double last = log2 ((double) lengths[N_LENGTHS - 1]);

  return LEFT + 10 + log2 ((double) lengths[length]) / last * (WIDTH - LEFT - RIGHT - 20);
}

static double
get_y (const Axis *axis,
       double      value)
{
  return axis->top + PLOT_HEIGHT * (axis->high - log10 (value)) / (axis->high - axis->low);
}

/* A time as it is, or what goes through in it, in MiB/s. */
static double
get_value (const Figures *self,
           guint          who,
           guint          length,
           gboolean       is_rate)
{
  double us = figures_get (self->wall, self->whos->pdata[who], is_rate ? "one-way" : "round-trip", "connection", lengths[length]);

  return is_rate && us > 0 ? (double) lengths[length] / 1.048576 / us : us;
}

static Axis
get_axis (const Figures *self,
          gboolean       is_rate,
          int            top)
{
  Axis axis = { top, 9, -9 };

  for (guint who = 0; who < self->whos->len; who++)
    for (guint length = 0; length < N_LENGTHS; length++)
      {
        double value = get_value (self, who, length, is_rate);

        if (value <= 0)
          continue;
        axis.low = MIN (axis.low, floor (log10 (value)));
        axis.high = MAX (axis.high, ceil (log10 (value)));
      }
  axis.high = MAX (axis.high, axis.low + 1);

  return axis;
}

/* A circle, a square, a triangle, a diamond. */
static void
add_mark (GString *svg,
          guint    who,
          double   x,
          double   y)
{
  static const char *const shapes[] = {
    "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0z", "M-4-4H4V4H-4z", "M0-5L5 4H-5z", "M0-5L5 0L0 5L-5 0z",
  };

  add (svg, "<path class='mark m%u' transform='translate(%.1f %.1f)' d='%s'/>\n", who % 4, x, y, shapes[who % 4]);
}

static void
add_line (GString       *svg,
          const Figures *self,
          guint          who,
          const Axis    *axis,
          gboolean       is_rate)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (guint length = 0; length < N_LENGTHS; length++)
    {
      double value = get_value (self, who, length, is_rate);

      if (value <= 0)
        continue;
      g_string_append_printf (path, "%c%.1f %.1f", path->len == 0 ? 'M' : 'L', get_x (length), get_y (axis, value));
      add_mark (svg, who, get_x (length), get_y (axis, value));
    }
  add (svg, "<path class='line l%u' d='%s'/>\n", who % 4, path->str);
}

static void
add_chart (GString       *svg,
           const Figures *self,
           gboolean       is_rate,
           int            top)
{
  static const guint labelled[] = { 0, 1, 3, 5, 6, 7, 8 };
  Axis axis = get_axis (self, is_rate, top);

  add (svg, "<text class='who' x='10' y='%d'>%s</text>\n", top - 14, is_rate ? "One way, MiB/s: higher is better" :
       "Round trip: lower is quicker");
  for (double power = axis.low; power <= axis.high; power += 1)
    {
      double value = pow (10, power);
      g_autofree char *label = is_rate ? g_strdup_printf ("%g", value) :
                               g_strdup_printf ("%g %s", value < 1e3 ? value : value < 1e6 ? value / 1e3 : value / 1e6,
                                                value < 1e3 ? "µs" : value < 1e6 ? "ms" : "s");

      add_grid (svg, get_y (&axis, value), label);
    }
  for (guint who = 0; who < self->whos->len; who++)
    add_line (svg, self, who, &axis, is_rate);
  for (guint i = 0; i < G_N_ELEMENTS (labelled); i++)
    {
      g_autofree char *name = format_length (lengths[labelled[i]]);

      add (svg, "<text class='letter dim %s' x='%.1f' y='%d'>%s</text>\n", labelled[i] == N_LENGTHS - 1 ? "end" : "middle",
           labelled[i] == N_LENGTHS - 1 ? WIDTH - 4. : get_x (labelled[i]), top + PLOT_HEIGHT + 16 + (int) (i % 2) * 14, name);
    }
}

static char *
describe_messages (const Figures *self)
{
  GString *text = g_string_new ("Cost of a message by its length.");

  for (guint who = 0; who < self->whos->len; who++)
    {
      const char *name = self->whos->pdata[who];
      g_autofree char *least = format_time (get_value (self, who, 0, FALSE));
      g_autofree char *most = format_time (get_value (self, who, N_LENGTHS - 1, FALSE));

      g_string_append_printf (text, " %s: a round trip of 1 B takes %s, one of 64 MiB %s; one way %.0f MiB/s at 64 MiB.", name,
                              least, most, get_value (self, who, N_LENGTHS - 1, TRUE));
    }

  return g_string_free (text, FALSE);
}

char *
ways_draw_messages (const Figures *self)
{
  GString *svg = g_string_new (NULL);
  g_autofree char *description = describe_messages (self);

  for (guint who = 0; who < self->whos->len; who++)
    {
      int x = 10 + (int) who * 155;

      add_mark (svg, who, x + 5, 44);
      add (svg, "<text x='%d' y='48'>%s</text>\n", x + 16, (char *) self->whos->pdata[who]);
    }
  add_chart (svg, self, FALSE, 92);
  add_chart (svg, self, TRUE, 92 + PLOT_HEIGHT + 70);

  return finish (svg, 92 + 2 * PLOT_HEIGHT + 70 + 44, "A message to another process", description);
}
