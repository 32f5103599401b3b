/* SPDX-License-Identifier: MIT */

/*
 * `lab check`: judges the labs of this tree.
 *
 * In the repository the files are the reference's, and right is what the reference does with a fresh seed. In a handout
 * they are the student's, and right is what was recorded when the handout was made. The judging is the same, and the same as in `lab grade`.
 */

#include "commands.h"

#include "error.h"
#include "session.h"
#include "tools.h"
#include "trace-diff.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  LabSession *session;
  LabInfo *only_lab; /* (nullable) */
  const char *only_test;
  const char *file;
  LabResult *result;
} Check;

/* --- What is right ------------------------------------------------------------------------- */

/* Splits a recorded file into the traces of its tests: each begins with "begin PATH" and ends with "end PATH". */
static LabExpectation *
parse_recording (const char *text,
                 guint64     seed)
{
  LabExpectation *expectation = lab_expectation_new (seed);
  g_auto (GStrv) lines = lab_trace_split (text);
  g_autoptr (GStrvBuilder) trace = g_strv_builder_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strv_builder_add (trace, lines[i]);
      if (g_str_has_prefix (lines[i], "end /"))
        {
          g_hash_table_insert (expectation->traces, g_strdup (lines[i] + strlen ("end ")), g_strv_builder_end (trace));
          g_clear_pointer (&trace, g_strv_builder_unref);
          trace = g_strv_builder_new ();
        }
    }

  return expectation;
}

/* expected/SEED.trace, one file for each seed */
static GPtrArray *
read_recordings (LabInfo  *lab,
                 GError  **error)
{
  g_autoptr (GPtrArray) expectations = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_expectation_free);
  g_autofree char *folder = g_build_filename (lab->test_dir, "expected", NULL);
  g_autoptr (GPtrArray) names = lab_list_names (folder, ".trace");

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      g_autofree char *text = NULL;

      if (!g_file_get_contents (path, &text, NULL, error))
        return NULL;
      g_ptr_array_add (expectations, parse_recording (text, g_ascii_strtoull (g_ptr_array_index (names, i), NULL, 10)));
    }

  if (expectations->len == 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "there are no recorded traces in %s", folder);
      return NULL;
    }

  return g_steal_pointer (&expectations);
}

static GPtrArray *
get_expectations (Check    *self,
                  LabInfo  *lab,
                  GError  **error)
{
  g_autoptr (GHashTable) reference = NULL;

  if (self->session->tree->is_handout)
    return read_recordings (lab, error);

  reference = lab_judge_read_files (lab, lab->lab_dir, error);
  if (reference == NULL)
    return NULL;

  return lab_judge_record (&self->session->judge, lab, reference, &self->session->seed, 1, error);
}

/* --- Checking --------------------------------------------------------------------------------- */

/* The student's files: those of the lab's folder, or one that was named. */
static GHashTable *
read_student_files (Check    *self,
                    LabInfo  *lab,
                    GError  **error)
{
  GHashTable *files = lab_judge_read_files (lab, lab->lab_dir, error);
  g_autofree char *content = NULL;
  gsize length;

  if (files == NULL || self->file == NULL)
    return files;

  if (!g_file_get_contents (self->file, &content, &length, error))
    {
      g_hash_table_unref (files);
      return NULL;
    }

  g_hash_table_insert (files, g_strdup (lab->files[0]), g_bytes_new_take (g_steal_pointer (&content), length));

  return files;
}

/* Where the test programs stay, so that a debugger finds them. */
static char *
make_debug_folder (Check    *self,
                   LabInfo  *lab,
                   GError  **error)
{
  g_autofree char *folder = g_build_filename (self->session->tree->build_root, "check", lab->folder, NULL);

  return lab_make_folder (folder, 0755, error) ? g_steal_pointer (&folder) : NULL;
}

static gboolean
check_lab (Check    *self,
           LabInfo  *lab,
           GError  **error)
{
  g_autoptr (GPtrArray) expectations = get_expectations (self, lab, error);
  g_autoptr (GHashTable) files = NULL;
  g_autofree char *folder = NULL;
  LabLabResult *result;

  if (expectations == NULL || (files = read_student_files (self, lab, error)) == NULL ||
      (folder = make_debug_folder (self, lab, error)) == NULL)
    return FALSE;

  result = lab_judge_files (&self->session->judge, lab, files, expectations, self->only_test, folder, lab->lab_dir, error);
  if (result == NULL)
    return FALSE;

  /* What a student can do again is done with the seed that is recorded. */
  self->result->seed = ((LabExpectation *) g_ptr_array_index (expectations, 0))->seed;
  g_ptr_array_add (self->result->labs, result);

  return TRUE;
}

static gpointer
check_body (gpointer   user_data,
            GError   **error)
{
  Check *self = user_data;

  for (guint i = 0; i < self->session->tree->labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (self->session->tree->labs, i);

      if ((self->only_lab == NULL || self->only_lab == lab) && !check_lab (self, lab, error))
        return NULL;
    }

  return NULL;
}

/* --- The command --------------------------------------------------------------------------------- */

static gboolean
choose (Check       *self,
        const char  *lab,
        GError     **error)
{
  if (lab != NULL)
    {
      self->only_lab = lab_info_find (self->session->tree->labs, lab, error);
      if (self->only_lab == NULL)
        return FALSE;
    }

  if ((self->file != NULL || self->only_test != NULL) && self->only_lab == NULL)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "--test and --file need a lab: lab check LAB --test PATH");
      return FALSE;
    }

  if (self->only_test != NULL && lab_info_find_test (self->only_lab, self->only_test) == NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "lab %s has no test '%s'; `lab check %s` lists them",
                   self->only_lab->id, self->only_test, self->only_lab->id);
      return FALSE;
    }

  return TRUE;
}

static void
print_result (Check    *self,
              gboolean  json,
              int       hints,
              gboolean  verbose)
{
  g_autofree char *folder = NULL;
  g_autofree char *text = NULL;
  LabTextStyle style = {
    .color = lab_has_color (STDOUT_FILENO),
    .width = lab_get_terminal_width (),
    .hints = (guint) hints,
  };

  if (json)
    {
      text = lab_result_to_json (self->result, LAB_FOR_STAFF);
      g_print ("%s", text);
      return;
    }

  /* All failures at once would be a wall of text. */
  style.failures = verbose ? G_MAXUINT : self->only_lab != NULL ? 1 : 0;
  if (self->only_lab != NULL)
    {
      folder = g_build_filename (self->session->tree->build_root, "check", self->only_lab->folder, NULL);
      style.debug_folder = folder;
    }

  text = lab_result_to_text (self->result, LAB_FOR_STAFF, &style);
  g_print ("%s", text);
  if (style.failures == 0 && lab_result_get_score (self->result) < lab_result_get_max_score (self->result))
    g_print ("\nWhat went wrong: make -f Makefile.grading lab LAB=%s\n"
             "One test, with a hint: add TEST=PATH HINT=1\n",
             ((LabLabResult *) g_ptr_array_index (self->result->labs, 0))->lab->id);
}

gboolean
lab_command_check (int      argc,
                   char   **argv,
                   GError **error)
{
  LabOptions options = { .level = -1 };
  g_autofree char *test = NULL;
  g_autofree char *file = NULL;
  int hints = 0;
  gboolean json = FALSE, verbose = FALSE;
  const GOptionEntry entries[] = {
    { "test", 't', 0, G_OPTION_ARG_STRING, &test, "Run only this test", "PATH" },
    { "hint", 0, 0, G_OPTION_ARG_INT, &hints, "Show hints, from 1 (a nudge) to 3 (the answer)", "N" },
    { "file", 'f', 0, G_OPTION_ARG_FILENAME, &file, "Check this file instead of the one in the lab's folder", "FILE" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Tell of all failures in full, not only of the first", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON (schema asyncio-labs/result/v1)", NULL },
    LAB_COMMON_OPTION_ENTRIES (options),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (LabSession) session = NULL;
  g_autoptr (LabResult) result = NULL;
  Check check;

  if (!lab_parse_options (&argc, &argv, entries, "[LAB]",
                          "Builds the files of this tree's labs and judges them. With LAB (3.7 or 3.7-run) just that lab,\n"
                          "and the first failure is told in full.",
                          0, 1, error))
    return FALSE;

  if (hints < 0 || hints > 3)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "--hint is 1, 2 or 3");
      return FALSE;
    }

  session = lab_session_open (&options, TRUE, error);
  if (session == NULL)
    return FALSE;

  result = lab_session_new_result (session, "this tree");
  check = (Check) { .session = session, .only_test = test, .file = file, .result = result };

  if (!choose (&check, argc > 1 ? argv[1] : NULL, error) || !lab_run (check_body, &check, error))
    return FALSE;

  print_result (&check, json, hints, verbose);

  return TRUE;
}
