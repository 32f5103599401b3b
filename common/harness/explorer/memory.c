/* SPDX-License-Identifier: MIT */

/*
 * Memory that the program frees.
 *
 * free() of the C library is replaced for the whole process, GLib included. What a thread of the program frees is kept until the schedule is over:
 * so memory that is used after it was freed is found, and memory that is handed out again to another thread is not taken for
 * shared. Each free is a use of the memory like a write, and the last one that there may be.
 *
 * With AddressSanitizer the replacement is its own, which keeps freed memory back as well.
 */

#include "explorer-private.h"

#include "sanitizers-private.h"

#include <malloc.h>
#include <string.h>

gboolean
explorer_sees_all_of_free (void)
{
#ifdef ASYNCIO_ASAN
  return FALSE;
#else
  return TRUE;
#endif
}

#ifdef ASYNCIO_ASAN

void
explorer_really_free (gpointer memory)
{
  free (memory);
}

#else

void __libc_free (void *memory);
void *__libc_realloc (void *memory,
                      size_t size);

void
explorer_really_free (gpointer memory)
{
  __libc_free (memory);
}

static gboolean
is_freed_by_program (const void *memory)
{
  return explorer_self () != NULL && explorer->busy == 0 && memory != NULL;
}

void
free (void *memory)
{
  if (!is_freed_by_program (memory))
    __libc_free (memory);
  else
    explorer_memory_freed (memory, malloc_usable_size (memory), __builtin_return_address (0));
}

void *
realloc (void  *memory,
         size_t size)
{
  void *moved;

  if (!is_freed_by_program (memory))
    return __libc_realloc (memory, size);

  moved = malloc (size);
  if (moved == NULL)
    return NULL;

  memcpy (moved, memory, MIN (size, malloc_usable_size (memory)));
  free (memory);

  return moved;
}

#endif
