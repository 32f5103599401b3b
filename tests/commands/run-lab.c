/* SPDX-License-Identifier: MIT */

/*
 * Running `lab` as its users do.
 */

#include "run-lab.h"

#include "workspace.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void
lab_runner_init (LabRunner *self)
{
  g_autoptr (GError) error = NULL;

  *self = (LabRunner) { 0 };
  self->folder = g_dir_make_tmp ("lab-test-XXXXXX", &error);
  g_assert_no_error (error);

  /* Sandboxed programs have other uids and must get to what is theirs. */
  g_chmod (self->folder, 0755);
  self->tmpdir = g_build_filename (self->folder, "tmp", NULL);
  g_assert_cmpint (g_mkdir (self->tmpdir, 0755), ==, 0);
}

guint
lab_count_processes (const char *text)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *command = NULL;
      gsize length;

      if (!g_ascii_isdigit (name[0]) || atoi (name) == getpid () ||
          !g_file_get_contents (path, &command, &length, NULL))
        continue;

      for (gsize i = 0; i < length; i++)
        if (command[i] == '\0')
          command[i] = ' ';
      n += command != NULL && strstr (command, text) != NULL;
    }

  return n;
}

void
lab_runner_clear (LabRunner *self)
{
  g_autoptr (GDir) left = g_dir_open (self->tmpdir, 0, NULL);

  g_assert_nonnull (left);
  g_assert_cmpstr (g_dir_read_name (left), ==, NULL);
  g_assert_cmpuint (lab_count_processes (self->tmpdir), ==, 0);

  lab_remove_recursively (self->folder);
  g_free (self->folder);
  g_free (self->tmpdir);
  g_free (self->out);
  g_free (self->err);
}

char *
lab_runner_path (LabRunner  *self,
                 const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

void
lab_runner_run (LabRunner  *self,
                const char *argument,
                ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "TMPDIR", self->tmpdir, TRUE);
  g_autoptr (GError) error = NULL;
  int wait_status;
  va_list arguments;

  if (self->wrapper != NULL)
    g_strv_builder_add (builder, self->wrapper);
  g_strv_builder_add (builder, LAB_PROGRAM);
  va_start (arguments, argument);
  for (; argument != NULL; argument = va_arg (arguments, const char *))
    g_strv_builder_add (builder, argument);
  va_end (arguments);
  argv = g_strv_builder_end (builder);

  g_clear_pointer (&self->out, g_free);
  g_clear_pointer (&self->err, g_free);
  g_spawn_sync (NULL, argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &self->out, &self->err, &wait_status, &error);
  g_assert_no_error (error);

  self->status = WIFEXITED (wait_status) ? WEXITSTATUS (wait_status) : -WTERMSIG (wait_status);
}

gboolean
lab_runner_has_level (LabRunner *self,
                      int        level)
{
  g_autofree char *option = g_strdup_printf ("--level=%d", level);

  lab_runner_run (self, "check", "3.7", "--test", "/3.7/run/value", option, NULL);
  if (self->status == 0)
    return TRUE;

  lab_assert_contains (self->err, "this machine offers no sandbox");
  g_test_skip (self->err);

  return FALSE;
}

void
lab_runner_wait_until (gboolean (*holds) (gpointer data),
                       gpointer data)
{
  for (guint i = 0; i < 6000; i++)
    {
      if (holds (data))
        return;
      g_usleep (10000);
    }

  g_error ("waited for a minute in vain");
}
