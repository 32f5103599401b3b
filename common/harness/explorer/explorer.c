/* SPDX-License-Identifier: MIT */

/*
 * An exploration as a whole: options, the search, and the report.
 */

#include "explorer-private.h"

#include "sanitizers-private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef ASYNCIO_ASAN
#include <sanitizer/lsan_interface.h>
#endif

#define DEFAULT_MAX_PREEMPTIONS 2
#define DEFAULT_MAX_SCHEDULES 10000000
#define DEFAULT_MAX_STEPS 20000
#define DEFAULT_RANDOM_DEPTH 3

const char *
explorer_verdict_to_string (ExplorerVerdict verdict)
{
  static const char *const names[] = {
    [EXPLORER_CORRECT] = "correct",
    [EXPLORER_ASSERTION] = "assertion failed",
    [EXPLORER_DEADLOCK] = "deadlock",
    [EXPLORER_LOST_WAKE_UP] = "lost wake-up",
    [EXPLORER_LIVELOCK] = "livelock",
    [EXPLORER_RACE] = "data race",
    [EXPLORER_USE_AFTER_FREE] = "use after free",
    [EXPLORER_MISUSE] = "misuse",
    [EXPLORER_THREAD_LEFT] = "a thread left behind",
    [EXPLORER_LIMIT] = "beyond the explorer's limits",
    [EXPLORER_NOT_REPEATABLE] = "not repeatable",
  };

  return names[verdict];
}

void
explorer_outcome (const char *format,
                  ...)
{
  Explorer *self = explorer;
  char *text;
  va_list args;

  if (self == NULL)
    return;

  self->busy++;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  if (g_hash_table_contains (self->report->outcomes, text))
    g_free (text);
  else
    g_hash_table_insert (self->report->outcomes, text, explorer_token_new (self->taken));
  self->busy--;
}

void
explorer_fail (const char *format,
               ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  if (explorer_self () == NULL)
    g_error ("%s", message);

  explorer_fail_with (EXPLORER_ASSERTION, "%s", message);
}

/* --- The life of an explorer ------------------------------------------------------------------ */

/*
 * GLib's own allocator hands memory that was freed straight to the next one who asks, without a word to malloc(). It reads the
 * environment before main(), so the process must begin again.
 */
void
explorer_insist_on_malloc (void)
{
  g_autofree char *command_line = NULL;
  g_autoptr (GPtrArray) argv = NULL;
  gsize length = 0;

  if (g_getenv ("G_SLICE") != NULL)
    return;
  if (!g_file_get_contents ("/proc/self/cmdline", &command_line, &length, NULL))
    g_error ("the explorer needs G_SLICE=always-malloc in the environment");

  argv = g_ptr_array_new ();
  for (gsize i = 0; i < length; i += strlen (command_line + i) + 1)
    g_ptr_array_add (argv, command_line + i);
  g_ptr_array_add (argv, NULL);

  g_setenv ("G_SLICE", "always-malloc", TRUE);
  execv ("/proc/self/exe", (char **) argv->pdata);
  g_error ("the explorer needs G_SLICE=always-malloc in the environment");
}

static void
set_options (Explorer              *self,
             const ExplorerOptions *options)
{
  if (options != NULL)
    self->options = *options;

  if (self->options.max_preemptions == 0)
    self->options.max_preemptions = DEFAULT_MAX_PREEMPTIONS;
  if (self->options.max_schedules == 0)
    self->options.max_schedules = DEFAULT_MAX_SCHEDULES;
  if (self->options.max_steps == 0)
    self->options.max_steps = DEFAULT_MAX_STEPS;
  if (self->options.random_depth == 0)
    self->options.random_depth = DEFAULT_RANDOM_DEPTH;
}

/* The stacks come from slabs that are there before the first schedule, so that no schedule differs from the others by having made them. */
static void
warm_stacks (Explorer *self)
{
  AsyncioStack *stacks[MAX_THREADS];

  for (guint i = 0; i < MAX_THREADS; i++)
    stacks[i] = asyncio_stack_pool_take (&self->stacks, NULL);
  for (guint i = 0; i < MAX_THREADS; i++)
    if (stacks[i] != NULL)
      asyncio_stack_pool_give_back (&self->stacks, stacks[i]);
}

static Explorer *
explorer_new (ExplorerBody           body,
              gpointer               user_data,
              const ExplorerOptions *options)
{
  Explorer *self = g_new0 (Explorer, 1);

  set_options (self, options);
  self->body = body;
  self->user_data = user_data;
  self->report = g_new0 (ExplorerReport, 1);
  self->report->outcomes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->taken = g_array_new (FALSE, FALSE, sizeof (guint));
  self->objects = explorer_objects_new ();
  self->shadow = explorer_shadow_new ();
  self->descriptors = explorer_descriptors_new ();
  warm_stacks (self);

  return self;
}

static ExplorerReport *
explorer_free (Explorer *self)
{
  ExplorerReport *report = self->report;

  explorer_shadow_free (self->shadow);
  explorer_objects_free (self->objects);
  asyncio_stack_pool_clear (&self->stacks);
  g_clear_pointer (&self->replay, g_array_unref);
  g_clear_pointer (&self->steps, g_array_unref);
  g_array_unref (self->taken);
  g_array_unref (self->descriptors);
  g_free (self->message);
  g_free (self);

  return report;
}

/* Runs the schedule that is to be replayed once more, and looks at every step. */
static void
run_for_report (Explorer *self)
{
  ExplorerReport *report = self->report;

  self->steps = g_array_new (FALSE, FALSE, sizeof (ExplorerStep));
  (void) explorer_run_once (self);

  /* It is no part of the search. */
  if (self->options.replay == NULL)
    {
      report->n_schedules--;
      report->n_steps -= self->n_steps;
    }

  if (self->failed && (self->steps->len == 0 || g_array_index (self->steps, ExplorerStep, self->steps->len - 1).mark != '!'))
    {
      ExplorerStep last = {
        .thread = self->failed_in,
        .verb = explorer_verdict_to_string (self->verdict),
        .place = self->failed_at,
        .mark = '!',
      };

      g_array_append_val (self->steps, last);
    }

  /* What the search has found must be found again. */
  if (self->options.replay == NULL && (self->verdict != report->verdict || report->verdict == EXPLORER_NOT_REPEATABLE))
    {
      report->message = g_strdup_printf ("the program does not do the same each time: a schedule is \"%s\", and then \"%s\"",
                                         explorer_verdict_to_string (report->verdict), explorer_verdict_to_string (self->verdict));
      report->verdict = EXPLORER_NOT_REPEATABLE;
      return;
    }

  if (!self->failed && self->n_replayed < self->replay->len)
    {
      report->message = g_strdup_printf ("there is no such schedule: it has only %u choices", self->n_replayed);
      report->verdict = EXPLORER_NOT_REPEATABLE;
      return;
    }

  report->verdict = self->verdict;
  report->preemptions = self->n_preemptions;
  report->message = self->message != NULL ? explorer_look_up_places (self->message) : NULL;
  report->token = explorer_token_new (self->taken);
  report->table = explorer_steps_to_table (self);
}

ExplorerReport *
explorer_explore (ExplorerBody           body,
                  gpointer               user_data,
                  const ExplorerOptions *options)
{
  Explorer *self;

  g_return_val_if_fail (body != NULL, NULL);
  g_return_val_if_fail (explorer == NULL, NULL);

  explorer_insist_on_malloc ();
  self = explorer_new (body, user_data, options);
  explorer_recording_begin (self);
  explorer = self;
  explorer_crash_begin (self);
  self->globals = explorer_globals_save ();
#ifdef ASYNCIO_ASAN
  /* A schedule that fails leaves behind what its threads have. */
  __lsan_disable ();
#endif

  if (self->options.replay != NULL)
    self->replay = explorer_token_parse (self->options.replay);

  if (self->options.replay == NULL && self->options.random_schedules > 0)
    explorer_random_run (self);
  else if (self->options.replay == NULL)
    explorer_search_run (self);

  if (self->replay != NULL)
    {
      run_for_report (self);
    }
  else if (self->options.replay != NULL)
    {
      self->report->verdict = EXPLORER_NOT_REPEATABLE;
      self->report->message = g_strdup_printf ("\"%s\" is not the token of a schedule", self->options.replay);
    }

#ifdef ASYNCIO_ASAN
  __lsan_enable ();
#endif
  explorer_globals_restore (self->globals);
  explorer_globals_free (self->globals);
  explorer_crash_end (self);
  explorer = NULL;
  explorer_recording_end (self);

  return explorer_free (self);
}

void
explorer_report_free (ExplorerReport *report)
{
  g_free (report->message);
  g_free (report->token);
  g_free (report->table);
  g_hash_table_unref (report->outcomes);
  g_free (report);
}

/* --- For tests ------------------------------------------------------------------------------------ */

ExplorerReport *
explorer_explore_as_told (ExplorerBody           body,
                          gpointer               user_data,
                          const ExplorerOptions *options)
{
  ExplorerOptions told = explorer_told_options (options);

  return explorer_explore (body, user_data, &told);
}

char *
explorer_report_explain (const ExplorerReport *report)
{
  return g_strdup_printf ("%s: %s\n\n%s\nfound after %" G_GUINT64_FORMAT " schedules, with %u preemptions\n",
                          explorer_verdict_to_string (report->verdict), report->message, report->table != NULL ? report->table : "",
                          report->n_schedules, report->preemptions);
}

static void
print_failure (const ExplorerReport *report)
{
  g_autofree char *explanation = explorer_report_explain (report);
  g_autofree char *command = report->token != NULL ? explorer_command_for_replay (report->token) : NULL;

  g_printerr ("\n%s", explanation);
  if (command != NULL)
    g_printerr ("to run it again: %s\n", command);
}

void
explorer_assert_correct (ExplorerBody           body,
                         gpointer               user_data,
                         const ExplorerOptions *options)
{
  ExplorerOptions told = explorer_told_options (options);
  g_autoptr (ExplorerReport) report = explorer_explore (body, user_data, &told);

  if (report->verdict != EXPLORER_CORRECT)
    print_failure (report);
  g_assert_cmpint (report->verdict, ==, EXPLORER_CORRECT);

  if (told.replay == NULL && told.random_schedules == 0)
    {
      g_assert_true (report->complete);
      g_test_message ("%" G_GUINT64_FORMAT " schedules, %s", report->n_schedules,
                      report->exhausted ? "which are all there are" : "all within the bound");
    }
}

ExplorerReport *
explorer_assert_finds (ExplorerBody           body,
                       gpointer               user_data,
                       const ExplorerOptions *options,
                       ExplorerVerdict        verdict)
{
  ExplorerOptions told = explorer_told_options (options);
  g_autoptr (ExplorerReport) report = explorer_explore (body, user_data, &told);

  if (report->verdict != verdict)
    print_failure (report);
  g_assert_cmpstr (explorer_verdict_to_string (report->verdict), ==, explorer_verdict_to_string (verdict));
  g_assert_true (report->table != NULL || verdict == EXPLORER_NOT_REPEATABLE);
  g_test_message ("%s after %" G_GUINT64_FORMAT " schedules: %s\n%s", explorer_verdict_to_string (verdict), report->n_schedules,
                  report->message, report->table != NULL ? report->table : "");

  return g_steal_pointer (&report);
}
