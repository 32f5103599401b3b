/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * How another thread wakes a loop that may be asleep, without a system call when it is not.
 */

#include <glib.h>

typedef struct
{
  gint state; /* atomic: see wakeup.c */
  void (*wake) (gpointer data);
  gpointer data;
} AsyncioWakeup;

void asyncio_wakeup_init (AsyncioWakeup *self,
                          void         (*wake) (gpointer data),
                          gpointer       data);

/* The loop is about to sleep. It must look for work once more after this. */
void asyncio_wakeup_announce_sleep (AsyncioWakeup *self);

/* The loop is awake. It must look for work after this. */
void asyncio_wakeup_awake (AsyncioWakeup *self);

/* Any thread: there is new work, and it can be seen already. */
void asyncio_wakeup_notify (AsyncioWakeup *self);
