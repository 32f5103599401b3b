/* SPDX-License-Identifier: MIT */

/*
 * The program `lab`.
 *
 * Exit status: 0 done; 1 something that was to be done could not be done; 2 the command line makes no sense;
 * 130 interrupted.
 */

#include "commands.h"
#include "error.h"

#include <asyncio/asyncio.h>

#include <locale.h>
#include <sys/stat.h>

typedef struct
{
  const char *name;
  gboolean (*func) (int      argc,
                    char   **argv,
                    GError **error);
  const char *summary;
} Command;

static const Command commands[] = {
  { "list", lab_command_list, "List the labs and what they are worth" },
  { "check", lab_command_check, "Check the labs of this tree" },
  { "trace", lab_command_trace, "Draw what a program or a test did" },
  { "grade", lab_command_grade, "Grade a folder of submissions" },
  { "verify", lab_command_verify, "Prove that the tests judge right" },
  { "handout", lab_command_handout, "Make the students' archive" },
};

static void
print_help (void)
{
  g_print ("Usage: lab COMMAND [ARGUMENTS]\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i].name, commands[i].summary);
  g_print ("\n`lab COMMAND --help` tells more. Exit status: 0 done, 1 something could not be done, "
           "2 wrong usage, 130 interrupted.\n");
}

static int
exit_status (const GError *error)
{
  if (asyncio_error_is_cancelled (error))
    return 130;

  return g_error_matches (error, LAB_ERROR, LAB_ERROR_USAGE) ? 2 : 1;
}

static int
run_command (const Command *command,
             int            argc,
             char         **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("lab %s", command->name);

  g_set_prgname (name);
  if (command->func (argc, argv, &error))
    return 0;

  if (asyncio_error_is_cancelled (error))
    g_printerr ("lab %s: interrupted, nothing is left behind\n", command->name);
  else
    g_printerr ("lab %s: %s\n", command->name, error->message);

  return exit_status (error);
}

int
main (int    argc,
      char **argv)
{
  setlocale (LC_ALL, "");

  /* Others must be able to read what we stage for them, whatever the user's habits. */
  umask (022);

  if (argc < 2 || g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") || g_str_equal (argv[1], "help"))
    {
      print_help ();
      return argc < 2 ? 2 : 0;
    }

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, argv[1]))
      return run_command (&commands[i], argc - 1, argv + 1);

  g_printerr ("lab: there is no command '%s'; `lab --help` lists them\n", argv[1]);
  return 2;
}
