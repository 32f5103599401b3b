/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The head of every coroutine, future and task.
 */

#include <asyncio/objects.h>

/* The first word of an object. The values are nothing that other memory begins with by
 * chance, so that asyncio_iscoroutine() can be asked about any pointer; and a freed
 * object says so, which turns most uses after free into a clear message. */
typedef enum
{
  ASYNCIO_KIND_COROUTINE = 0x251cc020,
  ASYNCIO_KIND_FUTURE = 0x251cf070,
  ASYNCIO_KIND_TASK = 0x251c7a5c,
  ASYNCIO_KIND_FREED = 0x251cdead,
} AsyncioKind;

typedef struct _AsyncioObject AsyncioObject;

typedef struct
{
  AsyncioKind kind;
  void (*finalize) (gpointer object);            /* frees the object; the count is 0 */
  char *(*repr) (gconstpointer object);
} AsyncioObjectClass;

struct _AsyncioObject
{
  guint32 kind; /* an AsyncioKind */
  guint32 ref_count : 31;
  guint32 floating : 1; /* the one reference is nobody's yet */
  const AsyncioObjectClass *klass;
};

void asyncio_object_init (AsyncioObject *self, const AsyncioObjectClass *klass);
