/* SPDX-License-Identifier: MIT */

/*
 * Making test programs from a student's files.
 *
 *     runners.c ──compile──────────────> plain.o   looked into: may it be linked at all?
 *              └──compile, sanitizers──> object ──objcopy──> only the lab's functions are global ──┐
 *     test-run (from the build tree) ──────────────────────────────────────────────────────────────┤
 *     harness, core, rules (from the build tree) ──────────────────────────────────────────────────┴─link──> test-run
 *
 * Programs that the explorer runs (explore-*) are made in the same way, of an object that was compiled for it. Each step is a run in the
 * sandbox, and steps that do not need each other run side by side. What is linked comes from our build tree, so a student's own header
 * or core is never used.
 */

#include "builder.h"

#include "error.h"
#include "object.h"
#include "stage.h"
#include "step.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _LabBuilder
{
  LabTree *tree;
  LabSandbox *sandbox;
  LabWorkspace *workspace;
  LabStage *stage;
  GHashTable *compiled; /* LabInfo -> Compiled: see lab_builder_keep_compiled() */
};

/* Files that were compiled before, and where their objects are. */
typedef struct
{
  GHashTable *files; /* name -> GBytes */
  char *folder;
} Compiled;

static void
compiled_free (gpointer data)
{
  Compiled *self = data;

  g_hash_table_unref (self->files);
  g_free (self->folder);
  g_free (self);
}

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
  self->compiled = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, compiled_free);
  self->stage = lab_stage_new (tree, workspace, error);

  return self->stage != NULL ? g_steal_pointer (&self) : NULL;
}

void
lab_builder_free (LabBuilder *self)
{
  g_clear_pointer (&self->stage, lab_stage_free);
  g_hash_table_unref (self->compiled);
  g_free (self);
}

/* --- Compiling ------------------------------------------------------------------------------------ */

const char *const lab_compile_flags[] = {
  "-std=gnu17", "-D_GNU_SOURCE", "-DSOLUTION", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-common", "-Wall", "-Wextra",
  "-fdiagnostics-color=never", NULL,
};

const char *const lab_sanitizer_flags[] = {
  "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", NULL,
};

/* By LabObjectKind: in the names of objects. */
static const char *const kind_names[] = { "plain", "judged", "explored" };

/* How many kinds of objects are made of a lab's files. */
static LabObjectKind
last_kind (LabInfo *lab)
{
  return lab_info_has_explored (lab) ? LAB_OBJECT_EXPLORED : LAB_OBJECT_SANITIZED;
}

static char *
object_name (const char    *file,
             LabObjectKind  kind)
{
  return g_strdup_printf ("%s.%s.o", file, kind_names[kind]);
}

static LabStep *
compile_step (LabBuilder    *self,
              LabInfo       *lab,
              const char    *work,
              const char    *file,
              const char    *origin,
              LabObjectKind  kind)
{
  LabStep *step = lab_step_new (self->sandbox, work, file);
  const char *headers = self->stage->headers;
  g_autofree char *core = g_strdup_printf ("-I%s/core", headers);
  g_autofree char *header = g_strdup_printf ("-I%s/%s", headers, lab->folder);
  g_autofree char *rules = g_build_filename (headers, LAB_STAGE_RULES, NULL);
  g_autofree char *map = g_strdup_printf ("-fdebug-prefix-map=%s=%s", work, origin);
  g_autofree char *object = object_name (file, kind);

  lab_step_add (step, self->tree->toolchain.cc);
  lab_step_add_many (step, lab_compile_flags);
  if (kind == LAB_OBJECT_SANITIZED)
    lab_step_add_many (step, lab_sanitizer_flags);
  if (kind == LAB_OBJECT_EXPLORED)
    lab_step_add_many (step, (const char *const *) self->tree->toolchain.explored_flags);
  lab_step_add_many (step, (const char *[]) { core, header, map, "-include", rules, NULL });

  /* Nothing but headers: what else we staged would be an #include or an .incbin away, hidden tests among it. */
  lab_step_allow (step, headers);
  lab_step_add_many (step, (const char *const *) self->tree->toolchain.flags);
  lab_step_add_many (step, (const char *[]) { "-c", file, "-o", object, NULL });

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

/* Whether exactly this file was compiled before. If so, its objects are copied. */
static gboolean
copy_compiled (LabBuilder  *self,
               LabInfo     *lab,
               GHashTable  *files,
               const char  *work,
               const char  *file)
{
  const Compiled *compiled = g_hash_table_lookup (self->compiled, lab);

  if (compiled == NULL || !g_bytes_equal (g_hash_table_lookup (compiled->files, file), g_hash_table_lookup (files, file)))
    return FALSE;

  for (LabObjectKind kind = LAB_OBJECT_PLAIN; kind <= last_kind (lab); kind++)
    {
      g_autofree char *name = object_name (file, kind);
      g_autofree char *from = g_build_filename (compiled->folder, name, NULL);
      g_autofree char *to = g_build_filename (work, name, NULL);

      if (!lab_copy_file (from, to, NULL))
        return FALSE;
    }

  return TRUE;
}

/* Compiles all files, as each kind of object. Returns what the compiler said. */
static gboolean
compile (LabBuilder  *self,
         LabInfo     *lab,
         GHashTable  *files,
         const char  *work,
         const char  *origin,
         gboolean    *succeeded,
         char       **messages,
         GError     **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (lab_step_free);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_kinds = last_kind (lab) + 1;

  for (guint i = 0; lab->files[i] != NULL; i++)
    if (!copy_compiled (self, lab, files, work, lab->files[i]))
      for (LabObjectKind kind = LAB_OBJECT_PLAIN; kind < n_kinds; kind++)
        g_ptr_array_add (steps, compile_step (self, lab, work, lab->files[i], origin, kind));

  if (!lab_steps_run (steps, error))
    return FALSE;

  *succeeded = TRUE;
  for (guint i = 0; i < steps->len; i++)
    {
      LabStep *step = g_ptr_array_index (steps, i);
      gboolean is_plain = i % n_kinds == LAB_OBJECT_PLAIN;

      /* The compiler says the same of all kinds, once is enough. */
      if (is_plain || !lab_step_succeeded (step))
        {
          g_autofree char *said = lab_step_explain (step);

          if (strstr (text->str, said) == NULL)
            g_string_append (text, said);
        }
      *succeeded &= lab_step_succeeded (step);
    }

  *messages = g_string_free (g_steal_pointer (&text), FALSE);

  return TRUE;
}

/* What is in an object that must not be there, or NULL. */
static char *
check_object (LabBuilder    *self,
              LabInfo       *lab,
              const char    *work,
              const char    *file,
              LabObjectKind  kind)
{
  g_autofree char *name = object_name (file, kind);
  g_autofree char *path = g_build_filename (work, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = NULL;
  LabObject object = {
    .path = path,
    .kind = kind,
    .api = (const char *const *) lab->api,
    .forbidden = (const char *const *) lab->forbidden,
    .harness = self->stage->harness,
  };

  /* An object that we cannot read is not what the compiler made of C. */
  if (!lab_object_check (&object, &found, &error))
    return g_strdup_printf ("%s: its object file cannot be read", file);

  return found != NULL ? g_strdup_printf ("%s: %s", file, found) : NULL;
}

/* What is in the objects that must not be there, or NULL. */
static char *
check_objects (LabBuilder *self,
               LabInfo    *lab,
               const char *work)
{
  char *refusal = NULL;

  for (guint i = 0; lab->files[i] != NULL; i++)
    for (LabObjectKind kind = LAB_OBJECT_PLAIN; kind <= last_kind (lab) && refusal == NULL; kind++)
      refusal = check_object (self, lab, work, lab->files[i], kind);

  return refusal;
}

/* --- Linking ---------------------------------------------------------------------------------------- */

/* Joins the objects of a kind and makes everything local that is not the lab's. *failure says why that could not be done, which happens to no
 * object that a compiler makes of C. */
static gboolean
join_objects (LabBuilder     *self,
              LabInfo        *lab,
              const char     *work,
              LabObjectKind   kind,
              char          **failure,
              GError        **error)
{
  g_autofree char *joined = object_name ("joined", kind);
  g_autofree char *kept = object_name ("lab", kind);
  LabStep *join = lab_step_new (self->sandbox, work, "ld -r");
  LabStep *keep;

  lab_step_add_many (join, (const char *[]) { self->tree->toolchain.ld, "-r", "-o", joined, NULL });
  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *object = object_name (lab->files[i], kind);

      lab_step_add (join, object);
    }

  if (!lab_step_run (join, failure, error))
    return FALSE;
  if (*failure != NULL)
    return TRUE;

  keep = lab_step_new (self->sandbox, work, "objcopy");
  lab_step_add (keep, self->tree->toolchain.objcopy);
  for (guint i = 0; lab->api[i] != NULL; i++)
    {
      g_autofree char *option = g_strdup_printf ("--keep-global-symbol=%s", lab->api[i]);

      lab_step_add (keep, option);
    }
  lab_step_add_many (keep, (const char *[]) { joined, kept, NULL });

  return lab_step_run (keep, failure, error);
}

/* All addresses of functions are looked up at the start, and then nobody may write them any more. */
static const char *const link_flags[] = { "-Wl,-z,relro,-z,now", "-fno-lto", NULL };

static LabStep *
link_step (LabBuilder *self,
           LabInfo    *lab,
           const char *work,
           const char *program)
{
  LabStep *step = lab_step_new (self->sandbox, work, program);
  LabObjectKind kind = lab_program_is_explored (program) ? LAB_OBJECT_EXPLORED : LAB_OBJECT_SANITIZED;
  g_autofree char *joined = object_name ("lab", kind);
  g_auto (GStrv) objects = lab_stage_get_objects (self->stage, self->tree, lab, program);

  lab_step_add (step, self->tree->toolchain.cc);
  if (kind == LAB_OBJECT_SANITIZED)
    lab_step_add_many (step, lab_sanitizer_flags);
  else
    lab_step_add_many (step, (const char *const *) self->tree->toolchain.explored_wrapped);
  lab_step_add_many (step, link_flags);
  lab_step_add_many (step, (const char *[]) { "-o", program, joined, NULL });
  for (guint i = 0; objects[i] != NULL; i++)
    {
      lab_step_add (step, objects[i]);
      lab_step_allow (step, objects[i]);
    }
  lab_step_add_many (step, (const char *const *) self->tree->toolchain.libraries);
  if (kind == LAB_OBJECT_EXPLORED)
    lab_step_add_many (step, (const char *const *) self->tree->toolchain.explored_libraries);
  lab_step_add (step, "-lm");

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

/* From here on the program is the grader's, and nobody else may change it. The linker made it as somebody else, in a folder that he may
 * write: it is taken only if it is a file of its own, and by the descriptor that was looked at. */
static gboolean
keep_program (const char  *made,
              const char  *kept,
              GError     **error)
{
  int fd = open (made, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  struct stat info;
  gboolean copied = FALSE;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_nlink != 1)
    g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "the linker did not make a file: %s", made);
  else
    copied = lab_copy_file (path, kept, error);

  if (fd >= 0)
    close (fd);

  return copied;
}

static gboolean
link_programs (LabBuilder  *self,
               LabInfo     *lab,
               const char  *work,
               LabBuild    *build,
               GError     **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (lab_step_free);
  g_auto (GStrv) programs = lab_info_get_programs (lab);

  for (guint i = 0; programs[i] != NULL; i++)
    g_ptr_array_add (steps, link_step (self, lab, work, programs[i]));

  if (!lab_steps_run (steps, error))
    return FALSE;

  for (guint i = 0; i < steps->len; i++)
    {
      LabStep *step = g_ptr_array_index (steps, i);
      g_autofree char *made = g_build_filename (work, step->label, NULL);
      g_autofree char *kept = g_build_filename (build->folder, step->label, NULL);

      if (!lab_step_succeeded (step))
        {
          g_hash_table_insert (build->programs, g_strdup (step->label), explain_link_failure (step->result.err));
          continue;
        }

      if (!keep_program (made, kept, error))
        return FALSE;
      g_hash_table_insert (build->programs, g_strdup (step->label), g_strdup (""));
    }

  return TRUE;
}

/* --- All of it ------------------------------------------------------------------------------------------ */

/* What the compiler says of a file that it refuses because of stage.c's rules. */
static gboolean
is_against_the_rules (const char *messages)
{
  return strstr (messages, "attempt to use poisoned") != NULL || strstr (messages, "attempt to use a poisoned") != NULL;
}

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
  char *refusal, *failure = NULL;
  gboolean succeeded;

  build->folder = g_strdup (folder);

  if (!write_files (lab, files, work, error) || !compile (self, lab, files, work, origin, &succeeded, &messages, error))
    return NULL;

  if (!succeeded && is_against_the_rules (messages))
    return build_finish (g_steal_pointer (&build), LAB_BUILD_REFUSED,
                         g_strdup_printf ("it keeps the sanitizers from looking at it:\n%s", messages));
  if (!succeeded)
    return build_finish (g_steal_pointer (&build), LAB_BUILD_FAILED, g_steal_pointer (&messages));

  refusal = check_objects (self, lab, work);
  if (refusal != NULL)
    return build_finish (g_steal_pointer (&build), LAB_BUILD_REFUSED, refusal);

  for (LabObjectKind kind = LAB_OBJECT_SANITIZED; kind <= last_kind (lab) && failure == NULL; kind++)
    if (!join_objects (self, lab, work, kind, &failure, error))
      return NULL;
  if (failure != NULL)
    return build_finish (g_steal_pointer (&build), LAB_BUILD_FAILED, failure);

  if (!link_programs (self, lab, work, build, error))
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

  /* The steps run as different users. Nobody else can enter the workspace. */
  work = lab_workspace_make_folder (self->workspace, 0777, error);
  if (work == NULL)
    return NULL;

  build = build_in (self, lab, files, origin, folder, work, error);
  lab_remove_recursively (work);

  return build;
}

gboolean
lab_builder_keep_compiled (LabBuilder  *self,
                           LabInfo     *lab,
                           GHashTable  *files,
                           const char  *origin,
                           GError     **error)
{
  g_autofree char *folder = lab_workspace_make_folder (self->workspace, 0777, error);
  g_autofree char *messages = NULL;
  Compiled *compiled;
  gboolean succeeded;

  if (folder == NULL || !write_files (lab, files, folder, error) ||
      !compile (self, lab, files, folder, origin, &succeeded, &messages, error))
    return FALSE;

  /* What the compiler has to say must be said each time. */
  if (!succeeded || messages[0] != '\0')
    return TRUE;

  compiled = g_new (Compiled, 1);
  compiled->files = g_hash_table_ref (files);
  compiled->folder = g_steal_pointer (&folder);
  g_hash_table_insert (self->compiled, lab, compiled);

  return TRUE;
}
