/* SPDX-License-Identifier: MIT */

/*
 * Tests of timeline.c and its forms: what is seen in a recording, and that a recording from a program that is not trusted does no harm.
 */

#include "timeline.h"

#include "error.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define HEAD "{\"asyncio_trace\":1,\"program\":\"p\"}\n"
#define END "{\"end\":true}\n"

static LabTimeline *
parse (const char *recording)
{
  g_autoptr (GError) error = NULL;
  LabTimeline *timeline = lab_timeline_new (recording, NULL, &error);

  g_assert_no_error (error);

  return timeline;
}

#define assert_contains(text, part) g_assert_cmpstr (strstr ((text), (part)) != NULL ? (part) : (text), ==, (part))

/* In all four forms: nothing but printable text, XML where it is XML, JSON where it is JSON. */
static void
assert_forms_are_sound (LabTimeline *timeline)
{
  static const GMarkupParser nothing = { NULL, NULL, NULL, NULL, NULL };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&nothing, 0, NULL, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *svg = lab_timeline_to_svg (timeline);
  g_autofree char *html = lab_timeline_to_html (timeline);
  g_autofree char *json = lab_timeline_to_json (timeline);
  g_autofree char *text = lab_timeline_to_text (timeline);
  const char *all[] = { svg, html, json, text };
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, svg, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_true (g_utf8_validate (all[i], -1, NULL));
      for (const char *c = all[i]; *c != '\0'; c++)
        g_assert_true ((guchar) *c >= ' ' || *c == '\n');
    }
}

/* --- What is seen ------------------------------------------------------------------------- */

/* A program spawns a task, which sets a timer. The task's first step is scheduled by who spawned it, and that is one row and one arrow; the callback
 * around the step is no row. */
static void
test_rows (void)
{
  g_autoptr (LabTimeline) timeline =
    parse (HEAD "{\"n\":1,\"t\":10,\"kind\":\"task-spawned\",\"thread\":1,\"target\":1,\"target_name\":\"Task-1\",\"detail\":\"main\"}\n"
                "{\"n\":2,\"t\":10,\"kind\":\"handle-scheduled\",\"thread\":1,\"edge\":1,\"target\":1,\"target_name\":\"Task-1\"}\n"
                "{\"n\":3,\"t\":10,\"kind\":\"handle-begins\",\"thread\":1,\"edge\":1,\"target\":1,\"target_name\":\"Task-1\"}\n"
                "{\"n\":4,\"t\":10,\"kind\":\"step-begins\",\"thread\":1,\"task\":1,\"task_name\":\"Task-1\",\"edge\":1,\"name\":\"main\"}\n"
                "{\"n\":5,\"t\":10,\"kind\":\"step-ends\",\"thread\":1,\"task\":1,\"task_name\":\"Task-1\",\"detail\":\"returned\"}\n"
                "{\"n\":6,\"t\":10,\"kind\":\"task-exited\",\"thread\":1,\"task\":1,\"task_name\":\"Task-1\",\"detail\":\"returned\"}\n"
                "{\"n\":7,\"t\":10,\"kind\":\"handle-ends\",\"thread\":1}\n" END);
  g_autofree char *text = lab_timeline_to_text (timeline);

  g_assert_cmpstr (text, ==,
                   "p\n"
                   "\n"
                   "time       loop           Task-1\n"
                   "                          main()\n"
                   "0 s        spawns Task-1\n"
                   "                          runs <- loop\n"
                   "                          returned\n");
  g_assert_true (timeline->is_whole);
  g_assert_true (timeline->hides_durations);
  g_assert_cmpuint (timeline->spans->len, ==, 1);
  g_assert_cmpuint (timeline->arrows->len, ==, 1);
  g_assert_cmpuint (g_array_index (timeline->arrows, LabArrow, 0).from, ==, 1);
  g_assert_cmpuint (g_array_index (timeline->arrows, LabArrow, 0).to, ==, 3);
  assert_forms_are_sound (timeline);
}

/* Threads that take turns with the GIL and a mutex: who gives one up is who lets the other go on. Such a recording has no loop. */
static void
test_threads (void)
{
  g_autoptr (LabTimeline) timeline =
    parse (HEAD "{\"n\":1,\"t\":0,\"kind\":\"gil-taken\",\"thread\":1}\n"
                "{\"n\":2,\"t\":1000,\"kind\":\"mutex-locked\",\"thread\":1,\"name\":\"L\"}\n"
                "{\"n\":3,\"t\":2000,\"kind\":\"gil-waits\",\"thread\":2}\n"
                "{\"n\":4,\"t\":3000,\"kind\":\"mutex-unlocked\",\"thread\":1,\"name\":\"L\"}\n"
                "{\"n\":5,\"t\":4000,\"kind\":\"gil-dropped\",\"thread\":1,\"edge\":9,\"detail\":\"asked to\"}\n"
                "{\"n\":6,\"t\":5000,\"kind\":\"gil-taken\",\"thread\":2,\"edge\":9}\n"
                "{\"n\":7,\"t\":6000,\"kind\":\"mutex-waits\",\"thread\":2,\"name\":\"L\"}\n" END);
  g_autofree char *text = lab_timeline_to_text (timeline);

  g_assert_cmpstr (text, ==,
                   "p\n"
                   "\n"
                   "time       thread 1                 thread 2\n"
                   "\n"
                   "0 s        takes the GIL\n"
                   "1 µs       locks L\n"
                   "2 µs       |                        waits for the GIL\n"
                   "3 µs       unlocks L\n"
                   "4 µs       drops the GIL: asked to\n"
                   "5 µs                                takes the GIL <- thread 1\n"
                   "6 µs                                waits for L\n");
  g_assert_cmpuint (timeline->spans->len, ==, 3);
  g_assert_cmpuint (g_array_index (timeline->spans, LabSpan, 1).depth, ==, 1);
  assert_forms_are_sound (timeline);
}

/* A duration is to scale in JSON if there is one to be seen. */
static void
test_times (void)
{
  static const struct
  {
    gint64 ns;
    const char *text;
  } times[] = {
    { 0, "0 s" }, { 1, "1 ns" }, { 1500, "1.5 µs" }, { 20000000, "20 ms" }, { 1000000000, "1 s" },
    { G_GINT64_CONSTANT (3600000000000), "3600 s" }, { 1234567, "1.235 ms" }, { 100000000, "100 ms" },
  };
  g_autoptr (LabTimeline) timeline = parse ("{\"t\":1000,\"kind\":\"mark\",\"name\":\"a\",\"thread\":1}\n"
                                            "{\"t\":3500,\"kind\":\"mark\",\"name\":\"b\",\"thread\":1}\n");
  g_autofree char *json = lab_timeline_to_json (timeline);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autofree char *text = lab_timeline_format_time (times[i].ns);

      g_assert_cmpstr (text, ==, times[i].text);
    }

  g_assert_false (timeline->hides_durations);
  g_assert_false (timeline->is_whole);
  assert_contains (json, "\"ts\" : 2.5");
}

/* A program begins in real time and goes on in virtual time: its time begins with that. */
static void
test_clocks (void)
{
  g_autoptr (LabTimeline) timeline = parse ("{\"t\":1234567890123,\"kind\":\"mark\",\"name\":\"a\",\"thread\":1}\n"
                                            "{\"t\":0,\"kind\":\"mark\",\"name\":\"b\",\"thread\":1}\n"
                                            "{\"t\":1000000000,\"kind\":\"mark\",\"name\":\"c\",\"thread\":1}\n" END);
  g_autofree char *text = lab_timeline_to_text (timeline);

  g_assert_cmpstr (text, ==,
                   "timeline\n"
                   "\n"
                   "time       thread 1\n"
                   "\n"
                   "0 s        a\n"
                   "           b\n"
                   "1 s        c\n");
}

/* A recording that begins in the middle of things and ends in the middle of others: no end without a beginning, and what is open goes on to
 * the end. */
static void
test_middle (void)
{
  g_autoptr (LabTimeline) timeline =
    parse ("{\"t\":0,\"kind\":\"step-ends\",\"thread\":1,\"task\":1,\"detail\":\"yields\"}\n"
           "{\"t\":0,\"kind\":\"handle-ends\",\"thread\":1}\n"
           "{\"t\":0,\"kind\":\"handle-begins\",\"thread\":1,\"edge\":5,\"name\":\"late\"}\n"
           "{\"t\":0,\"kind\":\"mark\",\"thread\":1,\"name\":\"last\"}\n"
           "{\"t\":0,\"kind\":\"ma");

  g_assert_cmpuint (timeline->spans->len, ==, 1);
  g_assert_true (g_array_index (timeline->spans, LabSpan, 0).is_open);
  g_assert_cmpuint (g_array_index (timeline->spans, LabSpan, 0).to, ==, 3);
  g_assert_cmpuint (timeline->arrows->len, ==, 0);
  assert_forms_are_sound (timeline);
}

/* --- Limits -------------------------------------------------------------------------------------- */

/* More rows, and more lanes, than can be drawn: the first part, and how much is left out. */
static void
test_too_long (void)
{
  g_autoptr (GString) recording = g_string_new (HEAD);
  g_autoptr (LabTimeline) timeline = NULL;
  g_autofree char *gaps = NULL;

  for (guint i = 0; i < LAB_TIMELINE_MAX_ROWS + 7; i++)
    g_string_append (recording, "{\"t\":0,\"kind\":\"mark\",\"thread\":1,\"name\":\"m\"}\n");
  timeline = parse (recording->str);
  gaps = lab_timeline_explain_gaps (timeline);

  g_assert_cmpuint (timeline->moments->len, ==, LAB_TIMELINE_MAX_ROWS + 7);
  g_assert_cmpuint (timeline->rows->len, ==, LAB_TIMELINE_MAX_ROWS);
  g_assert_cmpstr (gaps, ==, "This is the first part: 7 more events are too many to draw. A .json has all of them.");
  assert_forms_are_sound (timeline);
}

static void
test_too_wide (void)
{
  g_autoptr (GString) recording = g_string_new (HEAD);
  g_autoptr (LabTimeline) timeline = NULL;

  for (guint i = 1; i <= LAB_TIMELINE_MAX_LANES + 3; i++)
    g_string_append_printf (recording, "{\"t\":0,\"kind\":\"step-begins\",\"thread\":1,\"task\":%u,\"edge\":%u}\n", i, i);
  timeline = parse (recording->str);

  g_assert_cmpuint (timeline->n_lanes, ==, LAB_TIMELINE_MAX_LANES);
  g_assert_cmpuint (timeline->n_left_out, ==, 3);
  assert_forms_are_sound (timeline);
}

/* --- Recordings that are not to be trusted ---------------------------------------------------------- */

/* Texts that are commands to a terminal, markup, or longer than anything. */
static void
test_hostile_texts (void)
{
  g_autofree char *long_name = g_strnfill (5000, 'x');
  g_autofree char *recording =
    g_strdup_printf ("{\"asyncio_trace\":1,\"program\":\"</title><script>\\u001b[2J\"}\n"
                     "{\"t\":0,\"kind\":\"mark\",\"thread\":1,\"name\":\"\\u001b]0;x\\u0007 \\u009b31m <b> & ' \\\" \\u202e\"}\n"
                     "{\"t\":0,\"kind\":\"mark\",\"thread\":1,\"name\":\"%s\"}\n", long_name);
  g_autoptr (LabTimeline) timeline = parse (recording);
  g_autofree char *html = lab_timeline_to_html (timeline);
  g_autofree char *text = lab_timeline_to_text (timeline);

  assert_forms_are_sound (timeline);
  g_assert_null (strstr (html, "<script"));
  g_assert_null (strstr (html, "<b>"));
  g_assert_null (strstr (text, "\xc2\x9b"));
  g_assert_null (strstr (text, "\xe2\x80\xae"));
  g_assert_cmpuint (strlen (text), <, 600);
  g_assert_cmpuint (strlen (((LabMoment *) g_ptr_array_index (timeline->moments, 1))->text), <, 200);
}

/* Members of wrong types and numbers that are none, or none for a lane: they count as not there. */
static void
test_hostile_members (void)
{
  g_autoptr (LabTimeline) timeline =
    parse ("{\"t\":\"soon\",\"kind\":\"mark\",\"thread\":[1],\"name\":{\"a\":1},\"task\":null,\"edge\":-4}\n"
           "{\"t\":-99999999999999999999,\"kind\":\"mark\",\"thread\":4294967295,\"name\":true,\"task\":99999999999}\n"
           "{\"t\":9223372036854775807,\"kind\":\"handle-timer\",\"thread\":1,\"detail\":\"nan\"}\n"
           "{\"t\":0,\"kind\":\"handle-timer\",\"thread\":1,\"detail\":\"1e300\"}\n"
           "{\"t\":0,\"kind\":\"handle-begins\",\"thread\":1,\"edge\":4294967295}\n" END);

  g_assert_cmpuint (timeline->moments->len, ==, 5);
  g_assert_cmpuint (((LabMoment *) g_ptr_array_index (timeline->moments, 0))->edge, ==, 0);
  g_assert_cmpuint (((LabLane *) g_ptr_array_index (timeline->lanes, 1))->task, ==, G_MAXINT);
  for (guint i = 0; i < timeline->moments->len; i++)
    g_assert_cmpint (((LabMoment *) g_ptr_array_index (timeline->moments, i))->time_ns, >=, 0);
  assert_forms_are_sound (timeline);
}

/* What is no recording is an error that says where. */
static void
test_no_recording (void)
{
  static const struct
  {
    const char *recording;
    const char *message;
  } cases[] = {
    { "", "nothing was recorded" },
    { HEAD END, "nothing was recorded" },
    { "hello\nworld\n", "line 1 is not one of a recording" },
    { HEAD "[]\n" END, "line 2 is not one of a recording" },
    { HEAD "{\"kind\":\"dance\"}\n" END, "line 2 is not one of a recording" },
    { HEAD "{}\n" END, "line 2 is not one of a recording" },
    { HEAD "{\"kind\":7}\n" END, "line 2 is not one of a recording" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (lab_timeline_new (cases[i].recording, NULL, &error));
      g_assert_error (error, LAB_ERROR, LAB_ERROR_INPUT);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/timeline/rows", test_rows);
  g_test_add_func ("/timeline/threads", test_threads);
  g_test_add_func ("/timeline/times", test_times);
  g_test_add_func ("/timeline/clocks", test_clocks);
  g_test_add_func ("/timeline/middle", test_middle);
  g_test_add_func ("/timeline/too-long", test_too_long);
  g_test_add_func ("/timeline/too-wide", test_too_wide);
  g_test_add_func ("/timeline/hostile-texts", test_hostile_texts);
  g_test_add_func ("/timeline/hostile-members", test_hostile_members);
  g_test_add_func ("/timeline/no-recording", test_no_recording);

  return g_test_run ();
}
