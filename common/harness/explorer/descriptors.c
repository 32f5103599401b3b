/* SPDX-License-Identifier: MIT */

/*
 * File descriptors that a schedule leaves behind.
 *
 * A schedule that fails is left in its middle, and nobody closes what its threads had open: each main context has a descriptor, and a search that
 * looks for the shortest schedule that fails sees a thousand of them. So what was not open before is closed.
 */

#include "explorer-private.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

/* Calls a function for each open descriptor. */
static void
for_each_open (void   (*func) (int fd, GArray *data),
               GArray  *data)
{
  DIR *folder = opendir ("/proc/self/fd");
  const struct dirent *entry;

  if (folder == NULL)
    return;

  while ((entry = readdir (folder)) != NULL)
    if (entry->d_name[0] != '.' && atoi (entry->d_name) != dirfd (folder))
      func (atoi (entry->d_name), data);
  closedir (folder);
}

static void
note (int     fd,
      GArray *open)
{
  g_array_append_val (open, fd);
}

static void
close_if_new (int     fd,
              GArray *open)
{
  for (guint i = 0; i < open->len; i++)
    if (g_array_index (open, int, i) == fd)
      return;

  (void) close (fd);
}

GArray *
explorer_descriptors_new (void)
{
  GArray *open = g_array_new (FALSE, FALSE, sizeof (int));

  for_each_open (note, open);

  return open;
}

void
explorer_descriptors_close_others (GArray *open)
{
  for_each_open (close_if_new, open);
}
