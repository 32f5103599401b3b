/* SPDX-License-Identifier: MIT */

/*
 * Tests of the stand-ins for assertions, memory, reference counts, locks in a bit and descriptors, and of what is refused.
 */

#include "cases.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <unistd.h>

/* --- Assertions: each form, with its message ------------------------------------------------------ */

static void
assert_true (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_true (user_data != NULL);
}

static void
assert_plain (gpointer user_data G_GNUC_UNUSED)
{
  g_assert (user_data != NULL);
}

static void
assert_of_c (gpointer user_data G_GNUC_UNUSED)
{
  assert (user_data != NULL);
}

static void
assert_cmpint (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpint (1 + 1, ==, 3);
}

static void
assert_cmphex (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmphex (0x10, ==, 0x1f);
}

static void
assert_cmpfloat (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpfloat (0.5, >, 1.5);
}

static void
assert_cmpstr (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpstr ("a", ==, NULL);
}

static void
assert_cmpmem (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpmem ("ab", 2, "ac", 2);
}

static void
assert_cmpstrv (gpointer user_data G_GNUC_UNUSED)
{
  const char *const left[] = { "same", "x", NULL };
  const char *const right[] = { "same", "y", NULL };

  g_assert_cmpstrv (left, right);
}

static void
assert_no_error (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such thing");

  g_assert_no_error (error);
}

static void
assert_error (gpointer user_data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
assert_null (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_null ("x");
}

static void
assert_not_reached (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

static void
call_abort (gpointer user_data G_GNUC_UNUSED)
{
  abort ();
}

/* --- Memory ------------------------------------------------------------------------------------------ */

static int *shared;
static GMutex mutex;

static gpointer
read_shared (gpointer user_data G_GNUC_UNUSED)
{
  int value;

  g_mutex_lock (&mutex);
  value = *shared;
  g_mutex_unlock (&mutex);

  return GINT_TO_POINTER (value);
}

/* Moves the memory that another thread looks at, under the lock; but the other one was told the old place. */
static void
use_after_realloc (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;
  int *volatile moved; /* clang leaves out a realloc() that nobody looks at */

  shared = malloc (sizeof (int));
  *shared = 1;
  other = g_thread_new ("other", read_shared, NULL);
  g_mutex_lock (&mutex);
  moved = realloc (shared, 1000);
  g_mutex_unlock (&mutex);
  g_thread_join (other);
  free (moved);
}

/* What was in the memory is in the new one. */
static void
keeps_contents (gpointer user_data G_GNUC_UNUSED)
{
  char *text = strdup ("text");

  text = realloc (text, 1000);
  text = g_realloc (text, 5000);
  outcome ("%s", text);
  g_free (text);
}

static void
free_twice (gpointer user_data)
{
  int *memory = g_new (int, 1);

  g_free (memory);
  if (user_data == NULL)
    g_free (memory);
}

static GSList *list;

static gpointer
read_list (gpointer user_data G_GNUC_UNUSED)
{
  gpointer data;

  g_mutex_lock (&mutex);
  data = list->data;
  g_mutex_unlock (&mutex);

  return data;
}

/* The list is freed by a function inside of GLib. */
static void
use_after_list_free (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  list = g_slist_prepend (NULL, &mutex);
  other = g_thread_new ("other", read_list, NULL);
  g_mutex_lock (&mutex);
  g_slist_free (list);
  g_mutex_unlock (&mutex);
  g_thread_join (other);
}

static char from[64] = "from";
static char to[64];
static gsize (*volatile length) (const char *text) = strlen;

static gpointer
copy_text (gpointer size)
{
  memcpy (to, from, GPOINTER_TO_SIZE (size));

  return NULL;
}

/* Through a function of the C library that no compiler can look into. */
static void
race_in_memcpy (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", copy_text, GSIZE_TO_POINTER (64));

  copy_text (GSIZE_TO_POINTER (32));
  g_thread_join (other);
}

static gpointer
set_text (gpointer text)
{
  memset (text, 'x', 5 + (from[0] == 'f'));

  return NULL;
}

static void
race_in_strlen (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other = g_thread_new ("other", set_text, to);

  (void) length (to);
  g_thread_join (other);
}

static gpointer
clear_in_atomic (gpointer number)
{
  *(int *) number = 0;

  return NULL;
}

/* One thread uses atomic operations, the other one forgot. */
static void
race_with_atomic (gpointer user_data G_GNUC_UNUSED)
{
  int number = 0;
  GThread *other = g_thread_new ("other", clear_in_atomic, &number);

  g_atomic_int_set (&number, 1);
  g_thread_join (other);
}

/* --- Reference counts ------------------------------------------------------------------------------------ */

static int n_cleared;

static void
note_cleared (gpointer box)
{
  n_cleared += *(int *) box;
}

static gpointer
release_box (gpointer box)
{
  g_atomic_rc_box_release_full (box, note_cleared);

  return NULL;
}

/* Whoever comes last clears it, and has seen what the other one did before. */
static void
rc_box (gpointer user_data G_GNUC_UNUSED)
{
  int *box = g_atomic_rc_box_new0 (int);
  GThread *other;

  n_cleared = 0;
  *box = 1;
  other = g_thread_new ("other", release_box, g_atomic_rc_box_acquire (box));
  release_box (box);
  g_thread_join (other);
  g_atomic_rc_box_release (g_atomic_rc_box_new0 (int));
  outcome ("%d", n_cleared);
}

typedef struct
{
  gatomicrefcount count;
  int is_last[2];
} Counted;

static gpointer
unref_counted (gpointer data)
{
  Counted *counted = data;

  counted->is_last[1] = g_atomic_ref_count_dec (&counted->count);

  return NULL;
}

static void
ref_count (gpointer user_data G_GNUC_UNUSED)
{
  Counted counted = { 0 };
  GThread *other;

  g_atomic_ref_count_init (&counted.count);
  g_atomic_ref_count_inc (&counted.count);
  g_assert_true (g_atomic_ref_count_compare (&counted.count, 2));
  other = g_thread_new ("other", unref_counted, &counted);
  counted.is_last[0] = g_atomic_ref_count_dec (&counted.count);
  g_thread_join (other);
  outcome ("%d%d", counted.is_last[0], counted.is_last[1]);
}

/* --- Locks in a bit ------------------------------------------------------------------------------------- */

static int bits;
static gpointer pointer_bits;
static int n;
static int seen;

static gpointer
try_bits (gpointer user_data G_GNUC_UNUSED)
{
  seen = 0;
  if (g_bit_trylock (&bits, 3))
    {
      seen += 1;
      g_bit_unlock (&bits, 3);
    }
  if (g_bit_trylock (&bits, 4))
    {
      seen += 10;
      g_bit_unlock (&bits, 4);
    }
  if (g_pointer_bit_trylock (&pointer_bits, 0))
    {
      seen += 100;
      g_pointer_bit_unlock (&pointer_bits, 0);
    }

  return NULL;
}

/* Bit 3 of the number and bit 0 of the pointer are locked, bit 4 is not. */
static void
bit_locks (gpointer user_data G_GNUC_UNUSED)
{
  int held;

  g_bit_lock (&bits, 3);
  g_pointer_bit_lock (&pointer_bits, 0);
  g_thread_join (g_thread_new ("other", try_bits, NULL));
  held = seen;
  g_bit_unlock (&bits, 3);
  g_pointer_bit_unlock (&pointer_bits, 0);
  g_thread_join (g_thread_new ("other", try_bits, NULL));
  outcome ("%03d %03d", held, seen);
}

static gpointer
add_under_bit (gpointer user_data G_GNUC_UNUSED)
{
  g_bit_lock (&bits, 3);
  n += 1;
  g_bit_unlock (&bits, 3);
  g_pointer_bit_lock (&pointer_bits, 1);
  seen += 1;
  g_pointer_bit_unlock (&pointer_bits, 1);

  return NULL;
}

/* What is done under such a lock is no race. */
static void
bit_lock_orders (gpointer user_data G_GNUC_UNUSED)
{
  GThread *other;

  n = seen = 0;
  other = g_thread_new ("other", add_under_bit, NULL);
  add_under_bit (NULL);
  g_thread_join (other);
  outcome ("%d %d", n, seen);
}

static void
bit_unlock_of_nobody (gpointer user_data G_GNUC_UNUSED)
{
  g_bit_unlock (&bits, 3);
}

/* --- Descriptors ------------------------------------------------------------------------------------------- */

static int fds[2];

static gpointer
write_byte (gpointer user_data G_GNUC_UNUSED)
{
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);

  return NULL;
}

/* poll() with a timeout sees the byte or does not; read() waits for it. */
static void
pipe_and_poll (gpointer user_data G_GNUC_UNUSED)
{
  struct pollfd pollfd = { .events = POLLIN };
  struct timespec timeout = { 0, 1000 };
  GThread *other;
  int at_once;
  int in_time;
  char byte;

  g_assert_cmpint (pipe (fds), ==, 0);
  pollfd.fd = fds[0];
  other = g_thread_new ("other", write_byte, NULL);
  at_once = poll (&pollfd, 1, 0);
  in_time = ppoll (&pollfd, 1, &timeout, NULL);
  g_assert_cmpint (read (fds[0], &byte, 1), ==, 1);
  g_thread_join (other);
  close (fds[0]);
  close (fds[1]);
  outcome ("%d%d", at_once, in_time);
}

static gpointer
add_event (gpointer fd)
{
  eventfd_write (GPOINTER_TO_INT (fd), 1);

  return NULL;
}

/* An event descriptor in an epoll instance, and a timeout. */
static void
epoll (gpointer user_data G_GNUC_UNUSED)
{
  int fd = eventfd (0, 0);
  int instance = epoll_create1 (0);
  struct epoll_event event = { .events = EPOLLIN };
  GThread *other;
  eventfd_t value;
  int n_ready;

  g_assert_cmpint (epoll_ctl (instance, EPOLL_CTL_ADD, fd, &event), ==, 0);
  other = g_thread_new ("other", add_event, GINT_TO_POINTER (fd));
  n_ready = epoll_wait (instance, &event, 1, 5);
  eventfd_read (fd, &value);
  g_thread_join (other);
  close (instance);
  close (fd);
  outcome ("%d %d", n_ready, (int) value);
}

/* A descriptor that does not block says so. */
static void
nonblocking (gpointer user_data G_GNUC_UNUSED)
{
  int fd = eventfd (0, EFD_NONBLOCK);
  eventfd_t value;
  int status = eventfd_read (fd, &value);

  outcome ("%d", status == -1 && errno == EAGAIN);
  close (fd);
}

static void
calls_select (gpointer user_data G_GNUC_UNUSED)
{
  select (0, NULL, NULL, NULL, NULL);
}

static void
calls_fork (gpointer user_data G_GNUC_UNUSED)
{
  if (fork () == 0)
    _exit (0);
}

static const Case cases[] = {
  { "/standins/assert/true", assert_true, EXPLORER_ASSERTION, "'user_data != NULL' should be TRUE", FALSE },
  { "/standins/assert/plain", assert_plain, EXPLORER_ASSERTION, "user_data != NULL", FALSE },
  { "/standins/assert/of-c", assert_of_c, EXPLORER_ASSERTION, "user_data != NULL", FALSE },
  { "/standins/assert/cmpint", assert_cmpint, EXPLORER_ASSERTION, "1 + 1 == 3: 2 == 3", FALSE },
  { "/standins/assert/cmphex", assert_cmphex, EXPLORER_ASSERTION, "0x10 == 0x1f: 0x00000010 == 0x0000001f", FALSE },
  { "/standins/assert/cmpfloat", assert_cmpfloat, EXPLORER_ASSERTION, "0.5 > 1.5: 0.5 > 1.5", FALSE },
  { "/standins/assert/cmpstr", assert_cmpstr, EXPLORER_ASSERTION, "\"a\" == NULL", FALSE },
  { "/standins/assert/cmpmem", assert_cmpmem, EXPLORER_ASSERTION, "\"ab\" == \"ac\"", FALSE },
  { "/standins/assert/cmpstrv", assert_cmpstrv, EXPLORER_ASSERTION, "\"x\" == \"y\"", FALSE },
  { "/standins/assert/no-error", assert_no_error, EXPLORER_ASSERTION, "error: no such thing", FALSE },
  { "/standins/assert/error", assert_error, EXPLORER_ASSERTION, "no error", FALSE },
  { "/standins/assert/null", assert_null, EXPLORER_ASSERTION, "should be NULL", FALSE },
  { "/standins/assert/not-reached", assert_not_reached, EXPLORER_ASSERTION, "should not be reached", FALSE },
  { "/standins/assert/abort", call_abort, EXPLORER_ASSERTION, "abort()", FALSE },
  { "/standins/memory/contents", keeps_contents, EXPLORER_CORRECT, "text", FALSE },
  { "/standins/memory/twice", free_twice, EXPLORER_USE_AFTER_FREE, "main frees memory", FALSE },
  { "/standins/memory/memcpy", race_in_memcpy, EXPLORER_RACE, "writes memory", FALSE },
  { "/standins/memory/strlen", race_in_strlen, EXPLORER_RACE, "nothing orders", FALSE },
  { "/standins/memory/atomic", race_with_atomic, EXPLORER_RACE, "nothing orders", FALSE },
  { "/standins/references/box", rc_box, EXPLORER_CORRECT, "1", FALSE },
  { "/standins/references/count", ref_count, EXPLORER_CORRECT, "01 | 10", FALSE },
  { "/standins/bit-lock", bit_locks, EXPLORER_CORRECT, "010 111", FALSE },
  { "/standins/bit-lock/orders", bit_lock_orders, EXPLORER_CORRECT, "2 2", FALSE },
  { "/standins/bit-lock/nobody", bit_unlock_of_nobody, EXPLORER_MISUSE, "not locked", FALSE },
  { "/standins/descriptors/pipe", pipe_and_poll, EXPLORER_CORRECT, "00 | 01 | 11", FALSE },
  { "/standins/descriptors/epoll", epoll, EXPLORER_CORRECT, "0 1 | 1 1", FALSE },
  { "/standins/descriptors/nonblocking", nonblocking, EXPLORER_CORRECT, "1", FALSE },
  { "/standins/refused/select", calls_select, EXPLORER_LIMIT, "main calls select() at test-standins-rest.c:", FALSE },
  { "/standins/refused/fork", calls_fork, EXPLORER_LIMIT, "main calls fork()", FALSE },
};

/* With AddressSanitizer, whose free() it is then, only what the program frees itself is seen. */
static const Case cases_in_libraries[] = {
  { "/standins/memory/realloc", use_after_realloc, EXPLORER_USE_AFTER_FREE, "other reads memory", FALSE },
  { "/standins/memory/list", use_after_list_free, EXPLORER_USE_AFTER_FREE, "other reads memory", FALSE },
};

int
main (int    argc,
      char **argv)
{
  explorer_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add_cases (cases, G_N_ELEMENTS (cases));
  if (explorer_sees_all_of_free ())
    add_cases (cases_in_libraries, G_N_ELEMENTS (cases_in_libraries));

  return g_test_run ();
}
