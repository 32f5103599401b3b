/* SPDX-License-Identifier: MIT */

/*
 * What the tests of the core have in common.
 */

#include "common.h"

AsyncioLoop *loop;
gint n_values;

static gint n_loops; /* those that are not freed */
static GString *notes;
static gboolean loop_is_current;

/* --- Notes -------------------------------------------------------------------------- */

void
note (const char *format,
      ...)
{
  va_list arguments;

  if (notes->len > 0)
    g_string_append_c (notes, ' ');

  va_start (arguments, format);
  g_string_append_vprintf (notes, format, arguments);
  va_end (arguments);
}

void
assert_notes_at (const char *location,
                 const char *expected)
{
  if (!g_str_equal (notes->str, expected))
    {
      g_printerr ("expected: %s\nbut got:  %s\n", expected, notes->str);
      g_error ("%s: not what was expected to happen", location);
    }

  g_string_truncate (notes, 0);
}

/* An interned text is never freed and is no leak, which suits arguments of note(). */
static const char *
keep (char *text)
{
  const char *interned = g_intern_string (text);

  g_free (text);

  return interned;
}

const char *
outcome (gconstpointer value,
         const GError *error)
{
  if (error != NULL)
    return keep (asyncio_error_to_string (error));

  return value != NULL ? value : "None";
}

const char *
take_error (GError **error)
{
  const char *text = *error != NULL ? outcome (NULL, *error) : "-";

  g_clear_error (error);

  return text;
}

GError *
value_error (const char *message)
{
  return g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, message);
}

/* --- The loop ------------------------------------------------------------------------ */

/* A report without what follows its words: names of callbacks, places. */
static void
note_report (AsyncioLoop                    *reporting,
             const AsyncioExceptionContext  *context,
             gpointer                        user_data,
             GError                        **error)
{
  const char *message = context->message;

  (void) reporting;
  (void) user_data;
  (void) error;

  if (g_str_has_prefix (message, "Exception in callback"))
    message = "Exception in callback";

  if (context->exception != NULL)
    note ("[%s: %s]", message, outcome (NULL, context->exception));
  else
    note ("[%s]", message);
}

static void
on_loop_freed (gpointer data)
{
  (void) data;
  g_atomic_int_dec_and_test (&n_loops);
}

void
watch_loop (AsyncioLoop *made)
{
  g_atomic_int_inc (&n_loops);
  asyncio_loop_set_exception_handler (made, note_report, NULL, on_loop_freed);
}

AsyncioLoop *
new_real_loop (void)
{
  AsyncioLoop *made = asyncio_new_event_loop ();

  watch_loop (made);

  return made;
}

AsyncioLoop *
new_virtual_loop (void)
{
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();
  AsyncioLoop *made;

  asyncio_set_clock (clock);
  made = new_real_loop ();
  asyncio_set_clock (NULL);

  return made;
}

void
end_loop (AsyncioLoop *ended)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_close (ended, &error);
  g_assert_no_error (error);
  asyncio_loop_unref (ended);
}

void
use_real_time (void)
{
  end_loop (loop);
  loop = new_real_loop ();
}

void
close_loop (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_close (loop, &error);
  g_assert_no_error (error);
}

void
run_turns (guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      asyncio_loop_stop (loop);
      asyncio_loop_run_forever (loop, &error);
      g_assert_no_error (error);
    }
}

void
run_to_the_end (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_run_forever (loop, &error);
  assert_error (error, "RuntimeError: deadlock: nothing is left that could wake the loop");
}

void
run_and_note (gpointer awaitable)
{
  g_autoptr (GError) error = NULL;
  gpointer value = asyncio_loop_run_until_complete (loop, awaitable, &error);

  note ("%s", outcome (value, error));
}

/* --- Values --------------------------------------------------------------------------- */

gpointer
value_new (const char *name)
{
  g_atomic_int_inc (&n_values);

  return g_strdup (name);
}

void
value_free (gpointer value)
{
  g_assert_nonnull (value);

  /* A value that is freed twice makes the number of those that are left negative. */
  g_atomic_int_add (&n_values, -1);
  g_free (value);
}

/* --- Callbacks and coroutines ----------------------------------------------------------- */

void
note_text (gpointer   text,
           GError   **error)
{
  (void) error;
  note ("%s", (const char *) text);
}

void
note_done (AsyncioFuture  *future,
           gpointer        text,
           GError        **error)
{
  (void) error;
  g_assert_true (asyncio_future_done (future));
  note ("%s", (const char *) text);
}

void
stop_loop (gpointer   unused,
           GError   **error)
{
  (void) unused;
  (void) error;
  asyncio_loop_stop (loop);
}

typedef struct
{
  const char *name;
  gpointer awaitable;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *self = data;

  asyncio_unref (self->awaitable);
  g_free (self);
}

static gpointer
wait_body (gpointer   user_data,
           GError   **error)
{
  Wait *self = user_data;
  g_autoptr (GError) local_error = NULL;
  gpointer value = asyncio_await (self->awaitable, &local_error);

  note ("%s=%s", self->name, outcome (value, local_error));
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return value;
}

AsyncioCoroutine *
waits_for (const char *name,
           gpointer    awaitable)
{
  Wait *self = g_new (Wait, 1);

  *self = (Wait) { name, asyncio_ref_sink (awaitable) };

  return asyncio_coroutine_new_full (wait_body, self, wait_free, NULL, name, G_STRLOC);
}

typedef struct
{
  const char *name;
  double delay;
} Sleep;

static gpointer
sleep_body (gpointer   user_data,
            GError   **error)
{
  Sleep *self = user_data;

  return asyncio_sleep (self->delay, error) ? (gpointer) self->name : NULL;
}

AsyncioCoroutine *
sleeper (const char *name,
         double      delay)
{
  Sleep *self = g_new (Sleep, 1);

  *self = (Sleep) { name, delay };

  return asyncio_coroutine_new_full (sleep_body, self, g_free, NULL, name, G_STRLOC);
}

void
note_task (AsyncioTask *task)
{
  g_autoptr (GError) error = NULL;
  gpointer value;

  if (!asyncio_task_done (task))
    {
      note ("pending");
      return;
    }

  value = asyncio_task_result (task, &error);
  note ("%s:%s", asyncio_task_cancelled (task) ? "cancelled" : "finished", outcome (value, error));
}

AsyncioTask *
start (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;
  AsyncioTask *task = asyncio_loop_create_task (loop, coroutine, &error);

  g_assert_no_error (error);

  return task;
}

void
start_and_forget (AsyncioCoroutine *coroutine)
{
  asyncio_unref (start (coroutine));
}

/* --- Exploring -------------------------------------------------------------------- */

static void
cancel_all (GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    asyncio_task_cancel (tasks->pdata[i]);
  run_to_the_end ();
}

static void
explore_one (GPtrArray  *(*start_all) (void),
             const char *(*check) (GPtrArray *tasks),
             const guint   turns[2],
             const guint   victims[2])
{
  g_autoptr (GPtrArray) tasks = start_all ();
  const char *wrong;

  run_turns (turns[0]);
  asyncio_task_cancel (tasks->pdata[victims[0]]);
  run_turns (turns[1] - turns[0]);
  asyncio_task_cancel (tasks->pdata[victims[1]]);
  run_to_the_end ();

  wrong = check (tasks);
  if (wrong != NULL)
    g_error ("task %u cancelled after %u turns and task %u after %u turns: %s", victims[0], turns[0], victims[1], turns[1],
             wrong);

  cancel_all (tasks);
}

void
explore_cancellations (GPtrArray  *(*start_all) (void),
                       const char *(*check) (GPtrArray *tasks),
                       guint         n_turns)
{
  g_autoptr (GPtrArray) some = start_all ();
  guint n = some->len;
  const char *wrong;

  run_to_the_end ();
  wrong = check (some);
  if (wrong != NULL)
    g_error ("nobody cancelled: %s", wrong);
  cancel_all (some);

  for (guint first = 0; first <= n_turns; first++)
    for (guint second = first; second <= n_turns; second++)
      for (guint a = 0; a < n; a++)
        for (guint b = 0; b < n; b++)
          explore_one (start_all, check, (guint[]) { first, second }, (guint[]) { a, b });
}

/* --- Tests ------------------------------------------------------------------------ */

static void
run_case (gconstpointer data)
{
  const TestCase *self = data;

  notes = g_string_new (NULL);
  loop = new_virtual_loop ();
  if (loop_is_current)
    asyncio_set_event_loop (loop);

  self->func ();

  if (loop_is_current)
    asyncio_set_event_loop (NULL);
  end_loop (g_steal_pointer (&loop));
  assert_notes ("");
  g_assert_cmpint (n_values, ==, 0);
  g_assert_cmpint (n_loops, ==, 0);
  g_string_free (g_steal_pointer (&notes), TRUE);
}

int
run_tests (int             argc,
           char          **argv,
           const TestCase *cases,
           gsize           n_cases)
{
  g_unsetenv ("PYTHONASYNCIODEBUG");
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < n_cases; i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);

  return g_test_run ();
}

int
run_tests_in_current_loop (int             argc,
                           char          **argv,
                           const TestCase *cases,
                           gsize           n_cases)
{
  loop_is_current = TRUE;

  return run_tests (argc, argv, cases, n_cases);
}
