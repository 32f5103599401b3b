/* SPDX-License-Identifier: MIT */

/*
 * Making test programs from a student's files.
 *
 *     runners.c ──compile──────────────> plain.o   looked into: may it be linked at all?
 *              └──compile, sanitizers──> object ──objcopy──> only the lab's functions are global ──┐
 *     test-run (from the build tree) ──────────────────────────────────────────────────────────────┤
 *     harness, core, rules (from the build tree) ──────────────────────────────────────────────────┴─link──> test-run
 *
 * Each step is a run in the sandbox, and steps that do not need each other run side by side. What is linked comes
 * from our build tree, so a student's own header or core is never used.
 */

#include "builder.h"

#include "error.h"
#include "object.h"
#include "stage.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>

struct _LabBuilder
{
  LabTree *tree;
  LabSandbox *sandbox;
  LabWorkspace *workspace;
  LabStage *stage;
};

/* --- Results ----------------------------------------------------------------------------- */

const char *
lab_build_status_get_name (LabBuildStatus status)
{
  static const char *const names[] = { "ok", "unreadable", "missing", "failed", "refused" };

  return names[status];
}

static LabBuild *
build_new (void)
{
  LabBuild *self = g_new0 (LabBuild, 1);

  self->messages = g_strdup ("");
  self->programs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
lab_build_free (LabBuild *self)
{
  g_free (self->messages);
  g_free (self->folder);
  g_hash_table_unref (self->programs);
  g_free (self);
}

/* (transfer full) messages */
static LabBuild *
build_finish (LabBuild       *self,
              LabBuildStatus  status,
              char           *messages)
{
  self->status = status;
  g_free (self->messages);
  self->messages = messages;

  return self;
}

LabBuilder *
lab_builder_new (LabTree       *tree,
                 LabSandbox    *sandbox,
                 LabWorkspace  *workspace,
                 GError       **error)
{
  g_autoptr (LabBuilder) self = g_new0 (LabBuilder, 1);

  self->tree = tree;
  self->sandbox = sandbox;
  self->workspace = workspace;
  self->stage = lab_stage_new (tree, workspace, error);

  return self->stage != NULL ? g_steal_pointer (&self) : NULL;
}

void
lab_builder_free (LabBuilder *self)
{
  g_clear_pointer (&self->stage, lab_stage_free);
  g_free (self);
}

/* --- Steps ------------------------------------------------------------------------------------- */

/* A command to run in the sandbox. */
typedef struct
{
  LabBuilder *builder;
  const char *work;  /* where it runs, and may write */
  GPtrArray *argv;   /* (element-type utf8) (owned) */
  char *label;       /* whatever its maker wants to know it by */
  LabRunResult result;
} Step;

static void
step_free (gpointer data)
{
  Step *self = data;

  lab_run_result_clear (&self->result);
  g_ptr_array_unref (self->argv);
  g_free (self->label);
  g_free (self);
}

static Step *
step_new (LabBuilder *builder,
          const char *work,
          const char *label)
{
  Step *self = g_new0 (Step, 1);

  self->builder = builder;
  self->work = work;
  self->label = g_strdup (label);
  self->argv = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
step_add (Step       *self,
          const char *argument)
{
  g_ptr_array_add (self->argv, g_strdup (argument));
}

static void
step_add_many (Step              *self,
               const char *const *arguments)
{
  for (guint i = 0; arguments[i] != NULL; i++)
    step_add (self, arguments[i]);
}

static gboolean
step_succeeded (Step *self)
{
  return self->result.end == LAB_RUN_EXITED && self->result.value == 0;
}

static gpointer
step_body (gpointer   user_data,
           GError   **error)
{
  Step *self = user_data;
  const char *const readable[] = { self->builder->stage->folder, NULL };

  (void) lab_sandbox_run (self->builder->sandbox,
                          &(LabRun) {
                            .argv = (const char *const *) self->argv->pdata,
                            .readable = readable,
                            .writable = self->work,
                            .directory = self->work,
                            .is_build = TRUE,
                          },
                          &self->result, error);

  return NULL;
}

/* Runs steps side by side. */
static gboolean
run_steps (GPtrArray  *steps,
           GError    **error)
{
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();
  g_autoptr (AsyncioFuture) all = NULL;

  for (guint i = 0; i < steps->len; i++)
    {
      Step *step = g_ptr_array_index (steps, i);

      g_ptr_array_add (step->argv, NULL);
      g_ptr_array_add (coroutines, asyncio_coroutine_new (step_body, step, NULL));
    }

  all = asyncio_gatherv ((const gpointer *) coroutines->pdata, coroutines->len, TRUE, error);
  if (all == NULL || asyncio_await (all, error) == NULL)
    return FALSE;

  /* With return_exceptions all have ended here, also if one failed. */
  for (guint i = 0; i < coroutines->len; i++)
    {
      GPtrArray *tasks = asyncio_future_result (all, NULL);
      const GError *step_error = asyncio_future_exception (g_ptr_array_index (tasks, i), NULL);

      if (step_error != NULL)
        {
          g_propagate_error (error, g_error_copy (step_error));
          return FALSE;
        }
    }

  return TRUE;
}

/* --- Compiling ------------------------------------------------------------------------------------ */

static const char *const compile_flags[] = {
  "-std=gnu17", "-D_GNU_SOURCE", "-DSOLUTION", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-common", "-Wall", "-Wextra",
  "-fdiagnostics-color=never", NULL,
};

static const char *const sanitizer_flags[] = {
  "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", NULL,
};

static Step *
compile_step (LabBuilder *self,
              LabInfo    *lab,
              const char *work,
              const char *file,
              const char *origin,
              gboolean    judged)
{
  Step *step = step_new (self, work, file);
  g_autofree char *core = g_strdup_printf ("-I%s/headers/core", self->stage->folder);
  g_autofree char *header = g_strdup_printf ("-I%s/headers/%s", self->stage->folder, lab->folder);
  g_autofree char *map = g_strdup_printf ("-fdebug-prefix-map=%s=%s", work, origin);
  g_autofree char *object = g_strdup_printf ("%s.%s.o", file, judged ? "judged" : "plain");

  step_add (step, self->tree->toolchain.cc);
  step_add_many (step, compile_flags);
  if (judged)
    step_add_many (step, sanitizer_flags);
  step_add (step, core);
  step_add (step, header);
  step_add (step, map);
  step_add_many (step, (const char *const *) self->tree->toolchain.flags);
  step_add_many (step, (const char *[]) { "-c", file, "-o", object, NULL });

  return step;
}

static gboolean
write_files (LabInfo     *lab,
             GHashTable  *files,
             const char  *work,
             GError     **error)
{
  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (work, lab->files[i], NULL);
      GBytes *content = g_hash_table_lookup (files, lab->files[i]);

      if (!lab_write_file (path, g_bytes_get_data (content, NULL), (gssize) g_bytes_get_size (content), error))
        return FALSE;
    }

  return TRUE;
}

/* What a step that failed has to say. */
static char *
explain (Step *step)
{
  switch (step->result.end)
    {
    case LAB_RUN_CPU:
    case LAB_RUN_WALL:
      return g_strdup_printf ("%s: the compiler took too long\n", step->label);
    case LAB_RUN_MEMORY:
      return g_strdup_printf ("%s: the compiler took too much memory\n", step->label);
    case LAB_RUN_OUTPUT:
      return g_strdup_printf ("%s: the compiler's messages are too long:\n%.2000s\n...\n", step->label, step->result.err);
    default:
      return g_strdup (step->result.err);
    }
}

/* Compiles all files, plain and with sanitizers. Returns what the compiler said. */
static gboolean
compile (LabBuilder  *self,
         LabInfo     *lab,
         const char  *work,
         const char  *origin,
         gboolean    *succeeded,
         char       **messages,
         GError     **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (step_free);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_ptr_array_add (steps, compile_step (self, lab, work, lab->files[i], origin, FALSE));
      g_ptr_array_add (steps, compile_step (self, lab, work, lab->files[i], origin, TRUE));
    }

  if (!run_steps (steps, error))
    return FALSE;

  *succeeded = TRUE;
  for (guint i = 0; i < steps->len; i++)
    {
      Step *step = g_ptr_array_index (steps, i);
      gboolean is_plain = i % 2 == 0;

      /* Both compilers say the same, once is enough. */
      if (is_plain || !step_succeeded (step))
        {
          g_autofree char *said = explain (step);

          if (strstr (text->str, said) == NULL)
            g_string_append (text, said);
        }
      *succeeded &= step_succeeded (step);
    }

  *messages = g_string_free (g_steal_pointer (&text), FALSE);

  return TRUE;
}

static gboolean
check_objects (LabBuilder  *self,
               LabInfo     *lab,
               const char  *work,
               char       **refusal,
               GError     **error)
{
  *refusal = NULL;

  for (guint i = 0; lab->files[i] != NULL && *refusal == NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.plain.o", work, lab->files[i]);
      char *found;

      if (!lab_object_check (path, self->stage->harness, &found, error))
        return FALSE;
      if (found != NULL)
        *refusal = g_strdup_printf ("%s: %s", lab->files[i], found);
      g_free (found);
    }

  return TRUE;
}

/* --- Linking ---------------------------------------------------------------------------------------- */

/* Runs one step, which can only fail if something is wrong with the machine or the object is very strange. */
static gboolean
run_step (Step    *step,
          GError **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (step_free);

  g_ptr_array_add (steps, step);
  if (!run_steps (steps, error))
    return FALSE;

  if (!step_succeeded (step))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "%s failed: %s", step->label, step->result.err);
      return FALSE;
    }

  return TRUE;
}

/* Joins the objects and makes everything local that is not the lab's. */
static gboolean
join_objects (LabBuilder  *self,
              LabInfo     *lab,
              const char  *work,
              GError     **error)
{
  Step *join = step_new (self, work, "ld -r");
  Step *keep = step_new (self, work, "objcopy");

  step_add_many (join, (const char *[]) { self->tree->toolchain.ld, "-r", "-o", "joined.o", NULL });
  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *object = g_strdup_printf ("%s.judged.o", lab->files[i]);

      step_add (join, object);
    }

  step_add (keep, self->tree->toolchain.objcopy);
  for (guint i = 0; lab->api[i] != NULL; i++)
    {
      g_autofree char *option = g_strdup_printf ("--keep-global-symbol=%s", lab->api[i]);

      step_add (keep, option);
    }
  step_add_many (keep, (const char *[]) { "joined.o", "lab.o", NULL });

  if (!run_step (join, error))
    {
      step_free (keep);
      return FALSE;
    }

  return run_step (keep, error);
}

static Step *
link_step (LabBuilder *self,
           LabInfo    *lab,
           const char *work,
           const char *program)
{
  Step *step = step_new (self, work, program);
  g_auto (GStrv) objects = lab_stage_get_objects (self->stage, self->tree, lab, program);

  step_add (step, self->tree->toolchain.cc);
  step_add_many (step, sanitizer_flags);
  step_add_many (step, (const char *[]) { "-o", program, "lab.o", NULL });
  step_add_many (step, (const char *const *) objects);
  step_add_many (step, (const char *const *) self->tree->toolchain.libraries);
  step_add (step, "-lm");

  return step;
}

/* What the linker says is about our files as well; a student needs to know which function is missing. */
static char *
explain_link_failure (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("undefined reference to `([^']+)'", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  if (g_regex_match (regex, text, 0, &match))
    {
      g_autofree char *name = g_match_info_fetch (match, 1);

      return g_strdup_printf ("%s() is not there", name);
    }

  return g_strdup ("it cannot be linked");
}

static gboolean
link_programs (LabBuilder  *self,
               LabInfo     *lab,
               const char  *work,
               LabBuild    *build,
               GError     **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (step_free);
  g_auto (GStrv) programs = lab_info_get_programs (lab);

  for (guint i = 0; programs[i] != NULL; i++)
    g_ptr_array_add (steps, link_step (self, lab, work, programs[i]));

  if (!run_steps (steps, error))
    return FALSE;

  for (guint i = 0; i < steps->len; i++)
    {
      Step *step = g_ptr_array_index (steps, i);
      g_autofree char *made = g_build_filename (work, step->label, NULL);
      g_autofree char *kept = g_build_filename (build->folder, step->label, NULL);
      GStatBuf info;

      if (!step_succeeded (step))
        {
          g_hash_table_insert (build->programs, g_strdup (step->label), explain_link_failure (step->result.err));
          continue;
        }

      /* From here on the program is the grader's, and nobody else may change it. */
      if (g_lstat (made, &info) != 0 || !S_ISREG (info.st_mode) || !lab_copy_file (made, kept, error))
        return FALSE;
      g_hash_table_insert (build->programs, g_strdup (step->label), g_strdup (""));
    }

  return TRUE;
}

/* --- All of it ------------------------------------------------------------------------------------------ */

static LabBuild *
build_in (LabBuilder  *self,
          LabInfo     *lab,
          GHashTable  *files,
          const char  *origin,
          const char  *folder,
          const char  *work,
          GError     **error)
{
  g_autoptr (LabBuild) build = build_new ();
  g_autofree char *messages = NULL;
  g_autofree char *refusal = NULL;
  gboolean compiled;

  build->folder = g_strdup (folder);

  if (!write_files (lab, files, work, error) || !compile (self, lab, work, origin, &compiled, &messages, error))
    return NULL;

  if (!compiled)
    return build_finish (g_steal_pointer (&build), LAB_BUILD_FAILED, g_steal_pointer (&messages));

  if (!check_objects (self, lab, work, &refusal, error))
    return NULL;

  if (refusal != NULL)
    return build_finish (g_steal_pointer (&build), LAB_BUILD_REFUSED, g_steal_pointer (&refusal));

  if (!join_objects (self, lab, work, error) || !link_programs (self, lab, work, build, error))
    return NULL;

  return build_finish (g_steal_pointer (&build), LAB_BUILD_OK, g_steal_pointer (&messages));
}

LabBuild *
lab_builder_build (LabBuilder  *self,
                   LabInfo     *lab,
                   GHashTable  *files,
                   const char  *origin,
                   const char  *folder,
                   GError     **error)
{
  g_autofree char *work = NULL;
  LabBuild *build;

  for (guint i = 0; lab->files[i] != NULL; i++)
    if (!g_hash_table_contains (files, lab->files[i]))
      return build_finish (build_new (), LAB_BUILD_MISSING, g_strdup_printf ("%s is missing", lab->files[i]));

  /* The steps run as different users, and nobody else can find the folder. */
  work = lab_workspace_make_folder (self->workspace, 0777, error);
  if (work == NULL)
    return NULL;

  build = build_in (self, lab, files, origin, folder, work, error);
  lab_remove_recursively (work);

  return build;
}
