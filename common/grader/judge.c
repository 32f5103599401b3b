/* SPDX-License-Identifier: MIT */

/*
 * Judging.
 *
 * A test program does not know what is right. It runs in the sandbox with a seed, and what comes back is how it ended, what it
 * printed, and its trace. A point is given only if all of it is as it must be: the program ran to its end by itself, GLib's test
 * framework said so exactly once, the trace is the reference's for this seed, and nothing was left behind.
 */

#include "judge.h"

#include "crash.h"
#include "error.h"
#include "trace-diff.h"

#include <string.h>

/* How much of a program's output is kept in a result. */
#define MAX_KEPT_OUTPUT 4000

/* How many lines of a trace that went wild are kept. */
#define MAX_KEPT_LINES 200

#define SANITIZER_EXIT_STATUS 99

/* --- Expectations ------------------------------------------------------------------------- */

LabExpectation *
lab_expectation_new (guint64 seed)
{
  LabExpectation *self = g_new0 (LabExpectation, 1);

  self->seed = seed;
  self->traces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);

  return self;
}

void
lab_expectation_free (LabExpectation *self)
{
  g_hash_table_unref (self->traces);
  g_free (self);
}

GHashTable *
lab_judge_read_files (LabInfo     *lab,
                      const char  *folder,
                      GError     **error)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);

  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, lab->files[i], NULL);
      g_autoptr (GError) local_error = NULL;
      char *content;
      gsize length;

      if (!g_file_get_contents (path, &content, &length, &local_error))
        {
          g_set_error_literal (error, LAB_ERROR, LAB_ERROR_DATA, local_error->message);
          return NULL;
        }

      g_hash_table_insert (files, g_strdup (lab->files[i]), g_bytes_new_take (content, length));
    }

  return g_steal_pointer (&files);
}

/* --- One run of a test ------------------------------------------------------------------------ */

/* Runs a test once. */
static gboolean
run_test (LabJudge      *self,
          LabBuild      *build,
          LabTest       *test,
          guint64        seed,
          LabRunResult  *result,
          GError       **error)
{
  g_autofree char *program = g_build_filename (build->folder, test->program, NULL);
  g_autofree char *input = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", seed);
  const char *const argv[] = { program, "--lab-seed=-", LAB_TRACE_FD_ARGUMENT, "-p", test->path, NULL };
  const char *const readable[] = { program, NULL };

  return lab_sandbox_run (self->sandbox,
                          &(LabRun) {
                            .argv = argv,
                            .readable = readable,
                            .input = input,
                            .has_trace = TRUE,
                          },
                          result, error);
}

/* What GLib's test framework must have said, and nobody else. */
typedef enum
{
  TAP_GOOD,      /* "ok 1 /path", once, and the plan, once */
  TAP_BAIL_OUT,  /* an assertion of the test failed */
  TAP_SILENT,    /* nothing: the test never came to its end */
  TAP_IMPOSTURE, /* more than one test could have said */
} Tap;

static Tap
read_tap (const char *out,
          const char *path)
{
  g_auto (GStrv) lines = lab_trace_split (out);
  g_autofree char *ok = g_strdup_printf ("ok 1 %s", path);
  guint n_ok = 0, n_plans = 0, n_others = 0;
  gboolean bail_out = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_equal (lines[i], ok))
        n_ok++;
      else if (g_str_equal (lines[i], "1..1"))
        n_plans++;
      else if (g_str_has_prefix (lines[i], "Bail out!"))
        bail_out = TRUE;
      else if (g_regex_match_simple ("^(not )?ok\\s+\\d|^\\d+\\.\\.\\d", lines[i], 0, 0))
        n_others++;
    }

  if (n_ok > 1 || n_plans > 1 || n_others > 0)
    return TAP_IMPOSTURE;
  if (bail_out)
    return TAP_BAIL_OUT;

  return n_ok == 1 && n_plans == 1 ? TAP_GOOD : TAP_SILENT;
}

/* The message of a failed assertion: "Bail out! ERROR:file:line:function: assertion failed ..." */
static char *
find_bail_out (const char *out)
{
  const char *start = strstr (out, "Bail out! ");
  g_autofree char *line = NULL;

  if (start == NULL)
    return g_strdup ("an assertion of the test failed");

  line = g_strndup (start + strlen ("Bail out! "), strcspn (start, "\n") - strlen ("Bail out! "));

  return g_strstrip (g_steal_pointer (&line));
}

/* --- The verdict --------------------------------------------------------------------------------- */

static LabVerdict *
verdict_new (LabTest    *test,
             LabStatus   status,
             const char *message)
{
  LabVerdict *self = g_new0 (LabVerdict, 1);

  self->test = test;
  self->status = status;
  self->message = g_strdup (message);
  self->output = g_strdup ("");
  self->points = status == LAB_PASSED ? test->points : 0;

  return self;
}

/* Ways to end that say it all. Returns FALSE if the program ended by itself with status 0. */
static gboolean
judge_end (const LabRunResult *run,
           Tap                 tap,
           LabStatus          *status,
           char              **message)
{
  switch (run->end)
    {
    case LAB_RUN_CPU:
      *status = LAB_TIMEOUT;
      *message = g_strdup ("it ran until it had used up its processor time: is there a loop that never ends?");
      return TRUE;

    case LAB_RUN_WALL:
      *status = LAB_TIMEOUT;
      *message = g_strdup ("it never came to an end: does it wait for something that never comes?");
      return TRUE;

    case LAB_RUN_MEMORY:
      *status = LAB_CRASHED;
      *message = g_strdup ("it was stopped because it used too much memory");
      return TRUE;

    case LAB_RUN_OUTPUT:
      *status = LAB_CRASHED;
      *message = g_strdup ("it was stopped because it printed more than a megabyte");
      return TRUE;

    case LAB_RUN_NO_REPORT:
      *status = LAB_FORGED;
      *message = g_strdup ("it killed the process that watched it");
      return TRUE;

    case LAB_RUN_SIGNALLED:
      *status = tap == TAP_BAIL_OUT ? LAB_FAILED : LAB_CRASHED;
      *message = tap == TAP_BAIL_OUT ? find_bail_out (run->out)
                                     : g_strdup_printf ("it was ended by signal %d (%s)", run->value,
                                                        g_strsignal (run->value));
      return TRUE;

    case LAB_RUN_EXITED:
    default:
      return FALSE;
    }
}

/* The trace of a test that came to its end begins and ends with its name. */
static gboolean
is_complete (char      **trace,
             const char *path)
{
  guint n = g_strv_length (trace);
  g_autofree char *first = g_strdup_printf ("begin %s", path);
  g_autofree char *last = g_strdup_printf ("end %s", path);

  return n >= 2 && g_str_equal (trace[0], first) && g_str_equal (trace[n - 1], last);
}

/* A program that ended by itself. */
static void
judge_behaviour (const LabRunResult *run,
                 Tap                 tap,
                 LabTest            *test,
                 char              **expected,
                 char              **got,
                 LabStatus          *status,
                 char              **message)
{
  gboolean complete = is_complete (got, test->path);
  gboolean by_sanitizer = run->value == SANITIZER_EXIT_STATUS && lab_crash_is_report (run->err);

  if (by_sanitizer && !lab_crash_is_leak (run->err))
    {
      *status = LAB_CRASHED;
      *message = g_strdup ("it crashed");
    }
  else if (run->value == 0 && (tap != TAP_GOOD || !complete))
    {
      *status = LAB_FORGED;
      *message = g_strdup ("the program ended as if all were well before the test was over: was exit() called?");
    }
  else if (!lab_trace_equal ((const char *const *) expected, (const char *const *) got))
    {
      *status = LAB_FAILED;
      *message = g_strdup ("it did not behave as Python does");
    }
  else if (by_sanitizer)
    {
      *status = LAB_LEAKED;
      *message = g_strdup ("it lost memory");
    }
  else if (run->value != 0)
    {
      *status = LAB_CRASHED;
      *message = g_strdup_printf ("the program ended with status %d", run->value);
    }
  else if (run->n_survivors > 0)
    {
      *status = LAB_LEAKED;
      *message = g_strdup_printf ("it left %u process%s behind", run->n_survivors, run->n_survivors > 1 ? "es" : "");
    }
  else
    {
      *status = LAB_PASSED;
      *message = g_strdup ("");
    }
}

static char *
shorten (const char *out,
         const char *err)
{
  g_autofree char *all = g_strconcat (out, err, NULL);
  g_autofree char *kept = NULL;

  if (strlen (all) <= MAX_KEPT_OUTPUT)
    return g_steal_pointer (&all);

  kept = g_strndup (all, MAX_KEPT_OUTPUT);

  return g_strdup_printf ("%s\n[... %" G_GSIZE_FORMAT " more bytes]", kept, strlen (all) - MAX_KEPT_OUTPUT);
}

/* GLib's messages begin with the process and the time: "(test-run:42): GLib-CRITICAL **: 12:34:56.789: ..." */
static char *
without_accidents (const char *err)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\(([^\\s:()]+):\\d+\\)(: \\S+ \\*\\*: )\\d\\d:\\d\\d:\\d\\d\\.\\d+: ", 0, 0, NULL);

  return g_regex_replace (regex, err, -1, 0, "(\\1)\\2", 0, NULL);
}

/* What the program printed besides what every test prints. */
static char *
keep_output (const LabRunResult *run,
             const char         *path)
{
  g_auto (GStrv) lines = lab_trace_split (run->out);
  g_autofree char *ok = g_strdup_printf ("ok 1 %s", path);
  g_autoptr (GString) own = g_string_new (NULL);
  g_autofree char *err = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], "# random seed: ") && !g_str_has_prefix (lines[i], "# Start of ") &&
        !g_str_has_prefix (lines[i], "# End of ") && !g_str_equal (lines[i], ok) && !g_str_equal (lines[i], "1..1"))
      g_string_append_printf (own, "%s\n", lines[i]);

  /* A sanitizer's report is full of addresses, which differ from run to run; what it says is in the message. */
  err = lab_crash_is_report (run->err) ? g_strdup ("") : without_accidents (run->err);

  return shorten (own->str, err);
}

static char **
keep_lines (char **lines)
{
  guint n = g_strv_length (lines);

  if (n <= MAX_KEPT_LINES)
    return g_strdupv (lines);

  {
    g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
    g_autofree char *rest = g_strdup_printf ("[... %u more lines]", n - MAX_KEPT_LINES);

    for (guint i = 0; i < MAX_KEPT_LINES; i++)
      g_strv_builder_add (builder, lines[i]);
    g_strv_builder_add (builder, rest);

    return g_strv_builder_end (builder);
  }
}

static LabVerdict *
judge_run (LabJudge            *self,
           LabInfo             *lab,
           LabBuild            *build,
           LabTest             *test,
           const LabRunResult  *run,
           char               **expected,
           GError             **error)
{
  g_auto (GStrv) got = lab_trace_split (run->trace);
  g_autofree char *message = NULL;
  g_autofree char *program = g_build_filename (build->folder, test->program, NULL);
  Tap tap = read_tap (run->out, test->path);
  LabStatus status;
  LabVerdict *verdict;
  gboolean differs;

  if (tap == TAP_IMPOSTURE)
    {
      status = LAB_FORGED;
      message = g_strdup ("it printed test results of its own");
    }
  else if (!judge_end (run, tap, &status, &message))
    {
      judge_behaviour (run, tap, test, expected, got, &status, &message);
    }

  /* The sanitizers say what was wrong with the memory, and where; that is worth more than a bare status. */
  if ((status == LAB_CRASHED || status == LAB_LEAKED) && lab_crash_is_report (run->err))
    {
      g_free (message);
      message = lab_crash_explain (self->sandbox, self->tree->toolchain.addr2line, program,
                                   (const char *const *) lab->files, run->err, error);
      if (message == NULL)
        return NULL;
    }

  verdict = verdict_new (test, status, message);
  g_free (verdict->output);
  verdict->output = keep_output (run, test->path);
  verdict->cpu_ms = run->cpu_ms;
  verdict->wall_ms = run->wall_ms;

  differs = !lab_trace_equal ((const char *const *) expected, (const char *const *) got);
  if (status != LAB_PASSED && differs)
    {
      verdict->expected = g_strdupv (expected);
      verdict->got = keep_lines (got);
    }

  return verdict;
}

/* --- All tests of a lab ------------------------------------------------------------------------------ */

/* A test to be judged, in a task of its own. */
typedef struct
{
  LabJudge *judge;
  LabInfo *lab;
  LabBuild *build;
  LabTest *test;
  GPtrArray *expectations;
  LabVerdict *verdict;
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_clear_pointer (&self->verdict, lab_verdict_free);
  g_free (self);
}

/* Judges a test with each seed, up to the first with which it does not pass. */
static gpointer
case_body (gpointer   user_data,
           GError   **error)
{
  Case *self = user_data;
  const char *why_not = g_hash_table_lookup (self->build->programs, self->test->program);

  if (why_not == NULL || why_not[0] != '\0')
    {
      self->verdict = verdict_new (self->test, LAB_MISSING, why_not != NULL ? why_not : "the test program is not there");
      return NULL;
    }

  for (guint i = 0; i < self->expectations->len; i++)
    {
      LabExpectation *expectation = g_ptr_array_index (self->expectations, i);
      char **expected = g_hash_table_lookup (expectation->traces, self->test->path);
      g_auto (LabRunResult) run = { 0 };

      if (expected == NULL)
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "there is no recorded trace of %s for seed %" G_GUINT64_FORMAT,
                       self->test->path, expectation->seed);
          return NULL;
        }

      g_clear_pointer (&self->verdict, lab_verdict_free);
      if (!run_test (self->judge, self->build, self->test, expectation->seed, &run, error))
        return NULL;

      self->verdict = judge_run (self->judge, self->lab, self->build, self->test, &run, expected, error);
      if (self->verdict == NULL || self->verdict->status != LAB_PASSED)
        break;
    }

  return NULL;
}

/* Judges all cases side by side. */
static gboolean
judge_cases (GPtrArray  *cases,
             GError    **error)
{
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();
  g_autoptr (AsyncioFuture) all = NULL;
  GPtrArray *tasks;

  for (guint i = 0; i < cases->len; i++)
    g_ptr_array_add (coroutines, asyncio_coroutine_new (case_body, g_ptr_array_index (cases, i), NULL));

  /* With return_exceptions no task is left running with what we are about to free. */
  all = asyncio_gatherv ((const gpointer *) coroutines->pdata, coroutines->len, TRUE, error);
  if (all == NULL)
    return FALSE;

  tasks = asyncio_await (all, error);
  if (tasks == NULL)
    return FALSE;

  for (guint i = 0; i < tasks->len; i++)
    {
      const GError *case_error = asyncio_future_exception (g_ptr_array_index (tasks, i), NULL);

      if (case_error != NULL)
        {
          g_propagate_error (error, g_error_copy (case_error));
          return FALSE;
        }
    }

  return TRUE;
}

static LabLabResult *
lab_result_new (LabInfo        *lab,
                LabBuildStatus  status,
                const char     *messages)
{
  LabLabResult *self = g_new0 (LabLabResult, 1);

  self->lab = lab;
  self->build = status;
  self->build_messages = g_strdup (messages);
  self->verdicts = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_verdict_free);

  return self;
}

/* Without test programs every test has the same verdict. */
static void
judge_unbuilt (LabLabResult *result,
               const char   *only)
{
  static const struct
  {
    LabStatus status;
    const char *message;
  } verdicts[] = {
    [LAB_BUILD_UNREADABLE] = { LAB_MISSING, "the submission cannot be read" },
    [LAB_BUILD_MISSING] = { LAB_MISSING, "a file that is to be handed in is missing" },
    [LAB_BUILD_FAILED] = { LAB_SKIPPED, "skipped, because it does not compile" },
    [LAB_BUILD_REFUSED] = { LAB_FORGED, "not run, because it contains what only a cheat needs" },
  };

  for (guint i = 0; i < result->lab->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (result->lab->tests, i);

      if (only == NULL || g_str_equal (only, test->path))
        g_ptr_array_add (result->verdicts,
                         verdict_new (test, verdicts[result->build].status, verdicts[result->build].message));
    }
}

LabLabResult *
lab_judge_unreadable (LabInfo    *lab,
                      const char *why)
{
  LabLabResult *self = lab_result_new (lab, LAB_BUILD_UNREADABLE, why);

  judge_unbuilt (self, NULL);

  return self;
}

static LabLabResult *
judge_built (LabJudge    *self,
             LabInfo     *lab,
             LabBuild    *build,
             GPtrArray   *expectations,
             const char  *only,
             GError     **error)
{
  g_autoptr (LabLabResult) result = lab_result_new (lab, build->status, build->messages);
  g_autoptr (GPtrArray) cases = g_ptr_array_new_with_free_func (case_free);

  if (build->status != LAB_BUILD_OK)
    {
      judge_unbuilt (result, only);
      return g_steal_pointer (&result);
    }

  for (guint i = 0; i < lab->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (lab->tests, i);
      Case *one;

      if (only != NULL && !g_str_equal (only, test->path))
        continue;

      one = g_new0 (Case, 1);
      *one = (Case) { self, lab, build, test, expectations, NULL };
      g_ptr_array_add (cases, one);
    }

  if (!judge_cases (cases, error))
    return NULL;

  for (guint i = 0; i < cases->len; i++)
    g_ptr_array_add (result->verdicts, g_steal_pointer (&((Case *) g_ptr_array_index (cases, i))->verdict));

  return g_steal_pointer (&result);
}

LabLabResult *
lab_judge_files (LabJudge    *self,
                 LabInfo     *lab,
                 GHashTable  *files,
                 GPtrArray   *expectations,
                 const char  *only,
                 const char  *folder,
                 const char  *origin,
                 GError     **error)
{
  g_autofree char *own_folder = folder == NULL ? lab_workspace_make_folder (self->workspace, 0755, error) : NULL;
  g_autoptr (LabBuild) build = NULL;
  LabLabResult *result = NULL;

  if (folder == NULL && own_folder == NULL)
    return NULL;

  build = lab_builder_build (self->builder, lab, files, origin, folder != NULL ? folder : own_folder, error);
  if (build != NULL)
    result = judge_built (self, lab, build, expectations, only, error);

  if (own_folder != NULL)
    lab_remove_recursively (own_folder);

  return result;
}

/* --- Recording the reference ------------------------------------------------------------------------------ */

/* A test of the reference must end well in every way but one: there is nothing to compare its trace with. */
static gboolean
record_test (LabJudge        *self,
             LabInfo         *lab,
             LabBuild        *build,
             LabTest         *test,
             LabExpectation  *expectation,
             GError         **error)
{
  g_auto (LabRunResult) run = { 0 };
  g_auto (GStrv) trace = NULL;
  g_autoptr (LabVerdict) verdict = NULL;

  if (!run_test (self, build, test, expectation->seed, &run, error))
    return FALSE;

  trace = lab_trace_split (run.trace);
  verdict = judge_run (self, lab, build, test, &run, trace, error);
  if (verdict == NULL)
    return FALSE;

  if (verdict->status != LAB_PASSED)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "the reference of lab %s does not pass %s: %s\n%s", lab->id,
                   test->path, verdict->message, run.err);
      return FALSE;
    }

  g_hash_table_insert (expectation->traces, g_strdup (test->path), g_steal_pointer (&trace));

  return TRUE;
}

LabExpectation *
lab_judge_record (LabJudge    *self,
                  LabInfo     *lab,
                  GHashTable  *files,
                  guint64      seed,
                  GError     **error)
{
  g_autoptr (LabExpectation) expectation = lab_expectation_new (seed);
  g_autofree char *folder = lab_workspace_make_folder (self->workspace, 0755, error);
  g_autoptr (LabBuild) build = NULL;
  gboolean recorded = TRUE;

  if (folder == NULL)
    return NULL;

  build = lab_builder_build (self->builder, lab, files, lab->lab_dir, folder, error);
  if (build == NULL)
    return NULL;

  if (build->status != LAB_BUILD_OK)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "the reference of lab %s cannot be built: %s", lab->id,
                   build->messages);
      return NULL;
    }

  for (guint i = 0; recorded && i < lab->tests->len; i++)
    recorded = record_test (self, lab, build, g_ptr_array_index (lab->tests, i), expectation, error);

  lab_remove_recursively (folder);

  return recorded ? g_steal_pointer (&expectation) : NULL;
}
