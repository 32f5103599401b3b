/* SPDX-License-Identifier: MIT */

/*
 * The folder that `lab grade` writes.
 *
 *     OUT/gradebook.csv                a row for each student
 *     OUT/summary.json                 what was graded, how, and what could not be
 *     OUT/students/ID/result.json      everything, for the staff; report.html the same to read
 *     OUT/students/ID/feedback.json    nothing hidden, for the student; .html and .txt the same to read
 *     OUT/students/ID/timings.json     what it took
 *
 * All of it is written into a folder beside OUT, which becomes OUT when it is complete. Who interrupts the work, or fills
 * the disk, finds no half-written OUT.
 */

#include "output.h"

#include "error.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <stdio.h>

struct _LabOutput
{
  char *path;    /* what it will be called */
  char *partial; /* (nullable) what it is called until it is complete */
};

static gboolean
is_empty_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  return dir != NULL && g_dir_read_name (dir) == NULL;
}

LabOutput *
lab_output_new (const char  *path,
                GError     **error)
{
  g_autoptr (LabOutput) self = g_new0 (LabOutput, 1);
  g_autofree char *parent = NULL;

  self->path = g_canonicalize_filename (path, NULL);
  parent = g_path_get_dirname (self->path);

  if (g_file_test (self->path, G_FILE_TEST_EXISTS) && !is_empty_folder (self->path))
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_USAGE, "%s is there already: choose another folder, or remove it", path);
      return NULL;
    }

  /* Beside it, and so on the same disk: the folder can be renamed. */
  self->partial = g_strconcat (self->path, ".partial-XXXXXX", NULL);
  if (g_mkdir_with_parents (parent, 0755) != 0 || g_mkdtemp_full (self->partial, 0755) == NULL)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot write to %s: %s", parent, g_strerror (errno));
      g_clear_pointer (&self->partial, g_free);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
lab_output_free (LabOutput *self)
{
  if (self->partial != NULL)
    lab_remove_recursively (self->partial);

  g_free (self->partial);
  g_free (self->path);
  g_free (self);
}

gboolean
lab_output_write (LabOutput   *self,
                  const char  *name,
                  const char  *text,
                  GError     **error)
{
  g_autofree char *path = g_build_filename (self->partial, name, NULL);

  return lab_write_file (path, text, -1, error);
}

gboolean
lab_output_write_student (LabOutput  *self,
                          LabResult  *result,
                          GError    **error)
{
  static const LabTextStyle style = { .hints = 1, .failures = G_MAXUINT };
  g_autofree char *folder = g_build_filename (self->partial, "students", result->student, NULL);
  g_autofree char *staff_json = lab_result_to_json (result, LAB_FOR_STAFF);
  g_autofree char *staff_html = lab_result_to_html (result, LAB_FOR_STAFF);
  g_autofree char *student_json = lab_result_to_json (result, LAB_FOR_STUDENT);
  g_autofree char *student_html = lab_result_to_html (result, LAB_FOR_STUDENT);
  g_autofree char *student_text = lab_result_to_text (result, LAB_FOR_STUDENT, &style);
  g_autofree char *timings = lab_result_timings_to_json (result);
  const struct
  {
    const char *name;
    const char *text;
  } files[] = {
    { "result.json", staff_json },     { "report.html", staff_html },    { "feedback.json", student_json },
    { "feedback.html", student_html }, { "feedback.txt", student_text }, { "timings.json", timings },
  };

  if (!lab_make_folder (folder, 0755, error))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);

      if (!lab_write_file (path, files[i].text, -1, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
lab_output_complete (LabOutput  *self,
                     GError    **error)
{
  if (rename (self->partial, self->path) != 0)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot rename %s to %s: %s", self->partial, self->path,
                   g_strerror (errno));
      return FALSE;
    }

  g_clear_pointer (&self->partial, g_free);

  return TRUE;
}
