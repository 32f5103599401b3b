/* SPDX-License-Identifier: MIT */

/*
 * The lines of a recording, and what they say in words.
 *
 * A recording may come from a program that is not trusted. So no text is longer than a line of a picture, and what cannot be
 * printed, which may be a command to a terminal, is a space.
 */

#include "timeline-private.h"

#define MAX_TEXT 160

/* --- Lines ----------------------------------------------------------------------------------- */

char *
lab_get_clean_text (JsonObject *object,
                    const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *text = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  GString *clean;
  glong n = 0;

  if (text == NULL)
    return NULL;

  clean = g_string_new (NULL);
  for (const char *c = text; *c != '\0' && n < MAX_TEXT; c = g_utf8_next_char (c), n++)
    {
      gunichar character = g_utf8_get_char (c);

      g_string_append_unichar (clean, g_unichar_isprint (character) ? character : ' ');
    }
  if (n == MAX_TEXT)
    g_string_append (clean, "…");

  return g_string_free (clean, FALSE);
}

static gint64
get_number (JsonObject *object,
            const char *name,
            gint64      max)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 number = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;

  return CLAMP (number, 0, max);
}

void
lab_event_clear (LabEvent *self)
{
  g_free (self->task_name);
  g_free (self->target_name);
  g_free (self->name);
  g_free (self->detail);
}

static gboolean
find_kind (const char        *name,
           AsyncioRecordKind *kind)
{
  for (*kind = 0; *kind < ASYNCIO_N_RECORD_KINDS; (*kind)++)
    if (g_strcmp0 (asyncio_record_kind_get_name (*kind), name) == 0)
      return TRUE;

  return FALSE;
}

gboolean
lab_event_parse (JsonObject *object,
                 LabEvent   *event)
{
  g_autofree char *kind = lab_get_clean_text (object, "kind");

  if (!find_kind (kind, &event->kind))
    return FALSE;

  event->time_ns = get_number (object, "t", G_MAXINT64);
  event->thread = (guint) get_number (object, "thread", G_MAXINT);
  event->task = (guint) get_number (object, "task", G_MAXINT);
  event->target = (guint) get_number (object, "target", G_MAXINT);
  event->edge = (guint) get_number (object, "edge", G_MAXUINT);
  event->task_name = lab_get_clean_text (object, "task_name");
  event->target_name = lab_get_clean_text (object, "target_name");
  event->name = lab_get_clean_text (object, "name");
  event->detail = lab_get_clean_text (object, "detail");

  return TRUE;
}

/* --- Words ------------------------------------------------------------------------------------- */

char *
lab_call_of (const char *name)
{
  const char *text = name != NULL ? name : "callback";

  return g_str_has_suffix (text, ")") ? g_strdup (text) : g_strdup_printf ("%s()", text);
}

static char *
describe_timer (const LabEvent *event)
{
  g_autofree char *name = lab_call_of (event->name);
  gdouble when_ns = event->detail != NULL ? g_ascii_strtod (event->detail, NULL) * 1e9 : 0;
  gdouble left_ns = when_ns - (gdouble) event->time_ns;
  g_autofree char *left = NULL;

  /* What is not a number is not greater than 0 either. */
  left_ns = left_ns > 0 ? MIN (left_ns, 9e18) : 0;
  left = lab_timeline_format_time ((gint64) left_ns);

  return g_strdup_printf ("in %s: %s", left, name);
}

/* "words", or "words what" if there is something to say. */
static char *
say (const char *words,
     const char *what)
{
  return what != NULL && what[0] != '\0' ? g_strdup_printf ("%s %s", words, what) : g_strdup (words);
}

char *
lab_event_describe (const LabEvent *event)
{
  g_autofree char *name = lab_call_of (event->name);

  switch (event->kind)
    {
    case ASYNCIO_RECORD_MARK:
      return g_strdup (event->name != NULL ? event->name : "");
    case ASYNCIO_RECORD_TASK_SPAWNED:
      return say ("spawns", event->target_name);
    case ASYNCIO_RECORD_TASK_CANCELLED:
      return say ("cancels", event->target_name);
    case ASYNCIO_RECORD_STEP_BEGINS:
      return g_strdup ("runs");
    case ASYNCIO_RECORD_STEP_ENDS:
    case ASYNCIO_RECORD_TASK_EXITED:
    case ASYNCIO_RECORD_WORK_ENDS:
      return g_strdup (event->detail != NULL ? event->detail : "ends");
    case ASYNCIO_RECORD_HANDLE_SCHEDULED:
      return event->target_name != NULL ? say ("wakes", event->target_name) : say ("schedules", name);
    case ASYNCIO_RECORD_HANDLE_TIMER:
      return describe_timer (event);
    case ASYNCIO_RECORD_HANDLE_POSTED:
      return say ("posts", name);
    case ASYNCIO_RECORD_HANDLE_BEGINS:
      return g_steal_pointer (&name);
    case ASYNCIO_RECORD_HANDLE_ENDS:
      return g_strdup ("returns");
    case ASYNCIO_RECORD_WAIT_BEGINS:
      return g_strdup ("sleeps");
    case ASYNCIO_RECORD_WAIT_ENDS:
      return g_strdup ("is awake");
    case ASYNCIO_RECORD_LOOP_WOKEN:
      return g_strdup ("wakes the loop");
    case ASYNCIO_RECORD_THREAD_BEGINS:
      return g_strdup ("starts");
    case ASYNCIO_RECORD_THREAD_ENDS:
      return g_strdup ("ends");
    case ASYNCIO_RECORD_WORK_SUBMITTED:
      return g_strdup ("submits work");
    case ASYNCIO_RECORD_WORK_BEGINS:
      return g_strdup ("works");
    case ASYNCIO_RECORD_MUTEX_WAITS:
      return say ("waits for", event->name);
    case ASYNCIO_RECORD_MUTEX_LOCKED:
      return say ("locks", event->name);
    case ASYNCIO_RECORD_MUTEX_UNLOCKED:
      return say ("unlocks", event->name);
    case ASYNCIO_RECORD_GIL_WAITS:
      return g_strdup ("waits for the GIL");
    case ASYNCIO_RECORD_GIL_TAKEN:
      return g_strdup ("takes the GIL");
    case ASYNCIO_RECORD_GIL_DROPPED:
    default:
      return event->detail != NULL ? g_strdup_printf ("drops the GIL: %s", event->detail) : g_strdup ("drops the GIL");
    }
}
