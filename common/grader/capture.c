/* SPDX-License-Identifier: MIT */

/*
 * Taking down what a child process writes.
 *
 * Each pipe is read by a task of its own, so that none fills up while another is waited for.
 */

#include "capture.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE (64 * 1024)

/* How long a child that was asked to end may take for it, in seconds. It has to kill what it started and see it die. */
#define TIME_TO_END 15

/* How long pipes may stay open when the child that they belong to has ended. Nobody else should have them any more. */
#define TIME_TO_CLOSE 5

struct _LabCapture
{
  AsyncioStreamReader *reader;
  AsyncioStreamReader *own_reader; /* (nullable) the same, if it is ours to free */
  int writing_end;                 /* or -1 */
  GByteArray *bytes;
};

struct _LabLifeline
{
  int reading_end; /* or -1 */
  int writing_end; /* or -1 */
};

/* What the readers of one process share. */
typedef struct
{
  LabLifeline *lifeline;
  gsize limit;
  gboolean overflow;
} Shared;

typedef struct
{
  LabCapture *capture;
  Shared *shared;
} Reading;

static void
close_end (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* --- Life --------------------------------------------------------------------------- */

LabCapture *
lab_capture_new (AsyncioStreamReader *reader)
{
  LabCapture *self = g_new0 (LabCapture, 1);

  self->reader = reader;
  self->writing_end = -1;
  self->bytes = g_byte_array_new ();

  return self;
}

LabCapture *
lab_capture_new_pipe (GError **error)
{
  LabCapture *self;
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) != 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make a pipe: %s", g_strerror (errno));
      return NULL;
    }

  self = lab_capture_new (asyncio_stream_reader_new (asyncio_get_running_loop (NULL), fds[0]));
  self->own_reader = self->reader;
  self->writing_end = fds[1];

  return self;
}

void
lab_capture_free (LabCapture *self)
{
  close_end (&self->writing_end);
  g_clear_pointer (&self->own_reader, asyncio_stream_reader_free);
  g_byte_array_unref (self->bytes);
  g_free (self);
}

int
lab_capture_get_writing_end (LabCapture *self)
{
  return self->writing_end;
}

/* Whether a character does something instead of being seen. */
static gboolean
is_harmful (gunichar character)
{
  if (character == '\n' || character == '\t')
    return FALSE;

  /* Besides control characters those that turn the direction of writing: with them a text looks like another. */
  return g_unichar_iscntrl (character) || (character >= 0x202a && character <= 0x202e) ||
         (character >= 0x2066 && character <= 0x2069);
}

char *
lab_capture_get_text (LabCapture *self)
{
  g_autofree char *valid = self->bytes->len > 0
                             ? g_utf8_make_valid ((const char *) self->bytes->data, self->bytes->len)
                             : g_strdup ("");
  GString *text = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (text, is_harmful (character) ? 0xfffd : character);
    }

  return g_string_free (text, FALSE);
}

/* --- Lifelines ------------------------------------------------------------------------- */

LabLifeline *
lab_lifeline_new (GError **error)
{
  LabLifeline *self;
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) != 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make a pipe: %s", g_strerror (errno));
      return NULL;
    }

  self = g_new0 (LabLifeline, 1);
  self->reading_end = fds[0];
  self->writing_end = fds[1];

  return self;
}

int
lab_lifeline_get_reading_end (LabLifeline *self)
{
  return self->reading_end;
}

/* Asks the child to end. lab-sandbox then takes all of it down, and ends itself when all of it is dead. */
static void
lifeline_cut (LabLifeline *self)
{
  close_end (&self->writing_end);
}

void
lab_lifeline_free (LabLifeline *self)
{
  close_end (&self->reading_end);
  close_end (&self->writing_end);
  g_free (self);
}

/* --- Capturing ------------------------------------------------------------------------- */

static gpointer
read_all (gpointer   user_data,
          GError   **error)
{
  Reading *self = user_data;
  GByteArray *bytes = self->capture->bytes;

  while (TRUE)
    {
      g_autoptr (GBytes) block = asyncio_stream_reader_read (self->capture->reader, BLOCK_SIZE, error);
      gsize size;

      if (block == NULL || g_bytes_get_size (block) == 0)
        return NULL;

      size = g_bytes_get_size (block);
      if (bytes->len + size > self->shared->limit)
        {
          size = self->shared->limit - bytes->len;
          self->shared->overflow = TRUE;
          lifeline_cut (self->shared->lifeline);
        }
      g_byte_array_append (bytes, g_bytes_get_data (block, NULL), size);
    }
}

static gpointer
wait_for_end (gpointer   user_data,
              GError   **error)
{
  asyncio_process_wait (user_data, NULL, error);

  return NULL;
}

/* The child must not outlive us, whoever cancels us how often. */
static void
end_process (AsyncioProcess *process,
             LabLifeline    *lifeline)
{
  g_autoptr (GError) error = NULL;

  lifeline_cut (lifeline);
  if (asyncio_process_get_returncode (process, NULL))
    return;

  asyncio_wait_for (asyncio_coroutine_new (wait_for_end, asyncio_process_ref (process),
                                           (GDestroyNotify) asyncio_process_unref),
                    TIME_TO_END, &error);

  while (!asyncio_process_get_returncode (process, NULL))
    {
      asyncio_process_kill (process);
      asyncio_process_wait (process, NULL, NULL);
    }
}

/* Waits until all pipes are closed. Should somebody have survived that still has one, we do not wait for him. */
static gboolean
wait_for_readers (GPtrArray  *tasks,
                  GError    **error)
{
  g_autoptr (AsyncioFuture) all = asyncio_gatherv ((const gpointer *) tasks->pdata, tasks->len, FALSE, error);
  g_autoptr (GError) local_error = NULL;

  if (all == NULL)
    return FALSE;

  if (asyncio_wait_for (all, TIME_TO_CLOSE, &local_error) != NULL || local_error == NULL ||
      g_error_matches (local_error, ASYNCIO_ERROR, ASYNCIO_ERROR_TIMEOUT))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The readers use what is on the stack of who started them, so they must have ended before it goes. */
static void
end_readers (GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    while (!asyncio_task_done (g_ptr_array_index (tasks, i)))
      {
        asyncio_task_cancel (g_ptr_array_index (tasks, i));
        (void) asyncio_await (g_ptr_array_index (tasks, i), NULL);
      }
}

gboolean
lab_capture_all (AsyncioProcess     *process,
                 LabLifeline        *lifeline,
                 LabCapture *const  *captures,
                 gsize               n_captures,
                 gsize               limit,
                 gboolean           *overflow,
                 GError            **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autofree Reading *readings = g_new0 (Reading, n_captures);
  Shared shared = { lifeline, limit, FALSE };
  gboolean done;

  close_end (&lifeline->reading_end);
  for (gsize i = 0; i < n_captures; i++)
    {
      readings[i] = (Reading) { captures[i], &shared };
      close_end (&captures[i]->writing_end);
      g_ptr_array_add (tasks, asyncio_create_task (asyncio_coroutine_new (read_all, &readings[i], NULL), error));
    }

  done = asyncio_process_wait (process, NULL, error) && wait_for_readers (tasks, error);
  if (!done)
    end_process (process, lifeline);
  end_readers (tasks);

  *overflow = shared.overflow;

  return done;
}
