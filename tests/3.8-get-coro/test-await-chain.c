/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.8, part B: what coroutines and tasks wait for.
 */

#include "chain.h"

/* --- cr_await ------------------------------------------------------------------------------ */

/*
 * Only a coroutine that is suspended awaits something. While an inner one runs, the outer one runs as well.
 *
 *     created: None
 *     inner runs: outer awaits None, inner awaits None
 *     suspended: outer awaits WORD, inner awaits future
 *     inner runs: outer awaits None, inner awaits None
 *     done: outer awaits None, inner awaits None
 */
typedef struct
{
  AsyncioCoroutine *outer;
  AsyncioCoroutine *inner;
} Pair;

static void
trace_pair (const char *when,
            Pair       *self)
{
  trace ("%s: outer awaits %s, inner awaits %s", when, name_of (asyncio_coroutine_get_await (self->outer)),
         name_of (asyncio_coroutine_get_await (self->inner)));
}

static gpointer
inner_body (gpointer   user_data,
            GError   **error)
{
  trace_pair ("inner runs", user_data);
  if (asyncio_sleep (seed_int (1, 9), error))
    trace_pair ("inner runs", user_data);

  return NULL;
}

static gpointer
outer_body (gpointer   user_data,
            GError   **error)
{
  Pair *self = user_data;

  return asyncio_await (self->inner, error);
}

static gpointer
look_at_pair (gpointer   user_data,
              GError   **error)
{
  Pair pair;
  g_autoptr (AsyncioTask) task = NULL;

  (void) user_data;
  (void) error;

  pair.outer = asyncio_ref_sink (new_named (outer_body, &pair));
  pair.inner = asyncio_ref_sink (new_named (inner_body, &pair));
  task = start_task (pair.outer);

  trace_pair ("created", &pair);
  pause_for (1);
  trace_pair ("suspended", &pair);
  wait_until_done (task);
  trace_pair ("done", &pair);

  asyncio_unref (pair.outer);
  asyncio_unref (pair.inner);

  return NULL;
}

static void
test_state (void)
{
  run_main (look_at_pair);
}

/*
 * A coroutine may await a coroutine, a future or a task; one that only gave up its turn awaits nothing.
 *
 *     future: future, the same True        in an order of the seed
 *     task: task WORD, the same True
 *     coroutine: WORD, the same True
 *     turn: None, the same True
 */
static gpointer
await_it (gpointer   user_data,
          GError   **error)
{
  if (user_data != NULL)
    return asyncio_await (user_data, error);

  asyncio_sleep (0, error);

  return NULL;
}

static gpointer
sleep_long (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  asyncio_sleep (3600, error);

  return NULL;
}

static void
trace_awaited (const char *label,
               gpointer    awaitable)
{
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (new_named (await_it, awaitable));
  g_autoptr (AsyncioTask) task = start_task (coroutine);
  gpointer awaited;

  pause_for (1);
  awaited = asyncio_coroutine_get_await (coroutine);
  trace ("%s: %s, the same %s", label, name_of (awaited), trace_bool (awaited == awaitable));
  cancel_and_wait (task);
}

static gpointer
look_at_kinds (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (asyncio_get_running_loop (NULL));
  g_autoptr (AsyncioTask) task = start_waiting (asyncio_sleep_coroutine (3600));
  g_autoptr (AsyncioCoroutine) coroutine = asyncio_ref_sink (new_named (sleep_long, NULL));
  const char *const labels[] = { "turn", "future", "task", "coroutine" };
  gpointer awaitables[] = { NULL, future, task, coroutine };
  int first = seed_int (0, 3);

  (void) user_data;
  (void) error;

  for (int i = 0; i < 4; i++)
    trace_awaited (labels[(first + i) % 4], awaitables[(first + i) % 4]);

  return NULL;
}

static void
test_kinds (void)
{
  run_main (look_at_kinds);
}

/* --- The chain ----------------------------------------------------------------------------- */

/*
 * The chain of a task leads from its coroutine through all that are awaited to the future at the bottom. Before the start it
 * is the coroutine alone, and afterwards again.
 *
 *     created: amber
 *     suspended: amber
 *     suspended: > basil
 *     suspended: > cedar
 *     suspended: > future
 *     done: amber
 */
static gpointer
descend (gpointer   user_data,
         GError   **error)
{
  int depth = GPOINTER_TO_INT (user_data);

  if (depth > 0)
    return asyncio_await (new_named (descend, GINT_TO_POINTER (depth - 1)), error);

  asyncio_sleep (seed_int (1, 9), error);

  return NULL;
}

static gpointer
look_at_chain (gpointer   user_data,
               GError   **error)
{
  g_autoptr (AsyncioTask) task = start_task (new_named (descend, GINT_TO_POINTER (seed_int (1, 5))));

  (void) user_data;
  (void) error;

  trace_chain ("created", task);
  pause_for (1);
  trace_chain ("suspended", task);
  wait_until_done (task);
  trace_chain ("done", task);

  return NULL;
}

static void
test_walk (void)
{
  run_main (look_at_chain);
}

/*
 * The chain goes on through a task that is awaited. A task that is looked at by one that it waits for ends with that one,
 * which runs and awaits nothing.
 *
 *     from outside: A, > task B, > B, > task C, > C, > future     each in a line of its own
 *     a future that is no task: D, > future
 *     from inside: A, > task B, > B, > task C, > C
 *     done: A
 */
static gpointer
sleep_and_look (gpointer   user_data,
                GError   **error)
{
  AsyncioTask **first = user_data;

  if (asyncio_sleep (seed_int (1, 9), error))
    trace_chain ("from inside", *first);

  return NULL;
}

static gpointer
look_through_tasks (gpointer   user_data,
                    GError   **error)
{
  AsyncioTask *task = NULL;
  g_autoptr (AsyncioTask) third = start_waiting (new_named (sleep_and_look, &task));
  g_autoptr (AsyncioTask) second = start_waiting (new_named (await_object, third));
  g_autoptr (AsyncioTask) first = start_waiting (new_named (await_object, second));
  g_autoptr (AsyncioFuture) group = asyncio_gather (error, first, NULL);
  g_autoptr (AsyncioTask) fourth = start_waiting (new_named (await_object, group));

  (void) user_data;

  task = first;
  pause_for (2);
  trace_chain ("from outside", first);
  trace_chain ("a future that is no task", fourth);
  wait_until_done (fourth);
  trace_chain ("done", first);

  return NULL;
}

static void
test_tasks (void)
{
  run_main (look_through_tasks);
}

/*
 * Tasks that wait for each other never end, and the chain shows why: it comes back to the task that it began with, and ends
 * there.
 *
 *     circle: A, > task B, > B, > task C, > C, > task A           each in a line of its own
 *     log: Task was destroyed but it is pending!                   each, with the loop
 */
static gpointer
look_at_circle (gpointer   user_data,
                GError   **error)
{
  AsyncioTask *tasks[5];
  int n = seed_int (2, 5);

  (void) user_data;
  (void) error;

  start_circle (tasks, n);
  trace_chain ("circle", tasks[seed_int (0, n - 1)]);
  give_up_circle (tasks, n);

  return NULL;
}

static void
test_circle (void)
{
  run_main (look_at_circle);
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.8/await/state", test_state);
  graded_test_add ("/3.8/await/kinds", test_kinds);
  graded_test_add ("/3.8/chain/walk", test_walk);
  graded_test_add ("/3.8/chain/tasks", test_tasks);
  graded_test_add ("/3.8/chain/circle", test_circle);

  return g_test_run ();
}
