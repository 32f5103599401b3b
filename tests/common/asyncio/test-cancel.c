/* SPDX-License-Identifier: MIT */

/*
 * Tests of cancelling tasks, at every point of their lives. What is expected was asked of CPython 3.6, 3.7 and 3.8, which
 * agree except where a version rule says so.
 */

#include "common.h"

/* A task that waits for a future and, interrupted, notes it, cleans up by waiting for a second one, and ends as it is told. */
typedef struct
{
  AsyncioFuture *future;
  AsyncioFuture *cleanup; /* (nullable) */
  gboolean swallows;
} Worker;

static gpointer
work (gpointer   user_data,
      GError   **error)
{
  Worker *self = user_data;
  g_autoptr (GError) interruption = NULL;

  note ("works");
  if (asyncio_await (self->future, &interruption) != NULL)
    note ("has");
  if (interruption == NULL)
    return (gpointer) "done";

  note ("interrupted");
  if (self->cleanup != NULL)
    {
      g_autoptr (GError) second = NULL;

      asyncio_await (self->cleanup, &second);
      note ("cleaned:%s", outcome (NULL, second));
    }

  if (self->swallows)
    return (gpointer) "swallowed";

  g_propagate_error (error, g_steal_pointer (&interruption));
  return NULL;
}

static AsyncioTask *
start_worker (Worker *worker)
{
  return start (asyncio_coroutine_new (work, worker, NULL));
}

/* --- When ------------------------------------------------------------------------------- */

/* Before its first step: nothing of the body runs. Asked twice it says twice that it will, and is done a turn later. */
static void
test_before_first_step (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  Worker worker = { future, NULL, FALSE };
  g_autoptr (AsyncioTask) task = start_worker (&worker);

  g_assert_true (asyncio_task_cancel (task));
  g_assert_true (asyncio_task_cancel (task));
  g_assert_false (asyncio_task_done (task));
  run_turns (1);
  note_task (task);
  g_assert_false (asyncio_task_cancel (task));
  assert_notes ("cancelled:CancelledError");
}

/* Its data is freed then, though nobody ran. */
static gpointer
never_called (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  (void) error;
  g_assert_not_reached ();
}

static void
test_data_is_freed (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (never_called, value_new ("data"), value_free));

  asyncio_task_cancel (task);
  run_turns (1);
  g_assert_cmpint (n_values, ==, 0);
}

/* While it waits for a future, the future is cancelled as well, and the task is told in the next turn. */
static void
test_waiting (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  Worker worker = { future, NULL, FALSE };
  g_autoptr (AsyncioTask) task = start_worker (&worker);

  run_turns (1);
  g_assert_true (asyncio_task_cancel (task));
  g_assert_true (asyncio_future_cancelled (future));
  assert_notes ("works");
  run_turns (1);
  note_task (task);
  assert_notes ("interrupted cancelled:CancelledError");
}

/* Twice while it waits: the future cannot be cancelled again, so the task will be, and that is one interruption. */
static void
test_twice_while_waiting (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) cleanup = asyncio_loop_create_future (loop);
  Worker worker = { future, cleanup, FALSE };
  g_autoptr (AsyncioTask) task = start_worker (&worker);

  run_turns (1);
  g_assert_true (asyncio_task_cancel (task));
  g_assert_true (asyncio_task_cancel (task));
  run_turns (1);
  assert_notes ("works interrupted");

  asyncio_future_set_result (cleanup, NULL, NULL, NULL);
  run_turns (1);
  note_task (task);
  assert_notes ("cleaned:None cancelled:CancelledError");
}

/* While its wake-up is under way: the future is done, with a value or an error, and the task has not seen it yet. It gets
 * CancelledError instead, and the future stays as it is. */
static void
test_waking_up (void)
{
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
      Worker worker = { future, NULL, FALSE };
      g_autoptr (AsyncioTask) task = start_worker (&worker);

      run_turns (1);
      if (i == 0)
        asyncio_future_set_result (future, value_new ("value"), value_free, NULL);
      else
        asyncio_future_set_exception (future, value_error ("odd"), NULL);
      g_assert_true (asyncio_task_cancel (task));
      g_assert_false (asyncio_future_cancelled (future));
      run_turns (1);
      note_task (task);
      assert_notes ("works interrupted cancelled:CancelledError");
    }
}

/* While it has given up its turn: it is told at that await, in its next step. */
static gpointer
give_up_turn (gpointer   user_data,
              GError   **error)
{
  g_autoptr (GError) interruption = NULL;

  (void) user_data;
  note ("yields");
  asyncio_sleep (0, &interruption);
  note ("told:%s", outcome (NULL, interruption));
  g_propagate_error (error, g_steal_pointer (&interruption));

  return NULL;
}

static void
test_yielding (void)
{
  g_autoptr (AsyncioTask) task = start (asyncio_coroutine_new (give_up_turn, NULL, NULL));

  run_turns (1);
  g_assert_true (asyncio_task_cancel (task));
  run_turns (1);
  note_task (task);
  assert_notes ("yields told:CancelledError cancelled:CancelledError");
}

/* While it sleeps: its timer goes with it, so that no time passes. */
static void
test_sleeping (void)
{
  g_autoptr (AsyncioTask) task = start (sleeper ("slept", 3600));

  run_turns (1);
  g_assert_true (asyncio_task_cancel (task));
  run_to_the_end ();
  note_task (task);
  assert_notes ("cancelled:CancelledError");
  g_assert_cmpfloat (asyncio_loop_time (loop), ==, 0.0);
}

/* During its clean-up: the clean-up is interrupted in turn. */
static void
test_during_cleanup (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) cleanup = asyncio_loop_create_future (loop);
  Worker worker = { future, cleanup, FALSE };
  g_autoptr (AsyncioTask) task = start_worker (&worker);

  run_turns (1);
  asyncio_task_cancel (task);
  run_turns (1);
  g_assert_false (asyncio_task_done (task));
  g_assert_true (asyncio_task_cancel (task));
  g_assert_true (asyncio_future_cancelled (cleanup));
  run_turns (1);
  note_task (task);
  assert_notes ("works interrupted cleaned:CancelledError cancelled:CancelledError");
}

/* When it is done: nothing happens, but its error need not be reported any more. */
static gpointer
fail (gpointer   message,
      GError   **error)
{
  g_propagate_error (error, value_error (message));

  return NULL;
}

static void
test_done (void)
{
  g_autoptr (AsyncioTask) finished = start (sleeper ("slept", 0));
  AsyncioTask *failed = start (asyncio_coroutine_new (fail, (gpointer) "odd", NULL));

  run_turns (2);
  g_assert_false (asyncio_task_cancel (finished));
  note_task (finished);
  g_assert_false (asyncio_task_cancel (failed));
  asyncio_unref (failed);
  assert_notes ("finished:slept");
}

/* In the turn in which it got done, before those who wait for it were called: it is done all the same. */
static void
cancel_and_note (AsyncioFuture  *future,
                 gpointer        user_data,
                 GError        **error)
{
  (void) user_data;
  (void) error;
  note ("cancel:%d", asyncio_future_cancel (future));
}

static void
test_just_done (void)
{
  g_autoptr (AsyncioTask) task = start (sleeper ("slept", 0));

  asyncio_future_add_done_callback (ASYNCIO_FUTURE (task), cancel_and_note, NULL, NULL);
  run_turns (2);
  g_assert_false (asyncio_task_cancel (task));
  run_turns (1);
  note_task (task);
  assert_notes ("cancel:0 finished:slept");
}

/* --- What the task makes of it ---------------------------------------------------------------- */

/* A task that swallows it ends with a value and was not cancelled. */
static void
test_swallowed (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  Worker worker = { future, NULL, TRUE };
  g_autoptr (AsyncioTask) task = start_worker (&worker);

  run_turns (1);
  asyncio_task_cancel (task);
  run_turns (1);
  note_task (task);
  assert_notes ("works interrupted finished:swallowed");
}

/* It is told once for each time that it is interrupted: having swallowed it, it can await again undisturbed. */
static void
test_told_once (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) cleanup = asyncio_loop_create_future (loop);
  Worker worker = { future, cleanup, TRUE };
  g_autoptr (AsyncioTask) task = start_worker (&worker);

  run_turns (1);
  asyncio_task_cancel (task);
  run_turns (1);
  asyncio_future_set_result (cleanup, NULL, NULL, NULL);
  run_turns (1);
  note_task (task);
  assert_notes ("works interrupted cleaned:None finished:swallowed");
}

/* --- Chains ------------------------------------------------------------------------------------------ */

/* A task that waits for a task passes it on: the innermost is told first, each outer one when its inner one has ended. */
static void
test_chain (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) inner = start (waits_for ("inner", future));
  g_autoptr (AsyncioTask) middle = start (waits_for ("middle", inner));
  g_autoptr (AsyncioTask) outer = start (waits_for ("outer", middle));

  run_turns (1);
  g_assert_true (asyncio_task_cancel (outer));
  run_turns (1);
  assert_notes ("inner=CancelledError");
  run_turns (1);
  assert_notes ("middle=CancelledError");
  run_turns (1);
  assert_notes ("outer=CancelledError");
  g_assert_true (asyncio_task_cancelled (inner) && asyncio_task_cancelled (middle) && asyncio_task_cancelled (outer));
}

/* An inner task that swallows it protects the outer one: that gets a value. */
static void
test_chain_swallowed (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  Worker worker = { future, NULL, TRUE };
  g_autoptr (AsyncioTask) inner = start_worker (&worker);
  g_autoptr (AsyncioTask) outer = start (waits_for ("outer", inner));

  run_turns (1);
  g_assert_true (asyncio_task_cancel (outer));
  run_turns (2);
  note_task (outer);
  assert_notes ("works interrupted outer=swallowed finished:swallowed");
}

/* An inner task in its clean-up is asked again when the outer one is. */
static void
test_chain_asked_again (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioFuture) cleanup = asyncio_loop_create_future (loop);
  Worker worker = { future, cleanup, FALSE };
  g_autoptr (AsyncioTask) inner = start_worker (&worker);
  g_autoptr (AsyncioTask) outer = start (waits_for ("outer", inner));

  run_turns (1);
  asyncio_task_cancel (outer);
  run_turns (1);
  asyncio_task_cancel (outer);
  run_turns (2);
  assert_notes ("works interrupted cleaned:CancelledError outer=CancelledError");
}

/* A coroutine that is awaited directly is told first as well, within one step. */
static void
test_coroutines (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = start (waits_for ("outer", waits_for ("inner", future)));

  run_turns (1);
  asyncio_task_cancel (task);
  run_turns (1);
  assert_notes ("inner=CancelledError outer=CancelledError");
}

/* Whoever cancels the future that a task waits for cancels the task, if it lets it. */
static void
test_future_cancelled (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (AsyncioTask) task = start (waits_for ("task", future));

  run_turns (1);
  asyncio_future_cancel (future);
  run_turns (1);
  note_task (task);
  assert_notes ("task=CancelledError cancelled:CancelledError");
}

/* A task that waits for one that was cancelled gets CancelledError, and if it catches that goes on. */
static gpointer
catch_cancelled (gpointer   awaitable,
                 GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  (void) error;
  asyncio_await (awaitable, &local_error);
  note ("caught %s", take_error (&local_error));

  return (gpointer) "goes on";
}

static void
test_other_cancelled (void)
{
  g_autoptr (AsyncioTask) inner = start (sleeper ("slept", 1));
  g_autoptr (AsyncioTask) outer = start (asyncio_coroutine_new (catch_cancelled, inner, NULL));

  run_turns (1);
  asyncio_task_cancel (inner);
  run_turns (2);
  note_task (outer);
  assert_notes ("caught CancelledError finished:goes on");
}

/* Five hundred tasks, each waiting for the one before it, are all cancelled by one cancel(), also from within a coroutine,
 * whose stack is small. */
static gpointer
pass_on (gpointer   awaitable,
         GError   **error)
{
  return asyncio_await (awaitable, error);
}

static gpointer
cancel_it (gpointer   task,
           GError   **error)
{
  (void) error;
  g_assert_true (asyncio_task_cancel (task));

  return NULL;
}

static void
test_long_chain (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (asyncio_unref);
  gpointer last = future;

  for (int i = 0; i < 500; i++)
    {
      last = start (asyncio_coroutine_new (pass_on, last, NULL));
      g_ptr_array_add (tasks, last);
    }
  run_turns (1);
  start_and_forget (asyncio_coroutine_new (cancel_it, last, NULL));
  run_to_the_end ();

  for (guint i = 0; i < tasks->len; i++)
    g_assert_true (asyncio_task_cancelled (tasks->pdata[i]));
}

/* Tasks that wait for each other, directly or by a gather(), cannot be cancelled, but asking does no harm. (CPython
 * raises RecursionError, and they stay as they are.) */
typedef struct
{
  gpointer other;
} Friend;

static gpointer
await_other (gpointer   user_data,
             GError   **error)
{
  Friend *self = user_data;

  return asyncio_await (self->other, error);
}

static void
test_circle (void)
{
  for (int with_gather = 0; with_gather < 2; with_gather++)
    {
      Friend friends[2];
      g_autoptr (AsyncioTask) first = start (asyncio_coroutine_new (await_other, &friends[0], NULL));
      g_autoptr (AsyncioTask) second = start (asyncio_coroutine_new (await_other, &friends[1], NULL));
      g_autoptr (AsyncioFuture) both = asyncio_gather (NULL, first, second, NULL);

      friends[0].other = with_gather ? (gpointer) both : second;
      friends[1].other = first;
      run_turns (1);
      g_assert_true (asyncio_task_cancel (first));
      g_assert_true (asyncio_task_cancel (second));
      run_turns (3);
      g_assert_false (asyncio_task_done (first));
    }

  close_loop ();
  assert_notes ("[Task was destroyed but it is pending!] [Task was destroyed but it is pending!] "
                "[Task was destroyed but it is pending!] [Task was destroyed but it is pending!]");
}

static const TestCase cases[] = {
  { "/core/cancel/before-first-step", test_before_first_step },
  { "/core/cancel/data-is-freed", test_data_is_freed },
  { "/core/cancel/waiting", test_waiting },
  { "/core/cancel/twice-while-waiting", test_twice_while_waiting },
  { "/core/cancel/waking-up", test_waking_up },
  { "/core/cancel/yielding", test_yielding },
  { "/core/cancel/sleeping", test_sleeping },
  { "/core/cancel/during-cleanup", test_during_cleanup },
  { "/core/cancel/done", test_done },
  { "/core/cancel/just-done", test_just_done },
  { "/core/cancel/swallowed", test_swallowed },
  { "/core/cancel/told-once", test_told_once },
  { "/core/cancel/chain", test_chain },
  { "/core/cancel/chain-swallowed", test_chain_swallowed },
  { "/core/cancel/chain-asked-again", test_chain_asked_again },
  { "/core/cancel/coroutines", test_coroutines },
  { "/core/cancel/future-cancelled", test_future_cancelled },
  { "/core/cancel/other-cancelled", test_other_cancelled },
  { "/core/cancel/long-chain", test_long_chain },
  { "/core/cancel/circle", test_circle },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
