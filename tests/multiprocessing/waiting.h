/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Children that wait until they are told to go on. Who starts some registers child_waits() as "waits".
 */

#include "common.h"

static const MpStartMethod methods[] = { MP_FORK, MP_SPAWN };

/* Waits until it hears something, and tells that it does. */
static inline GVariant *
child_waits (GVariant             *args,
             MpConnection *const  *connections,
             GError              **error)
{
  (void) args;
  (void) error;

  tell (connections[0], 'w');
  hear (connections[0]);

  return NULL;
}

/* A process that waits. It has begun when this returns. */
static inline MpProcess *
start_waiting (MpStartMethod  method,
               MpConnection **here,
               gboolean       daemon)
{
  MpConnection *there;
  MpProcess *process;

  make_channel (here, &there);
  process = start_process (&(MpProcessOptions) {
    .method = method,
    .target = "waits",
    .connections = (MpConnection *[]) { there, NULL },
    .daemon = daemon,
  });
  mp_connection_free (there);
  if (process != NULL)
    hear (*here);

  return process;
}
