/* SPDX-License-Identifier: MIT */

/*
 * `lab verify`: judges the judges.
 *
 * First the rubric is checked against the test programs, then every solution of which it is known what it must earn (variants.c)
 * is judged, and the matrix of tests and solutions is printed.
 */

#include "commands.h"

#include "error.h"
#include "session.h"
#include "together.h"
#include "tools.h"
#include "variants.h"

#include <string.h>

/* Of the names of the solutions in the matrix. */
#define NAME_WIDTH 38

/* Where debuggers look for files. */
#define ORIGIN "."

typedef struct
{
  LabSession *session;
  LabInfo *lab;
  GPtrArray *variants;     /* (element-type LabVariant) */
  GPtrArray *expectations; /* (element-type LabExpectation) */
  GPtrArray *results;      /* (element-type LabLabResult): one for each variant */
} Verification;

/* --- The rubric and the test programs --------------------------------------------------------------- */

/* The paths that a test program says it has. */
static GHashTable *
list_tests (Verification  *self,
            const char    *program,
            GError       **error)
{
  g_autofree char *executable = lab_tree_get_program (self->session->tree, self->lab, program);
  const char *const argv[] = { executable, "-l", NULL };
  g_autofree char *out = NULL;
  g_auto (GStrv) lines = NULL;
  GHashTable *paths;

  if (!lab_run_tool (argv, NULL, 0, &out, error))
    return NULL;

  paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  lines = g_strsplit (out, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == '/')
      g_hash_table_add (paths, g_strdup (lines[i]));

  return paths;
}

static gboolean
check_rubric (Verification  *self,
              GError       **error)
{
  g_auto (GStrv) programs = lab_info_get_programs (self->lab);

  for (guint i = 0; programs[i] != NULL; i++)
    {
      g_autoptr (GHashTable) paths = list_tests (self, programs[i], error);
      GHashTableIter iter;
      gpointer path;

      if (paths == NULL)
        return FALSE;

      for (guint j = 0; j < self->lab->tests->len; j++)
        {
          LabTest *test = g_ptr_array_index (self->lab->tests, j);

          if (g_str_equal (test->program, programs[i]) && !g_hash_table_remove (paths, test->path))
            {
              lab_info_complain (self->lab, test->path, "program", error, "%s has no test %s", programs[i], test->path);
              return FALSE;
            }
        }

      g_hash_table_iter_init (&iter, paths);
      if (g_hash_table_iter_next (&iter, &path, NULL))
        {
          lab_info_complain (self->lab, NULL, NULL, error, "%s has a test %s, and there is no such entry here", programs[i],
                             (char *) path);
          return FALSE;
        }
    }

  return TRUE;
}

/* --- Judging them ----------------------------------------------------------------------------------------- */

typedef struct
{
  Verification *verification;
  guint index;
} Job;

static gpointer
job_body (gpointer   user_data,
          GError   **error)
{
  Job *self = user_data;
  Verification *verification = self->verification;

  LabVariant *variant = g_ptr_array_index (verification->variants, self->index);

  verification->results->pdata[self->index] = lab_judge_files (&verification->session->judge, verification->lab,
                                                               variant->files, verification->expectations, NULL, NULL,
                                                               ORIGIN, error);

  return NULL;
}

static gpointer
verify_body (gpointer   user_data,
             GError   **error)
{
  Verification *self = user_data;
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();
  LabVariant *reference = g_ptr_array_index (self->variants, 0);

  self->expectations = lab_judge_record (&self->session->judge, self->lab, reference->files, &self->session->seed, 1, error);
  if (self->expectations == NULL ||
      !lab_builder_keep_compiled (self->session->builder, self->lab, reference->files, ORIGIN, error))
    return NULL;

  g_ptr_array_set_size (self->results, (int) self->variants->len);
  for (guint i = 0; i < self->variants->len; i++)
    {
      Job *job = g_new (Job, 1);

      *job = (Job) { self, i };
      g_ptr_array_add (coroutines, asyncio_coroutine_new (job_body, job, g_free));
    }

  lab_run_together (coroutines, error);

  return NULL;
}

/* --- The matrix ------------------------------------------------------------------------------------------------ */

/* Whether a report says of a cheat what it did. */
static gboolean
is_named (LabVariant   *variant,
          LabLabResult *result)
{
  if (variant->named == NULL || strstr (result->build_messages, variant->named) != NULL)
    return TRUE;

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if (strstr (verdict->message, variant->named) != NULL)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_as_expected (LabVariant   *variant,
                LabLabResult *result)
{
  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if ((verdict->status == LAB_PASSED) != lab_variant_must_pass (variant, verdict->test->path))
        return FALSE;
    }

  return is_named (variant, result);
}

static void
print_heading (Verification *self)
{
  g_print ("Lab %s  %s: %u tests, %u points, seed %" G_GUINT64_FORMAT "\n\n", self->lab->id, self->lab->title,
           self->lab->tests->len, self->lab->points, self->session->seed);

  for (guint i = 0; i < self->lab->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (self->lab->tests, i);

      g_print ("  %2u  %-38s %u%s\n", i + 1, test->path, test->points,
               test->visibility == LAB_HIDDEN ? "  hidden" : "");
    }

  g_print ("\n  · passed   x lost, as it must be   ! not as it must be\n\n  %-*s ", NAME_WIDTH, "");
  for (guint i = 0; i < self->lab->tests->len; i++)
    g_print ("%3u", i + 1);
  g_print ("  points\n");
}

static void
print_row (LabVariant   *variant,
           LabLabResult *result)
{
  g_print ("  %-*s ", NAME_WIDTH, variant->name);
  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);
      gboolean passed = verdict->status == LAB_PASSED;
      gboolean right = passed == lab_variant_must_pass (variant, verdict->test->path);

      g_print ("  %s", !right ? "!" : passed ? "·" : "x");
    }
  g_print ("  %3u  %s\n", lab_lab_result_get_score (result), variant->what);
}

static void
explain (LabVariant   *variant,
         LabLabResult *result)
{
  if (result->build != LAB_BUILD_OK)
    g_print ("    %s: build %s: %s\n", variant->name, lab_build_status_get_name (result->build), result->build_messages);

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);
      gboolean passed = verdict->status == LAB_PASSED;

      if (passed != lab_variant_must_pass (variant, verdict->test->path))
        g_print ("    %s: %s %s%s\n", variant->name, verdict->test->path,
                 passed ? "must be lost, but passed" : "must pass, but: ", passed ? "" : verdict->message);
    }

  if (!is_named (variant, result))
    g_print ("    %s: no message says \"%s\"; the first says \"%s\"\n", variant->name, variant->named,
             ((LabVerdict *) g_ptr_array_index (result->verdicts, 0))->message);
}

static gboolean
print_matrix (Verification  *self,
              GError       **error)
{
  guint n_wrong = 0;

  print_heading (self);
  for (guint i = 0; i < self->variants->len; i++)
    print_row (g_ptr_array_index (self->variants, i), g_ptr_array_index (self->results, i));

  for (guint i = 0; i < self->variants->len; i++)
    if (!is_as_expected (g_ptr_array_index (self->variants, i), g_ptr_array_index (self->results, i)))
      {
        if (n_wrong++ == 0)
          g_print ("\n");
        explain (g_ptr_array_index (self->variants, i), g_ptr_array_index (self->results, i));
      }
  g_print ("\n");

  if (n_wrong == 0)
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "lab %s: %u of %u solutions were not judged as they must be",
               self->lab->id, n_wrong, self->variants->len);
  return FALSE;
}

/* --- The command ---------------------------------------------------------------------------------------------------- */

static void
free_result (gpointer result)
{
  if (result != NULL)
    lab_lab_result_free (result);
}

static gboolean
verify_lab (LabSession  *session,
            LabInfo     *lab,
            gboolean     without_wrong,
            GError     **error)
{
  Verification self = {
    .session = session,
    .lab = lab,
    .results = g_ptr_array_new_with_free_func (free_result),
  };
  gboolean verified = check_rubric (&self, error) &&
                      (self.variants = lab_variants_collect (lab, session->workspace, !without_wrong, error)) != NULL &&
                      lab_run (verify_body, &self, error) && print_matrix (&self, error);

  g_clear_pointer (&self.variants, g_ptr_array_unref);
  g_clear_pointer (&self.expectations, g_ptr_array_unref);
  g_ptr_array_unref (self.results);

  return verified;
}

gboolean
lab_command_verify (int      argc,
                    char   **argv,
                    GError **error)
{
  LabOptions options = { .level = -1 };
  gboolean without_wrong = FALSE;
  const GOptionEntry entries[] = {
    { "without-wrong", 0, 0, G_OPTION_ARG_NONE, &without_wrong, "Leave out the wrong solutions, which are most of the work", NULL },
    LAB_COMMON_OPTION_ENTRIES (options),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (LabSession) session = NULL;
  LabInfo *only = NULL;

  if (!lab_parse_options (&argc, &argv, entries, "[LAB]",
                          "Judges solutions of which it is known what they must earn: the reference and the alternatives\n"
                          "everything, the starter and the cheats nothing, each wrong solution all but the tests that it breaks.",
                          0, 1, error))
    return FALSE;

  session = lab_session_open (&options, FALSE, error);
  if (session == NULL)
    return FALSE;

  if (session->tree->is_handout)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "this tree is a handout: there is nothing to verify in it");
      return FALSE;
    }

  if (argc > 1)
    {
      only = lab_info_find (session->tree->labs, argv[1], error);
      if (only == NULL)
        return FALSE;
    }

  for (guint i = 0; i < session->tree->labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (session->tree->labs, i);

      if ((only == NULL || only == lab) && !verify_lab (session, lab, without_wrong, error))
        return FALSE;
    }

  return TRUE;
}
