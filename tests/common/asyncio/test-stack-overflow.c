/* SPDX-License-Identifier: MIT */

/*
 * Tests of stack-overflow.c: what is told when a coroutine uses up its stack, and what is not.
 */

#include "overflows.h"

#include "base-events-private.h"
#include "coroutines-private.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- What is told ---------------------------------------------------------------------- */

/* Task-1 awaits Task-2, that awaits Task-3, and its coroutine another one, which recurses too deeply. The coroutines of the task
 * that ran are told. */
static void
recursion_in_a_task (void)
{
  AsyncioTask *third = start (coroutine (awaiting, fib (recursing), "main", "main.c:40"));
  AsyncioTask *second = start (coroutine (awaiting, third, "second", "main.c:2"));

  run (coroutine (awaiting, second, "first", "main.c:1"));
}

static void
test_recursion (void)
{
  assert_overflow (recursion_in_a_task, FIB_IN_TASK_1 "  awaited by: 'main' (main.c:40)\n");
}

/* A task has a name of its own. */
static void
recursion_in_a_named_task (void)
{
  AsyncioTask *task = start (fib (recursing));

  task->name = g_strdup ("counting rabbits");
  run (coroutine (awaiting, task, "main", "main.c:40"));
}

static void
test_named_task (void)
{
  assert_overflow (recursion_in_a_named_task, "stack overflow in task 'counting rabbits' (coroutine 'fib' made at fib.c:12): "
                                              "its stack of 128 KiB is used up\n");
}

static __attribute__ ((noinline)) void
fill (volatile guint8 *bytes,
      gsize            n)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = 1;
}

/* More than the stack has, but not more than stack and guard: the first byte that is written is in the guard. */
static __attribute__ ((noinline)) guint
use_big_frame (void)
{
  guint8 frame[160 * 1024];

  fill (frame, sizeof frame);

  return frame[0];
}

static gpointer
big (gpointer   user_data,
     GError   **error)
{
  (void) error;

  return use_big_frame () == 42 ? user_data : NULL;
}

/* One function has more variables than there is stack. */
static void
big_frame_in_a_task (void)
{
  run (fib (big));
}

static void
test_big_frame (void)
{
  assert_overflow (big_frame_in_a_task, FIB_IN_TASK_1);
}

/* A coroutine that no task drives. */
static void
recursion_without_a_task (void)
{
  asyncio_coroutine_send (coroutine (awaiting, fib (recursing), "main", "main.c:40"), NULL, NULL);
}

static void
test_without_a_task (void)
{
  assert_overflow (recursion_without_a_task, "stack overflow in coroutine 'fib' (made at fib.c:12): its stack of 128 KiB is used up\n"
                                             "  awaited by: 'main' (main.c:40)\n");
}

/* A coroutine that is driven by hand runs a loop. What a task of that loop runs is not awaited by it. */
static gpointer
run_loop (gpointer   user_data,
          GError   **error)
{
  return asyncio_loop_run_until_complete (loop, user_data, error);
}

static void
loop_in_a_coroutine (void)
{
  asyncio_coroutine_send (coroutine (run_loop, fib (recursing), "main", "main.c:40"), NULL, NULL);
}

static void
test_loop_in_a_coroutine (void)
{
  assert_overflow (loop_in_a_coroutine, FIB_IN_TASK_1);
}

/* A task that begins inside another coroutine, as an eager one does, is not awaited by that. */
static gpointer
begin_task (gpointer   user_data,
            GError   **error)
{
  AsyncioTask *task = start (fib (recursing));

  loop->current_task = task;
  asyncio_coroutine_send (task->coro, NULL, error);

  return user_data;
}

static void
task_in_a_coroutine (void)
{
  run (coroutine (begin_task, NULL, "main", "main.c:40"));
}

static void
test_task_in_a_coroutine (void)
{
  g_auto (Child) child = run_in_child (task_in_a_coroutine);

  assert_told (&child, "stack overflow in task 'Task-2' (coroutine 'fib' made at fib.c:12): its stack of 128 KiB is used up\n");
  g_assert_null (strstr (child.err, "awaited by"));
}

/* The loop of another thread, which has a stack for signals as well. */
static gpointer
thread_with_a_loop (gpointer unused)
{
  loop = new_virtual_loop ();
  run (fib (recursing));

  return unused;
}

static void
recursion_in_a_thread (void)
{
  run_a_coroutine ();
  g_thread_join (g_thread_new ("loop", thread_with_a_loop, NULL));
}

static void
test_thread (void)
{
  assert_overflow (recursion_in_a_thread, "stack overflow in task 'Task-2' (coroutine 'fib' made at fib.c:12): its stack of 128 KiB is used up\n");
}

/* Of a chain of thirty only sixteen that await are told by name. */
static void
long_chain (void)
{
  AsyncioCoroutine *chain = fib (recursing);

  for (guint i = 0; i < 30; i++)
    chain = coroutine (awaiting, chain, "link", "link.c:1");
  run (chain);
}

static void
test_long_chain (void)
{
  g_autoptr (GString) expected = g_string_new ("stack overflow in task 'Task-1' (coroutine 'fib' made at fib.c:12): "
                                               "its stack of 128 KiB is used up\n");
  g_auto (Child) child = run_in_child (long_chain);

  for (guint i = 0; i < 16; i++)
    g_string_append (expected, "  awaited by: 'link' (link.c:1)\n");
  g_string_append (expected, "  ... and 14 more\n");
  assert_told (&child, expected->str);
}

/* The call that switches to another coroutine is made on the stack of the one that awaits it, and may be what overflows: that one is told. A
 * write into its guard stands for that. */
static gpointer
write_below (gpointer   user_data,
             GError   **error)
{
  AsyncioCoroutine *self = asyncio_coroutine_get_current ();

  address = (guint8 *) asyncio_stackful_get_stack (self->resumer)->base - 1;

  return writing (user_data, error);
}

static void
overflow_in_the_switch (void)
{
  run (coroutine (awaiting, fib (write_below), "main", "main.c:40"));
}

static void
test_in_the_switch (void)
{
  g_auto (Child) child = run_in_child (overflow_in_the_switch);

  assert_told (&child, "stack overflow in task 'Task-1' (coroutine 'main' made at main.c:40): its stack of 128 KiB is used up\n");
}

/* A loop that a coroutine runs uses that one's stack. A task of the loop has nothing to do with it. */
static gpointer
run_loop_and_write (gpointer   user_data,
                    GError   **error)
{
  address = (guint8 *) asyncio_stackful_get_stack (asyncio_coroutine_get_current ())->base - 1;

  return run_loop (user_data, error);
}

static void
overflow_around_a_loop (void)
{
  asyncio_coroutine_send (coroutine (run_loop_and_write, fib (writing), "main", "main.c:40"), NULL, NULL);
}

static void
test_around_a_loop (void)
{
  g_auto (Child) child = run_in_child (overflow_around_a_loop);

  assert_told (&child, "stack overflow in coroutine 'main' (made at main.c:40): its stack of 128 KiB is used up\n");
}

/* A plain function that may not await is on the coroutine's stack as well. */
static gpointer
call_in_context (gpointer   user_data,
                 GError   **error)
{
  g_autoptr (AsyncioContextVars) context = asyncio_copy_context ();

  return asyncio_context_run (context, recursing, user_data, error);
}

static void
recursion_in_a_context (void)
{
  run (fib (call_in_context));
}

static void
test_in_a_context (void)
{
  assert_overflow (recursion_in_a_context, FIB_IN_TASK_1);
}

/* --- What is not told -------------------------------------------------------------------- */

/* A pointer to nowhere is a fault in a coroutine, but no overflow. */
static void
wild_pointer (void)
{
  address = GSIZE_TO_POINTER (16);
  run (fib (writing));
}

static void
test_wild_pointer (void)
{
  assert_no_overflow (wild_pointer, "SEGV");
}

/* One into the guard of a coroutine that does not run is none either. */
static void
pointer_into_another_guard (void)
{
  AsyncioCoroutine *other = asyncio_ref_sink (sleeper ("sleeper", 10));

  start_and_forget (other);
  run_turns (1);
  address = (guint8 *) asyncio_stackful_get_stack (other)->base - 1;
  run (fib (writing));
}

static void
test_another_guard (void)
{
  assert_no_overflow (pointer_into_another_guard, "");
}

/* The overflow of the thread's own stack is the system's to tell. */
static void
recursion_outside (void)
{
  run_a_coroutine ();
  recurse (0, NULL);
}

static void
test_own_stack (void)
{
  assert_no_overflow (recursion_outside, "stack-overflow");
}

/* A signal that somebody sent, while a coroutine runs. */
static gpointer
sending (gpointer   user_data,
         GError   **error)
{
  (void) error;
  kill (getpid (), SIGSEGV);

  return user_data;
}

static void
sent_signal (void)
{
  run (fib (sending));
}

static void
test_sent (void)
{
  assert_no_overflow (sent_signal, "SEGV");
}

/* Who ignores SIGSEGV goes on when it is sent; a fault is the end nevertheless. */
static void
ignored_signal (void)
{
  signal (SIGSEGV, SIG_IGN);
  sent_signal ();
}

static void
ignored_fault (void)
{
  signal (SIGSEGV, SIG_IGN);
  run (fib (recursing));
}

static void
test_ignored (void)
{
  g_auto (Child) sent = run_in_child (ignored_signal);
  g_auto (Child) fault = run_in_child (ignored_fault);

  assert_exited (&sent, 0);
  assert_not_told (&sent);
  g_assert_true (WIFSIGNALED (fault.status) && WTERMSIG (fault.status) == SIGSEGV);
  assert_told (&fault, FIB_IN_TASK_1);
}

static const TestCase cases[] = {
  { "/core/stack-overflow/recursion", test_recursion },
  { "/core/stack-overflow/named-task", test_named_task },
  { "/core/stack-overflow/big-frame", test_big_frame },
  { "/core/stack-overflow/without-a-task", test_without_a_task },
  { "/core/stack-overflow/loop-in-a-coroutine", test_loop_in_a_coroutine },
  { "/core/stack-overflow/task-in-a-coroutine", test_task_in_a_coroutine },
  { "/core/stack-overflow/thread", test_thread },
  { "/core/stack-overflow/long-chain", test_long_chain },
  { "/core/stack-overflow/in-the-switch", test_in_the_switch },
  { "/core/stack-overflow/around-a-loop", test_around_a_loop },
  { "/core/stack-overflow/in-a-context", test_in_a_context },
  { "/core/stack-overflow/wild-pointer", test_wild_pointer },
  { "/core/stack-overflow/another-guard", test_another_guard },
  { "/core/stack-overflow/own-stack", test_own_stack },
  { "/core/stack-overflow/sent", test_sent },
  { "/core/stack-overflow/ignored", test_ignored },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
