/* SPDX-License-Identifier: MIT */

/*
 * `lab trace`: draws what a program or a test did.
 *
 * Both have the core, and the core can record what it does. A program is the user's own and runs as it always does, with the name of a file
 * in its environment. A test has a student's code in it: it is built and run in the sandbox as `lab check` does, and its recording
 * comes through the pipe through which its trace would come. What a program has recorded by itself can be drawn as well.
 */

#include "commands.h"

#include "error.h"
#include "session.h"
#include "timeline.h"

#include <signal.h>
#include <string.h>

#define MEGABYTE (1024 * 1024)

/* More than any picture could show. */
#define MAX_RECORDING (64 * MEGABYTE)
#define MAX_RECORDING_OF_TEST (16 * MEGABYTE)

typedef struct
{
  const char *extension;
  char *(*draw) (LabTimeline *timeline);
  gboolean has_all; /* however much there is */
} Format;

static const Format formats[] = {
  { ".svg", lab_timeline_to_svg, FALSE },
  { ".html", lab_timeline_to_html, FALSE },
  { ".json", lab_timeline_to_json, TRUE },
  { ".txt", lab_timeline_to_text, FALSE },
};

typedef struct
{
  char **argv;      /* program and arguments; or lab and test */
  LabTree *tree;    /* (owned) */
  LabInfo *lab;     /* (unowned) (nullable): of a test */
  LabTest *test;    /* (unowned) (nullable) */
  LabSession *session; /* (owned) (nullable): of a test */
  char *recording;  /* (owned) (nullable): NULL if there is none */
  char *end;        /* (owned) (nullable): how it ended, if not well */
} Trace;

static void
trace_clear (Trace *self)
{
  g_clear_pointer (&self->session, lab_session_close);
  g_clear_pointer (&self->tree, lab_tree_free);
  g_free (self->recording);
  g_free (self->end);
}

/* --- Programs ------------------------------------------------------------------------------------- */

/* When we are interrupted the program must not go on without us. */
static gboolean
wait_for_program (AsyncioProcess  *process,
                  int             *status,
                  GError         **error)
{
  if (asyncio_process_wait (process, status, error))
    return TRUE;

  asyncio_process_kill (process);
  (void) asyncio_process_wait (process, NULL, NULL);

  return FALSE;
}

static void
note_end_of_program (Trace *self,
                     int    status)
{
  if (status < 0)
    self->end = g_strdup_printf ("%s was ended by signal %d (%s)", self->argv[0], -status, g_strsignal (-status));
  else if (status > 0)
    self->end = g_strdup_printf ("%s ended with status %d", self->argv[0], status);
}

static gboolean
read_recording (Trace       *self,
                const char  *path,
                GError     **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GError) local_error = NULL;
  gsize length = 0;

  self->recording = g_malloc (MAX_RECORDING + 1);
  stream = g_file_read (file, NULL, &local_error);
  if (stream == NULL || !g_input_stream_read_all (G_INPUT_STREAM (stream), self->recording, MAX_RECORDING, &length, NULL, &local_error))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_INPUT, "cannot read %s: %s", path, local_error->message);
      return FALSE;
    }
  self->recording[length] = '\0';

  return TRUE;
}

static gpointer
program_body (gpointer   user_data,
              GError   **error)
{
  Trace *self = user_data;
  g_autoptr (LabWorkspace) workspace = lab_workspace_new (error);
  g_autoptr (AsyncioProcess) process = NULL;
  g_autoptr (GError) spawn_error = NULL;
  g_autofree char *path = NULL;
  g_auto (GStrv) environment = NULL;
  int status = 0;

  if (workspace == NULL)
    return NULL;

  path = g_build_filename (lab_workspace_get_path (workspace), "recording.jsonl", NULL);
  environment = g_environ_setenv (g_get_environ (), "ASYNCIO_TRACE", path, TRUE);
  process = asyncio_create_subprocess_exec (&(AsyncioSubprocessOptions) {
                                              .argv = (const char *const *) self->argv,
                                              .envp = (const char *const *) environment,
                                              .stdin_fd = ASYNCIO_SUBPROCESS_INHERIT,
                                            },
                                            &spawn_error);
  if (process == NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot run %s: %s", self->argv[0], spawn_error->message);
      return NULL;
    }

  if (wait_for_program (process, &status, error))
    {
      note_end_of_program (self, status);

      /* A program that records nothing makes no file. */
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        (void) read_recording (self, path, error);
    }

  return NULL;
}

/* --- Tests ----------------------------------------------------------------------------------------- */

/* As verdict.c has it, but whatever it did, it is drawn. */
static void
note_end_of_test (Trace              *self,
                  const LabRunResult *run)
{
  if (run->end == LAB_RUN_SIGNALLED)
    self->end = g_strdup_printf ("%s was ended by signal %d (%s)", self->test->path, run->value, g_strsignal (run->value));
  else if (run->end == LAB_RUN_OUTPUT)
    self->end = g_strdup_printf ("%s did more than can be recorded", self->test->path);
  else if (run->end != LAB_RUN_EXITED)
    self->end = g_strdup_printf ("%s was ended by a limit; `lab check %s --test %s` says which", self->test->path,
                                 self->lab->id, self->test->path);
  else if (run->value != 0)
    self->end = g_strdup_printf ("%s ended with status %d; `lab check %s --test %s` says why", self->test->path, run->value,
                                 self->lab->id, self->test->path);
}

static gboolean
run_test (Trace       *self,
          LabBuild    *build,
          GError     **error)
{
  g_autofree char *program = g_build_filename (build->folder, self->test->program, NULL);
  g_autofree char *seed = g_strdup_printf ("--lab-seed=%" G_GUINT64_FORMAT, self->session->seed);
  const char *const argv[] = { program, seed, LAB_TRACE_FD_ARGUMENT, "--record", "-p", self->test->path, NULL };
  const char *const readable[] = { program, NULL };
  LabLimits limits = lab_limits_of_tests;
  g_auto (LabRunResult) run = { 0 };

  limits.output = MAX_RECORDING_OF_TEST;
  if (!lab_sandbox_run (self->session->sandbox,
                        &(LabRun) {
                          .argv = argv,
                          .readable = readable,
                          .limits = &limits,
                          .has_children = self->lab->children,
                          .has_trace = TRUE,
                        },
                        &run, error))
    return FALSE;

  note_end_of_test (self, &run);
  self->recording = g_steal_pointer (&run.trace);

  return TRUE;
}

static gpointer
test_body (gpointer   user_data,
           GError   **error)
{
  Trace *self = user_data;
  g_autoptr (GHashTable) files = lab_judge_read_files (self->lab, self->lab->lab_dir, error);
  g_autofree char *folder = NULL;
  g_autoptr (LabBuild) build = NULL;
  const char *why_not;

  if (files == NULL || (folder = lab_workspace_make_folder (self->session->workspace, 0755, error)) == NULL)
    return NULL;

  build = lab_builder_build (self->session->builder, self->lab, files, self->lab->lab_dir, folder, error);
  if (build == NULL)
    return NULL;

  why_not = build->status != LAB_BUILD_OK ? build->messages : g_hash_table_lookup (build->programs, self->test->program);
  if (why_not == NULL || why_not[0] != '\0')
    g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s cannot be built: %s", self->test->path,
                 why_not != NULL ? why_not : "the test program is not there");
  else
    (void) run_test (self, build, error);

  return NULL;
}

/* Runs what is to be traced, if it is not recorded already. */
static gboolean
run (Trace   *self,
     GError **error)
{
  return self->recording != NULL || lab_run (self->test != NULL ? test_body : program_body, self, error);
}

/* --- The command --------------------------------------------------------------------------------------- */

static const Format *
find_format (const char  *output,
             GError     **error)
{
  if (output == NULL)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "--output FILE.svg is missing");
      return NULL;
    }

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (output, formats[i].extension))
      return &formats[i];

  g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "'%s' is not called .svg, .html, .json or .txt", output);
  return NULL;
}

/* The first argument is a lab's name, and the second one of its tests; or it is a recording; or else a program. */
static gboolean
choose (Trace             *self,
        const LabOptions  *options,
        GError           **error)
{
  if (g_str_has_suffix (self->argv[0], ".jsonl"))
    return read_recording (self, self->argv[0], error);

  self->lab = lab_info_find (self->tree->labs, self->argv[0], NULL);
  if (self->lab == NULL)
    return TRUE;

  if (self->argv[1] == NULL || self->argv[2] != NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "one test of lab %s is needed: lab trace %s TEST-PATH", self->lab->id,
                   self->lab->id);
      return FALSE;
    }

  self->test = lab_info_find_test (self->lab, self->argv[1]);
  if (self->test == NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "lab %s has no test '%s'; `lab check %s` lists them", self->lab->id,
                   self->argv[1], self->lab->id);
      return FALSE;
    }

  self->session = lab_session_open (options, TRUE, error);

  return self->session != NULL;
}

static gboolean
draw (Trace         *self,
      const Format  *format,
      const char    *output,
      GError       **error)
{
  g_autoptr (LabTimeline) timeline = NULL;
  g_autofree char *drawn = NULL;
  g_autofree char *gaps = NULL;

  if (self->recording == NULL || self->recording[0] == '\0')
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_INPUT, "%s has recorded nothing%s%s%s: is it linked with asyncio, and does it make a loop?",
                   self->argv[0], self->end != NULL ? " (" : "", self->end != NULL ? self->end : "", self->end != NULL ? ")" : "");
      return FALSE;
    }

  timeline = lab_timeline_new (self->recording, self->test != NULL ? self->test->path : NULL, error);
  if (timeline == NULL)
    {
      g_prefix_error (error, "%s: ", self->argv[0]);
      return FALSE;
    }

  drawn = format->draw (timeline);
  if (!lab_write_file (output, drawn, -1, error))
    return FALSE;

  gaps = lab_timeline_explain_gaps (timeline);
  g_print ("%s: %u events in %u lanes\n", output, timeline->moments->len, timeline->lanes->len);
  if (self->end != NULL)
    g_printerr ("%s.\n", self->end);
  if (gaps != NULL && !(format->has_all && timeline->is_whole))
    g_printerr ("%s\n", gaps);

  return TRUE;
}

gboolean
lab_command_trace (int      argc,
                   char   **argv,
                   GError **error)
{
  LabOptions options = { .level = -1 };
  g_autofree char *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the picture into this file: .svg, .html, .json (for Perfetto) or .txt", "FILE" },
    LAB_COMMON_OPTION_ENTRIES (options),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  const Format *format;
  Trace trace = { .argv = NULL };
  gboolean done;

  if (!lab_parse_options (&argc, &argv, entries, "PROGRAM [ARGUMENT…] | LAB TEST-PATH | RECORDING.jsonl --output FILE",
                          "Draws what a program that is linked with asyncio did: tasks and threads as lanes, what ran when, and who woke\n"
                          "whom. Or what a test of a lab did with the files of this tree; or what a program recorded that ran with\n"
                          "ASYNCIO_TRACE=RECORDING.jsonl in its environment. A program's own options come after `--`.",
                          1, G_MAXINT, error))
    return FALSE;

  trace.argv = argv + (g_str_equal (argv[1], "--") && argc > 2 ? 2 : 1);
  format = find_format (output, error);
  if (format == NULL)
    return FALSE;

  trace.tree = lab_tree_load (NULL, NULL, error);
  done = trace.tree != NULL && choose (&trace, &options, error) &&
         run (&trace, error) && draw (&trace, format, output, error);
  trace_clear (&trace);

  return done;
}
