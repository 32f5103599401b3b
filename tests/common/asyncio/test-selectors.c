/* SPDX-License-Identifier: MIT */

/*
 * Tests of selectors.c: watching file descriptors.
 */

#include "common.h"

#include "base-events-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void
make_pipe (int fds[2])
{
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC | O_NONBLOCK), ==, 0);
}

static void
close_both (int fds[2])
{
  close (fds[0]);
  close (fds[1]);
}

static void
put (int         fd,
     const char *bytes)
{
  g_assert_cmpint (write (fd, bytes, strlen (bytes)), ==, (gssize) strlen (bytes));
}

static void
add_reader (int             fd,
            AsyncioCallback callback,
            gpointer        user_data,
            GDestroyNotify  destroy)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_add_reader (loop, fd, callback, user_data, destroy, &error);
  g_assert_no_error (error);
}

static void
add_writer (int             fd,
            AsyncioCallback callback,
            gpointer        user_data,
            GDestroyNotify  destroy)
{
  g_autoptr (GError) error = NULL;

  asyncio_loop_add_writer (loop, fd, callback, user_data, destroy, &error);
  g_assert_no_error (error);
}

/* --- Readers and writers ------------------------------------------------------------------ */

/* A reader is called in each turn in which there is something to read, and in no other. */
static void
test_reader (void)
{
  int fds[2];
  char byte;

  make_pipe (fds);
  add_reader (fds[0], note_text, (gpointer) "readable", NULL);
  run_turns (1);
  assert_notes ("");

  put (fds[1], "x");
  run_turns (1);
  assert_notes ("readable");
  run_turns (1);
  assert_notes ("readable");

  g_assert_cmpint (read (fds[0], &byte, 1), ==, 1);
  run_turns (1);
  assert_notes ("");
  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  close_both (fds);
}

/* A writer while there is room. */
static void
test_writer (void)
{
  int fds[2];
  char block[4096] = { 0 };

  make_pipe (fds);
  add_writer (fds[1], note_text, (gpointer) "writable", NULL);
  run_turns (1);
  assert_notes ("writable");

  while (write (fds[1], block, sizeof block) > 0)
    continue;
  g_assert_cmpint (errno, ==, EAGAIN);
  run_turns (1);
  assert_notes ("");
  g_assert_true (asyncio_loop_remove_writer (loop, fds[1]));
  close_both (fds);
}

/* Both on one descriptor: each for itself, and either can be removed. */
static void
test_both (void)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  put (fds[1], "x");
  add_reader (fds[0], note_text, (gpointer) "readable", NULL);
  add_writer (fds[0], note_text, (gpointer) "writable", NULL);
  run_turns (1);
  assert_notes ("readable writable");

  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  g_assert_false (asyncio_loop_remove_reader (loop, fds[0]));
  run_turns (1);
  assert_notes ("writable");
  add_reader (fds[0], note_text, (gpointer) "readable", NULL);
  g_assert_true (asyncio_loop_remove_writer (loop, fds[0]));
  g_assert_false (asyncio_loop_remove_writer (loop, fds[0]));
  run_turns (1);
  assert_notes ("readable");
  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  run_turns (1);
  close_both (fds);
}

/* What nobody watches cannot be removed. */
static void
test_remove_nothing (void)
{
  g_assert_false (asyncio_loop_remove_reader (loop, 0));
  g_assert_false (asyncio_loop_remove_writer (loop, 0));
}

/* A second reader replaces the first, whose data is freed. */
static void
test_replace (void)
{
  int fds[2];

  make_pipe (fds);
  put (fds[1], "x");
  add_reader (fds[0], note_text, value_new ("first"), value_free);
  add_reader (fds[0], note_text, value_new ("second"), value_free);
  g_assert_cmpint (n_values, ==, 1);
  run_turns (1);
  assert_notes ("second");
  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  g_assert_cmpint (n_values, ==, 0);
  close_both (fds);
}

/* When the other end is closed, who reads must find out, and who writes as well. */
static void
test_hang_up (void)
{
  int fds[2];
  char block[4096] = { 0 };

  make_pipe (fds);
  add_reader (fds[0], note_text, (gpointer) "end", NULL);
  close (fds[1]);
  run_turns (1);
  assert_notes ("end");
  asyncio_loop_remove_reader (loop, fds[0]);
  close (fds[0]);

  make_pipe (fds);
  while (write (fds[1], block, sizeof block) > 0)
    continue;
  add_writer (fds[1], note_text, (gpointer) "broken", NULL);
  close (fds[0]);
  run_turns (1);
  assert_notes ("broken");
  asyncio_loop_remove_writer (loop, fds[1]);
  close (fds[1]);
}

/* A callback that fails is reported, and called again. */
static void
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));
}

static void
test_failing (void)
{
  int fds[2];

  make_pipe (fds);
  put (fds[1], "x");
  add_reader (fds[0], fail, (gpointer) "odd", NULL);
  run_turns (2);
  assert_notes ("[Exception in callback: ValueError: odd] [Exception in callback: ValueError: odd]");
  asyncio_loop_remove_reader (loop, fds[0]);
  close_both (fds);
}

/* --- Removing in callbacks ------------------------------------------------------------------- */

typedef struct
{
  int remove; /* a reader to remove */
  gboolean is_freed;
} Remover;

static void
remover_free (gpointer data)
{
  ((Remover *) data)->is_freed = TRUE;
}

static void
remove_reader (gpointer   user_data,
               GError   **error)
{
  Remover *self = user_data;

  (void) error;
  note ("removed:%d", asyncio_loop_remove_reader (loop, self->remove));
  note ("freed:%d", self->is_freed);
}

/* A reader that removes itself goes on with its data, which is freed when it returns. */
static void
test_remove_self (void)
{
  int fds[2];
  Remover remover;

  make_pipe (fds);
  put (fds[1], "x");
  remover = (Remover) { fds[0], FALSE };
  add_reader (fds[0], remove_reader, &remover, remover_free);
  run_turns (2);
  assert_notes ("removed:1 freed:0");
  g_assert_true (remover.is_freed);
  close_both (fds);
}

/* Of two that are readable in one turn the one that is called first removes the other, which is not called. */
static void
test_remove_other (void)
{
  int first[2], second[2];
  Remover removers[2];

  make_pipe (first);
  make_pipe (second);
  put (first[1], "x");
  put (second[1], "x");
  removers[0] = (Remover) { second[0], FALSE };
  removers[1] = (Remover) { first[0], FALSE };
  add_reader (first[0], remove_reader, &removers[0], remover_free);
  add_reader (second[0], remove_reader, &removers[1], remover_free);
  run_turns (1);
  assert_notes ("removed:1 freed:0");
  g_assert_true (removers[0].is_freed != removers[1].is_freed);

  g_assert_true (asyncio_loop_remove_reader (loop, first[0]) != asyncio_loop_remove_reader (loop, second[0]));
  close_both (first);
  close_both (second);
}

/* --- What cannot be watched, and closed descriptors ---------------------------------------------- */

static void
assert_refused (int fd)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (asyncio_loop_add_reader (loop, fd, note_text, value_new ("reader"), value_free, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS);
  g_clear_error (&error);
  g_assert_false (asyncio_loop_add_writer (loop, fd, note_text, value_new ("writer"), value_free, &error));
  g_assert_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS);
  g_assert_cmpint (n_values, ==, 0);
}

/* A file on disk cannot be waited for, nor a number that is no descriptor. */
static void
test_refused (void)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp (NULL, &name, NULL);

  assert_refused (fd);
  close (fd);
  g_unlink (name);
  assert_refused (fd);
  assert_refused (-1);
}

/* A descriptor that was closed while it was watched is not called again, and can still be removed. */
static void
test_closed (void)
{
  int fds[2];

  make_pipe (fds);
  put (fds[1], "x");
  add_reader (fds[0], note_text, value_new ("closed"), value_free);
  close (fds[0]);
  run_turns (2);
  assert_notes ("");
  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  g_assert_cmpint (n_values, ==, 0);
  close (fds[1]);
}

/* If its number is given to another file meanwhile, that can be watched, though nobody removed the first. (CPython 3.6 does
 * so; later ones depend on what was watched.) */
static void
test_number_reused (void)
{
  int first[2], second[2];

  make_pipe (first);
  make_pipe (second);
  add_reader (first[0], note_text, value_new ("first"), value_free);
  g_assert_cmpint (dup2 (second[0], first[0]), ==, first[0]);
  put (second[1], "x");
  add_reader (first[0], note_text, value_new ("second"), value_free);
  run_turns (1);
  assert_notes ("second");
  g_assert_true (asyncio_loop_remove_reader (loop, first[0]));
  close_both (first);
  close_both (second);
}

/* Or if it was removed when it was closed already, and the number then given to the same file again. */
static void
test_number_restored (void)
{
  int fds[2];
  int copy;

  make_pipe (fds);
  add_reader (fds[0], note_text, (gpointer) "first", NULL);
  copy = dup (fds[0]);
  close (fds[0]);
  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  g_assert_cmpint (dup2 (copy, fds[0]), ==, fds[0]);
  close (copy);

  put (fds[1], "x");
  add_reader (fds[0], note_text, (gpointer) "second", NULL);
  run_turns (1);
  assert_notes ("second");
  g_assert_true (asyncio_loop_remove_reader (loop, fds[0]));
  close_both (fds);
}

/* Whether something would wake the loop at once. */
static gboolean
has_something_to_poll (void)
{
  GMainContext *context = loop->context;
  GPollFD fds[8];
  gint priority, timeout, n;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n = g_main_context_query (context, priority, &timeout, fds, G_N_ELEMENTS (fds));
  g_main_context_release (context);
  g_assert_cmpint (n, <=, (gint) G_N_ELEMENTS (fds));

  return g_poll (fds, (guint) n, 0) > 0;
}

/* A file stays open after its descriptor was closed, as it does when a child has inherited it; then the watch is removed. It does not keep
 * the loop awake, and the other descriptors are watched as before, also one that was closed meanwhile. */
static void
test_closed_but_open (void)
{
  int first[2], second[2], third[2];
  int copy;

  make_pipe (first);
  make_pipe (second);
  make_pipe (third);
  copy = dup (first[0]);
  put (first[1], "x");
  add_reader (first[0], note_text, (gpointer) "first", NULL);
  add_reader (second[0], note_text, (gpointer) "second", NULL);
  add_writer (second[1], note_text, (gpointer) "writable", NULL);
  add_reader (third[0], note_text, (gpointer) "third", NULL);
  close (first[0]);
  close (third[0]);
  g_assert_true (asyncio_loop_remove_reader (loop, first[0]));

  run_turns (1);
  assert_notes ("writable");
  g_assert_true (asyncio_loop_remove_writer (loop, second[1]));
  run_turns (1);
  g_assert_false (has_something_to_poll ());

  put (second[1], "x");
  g_assert_true (has_something_to_poll ());
  run_turns (1);
  assert_notes ("second");

  g_assert_true (asyncio_loop_remove_reader (loop, second[0]));
  g_assert_true (asyncio_loop_remove_reader (loop, third[0]));
  close (copy);
  close (first[1]);
  close_both (second);
  close (third[1]);
}

/* --- Order ------------------------------------------------------------------------------------------ */

/* In one turn: first what was scheduled before, then files, then timers. (CPython: the same.) */
static void
test_order (void)
{
  int fds[2];

  make_pipe (fds);
  put (fds[1], "x");
  add_reader (fds[0], note_text, (gpointer) "file", NULL);
  asyncio_loop_call_later (loop, 0, note_text, (gpointer) "timer", NULL, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "soon", NULL, NULL);
  run_turns (1);
  assert_notes ("soon file timer");
  asyncio_loop_remove_reader (loop, fds[0]);
  close_both (fds);
}

/* Virtual time does not go on while a file is readable. */
static void
remove_and_stop (gpointer   user_data,
                 GError   **error)
{
  int *fd = user_data;

  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
  asyncio_loop_remove_reader (loop, *fd);
  stop_loop (NULL, error);
}

static void
test_before_time (void)
{
  int fds[2];

  make_pipe (fds);
  put (fds[1], "x");
  add_reader (fds[0], remove_and_stop, &fds[0], NULL);
  asyncio_loop_call_later (loop, 1, note_text, (gpointer) "timer", NULL, NULL);
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  assert_notes ("");
  close_both (fds);
}

/* --- Many ---------------------------------------------------------------------------------------------- */

/* More descriptors are readable than the loop looks at in one turn: each gets its call nevertheless. */
#define N_PIPES 200

typedef struct
{
  int fds[2];
  guint n_calls;
} Pipe;

static void
read_byte (gpointer   user_data,
           GError   **error)
{
  Pipe *self = user_data;
  char byte;

  (void) error;
  g_assert_cmpint (read (self->fds[0], &byte, 1), ==, 1);
  self->n_calls++;
}

static void
test_many (void)
{
  g_autofree Pipe *pipes = g_new0 (Pipe, N_PIPES);
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 3 * N_PIPES)
    {
      g_test_skip ("too few file descriptors");
      return;
    }

  for (guint i = 0; i < N_PIPES; i++)
    {
      make_pipe (pipes[i].fds);
      put (pipes[i].fds[1], "x");
      add_reader (pipes[i].fds[0], read_byte, &pipes[i], NULL);
    }
  run_turns (3);

  for (guint i = 0; i < N_PIPES; i++)
    {
      g_assert_cmpint (pipes[i].n_calls, ==, 1);
      g_assert_true (asyncio_loop_remove_reader (loop, pipes[i].fds[0]));
      close_both (pipes[i].fds);
    }
}

/* A loop that sleeps is woken by what another thread writes. */
static gpointer
write_byte (gpointer fd)
{
  put (GPOINTER_TO_INT (fd), "x");

  return NULL;
}

static void
test_wakes_the_loop (void)
{
  int fds[2];
  GThread *thread;

  use_real_time ();
  make_pipe (fds);
  add_reader (fds[0], stop_loop, NULL, NULL);
  thread = g_thread_new ("writer", write_byte, GINT_TO_POINTER (fds[1]));
  g_assert_true (asyncio_loop_run_forever (loop, NULL));
  g_thread_join (thread);
  asyncio_loop_remove_reader (loop, fds[0]);
  close_both (fds);
}

static const TestCase cases[] = {
  { "/core/selectors/reader", test_reader },
  { "/core/selectors/writer", test_writer },
  { "/core/selectors/both", test_both },
  { "/core/selectors/remove-nothing", test_remove_nothing },
  { "/core/selectors/replace", test_replace },
  { "/core/selectors/hang-up", test_hang_up },
  { "/core/selectors/failing", test_failing },
  { "/core/selectors/remove-self", test_remove_self },
  { "/core/selectors/remove-other", test_remove_other },
  { "/core/selectors/refused", test_refused },
  { "/core/selectors/closed", test_closed },
  { "/core/selectors/number-reused", test_number_reused },
  { "/core/selectors/number-restored", test_number_restored },
  { "/core/selectors/closed-but-open", test_closed_but_open },
  { "/core/selectors/order", test_order },
  { "/core/selectors/before-time", test_before_time },
  { "/core/selectors/many", test_many },
  { "/core/selectors/wakes-the-loop", test_wakes_the_loop },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
