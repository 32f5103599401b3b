/* SPDX-License-Identifier: MIT */

/*
 * lab.ini and rubric.ini: every mistake is an error with file and line.
 */

#include "lab-info.h"
#include "workspace.h"

#include <glib/gstdio.h>

#include <string.h>

static const char lab_ini[] =
  "[lab]\n"
  "id=9.9\n"
  "title=a lab\n"
  "python=3.7\n"
  "files=work.c\n"
  "header=work.h\n"
  "api=work\n"
  "points=5\n"
  "\n"
  "[part A]\n" /* line 10 */
  "title=the first part\n"
  "points=5\n"
  "lines=10\n"
  "hours=1\n"
  "\n"
  "[part B]\n"
  "title=more\n"
  "points=4\n"
  "bonus=yes\n"
  "lines=10\n" /* line 20 */
  "hours=1\n";

static const char rubric_ini[] =
  "# A comment.\n"
  "[/9.9/one]\n"
  "program=test-one\n"
  "part=A\n"
  "points=2\n"
  "visibility=public\n"
  "rule=One.\n"
  "source=Lib/one.py\n"
  "hint-1=a\n"
  "hint-2=b\n" /* line 10 */
  "hint-3=c\n"
  "\n"
  "[/9.9/two]\n"
  "program=test-two\n"
  "part=A\n"
  "points=3\n"
  "visibility=hidden\n"
  "rule=Two.\n"
  "source=Lib/two.py\n"
  "hint-1=a\n" /* line 20 */
  "hint-2=b\n"
  "hint-3=c\n"
  "\n"
  "[/9.9/more]\n"
  "program=test-one\n"
  "part=B\n"
  "points=4\n"
  "visibility=public\n"
  "rule=More.\n"
  "source=Lib/more.py\n" /* line 30 */
  "hint-1=a\n"
  "hint-2=b\n"
  "hint-3=c\n";

/* A tree with one lab. */
typedef struct
{
  char *root;
} Tree;

static void
write_file (Tree       *tree,
            const char *folder,
            const char *name,
            const char *text)
{
  g_autofree char *dir = g_build_filename (tree->root, folder, "9.9-lab", NULL);
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (dir, 0755), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* Loads the lab with one thing replaced in one of its files. */
static LabInfo *
load_with (gboolean     in_rubric,
           const char  *from,
           const char  *to,
           GError     **error)
{
  g_autoptr (GString) lab = g_string_new (lab_ini);
  g_autoptr (GString) rubric = g_string_new (rubric_ini);
  Tree tree = { g_dir_make_tmp ("lab-rubric-XXXXXX", NULL) };
  LabInfo *info;

  if (from != NULL)
    {
      GString *text = in_rubric ? rubric : lab;

      g_assert_nonnull (strstr (text->str, from));
      g_string_replace (text, from, to, 1);
    }

  write_file (&tree, "labs", "lab.ini", lab->str);
  write_file (&tree, "tests", "rubric.ini", rubric->str);
  info = lab_info_load (tree.root, "9.9-lab", error);

  lab_remove_recursively (tree.root);
  g_free (tree.root);

  return info;
}

static void
test_good (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabInfo) lab = load_with (FALSE, NULL, NULL, &error);
  g_auto (GStrv) programs = NULL;
  LabTest *test;

  g_assert_no_error (error);
  g_assert_cmpstr (lab->id, ==, "9.9");
  g_assert_cmpuint (lab->tests->len, ==, 3);
  g_assert_cmpuint (lab->points, ==, 5);
  g_assert_cmpuint (lab_info_sum_points (lab, LAB_PUBLIC), ==, 2);
  g_assert_cmpuint (lab_info_sum_points (lab, LAB_HIDDEN), ==, 3);
  g_assert_cmpuint (lab_info_sum_bonus (lab), ==, 4);
  g_assert_cmpuint (lab_info_count_tests (lab, LAB_HIDDEN), ==, 1);

  test = lab_info_find_test (lab, "/9.9/two");
  g_assert_cmpstr (test->rule, ==, "Two.");
  g_assert_cmpstr (test->hints[2], ==, "c");
  g_assert_null (lab_info_find_test (lab, "/9.9/three"));

  programs = lab_info_get_programs (lab);
  g_assert_cmpuint (g_strv_length (programs), ==, 2);
}

/* What only some labs have: sources that are given, files of the staff, functions that a solution must not use, explored programs. */
static void
test_optional (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LabInfo) plain = load_with (FALSE, NULL, NULL, &error);
  g_autoptr (LabInfo) lab = load_with (FALSE, "api=work\n",
                                       "api=work\ngiven=a.c;b.c\nstaff=secret.c;secret.h\nforbidden=asyncio_sleep\nchildren=yes\n", &error);
  g_autoptr (LabInfo) explored = load_with (TRUE, "program=test-two", "program=explore-two", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (plain->given) + g_strv_length (plain->staff) + g_strv_length (plain->forbidden), ==, 0);
  g_assert_cmpstr (lab->given[1], ==, "b.c");
  g_assert_cmpstr (lab->staff[1], ==, "secret.h");
  g_assert_cmpstr (lab->forbidden[0], ==, "asyncio_sleep");
  g_assert_true (lab->children);
  g_assert_false (plain->children);

  g_assert_false (lab_info_has_explored (plain));
  g_assert_true (lab_info_has_explored (explored));
  g_assert_true (lab_program_is_explored ("explore-two"));
  g_assert_false (lab_program_is_explored ("test-explore-two"));
}

/* One mistake at a time. */
static void
test_mistakes (void)
{
  static const struct
  {
    gboolean in_rubric;
    const char *from, *to;
    const char *says;
  } cases[] = {
    { FALSE, "[lab]\n", "", "lab.ini:1: " },
    { FALSE, "[lab]", "[Lab]", "lab.ini:1: there must be a group [lab]" },
    { FALSE, "title=a lab", "titel=a lab", "lab.ini:3: [lab] has no key 'titel'; there are: id, title" },
    { FALSE, "title=a lab\n", "", "lab.ini:1: [lab] needs a key 'title'" },
    { FALSE, "title=a lab", "title=", "lab.ini:3: 'title' is empty" },
    { FALSE, "files=work.c", "files=../work.c", "lab.ini:5: '../work.c' is not the name of a file" },
    { FALSE, "api=work\n", "api=work\ngiven=../work.c\n", "lab.ini:8: '../work.c' is not the name of a file" },
    { FALSE, "api=work\n", "api=work\nstaff=.hidden\n", "lab.ini:8: '.hidden' is not the name of a file" },
    { FALSE, "api=work\n", "api=work\nforbidden=\n", "lab.ini:8: 'forbidden' is empty" },
    { FALSE, "api=work\n", "api=work\nchildren=three\n", "lab.ini:8: 'three' is neither yes nor no" },
    { FALSE, "points=5\n\n", "points=six\n\n", "lab.ini:8: 'points' must be a whole number from 0 to 1000, not 'six'" },
    { FALSE, "points=5\n\n", "points=6\n\n", "lab.ini:8: the lab has 6 points, but its parts have 5" },
    { FALSE, "bonus=yes", "bonus=no", "lab.ini:8: the lab has 5 points, but its parts have 9" },
    { FALSE, "bonus=yes", "bonus=maybe", "lab.ini:19: 'maybe' is neither yes nor no" },
    { FALSE, "[part A]", "[prat A]", "lab.ini:10: group [prat A] is neither [lab] nor [part X]" },
    { FALSE, "lines=10\n", "lines=10\nlines=11\n", "lab.ini:14: 'lines' is there twice" },
    { TRUE, "[/9.9/two]", "[/9.8/two]", "rubric.ini:13: the path of a test of lab 9.9 begins with /9.9/" },
    { TRUE, "[/9.9/two]", "[/9.9/one]", "rubric.ini:13: '[/9.9/one]' is there twice" },
    { TRUE, "visibility=hidden", "visibility=secret", "rubric.ini:17: 'visibility' is public or hidden, not 'secret'" },
    { TRUE, "rule=Two.", "role=Two.", "rubric.ini:18: [/9.9/two] has no key 'role'" },
    { TRUE, "points=3", "points=4", "rubric.ini:16: part A has 5 points in lab.ini, but its tests have 6" },
    { TRUE, "points=3", "points=-3", "rubric.ini:16: 'points' must be a whole number" },
    { TRUE, "part=A\npoints=3", "part=C\npoints=3", "rubric.ini:15: lab.ini has no [part C]" },
    { TRUE, "program=test-two", "program=test-one",
      "rubric.ini:17: program 'test-one' has public and hidden tests: /9.9/two is not as /9.9/one" },
    { TRUE, "visibility=public\nrule=More.", "visibility=hidden\nrule=More.",
      "rubric.ini:28: part B is a bonus, and the tests of a bonus are public" },
    { TRUE, "points=4", "points=5", "rubric.ini:27: part B has 4 points in lab.ini, but its tests have 5" },
    { TRUE, "hint-3=c\n\n", "\n", "rubric.ini:2: [/9.9/one] needs a key 'hint-3'" },
    { TRUE, "points=2", "points 2", "rubric.ini:5: " },
    { TRUE, "One.", "On\xff.", "rubric.ini: not UTF-8 text" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LabInfo) lab = load_with (cases[i].in_rubric, cases[i].from, cases[i].to, &error);

      g_test_message ("%s", cases[i].says);
      g_assert_null (lab);
      g_assert_nonnull (error);
      g_assert_cmpstr (strstr (error->message, cases[i].says) != NULL ? cases[i].says : error->message, ==, cases[i].says);
    }
}

/* A lab without a rubric, and one without anything. */
static void
test_missing (void)
{
  Tree tree = { g_dir_make_tmp ("lab-rubric-XXXXXX", NULL) };
  g_autoptr (GError) error = NULL;

  g_assert_null (lab_info_load (tree.root, "9.9-lab", &error));
  g_assert_nonnull (strstr (error->message, "lab.ini"));
  g_clear_error (&error);

  write_file (&tree, "labs", "lab.ini", lab_ini);
  g_assert_null (lab_info_load (tree.root, "9.9-lab", &error));
  g_assert_nonnull (strstr (error->message, "rubric.ini"));

  lab_remove_recursively (tree.root);
  g_free (tree.root);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rubric/good", test_good);
  g_test_add_func ("/rubric/optional", test_optional);
  g_test_add_func ("/rubric/mistakes", test_mistakes);
  g_test_add_func ("/rubric/missing", test_missing);

  return g_test_run ();
}
