/* SPDX-License-Identifier: MIT */

/*
 * Tests of recording.c: events as a file, which has what happened also if the program does not come to its end, and only then says that it is whole.
 */

#include "common.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
make_path (void)
{
  g_autoptr (GError) error = NULL;
  char *path;
  int fd = g_file_open_tmp ("asyncio-recording-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);

  return path;
}

/* Compares a file with what it must be, the first line, which has the program's name, and times apart; and removes it. */
static void
assert_recording (const char *path,
                  const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr (GRegex) time = g_regex_new ("\"t\":[0-9]+,|\"thread\":[0-9]+,", 0, 0, NULL);
  g_autofree char *timeless = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "{\"asyncio_trace\":1,\"program\":\"test-core-recording"));
  timeless = g_regex_replace_literal (time, strchr (text, '\n') + 1, -1, 0, "", 0, NULL);
  g_assert_cmpstr (timeless, ==, expected);
  g_unlink (path);
}

/* One line an event, and a last one when it is over. What is in a text cannot break a line. */
static void
test_file (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_recording_start (path, &error));
  g_assert_no_error (error);
  asyncio_record_mark ("plain");
  asyncio_record_mark ("\"quoted\" \\ and\nbroken \x01 \xff");
  asyncio_recording_stop ();
  g_assert_false (asyncio_is_recording ());
  asyncio_recording_stop ();
  assert_recording (path, "{\"n\":1,\"kind\":\"mark\",\"name\":\"plain\"}\n"
                          "{\"n\":2,\"kind\":\"mark\",\"name\":\"\\\"quoted\\\" \\\\ and\\u000abroken \\u0001 \xef\xbf\xbd\"}\n"
                          "{\"end\":true}\n");
}

/* What the file had before is gone; a file that cannot be written is an error. */
static void
test_bad_files (void)
{
  g_autofree char *path = make_path ();
  g_autoptr (GError) error = NULL;

  g_assert_false (asyncio_recording_start ("/nowhere/recording", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_cmpstr (error->message, ==, "cannot record into /nowhere/recording: No such file or directory");
  g_assert_false (asyncio_is_recording ());

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_true (asyncio_recording_start (path, NULL));
  asyncio_recording_stop ();
  assert_recording (path, "{\"end\":true}\n");
}

/* A device that is full ends the recording, and not the program. */
static void
test_full (void)
{
  int fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  asyncio_recording_start_on_fd (fd);
  asyncio_record_mark ("lost");
  asyncio_recording_stop ();
  close (fd);
}

/* Runs a child to its end. Returns how it ended. */
static int
run_child (void (*body) (gconstpointer data),
           gconstpointer data)
{
  pid_t pid = fork ();
  int status;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      body (data);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);

  return status;
}

static void
record_and_crash (gconstpointer path)
{
  (void) asyncio_recording_start (path, NULL);
  asyncio_record_mark ("last words");
  kill (getpid (), SIGKILL);
}

/* A program that is killed has recorded all that it did, and the file does not say that it is whole. */
static void
test_crash (void)
{
  g_autofree char *path = make_path ();
  int status = run_child (record_and_crash, path);

  g_assert_true (WIFSIGNALED (status));
  assert_recording (path, "{\"n\":1,\"kind\":\"mark\",\"name\":\"last words\"}\n");
}

static void
record_as_child (gconstpointer path)
{
  g_autoptr (GError) error = NULL;

  asyncio_record_mark ("by a child");
  if (asyncio_recording_start (path, &error) || !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN))
    _exit (1);
  asyncio_recording_stop ();
}

/* A child writes nothing into its parent's file: neither what it does, nor the last line, nor a recording of its own. */
static void
test_child (void)
{
  g_autofree char *path = make_path ();

  g_assert_true (asyncio_recording_start (path, NULL));
  g_assert_cmpint (run_child (record_as_child, path), ==, 0);
  asyncio_record_mark ("by the parent");
  asyncio_recording_stop ();
  assert_recording (path, "{\"n\":1,\"kind\":\"mark\",\"name\":\"by the parent\"}\n"
                          "{\"end\":true}\n");
}

static const TestCase cases[] = {
  { "/recording/file", test_file },
  { "/recording/bad-files", test_bad_files },
  { "/recording/full", test_full },
  { "/recording/crash", test_crash },
  { "/recording/child", test_child },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
