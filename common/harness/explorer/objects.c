/* SPDX-License-Identifier: MIT */

/*
 * What threads meet at: locks, conditions, atomic variables, known by their address.
 *
 * A program does not tell the explorer what it has. An object is made when it is first asked for, and all are forgotten before the next
 * schedule; their memory is used again.
 *
 * Two schedules are equivalent if each thread has done the same and has learned the same, and this is told by comparing hashes. So an
 * object has an id that does not depend on what it happens to be called: it comes from the thread that found it first, and
 * from all that this thread had done till then.
 */

#include "explorer-private.h"

typedef struct
{
  gconstpointer address;
  ExplorerObject *object;
  guint schedule; /* in which it was put here; any other means that the place is empty */
} Slot;

struct _ExplorerObjects
{
  Slot *slots;
  guint n_slots; /* a power of two */
  guint schedule;
  GPtrArray *objects; /* (owned) in the order in which they were found; those from n_used on are unused */
  guint n_used;
};

ExplorerObjects *
explorer_objects_new (void)
{
  ExplorerObjects *self = g_new0 (ExplorerObjects, 1);

  self->n_slots = 256;
  self->slots = g_new0 (Slot, self->n_slots);
  self->schedule = 1;
  self->objects = g_ptr_array_new_with_free_func (g_free);

  return self;
}

void
explorer_objects_free (ExplorerObjects *self)
{
  g_ptr_array_unref (self->objects);
  g_free (self->slots);
  g_free (self);
}

void
explorer_objects_reset (ExplorerObjects *self)
{
  self->n_used = 0;
  self->schedule++;
}

/* Where an address is, or belongs. */
static Slot *
find_slot (ExplorerObjects *self,
           gconstpointer    address)
{
  guint i = (guint) explorer_mix ((guintptr) address, 0);

  while (TRUE)
    {
      Slot *slot = &self->slots[i++ & (self->n_slots - 1)];

      if (slot->schedule != self->schedule || slot->address == address)
        return slot;
    }
}

static void
grow (ExplorerObjects *self)
{
  g_autofree Slot *old = self->slots;
  guint n_old = self->n_slots;

  self->n_slots *= 2;
  self->slots = g_new0 (Slot, self->n_slots);
  for (guint i = 0; i < n_old; i++)
    if (old[i].schedule == self->schedule)
      *find_slot (self, old[i].address) = old[i];
}

static ExplorerObject *
object_new (ExplorerObjects *self,
            gconstpointer    address,
            const char      *kind)
{
  ExplorerThread *thread = explorer->current;
  ExplorerObject *object;
  guint number = 1;

  if (self->n_used == self->objects->len)
    g_ptr_array_add (self->objects, g_new (ExplorerObject, 1));

  if (explorer->steps != NULL)
    for (guint i = 0; i < self->n_used; i++)
      number += ((ExplorerObject *) g_ptr_array_index (self->objects, i))->kind == kind ? 1 : 0;

  object = g_ptr_array_index (self->objects, self->n_used++);
  *object = (ExplorerObject) {
    .address = address,
    .kind = kind,
    .number = number,
    .id = explorer_mix (explorer_mix (thread->origin, thread->hash), thread->n_new_objects++),
  };

  return object;
}

ExplorerObject *
explorer_object (gconstpointer  address,
                 const char    *kind)
{
  ExplorerObjects *self = explorer->objects;
  Slot *slot = find_slot (self, address);

  if (slot->schedule == self->schedule && slot->object != NULL)
    return slot->object;

  explorer->busy++;

  /* The new one's address may be known already: something else lay there. */
  if (slot->schedule != self->schedule && 2 * self->n_used >= self->n_slots)
    {
      grow (self);
      slot = find_slot (self, address);
    }

  *slot = (Slot) { address, object_new (self, address, kind), self->schedule };
  explorer->busy--;

  return slot->object;
}

ExplorerObject *
explorer_object_peek (gconstpointer address)
{
  ExplorerObjects *self = explorer->objects;
  Slot *slot = find_slot (self, address);

  return slot->schedule == self->schedule ? slot->object : NULL;
}

void
explorer_object_forget (gconstpointer address)
{
  ExplorerObjects *self = explorer->objects;
  Slot *slot = find_slot (self, address);

  if (slot->schedule == self->schedule)
    slot->object = NULL;
}

void
explorer_object_add_waiter (ExplorerObject *self,
                            ExplorerThread *thread)
{
  self->waiters[self->n_waiters++] = thread;
}

gboolean
explorer_object_has_waiter (const ExplorerObject *self,
                            const ExplorerThread *thread)
{
  for (guint i = 0; i < self->n_waiters; i++)
    if (self->waiters[i] == thread)
      return TRUE;

  return FALSE;
}

void *__real_memmove (void *to, const void *from, size_t size);

void
explorer_object_remove_waiter (ExplorerObject *self,
                               ExplorerThread *thread)
{
  guint i = 0;

  while (i < self->n_waiters && self->waiters[i] != thread)
    i++;
  if (i == self->n_waiters)
    return;

  /* Not a loop: the compiler makes a call of memmove() of it, and that is watched as if the program had called it. */
  self->n_waiters--;
  __real_memmove (&self->waiters[i], &self->waiters[i + 1], (self->n_waiters - i) * sizeof self->waiters[0]);
}
