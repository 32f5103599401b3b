/* SPDX-License-Identifier: MIT */
#pragma once

#include <asyncio/executor.h>

#include "events-private.h"

/* A call that a thread is to make: concurrent.futures.thread._WorkItem. */
typedef struct _AsyncioWorkItem AsyncioWorkItem;

struct _AsyncioWorkItem
{
  gatomicrefcount ref_count;
  gint state; /* atomic */

  AsyncioExecutorFunc func;
  gpointer user_data;
  GDestroyNotify user_data_destroy;

  /* Written by the thread that calls func, read in the loop after it was handed over. */
  gpointer value;
  GDestroyNotify value_destroy;
  GError *exception;

  AsyncioLoop *loop; /* (owned) whom to tell */

  /* The loop's thread only. */
  AsyncioFuture *future; /* (owned) (nullable) */
  AsyncioWorkItem *previous;
  AsyncioWorkItem *next;
};

/* Forgets the work that the loop waits for, when it is closed. */
void asyncio_work_item_list_abandon (AsyncioWorkItem **head);
