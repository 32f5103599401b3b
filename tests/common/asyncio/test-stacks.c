/* SPDX-License-Identifier: MIT */

/*
 * Tests of stacks.c: the memory that coroutines run on.
 */

#include "common.h"

#include "stacks-private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#define N_STACKS 70 /* more than one slab has */
#define N_MANY 5000 /* more than a pool keeps warm */

/* Whether a byte is memory: the kernel is asked, which answers instead of sending a signal. */
static gboolean
is_memory (const guint8 *byte)
{
  int fds[2];
  gssize n;
  int saved_errno;

  g_assert_cmpint (pipe (fds), ==, 0);
  n = write (fds[1], byte, 1);
  saved_errno = errno;
  close (fds[0]);
  close (fds[1]);
  g_assert_true (n == 1 || saved_errno == EFAULT);

  return n == 1;
}

/* All of a stack is memory, and nothing is for 64 KiB below it: a function with much on its stack does not step over the guard
 * into the stack of another coroutine. */
static void
test_guards (void)
{
  AsyncioStackPool pool = { 0 };
  AsyncioStack *stacks[N_STACKS];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_STACKS; i++)
    {
      stacks[i] = asyncio_stack_pool_take (&pool, &error);
      g_assert_no_error (error);
    }

  for (guint i = 0; i < N_STACKS; i++)
    {
      const guint8 *base = stacks[i]->base;

      g_assert_true (is_memory (base));
      g_assert_true (is_memory (base + stacks[i]->size - 1));

      /* Valgrind takes the question itself for a fault. */
      for (guint below = 1; below <= 64 * 1024 && !RUNNING_ON_VALGRIND; below += 1024)
        g_assert_false (is_memory (base - below));
      g_assert_true (RUNNING_ON_VALGRIND || !is_memory (base - 64 * 1024));
    }

  for (guint i = 0; i < N_STACKS; i++)
    asyncio_stack_pool_give_back (&pool, stacks[i]);
  asyncio_stack_pool_clear (&pool);
}

/* A stack that is given back is the next one that is taken, and it may be used again. */
static void
test_used_again (void)
{
  AsyncioStackPool pool = { 0 };
  g_autoptr (GError) error = NULL;
  AsyncioStack *first = asyncio_stack_pool_take (&pool, &error);
  AsyncioStack *second = asyncio_stack_pool_take (&pool, &error);

  g_assert_no_error (error);
  g_assert_true (first != second);
  asyncio_stack_pool_give_back (&pool, first);
  g_assert_true (asyncio_stack_pool_take (&pool, &error) == first);
  memset (first->base, 1, first->size);

  asyncio_stack_pool_give_back (&pool, second);
  asyncio_stack_pool_give_back (&pool, first);
  asyncio_stack_pool_clear (&pool);
}

/* Whether the first page of a stack, from where it grows down, has memory behind it. */
static gboolean
is_warm (AsyncioStack *stack)
{
  gsize page_size = (gsize) sysconf (_SC_PAGESIZE);
  guint8 *page = (guint8 *) stack->base + stack->size - page_size;
  unsigned char in_core = 0;

  g_assert_cmpint (mincore (page, page_size, &in_core), ==, 0);

  return in_core & 1;
}

static int
compare_pointers (gconstpointer a,
                  gconstpointer b)
{
  const guint8 *const *left = a, *const *right = b;

  return (*left > *right) - (*left < *right);
}

/* Many stacks were in use at a time, all are given back, and some of them keep no memory. The next one that is taken has
 * memory, and has it still when it comes back: a program pays for its busiest moment once. */
static void
test_warm_after_many (void)
{
  AsyncioStackPool pool = { 0 };
  g_autofree AsyncioStack **stacks = g_new (AsyncioStack *, N_MANY);
  g_autofree AsyncioStack **again = g_new (AsyncioStack *, N_MANY);
  g_autoptr (GError) error = NULL;
  guint n_warm = 0;

  for (guint i = 0; i < N_MANY; i++)
    {
      stacks[i] = asyncio_stack_pool_take (&pool, &error);
      g_assert_no_error (error);
      ((guint8 *) stacks[i]->base)[stacks[i]->size - 1] = 1;
    }
  for (guint i = 0; i < N_MANY; i++)
    asyncio_stack_pool_give_back (&pool, stacks[i]);

  for (guint i = 0; i < N_MANY; i++)
    n_warm += is_warm (stacks[i]);
  g_assert_cmpuint (n_warm, >, 0);
  g_assert_cmpuint (n_warm, <, N_MANY);

  for (guint i = 0; i < 3; i++)
    {
      AsyncioStack *stack = asyncio_stack_pool_take (&pool, &error);

      g_assert_true (is_warm (stack));
      asyncio_stack_pool_give_back (&pool, stack);
      g_assert_true (is_warm (stack));
    }

  /* Cold ones are used again as well, before new ones are made: all that are taken are the same as before. */
  for (guint i = 0; i < N_MANY; i++)
    again[i] = asyncio_stack_pool_take (&pool, &error);
  qsort (stacks, N_MANY, sizeof (AsyncioStack *), compare_pointers);
  qsort (again, N_MANY, sizeof (AsyncioStack *), compare_pointers);
  g_assert_cmpmem (stacks, N_MANY * sizeof (AsyncioStack *), again, N_MANY * sizeof (AsyncioStack *));

  for (guint i = 0; i < N_MANY; i++)
    asyncio_stack_pool_give_back (&pool, stacks[i]);
  asyncio_stack_pool_clear (&pool);
}

static const TestCase cases[] = {
  { "/core/stacks/guards", test_guards },
  { "/core/stacks/used-again", test_used_again },
  { "/core/stacks/warm-after-many", test_warm_after_many },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
