/* SPDX-License-Identifier: MIT */

/*
 * Tests of exception-groups.c. What is expected is what the same statements gave under CPython 3.11.
 */

#include "common.h"

#include <asyncio/versions.h>
#include <gio/gio.h>

static GError *
make (AsyncioError  code,
      const char   *message)
{
  return g_error_new_literal (ASYNCIO_ERROR, code, message);
}

static void
error_free (gpointer error)
{
  g_error_free (error);
}

/* A group of up to three errors, which it takes over. */
static GError *
group (const char *message,
       GError     *first,
       GError     *second,
       GError     *third)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (error_free);
  GError *all[] = { first, second, third };

  for (guint i = 0; i < G_N_ELEMENTS (all) && all[i] != NULL; i++)
    g_ptr_array_add (errors, all[i]);

  return asyncio_exception_group_new (message, errors);
}

/* Type(message)[sub; sub], and "None". */
static void
append (GString      *text,
        const GError *error)
{
  GPtrArray *exceptions;

  if (!asyncio_error_is_group (error))
    {
      g_string_append (text, error == NULL ? "None" : outcome (NULL, error));
      return;
    }

  exceptions = asyncio_exception_group_get_exceptions (error);
  g_string_append_printf (text, "%s(%s)[", asyncio_error_get_name (error), asyncio_exception_group_get_message (error));
  for (guint i = 0; i < exceptions->len; i++)
    {
      g_string_append (text, i > 0 ? "; " : "");
      append (text, exceptions->pdata[i]);
    }
  g_string_append_c (text, ']');
}

static void
note_group (const GError *error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append (text, error);
  note ("%s", text->str);
}

/* As Python says it: with the number of exceptions, one of them being no plural. */
static void
test_text (void)
{
  g_autoptr (GError) one = group ("unhandled errors in a TaskGroup", value_error ("a"), NULL, NULL);
  g_autoptr (GError) two = group ("unhandled errors in a TaskGroup", value_error ("a"), value_error ("b"), NULL);
  g_autofree char *text = asyncio_error_to_string (two);

  g_assert_cmpstr (one->message, ==, "unhandled errors in a TaskGroup (1 sub-exception)");
  g_assert_cmpstr (two->message, ==, "unhandled errors in a TaskGroup (2 sub-exceptions)");
  g_assert_cmpstr (text, ==, "ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)");
  g_assert_cmpstr (asyncio_exception_group_get_message (two), ==, "unhandled errors in a TaskGroup");
  note_group (two);
  assert_notes ("ExceptionGroup(unhandled errors in a TaskGroup)[ValueError: a; ValueError: b]");
}

/* A group is a base exception if one of its exceptions is; CancelledError is one since 3.8. */
static void
test_base (void)
{
  g_autoptr (GError) plain = group ("m", value_error ("a"), NULL, NULL);
  g_autoptr (GError) base = group ("m", value_error ("a"), make (ASYNCIO_ERROR_SYSTEM_EXIT, ""), NULL);
  g_autoptr (GError) nested = group ("n", g_error_copy (base), NULL, NULL);
  g_autoptr (GError) cancelled = group ("m", asyncio_error_new_cancelled (NULL), NULL, NULL);

  g_assert_error (plain, ASYNCIO_ERROR, ASYNCIO_ERROR_EXCEPTION_GROUP);
  g_assert_error (base, ASYNCIO_ERROR, ASYNCIO_ERROR_BASE_EXCEPTION_GROUP);
  g_assert_error (nested, ASYNCIO_ERROR, ASYNCIO_ERROR_BASE_EXCEPTION_GROUP);
  g_assert_false (asyncio_error_is_base (plain));
  g_assert_true (asyncio_error_is_base (base));
  g_assert_true (asyncio_error_is_base (nested));
  g_assert_cmpint (asyncio_error_is_base (cancelled), ==, asyncio_version_rules.cancelled_is_base);
  g_assert_false (asyncio_error_ends_loop (base));
  g_assert_false (asyncio_error_is_cancelled (cancelled));
}

/* Copies share the exceptions, which live as long as the last of them. */
static void
test_copy (void)
{
  GError *original = group ("m", value_error ("a"), group ("n", value_error ("b"), NULL, NULL), NULL);
  g_autoptr (GError) copy = g_error_copy (original);
  GError *propagated = NULL;

  g_assert_true (asyncio_exception_group_get_exceptions (original) == asyncio_exception_group_get_exceptions (copy));
  g_propagate_error (&propagated, original);
  g_clear_error (&propagated);
  note_group (copy);
  assert_notes ("ExceptionGroup(m)[ValueError: a; ExceptionGroup(n)[ValueError: b]]");
}

/* The group has copies: what it was made of may change or go. */
static void
test_independent (void)
{
  g_autoptr (GPtrArray) errors = g_ptr_array_new_with_free_func (error_free);
  g_autoptr (GError) made = NULL;
  g_autoptr (GError) derived = NULL;

  g_ptr_array_add (errors, value_error ("a"));
  made = asyncio_exception_group_new ("m", errors);
  g_ptr_array_add (errors, make (ASYNCIO_ERROR_OS, "b"));
  derived = asyncio_exception_group_derive (made, errors);
  g_ptr_array_set_size (errors, 0);
  note_group (made);
  note_group (derived);
  assert_notes ("ExceptionGroup(m)[ValueError: a] ExceptionGroup(m)[ValueError: a; OSError: b]");
}

/* Errors that are no groups: no exceptions, whatever the domain. */
static void
test_no_group (void)
{
  g_autoptr (GError) value = value_error ("a");
  g_autoptr (GError) io = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "io");
  g_autoptr (GError) by_hand = make (ASYNCIO_ERROR_EXCEPTION_GROUP, "by hand");

  g_assert_false (asyncio_error_is_group (NULL));
  g_assert_false (asyncio_error_is_group (value));
  g_assert_false (asyncio_error_is_group (io));
  g_assert_false (asyncio_error_is_group (by_hand));
}

/* --- split ----------------------------------------------------------------------------------- */

static void
note_split (const GError *error,
            AsyncioError  code)
{
  g_autoptr (GError) match = NULL;
  g_autoptr (GError) rest = NULL;

  asyncio_exception_group_split (error, ASYNCIO_ERROR, code, &match, &rest);
  note_group (match);
  note ("|");
  note_group (rest);
}

static GError *
tree (void)
{
  return group ("a", value_error ("1"), make (ASYNCIO_ERROR_OS, "2"),
                group ("b", value_error ("3"), make (ASYNCIO_ERROR_TYPE, "4"), NULL));
}

/* Both parts keep nesting, messages and order; where nothing is left, there is no group. */
static void
test_split (void)
{
  g_autoptr (GError) error = tree ();

  note_split (error, ASYNCIO_ERROR_VALUE);
  assert_notes ("ExceptionGroup(a)[ValueError: 1; ExceptionGroup(b)[ValueError: 3]] | "
                "ExceptionGroup(a)[OSError: 2; ExceptionGroup(b)[TypeError: 4]]");
  note_split (error, ASYNCIO_ERROR_TYPE);
  assert_notes ("ExceptionGroup(a)[ExceptionGroup(b)[TypeError: 4]] | "
                "ExceptionGroup(a)[ValueError: 1; OSError: 2; ExceptionGroup(b)[ValueError: 3]]");
  note_split (error, ASYNCIO_ERROR_MEMORY);
  assert_notes ("None | ExceptionGroup(a)[ValueError: 1; OSError: 2; "
                "ExceptionGroup(b)[ValueError: 3; TypeError: 4]]");
  note_split (error, ASYNCIO_ERROR_EXCEPTION_GROUP);
  assert_notes ("ExceptionGroup(a)[ValueError: 1; OSError: 2; "
                "ExceptionGroup(b)[ValueError: 3; TypeError: 4]] | None");
}

/* What is left of a base group need not be one. */
static void
test_split_base (void)
{
  g_autoptr (GError) error = group ("m", value_error ("1"), make (ASYNCIO_ERROR_KEYBOARD_INTERRUPT, ""), NULL);

  note_split (error, ASYNCIO_ERROR_VALUE);
  note_split (error, ASYNCIO_ERROR_KEYBOARD_INTERRUPT);
  assert_notes ("ExceptionGroup(m)[ValueError: 1] | BaseExceptionGroup(m)[KeyboardInterrupt] "
                "BaseExceptionGroup(m)[KeyboardInterrupt] | ExceptionGroup(m)[ValueError: 1]");
}

/* By a predicate, which is asked about groups first. One that is wanted is wanted as a whole. */
static gboolean
is_wanted (const GError *error,
           gpointer      name)
{
  return asyncio_error_is_group (error) ? g_str_equal (asyncio_exception_group_get_message (error), name)
                                        : g_str_equal (error->message, "1");
}

static void
test_split_if (void)
{
  g_autoptr (GError) error = tree ();
  g_autoptr (GError) match = NULL;
  g_autoptr (GError) rest = NULL;

  asyncio_exception_group_split_if (error, is_wanted, (gpointer) "b", &match, NULL);
  asyncio_exception_group_split_if (error, is_wanted, (gpointer) "b", NULL, &rest);
  note_group (match);
  note_group (rest);
  assert_notes ("ExceptionGroup(a)[ValueError: 1; ExceptionGroup(b)[ValueError: 3; TypeError: 4]] "
                "ExceptionGroup(a)[OSError: 2]");
}

/* A single error is all or nothing. */
static void
test_split_single (void)
{
  g_autoptr (GError) error = value_error ("1");

  note_split (error, ASYNCIO_ERROR_VALUE);
  note_split (error, ASYNCIO_ERROR_OS);
  assert_notes ("ValueError: 1 | None None | ValueError: 1");
}

/* --- except* ------------------------------------------------------------------------------------ */

/* Each clause takes what is its own out of what the ones before have left. */
static void
test_except_star (void)
{
  GError *error = tree ();
  g_autoptr (GError) values = asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);
  g_autoptr (GError) types = asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_TYPE);
  g_autoptr (GError) none = asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_MEMORY);

  note_group (values);
  note_group (types);
  note_group (none);
  note_group (error);
  assert_notes ("ExceptionGroup(a)[ValueError: 1; ExceptionGroup(b)[ValueError: 3]] "
                "ExceptionGroup(a)[ExceptionGroup(b)[TypeError: 4]] None ExceptionGroup(a)[OSError: 2]");

  g_error_free (asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS));
  g_assert_no_error (error);
  g_assert_null (asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS));
}

/* A single error comes in a group, too. */
static void
test_except_star_single (void)
{
  GError *error = value_error ("1");
  g_autoptr (GError) none = asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS);
  g_autoptr (GError) match = asyncio_error_except_star (&error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE);

  note_group (none);
  note_group (match);
  note_group (error);
  assert_notes ("None ExceptionGroup()[ValueError: 1] None");
}

/* --- With tasks -------------------------------------------------------------------------------------- */

/* A group travels through a task as other errors do, and each who asks has it whole. */
static gpointer
raise_group (gpointer   unused,
             GError   **error)
{
  (void) unused;
  g_propagate_error (error, tree ());

  return NULL;
}

static void
test_through_task (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (raise_group, NULL, NULL));

  run_to_the_end ();
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      (void) asyncio_task_result (task, &error);
      note_split (error, ASYNCIO_ERROR_OS);
    }
  assert_notes ("ExceptionGroup(a)[OSError: 2] | "
                "ExceptionGroup(a)[ValueError: 1; ExceptionGroup(b)[ValueError: 3; TypeError: 4]] "
                "ExceptionGroup(a)[OSError: 2] | "
                "ExceptionGroup(a)[ValueError: 1; ExceptionGroup(b)[ValueError: 3; TypeError: 4]]");
}

/* --- Misuse --------------------------------------------------------------------------------------------- */

/* A group of nothing, and questions to what is no group. */
static void
test_refused (void)
{
  g_autoptr (GPtrArray) empty = g_ptr_array_new ();
  g_autoptr (GError) single = value_error ("1");

  expect_critical ("*exceptions->len > 0*");
  g_assert_null (asyncio_exception_group_new ("m", empty));
  assert_warned ();
  expect_critical ("*asyncio_error_is_group*");
  g_assert_null (asyncio_exception_group_get_exceptions (single));
  assert_warned ();
}

static const TestCase cases[] = {
  { "/core/exception-groups/text", test_text },
  { "/core/exception-groups/base", test_base },
  { "/core/exception-groups/copy", test_copy },
  { "/core/exception-groups/independent", test_independent },
  { "/core/exception-groups/no-group", test_no_group },
  { "/core/exception-groups/split", test_split },
  { "/core/exception-groups/split-base", test_split_base },
  { "/core/exception-groups/split-if", test_split_if },
  { "/core/exception-groups/split-single", test_split_single },
  { "/core/exception-groups/except-star", test_except_star },
  { "/core/exception-groups/except-star-single", test_except_star_single },
  { "/core/exception-groups/through-task", test_through_task },
  { "/core/exception-groups/refused", test_refused },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
