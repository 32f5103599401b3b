/* SPDX-License-Identifier: MIT */

/*
 * `lab verify`: judges the judges.
 *
 * For each lab there are solutions of which it is known what they must earn: the reference and the alternatives everything, the starter nothing,
 * and each wrong solution everything but the tests that its mistake breaks. It is a patch on the reference, and
 * begins with what it does and what that must cost:
 *
 *     What: the leftover tasks are never cancelled
 *     Loses: /3.7/cleanup/cancels-leftovers /3.7/cleanup/stubborn
 *     --- a/runners.c
 *     +++ b/runners.c
 */

#include "commands.h"

#include "error.h"
#include "session.h"
#include "tools.h"

#include <string.h>

/* Of the names of the solutions in the matrix. */
#define NAME_WIDTH 38

typedef struct
{
  char *name;         /* "wrong/no-cancel" */
  char *what;         /* in a sentence */
  GHashTable *files;
  GHashTable *loses;  /* (element-type utf8) the tests that must not pass; NULL means all */
  LabLabResult *result;
} Variant;

typedef struct
{
  LabSession *session;
  LabInfo *lab;
  GPtrArray *variants;     /* (element-type Variant) */
  GPtrArray *expectations; /* (element-type LabExpectation) */
} Verification;

static void
variant_free (gpointer data)
{
  Variant *self = data;

  g_free (self->name);
  g_free (self->what);
  g_clear_pointer (&self->files, g_hash_table_unref);
  g_clear_pointer (&self->loses, g_hash_table_unref);
  g_clear_pointer (&self->result, lab_lab_result_free);
  g_free (self);
}

/* --- Where the variants come from -------------------------------------------------------------- */

static Variant *
add_variant (Verification *self,
             const char   *name,
             const char   *what,
             GHashTable   *files)
{
  Variant *variant = g_new0 (Variant, 1);

  variant->name = g_strdup (name);
  variant->what = g_strdup (what);
  variant->files = files;
  variant->loses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_ptr_array_add (self->variants, variant);

  return variant;
}

static gboolean
add_starter (Verification  *self,
             GError       **error)
{
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  Variant *variant;

  for (guint i = 0; self->lab->files[i] != NULL; i++)
    {
      char *text = lab_make_starter (self->lab, self->lab->files[i], error);

      if (text == NULL)
        return FALSE;
      g_hash_table_insert (files, g_strdup (self->lab->files[i]), g_bytes_new_take (text, strlen (text)));
    }

  variant = add_variant (self, "starter", "what a student begins with", g_steal_pointer (&files));
  g_clear_pointer (&variant->loses, g_hash_table_unref);

  return TRUE;
}

/* The lines before the patch itself: "Key: value". */
static gboolean
read_patch_header (Variant     *variant,
                   LabInfo     *lab,
                   const char  *path,
                   GError     **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && !g_str_has_prefix (lines[i], "--- "); i++)
    {
      if (g_str_has_prefix (lines[i], "What: "))
        {
          g_free (variant->what);
          variant->what = g_strdup (lines[i] + strlen ("What: "));
        }
      else if (g_str_has_prefix (lines[i], "Loses: "))
        {
          g_auto (GStrv) tests = g_strsplit (lines[i] + strlen ("Loses: "), " ", -1);

          for (guint j = 0; tests[j] != NULL; j++)
            {
              if (tests[j][0] != '\0' && lab_info_find_test (lab, tests[j]) == NULL)
                {
                  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:%u: the rubric has no test '%s'", path, i + 1,
                               tests[j]);
                  return FALSE;
                }
              if (tests[j][0] != '\0')
                g_hash_table_add (variant->loses, g_strdup (tests[j]));
            }
        }
      else if (lines[i][0] != '\0')
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:%u: before the patch there is only 'What: ' and 'Loses: '",
                       path, i + 1);
          return FALSE;
        }
    }

  if (variant->what[0] == '\0' || g_hash_table_size (variant->loses) == 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s:1: it needs a line 'What: ' and a line 'Loses: '", path);
      return FALSE;
    }

  return TRUE;
}

static gboolean
add_wrong (Verification  *self,
           const char    *folder,
           const char    *name,
           GError       **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *work = lab_workspace_make_folder (self->session->workspace, 0700, error);
  g_autofree char *label = g_strdup_printf ("wrong/%.*s", (int) (strlen (name) - strlen (".patch")), name);
  const char *const argv[] = { "patch", "--batch", "--fuzz=0", "--no-backup-if-mismatch", "--reject-file=-", "-p1", "-i",
                               path, NULL };
  GHashTable *files = NULL;
  gboolean patched = work != NULL;

  for (guint i = 0; patched && self->lab->files[i] != NULL; i++)
    {
      g_autofree char *from = g_build_filename (self->lab->lab_dir, self->lab->files[i], NULL);
      g_autofree char *to = g_build_filename (work, self->lab->files[i], NULL);

      patched = lab_copy_file (from, to, error);
    }

  if (patched && !lab_run_tool (argv, work, 0, NULL, error))
    {
      g_prefix_error (error, "%s does not apply to the reference: ", path);
      patched = FALSE;
    }

  if (patched)
    files = lab_judge_read_files (self->lab, work, error);
  if (work != NULL)
    lab_remove_recursively (work);

  return files != NULL && read_patch_header (add_variant (self, label, "", files), self->lab, path, error);
}

/* An alternative is a folder with all files of the lab, or a file if the lab has only one. */
static gboolean
add_alternative (Verification  *self,
                 const char    *folder,
                 const char    *name,
                 GError       **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *label = g_strdup_printf ("alternative/%s", name);
  GHashTable *files;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      files = lab_judge_read_files (self->lab, path, error);
    }
  else
    {
      char *text;
      gsize length;

      if (!g_file_get_contents (path, &text, &length, error))
        return FALSE;
      files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
      g_hash_table_insert (files, g_strdup (self->lab->files[0]), g_bytes_new_take (text, length));
    }

  if (files == NULL)
    return FALSE;

  add_variant (self, label, "a correct solution in another style", files);

  return TRUE;
}

static gboolean
collect_variants (Verification  *self,
                  GError       **error)
{
  g_autofree char *wrong = g_build_filename (self->lab->test_dir, "wrong", NULL);
  g_autofree char *alternative = g_build_filename (self->lab->test_dir, "alternative", NULL);
  g_autoptr (GPtrArray) wrongs = lab_list_names (wrong, ".patch");
  g_autoptr (GPtrArray) alternatives = lab_list_names (alternative, "");
  GHashTable *reference = lab_judge_read_files (self->lab, self->lab->lab_dir, error);

  if (reference == NULL)
    return FALSE;

  add_variant (self, "reference", "the reference solution", reference);
  if (!add_starter (self, error))
    return FALSE;

  for (guint i = 0; i < alternatives->len; i++)
    if (!add_alternative (self, alternative, g_ptr_array_index (alternatives, i), error))
      return FALSE;
  for (guint i = 0; i < wrongs->len; i++)
    if (!add_wrong (self, wrong, g_ptr_array_index (wrongs, i), error))
      return FALSE;

  return TRUE;
}

/* --- The rubric and the test programs --------------------------------------------------------------- */

/* The paths that a test program says it has. */
static GHashTable *
list_tests (Verification  *self,
            const char    *program,
            GError       **error)
{
  g_autofree char *executable = g_build_filename (self->session->tree->build_root, "tests", self->lab->folder, program,
                                                  NULL);
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
  Variant *variant;
} Job;

static gpointer
job_body (gpointer   user_data,
          GError   **error)
{
  Job *self = user_data;
  Verification *verification = self->verification;

  self->variant->result = lab_judge_files (&verification->session->judge, verification->lab, self->variant->files,
                                           verification->expectations, NULL, NULL, ".", error);

  return NULL;
}

static gpointer
verify_body (gpointer   user_data,
             GError   **error)
{
  Verification *self = user_data;
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();
  g_autoptr (AsyncioFuture) all = NULL;
  Variant *reference = g_ptr_array_index (self->variants, 0);
  LabExpectation *expectation = lab_judge_record (&self->session->judge, self->lab, reference->files,
                                                  self->session->seed, error);
  GPtrArray *tasks;

  if (expectation == NULL)
    return NULL;
  g_ptr_array_add (self->expectations, expectation);

  for (guint i = 0; i < self->variants->len; i++)
    {
      Job *job = g_new (Job, 1);

      *job = (Job) { self, g_ptr_array_index (self->variants, i) };
      g_ptr_array_add (coroutines, asyncio_coroutine_new (job_body, job, g_free));
    }

  all = asyncio_gatherv ((const gpointer *) coroutines->pdata, coroutines->len, TRUE, error);
  tasks = all != NULL ? asyncio_await (all, error) : NULL;

  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    {
      const GError *job_error = asyncio_future_exception (g_ptr_array_index (tasks, i), NULL);

      if (job_error != NULL)
        {
          g_propagate_error (error, g_error_copy (job_error));
          break;
        }
    }

  return NULL;
}

/* --- The matrix ------------------------------------------------------------------------------------------------ */

static gboolean
must_pass (Variant    *variant,
           const char *path)
{
  return variant->loses != NULL && !g_hash_table_contains (variant->loses, path);
}

static gboolean
is_as_expected (Variant *variant)
{
  for (guint i = 0; i < variant->result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (variant->result->verdicts, i);

      if ((verdict->status == LAB_PASSED) != must_pass (variant, verdict->test->path))
        return FALSE;
    }

  return TRUE;
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
print_row (Variant *variant)
{
  g_print ("  %-*s ", NAME_WIDTH, variant->name);
  for (guint i = 0; i < variant->result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (variant->result->verdicts, i);
      gboolean passed = verdict->status == LAB_PASSED;
      gboolean right = passed == must_pass (variant, verdict->test->path);

      g_print ("  %s", !right ? "!" : passed ? "·" : "x");
    }
  g_print ("  %3u  %s\n", lab_lab_result_get_score (variant->result), variant->what);
}

static void
explain (Variant *variant)
{
  if (variant->result->build != LAB_BUILD_OK)
    g_print ("    %s: build %s: %s\n", variant->name, lab_build_status_get_name (variant->result->build),
             variant->result->build_messages);

  for (guint i = 0; i < variant->result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (variant->result->verdicts, i);
      gboolean passed = verdict->status == LAB_PASSED;

      if (passed != must_pass (variant, verdict->test->path))
        g_print ("    %s: %s %s%s\n", variant->name, verdict->test->path,
                 passed ? "must be lost, but passed" : "must pass, but: ", passed ? "" : verdict->message);
    }
}

static gboolean
print_matrix (Verification  *self,
              GError       **error)
{
  guint n_wrong = 0;

  print_heading (self);
  for (guint i = 0; i < self->variants->len; i++)
    print_row (g_ptr_array_index (self->variants, i));

  for (guint i = 0; i < self->variants->len; i++)
    {
      Variant *variant = g_ptr_array_index (self->variants, i);

      if (!is_as_expected (variant))
        {
          if (n_wrong++ == 0)
            g_print ("\n");
          explain (variant);
        }
    }
  g_print ("\n");

  if (n_wrong == 0)
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "lab %s: %u of %u solutions were not judged as they must be",
               self->lab->id, n_wrong, self->variants->len);
  return FALSE;
}

/* --- The command ---------------------------------------------------------------------------------------------------- */

static gboolean
verify_lab (LabSession  *session,
            LabInfo     *lab,
            GError     **error)
{
  Verification self = {
    .session = session,
    .lab = lab,
    .variants = g_ptr_array_new_with_free_func (variant_free),
    .expectations = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_expectation_free),
  };
  gboolean verified = check_rubric (&self, error) && collect_variants (&self, error) &&
                      lab_run (verify_body, &self, error) && print_matrix (&self, error);

  g_ptr_array_unref (self.variants);
  g_ptr_array_unref (self.expectations);

  return verified;
}

gboolean
lab_command_verify (int      argc,
                    char   **argv,
                    GError **error)
{
  LabOptions options = { .level = -1 };
  const GOptionEntry entries[] = {
    LAB_COMMON_OPTION_ENTRIES (options),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (LabSession) session = NULL;
  LabInfo *only = NULL;

  if (!lab_parse_options (&argc, &argv, entries, "[LAB]",
                          "Judges solutions of which it is known what they must earn: the reference and the alternatives\n"
                          "everything, the starter nothing, and each wrong solution all but the tests that it breaks.",
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

      if ((only == NULL || only == lab) && !verify_lab (session, lab, error))
        return FALSE;
    }

  return TRUE;
}
