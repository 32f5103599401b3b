/* SPDX-License-Identifier: MIT */

/*
 * What the tests of overflows have in common.
 */

#include "overflows.h"

#include "sanitizers-private.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* The sanitizer that reports the death of a program besides, NULL for none. */
#if defined(ASYNCIO_ASAN)
static const char *const sanitizer = "AddressSanitizer";
#elif defined(ASYNCIO_TSAN)
static const char *const sanitizer = "ThreadSanitizer";
#else
static const char *const sanitizer = NULL;
#endif

/* --- How a child ends --------------------------------------------------------------- */

/* Where neither sanitizer nor Valgrind speaks as well, what was told is compared as a whole. */
void
assert_told (const Child *child,
             const char  *expected)
{
  gboolean is_alone = sanitizer == NULL && !RUNNING_ON_VALGRIND;

  if (is_alone ? !g_str_equal (child->err, expected) : strstr (child->err, expected) == NULL)
    g_error ("expected: %s\nbut was told: %s", expected, child->err);
}

void
assert_not_told (const Child *child)
{
  if (strstr (child->err, "is used up") != NULL)
    g_error ("this was no overflow: %s", child->err);
}

/* It died of the fault; a sanitizer takes it for what is said here, which its report says. */
void
assert_killed (const Child *child,
               const char  *as_sanitizer_says)
{
  g_autofree char *report = g_strdup_printf ("ERROR: %s: %s", sanitizer != NULL ? sanitizer : "", as_sanitizer_says);
  gboolean by_signal = WIFSIGNALED (child->status) && WTERMSIG (child->status) == SIGSEGV;
  gboolean by_report = WIFEXITED (child->status) && WEXITSTATUS (child->status) != 0;

  if (sanitizer != NULL ? !by_report || strstr (child->err, report) == NULL : !by_signal)
    g_error ("it did not die of SIGSEGV (%s): status %d, %s", as_sanitizer_says, child->status, child->err);
}

/* The whole of it: the scenario ends in an overflow, which is told. */
void
assert_overflow (void      (*scenario) (void),
                 const char *told)
{
  g_auto (Child) child = run_in_child (scenario);

  assert_told (&child, told);
  assert_killed (&child, "stack-overflow");
}

/* Or in another death, which is not called one. */
void
assert_no_overflow (void      (*scenario) (void),
                    const char *as_sanitizer_says)
{
  g_auto (Child) child = run_in_child (scenario);

  assert_not_told (&child);
  assert_killed (&child, as_sanitizer_says);
}

/* --- Ways to fault -------------------------------------------------------------------- */

/* Nothing here is known to the compiler, or it would leave the mistakes out. */
static volatile guint depth = G_MAXUINT;
guint8 *volatile address;

/* As each call looks at its caller's frame, the compiler cannot make a loop of it. */
__attribute__ ((noinline)) guint
recurse (guint                  n,
         const volatile guint8 *callers)
{
  volatile guint8 frame[256];

  frame[0] = (guint8) n;

  return n == depth ? *callers : recurse (n + 1, frame) + frame[0];
}

gpointer
recursing (gpointer   user_data,
           GError   **error)
{
  (void) error;

  return recurse (0, NULL) == 42 ? user_data : NULL;
}

gpointer
writing (gpointer   user_data,
         GError   **error)
{
  (void) error;
  *address = 1;

  return user_data;
}

gpointer
awaiting (gpointer   user_data,
          GError   **error)
{
  return asyncio_await (user_data, error);
}

/* A coroutine whose name and place are known. */
AsyncioCoroutine *
coroutine (AsyncioCoroutineFunc  body,
           gpointer              user_data,
           const char           *name,
           const char           *place)
{
  return asyncio_coroutine_new_full (body, user_data, NULL, NULL, name, place);
}

AsyncioCoroutine *
fib (AsyncioCoroutineFunc body)
{
  return coroutine (body, NULL, "fib", "fib.c:12");
}

void
run (AsyncioCoroutine *main_coroutine)
{
  asyncio_loop_run_until_complete (loop, main_coroutine, NULL);
}

/* A coroutine has run and is gone: from now on overflows are told. */
void
run_a_coroutine (void)
{
  run (sleeper ("sleeper", 0));
}
