/* SPDX-License-Identifier: MIT */

/*
 * How values and errors are shown. values.py is the same in Python.
 */

#include "interpreter.h"

#include <string.h>

static GHashTable *texts; /* the values that are texts */

void
write_line (const char *line)
{
  g_string_append (program.output, line);
  g_string_append_c (program.output, '\n');
}

void
tell (const char *who,
      const char *format,
      ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list arguments;

  if (program.is_mute)
    return;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  line = g_strdup_printf ("%.0f %s %s", asyncio_loop_time (program.loop), who, text);
  write_line (line);
}

const char *
intern (char *text)
{
  const char *interned = g_intern_string (text);

  g_free (text);

  return interned;
}

/* Whether a text is a letter and a number. */
static gboolean
is_numbered (const char *text,
             const char *letters)
{
  return text[0] != '\0' && strchr (letters, text[0]) != NULL && text[1] != '\0' &&
         strspn (text + 1, "0123456789") == strlen (text + 1);
}

/* "ExceptionGroup[ValueError e1, LookupError]" */
static const char *
show_group (const GError *error)
{
  GPtrArray *exceptions = asyncio_exception_group_get_exceptions (error);
  GString *text = g_string_new (asyncio_error_get_name (error));

  for (guint i = 0; i < exceptions->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "[" : ", ", show_error (exceptions->pdata[i]));
  g_string_append_c (text, ']');

  return intern (g_string_free (text, FALSE));
}

const char *
show_error (const GError *error)
{
  const char *name = asyncio_error_get_name (error);

  if (asyncio_error_is_group (error))
    return show_group (error);

  return is_numbered (error->message, "em") ? intern (g_strdup_printf ("%s %s", name, error->message)) : name;
}

gpointer
value_new (const char *text)
{
  gpointer value = (gpointer) g_intern_string (text);

  if (texts == NULL)
    texts = g_hash_table_new (NULL, NULL);
  g_hash_table_add (texts, value);

  return value;
}

/* One of what gather() gives: where Python has a list of values and errors C has futures. */
static void
append_child (GString       *text,
              AsyncioFuture *child)
{
  const GError *exception = asyncio_future_peek_exception (child);

  /* In a list CPython makes a new CancelledError of one. */
  if (asyncio_future_cancelled (child) || asyncio_error_is_cancelled (exception))
    g_string_append (text, "CancelledError");
  else if (exception != NULL)
    g_string_append (text, show_error (exception));
  else
    g_string_append (text, show (child->value));
}

const char *
show (gpointer value)
{
  GPtrArray *children = value;
  GString *text;

  if (value == NULL)
    return "None";
  if (texts != NULL && g_hash_table_contains (texts, value))
    return value;

  text = g_string_new ("[");
  for (guint i = 0; i < children->len; i++)
    {
      g_string_append (text, i > 0 ? ", " : "");
      append_child (text, g_ptr_array_index (children, i));
    }
  g_string_append_c (text, ']');

  return intern (g_string_free (text, FALSE));
}

const char *
show_state (AsyncioFuture *future)
{
  if (!asyncio_future_done (future))
    return "pending";
  if (asyncio_future_cancelled (future))
    return "cancelled";
  if (asyncio_future_peek_exception (future) != NULL)
    return intern (g_strdup_printf ("raised %s", show_error (asyncio_future_peek_exception (future))));

  return intern (g_strdup_printf ("returned %s", show (future->value)));
}

const char *
name_of (AsyncioTask *task)
{
  return shown_name (task->coro);
}

const char *
shown_name (AsyncioCoroutine *coroutine)
{
  const char *name = coroutine != NULL ? asyncio_coroutine_get_name (coroutine) : "";

  return name[0] == 'c' && strchr (name, '.') != NULL ? name : "-";
}

void
tell_softly (Frame      *frame,
             const char *what,
             const char *value,
             GError     *raised)
{
  if (raised == NULL)
    tell (frame->name, "%s %s", what, value);
  else
    tell (frame->name, "%s raises %s", what, show_error (raised));

  g_clear_error (&raised);
}

/* --- Errors --------------------------------------------------------------------------- */

static const struct
{
  const char *name;
  AsyncioError code;
} error_names[] = {
  { "ValueError", ASYNCIO_ERROR_VALUE },
  { "LookupError", ASYNCIO_ERROR_LOOKUP },
  { "RuntimeError", ASYNCIO_ERROR_RUNTIME },
  { "CancelledError", ASYNCIO_ERROR_CANCELLED },
  { "TimeoutError", ASYNCIO_ERROR_TIMEOUT },
  { "ExceptionGroup", ASYNCIO_ERROR_EXCEPTION_GROUP },
};

static AsyncioError
error_code (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (error_names); i++)
    if (g_str_equal (error_names[i].name, kind))
      return error_names[i].code;

  g_error ("no such class of errors: %s", kind);
}

GError *
error_new (const char *kind,
           const char *message)
{
  return g_error_new_literal (ASYNCIO_ERROR, error_code (kind), message != NULL ? message : "");
}

gboolean
error_matches (const GError *error,
               const char   *kind)
{
  if (g_str_equal (kind, "BaseException"))
    return TRUE;
  if (g_str_equal (kind, "Exception"))
    return !asyncio_error_is_base (error);

  return g_error_matches (error, ASYNCIO_ERROR, error_code (kind));
}
