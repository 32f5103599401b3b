/* SPDX-License-Identifier: MIT */

/*
 * When a program that is explored crashes. There is no going on after that: the process says which schedule it was, and dies by the signal, as it
 * would have without the explorer, so that a debugger or a core file shows where.
 *
 * A handler may hardly call anything, for the crash may have been inside malloc(). It has a stack of its own, since a crash may be that a
 * thread's stack is full.
 */

#include "explorer-private.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };

#define STACK_SIZE (64 * 1024)

struct _ExplorerCrash
{
  stack_t old_stack;
  struct sigaction old_actions[G_N_ELEMENTS (signals)];
  char *command; /* to run it again, up to the token */
  char stack[STACK_SIZE];
};

static void
say (const char *text)
{
  G_GNUC_UNUSED gssize ignored = write (STDERR_FILENO, text, strlen (text));
}

static void
say_number (guint number)
{
  char digits[12];
  guint at = sizeof digits - 1;

  digits[at] = '\0';
  do
    digits[--at] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  say (digits + at);
}

/* The same as explorer_token_new() makes, without memory. */
static void
say_token (const GArray *taken)
{
  const char *separator = "e";

  for (guint i = 0; i < taken->len; i++)
    if (g_array_index (taken, guint, i) != 0)
      {
        say (separator);
        say_number (i + 1);
        say (".");
        say_number (g_array_index (taken, guint, i));
        separator = "-";
      }
  if (*separator == 'e')
    say (separator);
}

static void
handle_crash (int signal_number)
{
  Explorer *self = explorer;
  ExplorerThread *thread = explorer_self ();
  gboolean is_fault = signal_number != SIGABRT && signal_number != SIGTRAP;

  /* Whoever handled this before is to do so again. */
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (signals[i] == signal_number)
      sigaction (signal_number, &self->crash->old_actions[i], NULL);

  if (thread != NULL)
    {
      say ("\ncrash: ");
      say (thread->name);
      say (" dies by signal ");
      say_number ((guint) signal_number);
      say (" (");
      say (sigabbrev_np (signal_number));
      say ("), after ");
      say_number (self->n_steps);
      say (" steps; to run it again: ");
      say (self->crash->command);
      say_token (self->taken);
      say ("\n");
    }

  /* A fault happens again when this returns; what was sent is sent again. */
  if (!is_fault)
    raise (signal_number);
}

void
explorer_crash_begin (Explorer *self)
{
  ExplorerCrash *crash = g_new0 (ExplorerCrash, 1);
  struct sigaction action = { .sa_handler = handle_crash, .sa_flags = SA_ONSTACK };
  stack_t stack = { .ss_sp = crash->stack, .ss_size = STACK_SIZE };

  crash->command = explorer_command_for_replay ("");
  self->crash = crash;
  sigaltstack (&stack, &crash->old_stack);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &action, &crash->old_actions[i]);
}

void
explorer_crash_end (Explorer *self)
{
  ExplorerCrash *crash = self->crash;

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &crash->old_actions[i], NULL);
  sigaltstack (&crash->old_stack, NULL);
  g_free (crash->command);
  g_free (crash);
}
