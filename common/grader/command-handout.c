/* SPDX-License-Identifier: MIT */

/*
 * `lab handout`: makes the students' archive.
 *
 * It has the core, the grader, the labs as a student begins them, and the public tests with the traces that the reference gave for some
 * seeds. It has no solution, no hidden test and nothing else of the staff's; the last thing that is done before the archive is written
 * is to look for such things in it.
 */

#include "commands.h"

#include "error.h"
#include "handout-secrets.h"
#include "session.h"
#include "tools.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>

/* Two runs on the same tree give the same archive. */
#define ARCHIVE_TIME 1767225600 /* 2026-01-01 */

/* The seeds for which traces are recorded. A student's solution must pass for all of them: with one alone, a name in its
 * trace could be taken for a part of the rule. Each costs a student time after every edit. */
static const guint64 seeds[] = { 1, 2 };

/* What is copied as it is; folders with all that is in them. */
static const char *const copied[] = {
  ".clang-format", ".editorconfig", ".gitignore", "LICENSE", "Makefile.grading", "common",
  "docs/students.md", "labs/meson.build", "meson.build", "meson_options.txt", "setup.sh", "tests/meson.build",
};

typedef struct
{
  LabSession *session;
  GTree *files; /* path in the archive -> GBytes */
} Handout;

/* --- Collecting ------------------------------------------------------------------------------ */

static int
compare_paths (gconstpointer a,
               gconstpointer b,
               gpointer      data)
{
  (void) data;

  return strcmp (a, b);
}

/* (transfer full) content */
static void
add_file (Handout    *self,
          const char *path,
          GBytes     *content)
{
  g_tree_replace (self->files, g_strdup (path), content);
}

static gboolean
add_from (Handout     *self,
          const char  *from,
          const char  *path,
          GError     **error)
{
  char *content;
  gsize length;

  if (!g_file_get_contents (from, &content, &length, error))
    return FALSE;

  add_file (self, path, g_bytes_new_take (content, length));

  return TRUE;
}

static gboolean
add_copy (Handout     *self,
          const char  *path,
          GError     **error)
{
  g_autofree char *from = g_build_filename (self->session->tree->source_root, path, NULL);
  g_autoptr (GPtrArray) names = NULL;

  if (!g_file_test (from, G_FILE_TEST_IS_DIR))
    return add_from (self, from, path, error);

  names = lab_list_names (from, "");
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      if (!add_copy (self, child, error))
        return FALSE;
    }

  return TRUE;
}

/* The lab's folder without what is the staff's, its files as a student begins them. */
static gboolean
add_lab_folder (Handout  *self,
                LabInfo  *lab,
                GError  **error)
{
  g_autofree char *folder = g_build_filename ("labs", lab->folder, NULL);

  if (!add_copy (self, folder, error))
    return FALSE;

  for (guint i = 0; lab->staff[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, lab->staff[i], NULL);

      g_tree_remove (self->files, path);
    }

  for (guint i = 0; lab->files[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, lab->files[i], NULL);
      char *text = lab_make_starter (lab, lab->files[i], error);

      if (text == NULL)
        return FALSE;
      add_file (self, path, g_bytes_new_take (text, strlen (text)));
    }

  return TRUE;
}

/* The rubric without the groups of hidden tests. */
static gboolean
add_rubric (Handout  *self,
            LabInfo  *lab,
            GError  **error)
{
  g_autofree char *from = g_build_filename (lab->test_dir, "rubric.ini", NULL);
  g_autofree char *path = g_build_filename ("tests", lab->folder, "rubric.ini", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GString *kept = g_string_new (NULL);
  gboolean hidden = FALSE;

  if (!g_file_get_contents (from, &text, NULL, error))
    {
      g_string_free (kept, TRUE);
      return FALSE;
    }

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    {
      if (lines[i][0] == '[')
        {
          g_autofree char *group = g_strndup (lines[i] + 1, strcspn (lines[i], "]") - 1);
          LabTest *test = lab_info_find_test (lab, group);

          hidden = test != NULL && test->visibility == LAB_HIDDEN;
        }
      else if (lines[i][0] == '#')
        {
          hidden = FALSE;
        }

      if (!hidden)
        g_string_append_printf (kept, "%s\n", lines[i]);
    }

  add_file (self, path, g_string_free_to_bytes (kept));

  return TRUE;
}

static gboolean
is_public_program (LabInfo    *lab,
                   const char *program)
{
  for (guint i = 0; i < lab->tests->len; i++)
    {
      LabTest *test = g_ptr_array_index (lab->tests, i);

      if (g_str_equal (test->program, program))
        return test->visibility == LAB_PUBLIC;
    }

  return FALSE;
}

static gboolean
add_tests (Handout  *self,
           LabInfo  *lab,
           GError  **error)
{
  g_autofree char *folder = g_build_filename ("tests", lab->folder, NULL);
  g_autofree char *build_file = g_build_filename (folder, "meson.build", NULL);
  g_autoptr (GPtrArray) headers = lab_list_names (lab->test_dir, ".h");
  g_auto (GStrv) programs = lab_info_get_programs (lab);

  if (!add_copy (self, build_file, error) || !add_rubric (self, lab, error))
    return FALSE;

  for (guint i = 0; i < headers->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (headers, i), NULL);

      if (!add_copy (self, path, error))
        return FALSE;
    }

  for (guint i = 0; programs[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.c", folder, programs[i]);

      if (is_public_program (lab, programs[i]) && !add_copy (self, path, error))
        return FALSE;
    }

  return TRUE;
}

/* --- Recording ------------------------------------------------------------------------------------ */

static gboolean
add_recordings (Handout  *self,
                LabInfo  *lab,
                GError  **error)
{
  g_autoptr (GHashTable) reference = lab_judge_read_files (lab, lab->lab_dir, error);
  g_autoptr (GPtrArray) expectations = NULL;

  if (reference == NULL)
    return FALSE;

  expectations = lab_judge_record (&self->session->judge, lab, reference, seeds, G_N_ELEMENTS (seeds), error);
  if (expectations == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      LabExpectation *expectation = g_ptr_array_index (expectations, i);
      g_autofree char *path = g_strdup_printf ("tests/%s/expected/%" G_GUINT64_FORMAT ".trace", lab->folder, seeds[i]);
      GString *text = g_string_new (NULL);

      for (guint j = 0; j < lab->tests->len; j++)
        {
          LabTest *test = g_ptr_array_index (lab->tests, j);
          char **trace = g_hash_table_lookup (expectation->traces, test->path);
          g_autofree char *lines = g_strjoinv ("\n", trace);

          if (test->visibility == LAB_PUBLIC)
            g_string_append_printf (text, "%s\n", lines);
        }

      add_file (self, path, g_string_free_to_bytes (text));
    }

  return TRUE;
}

static gpointer
record_body (gpointer   user_data,
             GError   **error)
{
  Handout *self = user_data;
  GPtrArray *labs = self->session->tree->labs;

  for (guint i = 0; i < labs->len; i++)
    if (!add_recordings (self, g_ptr_array_index (labs, i), error))
      break;

  return NULL;
}

/* --- Writing --------------------------------------------------------------------------------------------------- */

static gboolean
write_entry (gpointer path,
             gpointer content,
             gpointer data)
{
  struct archive *archive = data;
  struct archive_entry *entry = archive_entry_new ();
  g_autofree char *full = g_strconcat ("asyncio-labs/", path, NULL);
  gsize length;
  gconstpointer bytes = g_bytes_get_data (content, &length);
  gboolean failed;

  archive_entry_set_pathname (entry, full);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, g_str_has_suffix (path, ".sh") ? 0755 : 0644);
  archive_entry_set_size (entry, (la_int64_t) length);
  archive_entry_set_mtime (entry, ARCHIVE_TIME, 0);

  failed = archive_write_header (archive, entry) != ARCHIVE_OK ||
           archive_write_data (archive, bytes, length) != (la_ssize_t) length;
  archive_entry_free (entry);

  return failed;
}

/* Writes beside the target, which only appears when it is complete. */
static gboolean
write_archive (Handout     *self,
               const char  *output,
               GError     **error)
{
  g_autofree char *partial = g_strconcat (output, ".partial", NULL);
  struct archive *archive = archive_write_new ();
  gboolean written;

  archive_write_add_filter_xz (archive);
  archive_write_set_format_pax_restricted (archive);

  written = archive_write_open_filename (archive, partial) == ARCHIVE_OK;
  if (written)
    {
      g_tree_foreach (self->files, write_entry, archive);
      written = archive_errno (archive) == 0 && archive_write_close (archive) == ARCHIVE_OK;
    }

  if (!written)
    g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot write %s: %s", partial, archive_error_string (archive));
  archive_write_free (archive);

  if (written && g_rename (partial, output) != 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot rename %s to %s", partial, output);
      written = FALSE;
    }
  if (!written)
    g_unlink (partial);

  return written;
}

/* --- The command --------------------------------------------------------------------------------------------------- */

static gboolean
collect (Handout  *self,
         GError  **error)
{
  g_autofree char *readme = g_build_filename (self->session->tree->source_root, "docs", "handout", "README.md", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (copied); i++)
    if (!add_copy (self, copied[i], error))
      return FALSE;

  if (!add_from (self, readme, "README.md", error))
    return FALSE;

  for (guint i = 0; i < self->session->tree->labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (self->session->tree->labs, i);

      if (!add_lab_folder (self, lab, error) || !add_tests (self, lab, error))
        return FALSE;
    }

  return lab_run (record_body, self, error);
}

gboolean
lab_command_handout (int      argc,
                     char   **argv,
                     GError **error)
{
  LabOptions options = { .level = -1 };
  g_autofree char *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write the archive to this file", "FILE.tar.xz" },
    LAB_COMMON_OPTION_ENTRIES (options),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (LabSession) session = NULL;
  Handout handout;
  gboolean done;

  if (!lab_parse_options (&argc, &argv, entries, "--output FILE.tar.xz",
                          "Makes the archive that students get: no solution, no hidden test.", 0, 0, error))
    return FALSE;

  if (output == NULL || !g_str_has_suffix (output, ".tar.xz"))
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "--output FILE.tar.xz is missing, or not called .tar.xz");
      return FALSE;
    }

  session = lab_session_open (&options, TRUE, error);
  if (session == NULL)
    return FALSE;

  if (session->tree->is_handout)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, "this tree is a handout already");
      return FALSE;
    }

  handout = (Handout) {
    session,
    g_tree_new_full (compare_paths, NULL, g_free, (GDestroyNotify) g_bytes_unref),
  };
  done = collect (&handout, error) && lab_check_no_secrets (handout.files, session->tree->labs, error) &&
         write_archive (&handout, output, error);
  if (done)
    g_print ("%s: %d files\n", output, g_tree_nnodes (handout.files));
  g_tree_unref (handout.files);

  return done;
}
