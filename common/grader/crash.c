/* SPDX-License-Identifier: MIT */

/*
 * Reading the reports of the sanitizers.
 *
 * A report begins with what happened and goes on with a stack, one frame a line:
 *
 *     ==42==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 ...
 *         #0 0x55d0c8a3f1c9  (/tmp/.../test-run+0x11c9)
 *         #1 0x7f1a5b0461c9  (/lib/x86_64-linux-gnu/libc.so.6+0x271c9)
 *
 * The student wants to know one thing: the first frame that is in a file of theirs.
 */

#include "crash.h"

#include <string.h>

/* A report can be a forgery of any length. The frame that matters is among the first. */
#define MAX_FRAMES 64

/* Looking up an address takes some milliseconds, but what is read is the student's, too. */
static const LabLimits lookup_limits = {
  .cpu_s = 5,
  .wall_s = 60,
  .memory_mb = 1024,
  .file_mb = 1,
  .processes = 16,
  .output = 256 * 1024,
};

gboolean
lab_crash_is_report (const char *err)
{
  return strstr (err, "ERROR: AddressSanitizer") != NULL || strstr (err, "ERROR: LeakSanitizer") != NULL ||
         strstr (err, "runtime error: ") != NULL;
}

/* The group of a regular expression's first match. (transfer full) (nullable) */
static char *
match_group (const char *pattern,
             const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, text, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

/* The addresses, within the program, of the frames of the first stack. (transfer full) (element-type utf8) */
static GPtrArray *
find_addresses (const char *err,
                const char *program)
{
  g_autoptr (GRegex) regex = g_regex_new ("^\\s+#(\\d+) 0x[0-9a-f]+ .*\\(([^()]+)\\+0x([0-9a-f]+)\\)", G_REGEX_MULTILINE, 0,
                                          NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *program_name = g_path_get_basename (program);
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);

  for (g_regex_match (regex, err, 0, &match); g_match_info_matches (match) && addresses->len < MAX_FRAMES;
       g_match_info_next (match, NULL))
    {
      g_autofree char *number = g_match_info_fetch (match, 1);
      g_autofree char *module = g_match_info_fetch (match, 2);
      g_autofree char *offset = g_match_info_fetch (match, 3);
      g_autofree char *module_name = g_path_get_basename (module);

      /* The next stack begins, which tells where memory came from or went. */
      if (g_str_equal (number, "0") && addresses->len > 0)
        break;

      /* A return address is that of the next instruction, which may be in another line. */
      if (g_str_equal (module_name, program_name))
        g_ptr_array_add (addresses, g_strdup_printf ("0x%" G_GINT64_MODIFIER "x",
                                                     g_ascii_strtoull (offset, NULL, 16) - !g_str_equal (number, "0")));
    }

  return addresses;
}

/* The first frame in one of the files: "function (file:line)". addr2line prints two lines a frame. (nullable) */
static char *
find_own_frame (const char        *frames,
                const char *const *files)
{
  g_auto (GStrv) lines = g_strsplit (frames, "\n", -1);

  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i += 2)
    {
      g_autofree char *name = g_path_get_basename (lines[i + 1]);
      char *end = strchr (name, ':');

      if (end == NULL)
        continue;

      *end = '\0';
      if (g_strv_contains (files, name))
        return g_strdup_printf ("%s (%s:%u)", lines[i], name, (guint) g_ascii_strtoull (end + 1, NULL, 10));
    }

  return NULL;
}

static gboolean
locate (LabSandbox         *sandbox,
        const char         *addr2line,
        const char         *program,
        const char *const  *files,
        const char         *err,
        char              **place,
        GError            **error)
{
  g_autoptr (GPtrArray) addresses = find_addresses (err, program);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  const char *const readable[] = { program, NULL };
  g_auto (LabRunResult) run = { 0 };

  *place = NULL;
  if (addresses->len == 0)
    return TRUE;

  g_ptr_array_add (argv, (gpointer) addr2line);
  g_ptr_array_add (argv, (gpointer) "-f");
  g_ptr_array_add (argv, (gpointer) "-i");
  g_ptr_array_add (argv, (gpointer) "-e");
  g_ptr_array_add (argv, (gpointer) program);
  for (guint i = 0; i < addresses->len; i++)
    g_ptr_array_add (argv, g_ptr_array_index (addresses, i));
  g_ptr_array_add (argv, NULL);

  if (!lab_sandbox_run (sandbox,
                        &(LabRun) {
                          .argv = (const char *const *) argv->pdata,
                          .readable = readable,
                          .is_build = TRUE,
                          .limits = &lookup_limits,
                        },
                        &run, error))
    return FALSE;

  *place = find_own_frame (run.out, files);

  return TRUE;
}

gboolean
lab_crash_is_leak (const char *err)
{
  return strstr (err, "ERROR: LeakSanitizer") != NULL && strstr (err, "ERROR: AddressSanitizer") == NULL &&
         strstr (err, "runtime error: ") == NULL;
}

char *
lab_crash_explain (LabSandbox         *sandbox,
                   const char         *addr2line,
                   const char         *program,
                   const char *const  *files,
                   const char         *err,
                   GError            **error)
{
  g_autofree char *leaked = match_group ("^SUMMARY: AddressSanitizer: (\\d+) byte\\(s\\) leaked", err);
  g_autofree char *kind = match_group ("ERROR: AddressSanitizer: ([^\\n]*?)(?: on (?:unknown )?address| \\(|$)", err);
  g_autofree char *undefined = match_group ("runtime error: (.*)$", err);
  g_autofree char *place = NULL;
  const char *what;

  if (!locate (sandbox, addr2line, program, files, err, &place, error))
    return NULL;

  if (lab_crash_is_leak (err) && leaked != NULL)
    return g_strdup_printf ("it lost %s bytes of memory%s%s", leaked, place != NULL ? ", taken in " : "",
                            place != NULL ? place : "");

  what = kind != NULL ? kind : undefined != NULL ? undefined : "the sanitizer's report cannot be read";

  return g_strdup_printf ("it crashed: %s%s%s", what, place != NULL ? " in " : "", place != NULL ? place : "");
}
