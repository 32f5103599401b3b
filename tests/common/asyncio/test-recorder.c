/* SPDX-License-Identifier: MIT */

/*
 * Tests of recorder.c.
 *
 * What is recorded is written down as one line of words: kind, (the task that runs), >task that it is about, #edge, and the detail. Tasks
 * are called A, B, ... and edges 1, 2, ... in the order in which they appear, so one that ended before it began would have another number.
 */

#include "threads.h"

#include <errno.h>
#include <string.h>

#define MAX_NUMBERS 64

/* --- The line --------------------------------------------------------------------------- */

/* Numbers in the order in which they appeared. */
typedef struct
{
  guint numbers[MAX_NUMBERS];
  guint n;
} Numbers;

static struct
{
  GString *line;
  GString *others; /* with threads: what happened in others than the first */
  Numbers tasks;
  Numbers edges;
  Numbers threads;
  gboolean with_threads;
  gint64 last_ns;
  guint64 last_number;
} seen;

static guint
place_of (Numbers *self,
          guint    number)
{
  for (guint i = 0; i < self->n; i++)
    if (self->numbers[i] == number)
      return i;

  g_assert (self->n < MAX_NUMBERS);
  self->numbers[self->n] = number;

  return self->n++;
}

static void
see (const AsyncioRecord *event,
     gpointer             unused)
{
  GString *line = seen.line;

  (void) unused;

  /* Whatever it is, numbers have no gap, and time does not go back. */
  g_assert_cmpint (event->number, ==, seen.last_number + 1);
  g_assert_cmpint (event->time_ns, >=, seen.last_ns);
  g_assert_cmpint (event->thread, >, 0);
  g_assert_true ((event->task != 0) == (event->task_name != NULL));
  g_assert_true ((event->target != 0) == (event->target_name != NULL));
  seen.last_number = event->number;
  seen.last_ns = event->time_ns;

  if (seen.with_threads && place_of (&seen.threads, event->thread) > 0)
    line = seen.others;
  g_string_append (line, line->len > 0 ? ", " : "");
  g_string_append (line, asyncio_record_kind_get_name (event->kind));
  if (event->task != 0)
    g_string_append_printf (line, "(%c)", 'A' + place_of (&seen.tasks, event->task));
  if (event->target != 0)
    g_string_append_printf (line, ">%c", 'A' + place_of (&seen.tasks, event->target));
  if (event->edge != 0)
    g_string_append_printf (line, "#%u", place_of (&seen.edges, event->edge) + 1);
  if (event->kind == ASYNCIO_RECORD_MARK)
    g_string_append_printf (line, " %s", event->name);
  if (event->detail != NULL)
    g_string_append_printf (line, " %s", event->detail);
}

static void
begin (void)
{
  memset (&seen, 0, sizeof seen);
  seen.line = g_string_new (NULL);
  seen.others = g_string_new (NULL);
  asyncio_set_recorder (see, NULL);
}

#define assert_seen(expected) assert_seen_at (G_STRLOC, (expected))

/* Ends recording. */
static void
assert_seen_at (const char *location,
                const char *expected)
{
  asyncio_set_recorder (NULL, NULL);
  if (seen.with_threads)
    g_string_append_printf (seen.line, " | %s", seen.others->str);
  if (!g_str_equal (seen.line->str, expected))
    g_error ("%s:\nexpected %s\nseen     %s", location, expected, seen.line->str);
  g_string_free (seen.line, TRUE);
  g_string_free (seen.others, TRUE);
}

/* --- Tasks -------------------------------------------------------------------------------- */

static gpointer
nap (gpointer   delay,
     GError   **error)
{
  (void) asyncio_sleep (GPOINTER_TO_INT (delay), error);

  return NULL;
}

/* A task gives up one turn and returns. Each turn the handle of its step is called, with the edge of whoever scheduled it: the program, and then
 * the task itself. */
static void
test_order (void)
{
  g_autoptr (AsyncioTask) task = NULL;

  begin ();
  task = start (asyncio_coroutine_new (nap, GINT_TO_POINTER (0), NULL));
  run_turns (2);
  assert_seen ("task-spawned>A nap, handle-scheduled>A#1, "
               "handle-begins>A#1, step-begins(A)#1, handle-scheduled(A)>A#2, step-ends(A) yields, handle-ends, "
               "handle-begins>A#2, step-begins(A)#2, step-ends(A) returned, task-exited(A) returned, handle-ends");
}

/* The same in virtual time: a timer is set for five seconds later, and the events after it have its time. */
static void
test_time (void)
{
  g_autoptr (AsyncioTask) task = NULL;

  begin ();
  task = start (asyncio_coroutine_new (nap, GINT_TO_POINTER (5), NULL));
  run_turns (1);
  g_assert_cmpint (seen.last_ns, ==, 0);
  run_to_the_end ();
  g_assert_cmpint (seen.last_ns, ==, G_GINT64_CONSTANT (5000000000));
  assert_seen ("task-spawned>A nap, handle-scheduled>A#1, "
               "handle-begins>A#1, step-begins(A)#1, handle-timer(A)#2 5.000000000, step-ends(A) awaits Future, handle-ends, "
               "handle-begins#2, handle-scheduled>A#3, handle-ends, "
               "handle-begins>A#3, step-begins(A)#3, step-ends(A) returned, task-exited(A) returned, handle-ends");
}

static gpointer
set_result (gpointer   future,
            GError   **error)
{
  (void) asyncio_future_set_result (future, NULL, NULL, error);

  return NULL;
}

/* A waits for a future, and B makes it done: the edge by which A goes on begins in B. */
static void
test_who_woke_whom (void)
{
  g_autoptr (AsyncioFuture) future = asyncio_loop_create_future (loop);

  start_and_forget (waits_for ("waiter", future));
  run_turns (1);
  begin ();
  start_and_forget (asyncio_coroutine_new (set_result, future, NULL));
  run_turns (2);
  assert_seen ("task-spawned>A set_result, handle-scheduled>A#1, "
               "handle-begins>A#1, step-begins(A)#1, handle-scheduled(A)>B#2, step-ends(A) returned, task-exited(A) returned, "
               "handle-ends, "
               "handle-begins>B#2, step-begins(B)#2, step-ends(B) returned, task-exited(B) returned, handle-ends");
  assert_notes ("waiter=None");
}

/* A waits for B. When B returns it wakes A: that is done by B, and not by the loop. */
static void
test_awaits_task (void)
{
  g_autoptr (AsyncioTask) awaited = start (asyncio_coroutine_new (nap, GINT_TO_POINTER (0), NULL));
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *name = NULL;

  start_and_forget (waits_for ("waiter", awaited));
  begin ();
  run_turns (1);
  name = g_strdup (strstr (seen.line->str, "awaits Task-"));
  g_assert_nonnull (name);
  *strchr (name, ',') = '\0';
  run_turns (2);

  g_string_printf (expected, "handle-begins>A, step-begins(A), handle-scheduled(A)>A#1, step-ends(A) yields, handle-ends, "
                             "handle-begins>B, step-begins(B), step-ends(B) %s, handle-ends, "
                             "handle-begins>A#1, step-begins(A)#1, handle-scheduled(A)>B#2, step-ends(A) returned, "
                             "task-exited(A) returned, handle-ends, "
                             "handle-begins>B#2, step-begins(B)#2, step-ends(B) returned, task-exited(B) returned, handle-ends",
                   name);
  assert_seen (expected->str);
  assert_notes ("waiter=None");
}

static gpointer
raise_error (gpointer   unused,
             GError   **error)
{
  (void) unused;
  g_propagate_error (error, value_error ("no"));

  return NULL;
}

/* A task that raises, and one that is cancelled before its first step: it never sees more of its coroutine than that. */
static void
test_bad_ends (void)
{
  g_autoptr (AsyncioTask) raises = NULL;
  g_autoptr (AsyncioTask) cancelled = NULL;

  begin ();
  raises = start (asyncio_coroutine_new (raise_error, NULL, NULL));
  cancelled = start (asyncio_coroutine_new (nap, GINT_TO_POINTER (1), NULL));
  g_assert_true (asyncio_task_cancel (cancelled));
  run_turns (1);
  assert_seen ("task-spawned>A raise_error, handle-scheduled>A#1, task-spawned>B nap, handle-scheduled>B#2, task-cancelled>B, "
               "handle-begins>A#1, step-begins(A)#1, step-ends(A) raised ValueError: no, task-exited(A) raised ValueError: no, "
               "handle-ends, "
               "handle-begins>B#2, step-begins(B)#2, step-ends(B) cancelled, task-exited(B) cancelled, handle-ends");
  g_assert_nonnull (asyncio_task_exception (raises, NULL));
}

static gpointer
cancel_it (gpointer   task,
           GError   **error)
{
  (void) error;
  asyncio_task_cancel (task);

  return NULL;
}

/* A cancels B, which sleeps: the future that B waits for is cancelled in A's step, and so it is A that wakes B. */
static void
test_cancel (void)
{
  g_autoptr (AsyncioTask) sleeping = start (asyncio_coroutine_new (nap, GINT_TO_POINTER (1), NULL));

  run_turns (1);
  begin ();
  start_and_forget (asyncio_coroutine_new (cancel_it, sleeping, NULL));
  run_turns (2);
  assert_seen ("task-spawned>A cancel_it, handle-scheduled>A#1, "
               "handle-begins>A#1, step-begins(A)#1, task-cancelled(A)>B, handle-scheduled(A)>B#2, step-ends(A) returned, "
               "task-exited(A) returned, handle-ends, "
               "handle-begins>B#2, step-begins(B)#2, step-ends(B) cancelled, task-exited(B) cancelled, handle-ends");
}

/* Tasks that are given names have no number of Python's counter, and are told from each other all the same. */
static void
test_named (void)
{
  g_autoptr (AsyncioTask) first = NULL;
  g_autoptr (AsyncioTask) second = NULL;

  begin ();
  first = asyncio_loop_create_task_full (loop, asyncio_coroutine_new (nap, GINT_TO_POINTER (0), NULL), "same", NULL, NULL, NULL);
  second = asyncio_loop_create_task_full (loop, asyncio_coroutine_new (nap, GINT_TO_POINTER (0), NULL), "same", NULL, NULL, NULL);
  run_turns (2);
  assert_seen ("task-spawned>A nap, handle-scheduled>A#1, task-spawned>B nap, handle-scheduled>B#2, "
               "handle-begins>A#1, step-begins(A)#1, handle-scheduled(A)>A#3, step-ends(A) yields, handle-ends, "
               "handle-begins>B#2, step-begins(B)#2, handle-scheduled(B)>B#4, step-ends(B) yields, handle-ends, "
               "handle-begins>A#3, step-begins(A)#3, step-ends(A) returned, task-exited(A) returned, handle-ends, "
               "handle-begins>B#4, step-begins(B)#4, step-ends(B) returned, task-exited(B) returned, handle-ends");
}

/* --- On and off ------------------------------------------------------------------------------ */

/* Without a recorder nothing happens, whatever is recorded. */
static void
test_off (void)
{
  g_assert_false (asyncio_is_recording ());
  asyncio_record_mark ("unheard");
  asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_MARK, .name = "unheard" });

  begin ();
  g_assert_true (asyncio_is_recording ());
  asyncio_record_mark ("heard");
  asyncio_set_recorder (NULL, NULL);
  g_assert_false (asyncio_is_recording ());
  asyncio_record_mark ("unheard");
  assert_seen ("mark heard");
}

static void
end_recording (gpointer   unused,
               GError   **error)
{
  (void) unused;
  (void) error;
  asyncio_set_recorder (NULL, NULL);
}

static void
start_recording (gpointer   unused,
                 GError   **error)
{
  (void) unused;
  (void) error;
  asyncio_record_mark ("between");
  seen.last_number = 0;
  asyncio_set_recorder (see, NULL);
}

/* A callback ends recording while it is recorded: it has a beginning, and no end. Then one begins to record again: it has an end only. */
static void
test_removed_meanwhile (void)
{
  asyncio_loop_call_soon (loop, end_recording, NULL, NULL, NULL);
  asyncio_loop_call_soon (loop, start_recording, NULL, NULL, NULL);
  begin ();
  run_turns (1);
  assert_seen ("handle-begins, handle-ends");
}

static void
see_and_use_asyncio (const AsyncioRecord *event,
                     gpointer             unused)
{
  see (event, unused);
  asyncio_record_mark ("by the recorder");
  errno = EINVAL;
  if (event->kind == ASYNCIO_RECORD_MARK && g_str_equal (event->name, "last"))
    asyncio_set_recorder (NULL, NULL);
}

/* What the recorder does is not recorded; it may end itself; and who is recorded does not find errno changed. */
static void
test_recorder_uses_asyncio (void)
{
  begin ();
  asyncio_set_recorder (see_and_use_asyncio, NULL);
  errno = 0;
  asyncio_record_mark ("first");
  g_assert_cmpint (errno, ==, 0);
  asyncio_record_mark ("last");
  g_assert_false (asyncio_is_recording ());
  asyncio_record_mark ("unheard");
  assert_seen ("mark first, mark last");
}

/* Each kind has a name of its own, and nothing else has. */
static void
test_names_of_kinds (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (AsyncioRecordKind kind = 0; kind < ASYNCIO_N_RECORD_KINDS; kind++)
    {
      g_assert_nonnull (asyncio_record_kind_get_name (kind));
      g_assert_true (g_hash_table_add (names, (gpointer) asyncio_record_kind_get_name (kind)));
    }
  g_assert_null (asyncio_record_kind_get_name (ASYNCIO_N_RECORD_KINDS));
}

/* The explorer's threads are none of the system's: who says in which thread and task something happens is believed. */
static void
test_other_threads (void)
{
  guint edge = asyncio_record_new_edge ();

  begin ();
  seen.with_threads = TRUE;
  asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_MUTEX_UNLOCKED, .thread = 1001, .name = "lock", .edge = edge });
  asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_MUTEX_LOCKED, .thread = 1002, .name = "lock", .edge = edge });
  asyncio_record (&(AsyncioRecord) { .kind = ASYNCIO_RECORD_GIL_DROPPED, .thread = 1001, .task = 7, .task_name = "T" });
  g_assert_cmpint (asyncio_record_new_edge (), !=, edge);
  assert_seen ("mutex-unlocked#1, gil-dropped(A) | mutex-locked#1");
}

/* --- Threads ------------------------------------------------------------------------------------ */

/* The thread comes to its end when the task waits for it, and no sooner. */
static void
see_no_sleep (const AsyncioRecord *event,
              gpointer             gate)
{
  if (event->kind == ASYNCIO_RECORD_STEP_ENDS)
    gate_open (gate);

  if (event->kind == ASYNCIO_RECORD_WAIT_BEGINS || event->kind == ASYNCIO_RECORD_WAIT_ENDS ||
      event->kind == ASYNCIO_RECORD_LOOP_WOKEN || event->kind == ASYNCIO_RECORD_THREAD_BEGINS ||
      event->kind == ASYNCIO_RECORD_THREAD_ENDS)
    seen.last_number = event->number;
  else
    see (event, NULL);
}

/* A thread of a pool does something for the loop, in virtual time. That it was submitted is recorded before it begins, that its result was posted
 * before the loop delivers it, whoever is quicker; and while it is at work virtual time stands still for it as well. Whether the loop slept
 * meanwhile is not certain, so that is left out. */
static gpointer
work_in_thread (gpointer   gate,
                GError   **error)
{
  g_autoptr (AsyncioFuture) future = in_executor (pass, gate);

  return asyncio_await (future, error) != NULL ? (gpointer) "done" : NULL;
}

static void
test_work (void)
{
  static Gate gate;
  AsyncioExecutor *executor = use_executor (1);

  begin ();
  seen.with_threads = TRUE;
  asyncio_set_recorder (see_no_sleep, &gate);
  run_and_note (asyncio_coroutine_new (work_in_thread, &gate, NULL));
  end_executor (executor);
  assert_notes ("done");
  assert_seen ("task-spawned>A work_in_thread, handle-scheduled>A#1, "
               "handle-begins>A#1, step-begins(A)#1, work-submitted(A)#2, step-ends(A) awaits Future, handle-ends, "
               "handle-begins#3, handle-scheduled#4, handle-scheduled>A#5, handle-ends, handle-begins#4, handle-ends, "
               "handle-begins>A#5, step-begins(A)#5, handle-scheduled(A)#6, step-ends(A) returned, task-exited(A) returned, "
               "handle-ends, handle-begins#6, handle-ends"
               " | work-begins#2, work-ends returned, handle-posted#3");
}

static gpointer
post_when_asleep (gpointer   gate,
                  GError   **error)
{
  (void) error;
  gate_pass (gate);

  return NULL;
}

static guint n_kinds[ASYNCIO_N_RECORD_KINDS];

static void
count_kinds_and_open (const AsyncioRecord *event,
                      gpointer             gate)
{
  n_kinds[event->kind]++;
  if (event->kind == ASYNCIO_RECORD_WAIT_BEGINS)
    gate_open (gate);
}

/* In real time: the thread does not go on before the loop goes to sleep, and what it posts must wake the loop. All that begins ends. */
static void
test_sleep (void)
{
  static Gate gate;
  AsyncioExecutor *executor;
  AsyncioFuture *future;

  use_real_time ();
  executor = use_executor (1);

  asyncio_set_recorder (count_kinds_and_open, &gate);
  future = in_executor (post_when_asleep, &gate);
  run_and_note (future);
  asyncio_unref (future);
  end_executor (executor);
  asyncio_set_recorder (NULL, NULL);

  assert_notes ("None");
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_WAIT_BEGINS], >=, 1);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_WAIT_BEGINS], ==, n_kinds[ASYNCIO_RECORD_WAIT_ENDS]);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_LOOP_WOKEN], ==, 1);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_HANDLE_BEGINS], ==, n_kinds[ASYNCIO_RECORD_HANDLE_ENDS]);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_HANDLE_POSTED], ==, 1);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_WORK_BEGINS], ==, 1);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_WORK_ENDS], ==, 1);
  g_assert_cmpint (n_kinds[ASYNCIO_RECORD_THREAD_BEGINS], ==, 1);
}

/* --- Threads that record while the recorder comes and goes --- */

typedef struct
{
  guint64 n; /* how many were recorded, in all or since this recorder was set */
} Counter;

static void
count_one (const AsyncioRecord *event,
           gpointer             counter)
{
  Counter *self = counter;

  self->n++;
  g_assert_cmpint (event->number, ==, self->n);
}

static gint n_at_work;

static gpointer
record_much (gpointer data)
{
  for (int i = 0; i < 2000; i++)
    asyncio_record_mark (data);
  g_atomic_int_add (&n_at_work, -1);

  return NULL;
}

/* Two threads record while this one sets a recorder and takes it away again, and frees at once what it used. */
static void
test_removed_while_threads_record (void)
{
  GThread *threads[2];

  n_at_work = G_N_ELEMENTS (threads);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("records", record_much, (gpointer) "mark");

  while (g_atomic_int_get (&n_at_work) > 0)
    {
      Counter *counter = g_new0 (Counter, 1);

      asyncio_set_recorder (count_one, counter);
      asyncio_record_mark ("main");
      asyncio_set_recorder (NULL, NULL);
      g_assert_cmpint (counter->n, >=, 1);
      g_free (counter);
    }

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static const TestCase cases[] = {
  { "/recorder/order", test_order },
  { "/recorder/time", test_time },
  { "/recorder/who-woke-whom", test_who_woke_whom },
  { "/recorder/awaits-task", test_awaits_task },
  { "/recorder/bad-ends", test_bad_ends },
  { "/recorder/cancel", test_cancel },
  { "/recorder/named", test_named },
  { "/recorder/off", test_off },
  { "/recorder/removed-meanwhile", test_removed_meanwhile },
  { "/recorder/recorder-uses-asyncio", test_recorder_uses_asyncio },
  { "/recorder/names-of-kinds", test_names_of_kinds },
  { "/recorder/other-threads", test_other_threads },
  { "/recorder/work", test_work },
  { "/recorder/sleep", test_sleep },
  { "/recorder/removed-while-threads-record", test_removed_while_threads_record },
};

int
main (int    argc,
      char **argv)
{
  return run_tests (argc, argv, cases, G_N_ELEMENTS (cases));
}
