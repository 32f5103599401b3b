/* SPDX-License-Identifier: MIT */

/*
 * Running what is not trusted: the grader's side of lab-sandbox.
 *
 * Each run takes a slot. Four pipes lead to it, besides standard input: standard output and error, the trace, and lab-sandbox's report. A fifth leads
 * the other way and carries nothing: it is closed to ask lab-sandbox to end all, and the kernel closes it when we are killed.
 */

#include "sandbox.h"

#include "capture.h"
#include "error.h"
#include "slots.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A correct test takes some 20 ms of processor time and about as much time, as its clock is virtual, and some 30 MB. The limits are so far away
 * that neither a slow machine (50 times slower) nor a busy one (which makes a test wait, but does not make it
 * sleep) comes near: none of them is there to measure how good a solution is. */
const LabLimits lab_limits_of_tests = {
  .cpu_s = 5,
  .wall_s = 60,
  .idle_s = 5,
  .memory_mb = 512,
  .file_mb = 1,
  .processes = 64,
  .output = 1024 * 1024,
};

/* A file of a lab is compiled in less than a second, with 150 MB. A linker may wait for a slow disk, so it may sleep. */
const LabLimits lab_limits_of_builds = {
  .cpu_s = 30,
  .wall_s = 120,
  .idle_s = 0,
  .memory_mb = 1024,
  .file_mb = 64,
  .processes = 64,
  .output = 1024 * 1024,
};

struct _LabSandbox
{
  LabSandboxLevel level;
  char *helper;
  char *bwrap;
  GArray *slots;               /* (element-type LabSlot) */
  GQueue free_slots;           /* of pointers into slots */
  AsyncioSemaphore *semaphore; /* (nullable) counts them; made in the loop that it is for */
  guint n_inside;              /* runs that are under way or wait for a slot */
};

/* --- What this machine offers ------------------------------------------------------------ */

/* Runs lab-sandbox before there is a loop, to see whether it works. */
static gboolean
probe (const char *const *argv)
{
  int wait_status;

  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                       NULL, NULL, &wait_status, NULL) &&
         wait_status == 0;
}

static gboolean
has_namespaces (LabSandbox *self,
                guint       uid)
{
  g_autofree char *uid_option = g_strdup_printf ("--uid=%u", uid);
  g_autofree char *bwrap_option = NULL;

  if (self->bwrap == NULL)
    return FALSE;

  bwrap_option = g_strdup_printf ("--bwrap=%s", self->bwrap);

  return probe ((const char *[]) { self->helper, "--level=1", uid_option, bwrap_option, "--mode=build", "--",
                                   "/bin/true", NULL });
}

static gboolean
has_landlock (LabSandbox *self,
              guint       uid)
{
  g_autofree char *uid_option = g_strdup_printf ("--uid=%u", uid);

  return probe ((const char *[]) { self->helper, "--level=2", uid_option, "--mode=build", "--", "/bin/true", NULL });
}

static gboolean
choose_level (LabSandbox  *self,
              int          wanted,
              GError     **error)
{
  guint uid = g_array_index (self->slots, LabSlot, 0).uid;

  if ((wanted < 0 || wanted == LAB_SANDBOX_NAMESPACES) && has_namespaces (self, uid))
    self->level = LAB_SANDBOX_NAMESPACES;
  else if ((wanted < 0 || wanted == LAB_SANDBOX_LANDLOCK) && has_landlock (self, uid))
    self->level = LAB_SANDBOX_LANDLOCK;
  else if (wanted == LAB_SANDBOX_NONE)
    self->level = LAB_SANDBOX_NONE;
  else
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "%s",
                   wanted == LAB_SANDBOX_NAMESPACES
                     ? "this machine offers no sandbox of level 1: bubblewrap is not installed, or may not make namespaces"
                   : wanted == LAB_SANDBOX_LANDLOCK
                     ? "this machine offers no sandbox of level 2: the kernel has no Landlock (Linux 5.13), or it may not be used"
                     : "this machine offers no sandbox: neither bubblewrap nor Landlock (Linux 5.13) can be used");
      return FALSE;
    }

  return TRUE;
}

static gboolean
make_slots (LabSandbox  *self,
            guint        n_slots,
            GError     **error)
{
  self->slots = lab_slots_take (n_slots, self->helper, error);
  if (self->slots == NULL)
    return FALSE;

  for (guint i = 0; i < n_slots; i++)
    g_queue_push_tail (&self->free_slots, &g_array_index (self->slots, LabSlot, i));

  return TRUE;
}

static char *
find_helper (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *dir = self != NULL ? g_path_get_dirname (self) : g_strdup (".");

  return g_build_filename (dir, "lab-sandbox", NULL);
}

LabSandbox *
lab_sandbox_new (int          level,
                 guint        n_slots,
                 const char  *helper,
                 GError     **error)
{
  g_autoptr (LabSandbox) self = g_new0 (LabSandbox, 1);

  self->helper = helper != NULL ? g_strdup (helper) : find_helper ();
  self->bwrap = g_find_program_in_path ("bwrap");
  g_queue_init (&self->free_slots);

  if (!g_file_test (self->helper, G_FILE_TEST_IS_EXECUTABLE))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "%s is missing: build everything first", self->helper);
      return NULL;
    }

  if (!make_slots (self, MAX (n_slots, 1), error) || !choose_level (self, level, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
lab_sandbox_free (LabSandbox *self)
{
  g_queue_clear (&self->free_slots);
  g_clear_pointer (&self->slots, g_array_unref);
  g_clear_pointer (&self->semaphore, asyncio_semaphore_unref);
  g_free (self->bwrap);
  g_free (self->helper);
  g_free (self);
}

LabSandboxLevel
lab_sandbox_get_level (LabSandbox *self)
{
  return self->level;
}

gboolean
lab_sandbox_has_own_uid (LabSandbox *self)
{
  return g_array_index (self->slots, LabSlot, 0).uid != 0;
}

const char *
lab_sandbox_describe (LabSandbox *self)
{
  gboolean own_uid = lab_sandbox_has_own_uid (self);

  switch (self->level)
    {
    case LAB_SANDBOX_NAMESPACES:
      return own_uid ? "level 1: namespaces (bubblewrap), seccomp, limits, a uid of its own"
                     : "level 1: namespaces (bubblewrap), seccomp, limits";
    case LAB_SANDBOX_LANDLOCK:
      return own_uid ? "level 2: Landlock, seccomp, limits, a uid of its own"
                     : "level 2: Landlock, seccomp, limits";
    case LAB_SANDBOX_NONE:
    default:
      return "none: limits only";
    }
}

/* --- A run ------------------------------------------------------------------------------------ */

void
lab_run_result_clear (LabRunResult *self)
{
  g_clear_pointer (&self->out, g_free);
  g_clear_pointer (&self->err, g_free);
  g_clear_pointer (&self->trace, g_free);
}

/* The descriptors that lab-sandbox gets besides the standard streams. */
typedef struct
{
  int report;
  int control;
  int trace; /* or -1 */
} Descriptors;

/* The command line of lab-sandbox. (transfer full): freed with g_strfreev() */
static char **
make_argv (LabSandbox        *self,
           const LabRun      *run,
           const LabLimits   *limits,
           const LabSlot     *slot,
           const Descriptors *fds)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  const struct
  {
    const char *option;
    int value; /* negative ones are left out */
  } numbers[] = {
    { "--level", (int) self->level },
    { "--uid", (int) slot->uid },
    { "--group", slot->uid != 0 ? LAB_SANDBOX_GROUP : -1 },
    { "--report", fds->report },
    { "--control", fds->control },
    { "--keep", fds->trace },
    { "--cpu", (int) limits->cpu_s },
    { "--wall", (int) limits->wall_s },
    { "--idle", (int) limits->idle_s },
    { "--memory", (int) limits->memory_mb },
    { "--files", (int) limits->file_mb },
    { "--processes", (int) limits->processes },
  };

  g_strv_builder_add (argv, self->helper);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *option = g_strdup_printf ("%s=%d", numbers[i].option, numbers[i].value);

      if (numbers[i].value >= 0)
        g_strv_builder_add (argv, option);
    }

  if (run->is_build)
    g_strv_builder_add (argv, "--mode=build");
  if (run->has_children)
    g_strv_builder_add (argv, "--children");
  if (self->bwrap != NULL)
    g_strv_builder_add_many (argv, "--bwrap", self->bwrap, NULL);
  for (guint i = 0; run->readable != NULL && run->readable[i] != NULL; i++)
    g_strv_builder_add_many (argv, "--read", run->readable[i], NULL);
  if (run->writable != NULL)
    g_strv_builder_add_many (argv, "--write", run->writable, NULL);
  if (run->directory != NULL)
    g_strv_builder_add_many (argv, "--chdir", run->directory, NULL);

  g_strv_builder_add (argv, "--");
  for (guint i = 0; run->argv[i] != NULL; i++)
    {
      g_autofree char *argument = g_strcmp0 (run->argv[i], LAB_TRACE_FD_ARGUMENT) == 0
                                    ? g_strdup_printf ("%s=%d", LAB_TRACE_FD_ARGUMENT, fds->trace)
                                    : g_strdup (run->argv[i]);

      g_strv_builder_add (argv, argument);
    }

  return g_strv_builder_end (argv);
}

/* Nothing of the grader's own environment reaches the program. */
static char **
make_environment (const LabRun *run)
{
  g_autofree char *tmpdir = g_strdup_printf ("TMPDIR=%s", run->writable != NULL ? run->writable : "/tmp");
  const char *const environment[] = {
    "PATH=/usr/bin:/bin",
    "LANG=C.UTF-8",
    "HOME=/nonexistent",
    "CCACHE_DISABLE=1", /* where cc is a link to ccache: it would want a place for its cache */
    tmpdir,
    "G_SLICE=always-malloc",
    "ASAN_OPTIONS=exitcode=99:symbolize=0:detect_leaks=1:allocator_may_return_null=1:handle_abort=0",
    "UBSAN_OPTIONS=print_stacktrace=1:symbolize=0",
    NULL,
  };

  return g_strdupv ((char **) environment);
}

/* Two lines of lab-sandbox: "begin 42" and "end exit 0 stopped=no survivors=0 cpu_ms=12 wall_ms=14 memory_kb=0".
 * Returns FALSE if the program was never run. */
static gboolean
parse_report (const char   *report,
              int          *pid,
              LabRunResult *result)
{
  static const struct
  {
    const char *stopped;
    LabRunEnd end;
  } ends[] = {
    { "cpu", LAB_RUN_CPU },
    { "wall", LAB_RUN_WALL },
    { "idle", LAB_RUN_IDLE },
    { "memory", LAB_RUN_MEMORY },
  };
  char how[16], stopped[16];

  if (sscanf (report, "begin %d", pid) != 1)
    return FALSE;

  if (sscanf (report, "begin %*d end %15s %d stopped=%15s survivors=%u cpu_ms=%" G_GUINT64_FORMAT " wall_ms=%" G_GUINT64_FORMAT
                      " memory_kb=%" G_GUINT64_FORMAT,
              how, &result->value, stopped, &result->n_survivors, &result->cpu_ms, &result->wall_ms,
              &result->memory_kb) != 7)
    {
      result->end = LAB_RUN_NO_REPORT;
      return TRUE;
    }

  result->end = g_str_equal (how, "signal") ? LAB_RUN_SIGNALLED : LAB_RUN_EXITED;
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_equal (stopped, ends[i].stopped))
      result->end = ends[i].end;

  return TRUE;
}

/* A pipe whose reading end has all that will ever come. */
static int
pipe_with (const char *input)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) != 0)
    return -1;

  if (write (fds[1], input, strlen (input)) < 0)
    g_warning ("cannot write the input of a test: %s", g_strerror (errno));
  close (fds[1]);

  return fds[0];
}

/* Starts lab-sandbox. */
static AsyncioProcess *
start (LabSandbox         *self,
       const LabRun       *run,
       const LabLimits    *limits,
       const LabSlot      *slot,
       const Descriptors  *fds,
       GError            **error)
{
  g_auto (GStrv) argv = make_argv (self, run, limits, slot, fds);
  g_auto (GStrv) environment = make_environment (run);
  int input = run->input != NULL ? pipe_with (run->input) : ASYNCIO_SUBPROCESS_DEVNULL;
  int pass_fds[] = { fds->report, fds->control, fds->trace, -1 };
  AsyncioProcess *process = asyncio_create_subprocess_exec (&(AsyncioSubprocessOptions) {
                                                              .argv = (const char *const *) argv,
                                                              .envp = (const char *const *) environment,
                                                              .stdin_fd = input,
                                                              .stdout_fd = ASYNCIO_SUBPROCESS_PIPE,
                                                              .stderr_fd = ASYNCIO_SUBPROCESS_PIPE,
                                                              .pass_fds = pass_fds,
                                                            },
                                                            error);

  if (input >= 0)
    close (input);

  return process;
}

/* What came back. */
static gboolean
read_result (LabSandbox    *self,
             const LabSlot *slot,
             int            status,
             const char    *report,
             gboolean       overflow,
             LabRunResult  *result,
             GError       **error)
{
  int pid;

  if (!parse_report (report, &pid, result))
    {
      if (g_strstrip (result->err)[0] != '\0')
        g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "the sandbox failed: %s", result->err);
      else
        g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "the sandbox failed: lab-sandbox ended with status %d before the "
                     "program ran; does somebody else on this machine use uid %u?", status, slot->uid);
      return FALSE;
    }

  /* The supervisor is gone, and with it who would have killed the rest. At level 1 the kernel did, and the number is not one of ours. */
  if (result->end == LAB_RUN_NO_REPORT && self->level != LAB_SANDBOX_NAMESPACES && pid > 1)
    kill (-pid, SIGKILL);
  if (overflow)
    result->end = LAB_RUN_OUTPUT;

  return TRUE;
}

static gboolean
run_in_slot (LabSandbox     *self,
             const LabRun   *run,
             const LabSlot  *slot,
             LabRunResult   *result,
             GError        **error)
{
  const LabLimits *limits = run->limits != NULL ? run->limits : run->is_build ? &lab_limits_of_builds : &lab_limits_of_tests;
  g_autoptr (LabCapture) report_capture = lab_capture_new_pipe (error);
  g_autoptr (LabCapture) trace = NULL;
  g_autoptr (LabCapture) out = NULL;
  g_autoptr (LabCapture) err = NULL;
  g_autoptr (LabLifeline) lifeline = NULL;
  g_autoptr (AsyncioProcess) process = NULL;
  g_autofree char *report = NULL;
  Descriptors fds = { -1, -1, -1 };
  gboolean overflow;
  int status = 0;

  if (report_capture == NULL || (lifeline = lab_lifeline_new (error)) == NULL ||
      (run->has_trace && (trace = lab_capture_new_pipe (error)) == NULL))
    return FALSE;

  fds.report = lab_capture_get_writing_end (report_capture);
  fds.control = lab_lifeline_get_reading_end (lifeline);
  if (trace != NULL)
    fds.trace = lab_capture_get_writing_end (trace);

  process = start (self, run, limits, slot, &fds, error);
  if (process == NULL)
    return FALSE;

  out = lab_capture_new (asyncio_process_get_stdout (process));
  err = lab_capture_new (asyncio_process_get_stderr (process));

  if (!lab_capture_all (process, lifeline, (LabCapture *[]) { out, err, report_capture, trace }, trace != NULL ? 4 : 3,
                        limits->output, &overflow, error))
    return FALSE;

  result->out = lab_capture_get_text (out);
  result->err = lab_capture_get_text (err);
  result->trace = trace != NULL ? lab_capture_get_text (trace) : g_strdup ("");
  report = lab_capture_get_text (report_capture);

  asyncio_process_get_returncode (process, &status);

  return read_result (self, slot, status, report, overflow, result, error);
}

gboolean
lab_sandbox_run (LabSandbox    *self,
                 const LabRun  *run,
                 LabRunResult  *result,
                 GError       **error)
{
  gboolean done = FALSE;

  memset (result, 0, sizeof *result);

  /* A semaphore belongs to a loop, and a sandbox does not: when nobody is inside the next one may come from another loop. */
  if (self->n_inside++ == 0)
    self->semaphore = asyncio_semaphore_new (self->slots->len);

  if (asyncio_semaphore_acquire (self->semaphore, error))
    {
      LabSlot *slot = g_queue_pop_head (&self->free_slots);

      done = run_in_slot (self, run, slot, result, error);
      g_queue_push_tail (&self->free_slots, slot);
      asyncio_semaphore_release (self->semaphore);
    }

  if (--self->n_inside == 0)
    g_clear_pointer (&self->semaphore, asyncio_semaphore_unref);

  return done;
}
