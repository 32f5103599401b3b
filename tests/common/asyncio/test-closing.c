/* SPDX-License-Identifier: MIT */

/*
 * Tests of what a closed loop refuses, and of what it lets go of: whatever was pending is freed, with all the references
 * that go round in circles. (Each test here ends with a check that the loop itself was freed; see common.h.)
 */

#include "common.h"

#include <signal.h>
#include <unistd.h>

/* --- What is refused ---------------------------------------------------------------- */

static const char closed[] = "RuntimeError: Event loop is closed";

/* A closed loop takes no callback, and frees what it was given with one. */
static void
test_refuses_callbacks (void)
{
  g_autoptr (GError) error = NULL;

  close_loop ();
  g_assert_true (asyncio_loop_is_closed (loop));

  g_assert_null (asyncio_loop_call_soon (loop, note_text, value_new ("soon"), value_free, &error));
  assert_error (error, closed);
  g_assert_null (asyncio_loop_call_later (loop, 1, note_text, value_new ("later"), value_free, &error));
  assert_error (error, closed);
  g_assert_null (asyncio_loop_call_at (loop, 1, note_text, value_new ("at"), value_free, &error));
  assert_error (error, closed);
  g_assert_false (asyncio_loop_call_soon_threadsafe (loop, note_text, value_new ("thread"), value_free, &error));
  assert_error (error, closed);
  g_assert_cmpint (n_values, ==, 0);
}

/* Nor watches it files or signals. */
static void
test_refuses_watches (void)
{
  g_autoptr (GError) error = NULL;

  close_loop ();
  g_assert_false (asyncio_loop_add_reader (loop, 0, note_text, value_new ("reader"), value_free, &error));
  assert_error (error, closed);
  g_assert_false (asyncio_loop_add_writer (loop, 0, note_text, value_new ("writer"), value_free, &error));
  assert_error (error, closed);
  g_assert_false (asyncio_loop_add_signal_handler (loop, SIGUSR1, note_text, value_new ("signal"), value_free, &error));
  assert_error (error, closed);
  g_assert_cmpint (n_values, ==, 0);

  g_assert_false (asyncio_loop_remove_reader (loop, 0));
  g_assert_false (asyncio_loop_remove_writer (loop, 0));
  g_assert_false (asyncio_loop_remove_signal_handler (loop, SIGUSR1));
}

/* Nor does it run, or have anything run. A coroutine that it is given is dropped. */
static gpointer
never_called (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  (void) error;
  g_assert_not_reached ();
}

static void
test_refuses_to_run (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  close_loop ();
  g_assert_false (asyncio_loop_run_forever (loop, &error));
  assert_error (error, closed);
  run_and_note (future);
  assert_notes (closed);

  expect_warning ("coroutine 'never_called' was never awaited*");
  run_and_note (asyncio_coroutine_new (never_called, value_new ("data"), value_free));
  assert_warned ();
  assert_notes (closed);

  expect_warning ("coroutine 'never_called' was never awaited*");
  g_assert_null (asyncio_loop_create_task (loop, asyncio_coroutine_new (never_called, value_new ("data"), value_free),
                                           &error));
  assert_warned ();
  assert_error (error, closed);

  g_assert_null (asyncio_loop_run_in_executor (loop, NULL, never_called, value_new ("data"), value_free, value_free,
                                               &error));
  assert_error (error, closed);
  g_assert_cmpint (n_values, ==, 0);
}

/* A future of a closed loop can still be made, completed and asked; those that wait for it were let go of. */
static void
test_futures_go_on (void)
{
  g_autoptr (AsyncioFuture) early = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) late = NULL;
  g_autoptr (GError) error = NULL;

  asyncio_future_add_done_callback_named (early, note_done, value_new ("early"), value_free, "note_done", G_STRLOC, NULL);
  close_loop ();
  g_assert_cmpint (n_values, ==, 0);
  late = asyncio_loop_create_future (loop);
  asyncio_future_add_done_callback_named (late, note_done, value_new ("late"), value_free, "note_done", G_STRLOC, NULL);
  g_assert_cmpint (n_values, ==, 0);

  g_assert_true (asyncio_future_set_result (early, value_new ("a"), value_free, &error));
  g_assert_true (asyncio_future_set_exception (late, value_error ("b"), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (asyncio_future_result (early, NULL), ==, "a");
  g_assert_null (asyncio_future_result (late, &error));
  assert_error (error, "ValueError: b");
}

/* To close twice is fine. A loop that runs cannot be closed. */
static gpointer
close_running (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  asyncio_loop_close (loop, error);

  return NULL;
}

static void
test_running (void)
{
  run_and_note (asyncio_coroutine_new (close_running, NULL, NULL));
  assert_notes ("RuntimeError: Cannot close a running event loop");
  g_assert_false (asyncio_loop_is_closed (loop));

  close_loop ();
  close_loop ();
}

/* A loop that is dropped without having been closed says so, and closes itself. */
static void
test_unclosed (void)
{
  AsyncioLoop *forgotten = new_virtual_loop ();

  asyncio_loop_call_soon (forgotten, note_text, value_new ("data"), value_free, NULL);
  expect_warning ("unclosed event loop");
  asyncio_loop_unref (forgotten);
  assert_warned ();

  g_assert_cmpint (n_values, ==, 0);
}

/* --- What is let go of ------------------------------------------------------------------- */

/* Callbacks that nobody called: soon, later, and from other threads. */
static void
test_callbacks (void)
{
  asyncio_loop_call_soon (loop, note_text, value_new ("soon"), value_free, NULL);
  asyncio_loop_call_later (loop, 1, note_text, value_new ("later"), value_free, NULL);
  asyncio_loop_call_soon_threadsafe (loop, note_text, value_new ("thread"), value_free, NULL);
  close_loop ();

  g_assert_cmpint (n_values, ==, 0);
}

/* Freeing one of them may look at the loop, which is closed already, and complete a future that somebody waited for. */
static void
complete_future (gpointer future)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (asyncio_loop_is_closed (loop));
  g_assert_false (asyncio_future_set_result (future, value_new ("result"), value_free, &error));
  note ("%s", take_error (&error));
  g_assert_true (asyncio_loop_close (loop, NULL));
}

static void
test_destroy_function_looks (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  asyncio_future_add_done_callback_named (future, note_done, value_new ("waits"), value_free, "note_done", G_STRLOC, NULL);
  asyncio_loop_call_soon (loop, note_text, future, complete_future, NULL);
  close_loop ();

  assert_notes (closed);
  g_assert_true (asyncio_future_done (future));
  g_assert_cmpint (n_values, ==, 1);
}

/* Watches of files and signals. */
static void
test_watches (void)
{
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  asyncio_loop_add_reader (loop, fds[0], note_text, value_new ("reader"), value_free, NULL);
  asyncio_loop_add_writer (loop, fds[1], note_text, value_new ("writer"), value_free, NULL);
  asyncio_loop_add_signal_handler (loop, SIGUSR1, note_text, value_new ("signal"), value_free, NULL);
  close_loop ();

  g_assert_cmpint (n_values, ==, 0);
  close (fds[0]);
  close (fds[1]);
}

/* A clean-up step that was never run, though it holds the loop. */
static void
test_cleanup_step (void)
{
  asyncio_loop_add_cleanup_step (loop, "step", never_called, asyncio_loop_ref (loop),
                                 (GDestroyNotify) asyncio_loop_unref);
  close_loop ();
}

/* A task that never took a step: it is reported, and so is its coroutine, of which nothing ran. (CPython: both.) */
static void
test_unstarted_task (void)
{
  start_and_forget (asyncio_coroutine_new (never_called, value_new ("data"), value_free));

  expect_warning ("coroutine 'never_called' was never awaited*");
  close_loop ();
  assert_warned ();

  assert_notes ("[Task was destroyed but it is pending!]");
  g_assert_cmpint (n_values, ==, 0);
}

/* Tasks that wait: for a timer, for a future, for each other. Their coroutines get GeneratorExit. */
static void
test_waiting_tasks (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  AsyncioTask *waiting = start (waits_for ("future", future));

  start_and_forget (waits_for ("sleep", asyncio_sleep_coroutine (3600)));
  start_and_forget (waits_for ("task", waiting));
  asyncio_unref (waiting);
  run_turns (2);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] sleep=GeneratorExit "
                "[Task was destroyed but it is pending!] task=GeneratorExit "
                "[Task was destroyed but it is pending!] future=GeneratorExit");
}

/* A future that only the task knows which waits for it: the two hold each other. */
static void
test_cycle (void)
{
  AsyncioFuture *future = asyncio_loop_create_future (loop);

  start_and_forget (waits_for ("future", future));
  asyncio_unref (future);
  run_turns (1);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] future=GeneratorExit");
}

/* Two tasks that wait for each other. */
typedef struct
{
  AsyncioTask *other;
} Friend;

static gpointer
await_other (gpointer   user_data,
             GError   **error)
{
  Friend *self = user_data;

  return asyncio_await (self->other, error);
}

static void
test_tasks_in_a_circle (void)
{
  Friend friends[2];
  AsyncioTask *first = start (asyncio_coroutine_new (await_other, &friends[0], NULL));
  AsyncioTask *second = start (asyncio_coroutine_new (await_other, &friends[1], NULL));

  friends[0].other = second;
  friends[1].other = first;
  run_turns (1);
  asyncio_unref (first);
  asyncio_unref (second);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}

/* The same with two that hold each other from their stacks, each in a wait_for() for the other. */
static gpointer
wait_for_other (gpointer   user_data,
                GError   **error)
{
  Friend *self = user_data;
  g_autoptr (AsyncioTask) other = asyncio_ref (self->other);

  return asyncio_wait_for (other, 10, error);
}

static void
test_tasks_that_hold_each_other (void)
{
  Friend friends[2];
  AsyncioTask *first = start (asyncio_coroutine_new (wait_for_other, &friends[0], NULL));
  AsyncioTask *second = start (asyncio_coroutine_new (wait_for_other, &friends[1], NULL));

  friends[0].other = second;
  friends[1].other = first;
  run_turns (1);
  asyncio_unref (first);
  asyncio_unref (second);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}

/* And two that never took a step, each with the other in its coroutine's data. */
typedef struct
{
  AsyncioTask *other; /* (owned) */
} Owner;

static void
owner_free (gpointer data)
{
  Owner *self = data;

  asyncio_unref (self->other);
  g_free (self);
}

static void
test_unstarted_in_a_circle (void)
{
  Owner *first = g_new0 (Owner, 1);
  Owner *second = g_new0 (Owner, 1);

  second->other = start (asyncio_coroutine_new (never_called, first, owner_free));
  first->other = start (asyncio_coroutine_new (never_called, second, owner_free));

  expect_warning ("coroutine 'never_called' was never awaited*");
  expect_warning ("coroutine 'never_called' was never awaited*");
  close_loop ();
  assert_warned ();

  assert_notes ("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}

/* A long chain of tasks, each waiting for the one before it, goes from its end: whoever waits holds what it waits for. */
static void
test_chain (void)
{
  static const char *const names[] = { "first", "second", "third", "fourth" };
  AsyncioTask *last = start (waits_for (names[0], asyncio_sleep_coroutine (1)));

  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      AsyncioTask *next = start (waits_for (names[i], last));

      asyncio_unref (last);
      last = next;
    }
  asyncio_unref (last);
  run_turns (1);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] fourth=GeneratorExit "
                "[Task was destroyed but it is pending!] third=GeneratorExit "
                "[Task was destroyed but it is pending!] second=GeneratorExit "
                "[Task was destroyed but it is pending!] first=GeneratorExit");
}

/* A gather() of which nobody knows any more, over a task and a future. Its own tasks are not reported. */
static void
test_gather (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  AsyncioFuture *all;

  asyncio_set_event_loop (loop);
  all = asyncio_gather (NULL, future, waits_for ("child", asyncio_sleep_coroutine (1)), NULL);
  asyncio_set_event_loop (NULL);
  run_turns (1);
  asyncio_unref (all);
  close_loop ();

  assert_notes ("child=GeneratorExit");
}

/* The same with futures that nobody else knows: gather() holds them, and they hold it. */
static void
test_gather_of_futures (void)
{
  AsyncioFuture *first = asyncio_loop_create_future (loop);
  AsyncioFuture *second = asyncio_loop_create_future (loop);
  AsyncioFuture *all = asyncio_gather (NULL, first, second, NULL);

  start_and_forget (waits_for ("all", all));
  asyncio_unref (first);
  asyncio_unref (second);
  asyncio_unref (all);
  run_turns (1);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] all=GeneratorExit");
}

/* A wait_for() that waits; the inner task is not its own reporter either. */
static gpointer
wait_long (gpointer   user_data,
           GError   **error)
{
  (void) user_data;

  return asyncio_wait_for (waits_for ("inner", asyncio_sleep_coroutine (20)), 10, error);
}

static void
test_wait_for (void)
{
  start_and_forget (waits_for ("outer", asyncio_coroutine_new (wait_long, NULL, NULL)));
  run_turns (2);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] outer=GeneratorExit "
                "[Task was destroyed but it is pending!] inner=GeneratorExit");
}

/* A semaphore that its waiters outlive. */
static gpointer
acquire (gpointer   semaphore,
         GError   **error)
{
  g_assert_false (asyncio_semaphore_acquire (semaphore, error));

  return NULL;
}

static void
test_semaphore (void)
{
  AsyncioSemaphore *semaphore;

  asyncio_set_event_loop (loop);
  semaphore = asyncio_semaphore_new (0);
  asyncio_set_event_loop (NULL);

  start_and_forget (waits_for ("first", asyncio_coroutine_new (acquire, semaphore, NULL)));
  start_and_forget (waits_for ("second", asyncio_coroutine_new (acquire, semaphore, NULL)));
  run_turns (1);
  asyncio_semaphore_unref (semaphore);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] first=GeneratorExit "
                "[Task was destroyed but it is pending!] second=GeneratorExit");
}

/* A clean-up that wants to use the loop finds it closed; one that starts a task is refused. */
static gpointer
clean_up_with_loop (gpointer   user_data,
                    GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  asyncio_sleep (3600, &local_error);
  note ("%s", take_error (&local_error));
  g_assert_false (asyncio_sleep (1, &local_error));
  note ("sleep: %s", take_error (&local_error));
  g_assert_null (asyncio_loop_call_soon (loop, note_text, user_data, NULL, error));

  return NULL;
}

static void
test_clean_up_with_loop (void)
{
  start_and_forget (asyncio_coroutine_new (clean_up_with_loop, NULL, NULL));
  run_turns (1);
  expect_warning ("exception ignored in coroutine 'clean_up_with_loop': Event loop is closed");
  close_loop ();
  assert_warned ();

  assert_notes ("[Task was destroyed but it is pending!] GeneratorExit sleep: RuntimeError: no running event loop");
}

/* --- What others keep -------------------------------------------------------------------- */

/* A task that somebody keeps stays pending, though its coroutine is closed: it may be what holds the task. The task may
 * be cancelled, without effect, and is reported when it is freed. */
static void
test_kept_task (void)
{
  AsyncioTask *task = start (waits_for ("task", asyncio_sleep_coroutine (1)));

  run_turns (1);
  close_loop ();
  assert_notes ("task=GeneratorExit");
  g_assert_false (asyncio_task_done (task));
  g_assert_true (asyncio_task_cancel (task));
  g_assert_false (asyncio_task_done (task));

  asyncio_unref (task);
  assert_notes ("[Task was destroyed but it is pending!]");
}

/* What is left can also be given up by the clean-up of another. */
static gpointer
unref_in_clean_up (gpointer   task,
                   GError   **error)
{
  asyncio_sleep (3600, error);
  asyncio_unref (task);

  return NULL;
}

static void
test_freed_by_another (void)
{
  AsyncioTask *task = start (waits_for ("task", asyncio_sleep_coroutine (1)));

  start_and_forget (asyncio_coroutine_new (unref_in_clean_up, task, NULL));
  run_turns (1);
  close_loop ();

  assert_notes ("[Task was destroyed but it is pending!] "
                "[Task was destroyed but it is pending!] task=GeneratorExit");
}

static const TestCase cases[] = {
  { "/core/closing/refuses-callbacks", test_refuses_callbacks },
  { "/core/closing/refuses-watches", test_refuses_watches },
  { "/core/closing/refuses-to-run", test_refuses_to_run },
  { "/core/closing/futures-go-on", test_futures_go_on },
  { "/core/closing/running", test_running },
  { "/core/closing/unclosed", test_unclosed },
  { "/core/closing/callbacks", test_callbacks },
  { "/core/closing/destroy-function-looks", test_destroy_function_looks },
  { "/core/closing/watches", test_watches },
  { "/core/closing/cleanup-step", test_cleanup_step },
  { "/core/closing/unstarted-task", test_unstarted_task },
  { "/core/closing/waiting-tasks", test_waiting_tasks },
  { "/core/closing/cycle", test_cycle },
  { "/core/closing/tasks-in-a-circle", test_tasks_in_a_circle },
  { "/core/closing/tasks-that-hold-each-other", test_tasks_that_hold_each_other },
  { "/core/closing/unstarted-in-a-circle", test_unstarted_in_a_circle },
  { "/core/closing/chain", test_chain },
  { "/core/closing/gather", test_gather },
  { "/core/closing/gather-of-futures", test_gather_of_futures },
  { "/core/closing/wait-for", test_wait_for },
  { "/core/closing/semaphore", test_semaphore },
  { "/core/closing/clean-up-with-loop", test_clean_up_with_loop },
  { "/core/closing/kept-task", test_kept_task },
  { "/core/closing/freed-by-another", test_freed_by_another },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
