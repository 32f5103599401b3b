/* SPDX-License-Identifier: MIT */

/*
 * What coroutines, futures and tasks have in common.
 *
 * GObject would give all of this and more, at a price that a task cannot pay: the
 * suite wants a task to cost less than a tenth of a microsecond, and making a GObject
 * alone costs more.
 */

#include "objects-private.h"

#include <string.h>

/* No object lives in the first page of memory: what points there is a number. */
#define FIRST_ADDRESS 4096

static guint32
kind_of (gconstpointer object)
{
  guint32 kind;

  if (GPOINTER_TO_SIZE (object) < FIRST_ADDRESS)
    return 0;

  memcpy (&kind, object, sizeof kind);
  return kind;
}

void
asyncio_object_init (AsyncioObject            *self,
                     const AsyncioObjectClass *klass)
{
  self->kind = klass->kind;
  self->ref_count = 1;
  self->floating = FALSE;
  self->klass = klass;
}

gpointer
asyncio_ref (gpointer object)
{
  AsyncioObject *self = object;

  if (self != NULL)
    {
      g_return_val_if_fail (asyncio_iscoroutine (object) || asyncio_isfuture (object), NULL);
      self->ref_count++;
    }

  return object;
}

gpointer
asyncio_ref_sink (gpointer object)
{
  AsyncioObject *self = object;

  if (asyncio_iscoroutine (object) && self->floating)
    {
      self->floating = FALSE;
      return object;
    }

  return asyncio_ref (object);
}

void
asyncio_unref (gpointer object)
{
  AsyncioObject *self = object;

  if (self == NULL)
    return;

  g_return_if_fail (asyncio_iscoroutine (object) || asyncio_isfuture (object));
  g_return_if_fail (self->ref_count > 0);

  if (--self->ref_count == 0)
    self->klass->finalize (self);
}

gboolean
asyncio_iscoroutine (gconstpointer object)
{
  return kind_of (object) == ASYNCIO_KIND_COROUTINE;
}

gboolean
asyncio_isfuture (gconstpointer object)
{
  guint32 kind = kind_of (object);

  return kind == ASYNCIO_KIND_FUTURE || kind == ASYNCIO_KIND_TASK;
}

char *
asyncio_repr (gconstpointer object)
{
  const AsyncioObject *self = object;

  if (object == NULL)
    return g_strdup ("NULL");

  if (asyncio_iscoroutine (object) || asyncio_isfuture (object))
    return self->klass->repr (self);

  if (GPOINTER_TO_SIZE (object) < FIRST_ADDRESS)
    return g_strdup_printf ("%" G_GSIZE_FORMAT, GPOINTER_TO_SIZE (object));

  return g_strdup_printf ("<object at %p>", object);
}
