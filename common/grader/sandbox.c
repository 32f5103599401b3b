/* SPDX-License-Identifier: MIT */

/*
 * Running what is not trusted: the grader's side of lab-sandbox.
 *
 * Each run takes a slot. If the grader is root a slot has a uid of its own, which no other program of the machine uses, so that
 * the kernel's limits per user count for this run alone, and one call can kill all that belongs to it.
 */

#include "sandbox.h"

#include "capture.h"
#include "error.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Uids that Debian gives to nobody (60000 to 64999 are handed out on request). */
#define FIRST_UID 60100
#define LAST_UID 64900

/* Limits of a test, which takes some milliseconds in virtual time. They are far away so that a busy
 * machine does not come near. */
#define TEST_CPU_S 5
#define TEST_WALL_S 60
#define TEST_MEMORY_MB 512
#define TEST_FILE_MB 1
#define TEST_PROCESSES 64

#define BUILD_CPU_S 60
#define BUILD_WALL_S 180
#define BUILD_MEMORY_MB 2048
#define BUILD_FILE_MB 64
#define BUILD_PROCESSES 64

#define MAX_OUTPUT (1024 * 1024)

typedef struct
{
  guint uid;   /* 0: the grader's own */
  int lock_fd; /* keeps other graders on this machine from using the uid, or -1 */
} Slot;

struct _LabSandbox
{
  LabSandboxLevel level;
  char *helper;
  char *bwrap;
  GArray *slots;               /* (element-type Slot) */
  GQueue free_slots;           /* of pointers into slots */
  AsyncioSemaphore *semaphore; /* counts them */
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
  guint uid = g_array_index (self->slots, Slot, 0).uid;

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

/* --- Slots --------------------------------------------------------------------------------- */

/* A uid that nobody has and no other grader is using. */
static gboolean
take_uid (Slot    *slot,
          guint   *next,
          GError **error)
{
  if (g_mkdir ("/run/asyncio-labs", 0700) != 0 && errno != EEXIST)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make /run/asyncio-labs: %s", g_strerror (errno));
      return FALSE;
    }

  for (; *next <= LAST_UID; *next += 1)
    {
      g_autofree char *path = g_strdup_printf ("/run/asyncio-labs/uid-%u", *next);
      int fd;

      if (getpwuid (*next) != NULL)
        continue;

      fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (fd < 0)
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot open %s: %s", path, g_strerror (errno));
          return FALSE;
        }

      if (flock (fd, LOCK_EX | LOCK_NB) == 0)
        {
          *slot = (Slot) { *next, fd };
          *next += 1;
          return TRUE;
        }
      close (fd);
    }

  g_set_error_literal (error, LAB_ERROR, LAB_ERROR_SYSTEM, "no free uid is left for a sandbox");
  return FALSE;
}

static gboolean
make_slots (LabSandbox  *self,
            guint        n_slots,
            GError     **error)
{
  guint next = FIRST_UID;

  self->slots = g_array_new (FALSE, TRUE, sizeof (Slot));
  for (guint i = 0; i < n_slots; i++)
    {
      Slot slot = { 0, -1 };

      if (geteuid () == 0 && !take_uid (&slot, &next, error))
        return FALSE;
      g_array_append_val (self->slots, slot);
    }

  for (guint i = 0; i < n_slots; i++)
    g_queue_push_tail (&self->free_slots, &g_array_index (self->slots, Slot, i));
  self->semaphore = asyncio_semaphore_new (n_slots);

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
  for (guint i = 0; self->slots != NULL && i < self->slots->len; i++)
    if (g_array_index (self->slots, Slot, i).lock_fd >= 0)
      close (g_array_index (self->slots, Slot, i).lock_fd);

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
  return g_array_index (self->slots, Slot, 0).uid != 0;
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

/* The command line of lab-sandbox. (transfer full): freed with g_strfreev() */
static char **
make_argv (LabSandbox   *self,
           const LabRun *run,
           const Slot   *slot,
           int           report_fd,
           int           trace_fd)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  gboolean build = run->is_build;
  const struct
  {
    const char *option;
    guint value;
  } numbers[] = {
    { "--level", self->level },
    { "--uid", slot->uid },
    { "--report", (guint) report_fd },
    { "--cpu", build ? BUILD_CPU_S : TEST_CPU_S },
    { "--wall", build ? BUILD_WALL_S : TEST_WALL_S },
    { "--memory", build ? BUILD_MEMORY_MB : TEST_MEMORY_MB },
    { "--files", build ? BUILD_FILE_MB : TEST_FILE_MB },
    { "--processes", build ? BUILD_PROCESSES : TEST_PROCESSES },
  };

  g_strv_builder_add (argv, self->helper);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *option = g_strdup_printf ("%s=%u", numbers[i].option, numbers[i].value);

      g_strv_builder_add (argv, option);
    }

  if (build)
    g_strv_builder_add (argv, "--mode=build");
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
                                    ? g_strdup_printf ("%s=%d", LAB_TRACE_FD_ARGUMENT, trace_fd)
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
    tmpdir,
    "G_SLICE=always-malloc",
    "ASAN_OPTIONS=exitcode=99:symbolize=0:detect_leaks=1:allocator_may_return_null=1:handle_abort=0",
    "UBSAN_OPTIONS=print_stacktrace=1:symbolize=0",
    NULL,
  };

  return g_strdupv ((char **) environment);
}

/* One line of lab-sandbox: "exit 0 stopped=no survivors=0 cpu_ms=12 wall_ms=14 memory_kb=0" */
static void
parse_report (const char   *report,
              LabRunResult *result)
{
  char how[16], stopped[16];

  if (report == NULL ||
      sscanf (report, "%15s %d stopped=%15s survivors=%u cpu_ms=%" G_GUINT64_FORMAT " wall_ms=%" G_GUINT64_FORMAT
                      " memory_kb=%" G_GUINT64_FORMAT,
              how, &result->value, stopped, &result->n_survivors, &result->cpu_ms, &result->wall_ms,
              &result->memory_kb) != 7)
    result->end = LAB_RUN_NO_REPORT;
  else if (g_str_equal (stopped, "cpu"))
    result->end = LAB_RUN_CPU;
  else if (g_str_equal (stopped, "wall"))
    result->end = LAB_RUN_WALL;
  else if (g_str_equal (stopped, "memory"))
    result->end = LAB_RUN_MEMORY;
  else if (g_str_equal (how, "signal"))
    result->end = LAB_RUN_SIGNALLED;
  else
    result->end = LAB_RUN_EXITED;
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

static gboolean
run_in_slot (LabSandbox    *self,
             const LabRun  *run,
             const Slot    *slot,
             LabRunResult  *result,
             GError       **error)
{
  g_autoptr (LabCapture) report = lab_capture_new_pipe (error);
  g_autoptr (LabCapture) trace = run->has_trace ? lab_capture_new_pipe (error) : NULL;
  g_autoptr (LabCapture) out = NULL;
  g_autoptr (LabCapture) err = NULL;
  g_autoptr (AsyncioProcess) process = NULL;
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) environment = make_environment (run);
  int input = run->input != NULL ? pipe_with (run->input) : ASYNCIO_SUBPROCESS_DEVNULL;
  int pass_fds[3] = { -1, -1, -1 };
  gboolean overflow, ended;
  int returncode;

  if (report == NULL || (run->has_trace && trace == NULL))
    return FALSE;

  pass_fds[0] = lab_capture_get_writing_end (report);
  if (trace != NULL)
    pass_fds[1] = lab_capture_get_writing_end (trace);
  argv = make_argv (self, run, slot, pass_fds[0], pass_fds[1]);

  process = asyncio_create_subprocess_exec (&(AsyncioSubprocessOptions) {
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
  if (process == NULL)
    return FALSE;

  out = lab_capture_new (asyncio_process_get_stdout (process));
  err = lab_capture_new (asyncio_process_get_stderr (process));

  ended = lab_capture_all (process, (LabCapture *[]) { out, err, report, trace }, trace != NULL ? 4 : 3, MAX_OUTPUT,
                           &overflow, error);
  if (!ended)
    return FALSE;

  result->out = lab_capture_get_text (out);
  result->err = lab_capture_get_text (err);
  result->trace = trace != NULL ? lab_capture_get_text (trace) : g_strdup ("");

  /* 125 is lab-sandbox's own failure, and it says why. */
  if (asyncio_process_get_returncode (process, &returncode) && returncode == 125)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "the sandbox failed: %s", g_strstrip (result->err));
      return FALSE;
    }

  {
    g_autofree char *line = lab_capture_get_text (report);

    parse_report (line, result);
  }
  if (overflow)
    result->end = LAB_RUN_OUTPUT;

  return TRUE;
}

gboolean
lab_sandbox_run (LabSandbox    *self,
                 const LabRun  *run,
                 LabRunResult  *result,
                 GError       **error)
{
  Slot *slot;
  gboolean done;

  memset (result, 0, sizeof *result);

  if (!asyncio_semaphore_acquire (self->semaphore, error))
    return FALSE;

  slot = g_queue_pop_head (&self->free_slots);
  done = run_in_slot (self, run, slot, result, error);
  g_queue_push_tail (&self->free_slots, slot);
  asyncio_semaphore_release (self->semaphore);

  return done;
}
