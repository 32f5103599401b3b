/* SPDX-License-Identifier: MIT */

/*
 * What students hand in: folders and archives, tidy and untidy, harmless and not.
 */

#include "submission.h"

#include "error.h"
#include "workspace.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>

#include <string.h>
#include <unistd.h>

/* A lab with one file, work.c, in the folder 9.9-lab. */
static LabInfo *
make_lab (void)
{
  LabInfo *lab = g_new0 (LabInfo, 1);

  lab->folder = g_strdup ("9.9-lab");
  lab->files = g_strsplit ("work.c", ";", -1);
  lab->parts = g_ptr_array_new ();
  lab->tests = g_ptr_array_new ();

  return lab;
}

static char *
make_folder (void)
{
  return g_dir_make_tmp ("lab-submission-XXXXXX", NULL);
}

static void
write_file (const char *folder,
            const char *path,
            const char *text)
{
  g_autofree char *full = g_build_filename (folder, path, NULL);
  g_autofree char *dir = g_path_get_dirname (full);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (dir, 0755), ==, 0);
  g_file_set_contents (full, text, -1, &error);
  g_assert_no_error (error);
}

/* Reads the lab's file out of a submission. Returns its text, or NULL with the error's message. */
static char *
read_work (const char  *path,
           char       **message)
{
  g_autoptr (LabInfo) lab = make_lab ();
  LabSubmission submission = { (char *) "student", (char *) path };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) files = lab_submission_read (&submission, lab, &error);
  GBytes *bytes;
  gsize length;
  gconstpointer data;

  *message = NULL;
  if (files == NULL)
    {
      g_assert_error (error, LAB_ERROR, LAB_ERROR_INPUT);
      *message = g_strdup (error->message);
      return NULL;
    }

  bytes = g_hash_table_lookup (files, "work.c");
  if (bytes == NULL)
    return NULL;

  data = g_bytes_get_data (bytes, &length);

  return g_strndup (data, length);
}

static void
assert_work (const char *path,
             const char *expected)
{
  g_autofree char *message = NULL;
  g_autofree char *text = read_work (path, &message);

  g_assert_cmpstr (message, ==, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_refused (const char *path,
                const char *says)
{
  g_autofree char *message = NULL;
  g_autofree char *text = read_work (path, &message);

  g_assert_cmpstr (text, ==, NULL);
  g_assert_nonnull (message);
  g_assert_cmpstr (strstr (message, says) != NULL ? says : message, ==, says);
  g_assert_nonnull (strstr (message, path)); /* says which submission */
}

/* --- Folders --------------------------------------------------------------------------------- */

/* The file lies flat, or in the lab's folder, below whatever else; the lab's folder wins. */
static void
test_places (void)
{
  static const char *const places[] = { "work.c", "9.9-lab/work.c", "labs/9.9-lab/work.c", "a/b/c/work.c" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *folder = make_folder ();

      write_file (folder, places[i], "text");
      write_file (folder, "other.c", "other");
      assert_work (folder, "text");
      lab_remove_recursively (folder);
    }

  {
    g_autofree char *folder = make_folder ();

    write_file (folder, "work.c", "flat");
    write_file (folder, "labs/9.9-lab/work.c", "in the lab's folder");
    write_file (folder, "old/work.c", "old");
    assert_work (folder, "in the lab's folder");
    lab_remove_recursively (folder);
  }
}

/* Two different files with nothing to choose between them. Two equal ones are no problem. */
static void
test_ambiguous (void)
{
  g_autofree char *folder = make_folder ();

  write_file (folder, "first/work.c", "one");
  write_file (folder, "second/work.c", "one");
  assert_work (folder, "one");

  write_file (folder, "second/work.c", "two");
  assert_refused (folder, "there are different files called work.c");
  lab_remove_recursively (folder);
}

/* Nothing there is no error here: the file is just missing. */
static void
test_missing (void)
{
  g_autofree char *folder = make_folder ();

  write_file (folder, "word.c", "text");
  assert_work (folder, NULL);
  lab_remove_recursively (folder);
}

/* A link leads to what is not the student's; a pipe would be waited for. Neither is read. */
static void
test_links (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *secret = g_build_filename (folder, "secret", NULL);
  g_autofree char *submission = g_build_filename (folder, "submission", NULL);
  g_autofree char *work = g_build_filename (submission, "work.c", NULL);
  g_autofree char *dir_link = g_build_filename (submission, "link", NULL);

  write_file (folder, "secret/work.c", "secret");
  g_mkdir (submission, 0755);
  g_assert_cmpint (symlink (secret, dir_link), ==, 0);
  assert_work (submission, NULL);

  {
    g_autofree char *target = g_build_filename (secret, "work.c", NULL);

    g_assert_cmpint (symlink (target, work), ==, 0);
    assert_refused (submission, "work.c is no file that can be read");
    g_unlink (work);
  }

  g_assert_cmpint (mkfifo (work, 0644), ==, 0);
  assert_refused (submission, "work.c is no file that can be read");
  lab_remove_recursively (folder);
}

static void
test_too_large (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *work = g_build_filename (folder, "work.c", NULL);

  write_file (folder, "work.c", "");
  g_assert_cmpint (truncate (work, 1024 * 1024 + 1), ==, 0);
  assert_refused (folder, "work.c is larger than 1048576 bytes");
  lab_remove_recursively (folder);
}

/* --- Archives ------------------------------------------------------------------------------------ */

typedef struct
{
  const char *path;
  const char *text; /* NULL: a symbolic link to /etc/passwd */
} Entry;

/* Writes an archive of a format and filter that its name says. */
static char *
make_archive (const char  *folder,
              const char  *name,
              const Entry *entries,
              gsize        n_entries)
{
  char *path = g_build_filename (folder, name, NULL);
  struct archive *archive = archive_write_new ();

  g_assert_cmpint (archive_write_set_format_filter_by_ext (archive, path), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_filename (archive, path), ==, ARCHIVE_OK);

  for (gsize i = 0; i < n_entries; i++)
    {
      struct archive_entry *entry = archive_entry_new ();

      archive_entry_set_pathname (entry, entries[i].path);
      archive_entry_set_perm (entry, 0644);
      if (entries[i].text != NULL)
        {
          archive_entry_set_filetype (entry, AE_IFREG);
          archive_entry_set_size (entry, (la_int64_t) strlen (entries[i].text));
        }
      else
        {
          archive_entry_set_filetype (entry, AE_IFLNK);
          archive_entry_set_symlink (entry, "/etc/passwd");
        }

      g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
      if (entries[i].text != NULL)
        archive_write_data (archive, entries[i].text, strlen (entries[i].text));
      archive_entry_free (entry);
    }

  archive_write_free (archive);

  return path;
}

static void
test_formats (void)
{
  static const char *const names[] = { "student.zip", "student.tar", "student.tar.gz", "student.tgz", "student.tar.xz",
                                       "student.tar.bz2" };
  const Entry entries[] = { { "student/9.9-lab/work.c", "text" }, { "__MACOSX/student/work.c", "nonsense" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autofree char *path = make_archive (folder, names[i], entries, G_N_ELEMENTS (entries));

      assert_work (path, "text");
      lab_remove_recursively (folder);
    }
}

static void
test_escapes (void)
{
  static const char *const paths[] = { "../work.c", "a/../../work.c", "/etc/work.c", "..", "a\\..\\work.c" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      const Entry entries[] = { { "work.c", "text" }, { paths[i], "text" } };
      g_autofree char *folder = make_folder ();
      g_autofree char *path = make_archive (folder, "student.tar", entries, 2);

      assert_refused (path, "it has a path that leads out of it");
      lab_remove_recursively (folder);
    }
}

/* A symbolic link in an archive is no file; nothing is followed. */
static void
test_archived_link (void)
{
  const Entry entries[] = { { "work.c", NULL } };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = make_archive (folder, "student.tar", entries, 1);

  assert_work (path, NULL);
  lab_remove_recursively (folder);
}

/* Cut off at every length, an archive is damaged, empty or whole, and nothing worse happens. */
static void
test_truncated (void)
{
  const Entry entries[] = { { "work.c", "int work;\n" } };
  static const char *const names[] = { "student.zip", "student.tar.gz" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autofree char *path = make_archive (folder, names[i], entries, 1);
      g_autofree char *content = NULL;
      guint n_refused = 0;
      gsize length;

      g_assert_true (g_file_get_contents (path, &content, &length, NULL));
      for (gsize cut = 1; cut < length; cut++)
        {
          g_autofree char *message = NULL;
          g_autofree char *text = NULL;

          g_file_set_contents (path, content, (gssize) cut, NULL);
          text = read_work (path, &message);
          n_refused += message != NULL;
          if (text != NULL)
            g_assert_cmpstr (text, ==, "int work;\n");
        }

      g_assert_cmpuint (n_refused, >, length / 2);
      lab_remove_recursively (folder);
    }
}

static void
test_no_archive (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "student.zip", NULL);

  write_file (folder, "student.zip", "This is not a zip file, whatever it is called.");
  assert_refused (path, "it is damaged, or no archive at all");
  lab_remove_recursively (folder);
}

/* A small archive that unpacks to much more than anybody needs. */
static void
test_bomb (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *zeros = g_strnfill (64 * 1024 * 1024, 'a');
  const Entry entries[] = { { "1", zeros }, { "2", zeros }, { "3", zeros }, { "4", zeros }, { "5", zeros } };
  g_autofree char *path = make_archive (folder, "student.tar.gz", entries, G_N_ELEMENTS (entries));

  assert_refused (path, "it unpacks to more than");
  lab_remove_recursively (folder);
}

/* --- Listing ----------------------------------------------------------------------------------------- */

static void
test_list (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GPtrArray) submissions = NULL;
  g_autoptr (GPtrArray) ignored = NULL;
  g_autoptr (GError) error = NULL;

  write_file (folder, "zoe/work.c", "");
  write_file (folder, "ben.zip", "");
  write_file (folder, "carl.tar.gz", "");
  write_file (folder, ".hidden/work.c", "");
  write_file (folder, "readme.txt", "");
  write_file (folder, ".zip", "");

  submissions = lab_submissions_list (folder, &ignored, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (submissions->len, ==, 3);
  g_assert_cmpstr (((LabSubmission *) g_ptr_array_index (submissions, 0))->student, ==, "ben");
  g_assert_cmpstr (((LabSubmission *) g_ptr_array_index (submissions, 1))->student, ==, "carl");
  g_assert_cmpstr (((LabSubmission *) g_ptr_array_index (submissions, 2))->student, ==, "zoe");
  g_assert_cmpuint (ignored->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (ignored, 0), ==, "readme.txt");

  lab_remove_recursively (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/submission/folder/places", test_places);
  g_test_add_func ("/submission/folder/ambiguous", test_ambiguous);
  g_test_add_func ("/submission/folder/missing", test_missing);
  g_test_add_func ("/submission/folder/links", test_links);
  g_test_add_func ("/submission/folder/too-large", test_too_large);
  g_test_add_func ("/submission/archive/formats", test_formats);
  g_test_add_func ("/submission/archive/escapes", test_escapes);
  g_test_add_func ("/submission/archive/link", test_archived_link);
  g_test_add_func ("/submission/archive/truncated", test_truncated);
  g_test_add_func ("/submission/archive/no-archive", test_no_archive);
  g_test_add_func ("/submission/archive/bomb", test_bomb);
  g_test_add_func ("/submission/list", test_list);

  return g_test_run ();
}
