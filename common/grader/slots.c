/* SPDX-License-Identifier: MIT */

/*
 * Places for sandboxed programs.
 *
 * If the grader is root each place has a uid that no other program of the machine uses, so that the kernel's limits per user count for one
 * program alone, and one call can kill all that belongs to it. Locked files say which are taken, and a lock ends with its
 * process, however that ends.
 */

#include "slots.h"

#include "error.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Uids that Debian gives to nobody (60000 to 64999 are handed out on request). */
#define FIRST_UID 60100
#define LAST_UID 64900

#define LOCK_FOLDER "/run/asyncio-labs"

gboolean
lab_slots_have_uids (void)
{
  g_autofree char *map = NULL;
  g_auto (GStrv) lines = NULL;

  if (geteuid () != 0)
    return FALSE;

  /* Each line: first uid here, first uid outside, how many. Who is root of a user namespace with one uid may become nobody. */
  if (!g_file_get_contents ("/proc/self/uid_map", &map, NULL, NULL))
    return TRUE;

  lines = g_strsplit (map, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint first, outside, n;

      if (sscanf (lines[i], "%u %u %u", &first, &outside, &n) == 3 && first <= LAB_SANDBOX_GROUP && n > LAST_UID - first)
        return TRUE;
    }

  return FALSE;
}

/* What an earlier grader could not kill, because somebody killed it and its supervisors at once. */
static void
kill_leftovers (const char *helper,
                guint       uid)
{
  g_autofree char *option = g_strdup_printf ("--uid=%u", uid);
  const char *const argv[] = { helper, option, "--clean", NULL };

  (void) g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* A uid that nobody has and no other grader is using. */
static gboolean
take_uid (LabSlot     *slot,
          guint       *next,
          const char  *helper,
          GError     **error)
{
  if (g_mkdir (LOCK_FOLDER, 0700) != 0 && errno != EEXIST)
    {
      g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make " LOCK_FOLDER ": %s", g_strerror (errno));
      return FALSE;
    }

  for (; *next <= LAST_UID; *next += 1)
    {
      g_autofree char *path = g_strdup_printf (LOCK_FOLDER "/uid-%u", *next);
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
          *slot = (LabSlot) { *next, fd };
          kill_leftovers (helper, *next);
          *next += 1;
          return TRUE;
        }
      close (fd);
    }

  g_set_error_literal (error, LAB_ERROR, LAB_ERROR_SYSTEM, "no free uid is left for a sandbox");
  return FALSE;
}

static void
slot_clear (gpointer data)
{
  LabSlot *self = data;

  if (self->lock_fd >= 0)
    close (self->lock_fd);
}

GArray *
lab_slots_take (guint        n,
                const char  *helper,
                GError     **error)
{
  g_autoptr (GArray) slots = g_array_new (FALSE, TRUE, sizeof (LabSlot));
  gboolean have_uids = lab_slots_have_uids ();
  guint next = FIRST_UID;

  g_array_set_clear_func (slots, slot_clear);
  for (guint i = 0; i < n; i++)
    {
      LabSlot slot = { 0, -1 };

      if (have_uids && !take_uid (&slot, &next, helper, error))
        return NULL;
      g_array_append_val (slots, slot);
    }

  return g_steal_pointer (&slots);
}
