/* SPDX-License-Identifier: MIT */

/*
 * Tests of stacks.c: the memory that coroutines run on.
 */

#include "children.h"
#include "common.h"

#include "sanitizers-private.h"
#include "stacks-private.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#define N_STACKS 70 /* more than one slab has */
#define N_MANY 5000 /* more than a pool keeps warm */
#define MAPPINGS_PER_GUARD 2 /* one is the guard, one what follows it */
#define ADVICE_TO_GUARD 102 /* MADV_GUARD_INSTALL */

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

/* --- Guards ---------------------------------------------------------------------------- */

/* All of a stack is memory, and nothing is for 64 KiB below it: a function with much on its stack does not step over the guard
 * into the stack of another coroutine. */
static void
assert_guarded (const AsyncioStack *stack)
{
  const guint8 *base = stack->base;

  g_assert_true (is_memory (base));
  g_assert_true (is_memory (base + stack->size - 1));

  g_assert_true (asyncio_stack_is_guard (stack, base - 1));
  g_assert_true (asyncio_stack_is_guard (stack, base - 64 * 1024));
  g_assert_false (asyncio_stack_is_guard (stack, base));
  g_assert_false (asyncio_stack_is_guard (stack, base - 64 * 1024 - 1));

  /* Valgrind takes the question itself for a fault. */
  if (RUNNING_ON_VALGRIND)
    return;

  for (guint below = 1; below <= 64 * 1024; below += 1024)
    g_assert_false (is_memory (base - below));
  g_assert_false (is_memory (base - 64 * 1024));
}

/* Takes stacks of more than one slab and looks at each. Returns how many mappings their guards cost. */
static guint
check_guards (void)
{
  AsyncioStackPool pool = { 0 };
  AsyncioStack *stacks[N_STACKS];
  guint n_before = asyncio_stacks_get_n_mappings ();
  guint n_mappings;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_STACKS; i++)
    {
      stacks[i] = asyncio_stack_pool_take (&pool, &error);
      g_assert_no_error (error);
    }
  n_mappings = asyncio_stacks_get_n_mappings () - n_before;

  for (guint i = 0; i < N_STACKS; i++)
    assert_guarded (stacks[i]);

  for (guint i = 0; i < N_STACKS; i++)
    asyncio_stack_pool_give_back (&pool, stacks[i]);
  asyncio_stack_pool_clear (&pool);
  g_assert_cmpuint (asyncio_stacks_get_n_mappings (), ==, n_before);

  return n_mappings;
}

/* Guards as this kernel can make them. Those that it marks in the page table cost no mapping. */
static void
test_guards (void)
{
  guint n_mappings = check_guards ();

  g_assert_true (n_mappings == 0 || n_mappings == N_STACKS * MAPPINGS_PER_GUARD);
}

/* Guards as older kernels need them. They are counted, until the slabs are gone. */
static void
test_guards_protected (void)
{
  asyncio_stacks_set_guards (ASYNCIO_GUARDS_PROTECTED);
  g_assert_cmpuint (check_guards (), ==, N_STACKS * MAPPINGS_PER_GUARD);
  asyncio_stacks_set_guards (ASYNCIO_GUARDS_MARKED);
}

/* From now on the kernel answers with this error when it is asked for a guard. */
static void
refuse_guards (int error_number)
{
  const struct scmp_arg_cmp advice = { .arg = 2, .op = SCMP_CMP_EQ, .datum_a = ADVICE_TO_GUARD };
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);

  g_assert_cmpint (seccomp_rule_add_array (filter, SCMP_ACT_ERRNO (error_number), SCMP_SYS (madvise), 1, &advice), ==, 0);
  g_assert_cmpint (seccomp_load (filter), ==, 0);
  seccomp_release (filter);
}

/* A kernel that does not know such guards, or a sandbox that does not, is asked once: then they are made in the other way. */
static void
kernel_is_old (void)
{
  refuse_guards (EINVAL);
  g_assert_cmpuint (check_guards (), ==, N_STACKS * MAPPINGS_PER_GUARD);

  /* Nobody asks again: this answer would be a MemoryError. */
  refuse_guards (EAGAIN);
  g_assert_cmpuint (check_guards (), ==, N_STACKS * MAPPINGS_PER_GUARD);
}

static void
sandbox_is_old (void)
{
  refuse_guards (EPERM);
  g_assert_cmpuint (check_guards (), ==, N_STACKS * MAPPINGS_PER_GUARD);
}

static void
test_guards_refused (void)
{
  g_auto (Child) kernel = run_in_child (kernel_is_old);
  g_auto (Child) sandbox = run_in_child (sandbox_is_old);

  assert_exited (&kernel, 0);
  assert_exited (&sandbox, 0);
}

/* A kernel that has no memory for a guard now is another matter: no stack now. It is not taken for an old one. */
static void
kernel_has_no_memory (void)
{
  AsyncioStackPool pool = { 0 };
  g_autoptr (GError) error = NULL;

  refuse_guards (ENOMEM);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (asyncio_stack_pool_take (&pool, &error));
      assert_error (error, "MemoryError: no stack for another coroutine: Cannot allocate memory");
    }

  g_assert_cmpuint (asyncio_stacks_get_n_mappings (), ==, 0);
  asyncio_stack_pool_clear (&pool);
}

static void
test_guards_without_memory (void)
{
  g_auto (Child) child = run_in_child (kernel_has_no_memory);

  assert_exited (&child, 0);
}

/* --- The pool ----------------------------------------------------------------------------- */

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

/* --- No stack to be had ---------------------------------------------------------------------- */

#define NO_GUARD "MemoryError: no stack for another coroutine: as many guards as vm.max_map_count allows are in use"

static void
assert_can_map (void)
{
  gpointer memory = mmap (NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (memory != MAP_FAILED);
  munmap (memory, 4096);
}

/* So many guards may be made by mprotect(). */
static void
allow_guards (guint n)
{
  asyncio_stacks_set_guards (ASYNCIO_GUARDS_PROTECTED);
  asyncio_stacks_set_max_mappings (asyncio_stacks_get_n_mappings () + n * MAPPINGS_PER_GUARD);
}

static void
allow_all_guards (void)
{
  asyncio_stacks_set_guards (ASYNCIO_GUARDS_MARKED);
  asyncio_stacks_set_max_mappings (0);
}

/* For tests that need a thread which never had a stack. It has a loop of its own. */
static gpointer
in_new_thread (gpointer test_case)
{
  loop = new_virtual_loop ();
  ((const TestCase *) test_case)->func ();
  end_loop (loop);

  return NULL;
}

static void
run_in_thread (void (*scenario) (void))
{
  TestCase fresh = { "fresh", scenario };
  AsyncioLoop *saved = loop;

  g_thread_join (g_thread_new (fresh.path, in_new_thread, &fresh));
  loop = saved;
}

/* Three coroutines wait. A fourth gets no stack: its task fails, with what its coroutine holds freed, and the loop goes on. When one of the
 * three is done, another coroutine runs on its stack. */
static void
three_guards (void)
{
  g_autoptr (AsyncioTask) first = start (sleeper ("first", 1));
  g_autoptr (AsyncioTask) second = start (sleeper ("second", 2));
  g_autoptr (AsyncioTask) third = start (sleeper ("third", 2));

  allow_guards (3);
  run_turns (1);
  run_and_note (sleeper ("refused", 1));
  assert_can_map ();

  run_and_note (first);
  run_and_note (sleeper ("fourth", 1));
  run_and_note (second);
  run_and_note (third);
}

static void
test_no_guard (void)
{
  guint n_before = asyncio_stacks_get_n_mappings ();

  run_in_thread (three_guards);
  assert_notes (NO_GUARD " first fourth second third");
  allow_all_guards ();

  /* The stacks went with the thread. */
  g_assert_cmpuint (asyncio_stacks_get_n_mappings (), ==, n_before);
}

/* As many stacks are taken as the kernel lets a process have mappings: the last one is refused while other mappings can
 * still be made. */
static void
test_all_guards (void)
{
  AsyncioStackPool pool = { 0 };
  g_autoptr (GPtrArray) stacks = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  AsyncioStack *stack;

  asyncio_stacks_set_guards (ASYNCIO_GUARDS_PROTECTED);
  while ((stack = asyncio_stack_pool_take (&pool, &error)) != NULL)
    g_ptr_array_add (stacks, stack);
  assert_error (error, NO_GUARD);
  g_assert_cmpuint (stacks->len, >=, 256);
  assert_can_map ();

  for (guint i = 0; i < stacks->len; i++)
    asyncio_stack_pool_give_back (&pool, stacks->pdata[i]);
  asyncio_stack_pool_clear (&pool);
  g_assert_cmpuint (asyncio_stacks_get_n_mappings (), ==, 0);
  asyncio_stacks_set_guards (ASYNCIO_GUARDS_MARKED);
}

/* How much memory the process has mapped, in bytes. */
static gsize
get_mapped (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  unsigned long n_pages = 0;

  g_assert_nonnull (file);
  g_assert_cmpint (fscanf (file, "%lu", &n_pages), ==, 1);
  fclose (file);

  return n_pages * (gsize) sysconf (_SC_PAGESIZE);
}

/* The process may not map as much as a slab of stacks is (12 MiB). The task fails; when there is memory again, others run. */
static void
little_memory (void)
{
  struct rlimit limit, little;

  getrlimit (RLIMIT_AS, &limit);
  little = limit;
  little.rlim_cur = get_mapped () + 8 * 1024 * 1024;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &little), ==, 0);
  run_and_note (sleeper ("refused", 1));
  run_and_note (sleeper ("refused", 1));
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);

  run_and_note (sleeper ("sleeper", 1));
}

static void
test_no_memory (void)
{
  run_in_thread (little_memory);
  assert_notes ("MemoryError: no stack for another coroutine: Cannot allocate memory "
                "MemoryError: no stack for another coroutine: Cannot allocate memory sleeper");
}

/* --- Stacks for signals ------------------------------------------------------------------------ */

/* A thread gets one when it runs its first coroutine, and keeps it. It goes with the thread: else the sanitizer and
 * Valgrind would find it. */
static void
look_at_signal_stack (void)
{
  stack_t first, second;

  run_and_note (sleeper ("first", 1));
  g_assert_cmpint (sigaltstack (NULL, &first), ==, 0);
  g_assert_cmpint (first.ss_flags & SS_DISABLE, ==, 0);

  run_and_note (sleeper ("second", 1));
  g_assert_cmpint (sigaltstack (NULL, &second), ==, 0);
  g_assert_true (second.ss_sp == first.ss_sp);
}

static void
test_signal_stack (void)
{
  run_in_thread (look_at_signal_stack);
  assert_notes ("first second");
}

static const TestCase cases[] = {
  { "/core/stacks/guards", test_guards },
  { "/core/stacks/guards-protected", test_guards_protected },
  { "/core/stacks/guards-refused", test_guards_refused },
  { "/core/stacks/guards-without-memory", test_guards_without_memory },
  { "/core/stacks/used-again", test_used_again },
  { "/core/stacks/warm-after-many", test_warm_after_many },
  { "/core/stacks/no-guard", test_no_guard },
  { "/core/stacks/no-memory", test_no_memory },
  { "/core/stacks/signal-stack", test_signal_stack },
  /* The last one needs more stacks than the tools can bear. */
  { "/core/stacks/all-guards", test_all_guards },
};

/* AddressSanitizer's notes on so many stacks would take a quarter of a gigabyte, and Valgrind itself ends at 30,000 mappings. */
static gboolean
can_make_all_guards (void)
{
#ifdef ASYNCIO_ASAN
  return FALSE;
#else
  return !RUNNING_ON_VALGRIND;
#endif
}

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases) - (can_make_all_guards () ? 0 : 1));
}
