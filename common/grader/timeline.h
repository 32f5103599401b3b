/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Timelines: what a program did, out of a recording, and in the forms in which people look at it.
 */

#include <asyncio/recorder.h>

G_BEGIN_DECLS

/** How many rows a picture or table has at most. */
#define LAB_TIMELINE_MAX_ROWS 3000

/** How many lanes a picture or table has at most. */
#define LAB_TIMELINE_MAX_LANES 32

/** Who does something: a task, or a thread where no task runs. */
typedef struct
{
  guint task;     /**< the number of the task, or 0 */
  guint thread;   /**< else the number of the thread */
  char *name;     /**< "Task-1", "loop", "thread 2" */
  char *subtitle; /**< (nullable): the coroutine of a task */
  gboolean has_loop; /**< a thread that runs a loop */
} LabLane;

/** An event of a recording. */
typedef struct
{
  AsyncioRecordKind kind; /**< what happened */
  gint64 time_ns;         /**< when, from the first event on */
  guint lane;             /**< where: an index into LabTimeline::lanes */
  guint edge;             /**< the number of the edge that begins or ends here, or 0 */
  char *text;             /**< what happened, in words; NULL if another event says it all */
  char *name;             /**< (nullable): the callback, mutex or mark */
  LabLane *waker;         /**< (unowned) (nullable): who made it happen, if that is another lane */
  int row;                /**< the row of a picture or table in which it is, or -1 */
} LabMoment;

/** What a bar of a timeline stands for. */
typedef enum
{
  LAB_SPAN_STEP,     /**< a task runs */
  LAB_SPAN_CALLBACK, /**< a callback that is no task's step runs */
  LAB_SPAN_WAIT,     /**< a loop sleeps */
  LAB_SPAN_WORK,     /**< a thread of a pool is at work */
  LAB_SPAN_MUTEX,    /**< a thread has a mutex */
  LAB_SPAN_GIL,      /**< a thread has the GIL */
  LAB_N_SPANS,       /**< how many there are */
} LabSpanKind;

/** Something that takes time. */
typedef struct
{
  LabSpanKind kind; /**< what it is */
  guint lane;       /**< where */
  guint depth;      /**< how many others it is inside of */
  guint from;       /**< the event with which it begins */
  guint to;         /**< the event with which it ends, or the last one if it does not */
  gboolean is_open; /**< it does not end */
} LabSpan;

/** Who made something happen: from one event to a later one. */
typedef struct
{
  guint from; /**< an index into LabTimeline::moments */
  guint to;   /**< likewise */
} LabArrow;

/** What a program did. */
typedef struct
{
  char *title;        /**< the program, or the test */
  gboolean is_whole;  /**< the program came to its end, and all of it is there */
  gboolean hides_durations; /**< most of it took no time, as in virtual time: what shows is the order */
  GPtrArray *lanes;   /**< (element-type LabLane) */
  GPtrArray *moments; /**< (element-type LabMoment): all of them, in order */
  GArray *spans;      /**< (element-type LabSpan) */
  GArray *arrows;     /**< (element-type LabArrow) */
  GPtrArray *rows;    /**< (element-type LabMoment): those that a picture or table shows */
  guint n_lanes;      /**< how many lanes those need */
  guint n_left_out;   /**< how many would have come after them */
} LabTimeline;

/**
 * Reads a recording, which may come from a program that is not trusted: texts are shortened, and what cannot be printed is replaced.
 *
 * @param recording  the text, see asyncio_recording_start()
 * @param title  (nullable): the title, if it is not the name of the program
 * @param error  LAB_ERROR_INPUT: there is no event in it; or it is no recording, with the line
 * @return (transfer full) (nullable): the timeline
 */
LabTimeline *lab_timeline_new (const char  *recording,
                               const char  *title,
                               GError     **error);

/** Frees it. */
void lab_timeline_free (LabTimeline *self);

/** A time as people say it: "0 s", "1.5 s", "20 ms", "3.2 µs". @return (transfer full) */
char *lab_timeline_format_time (gint64 time_ns);

/** What a bar stands for, in words. Static. */
const char *lab_span_kind_get_title (LabSpanKind kind);

/** A sentence about what is missing in a picture or table. @return (transfer full) (nullable): NULL if nothing is */
char *lab_timeline_explain_gaps (LabTimeline *self);

/** As a table to read in a terminal, a column for each lane. @return (transfer full) */
char *lab_timeline_to_text (LabTimeline *self);

/** As Chrome's trace event format, which Perfetto opens. @return (transfer full) */
char *lab_timeline_to_json (LabTimeline *self);

/** As a picture that needs nothing else. @return (transfer full) */
char *lab_timeline_to_svg (LabTimeline *self);

/** As a page that needs nothing else: the picture, a legend and a table. @return (transfer full) */
char *lab_timeline_to_html (LabTimeline *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabTimeline, lab_timeline_free)

G_END_DECLS
