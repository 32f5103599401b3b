/* SPDX-License-Identifier: MIT */

/* The twin of core-p18-context-run.py: a context is entered once at a time, and what is set inside stays inside. */

#include "kit.h"

#include <string.h>

static AsyncioContextVar *var;
static AsyncioContextVar *other;
static AsyncioContextVars *one;
static AsyncioContextVars *two;

/* A call of a function in a context, and what that one is to enter in turn. */
typedef struct _Enter Enter;

struct _Enter
{
  const char *name;
  AsyncioContextVars *context;
  AsyncioContextVarsFunc func;
  gconstpointer argument;
};

/* An error's words, without the object in them. */
static char *
words (const GError *error)
{
  const char *begin = strchr (error->message, '<');
  const char *end = strrchr (error->message, '>');

  if (begin == NULL)
    return asyncio_error_to_string (error);

  return g_strdup_printf ("%s: %.*s<%s", asyncio_error_get_name (error), (int) (begin - error->message),
                          error->message, end);
}

static gpointer
enter (gpointer   user_data,
       GError   **error)
{
  const Enter *self = user_data;
  g_autoptr (GError) e = NULL;
  gpointer value = asyncio_context_run (self->context, self->func, (gpointer) self->argument, &e);

  (void) error;

  if (e == NULL)
    {
      trace ("%s gave %s", self->name, kit_text (value));
    }
  else
    {
      g_autofree char *text = words (e);

      trace ("%s raised %s", self->name, text);
    }

  return NULL;
}

static const char *
get_var (void)
{
  return asyncio_context_var_get (var, NULL);
}

static const char *
var_in (AsyncioContextVars *context)
{
  return asyncio_context_get (context, var);
}

static gpointer
put (gpointer   value,
     GError   **error)
{
  const char *previous = get_var ();

  (void) error;

  asyncio_context_var_set (var, value, NULL, NULL);

  return (gpointer) previous;
}

static gpointer
fails (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  asyncio_context_var_set (var, (gpointer) "set before the error", NULL, NULL);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "inside");

  return NULL;
}

static gpointer
enter_copy (gpointer   context,
            GError   **error)
{
  g_autoptr (AsyncioContextVars) copy = context != NULL ? asyncio_context_copy (context) : asyncio_copy_context ();

  return enter (&(Enter) { "inner", copy, put, context != NULL ? "in the copy" : "there" }, error);
}

static gpointer
job (gpointer   user_data,
     GError   **error)
{
  (void) error;

  trace ("%s sees %s", (char *) user_data, get_var ());
  asyncio_context_var_set (var, user_data, NULL, NULL);

  return NULL;
}

static void
callback (gpointer   user_data,
          GError   **error)
{
  (void) user_data;
  (void) error;

  trace ("callback sees %s", get_var ());
}

static gpointer
makes_task (gpointer   user_data,
            GError   **error)
{
  AsyncioTask **task = user_data;

  (void) error;

  asyncio_context_var_set (var, (gpointer) "where the task was made", NULL, NULL);
  *task = kit_spawn (asyncio_coroutine_new (job, (gpointer) "task", NULL));
  asyncio_loop_call_soon (kit_loop_now (), callback, NULL, NULL, NULL);
  asyncio_context_var_set (var, (gpointer) "later", NULL, NULL);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioTask) task = NULL;

  (void) user_data;

  asyncio_context_var_set (var, (gpointer) "main", NULL, NULL);
  one = asyncio_copy_context ();
  two = asyncio_context_new ();
  enter (&(Enter) { "one", one, put, "in one" }, NULL);
  enter (&(Enter) { "one", one, put, "in one again" }, NULL);
  enter (&(Enter) { "two", two, put, "in two" }, NULL);
  trace ("main sees %s", get_var ());
  trace ("one has %s two has %s %s %s %u", var_in (one), var_in (two),
         asyncio_context_contains (one, other) ? "True" : "False", kit_text (asyncio_context_get (one, other)),
         asyncio_context_get_length (one));
  enter (&(Enter) { "error", one, fails, NULL }, NULL);
  trace ("one has %s", var_in (one));

  enter (&(Enter) { "itself", one, enter, &(Enter) { "inner", one, put, "never" } }, NULL);
  enter (&(Enter) { "around", one, enter, &(Enter) { "middle", two, enter, &(Enter) { "inner", one, put, "never" } } },
         NULL);
  enter (&(Enter) { "copy", one, enter_copy, one }, NULL);
  enter (&(Enter) { "copy of the current", one, enter_copy, NULL }, NULL);
  trace ("one has %s two has %s", var_in (one), var_in (two));
  enter (&(Enter) { "afterwards", one, put, "still works" }, NULL);

  enter (&(Enter) { "makes a task", two, makes_task, &task }, NULL);
  asyncio_await (task, error);
  if (!kit_pause (1, error))
    return NULL;
  trace ("two has %s main sees %s", var_in (two), get_var ());

  return NULL;
}

static void
on_error (AsyncioLoop                    *loop,
          const AsyncioExceptionContext  *context,
          gpointer                        user_data,
          GError                        **error)
{
  g_autofree char *text = words (context->exception);

  (void) loop;
  (void) user_data;
  (void) error;

  trace ("handler: %s | %s", "Exception in callback", text);
}

static gpointer
runs_loop (gpointer   context,
           GError   **error)
{
  g_autoptr (AsyncioLoop) loop = kit_new_loop ();

  asyncio_loop_set_exception_handler (loop, on_error, NULL, NULL);
  asyncio_loop_call_soon_with_context (loop, kit_trace, (gpointer) "callback in a context that is entered", NULL,
                                       context, NULL);
  asyncio_loop_call_soon (loop, kit_trace, (gpointer) "callback in its own", NULL, NULL);
  asyncio_loop_call_soon (loop, kit_stop, loop, NULL, NULL);
  asyncio_loop_run_forever (loop, error);
  asyncio_loop_close (loop, NULL);

  return (gpointer) "the end";
}

int
main (void)
{
  g_autoptr (AsyncioContextVars) outer = NULL;

  kit_init ();
  var = asyncio_context_var_new_with_default ("var", (gpointer) "default", NULL);
  other = asyncio_context_var_new_with_default ("other", (gpointer) "other's default", NULL);
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  outer = asyncio_context_new ();
  enter (&(Enter) { "loop inside", outer, runs_loop, outer }, NULL);
  asyncio_set_event_loop (NULL);
  asyncio_context_unref (two);
  asyncio_context_unref (one);
  asyncio_context_var_unref (other);
  asyncio_context_var_unref (var);

  return 0;
}
