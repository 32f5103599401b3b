/* SPDX-License-Identifier: MIT */

/*
 * Limits that the kernel keeps, and rights that are given up.
 */

#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MB ((rlim_t) 1024 * 1024)

static void
limit (int    resource,
       rlim_t soft,
       rlim_t hard)
{
  struct rlimit value = { soft, hard };
  struct rlimit now;

  /* A harder limit that is there already stays. */
  if (getrlimit (resource, &now) == 0 && now.rlim_max != RLIM_INFINITY)
    {
      value.rlim_max = hard < now.rlim_max ? hard : now.rlim_max;
      value.rlim_cur = soft < value.rlim_max ? soft : value.rlim_max;
    }

  if (setrlimit (resource, &value) != 0)
    fail ("cannot set a limit: %s", strerror (errno));
}

/* How many threads the user has already. The kernel counts all of them against RLIMIT_NPROC, and we
 * want to limit the new ones. */
static unsigned
count_own_threads (void)
{
  DIR *proc = opendir ("/proc");
  struct dirent *entry;
  unsigned n = 0;

  while (proc != NULL && (entry = readdir (proc)) != NULL)
    {
      char path[64];
      struct stat info;

      if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
        continue;

      /* The number of links to the folder of a process's threads is their number and two. */
      snprintf (path, sizeof path, "/proc/%.20s/task", entry->d_name);
      if (stat (path, &info) == 0 && info.st_uid == getuid ())
        n += info.st_nlink > 2 ? (unsigned) info.st_nlink - 2 : 1;
    }

  if (proc != NULL)
    closedir (proc);

  return n;
}

void
set_limits (const Options *options)
{
  rlim_t n_processes = options->n_processes + (rlim_t) count_own_threads ();

  /* Not 0: with that the kernel still starts a program that takes core dumps, if the machine has one. With 1 it does not. */
  limit (RLIMIT_CORE, 1, 1);
  /* SIGXCPU at the soft limit, SIGKILL for who ignores it. */
  limit (RLIMIT_CPU, options->cpu_seconds, options->cpu_seconds + 1);
  limit (RLIMIT_FSIZE, options->file_mb * MB, options->file_mb * MB);
  limit (RLIMIT_NOFILE, 256, 256);
  limit (RLIMIT_STACK, 8 * MB, 64 * MB);
  limit (RLIMIT_MEMLOCK, 0, 0);
  limit (RLIMIT_MSGQUEUE, 0, 0);
  if (options->level != LEVEL_NONE)
    limit (RLIMIT_NPROC, n_processes, n_processes);

  /* There is no limit for memory here: AddressSanitizer reserves terabytes. The supervisor watches what is really used. */
}

/* Usually there is nothing to give up: who stopped being root has none. But a container may start us with some, and who is root in a user
 * namespace of its own has them all. */
void
drop_capabilities (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0, 0, 0 } };

  prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (unsigned long capability = 0; prctl (PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
    prctl (PR_CAPBSET_DROP, capability, 0, 0, 0);

  if (syscall (SYS_capset, &header, none) != 0)
    fail ("cannot give up capabilities: %s", strerror (errno));
}
