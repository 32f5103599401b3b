/* SPDX-License-Identifier: MIT */

/*
 * Tests of a loop that is a guest in the application's main context (loop-source.c). Here the application is a GMainLoop, and the loop under
 * test is `guest`; the test's own loop is not used.
 */

#include "common.h"

static GMainContext *context;
static GMainLoop *application;
static AsyncioLoop *guest;

/* The guest gets a virtual clock, unless the test has other threads. */
static void
begin (gboolean virtual)
{
  g_autoptr (AsyncioClock) clock = virtual ? asyncio_virtual_clock_new () : NULL;

  context = g_main_context_new ();
  application = g_main_loop_new (context, FALSE);
  asyncio_set_clock (clock);
  guest = asyncio_new_event_loop_for_context (context);
  asyncio_set_clock (NULL);
  watch_loop (guest);
}

static void
end (void)
{
  end_loop (guest);
  g_main_loop_unref (application);
  g_main_context_unref (context);
}

static gboolean
quit_application (gpointer user_data)
{
  (void) user_data;
  g_main_loop_quit (application);

  return G_SOURCE_REMOVE;
}

/* A source of the application's own. */
static void
add_source (GSourceFunc func,
            gpointer    data,
            int         priority)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, context);
}

static gpointer
sleep_and_quit (gpointer   user_data,
                GError   **error)
{
  note ("starts in %s", asyncio_get_running_loop (NULL) == guest ? "guest" : "another");
  if (!asyncio_sleep (3600, error))
    return NULL;
  note ("slept");
  g_main_loop_quit (application);

  return user_data;
}

/* The application runs its main loop: tasks of the guest go on, in virtual time, and while they do the guest is the running loop. */
static void
test_application_runs (void)
{
  g_autoptr (AsyncioTask) task = NULL;

  begin (TRUE);
  task = asyncio_loop_create_task (guest, asyncio_coroutine_new (sleep_and_quit, NULL, NULL), NULL);
  g_assert_false (asyncio_loop_is_running (guest));
  g_main_loop_run (application);

  assert_notes ("starts in guest slept");
  g_assert_true (asyncio_task_done (task));
  g_assert_false (asyncio_loop_is_running (guest));
  g_assert_null (asyncio_get_running_loop (NULL));
  g_assert_null (g_main_context_get_thread_default ());
  end ();
}

static gboolean
note_source (gpointer text)
{
  note ("%s", (const char *) text);

  return G_SOURCE_REMOVE;
}

/* What is scheduled from a source of the application's is called, and other sources have their turn in between. */
static gboolean
schedule_from_source (gpointer user_data)
{
  (void) user_data;
  asyncio_loop_call_soon (guest, note_text, (gpointer) "guest", NULL, NULL);
  add_source (note_source, (gpointer) "source", G_PRIORITY_LOW);
  add_source (quit_application, NULL, G_PRIORITY_LOW + 1);

  return G_SOURCE_REMOVE;
}

static void
test_scheduled_from_outside (void)
{
  begin (TRUE);
  add_source (schedule_from_source, NULL, G_PRIORITY_DEFAULT);
  g_main_loop_run (application);

  assert_notes ("guest source");
  end ();
}

static void
quit_in_guest (gpointer   unused,
               GError   **error)
{
  (void) unused;
  (void) error;
  note ("called");
  g_main_loop_quit (application);
}

static gpointer
call_from_thread (gpointer unused)
{
  (void) unused;
  g_assert_true (asyncio_loop_call_soon_threadsafe (guest, quit_in_guest, NULL, NULL, NULL));

  return NULL;
}

/* Another thread wakes the application's context. */
static void
test_threadsafe (void)
{
  GThread *thread;

  begin (FALSE);
  thread = g_thread_new ("caller", call_from_thread, NULL);
  g_main_loop_run (application);
  g_thread_join (thread);

  assert_notes ("called");
  end ();
}

/* A call of run_until_complete() in the application runs the context, with what else is in it, and returns the value. */
static gpointer
wait_for_source (gpointer   future,
                 GError   **error)
{
  return asyncio_await (future, error);
}

static gboolean
complete_from_source (gpointer future)
{
  note ("source");
  asyncio_future_set_result (future, (gpointer) "value", NULL, NULL);

  return G_SOURCE_REMOVE;
}

static void
test_run_until_complete (void)
{
  g_autoptr (AsyncioFuture) future = NULL;
  g_autoptr (GError) error = NULL;
  const char *value;

  begin (TRUE);
  future = asyncio_loop_create_future (guest);
  add_source (complete_from_source, future, G_PRIORITY_DEFAULT);
  value = asyncio_loop_run_until_complete (guest, asyncio_coroutine_new (wait_for_source, future, NULL), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, "value");
  assert_notes ("source");
  end ();
}

/* In a callback of the guest it runs already, and cannot be run once more, or be closed. */
static void
run_again (gpointer   unused,
           GError   **error)
{
  g_autoptr (GError) refused = NULL;
  g_autoptr (GError) not_closed = NULL;

  (void) unused;
  (void) error;
  g_assert_false (asyncio_loop_run_forever (guest, &refused));
  g_assert_false (asyncio_loop_close (guest, &not_closed));
  note ("%s; %s", refused->message, not_closed->message);
  g_main_loop_quit (application);
}

static void
test_nested (void)
{
  begin (TRUE);
  asyncio_loop_call_soon (guest, run_again, NULL, NULL, NULL);
  g_main_loop_run (application);

  assert_notes ("This event loop is already running; Cannot close a running event loop");
  end ();
}

static void
interrupt (gpointer   unused,
           GError   **error)
{
  (void) unused;
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_KEYBOARD_INTERRUPT, "");
}

/* What would end run_forever() has nobody to go to: it is reported, and the guest goes on. stop() has nothing to end, and is not kept for a
 * later run. */
static void
test_leaving (void)
{
  g_autoptr (GError) error = NULL;

  begin (TRUE);
  asyncio_loop_call_soon (guest, interrupt, NULL, NULL, NULL);
  asyncio_loop_call_soon (guest, note_text, (gpointer) "goes on", NULL, NULL);
  asyncio_loop_stop (guest);
  asyncio_loop_call_later (guest, 1, quit_in_guest, NULL, NULL, NULL);
  g_main_loop_run (application);

  assert_notes ("[Nobody runs this event loop that could be left: KeyboardInterrupt] goes on called");

  asyncio_loop_run_until_complete (guest, sleeper ("slept", 1), &error);
  g_assert_no_error (error);
  assert_notes ("");
  end ();
}

/* Two guests in one context: each is the running loop while it has its turns. */
static void
note_running (gpointer   text,
              GError   **error)
{
  (void) error;
  note ("%s: %s", (const char *) text, asyncio_get_running_loop (NULL) == guest ? "guest" : "other");
}

static void
test_two_guests (void)
{
  AsyncioLoop *other;

  begin (TRUE);
  other = asyncio_new_event_loop_for_context (context);
  asyncio_loop_call_soon (guest, note_running, (gpointer) "first", NULL, NULL);
  asyncio_loop_call_soon (other, note_running, (gpointer) "second", NULL, NULL);
  add_source (quit_application, NULL, G_PRIORITY_LOW);
  g_main_loop_run (application);

  assert_notes ("first: guest second: other");
  end_loop (other);
  end ();
}

/* A guest turns while another loop of the same context is run: that one is the running loop again afterwards. */
static gpointer
look_around (gpointer   unused,
             GError   **error)
{
  AsyncioLoop *own = asyncio_get_running_loop (NULL);

  (void) unused;
  asyncio_loop_call_soon (guest, note_running, (gpointer) "guest's", NULL, NULL);
  if (!asyncio_sleep (1, error))
    return NULL;
  note ("own again: %d", asyncio_get_running_loop (NULL) == own);

  return NULL;
}

static void
test_beside_another (void)
{
  AsyncioLoop *other;
  g_autoptr (AsyncioClock) clock = asyncio_virtual_clock_new ();

  begin (TRUE);
  asyncio_set_clock (clock);
  other = asyncio_new_event_loop_for_context (context);
  asyncio_set_clock (NULL);
  asyncio_loop_run_until_complete (other, asyncio_coroutine_new (look_around, NULL, NULL), NULL);

  assert_notes ("guest's: guest own again: 1");
  end_loop (other);
  end ();
}

/* Without a context it is a guest in the default one. */
static void
test_default_context (void)
{
  AsyncioLoop *made = asyncio_new_event_loop_for_context (NULL);

  g_assert_true (asyncio_loop_get_main_context (made) == g_main_context_default ());
  asyncio_loop_call_soon (made, note_text, (gpointer) "called", NULL, NULL);
  g_main_context_iteration (NULL, FALSE);

  assert_notes ("called");
  end_loop (made);

  /* Closed, it is gone from there. */
  g_main_context_iteration (NULL, FALSE);
}

static const TestCase cases[] = {
  { "/core/guest/application-runs", test_application_runs },
  { "/core/guest/scheduled-from-outside", test_scheduled_from_outside },
  { "/core/guest/threadsafe", test_threadsafe },
  { "/core/guest/run-until-complete", test_run_until_complete },
  { "/core/guest/nested", test_nested },
  { "/core/guest/leaving", test_leaving },
  { "/core/guest/two-guests", test_two_guests },
  { "/core/guest/beside-another", test_beside_another },
  { "/core/guest/default-context", test_default_context },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
