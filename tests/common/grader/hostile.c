/* SPDX-License-Identifier: MIT */

/*
 * What test-sandbox.c has run in the sandbox: the first argument says what it does, in most cases the worst. It exits with 0
 * if it got what it wanted and with 1 if it did not, where that is the question.
 */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MB (1024 * 1024)

static int
succeeded (bool it_did)
{
  return it_did ? 0 : 1;
}

/* --- Ends ----------------------------------------------------------------------------- */

static int __attribute__ ((noreturn))
spin (void)
{
  for (volatile unsigned i = 0;; i++)
    ;
}

static int
ignore_and_spin (void)
{
  signal (SIGXCPU, SIG_IGN);
  spin ();
}

/* Many that use little each. */
static int
spin_in_turns (void)
{
  for (;;)
    {
      if (fork () == 0)
        {
          for (volatile unsigned i = 0; i < 30000000; i++)
            ;
          _exit (0);
        }
      wait (NULL);
    }
}

static int __attribute__ ((noreturn))
sleep_for_ever (void)
{
  for (;;)
    pause ();
}

static int
abort_now (void)
{
  abort ();
}

static int
read_null (void)
{
  return *(volatile int *) 8;
}

/* --- Too much -------------------------------------------------------------------------- */

static void
take_memory (size_t mb)
{
  for (size_t i = 0; i < mb; i++)
    {
      char *block = malloc (MB);

      if (block != NULL)
        memset (block, 1, MB);
    }
}

static int __attribute__ ((noreturn))
take_all_memory (void)
{
  for (;;)
    take_memory (1);
}

/* None of them takes much. */
static int
take_memory_in_children (void)
{
  for (int i = 0; i < 8; i++)
    if (fork () == 0)
      {
        take_memory (20);
        sleep_for_ever ();
      }

  sleep_for_ever ();
}

/* Forks, and the children share what the parent has: that is not taken eight times. */
static int
share_memory_with_children (void)
{
  take_memory (20);
  for (int i = 0; i < 8; i++)
    if (fork () == 0)
      {
        usleep (300000);
        _exit (0);
      }
  while (wait (NULL) > 0)
    ;

  return 0;
}

static int
flood (void)
{
  char block[4096];

  memset (block, 'x', sizeof block);
  for (;;)
    if (write (STDOUT_FILENO, block, sizeof block) < 0)
      return succeeded (false);
}

static int
flood_errors (void)
{
  dup2 (STDERR_FILENO, STDOUT_FILENO);

  return flood ();
}

static int
write_large_file (void)
{
  char block[4096] = "";
  int fd = open ("large", O_WRONLY | O_CREAT, 0644);

  while (write (fd, block, sizeof block) > 0)
    ;

  return succeeded (false);
}

/* Prints how many children it got. */
static int
bomb (void)
{
  int n = 0;

  while (n < 500)
    {
      pid_t pid = fork ();

      if (pid < 0)
        break;
      if (pid == 0)
        sleep_for_ever ();
      n++;
    }
  printf ("%d\n", n);

  return 0;
}

/* All of them fork all the time. */
static int __attribute__ ((noreturn))
real_bomb (void)
{
  for (;;)
    fork ();
}

static void *
thread_body (void *data)
{
  (void) data;
  sleep_for_ever ();
}

static int
many_threads (void)
{
  pthread_t thread;
  int n = 0;

  while (n < 500 && pthread_create (&thread, NULL, thread_body, NULL) == 0)
    n++;
  printf ("%d\n", n);

  return 0;
}

/* --- Getting away -------------------------------------------------------------------------- */

static int
leave_behind (bool in_session)
{
  int pipes[2];
  char byte;

  if (pipe (pipes) != 0)
    return 1;

  if (fork () == 0)
    {
      pid_t middle = getpid ();
      pid_t in_session_pid;

      if (fork () != 0)
        _exit (0);

      /* Only who is meant to survive is left when the program ends: the one between is gone when we have got another parent. */
      while (getppid () == middle)
        sched_yield ();
      if (in_session && (in_session_pid = fork ()) == 0)
        {
          setsid ();
          _exit (0);
        }
      if (in_session)
        waitpid (in_session_pid, NULL, 0);
      signal (SIGTERM, SIG_IGN);
      signal (SIGHUP, SIG_IGN);
      if (write (pipes[1], "x", 1) != 1)
        _exit (1);
      sleep_for_ever ();
    }

  return succeeded (read (pipes[0], &byte, 1) == 1);
}

static int
survive (void)
{
  return leave_behind (false);
}

static int
survive_in_session (void)
{
  return leave_behind (true);
}

static int
kill_everybody (void)
{
  return succeeded (kill (-1, SIGKILL) == 0);
}

static int
kill_parent (void)
{
  return succeeded (kill (getppid (), SIGKILL) == 0);
}

static int
kill_group (void)
{
  return succeeded (kill (0, SIGKILL) == 0);
}

static int
stop_parent (void)
{
  return succeeded (kill (getppid (), SIGSTOP) == 0);
}

/* What a test that is about processes may do. */
static int
kill_child (void)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    while (1)
      pause ();

  return succeeded (child > 0 && kill (child, SIGTERM) == 0 && waitpid (child, &status, 0) == child && WIFSIGNALED (status) &&
                    WTERMSIG (status) == SIGTERM);
}

/* What a program with a sanitizer does when it starts. */
static int
read_own_maps_in_child (void)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    _exit (open ("/proc/self/maps", O_RDONLY) >= 0 ? 0 : 1);

  return succeeded (child > 0 && waitpid (child, &status, 0) == child && status == 0);
}

/* The attacks on the parent that are no signals. */
static int
trace_parent (void)
{
  return succeeded (ptrace (PTRACE_ATTACH, getppid (), NULL, NULL) == 0 ||
                    ptrace (PTRACE_SEIZE, getppid (), NULL, NULL) == 0);
}

static int
read_parent (void)
{
  char path[64], byte;
  int fd;

  snprintf (path, sizeof path, "/proc/%d/mem", (int) getppid ());
  fd = open (path, O_RDWR);
  if (fd >= 0)
    return 0;
  snprintf (path, sizeof path, "/proc/%d/environ", (int) getppid ());
  fd = open (path, O_RDONLY);

  return succeeded (fd >= 0 && read (fd, &byte, 1) == 1);
}

static int
limit_parent (void)
{
  struct rlimit none = { 0, 0 };

  return succeeded (prlimit (getppid (), RLIMIT_NOFILE, &none, NULL) == 0);
}

/* --- Files ----------------------------------------------------------------------------------------- */

/* Exits with 0 if one of the paths can be read, and prints which. */
static int
read_any (char **paths)
{
  int n = 0;

  for (; *paths != NULL; paths++)
    {
      int fd = open (*paths, O_RDONLY | O_NONBLOCK);
      char byte;
      DIR *folder;

      if (fd >= 0 && read (fd, &byte, 1) == 1)
        n += printf ("%s can be read\n", *paths);
      folder = fd >= 0 ? fdopendir (fd) : NULL;
      if (folder != NULL)
        {
          /* A folder that holds the mounts and nothing else has nothing to tell. */
          struct dirent *entry;

          while ((entry = readdir (folder)) != NULL)
            if (entry->d_name[0] != '.')
              n += printf ("%s has %s\n", *paths, entry->d_name);
        }
    }

  return succeeded (n > 0);
}

/* Exits with 0 if something can be made in one of the folders, and prints where. */
static int
write_any (char **paths)
{
  int n = 0;

  for (; *paths != NULL; paths++)
    {
      char path[4096];

      snprintf (path, sizeof path, "%s/hostile", *paths);
      if (open (path, O_WRONLY | O_CREAT, 0644) >= 0 || mkdir (path, 0755) == 0 || symlink ("/", path) == 0)
        n += printf ("%s can be written\n", *paths);
    }

  return succeeded (n > 0);
}

/* Exits with 0 if there is any descriptor but the standard streams and the one that is given, and prints which. It writes to it as well. */
static int
write_to_descriptors (const char *own)
{
  int n = 0;

  for (int fd = 3; fd < 1024; fd++)
    if (fd != atoi (own) && fcntl (fd, F_GETFD) >= 0)
      n += printf ("%d is open\n", fd) + (write (fd, "end exit 0 stopped=no\n", 22) > 0);

  return succeeded (n > 0);
}

static int
make_executable (void)
{
  void *memory = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return succeeded (mprotect (memory, 4096, PROT_READ | PROT_EXEC) == 0 ||
                    mmap (NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int
become_root (void)
{
  return succeeded (setuid (0) == 0 || seteuid (0) == 0 || geteuid () == 0);
}

/* --- The network --------------------------------------------------------------------------------------- */

static int
open_sockets (void)
{
  static const int families[] = { AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX };
  static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW };
  int n = 0;

  for (unsigned i = 0; i < sizeof families / sizeof families[0]; i++)
    for (unsigned j = 0; j < sizeof types / sizeof types[0]; j++)
      if (socket (families[i], types[j], 0) >= 0)
        n += printf ("a socket of family %d and type %d\n", families[i], types[j]);

  return succeeded (n > 0);
}

static int
make_namespace (void)
{
  return succeeded (unshare (CLONE_NEWUSER) == 0);
}

/* --- The argument -------------------------------------------------------------------------------------------- */

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *name;
    int (*func) (void);
  } actions[] = {
    { "spin", spin },
    { "ignore-and-spin", ignore_and_spin },
    { "spin-in-turns", spin_in_turns },
    { "sleep", sleep_for_ever },
    { "abort", abort_now },
    { "segv", read_null },
    { "memory", take_all_memory },
    { "memory-in-children", take_memory_in_children },
    { "shared-memory", share_memory_with_children },
    { "flood", flood },
    { "flood-errors", flood_errors },
    { "large-file", write_large_file },
    { "bomb", bomb },
    { "real-bomb", real_bomb },
    { "threads", many_threads },
    { "survive", survive },
    { "survive-in-session", survive_in_session },
    { "kill-everybody", kill_everybody },
    { "kill-parent", kill_parent },
    { "kill-group", kill_group },
    { "kill-child", kill_child },
    { "stop-parent", stop_parent },
    { "read-own-maps-in-child", read_own_maps_in_child },
    { "trace-parent", trace_parent },
    { "read-parent", read_parent },
    { "limit-parent", limit_parent },
    { "executable-memory", make_executable },
    { "root", become_root },
    { "sockets", open_sockets },
    { "namespace", make_namespace },
  };
  const char *what = argc > 1 ? argv[1] : "";
  char text[128];
  ssize_t n;

  setvbuf (stdout, NULL, _IOLBF, 0);

  for (unsigned i = 0; i < sizeof actions / sizeof actions[0]; i++)
    if (strcmp (what, actions[i].name) == 0)
      return actions[i].func ();

  if (strcmp (what, "exit") == 0)
    return atoi (argv[2]);
  if (strcmp (what, "read") == 0)
    return read_any (argv + 2);
  if (strcmp (what, "write") == 0)
    return write_any (argv + 2);
  if (strcmp (what, "descriptors") == 0)
    return write_to_descriptors (strchr (argv[2], '=') + 1);
  if (strcmp (what, "echo") == 0)
    {
      n = read (STDIN_FILENO, text, sizeof text);
      dprintf (STDOUT_FILENO, "out %.*s", (int) n, text);
      dprintf (STDERR_FILENO, "err");
      dprintf (atoi (strchr (argv[2], '=') + 1), "trace");
      return 0;
    }

  return 2;
}
