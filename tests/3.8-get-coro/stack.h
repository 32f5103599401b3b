/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Looking at stacks, for the tests of part C.
 */

#include "common.h"

#include <stdio.h>
#include <stdlib.h>

/* Writes the names of the frames: "label: amber", or "label: -" if there is none. */
static inline void
trace_stack (const char  *label,
             AsyncioTask *task,
             int          limit)
{
  g_autoptr (GPtrArray) frames = asyncio_task_get_stack (task, limit);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < frames->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name_of (g_ptr_array_index (frames, i)));
  trace ("%s: %s", label, frames->len > 0 ? text->str : "-");
}

/* Writes a line in pieces that two columns of a report have room for: "label|piece", and the others after a "+". */
static inline void
trace_pieces (const char *label,
              const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (GString) piece = g_string_new (NULL);
  char mark = '|';

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_string_append_printf (piece, "%s%s", i > 0 ? " " : "", words[i]);
      if (piece->len < 24 && words[i + 1] != NULL)
        continue;
      trace ("%s%c%s", label, mark, piece->str);
      g_string_truncate (piece, 0);
      mark = '+';
    }
  if (words[0] == NULL)
    trace ("%s|", label);
}

/* Writes what print_stack() prints, line by line. */
static inline void
trace_print (const char  *label,
             AsyncioTask *task,
             int          limit)
{
  char *text = NULL;
  gsize length = 0;
  FILE *file = open_memstream (&text, &length);
  g_auto (GStrv) lines = NULL;

  asyncio_task_print_stack (task, limit, file);
  fclose (file);

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    trace_pieces (label, lines[i]);
  free (text);
}

/* Gives a task a name of the seed, without the lab's help. */
static inline void
name_task (AsyncioTask *task)
{
  asyncio_task_give_name (task, seed_word ());
}

static inline gpointer
sleep_body (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  asyncio_sleep (seed_int (1, 9), error);

  return NULL;
}

/* Raises a copy of the error that it is given. */
static inline gpointer
fail_body (gpointer   user_data,
           GError   **error)
{
  if (asyncio_sleep (seed_int (0, 3), error))
    g_propagate_error (error, g_error_copy (user_data));

  return NULL;
}
