/* SPDX-License-Identifier: MIT */

/*
 * How a new stack looks so that context-x86_64.S can switch to it.
 */

#include "context-private.h"

void asyncio_machine_start (void) __attribute__ ((visibility ("hidden")));

/* What asyncio_machine_switch() pops, in that order. */
typedef struct
{
  gpointer r15;
  gpointer r14;
  gpointer r13;
  gpointer r12;
  gpointer rbx;
  gpointer rbp;
  gpointer return_address;
} Frame;

gpointer
asyncio_machine_prepare (const AsyncioStack *stack,
                         AsyncioContextFunc  func,
                         gpointer            data)
{
  /* Where a call is made the stack pointer must be a multiple of 16. asyncio_machine_start() makes
   * one with the stack as it is when the frame is popped. */
  guintptr top = ((guintptr) stack->base + stack->size) & ~(guintptr) 15;
  Frame *frame = (Frame *) (top - sizeof (Frame));

  *frame = (Frame) {
    .r12 = (gpointer) (guintptr) func,
    .r13 = data,
    .return_address = (gpointer) (guintptr) asyncio_machine_start,
  };

  return frame;
}
