/* SPDX-License-Identifier: MIT */

/*
 * Telling that a coroutine has used up its stack.
 *
 * Who recurses too deeply in a coroutine runs into the guard below its stack (stacks.c), which is a fault
 * like that of any wrong pointer: SIGSEGV. Nothing in it says "stack", so a handler looks where it was:
 *
 *        | guard | stack of 'fib' ..... | guard | stack of 'main' .... |        | alternate stack |
 *            ^   ^                                                                ^
 *            │   └ the stack pointer: no room here for a handler                  │
 *            └ the fault ───────────── the kernel calls on_fault() here ──────────┘
 *
 * The kernel calls a handler on the stack that is in use, which has no room left; so each thread that runs
 * coroutines has another one for it (sigaltstack()). Then the handler compares the address of
 * the fault with the guards of the stacks that this thread is on: that of the innermost coroutine and those of all that wait for it to
 * switch back. (The call that switches is made on the stack of the one that resumes, and may be what overflows.)
 *
 * A handler may interrupt anything, also malloc() while it holds its lock. So this one allocates nothing, takes no
 * lock, knows nothing of stdio, and reads only what its own thread writes. It puts lines together and calls write().
 *
 * It tells, and changes nothing. Whether the fault was an overflow or not, what was there before it comes next: the handler
 * that was installed earlier (AddressSanitizer's, which shows the calls; the application's), or the default action: then the
 * faulty instruction is run again, and the process dies where a core dump and a debugger see it. An application
 * that installs a handler later replaces ours.
 */

#include "stack-overflow-private.h"

#include "base-events-private.h"
#include "coroutines-private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A handler that was there before runs on it as well, and may want more than ours does. */
#define SIGNAL_STACK_SIZE (64 * 1024)

/* A chain of awaits may be as long as there is memory; the first and innermost tell most. */
#define MAX_AWAITING 16

/* --- Text ---------------------------------------------------------------------------- */

/* Text on its way to the standard error. */
typedef struct
{
  gsize length;
  char text[256];
} Output;

static void
flush (Output *self)
{
  const char *text = self->text;

  while (self->length > 0)
    {
      gssize n = write (STDERR_FILENO, text, self->length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;

      text += n;
      self->length -= (gsize) n;
    }

  self->length = 0;
}

static void
put (Output     *self,
     const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (self->length == sizeof self->text)
        flush (self);
      self->text[self->length++] = *text;
    }
}

static void
put_number (Output *self,
            gsize   number)
{
  char digits[24];
  char *first = digits + sizeof digits - 1;

  *first = '\0';
  do
    {
      *--first = (char) ('0' + number % 10);
      number /= 10;
    }
  while (number > 0);

  put (self, first);
}

static void
put_task (Output            *self,
          const AsyncioTask *task)
{
  put (self, " task '");
  if (task->name != NULL)
    {
      put (self, task->name);
    }
  else
    {
      put (self, "Task-");
      put_number (self, task->number);
    }
  put (self, "'");
}

/* --- What has happened --------------------------------------------------------------- */

/* Returns the task that drives a coroutine, or the one that awaits it. One that is driven by hand has none. */
static AsyncioTask *
find_task (AsyncioCoroutine *coroutine)
{
  AsyncioLoop *loop = asyncio_thread_state_peek ()->running_loop;
  AsyncioTask *task = loop != NULL ? loop->current_task : NULL;

  while (task != NULL && coroutine != NULL && coroutine != task->coro)
    coroutine = coroutine->resumer;

  return coroutine != NULL ? task : NULL;
}

static void
tell_overflow (AsyncioCoroutine *coroutine,
               AsyncioTask      *task)
{
  Output output = { 0 };
  guint n_awaiting = 0;
  gsize size = asyncio_stackful_get_stack (coroutine)->size;

  put (&output, "stack overflow in");
  if (task != NULL)
    {
      put_task (&output, task);
      put (&output, " (coroutine '");
      put (&output, coroutine->name);
      put (&output, "' made at ");
    }
  else
    {
      put (&output, " coroutine '");
      put (&output, coroutine->name);
      put (&output, "' (made at ");
    }
  put (&output, coroutine->location);
  put (&output, "): its stack of ");
  put_number (&output, size / 1024);
  put (&output, " KiB is used up\n");

  /* Who runs a task's coroutine is the task: there the chain ends. */
  while ((task == NULL || coroutine != task->coro) && coroutine->resumer != NULL)
    {
      coroutine = coroutine->resumer;
      if (++n_awaiting > MAX_AWAITING)
        continue;

      put (&output, "  awaited by: '");
      put (&output, coroutine->name);
      put (&output, "' (");
      put (&output, coroutine->location);
      put (&output, ")\n");
    }

  if (n_awaiting > MAX_AWAITING)
    {
      put (&output, "  ... and ");
      put_number (&output, n_awaiting - MAX_AWAITING);
      put (&output, " more\n");
    }

  flush (&output);
}

/* --- The handler --------------------------------------------------------------------- */

static const int watched[] = { SIGSEGV, SIGBUS };

/* What was there before ours. Written before ours is installed, and never again. */
static struct sigaction previous[G_N_ELEMENTS (watched)];

/* Does what would have happened without us. */
static void
pass_on (int        signum,
         siginfo_t *info,
         gpointer   context)
{
  const struct sigaction *action = &previous[signum == watched[0] ? 0 : 1];
  gboolean was_sent = info->si_code <= 0;

  /* Only a signal that was sent can be ignored: the kernel ends who ignores a fault. */
  if (action->sa_handler == SIG_IGN && was_sent)
    return;

  if (action->sa_handler == SIG_DFL || action->sa_handler == SIG_IGN)
    {
      /* A fault comes again when the instruction is run again; what was sent must be sent again, and waits until we return. */
      signal (signum, SIG_DFL);
      if (was_sent)
        raise (signum);
    }
  else if ((action->sa_flags & SA_SIGINFO) != 0)
    {
      action->sa_sigaction (signum, info, context);
    }
  else
    {
      action->sa_handler (signum);
    }
}

static void
on_fault (int        signum,
          siginfo_t *info,
          gpointer   context)
{
  int saved_errno = errno;

  /* A signal that was sent has no address: there the sender is in its place. */
  if (info->si_code > 0)
    {
      AsyncioCoroutine *coroutine = asyncio_stackful_find_guard (info->si_addr);

      if (coroutine != NULL)
        tell_overflow (coroutine, find_task (coroutine));
    }

  errno = saved_errno;
  pass_on (signum, info, context);
}

/* What the handler before ours wanted of the kernel (which signals wait meanwhile, whether it is to be called only
 * once), it still gets. */
static void
install_handler (guint i)
{
  struct sigaction action;

  if (sigaction (watched[i], NULL, &previous[i]) != 0)
    return;

  action = previous[i];
  action.sa_sigaction = on_fault;
  action.sa_flags = (action.sa_flags & (SA_NODEFER | SA_RESETHAND | SA_RESTART)) | SA_SIGINFO | SA_ONSTACK;
  (void) sigaction (watched[i], &action, NULL);
}

/* A program that has a stack for signals in this thread keeps it. AddressSanitizer makes one for each. */
static void
make_signal_stack (AsyncioThreadState *thread)
{
  stack_t stack = { .ss_size = SIGNAL_STACK_SIZE };
  stack_t present;

  if (sigaltstack (NULL, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0)
    return;

  stack.ss_sp = g_try_malloc (SIGNAL_STACK_SIZE);
  if (stack.ss_sp == NULL)
    return;

  if (sigaltstack (&stack, NULL) == 0)
    thread->signal_stack = stack.ss_sp;
  else
    g_free (stack.ss_sp);
}

void
asyncio_stack_overflow_watch (AsyncioThreadState *thread)
{
  static gsize installed;

  if (thread->signal_stack == NULL)
    make_signal_stack (thread);

  if (g_once_init_enter (&installed))
    {
      for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
        install_handler (i);
      g_once_init_leave (&installed, 1);
    }
}

void
asyncio_stack_overflow_unwatch (AsyncioThreadState *thread)
{
  stack_t none = { .ss_flags = SS_DISABLE };
  stack_t present;

  if (thread->signal_stack == NULL)
    return;

  /* The program may have set one of its own since. */
  if (sigaltstack (NULL, &present) == 0 && present.ss_sp == thread->signal_stack)
    (void) sigaltstack (&none, NULL);

  g_clear_pointer (&thread->signal_stack, g_free);
}
