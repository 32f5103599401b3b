/* SPDX-License-Identifier: MIT */

/*
 * Tests of events.c: handles, queues of handles, and which loop is whose.
 */

#include "common.h"

#include "events-private.h"
#include "objects-private.h"

/* --- Handles ---------------------------------------------------------------------- */

/* A callback is called once, in the next turn, and then its data is freed. */
static void
test_call (void)
{
  AsyncioHandle *handle = asyncio_loop_call_soon (loop, note_text, value_new ("called"), value_free, NULL);

  g_assert_nonnull (handle);
  assert_notes ("");
  run_turns (2);

  assert_notes ("called");
  g_assert_cmpint (n_values, ==, 0);
}

/* A cancelled callback is not called, and its data is freed at once; to cancel it again does nothing. */
static void
test_cancel (void)
{
  g_autoptr (AsyncioHandle) handle = NULL;

  handle = asyncio_handle_ref (asyncio_loop_call_soon (loop, note_text, value_new ("called"), value_free, NULL));
  g_assert_false (asyncio_handle_cancelled (handle));

  asyncio_handle_cancel (handle);
  g_assert_cmpint (n_values, ==, 0);
  asyncio_handle_cancel (handle);
  g_assert_true (asyncio_handle_cancelled (handle));

  run_turns (2);
  assert_notes ("");
}

/* A callback can cancel one that comes later in the same turn. */
static void
cancel_other (gpointer   user_data,
              GError   **error)
{
  AsyncioHandle **other = user_data;

  (void) error;
  note ("cancels");
  asyncio_handle_cancel (*other);
}

static void
test_cancel_in_turn (void)
{
  AsyncioHandle *second;

  asyncio_loop_call_soon (loop, cancel_other, &second, NULL, NULL);
  second = asyncio_loop_call_soon (loop, note_text, value_new ("second"), value_free, NULL);
  asyncio_loop_call_soon (loop, note_text, (gpointer) "third", NULL, NULL);
  run_turns (1);

  assert_notes ("cancels third");
}

/* A callback that cancels itself goes on with its data, which is freed when it returns. */
typedef struct
{
  AsyncioHandle *handle;
  gboolean is_freed;
} SelfCanceller;

static void
self_canceller_free (gpointer data)
{
  ((SelfCanceller *) data)->is_freed = TRUE;
}

static void
cancel_myself (gpointer   user_data,
               GError   **error)
{
  SelfCanceller *self = user_data;

  (void) error;
  asyncio_handle_cancel (self->handle);
  note ("freed while it runs: %d", self->is_freed);
}

static void
test_cancel_self (void)
{
  SelfCanceller self = { NULL, FALSE };

  self.handle = asyncio_handle_ref (asyncio_loop_call_soon (loop, cancel_myself, &self, self_canceller_free, NULL));
  run_turns (1);

  assert_notes ("freed while it runs: 0");
  g_assert_true (self.is_freed);
  asyncio_handle_unref (self.handle);
}

/* To cancel a callback that was called marks the handle and does nothing else, as in Python. */
static void
test_cancel_after (void)
{
  g_autoptr (AsyncioHandle) handle = NULL;

  handle = asyncio_handle_ref (asyncio_loop_call_soon (loop, note_text, value_new ("called"), value_free, NULL));
  run_turns (1);
  asyncio_handle_cancel (handle);

  g_assert_true (asyncio_handle_cancelled (handle));
  assert_notes ("called");
  g_assert_cmpint (n_values, ==, 0);
}

/* What the loop never called it frees when it is closed; a handle that somebody keeps may be cancelled even then. */
static void
test_never_called (void)
{
  g_autoptr (AsyncioHandle) handle = NULL;

  handle = asyncio_handle_ref (asyncio_loop_call_soon (loop, note_text, value_new ("kept"), value_free, NULL));
  asyncio_loop_call_soon (loop, note_text, value_new ("not kept"), value_free, NULL);
  g_assert_cmpint (n_values, ==, 2);

  close_loop ();
  g_assert_cmpint (n_values, ==, 1);
  asyncio_handle_cancel (handle);
  g_assert_cmpint (n_values, ==, 0);
}

/* A timer says when it is due, also after it was. */
static void
test_when (void)
{
  g_autoptr (AsyncioHandle) handle = NULL;

  handle = asyncio_handle_ref (asyncio_loop_call_at (loop, 2.5, stop_loop, NULL, NULL, NULL));
  g_assert_cmpfloat (asyncio_timer_handle_when (handle), ==, 2.5);
  asyncio_loop_run_forever (loop, NULL);
  g_assert_cmpfloat (asyncio_timer_handle_when (handle), ==, 2.5);
}

/* --- Queues ------------------------------------------------------------------------- */

/* First in, first out; what is popped does not know of the queue any more. */
static void
test_queue (void)
{
  AsyncioHandleQueue queue = { NULL, NULL, 0 };
  AsyncioHandle *handles[3];

  g_assert_null (asyncio_handle_queue_pop (&queue));
  for (int i = 0; i < 3; i++)
    {
      handles[i] = asyncio_handle_new (note_text, NULL, NULL, "x");
      asyncio_handle_queue_push (&queue, handles[i]);
      g_assert_true (handles[i]->queued);
    }
  g_assert_cmpint (queue.length, ==, 3);

  for (int i = 0; i < 3; i++)
    {
      AsyncioHandle *popped = asyncio_handle_queue_pop (&queue);

      g_assert_true (popped == handles[i]);
      g_assert_false (popped->queued);
      g_assert_null (popped->next);
      asyncio_handle_unref (popped);
    }

  g_assert_cmpint (queue.length, ==, 0);
  g_assert_null (queue.tail);
}

/* To append a queue moves all of it, in order; to append an empty one changes nothing. */
static void
test_queue_append (void)
{
  AsyncioHandleQueue first = { NULL, NULL, 0 };
  AsyncioHandleQueue second = { NULL, NULL, 0 };
  AsyncioHandle *handles[4];

  for (int i = 0; i < 4; i++)
    {
      handles[i] = asyncio_handle_new (note_text, value_new ("v"), value_free, "x");
      asyncio_handle_queue_push (i < 2 ? &first : &second, handles[i]);
    }

  asyncio_handle_queue_append (&first, &second);
  g_assert_cmpint (first.length, ==, 4);
  g_assert_cmpint (second.length, ==, 0);
  asyncio_handle_queue_append (&first, &second);
  asyncio_handle_queue_append (&second, &first);
  g_assert_cmpint (second.length, ==, 4);

  for (int i = 0; i < 2; i++)
    {
      AsyncioHandle *popped = asyncio_handle_queue_pop (&second);

      g_assert_true (popped == handles[i]);
      asyncio_handle_unref (popped);
    }

  asyncio_handle_queue_clear (&second);
  g_assert_cmpint (n_values, ==, 0);
}

/* --- Which loop is whose -------------------------------------------------------------- */

/* The running loop is known while it runs, and only then. */
static void
note_running (gpointer   unused,
              GError   **error)
{
  (void) unused;
  note ("running: %d, get_event_loop: %d", asyncio_get_running_loop (error) == loop,
        asyncio_get_event_loop (error) == loop);
}

static void
test_running_loop (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (asyncio_get_running_loop (&error));
  assert_error (error, "RuntimeError: no running event loop");

  asyncio_loop_call_soon (loop, note_running, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("running: 1, get_event_loop: 1");

  g_assert_null (asyncio_get_running_loop (NULL));
}

/* A loop that runs is the current one, whatever set_event_loop() has set. */
static void
test_running_beats_set (void)
{
  AsyncioLoop *other = new_virtual_loop ();

  asyncio_set_event_loop (other);
  asyncio_loop_call_soon (loop, note_running, NULL, NULL, NULL);
  run_turns (1);
  assert_notes ("running: 1, get_event_loop: 1");
  g_assert_true (asyncio_get_event_loop (NULL) == other);

  asyncio_set_event_loop (NULL);
  end_loop (other);
}

/* A loop that is set is kept alive, and the one before it let go. */
static void
test_set_event_loop (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioLoop *first = new_virtual_loop ();
  AsyncioLoop *second = new_virtual_loop ();

  asyncio_set_event_loop (first);
  asyncio_loop_close (first, NULL);
  asyncio_loop_unref (first);
  g_assert_true (asyncio_get_event_loop (NULL) == first);

  asyncio_set_event_loop (first);
  g_assert_true (asyncio_get_event_loop (NULL) == first);

  asyncio_set_event_loop (second);
  g_assert_true (asyncio_get_event_loop (NULL) == second);
  end_loop (second);

  asyncio_set_event_loop (NULL);
  g_assert_null (asyncio_get_event_loop (&error));
  assert_error (error, "RuntimeError: There is no current event loop in thread 'MainThread'.");
}

/* Once a program has set the loop, none, too, none is made for it. In another thread none ever is. */
static gpointer
ask_for_loop (gpointer unused)
{
  g_autoptr (GError) error = NULL;

  (void) unused;
  g_assert_null (asyncio_get_event_loop (&error));

  return (gpointer) take_error (&error);
}

static void
test_other_thread (void)
{
  GThread *thread = g_thread_new ("other", ask_for_loop, NULL);
  const char *error = g_thread_join (thread);

  g_assert_cmpstr (error, ==, "RuntimeError: There is no current event loop in thread 'Thread'.");
}

/* A thread that ends lets go of the loop that it has set, and of one that nobody closed says so. */
static gpointer
leave_loop (gpointer close_it)
{
  AsyncioLoop *made = new_virtual_loop ();

  asyncio_set_event_loop (made);
  if (close_it != NULL)
    asyncio_loop_close (made, NULL);
  asyncio_loop_unref (made);

  return NULL;
}

static void
test_thread_ends (void)
{
  g_thread_join (g_thread_new ("tidy", leave_loop, GINT_TO_POINTER (TRUE)));

  expect_warning ("unclosed event loop");
  g_thread_join (g_thread_new ("untidy", leave_loop, NULL));
  assert_warned ();
}

/*
 * In the main thread of a program that never set a loop one is made at the first get_event_loop(), and it is the same
 * at the second. (In a process of its own: the other tests here have set loops.)
 */
static void
subprocess_made_in_main_thread (void)
{
  g_autoptr (GError) error = NULL;
  AsyncioLoop *made = asyncio_get_event_loop (&error);

  g_assert_no_error (error);
  g_assert_nonnull (made);
  g_assert_true (asyncio_get_event_loop (NULL) == made);
  g_assert_false (asyncio_loop_is_closed (made));

  asyncio_loop_close (made, NULL);
  asyncio_set_event_loop (NULL);
}

static void
test_made_in_main_thread (void)
{
  g_test_trap_subprocess ("/core/events/subprocess/made-in-main-thread", 0, 0);
  g_test_trap_assert_passed ();
}

/* --- What is what ---------------------------------------------------------------------- */

/* Anything may be asked whether it is a coroutine or a future. */
static void
test_kinds (void)
{
  static const char text[] = "some text";
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (asyncio_sleep_coroutine (0));
  g_autoptr (AsyncioTask) task = start (asyncio_sleep_coroutine (0));
  gconstpointer all[] = { NULL, GINT_TO_POINTER (42), text, future, coroutine, task };
  static const gboolean are_coroutines[] = { FALSE, FALSE, FALSE, FALSE, TRUE, FALSE };
  static const gboolean are_futures[] = { FALSE, FALSE, FALSE, TRUE, FALSE, TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_assert_cmpint (asyncio_iscoroutine (all[i]), ==, are_coroutines[i]);
      g_assert_cmpint (asyncio_isfuture (all[i]), ==, are_futures[i]);
    }

  asyncio_coroutine_close (coroutine, NULL);
  run_turns (2);
}

/* What repr() says of them. */
static void
test_repr (void)
{
  static const char text[] = "some text";
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autofree char *null = asyncio_repr (NULL);
  g_autofree char *number = asyncio_repr (GINT_TO_POINTER (42));
  g_autofree char *object = asyncio_repr (text);
  g_autofree char *pending = asyncio_repr (future);

  g_assert_cmpstr (null, ==, "NULL");
  g_assert_cmpstr (number, ==, "42");
  g_assert_true (g_str_has_prefix (object, "<object at 0x"));
  g_assert_cmpstr (pending, ==, "<Future pending>");
}

/* References are counted; NULL has none. */
static void
test_references (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  g_assert_null (asyncio_ref (NULL));
  g_assert_null (asyncio_ref_sink (NULL));
  asyncio_unref (NULL);

  g_assert_true (asyncio_ref (future) == future);
  g_assert_true (asyncio_ref_sink (future) == future);
  asyncio_unref (future);
  asyncio_unref (future);
  g_assert_cmpint (((AsyncioObject *) future)->ref_count, ==, 1);
  asyncio_unref (future);
}

/* A new coroutine belongs to the first who sinks it; the second gets a reference of his own. */
static void
test_floating (void)
{
  AsyncioCoroutine *coroutine = asyncio_sleep_coroutine (1);

  g_assert_true (((AsyncioObject *) coroutine)->floating);
  g_assert_true (asyncio_ref_sink (coroutine) == coroutine);
  g_assert_cmpint (((AsyncioObject *) coroutine)->ref_count, ==, 1);
  asyncio_ref_sink (coroutine);
  g_assert_cmpint (((AsyncioObject *) coroutine)->ref_count, ==, 2);

  asyncio_coroutine_close (coroutine, NULL);
  asyncio_unref (coroutine);
  asyncio_unref (coroutine);
}

static const TestCase cases[] = {
  { "/core/events/handle/call", test_call },
  { "/core/events/handle/cancel", test_cancel },
  { "/core/events/handle/cancel-in-turn", test_cancel_in_turn },
  { "/core/events/handle/cancel-self", test_cancel_self },
  { "/core/events/handle/cancel-after", test_cancel_after },
  { "/core/events/handle/never-called", test_never_called },
  { "/core/events/handle/when", test_when },
  { "/core/events/queue/order", test_queue },
  { "/core/events/queue/append", test_queue_append },
  { "/core/events/running-loop", test_running_loop },
  { "/core/events/running-beats-set", test_running_beats_set },
  { "/core/events/set-event-loop", test_set_event_loop },
  { "/core/events/other-thread", test_other_thread },
  { "/core/events/thread-ends", test_thread_ends },
  { "/core/events/made-in-main-thread", test_made_in_main_thread },
  { "/core/events/subprocess/made-in-main-thread", subprocess_made_in_main_thread },
  { "/core/events/kinds", test_kinds },
  { "/core/events/repr", test_repr },
  { "/core/events/references", test_references },
  { "/core/events/floating", test_floating },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
