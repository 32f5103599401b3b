/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What workers are asked to do in the tests of pools and executors. A worker's connections are channels, of which it has both
 * ends: of channel N it hears at 2 N, and tells at 2 N + 1. The test has both as well; each channel is used in one way only.
 */

#include "common.h"

/* n: its square. */
static inline GVariant *
job_square (GVariant             *args,
            MpConnection *const  *connections,
            GError              **error)
{
  int n = g_variant_get_int32 (args);

  (void) connections;
  (void) error;

  return g_variant_new_int32 (n * n);
}

/* The number of the process. */
static inline GVariant *
job_pid (GVariant             *args,
         MpConnection *const  *connections,
         GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return g_variant_new_int32 (getpid ());
}

/* (channel, word): waits until it hears something on the channel, if that is no -1, and gives the word. */
static inline GVariant *
job_wait (GVariant             *args,
          MpConnection *const  *connections,
          GError              **error)
{
  const char *word;
  int channel;

  (void) error;

  g_variant_get (args, "(i&s)", &channel, &word);
  if (channel >= 0)
    hear (connections[2 * channel]);

  return g_variant_new_string (word);
}

/* Tells on the first channel that it has begun, and waits until it hears something on the second one. */
static inline GVariant *
job_stay (GVariant             *args,
          MpConnection *const  *connections,
          GError              **error)
{
  (void) args;
  (void) error;

  tell (connections[1], 'b');
  hear (connections[2]);

  return NULL;
}

/* (n, last): the first one waits for the last one, and each gives n. */
static inline GVariant *
job_relay (GVariant             *args,
           MpConnection *const  *connections,
           GError              **error)
{
  int n, last;

  (void) error;

  g_variant_get (args, "(ii)", &n, &last);
  if (n == 0)
    hear (connections[0]);
  if (n == last)
    tell (connections[1], 'g');

  return g_variant_new_int32 (n);
}

/* n: tells n on the first channel, and fails if it is negative. */
static inline GVariant *
job_tell (GVariant             *args,
          MpConnection *const  *connections,
          GError              **error)
{
  int n = g_variant_get_int32 (args);

  tell (connections[1], (guint8) ABS (n));
  if (n < 0)
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "no %d", -n);
      return NULL;
    }

  return g_variant_new_int32 (n);
}

/* n: fails if it is negative, with an error of GLib's. */
static inline GVariant *
job_fail (GVariant             *args,
          MpConnection *const  *connections,
          GError              **error)
{
  int n = g_variant_get_int32 (args);

  (void) connections;

  if (n >= 0)
    return g_variant_ref_sink (g_variant_new_int32 (n));

  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "no %d", -n);

  return NULL;
}

/* n: ends its process with n, or by signal -n. */
static inline GVariant *
job_die (GVariant             *args,
         MpConnection *const  *connections,
         GError              **error)
{
  int n = g_variant_get_int32 (args);

  (void) connections;
  (void) error;

  if (n < 0)
    kill (getpid (), -n);
  _exit (n);
}

/* Nothing. */
static inline GVariant *
job_nothing (GVariant             *args,
             MpConnection *const  *connections,
             GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return NULL;
}

static const char *initialized = "not at all";

/* word: remembers it, and tells on the first channel. */
static inline GVariant *
job_initialize (GVariant             *args,
                MpConnection *const  *connections,
                GError              **error)
{
  (void) error;

  initialized = g_intern_string (g_variant_get_string (args, NULL));
  tell (connections[1], 'i');

  return NULL;
}

/* The word. */
static inline GVariant *
job_initialized (GVariant             *args,
                 MpConnection *const  *connections,
                 GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  return g_variant_new_string (initialized);
}

/* Dies if there is a byte on the first channel, which it takes. */
static inline GVariant *
job_die_if_told (GVariant             *args,
                 MpConnection *const  *connections,
                 GError              **error)
{
  guint8 byte;

  (void) args;
  (void) error;

  if (recv (mp_connection_fileno (connections[0]), &byte, 1, MSG_DONTWAIT) == 1)
    kill (getpid (), SIGKILL);

  return NULL;
}

/* n: writes the first n bytes of a frame to each socket that is none of its channels, and dies. */
static inline GVariant *
job_die_in_frame (GVariant             *args,
                  MpConnection *const  *connections,
                  GError              **error)
{
  static const guint8 frame[] = { 0, 0, 0, 99, 1, 2, 3 };

  (void) error;

  for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
    {
      gboolean is_channel = FALSE;

      for (guint i = 0; connections[i] != NULL; i++)
        is_channel |= mp_connection_fileno (connections[i]) == fd;
      if (!is_channel)
        (void) send (fd, frame, (gsize) g_variant_get_int32 (args), MSG_NOSIGNAL);
    }
  kill (getpid (), SIGKILL);

  return NULL;
}

static inline void
register_jobs (void)
{
  mp_register ("square", job_square);
  mp_register ("pid", job_pid);
  mp_register ("wait", job_wait);
  mp_register ("stay", job_stay);
  mp_register ("relay", job_relay);
  mp_register ("tell", job_tell);
  mp_register ("fail", job_fail);
  mp_register ("die", job_die);
  mp_register ("nothing", job_nothing);
  mp_register ("initialize", job_initialize);
  mp_register ("initialized", job_initialized);
  mp_register ("die-if-told", job_die_if_told);
  mp_register ("die-in-frame", job_die_in_frame);
}

/* --- Channels of workers --------------------------------------------------------------------------------- */

/* Up to three channels, both ends, and NULL. */
typedef struct
{
  MpConnection *ends[7];
} Channels;

static inline void
make_channels (Channels *channels,
               guint     n)
{
  *channels = (Channels) { { NULL } };
  for (guint i = 0; i < n; i++)
    make_channel (&channels->ends[2 * i], &channels->ends[2 * i + 1]);
}

/* The end on which the test tells the workers of a channel; they hear it at the other one. */
static inline MpConnection *
end_to_tell (Channels *channels,
             guint     n)
{
  return channels->ends[2 * n + 1];
}

/* The end on which the test hears what workers tell. */
static inline MpConnection *
end_to_hear (Channels *channels,
             guint     n)
{
  return channels->ends[2 * n];
}

static inline void
clear_channels (Channels *channels)
{
  for (guint i = 0; channels->ends[i] != NULL; i++)
    mp_connection_free (channels->ends[i]);
}

/* --- Pools --------------------------------------------------------------------------------------------------- */

/* A pool, or a trace that says why not and NULL. */
static inline MpPool *
make_pool (const MpPoolOptions *options)
{
  g_autoptr (GError) error = NULL;
  MpPool *pool = mp_pool_new (options, &error);

  if (pool == NULL)
    trace ("no pool: %s", trace_error (error));

  return pool;
}

/* Something handed in, or a trace that says why not and NULL. */
static inline MpResult *
hand_in (MpPool     *pool,
         const char *func,
         GVariant   *args)
{
  g_autoptr (GError) error = NULL;
  MpResult *result = mp_pool_apply_async (pool, func, args, &error);

  if (result == NULL)
    trace ("%s is not taken: %s", func, trace_error (error));

  return result;
}

static inline void
trace_get (const char *name,
           MpResult   *result,
           double      timeout)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = result != NULL ? mp_result_get (result, timeout, &error) : NULL;

  trace ("%s: %s, %s", name, show (value), trace_error (error));
}

static inline void
trace_apply (MpPool     *pool,
             const char *func,
             GVariant   *args)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = mp_pool_apply (pool, func, args, &error);

  trace ("%s: %s, %s", func, show (value), trace_error (error));
}

static inline void
trace_map (MpPool     *pool,
           const char *func,
           GVariant   *items,
           guint       chunksize)
{
  g_autoptr (GError) error = NULL;
  GVariant *values = mp_pool_map (pool, func, items, chunksize, &error);

  trace ("map %s: %s, %s", func, show (values), trace_error (error));
}

/* FALSE at the end. */
static inline gboolean
trace_next (MpResult *result,
            double    timeout)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = mp_result_next (result, timeout, &error);

  if (value == NULL && error == NULL)
    {
      trace ("next: the end");
      return FALSE;
    }
  trace ("next: %s, %s", show (value), trace_error (error));

  return TRUE;
}

/* The process of the only worker. */
static inline int
ask_pid (MpPool *pool)
{
  g_autoptr (GVariant) pid = mp_pool_apply (pool, "pid", NULL, NULL);

  return pid != NULL ? g_variant_get_int32 (pid) : 0;
}
