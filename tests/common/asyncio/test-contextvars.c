/* SPDX-License-Identifier: MIT */

/*
 * Tests of context variables: what a value costs and when it is freed, and what contexts do in several threads. What tasks and
 * callbacks see is in the scenarios core-p15 to core-p19.
 */

#include "common.h"

#include "events-private.h"
#include "tasks-private.h"

#define N_THREADS 4
#define N_VARS 40

static AsyncioContextVar *var;

static void
set (const char *name)
{
  asyncio_context_var_set (var, value_new (name), value_free, NULL);
}

static const char *
get (void)
{
  g_autoptr (GError) error = NULL;
  gconstpointer value = asyncio_context_var_get (var, &error);

  return outcome (value, error);
}

/* Whatever a test sets, it sets in a context of its own: that of the thread would live as long as the thread. */
static gpointer
call_test (gpointer   user_data,
           GError   **error)
{
  void (*func) (void) = *(void (**) (void)) user_data;

  (void) error;
  func ();

  return NULL;
}

static void
in_own_context (void (*func) (void))
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();

  var = asyncio_context_var_new ("var");
  asyncio_context_run (context, call_test, &func, NULL);
  asyncio_context_var_unref (g_steal_pointer (&var));
}

/* --- Values --------------------------------------------------------------------------- */

/* A value is freed when it is replaced, when it is reset, and when its context goes; a token keeps the one that was before. */
static void
values (void)
{
  g_autoptr (AsyncioContextToken) token = NULL;
  gpointer old = NULL;

  set ("first");
  set ("second");
  g_assert_cmpint (n_values, ==, 1);

  asyncio_context_var_set (var, value_new ("third"), value_free, &token);
  g_assert_cmpint (n_values, ==, 2);
  g_assert_true (asyncio_context_token_get_old_value (token, &old));
  g_assert_cmpstr (old, ==, "second");

  g_assert_true (asyncio_context_var_reset (var, token, NULL));
  g_assert_cmpint (n_values, ==, 1);
  g_assert_cmpstr (get (), ==, "second");
}

static void
test_values (void)
{
  in_own_context (values);
  g_assert_cmpint (n_values, ==, 0);
}

/* None is a value as well: the variable was set, and there is nothing to free. */
static void
none (void)
{
  g_autoptr (AsyncioContextVars) copy = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_context_var_set (var, NULL, value_free, NULL);
  g_assert_null (asyncio_context_var_get (var, &error));
  g_assert_no_error (error);
  g_assert_null (asyncio_context_var_get_or (var, (gpointer) "given"));
  copy = asyncio_copy_context ();
  g_assert_true (asyncio_context_contains (copy, var));
}

static void
test_none (void)
{
  in_own_context (none);
}

/* A default is freed with the variable, and a context that has a value keeps the variable. */
static void
test_default (void)
{
  AsyncioContextVar *with_default = asyncio_context_var_new_with_default ("d", value_new ("default"), value_free);
  AsyncioContextVars *context = asyncio_context_new ();
  AsyncioHandle *handle = asyncio_handle_new (note_text, NULL, NULL, "handle");

  g_assert_cmpstr (asyncio_context_var_get_name (with_default), ==, "d");
  g_assert_cmpstr (asyncio_context_var_get (with_default, NULL), ==, "default");
  g_assert_cmpstr (asyncio_context_var_get_or (with_default, (gpointer) "given"), ==, "given");
  g_assert_false (asyncio_context_contains (context, with_default));
  g_assert_null (asyncio_context_get (context, with_default));
  g_assert_cmpint (asyncio_context_get_length (context), ==, 0);

  asyncio_context_unref (context);
  asyncio_handle_unref (handle);
  asyncio_context_var_unref (with_default);
  g_assert_cmpint (n_values, ==, 0);
}

/* Without a value and a default it is LookupError, which names the variable. */
static void
unset (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_context_var_get (var, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_LOOKUP);
  g_assert_cmpstr (asyncio_error_get_name (error), ==, "LookupError");
  g_assert_true (g_str_has_prefix (error->message, "<ContextVar name='var' at 0x"));
}

static void
test_unset (void)
{
  in_own_context (unset);
}

/* Many variables, set in one order and reset in another: each has its own value all the time. */
static void
many (void)
{
  AsyncioContextVar *vars[N_VARS];
  AsyncioContextToken *tokens[N_VARS];

  for (guint i = 0; i < N_VARS; i++)
    vars[i] = asyncio_context_var_new ("one of many");
  for (guint i = 0; i < N_VARS; i++)
    {
      guint j = i * 7 % N_VARS;

      asyncio_context_var_set (vars[j], GUINT_TO_POINTER (j), NULL, &tokens[j]);
    }
  for (guint i = 0; i < N_VARS; i++)
    {
      guint j = i * 11 % N_VARS;

      g_assert_cmpuint (GPOINTER_TO_UINT (asyncio_context_var_get (vars[j], NULL)), ==, j);
      g_assert_true (asyncio_context_var_reset (vars[j], tokens[j], NULL));
      g_assert_cmpuint (GPOINTER_TO_UINT (asyncio_context_var_get_or (vars[j], GUINT_TO_POINTER (N_VARS))), ==, N_VARS);
    }
  for (guint i = 0; i < N_VARS; i++)
    {
      asyncio_context_token_free (tokens[i]);
      asyncio_context_var_unref (vars[i]);
    }
}

static void
test_many (void)
{
  in_own_context (many);
}

/* Freeing a value may do anything, even set the variable. The last one set counts. */
static void
set_once_more (gpointer value)
{
  note ("%s is freed, %s is there", (char *) value, get ());
  set ("the one that was set meanwhile");
}

static void
reentrant (void)
{
  asyncio_context_var_set (var, (gpointer) "the first", set_once_more, NULL);
  set ("the second");
  note ("%s", get ());
  assert_notes ("the first is freed, the second is there the one that was set meanwhile");
}

static void
test_reentrant (void)
{
  in_own_context (reentrant);
  g_assert_cmpint (n_values, ==, 0);
}

/* --- Messages ------------------------------------------------------------------------ */

/* The errors of reset() are CPython's, with the token in them. */
static void
messages (void)
{
  g_autoptr (AsyncioContextVar) another = asyncio_context_var_new_with_default ("another", NULL, NULL);
  g_autoptr (AsyncioContextToken) token = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_context_var_set (var, NULL, NULL, &token);
  g_assert_false (asyncio_context_var_reset (another, token, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
  g_assert_true (g_pattern_match_simple ("<Token var=<ContextVar name='var' at 0x*> at 0x*> "
                                         "was created by a different ContextVar", error->message));
  g_clear_error (&error);

  g_assert_true (asyncio_context_var_reset (var, token, NULL));
  g_assert_false (asyncio_context_var_reset (var, token, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME);
  g_assert_true (g_pattern_match_simple ("<Token used var=<ContextVar name='var' at 0x*> at 0x*> "
                                         "has already been used once", error->message));
}

static void
test_messages (void)
{
  in_own_context (messages);
}

/* --- The loop ------------------------------------------------------------------------- */

/* As long as nobody sets a variable, handles and tasks have no context at all. */
static void
test_free_of_charge (void)
{
  AsyncioHandle *handle = asyncio_loop_call_soon (loop, note_text, (gpointer) "called", NULL, NULL);
  g_autoptr (AsyncioTask) task = start (sleeper ("task", 1));

  g_assert_null (handle->context);
  run_and_note (task);
  g_assert_null (task->handle.context);
  assert_notes ("called task");
}

/* A task's context is the same in all its steps, and goes with the task. */
static gpointer
set_and_sleep (gpointer   name,
               GError   **error)
{
  set (name);
  asyncio_sleep (1, error);
  note ("%s", get ());

  return NULL;
}

static void
test_task (void)
{
  AsyncioTask *task;
  AsyncioContextVars *context;

  var = asyncio_context_var_new ("var");
  task = start (asyncio_coroutine_new (set_and_sleep, (gpointer) "task's", NULL));
  context = asyncio_task_get_context (task);
  run_to_the_end ();
  assert_notes ("task's");
  g_assert_true (asyncio_task_get_context (task) == context);
  g_assert_cmpstr (asyncio_context_get (context, var), ==, "task's");

  asyncio_unref (task);
  g_assert_cmpint (n_values, ==, 0);
  g_assert_cmpstr (get (), !=, "task's");
  asyncio_context_var_unref (g_steal_pointer (&var));
}

/* Two tasks may be made in one context: their steps take turns in it. */
static void
test_given_context (void)
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  var = asyncio_context_var_new ("var");
  a = asyncio_loop_create_task_with_context (loop, asyncio_coroutine_new (set_and_sleep, (gpointer) "a", NULL), context,
                                             NULL);
  b = asyncio_loop_create_task_with_context (loop, asyncio_coroutine_new (set_and_sleep, (gpointer) "b", NULL), context,
                                             NULL);
  g_assert_true (asyncio_task_get_context (a) == context && asyncio_task_get_context (b) == context);
  run_to_the_end ();
  assert_notes ("b b");

  g_clear_pointer (&context, asyncio_context_unref);
  g_clear_pointer (&a, asyncio_unref);
  g_assert_cmpint (n_values, ==, 1);
  g_clear_pointer (&b, asyncio_unref);
  g_assert_cmpint (n_values, ==, 0);
  asyncio_context_var_unref (g_steal_pointer (&var));
}

/* The function that asyncio_context_run() calls cannot await, also when a coroutine calls it: the coroutine can before and
 * after it. */
static gpointer
awaits (gpointer   unused,
        GError   **error)
{
  (void) unused;
  asyncio_sleep (1, error);

  return NULL;
}

static gpointer
runs (gpointer   unused,
      GError   **error)
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();
  g_autoptr (GError) local_error = NULL;

  (void) unused;
  asyncio_context_run (context, awaits, NULL, &local_error);
  note ("%s", asyncio_error_get_name (local_error));
  if (asyncio_sleep (1, error))
    note ("slept");

  return NULL;
}

static void
test_no_await_inside (void)
{
  run_and_note (asyncio_coroutine_new (runs, NULL, NULL));
  assert_notes ("RuntimeError slept None");
}

/* A loop that is closed frees the contexts of what it will never call. */
static void
test_closed (void)
{
  var = asyncio_context_var_new ("var");
  {
    g_autoptr (AsyncioContextVars) context = asyncio_context_new ();

    asyncio_loop_call_soon_with_context (loop, note_text, (gpointer) "never", NULL, context, NULL);
    asyncio_loop_call_later_with_context (loop, 1, note_text, (gpointer) "never", NULL, context, NULL);
  }
  close_loop ();
  asyncio_context_var_unref (g_steal_pointer (&var));
}

/* --- Threads ------------------------------------------------------------------------------ */

/* A copy goes to another thread: there the variable is what it was here, and what is set there stays there. */
static gpointer
read_and_set (gpointer   unused,
              GError   **error)
{
  (void) unused;
  (void) error;

  g_assert_cmpstr (get (), ==, "from here");
  set ("from there");

  return NULL;
}

static gpointer
run_in_thread (gpointer context)
{
  asyncio_context_run (context, read_and_set, NULL, NULL);

  return NULL;
}

static void
other_thread (void)
{
  g_autoptr (AsyncioContextVars) copy = NULL;

  set ("from here");
  copy = asyncio_copy_context ();
  g_thread_join (g_thread_new ("other", run_in_thread, copy));

  g_assert_cmpstr (get (), ==, "from here");
  g_assert_cmpstr (asyncio_context_get (copy, var), ==, "from there");
}

static void
test_other_thread (void)
{
  in_own_context (other_thread);
  g_assert_cmpint (n_values, ==, 0);
}

/* A context that is entered here cannot be entered in another thread. */
static gpointer
try_to_enter (gpointer context)
{
  g_autoptr (GError) error = NULL;

  asyncio_context_run (context, read_and_set, NULL, &error);

  return (gpointer) g_intern_string (error != NULL ? error->message : "entered");
}

static gpointer
let_another_try (gpointer   context,
                 GError   **error)
{
  const char *said = g_thread_join (g_thread_new ("other", try_to_enter, context));

  (void) error;
  g_assert_true (g_pattern_match_simple ("cannot enter context: <Context object at 0x*> is already entered", said));

  return NULL;
}

static void
test_entered_elsewhere (void)
{
  g_autoptr (AsyncioContextVars) context = asyncio_context_new ();

  asyncio_context_run (context, let_another_try, context, NULL);
}

/*
 * Threads enter one context again and again, copy it, and look into the copies. One at a time gets in, the others are
 * refused; how often is as it happens. Nothing is lost and each value is freed once.
 */
typedef struct
{
  AsyncioContextVars *context;
  gint n_inside;
  gint n_entered;
} Shared;

static gpointer
set_inside (gpointer   user_data,
            GError   **error)
{
  Shared *self = user_data;

  (void) error;
  g_assert_cmpint (g_atomic_int_add (&self->n_inside, 1), ==, 0);
  set ("inside");
  g_assert_cmpint (g_atomic_int_add (&self->n_inside, -1), ==, 1);
  g_atomic_int_inc (&self->n_entered);

  return NULL;
}

static gpointer
get_inside (gpointer   unused,
            GError   **error)
{
  (void) unused;
  (void) error;
  g_assert_cmpstr (asyncio_context_var_get_or (var, (gpointer) "inside"), ==, "inside");

  return NULL;
}

static gpointer
enter_often (gpointer data)
{
  Shared *self = data;

  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (AsyncioContextVars) copy = NULL;
      g_autoptr (GError) error = NULL;

      asyncio_context_run (self->context, set_inside, self, &error);
      if (error != NULL)
        g_assert_true (g_pattern_match_simple ("cannot enter context: <Context object at 0x*> is already entered",
                                               error->message));
      copy = asyncio_context_copy (self->context);
      asyncio_context_run (copy, get_inside, NULL, NULL);
      g_assert_cmpint (asyncio_context_get_length (copy), <=, 1);
    }

  return NULL;
}

static void
test_contended (void)
{
  Shared shared = { .context = asyncio_context_new () };
  GThread *threads[N_THREADS];

  var = asyncio_context_var_new ("var");
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("enters", enter_often, &shared);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpint (shared.n_entered, >=, 1);
  g_assert_cmpint (n_values, ==, 1);
  asyncio_context_unref (shared.context);
  g_assert_cmpint (n_values, ==, 0);
  asyncio_context_var_unref (g_steal_pointer (&var));
}

/* What another thread schedules runs in a copy of that thread's context; the context of the thread goes with the thread. */
static void
note_var (gpointer   unused,
          GError   **error)
{
  (void) unused;
  (void) error;
  note ("%s", get ());
}

static gpointer
schedule (gpointer unused)
{
  (void) unused;
  set ("the thread's");
  asyncio_loop_call_soon_threadsafe (loop, note_var, NULL, NULL, NULL);
  set ("later");

  return NULL;
}

static void
test_threadsafe (void)
{
  var = asyncio_context_var_new ("var");
  g_thread_join (g_thread_new ("schedules", schedule, NULL));
  g_assert_cmpint (n_values, ==, 1);
  run_turns (1);
  assert_notes ("the thread's");
  g_assert_cmpint (n_values, ==, 0);
  asyncio_context_var_unref (g_steal_pointer (&var));
}

static const TestCase cases[] = {
  { "/core/contextvars/values", test_values },
  { "/core/contextvars/none", test_none },
  { "/core/contextvars/default", test_default },
  { "/core/contextvars/unset", test_unset },
  { "/core/contextvars/many", test_many },
  { "/core/contextvars/reentrant", test_reentrant },
  { "/core/contextvars/messages", test_messages },
  { "/core/contextvars/free-of-charge", test_free_of_charge },
  { "/core/contextvars/task", test_task },
  { "/core/contextvars/given-context", test_given_context },
  { "/core/contextvars/no-await-inside", test_no_await_inside },
  { "/core/contextvars/closed", test_closed },
  { "/core/contextvars/other-thread", test_other_thread },
  { "/core/contextvars/entered-elsewhere", test_entered_elsewhere },
  { "/core/contextvars/contended", test_contended },
  { "/core/contextvars/threadsafe", test_threadsafe },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
