/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The interpreter of random programs: interpreter.py in C. README.md describes the language.
 *
 * One program runs at a time, and what it has is in #program. A statement is a JSON array with a name first; statements.c has
 * those that do not wait, waiting.c those that do, objects.c those about locks and queues, labs.c, groups.c and eager.c those
 * that need a lab.
 */

#include "futures-private.h"
#include "tasks-private.h"

#include <asyncio/asyncio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** A unit of a program's time in seconds; see interpreter.py. */
#define UNIT 100

/** How a statement or a block ended. */
typedef enum
{
  FLOW_NEXT,   /**< what follows is next */
  FLOW_RETURN, /**< the coroutine returns Frame::value */
  FLOW_RAISE,  /**< an error was raised */
} Flow;

/** What runs statements: an instance of a coroutine, or a callback. */
typedef struct
{
  const char *name;    /**< interned */
  JsonArray *block;    /**< (not owned) of a coroutine: its body */
  const char *value;   /**< (nullable) of `return`, interned */
  const GError *caught; /**< (not owned) (nullable) what an `except` block handles */
  GPtrArray *awaits;   /**< (not owned) what it awaits, to find circles */
} Frame;

/** A statement that does not wait. Setting the error is raising. */
typedef void (*Statement) (Frame      *frame,
                           JsonArray  *statement,
                           GError    **error);

/** A statement that may wait. */
typedef Flow (*WaitingStatement) (Frame      *frame,
                                  JsonArray  *statement,
                                  GError    **error);

/** A name and what it stands for. A list of these ends with a name that is NULL. */
typedef struct
{
  const char *name;
  Statement plain;
  WaitingStatement waiting;
} StatementName;

extern const StatementName statements_plain[];
extern const StatementName statements_waiting[];
extern const StatementName statements_objects[];
extern const StatementName statements_labs[];
extern const StatementName statements_groups[];
extern const StatementName statements_eager[];

/** All that are known, by name. */
extern GHashTable *statements;

/** The program that runs. */
typedef struct
{
  JsonObject *spec;
  GString *output;
  AsyncioClock *clock;
  AsyncioLoop *loop; /* (not owned) */
  AsyncioTask *main; /* (owned) */
  gboolean is_mute;
  gboolean is_closing; /* run() is about to cancel what is left: there must be no more of it */
  guint n_instances;
  guint n_gathers;
  GHashTable *slots;     /* name -> (owned) future */
  GHashTable *handles;   /* name -> (owned) handle */
  GPtrArray *reports;    /* of errors that nobody has asked for */
  GHashTable *deadlines; /* whole seconds for which a timer was set */
  GHashTable *nodes;     /* coroutine or future -> (owned) array of what it waits for: a Frame, or others */
  GHashTable *frames;    /* (owned) Frame -> itself */
  GPtrArray *kept;       /* what must not be freed before the end */
  AsyncioContextVar *variable;
  guint *counts;
  GPtrArray *locks;
  GPtrArray *events;
  GPtrArray *conditions;
  GPtrArray *semaphores;
  GPtrArray *queues;
  GHashTable *groups;   /* (nullable) name -> (owned) TaskGroup */
  GHashTable *timeouts; /* (nullable) name -> (owned) Timeout */
  GPtrArray *barriers;  /* (nullable) */
} Program;

extern Program program;

/** Runs a program and writes its trace to a text. */
void run_program (JsonObject *spec,
                  GString    *output);

/* --- What is written (values.c) ---------------------------------------------------------- */

/** A line of the trace. */
void write_line (const char *line);

/** A text that is kept for ever. @param text (transfer full): it */
const char *intern (char *text);

/** Writes a line: the time, who, what. */
void tell (const char *who,
           const char *format,
           ...) G_GNUC_PRINTF (2, 3);

/** The class of an error, and its message if that comes from the program. @return interned */
const char *show_error (const GError *error);

/** A value, which is NULL, a text, or what gather() gives. @return interned */
const char *show (gpointer value);

/** What became of a future. Looking does not count as having asked for its error. @return interned */
const char *show_state (AsyncioFuture *future);

/** The name of a task's coroutine, if the program made it, else "-". */
const char *name_of (AsyncioTask *task);

/** The name of a coroutine. @param coroutine (nullable): a task that ended in its eager step has none */
const char *shown_name (AsyncioCoroutine *coroutine);

/** A text as it can be the value of a future: interned, and known as a text. */
gpointer value_new (const char *text);

/** Tells what became of a call that may fail. @param raised (transfer full) (nullable): its error */
void tell_softly (Frame      *frame,
                  const char *what,
                  const char *value,
                  GError     *raised);

/* --- Coroutines, and what waits for what -------------------------------------------------- */

/** A coroutine object of one of the program's functions. @return (transfer none) (nullable): NULL if there are too many */
AsyncioCoroutine *coroutine_new (guint index);

/** What a reference stands for. @return (transfer full) (nullable) */
gpointer awaitable_new (JsonArray *ref);

/** Knows what a coroutine or future waits for, and keeps it. @param waits_for (transfer full): an array of nodes */
void note (gpointer   awaitable,
           GPtrArray *waits_for);

/** note() for one thing. */
void note_one (gpointer awaitable,
               gpointer waits_for);

/** Whether a frame may await something, and no circle of tasks comes of it. */
gboolean may_await (Frame    *frame,
                    gpointer  awaitable);

/** A delay in seconds such that no other timer was set for the same time. */
double unique (double delay);

/** Sleeps for some units. */
ASYNCIO_SUSPENDS gboolean sleep_units (gint64   units,
                                       GError **error);

/** Runs statements. */
ASYNCIO_SUSPENDS Flow run_block (Frame      *frame,
                                 JsonArray  *block,
                                 GError    **error);

/** One of the program's callbacks, as a callback of the loop. @param index GUINT_TO_POINTER() of its number */
void on_soon (gpointer   index,
              GError   **error);

/** One of the program's callbacks, as one of a future. */
void on_done (AsyncioFuture  *future,
              gpointer        index,
              GError        **error);

/** Whether `except kind` catches an error. */
gboolean error_matches (const GError *error,
                        const char   *kind);

/** Makes an error of a class. @param message (nullable) */
GError *error_new (const char *kind,
                   const char *message);

/** The future in the slot that an element of a statement names. @return (transfer none) (nullable) */
AsyncioFuture *slot_of (JsonArray *statement,
                        guint      i);

/** Puts a future into the slot that the first argument of a statement names. @param future (transfer full) */
void slot_set (JsonArray *statement,
               gpointer   future);

/** The body of the coroutine that runs the program, cancels what does not end, and tells how all ended. */
gpointer root (gpointer   user_data,
               GError   **error);

/** Runs the program by `asyncio.run()`; NULL where the library has none (labs.c). */
extern void (*const run_program_with_run) (void);

/** Says who makes the tasks, "eager", "custom" or "none"; NULL where the library has no eager tasks (eager.c). */
extern void (*const set_factory) (const char *kind);

G_END_DECLS
