/* SPDX-License-Identifier: MIT */

/*
 * What a program of graded tests is made of.
 */

#include "graded-test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct
{
  guint64 seed;
  GRand *random;
  guint n_words; /* taken in this test */
} state = { .seed = 1 };

/* Words that mean nothing to anyone, so that a trace reads as what it is. */
static const char *const words[] = {
  "amber", "basil", "cedar", "delta", "ember", "fjord", "glade", "heron", "inlet", "juniper", "kelp",
  "lotus", "maple", "nectar", "olive", "pebble", "quartz", "raven", "sage", "thistle", "umber",
  "violet", "willow", "xenon", "yarrow", "zephyr", "anchor", "beacon", "candle", "drum", "engine", "flute",
};

static guint word_order[G_N_ELEMENTS (words)];

/* --- The seed -------------------------------------------------------------------- */

int
seed_int (int low,
          int high)
{
  return g_rand_int_range (state.random, low, high + 1);
}

gboolean
seed_bool (void)
{
  return seed_int (0, 1) == 1;
}

const char *
seed_word (void)
{
  g_assert (state.n_words < G_N_ELEMENTS (words));

  return words[word_order[state.n_words++]];
}

GError *
seed_error (void)
{
  static const AsyncioError codes[] = { ASYNCIO_ERROR_VALUE, ASYNCIO_ERROR_OS, ASYNCIO_ERROR_TYPE };

  return g_error_new_literal (ASYNCIO_ERROR, codes[seed_int (0, G_N_ELEMENTS (codes) - 1)], seed_word ());
}

/* Each test begins with the same seed, whether it runs alone or after others. */
static void
seed_begin (const char *path)
{
  guint32 seeds[] = { (guint32) state.seed, (guint32) (state.seed >> 32), g_str_hash (path) };

  g_clear_pointer (&state.random, g_rand_free);
  state.random = g_rand_new_with_seed_array (seeds, G_N_ELEMENTS (seeds));
  state.n_words = 0;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      guint j = seed_int (0, i);

      word_order[i] = word_order[j];
      word_order[j] = i;
    }
}

/* --- The test -------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  void (*func) (void);
} GradedTest;

/* Kept here, and not on the heap: GLib does not free the data of tests that it was told to pass over. */
static GradedTest graded_tests[64];
static guint n_graded_tests;

static void
run_graded_test (gconstpointer data)
{
  const GradedTest *self = data;
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();

  asyncio_set_clock (clock);
  trace_begin (self->path);

  seed_begin (self->path);
  self->func ();
  asyncio_set_clock (NULL);
  g_clear_pointer (&state.random, g_rand_free);

  trace_end (self->path);
}

void
graded_test_add (const char *path,
                 void      (*func) (void))
{
  GradedTest *self = &graded_tests[n_graded_tests++];

  g_assert (n_graded_tests <= G_N_ELEMENTS (graded_tests));

  self->path = path;
  self->func = func;
  g_test_add_data_func (path, self, run_graded_test);
}

/* Takes an option of ours out of the arguments. Returns its value. */
static const char *
take_option (int        *argc,
             char      **argv,
             const char *name)
{
  const char *value = NULL;
  int n = 0;

  for (int i = 0; i < *argc; i++)
    {
      if (g_str_has_prefix (argv[i], name) && argv[i][strlen (name)] == '=')
        value = argv[i] + strlen (name) + 1;
      else
        argv[n++] = argv[i];
    }

  argv[n] = NULL;
  *argc = n;

  return value;
}

static gboolean
take_flag (int        *argc,
           char      **argv,
           const char *name)
{
  gboolean is_there = FALSE;
  int n = 0;

  for (int i = 0; i < *argc; i++)
    {
      if (g_str_equal (argv[i], name))
        is_there = TRUE;
      else
        argv[n++] = argv[i];
    }

  argv[n] = NULL;
  *argc = n;

  return is_there;
}

/* The judge writes "SEED KEY" to standard input, so that they are not among the arguments, where the code under test could read
 * them. For the same reason they are not read through a FILE, which would keep them in its buffer. */
static guint64
read_secrets (void)
{
  char text[128] = "";
  gsize length = 0;
  char *end = text;
  guint64 seed;
  gssize n;

  while (length < sizeof text - 1 && (n = read (STDIN_FILENO, text + length, sizeof text - 1 - length)) > 0)
    length += n;
  text[length] = '\0';

  seed = g_ascii_strtoull (text, &end, 10);
  trace_seal (g_strstrip (end));
  explicit_bzero (text, sizeof text);

  return seed;
}

/* Of LeakSanitizer, if the program has it: does not return if there are leaks. */
void __lsan_do_leak_check (void) __attribute__ ((weak));

/* It would look for leaks later, at the very end of exit(). Then somebody, a thread for example, could end the process before it
 * does, with status 0 and a whole trace. So the trace is whole only when it has looked. */
static void
on_exit_of_program (void)
{
  if (__lsan_do_leak_check != NULL)
    __lsan_do_leak_check ();

  trace_close ();
}

void
graded_test_init (int    *argc,
                  char ***argv)
{
  const char *seed = take_option (argc, *argv, "--lab-seed");
  const char *fd = take_option (argc, *argv, "--trace-fd");

  if (seed != NULL)
    state.seed = g_str_equal (seed, "-") ? read_secrets () : g_ascii_strtoull (seed, NULL, 10);
  if (fd != NULL && take_flag (argc, *argv, "--record"))
    trace_record (atoi (fd));
  else if (fd != NULL)
    trace_open (atoi (fd), "");
  else
    trace_open (1, "# ");

  atexit (on_exit_of_program);
  g_test_init (argc, argv, NULL);

  /* What the core complains about is part of the trace, not the end of the test. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_fatal_mask ("asyncio", G_LOG_FATAL_MASK);
  trace_log_messages ();
}
