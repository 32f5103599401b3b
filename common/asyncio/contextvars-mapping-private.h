/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Immutable mappings from context variables to values. All of it may be shared by threads.
 */

#include <asyncio/contextvars.h>

/* A variable with a value. */
typedef struct
{
  gatomicrefcount ref_count;
  AsyncioContextVar *var; /* (owned): its address, the key, must not be given away again */
  gpointer value;
  GDestroyNotify destroy;
} AsyncioBinding;

/* NULL is the empty one, also for the functions below. */
typedef struct
{
  gatomicrefcount ref_count;
  guint n_bindings;
  AsyncioBinding *bindings[]; /* (owned) sorted by the address of var */
} AsyncioMapping;

/* NULL is Python's None: there is nothing to free. */
void asyncio_context_value_free (gpointer       value,
                                 GDestroyNotify destroy);

/* value: (transfer full) */
AsyncioBinding *asyncio_binding_new (AsyncioContextVar *var,
                                     gpointer           value,
                                     GDestroyNotify     destroy);
/* Both take NULL. */
AsyncioBinding *asyncio_binding_ref (AsyncioBinding *self);
void asyncio_binding_unref (AsyncioBinding *self);

AsyncioMapping *asyncio_mapping_ref (AsyncioMapping *self);
void asyncio_mapping_unref (AsyncioMapping *self);
guint asyncio_mapping_length (const AsyncioMapping *self);

/* (transfer none) (nullable) */
AsyncioBinding *asyncio_mapping_find (const AsyncioMapping    *self,
                                      const AsyncioContextVar *var);

/* A mapping that differs in one variable. binding: (transfer full) (nullable) what it is bound to, NULL for nothing */
AsyncioMapping *asyncio_mapping_with (const AsyncioMapping    *self,
                                      const AsyncioContextVar *var,
                                      AsyncioBinding          *binding);
