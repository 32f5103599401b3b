/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the tests of overflows have in common: scenarios that end in a fault, and a look at how the process died.
 *
 * Each scenario is the death of a child. The process of the tests itself runs no coroutine, so that each child is a program that has not
 * made a stack yet. A sanitizer ends a program that has faulted by its own report; what is ours comes before that.
 */

#include "children.h"
#include "common.h"

/* --- How a child ended --------------------------------------------------------------- */

/* Where neither sanitizer nor Valgrind speaks as well, what was told is compared as a whole. */
void assert_told (const Child *child,
                  const char  *expected);

/* Nothing was called an overflow. */
void assert_not_told (const Child *child);

/* It died of the fault. A sanitizer takes that for what is said here, "stack-overflow" or "SEGV". */
void assert_killed (const Child *child,
                    const char  *as_sanitizer_says);

/* The whole of it: a scenario ends in an overflow, which is told. */
void assert_overflow (void      (*scenario) (void),
                      const char *told);

/* Or in another death, which is not called one. */
void assert_no_overflow (void      (*scenario) (void),
                         const char *as_sanitizer_says);

/* What is told of most overflows here. */
#define FIB_IN_TASK_1 "stack overflow in task 'Task-1' (coroutine 'fib' made at fib.c:12): its stack of 128 KiB is used up\n"

/* --- Ways to fault -------------------------------------------------------------------- */

/* Calls itself until there is no stack left. n: 0, callers: NULL */
guint recurse (guint                  n,
               const volatile guint8 *callers);

/* Where writing() writes. */
extern guint8 *volatile address;

/* Bodies of coroutines: one that recurses, one that writes to the address, one that awaits its data. */
gpointer recursing (gpointer   user_data,
                    GError   **error);
gpointer writing (gpointer   user_data,
                  GError   **error);
gpointer awaiting (gpointer   user_data,
                   GError   **error);

/* A coroutine whose name and place are known; and one that is called fib and made at fib.c:12. */
AsyncioCoroutine *coroutine (AsyncioCoroutineFunc  body,
                             gpointer              user_data,
                             const char           *name,
                             const char           *place);
AsyncioCoroutine *fib (AsyncioCoroutineFunc body);

/* Runs the loop until a coroutine is done, if it ever is. */
void run (AsyncioCoroutine *main_coroutine);

/* The same with one that does no harm: from now on overflows are told. */
void run_a_coroutine (void);
