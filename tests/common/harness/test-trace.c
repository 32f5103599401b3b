/* SPDX-License-Identifier: MIT */

/*
 * When a trace is written, and when no more.
 */

#include "trace.h"

#include <fcntl.h>
#include <unistd.h>

/* The ends of the pipe into which a trace goes. */
static int fds[2];

static void
trace_into_pipe (void)
{
  g_assert_cmpint (pipe2 (fds, O_NONBLOCK | O_CLOEXEC), ==, 0);
  trace_open (fds[1], "");
}

/* What was traced since then. */
static void
assert_traced (const char *expected)
{
  char text[4096];
  gssize n = read (fds[0], text, sizeof text - 1);

  text[MAX (n, 0)] = '\0';
  g_assert_cmpstr (text, ==, expected);

  trace_open (STDOUT_FILENO, "# ");
  close (fds[0]);
  close (fds[1]);
}

static gpointer
complain (gpointer user_data)
{
  g_log ("asyncio", G_LOG_LEVEL_WARNING, "%s", (const char *) user_data);

  return NULL;
}

static void
complain_in_a_thread (const char *message)
{
  g_thread_join (g_thread_new ("complains", complain, (gpointer) message));
}

/* A thread that a test has left behind says something: while the test runs that is a part of the trace, afterwards it is not; the next test has it
 * again. */
static void
test_after_the_end (void)
{
  trace_into_pipe ();
  trace_log_messages ();

  trace_begin ("/one");
  complain_in_a_thread ("early");
  trace_end ("/one");
  complain_in_a_thread ("late");
  trace ("late, too");
  trace_begin ("/two");
  complain_in_a_thread ("again");
  trace_end ("/two");

  assert_traced ("begin /one\nlog: early\nend /one\nbegin /two\nlog: again\nend /two\n");
}

/* Lines whose order does not matter belong to the test in which they were kept. */
static void
test_unordered (void)
{
  trace_into_pipe ();
  trace_begin ("/one");
  trace ("first");
  trace_unordered_begin ();
  trace ("b");
  trace ("a");
  trace_end ("/one");

  assert_traced ("begin /one\nfirst\na\nb\nend /one\n");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);

  g_test_add_func ("/trace/after-the-end", test_after_the_end);
  g_test_add_func ("/trace/unordered", test_unordered);

  return g_test_run ();
}
