/* SPDX-License-Identifier: MIT */

/*
 * interpreter < programs > traces
 * interpreter --statements
 *
 * Runs random programs on the library that it is linked with, in virtual time. A program is a line of JSON; its trace is
 * written as lines, the last of which is "=". interpreter.py is the same in Python, function by function, and README.md
 * describes the language. With --statements it only tells which statements the library has the labs for.
 */

#include "interpreter.h"

#include <stdio.h>

GHashTable *statements;

static void
know_statements (const StatementName *names)
{
  for (; names->name != NULL; names++)
    g_hash_table_insert (statements, (gpointer) names->name, (gpointer) names);
}

static void
ignore_message (const char     *domain,
                GLogLevelFlags  level,
                const char     *message,
                gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user_data;
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return g_strcmp0 (a, b);
}

static void
print_statements (void)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (statements), compare_strings);

  for (GList *name = names; name != NULL; name = name->next)
    puts (name->data);
  if (run_program_with_run != NULL)
    puts ("run");
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *line = NULL;
  size_t size = 0;

  statements = g_hash_table_new (g_str_hash, g_str_equal);
  know_statements (statements_plain);
  know_statements (statements_waiting);
  know_statements (statements_objects);
  know_statements (statements_labs);
  know_statements (statements_groups);
  know_statements (statements_eager);
  g_log_set_handler ("asyncio", G_LOG_LEVEL_WARNING, ignore_message, NULL);

  if (argc == 2 && g_str_equal (argv[1], "--statements"))
    {
      print_statements ();
      return 0;
    }

  while (getline (&line, &size, stdin) > 0)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GString) output = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      if (!json_parser_load_from_data (parser, line, -1, &error))
        {
          fprintf (stderr, "interpreter: %s\n", error->message);
          return 2;
        }

      run_program (json_node_get_object (json_parser_get_root (parser)), output);
      printf ("%s=\n", output->str);
      fflush (stdout);
    }

  g_hash_table_unref (statements);

  return 0;
}
