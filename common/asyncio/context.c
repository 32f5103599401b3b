/* SPDX-License-Identifier: MIT */

/*
 * Switching contexts, and telling the sanitizers.
 *
 * The protocol of AddressSanitizer: before leaving say where you go, and hand in your
 * fake stack to get it back; as the first thing after landing say that you arrived. On
 * the last leave hand in nothing, so that the fake stack is freed. How large the
 * thread's own stack is we learn from the first landing.
 */

#include "context-private.h"
#include "sanitizers-private.h"

#ifdef ASYNCIO_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef ASYNCIO_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* Inlined always: ThreadSanitizer counts function entries and exits per fiber, and a
 * function that is entered on one and left on another would upset it. */
static inline __attribute__ ((always_inline)) void
departing (AsyncioContext *from G_GNUC_UNUSED,
           AsyncioContext *to,
           gboolean        for_good G_GNUC_UNUSED)
{
  to->origin = from;

#ifdef ASYNCIO_ASAN
  __sanitizer_start_switch_fiber (for_good ? NULL : &from->fake_stack, to->stack_base, to->stack_size);
#endif
#ifdef ASYNCIO_TSAN
  if (from->fiber == NULL)
    from->fiber = __tsan_get_current_fiber ();
  __tsan_switch_to_fiber (to->fiber, 0);
#endif
}

static inline __attribute__ ((always_inline)) void
landing (AsyncioContext *self G_GNUC_UNUSED)
{
#ifdef ASYNCIO_ASAN
  __sanitizer_finish_switch_fiber (self->fake_stack, &self->origin->stack_base, &self->origin->stack_size);
#endif
}

void
asyncio_context_init (AsyncioContext     *self,
                      const AsyncioStack *stack,
                      AsyncioContextFunc  func,
                      gpointer            data)
{
  self->stack_pointer = asyncio_machine_prepare (stack, func, data);
  self->stack_base = stack->base;
  self->stack_size = stack->size;
  self->fake_stack = NULL;
  self->origin = NULL;
#ifdef ASYNCIO_TSAN
  self->fiber = __tsan_create_fiber (0);
#endif
}

void
asyncio_context_switch (AsyncioContext *from,
                        AsyncioContext *to)
{
  departing (from, to, FALSE);
  asyncio_machine_switch (&from->stack_pointer, to->stack_pointer);
  landing (from);
}

void
asyncio_context_landed (AsyncioContext *self)
{
  landing (self);
}

void
asyncio_context_leave (AsyncioContext *from,
                       AsyncioContext *to)
{
  departing (from, to, TRUE);
  asyncio_machine_switch (&from->stack_pointer, to->stack_pointer);
  g_assert_not_reached ();
}

void
asyncio_context_clear (AsyncioContext *self G_GNUC_UNUSED)
{
#ifdef ASYNCIO_TSAN
  g_clear_pointer (&self->fiber, __tsan_destroy_fiber);
#endif
}
