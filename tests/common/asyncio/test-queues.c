/* SPDX-License-Identifier: MIT */

/*
 * Tests of queues.c and heapq.c. Items are values that must be freed exactly once.
 */

#include "common.h"

#include <string.h>

static AsyncioQueue *queue;

static void
put (const char *name)
{
  g_assert_true (asyncio_queue_put_nowait (queue, value_new (name), NULL));
}

static void
note_and_free (gpointer item)
{
  note ("%s", (const char *) item);
  value_free (item);
}

/* Gets what is there without waiting, and notes it. */
static void
get_all (void)
{
  while (!asyncio_queue_empty (queue))
    note_and_free (asyncio_queue_get_nowait (queue, NULL));
}

/* Gets an item, and notes "name=item" or what went wrong. */
static gpointer
get_body (gpointer   name,
          GError   **error)
{
  g_autoptr (GError) raised = NULL;
  gpointer item = asyncio_queue_get (queue, &raised);

  note ("%s=%s", (const char *) name, raised != NULL ? asyncio_error_get_name (raised) : outcome (item, NULL));
  if (item != NULL)
    value_free (item);
  if (raised != NULL)
    g_propagate_error (error, g_steal_pointer (&raised));

  return NULL;
}

static AsyncioTask *
start_getter (const char *name)
{
  return start (asyncio_coroutine_new (get_body, (gpointer) name, NULL));
}

/* Puts an item of its own name, and notes the name or what went wrong. */
static gpointer
put_body (gpointer   name,
          GError   **error)
{
  gpointer item = value_new (name);

  if (asyncio_queue_put (queue, item, error))
    {
      note ("+%s", (const char *) name);
      return NULL;
    }

  note ("+%s:%s", (const char *) name, asyncio_error_get_name (*error));
  value_free (item);
  return NULL;
}

static AsyncioTask *
start_putter (const char *name)
{
  return start (asyncio_coroutine_new (put_body, (gpointer) name, NULL));
}

/* --- Kinds ------------------------------------------------------------------------------ */

static int
compare_first_letter (gconstpointer a,
                      gconstpointer b,
                      gpointer      data)
{
  g_assert_cmpstr (data, ==, "data");

  return *(const char *) a - *(const char *) b;
}

static AsyncioQueue *
priority_queue_new (int maxsize)
{
  return asyncio_priority_queue_new (maxsize, compare_first_letter, (gpointer) "data", value_free);
}

static void
put_words (const char *words)
{
  g_auto (GStrv) each = g_strsplit (words, " ", -1);

  for (char **word = each; *word != NULL; word++)
    put (*word);
}

/* The oldest first, and the newest first. */
static void
test_fifo_and_lifo (void)
{
  queue = asyncio_queue_new (0, value_free);
  put_words ("a b c");
  g_assert_cmpuint (asyncio_queue_qsize (queue), ==, 3);
  get_all ();
  assert_notes ("a b c");
  asyncio_queue_unref (queue);

  queue = asyncio_lifo_queue_new (0, value_free);
  put_words ("a b c");
  g_assert_cmpuint (asyncio_queue_qsize (queue), ==, 3);
  get_all ();
  assert_notes ("c b a");
  asyncio_queue_unref (queue);
}

/* The smallest first. Which of two equal ones is first is what heapq of CPython 3.12 says. */
static void
test_priority (void)
{
  queue = priority_queue_new (0);
  put_words ("2a 1b 2c 1d 3e 1f 2g 3h 1i 2j");
  g_assert_cmpuint (asyncio_queue_qsize (queue), ==, 10);
  get_all ();
  assert_notes ("1b 1f 1d 1i 2g 2c 2j 2a 3h 3e");
  asyncio_queue_unref (queue);
}

/* Many numbers, put in and got out at random: never a smaller one is left behind. */
static int
compare_numbers (gconstpointer a,
                 gconstpointer b,
                 gpointer      data)
{
  (void) data;

  return GPOINTER_TO_INT (a) - GPOINTER_TO_INT (b);
}

static void
test_priority_at_random (void)
{
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (int));

  queue = asyncio_priority_queue_new (0, compare_numbers, NULL, NULL);
  for (int i = 0; i < 5000; i++)
    {
      if (left->len == 0 || g_test_rand_int_range (0, i < 2500 ? 3 : 2) > 0)
        {
          int number = g_test_rand_int_range (1, 100);

          g_array_append_val (left, number);
          g_assert_true (asyncio_queue_put_nowait (queue, GINT_TO_POINTER (number), NULL));
        }
      else
        {
          int number = GPOINTER_TO_INT (asyncio_queue_get_nowait (queue, NULL));
          guint at = G_MAXUINT;

          for (guint j = 0; j < left->len; j++)
            {
              g_assert_cmpint (g_array_index (left, int, j), >=, number);
              if (g_array_index (left, int, j) == number)
                at = j;
            }
          g_assert_cmpuint (at, !=, G_MAXUINT);
          g_array_remove_index_fast (left, at);
        }
      g_assert_cmpuint (asyncio_queue_qsize (queue), ==, left->len);
    }
  asyncio_queue_unref (queue);
}

/* --- Not waiting -------------------------------------------------------------------------- */

/* A full queue takes no more, an empty one gives nothing. An item that was not taken is still the caller's. */
static void
test_nowait (void)
{
  g_autoptr (GError) error = NULL;
  gpointer item = value_new ("c");

  queue = asyncio_queue_new (2, value_free);
  g_assert_cmpint (asyncio_queue_maxsize (queue), ==, 2);
  g_assert_true (asyncio_queue_empty (queue));
  g_assert_null (asyncio_queue_get_nowait (queue, &error));
  assert_error (error, "QueueEmpty");

  put_words ("a b");
  g_assert_true (asyncio_queue_full (queue));
  g_assert_false (asyncio_queue_empty (queue));
  g_assert_false (asyncio_queue_put_nowait (queue, item, &error));
  assert_error (error, "QueueFull");

  note_and_free (asyncio_queue_get_nowait (queue, NULL));
  g_assert_true (asyncio_queue_put_nowait (queue, item, &error));
  get_all ();
  assert_notes ("a b c");
  asyncio_queue_unref (queue);

  queue = asyncio_queue_new (-1, NULL);
  g_assert_cmpint (asyncio_queue_maxsize (queue), ==, -1);
  g_assert_false (asyncio_queue_full (queue));
  asyncio_queue_unref (queue);
}

/* None is an item like any other; only the error tells it from an empty queue. */
static void
test_none (void)
{
  g_autoptr (GError) error = NULL;

  queue = asyncio_queue_new (0, value_free);
  g_assert_true (asyncio_queue_put_nowait (queue, NULL, NULL));
  g_assert_true (asyncio_queue_put_nowait (queue, NULL, NULL));
  g_assert_cmpuint (asyncio_queue_qsize (queue), ==, 2);
  g_assert_null (asyncio_queue_get_nowait (queue, &error));
  g_assert_no_error (error);
  asyncio_queue_unref (queue);
}

/* What is in a queue when it is freed is freed with it, of each kind. */
static void
test_items_left (void)
{
  AsyncioQueue *queues[] = {
    asyncio_queue_new (0, value_free),
    asyncio_lifo_queue_new (0, value_free),
    priority_queue_new (0),
  };

  for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
    {
      queue = asyncio_queue_ref (queues[i]);
      put_words ("3 1 2");
      asyncio_queue_unref (queue);
      g_assert_cmpint (n_values, ==, 3);
      asyncio_queue_unref (queue);
      g_assert_cmpint (n_values, ==, 0);
    }
}

/* --- Waiting ------------------------------------------------------------------------------ */

/* Getters are served in the order in which they came, each in the turn after the put. */
static void
test_getters (void)
{
  queue = asyncio_queue_new (0, value_free);
  asyncio_unref (start_getter ("a"));
  asyncio_unref (start_getter ("b"));
  asyncio_unref (start_getter ("c"));
  run_turns (2);
  put ("1");
  put ("2");
  assert_notes ("");
  run_turns (1);
  assert_notes ("a=1 b=2");
  put ("3");
  run_turns (1);
  assert_notes ("c=3");
  put ("4");
  asyncio_unref (start_getter ("d"));
  run_turns (1);
  assert_notes ("d=4");
  asyncio_queue_unref (queue);
}

/* Putters likewise. */
static void
test_putters (void)
{
  queue = asyncio_queue_new (1, value_free);
  asyncio_unref (start_putter ("a"));
  asyncio_unref (start_putter ("b"));
  asyncio_unref (start_putter ("c"));
  run_turns (2);
  assert_notes ("+a");
  note_and_free (asyncio_queue_get_nowait (queue, NULL));
  run_turns (2);
  assert_notes ("a +b");
  note_and_free (asyncio_queue_get_nowait (queue, NULL));
  run_turns (1);
  get_all ();
  assert_notes ("b +c c");
  asyncio_queue_unref (queue);
}

/* Woken, but somebody was faster: it waits again, at the end of the line. */
static void
test_overtaken (void)
{
  queue = asyncio_queue_new (0, value_free);
  asyncio_unref (start_getter ("a"));
  asyncio_unref (start_getter ("b"));
  run_turns (1);
  put ("1");
  get_all ();
  run_turns (1);
  put ("2");
  run_turns (1);
  put ("3");
  run_turns (1);
  assert_notes ("1 b=2 a=3");
  asyncio_queue_unref (queue);
}

/* A getter is cancelled while it waits, after it was woken, and after it was woken with nobody else waiting. */
static void
test_cancelled_getter (void)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;
  g_autoptr (AsyncioTask) d = NULL;

  queue = asyncio_queue_new (0, value_free);
  a = start_getter ("a");
  b = start_getter ("b");
  asyncio_unref (start_getter ("c"));
  run_turns (1);
  asyncio_task_cancel (a);
  put ("1");
  asyncio_task_cancel (b);
  run_turns (2);
  assert_notes ("a=CancelledError b=CancelledError c=1");

  d = start_getter ("d");
  run_turns (1);
  put ("2");
  asyncio_task_cancel (d);
  run_turns (1);
  get_all ();
  assert_notes ("d=CancelledError 2");
  asyncio_queue_unref (queue);
}

/* A putter likewise: its item is not in the queue, and there is room for the next one's. */
static void
test_cancelled_putter (void)
{
  g_autoptr (AsyncioTask) a = NULL;
  g_autoptr (AsyncioTask) b = NULL;

  queue = asyncio_queue_new (1, value_free);
  put ("0");
  a = start_putter ("a");
  b = start_putter ("b");
  asyncio_unref (start_putter ("c"));
  run_turns (1);
  asyncio_task_cancel (a);
  note_and_free (asyncio_queue_get_nowait (queue, NULL));
  asyncio_task_cancel (b);
  run_turns (2);
  get_all ();
  assert_notes ("0 +a:CancelledError +b:CancelledError +c c");
  asyncio_queue_unref (queue);
}

/* The loop is closed while some wait, and the queue was given up before that. */
static void
test_closed (void)
{
  queue = asyncio_queue_new (1, value_free);
  asyncio_unref (start_getter ("a"));
  run_turns (1);
  asyncio_queue_unref (queue);
  close_loop ();
  assert_notes ("[Task was destroyed but it is pending!] a=GeneratorExit");
}

/* --- Not awaited yet ----------------------------------------------------------------------- */

/* put() as a coroutine owns its item until that is in the queue, get() as a coroutine the one it got. */
static void
test_coroutines (void)
{
  g_autoptr (AsyncioTask) waits = NULL;
  g_autoptr (AsyncioTask) gets = NULL;
  gpointer item;

  queue = asyncio_queue_new (1, value_free);
  run_and_note (asyncio_queue_put_coroutine (queue, value_new ("a")));
  assert_notes ("None");

  waits = start (asyncio_queue_put_coroutine (queue, value_new ("b")));
  run_turns (1);
  g_assert_cmpint (n_values, ==, 2);
  asyncio_task_cancel (waits);
  run_turns (1);
  g_assert_cmpint (n_values, ==, 1);
  expect_warning ("coroutine 'put' was never awaited*");
  asyncio_unref (asyncio_ref_sink (asyncio_queue_put_coroutine (queue, value_new ("c"))));
  assert_warned ();
  g_assert_cmpint (n_values, ==, 1);

  gets = start (asyncio_queue_get_coroutine (queue));
  run_turns (1);
  g_assert_true (asyncio_queue_empty (queue));
  item = asyncio_future_steal_result (ASYNCIO_FUTURE (gets), NULL);
  note_and_free (item);
  assert_notes ("a");

  put ("d");
  g_clear_pointer (&gets, asyncio_unref);
  gets = start (asyncio_queue_get_coroutine (queue));
  run_turns (1);
  g_clear_pointer (&gets, asyncio_unref);
  g_assert_cmpint (n_values, ==, 0);
  asyncio_queue_unref (queue);
}

/* --- join ------------------------------------------------------------------------------------ */

static gpointer
join_body (gpointer   name,
           GError   **error)
{
  if (asyncio_queue_join (queue, error))
    note ("%s", (const char *) name);
  else
    note ("%s:%s", (const char *) name, asyncio_error_get_name (*error));

  return NULL;
}

static AsyncioTask *
start_joiner (const char *name)
{
  return start (asyncio_coroutine_new (join_body, (gpointer) name, NULL));
}

/* join() waits for task_done(), once for each item, and not for the queue to be empty. Too many are an error. */
static void
test_join (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioTask) cancelled = NULL;

  queue = asyncio_queue_new (0, value_free);
  run_and_note (asyncio_queue_join_coroutine (queue));
  g_assert_false (asyncio_queue_task_done (queue, &error));
  assert_error (error, "ValueError: task_done() called too many times");

  put_words ("1 2");
  asyncio_unref (start_joiner ("a"));
  cancelled = start_joiner ("b");
  asyncio_unref (start_joiner ("c"));
  run_turns (1);
  get_all ();
  asyncio_task_cancel (cancelled);
  run_turns (2);
  assert_notes ("None 1 2 b:CancelledError");
  g_assert_true (asyncio_queue_task_done (queue, NULL));
  put ("3");
  g_assert_true (asyncio_queue_task_done (queue, NULL));
  run_turns (2);
  assert_notes ("");
  g_assert_true (asyncio_queue_task_done (queue, NULL));
  run_turns (1);
  assert_notes ("a c");
  g_assert_false (asyncio_queue_task_done (queue, &error));
  assert_error (error, "ValueError: task_done() called too many times");
  asyncio_queue_unref (queue);
}

/* --- Exploring ---------------------------------------------------------------------------- */

/*
 * Two producers of two items each, a queue for one, and two consumers. However they are cancelled: each item that was put
 * is got, or in the queue; nobody waits for an item that is there, or for room that is there.
 */
static guint n_put, n_got, n_getting, n_putting;

static gpointer
produce (gpointer   user_data,
         GError   **error)
{
  (void) user_data;

  for (int i = 0; i < 2; i++)
    {
      gpointer item = value_new ("item");
      gboolean done;

      n_putting++;
      done = asyncio_queue_put (queue, item, error);
      n_putting--;
      if (!done)
        {
          value_free (item);
          return NULL;
        }
      n_put++;
    }

  return NULL;
}

static gpointer
consume (gpointer   user_data,
         GError   **error)
{
  (void) user_data;

  for (int i = 0; i < 2; i++)
    {
      gpointer item;

      n_getting++;
      item = asyncio_queue_get (queue, error);
      n_getting--;
      if (item == NULL)
        return NULL;
      value_free (item);
      n_got++;
      if (!asyncio_sleep (0, error))
        return NULL;
    }

  return NULL;
}

static GPtrArray *
start_all (void)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (asyncio_unref);

  while (!asyncio_queue_empty (queue))
    value_free (asyncio_queue_get_nowait (queue, NULL));
  n_put = n_got = 0;

  g_ptr_array_add (tasks, start (asyncio_coroutine_new (produce, NULL, NULL)));
  g_ptr_array_add (tasks, start (asyncio_coroutine_new (consume, NULL, NULL)));
  g_ptr_array_add (tasks, start (asyncio_coroutine_new (consume, NULL, NULL)));
  g_ptr_array_add (tasks, start (asyncio_coroutine_new (produce, NULL, NULL)));

  return tasks;
}

static const char *
check_items (GPtrArray *tasks)
{
  (void) tasks;

  if (n_put != n_got + asyncio_queue_qsize (queue))
    return "an item is lost, or there twice";
  if (n_getting > 0 && !asyncio_queue_empty (queue))
    return "somebody waits for an item that is there";
  if (n_putting > 0 && !asyncio_queue_full (queue))
    return "somebody waits for room that is there";
  if ((guint) n_values != asyncio_queue_qsize (queue) + n_putting)
    return "an item was not freed";

  return NULL;
}

static void
test_explore (void)
{
  queue = asyncio_queue_new (1, value_free);
  explore_cancellations (start_all, check_items, 10);
  asyncio_queue_unref (queue);
}

static const TestCase cases[] = {
  { "/core/queues/fifo-and-lifo", test_fifo_and_lifo },
  { "/core/queues/priority", test_priority },
  { "/core/queues/priority-at-random", test_priority_at_random },
  { "/core/queues/nowait", test_nowait },
  { "/core/queues/none", test_none },
  { "/core/queues/items-left", test_items_left },
  { "/core/queues/getters", test_getters },
  { "/core/queues/putters", test_putters },
  { "/core/queues/overtaken", test_overtaken },
  { "/core/queues/cancelled-getter", test_cancelled_getter },
  { "/core/queues/cancelled-putter", test_cancelled_putter },
  { "/core/queues/closed", test_closed },
  { "/core/queues/coroutines", test_coroutines },
  { "/core/queues/join", test_join },
  { "/core/queues/explore", test_explore },
};

int
main (int    argc,
      char **argv)
{
  return run_tests_in_current_loop (argc, argv, cases, G_N_ELEMENTS (cases));
}
