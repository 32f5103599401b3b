/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A line of a recording.
 */

#include "timeline.h"

#include <json-glib/json-glib.h>

/* An event as it was read, before it is clear where it belongs. */
typedef struct
{
  AsyncioRecordKind kind;
  gint64 time_ns;
  guint thread, task, target, edge;
  char *task_name, *target_name, *name, *detail; /* (nullable) */
} LabEvent;

void lab_event_clear (LabEvent *self);

/* FALSE if it is no event. */
gboolean lab_event_parse (JsonObject *object,
                          LabEvent   *event);

/* What happened, in words. (transfer full) */
char *lab_event_describe (const LabEvent *event);

/* "sleep" and "sleep()" as "sleep()": what a function is called in a text. (transfer full) */
char *lab_call_of (const char *name);

/* A text of an object of which nothing can come to harm a terminal or a page. (transfer full) (nullable) */
char *lab_get_clean_text (JsonObject *object,
                          const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LabEvent, lab_event_clear)
