/* SPDX-License-Identifier: MIT */

/*
 * Running hostile.c in the sandbox, as the grader does.
 */

#include "run-hostile.h"

#include <string.h>

/* How many programs run side by side. */
#define N_SLOTS 4

LabWorkspace *workspace;
char *program;
LabSandbox *sandboxes[3];
char *why_not[3];

/* One for all tests, as a sandbox belongs to the loop on which it was first waited for. */
static AsyncioLoop *loop;

const LabLimits small_limits = {
  .cpu_s = 1,
  .wall_s = 20,
  .idle_s = 1,
  .memory_mb = 64,
  .file_mb = 1,
  .processes = 16,
  .output = 64 * 1024,
};

/* --- Running ---------------------------------------------------------------------------- */

guint
count_processes (void)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *line = NULL;
      gsize length;

      if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &line, &length, NULL))
        continue;
      for (gsize i = 0; i < length; i++)
        if (line[i] == '\0')
          line[i] = ' ';
      n += length > 0 && strstr (line, program) != NULL;
    }

  return n;
}

gpointer
run_body (gpointer   user_data,
          GError   **error)
{
  Run *self = user_data;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  const char *const readable[] = { program, NULL };

  (void) error;

  g_strv_builder_add (builder, program);
  g_strv_builder_addv (builder, (const char **) self->arguments);
  argv = g_strv_builder_end (builder);

  lab_sandbox_run (self->sandbox,
                   &(LabRun) {
                     .argv = (const char *const *) argv,
                     .readable = readable,
                     .writable = self->writable,
                     .directory = self->writable,
                     .limits = &self->limits,
                     .input = "hello\n",
                     .has_children = self->has_children,
                     .has_trace = self->has_trace,
                   },
                   &self->result, &self->error);

  return NULL;
}

void
on_loop (AsyncioCoroutine *coroutine)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_run_until_complete (loop, coroutine, &error);
  g_assert_no_error (error);
}

/* Runs programs side by side, and waits until all have ended. */
static gpointer
run_all_body (gpointer   user_data,
              GError   **error)
{
  GPtrArray *runs = user_data;
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();
  g_autoptr (AsyncioFuture) all = NULL;

  for (guint i = 0; i < runs->len; i++)
    g_ptr_array_add (coroutines, asyncio_coroutine_new (run_body, g_ptr_array_index (runs, i), NULL));
  all = asyncio_gatherv ((const gpointer *) coroutines->pdata, coroutines->len, TRUE, error);

  asyncio_await (all, error);

  return NULL;
}

void
run_all (int        level,
         GPtrArray *runs)
{
  for (guint i = 0; i < runs->len; i++)
    {
      Run *self = g_ptr_array_index (runs, i);

      self->sandbox = sandboxes[level];
      if (self->limits.wall_s == 0)
        self->limits = small_limits;
    }

  on_loop (asyncio_coroutine_new (run_all_body, runs, NULL));

  for (guint i = 0; i < runs->len; i++)
    {
      Run *self = g_ptr_array_index (runs, i);
      const LabRunResult *result = &self->result;

      g_assert_no_error (self->error);
      g_test_message ("%s: end %d, value %d, %u survivors, %" G_GUINT64_FORMAT " ms, out \"%.500s\", err \"%.500s\"",
                      self->arguments[0], result->end, result->value, result->n_survivors, result->wall_ms, result->out,
                      result->err);
    }
  g_assert_cmpuint (count_processes (), ==, 0);
}

void
run (Run               *self,
     int                level,
     const char *const *arguments)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new ();

  self->arguments = arguments;
  g_ptr_array_add (runs, self);
  run_all (level, runs);
}

void
run_cases (int         level,
           const Case *cases,
           gsize       n)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new ();
  g_autofree Run *array = g_new0 (Run, n);

  for (gsize i = 0; i < n; i++)
    {
      array[i].arguments = cases[i].arguments;
      g_ptr_array_add (runs, &array[i]);
    }
  run_all (level, runs);

  for (gsize i = 0; i < n; i++)
    {
      LabRunResult *result = &array[i].result;

      g_assert_cmpint (result->end, ==, cases[i].end);
      if (cases[i].end == LAB_RUN_EXITED || cases[i].end == LAB_RUN_SIGNALLED)
        g_assert_cmpint (result->value, ==, cases[i].value);
      g_assert_cmpuint (result->n_survivors, ==, cases[i].n_survivors);
      lab_run_result_clear (result);
    }
}

/* --- The program and its sandboxes -------------------------------------------------------- */

static void
compile_program (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  int wait_status;

  workspace = lab_workspace_new (&error);
  g_assert_no_error (error);
  folder = lab_workspace_make_folder (workspace, 0755, &error);
  g_assert_no_error (error);

  program = g_build_filename (folder, "hostile", NULL);
  g_spawn_sync (NULL,
                (char *[]) { (char *) COMPILER, (char *) "-D_GNU_SOURCE", (char *) "-O1", (char *) "-w", (char *) "-pthread",
                             (char *) "-o", program, (char *) HOSTILE, NULL },
                NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &wait_status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (wait_status, ==, 0);
}

static void
make_sandboxes (void)
{
  for (int level = 1; level <= 2; level++)
    {
      g_autoptr (GError) error = NULL;

      sandboxes[level] = lab_sandbox_new (level, N_SLOTS, HELPER, &error);
      if (sandboxes[level] == NULL)
        why_not[level] = g_strdup (error->message);
    }
}

void
hostile_begin (void)
{
  compile_program ();
  loop = asyncio_new_event_loop ();
  asyncio_set_event_loop (loop);
  make_sandboxes ();
}

void
hostile_end (void)
{
  for (int level = 1; level <= 2; level++)
    {
      g_clear_pointer (&sandboxes[level], lab_sandbox_free);
      g_free (why_not[level]);
    }
  asyncio_set_event_loop (NULL);
  asyncio_loop_close (loop, NULL);
  asyncio_loop_unref (loop);
  lab_workspace_free (workspace);
  g_free (program);
}
