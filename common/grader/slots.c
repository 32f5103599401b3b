/* SPDX-License-Identifier: MIT */

/*
 * Places for sandboxed programs.
 *
 * If the grader is root each place has a uid that no other program of the machine uses, so that the kernel's limits per user count for one
 * program alone, and one call can kill all that belongs to it.
 *
 * Who uses a uid has bound a socket that is called after it. Such a name is in no file system, so graders that see each other's processes but not
 * each other's files, as in a chroot, agree about it as well; and it is gone with its process, however that ends. Graders in containers see nothing
 * of each other, but the kernel counts their processes by uid all the same. They begin to look at a random place.
 */

#include "slots.h"

#include "error.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Uids that Debian gives to nobody (60000 to 64999 are handed out on request). */
#define FIRST_UID 60100
#define LAST_UID 64900
#define N_UIDS (LAST_UID - FIRST_UID + 1)

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

/* Returns a descriptor that keeps the uid from others until it is closed, or -1 with errno. */
static int
lock_uid (guint uid)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int n;

  if (fd < 0)
    return -1;

  /* A name that begins with a zero byte is in no file system. */
  n = g_snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "asyncio-labs/uid-%u", uid);
  if (bind (fd, (struct sockaddr *) &address, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + (gsize) n)) == 0)
    return fd;

  close (fd);
  return -1;
}

/* What an earlier grader could not kill, because somebody killed it and its supervisors at once. */
static void
kill_leftovers_of (const char *helper,
                   guint       uid)
{
  g_autofree char *option = g_strdup_printf ("--uid=%u", uid);
  const char *const argv[] = { helper, option, "--clean", NULL };
  int lock = lock_uid (uid);

  if (lock < 0)
    return; /* somebody's who is at work */

  (void) g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  close (lock);
}

static void
kill_leftovers (const char *helper)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc != NULL && (name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, NULL);
      struct stat info;

      if (g_ascii_isdigit (name[0]) && stat (path, &info) == 0 && info.st_uid >= FIRST_UID && info.st_uid <= LAST_UID)
        kill_leftovers_of (helper, info.st_uid);
    }
}

/* A uid that nobody has and no other grader is using. The search goes on from *next, and around. */
static gboolean
take_uid (LabSlot  *slot,
          guint    *next,
          GError  **error)
{
  for (guint i = 0; i < N_UIDS; i++)
    {
      guint uid = FIRST_UID + (*next)++ % N_UIDS;
      int fd;

      if (getpwuid (uid) != NULL)
        continue;

      fd = lock_uid (uid);
      if (fd >= 0)
        {
          *slot = (LabSlot) { uid, fd };
          return TRUE;
        }

      if (errno != EADDRINUSE)
        {
          g_set_error (error, LAB_ERROR, LAB_ERROR_SYSTEM, "cannot make a socket: %s", g_strerror (errno));
          return FALSE;
        }
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
  guint next = (guint) g_random_int_range (0, N_UIDS);

  g_array_set_clear_func (slots, slot_clear);
  if (have_uids)
    kill_leftovers (helper);

  for (guint i = 0; i < n; i++)
    {
      LabSlot slot = { 0, -1 };

      if (have_uids && !take_uid (&slot, &next, error))
        return NULL;
      g_array_append_val (slots, slot);
    }

  return g_steal_pointer (&slots);
}
