/* SPDX-License-Identifier: MIT */

/*
 * What the explored tests of the core have in common.
 *
 * Before the first schedule everything that is done once in the life of a process must have been done: global variables are put back before each
 * schedule, but GLib does not forget. The only such thing of the core is the error domain.
 */

#include "core.h"

#include <string.h>
#include <time.h>

/* --- Warnings ------------------------------------------------------------------------------- */

/* Global, so that each schedule begins without any. Only one thread runs at a time, and these are none of the program's. */
static const char *const *expected; /* (nullable) */
static guint n_expected;
static char unexpected[256];

void
core_expect_warnings (const char *const *patterns)
{
  expected = patterns;
}

__attribute__ ((no_sanitize ("thread"))) guint
core_count_warnings (void)
{
  return n_expected;
}

__attribute__ ((no_sanitize ("thread"))) static gboolean
is_expected (const char *message)
{
  for (guint i = 0; expected != NULL && expected[i] != NULL; i++)
    if (g_pattern_match_simple (expected[i], message))
      return TRUE;

  return FALSE;
}

/* GLib's logging cannot be left from its middle, so the schedule fails at its end. */
__attribute__ ((no_sanitize ("thread"))) static void
note_warning (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        user_data G_GNUC_UNUSED)
{
  if (!explorer_is_exploring ())
    g_log_default_handler (domain, level, message, NULL);
  else if (is_expected (message))
    n_expected++;
  else
    g_strlcpy (unexpected, message, sizeof unexpected);
}

static gboolean
is_fatal (const char     *domain G_GNUC_UNUSED,
          GLogLevelFlags  level G_GNUC_UNUSED,
          const char     *message G_GNUC_UNUSED,
          gpointer        user_data G_GNUC_UNUSED)
{
  return !explorer_is_exploring ();
}

__attribute__ ((no_sanitize ("thread"))) static void
fail_if_warned (void)
{
  if (unexpected[0] != '\0')
    explorer_fail ("logged: %s", unexpected);
}

/* --- Exploring -------------------------------------------------------------------------------- */

static void
run_program (gpointer data)
{
  const CoreProgram *program = data;

  program->body (NULL);
  fail_if_warned ();
}

/* The bound that the environment sets for all programs, for a run that is to be short. */
static guint
max_preemptions_for_all (void)
{
  const char *text = g_getenv ("CORE_MAX_PREEMPTIONS");

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : EXPLORER_UNBOUNDED;
}

static ExplorerReport *
explore (const CoreProgram *program)
{
  ExplorerOptions options = {
    .max_preemptions = MIN (program->max_preemptions, max_preemptions_for_all ()),
    .max_spurious = program->max_spurious,
    .replay = g_getenv ("EXPLORER_REPLAY"),
  };

  /* GLib takes this back before each test. */
  g_test_log_set_fatal_handler (is_fatal, NULL);

  return explorer_explore (run_program, (gpointer) program, &options);
}

static void
test_program (gconstpointer data)
{
  const CoreProgram *program = data;
  clock_t begin = clock ();
  g_autoptr (ExplorerReport) report = explore (program);

  g_test_message ("bound %u, %" G_GUINT64_FORMAT " schedules%s, %.2f s", report->preemptions, report->n_schedules,
                  report->exhausted ? ", which are all there are" : "", (double) (clock () - begin) / CLOCKS_PER_SEC);
  if (report->verdict != EXPLORER_CORRECT)
    g_test_message ("%s: %s\n%s\n%s", explorer_verdict_to_string (report->verdict), report->message, report->table, report->token);

  g_assert_cmpstr (explorer_verdict_to_string (report->verdict), ==, "correct");
  if (g_getenv ("EXPLORER_REPLAY") != NULL)
    return;

  g_assert_true (report->complete);
  if (max_preemptions_for_all () == EXPLORER_UNBOUNDED)
    g_assert_cmpint (report->exhausted, ==, program->exhausted);
}

static int
print_report (const CoreProgram *programs,
              guint              n,
              const char        *path)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (programs[i].path, path) == 0)
      {
        g_autoptr (ExplorerReport) report = explore (&programs[i]);

        g_print ("%s\n%" G_GUINT64_FORMAT " schedules\n%s\n%s\n%s", explorer_verdict_to_string (report->verdict), report->n_schedules,
                 report->token != NULL ? report->token : "", report->message != NULL ? report->message : "",
                 report->table != NULL ? report->table : "");
        return 0;
      }

  g_printerr ("there is no program %s\n", path);
  return 2;
}

int
core_main (int                argc,
           char             **argv,
           const CoreProgram *programs,
           guint              n)
{
  (void) ASYNCIO_ERROR;

  if (argc == 3 && strcmp (argv[1], "--report") == 0)
    {
      g_log_set_default_handler (note_warning, NULL);
      return print_report (programs, n, argv[2]);
    }

  g_test_init (&argc, &argv, NULL);
  g_log_set_default_handler (note_warning, NULL);
  for (guint i = 0; i < n; i++)
    g_test_add_data_func (programs[i].path, &programs[i], test_program);

  return g_test_run ();
}

/* --- For programs -------------------------------------------------------------------------------- */

void
core_end_loop (AsyncioLoop *loop)
{
  g_assert_true (asyncio_loop_close (loop, NULL));
  asyncio_loop_unref (loop);
}

void
core_token_free (gpointer token)
{
  g_atomic_int_inc (&((CoreToken *) token)->n_freed);
}

guint
core_token_n_freed (CoreToken *token)
{
  return (guint) g_atomic_int_get (&token->n_freed);
}

void
core_gate_open (CoreGate *self)
{
  g_mutex_lock (&self->lock);
  self->is_open = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
core_gate_pass (CoreGate *self)
{
  g_mutex_lock (&self->lock);
  while (!self->is_open)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}
