/* SPDX-License-Identifier: MIT */

/*
 * A timeline in Chrome's trace event format, which https://ui.perfetto.dev opens.
 *
 * A lane is a thread of the format, a span a pair of B and E, an arrow a flow from s to f, and what takes no time an instant, i. A flow
 * begins and ends in a slice, so what makes something happen outside of any span has a slice of its own.
 *
 * Where most events have the same time, as in virtual time, nothing would be to be seen. Then one event is one microsecond, and its time is
 * among its arguments.
 */

#include "timeline.h"

#include <json-glib/json-glib.h>

static void
begin_object (JsonBuilder *builder,
              const char  *phase,
              const char  *name,
              guint        lane)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "ph");
  json_builder_add_string_value (builder, phase);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "pid");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "tid");
  json_builder_add_int_value (builder, lane + 1);
}

static void
add_string (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

/* Metadata have their value among the arguments. */
static void
add_metadata (JsonBuilder *builder,
              const char  *what,
              guint        lane,
              const char  *name)
{
  begin_object (builder, "M", what, lane);
  json_builder_set_member_name (builder, "args");
  json_builder_begin_object (builder);
  add_string (builder, "name", name);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
add_lanes (JsonBuilder *builder,
           LabTimeline *self)
{
  add_metadata (builder, "process_name", 0, self->title);
  for (guint i = 0; i < self->lanes->len; i++)
    {
      LabLane *lane = g_ptr_array_index (self->lanes, i);
      g_autofree char *name = lane->subtitle != NULL ? g_strdup_printf ("%s %s", lane->name, lane->subtitle) : g_strdup (lane->name);

      add_metadata (builder, "thread_name", i, name);
    }
}

/* When it happened, in microseconds. */
static void
add_time (JsonBuilder *builder,
          LabTimeline *self,
          guint        moment)
{
  gint64 time_ns = ((LabMoment *) g_ptr_array_index (self->moments, moment))->time_ns;

  json_builder_set_member_name (builder, "ts");
  if (self->hides_durations)
    json_builder_add_int_value (builder, moment);
  else
    json_builder_add_double_value (builder, (double) time_ns / 1000.0);
}

static void
add_arguments (JsonBuilder     *builder,
               const LabMoment *moment)
{
  g_autofree char *time = lab_timeline_format_time (moment->time_ns);

  json_builder_set_member_name (builder, "args");
  json_builder_begin_object (builder);
  add_string (builder, "time", time);
  if (moment->text != NULL)
    add_string (builder, "event", moment->text);
  json_builder_end_object (builder);
}

static void
add_event (JsonBuilder *builder,
           LabTimeline *self,
           const char  *phase,
           const char  *name,
           guint        place)
{
  LabMoment *moment = g_ptr_array_index (self->moments, place);

  begin_object (builder, phase, name, moment->lane);
  add_time (builder, self, place);
  if (g_str_equal (phase, "i"))
    add_string (builder, "s", "t");
  if (g_str_equal (phase, "X"))
    {
      json_builder_set_member_name (builder, "dur");
      json_builder_add_int_value (builder, 0);
    }
  add_arguments (builder, moment);
  json_builder_end_object (builder);
}

static void
add_flow (JsonBuilder *builder,
          LabTimeline *self,
          const char  *phase,
          guint        id,
          guint        place)
{
  begin_object (builder, phase, "wakes", ((LabMoment *) g_ptr_array_index (self->moments, place))->lane);
  add_time (builder, self, place);
  add_string (builder, "cat", "wakes");
  json_builder_set_member_name (builder, "id");
  json_builder_add_int_value (builder, id);
  if (g_str_equal (phase, "f"))
    add_string (builder, "bp", "e");
  json_builder_end_object (builder);
}

static const char *
get_span_name (LabTimeline   *self,
               const LabSpan *span)
{
  LabMoment *begins = g_ptr_array_index (self->moments, span->from);

  return begins->name != NULL ? begins->name : lab_span_kind_get_title (span->kind);
}

/* What is known about each event from the spans and arrows. */
typedef struct
{
  GArray *begins; /* (nullable) of guint: spans */
  GArray *ends;
  GArray *from; /* arrows */
  GArray *to;
} Links;

static void
link_up (GArray **places,
         guint    place)
{
  if (*places == NULL)
    *places = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (*places, place);
}

static Links *
find_links (LabTimeline *self)
{
  Links *links = g_new0 (Links, self->moments->len);

  for (guint i = 0; i < self->spans->len; i++)
    {
      LabSpan *span = &g_array_index (self->spans, LabSpan, i);

      link_up (&links[span->from].begins, i);
      link_up (&links[span->to].ends, i);
    }
  for (guint i = 0; i < self->arrows->len; i++)
    {
      LabArrow *arrow = &g_array_index (self->arrows, LabArrow, i);

      link_up (&links[arrow->from].from, i);
      link_up (&links[arrow->to].to, i);
    }

  return links;
}

static void
links_free (Links *links,
            guint  n)
{
  for (guint i = 0; i < n; i++)
    {
      g_clear_pointer (&links[i].begins, g_array_unref);
      g_clear_pointer (&links[i].ends, g_array_unref);
      g_clear_pointer (&links[i].from, g_array_unref);
      g_clear_pointer (&links[i].to, g_array_unref);
    }
  g_free (links);
}

static guint
count (GArray *places)
{
  return places != NULL ? places->len : 0;
}

/* What is at one place: slices begin, what happens in them happens, slices end. */
static void
add_moment (JsonBuilder *builder,
            LabTimeline *self,
            const Links *links,
            guint        place,
            guint       *depths)
{
  LabMoment *moment = g_ptr_array_index (self->moments, place);
  gboolean is_plain = count (links->begins) == 0 && count (links->ends) == 0;

  for (guint i = 0; i < count (links->begins); i++)
    {
      LabSpan *span = &g_array_index (self->spans, LabSpan, g_array_index (links->begins, guint, i));

      add_event (builder, self, "B", get_span_name (self, span), place);
      depths[span->lane]++;
    }

  if (is_plain && (moment->text != NULL || count (links->from) > 0))
    add_event (builder, self, depths[moment->lane] > 0 ? "i" : "X", moment->text != NULL ? moment->text : "wakes", place);
  for (guint i = 0; i < count (links->from); i++)
    add_flow (builder, self, "s", g_array_index (links->from, guint, i) + 1, place);
  for (guint i = 0; i < count (links->to); i++)
    add_flow (builder, self, "f", g_array_index (links->to, guint, i) + 1, place);

  for (guint i = count (links->ends); i > 0; i--)
    {
      LabSpan *span = &g_array_index (self->spans, LabSpan, g_array_index (links->ends, guint, i - 1));
      LabMoment *end = g_ptr_array_index (self->moments, place);

      /* A span that does not end is ended by the end of the recording, which may be in another lane. */
      begin_object (builder, "E", get_span_name (self, span), span->lane);
      add_time (builder, self, place);
      if (!span->is_open)
        add_arguments (builder, end);
      json_builder_end_object (builder);
      depths[span->lane]--;
    }
}

char *
lab_timeline_to_json (LabTimeline *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree guint *depths = g_new0 (guint, self->lanes->len);
  Links *links = find_links (self);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "traceEvents");
  json_builder_begin_array (builder);
  add_lanes (builder, self);
  for (guint i = 0; i < self->moments->len; i++)
    add_moment (builder, self, &links[i], i, depths);
  json_builder_end_array (builder);
  add_string (builder, "displayTimeUnit", "ns");
  json_builder_end_object (builder);
  links_free (links, self->moments->len);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_indent (generator, 1);

  return json_generator_to_data (generator, NULL);
}
