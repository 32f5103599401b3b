/* SPDX-License-Identifier: MIT */

/*
 * Tests of stack-overflow.c: how its handler gets along with those of the application.
 */

#include "overflows.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define THEIRS "the application's handler\n"

static void
their_handler (int signum)
{
  (void) signum;
  (void) !write (STDERR_FILENO, THEIRS, strlen (THEIRS));
  _exit (7);
}

/* A handler that knows nothing of stacks for signals was there first: both are called, ours before it. */
static void
handler_before (void)
{
  signal (SIGSEGV, their_handler);
  run (fib (recursing));
}

static void
test_handler_before (void)
{
  g_auto (Child) child = run_in_child (handler_before);

  assert_told (&child, FIB_IN_TASK_1 THEIRS);
  assert_exited (&child, 7);
}

/* A handler that is installed when coroutines run already is the only one. */
static void
handler_later (void)
{
  struct sigaction action = { .sa_handler = their_handler, .sa_flags = SA_ONSTACK };

  run_a_coroutine ();
  sigaction (SIGSEGV, &action, NULL);
  run (fib (recursing));
}

static void
test_handler_later (void)
{
  g_auto (Child) child = run_in_child (handler_later);

  assert_told (&child, THEIRS);
  assert_not_told (&child);
  assert_exited (&child, 7);
}

/* A handler mends what it knows of and goes on, as those of other language's runtimes do. It is called for each fault, with the
 * signal's information, and an overflow after that is told. */
static sigjmp_buf mended;

static void
mending_handler (int        signum,
                 siginfo_t *info,
                 gpointer   context)
{
  (void) context;
  if (info->si_addr == GSIZE_TO_POINTER (16))
    siglongjmp (mended, 1);

  their_handler (signum);
}

static gpointer
mend_twice (gpointer   user_data,
            GError   **error)
{
  for (volatile guint i = 0; i < 2; i++)
    if (sigsetjmp (mended, 1) == 0)
      *address = 1;

  return recursing (user_data, error);
}

static void
handler_that_mends (void)
{
  struct sigaction action = { .sa_sigaction = mending_handler, .sa_flags = SA_SIGINFO };

  address = GSIZE_TO_POINTER (16);
  sigaction (SIGSEGV, &action, NULL);
  run (fib (mend_twice));
}

static void
test_handler_that_mends (void)
{
  g_auto (Child) child = run_in_child (handler_that_mends);

  assert_told (&child, FIB_IN_TASK_1 THEIRS);
  assert_exited (&child, 7);
}

/* A program that has a stack for signals keeps it, and ours is called there. */
static void
own_signal_stack (void)
{
  stack_t own = { .ss_sp = g_malloc (64 * 1024), .ss_size = 64 * 1024 };
  stack_t present;

  sigaltstack (&own, NULL);
  run_a_coroutine ();
  sigaltstack (NULL, &present);
  if (present.ss_sp != own.ss_sp)
    _exit (1);

  run (fib (recursing));
}

static void
test_own_signal_stack (void)
{
  assert_overflow (own_signal_stack, "stack overflow in task 'Task-2' (coroutine 'fib' made at fib.c:12): its stack of 128 KiB is used up\n");
}

static const TestCase cases[] = {
  { "/core/fault-handlers/before", test_handler_before },
  { "/core/fault-handlers/later", test_handler_later },
  { "/core/fault-handlers/mends", test_handler_that_mends },
  { "/core/fault-handlers/own-signal-stack", test_own_signal_stack },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
