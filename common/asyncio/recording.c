/* SPDX-License-Identifier: MIT */

/*
 * Recordings: the events of the recorder as a file of JSON, one object a line.
 *
 *      {"asyncio_trace":1,"program":"demo"}
 *      {"n":1,"t":0,"kind":"task-spawned","thread":1,"name":...}
 *      ...
 *      {"end":true}
 *
 * A line is one write(), so that a program may crash at any moment and what it did until then is in the file; at worst the last line is
 * cut. Only a program that came to its end writes the last line, and so a recording that is not whole does not claim to be.
 *
 * A child of the program has the descriptor and the environment variable as well. After a fork() it is not who records, and after an
 * exec() it finds the file locked by its parent, and leaves it alone.
 */

#include "recorder-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static struct
{
  GMutex lock;
  int fd;           /* lock: or -1 */
  gboolean owns_fd; /* lock */
  pid_t pid;        /* lock: who records */
} recording = { .fd = -1 };

/* --- JSON ------------------------------------------------------------------------------- */

static void
append_text (GString    *json,
             const char *key,
             const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    return;

  valid = g_utf8_make_valid (text, -1);
  g_string_append_printf (json, ",\"%s\":\"", key);
  for (const char *c = valid; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_printf (json, "\\%c", *c);
      else if ((guchar) *c < 0x20 || *c == 0x7f)
        g_string_append_printf (json, "\\u%04x", (guchar) *c);
      else
        g_string_append_c (json, *c);
    }
  g_string_append_c (json, '"');
}

static void
append_number (GString    *json,
               const char *key,
               guint       number)
{
  if (number != 0)
    g_string_append_printf (json, ",\"%s\":%u", key, number);
}

static void
append_event (GString            *json,
              const AsyncioRecord *event)
{
  g_string_append_printf (json, "{\"n\":%" G_GUINT64_FORMAT ",\"t\":%" G_GINT64_FORMAT, event->number, event->time_ns);
  append_text (json, "kind", asyncio_record_kind_get_name (event->kind));
  append_number (json, "thread", event->thread);
  append_number (json, "task", event->task);
  append_text (json, "task_name", event->task_name);
  append_number (json, "edge", event->edge);
  append_text (json, "name", event->name);
  append_number (json, "target", event->target);
  append_text (json, "target_name", event->target_name);
  append_text (json, "detail", event->detail);
  g_string_append (json, "}\n");
}

/* --- The file ------------------------------------------------------------------------------ */

/* FALSE if the file cannot be written any more. */
static gboolean
write_all (int            fd,
           const GString *text)
{
  gsize written = 0;

  while (written < text->len)
    {
      gssize n = write (fd, text->str + written, text->len - written);

      if (n >= 0)
        written += (gsize) n;
      else if (errno != EINTR)
        return FALSE;
    }

  return TRUE;
}

/* The lock is held. What is missing in the file can be missing only at its end. */
static void
give_up (void)
{
  if (recording.owns_fd)
    close (recording.fd);
  recording.fd = -1;
}

static void
write_line (const GString *line)
{
  g_mutex_lock (&recording.lock);
  if (recording.fd >= 0 && recording.pid == getpid () && !write_all (recording.fd, line))
    give_up ();
  g_mutex_unlock (&recording.lock);
}

static void
on_event (const AsyncioRecord *event,
          gpointer            unused)
{
  g_autoptr (GString) line = g_string_sized_new (256);

  (void) unused;

  append_event (line, event);
  write_line (line);
}

/* fd: (transfer full) if it is ours to close */
static void
begin (int      fd,
       gboolean owns_fd)
{
  static gsize registered;
  g_autoptr (GString) line = g_string_new ("{\"asyncio_trace\":1");

  asyncio_recording_stop ();
  if (g_once_init_enter (&registered))
    {
      atexit (asyncio_recording_stop);
      g_once_init_leave (&registered, 1);
    }

  append_text (line, "program", program_invocation_short_name);
  g_string_append (line, "}\n");

  g_mutex_lock (&recording.lock);
  recording.fd = fd;
  recording.owns_fd = owns_fd;
  recording.pid = getpid ();
  g_mutex_unlock (&recording.lock);

  write_line (line);
  asyncio_set_recorder (on_event, NULL);
}

static gboolean
set_file_error (GError     **error,
                const char  *path,
                int          code)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "cannot record into %s: %s", path,
               code == EAGAIN ? "another process is writing it" : g_strerror (code));
  return FALSE;
}

gboolean
asyncio_recording_start (const char  *path,
                         GError     **error)
{
  int fd;

  g_return_val_if_fail (path != NULL, FALSE);

  fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0)
    return set_file_error (error, path, errno);

  /* Not before it is ours may it be emptied. A pipe or a terminal can be neither locked nor emptied, and need not be. */
  if ((flock (fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || (ftruncate (fd, 0) != 0 && errno != EINVAL))
    {
      int code = errno;

      close (fd);
      return set_file_error (error, path, code);
    }

  begin (fd, TRUE);

  return TRUE;
}

void
asyncio_recording_start_on_fd (int fd)
{
  begin (fd, FALSE);
}

void
asyncio_recording_stop (void)
{
  g_autoptr (GString) line = g_string_new ("{\"end\":true}\n");

  if (recording.fd < 0)
    return;

  asyncio_set_recorder (NULL, NULL);
  write_line (line);

  g_mutex_lock (&recording.lock);
  if (recording.fd >= 0)
    give_up ();
  g_mutex_unlock (&recording.lock);
}

void
asyncio_recording_start_from_environment (void)
{
  static gsize asked;
  const char *path;
  g_autoptr (GError) error = NULL;

  if (!g_once_init_enter (&asked))
    return;

  path = g_getenv ("ASYNCIO_TRACE");
  if (path != NULL && path[0] != '\0' && !asyncio_recording_start (path, &error) &&
      !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN))
    g_warning ("%s", error->message);

  g_once_init_leave (&asked, 1);
}
