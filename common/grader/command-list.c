/* SPDX-License-Identifier: MIT */

/*
 * `lab list`: the labs and what they are worth.
 */

#include "commands.h"

#include "session.h"

#include <json-glib/json-glib.h>

static void
print_text (GPtrArray *labs)
{
  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);
      g_autofree char *files = g_strjoinv (", ", lab->files);

      g_print ("%-6s %-28s Python %-5s %3u points  hand in %s\n", lab->id, lab->title, lab->python, lab->points, files);
      for (guint j = 0; j < lab->parts->len; j++)
        {
          LabPart *part = g_ptr_array_index (lab->parts, j);

          g_print ("         %s  %-28s %3u points%s, about %u lines, %s h\n", part->name, part->title, part->points,
                   part->bonus ? " (bonus)" : "", part->lines, part->hours);
        }
    }
}

static void
print_json (GPtrArray *labs)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < labs->len; i++)
    {
      LabInfo *lab = g_ptr_array_index (labs, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "lab");
      json_builder_add_string_value (builder, lab->id);
      json_builder_set_member_name (builder, "title");
      json_builder_add_string_value (builder, lab->title);
      json_builder_set_member_name (builder, "python");
      json_builder_add_string_value (builder, lab->python);
      json_builder_set_member_name (builder, "points");
      json_builder_add_int_value (builder, lab->points);
      json_builder_set_member_name (builder, "bonus");
      json_builder_add_int_value (builder, lab_info_sum_bonus (lab));
      json_builder_set_member_name (builder, "files");
      json_builder_begin_array (builder);
      for (guint j = 0; lab->files[j] != NULL; j++)
        json_builder_add_string_value (builder, lab->files[j]);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);

  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  g_print ("%s\n", text);
}

gboolean
lab_command_list (int      argc,
                  char   **argv,
                  GError **error)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (LabTree) tree = NULL;

  if (!lab_parse_options (&argc, &argv, entries, "", "Lists the labs of this tree and what they are worth.", 0, 0, error))
    return FALSE;

  tree = lab_tree_load (NULL, NULL, error);
  if (tree == NULL)
    return FALSE;

  if (json)
    print_json (tree->labs);
  else
    print_text (tree->labs);

  return TRUE;
}
