/* SPDX-License-Identifier: MIT */

/*
 * Lab 3.11, part B: the block and its tasks, as long as all goes well.
 */

#include "common.h"

/* --- Waiting --------------------------------------------------------------------------- */

/*
 * The block ends before any of its tasks has begun. The group waits for all of them, each works for its own time, and then
 * their values are there.
 *
 *     block ends
 *     A: starts
 *     B: starts             two to four
 *     B: is done
 *     A: is done            the slowest at last
 *     group: left
 *     after N seconds
 *     result A
 *     result B
 */
#define MAX_WORKERS 4

typedef struct
{
  int n;
  int work[MAX_WORKERS];
  AsyncioTask *tasks[MAX_WORKERS];
} Crew;

static void
start_crew (AsyncioTaskGroup  *group,
            gpointer           user_data,
            GError           **error)
{
  Crew *self = user_data;

  (void) error;

  for (int i = 0; i < self->n; i++)
    self->tasks[i] = add (group, new_worker ((Worker) { .work = self->work[i] }));
  trace ("block ends");
}

static gpointer
wait_for_crew (gpointer   user_data,
               GError   **error)
{
  AsyncioLoop *loop = asyncio_get_running_loop (NULL);
  Crew crew = { .n = seed_int (2, MAX_WORKERS) };
  int slowest = seed_int (0, crew.n - 1);
  double began = asyncio_loop_time (loop);

  (void) user_data;
  (void) error;

  for (int i = 0; i < crew.n; i++)
    crew.work[i] = 10 * i + seed_int (1, 9);
  crew.work[slowest] += 100;
  run_block ("group", start_crew, &crew);
  trace ("after %g seconds", asyncio_loop_time (loop) - began);

  for (int i = 0; i < crew.n; i++)
    {
      trace ("%s", state_of (crew.tasks[i]));
      asyncio_unref (crew.tasks[i]);
    }

  return NULL;
}

static void
test_waits (void)
{
  run_main (wait_for_crew);
}

/*
 * Tasks of the group make tasks in it while the parent waits at the end of the block. It waits for those, too, and for theirs.
 *
 *     block ends
 *     generation 1: starts
 *     generation 1: is done
 *     generation 2: starts      two to four generations; each is made at the end of the one before
 *     ...
 *     group: left
 */
typedef struct
{
  AsyncioTaskGroup *group;
  int number;
  int last;
} Generation;

static gpointer
generation (gpointer   user_data,
            GError   **error)
{
  Generation *self = user_data;

  trace ("generation %d: starts", self->number);
  if (!asyncio_sleep (1 + self->number % 2, error))
    return NULL;

  if (self->number < self->last)
    {
      Generation next = { self->group, self->number + 1, self->last };

      add_and_forget (self->group, asyncio_coroutine_new (generation, g_memdup2 (&next, sizeof next), g_free));
    }
  trace ("generation %d: is done", self->number);

  return NULL;
}

static void
start_generations (AsyncioTaskGroup  *group,
                   gpointer           user_data,
                   GError           **error)
{
  Generation first = { group, 1, seed_int (2, 4) };

  (void) user_data;
  (void) error;

  add_and_forget (group, asyncio_coroutine_new (generation, g_memdup2 (&first, sizeof first), g_free));
  trace ("block ends");
}

static gpointer
wait_for_generations (gpointer   user_data,
                      GError   **error)
{
  (void) error;
  run_block ("group", start_generations, user_data);

  return NULL;
}

static void
test_generations (void)
{
  run_main (wait_for_generations);
}

/*
 * A group without tasks is left at once: the parent does not give up its turn. Neither does it if the tasks are done when the
 * block ends, as it has awaited them itself.
 *
 *     empty: left
 *     A: starts
 *     A: is done
 *     awaited: left
 *     callback: called
 */
static void
on_next_turn (gpointer   user_data,
              GError   **error)
{
  (void) user_data;
  (void) error;
  trace ("callback: called");
}

static void
do_nothing (AsyncioTaskGroup  *group,
            gpointer           user_data,
            GError           **error)
{
  (void) group;
  (void) user_data;
  (void) error;
}

static void
await_it (AsyncioTaskGroup  *group,
          gpointer           user_data,
          GError           **error)
{
  g_autoptr (AsyncioTask) task = add (group, new_worker ((Worker) { .work = seed_int (1, 9) }));

  (void) user_data;

  if (task != NULL)
    (void) asyncio_await (task, error);
  asyncio_loop_call_soon (asyncio_get_running_loop (NULL), on_next_turn, NULL, NULL, NULL);
}

static gpointer
leave_at_once (gpointer   user_data,
               GError   **error)
{
  (void) user_data;
  (void) error;

  asyncio_loop_call_soon (asyncio_get_running_loop (NULL), on_next_turn, NULL, NULL, NULL);
  run_block ("empty", do_nothing, NULL);
  run_block ("awaited", await_it, NULL);
  pause_for (1);

  return NULL;
}

static void
test_empty (void)
{
  run_main (leave_at_once);
}

/*
 * A task that is cancelled by hand is no error. The others go on, and the group is left as if nothing had been.
 *
 *     A: starts
 *     B: starts
 *     A: interrupted by CancelledError
 *     A: cleaned up
 *     B: is done
 *     group: left
 */
static void
cancel_one (AsyncioTaskGroup  *group,
            gpointer           user_data,
            GError           **error)
{
  g_autoptr (AsyncioTask) first = add (group, new_worker ((Worker) { .work = 100, .cleanup = seed_int (0, 5) }));

  (void) user_data;
  (void) error;

  add_and_forget (group, new_worker ((Worker) { .work = seed_int (20, 30) }));
  (void) asyncio_sleep (seed_int (1, 9), NULL);
  if (first != NULL)
    asyncio_task_cancel (first);
}

static gpointer
wait_for_cancelled (gpointer   user_data,
                    GError   **error)
{
  (void) error;
  run_block ("group", cancel_one, user_data);

  return NULL;
}

static void
test_cancelled_task (void)
{
  run_main (wait_for_cancelled);
}

/* --- Making tasks ---------------------------------------------------------------------- */

/*
 * The tasks of a group are made by the loop, so its factory is asked. They have the name and the context that were asked for.
 *
 *     factory: asked
 *     factory: asked
 *     NAME: sees WORD          in the context that was given
 *     NAME: sees OTHER         in a copy of the current one
 *     group: left
 */
static AsyncioContextVar *variable;

static gpointer
look_around (gpointer   user_data,
             GError   **error)
{
  AsyncioTask *me = asyncio_current_task (NULL, NULL);

  (void) user_data;

  trace ("%s: sees %s", me->name != NULL ? me->name : "no name", (const char *) asyncio_context_var_get (variable, error));

  return NULL;
}

static AsyncioFuture *
factory (AsyncioLoop         *loop,
         AsyncioCoroutine    *coroutine,
         AsyncioContextVars  *context,
         gpointer             user_data,
         GError             **error)
{
  (void) user_data;
  trace ("factory: asked");

  return ASYNCIO_FUTURE (asyncio_task_new (loop, coroutine, NULL, context, error));
}

static void
name_them (AsyncioTaskGroup  *group,
           gpointer           user_data,
           GError           **error)
{
  AsyncioContextVars *contexts[] = { user_data, NULL };
  gboolean swapped = seed_bool ();

  for (int i = 0; i < 2; i++)
    asyncio_unref (asyncio_task_group_create_task_full (group, asyncio_coroutine_new (look_around, NULL, NULL), seed_word (),
                                                        contexts[i ^ swapped], G_STRLOC, error));
}

static gpointer
name_tasks (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioContextVars) context = NULL;

  (void) user_data;
  (void) error;

  variable = asyncio_context_var_new ("variable");
  asyncio_context_var_set (variable, (gpointer) seed_word (), NULL, NULL);
  context = asyncio_copy_context ();
  asyncio_context_var_set (variable, (gpointer) seed_word (), NULL, NULL);

  asyncio_loop_set_task_factory (asyncio_get_running_loop (NULL), factory, NULL, NULL);
  run_block ("group", name_them, context);
  g_clear_pointer (&variable, asyncio_context_var_unref);

  return NULL;
}

static void
test_names (void)
{
  run_main (name_tasks);
}

/*
 * No task is made before the block has begun, when the group is finished, and when it is shutting down. The coroutine is closed
 * then, so that nobody reports it as never awaited.
 *
 *     before: has not been entered, closed True
 *     A: starts
 *     A: fails
 *     in the block: is shutting down, closed True
 *     group: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     afterwards: is finished, closed True
 */
static void
refuse (const char       *label,
        AsyncioTaskGroup *group)
{
  g_autoptr (AsyncioCoroutine) kept = asyncio_ref_sink (new_worker ((Worker) { .work = 1 }));
  g_autoptr (AsyncioTask) task = NULL;
  g_autoptr (GError) error = NULL;

  task = asyncio_task_group_create_task (group, kept, &error);
  trace ("%s: %s, closed %s", label, task != NULL ? "made" : trace_misuse (error),
         trace_bool (asyncio_coroutine_get_state (kept) == ASYNCIO_CORO_CLOSED));

  /* And one that nobody holds. */
  g_clear_pointer (&task, asyncio_unref);
  task = asyncio_task_group_create_task (group, new_worker ((Worker) { .work = 1 }), NULL);
}

static gpointer
refuse_tasks (gpointer   user_data,
              GError   **error)
{
  g_autoptr (AsyncioTaskGroup) group = asyncio_task_group_new ();
  g_autoptr (GError) raised = NULL;
  GError *of_block = NULL;
  gboolean left;

  (void) user_data;
  (void) error;

  refuse ("before", group);
  (void) asyncio_task_group_enter (group, NULL);
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9), .fails = seed_error () }));
  (void) asyncio_sleep (10, &of_block);
  refuse ("in the block", group);
  left = asyncio_task_group_exit (group, of_block, &raised);
  trace_left ("group", left, raised);
  refuse ("afterwards", group);

  return NULL;
}

static void
test_refusals (void)
{
  run_main (refuse_tasks);
}

/* --- The block ------------------------------------------------------------------------- */

/*
 * A group is entered once, in a task. It is left once, by the task that entered it. Wrong use raises RuntimeError, and the
 * group works on unharmed.
 *
 *     without a task: cannot determine the parent task
 *     leaves too early: has not been entered
 *     enters: True
 *     enters again: has already been entered
 *     somebody else leaves: belongs to another task
 *     A: starts
 *     A: is done
 *     group: left
 *     leaves again: is finished
 *     enters again: has already been entered
 */
static void
enter_in_callback (gpointer   user_data,
                   GError   **error)
{
  g_autoptr (GError) raised = NULL;

  (void) error;

  (void) asyncio_task_group_enter (user_data, &raised);
  trace ("without a task: %s", trace_misuse (raised));
}

static gpointer
leave_as_another (gpointer   user_data,
                  GError   **error)
{
  g_autoptr (GError) raised = NULL;

  (void) error;

  (void) asyncio_task_group_exit (user_data, seed_error (), &raised);
  trace ("somebody else leaves: %s", trace_misuse (raised));

  return NULL;
}

static void
enter_again (AsyncioTaskGroup *group)
{
  g_autoptr (GError) raised = NULL;

  (void) asyncio_task_group_enter (group, &raised);
  trace ("enters again: %s", trace_misuse (raised));
}

static void
leave_wrongly (const char       *label,
               AsyncioTaskGroup *group)
{
  g_autoptr (GError) raised = NULL;

  (void) asyncio_task_group_exit (group, seed_bool () ? seed_error () : NULL, &raised);
  trace ("%s: %s", label, trace_misuse (raised));
}

static gpointer
misuse (gpointer   user_data,
        GError   **error)
{
  g_autoptr (AsyncioTaskGroup) group = asyncio_task_group_new ();
  g_autoptr (AsyncioTask) other = NULL;
  g_autoptr (GError) raised = NULL;
  gboolean left;

  (void) user_data;
  (void) error;

  asyncio_loop_call_soon (asyncio_get_running_loop (NULL), enter_in_callback, group, NULL, NULL);
  pause_for (1);
  leave_wrongly ("leaves too early", group);
  trace ("enters: %s", trace_bool (asyncio_task_group_enter (group, NULL)));
  enter_again (group);

  other = start_task (asyncio_coroutine_new (leave_as_another, group, NULL));
  wait_until_done (other);
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9) }));
  left = asyncio_task_group_exit (group, NULL, &raised);
  trace_left ("group", left, raised);
  leave_wrongly ("leaves again", group);
  enter_again (group);

  return NULL;
}

static void
test_misuse (void)
{
  run_main (misuse);
}

/*
 * run() runs a block in a new group, and leaves that whatever the block does. The block gets what it was given; without a task
 * there is no block.
 *
 *     block: gets WORD
 *     A: starts
 *     A: is done
 *     well: left
 *     block: gets OTHER
 *     badly: raised ExceptionGroup(unhandled errors in a TaskGroup)[ERROR]
 *     without a task: no running event loop
 */
static void
well (AsyncioTaskGroup  *group,
      gpointer           user_data,
      GError           **error)
{
  (void) error;
  trace ("block: gets %s", (const char *) user_data);
  add_and_forget (group, new_worker ((Worker) { .work = seed_int (1, 9) }));
}

static void
badly (AsyncioTaskGroup  *group,
       gpointer           user_data,
       GError           **error)
{
  (void) group;
  trace ("block: gets %s", (const char *) user_data);
  g_propagate_error (error, seed_error ());
}

static gpointer
run_blocks (gpointer   user_data,
            GError   **error)
{
  (void) user_data;
  (void) error;

  run_block ("well", well, (gpointer) seed_word ());
  run_block ("badly", badly, (gpointer) seed_word ());

  return NULL;
}

static void
test_run (void)
{
  g_autoptr (GError) error = NULL;

  run_main (run_blocks);
  (void) asyncio_task_group_run (badly, NULL, &error);
  trace ("without a task: %s", trace_error (error));
}

int
main (int    argc,
      char **argv)
{
  graded_test_init (&argc, &argv);

  graded_test_add ("/3.11/group/waits", test_waits);
  graded_test_add ("/3.11/group/generations", test_generations);
  graded_test_add ("/3.11/group/empty", test_empty);
  graded_test_add ("/3.11/group/cancelled-task", test_cancelled_task);
  graded_test_add ("/3.11/group/names", test_names);
  graded_test_add ("/3.11/group/refusals", test_refusals);
  graded_test_add ("/3.11/group/misuse", test_misuse);
  graded_test_add ("/3.11/group/run", test_run);

  return g_test_run ();
}
