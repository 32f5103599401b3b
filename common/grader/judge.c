/* SPDX-License-Identifier: MIT */

/*
 * Judging: runs the tests of a lab, side by side, and collects the verdicts.
 *
 * A test program does not know what is right. What is right is an *expectation*: the traces of the reference for a seed.
 */

#include "judge.h"

#include "error.h"
#include "together.h"
#include "trace-diff.h"
#include "verdict.h"

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

/* Runs a test once. seal: (out) whose trace it is */
static gboolean
run_test (LabJudge      *self,
          LabInfo       *lab,
          LabBuild      *build,
          LabTest       *test,
          guint64        seed,
          LabRunResult  *result,
          LabSeal       *seal,
          GError       **error)
{
  g_autofree char *program = g_build_filename (build->folder, test->program, NULL);
  g_autofree char *key = lab_seal_new_key ();
  g_autofree char *input = g_strdup_printf ("%" G_GUINT64_FORMAT " %s\n", seed, key);
  const char *const argv[] = { program, "--lab-seed=-", LAB_TRACE_FD_ARGUMENT, "-p", test->path, NULL };
  const char *const readable[] = { program, NULL };
  g_autofree char *sealed = NULL;

  if (!lab_sandbox_run (self->sandbox,
                        &(LabRun) {
                          .argv = argv,
                          .readable = readable,
                          .input = input,
                          .has_children = lab->children,
                          .has_trace = TRUE,
                        },
                        result, error))
    return FALSE;

  sealed = g_steal_pointer (&result->trace);
  result->trace = lab_seal_open (sealed, key, seal);

  return TRUE;
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
      self->verdict = lab_verdict_new (self->test, LAB_MISSING, why_not != NULL ? why_not : "the test program is not there");
      return NULL;
    }

  for (guint i = 0; i < self->expectations->len; i++)
    {
      LabExpectation *expectation = g_ptr_array_index (self->expectations, i);
      char **expected = g_hash_table_lookup (expectation->traces, self->test->path);
      g_auto (LabRunResult) run = { 0 };
      LabSeal seal;

      if (expected == NULL)
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "there is no recorded trace of %s for seed %" G_GUINT64_FORMAT,
                       self->test->path, expectation->seed);
          return NULL;
        }

      g_clear_pointer (&self->verdict, lab_verdict_free);
      if (!run_test (self->judge, self->lab, self->build, self->test, expectation->seed, &run, &seal, error))
        return NULL;

      self->verdict = lab_verdict_of_run (self->judge->sandbox, self->judge->tree, self->lab, self->test,
                                          self->build->folder, &run, seal, expected, error);
      if (self->verdict == NULL || self->verdict->status != LAB_PASSED)
        break;
    }

  return NULL;
}

/* Judges the cases of a visibility side by side. */
static gboolean
judge_cases (GPtrArray      *cases,
             LabVisibility   visibility,
             GError        **error)
{
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();

  for (guint i = 0; i < cases->len; i++)
    if (((Case *) g_ptr_array_index (cases, i))->test->visibility == visibility)
      g_ptr_array_add (coroutines, asyncio_coroutine_new (case_body, g_ptr_array_index (cases, i), NULL));

  return lab_run_together (coroutines, error);
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
                         lab_verdict_new (test, verdicts[result->build].status, verdicts[result->build].message));
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

  /* Hidden tests begin when the public ones have ended: two programs that run at the same time can always tell each other something, if
   * only by keeping a processor busy, and what a public test got its student may read. */
  if (!judge_cases (cases, LAB_PUBLIC, error) || !judge_cases (cases, LAB_HIDDEN, error))
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

/* A test to be recorded with a seed, in a task of its own. */
typedef struct
{
  LabJudge *judge;
  LabInfo *lab;
  LabBuild *build;
  LabTest *test;
  LabExpectation *expectation;
} Recording;

/* A test of the reference must end well in every way but one: there is nothing to compare its trace with. */
static gpointer
recording_body (gpointer   user_data,
                GError   **error)
{
  Recording *self = user_data;
  g_auto (LabRunResult) run = { 0 };
  g_auto (GStrv) trace = NULL;
  g_autoptr (LabVerdict) verdict = NULL;
  LabSeal seal;

  if (!run_test (self->judge, self->lab, self->build, self->test, self->expectation->seed, &run, &seal, error))
    return NULL;

  trace = lab_trace_split (run.trace);
  verdict = lab_verdict_of_run (self->judge->sandbox, self->judge->tree, self->lab, self->test, self->build->folder, &run, seal,
                                trace, error);
  if (verdict == NULL)
    return NULL;

  if (verdict->status != LAB_PASSED)
    g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "the reference of lab %s does not pass %s: %s\n%s", self->lab->id,
                 self->test->path, verdict->message, run.err);
  else
    g_hash_table_insert (self->expectation->traces, g_strdup (self->test->path), g_steal_pointer (&trace));

  return NULL;
}

/* Runs all tests with all seeds, side by side. */
static gboolean
record_built (LabJudge   *self,
              LabInfo    *lab,
              LabBuild   *build,
              GPtrArray  *expectations,
              GError    **error)
{
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();

  for (guint i = 0; i < expectations->len; i++)
    for (guint j = 0; j < lab->tests->len; j++)
      {
        Recording *recording = g_new (Recording, 1);

        *recording = (Recording) { self, lab, build, g_ptr_array_index (lab->tests, j), g_ptr_array_index (expectations, i) };
        g_ptr_array_add (coroutines, asyncio_coroutine_new (recording_body, recording, g_free));
      }

  return lab_run_together (coroutines, error);
}

GPtrArray *
lab_judge_record (LabJudge       *self,
                  LabInfo        *lab,
                  GHashTable     *files,
                  const guint64  *seeds,
                  guint           n_seeds,
                  GError        **error)
{
  g_autoptr (GPtrArray) expectations = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_expectation_free);
  g_autofree char *folder = lab_workspace_make_folder (self->workspace, 0755, error);
  g_autoptr (LabBuild) build = NULL;
  gboolean recorded;

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

  for (guint i = 0; i < n_seeds; i++)
    g_ptr_array_add (expectations, lab_expectation_new (seeds[i]));
  recorded = record_built (self, lab, build, expectations, error);

  lab_remove_recursively (folder);

  return recorded ? g_steal_pointer (&expectations) : NULL;
}
