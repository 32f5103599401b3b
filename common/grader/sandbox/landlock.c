/* SPDX-License-Identifier: MIT */

/*
 * Landlock: which files there are for the program.
 *
 * The kernel also keeps who is restricted in this way from tracing, and in newer versions from sending signals to, anybody who is not. So it
 * is used at level 1 as well, if it is there.
 */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What older headers do not have yet. The kernel is told only what its version knows. */
#define ACCESS_FS_REFER (1ULL << 13)      /* version 2 */
#define ACCESS_FS_TRUNCATE (1ULL << 14)   /* version 3 */
#define ACCESS_FS_IOCTL_DEV (1ULL << 15)  /* version 5 */
#define ACCESS_NET_BIND_TCP (1ULL << 0)   /* version 4 */
#define ACCESS_NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* version 6 */
#define SCOPE_SIGNAL (1ULL << 1)

typedef struct
{
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
} Ruleset;

#define READ_ACCESS (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_ACCESS \
  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_FS_TRUNCATE)

static int
landlock_version (void)
{
  return (int) syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

bool
landlock_is_available (void)
{
  return landlock_version () >= 1;
}

bool
landlock_stops_signals (void)
{
  return landlock_version () >= 6;
}

/* All that this kernel can forbid. */
static Ruleset
everything (int     version,
            size_t *size)
{
  Ruleset all = { .handled_access_fs = (1ULL << 13) - 1 };

  *size = sizeof all.handled_access_fs;
  if (version >= 2)
    all.handled_access_fs |= ACCESS_FS_REFER;
  if (version >= 3)
    all.handled_access_fs |= ACCESS_FS_TRUNCATE;
  if (version >= 4)
    {
      all.handled_access_net = ACCESS_NET_BIND_TCP | ACCESS_NET_CONNECT_TCP;
      *size = sizeof all.handled_access_fs + sizeof all.handled_access_net;
    }
  if (version >= 5)
    all.handled_access_fs |= ACCESS_FS_IOCTL_DEV;
  if (version >= 6)
    {
      all.scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL;
      *size = sizeof all;
    }

  return all;
}

static void
allow (int         ruleset,
       const char *path,
       uint64_t    access,
       uint64_t    handled)
{
  struct landlock_path_beneath_attr rule = { .allowed_access = access & handled };
  struct stat info;

  rule.parent_fd = open (path, O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0)
    return; /* what is not there need not be allowed */

  if (fstat (rule.parent_fd, &info) == 0 && !S_ISDIR (info.st_mode))
    rule.allowed_access &= FILE_ACCESS;

  if (syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    fail ("Landlock does not take %s: %s", path, strerror (errno));

  close (rule.parent_fd);
}

void
restrict_files (const Options *options)
{
  /* Of /proc only what is about the program itself: the command lines of all others are there, too. No /dev/zero: memory
   * that is mapped from it can be hidden from the supervisor. */
  static const char *const for_tests[] = {
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/dev/urandom", "/proc/self",
  };
  /* Not all of /usr: a source tree may be in /usr/local/src, and #include reads what may be read. */
  static const char *const for_builds[] = {
    "/usr/bin", "/usr/include", "/usr/libexec", "/usr/local/bin", "/usr/local/include", "/usr/local/lib", "/bin",
    "/etc/alternatives",
  };
  int version = landlock_version ();
  size_t size;
  Ruleset all;
  int ruleset;

  if (version < 1)
    fail ("Landlock is not available");

  all = everything (version, &size);
  ruleset = (int) syscall (SYS_landlock_create_ruleset, &all, size, 0);
  if (ruleset < 0)
    fail ("Landlock: %s", strerror (errno));

  for (size_t i = 0; i < sizeof for_tests / sizeof for_tests[0]; i++)
    allow (ruleset, for_tests[i], READ_ACCESS, all.handled_access_fs);
  if (options->mode == MODE_BUILD)
    for (size_t i = 0; i < sizeof for_builds / sizeof for_builds[0]; i++)
      allow (ruleset, for_builds[i], READ_ACCESS, all.handled_access_fs);
  for (size_t i = 0; i < options->n_readable; i++)
    allow (ruleset, options->readable[i], READ_ACCESS, all.handled_access_fs);
  for (size_t i = 0; i < options->n_writable; i++)
    allow (ruleset, options->writable[i], all.handled_access_fs, all.handled_access_fs);

  /* /proc/self is another folder in each process, and the rule above is about the first one's. A program that starts has to
   * look at its own maps, if a sanitizer is in it. What may be read now is what everybody may read of everybody, but whose
   * number one knows: the folders themselves cannot be listed. */
  if (options->has_children)
    allow (ruleset, "/proc", LANDLOCK_ACCESS_FS_READ_FILE, all.handled_access_fs);
  allow (ruleset, "/dev/null", all.handled_access_fs, all.handled_access_fs);

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall (SYS_landlock_restrict_self, ruleset, 0) != 0)
    fail ("Landlock: %s", strerror (errno));

  close (ruleset);
}
