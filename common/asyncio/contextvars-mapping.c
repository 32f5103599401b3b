/* SPDX-License-Identifier: MIT */

/*
 * What a context has: variables and their values.
 *
 * A mapping never changes, so contexts share it, and setting a variable makes another one. CPython's mapping is a tree (a
 * HAMT), of which set() copies one path. Ours is an array sorted by address, of which set() copies everything: context variables
 * are globals of modules, a program has a handful, and copying a handful of pointers is cheaper than walking any
 * tree. Reading, which is what is done all the time, is a binary search.
 */

#include "contextvars-mapping-private.h"

void
asyncio_context_value_free (gpointer       value,
                            GDestroyNotify destroy)
{
  if (value != NULL && destroy != NULL)
    destroy (value);
}

/* --- Bindings ------------------------------------------------------------------------- */

AsyncioBinding *
asyncio_binding_new (AsyncioContextVar *var,
                     gpointer           value,
                     GDestroyNotify     destroy)
{
  AsyncioBinding *self = g_new (AsyncioBinding, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->var = asyncio_context_var_ref (var);
  self->value = value;
  self->destroy = destroy;

  return self;
}

AsyncioBinding *
asyncio_binding_ref (AsyncioBinding *self)
{
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
asyncio_binding_unref (AsyncioBinding *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  asyncio_context_value_free (self->value, self->destroy);
  asyncio_context_var_unref (self->var);
  g_free (self);
}

/* --- Mappings ------------------------------------------------------------------------- */

AsyncioMapping *
asyncio_mapping_ref (AsyncioMapping *self)
{
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
asyncio_mapping_unref (AsyncioMapping *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_bindings; i++)
    asyncio_binding_unref (self->bindings[i]);
  g_free (self);
}

guint
asyncio_mapping_length (const AsyncioMapping *self)
{
  return self != NULL ? self->n_bindings : 0;
}

/* Where a variable is in the array, or where it would have to be put. */
static guint
search (const AsyncioMapping    *self,
        const AsyncioContextVar *var)
{
  guint low = 0;
  guint high = asyncio_mapping_length (self);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (GPOINTER_TO_SIZE (self->bindings[middle]->var) < GPOINTER_TO_SIZE (var))
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

AsyncioBinding *
asyncio_mapping_find (const AsyncioMapping    *self,
                      const AsyncioContextVar *var)
{
  guint i = search (self, var);

  return i < asyncio_mapping_length (self) && self->bindings[i]->var == var ? self->bindings[i] : NULL;
}

AsyncioMapping *
asyncio_mapping_with (const AsyncioMapping    *self,
                      const AsyncioContextVar *var,
                      AsyncioBinding          *binding)
{
  guint length = asyncio_mapping_length (self);
  guint at = search (self, var);
  guint rest = at + (asyncio_mapping_find (self, var) != NULL ? 1 : 0);
  AsyncioMapping *made = g_malloc (sizeof *made + (length + 1) * sizeof (AsyncioBinding *));

  g_atomic_ref_count_init (&made->ref_count);
  made->n_bindings = 0;

  for (guint i = 0; i < at; i++)
    made->bindings[made->n_bindings++] = asyncio_binding_ref (self->bindings[i]);
  if (binding != NULL)
    made->bindings[made->n_bindings++] = binding;
  for (guint i = rest; i < length; i++)
    made->bindings[made->n_bindings++] = asyncio_binding_ref (self->bindings[i]);

  if (made->n_bindings > 0)
    return made;

  g_free (made);
  return NULL;
}
