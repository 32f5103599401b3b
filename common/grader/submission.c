/* SPDX-License-Identifier: MIT */

/*
 * What students handed in.
 *
 * A submission is read, never unpacked: the few files that a lab needs go into memory, so a path such as ../../etc/passwd has
 * nowhere to lead. An archive that has such a path is refused all the same, as its maker had something in mind.
 */

#include "submission.h"

#include "error.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than any lab needs, and far less than what would hurt. */
#define MAX_FILE_SIZE (1024 * 1024)
#define MAX_ENTRIES 10000
#define MAX_ARCHIVE_BYTES ((gint64) 256 * 1024 * 1024)
#define MAX_DEPTH 16

/* --- Listing ------------------------------------------------------------------------------ */

void
lab_submission_free (LabSubmission *self)
{
  g_free (self->student);
  g_free (self->path);
  g_free (self);
}

/* The length of the ending by which a name is an archive's, or 0. */
static gsize
archive_ending (const char *name)
{
  static const char *const endings[] = {
    ".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst",
  };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]) && strlen (name) > strlen (endings[i]))
      return strlen (endings[i]);

  return 0;
}

/* NULL if this is no submission. */
static LabSubmission *
submission_new (const char *folder,
                const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gsize ending = archive_ending (name);
  LabSubmission *self;
  GStatBuf info;

  if (name[0] == '.' || g_lstat (path, &info) != 0)
    return NULL;
  if (!S_ISDIR (info.st_mode) && (!S_ISREG (info.st_mode) || ending == 0))
    return NULL;

  self = g_new0 (LabSubmission, 1);
  self->student = g_utf8_make_valid (name, S_ISDIR (info.st_mode) ? -1 : (gssize) (strlen (name) - ending));
  self->path = g_steal_pointer (&path);

  return self;
}

static int
compare_submissions (gconstpointer a,
                     gconstpointer b)
{
  return strcmp ((*(LabSubmission *const *) a)->student, (*(LabSubmission *const *) b)->student);
}

static gboolean
check_one_each (GPtrArray  *submissions,
                GError    **error)
{
  for (guint i = 1; i < submissions->len; i++)
    {
      LabSubmission *a = g_ptr_array_index (submissions, i - 1);
      LabSubmission *b = g_ptr_array_index (submissions, i);

      if (g_str_equal (a->student, b->student))
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_INPUT,
                       "there are two submissions of '%s': %s and %s; remove the one that does not count", a->student,
                       a->path, b->path);
          return FALSE;
        }
    }

  return TRUE;
}

GPtrArray *
lab_submissions_list (const char  *path,
                      GPtrArray  **ignored,
                      GError     **error)
{
  g_autoptr (GPtrArray) submissions = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_submission_free);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &local_error);
  const char *name;

  *ignored = g_ptr_array_new_with_free_func (g_free);

  if (dir == NULL)
    {
      g_set_error_literal (error, LAB_ERROR, LAB_ERROR_USAGE, local_error->message);
      return NULL;
    }

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      LabSubmission *submission = submission_new (path, name);

      if (submission != NULL)
        g_ptr_array_add (submissions, submission);
      else if (name[0] != '.')
        g_ptr_array_add (*ignored, g_strdup (name));
    }

  g_ptr_array_sort (submissions, compare_submissions);

  if (submissions->len == 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE,
                   "there is no submission in %s: it should have a folder or an archive for each student", path);
      return NULL;
    }

  return check_one_each (submissions, error) ? g_steal_pointer (&submissions) : NULL;
}

/* --- Choosing among the files of a submission ------------------------------------------------- */

/* A file of a lab was found, and where. */
typedef struct
{
  char *path;
  GBytes *content;
  gboolean in_lab_folder;
  gboolean is_ambiguous;
} Found;

static void
found_free (gpointer data)
{
  Found *self = data;

  g_free (self->path);
  g_bytes_unref (self->content);
  g_free (self);
}

static gboolean
refuse (GError     **error,
        const char  *format,
        ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError     **error,
        const char  *format,
        ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_set_error_literal (error, LAB_ERROR, LAB_ERROR_INPUT, message);
  return FALSE;
}

/* The name of the lab's file that a path means, or NULL. */
static const char *
wanted_name (LabInfo    *lab,
             const char *path)
{
  g_autofree char *name = g_path_get_basename (path);

  /* What macOS adds to archives. */
  if (strstr (path, "__MACOSX/") != NULL)
    return NULL;

  for (guint i = 0; lab->files[i] != NULL; i++)
    if (g_str_equal (lab->files[i], name))
      return lab->files[i];

  return NULL;
}

/* Keeps the better of two places: the lab's own folder, and no other lab's. (transfer full) content */
static void
add_found (GHashTable *found,
           LabInfo    *lab,
           const char *name,
           const char *path,
           GBytes     *content)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *folder_name = g_path_get_basename (folder);
  Found *self = g_new0 (Found, 1);
  Found *other = g_hash_table_lookup (found, name);

  *self = (Found) { g_strdup (path), content, g_str_equal (folder_name, lab->folder), FALSE };

  if (other != NULL && other->in_lab_folder == self->in_lab_folder)
    {
      other->is_ambiguous |= !g_bytes_equal (other->content, self->content);
      found_free (self);
    }
  else if (other == NULL || self->in_lab_folder)
    {
      g_hash_table_insert (found, g_strdup (name), self);
    }
  else
    {
      found_free (self);
    }
}

/* --- Folders ------------------------------------------------------------------------------------- */

/* Reads a regular file below a folder; links are not followed. */
static GBytes *
read_file (int          dir,
           const char  *name,
           const char  *path,
           GError     **error)
{
  int fd = openat (dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  g_autofree char *content = NULL;
  gsize length = 0;
  struct stat info;
  gssize n = 0;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      refuse (error, "%s is no file that can be read", path);
      if (fd >= 0)
        close (fd);
      return NULL;
    }

  if (info.st_size > MAX_FILE_SIZE)
    {
      refuse (error, "%s is larger than %d bytes", path, MAX_FILE_SIZE);
      close (fd);
      return NULL;
    }

  content = g_malloc (MAX_FILE_SIZE);
  while (length < MAX_FILE_SIZE && (n = read (fd, content + length, MAX_FILE_SIZE - length)) > 0)
    length += n;
  close (fd);

  if (n < 0)
    {
      refuse (error, "%s cannot be read", path);
      return NULL;
    }

  return g_bytes_new (content, length);
}

static gboolean
search_folder (int           dir,
               const char   *path,
               guint         depth,
               LabInfo      *lab,
               GHashTable   *found,
               guint        *n_entries,
               GError      **error)
{
  g_autofree char *proc = g_strdup_printf ("/proc/self/fd/%d", dir);
  g_autoptr (GDir) listing = g_dir_open (proc, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *child = path[0] != '\0' ? g_build_filename (path, name, NULL) : g_strdup (name);
      const char *wanted = wanted_name (lab, child);
      struct stat info;

      if (++*n_entries > MAX_ENTRIES)
        return refuse (error, "there are more than %d files in it", MAX_ENTRIES);

      if (fstatat (dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;

      if (S_ISDIR (info.st_mode) && depth < MAX_DEPTH && name[0] != '.')
        {
          int fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
          gboolean searched = fd < 0 || search_folder (fd, child, depth + 1, lab, found, n_entries, error);

          if (fd >= 0)
            close (fd);
          if (!searched)
            return FALSE;
        }
      else if (wanted != NULL && !S_ISDIR (info.st_mode))
        {
          GBytes *content = read_file (dir, name, child, error);

          if (content == NULL)
            return FALSE;
          add_found (found, lab, wanted, child, content);
        }
    }

  return TRUE;
}

static gboolean
read_folder (LabSubmission  *self,
             LabInfo        *lab,
             GHashTable     *found,
             GError        **error)
{
  int fd = open (self->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  guint n_entries = 0;
  gboolean searched;

  if (fd < 0)
    return refuse (error, "it cannot be opened: %s", g_strerror (errno));

  searched = search_folder (fd, "", 0, lab, found, &n_entries, error);
  close (fd);

  return searched;
}

/* --- Archives ---------------------------------------------------------------------------------------- */

static gboolean
is_safe_path (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  if (path[0] == '/' || strchr (path, '\\') != NULL)
    return FALSE;

  return !g_strv_contains ((const char *const *) parts, "..");
}

/* Reads or skips the data of an entry. Everything that is unpacked counts, so that a small archive cannot be a large one. */
static gboolean
read_entry (struct archive  *archive,
            const char      *path,
            GByteArray      *content,
            gint64          *n_bytes,
            GError         **error)
{
  char block[16384];
  gssize n;

  while ((n = archive_read_data (archive, block, sizeof block)) > 0)
    {
      *n_bytes += n;
      if (*n_bytes > MAX_ARCHIVE_BYTES)
        return refuse (error, "it unpacks to more than %" G_GINT64_FORMAT " bytes", MAX_ARCHIVE_BYTES);

      if (content != NULL)
        {
          g_byte_array_append (content, (const guint8 *) block, n);
          if (content->len > MAX_FILE_SIZE)
            return refuse (error, "%s is larger than %d bytes", path, MAX_FILE_SIZE);
        }
    }

  return n == 0 || refuse (error, "it is damaged at %s: %s", path, archive_error_string (archive));
}

static gboolean
read_entries (struct archive  *archive,
              LabInfo         *lab,
              GHashTable      *found,
              GError         **error)
{
  struct archive_entry *entry;
  gint64 n_bytes = 0;
  guint n_entries = 0;
  int status;

  while ((status = archive_read_next_header (archive, &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN)
    {
      const char *raw = archive_entry_pathname (entry);
      g_autofree char *path = g_utf8_make_valid (raw != NULL ? raw : "", -1);
      const char *wanted = archive_entry_filetype (entry) == AE_IFREG ? wanted_name (lab, path) : NULL;
      g_autoptr (GByteArray) content = wanted != NULL ? g_byte_array_new () : NULL;

      if (++n_entries > MAX_ENTRIES)
        return refuse (error, "there are more than %d files in it", MAX_ENTRIES);
      if (!is_safe_path (path))
        return refuse (error, "it has a path that leads out of it: %s", path);
      if (archive_entry_is_encrypted (entry))
        return refuse (error, "it is encrypted");

      if (!read_entry (archive, path, content, &n_bytes, error))
        return FALSE;

      /* A hard link is a file without data. */
      if (content != NULL && archive_entry_hardlink (entry) == NULL)
        add_found (found, lab, wanted, path, g_byte_array_free_to_bytes (g_steal_pointer (&content)));
    }

  if (status != ARCHIVE_EOF)
    return refuse (error, "it is damaged, or no archive at all: %s", archive_error_string (archive));

  return TRUE;
}

static gboolean
read_archive (LabSubmission  *self,
              LabInfo        *lab,
              GHashTable     *found,
              GError        **error)
{
  struct archive *archive = archive_read_new ();
  gboolean read = FALSE;

  /* Not all filters that there are: for some of them libarchive runs other programs. */
  archive_read_support_filter_gzip (archive);
  archive_read_support_filter_bzip2 (archive);
  archive_read_support_filter_xz (archive);
  archive_read_support_filter_zstd (archive);
  archive_read_support_format_tar (archive);
  archive_read_support_format_zip (archive);
  archive_read_support_format_empty (archive);

  if (archive_read_open_filename (archive, self->path, 64 * 1024) != ARCHIVE_OK)
    refuse (error, "it is damaged, or no archive at all: %s", archive_error_string (archive));
  else
    read = read_entries (archive, lab, found, error);

  archive_read_free (archive);

  return read;
}

/* --- All of it ------------------------------------------------------------------------------------------- */

GHashTable *
lab_submission_read (LabSubmission  *self,
                     LabInfo        *lab,
                     GError        **error)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, found_free);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  gboolean is_folder = g_file_test (self->path, G_FILE_TEST_IS_DIR);
  GHashTableIter iter;
  gpointer name, value;

  if (!(is_folder ? read_folder (self, lab, found, error) : read_archive (self, lab, found, error)))
    {
      g_prefix_error (error, "%s: ", self->path);
      return NULL;
    }

  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      Found *one = value;

      if (one->is_ambiguous)
        {
          refuse (error, "%s: there are different files called %s in it; one of them is %s", self->path,
                  (const char *) name, one->path);
          return NULL;
        }

      g_hash_table_insert (files, g_strdup (name), g_bytes_ref (one->content));
    }

  return g_steal_pointer (&files);
}
