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
#include <signal.h>
#include <unistd.h>

#define BLOCK_SIZE (64 * 1024)

/* How long a child that was asked to end may take for it, in seconds. */
#define TIME_TO_END 5

struct _LabCapture
{
  AsyncioStreamReader *reader;
  AsyncioStreamReader *own_reader; /* (nullable) the same, if it is ours to free */
  int writing_end;                 /* or -1 */
  GByteArray *bytes;
};

/* What the readers of one process share. */
typedef struct
{
  AsyncioProcess *process;
  gsize limit;
  gboolean overflow;
} Shared;

typedef struct
{
  LabCapture *capture;
  Shared *shared;
} Reading;

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

static void
close_writing_end (LabCapture *self)
{
  if (self->writing_end >= 0)
    close (self->writing_end);
  self->writing_end = -1;
}

void
lab_capture_free (LabCapture *self)
{
  close_writing_end (self);
  g_clear_pointer (&self->own_reader, asyncio_stream_reader_free);
  g_byte_array_unref (self->bytes);
  g_free (self);
}

int
lab_capture_get_writing_end (LabCapture *self)
{
  return self->writing_end;
}

char *
lab_capture_get_text (LabCapture *self)
{
  return self->bytes->len > 0 ? g_utf8_make_valid ((const char *) self->bytes->data, self->bytes->len) : g_strdup ("");
}

/* --- Capturing ------------------------------------------------------------------------- */

/* Asks the child to end; lab-sandbox then takes all of it down. */
static void
stop (AsyncioProcess *process)
{
  asyncio_process_send_signal (process, SIGTERM);
}

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
          if (!self->shared->overflow)
            stop (self->shared->process);
          self->shared->overflow = TRUE;
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
end_process (AsyncioProcess *process)
{
  g_autoptr (GError) error = NULL;

  if (asyncio_process_get_returncode (process, NULL))
    return;

  stop (process);
  asyncio_wait_for (asyncio_coroutine_new (wait_for_end, asyncio_process_ref (process),
                                           (GDestroyNotify) asyncio_process_unref),
                    TIME_TO_END, &error);

  while (!asyncio_process_get_returncode (process, NULL))
    {
      asyncio_process_kill (process);
      asyncio_process_wait (process, NULL, NULL);
    }
}

static gboolean
gather_readers (GPtrArray  *tasks,
                GError    **error)
{
  g_autoptr (AsyncioFuture) all = asyncio_gatherv ((const gpointer *) tasks->pdata, tasks->len, FALSE, error);

  return all != NULL && asyncio_await (all, error) != NULL;
}

gboolean
lab_capture_all (AsyncioProcess     *process,
                 LabCapture *const  *captures,
                 gsize               n_captures,
                 gsize               limit,
                 gboolean           *overflow,
                 GError            **error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  g_autofree Reading *readings = g_new0 (Reading, n_captures);
  Shared shared = { process, limit, FALSE };
  gboolean done;

  for (gsize i = 0; i < n_captures; i++)
    {
      readings[i] = (Reading) { captures[i], &shared };
      close_writing_end (captures[i]);
      g_ptr_array_add (tasks, asyncio_create_task (asyncio_coroutine_new (read_all, &readings[i], NULL), error));
    }

  done = gather_readers (tasks, error) && asyncio_process_wait (process, NULL, error);

  /* The readers use what is on this stack, so they must have ended before it goes. */
  if (!done)
    {
      end_process (process);
      for (guint i = 0; i < tasks->len; i++)
        while (!asyncio_task_done (g_ptr_array_index (tasks, i)))
          {
            asyncio_task_cancel (g_ptr_array_index (tasks, i));
            (void) asyncio_await (g_ptr_array_index (tasks, i), NULL);
          }
    }

  *overflow = shared.overflow;

  return done;
}
