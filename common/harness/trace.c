/* SPDX-License-Identifier: MIT */

/*
 * Traces.
 */

#include "trace.h"

#include "futures-private.h"

#include <string.h>
#include <unistd.h>

static struct
{
  int fd;
  const char *prefix;
  gboolean is_recorded; /* lines are marks of a recording */
  GPtrArray *kept; /* (nullable) lines whose order does not matter */
  char key[64];    /* of the seals, or empty */
  pid_t pid;       /* who has the right to use it */
  guint n_lines;
  gboolean is_over; /* mutex: the last line of a test was written, and the first of the next was not */
  GMutex mutex;    /* lines are written in the order of their numbers, also by threads */
} output = { .fd = STDOUT_FILENO, .prefix = "" };

void
trace_open (int         fd,
            const char *prefix)
{
  output.fd = fd;
  output.prefix = prefix;
}

void
trace_record (int fd)
{
  output.is_recorded = TRUE;
  asyncio_recording_start_on_fd (fd);
}

void
trace_seal (const char *key)
{
  g_strlcpy (output.key, key, sizeof output.key);
  output.pid = getpid ();
}

/* The seal of the next line, or nothing. The judge makes the same (seal.c). A child has a copy of the key, but it is not who was asked. */
static char *
make_seal (const char *line)
{
  g_autofree char *numbered = g_strdup_printf ("%u %s", output.n_lines++, line);
  g_autofree char *digest = NULL;

  if (output.key[0] == '\0' || getpid () != output.pid)
    return g_strdup ("");

  digest = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) output.key, strlen (output.key), numbered, -1);

  return g_strdup_printf ("%.16s ", digest);
}

/* The lock is held. */
static void
put_line (const char *line)
{
  g_autofree char *seal = make_seal (line);
  g_autofree char *text = g_strdup_printf ("%s%s%s\n", output.prefix, seal, line);
  const char *rest;
  gssize n = 1;

  for (rest = text; *rest != '\0' && n > 0; rest += MAX (n, 0))
    n = write (output.fd, rest, strlen (rest));
}

typedef enum
{
  LINE_FIRST,      /* of a test */
  LINE_WITHIN,     /* a test: it is not written when that is over */
  LINE_LAST,       /* of a test */
  LINE_OF_PROGRAM, /* whether a test is over or not */
} Line;

static void
write_line (Line        kind,
            const char *line)
{
  if (output.is_recorded)
    {
      asyncio_record_mark (line);
      return;
    }

  g_mutex_lock (&output.mutex);
  if (!output.is_over || kind == LINE_FIRST || kind == LINE_OF_PROGRAM)
    put_line (line);
  if (kind == LINE_FIRST || kind == LINE_LAST)
    output.is_over = kind == LINE_LAST;
  g_mutex_unlock (&output.mutex);
}

void
trace_begin (const char *path)
{
  g_autofree char *line = g_strdup_printf ("begin %s", path);

  write_line (LINE_FIRST, line);
}

void
trace_end (const char *path)
{
  g_autofree char *line = g_strdup_printf ("end %s", path);

  trace_unordered_end ();
  write_line (LINE_LAST, line);
}

void
trace (const char *format,
       ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_strdelimit (line, "\n\r", ' ');

  if (output.kept != NULL)
    g_ptr_array_add (output.kept, g_steal_pointer (&line));
  else
    write_line (LINE_WITHIN, line);
}

void
trace_close (void)
{
  if (output.key[0] != '\0')
    write_line (LINE_OF_PROGRAM, "exit");
}

void
trace_unordered_begin (void)
{
  g_return_if_fail (output.kept == NULL);

  output.kept = g_ptr_array_new_with_free_func (g_free);
}

static int
compare_lines (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

void
trace_unordered_end (void)
{
  g_autoptr (GPtrArray) lines = g_steal_pointer (&output.kept);

  if (lines == NULL)
    return;

  g_ptr_array_sort (lines, compare_lines);
  for (guint i = 0; i < lines->len; i++)
    write_line (LINE_WITHIN, g_ptr_array_index (lines, i));
}

static void
on_time_over (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  (void) error;

  trace_unordered_end ();
}

void
trace_unordered_for (double seconds)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);

  g_return_if_fail (loop != NULL);

  trace_unordered_begin ();
  asyncio_loop_call_later (loop, seconds, on_time_over, NULL, NULL, NULL);
}

/* An interned string is never freed and never a leak, which suits arguments of trace(). */
static const char *
keep (char *text)
{
  const char *interned = g_intern_string (text);

  g_free (text);

  return interned;
}

/* A group is shown with what is in it: Type(message)[sub; sub]. */
static void
append_error (GString      *text,
              const GError *error)
{
  g_autofree char *plain = NULL;
  GPtrArray *exceptions;

  if (!asyncio_error_is_group (error))
    {
      plain = asyncio_error_to_string (error);
      g_string_append (text, plain);
      return;
    }

  exceptions = asyncio_exception_group_get_exceptions (error);
  g_string_append_printf (text, "%s(%s)[", asyncio_error_get_name (error), asyncio_exception_group_get_message (error));
  for (guint i = 0; i < exceptions->len; i++)
    {
      g_string_append (text, i > 0 ? "; " : "");
      append_error (text, g_ptr_array_index (exceptions, i));
    }
  g_string_append_c (text, ']');
}

const char *
trace_error (const GError *error)
{
  GString *text;

  if (error == NULL)
    return "-";

  text = g_string_new (NULL);
  append_error (text, error);

  return keep (g_string_free (text, FALSE));
}

const char *
trace_state (gpointer future)
{
  const GError *error;
  const char *value;

  g_return_val_if_fail (asyncio_isfuture (future), NULL);

  if (!asyncio_future_done (future))
    return "pending";
  if (asyncio_future_cancelled (future))
    return "cancelled";

  error = asyncio_future_peek_exception (future);
  if (error != NULL)
    return keep (g_strdup_printf ("error %s", trace_error (error)));

  value = asyncio_future_result (future, NULL);
  return keep (g_strdup_printf ("result %s", value != NULL ? value : "None"));
}

const char *
trace_bool (gboolean value)
{
  return value ? "True" : "False";
}

/* A message without what follows its words: reprs, names of callbacks, places. */
static const char *
cut (const char *message)
{
  static const char *const ends[] = { "\n", " <", " (made at" };
  char *text;

  if (g_str_has_prefix (message, "Exception in callback"))
    return "Exception in callback";

  text = g_strdup (message);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      char *end = strstr (text, ends[i]);

      if (end != NULL)
        *end = '\0';
    }

  return keep (text);
}

static void
on_exception (AsyncioLoop                    *loop,
              const AsyncioExceptionContext  *context,
              gpointer                        user_data,
              GError                        **error)
{
  (void) loop;
  (void) user_data;
  (void) error;

  trace ("handler: %s | %s", cut (context->message), trace_error (context->exception));
}

void
trace_exception_handler (AsyncioLoop *loop)
{
  asyncio_loop_set_exception_handler (loop, on_exception, NULL, NULL);
}

static void
on_log_message (const char     *domain,
                GLogLevelFlags  level,
                const char     *message,
                gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) user_data;

  trace ("log: %s", cut (message));
}

void
trace_log_messages (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK | G_LOG_FLAG_RECURSION, on_log_message, NULL);
}
