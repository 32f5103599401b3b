/* SPDX-License-Identifier: MIT */

/*
 * `lab grade`: judges a folder of submissions.
 *
 * Each submission is a job, a task of its own; a semaphore keeps the number of those under way small. What is written is in output.c.
 */

#include "commands.h"

#include "error.h"
#include "gradebook.h"
#include "output.h"
#include "session.h"
#include "submission.h"

#include <json-glib/json-glib.h>

/* What is remembered of a student when the files are written: not much, so that a thousand fit. */
typedef struct
{
  LabSubmission *submission; /* (unowned) */
  guint *scores;             /* one for each lab */
  guint score;
  char *problem;             /* (nullable) why it could not be graded */
  char *remarks;             /* what is worth knowing at a glance */
} Row;

typedef struct
{
  LabSession *session;
  GPtrArray *labs;          /* (element-type LabInfo): those to be graded */
  GPtrArray *expectations;  /* (element-type GPtrArray of LabExpectation): one for each lab */
  GPtrArray *submissions;   /* (element-type LabSubmission) */
  GPtrArray *ignored;       /* (element-type utf8) */
  GPtrArray *rows;          /* (element-type Row): one for each submission */
  guint jobs;               /* how many slots the sandbox has */
  AsyncioSemaphore *in_flight; /* (nullable) made in the loop that it is for */
  LabOutput *output;
  guint n_done;
} Grading;

/* A submission to be graded, in a task of its own. */
typedef struct
{
  Grading *grading;
  Row *row;
} Job;

static void
row_free (gpointer data)
{
  Row *self = data;

  g_free (self->scores);
  g_free (self->problem);
  g_free (self->remarks);
  g_free (self);
}

/* --- One student ---------------------------------------------------------------------------- */

/* In the gradebook: how many tests ended in which way, if not by passing. */
static char *
make_remarks (LabResult *result)
{
  static const char *const no_build[] = {
    [LAB_BUILD_UNREADABLE] = "cannot be read",
    [LAB_BUILD_MISSING] = "file missing",
    [LAB_BUILD_FAILED] = "does not compile",
    [LAB_BUILD_REFUSED] = "refused",
  };
  guint n[LAB_MISSING + 1] = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < result->labs->len; i++)
    {
      LabLabResult *lab = g_ptr_array_index (result->labs, i);

      if (lab->build != LAB_BUILD_OK)
        g_string_append_printf (text, "%slab %s: %s", text->len > 0 ? "; " : "", lab->lab->id, no_build[lab->build]);
      else
        for (guint j = 0; j < lab->verdicts->len; j++)
          n[((LabVerdict *) g_ptr_array_index (lab->verdicts, j))->status]++;
    }

  for (guint status = LAB_FAILED; status <= LAB_MISSING; status++)
    if (n[status] > 0)
      g_string_append_printf (text, "%s%u %s", text->len > 0 ? "; " : "", n[status],
                              lab_status_get_name ((LabStatus) status));

  return g_strdup (text->str);
}

static LabLabResult *
grade_lab (Grading     *self,
           Row         *row,
           guint        index,
           GError     **error)
{
  LabInfo *lab = g_ptr_array_index (self->labs, index);
  g_autoptr (GError) input_error = NULL;
  g_autoptr (GHashTable) files = lab_submission_read (row->submission, lab, &input_error);

  if (files != NULL)
    return lab_judge_files (&self->session->judge, lab, files, g_ptr_array_index (self->expectations, index), NULL, NULL,
                            ".", error);

  if (row->problem == NULL)
    row->problem = g_strdup (input_error->message);

  return lab_judge_unreadable (lab, input_error->message);
}

static gboolean
grade_student (Grading  *self,
               Row      *row,
               GError  **error)
{
  g_autoptr (LabResult) result = lab_session_new_result (self->session, row->submission->student);

  for (guint i = 0; i < self->labs->len; i++)
    {
      LabLabResult *lab = grade_lab (self, row, i, error);

      if (lab == NULL)
        return FALSE;
      row->scores[i] = lab_lab_result_get_score (lab);
      g_ptr_array_add (result->labs, lab);
    }

  row->score = lab_result_get_score (result);
  row->remarks = make_remarks (result);
  self->n_done++;
  g_printerr ("[%u/%u] %s %u/%u%s%s\n", self->n_done, self->rows->len, row->submission->student, row->score,
              lab_result_get_max_score (result), row->remarks[0] != '\0' ? "  " : "", row->remarks);

  return lab_output_write_student (self->output, result, error);
}

static gpointer
job_body (gpointer   user_data,
          GError   **error)
{
  Job *self = user_data;

  if (asyncio_semaphore_acquire (self->grading->in_flight, error))
    {
      (void) grade_student (self->grading, self->row, error);
      asyncio_semaphore_release (self->grading->in_flight);
    }

  return NULL;
}

/* --- All students --------------------------------------------------------------------------------- */

static gboolean
record_references (Grading  *self,
                   GError  **error)
{
  for (guint i = 0; i < self->labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (self->labs, i);
      g_autoptr (GHashTable) files = lab_judge_read_files (lab, lab->lab_dir, error);
      GPtrArray *expectations;

      if (files == NULL)
        return FALSE;

      expectations = lab_judge_record (&self->session->judge, lab, files, &self->session->seed, 1, error);
      if (expectations == NULL)
        return FALSE;

      g_ptr_array_add (self->expectations, expectations);
    }

  return TRUE;
}

/* Ends when the first job fails: then the others are cancelled, and waited for. */
static gboolean
await_jobs (GPtrArray  *tasks,
            GError    **error)
{
  g_autoptr (AsyncioFuture) all = asyncio_gatherv ((const gpointer *) tasks->pdata, tasks->len, FALSE, error);
  gboolean done = all != NULL && asyncio_await (all, error) != NULL;

  for (guint i = 0; i < tasks->len; i++)
    asyncio_task_cancel (g_ptr_array_index (tasks, i));
  for (guint i = 0; i < tasks->len; i++)
    while (!asyncio_task_done (g_ptr_array_index (tasks, i)))
      (void) asyncio_await (g_ptr_array_index (tasks, i), NULL);

  return done;
}

static gpointer
grade_body (gpointer   user_data,
            GError   **error)
{
  Grading *self = user_data;
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  if (!record_references (self, error))
    return NULL;

  /* More submissions than slots are under way, so that no slot waits for a compiler, but not all of a large course. */
  self->in_flight = asyncio_semaphore_new (self->jobs + 1);

  for (guint i = 0; i < self->rows->len; i++)
    {
      Job *job = g_new (Job, 1);

      *job = (Job) { self, g_ptr_array_index (self->rows, i) };
      g_ptr_array_add (tasks, asyncio_create_task (asyncio_coroutine_new (job_body, job, g_free), error));
    }

  (void) await_jobs (tasks, error);

  return NULL;
}

/* --- The tables -------------------------------------------------------------------------------------- */

static gboolean
write_gradebook (Grading  *self,
                 GError  **error)
{
  g_autoptr (LabGradebook) book = lab_gradebook_new ();
  guint max_score = 0;

  lab_gradebook_add (book, "student");
  for (guint i = 0; i < self->labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (self->labs, i);
      g_autofree char *heading = g_strdup_printf ("lab %s", lab->id);

      max_score += lab->points;
      lab_gradebook_add (book, heading);
    }
  lab_gradebook_add (book, "score");
  lab_gradebook_add (book, "max score");
  lab_gradebook_add (book, "remarks");
  lab_gradebook_end_row (book);

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);

      lab_gradebook_add (book, row->submission->student);
      for (guint j = 0; j < self->labs->len; j++)
        lab_gradebook_add_number (book, row->scores[j]);
      lab_gradebook_add_number (book, row->score);
      lab_gradebook_add_number (book, max_score);
      lab_gradebook_add (book, row->remarks);
      lab_gradebook_end_row (book);
    }

  return lab_output_write (self->output, "gradebook.csv", lab_gradebook_get_text (book), error);
}

static void
add_member (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_students (Grading     *self,
              JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "students");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);

      json_builder_begin_object (builder);
      add_member (builder, "student", row->submission->student);
      json_builder_set_member_name (builder, "score");
      json_builder_add_int_value (builder, row->score);
      json_builder_set_member_name (builder, "problem");
      if (row->problem != NULL)
        json_builder_add_string_value (builder, row->problem);
      else
        json_builder_add_null_value (builder);
      add_member (builder, "remarks", row->remarks);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static gboolean
write_summary (Grading  *self,
               GError  **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, self->session->seed);
  g_autofree char *text = NULL;
  g_autofree char *with_newline = NULL;

  json_builder_begin_object (builder);
  add_member (builder, "schema", "asyncio-labs/summary/v1");
  add_member (builder, "seed", seed);
  add_member (builder, "sandbox", lab_sandbox_describe (self->session->sandbox));
  add_member (builder, "toolchain", self->session->tree->toolchain.version);
  json_builder_set_member_name (builder, "labs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->labs->len; i++)
    json_builder_add_string_value (builder, ((LabInfo *) g_ptr_array_index (self->labs, i))->id);
  json_builder_end_array (builder);
  add_students (self, builder);
  json_builder_set_member_name (builder, "ignored");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->ignored->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (self->ignored, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  with_newline = g_strconcat (text, "\n", NULL);

  return lab_output_write (self->output, "summary.json", with_newline, error);
}

/* --- The command ------------------------------------------------------------------------------------------- */

static gboolean
choose_labs (Grading     *self,
             const char  *lab,
             GError     **error)
{
  GPtrArray *all = self->session->tree->labs;

  self->labs = g_ptr_array_new ();
  self->expectations = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  if (lab != NULL)
    {
      LabInfo *one = lab_info_find (all, lab, error);

      if (one == NULL)
        return FALSE;
      g_ptr_array_add (self->labs, one);
    }
  else
    {
      for (guint i = 0; i < all->len; i++)
        g_ptr_array_add (self->labs, g_ptr_array_index (all, i));
    }

  return TRUE;
}

static gboolean
choose_submissions (Grading     *self,
                    const char  *folder,
                    const char  *only,
                    GError     **error)
{
  self->submissions = lab_submissions_list (folder, &self->ignored, error);
  if (self->submissions == NULL)
    return FALSE;

  self->rows = g_ptr_array_new_with_free_func (row_free);
  for (guint i = 0; i < self->submissions->len; i++)
    {
      LabSubmission *submission = g_ptr_array_index (self->submissions, i);
      Row *row;

      if (only != NULL && g_strcmp0 (only, submission->student) != 0)
        continue;

      row = g_new0 (Row, 1);
      row->submission = submission;
      row->scores = g_new0 (guint, self->labs->len);
      g_ptr_array_add (self->rows, row);
    }

  if (self->rows->len == 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "there is no submission of '%s' in %s", only, folder);
      return FALSE;
    }

  for (guint i = 0; i < self->ignored->len; i++)
    g_printerr ("ignored, neither a folder nor an archive: %s\n", (char *) g_ptr_array_index (self->ignored, i));

  return TRUE;
}

static void
grading_clear (Grading *self)
{
  g_clear_pointer (&self->output, lab_output_free);
  g_clear_pointer (&self->in_flight, asyncio_semaphore_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->ignored, g_ptr_array_unref);
  g_clear_pointer (&self->submissions, g_ptr_array_unref);
  g_clear_pointer (&self->expectations, g_ptr_array_unref);
  g_clear_pointer (&self->labs, g_ptr_array_unref);
}

/* Submissions that could not be graded make the whole thing fail, but only after all others were. */
static gboolean
tell_problems (Grading  *self,
               GError  **error)
{
  guint n = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = g_ptr_array_index (self->rows, i);

      if (row->problem != NULL)
        {
          g_printerr ("could not be graded: %s\n", row->problem);
          n++;
        }
    }

  if (n == 0)
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_INPUT, "%u of %u submissions could not be graded", n, self->rows->len);
  return FALSE;
}

static gboolean
grade (Grading     *self,
       const char  *output,
       guint        jobs,
       GError     **error)
{
  if (self->session->tree->is_handout)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE,
                           "this tree is a handout: it has no reference solutions to grade by");
      return FALSE;
    }

  self->output = lab_output_new (output, error);
  if (self->output == NULL)
    return FALSE;

  self->jobs = jobs;

  g_printerr ("Sandbox: %s\n", lab_sandbox_describe (self->session->sandbox));

  if (!lab_run (grade_body, self, error) || !write_gradebook (self, error) || !write_summary (self, error) ||
      !lab_output_complete (self->output, error))
    return FALSE;

  g_print ("%u submissions graded: %s/gradebook.csv\n", self->rows->len, output);

  return tell_problems (self, error);
}

gboolean
lab_command_grade (int      argc,
                   char   **argv,
                   GError **error)
{
  LabOptions options = { .level = -1 };
  g_autofree char *output = NULL;
  g_autofree char *only = NULL;
  g_autofree char *lab = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the results into this folder, which is made", "OUT" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "Grade only this student", "STUDENT" },
    { "lab", 'l', 0, G_OPTION_ARG_STRING, &lab, "Grade only this lab", "LAB" },
    LAB_COMMON_OPTION_ENTRIES (options),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (LabSession) session = NULL;
  Grading grading = { .session = NULL };
  gboolean done;

  if (!lab_parse_options (&argc, &argv, entries, "SUBMISSIONS --output OUT",
                          "Grades the submissions in a folder: a folder or an archive for each student.", 1, 1, error))
    return FALSE;

  if (output == NULL)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "--output OUT is missing");
      return FALSE;
    }

  session = lab_session_open (&options, FALSE, error);
  if (session == NULL)
    return FALSE;

  grading.session = session;
  done = choose_labs (&grading, lab, error) && choose_submissions (&grading, argv[1], only, error) &&
         grade (&grading, output, options.jobs > 0 ? (guint) options.jobs : g_get_num_processors (), error);
  grading_clear (&grading);

  return done;
}
