/* SPDX-License-Identifier: MIT */

/*
 * What a test program is told by whoever runs it: which schedule to run again, and how to search.
 *
 * All of it is read once, before the first schedule, and does not change while a program runs.
 */

#include "explorer-private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_USAGE 2

static struct
{
  const char *program;
  const char *replay; /* (nullable) */
  gboolean has_bound;
  guint bound;
  guint64 random_schedules;
  guint64 seed;
} told;

static void G_GNUC_NORETURN G_GNUC_PRINTF (1, 2)
usage (const char *format,
       ...)
{
  va_list args;

  fprintf (stderr, "%s: ", told.program);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputs ("\n"
         "  --replay TOKEN            run the schedule of a failure again\n"
         "  --explore-bound N|all     with up to N preemptions\n"
         "  --explore-random N,SEED   N random schedules instead of all\n",
         stderr);
  exit (STATUS_USAGE);
}

/* A number that is the whole text up to the character that ends it. Returns what follows that. */
static const char *
parse_number (const char *option,
              const char *text,
              char        end_with,
              guint64    *number)
{
  char *end;

  errno = 0;
  *number = g_ascii_strtoull (text, &end, 10);
  if (!g_ascii_isdigit (*text) || errno != 0 || *end != end_with)
    usage ("\"%s\" is not what %s takes", text, option);

  return end + 1;
}

static void
take_option (const char *option,
             const char *value)
{
  guint64 number;

  if (strcmp (option, "--replay") == 0)
    {
      GArray *taken = explorer_token_parse (value);

      if (taken == NULL)
        usage ("\"%s\" is not the token of a schedule", value);
      g_array_unref (taken);
      told.replay = value;
    }
  else if (strcmp (option, "--explore-random") == 0)
    {
      const char *seed = parse_number (option, value, ',', &told.random_schedules);

      parse_number (option, seed, '\0', &told.seed);
      if (told.random_schedules == 0)
        usage ("no schedule is nothing to explore");
    }
  else
    {
      told.has_bound = TRUE;
      told.bound = EXPLORER_UNBOUNDED;
      if (strcmp (value, "all") == 0)
        return;
      parse_number (option, value, '\0', &number);
      if (number >= EXPLORER_UNBOUNDED)
        usage ("\"%s\" is not what %s takes", value, option);
      told.bound = (guint) number;
    }
}

void
explorer_init (int    *argc,
               char ***argv)
{
  static const char *const options[] = { "--replay", "--explore-bound", "--explore-random", NULL };
  int n_left = 0;

  told.program = (*argv)[0];
  for (int i = 0; i < *argc; i++)
    {
      const char *option = (*argv)[i];

      if (!g_strv_contains (options, option))
        {
          (*argv)[n_left++] = (*argv)[i];
          continue;
        }
      if (i + 1 == *argc)
        usage ("%s needs a value", option);
      take_option (option, (*argv)[++i]);
    }

  *argc = n_left;
  (*argv)[n_left] = NULL;
  explorer_insist_on_malloc ();
}

ExplorerOptions
explorer_told_options (const ExplorerOptions *options)
{
  ExplorerOptions result = options != NULL ? *options : (ExplorerOptions) { 0 };

  if (result.replay == NULL)
    result.replay = told.replay != NULL ? told.replay : g_getenv ("EXPLORER_REPLAY");
  if (told.has_bound)
    {
      result.max_preemptions = told.bound;
      result.no_preemption = told.bound == 0;
    }
  if (told.random_schedules > 0)
    {
      result.random_schedules = told.random_schedules;
      result.seed = told.seed;
    }

  return result;
}

char *
explorer_command_for_replay (const char *token)
{
  const char *path = g_test_get_path ();

  if (told.program == NULL)
    return g_strdup_printf ("EXPLORER_REPLAY=%s, and the program with -p %s", token, path);

  return g_strdup_printf ("%s -p %s --replay %s", told.program, path, token);
}
