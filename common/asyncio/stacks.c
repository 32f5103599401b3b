/* SPDX-License-Identifier: MIT */

/*
 * Stacks for coroutines.
 *
 * A stack is 128 KiB of address space, of which only the pages that are touched cost
 * memory. They are cut from slabs, and a stack that is given back is kept for the
 * next coroutine:
 *
 *      slab  | guard | stack ........ | guard | stack ........ | guard | ...
 *                    ^ base           ^ base + size: a stack grows down from here
 *
 * Below each stack is a guard: who overflows it gets a fault instead of another
 * coroutine's memory. It is wide, because a function may have some kilobytes of variables
 * and write the lowest of them first, beyond a guard of one page.
 *
 * There are two ways to make one. MADV_GUARD_INSTALL (Linux 6.13) marks its pages in the
 * page table and costs nothing more. Older kernels need mprotect(), which splits the
 * mapping in two; a process may have 65,530 mappings (vm.max_map_count), and one that has
 * used them up cannot even allocate memory any more. So those guards are counted, and when
 * half of the mappings are used a new coroutine is refused with a MemoryError.
 *
 * What happens when a guard is hit is told in stack-overflow.c.
 */

#include "sanitizers-private.h"
#include "stacks-private.h"

#include <asyncio/exceptions.h>

#include <errno.h>
#include <sys/mman.h>

#ifdef HAVE_VALGRIND
#include <valgrind/memcheck.h>
#endif

#ifdef ASYNCIO_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define STACK_SIZE (128 * 1024)
#define GUARD_SIZE (64 * 1024) /* a multiple of every page size there is */
#define STACKS_PER_SLAB 64

/* How many unused stacks may keep the memory that they touched: 16 MiB, if each is one page. To give a page back and touch
 * it again costs ten times as much as to make a task. */
#define MAX_WARM_STACKS 4096

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

struct _AsyncioStackSlab
{
  AsyncioStackSlab *next;
  gpointer memory;
  gsize size;
  guint n_used; /* stacks that were cut off so far */
  guint n_mappings;
  AsyncioStack stacks[STACKS_PER_SLAB];
};

/* Mappings that a guard of mprotect() costs: it is one of its own, and so is what follows it. */
#define MAPPINGS_PER_GUARD 2

/* What all threads share. */
static gint guards = ASYNCIO_GUARDS_MARKED; /* an AsyncioGuards */
static gint n_mappings;                     /* that our mprotect() guards made */
static gint max_mappings;                   /* 0 while nobody has asked */

void
asyncio_stacks_set_guards (AsyncioGuards how)
{
  g_atomic_int_set (&guards, (gint) how);
}

void
asyncio_stacks_set_max_mappings (guint n)
{
  g_atomic_int_set (&max_mappings, (gint) n);
}

guint
asyncio_stacks_get_n_mappings (void)
{
  return (guint) g_atomic_int_get (&n_mappings);
}

static gint
get_max_mappings (void)
{
  if (g_atomic_int_get (&max_mappings) == 0)
    {
      g_autofree char *text = NULL;
      gint limit = 65530;

      if (g_file_get_contents ("/proc/sys/vm/max_map_count", &text, NULL, NULL))
        limit = (gint) CLAMP (g_ascii_strtoll (text, NULL, 10), 1024, G_MAXINT);

      g_atomic_int_set (&max_mappings, limit / 2);
    }

  return g_atomic_int_get (&max_mappings);
}

static gboolean
set_memory_error (GError    **error,
                  const char *what)
{
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_MEMORY,
               "no stack for another coroutine: %s", what);
  return FALSE;
}

static AsyncioStackSlab *
slab_new (GError **error)
{
  gsize size = STACKS_PER_SLAB * (STACK_SIZE + GUARD_SIZE);
  AsyncioStackSlab *self = g_try_new0 (AsyncioStackSlab, 1);
  gpointer memory;

  if (self == NULL)
    {
      set_memory_error (error, g_strerror (ENOMEM));
      return NULL;
    }

  memory = mmap (NULL, size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED)
    {
      set_memory_error (error, g_strerror (errno));
      g_free (self);
      return NULL;
    }

  /* A huge page would back the untouched part of every stack. Not having them is no error. */
  (void) madvise (memory, size, MADV_NOHUGEPAGE);

  self->memory = memory;
  self->size = size;

  return self;
}

static void
slab_free (AsyncioStackSlab *self)
{
#ifdef HAVE_VALGRIND
  for (guint i = 0; i < self->n_used; i++)
    VALGRIND_STACK_DEREGISTER (self->stacks[i].valgrind_id);
#endif

  munmap (self->memory, self->size);
  g_atomic_int_add (&n_mappings, -(gint) self->n_mappings);
  g_free (self);
}

static gboolean
protect_guard (AsyncioStackSlab *slab,
               gpointer          guard,
               GError          **error)
{
  /* First counted, then made: two threads must not both make the last one. */
  if (g_atomic_int_add (&n_mappings, MAPPINGS_PER_GUARD) + MAPPINGS_PER_GUARD > get_max_mappings ())
    {
      g_atomic_int_add (&n_mappings, -MAPPINGS_PER_GUARD);
      return set_memory_error (error, "as many guards as vm.max_map_count allows are in use");
    }

  if (mprotect (guard, GUARD_SIZE, PROT_NONE) != 0)
    {
      int saved_errno = errno;

      g_atomic_int_add (&n_mappings, -MAPPINGS_PER_GUARD);
      return set_memory_error (error, g_strerror (saved_errno));
    }

  slab->n_mappings += MAPPINGS_PER_GUARD;
  return TRUE;
}

static gboolean
install_guard (AsyncioStackSlab *slab,
               gpointer          guard,
               GError          **error)
{
  if (g_atomic_int_get (&guards) == ASYNCIO_GUARDS_PROTECTED)
    return protect_guard (slab, guard, error);

  if (madvise (guard, GUARD_SIZE, MADV_GUARD_INSTALL) == 0)
    return TRUE;

  /* There is no memory for the page table now. A mapping would need some as well, and later there may be some. */
  if (errno == ENOMEM || errno == EAGAIN)
    return set_memory_error (error, g_strerror (errno));

  /* EINVAL: the kernel is too old, or all memory is locked (mlockall()); EPERM: a sandbox does not know it. That does not change, so we do
   * not ask for each stack. */
  asyncio_stacks_set_guards (ASYNCIO_GUARDS_PROTECTED);

  return protect_guard (slab, guard, error);
}

static AsyncioStack *
slab_cut (AsyncioStackSlab *self,
          GError          **error)
{
  guint8 *guard = (guint8 *) self->memory + self->n_used * (STACK_SIZE + GUARD_SIZE);
  AsyncioStack *stack = &self->stacks[self->n_used];

  if (!install_guard (self, guard, error))
    return NULL;

  stack->base = guard + GUARD_SIZE;
  stack->size = STACK_SIZE;
#ifdef HAVE_VALGRIND
  /* It does not know MADV_GUARD_INSTALL: its search for leaks would read each word of a guard, and take a fault for each. */
  VALGRIND_MAKE_MEM_NOACCESS (guard, GUARD_SIZE);
  stack->valgrind_id = VALGRIND_STACK_REGISTER (stack->base, (guint8 *) stack->base + stack->size);
#endif
  self->n_used++;

  return stack;
}

gboolean
asyncio_stack_is_guard (const AsyncioStack *self,
                        gconstpointer       address)
{
  guintptr base = (guintptr) self->base;

  return (guintptr) address < base && (guintptr) address >= base - GUARD_SIZE;
}

static AsyncioStack *
take_from (AsyncioStack **list)
{
  AsyncioStack *stack = *list;

  *list = stack->next;

  return stack;
}

static void
put_to (AsyncioStack **list,
        AsyncioStack  *stack)
{
  stack->next = *list;
  *list = stack;
}

AsyncioStack *
asyncio_stack_pool_take (AsyncioStackPool  *self,
                         GError           **error)
{
  AsyncioStack *stack;

  if (G_LIKELY (self->warm != NULL))
    {
      self->n_warm--;
      self->n_taken++;
      return take_from (&self->warm);
    }

  if (self->cold != NULL)
    {
      self->n_taken++;
      return take_from (&self->cold);
    }

  if (self->slabs == NULL || self->slabs->n_used == STACKS_PER_SLAB)
    {
      AsyncioStackSlab *slab = slab_new (error);

      if (slab == NULL)
        return NULL;

      slab->next = self->slabs;
      self->slabs = slab;
    }

  stack = slab_cut (self->slabs, error);
  if (stack != NULL)
    self->n_taken++;

  return stack;
}

void
asyncio_stack_pool_give_back (AsyncioStackPool *self,
                              AsyncioStack     *stack)
{
#ifdef ASYNCIO_ASAN
  /* What the last coroutine left poisoned must not count against the next one. */
  __asan_unpoison_memory_region (stack->base, stack->size);
#endif

  /* Cold ones do not count: when many tasks have ended, the few that come after them find warm stacks, and leave them warm. */
  if (self->n_warm < MAX_WARM_STACKS)
    {
      put_to (&self->warm, stack);
      self->n_warm++;
    }
  else
    {
      (void) madvise (stack->base, stack->size, MADV_DONTNEED);
      put_to (&self->cold, stack);
    }
  self->n_taken--;
}

void
asyncio_stack_pool_clear (AsyncioStackPool *self)
{
  /* A coroutine that was never closed still has its stack: better lost than pulled away. */
  if (self->n_taken > 0)
    return;

  while (self->slabs != NULL)
    {
      AsyncioStackSlab *slab = self->slabs;

      self->slabs = slab->next;
      slab_free (slab);
    }

  self->warm = NULL;
  self->cold = NULL;
  self->n_warm = 0;
}
