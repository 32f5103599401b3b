/* SPDX-License-Identifier: MIT */

/*
 * The switch on any other machine: makecontext() to enter a new stack, then
 * _setjmp() and _longjmp(), which make no system call (swapcontext() makes two).
 *
 * The idea is QEMU's (util/coroutine-ucontext.c). The "stack pointer" that context.c
 * keeps is here the address of a jump buffer on that stack.
 */

/* A fortified longjmp() refuses to jump up the stack, which is what a switch is. */
#undef _FORTIFY_SOURCE

#include "context-private.h"

#include <setjmp.h>
#include <ucontext.h>

/* What the first entry needs, at the top of the new stack. */
typedef struct
{
  jmp_buf entered;
  jmp_buf *prepared_from;
  AsyncioContextFunc func;
  gpointer data;
} Start;

/* makecontext() passes ints only, so a pointer goes in two halves. */
static void
start (guint high,
       guint low)
{
  Start *self = (Start *) (((guintptr) high << 16 << 16) | low);
  AsyncioContextFunc func = self->func;
  gpointer data = self->data;

  if (_setjmp (self->entered) == 0)
    _longjmp (*self->prepared_from, 1);

  func (data);
  g_assert_not_reached ();
}

gpointer
asyncio_machine_prepare (const AsyncioStack *stack,
                         AsyncioContextFunc  func,
                         gpointer            data)
{
  guintptr top = ((guintptr) stack->base + stack->size) & ~(guintptr) 63;
  Start *self = (Start *) (top - ((sizeof (Start) + 63) & ~(gsize) 63));
  jmp_buf here;
  ucontext_t context;

  self->prepared_from = &here;
  self->func = func;
  self->data = data;

  getcontext (&context);
  context.uc_stack.ss_sp = stack->base;
  context.uc_stack.ss_size = (guintptr) self - (guintptr) stack->base;
  context.uc_link = NULL;
  makecontext (&context, (void (*) (void)) start, 2,
               (guint) ((guintptr) self >> 16 >> 16), (guint) (guintptr) self);

  if (_setjmp (here) == 0)
    setcontext (&context);

  return self->entered;
}

void
asyncio_machine_switch (gpointer *save_stack_pointer,
                        gpointer  stack_pointer)
{
  jmp_buf here;

  *save_stack_pointer = here;
  if (_setjmp (here) == 0)
    _longjmp (*(jmp_buf *) stack_pointer, 1);
}
