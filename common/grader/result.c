/* SPDX-License-Identifier: MIT */

/*
 * What judging gives, and its JSON.
 *
 * The JSON of a result has everything that a report shows and nothing that two runs of the same submission with the same seed
 * would not have in common: times are in a file of their own.
 */

#include "result.h"

#include <json-glib/json-glib.h>

const char *
lab_status_get_name (LabStatus status)
{
  static const char *const names[] = {
    "passed", "failed", "crashed", "timeout", "forged", "leaked", "skipped", "missing",
  };

  return names[status];
}

void
lab_verdict_free (LabVerdict *self)
{
  g_free (self->message);
  g_strfreev (self->expected);
  g_strfreev (self->got);
  g_free (self->output);
  g_free (self);
}

void
lab_lab_result_free (LabLabResult *self)
{
  g_free (self->build_messages);
  g_ptr_array_unref (self->verdicts);
  g_free (self);
}

void
lab_result_free (LabResult *self)
{
  g_free (self->student);
  g_free (self->sandbox);
  g_free (self->toolchain);
  g_ptr_array_unref (self->labs);
  g_free (self);
}

guint
lab_lab_result_sum (LabLabResult  *self,
                    LabVisibility  visibility)
{
  guint sum = 0;

  for (guint i = 0; i < self->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (self->verdicts, i);

      if (verdict->test->visibility == visibility)
        sum += verdict->points;
    }

  return sum;
}

guint
lab_lab_result_get_bonus (LabLabResult *self)
{
  guint sum = 0;

  for (guint i = 0; i < self->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (self->verdicts, i);

      sum += verdict->test->bonus ? verdict->points : 0;
    }

  return sum;
}

guint
lab_lab_result_get_score (LabLabResult *self)
{
  return lab_lab_result_sum (self, LAB_PUBLIC) + lab_lab_result_sum (self, LAB_HIDDEN);
}

guint
lab_lab_result_get_max_score (LabLabResult *self)
{
  guint sum = 0;

  if (self->verdicts->len == self->lab->tests->len)
    return self->lab->points;

  for (guint i = 0; i < self->verdicts->len; i++)
    sum += ((LabVerdict *) g_ptr_array_index (self->verdicts, i))->test->points;

  return sum;
}

guint
lab_result_get_score (LabResult *self)
{
  guint sum = 0;

  for (guint i = 0; i < self->labs->len; i++)
    sum += lab_lab_result_get_score (g_ptr_array_index (self->labs, i));

  return sum;
}

guint
lab_result_get_max_score (LabResult *self)
{
  guint sum = 0;

  for (guint i = 0; i < self->labs->len; i++)
    sum += lab_lab_result_get_max_score (g_ptr_array_index (self->labs, i));

  return sum;
}

/* --- JSON ------------------------------------------------------------------------------- */

static void
add_string (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_lines (JsonBuilder *builder,
           const char  *name,
           char       **lines)
{
  json_builder_set_member_name (builder, name);
  if (lines == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }

  json_builder_begin_array (builder);
  for (guint i = 0; lines[i] != NULL; i++)
    json_builder_add_string_value (builder, lines[i]);
  json_builder_end_array (builder);
}

static void
add_verdict (JsonBuilder *builder,
             LabVerdict  *verdict,
             LabAudience  audience)
{
  LabTest *test = verdict->test;

  json_builder_begin_object (builder);
  add_string (builder, "path", test->path);
  add_string (builder, "part", test->part);
  add_string (builder, "status", lab_status_get_name (verdict->status));
  add_number (builder, "points", verdict->points);
  add_number (builder, "max_points", test->points);
  add_string (builder, "rule", test->rule);
  add_string (builder, "source", test->source);
  add_string (builder, "message", verdict->message);
  add_lines (builder, "expected", verdict->expected);
  add_lines (builder, "got", verdict->got);
  add_string (builder, "hint", verdict->status == LAB_PASSED ? "" : test->hints[0]);
  add_string (builder, "visibility", test->visibility == LAB_PUBLIC ? "public" : "hidden");
  if (audience == LAB_FOR_STAFF)
    add_string (builder, "output", verdict->output);
  json_builder_end_object (builder);
}

static void
add_lab (JsonBuilder  *builder,
         LabLabResult *result,
         LabAudience   audience)
{
  LabInfo *lab = result->lab;

  json_builder_begin_object (builder);
  add_string (builder, "lab", lab->id);
  add_string (builder, "title", lab->title);
  add_number (builder, "score", lab_lab_result_get_score (result));
  add_number (builder, "max_score", lab_lab_result_get_max_score (result));

  json_builder_set_member_name (builder, "build");
  json_builder_begin_object (builder);
  add_string (builder, "status", lab_build_status_get_name (result->build));
  add_string (builder, "messages", result->build_messages);
  json_builder_end_object (builder);

  /* A student learns of the hidden tests only what they gave together. */
  json_builder_set_member_name (builder, "hidden");
  json_builder_begin_object (builder);
  add_number (builder, "tests", lab_info_count_tests (lab, LAB_HIDDEN));
  add_number (builder, "points", lab_lab_result_sum (result, LAB_HIDDEN));
  add_number (builder, "max_points", lab_info_sum_points (lab, LAB_HIDDEN));
  json_builder_end_object (builder);

  /* What is in the score and not in the maximum. */
  json_builder_set_member_name (builder, "bonus");
  json_builder_begin_object (builder);
  add_number (builder, "points", lab_lab_result_get_bonus (result));
  add_number (builder, "max_points", lab_info_sum_bonus (lab));
  json_builder_end_object (builder);

  json_builder_set_member_name (builder, "tests");
  json_builder_begin_array (builder);
  for (guint i = 0; i < result->verdicts->len; i++)
    {
      LabVerdict *verdict = g_ptr_array_index (result->verdicts, i);

      if (audience == LAB_FOR_STAFF || verdict->test->visibility == LAB_PUBLIC)
        add_verdict (builder, verdict, audience);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* (transfer full) builder */
static char *
to_text (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  g_object_unref (builder);

  return g_strconcat (text, "\n", NULL);
}

char *
lab_result_to_json (LabResult   *self,
                    LabAudience  audience)
{
  JsonBuilder *builder = json_builder_new ();
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, self->seed);

  json_builder_begin_object (builder);
  add_string (builder, "schema", "asyncio-labs/result/v1");
  add_string (builder, "student", self->student);
  add_number (builder, "score", lab_result_get_score (self));
  add_number (builder, "max_score", lab_result_get_max_score (self));
  add_string (builder, "seed", seed); /* a number of 64 bits is more than JSON's numbers hold everywhere */
  add_string (builder, "sandbox", self->sandbox);
  add_string (builder, "toolchain", self->toolchain);

  json_builder_set_member_name (builder, "labs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->labs->len; i++)
    add_lab (builder, g_ptr_array_index (self->labs, i), audience);
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  return to_text (builder);
}

char *
lab_result_timings_to_json (LabResult *self)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "schema", "asyncio-labs/timings/v1");
  add_string (builder, "student", self->student);
  json_builder_set_member_name (builder, "tests");
  json_builder_begin_array (builder);

  for (guint i = 0; i < self->labs->len; i++)
    {
      LabLabResult *result = g_ptr_array_index (self->labs, i);

      for (guint j = 0; j < result->verdicts->len; j++)
        {
          LabVerdict *verdict = g_ptr_array_index (result->verdicts, j);

          json_builder_begin_object (builder);
          add_string (builder, "path", verdict->test->path);
          add_number (builder, "cpu_ms", (gint64) verdict->cpu_ms);
          add_number (builder, "wall_ms", (gint64) verdict->wall_ms);
          json_builder_end_object (builder);
        }
    }

  json_builder_end_array (builder);
  json_builder_end_object (builder);

  return to_text (builder);
}
