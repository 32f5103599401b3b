/* SPDX-License-Identifier: MIT */

/*
 * The verdict on one run of a test.
 *
 * What came back from the sandbox is how the program ended, what it printed, and its trace. A point is given only if all of it is
 * as it must be: the program ran to its end by itself, GLib's test framework said so exactly once, the trace is the
 * reference's for this seed, and nothing was left behind.
 */

#include "verdict.h"

#include "crash.h"
#include "trace-diff.h"

#include <signal.h>
#include <string.h>

/* How much of a program's output is kept in a result. */
#define MAX_KEPT_OUTPUT 4000

/* How many lines of a trace that went wild are kept, and how much of each. */
#define MAX_KEPT_LINES 200
#define MAX_KEPT_LINE 300

/* What the sanitizers' options in sandbox.c say. */
#define SANITIZER_EXIT_STATUS 99

/* --- What the program said -------------------------------------------------------------------- */

/* What GLib's test framework must have said, and nobody else. */
typedef enum
{
  TAP_GOOD,      /* "ok 1 /path", once, and the plan, once */
  TAP_BAIL_OUT,  /* an assertion of the test failed */
  TAP_SILENT,    /* nothing: the test never came to its end */
  TAP_IMPOSTURE, /* more than one test could have said */
} Tap;

static Tap
read_tap (const char *out,
          const char *path)
{
  g_auto (GStrv) lines = lab_trace_split (out);
  g_autofree char *ok = g_strdup_printf ("ok 1 %s", path);
  guint n_ok = 0, n_plans = 0, n_others = 0;
  gboolean bail_out = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_equal (lines[i], ok))
        n_ok++;
      else if (g_str_equal (lines[i], "1..1"))
        n_plans++;
      else if (g_str_has_prefix (lines[i], "Bail out!"))
        bail_out = TRUE;
      else if (g_regex_match_simple ("^(not )?ok\\s+\\d|^\\d+\\.\\.\\d", lines[i], 0, 0))
        n_others++;
    }

  if (n_ok > 1 || n_plans > 1 || n_others > 0)
    return TAP_IMPOSTURE;
  if (bail_out)
    return TAP_BAIL_OUT;

  return n_ok == 1 && n_plans == 1 ? TAP_GOOD : TAP_SILENT;
}

/* The message of a failed assertion: "Bail out! ERROR:file:line:function: assertion failed ..." */
static char *
find_bail_out (const char *out)
{
  const char *start = strstr (out, "Bail out! ");
  g_autofree char *line = NULL;

  if (start == NULL)
    return g_strdup ("an assertion of the test failed");

  line = g_strndup (start + strlen ("Bail out! "), strcspn (start, "\n") - strlen ("Bail out! "));

  return g_strstrip (g_steal_pointer (&line));
}

/* --- The verdict --------------------------------------------------------------------------------- */

LabVerdict *
lab_verdict_new (LabTest    *test,
                 LabStatus   status,
                 const char *message)
{
  LabVerdict *self = g_new0 (LabVerdict, 1);

  self->test = test;
  self->status = status;
  self->message = g_strdup (message);
  self->output = g_strdup ("");
  self->points = status == LAB_PASSED ? test->points : 0;

  return self;
}

/* Ways to end that say it all. Returns FALSE if the program ended by itself. */
static gboolean
judge_end (const LabRunResult *run,
           Tap                 tap,
           LabStatus          *status,
           char              **message)
{
  switch (run->end)
    {
    case LAB_RUN_CPU:
      *status = LAB_TIMEOUT;
      *message = g_strdup ("it ran until it had used up its processor time: is there a loop that never ends?");
      return TRUE;

    case LAB_RUN_WALL:
      *status = LAB_TIMEOUT;
      *message = g_strdup_printf ("it did not come to an end within %u seconds", lab_limits_of_tests.wall_s);
      return TRUE;

    case LAB_RUN_IDLE:
      *status = LAB_TIMEOUT;
      *message = g_strdup ("it never came to an end: does it wait for something that never comes?");
      return TRUE;

    case LAB_RUN_MEMORY:
      *status = LAB_CRASHED;
      *message = g_strdup ("it was stopped because it used too much memory");
      return TRUE;

    case LAB_RUN_OUTPUT:
      *status = LAB_CRASHED;
      *message = g_strdup ("it was stopped because it printed more than a megabyte");
      return TRUE;

    case LAB_RUN_NO_REPORT:
      *status = LAB_FORGED;
      *message = g_strdup ("the process that watched it was killed");
      return TRUE;

    case LAB_RUN_SIGNALLED:
      if (run->value == SIGSYS)
        {
          *status = LAB_FORGED;
          *message = g_strdup ("it was stopped because it tried to get at other processes or out of the sandbox");
          return TRUE;
        }
      *status = tap == TAP_BAIL_OUT ? LAB_FAILED : LAB_CRASHED;
      *message = tap == TAP_BAIL_OUT ? find_bail_out (run->out)
                                     : g_strdup_printf ("it was ended by signal %d (%s)", run->value,
                                                        g_strsignal (run->value));
      return TRUE;

    case LAB_RUN_EXITED:
    default:
      return FALSE;
    }
}

/* What a trace looks like, whatever is between its first and its last line. */
typedef enum
{
  TRACE_WHOLE,      /* begins and ends with the name of the test */
  TRACE_UNFINISHED, /* that of a whole test, but the program did not come to its end, or had leaks */
  TRACE_CUT,        /* the test did not come to its end, or could not write it */
  TRACE_IMPOSTURE,  /* has lines without a seal, or those that the harness writes, but not when: somebody else wrote them */
} Trace;

static Trace
read_trace (char      **trace,
            LabSeal     seal,
            const char *path)
{
  g_autofree char *first = g_strdup_printf ("begin %s", path);
  g_autofree char *last = g_strdup_printf ("end %s", path);
  guint n = g_strv_length (trace);
  guint n_firsts = 0, n_lasts = 0;

  for (guint i = 0; i < n; i++)
    {
      n_firsts += g_str_equal (trace[i], first);
      n_lasts += g_str_equal (trace[i], last);
    }

  if (seal == LAB_SEAL_FORGED || n_firsts > 1 || n_lasts > 1 || (n > 0 && !g_str_equal (trace[0], first)))
    return TRACE_IMPOSTURE;
  if (n_lasts == 0)
    return TRACE_CUT;
  if (!g_str_equal (trace[n - 1], last))
    return TRACE_IMPOSTURE;

  return seal == LAB_SEAL_CUT ? TRACE_UNFINISHED : TRACE_WHOLE;
}

/* A program that ended by itself, before its time. Returns FALSE if it was not before its time. */
static gboolean
judge_early_end (const LabRunResult *run,
                 Tap                 tap,
                 Trace               trace,
                 LabStatus          *status,
                 char              **message)
{
  if (trace == TRACE_IMPOSTURE)
    {
      *status = LAB_FORGED;
      *message = g_strdup ("it wrote a trace of its own");
    }
  else if (run->value == 0 && tap == TAP_GOOD && trace == TRACE_CUT)
    {
      *status = LAB_FORGED;
      *message = g_strdup ("it says that the test passed, but the trace of the test does not come to its end");
    }
  else if (run->value == 0 && (tap != TAP_GOOD || trace != TRACE_WHOLE))
    {
      *status = LAB_FORGED;
      *message = g_strdup ("the program ended as if all were well before the test was over: was exit() called?");
    }
  else if (trace != TRACE_WHOLE && run->value != SANITIZER_EXIT_STATUS)
    {
      *status = LAB_CRASHED;
      *message = g_strdup_printf ("the program ended with status %d before the test was over: was exit() called?",
                                  run->value);
    }
  else
    {
      return FALSE;
    }

  return TRUE;
}

/* A program that ended by itself. */
static void
judge_behaviour (const LabRunResult *run,
                 Tap                 tap,
                 Trace               trace,
                 char              **expected,
                 char              **got,
                 LabStatus          *status,
                 char              **message)
{
  gboolean by_sanitizer = run->value == SANITIZER_EXIT_STATUS && lab_crash_is_report (run->err);

  if (by_sanitizer && !lab_crash_is_leak (run->err))
    {
      *status = LAB_CRASHED;
      *message = g_strdup ("it crashed");
    }
  else if (judge_early_end (run, tap, trace, status, message))
    {
      /* said it */
    }
  else if (!lab_trace_equal ((const char *const *) expected, (const char *const *) got))
    {
      *status = LAB_FAILED;
      *message = g_strdup ("it did not behave as Python does");
    }
  else if (by_sanitizer)
    {
      *status = LAB_LEAKED;
      *message = g_strdup ("it lost memory");
    }
  else if (run->value != 0)
    {
      *status = LAB_CRASHED;
      *message = g_strdup_printf ("the program ended with status %d", run->value);
    }
  else
    {
      *status = LAB_PASSED;
      *message = g_strdup ("");
    }
}

/* Whoever left something behind does not pass, and is told in any case. (How many processes a program managed to leave may depend on
 * the weather, and a report must not.) */
static void
judge_survivors (const LabRunResult *run,
                 LabStatus          *status,
                 char              **message)
{
  const char *what = run->n_survivors == 1 ? "it left a process behind" : "it left processes behind";
  g_autofree char *before = *message;

  if (run->n_survivors == 0)
    {
      g_steal_pointer (&before);
    }
  else if (*status == LAB_PASSED)
    {
      *status = LAB_LEAKED;
      *message = g_strdup (what);
    }
  else
    {
      *message = g_strdup_printf ("%s; and %s", before, what);
    }
}

static char *
shorten (const char *out,
         const char *err)
{
  g_autofree char *all = g_strconcat (out, err, NULL);
  g_autofree char *kept = NULL;

  if (strlen (all) <= MAX_KEPT_OUTPUT)
    return g_steal_pointer (&all);

  /* Not in the middle of a character. */
  kept = g_strndup (all, g_utf8_find_prev_char (all, all + MAX_KEPT_OUTPUT + 1) - all);

  return g_strdup_printf ("%s\n[... %" G_GSIZE_FORMAT " more bytes]", kept, strlen (all) - strlen (kept));
}

/* GLib's messages begin with the process and the time: "(test-run:42): GLib-CRITICAL **: 12:34:56.789: ..." */
static char *
without_accidents (const char *err)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\(([^\\s:()]+):\\d+\\)(: \\S+ \\*\\*: )\\d\\d:\\d\\d:\\d\\d\\.\\d+: ", 0, 0, NULL);

  return g_regex_replace (regex, err, -1, 0, "(\\1)\\2", 0, NULL);
}

/* What the program printed besides what every test prints. */
static char *
keep_output (const LabRunResult *run,
             const char         *path)
{
  g_auto (GStrv) lines = lab_trace_split (run->out);
  g_autofree char *ok = g_strdup_printf ("ok 1 %s", path);
  g_autoptr (GString) own = g_string_new (NULL);
  g_autofree char *err = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], "# random seed: ") && !g_str_has_prefix (lines[i], "# Start of ") &&
        !g_str_has_prefix (lines[i], "# End of ") && !g_str_equal (lines[i], ok) && !g_str_equal (lines[i], "1..1"))
      g_string_append_printf (own, "%s\n", lines[i]);

  /* A sanitizer's report is full of addresses, which differ from run to run; what it says is in the message. */
  err = lab_crash_is_report (run->err) ? g_strdup ("") : without_accidents (run->err);

  return shorten (own->str, err);
}

static char *
keep_line (const char *line)
{
  g_autofree char *start = NULL;

  if (g_utf8_strlen (line, -1) <= MAX_KEPT_LINE)
    return g_strdup (line);

  start = g_utf8_substring (line, 0, MAX_KEPT_LINE);

  return g_strdup_printf ("%s [...]", start);
}

static char **
keep_lines (char **lines)
{
  guint n = g_strv_length (lines);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < MIN (n, MAX_KEPT_LINES); i++)
    {
      g_autofree char *line = keep_line (lines[i]);

      g_strv_builder_add (builder, line);
    }

  if (n > MAX_KEPT_LINES)
    {
      g_autofree char *rest = g_strdup_printf ("[... %u more lines]", n - MAX_KEPT_LINES);

      g_strv_builder_add (builder, rest);
    }

  return g_strv_builder_end (builder);
}

LabVerdict *
lab_verdict_of_run (LabSandbox          *sandbox,
                    LabTree             *tree,
                    LabInfo             *lab,
                    LabTest             *test,
                    const char          *folder,
                    const LabRunResult  *run,
                    LabSeal              seal,
                    char               **expected,
                    GError             **error)
{
  g_auto (GStrv) got = lab_trace_split (run->trace);
  g_autofree char *message = NULL;
  g_autofree char *program = g_build_filename (folder, test->program, NULL);
  Tap tap = read_tap (run->out, test->path);
  LabStatus status;
  LabVerdict *verdict;
  gboolean differs;

  if (tap == TAP_IMPOSTURE)
    {
      status = LAB_FORGED;
      message = g_strdup ("it printed test results of its own");
    }
  else if (!judge_end (run, tap, &status, &message))
    {
      judge_behaviour (run, tap, read_trace (got, seal, test->path), expected, got, &status, &message);
    }

  /* The sanitizers say what was wrong with the memory, and where; that is worth more than a bare status. */
  if ((status == LAB_CRASHED || status == LAB_LEAKED) && lab_crash_is_report (run->err))
    {
      g_free (message);
      message = lab_crash_explain (sandbox, tree->toolchain.addr2line, program,
                                   (const char *const *) lab->files, run->err, error);
      if (message == NULL)
        return NULL;
    }
  judge_survivors (run, &status, &message);

  verdict = lab_verdict_new (test, status, message);
  g_free (verdict->output);
  verdict->output = keep_output (run, test->path);
  verdict->cpu_ms = run->cpu_ms;
  verdict->wall_ms = run->wall_ms;

  differs = !lab_trace_equal ((const char *const *) expected, (const char *const *) got);
  if (status != LAB_PASSED && differs)
    {
      verdict->expected = g_strdupv (expected);
      verdict->got = keep_lines (got);
    }

  return verdict;
}
