/* SPDX-License-Identifier: MIT */

/*
 * Tests of exceptions.c: Python's exceptions as GLib errors.
 */

#include "common.h"

#include <asyncio/versions.h>
#include <gio/gio.h>

/* Every code has the name of its class, as type(e).__name__ gives it. */
static void
test_names (void)
{
  static const struct
  {
    int code;
    const char *name;
  } all[] = {
    { ASYNCIO_ERROR_RUNTIME, "RuntimeError" },
    { ASYNCIO_ERROR_VALUE, "ValueError" },
    { ASYNCIO_ERROR_TYPE, "TypeError" },
    { ASYNCIO_ERROR_OS, "OSError" },
    { ASYNCIO_ERROR_MEMORY, "MemoryError" },
    { ASYNCIO_ERROR_ASSERTION, "AssertionError" },
    { ASYNCIO_ERROR_NOT_IMPLEMENTED, "NotImplementedError" },
    { ASYNCIO_ERROR_STOP_ITERATION, "StopIteration" },
    { ASYNCIO_ERROR_CANCELLED, "CancelledError" },
    { ASYNCIO_ERROR_INVALID_STATE, "InvalidStateError" },
    { ASYNCIO_ERROR_TIMEOUT, "TimeoutError" },
    { ASYNCIO_ERROR_GENERATOR_EXIT, "GeneratorExit" },
    { ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "KeyboardInterrupt" },
    { ASYNCIO_ERROR_SYSTEM_EXIT, "SystemExit" },
    { ASYNCIO_ERROR_EXCEPTION_GROUP, "ExceptionGroup" },
    { ASYNCIO_ERROR_BASE_EXCEPTION_GROUP, "BaseExceptionGroup" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (ASYNCIO_ERROR, all[i].code, "message");

      g_assert_cmpstr (asyncio_error_get_name (error), ==, all[i].name);
    }
}

/* An error of another domain is named after the domain, and a code that nobody knows is some Exception. */
static void
test_other_names (void)
{
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "disk on fire");
  g_autoptr (GError) unknown = g_error_new_literal (ASYNCIO_ERROR, 9999, "what?");
  g_autoptr (GError) negative = g_error_new_literal (ASYNCIO_ERROR, -1, "what?");

  g_assert_cmpstr (asyncio_error_get_name (foreign), ==, "g-io-error-quark");
  g_assert_cmpstr (asyncio_error_get_name (unknown), ==, "Exception");
  g_assert_cmpstr (asyncio_error_get_name (negative), ==, "Exception");
  g_assert_false (asyncio_error_is_base (unknown));
  g_assert_false (asyncio_error_ends_loop (unknown));
}

/* An error is printed as "Class: message", and without a message as "Class". */
static void
test_to_string (void)
{
  g_autoptr (GError) with_message = value_error ("odd");
  g_autoptr (GError) without = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED, "");
  g_autofree char *first = asyncio_error_to_string (with_message);
  g_autofree char *second = asyncio_error_to_string (without);

  g_assert_cmpstr (first, ==, "ValueError: odd");
  g_assert_cmpstr (second, ==, "CancelledError");
}

/* `except Exception` lets these pass, and nothing else; CancelledError since 3.8 (asked of CPython 3.6, 3.7 and 3.8). */
static void
test_is_base (void)
{
  for (int code = ASYNCIO_ERROR_RUNTIME; code <= ASYNCIO_ERROR_SYSTEM_EXIT; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (ASYNCIO_ERROR, code, "");
      gboolean expected = code == ASYNCIO_ERROR_GENERATOR_EXIT || code == ASYNCIO_ERROR_KEYBOARD_INTERRUPT ||
                          code == ASYNCIO_ERROR_SYSTEM_EXIT ||
                          (code == ASYNCIO_ERROR_CANCELLED && asyncio_version_rules.cancelled_is_base);

      g_assert_cmpint (asyncio_error_is_base (error), ==, expected);
    }
}

/* The numbers of another domain mean other things. */
static void
test_foreign_codes (void)
{
  for (int code = ASYNCIO_ERROR_RUNTIME; code <= ASYNCIO_ERROR_SYSTEM_EXIT; code++)
    {
      g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, code, "");

      g_assert_false (asyncio_error_is_base (foreign));
      g_assert_false (asyncio_error_ends_loop (foreign));
      g_assert_false (asyncio_error_is_cancelled (foreign));
    }
}

/* KeyboardInterrupt and SystemExit end the loop, GeneratorExit does not. */
static void
test_ends_loop (void)
{
  for (int code = ASYNCIO_ERROR_RUNTIME; code <= ASYNCIO_ERROR_SYSTEM_EXIT; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (ASYNCIO_ERROR, code, "");

      g_assert_cmpint (asyncio_error_ends_loop (error), ==,
                       code == ASYNCIO_ERROR_KEYBOARD_INTERRUPT || code == ASYNCIO_ERROR_SYSTEM_EXIT);
    }
}

/* Only CancelledError is one; that there is no error is none either. */
static void
test_is_cancelled (void)
{
  g_autoptr (GError) cancelled = g_error_new_literal (ASYNCIO_ERROR, ASYNCIO_ERROR_CANCELLED, "");
  g_autoptr (GError) other = value_error ("");

  g_assert_true (asyncio_error_is_cancelled (cancelled));
  g_assert_false (asyncio_error_is_cancelled (other));
  g_assert_false (asyncio_error_is_cancelled (NULL));
}

/* An error of another domain comes out of a task as it went in. */
static gpointer
fail_with_io_error (gpointer   user_data,
                    GError   **error)
{
  (void) user_data;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");

  return NULL;
}

static void
test_foreign_passes (void)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (fail_with_io_error, NULL, NULL), &error);

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (error->message, ==, "full");
}

static const TestCase cases[] = {
  { "/core/exceptions/names", test_names },
  { "/core/exceptions/other-names", test_other_names },
  { "/core/exceptions/to-string", test_to_string },
  { "/core/exceptions/is-base", test_is_base },
  { "/core/exceptions/foreign-codes", test_foreign_codes },
  { "/core/exceptions/ends-loop", test_ends_loop },
  { "/core/exceptions/is-cancelled", test_is_cancelled },
  { "/core/exceptions/foreign-passes", test_foreign_passes },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
