/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Faults on demand: these functions take the place of the C library's in a test program.
 *
 * What a kernel may do at any time, but does once in a million times, it does here all the time: give less than was asked for,
 * interrupt, have no process left.
 */

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct
{
  size_t longest;  /* bytes that are read or written at a time; 0 is as many as you like */
  int interrupts;  /* every other call is interrupted */
  int failing_forks; /* the last one of so many fails */
  int n_kills;
  unsigned n_calls;
} faults;

static inline int
is_interrupted (void)
{
  if (!faults.interrupts || faults.n_calls++ % 2 != 0)
    return 0;

  errno = EINTR;

  return 1;
}

static inline size_t
shorten_count (size_t n)
{
  return faults.longest != 0 && n > faults.longest ? faults.longest : n;
}

ssize_t
recv (int     fd,
      void   *data,
      size_t  size,
      int     flags)
{
  return is_interrupted () ? -1 : recvfrom (fd, data, shorten_count (size), flags, NULL, NULL);
}

ssize_t
send (int         fd,
      const void *data,
      size_t      size,
      int         flags)
{
  return is_interrupted () ? -1 : sendto (fd, data, shorten_count (size), flags, NULL, 0);
}

ssize_t
read (int     fd,
      void   *data,
      size_t  size)
{
  static ssize_t (*real) (int, void *, size_t);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "read");

  return is_interrupted () ? -1 : real (fd, data, shorten_count (size));
}

ssize_t
write (int         fd,
       const void *data,
       size_t      size)
{
  static ssize_t (*real) (int, const void *, size_t);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "write");

  return is_interrupted () ? -1 : real (fd, data, shorten_count (size));
}

/* Of several pieces one is taken at a time. */
ssize_t
recvmsg (int            fd,
         struct msghdr *message,
         int            flags)
{
  static ssize_t (*real) (int, struct msghdr *, int);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "recvmsg");
  if (faults.longest != 0 && message->msg_iovlen > 0)
    return recv (fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len, flags);

  return is_interrupted () ? -1 : real (fd, message, flags);
}

ssize_t
sendmsg (int                  fd,
         const struct msghdr *message,
         int                  flags)
{
  static ssize_t (*real) (int, const struct msghdr *, int);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "sendmsg");
  if (faults.longest != 0 && message->msg_iovlen > 0)
    return send (fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len, flags);

  return is_interrupted () ? -1 : real (fd, message, flags);
}

ssize_t
readv (int                 fd,
       const struct iovec *pieces,
       int                 n)
{
  static ssize_t (*real) (int, const struct iovec *, int);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "readv");
  if (faults.longest != 0 && n > 0)
    return read (fd, pieces[0].iov_base, pieces[0].iov_len);

  return is_interrupted () ? -1 : real (fd, pieces, n);
}

ssize_t
writev (int                 fd,
        const struct iovec *pieces,
        int                 n)
{
  static ssize_t (*real) (int, const struct iovec *, int);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "writev");
  if (faults.longest != 0 && n > 0)
    return write (fd, pieces[0].iov_base, pieces[0].iov_len);

  return is_interrupted () ? -1 : real (fd, pieces, n);
}

pid_t
waitpid (pid_t pid,
         int  *status,
         int   flags)
{
  static pid_t (*real) (pid_t, int *, int);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "waitpid");

  return is_interrupted () ? -1 : real (pid, status, flags);
}

pid_t
fork (void)
{
  static pid_t (*real) (void);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "fork");
  if (faults.failing_forks > 0 && --faults.failing_forks == 0)
    {
      errno = EAGAIN;
      return -1;
    }

  return real ();
}

int
kill (pid_t pid,
      int   number)
{
  static int (*real) (pid_t, int);

  if (real == NULL)
    *(void **) &real = dlsym (RTLD_NEXT, "kill");
  faults.n_kills++;

  return real (pid, number);
}
