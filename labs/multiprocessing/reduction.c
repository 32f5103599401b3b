/* SPDX-License-Identifier: MIT */

/*
 * What cannot be sent, and how it is sent all the same (Lib/multiprocessing/reduction.py, spawn.py). Given.
 *
 * To another process go bytes and nothing else. A pointer to a function is not worth anything there: a new program lies at
 * other addresses. So functions have names, and each process looks them up in a table of its own. An error is its domain's
 * *name*, as the number of the domain is another one there; a connection is a descriptor that the child inherits, and its
 * number.
 */

#include "multiprocessing-private.h"

#include <asyncio/thread-state-private.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- Functions have names ---------------------------------------------------------------- */

/* A table that is made before anything else happens. */
static struct
{
  const char *name;
  MpFunc func;
} functions[64];
static guint n_functions;

void
mp_register (const char *name,
             MpFunc      func)
{
  g_return_if_fail (name != NULL && func != NULL);
  g_return_if_fail (n_functions < G_N_ELEMENTS (functions));

  functions[n_functions].name = name;
  functions[n_functions++].func = func;
}

MpFunc
mp_lookup (const char  *name,
           GError     **error)
{
  if (g_str_equal (name, MP_WORKER))
    return mp_pool_worker;

  for (guint i = 0; i < n_functions; i++)
    if (g_str_equal (functions[i].name, name))
      return functions[i].func;

  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_LOOKUP, "no function is registered as '%s'", name);

  return NULL;
}

/* --- Errors ------------------------------------------------------------------------------- */

GVariant *
mp_error_to_variant (const GError *error)
{
  return g_variant_new (MP_FAILED_TYPE, g_quark_to_string (error->domain), error->code, error->message);
}

GError *
mp_error_from_variant (GVariant *variant)
{
  const char *domain, *message;
  int code;

  g_variant_get (variant, "(&si&s)", &domain, &code, &message);

  /* Errors of this domain carry more than others, and GLib must have been told so before one is made. */
  (void) ASYNCIO_ERROR;

  return g_error_new_literal (g_quark_from_string (domain), code, message);
}

/* --- Preparations ------------------------------------------------------------------------------ */

const char *
mp_get_executable (void)
{
  static char path[PATH_MAX];

  /* Not "/proc/self/exe" itself: under Valgrind that is Valgrind. */
  if (path[0] == '\0' && readlink ("/proc/self/exe", path, sizeof path - 1) < 0)
    g_error ("cannot tell which program this is: %s", g_strerror (errno));

  return path;
}

#define PREPARATION_TYPE "(sbsmva(ibb))"

gboolean
mp_preparation_dump (const MpPreparation  *preparation,
                     int                   fd,
                     GError              **error)
{
  g_autoptr (GVariant) variant = NULL;
  GVariantBuilder connections;
  const char *data;
  gsize size;

  g_variant_builder_init (&connections, G_VARIANT_TYPE ("a(ibb)"));
  for (guint i = 0; preparation->connections[i] != NULL; i++)
    {
      MpConnection *connection = preparation->connections[i];

      g_variant_builder_add (&connections, "(ibb)", mp_connection_fileno (connection),
                             mp_connection_is_readable (connection), mp_connection_is_writable (connection));
    }
  variant = g_variant_ref_sink (g_variant_new ("(sbsmva(ibb))", preparation->name, preparation->daemon,
                                               preparation->target, preparation->args, &connections));

  data = g_variant_get_data (variant);
  size = g_variant_get_size (variant);
  while (size > 0)
    {
      ssize_t n = send (fd, data, size, MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "the new program does not answer: %s", g_strerror (errno));
          return FALSE;
        }
      data += n;
      size -= n;
    }

  return TRUE;
}

gboolean
mp_preparation_load (int             fd,
                     MpPreparation  *preparation,
                     GError        **error)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GPtrArray) connections = g_ptr_array_new ();
  guint8 piece[65536];
  gboolean readable, writable;
  ssize_t n;
  int number;

  while ((n = recv (fd, piece, sizeof piece, 0)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      g_byte_array_append (bytes, piece, (guint) n);
  close (fd);

  variant = g_variant_new_from_bytes (G_VARIANT_TYPE (PREPARATION_TYPE), g_byte_array_free_to_bytes (bytes), FALSE);
  if (n < 0 || !g_variant_is_normal_form (variant))
    {
      g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME, "a new process was not told what to do");
      return FALSE;
    }

  g_variant_get (variant, "(sbsmva(ibb))", &preparation->name, &preparation->daemon, &preparation->target,
                 &preparation->args, &iter);
  while (g_variant_iter_next (iter, "(ibb)", &number, &readable, &writable))
    {
      fcntl (number, F_SETFD, FD_CLOEXEC);
      g_ptr_array_add (connections, mp_connection_new (number, readable, writable));
    }
  g_ptr_array_add (connections, NULL);
  preparation->connections = (MpConnection **) g_ptr_array_free (g_steal_pointer (&connections), FALSE);

  return TRUE;
}

/* --- A new process ------------------------------------------------------------------------------ */

/* Up to the last number that there may be. */
static void
close_between (int first,
               int last)
{
  if (first > last || close_range ((unsigned) first, (unsigned) last, 0) == 0)
    return;

  /* Linux before 5.9 */
  last = MIN (last, (int) sysconf (_SC_OPEN_MAX));
  for (int fd = first; fd <= last; fd++)
    close (fd);
}

/* Between fork() and execv() nothing may be called that takes a lock, malloc() for example: another thread may have held it. */
void
mp_close_all_but (const int *fds)
{
  int last = STDERR_FILENO;
  int next;

  do
    {
      next = INT_MAX;
      for (guint i = 0; fds[i] >= 0; i++)
        if (fds[i] > last && fds[i] < next)
          next = fds[i];

      close_between (last + 1, next == INT_MAX ? INT_MAX : next - 1);
      last = next;
    }
  while (next != INT_MAX);
}

void
mp_forget_parent (void)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  if (fd >= 0)
    {
      dup2 (fd, STDIN_FILENO);
      close (fd);
    }

  /* The loop belongs to the parent: its descriptors are closed here, and what it waits for will be told to the parent. */
  thread->running_loop = NULL;
  thread->event_loop = NULL;
  thread->event_loop_was_set = FALSE;
}

void
mp_warn_about_threads (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (g_file_get_contents ("/proc/self/status", &status, NULL, NULL) && (line = strstr (status, "\nThreads:")) != NULL &&
      atoi (line + strlen ("\nThreads:")) > 1)
    g_warning ("This process is multi-threaded, use of fork() may lead to deadlocks in the child.");
}

/* --- Waiting --------------------------------------------------------------------------------------- */

gboolean
mp_wait (struct pollfd *fds,
         guint          n,
         double         timeout)
{
  gint64 end = timeout < 1e9 ? g_get_monotonic_time () + (gint64) (MAX (timeout, 0) * G_USEC_PER_SEC) : G_MAXINT64;

  while (TRUE)
    {
      gint64 left_ms = end == G_MAXINT64 ? -1 : (MAX (end - g_get_monotonic_time (), 0) + 999) / 1000;
      int n_ready = poll (fds, n, (int) MIN (left_ms, G_MAXINT));

      /* A signal is no reason to wait less, and none to wait longer. */
      if (n_ready > 0)
        return TRUE;
      if (n_ready == 0 || errno != EINTR)
        return FALSE;
    }
}
