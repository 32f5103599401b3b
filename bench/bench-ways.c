/* SPDX-License-Identifier: MIT */

/*
 * Which to pick when: threads, tasks or processes.
 *
 *     bench-ways measure           does each job once in each way and prints the figures; ways.py does the same with CPython
 *     bench-ways measure --quick   so little of it that the figures mean nothing
 *     bench-ways draw FILE FOLDER  prints the tables of what was recorded, and draws it: ways-cpu.svg, ways-io.svg,
 *                                  ways-messages.svg
 *
 * measure-ways.py does all of it, and writes it into the documentation.
 */

#include "multiprocessing.h"

#include "ways.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static gint64
processor_time (int whose)
{
  struct rusage usage;

  getrusage (whose, &usage);

  return (gint64) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

Moment
moment_now (void)
{
  return (Moment) { g_get_monotonic_time (), processor_time (RUSAGE_SELF) + processor_time (RUSAGE_CHILDREN) };
}

void
moment_print_since (Moment      since,
                    const char *what,
                    const char *way,
                    gsize       n,
                    guint       n_times)
{
  Moment now = moment_now ();

  g_print ("%s\t%s\t%" G_GSIZE_FORMAT "\t%.3f\t%.3f\n", what, way, n, (double) (now.wall - since.wall) / n_times,
           (double) (now.cpu - since.cpu) / n_times);
}

/* --- To show ------------------------------------------------------------------------------------------------ */

static gboolean
write_picture (const char  *folder,
               const char  *name,
               char        *svg,
               GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *owned = svg;

  return g_file_set_contents (path, owned, -1, error);
}

static gboolean
draw (const char  *path,
      const char  *folder,
      GError     **error)
{
  Figures *figures = figures_read (path, error);
  g_autofree char *table = NULL;
  gboolean done;

  if (figures == NULL)
    return FALSE;

  table = ways_table (figures);
  /* Not g_print(), which would lose what the locale has no letters for. */
  fputs (table, stdout);
  done = write_picture (folder, "ways-cpu.svg", ways_draw_job (figures, "cpu", "A job that computes"), error) &&
         write_picture (folder, "ways-io.svg", ways_draw_job (figures, "io", "A job that waits"), error) &&
         write_picture (folder, "ways-messages.svg", ways_draw_messages (figures), error);
  figures_free (figures);

  return done;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean quick;

  ways_register_jobs ();
  ways_register_messages ();
  mp_freeze_support (&argc, &argv);

  quick = argc == 3 && strcmp (argv[2], "--quick") == 0;
  if ((argc == 2 || quick) && strcmp (argv[1], "measure") == 0)
    {
      if (ways_measure_messages (quick, &error))
        ways_measure_jobs (quick, &error);
    }
  else if (argc == 4 && strcmp (argv[1], "draw") == 0)
    draw (argv[2], argv[3], &error);
  else
    {
      g_printerr ("usage: %s measure [--quick] | draw FILE FOLDER\n", argv[0]);
      return 2;
    }
  mp_exit_function ();

  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  return 0;
}
