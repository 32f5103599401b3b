/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The inside of the explorer.
 *
 *      the program: compiled with -fsanitize=thread
 *            │ __tsan_read4 ...    │ __tsan_atomic32_load ...    │ g_mutex_lock ...  (linked with --wrap)
 *            v                     v                             v
 *         races.c             tsan.c                   standins-*.c
 *         vector clocks          └──────── explorer_step() ──────┘
 *                                                v
 *                                          threads.c: the switch; alternatives.c: which threads may go on
 *                                                v
 *                                  strategies: search.c (all), random.c (PCT), or a replay
 *
 * Everything runs in one thread of the system, so nothing here needs a lock. What the explorer knows lies in one struct on the heap, not in
 * global variables: those are put back before each schedule.
 */

#include "explorer.h"

#include "context-private.h"
#include "stacks-private.h"
#include "thread-state-private.h"

#define MAX_THREADS 8
#define MAX_KEYS 64
#define MAX_NAME 32
#define MAX_ALTERNATIVES (3 * MAX_THREADS)

typedef struct _Explorer Explorer;
typedef struct _ExplorerThread ExplorerThread;
typedef struct _ExplorerObject ExplorerObject;
typedef struct _ExplorerSearch ExplorerSearch;
typedef struct _ExplorerShadow ExplorerShadow;
typedef struct _ExplorerObjects ExplorerObjects;
typedef struct _ExplorerGlobals ExplorerGlobals;
typedef struct _ExplorerCrash ExplorerCrash;

/* How far each thread had come when something happened. */
typedef struct
{
  guint32 of[MAX_THREADS];
} ExplorerClock;

/* What a thread does next. It is announced, and done when the thread is chosen. */
typedef struct
{
  const char *verb;      /* "locks"; static. Each kind of operation has one of its own. */
  ExplorerObject *object; /* (nullable) what it is done to */
  ExplorerObject *second; /* (nullable) what else */
  gconstpointer place;    /* where in the program */
  gboolean (*enabled) (ExplorerThread *thread); /* (nullable) whether it can be done now; NULL: always */
  gconstpointer data;     /* what enabled needs to know */
  gsize mask;             /* the same */
  gboolean reads_only;    /* two of these to the same object may change places */
  gboolean has_deadline;  /* it may also end by a timeout */
  gint64 deadline;        /* microseconds */
  gboolean may_be_spurious; /* it may also end for no reason */
} ExplorerOp;

/* How an operation came to be done. */
typedef enum
{
  EXPLORER_NORMAL,
  EXPLORER_TIMEOUT,
  EXPLORER_SPURIOUS,
} ExplorerVariant;

struct _ExplorerThread
{
  guint id;
  guint64 origin; /* the same in equivalent schedules, which the id need not be: it counts who was made first */
  char name[MAX_NAME]; /* no other thread has it */
  gpointer (*func) (gpointer data);
  gpointer data;
  gpointer value;
  gboolean ended;
  gboolean joined;   /* or nobody will want to */
  guint ref_count;   /* of the GThread that stands for it */

  AsyncioContext context;
  AsyncioStack *stack;
  AsyncioThreadState *core_state; /* of asyncio, while it does not run */
  int saved_errno;
  GSList *privates;               /* see standins-private.c */

  ExplorerOp op;
  ExplorerVariant variant;
  ExplorerObject *waits_with; /* the mutex of the condition that it waits for */
  gboolean yielded;   /* somebody else is to go on first */
  guint n_steps;      /* that it has made */
  guint n_in_a_row;   /* steps since another thread made one */

  /* Its last look at something, to know a thread that waits in a loop. */
  gconstpointer look_place;
  gconstpointer look_address;
  guint64 look_value;
  guint n_idle;    /* steps in a row that came to nothing: the same look, the same value; a yield; a sleep */
  guint idle_step; /* the last of them */
  gconstpointer pause_place; /* where it yielded or slept last */
  guint n_pauses;            /* how often it did there, and nowhere else in between */

  guint n_new_objects; /* that it found since its last step */
  guint64 hash;        /* of all that it has done, and of what it could know when it did it */
  ExplorerClock clock; /* what has happened before its next operation */
  guint priority;      /* random.c */
};

/* A lock, a condition, an atomic variable ...; what the fields mean is up to the stand-in. */
struct _ExplorerObject
{
  gconstpointer address;
  const char *kind; /* "mutex" */
  guint number;     /* for people: in the order of their appearance */
  guint64 id;       /* the same in equivalent schedules */

  guint64 last;        /* hash of the last operation that changed it */
  guint64 reads;       /* of those since then that did not */
  ExplorerClock clock; /* what happens before who gets it next */

  ExplorerThread *owner; /* (nullable) */
  guint count;
  gpointer data;
  ExplorerThread *waiters[MAX_THREADS];
  guint n_waiters;
  gconstpointer lost_place; /* (nullable) where a signal found nobody waiting */
  ExplorerThread *lost_by;
};

/* A possibility of going on. */
typedef struct
{
  ExplorerThread *thread;
  ExplorerVariant variant;
  guint cost;   /* in preemptions */
  guint64 hash; /* of the thread when it has done this */
  guint64 key;  /* of the state that follows */
} ExplorerAlternative;

/* A step that was made, for the table. */
typedef struct
{
  guint thread;
  const char *verb;
  const char *kind;
  guint number;
  gconstpointer place;
  ExplorerVariant variant;
  char mark; /* '*': there was a choice; '!': not made, it is what went wrong */
} ExplorerStep;

struct _Explorer
{
  ExplorerOptions options;
  ExplorerReport *report;
  ExplorerBody body;
  gpointer user_data;

  /* This schedule. */
  ExplorerThread threads[MAX_THREADS];
  guint n_threads;
  ExplorerThread *current; /* (nullable) who runs */
  guint n_steps;
  guint n_spurious;
  guint n_preemptions;
  guint64 state;           /* of all threads' hashes */
  gint64 now;              /* microseconds */
  guint busy;              /* the explorer itself is at work: what it frees is its own */
  gboolean failed;
  ExplorerVerdict verdict;
  guint failed_in;         /* the thread */
  gconstpointer failed_at; /* (nullable) the place */
  char *message;
  AsyncioContext outside;  /* who called explorer_explore() */
  AsyncioThreadState *outside_state;

  /* Who decides. */
  guint (*pick) (Explorer *self, ExplorerAlternative *alternatives, guint n);
  ExplorerSearch *search;
  GArray *replay;  /* (nullable) (element-type guint) */
  guint n_replayed;
  GArray *taken;   /* (element-type guint) choices of this schedule */
  char *recording; /* (owned) (nullable) the file that the schedule of the report is to be recorded in */
  GArray *steps;   /* (nullable) (element-type ExplorerStep) */

  ExplorerGlobals *globals;
  ExplorerCrash *crash;
  GArray *descriptors; /* (owned) those that are open when no schedule runs */
  ExplorerObjects *objects;
  ExplorerShadow *shadow;
  AsyncioStackPool stacks;
  ExplorerObject *time; /* all that wait with a deadline, and who looks at the clock */

  GDestroyNotify key_destructors[MAX_KEYS]; /* of pthread_key_create() */
  guint n_keys;

  GSList *exit_handlers; /* of atexit(); see standins-glib.c */

  guint64 random_state;
  guint random_length; /* steps of the schedule before, to place changes of priority in */
  GArray *random_changes;
};

/* The explorer that runs a program, NULL outside. */
extern Explorer *explorer;

/* --- alternatives.c --------------------------------------------------------------------- */

/* All ways to go on. The first one is what happens by itself: the thread that runs goes on, or the next one does. Returns how many. */
guint explorer_collect_alternatives (Explorer            *self,
                                     ExplorerAlternative *alternatives);

/* What a thread with a hash adds to the state of the program. */
guint64 explorer_share_of_state (const ExplorerThread *thread,
                                 guint64               hash);
/* The state that the program would be in if this thread had another hash, and were the one that runs. */
guint64 explorer_key_of_state (const Explorer       *self,
                               const ExplorerThread *thread,
                               guint64               hash);

/* --- threads.c ------------------------------------------------------------------------ */

/* The thread that runs. NULL if what calls is not part of a program that is explored: then a stand-in does the real thing. */
static inline ExplorerThread *
explorer_self (void)
{
  return G_UNLIKELY (explorer != NULL) ? explorer->current : NULL;
}

/* Announces the next operation of this thread and returns when it is to be done. */
ExplorerVariant explorer_step (const ExplorerOp *op);

ExplorerThread *explorer_thread_new (const char *name,
                                     gpointer  (*func) (gpointer data),
                                     gpointer    data);

/* Ends the thread that runs. */
void explorer_thread_exit (gpointer value) G_GNUC_NORETURN;

/* Runs the program once. Returns FALSE if it failed. */
gboolean explorer_run_once (Explorer *self);

/* For the table, if there is to be one. */
void explorer_note_step (Explorer             *self,
                         const ExplorerThread *thread,
                         char                  mark);

/* Fails the schedule. */
void explorer_fail_with (ExplorerVerdict  verdict,
                         const char      *format,
                         ...) G_GNUC_PRINTF (2, 3) G_GNUC_NORETURN;

/* What a thread does from now on may depend on what it has learned, outside of any operation. */
void explorer_thread_learns (ExplorerThread *thread,
                             guint64         what);

/* Lets who waits with an operation that is never enabled do another one. */
void explorer_release (ExplorerThread *thread,
                       const char     *verb,
                       ExplorerObject *object,
                       gboolean      (*enabled) (ExplorerThread *thread));

/* --- objects.c ------------------------------------------------------------------------- */

ExplorerObjects *explorer_objects_new (void);
void explorer_objects_free (ExplorerObjects *self);
/* Forgets all, before the next schedule. */
void explorer_objects_reset (ExplorerObjects *self);

/* The object at an address; it is made when it is first asked for. */
ExplorerObject *explorer_object (gconstpointer  address,
                                 const char    *kind);
/* (nullable): the same, if there is one. */
ExplorerObject *explorer_object_peek (gconstpointer address);
/* What lies there from now on is something else. */
void explorer_object_forget (gconstpointer address);

void explorer_object_add_waiter (ExplorerObject *self,
                                 ExplorerThread *thread);
gboolean explorer_object_has_waiter (const ExplorerObject *self,
                                     const ExplorerThread *thread);
void explorer_object_remove_waiter (ExplorerObject *self,
                                    ExplorerThread *thread);

/* --- races.c ---------------------------------------------------------------------------- */

ExplorerShadow *explorer_shadow_new (void);
void explorer_shadow_free (ExplorerShadow *self);
void explorer_shadow_reset (ExplorerShadow *self);

void explorer_access (gconstpointer address,
                      gsize         size,
                      gboolean      writes,
                      gconstpointer place);
/* The same by an atomic operation: two of them are never a race. */
void explorer_access_atomic (gconstpointer address,
                             gsize         size,
                             gboolean      writes,
                             gconstpointer place);
/* Fails if a lock or the like lies in memory that was freed. */
void explorer_check_not_freed (gconstpointer address,
                               gconstpointer place);
/* Memory that is freed may not be used any more, by nobody; it is really freed when the schedule is over. */
void explorer_memory_freed (gpointer      memory,
                            gsize         size,
                            gconstpointer place);

/* What this thread has done up to now happens before whatever acquires the clock later. */
void explorer_clock_release (ExplorerClock *clock);
void explorer_clock_acquire (const ExplorerClock *clock);

/* --- tsan.c ------------------------------------------------------------------------------- */

/* An atomic addition; the old value. */
int explorer_atomic_add (int          *address,
                         int           value,
                         gconstpointer place);

/* --- memory.c ----------------------------------------------------------------------------- */

void explorer_really_free (gpointer memory);

/* --- standins-private.c ------------------------------------------------------------------- */

/* Runs the destructors of what a thread keeps for itself, as at its end. */
void explorer_privates_clear (ExplorerThread *thread);
/* Forgets it without a word. */
void explorer_privates_abandon (ExplorerThread *thread);

/* --- standins-glib.c ---------------------------------------------------------------------- */

/* What the program would have had done at the end of the process is not to be done. */
void explorer_forget_exit_handlers (void);

/* --- globals.c ---------------------------------------------------------------------------- */

ExplorerGlobals *explorer_globals_save (void);
void explorer_globals_restore (ExplorerGlobals *self);
void explorer_globals_free (ExplorerGlobals *self);

/* --- loops.c ------------------------------------------------------------------------------ */

/* Before and after a step that only looks at something: who finds the same again and again is made to let others go on. */
void explorer_look_begins (gconstpointer address,
                           gconstpointer place);
void explorer_look_ends (gconstpointer address,
                         guint64       value,
                         gconstpointer place);
/* The same for a yield or a sleep. */
void explorer_pause_begins (gconstpointer place);
void explorer_pause_ends (gconstpointer place);

/* --- stuck.c ------------------------------------------------------------------------------ */

void explorer_fail_with_deadlock (Explorer *self) G_GNUC_NORETURN;
void explorer_fail_with_livelock (Explorer *self) G_GNUC_NORETURN;

/* --- command-line.c ---------------------------------------------------------------------- */

/* options: (nullable), and what the command line says beyond them. */
ExplorerOptions explorer_told_options (const ExplorerOptions *options);
/* What to type to run a schedule of the test that runs again. */
char *explorer_command_for_replay (const char *token);

/* --- explorer.c --------------------------------------------------------------------------- */

/* Begins the process again if GLib's memory is not malloc()'s. */
void explorer_insist_on_malloc (void);

/* --- crash.c ------------------------------------------------------------------------------ */

/* From here on the death of the program tells the schedule that it was. */
void explorer_crash_begin (Explorer *self);
void explorer_crash_end (Explorer *self);
/* --- descriptors.c -------------------------------------------------------------------------- */

/* Those that are open now. */
GArray *explorer_descriptors_new (void);
void explorer_descriptors_close_others (GArray *open);

/* --- recording.c --------------------------------------------------------------------------- */

/* Before and after an exploration. */
void explorer_recording_begin (Explorer *self);
void explorer_recording_end (Explorer *self);

/* --- search.c, random.c ------------------------------------------------------------------- */

void explorer_search_run (Explorer *self);
void explorer_random_run (Explorer *self);

/* --- report.c ------------------------------------------------------------------------------ */

/* What stands for an address in the program, in a message, till that is looked up. */
char *explorer_mark_place (gconstpointer place);
/* The text with "FILE:LINE" for all marks. */
char *explorer_look_up_places (const char *text);
char *explorer_steps_to_table (Explorer *self);
/* A text for each step. */
char **explorer_steps_to_strings (const GArray *steps);
char *explorer_token_new (const GArray *taken);
/* (nullable): NULL if it is not a token. */
GArray *explorer_token_parse (const char *token);

/* --- Hashes ---------------------------------------------------------------------------------- */

static inline guint64
explorer_mix (guint64 a,
              guint64 b)
{
  guint64 x = (a ^ (b + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15))) * G_GUINT64_CONSTANT (0xff51afd7ed558ccd);

  x ^= x >> 32;
  x *= G_GUINT64_CONSTANT (0xc4ceb9fe1a85ec53);

  return x ^ (x >> 29);
}
