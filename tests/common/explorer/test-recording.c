/* SPDX-License-Identifier: MIT */

/*
 * Tests of schedules as recordings, which `lab trace` draws.
 */

#include <explorer.h>

#include <asyncio/asyncio.h>
#include <glib/gstdio.h>

#include <string.h>
#include <unistd.h>

static GMutex lock;
static GMutex other_lock;

static gpointer
lock_both (gpointer user_data G_GNUC_UNUSED)
{
  g_mutex_lock (&lock);
  g_mutex_lock (&other_lock);
  g_mutex_unlock (&other_lock);
  g_mutex_unlock (&lock);

  return NULL;
}

static void
lock_in_order (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", lock_both, NULL);

  lock_both (NULL);
  g_thread_join (other);
}

static void
lock_in_wrong_order (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", lock_both, NULL);

  g_mutex_lock (&other_lock);
  g_mutex_lock (&lock);
  g_mutex_unlock (&lock);
  g_mutex_unlock (&other_lock);
  g_thread_join (other);
}

/* A program whose threads record too, as each loop does when the environment says so. */
static void
make_loop (gpointer user_data G_GNUC_UNUSED)
{
  AsyncioLoop *loop = asyncio_new_event_loop ();

  g_assert_false (asyncio_is_recording ());
  asyncio_loop_close (loop, NULL);
  asyncio_loop_unref (loop);
}

/* Explores with ASYNCIO_TRACE in the environment. Returns (transfer full) the recording, or NULL if there is none. */
static char *
record (ExplorerBody           body,
        const ExplorerOptions *options,
        ExplorerVerdict        verdict)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "explorer-recording-XXXXXX", NULL);
  g_autoptr (ExplorerReport) report = NULL;
  char *recording = NULL;

  close (g_mkstemp (path));
  g_unlink (path);
  g_setenv ("ASYNCIO_TRACE", path, TRUE);
  report = explorer_explore (body, NULL, options);
  g_assert_cmpint (report->verdict, ==, verdict);
  g_assert_cmpstr (g_getenv ("ASYNCIO_TRACE"), ==, path);
  g_unsetenv ("ASYNCIO_TRACE");

  (void) g_file_get_contents (path, &recording, NULL, NULL);
  g_unlink (path);

  return recording;
}

static guint
count (const char *text,
       const char *part)
{
  guint n = 0;

  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    n++;

  return n;
}

/* The schedule that failed: who has which lock, and who waits for it; and it is whole. */
static void
test_failure (void)
{
  g_autofree char *recording = record (lock_in_wrong_order, NULL, EXPLORER_DEADLOCK);

  g_assert_nonnull (recording);
  g_assert_cmpuint (count (recording, "\"kind\":\"mutex-locked\""), ==, 2);
  g_assert_cmpuint (count (recording, "\"kind\":\"mutex-waits\""), ==, 2);
  g_assert_nonnull (strstr (recording, "\"task_name\":\"main\""));
  g_assert_nonnull (strstr (recording, "\"task_name\":\"other\""));
  g_assert_nonnull (strstr (recording, "test-recording.c:"));
  g_assert_true (g_str_has_suffix (recording, "{\"end\":true}\n"));
}

/* A schedule that was asked for. An arrow leads from an unlock of the one thread to the lock of the other, for each of two mutexes. */
static void
test_replay (void)
{
  g_autofree char *recording = record (lock_in_order, &(ExplorerOptions) { .replay = "e" }, EXPLORER_CORRECT);

  g_assert_nonnull (recording);
  g_assert_cmpuint (count (recording, "\"kind\":\"mutex-locked\""), ==, 4);
  g_assert_cmpuint (count (recording, "\"kind\":\"mutex-unlocked\""), ==, 4);
  g_assert_cmpuint (count (recording, "\"edge\":"), ==, 4);
}

/* Nothing failed, nothing was asked for: there is no schedule to record. */
static void
test_correct (void)
{
  g_assert_null (record (lock_in_order, NULL, EXPLORER_CORRECT));
}

/* The program does not record its thousands of schedules. */
static void
test_program (void)
{
  g_autofree char *recording = NULL;

  (void) ASYNCIO_ERROR;
  recording = record (make_loop, &(ExplorerOptions) { .replay = "e" }, EXPLORER_CORRECT);
  g_assert_nonnull (recording);
}

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/explorer/recording/failure", test_failure);
  g_test_add_func ("/explorer/recording/replay", test_replay);
  g_test_add_func ("/explorer/recording/correct", test_correct);
  g_test_add_func ("/explorer/recording/program", test_program);

  return g_test_run ();
}
