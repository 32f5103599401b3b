/* SPDX-License-Identifier: MIT */

/*
 * bench-core, and bench-eager: does workloads and says what each cost.
 *
 *     bench-core --count=1000 spawn timers
 *     spawn 1000 412345            name, operations, nanoseconds of CPU time for all of them
 *     timers 1000 5012345
 *
 * CPU time, of all threads together, is what the program itself used; what the machine did meanwhile does not count. One
 * number from one run says little: compare.py runs this program and Python's in turn, many times.
 */

#include "bench.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __OPTIMIZE__
#define OPTIMISED "yes"
#else
#define OPTIMISED "no"
#endif

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static const Workload *
find_workload (const char *name)
{
  for (guint i = 0; bench_lists[i] != NULL; i++)
    for (const Workload *workload = bench_lists[i]; workload->name != NULL; workload++)
      if (g_str_equal (workload->name, name))
        return workload;

  return NULL;
}

static gint64
cpu_time_ns (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);

  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

/* Returns how long it took. */
static gint64
do_once (const Workload *workload,
         guint           n)
{
  Work work = { .n = n };
  gint64 started = cpu_time_ns ();

  workload->func (&work);

  started = cpu_time_ns () - started;
  if (work.done != n)
    {
      g_printerr ("bench-core: %s did %u operations, not %u\n", workload->name, work.done, n);
      exit (1);
    }

  return started;
}

static void
measure (const Workload *workload,
         gint            count)
{
  guint n = count > 0 ? (guint) count : workload->n;

  if (workload->warm)
    (void) do_once (workload, n);
  g_print ("%s %u %" G_GINT64_FORMAT "\n", workload->name, n, do_once (workload, n));
}

static void
measure_all (gint count)
{
  for (guint i = 0; bench_lists[i] != NULL; i++)
    for (const Workload *workload = bench_lists[i]; workload->name != NULL; workload++)
      measure (workload, count);
}

static void
print_list (void)
{
  for (guint i = 0; bench_lists[i] != NULL; i++)
    for (const Workload *workload = bench_lists[i]; workload->name != NULL; workload++)
      g_print ("%s %u\n", workload->name, workload->n);
}

static void
print_about (void)
{
  g_print ("build: %s\noptimised: %s\ncompiler: %s\nglib: %u.%u.%u\n", BUILD_TYPE, OPTIMISED, COMPILER, glib_major_version,
           glib_minor_version, glib_micro_version);
}

static int
usage (const char *format,
       const char *what)
{
  g_autofree char *message = g_strdup_printf (format, what);

  g_printerr ("bench-core: %s\n", message);

  return 2;
}

int
main (int    argc,
      char **argv)
{
  gboolean list = FALSE, about = FALSE;
  gint count = 0;
  const GOptionEntry entries[] = {
    { "count", 'n', 0, G_OPTION_ARG_INT, &count, "Do so many operations of each instead of its own number", "N" },
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, "Print the workloads and their numbers of operations", NULL },
    { "about", 0, 0, G_OPTION_ARG_NONE, &about, "Print how the program was built", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[WORKLOAD...]");
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Does workloads, all if none is named, and prints of each its name,\n"
                                         "how many operations it did and how many nanoseconds of CPU time they took.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return usage ("%s", error->message);
  if (count < 0)
    return usage ("%s", "--count must be a number above zero");

  for (int i = 1; i < argc; i++)
    if (find_workload (argv[i]) == NULL)
      return usage ("there is no workload \"%s\"; --list shows them", argv[i]);

  if (about)
    print_about ();
  else if (list)
    print_list ();
  else if (argc == 1)
    measure_all (count);

  for (int i = 1; i < argc && !about && !list; i++)
    measure (find_workload (argv[i]), count);

  return 0;
}
