/* SPDX-License-Identifier: MIT */

/*
 * Timelines: what is seen in a recording.
 *
 * A recording is a list of events, and says more than a reader wants to see: a task's step is a callback of the loop, and a new task is
 * scheduled by whoever spawns it. What another event says as well has no row of its own. Three things are found:
 *
 *      lanes     who: a task, or a thread while no task runs in it
 *      spans     what takes time: from an event that begins something to the one that ends it
 *      arrows    who made it happen: from the event where an edge begins to the last one where it ends
 */

#include "timeline-private.h"

#include "error.h"

#include <string.h>

typedef struct
{
  LabTimeline *timeline;
  gint64 first_ns;
  GHashTable *beginnings; /* edge -> index of the moment where it begins, plus 1 */
  GHashTable *arrow_of;   /* edge -> index of its arrow, plus 1 */
  GHashTable *callbacks;  /* thread -> GArray of gboolean: callbacks that run, and whether each is a task's step */
  GPtrArray *open;        /* for each lane a GArray of the indices of its open spans */
} Reader;

/* --- Lanes --------------------------------------------------------------------------------------- */

static void
lane_free (gpointer data)
{
  LabLane *self = data;

  g_free (self->name);
  g_free (self->subtitle);
  g_free (self);
}

static guint
find_lane (Reader     *self,
           guint       task,
           guint       thread,
           const char *task_name)
{
  GPtrArray *lanes = self->timeline->lanes;
  LabLane *lane;

  for (guint i = 0; i < lanes->len; i++)
    {
      lane = g_ptr_array_index (lanes, i);
      if (task != 0 ? lane->task == task : lane->task == 0 && lane->thread == thread)
        return i;
    }

  lane = g_new0 (LabLane, 1);
  lane->task = task;
  lane->thread = thread;
  if (task != 0)
    lane->name = task_name != NULL ? g_strdup (task_name) : g_strdup_printf ("Task-%u", task);
  g_ptr_array_add (lanes, lane);
  g_ptr_array_add (self->open, g_array_new (FALSE, FALSE, sizeof (guint)));

  return lanes->len - 1;
}

/* The lane of an event; what it tells about lanes is kept. */
static guint
lane_of (Reader      *self,
         const LabEvent *event)
{
  guint place = find_lane (self, event->task, event->thread, event->task_name);
  LabLane *lane = g_ptr_array_index (self->timeline->lanes, place);

  if (event->task == 0 && (event->kind == ASYNCIO_RECORD_HANDLE_BEGINS || event->kind == ASYNCIO_RECORD_WAIT_BEGINS))
    lane->has_loop = TRUE;
  if (event->kind == ASYNCIO_RECORD_STEP_BEGINS && lane->subtitle == NULL)
    lane->subtitle = lab_call_of (event->name);

  if (event->kind == ASYNCIO_RECORD_TASK_SPAWNED && event->target != 0)
    {
      guint child = find_lane (self, event->target, 0, event->target_name);
      LabLane *spawned = g_ptr_array_index (self->timeline->lanes, child);

      if (spawned->subtitle == NULL)
        spawned->subtitle = lab_call_of (event->detail);
    }

  return place;
}

static void
name_threads (LabTimeline *self)
{
  guint n_loops = 0;

  for (guint i = 0; i < self->lanes->len; i++)
    n_loops += ((LabLane *) g_ptr_array_index (self->lanes, i))->has_loop;

  for (guint i = 0; i < self->lanes->len; i++)
    {
      LabLane *lane = g_ptr_array_index (self->lanes, i);

      if (lane->name == NULL && lane->has_loop && n_loops == 1)
        lane->name = g_strdup ("loop");
      else if (lane->name == NULL)
        lane->name = g_strdup_printf (lane->has_loop ? "loop %u" : "thread %u", lane->thread);
    }
}

/* --- Spans ----------------------------------------------------------------------------------------- */

/* What an event begins or ends. */
static const struct
{
  AsyncioRecordKind begins, ends;
} span_kinds[LAB_N_SPANS] = {
  [LAB_SPAN_STEP] = { ASYNCIO_RECORD_STEP_BEGINS, ASYNCIO_RECORD_STEP_ENDS },
  [LAB_SPAN_CALLBACK] = { ASYNCIO_RECORD_HANDLE_BEGINS, ASYNCIO_RECORD_HANDLE_ENDS },
  [LAB_SPAN_WAIT] = { ASYNCIO_RECORD_WAIT_BEGINS, ASYNCIO_RECORD_WAIT_ENDS },
  [LAB_SPAN_WORK] = { ASYNCIO_RECORD_WORK_BEGINS, ASYNCIO_RECORD_WORK_ENDS },
  [LAB_SPAN_MUTEX] = { ASYNCIO_RECORD_MUTEX_LOCKED, ASYNCIO_RECORD_MUTEX_UNLOCKED },
  [LAB_SPAN_GIL] = { ASYNCIO_RECORD_GIL_TAKEN, ASYNCIO_RECORD_GIL_DROPPED },
};

const char *
lab_span_kind_get_title (LabSpanKind kind)
{
  static const char *const titles[LAB_N_SPANS] = {
    "a task runs", "a callback runs", "the loop sleeps", "a thread works", "has a mutex", "has the GIL",
  };

  return titles[kind];
}

static void
begin_span (Reader      *self,
            LabSpanKind  kind,
            guint        lane,
            guint        moment)
{
  GArray *open = g_ptr_array_index (self->open, lane);
  LabSpan span = { kind, lane, open->len, moment, moment, TRUE };
  guint place = self->timeline->spans->len;

  g_array_append_val (self->timeline->spans, span);
  g_array_append_val (open, place);
}

/* Ends the last one of its kind. What began before the recording did has no span. */
static void
end_span (Reader      *self,
          LabSpanKind  kind,
          guint        lane,
          guint        moment)
{
  GArray *open = g_ptr_array_index (self->open, lane);

  for (guint i = open->len; i > 0; i--)
    {
      LabSpan *span = &g_array_index (self->timeline->spans, LabSpan, g_array_index (open, guint, i - 1));

      if (span->kind == kind)
        {
          span->to = moment;
          span->is_open = FALSE;
          g_array_remove_index (open, i - 1);
          return;
        }
    }
}

static void
note_span (Reader      *self,
           const LabEvent *event,
           guint        lane,
           guint        moment)
{
  for (LabSpanKind kind = 0; kind < LAB_N_SPANS; kind++)
    {
      if (span_kinds[kind].begins == event->kind)
        begin_span (self, kind, lane, moment);
      if (span_kinds[kind].ends == event->kind)
        end_span (self, kind, lane, moment);
    }
}

/* --- Arrows ------------------------------------------------------------------------------------------ */

static gboolean
begins_edge (AsyncioRecordKind kind)
{
  return kind == ASYNCIO_RECORD_HANDLE_SCHEDULED || kind == ASYNCIO_RECORD_HANDLE_TIMER ||
         kind == ASYNCIO_RECORD_HANDLE_POSTED || kind == ASYNCIO_RECORD_WORK_SUBMITTED ||
         kind == ASYNCIO_RECORD_MUTEX_UNLOCKED || kind == ASYNCIO_RECORD_GIL_DROPPED;
}

/* A step ends the edge that its callback has ended already, and is the better place for the arrow's head. */
static void
note_arrow (Reader      *self,
            const LabEvent *event,
            guint        moment)
{
  gpointer edge = GUINT_TO_POINTER (event->edge);
  guint from, known;

  if (event->edge == 0)
    return;

  if (begins_edge (event->kind))
    {
      g_hash_table_insert (self->beginnings, edge, GUINT_TO_POINTER (moment + 1));
      g_hash_table_remove (self->arrow_of, edge);
      return;
    }

  from = GPOINTER_TO_UINT (g_hash_table_lookup (self->beginnings, edge));
  known = GPOINTER_TO_UINT (g_hash_table_lookup (self->arrow_of, edge));
  if (known != 0)
    {
      g_array_index (self->timeline->arrows, LabArrow, known - 1).to = moment;
    }
  else if (from != 0)
    {
      LabArrow arrow = { from - 1, moment };

      g_array_append_val (self->timeline->arrows, arrow);
      g_hash_table_insert (self->arrow_of, edge, GUINT_TO_POINTER (self->timeline->arrows->len));
    }
}

/* --- Events ------------------------------------------------------------------------------------------- */

static void
moment_free (gpointer data)
{
  LabMoment *self = data;

  g_free (self->text);
  g_free (self->name);
  g_free (self);
}

/* Whether it is the callback of a task's step that begins or ends, which the step says better. */
static gboolean
is_callback_of_step (Reader      *self,
                     const LabEvent *event)
{
  GArray *running = g_hash_table_lookup (self->callbacks, GUINT_TO_POINTER (event->thread));
  gboolean is_step = event->target != 0;

  if (event->kind == ASYNCIO_RECORD_HANDLE_BEGINS)
    {
      if (running == NULL)
        {
          running = g_array_new (FALSE, FALSE, sizeof (gboolean));
          g_hash_table_insert (self->callbacks, GUINT_TO_POINTER (event->thread), running);
        }
      g_array_append_val (running, is_step);
      return is_step;
    }

  /* What began before the recording did is nothing to look at either. */
  if (event->kind != ASYNCIO_RECORD_HANDLE_ENDS)
    return FALSE;
  if (running == NULL || running->len == 0)
    return TRUE;

  is_step = g_array_index (running, gboolean, running->len - 1);
  g_array_set_size (running, running->len - 1);

  return is_step;
}

/* The step that ends a task says so, and a callback that returns is the end of its bar; who spawns a task wakes it. */
static gboolean
is_said_already (Reader      *self,
                 const LabEvent *event,
                 guint        lane)
{
  GPtrArray *moments = self->timeline->moments;
  LabMoment *last = moments->len > 0 ? g_ptr_array_index (moments, moments->len - 1) : NULL;

  if (event->kind == ASYNCIO_RECORD_TASK_EXITED || event->kind == ASYNCIO_RECORD_HANDLE_ENDS ||
      event->kind == ASYNCIO_RECORD_WAIT_ENDS)
    return TRUE;

  return event->kind == ASYNCIO_RECORD_HANDLE_SCHEDULED && last != NULL && last->lane == lane &&
         last->kind == ASYNCIO_RECORD_TASK_SPAWNED;
}

static void
add_event (Reader      *self,
           const LabEvent *event)
{
  LabMoment *moment = g_new0 (LabMoment, 1);
  guint place = self->timeline->moments->len;
  gboolean is_step;

  /* A program may begin in real time, and go on in virtual time, which begins at 0. */
  if (place == 0 || event->time_ns < self->first_ns)
    self->first_ns = event->time_ns;

  moment->kind = event->kind;
  moment->time_ns = event->time_ns - self->first_ns;
  moment->lane = lane_of (self, event);
  moment->edge = event->edge;
  moment->name = g_strdup (event->name);
  moment->row = -1;

  is_step = is_callback_of_step (self, event);
  if (!is_step && !is_said_already (self, event, moment->lane))
    moment->text = lab_event_describe (event);
  if (!is_step)
    note_span (self, event, moment->lane, place);
  note_arrow (self, event, place);

  g_ptr_array_add (self->timeline->moments, moment);
}

/* --- The whole --------------------------------------------------------------------------------------------- */

/* Chooses what a picture shows: all that has a text, but no more than can be looked at. */
static void
choose_rows (LabTimeline *self)
{
  for (guint i = 0; i < self->moments->len; i++)
    {
      LabMoment *moment = g_ptr_array_index (self->moments, i);

      if (moment->text == NULL)
        {
          moment->row = self->n_left_out == 0 ? (int) self->rows->len - 1 : -1;
          continue;
        }

      if (self->n_left_out > 0 || self->rows->len >= LAB_TIMELINE_MAX_ROWS || moment->lane >= LAB_TIMELINE_MAX_LANES)
        {
          self->n_left_out++;
          continue;
        }

      self->n_lanes = MAX (self->n_lanes, moment->lane + 1);
      moment->row = (int) self->rows->len;
      g_ptr_array_add (self->rows, moment);
    }
}

/* In virtual time most events have the time of the one before. */
static gboolean
find_out_whether_durations_are_hidden (LabTimeline *self)
{
  guint n_same = 0;

  for (guint i = 1; i < self->moments->len; i++)
    n_same += ((LabMoment *) g_ptr_array_index (self->moments, i))->time_ns ==
              ((LabMoment *) g_ptr_array_index (self->moments, i - 1))->time_ns;

  return n_same * 2 >= self->moments->len - 1;
}

static gboolean
read_line (Reader      *self,
           JsonObject  *object)
{
  g_auto (LabEvent) event = { 0 };

  if (json_object_has_member (object, "asyncio_trace"))
    {
      if (self->timeline->title == NULL)
        self->timeline->title = lab_get_clean_text (object, "program");
      return TRUE;
    }

  if (json_object_has_member (object, "end"))
    {
      self->timeline->is_whole = TRUE;
      return TRUE;
    }

  if (!lab_event_parse (object, &event))
    return FALSE;

  add_event (self, &event);

  return TRUE;
}

/* The last line may be cut: the program crashed, or wrote too much. */
static gboolean
read_lines (Reader      *self,
            const char  *recording,
            GError     **error)
{
  g_auto (GStrv) lines = g_strsplit (recording, "\n", -1);
  g_autoptr (JsonParser) parser = json_parser_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_last = lines[i + 1] == NULL;
      gboolean is_good = lines[i][0] == '\0' ||
                         (json_parser_load_from_data (parser, lines[i], -1, NULL) &&
                          JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)));

      if (is_good && lines[i][0] != '\0')
        is_good = read_line (self, json_node_get_object (json_parser_get_root (parser)));

      if (!is_good && !is_last)
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_INPUT, "line %u is not one of a recording", i + 1);
          return FALSE;
        }
    }

  return TRUE;
}

/* Who made something happen. */
static void
find_wakers (LabTimeline *self)
{
  for (guint i = 0; i < self->arrows->len; i++)
    {
      LabArrow *arrow = &g_array_index (self->arrows, LabArrow, i);
      LabMoment *from = g_ptr_array_index (self->moments, arrow->from);
      LabMoment *to = g_ptr_array_index (self->moments, arrow->to);

      /* Who sets a timer does not make it due. */
      if (from->lane != to->lane && from->kind != ASYNCIO_RECORD_HANDLE_TIMER)
        to->waker = g_ptr_array_index (self->lanes, from->lane);
    }
}

static void
end_open_spans (LabTimeline *self)
{
  for (guint i = 0; i < self->spans->len; i++)
    {
      LabSpan *span = &g_array_index (self->spans, LabSpan, i);

      if (span->is_open)
        span->to = self->moments->len - 1;
    }
}

LabTimeline *
lab_timeline_new (const char  *recording,
                  const char  *title,
                  GError     **error)
{
  g_autoptr (LabTimeline) self = g_new0 (LabTimeline, 1);
  Reader reader = { .timeline = self };
  gboolean is_read;

  self->title = g_strdup (title);
  self->lanes = g_ptr_array_new_with_free_func (lane_free);
  self->moments = g_ptr_array_new_with_free_func (moment_free);
  self->spans = g_array_new (FALSE, FALSE, sizeof (LabSpan));
  self->arrows = g_array_new (FALSE, FALSE, sizeof (LabArrow));
  self->rows = g_ptr_array_new ();

  reader.beginnings = g_hash_table_new (NULL, NULL);
  reader.arrow_of = g_hash_table_new (NULL, NULL);
  reader.callbacks = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  reader.open = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);

  is_read = read_lines (&reader, recording, error);

  g_hash_table_unref (reader.beginnings);
  g_hash_table_unref (reader.arrow_of);
  g_hash_table_unref (reader.callbacks);
  g_ptr_array_unref (reader.open);
  if (!is_read)
    return NULL;

  if (self->moments->len == 0)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_INPUT, "nothing was recorded");
      return NULL;
    }

  if (self->title == NULL)
    self->title = g_strdup ("timeline");
  name_threads (self);
  end_open_spans (self);
  find_wakers (self);
  self->hides_durations = find_out_whether_durations_are_hidden (self);
  choose_rows (self);

  return g_steal_pointer (&self);
}

void
lab_timeline_free (LabTimeline *self)
{
  g_free (self->title);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->lanes);
  g_ptr_array_unref (self->moments);
  g_array_unref (self->spans);
  g_array_unref (self->arrows);
  g_free (self);
}

char *
lab_timeline_explain_gaps (LabTimeline *self)
{
  if (self->n_left_out > 0)
    return g_strdup_printf ("This is the first part: %u more events are too many to draw. A .json has all of them.", self->n_left_out);
  if (!self->is_whole)
    return g_strdup ("The program did not come to its end: this is what it did until then.");

  return NULL;
}

char *
lab_timeline_format_time (gint64 time_ns)
{
  static const struct
  {
    gint64 ns;
    const char *name;
  } units[] = { { 1000000000, "s" }, { 1000000, "ms" }, { 1000, "µs" }, { 1, "ns" } };
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  guint i = 0;

  while (time_ns != 0 && i + 1 < G_N_ELEMENTS (units) && time_ns < units[i].ns)
    i++;
  g_ascii_formatd (number, sizeof number, "%.3f", (double) time_ns / (double) units[i].ns);

  /* Zeros behind the point say nothing. */
  for (gsize n = strlen (number); n > 0 && (number[n - 1] == '0' || number[n - 1] == '.'); n--)
    {
      gboolean was_point = number[n - 1] == '.';

      number[n - 1] = '\0';
      if (was_point)
        break;
    }

  return g_strdup_printf ("%s %s", number, units[i].name);
}
