/* SPDX-License-Identifier: MIT */

/*
 * Runs a program as on a machine that offers no sandbox: without-sandbox PROGRAM ARGUMENTS...
 *
 * There is no Landlock, and namespaces are not allowed. It is a system call filter that makes it so, for the program and all that
 * it starts.
 */

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main (int    argc,
      char **argv)
{
  static const unsigned flags[] = { CLONE_NEWNS, CLONE_NEWUSER };
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int failed = filter == NULL || argc < 2;

  failed = failed || seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (landlock_create_ruleset), 0) != 0 ||
           seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (unshare), 0) != 0 ||
           seccomp_rule_add (filter, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), 0) != 0;
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
    failed = failed || seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1,
                                         SCMP_CMP (0, SCMP_CMP_MASKED_EQ, flags[i], flags[i])) != 0;

  if (failed || seccomp_load (filter) != 0)
    {
      fprintf (stderr, "without-sandbox: cannot make it so\n");
      return 125;
    }

  execv (argv[1], argv + 1);
  fprintf (stderr, "without-sandbox: %s: %s\n", argv[1], strerror (errno));
  return 125;
}
